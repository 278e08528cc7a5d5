/* What stands on a map: exits, creatures, objects, each checked against the tile it stands on. */
#include <string.h>

#include "master/ctl/world_model.h"
#include "master/ctl/world_words.h"

/* --- exits ----------------------------------------------------------------------------------------------------------- */

static bool exit_place(struct world *world, struct world_map *map, const struct source_entry *entry, int x, int y,
					   const int to[3], struct problem *why)
{
	const struct source *source = &map->source;
	struct world_tile *tile = world_tile(map, x, y);
	const struct world_tile *arrival = world_tile(world->maps[to[0]], to[1], to[2]);
	if (!world_may_stand(x, y) || tile->blocked)
		return source_problem(source, entry->line, why, "the exit at (%d,%d) can not be reached: the tile is %s", x, y,
							  world_may_stand(x, y) ? "blocked" : "beyond the walking area, x 9-92, y 7-94");
	if (tile->exit_map != 0)
		return source_problem(source, entry->line, why, "tile (%d,%d) already has an exit", x, y);
	if (!world_may_stand(to[1], to[2]) || arrival->blocked)
		return source_problem(source, entry->line, why,
							  "the exit at (%d,%d) leads to tile (%d,%d) of map %d, which is %s", x, y, to[1], to[2],
							  to[0], world_may_stand(to[1], to[2]) ? "blocked" : "beyond the walking area");
	if (world_is_water(tile) != world_is_water(arrival))
		world_warn(world, "%s line %d: the exit at (%d,%d) leads from %s", source->path, entry->line, x, y,
				   world_is_water(tile) ? "water to land" : "land to water");
	tile->exit_line = entry->line;
	tile->exit_map = (int16_t)to[0];
	tile->exit_x = (int16_t)to[1];
	tile->exit_y = (int16_t)to[2];
	return true;
}

/* "9-92,7 = 5 9-92,93": a range leads to a range of the same length, or to one tile. */
static bool exit_line(struct world *world, struct world_map *map, const struct source_entry *entry, struct problem *why)
{
	struct words_area from, to;
	int64_t number = 0;
	const char *c = entry->key;
	const char *rest = entry->value;
	if (!words_area(&c, &from) || *c != '\0' || !words_number(&rest, &number) || !words_area(&rest, &to) ||
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
			return source_problem(&map->source, tile->exit_line, why,
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
	struct words_area area;
	const char *c = entry->key;
	if (!words_area(&c, &area) || *c != '\0' || area.x_low != area.x_high || area.y_low != area.y_high)
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
	rest = words_blanks(rest);
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
	if (!words_number(&rest, &number) || world_creature(world, number) == NULL)
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
	if (world_number(world, FILE_ITEMS, item, "ObjType") != WORLD_TYPE_DOOR)
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
	if (!words_number(&rest, &number) || world_item(world, number) == NULL)
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

bool world_map_exits(struct world *world, struct world_map *map, struct problem *why)
{
	return lines_read(world, map, "exits", exit_line, why);
}

bool world_map_populate(struct world *world, struct world_map *map, struct problem *why)
{
	return exits_end(world, map, why) && lines_read(world, map, "creatures", creature_line, why) &&
		   lines_read(world, map, "objects", object_line, why);
}
