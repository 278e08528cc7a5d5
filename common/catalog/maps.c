/* Dat/Map.dat and the maps themselves: formats.md 2-5. Which maps are there is found out first, so that exits onto
 * absent ones can be dropped while the maps are read one by one. */
#include "common/catalog/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/fold.h"
#include "common/catalog/map_file.h"

enum { AMBIENT_MAX = 255, AMOUNT_MAX = 10000, CLIENT_MAP_MAX = 290 };

/* What is told once for the whole world. */
struct oddities {
	struct tally other_case, absent, no_dat, no_name, beyond_client, open_to_all, unread_keys, unread_sections;
	struct tally exit_to_blocked, exit_to_exit, creature_blocked, creature_in_water, creature_on_exit;
};

struct loader {
	struct catalog_source *source;
	struct map_file *file;
	struct oddities odd;
};

/* --- .dat --- */

/* The file's words and our numbers; the first row is what an unknown word means. */
struct word {
	const char *word;
	uint8_t number;
};
static const struct word terrains[] = {{"BOSQUE", TERRAIN_FOREST},   {"NIEVE", TERRAIN_SNOW},
									   {"DESIERTO", TERRAIN_DESERT}, {"CIUDAD", TERRAIN_CITY},
									   {"CAMPO", TERRAIN_FIELD},     {"DUNGEON", TERRAIN_DUNGEON}};
static const struct word zones[] = {
	{"", ZONE_OTHER}, {"CAMPO", ZONE_FIELD}, {"CIUDAD", ZONE_CITY}, {"DUNGEON", ZONE_DUNGEON}};
static const struct word restrictions[] = {{"NO", RESTRICTION_NONE},
										   {"NEWBIE", RESTRICTION_NEWBIE},
										   {"ARMADA", RESTRICTION_ARMY},
										   {"CAOS", RESTRICTION_CHAOS},
										   {"FACCION", RESTRICTION_FACTION}};

#define WORD_COUNT(words) (sizeof(words) / sizeof *(words))

/* *known is false for a word that is not in the table. */
static uint8_t word_number(const struct word *words, size_t count, struct record_text text, bool exact_case,
						   bool *known)
{
	char copy[32] = "";
	*known = text.size < sizeof copy;
	if (*known)
		memcpy(copy, text.text, text.size);
	for (size_t i = 0; *known && i < count; i++) {
		if (exact_case ? strcmp(copy, words[i].word) == 0 : fold_equal(copy, words[i].word))
			return words[i].number;
	}
	*known = false;
	return words[0].number;
}

static void dat_flags_read(const struct record *record, struct map_def *map)
{
	static const struct {
		const char *key;
		uint16_t bit;
	} flags[] = {{"MagiaSinEfecto", MAP_NO_MAGIC},
				 {"InviSinEfecto", MAP_NO_INVISIBILITY},
				 {"ResuSinEfecto", MAP_NO_RESURRECTION},
				 {"OcultarSinEfecto", MAP_NO_HIDING},
				 {"InvocarSinEfecto", MAP_NO_SUMMONING},
				 {"RoboNpcsPermitido", MAP_CREATURES_UNOWNED},
				 {"BackUp", MAP_BACKUP}};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (record_flag(record, flags[i].key))
			map->flags |= flags[i].bit;
	}
	/* Inverted: Pk=0 is where players may fight. */
	if (record_int(record, "Pk", INT32_MIN, INT32_MAX) != 0)
		map->flags |= MAP_SAFE;
	(void)record_has(record, "NoEncriptarMP"); /* the rule it switched is not part of this server */
}

static void dat_words_read(struct loader *loader, const struct record *record, struct map_def *map)
{
	bool known;
	struct record_text terrain = record_text(record, "Terreno", RECORD_TRIM),
					   zone = record_text(record, "Zona", RECORD_TRIM),
					   restriction = record_text(record, "Restringir", RECORD_TRIM);
	map->terrain = word_number(terrains, WORD_COUNT(terrains), terrain, false, &known);
	map->zone = word_number(zones, WORD_COUNT(zones), zone, true, &known);
	map->zone_text = source_text(loader->source, zone.text, zone.size);
	map->restriction = word_number(restrictions, WORD_COUNT(restrictions), restriction, false, &known);
	map->restriction_text = source_text(loader->source, restriction.text, restriction.size);
	if (!known && restriction.size > 0)
		tally_add(&loader->odd.open_to_all, "%s line %u (Restringir=%.20s)", ini_label(record->ini),
				  record_line(record, "Restringir"), restriction.text);
}

