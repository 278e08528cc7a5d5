/* populate.h - fills a new world from the catalog: terrain, objects on the ground, creatures at their places. */
#ifndef ARGENTUM_WORLD_POPULATE_H
#define ARGENTUM_WORLD_POPULATE_H

#include "common/world/world.h"

struct catalog;
struct creature;
struct creature_def;
struct map_creature;
struct map_def;

/* Before world_publish, by the segment's maker alone. false when the catalog does not fit the segment's limits (maps,
 * items, creatures); then the segment must be thrown away. */
bool world_populate(struct world *world, const struct catalog *catalog, struct problem *why);

/* Sets the bits [MAP_TILES / 8] of the tiles that the map's files block; leaves the others as they are. */
void populate_terrain(uint8_t *blocked, const struct catalog *catalog, const struct map_def *def);

/* A creature as it stands at its place in the beginning. Fills all but its generation and the map's list. */
void populate_creature(struct body *body, struct creature *creature, uint32_t map, const struct map_creature *at,
					   const struct creature_def *def);

/* Body index of the first creature that the files place on this map; they have consecutive ones, in the files' order. */
uint32_t populate_first_creature(const struct world *world, const struct catalog *catalog, uint32_t map);

#endif
