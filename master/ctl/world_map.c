/* The terrain of a map: its legend and its drawing become tiles. What stands on them is in world_place.c. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master/ctl/world_model.h"
#include "master/ctl/world_words.h"

#define PATTERN_SIDE  4 /* pictures of the ground repeat every four tiles */
#define PATTERN_TILES 16

/* One sign of a drawing and what it stands for. */
struct legend_entry {
	int16_t ground; /* the first picture */
	int16_t item;
	bool known;
	bool pattern; /* sixteen pictures in a square of four by four */
	uint8_t blocked;
	uint8_t trigger;
};

/* --- tiles ----------------------------------------------------------------------------------------------------------- */

struct world_tile *world_tile(struct world_map *map, int x, int y)
{
	return &map->tiles[(y - 1) * WORLD_SIDE + x - 1];
}

bool world_is_water(const struct world_tile *tile)
{
	int ground = tile->ground;
	return (ground >= 1505 && ground <= 1520) || (ground >= 5665 && ground <= 5680) ||
		   (ground >= 13547 && ground <= 13562);
}

bool world_may_stand(int x, int y)
{
	return x >= WALK_X_LOW && x <= WALK_X_HIGH && y >= WALK_Y_LOW && y <= WALK_Y_HIGH;
}

/* --- legend and drawing ---------------------------------------------------------------------------------------------- */

static bool legend_words(const struct world *world, const struct source *source, const struct source_entry *entry,
						 struct legend_entry *sign, struct problem *why)
{
	const char *c = entry->value;
	while (!source_nothing_left(c)) {
		int64_t low = 0, high = 0;
		if (words_take(&c, "blocked")) {
			sign->blocked = 1;
		} else if (words_take(&c, "ground")) {
			if (!words_range(&c, &low, &high) || low < 1 || high > INT16_MAX ||
				(high != low && high - low != PATTERN_TILES - 1))
				return source_problem(source, entry->line, why,
									  "'ground' needs one picture, or the first and last of sixteen: ground 6000-6015");
			sign->ground = (int16_t)low;
			sign->pattern = high != low;
		} else if (words_take(&c, "trigger")) {
			if (!words_number(&c, &low) || low < 0 || low > 6)
				return source_problem(source, entry->line, why, "'trigger' needs a number from 0 to 6");
			sign->trigger = (uint8_t)low;
		} else if (words_take(&c, "item")) {
			if (!words_number(&c, &low) || world_item(world, low) == NULL ||
				world_number(world, FILE_ITEMS, world_item(world, low), "ObjType") == WORLD_TYPE_DOOR)
				return source_problem(source, entry->line, why,
									  "'item' needs the number of an item of obj.dat; doors stand in [objects]");
			sign->item = (int16_t)low;
		} else {
			return source_problem(source, entry->line, why,
								  "'%s'; ground N, ground N-M, blocked, trigger N, item N are allowed",
								  source_show(words_blanks(c)).text);
		}
	}
	if (sign->ground == 0)
		return source_problem(source, entry->line, why, "the sign '%s' needs its ground", source_show(entry->key).text);
	sign->known = true;
	return true;
}

static bool legend_read(const struct world *world, const struct source *source, struct legend_entry legend[256],
						struct problem *why)
{
	const struct source_section *section = source_section(source, "legend");
	if (section == NULL)
		return problem_set(why, "%s: the section [legend] is needed: what each sign of the drawing means",
						   source->path);
	for (size_t i = 0; i < section->count; i++) {
		const struct source_entry *entry = &source->entries[section->first + i];
		if (strlen(entry->key) != 1)
			return source_problem(source, entry->line, why, "'%s'; one sign is allowed, as in: . = ground 6000-6015",
								  source_show(entry->key).text);
		if (!legend_words(world, source, entry, &legend[(unsigned char)entry->key[0]], why))
			return false;
	}
	return true;
}

