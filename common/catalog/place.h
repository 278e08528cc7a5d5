/* place.h - a tile of the world. */
#ifndef ARGENTUM_CATALOG_PLACE_H
#define ARGENTUM_CATALOG_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MAP_SIDE = 100,                  /* tiles, both ways; counted from 1 */
	MAP_TILES = MAP_SIDE * MAP_SIDE, /* in a map; y outer, x inner */
	MAP_FRAME_LEFT = 9,              /* where a player may stand: half a screen from each edge */
	MAP_FRAME_RIGHT = 92,
	MAP_FRAME_TOP = 7,
	MAP_FRAME_BOTTOM = 94,
};

struct place {
	uint16_t map; /* 0 = nowhere */
	uint8_t x, y; /* 1..100 */
};

static inline bool tile_is_on_map(int x, int y)
{
	return x >= 1 && x <= MAP_SIDE && y >= 1 && y <= MAP_SIDE;
}

/* Inside the legal rectangle (formats.md 2, rules-life-combat-magic.md 1.2). The blocked bits do not enforce it. */
static inline bool tile_is_in_frame(int x, int y)
{
	return x >= MAP_FRAME_LEFT && x <= MAP_FRAME_RIGHT && y >= MAP_FRAME_TOP && y <= MAP_FRAME_BOTTOM;
}

/* Index of a tile in the order of the files: (1,1) (2,1) ... (100,1) (1,2) ... x and y must be on the map. */
static inline unsigned tile_index(unsigned x, unsigned y)
{
	return (y - 1) * MAP_SIDE + (x - 1);
}

static inline uint8_t tile_x(unsigned index)
{
	return (uint8_t)(index % MAP_SIDE + 1);
}

static inline uint8_t tile_y(unsigned index)
{
	return (uint8_t)(index / MAP_SIDE + 1);
}

#endif
