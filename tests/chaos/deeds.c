/* deeds.c - what a player of the chaos does: he goes his ways, fights (fights.c), drops things and picks up what lies there, dresses, talks, opens
 * doors, and sometimes leaves. Each deed is legal; the server may still refuse it, as somebody was faster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/catalog/catalog.h"
#include "tests/chaos/chaos.h"
#include "tests/chaos/fights.h"

enum {
	PACE_LOW_MS = 250, /* as fast as a person can walk: no limit may stop him */
	PACE_HIGH_MS = 400,
	BORDER_NEAR = 7, /* tiles from the crossing in which a borderer wanders */
};

static int roll(struct chaos *chaos, int low, int high)
{
	return rng_range(&chaos->population.rng, low, high);
}

/* --- walking ------------------------------------------------------------------------------------------------------ */

/* Not out of the region by an exit, and for a talker not out of the yard. */
static bool step_is_welcome(const struct chaos *chaos, const struct player *p, int heading)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	struct place at = bot_place(p->bot), to;
	int x = at.x + dx[heading], y = at.y + dy[heading];
	if (!tile_is_on_map(x, y))
		return false;
	if (p->role == ROLE_TALKER && region_in_yard(&chaos->region, at) &&
		!region_in_yard(&chaos->region, (struct place){at.map, (uint8_t)x, (uint8_t)y}))
		return false;
	const struct map_def *def = catalog_map(scenario_catalog(), at.map);
	return !map_exit_at(scenario_catalog(), def, x, y, &to) || region_has(&chaos->region, to.map);
}

static void wander(struct chaos *chaos, struct player *p, int likely)
{
	int heading = likely != 0 && roll(chaos, 0, 9) < 6 ? likely : roll(chaos, HEADING_NORTH, HEADING_WEST);
	if (step_is_welcome(chaos, p, heading))
		bot_step(p->bot, heading);
}

static bool way_goes_on(const struct player *p)
{
	return p->way_done < p->way_length && p->way_map == p->bot->map && p->way_corrections == p->bot->corrections;
}

/* One step towards a tile of this map; somewhere else when there is no way right now. */
static void go(struct chaos *chaos, struct player *p, struct place to)
{
	if (!way_goes_on(p)) {
		p->way_done = 0;
		p->way_length = bot_find_way(p->bot, to.x, to.y, p->way, WAY_MAX);
		p->way_map = p->bot->map;
		p->way_corrections = p->bot->corrections;
	}
	if (p->way_length == 0 || !bot_step(p->bot, p->way[p->way_done++])) {
		p->way_length = 0;
		wander(chaos, p, 0);
	}
}

/* One step on the way to a map, or (0) to any other. */
static void travel(struct chaos *chaos, struct player *p, unsigned map)
{
	struct place exit;
	unsigned here = (unsigned)p->bot->map;
	if (way_goes_on(p))
		go(chaos, p, (struct place){.map = (uint16_t)here});
	else if (region_exit(&chaos->region, &chaos->population.rng, here,
						 map != 0 ? region_next(&chaos->region, here, map) : 0, &exit))
		go(chaos, p, exit);
	else
		wander(chaos, p, 0);
}

void player_goes(struct chaos *chaos, struct player *p, struct place to)
{
	if (p->bot->map == to.map)
		go(chaos, p, to);
	else
		travel(chaos, p, to.map);
}

static void walk_talker(struct chaos *chaos, struct player *p)
{
	const struct region *region = &chaos->region;
	if (region_in_yard(region, bot_place(p->bot))) {
		wander(chaos, p, 0);
		return;
	}
	struct place to = region->yard;
	to.x = (uint8_t)(to.x + roll(chaos, 0, YARD_WIDTH - 1));
	to.y = (uint8_t)(to.y + roll(chaos, 0, YARD_HEIGHT - 1));
	player_goes(chaos, p, to);
}

static void walk_borderer(struct chaos *chaos, struct player *p)
{
	const struct crossing *crossing = &chaos->region.crossing;
	struct place at = bot_place(p->bot);
	bool there = at.map == crossing->there.map;
	struct place near = there ? crossing->there : crossing->here;
	if (at.map == near.map && abs(at.x - near.x) <= BORDER_NEAR && abs(at.y - near.y) <= BORDER_NEAR) {
		p->way_length = 0;
		wander(chaos, p, there ? crossing->back : crossing->out);
	} else {
		near.x = (uint8_t)(near.x + roll(chaos, -2, 2));
		player_goes(chaos, p, near);
	}
}

static void walk_porter(struct chaos *chaos, struct player *p)
{
	const struct region_door *door = &chaos->region.doors[p->number % chaos->region.door_count];
	struct place at = bot_place(p->bot);
	if (at.map == door->stand.map && at.x == door->stand.x && at.y == door->stand.y)
		BOT_SEND(p->bot, DOUBLE_CLICK, .x = door->at.x, .y = door->at.y);
	else
		player_goes(chaos, p, door->stand);
}

