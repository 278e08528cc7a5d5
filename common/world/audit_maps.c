/* audit_maps.c - tiles, who stands on them, what lies there, doors, lists of players, creatures. */
#include <string.h>

#include "common/catalog/catalog.h"
#include "common/world/audit_parts.h"
#include "common/world/populate.h"

static bool is_body(const struct world *w, uint32_t index)
{
	return index >= 1 && index <= w->limits.players + w->limits.creatures;
}

static void occupant_look(struct look *look, uint32_t map, unsigned tile)
{
	const struct world *w = look->w;
	uint32_t occupant = w->maps[map].occupant[tile];
	if (!is_body(w, occupant)) {
		audit_find(look->audit, "map %u (%u,%u): body %u stands there, which is none", map, tile_x(tile), tile_y(tile),
				   occupant);
		return;
	}
	const struct body *body = &w->bodies[occupant];
	if (body->map != map || tile_index(body->x, body->y) != tile)
		audit_find(look->audit, "map %u (%u,%u): body %u stands there, but it says map %u (%u,%u)", map, tile_x(tile),
				   tile_y(tile), occupant, body->map, body->x, body->y);
}

/* Most tiles are empty: eight bytes at a time. */
static void occupants_look(struct look *look, uint32_t map)
{
	enum { AT_ONCE = sizeof(uint64_t) / sizeof(uint16_t) };
	_Static_assert(MAP_TILES % AT_ONCE == 0, "whole words");
	const uint16_t *occupant = look->w->maps[map].occupant;
	for (unsigned tile = 0; tile < MAP_TILES; tile += AT_ONCE) {
		uint64_t word;
		memcpy(&word, &occupant[tile], sizeof word);
		for (unsigned i = 0; word != 0 && i < AT_ONCE; i++) {
			if (occupant[tile + i] != 0)
				occupant_look(look, map, tile + i);
		}
	}
}

/* --- grounds and doors ------------------------------------------------------------------------------------------------------------- */

struct door_bits {
	const uint8_t *terrain, *now;
	uint8_t ruled[sizeof((struct map_state *)0)->blocked]; /* tiles that a door says are open or not */
};

static bool bit_is_set(const uint8_t *bits, unsigned tile)
{
	return (bits[tile / 8] >> (tile % 8) & 1) != 0;
}

/* The door that the map's files put on this tile; NULL = none. */
static const struct item_def *door_of_files(const struct look *look, uint32_t map, unsigned tile)
{
	unsigned count;
	const struct map_object *objects = map_objects(look->catalog, catalog_map(look->catalog, map), &count);
	for (unsigned i = 0; i < count; i++) {
		if (tile_index(objects[i].x, objects[i].y) == tile)
			return catalog_item(look->catalog, objects[i].item);
	}
	return NULL;
}

/* Both tiles of a door are open or blocked as it is, once somebody turned it (rules-economy-social-admin.md 2.10). One that
 * still stands as in the files, or does again, and one that somebody just laid down, may have them as the terrain is. */
static void door_look(struct look *look, uint32_t map, unsigned tile, const struct item_def *door,
					  struct door_bits *bits)
{
	bool closed = (door->flags & ITEM_IS_CLOSED) != 0;
	unsigned west = tile_x(tile) > 1 ? tile - 1 : tile;
	bool as_it_is = bit_is_set(bits->now, tile) == closed && bit_is_set(bits->now, west) == closed;
	bool as_in_files = bit_is_set(bits->now, tile) == bit_is_set(bits->terrain, tile) &&
					   bit_is_set(bits->now, west) == bit_is_set(bits->terrain, west);
	const struct item_def *original = as_it_is ? NULL : door_of_files(look, map, tile);
	bool stands_so =
		original == NULL || original->kind != ITEM_DOOR || ((original->flags & ITEM_IS_CLOSED) != 0) == closed;
	bits->ruled[tile / 8] |= (uint8_t)(1u << (tile % 8));
	bits->ruled[west / 8] |= (uint8_t)(1u << (west % 8));
	if (!as_it_is && !(stands_so && as_in_files))
		audit_find(look->audit, "map %u (%u,%u): the door is %s, its tiles are %sblocked and %sblocked", map,
				   tile_x(tile), tile_y(tile), closed ? "closed" : "open", bit_is_set(bits->now, tile) ? "" : "not ",
				   bit_is_set(bits->now, west) ? "" : "not ");
}

static void ground_look(struct look *look, uint32_t map, unsigned tile, struct door_bits *bits)
{
	const struct stack *stack = &look->w->maps[map].ground[tile];
	look_at_stack(look, stack, "ground of map", map, tile);
	const struct item_def *item = look->catalog != NULL ? catalog_item(look->catalog, stack->item) : NULL;
	if (item != NULL && item->kind == ITEM_DOOR)
		door_look(look, map, tile, item, bits);
}

