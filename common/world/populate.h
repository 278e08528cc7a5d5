/* populate.h - fills a new world from the catalog: terrain, objects on the ground, creatures at their places. */
#ifndef ARGENTUM_WORLD_POPULATE_H
#define ARGENTUM_WORLD_POPULATE_H

#include "common/world/world.h"

struct catalog;

/* Before world_publish, by the segment's maker alone. false when the catalog does not fit the segment's limits (maps,
 * items, creatures); then the segment must be thrown away. */
bool world_populate(struct world *world, const struct catalog *catalog, struct problem *why);

#endif