static void dat_sounds_read(struct loader *loader, struct ini *ini, struct map_def *map)
{
	struct catalog_source *source = loader->source;
	map->first_sound = source_count(source, REGION_MAP_SOUNDS);
	struct record list = record_open(ini, source->warnings, "SONIDOS");
	int32_t count = record_int(&list, "Cantidad", 0, AMBIENT_MAX);
	for (int32_t i = 1; i <= count; i++) {
		struct record record = record_open_numbered(ini, source->warnings, "SONIDO", (unsigned)i);
		if (record.section == NULL) {
			warnings_add(source->warnings, "%s line %u: Cantidad=%d, but there is no section [SONIDO%d]; skipped",
						 ini_label(ini), record_line(&list, "Cantidad"), count, i);
			continue;
		}
		struct map_sound row = {.sound = (uint16_t)record_int(&record, "Sonido", 0, INT16_MAX),
								.percent = (uint8_t)record_int(&record, "Probabilidad", 0, 100),
								.when = (uint8_t)record_int(&record, "Flags", 0, MAP_SOUND_WHEN_DRY)};
		if (source_append(source, REGION_MAP_SOUNDS, &row))
			map->sound_count++;
	}
}

static void dat_section_read(struct loader *loader, struct ini *ini, unsigned number, struct map_def *map)
{
	struct record record = record_open_numbered(ini, loader->source->warnings, "Mapa", number);
	if (record.section == NULL)
		warnings_add(loader->source->warnings, "%s: there is no section [Mapa%u]; its properties are the defaults",
					 ini_label(ini), number);
	map->name = source_record_text(loader->source, &record, "Name", RECORD_TRIM_END);
	if (map->name == 0)
		tally_add(&loader->odd.no_name, "%s line %u", ini_label(ini), record_line(&record, "Name"));
	double music = 0;
	const struct ini_entry *entry = ini_entry(ini, record.section, "MusicNum");
	if (entry != NULL)
		ini_list_number(entry->value, 0, &music);
	map->music = (uint16_t)clamp_i64(vb_round(music), 0, INT16_MAX);
	(void)record_tile(&record, "StartPos", &map->start);
	(void)record_tile(&record, "OnDeathGoTo", &map->death);
	dat_flags_read(&record, map);
	dat_words_read(loader, &record, map);
	dat_sounds_read(loader, ini, map);
}

static bool file_open(struct loader *loader, unsigned number, const char *suffix, struct file_bytes *file, bool *there,
					  struct problem *why)
{
	char name[32];
	snprintf(name, sizeof name, "Mapa%u.%s", number, suffix);
	enum file_result result = folder_read(loader->source->maps, name, file, why);
	*there = result == FILE_READ;
	if (*there && file->other_case)
		tally_add(&loader->odd.other_case, "%s", file->label);
	return result != FILE_REFUSED;
}

static bool dat_read(struct loader *loader, unsigned number, struct map_def *map, struct problem *why)
{
	struct file_bytes file;
	bool there;
	if (!file_open(loader, number, "dat", &file, &there, why))
		return false;
	if (!there) {
		tally_add(&loader->odd.no_dat, "%s", file.label);
		return true;
	}
	struct ini *ini = ini_parse(&file, loader->source->warnings, why);
	if (ini == NULL)
		return false;
	dat_section_read(loader, ini, number, map);
	ini_tally_unread(ini, &loader->odd.unread_keys, &loader->odd.unread_sections);
	ini_free(&ini);
	return true;
}

/* --- what the catalog keeps of .map and .inf --- */

static const struct map_def *map_row(const struct catalog_source *source, int64_t number)
{
	const struct map_def *map = number > 0 ? source_row(source, REGION_MAPS, (uint32_t)number) : NULL;
	return map != NULL && (map->flags & MAP_THERE) != 0 ? map : NULL;
}

static uint8_t terrain_flags(const struct map_file *file, unsigned tile)
{
	uint8_t trigger = file->trigger[tile], flags = 0;
	if ((file->flags[tile] & MAP_FILE_BLOCKED) != 0)
		flags |= TILE_BLOCKED;
	if (map_file_is_water(file, tile))
		flags |= TILE_WATER;
	if (map_file_is_lava(file, tile))
		flags |= TILE_LAVA;
	if (trigger == TRIGGER_ROOF || trigger == TRIGGER_SHELTER || trigger == TRIGGER_SAFE)
		flags |= TILE_ROOF;
	return flags;
}

