#include "worker/map_reset.h"

#include <stddef.h>
#include <string.h>

#include "common/world/populate.h"
#include "worker/game/tile.h"

enum { UNDO_SPARE = 1024, NO_PLACE_RETRY_MS = 10000 };

/* --- what is on the map --------------------------------------------------------------------------------------------- */

static bool is_there(const struct world *w, uint32_t index, uint32_t map)
{
	const struct player *player = &w->players[index];
	return w->bodies[index].map == map && (player->state == PLAYER_PLAYING || player->state == PLAYER_LINGERING);
}

static bool ring_is_sound(const struct world *w, uint32_t map)
{
	const struct ring *ring = &w->domains[map].ring;
	const struct region *rings = &w->header->regions[WORLD_REGION_RINGS];
	uint64_t head = ring_head(ring);
	return ring->size == w->limits.map_ring_bytes &&
		   ring->data == rings->offset + (uint64_t)(map - 1) * w->limits.map_ring_bytes &&
		   head <= atomic_load(&ring->announced) && head % 8 == 0;
}

/* Saves the old bytes if the log has room for them. */
static bool save(struct tx *tx, struct map_reset *r, void *place, size_t bytes)
{
	uint64_t needs = sizeof(struct undo_record) + (bytes + 7) / 8 * 8 + sizeof(uint64_t);
	if (needs > r->undo_left) {
		r->result = MAP_RESET_TOO_MUCH;
		return false;
	}
	r->undo_left -= needs;
	tx_touch(tx, place, bytes);
	return true;
}

/* --- ground --------------------------------------------------------------------------------------------------------- */

static bool ground_put(struct tx *tx, struct map_reset *r)
{
	struct map_state *state = &tx->world->maps[r->plan->map];
	for (unsigned tile = 0; tile < MAP_TILES; tile++)
		r->ground_wrong += memcmp(&state->ground[tile], &r->plan->ground[tile], sizeof state->ground[tile]) != 0;
	if (r->ground_wrong > 0) {
		if (!save(tx, r, state->ground, sizeof state->ground))
			return false;
		memcpy(state->ground, r->plan->ground, sizeof state->ground);
	}
	if (memcmp(&state->hoard, &(const struct hoard){0}, sizeof state->hoard) != 0) {
		if (!save(tx, r, &state->hoard, sizeof state->hoard))
			return false;
		state->hoard = (struct hoard){0}; /* the plan has it on the ground: those who held it are no more */
	}
	if (memcmp(state->blocked, r->plan->blocked, sizeof state->blocked) == 0)
		return true;
	r->tiles_wrong++;
	if (!save(tx, r, state->blocked, sizeof state->blocked))
		return false;
	memcpy(state->blocked, r->plan->blocked, sizeof state->blocked);
	return true;
}

/* --- who stands where ----------------------------------------------------------------------------------------------- */

static bool body_put(struct tx *tx, struct map_reset *r, uint32_t index, const struct body *wanted)
{
	struct body *body = &tx->world->bodies[index];
	if (memcmp(body, wanted, sizeof *body) == 0)
		return true;
	if (!save(tx, r, body, sizeof *body))
		return false;
	*body = *wanted;
	return true;
}

static bool place_is_good(const struct world *w, const struct body *body)
{
	return tile_is_on_map(body->x, body->y) && !tile_is_blocked(w, body->map, body->x, body->y) &&
		   tile_occupant(w, body->map, body->x, body->y) == 0;
}