static void grounds_look(struct look *look, uint32_t map, struct door_bits *bits)
{
	enum { AT_ONCE = sizeof(uint64_t) / sizeof(struct stack) };
	_Static_assert(MAP_TILES % AT_ONCE == 0, "whole words");
	const struct stack *ground = look->w->maps[map].ground;
	for (unsigned tile = 0; tile < MAP_TILES; tile += AT_ONCE) {
		uint64_t word;
		memcpy(&word, &ground[tile], sizeof word);
		for (unsigned i = 0; word != 0 && i < AT_ONCE; i++) {
			if (ground[tile + i].item != 0 || ground[tile + i].amount != 0)
				ground_look(look, map, tile + i, bits);
		}
	}
}

static void hoard_look(struct look *look, uint32_t map)
{
	const struct hoard *hoard = &look->w->maps[map].hoard;
	for (unsigned i = 0; i < HOARD_SLOTS; i++)
		look_at_stack(look, &hoard->stacks[i], "hoard of map", map, i + 1);
}

static void blocked_look(struct look *look, uint32_t map, const struct door_bits *bits)
{
	if (look->catalog == NULL || memcmp(bits->now, bits->terrain, MAP_TILES / 8) == 0)
		return;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (bit_is_set(bits->now, tile) != bit_is_set(bits->terrain, tile) && !bit_is_set(bits->ruled, tile))
			audit_find(look->audit, "map %u (%u,%u): %sblocked, as neither the terrain nor a door says", map,
					   tile_x(tile), tile_y(tile), bit_is_set(bits->now, tile) ? "" : "not ");
	}
}

/* --- who is there ---------------------------------------------------------------------------------------------------------------- */

static uint32_t list_look(struct look *look, uint32_t map)
{
	const struct world *w = look->w;
	const struct map_state *state = &w->maps[map];
	uint32_t count = 0, before = 0;
	for (uint32_t p = state->first_player; p != 0; p = w->bodies[p].next_on_map) {
		if (p > w->limits.players || w->bodies[p].map != map || w->bodies[p].previous_on_map != before ||
			++count > w->limits.players) {
			audit_find(look->audit, "map %u: its list of players is broken at %u", map, p);
			return count;
		}
		before = p;
	}
	if (count != state->players)
		audit_find(look->audit, "map %u: %u players are listed, %u are counted", map, count, state->players);
	if (count > 0 && atomic_load(&w->tick_due_ms[map]) == 0)
		audit_find(look->audit, "map %u: asleep with %u players on it", map, count);
	return count;
}

/* --- creatures ------------------------------------------------------------------------------------------------------------------- */

/* Where each creature was met: on its map's list, among those that wait, among the free. */
static bool is_creature(const struct world *w, uint32_t index)
{
	return index > w->limits.players && index <= w->limits.players + w->limits.creatures;
}

static bool met_first(struct look *look, uint32_t index)
{
	uint8_t *seen = &look->room->seen[index - look->w->limits.players];
	bool first = *seen == 0;
	*seen = 1;
	return first;
}

static uint32_t creature_list_look(struct look *look, uint32_t map)
{
	const struct world *w = look->w;
	uint32_t count = 0, before = 0;
	for (uint32_t b = w->maps[map].first_creature; b != 0; b = w->bodies[b].next_on_map) {
		if (!is_creature(w, b) || w->bodies[b].kind != BODY_CREATURE || w->bodies[b].map != map ||
			w->bodies[b].previous_on_map != before || !met_first(look, b)) {
			audit_find(look->audit, "map %u: its list of creatures is broken at %u", map, b);
			return count;
		}
		count++;
		before = b;
	}
	if (count != w->maps[map].creatures)
		audit_find(look->audit, "map %u: %u creatures are listed, %u are counted", map, count, w->maps[map].creatures);
	return count;
}

static void waiting_look(struct look *look, uint32_t map)
{
	const struct world *w = look->w;
	for (uint32_t b = w->maps[map].first_waiting; b != 0; b = w->bodies[b].next_on_map) {
		if (!is_creature(w, b) || w->bodies[b].kind != BODY_CREATURE || w->bodies[b].map != 0 ||
			w->bodies[b].origin_map != map || creature_of(w, b)->placed == 0 || creature_of(w, b)->act_due_ms == 0 ||
			!met_first(look, b)) {
			audit_find(look->audit, "map %u: its list of creatures that wait is broken at %u", map, b);
			return;
		}
	}
}

