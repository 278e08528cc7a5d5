/* Dat/Ciudades.Dat: formats.md 11. Every city is needed. */
#include "common/catalog/source.h"

#include <string.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"

static bool coordinate_read(struct ini *ini, const struct ini_section *section, const char *key, int64_t high,
							int64_t *number, struct problem *why)
{
	const struct ini_entry *entry = ini_entry(ini, section, key);
	if (entry == NULL)
		return problem_set(why, "%s line %u: [%s] lacks the key %s", ini_label(ini), section->line, section->name, key);
	double value;
	ini_number(entry->value, &value, NULL);
	*number = vb_round(value);
	if (*number < 1 || *number > high)
		return problem_set(why, "%s line %u: %s=%.40s of [%s]; a number from 1 to %lld is needed", ini_label(ini),
						   entry->line, key, entry->value, section->name, (long long)high);
	return true;
}

static bool city_read(struct catalog_source *source, struct ini *ini, const char *name, unsigned number,
					  struct problem *why)
{
	const struct ini_section *section = ini_section(ini, name);
	if (section == NULL)
		return problem_set(why, "%s: there is no section [%s]; every city is needed", ini_label(ini), name);
	int64_t map = 0, x = 0, y = 0;
	if (!coordinate_read(ini, section, "Mapa", RECORD_COUNT_MAX, &map, why) ||
		!coordinate_read(ini, section, "X", MAP_SIDE, &x, why) ||
		!coordinate_read(ini, section, "Y", MAP_SIDE, &y, why))
		return false;
	const struct map_def *there = source_row(source, REGION_MAPS, (uint32_t)map);
	if (there == NULL || (there->flags & MAP_THERE) == 0)
		warnings_add(source->warnings, "%s line %u: %s is on map %lld, which is not there", ini_label(ini),
					 section->line, section->name, (long long)map);
	uint32_t text = source_text(source, name, strlen(name));
	struct city_def *row = source_row(source, REGION_CITIES, number);
	*row = (struct city_def){.name = text, .place = {(uint16_t)map, (uint8_t)x, (uint8_t)y}};
	return true;
}

bool cities_load(struct catalog_source *source, struct problem *why)
{
	struct ini *ini;
	if (!source_ini(source, "Ciudades.Dat", true, &ini, why))
		return false;
	bool good =
		source_reserve(source, REGION_CITIES, CITY_COUNT + 1) || problem_set(why, "%s: out of memory", ini_label(ini));
	good = good && city_read(source, ini, "Nemahuak", 0, why);
	for (unsigned i = 1; good && i <= CITY_COUNT; i++)
		good = city_read(source, ini, table_city_name(i), i, why);
	source_ini_done(source, &ini);
	return good;
}
