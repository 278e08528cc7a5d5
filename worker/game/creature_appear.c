/* creature_appear.c - creatures come and go: rules-life-combat-magic.md 16.2. */
#include "common/config/config.h"
#include "common/world/populate.h"
#include "common/world/realm.h"
#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_parts.h"
#include "worker/game/legality.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

enum {
	/* 16.2 */
	APPEARANCE_TRIES = 60,
	NO_PLACE_RETRY_MS = 10000, /* the map is full where it may be: later */
};

/* --- appearing ---------------------------------------------------------------------------------------------------- */

/* As its kind is in the beginning, on no map; generation and origin stay, what places it too. */
static void make_anew(struct tx *tx, uint32_t index, unsigned number, const struct creature_def *def)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	bool placed = creature->placed != 0;
	uint16_t origin_map = body->origin_map;
	TOUCH(tx, *body);
	TOUCH(tx, *creature);
	struct map_creature at = {.x = body->origin_x, .y = body->origin_y, .creature = (uint16_t)number};
	populate_creature(body, creature, origin_map, &at, def);
	body->map = 0;
	creature->placed = placed;
	if (!placed)
		creature->respawns = 0;
}

/* It stands on a map from now on: its first beat and its first blow come a little later. */
static void appear(struct tx *tx, uint32_t index, struct place at)
{
	struct creature *creature = creature_of(tx->world, index);
	TOUCH(tx, *creature);
	creature->act_due_ms = creature_first_beat_ms(tx, index);
	creature->strike_due_ms = tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms;
	presence_appear(tx, index, at);
	if (tx->world->maps[at.map].players > 0)
		tick_by(tx, at.map, creature->act_due_ms);
}