static void walk(struct chaos *chaos, struct player *p)
{
	switch (p->role) {
	case ROLE_TALKER:
		walk_talker(chaos, p);
		break;
	case ROLE_BORDERER:
		walk_borderer(chaos, p);
		break;
	case ROLE_PORTER:
		walk_porter(chaos, p);
		break;
	case ROLE_HUNTER:
		player_hunts(chaos, p);
		break;
	default:
		travel(chaos, p, 0);
		break;
	}
}

/* --- belongings --------------------------------------------------------------------------------------------------- */

static void drop(struct chaos *chaos, struct player *p)
{
	if (roll(chaos, 0, 3) == 0)
		BOT_SEND(p->bot, DROP, .slot = SLOT_GOLD, .amount = roll(chaos, 1, 99));
	else
		BOT_SEND(p->bot, DROP, .slot = roll(chaos, 1, 20), .amount = roll(chaos, 1, 5));
}

static void equip(struct chaos *chaos, struct player *p)
{
	BOT_SEND(p->bot, EQUIP_ITEM, .slot = roll(chaos, 1, 20));
}

static void swap(struct chaos *chaos, struct player *p)
{
	BOT_SEND(p->bot, MOVE_ITEM, .from_slot = roll(chaos, 1, 20), .to_slot = roll(chaos, 1, 20));
}

static bool stands_on_something(const struct player *p)
{
	struct place at = bot_place(p->bot);
	return p->bot->ground[tile_index(at.x, at.y)] != 0;
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

static void talk(struct chaos *chaos, struct player *p)
{
	if (p->role == ROLE_TALKER && p->in_yard && !player_is_dead(p))
		player_speak(chaos, p);
	else
		bot_talk(p->bot, scenario_text("paso por aqui %d", roll(chaos, 1, 999)));
}

static void look(struct chaos *chaos, struct player *p)
{
	struct place at = bot_place(p->bot);
	switch (roll(chaos, 0, 5)) {
	case 0:
		BOT_SEND(p->bot, LEFT_CLICK, .x = (uint8_t)(at.x + roll(chaos, -1, 1)),
				 .y = (uint8_t)(at.y + roll(chaos, -1, 1)));
		break;
	case 1:
		BOT_SEND(p->bot, REQUEST_STATS);
		break;
	case 2:
		BOT_SEND(p->bot, ONLINE);
		break;
	case 3:
		BOT_SEND(p->bot, REQUEST_POSITION_UPDATE);
		break;
	case 4:
		BOT_SEND(p->bot, SAFE_TOGGLE);
		break;
	default:
		BOT_SEND(p->bot, CHANGE_HEADING, .heading = roll(chaos, HEADING_NORTH, HEADING_WEST));
		break;
	}
}

/* Of whom nobody hears numbers the last deeds may be lost with the cable. */
static void cut(struct chaos *chaos, struct player *p)
{
	int drops = p->role == ROLE_TALKER ? 0 : roll(chaos, 0, 2);
	for (int i = 0; i < drops; i++)
		drop(chaos, p);
	player_cut(chaos, p);
	if (drops > 0)
		player_forget_left(p);
}

/* Deeds and how often each is done, of a sum of all. */
static const struct deed {
	unsigned weight;
	void (*act)(struct chaos *chaos, struct player *player);
} deeds[] = {
	{600, walk}, {110, talk}, {90, drop}, {30, equip}, {30, swap}, {40, look},
};
static const struct deed departures[] = {
	{4, player_quit},
	{3, cut},
	{3, player_elsewhere},
};

static void do_one(struct chaos *chaos, struct player *p, const struct deed *of, unsigned count)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < count; i++)
		sum += of[i].weight;
	int left = roll(chaos, 0, (int)sum - 1);
	while (left >= (int)of->weight) {
		left -= (int)of->weight;
		of++;
	}
	of->act(chaos, p);
}

/* A deed in so many is a departure: each player leaves about once in half a minute. */
enum { DEPARTURE_EVERY = 90 };

void player_act(struct chaos *chaos, struct player *p)
{
	chaos->report.deeds++;
	p->due_ms = clock_mono_ms() + (uint64_t)roll(chaos, PACE_LOW_MS, PACE_HIGH_MS);
	if (roll(chaos, 1, DEPARTURE_EVERY) == 1)
		do_one(chaos, p, departures, sizeof departures / sizeof *departures);
	else if (player_is_dead(p) ? player_mourns(chaos, p) : player_fights(chaos, p))
		; /* that was it */
	else if (stands_on_something(p) && roll(chaos, 0, 2) > 0)
		BOT_SEND(p->bot, PICK_UP);
	else
		do_one(chaos, p, deeds, sizeof deeds / sizeof *deeds);
	if (p->bot != NULL && p->leaving_ms == 0)
		player_ping(p);
}
