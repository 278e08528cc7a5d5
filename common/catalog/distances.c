/* How many maps each map is away from each city, for the ghosts' way home: rules-life-combat-magic.md 14.6. A breadth-first
 * search from each city over the exits at the borders of the maps; exits inside a map (houses, dungeons) do not count. */
#include "common/catalog/source.h"

#include <stdlib.h>
#include <string.h>

enum { SIDES = 4 };

/* Where the exits of a side lie: rows (or columns) from the outermost inwards, each crossed from ALONG_FROM to ALONG_TO. The
 * first exit that is met counts. */
struct strip {
	uint8_t outermost;
	int8_t inwards;
	bool across; /* the strip lies along x: north and south */
};
enum { STRIP_DEPTH = 4, ALONG_FROM = 15, ALONG_TO = 87 };
static const struct strip strips[SIDES] = {
	{MAP_FRAME_TOP, 1, true}, {MAP_FRAME_BOTTOM, -1, true}, {MAP_FRAME_LEFT, 1, false}, {MAP_FRAME_RIGHT, -1, false}};

static unsigned exit_target(const struct catalog_source *source, const struct map_def *map, unsigned x, unsigned y)
{
	const struct tile *tile = source_row(source, REGION_TILES, map->first_tile + tile_index(x, y));
	if (tile == NULL || (tile->flags & TILE_EXIT) == 0)
		return 0;
	for (unsigned i = 0; i < map->exit_count; i++) {
		const struct map_exit *way = source_row(source, REGION_EXITS, map->first_exit + i);
		if (way->x == x && way->y == y)
			return way->to.map;
	}
	return 0;
}

/* The map behind this side; 0 = none. */
static unsigned neighbour_find(const struct catalog_source *source, const struct map_def *map,
							   const struct strip *strip)
{
	for (int along = ALONG_FROM; along <= ALONG_TO; along++) {
		for (int depth = 0; depth < STRIP_DEPTH; depth++) {
			int row = strip->outermost + depth * strip->inwards;
			unsigned target = exit_target(source, map, (unsigned)(strip->across ? along : row),
										  (unsigned)(strip->across ? row : along));
			if (target != 0)
				return target;
		}
	}
	return 0;
}

struct links {
	uint16_t to[SIDES];
};

static void links_find(const struct catalog_source *source, struct links *links, unsigned maps)
{
	for (unsigned number = 1; number < maps; number++) {
		struct map_def *map = source_row(source, REGION_MAPS, number);
		memset(map->city_distance, CITY_UNREACHED, sizeof map->city_distance);
		for (unsigned side = 0; side < SIDES && (map->flags & MAP_THERE) != 0; side++)
			links[number].to[side] = (uint16_t)neighbour_find(source, map, &strips[side]);
	}
}

static void city_flood(const struct catalog_source *source, const struct links *links, uint16_t *queue, unsigned maps,
					   unsigned city)
{
	const struct city_def *def = source_row(source, REGION_CITIES, city);
	unsigned first = def->place.map, done = 0, waiting = 0;
	const struct map_def *home = first < maps ? source_row(source, REGION_MAPS, first) : NULL;
	if (home == NULL || (home->flags & MAP_THERE) == 0)
		return;
	((struct map_def *)source_row(source, REGION_MAPS, first))->city_distance[city - 1] = 0;
	queue[waiting++] = (uint16_t)first;
	while (done < waiting) {
		unsigned from = queue[done++];
		const struct map_def *map = source_row(source, REGION_MAPS, from);
		unsigned distance = map->city_distance[city - 1] + 1u;
		for (unsigned side = 0; side < SIDES && distance < CITY_UNREACHED; side++) {
			unsigned to = links[from].to[side];
			struct map_def *next = to != 0 ? source_row(source, REGION_MAPS, to) : NULL;
			if (next == NULL || next->city_distance[city - 1] != CITY_UNREACHED)
				continue;
			next->city_distance[city - 1] = (uint8_t)distance;
			queue[waiting++] = (uint16_t)to;
		}
	}
}

bool distances_find(struct catalog_source *source, struct problem *why)
{
	unsigned maps = source_count(source, REGION_MAPS);
	struct links *links = calloc(maps, sizeof *links);
	uint16_t *queue = calloc(maps, sizeof *queue);
	bool good = links != NULL && queue != NULL;
	if (good) {
		links_find(source, links, maps);
		for (unsigned city = 1; city <= CITY_COUNT; city++)
			city_flood(source, links, queue, maps, city);
	} else {
		problem_set(why, "maps: out of memory");
	}
	free(queue);
	free(links);
	return good;
}