/* From the middle of the map on: a legal tile; else one that is not blocked; else any that nobody stands on. */
static struct place tile_anywhere(const struct tx *tx, uint32_t map, unsigned terrain)
{
	enum { LEGAL, OPEN, ANY, ROUNDS };
	const unsigned middle = tile_index(MAP_SIDE / 2, MAP_SIDE / 2);
	for (unsigned round = LEGAL; round < ROUNDS; round++) {
		for (unsigned i = 0; i < MAP_TILES; i++) {
			unsigned tile = (middle + i) % MAP_TILES;
			int x = tile_x(tile), y = tile_y(tile);
			bool good = round == LEGAL  ? tile_is_legal(tx, map, x, y, terrain)
						: round == OPEN ? !tile_is_blocked(tx->world, map, x, y)
										: true;
			if (good && tile_occupant(tx->world, map, x, y) == 0)
				return (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
		}
	}
	return (struct place){0};
}

static bool player_move(struct tx *tx, struct map_reset *r, uint32_t index)
{
	struct body wanted = tx->world->bodies[index];
	struct place from = {.map = wanted.map, .x = wanted.x, .y = wanted.y};
	struct place to = {0};
	if (tile_is_on_map(from.x, from.y))
		to = tile_closest_legal(tx, from, body_terrain(&wanted));
	if (to.map == 0)
		to = tile_anywhere(tx, wanted.map, body_terrain(&wanted));
	if (to.map == 0) {
		r->result = MAP_RESET_TOO_MUCH;
		return false;
	}
	wanted.x = to.x;
	wanted.y = to.y;
	r->players_moved++;
	tx->world->maps[wanted.map].occupant[tile_index(to.x, to.y)] = (uint16_t)index; /* saved with the array */
	return body_put(tx, r, index, &wanted);
}

/* Bodies that say they are here and are nobody's. */
static bool strays_clear(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (w->bodies[p].map != map || is_there(w, p, map))
			continue;
		struct body wanted = w->bodies[p];
		wanted.map = 0;
		wanted.next_on_map = wanted.previous_on_map = 0;
		r->bodies_cleared++;
		if (!body_put(tx, r, p, &wanted))
			return false;
	}
	return true;
}

/* First those whose place is good, in the order of their numbers; then the others find one. */
static bool players_put(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map;
	struct map_state *state = &w->maps[map];
	memcpy(r->occupant, state->occupant, sizeof r->occupant); /* as it was, to count what was wrong */
	if (!save(tx, r, state->occupant, sizeof state->occupant))
		return false;
	memset(state->occupant, 0, sizeof state->occupant);
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (!is_there(w, p, map))
			continue;
		r->players++;
		if (place_is_good(w, &w->bodies[p]))
			state->occupant[tile_index(w->bodies[p].x, w->bodies[p].y)] = (uint16_t)p;
	}
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		const struct body *body = &w->bodies[p];
		if (is_there(w, p, map) &&
			(!tile_is_on_map(body->x, body->y) || state->occupant[tile_index(body->x, body->y)] != p) &&
			!player_move(tx, r, p))
			return false;
	}
	return true;
}

/* The list is right when each of us is met once on the way. */
static bool list_is_right(const struct world *w, uint32_t map, uint32_t players)
{
	const struct map_state *state = &w->maps[map];
	uint32_t count = 0, before = 0;
	for (uint32_t p = state->first_player; p != 0; p = w->bodies[p].next_on_map) {
		if (p > w->limits.players || !is_there(w, p, map) || w->bodies[p].previous_on_map != before ||
			++count > players)
			return false;
		before = p;
	}
	return count == players && state->players == players;
}

/* Together with the walk over all players still one pass: each gap is looked at twice. */
static uint32_t next_there(const struct world *w, uint32_t index, uint32_t map)
{
	for (uint32_t p = index + 1; p <= w->limits.players; p++) {
		if (is_there(w, p, map))
			return p;
	}
	return 0;
}

static bool list_put(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map, before = 0;
	struct map_state *state = &w->maps[map];
	r->list_wrong = !list_is_right(w, map, r->players);
	uint32_t first = r->list_wrong ? 0 : state->first_player;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (!is_there(w, p, map))
			continue;
		struct body wanted = w->bodies[p];
		wanted.kind = BODY_PLAYER;
		wanted.generation = w->players[p].generation;
		wanted.heading = wanted.heading >= 1 && wanted.heading <= 4 ? wanted.heading : 3;
		if (r->list_wrong) {
			wanted.previous_on_map = before;
			wanted.next_on_map = next_there(w, p, map);
			first = before == 0 ? p : first;
		}
		before = p;
		if (!body_put(tx, r, p, &wanted))
			return false;
	}
	if (!save(tx, r, &state->players, sizeof state->players) ||
		!save(tx, r, &state->first_player, sizeof state->first_player))
		return false;
	state->players = r->players;
	state->first_player = first;
	return true;
}

