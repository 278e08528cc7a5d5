#include "tests/bench/posts.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"
#include "worker/game/area.h"

enum {
	CELLS = MAP_SIDE / AREA_CELL + 1, /* on each axis */
	MAPS_MAX = 1024,
	GROUP_CELLS = 2,  /* on each axis: whoever stands in 2x2 cells sees all of them */
	GROUP_STRIDE = 3, /* and nobody in the cells from the third on */
	EVENING_MAPS = 20,
	EVENING_SEED = 3,
};

static bool tile_is_plain(const struct catalog *catalog, const struct map_def *def, int x, int y)
{
	const unsigned special = TILE_BLOCKED | TILE_WATER | TILE_CREATURE | TILE_EXIT | TILE_OBJECT | TILE_LAVA;
	return tile_is_in_frame(x, y) && (map_tile_flags(catalog, def, x, y) & special) == 0;
}

/* Nothing moves people there, and everybody may enter. */
static bool map_is_plain(const struct map_def *def)
{
	return def != NULL && def->start.map == 0 && def->death.map == 0 && def->restriction == RESTRICTION_NONE;
}

/* Pairs of plain tiles of one cell; puts those that fit behind `found` posts, returns how many there are then. */
static unsigned cell_pairs(const struct catalog *catalog, unsigned map, int cell_x, int cell_y, struct post *posts,
						   unsigned found, unsigned count)
{
	const struct map_def *def = catalog_map(catalog, map);
	for (int y = cell_y * AREA_CELL; y < (cell_y + 1) * AREA_CELL; y++) {
		for (int x = cell_x * AREA_CELL; x + 1 < (cell_x + 1) * AREA_CELL && found < count; x++) {
			if (!tile_is_plain(catalog, def, x, y) || !tile_is_plain(catalog, def, x + 1, y))
				continue;
			posts[found++] =
				(struct post){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}, .pacer = true};
			x++;
		}
	}
	return found;
}

static unsigned square_pairs(const struct catalog *catalog, unsigned map, int cell_x, int cell_y, int side,
							 struct post *posts, unsigned count)
{
	unsigned found = 0;
	for (int i = 0; i < side * side; i++)
		found = cell_pairs(catalog, map, cell_x + i % side, cell_y + i / side, posts, found, count);
	return found;
}

/* --- maps, those with the fewest creatures first --- */

struct map_order {
	unsigned map, creatures;
};

static int map_compare(const void *a, const void *b)
{
	const struct map_order *x = a, *y = b;
	return x->creatures != y->creatures ? (x->creatures > y->creatures) - (x->creatures < y->creatures)
										: (x->map > y->map) - (x->map < y->map);
}

static unsigned maps_order(const struct catalog *catalog, struct map_order order[MAPS_MAX])
{
	unsigned count = 0;
	for (unsigned map = 1; map <= catalog_map_max(catalog) && count < MAPS_MAX; map++) {
		const struct map_def *def = catalog_map(catalog, map);
		if (!map_is_plain(def))
			continue;
		order[count].map = map;
		map_creatures(catalog, def, &order[count].creatures);
		count++;
	}
	qsort(order, count, sizeof *order, map_compare);
	return count;
}

/* --- groups and crowds --- */

unsigned posts_groups(const struct catalog *catalog, unsigned size, struct post *posts, unsigned count)
{
	struct map_order order[MAPS_MAX] = {0};
	unsigned maps = maps_order(catalog, order), found = 0;
	for (unsigned m = 0; m < maps; m++) {
		for (int cell_y = 0; cell_y + GROUP_CELLS <= CELLS; cell_y += GROUP_STRIDE) {
			for (int cell_x = 0; cell_x + GROUP_CELLS <= CELLS; cell_x += GROUP_STRIDE) {
				if (count - found < size)
					return found;
				if (square_pairs(catalog, order[m].map, cell_x, cell_y, GROUP_CELLS, posts + found, size) == size)
					found += size;
			}
		}
	}
	return found;
}

