#include "worker/map_reset.h"

#include <stddef.h>
#include <string.h>

#include "common/world/populate.h"
#include "worker/game/tile.h"

enum { UNDO_SPARE = 1024 };

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

/* Off the map: what the files did not place here (it was called here), and what is placed anew below. */
static bool creatures_clear(struct tx *tx, struct map_reset *r, uint32_t first, uint32_t count)
{
	struct world *w = tx->world;
	for (uint32_t b = w->limits.players + 1; b <= w->limits.players + w->limits.creatures; b++) {
		if ((b >= first && b < first + count) || w->bodies[b].map != r->plan->map)
			continue;
		struct body nobody = {.generation = w->bodies[b].generation + 1};
		if (!body_put(tx, r, b, &nobody))
			return false;
	}
	return true;
}

static bool creatures_put(struct tx *tx, struct map_reset *r)
{
	struct world *w = tx->world;
	uint32_t map = r->plan->map, first = populate_first_creature(w, tx->catalog, map);
	struct map_state *state = &w->maps[map];
	unsigned count;
	const struct map_creature *list = map_creatures(tx->catalog, catalog_map(tx->catalog, map), &count);
	if (!creatures_clear(tx, r, first, count))
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct body wanted = {.generation = w->bodies[first + i].generation + 1};
		populate_creature(&wanted, map, &list[i], catalog_creature(tx->catalog, list[i].creature));
		struct place at = {.map = (uint16_t)map, .x = wanted.x, .y = wanted.y};
		bool water = tile_is_water(tx->catalog, map, at.x, at.y);
		if (tile_occupant(w, map, at.x, at.y) != 0)
			at = tile_closest_legal(tx, at, water ? WANT_WATER : WANT_LAND);
		if (at.map == 0)
			wanted =
				(struct body){.generation = wanted.generation}; /* no room for it: it is gone until the next start */
		wanted.x = at.x;
		wanted.y = at.y;
		if (!body_put(tx, r, first + i, &wanted))
			return false;
		if (at.map == 0)
			continue;
		state->occupant[tile_index(at.x, at.y)] = (uint16_t)(first + i);
		r->creatures++;
	}
	if (!save(tx, r, &state->creatures, sizeof state->creatures))
		return false;
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
	if (!save(tx, r, state, offsetof(struct map_state, players)))
		return false;
	atomic_store_explicit(&state->tick_due_ms, r->players > 0 ? tx->now_ms : 0, memory_order_relaxed);
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
