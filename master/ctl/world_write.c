/* A map in the classic form: .map is terrain, .inf is what stands on it, .dat are its properties (formats.md 2-4). */
#include <stdio.h>
#include <string.h>

#include "master/ctl/world_model.h"
#include "master/ctl/world_words.h"

#define BANNER_BYTES 255
#define BANNER       "Compiled by argentumctl world-compile"

static void map_write(struct world *world, struct world_map *map, int version)
{
	char name[64], banner[BANNER_BYTES + 1];
	snprintf(name, sizeof name, "Maps/Mapa%d.map", map->number);
	struct output_file *file = world_output_file(&world->output, name);
	snprintf(banner, sizeof banner, "%-*s", BANNER_BYTES, BANNER); /* padded with blanks */
	output_int16(file, version);
	output_bytes(file, banner, BANNER_BYTES);
	for (int i = 0; i < 8; i++)
		output_int16(file, 0); /* crc, magic and eight bytes without meaning */
	for (int i = 0; i < WORLD_SIDE * WORLD_SIDE; i++) {
		const struct world_tile *tile = &map->tiles[i];
		output_byte(file, tile->blocked | (tile->trigger == 0 ? 0U : 16U));
		output_int16(file, tile->ground);
		if (tile->trigger != 0)
			output_int16(file, tile->trigger);
	}
}

static void inf_write(struct world *world, const struct world_map *map)
{
	char name[64];
	snprintf(name, sizeof name, "Maps/Mapa%d.inf", map->number);
	struct output_file *file = world_output_file(&world->output, name);
	for (int i = 0; i < 5; i++)
		output_int16(file, 0);
	for (int i = 0; i < WORLD_SIDE * WORLD_SIDE; i++) {
		const struct world_tile *tile = &map->tiles[i];
		output_byte(file,
					(tile->exit_map == 0 ? 0U : 1U) | (tile->creature == 0 ? 0U : 2U) | (tile->item == 0 ? 0U : 4U));
		if (tile->exit_map != 0) {
			output_int16(file, tile->exit_map);
			output_int16(file, tile->exit_x);
			output_int16(file, tile->exit_y);
		}
		if (tile->creature != 0)
			output_int16(file, tile->creature);
		if (tile->item != 0) {
			output_int16(file, tile->item);
			output_int16(file, tile->amount);
		}
	}
}

/* "wav = percent dry" or "wav = percent rain": [SONIDOn] Sonido, Probabilidad, Flags. */
static bool sounds_write(const struct world_map *map, struct output_file *file, struct problem *why)
{
	const struct source *source = &map->source;
	const struct source_section *section = source_section(source, "sounds");
	if (section == NULL)
		return true;
	output_text(file, "[SONIDOS]\r\nCantidad=%zu\r\n\r\n", section->count);
	for (size_t i = 0; i < section->count; i++) {
		const struct source_entry *entry = &source->entries[section->first + i];
		const char *end = NULL, *rest = entry->value;
		int64_t sound = 0, percent = 0;
		bool numbers = source_number(entry->key, &sound, &end) && *end == '\0' && schema_client_has_sound(sound) &&
					   words_number(&rest, &percent) && percent >= 1 && percent <= 100;
		bool dry = numbers && words_take(&rest, "dry");
		if (!numbers || (!dry && !words_take(&rest, "rain")) || !source_nothing_left(rest))
			return source_problem(
				source, entry->line, why,
				"'%s = %s'; sound = percent dry, or sound = percent rain, is allowed, with a sound that the "
				"client has",
				source_show(entry->key).text, source_show(entry->value).text);
		output_text(file, "[SONIDO%zu]\r\nSonido=%d\r\nProbabilidad=%d\r\nFlags=%d\r\n\r\n", i + 1, (int)sound,
					(int)percent, dry ? 1 : 0);
	}
	return true;
}

static bool dat_write(struct world *world, const struct world_map *map, int *version, struct problem *why)
{
	char name[64], heading[32];
	const struct source *source = &map->source;
	const struct source_section *section = source_section(source, "map");
	snprintf(name, sizeof name, "Maps/Mapa%d.dat", map->number);
	snprintf(heading, sizeof heading, "Mapa%d", map->number);
	struct output_file *file = world_output_file(&world->output, name);
	if (!world_section_compile(world, source, section, &world_map_rule, heading, "Version", file, why))
		return false;
	const struct source_entry *entry = source_entry(source, section, "Version");
	int64_t number = 1;
	const char *end = NULL;
	if (entry != NULL && !source_number(entry->value, &number, &end))
		return source_problem(source, entry->line, why, "Version needs a number");
	*version = (int)number;
	return sounds_write(map, file, why);
}

static bool map_compile(struct world *world, struct world_map *map, struct problem *why)
{
	int version = 1;
	if (!world_map_populate(world, map, why) || !dat_write(world, map, &version, why))
		return false;
	map_write(world, map, version);
	inf_write(world, map);
	return true;
}

bool world_maps_compile(struct world *world, struct problem *why)
{
	int highest = 0;
	for (int i = 1; i <= WORLD_MAPS; i++) {
		if (world->maps[i] != NULL && !world_map_exits(world, world->maps[i], why))
			return false;
	}
	for (int i = 1; i <= WORLD_MAPS; i++) {
		if (world->maps[i] == NULL)
			continue;
		if (!map_compile(world, world->maps[i], why))
			return false;
		highest = i;
	}
	output_text(world_output_file(&world->output, "Dat/Map.dat"), "[INIT]\r\nNumMaps=%d\r\nMapPath=\\Maps\\\r\n",
				highest);
	return true;
}