static void tiles_keep(struct loader *loader, struct map_def *map)
{
	map->first_tile = source_count(loader->source, REGION_TILES);
	struct tile *tiles = source_extend(loader->source, REGION_TILES, MAP_TILES);
	for (unsigned i = 0; tiles != NULL && i < MAP_TILES; i++)
		tiles[i] = (struct tile){.flags = terrain_flags(loader->file, i), .trigger = loader->file->trigger[i]};
}

static struct tile *tile_at(struct loader *loader, const struct map_def *map, unsigned x, unsigned y)
{
	return source_row(loader->source, REGION_TILES, map->first_tile + tile_index(x, y));
}

/* The tile's flags so far; then the new one is set. 0 when memory ran out. */
static unsigned tile_mark(struct loader *loader, const struct map_def *map, unsigned x, unsigned y, enum tile_flag flag)
{
	struct tile *tile = tile_at(loader, map, x, y);
	if (tile == NULL)
		return 0;
	unsigned before = tile->flags;
	tile->flags |= (uint8_t)flag;
	return before;
}

static void exits_keep(struct loader *loader, struct map_def *map, const char *label)
{
	struct catalog_source *source = loader->source;
	unsigned highest = source_count(source, REGION_MAPS) - 1;
	map->first_exit = source_count(source, REGION_EXITS);
	for (unsigned i = 0; i < loader->file->exit_count; i++) {
		const struct map_file_exit *from = &loader->file->exit[i];
		if (map_row(source, from->map) == NULL || !tile_is_on_map(from->to_x, from->to_y)) {
			bool outside = from->map < 1 || (unsigned)from->map > highest || !tile_is_on_map(from->to_x, from->to_y);
			if (outside)
				warnings_add(source->warnings,
							 "%s tile (%u,%u): an exit to map %d at %d,%d; 1..%u and 1..%d are allowed; dropped", label,
							 from->x, from->y, from->map, from->to_x, from->to_y, highest, MAP_SIDE);
			else
				warnings_add(source->warnings, "%s tile (%u,%u): an exit to map %d, which is not there; dropped", label,
							 from->x, from->y, from->map);
			continue;
		}
		struct map_exit row = {
			.x = from->x, .y = from->y, .to = {(uint16_t)from->map, (uint8_t)from->to_x, (uint8_t)from->to_y}};
		if (!source_append(source, REGION_EXITS, &row))
			return;
		map->exit_count++;
		tile_mark(loader, map, from->x, from->y, TILE_EXIT);
	}
}

static void creatures_keep(struct loader *loader, struct map_def *map, const char *label)
{
	struct catalog_source *source = loader->source;
	map->first_creature = source_count(source, REGION_MAP_CREATURES);
	for (unsigned i = 0; i < loader->file->creature_count; i++) {
		const struct map_file_creature *from = &loader->file->creature[i];
		if (!source_creature_is_defined(source, from->creature)) {
			warnings_add(source->warnings, "%s tile (%u,%u): creature %d is not defined; skipped", label, from->x,
						 from->y, from->creature);
			continue;
		}
		struct map_creature row = {.x = from->x, .y = from->y, .creature = (uint16_t)from->creature};
		if (!source_append(source, REGION_MAP_CREATURES, &row))
			return;
		map->creature_count++;
		unsigned flags = tile_mark(loader, map, from->x, from->y, TILE_CREATURE);
		const struct creature_def *def = source_row(source, REGION_CREATURES, row.creature);
		if ((flags & TILE_BLOCKED) != 0)
			tally_add(&loader->odd.creature_blocked, "%s tile (%u,%u)", label, from->x, from->y);
		if ((flags & TILE_WATER) != 0 && (def->flags & CREATURE_ENTERS_WATER) == 0)
			tally_add(&loader->odd.creature_in_water, "%s tile (%u,%u)", label, from->x, from->y);
		if ((flags & TILE_EXIT) != 0)
			tally_add(&loader->odd.creature_on_exit, "%s tile (%u,%u)", label, from->x, from->y);
	}
}

