/* map_file.h - MapaN.map and MapaN.inf as they are on disk, read into memory whole (formats.md 2 and 3).
 *
 * About 330 KB: keep one on the heap and use it again for every map. Holds what the files say, all four layers of
 * graphics included; what the catalog keeps of it is decided in maps.c. Little-endian files, whatever the machine. */
#ifndef ARGENTUM_CATALOG_MAP_FILE_H
#define ARGENTUM_CATALOG_MAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/place.h"
#include "common/catalog/warnings.h"

enum {
	MAP_FILE_HEADER_BYTES = 273,
	MAP_FILE_BYTES_MIN = MAP_FILE_HEADER_BYTES + 3 * MAP_TILES,
	MAP_LAYERS = 4,
	INF_FILE_HEADER_BYTES = 10,
};

enum map_file_flag { MAP_FILE_BLOCKED = 1, MAP_FILE_TRIGGER = 16 }; /* bits 1-3: layers 2-4 follow */

struct map_file_exit {
	uint8_t x, y;
	int16_t map, to_x, to_y;
};

struct map_file_creature {
	uint8_t x, y;
	int16_t creature;
};

struct map_file_object {
	uint8_t x, y;
	int16_t item, amount;
};

struct map_file {
	/* .map, by tile_index */
	int16_t version;
	uint8_t flags[MAP_TILES];
	uint8_t trigger[MAP_TILES];           /* 0..6; others became 0 with a warning */
	int16_t layer[MAP_LAYERS][MAP_TILES]; /* graphics; 0 where the layer is absent */
	/* .inf, in tile order; as written, whatever the numbers are */
	unsigned exit_count, creature_count, object_count;
	struct map_file_exit exit[MAP_TILES];
	struct map_file_creature creature[MAP_TILES];
	struct map_file_object object[MAP_TILES];
};

/* Refused, with the tile: a file that ends inside a tile or has bytes left over, unknown flag bits, and the layouts of
 * other servers. `label` is the file's name for messages. On false the contents are undefined. */
bool map_file_read_map(struct map_file *map, const char *label, const void *bytes, size_t size,
					   struct catalog_warnings *warnings, struct problem *why);
bool map_file_read_inf(struct map_file *map, const char *label, const void *bytes, size_t size, struct problem *why);

/* Terrain, computed from graphics (formats.md 2). */
bool map_file_is_water(const struct map_file *map, unsigned tile);
bool map_file_is_lava(const struct map_file *map, unsigned tile);

#endif
