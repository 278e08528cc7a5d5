/* home.c - a ghost's way home, and choosing where home is (rules-life-combat-magic.md 14.6). How far it is stands in the
 * catalog, computed when that was built (catalog_city_distance). */
#include "worker/game/home.h"

#include "common/catalog/tables.h"
#include "worker/game/consume.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"

enum { DUNGEON_MAPS = 5 }; /* what a dungeon counts beyond the last map under the sky */

int home_distance(const struct catalog *catalog, unsigned city, unsigned map, unsigned surface_map)
{
	unsigned distance = catalog_city_distance(catalog, city, map);
	if (distance != CITY_UNREACHED)
		return (int)distance;
	distance = catalog_city_distance(catalog, city, surface_map);
	return distance != CITY_UNREACHED ? (int)distance + DUNGEON_MAPS : -1;
}

int home_seconds(int distance, int per_map, int least, int most)
{
	int64_t seconds = ((int64_t)distance + 1) * per_map;
	seconds = seconds > most ? most : seconds;
	return (int)(seconds < least ? least : seconds);
}

/* --- where it is -------------------------------------------------------------------------------------------------------- */

/* The tile of the city that the files name, or where newcomers start when its map is not there. */
static struct place city_place(const struct tx *tx, unsigned city)
{
	const struct city_def *def = catalog_city(tx->catalog, city);
	bool there = def != NULL && catalog_map(tx->catalog, def->place.map) != NULL;
	return there ? def->place : tx->world->realm->start;
}

/* Off the boat and to a free tile of the city. false: the map is not held yet, or nowhere is room. */
static bool city_reach(struct tx *tx, uint32_t index, unsigned city)
{
	struct place to = city_place(tx, city);
	if (catalog_map(tx->catalog, to.map) == NULL || !tx_need(tx, to.map))
		return false;
	to = tile_closest_legal(tx, to, WANT_LAND | WANT_NO_EXIT);
	if (to.map == 0)
		return false;
	boat_leave(tx, index);
	travel_to(tx, index, to, TRAVEL_WARPS);
	return true;
}

/* --- the way ------------------------------------------------------------------------------------------------------------- */

/* 5.6: cities that take in who has grown up; the others have no gate of their own. */
static unsigned newbie_city(unsigned home)
{
	return home == CITY_LINDOS || home == CITY_ULLATHORPE || home == CITY_BANDERBILL ? home : CITY_NIX;
}

static bool outgrew_map(const struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	const struct map_def *map = catalog_map(tx->catalog, tx->world->bodies[index].map);
	return map->restriction == RESTRICTION_NEWBIE && player->level > LEVEL_NEWBIE_LAST && !player_is_staff(player);
}

void home_outgrown(struct tx *tx, uint32_t index)
{
	if (outgrew_map(tx, index) && !tx->world->players[index].travelling)
		effect_schedule(tx, index, EFFECT_HOME, tx->now_ms);
}

void home_arrive(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	bool ghost = player->dead && player->travelling;
	effect_schedule(tx, index, EFFECT_HOME, 0);
	if (!ghost) {
		home_cancel(tx, index);
		if (outgrew_map(tx, index))
			city_reach(tx, index, newbie_city(player->home));
		return;
	}
	SET(tx, player->travelling, 0);              /* it is over, not cancelled */
	SET(tx, player->last_active_ms, tx->now_ms); /* nobody is idle on his way (4.2) */
	if (city_reach(tx, index, player->home))
		TELL_MULTI(tx, index, FINISH_HOME);
	else
		TELL_MULTI(tx, index, CANCEL_HOME);
}

void home_cancel(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (!player->travelling)
		return;
	SET(tx, player->travelling, 0);
	SET(tx, player->last_active_ms, tx->now_ms);
	effect_schedule(tx, index, EFFECT_HOME, 0);
	TELL_MULTI(tx, index, CANCEL_HOME);
}

static void way_begins(struct tx *tx, const struct actor *me)
{
	struct player *player = me->player;
	int distance = home_distance(tx->catalog, player->home, me->body->map, player->surface_map);
	int seconds = home_seconds(distance, tx->config->rules.home_seconds_per_map, tx->config->rules.home_seconds_min,
							   tx->config->rules.home_seconds_max);
	const struct map_def *map = catalog_map(tx->catalog, city_place(tx, player->home).map);
	SET(tx, player->travelling, 1);
	effect_schedule(tx, me->index, EFFECT_HOME, tx->now_ms + (uint64_t)seconds * 1000);
	TELL_MULTI(tx, me->index, HOME, .distance_maps = (uint8_t)clamp_i64(distance, 0, UINT8_MAX),
			   .seconds = (int16_t)seconds,
			   .home_name = text_of(map != NULL ? catalog_text(tx->catalog, map->name) : ""));
}

/* TEXT_ID_COUNT = he may go. */
static enum text_id way_refusal(const struct tx *tx, const struct actor *me)
{
	const struct map_def *map = catalog_map(tx->catalog, me->body->map);
	if (!me->player->dead)
		return TEXT_HOME_ALIVE;
	if (map->restriction != RESTRICTION_NONE || me->player->jail_minutes > 0)
		return TEXT_HOME_NOT_HERE;
	return city_place(tx, me->player->home).map == me->body->map ? TEXT_HOME_HERE : TEXT_ID_COUNT;
}

/* --- choosing it ------------------------------------------------------------------------------------------------------------ */

/* The governor of a city that he points at; 0 = he does not. */
static uint32_t governor_pointed(const struct tx *tx, const struct actor *me)
{
	const struct body *body = handle_body(tx->world, me->player->target.creature);
	const struct creature_def *def = body != NULL ? catalog_creature(tx->catalog, body->creature) : NULL;
	if (def == NULL || def->kind != CREATURE_GOVERNOR || def->city == 0 || body->map != me->body->map ||
		!tile_in_sight(me->body, body->x, body->y))
		return 0;
	return me->player->target.creature.index;
}

static void home_choose(struct tx *tx, const struct actor *me, uint32_t governor)
{
	unsigned city = catalog_creature(tx->catalog, tx->world->bodies[governor].creature)->city;
	char line[128];
	enum text_id id = me->player->home == city ? TEXT_HOME_ALREADY : TEXT_HOME_CHOSEN;
	if (me->player->home != city) {
		SET(tx, me->player->home, (uint8_t)city);
		player_changed(tx, me->player);
	}
	struct text text = text_format(line, sizeof line, id, table_city_name(city));
	TELL(tx, me->index, CHAT_OVER_HEAD, .text = text, .char_index = (int16_t)governor, .r = 255, .g = 255, .b = 255);
}

enum tx_verdict rule_home(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint32_t governor = governor_pointed(tx, me);
	enum text_id why = TEXT_ID_COUNT;
	if (governor != 0)
		home_choose(tx, me, governor);
	else if (me->player->travelling)
		home_cancel(tx, me->index);
	else if ((why = way_refusal(tx, me)) == TEXT_ID_COUNT)
		way_begins(tx, me);
	else
		tell_text(tx, me->index, FONT_INFO, why);
	return TX_COMMIT;
}
