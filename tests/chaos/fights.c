#include "tests/chaos/fights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/catalog/catalog.h"
#include "tests/chaos/chaos.h"

enum {
	PRIEST_HEARS = 10, /* Manhattan */
	PRIEST_NEAR_X = 6,
	PRIEST_NEAR_Y = 4,
	CASTS_FROM = 20, /* mana */
	GOES_TO = 6,     /* tiles, Manhattan */
	BAG_SLOTS = 20,
	LAIR_NEAR = 3,
	LAIR_FORGOTTEN = 100, /* one step of so many leads somewhere else */
	LAIRS_TRIED = 12,
};

static int roll(struct chaos *chaos, int low, int high)
{
	return rng_range(&chaos->population.rng, low, high);
}

bool player_is_dead(const struct player *p)
{
	return p->bot != NULL && p->bot->hp_max > 0 && p->bot->hp <= 0;
}

void player_watch_life(struct chaos *chaos, struct player *p)
{
	bool dead = player_is_dead(p);
	if (dead == p->ghost || p->bot->hp_max == 0) /* or he was not told yet */
		return;
	p->ghost = dead;
	if (!dead) {
		chaos->report.revivals++;
		return;
	}
	chaos->report.deaths++;
	p->way_length = 0;
	if (p->number < TALKERS) /* the living may not have heard the last number */
		p->said = (p->said / TALK_LIFE + 1) * TALK_LIFE;
}

/* --- fighting ----------------------------------------------------------------------------------------------------- */

static int distance(const struct bot_character *creature, struct place at)
{
	return abs(creature->x - at.x) + abs(creature->y - at.y);
}

/* Creatures have no name. NULL = none is near. */
static const struct bot_character *creature_near(const struct bot *bot)
{
	const struct bot_character *nearest = NULL;
	struct place at = bot_place(bot);
	for (unsigned i = 0; i < bot->character_count; i++) {
		const struct bot_character *other = &bot->characters[i];
		if (other->name[0] == '\0' && distance(other, at) <= GOES_TO &&
			(nearest == NULL || distance(other, at) < distance(nearest, at)))
			nearest = other;
	}
	return nearest;
}

static int heading_to(struct place at, const struct bot_character *creature)
{
	int dx = creature->x - at.x, dy = creature->y - at.y;
	if (abs(dx) >= abs(dy))
		return dx > 0 ? HEADING_EAST : HEADING_WEST;
	return dy > 0 ? HEADING_SOUTH : HEADING_NORTH;
}

/* Of those he has, any. */
static bool drinks(struct chaos *chaos, struct player *p)
{
	int first = roll(chaos, 0, BAG_SLOTS - 1);
	for (int i = 0; i < BAG_SLOTS; i++) {
		int slot = (first + i) % BAG_SLOTS + 1;
		if (p->bot->inventory[slot].amount == 0 || p->bot->inventory[slot].kind != ITEM_POTION)
			continue;
		BOT_SEND(p->bot, USE_ITEM, .slot = slot);
		return true;
	}
	return false;
}

static bool casts(struct player *p, const struct bot_character *creature)
{
	if (p->bot->mana < CASTS_FROM || p->bot->spells[1] == 0)
		return false;
	BOT_SEND(p->bot, CAST_SPELL, .slot = 1);
	BOT_SEND(p->bot, WORK_LEFT_CLICK, .x = (uint8_t)creature->x, .y = (uint8_t)creature->y, .skill = SKILL_MAGIC);
	return true;
}

