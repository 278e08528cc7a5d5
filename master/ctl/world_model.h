/* world_model.h - a world while it is compiled: the sources as read, what they define, and the files to be written.
 *
 * One of these in ordinary memory, owned by world_compile; no threads. Numbers are those of the game: items and
 * creatures 1..10000, spells 1..255, maps 1..290 (the client carries pictures of these maps only). */
#ifndef ARGENTUM_CTL_WORLD_MODEL_H
#define ARGENTUM_CTL_WORLD_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "master/ctl/world_compile.h"
#include "master/ctl/world_output.h"
#include "master/ctl/world_schema.h"
#include "master/ctl/world_source.h"

#define WORLD_MAPS      290
#define WORLD_ITEMS     10000
#define WORLD_CREATURES 10000
#define WORLD_SPELLS    255
#define WORLD_SIDE      100 /* tiles of a map, in each direction */
#define WORLD_TYPE_DOOR 6   /* the kind of item that opens and closes */

/* Where a character may stand: formats.md 2. */
#define WALK_X_LOW  9
#define WALK_X_HIGH 92
#define WALK_Y_LOW  7
#define WALK_Y_HIGH 94

struct world_tile {
	int16_t ground; /* layer 1 picture */
	uint8_t blocked;
	uint8_t trigger;
	int exit_line;    /* of the source, for messages */
	int16_t exit_map; /* 0 = no exit */
	int16_t exit_x, exit_y;
	int16_t creature; /* 0 = none */
	int16_t item;     /* 0 = none */
	int16_t amount;
};

struct world_map {
	int number;
	struct source source;
	struct world_tile tiles[WORLD_SIDE * WORLD_SIDE]; /* y outer, x inner */
};

struct world {
	const char *folder; /* of the source */
	struct source files[FILE_COUNT];
	bool there[FILE_COUNT];            /* an optional file may be absent */
	int item_section[WORLD_ITEMS + 1]; /* index into the file's sections + 1; 0 = not defined */
	int creature_section[WORLD_CREATURES + 1];
	int spell_section[WORLD_SPELLS + 1];
	struct world_map *maps[WORLD_MAPS + 1]; /* NULL = this world has no such map */
	struct world_output output;
	const struct world_hearer *hearer;
	struct world_summary summary;
};

/* One warning for the operator. */
void world_warn(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* NULL when absent. The section of an item, a creature, a spell, and a value in it. */
const struct source_section *world_item(const struct world *world, int64_t number);
const struct source_section *world_creature(const struct world *world, int64_t number);
const struct source_section *world_spell(const struct world *world, int64_t number);
const char *world_text(const struct world *world, enum world_file file, const struct source_section *section,
					   const char *key);

/* 0 when the key is absent, the classic default. Only for values that were checked before. */
int64_t world_number(const struct world *world, enum world_file file, const struct source_section *section,
					 const char *key);

/* x and y from 1 to 100. */
struct world_tile *world_tile(struct world_map *map, int x, int y);

/* Water as rules and client compute it: formats.md 2. The compiler draws no second layer. */
bool world_is_water(const struct world_tile *tile);
bool world_may_stand(int x, int y);

/* world_dat.c: reads, checks and compiles the definition files. */
bool world_definitions_read(struct world *world, struct problem *why);
bool world_definitions_compile(struct world *world, struct problem *why);

/* Checks the value of one key and writes "Key=value" to `file`. */
bool world_value_compile(struct world *world, const struct source *source, const struct key_rule *rule, int number,
						 const struct source_entry *entry, struct output_file *file, struct problem *why);

/* Checks that all keys of a section are known and the needed ones there, and writes the section to `file` as [heading];
 * `skip`, if not NULL, names a key that is checked and not written. */
bool world_section_compile(struct world *world, const struct source *source, const struct source_section *section,
						   const struct section_rule *rule, const char *heading, const char *skip,
						   struct output_file *file, struct problem *why);

/* world_check.c: what must hold between the definitions. */
bool world_definitions_check(struct world *world, struct problem *why);

/* world_map.c: the drawings, all of them before anything is placed: an exit is checked against the map it leads to. */
bool world_maps_read(struct world *world, struct problem *why);
void world_maps_free(struct world *world);

/* world_place.c: exits of all maps first, then what stands beside them. */
bool world_map_exits(struct world *world, struct world_map *map, struct problem *why);
bool world_map_populate(struct world *world, struct world_map *map, struct problem *why);

/* world_write.c: places everything and writes the three files of each map, and Map.dat. */
bool world_maps_compile(struct world *world, struct problem *why);

#endif
