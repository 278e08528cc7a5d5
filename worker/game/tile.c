#include "worker/game/tile.h"

#include <assert.h>
#include <stdlib.h>

#include "worker/game/ground.h"
#include "worker/game/say.h"

bool tile_is_blocked(const struct world *world, uint32_t map, int x, int y)
{
	if (!tile_is_on_map(x, y))
		return true;
	unsigned tile = tile_index((unsigned)x, (unsigned)y);
	return (world->maps[map].blocked[tile / 8] >> (tile % 8) & 1) != 0;
}

bool tile_is_water(const struct catalog *catalog, uint32_t map, int x, int y)
{
	const struct map_def *def = catalog_map(catalog, map);
	return def != NULL && (map_tile_flags(catalog, def, x, y) & TILE_WATER) != 0;
}

enum trigger tile_trigger(const struct catalog *catalog, uint32_t map, int x, int y)
{
	const struct map_def *def = catalog_map(catalog, map);
	return def != NULL ? map_tile_trigger(catalog, def, x, y) : TRIGGER_NONE;
}

uint32_t tile_occupant(const struct world *world, uint32_t map, int x, int y)
{
	return tile_is_on_map(x, y) ? world->maps[map].occupant[tile_index((unsigned)x, (unsigned)y)] : 0;
}

bool map_is_unsafe(const struct catalog *catalog, uint32_t map)
{
	const struct map_def *def = catalog_map(catalog, map);
	return def != NULL && (def->flags & MAP_SAFE) == 0;
}

unsigned body_terrain(const struct body *body)
{
	return (body->flags & BODY_SAILING) != 0 ? WANT_WATER : WANT_LAND;
}

static bool occupant_gives_way(const struct world *world, uint32_t occupant)
{
	return body_is_player(world, occupant) &&
		   (world->bodies[occupant].flags & (BODY_GHOST | BODY_ADMIN_INVISIBLE)) != 0;
}

bool tile_is_legal(const struct tx *tx, uint32_t map, int x, int y, unsigned want)
{
	const struct map_def *def = catalog_map(tx->catalog, map);
	if (def == NULL || !tile_is_in_frame(x, y) || tile_is_blocked(tx->world, map, x, y))
		return false;
	unsigned flags = map_tile_flags(tx->catalog, def, x, y);
	if ((want & ((flags & TILE_WATER) != 0 ? WANT_WATER : WANT_LAND)) == 0)
		return false;
	if ((want & WANT_NO_EXIT) != 0 && (flags & TILE_EXIT) != 0)
		return false;
	if ((want & WANT_FOR_CREATURES) != 0 && map_tile_trigger(tx->catalog, def, x, y) == TRIGGER_NO_CREATURES)
		return false;
	uint32_t occupant = tile_occupant(tx->world, map, x, y);
	return occupant == 0 || ((want & WANT_PUSHABLE) != 0 && occupant_gives_way(tx->world, occupant));
}

/* Tile number `step` of the rhombus of this radius, beginning at its west corner and going by north and east. */
static void rhombus_tile(int radius, int step, int *dx, int *dy)
{
	int side = step / radius, at = step % radius;
	switch (side) {
	case 0: /* west to north */
		*dx = -radius + at;
		*dy = -at;
		break;
	case 1: /* north to east */
		*dx = at;
		*dy = -radius + at;
		break;
	case 2: /* east to south */
		*dx = radius - at;
		*dy = at;
		break;
	default: /* south to west */
		*dx = -at;
		*dy = radius - at;
		break;
	}
}

typedef bool tile_test(const struct tx *tx, uint32_t map, int x, int y, const void *what);

static struct place rhombi_search(const struct tx *tx, struct place from, int radius_max, tile_test *test,
								  const void *what)
{
	if (test(tx, from.map, from.x, from.y, what))
		return from;
	for (int radius = 1; radius <= radius_max; radius++) {
		for (int step = 0; step < radius * 4; step++) {
			int dx, dy;
			rhombus_tile(radius, step, &dx, &dy);
			if (test(tx, from.map, from.x + dx, from.y + dy, what))
				return (struct place){.map = from.map, .x = (uint8_t)(from.x + dx), .y = (uint8_t)(from.y + dy)};
		}
	}
	return (struct place){0};
}

static bool test_legal(const struct tx *tx, uint32_t map, int x, int y, const void *what)
{
	return tile_is_legal(tx, map, x, y, *(const unsigned *)what);
}

struct place tile_closest_legal(const struct tx *tx, struct place from, unsigned want)
{
	return rhombi_search(tx, from, 12, test_legal, &want);
}

struct item_wish {
	struct stack stack;
	unsigned terrain;
};

static bool test_item(const struct tx *tx, uint32_t map, int x, int y, const void *what)
{
	const struct item_wish *wish = what;
	if (!tile_is_legal(tx, map, x, y, wish->terrain | WANT_NO_EXIT))
		return false;
	return ground_room(tx->world, map, (unsigned)x, (unsigned)y, wish->stack) == wish->stack.amount;
}

struct place tile_for_item_on(const struct tx *tx, struct place from, struct stack stack, unsigned terrain)
{
	return rhombi_search(tx, from, 16, test_item, &(const struct item_wish){.stack = stack, .terrain = terrain});
}

struct place tile_for_item(const struct tx *tx, struct place from, struct stack stack)
{
	return tile_for_item_on(tx, from, stack, WANT_LAND | WANT_WATER);
}

void tile_block(struct tx *tx, uint32_t map, int x, int y, bool blocked)
{
	if (!tile_is_on_map(x, y))
		return;
	unsigned tile = tile_index((unsigned)x, (unsigned)y);
	uint8_t *byte = &tx->world->maps[map].blocked[tile / 8];
	uint8_t bit = (uint8_t)(1u << (tile % 8));
	SET(tx, *byte, blocked ? *byte | bit : *byte & (uint8_t)~bit);
	PUT(say_begin(tx), BLOCK_POSITION, .x = (uint8_t)x, .y = (uint8_t)y, .blocked = blocked);
	say_map(tx, map, NOTE_FLAG_VIEW);
}