/* --- creatures ------------------------------------------------------------------------------------------------------ */

static bool creature_put(struct tx *tx, struct map_reset *r, uint32_t index, const struct body *wanted,
						 const struct creature *about)
{
	struct creature *creature = creature_of(tx->world, index);
	if (!body_put(tx, r, index, wanted) || !save(tx, r, creature, sizeof *creature))
		return false;
	*creature = *about;
	return true;
}

static bool is_free(const struct world *w, uint32_t index)
{
	const struct realm *realm = w->realm;
	for (uint32_t i = 0; i < realm->free_creature_count; i++) {
		if (w->free_creatures[(realm->free_creature_first + i) % w->limits.creatures] == index)
			return true;
	}
	return false;
}

/* A body that was given out (a pet's, a summoned one's, a trainer's) is free again, once. */
static bool give_back(struct tx *tx, struct map_reset *r, uint32_t index)
{
	struct world *w = tx->world;
	struct realm *realm = w->realm;
	struct body nobody = {.generation = w->bodies[index].generation + 1};
	if (!tx_need(tx, w->realm_domain) || !creature_put(tx, r, index, &nobody, &(const struct creature){0}))
		return false;
	if (is_free(w, index))
		return true;
	uint32_t *last =
		&w->free_creatures[(realm->free_creature_first + realm->free_creature_count) % w->limits.creatures];
	if (!save(tx, r, last, sizeof *last) ||
		!save(tx, r, &realm->free_creature_count, sizeof realm->free_creature_count))
		return false;
	*last = index;
	realm->free_creature_count++;
	return true;
}

/* One that another map's files place cannot be here: it is gone until the next start. */
static bool stranger_clear(struct tx *tx, struct map_reset *r, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	struct body nowhere = {.generation = body->generation + 1,
						   .kind = BODY_CREATURE,
						   .creature = body->creature,
						   .origin_map = body->origin_map,
						   .origin_x = body->origin_x,
						   .origin_y = body->origin_y};
	return creature_put(tx, r, index, &nowhere, &(const struct creature){.placed = 1});
}

/* Off the map: what the files did not place here. */
static bool creatures_clear(struct tx *tx, struct map_reset *r, uint32_t first, uint32_t count)
{
	struct world *w = tx->world;
	uint32_t first_free = populate_first_creature(w, tx->catalog, w->limits.maps + 1);
	for (uint32_t b = w->limits.players + 1; b <= w->limits.players + w->limits.creatures; b++) {
		if ((b >= first && b < first + count) || w->bodies[b].map != r->plan->map)
			continue;
		if (!(b < first_free ? stranger_clear(tx, r, b) : give_back(tx, r, b)))
			return false;
	}
	return true;
}

/* Nobody here has a pet with him any more; tamed ones wait outside. */
static bool pets_part(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		struct player *player = &w->players[p];
		if (!is_there(w, p, r->plan->map))
			continue;
		for (unsigned i = 0; i < PETS_MOST; i++) {
			if (player->pets[i].index == 0)
				continue;
			if (!save(tx, r, &player->pets[i], sizeof player->pets[i]))
				return false;
			player->pets[i] = (struct handle){0};
		}
	}
	return true;
}