unsigned posts_crowd(const struct catalog *catalog, struct post *posts, unsigned count)
{
	struct map_order order[MAPS_MAX] = {0};
	unsigned maps = maps_order(catalog, order);
	for (int side = GROUP_CELLS; side <= CELLS; side++) {
		for (unsigned m = 0; m < maps; m++) {
			for (int i = 0; i < (CELLS - side + 1) * (CELLS - side + 1); i++) {
				int cell_x = i % (CELLS - side + 1), cell_y = i / (CELLS - side + 1);
				if (square_pairs(catalog, order[m].map, cell_x, cell_y, side, posts, count) == count)
					return count;
			}
		}
	}
	return 0;
}

/* --- an evening --- */

struct taken {
	bool tile[MAPS_MAX][MAP_TILES];
};

/* Spreads them over the maps, one after the other, on free tiles by chance. */
static unsigned spread(const struct catalog *catalog, const unsigned *maps, unsigned map_count, struct taken *taken,
					   struct rng *rng, struct post *posts, unsigned count)
{
	enum { TRIES = 2000 };
	unsigned found = 0;
	for (unsigned i = 0; i < count && map_count > 0; i++) {
		unsigned map = maps[i % map_count];
		for (unsigned try = 0; try < TRIES; try++) {
			int x = rng_range(rng, MAP_FRAME_LEFT, MAP_FRAME_RIGHT),
				y = rng_range(rng, MAP_FRAME_TOP, MAP_FRAME_BOTTOM);
			bool *tile = &taken->tile[map][tile_index((unsigned)x, (unsigned)y)];
			if (*tile || !tile_is_plain(catalog, catalog_map(catalog, map), x, y))
				continue;
			*tile = true;
			posts[found++] = (struct post){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}};
			break;
		}
	}
	return found;
}

static unsigned cities_list(const struct catalog *catalog, unsigned cities[16])
{
	unsigned count = 0;
	for (unsigned city = 0; city < 16; city++) {
		const struct city_def *def = catalog_city(catalog, city);
		bool known = def == NULL || def->place.map >= MAPS_MAX || !map_is_plain(catalog_map(catalog, def->place.map));
		for (unsigned i = 0; i < count && !known; i++)
			known = cities[i] == def->place.map;
		if (!known)
			cities[count++] = def->place.map;
	}
	return count;
}

/* Unsafe maps with much room to walk, each third one. */
static unsigned country_list(const struct catalog *catalog, unsigned maps[EVENING_MAPS])
{
	enum { ROOM = 3000, APART = 3 };
	unsigned count = 0, suited = 0;
	for (int pass = 0; pass < 2 && count == 0; pass++) {
		for (unsigned map = 1; map <= catalog_map_max(catalog) && map < MAPS_MAX && count < EVENING_MAPS; map++) {
			const struct map_def *def = catalog_map(catalog, map);
			unsigned room = 0;
			if (!map_is_plain(def) || (pass == 0 && (def->flags & MAP_SAFE) != 0))
				continue;
			for (unsigned i = 0; i < MAP_TILES; i++)
				room += tile_is_plain(catalog, def, tile_x(i), tile_y(i));
			if (room >= (pass == 0 ? ROOM : 1) && suited++ % APART == 0)
				maps[count++] = map;
		}
	}
	return count;
}

unsigned posts_evening(const struct catalog *catalog, struct post *posts, unsigned count)
{
	unsigned cities[16], country[EVENING_MAPS], crowd = count / 10, townsmen = count * 3 / 10;
	struct rng rng;
	struct taken *taken = calloc(1, sizeof *taken);
	if (taken == NULL)
		abort();
	rng_seed(&rng, EVENING_SEED);
	unsigned found = posts_crowd(catalog, posts, crowd);
	for (unsigned i = 0; i < found && posts[i].at.map < MAPS_MAX; i++)
		memset(&taken->tile[posts[i].at.map][tile_index(posts[i].at.x, posts[i].at.y)], true, 2);
	unsigned city_count = cities_list(catalog, cities), country_count = country_list(catalog, country);
	found += spread(catalog, cities, city_count, taken, &rng, posts + found, townsmen);
	found += spread(catalog, country, country_count, taken, &rng, posts + found, count - found);
	free(taken);
	return found;
}
