/* region.h - where the chaos takes place: some neighbouring maps, found in whatever world is there.
 *
 * Two maps side by side with a crossing are its heart; on the first of them lies the yard, in which everybody sees and hears
 * everybody. Doors and exits between the maps of the region belong to it. Found once, then only read. */
#ifndef ARGENTUM_CHAOS_REGION_H
#define ARGENTUM_CHAOS_REGION_H

#include <stdbool.h>

#include "common/base/rng.h"
#include "tests/harness/scenario.h"

enum {
	REGION_MAPS_MOST = 6,
	REGION_DOORS = 8,
	/* Touches no more than two cells (of 9) each way, wherever it lies. */
	YARD_WIDTH = 10,
	YARD_HEIGHT = 8,
};

struct region_door {
	struct place at, stand; /* the tile from which it can be reached */
};

struct region {
	struct crossing crossing;
	struct place yard; /* its north-west corner */
	unsigned maps[REGION_MAPS_MOST], map_count;
	struct region_door doors[REGION_DOORS];
	unsigned door_count;
};

void region_find(struct region *region);

bool region_has(const struct region *region, unsigned map);
bool region_in_yard(const struct region *region, struct place at);
struct place region_yard_middle(const struct region *region);

/* A random exit of `map` that leads to `to`, or (0) anywhere in the region; false: there is none. */
bool region_exit(const struct region *region, struct rng *rng, unsigned map, unsigned to, struct place *exit);

/* The neighbour of `from` that is nearer to `to`; 0 = no way. */
unsigned region_next(const struct region *region, unsigned from, unsigned to);

#endif