static bool row_read(struct world_map *map, const struct legend_entry legend[256], const struct source_entry *row,
					 int y, struct problem *why)
{
	size_t length = strlen(row->value);
	if (length != WORLD_SIDE)
		return source_problem(&map->source, row->line, why, "row %d of the drawing has %zu tiles; %d are needed", y,
							  length, WORLD_SIDE);
	for (int x = 1; x <= WORLD_SIDE; x++) {
		const char sign[2] = {row->value[x - 1], '\0'};
		const struct legend_entry *meaning = &legend[(unsigned char)sign[0]];
		struct world_tile *tile = world_tile(map, x, y);
		if (!meaning->known)
			return source_problem(&map->source, row->line, why,
								  "tile (%d,%d) is '%s', which the [legend] does not explain", x, y,
								  source_show(sign).text);
		int step = meaning->pattern ? (y - 1) % PATTERN_SIDE * PATTERN_SIDE + (x - 1) % PATTERN_SIDE : 0;
		tile->ground = (int16_t)(meaning->ground + step);
		tile->blocked = meaning->blocked;
		tile->trigger = meaning->trigger;
		tile->item = meaning->item;
		tile->amount = meaning->item == 0 ? 0 : 1;
	}
	return true;
}

static bool drawing_read(const struct world *world, struct world_map *map, struct problem *why)
{
	struct legend_entry legend[256] = {{.known = false}};
	const struct source *source = &map->source;
	const struct source_section *section = source_section(source, "drawing");
	if (!legend_read(world, source, legend, why))
		return false;
	if (section == NULL)
		return problem_set(why, "%s: the section [drawing] is needed: %d rows of %d signs", source->path, WORLD_SIDE,
						   WORLD_SIDE);
	if (section->count != WORLD_SIDE)
		return source_problem(source, section->line, why, "the drawing has %zu rows; %d are needed", section->count,
							  WORLD_SIDE);
	for (int y = 1; y <= WORLD_SIDE; y++) {
		if (!row_read(map, legend, &source->entries[section->first + (size_t)y - 1], y, why))
			return false;
	}
	return true;
}

static bool sections_check(const struct source *source, struct problem *why)
{
	static const char allowed[] = "map legend drawing exits creatures objects sounds";
	const char *word = NULL;
	size_t length = 0;
	for (size_t i = 0; i < source->section_count; i++) {
		if (!schema_word(allowed, source->sections[i].name, &word, &length))
			return source_problem(source, source->sections[i].line, why, "[%s] is no section of a map; allowed: %s",
								  source_show(source->sections[i].name).text, allowed);
	}
	return source_section(source, "map") != NULL ||
		   problem_set(why, "%s: the section [map] is needed: Name, Pk ...", source->path);
}

static bool map_read(struct world *world, int number, const char *file_name, struct problem *why)
{
	char name[64];
	snprintf(name, sizeof name, "Maps/%.40s", file_name);
	struct world_map *map = calloc(1, sizeof *map);
	if (map == NULL)
		return problem_set(why, "%s: out of memory", name);
	world->maps[number] = map;
	map->number = number;
	world->summary.maps++;
	return source_read(&map->source, world->folder, name, NULL, why) && sections_check(&map->source, why) &&
		   drawing_read(world, map, why);
}

/* "Mapa12.txt" is map 12. Other names are none of ours, but one that begins like a map's is a mistake. */
static bool map_number(const char *folder, const char *name, int *number, struct problem *why)
{
	int64_t value = 0;
	const char *end = NULL;
	*number = 0;
	if (strncmp(name, "Mapa", 4) != 0)
		return true;
	if (name[4] == '0' || !source_number(name + 4, &value, &end) || value < 1 || value > WORLD_MAPS ||
		strcmp(end, ".txt") != 0)
		return problem_set(why, "%s/Maps/%s: Mapa1.txt to Mapa%d.txt are allowed; the client has no other maps", folder,
						   name, WORLD_MAPS);
	*number = (int)value;
	return true;
}

bool world_maps_read(struct world *world, struct problem *why)
{
	char path[512];
	struct dirent **names = NULL;
	bool fine = true;
	snprintf(path, sizeof path, "%s/Maps", world->folder);
	int count = scandir(path, &names, NULL, alphasort); /* sorted: the same mistake is told on every machine */
	if (count < 0)
		return problem_set(why, "%s: cannot open: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		int number = 0;
		fine = fine && map_number(world->folder, names[i]->d_name, &number, why) &&
			   (number == 0 || map_read(world, number, names[i]->d_name, why));
		free(names[i]);
	}
	free(names);
	if (fine && world->summary.maps == 0)
		return problem_set(why, "%s: no map, Mapa1.txt for instance, is there", path);
	return fine;
}

void world_maps_free(struct world *world)
{
	for (int i = 1; i <= WORLD_MAPS; i++) {
		if (world->maps[i] != NULL)
			source_free(&world->maps[i]->source);
		free(world->maps[i]);
	}
}
