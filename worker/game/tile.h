/* tile.h - what a tile is like now, who may stand on it, and where the next free one is.
 * Rules: rules-life-combat-magic.md 8.1. Everything about a map wants the map's lock. */
#ifndef ARGENTUM_GAME_TILE_H
#define ARGENTUM_GAME_TILE_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

/* Which tiles are asked for. */
enum tile_want {
	WANT_LAND = 1,
	WANT_WATER = 2,
	WANT_NO_EXIT = 4,
	WANT_PUSHABLE =
		8, /* a ghost or an invisible member of the staff does not count: who walks changes places with it */
	WANT_FOR_CREATURES = 16, /* not where the map keeps creatures out (TRIGGER_NO_CREATURES) */
};

bool tile_is_blocked(const struct world *world, uint32_t map, int x, int y);
bool tile_is_water(const struct catalog *catalog, uint32_t map, int x, int y);
enum trigger tile_trigger(const struct catalog *catalog, uint32_t map, int x, int y);
uint32_t tile_occupant(const struct world *world, uint32_t map, int x, int y); /* body index, 0 = nobody */

/* Inside the legal rectangle, not blocked, nobody there, of the kind that is wanted. */
bool tile_is_legal(const struct tx *tx, uint32_t map, int x, int y, unsigned want);

/* The tile itself, or the nearest legal one: rhombi of radius 1..12 around it, each from its west corner by the north
 * and the east (`ClosestLegalPos`). map 0 = none. */
struct place tile_closest_legal(const struct tx *tx, struct place from, unsigned want);

/* Where a stack can be laid: empty, or the same item with room for all of it; no exit, nobody there; rhombi of radius
 * 0..16 (F-05 of rules-economy-social-admin.md 2.8). map 0 = none. */
struct place tile_for_item(const struct tx *tx, struct place from, struct stack stack);

/* The same on this terrain alone: WANT_LAND, WANT_WATER or both. */
struct place tile_for_item_on(const struct tx *tx, struct place from, struct stack stack, unsigned terrain);

/* Sets or clears the blocked bit and tells everybody on the map (doors). */
void tile_block(struct tx *tx, uint32_t map, int x, int y, bool blocked);

/* In which direction the neighbour lies; heading 1..4. */
static inline void tile_neighbour(int heading, int *x, int *y)
{
	static const int8_t dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	*x += dx[heading];
	*y += dy[heading];
}

/* Where it stands; map 0 = nowhere. */
static inline struct place body_place(const struct body *body)
{
	return (struct place){.map = body->map, .x = body->x, .y = body->y};
}

/* The window a player looks at: 17x13 tiles (rules-life-combat-magic.md 1.2). */
static inline bool tile_in_sight(const struct body *body, int x, int y)
{
	int dx = x - body->x, dy = y - body->y;
	return dx >= -8 && dx <= 8 && dy >= -6 && dy <= 6;
}

/* Players may fight here: the map is not safe (rules-economy-social-admin.md 17.1). */
bool map_is_unsafe(const struct catalog *catalog, uint32_t map);

/* What a body may walk on. */
unsigned body_terrain(const struct body *body);

#endif
