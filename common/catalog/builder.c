/* The order of building: definitions first, because maps name items and creatures; cross checks when all are there. */
#include "common/catalog/catalog.h"

#include "common/catalog/segment.h"
#include "common/catalog/source.h"

static bool definitions_load(struct catalog_source *source, struct problem *why)
{
	if (!spells_load(source, why) || !items_load(source, why) || !creatures_load(source, why))
		return false;
	spells_check(source);
	items_check(source);
	source_ini_done(source, &source->spells_ini);
	source_ini_done(source, &source->items_ini);
	source_ini_done(source, &source->creatures_ini);
	return true;
}

static bool world_load(struct catalog_source *source, struct problem *why)
{
	return definitions_load(source, why) && balance_load(source, why) && factions_load(source, why) &&
		   crafting_load(source, why) && praetorians_load(source, why) && invocations_load(source, why) &&
		   texts_load(source, why) && maps_load(source, why) && cities_load(source, why) && distances_find(source, why);
}

int catalog_build(const char *root, struct catalog_warnings *warnings, struct problem *why)
{
	struct catalog_source source;
	int fd = -1;
	bool good = source_open(&source, root, warnings, why) && world_load(&source, why);
	if (good && source.exhausted)
		problem_set(why, "catalog: out of memory");
	else if (good)
		fd = segment_create(&source, why);
	source_close(&source);
	return fd;
}