bool player_fights(struct chaos *chaos, struct player *p)
{
	const struct bot_character *creature = creature_near(p->bot);
	if (creature == NULL || roll(chaos, 0, 3) == 0)
		return false;
	struct place at = bot_place(p->bot);
	int heading = heading_to(at, creature);
	chaos->report.fights++;
	if (p->bot->hp < p->bot->hp_max && roll(chaos, 0, 2) == 0 && drinks(chaos, p))
		return true;
	if (roll(chaos, 0, 1) == 0 && casts(p, creature))
		return true;
	if (distance(creature, at) > 1) {
		if (p->role == ROLE_TALKER)
			return false; /* stays where it is */
		bot_step(p->bot, heading);
		return true;
	}
	if (bot_self(p->bot)->heading != heading)
		BOT_SEND(p->bot, CHANGE_HEADING, .heading = heading);
	BOT_SEND(p->bot, ATTACK);
	return true;
}

/* --- hunting ------------------------------------------------------------------------------------------------------ */

/* Where the files place a hostile creature, on any map of the region; map 0 = on this one there is none. */
static struct place lair_choose(struct chaos *chaos)
{
	const struct region *region = &chaos->region;
	unsigned map = region->maps[roll(chaos, 0, (int)region->map_count - 1)], count;
	const struct map_creature *creatures =
		map_creatures(scenario_catalog(), catalog_map(scenario_catalog(), map), &count);
	for (int i = 0; i < 50 && count > 0; i++) {
		const struct map_creature *one = &creatures[roll(chaos, 0, (int)count - 1)];
		if ((catalog_creature(scenario_catalog(), one->creature)->flags & CREATURE_HOSTILE) != 0)
			return (struct place){.map = (uint16_t)map, .x = one->x, .y = one->y};
	}
	return (struct place){0};
}

static int way_to(struct place from, struct place to)
{
	enum { ANOTHER_MAP = 100 };
	return abs(from.x - to.x) + abs(from.y - to.y) + (from.map != to.map ? ANOTHER_MAP : 0);
}

void player_hunts(struct chaos *chaos, struct player *p)
{
	struct place at = bot_place(p->bot);
	if (p->lair.map == 0 || way_to(at, p->lair) <= LAIR_NEAR || roll(chaos, 1, LAIR_FORGOTTEN) == 1) {
		p->lair = lair_choose(chaos);
		for (int i = 0; i < LAIRS_TRIED; i++) { /* rather one that is near */
			struct place other = lair_choose(chaos);
			if (other.map != 0 && way_to(at, other) > LAIR_NEAR &&
				(p->lair.map == 0 || way_to(at, other) < way_to(at, p->lair)))
				p->lair = other;
		}
		p->way_length = 0;
	}
	if (p->lair.map != 0)
		player_goes(chaos, p, p->lair);
}

/* --- being dead --------------------------------------------------------------------------------------------------- */

/* map 0 = the region has no priest. */
static struct place priest_of(const struct region *region)
{
	for (unsigned m = 0; m < region->map_count; m++) {
		unsigned count;
		const struct map_creature *creatures =
			map_creatures(scenario_catalog(), catalog_map(scenario_catalog(), region->maps[m]), &count);
		for (unsigned i = 0; i < count; i++) {
			if (catalog_creature(scenario_catalog(), creatures[i].creature)->kind == CREATURE_PRIEST)
				return (struct place){.map = (uint16_t)region->maps[m], .x = creatures[i].x, .y = creatures[i].y};
		}
	}
	return (struct place){0};
}

bool player_mourns(struct chaos *chaos, struct player *p)
{
	struct place priest = priest_of(&chaos->region), at = bot_place(p->bot), to = priest;
	if (priest.map == 0 || roll(chaos, 0, 3) == 0)
		return false;
	if (at.map == priest.map && abs(at.x - priest.x) + abs(at.y - priest.y) <= PRIEST_HEARS) {
		BOT_SEND(p->bot, DOUBLE_CLICK, .x = priest.x, .y = priest.y);
		return true;
	}
	to.x = (uint8_t)(to.x + roll(chaos, -PRIEST_NEAR_X, PRIEST_NEAR_X));
	to.y = (uint8_t)(to.y + roll(chaos, -PRIEST_NEAR_Y, PRIEST_NEAR_Y));
	player_goes(chaos, p, to);
	return true;
}