/* At its place or beside it; without room it waits. */
static bool creature_place(struct tx *tx, struct map_reset *r, uint32_t index, const struct map_creature *placed)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map;
	struct map_state *state = &w->maps[map];
	struct body wanted = {.generation = w->bodies[index].generation + 1};
	struct creature about;
	populate_creature(&wanted, &about, map, placed, catalog_creature(tx->catalog, placed->creature));
	struct place at = {.map = (uint16_t)map, .x = wanted.x, .y = wanted.y};
	bool water = tile_is_water(tx->catalog, map, at.x, at.y);
	if (tile_occupant(w, map, at.x, at.y) != 0)
		at = tile_closest_legal(tx, at, water ? WANT_WATER : WANT_LAND);
	uint32_t *first = at.map != 0 ? &state->first_creature : &state->first_waiting;
	wanted.map = at.map;
	wanted.x = at.x;
	wanted.y = at.y;
	wanted.next_on_map = *first;
	if (at.map == 0)
		about.act_due_ms = tx->now_ms + NO_PLACE_RETRY_MS;
	if (!creature_put(tx, r, index, &wanted, &about))
		return false;
	if (at.map != 0) {
		state->occupant[tile_index(at.x, at.y)] = (uint16_t)index; /* saved with the array */
		if (*first != 0)
			w->bodies[*first].previous_on_map = index; /* saved when it was placed */
		r->creatures++;
	}
	*first = index;
	return true;
}

static bool creatures_put(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map, first = populate_first_creature(w, tx->catalog, map);
	struct map_state *state = &w->maps[map];
	unsigned count;
	const struct map_creature *list = map_creatures(tx->catalog, catalog_map(tx->catalog, map), &count);
	if (!creatures_clear(tx, r, first, count) || !pets_part(tx, r) ||
		!save(tx, r, &state->creatures, sizeof state->creatures) ||
		!save(tx, r, &state->first_creature, sizeof state->first_creature) ||
		!save(tx, r, &state->first_waiting, sizeof state->first_waiting))
		return false;
	state->first_creature = state->first_waiting = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!creature_place(tx, r, first + i, &list[i]))
			return false;
	}
	state->creatures = r->creatures;
	return true;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

/* Tiles on which somebody was said to stand who did not, or the other way round; creatures, who walk, left out. */
static void tiles_compare(const struct world *w, struct map_reset *r)
{
	const struct map_state *state = &w->maps[r->plan->map];
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		uint32_t was = r->occupant[tile], is = state->occupant[tile];
		bool concerns =
			was > w->limits.players + w->limits.creatures || body_is_player(w, was) || body_is_player(w, is);
		r->tiles_wrong += was != is && concerns;
	}
}

static bool clock_put(struct tx *tx, struct map_reset *r)
{
	struct map_state *state = &tx->world->maps[r->plan->map];
	_Atomic uint64_t *due_ms = &tx->world->tick_due_ms[r->plan->map];
	if (!save(tx, r, state, offsetof(struct map_state, players)) || !save(tx, r, due_ms, sizeof *due_ms))
		return false;
	atomic_store_explicit(due_ms, r->players > 0 ? tx->now_ms : 0, memory_order_relaxed);
	state->tick_last_ms = tx->now_ms;
	state->ground_version++; /* the next cut writes it as it is now */
	return true;
}

enum tx_verdict map_reset(struct tx *tx, void *context)
{
	struct map_reset *r = context;
	struct world *w = tx->world;
	uint32_t map = r->plan->map;
	*r = (struct map_reset){.plan = r->plan, .ground_version = r->ground_version};
	r->undo_left = w->limits.undo_bytes > UNDO_SPARE ? w->limits.undo_bytes - UNDO_SPARE : 0;
	r->result = w->maps[map].ground_version != r->ground_version ? MAP_RESET_CHANGED
				: !ring_is_sound(w, map)                         ? MAP_RESET_RING
																 : MAP_RESET_DONE;
	if (r->result != MAP_RESET_DONE || !ground_put(tx, r) || !strays_clear(tx, r) || !players_put(tx, r) ||
		!list_put(tx, r) || !creatures_put(tx, r) || !clock_put(tx, r))
		return TX_CANCEL;
	tiles_compare(w, r);
	tx_append(tx, map, &(struct note){.kind = NOTE_RESYNC_ALL}, "", 0);
	return TX_COMMIT;
}
