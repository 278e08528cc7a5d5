/* A map: from a legend, a drawing and lists of what stands on it to .map, .inf and .dat (formats.md 2-4). */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master/ctl/world_model.h"

#define BANNER_BYTES  255
#define BANNER        "Compiled by argentumctl world-compile"
#define PATTERN_SIDE  4 /* pictures of the ground repeat every four tiles */
#define PATTERN_TILES 16
#define TYPE_DOOR     6

/* One sign of a drawing and what it stands for. */
struct legend_entry {
	bool known;
	int16_t ground; /* the first picture */
	bool pattern;   /* sixteen pictures in a square of four by four */
	uint8_t blocked;
	uint8_t trigger;
	int16_t item;
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

/* --- reading words --------------------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *c)
{
	while (*c == ' ' || *c == '\t')
		c++;
	return c;
}

/* A word that stands next; *c moves behind it. */
static bool take_word(const char **c, const char *word)
{
	size_t length = strlen(word);
	const char *begin = skip_blanks(*c);
	if (strncmp(begin, word, length) != 0 || (begin[length] != '\0' && strchr(" \t;", begin[length]) == NULL))
		return false;
	*c = begin + length;
	return true;
}

static bool take_number(const char **c, int64_t *number)
{
	return source_number(skip_blanks(*c), number, c);
}

/* "12" or "12-34". */
static bool take_range(const char **c, int64_t *low, int64_t *high)
{
	if (!take_number(c, low))
		return false;
	*high = *low;
	if (**c != '-')
		return true;
	*c += 1;
	return source_number(*c, high, c) && *high >= *low;
}

struct area {
	int64_t x_low, x_high, y_low, y_high;
};

/* "x,y", each a number or a range, inside the map. */
static bool take_area(const char **c, struct area *area)
{
	if (!take_range(c, &area->x_low, &area->x_high) || **c != ',')
		return false;
	*c += 1;
	return take_range(c, &area->y_low, &area->y_high) && area->x_low >= 1 && area->x_high <= WORLD_SIDE &&
		   area->y_low >= 1 && area->y_high <= WORLD_SIDE;
}

/* --- legend and drawing ---------------------------------------------------------------------------------------------- */

static bool legend_words(const struct world *world, const struct source *source, const struct source_entry *entry,
						 struct legend_entry *sign, struct problem *why)
{
	const char *c = entry->value;
	while (!source_nothing_left(c)) {
		int64_t low = 0, high = 0;
		if (take_word(&c, "blocked")) {
			sign->blocked = 1;
		} else if (take_word(&c, "ground")) {
			if (!take_range(&c, &low, &high) || low < 1 || high > INT16_MAX ||
				(high != low && high - low != PATTERN_TILES - 1))
				return source_problem(source, entry->line, why,
									  "'ground' needs one picture, or the first and last of sixteen: ground 6000-6015");
			sign->ground = (int16_t)low;
			sign->pattern = high != low;
		} else if (take_word(&c, "trigger")) {
			if (!take_number(&c, &low) || low < 0 || low > 6)
				return source_problem(source, entry->line, why, "'trigger' needs a number from 0 to 6");
			sign->trigger = (uint8_t)low;
		} else if (take_word(&c, "item")) {
			if (!take_number(&c, &low) || world_item(world, low) == NULL ||
				world_number(world, FILE_ITEMS, world_item(world, low), "ObjType") == TYPE_DOOR)
				return source_problem(source, entry->line, why,
									  "'item' needs the number of an item of obj.dat; doors stand in [objects]");
			sign->item = (int16_t)low;
		} else {
			return source_problem(source, entry->line, why,
								  "'%s'; ground N, ground N-M, blocked, trigger N, item N are allowed",
								  source_show(skip_blanks(c)).text);
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
	snprintf(path, sizeof path, "%s/Maps", world->folder);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return problem_set(why, "%s: cannot open: %s", path, strerror(errno));
	bool fine = true;
	for (struct dirent *entry = readdir(folder); entry != NULL && fine; entry = readdir(folder)) {
		int number = 0;
		fine = map_number(world->folder, entry->d_name, &number, why) &&
			   (number == 0 || map_read(world, number, entry->d_name, why));
	}
	closedir(folder);
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

/* --- exits ----------------------------------------------------------------------------------------------------------- */

static bool exit_place(struct world *world, struct world_map *map, const struct source_entry *entry, int x, int y,
					   const int to[3], struct problem *why)
{
	const struct source *source = &map->source;
	struct world_tile *tile = world_tile(map, x, y);
	const struct world_tile *arrival = world_tile(world->maps[to[0]], to[1], to[2]);
	if (!world_may_stand(x, y) || tile->blocked)
		return source_problem(source, entry->line, why, "the exit at (%d,%d) can not be reached: the tile is %s", x, y,
							  tile->blocked ? "blocked" : "beyond the walking area, x 9-92, y 7-94");
	if (tile->exit_map != 0)
		return source_problem(source, entry->line, why, "tile (%d,%d) already has an exit", x, y);
	if (!world_may_stand(to[1], to[2]) || arrival->blocked)
		return source_problem(source, entry->line, why,
							  "the exit at (%d,%d) leads to tile (%d,%d) of map %d, which is %s", x, y, to[1], to[2],
							  to[0], arrival->blocked ? "blocked" : "beyond the walking area");
	if (world_is_water(tile) != world_is_water(arrival))
		world_warn(world, "%s line %d: the exit at (%d,%d) leads from %s", source->path, entry->line, x, y,
				   world_is_water(tile) ? "water to land" : "land to water");
	tile->exit_map = (int16_t)to[0];
	tile->exit_x = (int16_t)to[1];
	tile->exit_y = (int16_t)to[2];
	return true;
}

/* "9-92,7 = 5 9-92,93": a range leads to a range of the same length, or to one tile. */
static bool exit_line(struct world *world, struct world_map *map, const struct source_entry *entry, struct problem *why)
{
	struct area from, to;
	int64_t number = 0;
	const char *c = entry->key;
	const char *rest = entry->value;
	if (!take_area(&c, &from) || *c != '\0' || !take_number(&rest, &number) || !take_area(&rest, &to) ||
		!source_nothing_left(rest))
		return source_problem(
			&map->source, entry->line, why,
			"'%s = %s' is no exit; x,y = map x,y is allowed, where each of x and y may be a range such as "
			"9-92",
			source_show(entry->key).text, source_show(entry->value).text);
	if (number < 1 || number > WORLD_MAPS || world->maps[number] == NULL)
		return source_problem(&map->source, entry->line, why, "exit to map %d, which is not in Maps/", (int)number);
	int64_t wide = from.x_high - from.x_low, high = from.y_high - from.y_low;
	if ((to.x_high != to.x_low && to.x_high - to.x_low != wide) ||
		(to.y_high != to.y_low && to.y_high - to.y_low != high))
		return source_problem(&map->source, entry->line, why,
							  "the exit leads from %d x %d tiles to %d x %d; as many, or one tile, are allowed",
							  (int)wide + 1, (int)high + 1, (int)(to.x_high - to.x_low) + 1,
							  (int)(to.y_high - to.y_low) + 1);
	for (int64_t y = 0; y <= high; y++) {
		for (int64_t x = 0; x <= wide; x++) {
			const int arrival[3] = {(int)number, (int)(to.x_low + (to.x_high == to.x_low ? 0 : x)),
									(int)(to.y_low + (to.y_high == to.y_low ? 0 : y))};
			if (!exit_place(world, map, entry, (int)(from.x_low + x), (int)(from.y_low + y), arrival, why))
				return false;
		}
	}
	return true;
}

/* Whoever arrives on an exit is sent on at once, and back, and on. */
static bool exits_end(const struct world *world, struct world_map *map, struct problem *why)
{
	for (int y = 1; y <= WORLD_SIDE; y++) {
		for (int x = 1; x <= WORLD_SIDE; x++) {
			const struct world_tile *tile = world_tile(map, x, y);
			if (tile->exit_map == 0 ||
				world_tile(world->maps[tile->exit_map], tile->exit_x, tile->exit_y)->exit_map == 0)
				continue;
			const struct source_section *section = source_section(&map->source, "exits");
			return source_problem(&map->source, section->line, why,
								  "the exit at (%d,%d) leads to tile (%d,%d) of map %d, which is an exit itself", x, y,
								  tile->exit_x, tile->exit_y, tile->exit_map);
		}
	}
	return true;
}

/* --- creatures and objects ------------------------------------------------------------------------------------------- */

/* "x,y" of one tile. */
static bool place_of(const struct source *source, const struct source_entry *entry, int *x, int *y, struct problem *why)
{
	struct area area;
	const char *c = entry->key;
	if (!take_area(&c, &area) || *c != '\0' || area.x_low != area.x_high || area.y_low != area.y_high)
		return source_problem(source, entry->line, why, "'%s' is no tile; x,y with numbers from 1 to %d is allowed",
							  source_show(entry->key).text, WORLD_SIDE);
	*x = (int)area.x_low;
	*y = (int)area.y_low;
	return true;
}

/* The name that follows the number: it is there to be read, so it must be right. */
static bool name_agrees(const struct source *source, const struct source_entry *entry, const char *rest,
						const char *name, struct problem *why)
{
	rest = skip_blanks(rest);
	size_t length = strcspn(rest, ";");
	while (length > 0 && (rest[length - 1] == ' ' || rest[length - 1] == '\t'))
		length--;
	if (length == strlen(name) && strncmp(rest, name, length) == 0)
		return true;
	return source_problem(source, entry->line, why, "'%s'; the number is followed by the name, here '%s'",
						  source_show(entry->value).text, source_show(name).text);
}

static bool creature_line(struct world *world, struct world_map *map, const struct source_entry *entry,
						  struct problem *why)
{
	const struct source *source = &map->source;
	const char *rest = entry->value;
	int64_t number = 0;
	int x = 0, y = 0;
	if (!place_of(source, entry, &x, &y, why))
		return false;
	if (!take_number(&rest, &number) || world_creature(world, number) == NULL)
		return source_problem(source, entry->line, why,
							  "'%s'; the number of a creature of NPCs.dat and its name are allowed",
							  source_show(entry->value).text);
	const struct source_section *creature = world_creature(world, number);
	if (!name_agrees(source, entry, rest, world_text(world, FILE_CREATURES, creature, "Name"), why))
		return false;
	struct world_tile *tile = world_tile(map, x, y);
	bool swims = world_number(world, FILE_CREATURES, creature, "AguaValida") == 1;
	bool walks = world_number(world, FILE_CREATURES, creature, "TierraInvalida") == 0;
	const char *obstacle = NULL;
	if (!world_may_stand(x, y))
		obstacle = "is beyond the walking area, x 9-92, y 7-94";
	else if (tile->blocked)
		obstacle = "is blocked";
	else if (tile->creature != 0)
		obstacle = "already has a creature";
	else if (tile->exit_map != 0)
		obstacle = "is an exit";
	else if (tile->trigger == 3)
		obstacle = "has trigger 3, creatures may not step there";
	else if (world_is_water(tile) ? !swims : !walks)
		obstacle = world_is_water(tile) ? "is water, and it does not swim" : "is land, and it lives in water";
	if (obstacle != NULL)
		return source_problem(source, entry->line, why, "creature %d can not stand on tile (%d,%d): it %s", (int)number,
							  x, y, obstacle);
	tile->creature = (int16_t)number;
	return true;
}

/* Doors open and close tile (x,y) and the one west of it: formats.md 3. */
static bool door_fits(const struct world *world, struct world_map *map, const struct source_entry *entry,
					  const struct source_section *item, int x, int y, struct problem *why)
{
	if (world_number(world, FILE_ITEMS, item, "ObjType") != TYPE_DOOR)
		return true;
	bool closed = world_number(world, FILE_ITEMS, item, "Abierta") == 1;
	bool west = x > 1 && world_tile(map, x - 1, y)->blocked, here = world_tile(map, x, y)->blocked;
	if (west == closed && here == closed)
		return true;
	return source_problem(&map->source, entry->line, why,
						  "the door at (%d,%d) is %s: tiles (%d,%d) and (%d,%d) must %sbe blocked", x, y,
						  closed ? "closed" : "open", x - 1, y, x, y, closed ? "both " : "not ");
}

/* "x,y = number Name" or "x,y = number-amount Name". */
static bool object_line(struct world *world, struct world_map *map, const struct source_entry *entry,
						struct problem *why)
{
	const struct source *source = &map->source;
	const char *rest = entry->value;
	int64_t number = 0, amount = 1;
	int x = 0, y = 0;
	if (!place_of(source, entry, &x, &y, why))
		return false;
	if (!take_number(&rest, &number) || world_item(world, number) == NULL)
		return source_problem(source, entry->line, why,
							  "'%s'; the number of an item of obj.dat and its name are allowed",
							  source_show(entry->value).text);
	if (*rest == '-' && (!source_number(rest + 1, &amount, &rest) || amount < 1 || amount > 10000))
		return source_problem(source, entry->line, why, "'%s'; number-amount has an amount from 1 to 10000",
							  source_show(entry->value).text);
	const struct source_section *item = world_item(world, number);
	struct world_tile *tile = world_tile(map, x, y);
	if (!name_agrees(source, entry, rest, world_text(world, FILE_ITEMS, item, "Name"), why))
		return false;
	if (tile->item != 0)
		return source_problem(source, entry->line, why, "tile (%d,%d) already has item %d; one is allowed", x, y,
							  tile->item);
	tile->item = (int16_t)number;
	tile->amount = (int16_t)amount;
	return door_fits(world, map, entry, item, x, y, why);
}

typedef bool line_reader(struct world *world, struct world_map *map, const struct source_entry *entry,
						 struct problem *why);

static bool lines_read(struct world *world, struct world_map *map, const char *name, line_reader *reader,
					   struct problem *why)
{
	const struct source_section *section = source_section(&map->source, name);
	for (size_t i = 0; section != NULL && i < section->count; i++) {
		if (!reader(world, map, &map->source.entries[section->first + i], why))
			return false;
	}
	return true;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static void map_write(struct world *world, struct world_map *map, int version)
{
	char name[64], banner[BANNER_BYTES];
	snprintf(name, sizeof name, "Maps/Mapa%d.map", map->number);
	struct output_file *file = world_output_file(&world->output, name);
	memset(banner, ' ', sizeof banner);
	memcpy(banner, BANNER, strlen(BANNER));
	output_int16(file, version);
	output_bytes(file, banner, sizeof banner);
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
					   take_number(&rest, &percent) && percent >= 1 && percent <= 100;
		bool dry = numbers && take_word(&rest, "dry");
		if (!numbers || (!dry && !take_word(&rest, "rain")) || !source_nothing_left(rest))
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
	if (!lines_read(world, map, "creatures", creature_line, why) ||
		!lines_read(world, map, "objects", object_line, why) || !dat_write(world, map, &version, why))
		return false;
	map_write(world, map, version);
	inf_write(world, map);
	return true;
}

bool world_maps_compile(struct world *world, struct problem *why)
{
	int highest = 0;
	for (int i = 1; i <= WORLD_MAPS; i++) {
		if (world->maps[i] != NULL && !lines_read(world, world->maps[i], "exits", exit_line, why))
			return false;
	}
	for (int i = 1; i <= WORLD_MAPS; i++) {
		if (world->maps[i] == NULL)
			continue;
		if (!exits_end(world, world->maps[i], why) || !map_compile(world, world->maps[i], why))
			return false;
		highest = i;
	}
	output_text(world_output_file(&world->output, "Dat/Map.dat"), "[INIT]\r\nNumMaps=%d\r\nMapPath=\\Maps\\\r\n",
				highest);
	return true;
}