static void free_creatures_look(struct look *look)
{
	const struct world *w = look->w;
	uint32_t first = w->realm->free_creature_first, count = w->realm->free_creature_count;
	if (count > w->limits.creatures || (first != 0 && first >= w->limits.creatures)) {
		audit_find(look->audit, "free creatures: %u from %u on, of %u", count, first, w->limits.creatures);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t b = w->free_creatures[(first + i) % w->limits.creatures];
		if (!is_creature(w, b) || w->bodies[b].kind != BODY_NONE || w->bodies[b].map != 0)
			audit_find(look->audit, "free creatures: body %u is listed, which is none or not free", b);
		else if (!met_first(look, b))
			audit_find(look->audit, "free creatures: body %u is listed twice, or is about", b);
	}
}

static void standing_look(struct look *look, uint32_t index)
{
	const struct world *w = look->w;
	const struct body *body = &w->bodies[index];
	if (body->map > w->limits.maps || !tile_is_on_map(body->x, body->y) ||
		w->maps[body->map].occupant[tile_index(body->x, body->y)] != index) {
		audit_find(look->audit, "creature %u: not where it says, map %u (%u,%u)", index, body->map, body->x, body->y);
		return;
	}
	bool at_home = creature_of(w, index)->placed != 0 && body->origin_map == body->map && body->origin_x == body->x &&
				   body->origin_y == body->y; /* some files put theirs behind a counter */
	if (!at_home && bit_is_set(w->maps[body->map].blocked, tile_index(body->x, body->y)))
		audit_find(look->audit, "creature %u: stands in a wall, map %u (%u,%u)", index, body->map, body->x, body->y);
}

/* Whose pet it is, he has it; the other way round: audit_players.c. */
static void master_look(struct look *look, uint32_t index)
{
	const struct world *w = look->w;
	const struct handle master = creature_of(w, index)->master;
	const struct player *player = handle_player(w, master);
	if (master.index == 0)
		return;
	for (unsigned i = 0; player != NULL && i < PETS_MOST; i++) {
		if (player->pets[i].index == index)
			return;
	}
	audit_find(look->audit, "creature %u: a pet of player %u, who does not have it", index, master.index);
}

static void creature_look(struct look *look, uint32_t index, uint32_t first_free)
{
	const struct world *w = look->w;
	const struct body *body = &w->bodies[index];
	const struct creature *creature = creature_of(w, index);
	bool met = look->room->seen[index - w->limits.players] != 0;
	bool gone = creature->placed != 0 && creature->respawns == 0 && body->kind == BODY_CREATURE && body->map == 0 &&
				creature->act_due_ms == 0;
	if (!met && !gone)
		audit_find(look->audit, "creature %u: on no list, of kind %u, it says map %u", index, body->kind, body->map);
	if (look->catalog != NULL && (creature->placed != 0) != (index < first_free))
		audit_find(look->audit, "creature %u: %splaced, as the map files do not say", index,
				   creature->placed != 0 ? "" : "not ");
	if (body->kind != BODY_CREATURE)
		return;
	if (body->map != 0) {
		look->audit->creatures++;
		standing_look(look, index);
	}
	master_look(look, index);
}

static void creatures_look(struct look *look)
{
	const struct world *w = look->w;
	uint64_t counted = 0, listed = 0;
	uint32_t first_free =
		look->catalog != NULL ? populate_first_creature(w, look->catalog, w->limits.maps + 1) : UINT32_MAX;
	memset(look->room->seen, 0, look->room->seen_bytes);
	for (uint32_t map = 1; map <= w->limits.maps; map++) {
		if (w->maps[map].present == 0)
			continue;
		listed += creature_list_look(look, map);
		waiting_look(look, map);
		counted += w->maps[map].creatures;
	}
	free_creatures_look(look);
	for (uint32_t b = w->limits.players + 1; b <= w->limits.players + w->limits.creatures; b++)
		creature_look(look, b, first_free);
	if (counted != look->audit->creatures || listed != counted)
		audit_find(look->audit, "%u creatures are on the maps, %llu are counted, %llu listed", look->audit->creatures,
				   (unsigned long long)counted, (unsigned long long)listed);
}

void look_at_maps(struct look *look)
{
	const struct world *w = look->w;
	uint64_t listed = 0;
	for (uint32_t map = 1; map <= w->limits.maps; map++) {
		struct door_bits bits = {.terrain = look->room->terrain + map * sizeof w->maps[0].blocked,
								 .now = w->maps[map].blocked};
		if (w->maps[map].present == 0)
			continue;
		occupants_look(look, map);
		grounds_look(look, map, &bits);
		hoard_look(look, map);
		blocked_look(look, map, &bits);
		listed += list_look(look, map);
	}
	if (listed != w->realm->players_in_world)
		audit_find(look->audit, "%llu players are listed on the maps, %u are counted in the world",
				   (unsigned long long)listed, w->realm->players_in_world);
	creatures_look(look);
}
