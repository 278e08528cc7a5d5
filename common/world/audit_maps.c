/* audit_maps.c - tiles, who stands on them, what lies there, doors, lists of players, creatures. */
#include <string.h>

#include "common/catalog/catalog.h"
#include "common/world/audit_parts.h"

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
	if (count > 0 && atomic_load(&state->tick_due_ms) == 0)
		audit_find(look->audit, "map %u: asleep with %u players on it", map, count);
	return count;
}

static void creatures_look(struct look *look)
{
	const struct world *w = look->w;
	uint64_t counted = 0;
	for (uint32_t b = w->limits.players + 1; b <= w->limits.players + w->limits.creatures; b++) {
		const struct body *body = &w->bodies[b];
		if (body->kind != BODY_CREATURE || body->map == 0)
			continue;
		look->audit->creatures++;
		if (body->map > w->limits.maps || !tile_is_on_map(body->x, body->y) ||
			w->maps[body->map].occupant[tile_index(body->x, body->y)] != b)
			audit_find(look->audit, "creature %u: not where it says, map %u (%u,%u)", b, body->map, body->x, body->y);
	}
	for (uint32_t map = 1; map <= w->limits.maps; map++)
		counted += w->maps[map].creatures;
	if (counted != look->audit->creatures)
		audit_find(look->audit, "%u creatures are on the maps, %llu are counted", look->audit->creatures,
				   (unsigned long long)counted);
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
		blocked_look(look, map, &bits);
		listed += list_look(look, map);
	}
	if (listed != w->realm->players_in_world)
		audit_find(look->audit, "%llu players are listed on the maps, %u are counted in the world",
				   (unsigned long long)listed, w->realm->players_in_world);
	creatures_look(look);
}
