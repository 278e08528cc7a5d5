/* source.h - the catalog while it is being loaded: the same tables on the heap, still growing.
 *
 * Belongs to catalog_build, one thread. Rows are the segment's own structs, so that building is copying. Loaders add
 * to it; running out of memory is remembered in `exhausted` and told once, at the end. */
#ifndef ARGENTUM_CATALOG_SOURCE_H
#define ARGENTUM_CATALOG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/files.h"
#include "common/catalog/ini.h"
#include "common/catalog/layout.h"
#include "common/catalog/record.h"
#include "common/catalog/warnings.h"

struct table {
	void *rows;
	uint32_t count, capacity;
};

struct catalog_source {
	struct table table[CATALOG_REGIONS];
	uint32_t *text_index; /* hash table of offsets: equal texts are kept once */
	uint32_t text_index_size, texts;
	struct catalog_warnings *warnings;
	struct folder *root, *dat, *maps;
	struct ini *items_ini, *spells_ini, *creatures_ini; /* kept for the cross checks, which name lines */
	bool exhausted;
};

/* Opens the folders. On false the source is still to be closed. */
bool source_open(struct catalog_source *source, const char *root, struct catalog_warnings *warnings,
				 struct problem *why);
void source_close(struct catalog_source *source);

/* Makes the table `count` zero rows long. */
bool source_reserve(struct catalog_source *source, enum catalog_region_id id, uint32_t count);

/* Appends one row (copied). false when memory is out. */
bool source_append(struct catalog_source *source, enum catalog_region_id id, const void *row);

/* Appends `count` zero rows and returns the first; NULL when memory is out. Valid until the table grows. */
void *source_extend(struct catalog_source *source, enum catalog_region_id id, uint32_t count);

uint32_t source_count(const struct catalog_source *source, enum catalog_region_id id);

/* Row `index`; NULL beyond the last. Valid until the table grows. */
void *source_row(const struct catalog_source *source, enum catalog_region_id id, uint32_t index);

/* Offset of the text in the pool; control bytes become blanks. 0 for an empty one or when memory is out. */
uint32_t source_text(struct catalog_source *source, const char *text, size_t size);
uint32_t source_record_text(struct catalog_source *source, const struct record *record, const char *key,
							enum record_trim trim);

/* true when such a thing is there (the definitions must be loaded). */
bool source_item_is_defined(const struct catalog_source *source, int64_t number);
bool source_creature_is_defined(const struct catalog_source *source, int64_t number);
bool source_spell_is_defined(const struct catalog_source *source, int64_t number);

/* An ini file of the Dat folder. A needed one that is absent is refused; otherwise *ini is NULL and a warning is told. */
bool source_ini(struct catalog_source *source, const char *name, bool needed, struct ini **ini, struct problem *why);

/* Tells which keys nobody read, and frees the file. */
void source_ini_done(struct catalog_source *source, struct ini **ini);

/* --- the loaders, in the order in which they run; each refuses what formats.md 22 says --- */

bool spells_load(struct catalog_source *source, struct problem *why);
bool items_load(struct catalog_source *source, struct problem *why);
bool creatures_load(struct catalog_source *source, struct problem *why);
void spells_check(struct catalog_source *source); /* the creatures they summon */
void items_check(struct catalog_source *source);  /* references among items and to spells */
bool balance_load(struct catalog_source *source, struct problem *why);
bool cities_load(struct catalog_source *source, struct problem *why); /* after the maps */
bool crafting_load(struct catalog_source *source, struct problem *why);
bool factions_load(struct catalog_source *source, struct problem *why);
bool praetorians_load(struct catalog_source *source, struct problem *why);
bool invocations_load(struct catalog_source *source, struct problem *why);
bool texts_load(struct catalog_source *source, struct problem *why);
bool maps_load(struct catalog_source *source, struct problem *why);
bool distances_find(struct catalog_source *source, struct problem *why); /* after the cities */

#endif