static void objects_keep(struct loader *loader, struct map_def *map, const char *label)
{
	struct catalog_source *source = loader->source;
	map->first_object = source_count(source, REGION_MAP_OBJECTS);
	for (unsigned i = 0; i < loader->file->object_count; i++) {
		const struct map_file_object *from = &loader->file->object[i];
		if (!source_item_is_defined(source, from->item)) {
			warnings_add(source->warnings, "%s tile (%u,%u): object %d is not defined; skipped", label, from->x,
						 from->y, from->item);
			continue;
		}
		if (from->amount < 1 || from->amount > AMOUNT_MAX) {
			warnings_add(source->warnings, "%s tile (%u,%u): %d of object %d; 1..%d are allowed; dropped", label,
						 from->x, from->y, from->amount, from->item, AMOUNT_MAX);
			continue;
		}
		struct map_object row = {
			.x = from->x, .y = from->y, .item = (uint16_t)from->item, .amount = (uint16_t)from->amount};
		if (!source_append(source, REGION_MAP_OBJECTS, &row))
			return;
		map->object_count++;
		tile_mark(loader, map, from->x, from->y, TILE_OBJECT);
	}
}

/* --- one map --- */

static bool map_files_read(struct loader *loader, unsigned number, struct map_def *map, struct problem *why)
{
	struct file_bytes terrain, inf;
	bool there;
	if (!file_open(loader, number, "map", &terrain, &there, why))
		return false;
	if (!there)
		return problem_set(why, "%s: it vanished while the world was loaded", terrain.label);
	bool good =
		map_file_read_map(loader->file, terrain.label, terrain.bytes, terrain.size, loader->source->warnings, why);
	free(terrain.bytes);
	if (!good || !file_open(loader, number, "inf", &inf, &there, why))
		return false;
	if (!there)
		return problem_set(why, "%s: this file is missing beside the .map of the same name", inf.label);
	good = map_file_read_inf(loader->file, inf.label, inf.bytes, inf.size, why);
	free(inf.bytes);
	if (!good)
		return false;
	map->version = loader->file->version;
	tiles_keep(loader, map);
	exits_keep(loader, map, inf.label);
	creatures_keep(loader, map, inf.label);
	objects_keep(loader, map, inf.label);
	return true;
}

static bool map_load(struct loader *loader, unsigned number, struct problem *why)
{
	struct map_def map = {.flags = MAP_THERE};
	if (!map_files_read(loader, number, &map, why) || !dat_read(loader, number, &map, why))
		return false;
	if (number > CLIENT_MAP_MAX)
		tally_add(&loader->odd.beyond_client, "map %u", number);
	struct map_def *row = source_row(loader->source, REGION_MAPS, number);
	*row = map;
	return true;
}

/* --- all of them --- */

/* A sparse re-encoding (N.map with N.json) is not what can be read here. */
static bool none_refuse(const struct catalog_source *source, unsigned count, struct problem *why)
{
	char label[FILE_LABEL_BYTES];
	folder_label(source->maps, "", label);
	if (folder_find(source->maps, "1.map") != NULL && folder_find(source->maps, "1.json") != NULL)
		return problem_set(why, "%s: 1.map beside 1.json is the sparse layout of another server; MapaN.map is needed",
						   label);
	return problem_set(why, "%s: none of Mapa1.map to Mapa%u.map is there", label, count);
}

/* Marks the maps that are there: the file exists and is not empty. */
static bool presence_find(struct loader *loader, unsigned count, struct problem *why)
{
	struct catalog_source *source = loader->source;
	unsigned there = 0;
	for (unsigned number = 1; number <= count; number++) {
		char name[32], label[FILE_LABEL_BYTES];
		snprintf(name, sizeof name, "Mapa%u.map", number);
		const char *found = folder_find(source->maps, name);
		if (found != NULL && folder_file_size(source->maps, name) != 0) {
			struct map_def *row = source_row(source, REGION_MAPS, number);
			row->flags = MAP_THERE;
			there++;
			continue;
		}
		folder_label(source->maps, found != NULL ? found : name, label);
		tally_add(&loader->odd.absent, "%s", label);
	}
	return there > 0 || none_refuse(source, count, why);
}

