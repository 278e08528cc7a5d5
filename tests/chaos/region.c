#include "tests/chaos/region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/catalog/catalog.h"

bool region_has(const struct region *region, unsigned map)
{
	for (unsigned i = 0; i < region->map_count; i++) {
		if (region->maps[i] == map)
			return true;
	}
	return false;
}

bool region_in_yard(const struct region *region, struct place at)
{
	return at.map == region->yard.map && at.x >= region->yard.x && at.x < region->yard.x + YARD_WIDTH &&
		   at.y >= region->yard.y && at.y < region->yard.y + YARD_HEIGHT;
}

struct place region_yard_middle(const struct region *region)
{
	return (struct place){.map = region->yard.map,
						  .x = (uint8_t)(region->yard.x + YARD_WIDTH / 2),
						  .y = (uint8_t)(region->yard.y + YARD_HEIGHT / 2)};
}

/* --- exits -------------------------------------------------------------------------------------------------------- */

static const struct map_exit *exits_of(unsigned map, unsigned *count)
{
	return map_exits(scenario_catalog(), catalog_map(scenario_catalog(), map), count);
}

/* One that a player on foot can take, to a place that is one of the region. */
static bool exit_is_good(const struct region *region, unsigned map, const struct map_exit *exit)
{
	return region_has(region, exit->to.map) && scenario_tile_is_free(map, exit->x, exit->y);
}

bool region_exit(const struct region *region, struct rng *rng, unsigned map, unsigned to, struct place *exit)
{
	unsigned count, fits = 0;
	const struct map_exit *exits = exits_of(map, &count);
	for (unsigned i = 0; i < count; i++) {
		if (!exit_is_good(region, map, &exits[i]) || (to != 0 && exits[i].to.map != to))
			continue;
		fits++;
		if (rng_range(rng, 1, (int32_t)fits) == 1)
			*exit = (struct place){.map = (uint16_t)map, .x = exits[i].x, .y = exits[i].y};
	}
	return fits > 0;
}

static bool leads_to(const struct region *region, unsigned from, unsigned to)
{
	unsigned count;
	const struct map_exit *exits = exits_of(from, &count);
	for (unsigned i = 0; i < count; i++) {
		if (exits[i].to.map == to && exit_is_good(region, from, &exits[i]))
			return true;
	}
	return false;
}

/* From the destination backwards, a ring of neighbours at a time. */
unsigned region_next(const struct region *region, unsigned from, unsigned to)
{
	unsigned reached[REGION_MAPS_MOST] = {to}, count = 1;
	for (unsigned done = 0; done < count; done++) {
		if (leads_to(region, from, reached[done]))
			return reached[done];
		for (unsigned i = 0; i < region->map_count; i++) {
			unsigned map = region->maps[i];
			bool known = map == from;
			for (unsigned k = 0; k < count; k++)
				known |= reached[k] == map;
			if (!known && leads_to(region, map, reached[done]))
				reached[count++] = map;
		}
	}
	return 0;
}

/* --- finding it --------------------------------------------------------------------------------------------------- */

static void map_add(struct region *region, unsigned map)
{
	if (region->map_count < REGION_MAPS_MOST && !region_has(region, map) && scenario_map_is_plain(map))
		region->maps[region->map_count++] = map;
}

/* Neighbours, and theirs; but only those from which one comes back. */
static void maps_find(struct region *region)
{
	map_add(region, region->crossing.here.map);
	map_add(region, region->crossing.there.map);
	for (unsigned i = 0; i < region->map_count; i++) {
		unsigned count;
		const struct map_exit *exits = exits_of(region->maps[i], &count);
		for (unsigned e = 0; e < count; e++) {
			if (scenario_map_is_plain(exits[e].to.map) && leads_to(region, exits[e].to.map, region->maps[i]))
				map_add(region, exits[e].to.map);
		}
	}
}

static void doors_find(struct region *region, unsigned map)
{
	unsigned count;
	const struct map_object *objects = map_objects(scenario_catalog(), catalog_map(scenario_catalog(), map), &count);
	for (unsigned i = 0; i < count && region->door_count < REGION_DOORS; i++) {
		const struct item_def *item = catalog_item(scenario_catalog(), objects[i].item);
		int x = objects[i].x, y = objects[i].y;
		if (item->kind != ITEM_DOOR || (item->flags & (ITEM_IS_LOCKED | ITEM_DOOR_IS_STUCK)) != 0 ||
			!scenario_tile_is_free(map, x, y + 1) || scenario_tile_is_exit(map, x, y + 1))
			continue;
		region->doors[region->door_count++] =
			(struct region_door){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y},
								 .stand = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)(y + 1)}};
	}
}

void region_find(struct region *region)
{
	*region = (struct region){.crossing = scenario_crossing()};
	if (!scenario_clearing_on(region->crossing.here.map, YARD_WIDTH, YARD_HEIGHT, &region->yard))
		scenario_fail(__FILE__, __LINE__, "map %u has no clearing of %d by %d", region->crossing.here.map, YARD_WIDTH,
					  YARD_HEIGHT);
	maps_find(region);
	for (unsigned i = 0; i < region->map_count; i++)
		doors_find(region, region->maps[i]);
}