static bool somebody_looks(const struct tx *tx, struct place at)
{
	for (uint32_t i = tx->world->maps[at.map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (tile_in_sight(&tx->world->bodies[i], at.x, at.y))
			return true;
	}
	return false;
}

static bool appears_here(const struct tx *tx, struct place at)
{
	switch (tile_trigger(tx->catalog, at.map, at.x, at.y)) {
	case TRIGGER_ROOF:
	case TRIGGER_SHELTER:
	case TRIGGER_NO_CREATURES:
		return false;
	default:
		return !somebody_looks(tx, at);
	}
}

/* Anywhere on the map where nobody sees it come (16.2); else on the last tile that would do, else near the middle. */
static struct place place_at_random(struct tx *tx, uint32_t map, unsigned terrain)
{
	struct place last = {0};
	for (unsigned i = 0; i < APPEARANCE_TRIES; i++) {
		struct place at = {.map = (uint16_t)map};
		at.x = (uint8_t)rng_range(&tx->rng, MAP_FRAME_LEFT, MAP_FRAME_RIGHT);
		at.y = (uint8_t)rng_range(&tx->rng, MAP_FRAME_TOP, MAP_FRAME_BOTTOM);
		at = tile_closest_legal(tx, at, terrain);
		if (at.map == 0)
			continue;
		last = at;
		if (appears_here(tx, at))
			return at;
	}
	if (last.map != 0)
		return last;
	return tile_closest_legal(tx, (struct place){.map = (uint16_t)map, .x = MAP_SIDE / 2, .y = MAP_SIDE / 2}, terrain);
}

struct place creature_place_to_appear(struct tx *tx, uint32_t index, const struct creature_def *def)
{
	const struct body *body = &tx->world->bodies[index];
	struct place origin = {.map = body->origin_map, .x = body->origin_x, .y = body->origin_y};
	unsigned terrain = creature_kind_terrain(def, false);
	if ((def->flags & CREATURE_REMEMBERS_ORIGIN) == 0)
		return place_at_random(tx, origin.map, terrain);
	if (tile_occupant(tx->world, origin.map, origin.x, origin.y) == 0)
		return origin; /* as the files have it, whatever it is */
	return tile_closest_legal(tx, origin, terrain);
}

static void wait_begin(struct tx *tx, uint32_t index, uint64_t for_ms)
{
	struct body *body = &tx->world->bodies[index];
	struct map_state *state = &tx->world->maps[body->origin_map];
	SET(tx, creature_of(tx->world, index)->act_due_ms, tx->now_ms + for_ms);
	SET(tx, body->next_on_map, state->first_waiting);
	SET(tx, state->first_waiting, index);
	if (state->players > 0)
		tick_by(tx, body->origin_map, tx->now_ms + for_ms);
}

static void appear_again(struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	struct place at = creature_place_to_appear(tx, index, def);
	if (at.map != 0) {
		appear(tx, index, at);
		return;
	}
	tx_log(tx, LOG_LEVEL_WARNING, "map %u has no place for creature %u, which waits",
		   tx->world->bodies[index].origin_map, tx->world->bodies[index].creature);
	wait_begin(tx, index, NO_PLACE_RETRY_MS);
}

uint32_t creature_spawn(struct tx *tx, unsigned number, struct place at, bool warp)
{
	const struct creature_def *def = catalog_creature(tx->catalog, number);
	if (def == NULL || !tx_need(tx, tx->world->realm_domain))
		return 0;
	at = tile_closest_legal(tx, at, creature_kind_terrain(def, false));
	uint32_t index = at.map != 0 ? realm_creature_take(tx) : 0;
	if (index == 0)
		return 0;
	make_anew(tx, index, number, def);
	appear(tx, index, at);
	if (warp) {
		show_sound(tx, at.map, at.x, at.y, SOUND_WARP);
		presence_effect(tx, index, FX_WARP, 0);
	}
	return index;
}

/* --- leaving ------------------------------------------------------------------------------------------------------ */

bool creature_take_off(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	bool placed = creature->placed != 0;
	if (!placed && !tx_need(tx, tx->world->realm_domain))
		return false;
	const struct player *owner = handle_player(tx->world, creature->owner);
	if (owner != NULL && tx->world->bodies[creature->owner.index].map == body->map && owner->owned.index == index)
		ownership_lose(tx, creature->owner.index);
	pet_lost(tx, index);
	presence_vanish(tx, index);
	if (!placed) {
		realm_creature_give(tx, index);
		return true;
	}
	SET(tx, body->generation, body->generation + 1);
	make_anew(tx, index, body->creature, creature_def_of(tx, index));
	return true;
}

void creature_remove(struct tx *tx, uint32_t index)
{
	if (creature_at(tx, index) == NULL || tx->world->bodies[index].map == 0)
		return;
	if (creature_take_off(tx, index))
		SET(tx, creature_of(tx->world, index)->respawns, 0); /* until the world is made anew */
}

/* --- appearing again ---------------------------------------------------------------------------------------------- */

void creature_comes_back(struct tx *tx, uint32_t index)
{
	if (tx->config->intervals.respawn_ms > 0)
		wait_begin(tx, index, (uint64_t)tx->config->intervals.respawn_ms);
	else
		appear_again(tx, index);
}

bool creature_is_to_come_back(const struct creature *creature)
{
	return creature->placed != 0 && creature->respawns != 0;
}

/* Who finds no place waits anew, at the head of the list. */
void creatures_waiting_run(struct tx *tx, uint32_t map)
{
	struct map_state *state = &tx->world->maps[map];
	for (uint32_t index = state->first_waiting, before = 0, next; index != 0 && tick_has_room(tx); index = next) {
		struct body *body = &tx->world->bodies[index];
		next = body->next_on_map;
		if (creature_of(tx->world, index)->act_due_ms > tx->now_ms) {
			before = index;
			continue;
		}
		if (before != 0)
			SET(tx, tx->world->bodies[before].next_on_map, next);
		else
			SET(tx, state->first_waiting, next);
		SET(tx, body->next_on_map, 0);
		appear_again(tx, index);
		if (before == 0 && state->first_waiting == index)
			before = index;
	}
}

uint32_t creature_leaves_the_wild(struct tx *tx, uint32_t index, bool stays)
{
	const struct body *body = &tx->world->bodies[index];
	bool back = creature_is_to_come_back(creature_of(tx->world, index));
	struct place at = body_place(body);
	uint16_t number = body->creature;
	uint8_t heading = body->heading;
	int32_t hp = body->hp;
	if (!tx_need(tx, tx->world->realm_domain) || !creature_take_off(tx, index))
		return 0;
	uint32_t pet = stays ? creature_spawn(tx, number, at, false) : 0;
	if (pet != 0) {
		SET(tx, tx->world->bodies[pet].hp, hp);
		SET(tx, tx->world->bodies[pet].heading, heading);
		presence_changed(tx, pet);
	}
	if (back)
		creature_comes_back(tx, index);
	return pet;
}