/* Needs all maps: where exits and forced places lead. */
static void destinations_check(struct loader *loader)
{
	struct catalog_source *source = loader->source;
	for (unsigned number = 1; number < source_count(source, REGION_MAPS); number++) {
		struct map_def *map = source_row(source, REGION_MAPS, number);
		struct place *places[] = {&map->start, &map->death};
		for (size_t i = 0; i < 2; i++) {
			if (places[i]->map == 0 || map_row(source, places[i]->map) != NULL)
				continue;
			warnings_add(source->warnings, "map %u: %s names map %u, which is not there; ignored", number,
						 i == 0 ? "StartPos" : "OnDeathGoTo", places[i]->map);
			*places[i] = (struct place){0};
		}
		for (unsigned i = 0; i < map->exit_count; i++) {
			const struct map_exit *way = source_row(source, REGION_EXITS, map->first_exit + i);
			const struct tile *tile = tile_at(loader, map_row(source, way->to.map), way->to.x, way->to.y);
			if (tile != NULL && (tile->flags & TILE_BLOCKED) != 0)
				tally_add(&loader->odd.exit_to_blocked, "map %u tile (%u,%u)", number, way->x, way->y);
			if (tile != NULL && (tile->flags & TILE_EXIT) != 0)
				tally_add(&loader->odd.exit_to_exit, "map %u tile (%u,%u)", number, way->x, way->y);
		}
	}
}

static void oddities_tell(const struct oddities *odd, struct catalog_warnings *warnings)
{
	tally_warn(&odd->other_case, warnings, "named in another case than MapaN");
	tally_warn(&odd->absent, warnings, "absent or empty: no such map, and nothing leads there");
	tally_warn(&odd->no_dat, warnings, "this file is missing: the map's properties are the defaults");
	tally_warn(&odd->no_name, warnings, "the map has no name");
	tally_warn(&odd->beyond_client, warnings, "the client has no scene for maps above 290");
	tally_warn(&odd->open_to_all, warnings, "an unknown restriction: the map is open to all");
	tally_warn(&odd->unread_keys, warnings, "a key that nothing reads here");
	tally_warn(&odd->unread_sections, warnings, "a section that nothing reads");
	tally_warn(&odd->exit_to_blocked, warnings, "an exit onto a blocked tile; kept");
	tally_warn(&odd->exit_to_exit, warnings, "an exit onto an exit; kept, exits are not chained");
	tally_warn(&odd->creature_blocked, warnings, "a creature on a blocked tile; kept");
	tally_warn(&odd->creature_in_water, warnings, "a land creature in water; kept");
	tally_warn(&odd->creature_on_exit, warnings, "a creature on an exit; kept");
}

static bool maps_load_all(struct loader *loader, unsigned count, struct problem *why)
{
	if (!source_reserve(loader->source, REGION_MAPS, count + 1))
		return problem_set(why, "maps: out of memory");
	if (!presence_find(loader, count, why))
		return false;
	for (unsigned number = 1; number <= count; number++) {
		if (map_row(loader->source, number) != NULL && !map_load(loader, number, why))
			return false;
		if (loader->source->exhausted)
			return problem_set(why, "maps: out of memory");
	}
	destinations_check(loader);
	oddities_tell(&loader->odd, loader->source->warnings);
	return true;
}

/* NumMaps and the folder of the maps, which is relative to the root whatever slashes it is written with. */
static bool map_dat_read(struct catalog_source *source, unsigned *count, struct problem *why)
{
	struct ini *ini;
	if (!source_ini(source, "Map.dat", true, &ini, why))
		return false;
	bool good = record_count(ini, "INIT", "NumMaps", count, why);
	if (good) {
		struct record record = record_open(ini, source->warnings, "INIT");
		struct record_text path = record_text(&record, "MapPath", RECORD_TRIM);
		char name[FILE_NAME_BYTES] = "Maps";
		if (path.size >= sizeof name) {
			good = problem_set(why, "%s line %u: MapPath has %zu bytes; %zu are allowed", ini_label(ini),
							   record_line(&record, "MapPath"), path.size, sizeof name - 1);
		} else if (path.size > 0) {
			memcpy(name, path.text, path.size);
			name[path.size] = '\0';
		}
		if (good) {
			source->maps = folder_open_inside(source->root, name, why);
			good = source->maps != NULL ||
				   problem_prefix(why, "%s line %u", ini_label(ini), record_line(&record, "MapPath"));
		}
	}
	source_ini_done(source, &ini);
	return good;
}

bool maps_load(struct catalog_source *source, struct problem *why)
{
	unsigned count;
	if (!map_dat_read(source, &count, why))
		return false;
	struct loader *loader = calloc(1, sizeof *loader);
	struct map_file *file = malloc(sizeof *file);
	bool good = loader != NULL && file != NULL;
	if (good) {
		*loader = (struct loader){.source = source, .file = file};
		good = maps_load_all(loader, count, why);
	} else {
		problem_set(why, "maps: out of memory");
	}
	free(file);
	free(loader);
	return good;
}
