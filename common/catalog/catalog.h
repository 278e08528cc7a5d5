/* catalog.h - everything about the world that does not change while it runs: maps, items, creatures, spells, balance.
 *
 * One sealed memfd, built by the master from the classic files (formats.md) and mapped read-only by every process; a
 * reload builds a new one beside it. Nobody can write to it any more, so it needs no lock, and a process that dies
 * leaves nothing behind. All functions may be called by any thread. Texts are Latin-1. */
#ifndef ARGENTUM_CATALOG_CATALOG_H
#define ARGENTUM_CATALOG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/layout.h"
#include "common/catalog/warnings.h"

/* --- building and attaching --- */

/* Reads the world below `root` (folders Dat and Maps) into a sealed memfd: the caller closes it. What was tolerated is
 * added to `warnings` (may be NULL) for the caller to log. -1 with `why`, which names file and line or tile, when the
 * files must be refused (formats.md 22). Blocks while it reads files: for the start and for job threads. */
int catalog_build(const char *root, struct catalog_warnings *warnings, struct problem *why);

/* Maps the segment read-only after checking seals, magic, version, fingerprint, size, every region and the content's
 * hash (some 2 ms for 290 maps). The descriptor stays the caller's. NULL with `why` when it is foreign or damaged. */
const struct catalog *catalog_attach(int fd, struct problem *why);
void catalog_detach(const struct catalog **catalog); /* NULL inside is harmless */

/* Of the layout this program was compiled with. */
uint64_t catalog_fingerprint(void);

/* Of everything loaded: two catalogs with the same number hold the same world. */
uint64_t catalog_content_hash(const struct catalog *catalog);
size_t catalog_size_bytes(const struct catalog *catalog);

/* --- definitions, by number; NULL for 0, above the highest, or not defined --- */

const struct map_def *catalog_map(const struct catalog *catalog, unsigned number);
const struct item_def *catalog_item(const struct catalog *catalog, unsigned number);
const struct creature_def *catalog_creature(const struct catalog *catalog, unsigned number);
const struct spell_def *catalog_spell(const struct catalog *catalog, unsigned number);

/* The highest number the files declare (formats.md 5-9). */
unsigned catalog_map_max(const struct catalog *catalog);
unsigned catalog_item_max(const struct catalog *catalog);
unsigned catalog_creature_max(const struct catalog *catalog);
unsigned catalog_spell_max(const struct catalog *catalog);

/* What belongs to a creature. *count may be 0; the pointer is then not to be used. */
const struct item_stack *creature_stock(const struct catalog *catalog, const struct creature_def *creature,
										unsigned *count);
const uint16_t *creature_spells(const struct catalog *catalog, const struct creature_def *creature, unsigned *count);
const struct named_creature *creature_trained(const struct catalog *catalog, const struct creature_def *creature,
											  unsigned *count);
const uint32_t *creature_phrases(const struct catalog *catalog, const struct creature_def *creature,
								 unsigned *count); /* texts */

/* true: the class (enum class_id) may not use the item. Numbers outside the classes are not forbidden anything. */
static inline bool item_class_forbidden(const struct item_def *item, unsigned class_number)
{
	return class_number >= 1 && class_number <= CLASS_COUNT && (item->forbidden_classes >> (class_number - 1) & 1) != 0;
}

/* --- balance, cities, lists --- */

const struct balance_def *catalog_balance(const struct catalog *catalog);
const struct class_def *catalog_class(const struct catalog *catalog, unsigned number); /* enum class_id, else NULL */
const struct race_def *catalog_race(const struct catalog *catalog, unsigned number);   /* enum race_id, else NULL */
const struct city_def *catalog_city(const struct catalog *catalog, unsigned number);   /* enum city_id, else NULL */

/* How many maps a city (enum city_id) is away from a map, along their borders: 0 = it is there; CITY_UNREACHED = no way leads
 * there, or there is no such city or map. Looked for once, when the catalog is built (distances.c). */
unsigned catalog_city_distance(const struct catalog *catalog, unsigned city, unsigned map);

/* Nemahuak: where a character without position, that is every new one, starts. */
const struct city_def *catalog_start_city(const struct catalog *catalog);

/* Lists; *count may be 0. The order is the one shown to players. */
const uint16_t *catalog_smith_weapons(const struct catalog *catalog, unsigned *count);
const uint16_t *catalog_smith_armours(const struct catalog *catalog, unsigned *count);
const uint16_t *catalog_carpentry(const struct catalog *catalog, unsigned *count);
const struct praetorian_def *catalog_praetorians(const struct catalog *catalog, unsigned *count);
const struct named_creature *catalog_invocations(const struct catalog *catalog, unsigned *count);

/* Item of the armour an army gives to a class, 0 = none; out of range gives 0. */
unsigned catalog_faction_armour(const struct catalog *catalog, unsigned class_number, enum faction_defence defence,
								enum faction_side side, enum faction_build build);

unsigned catalog_motd_count(const struct catalog *catalog);
const char *catalog_motd(const struct catalog *catalog, unsigned index); /* 0.. ; "" beyond the last */
unsigned catalog_help_count(const struct catalog *catalog);
const char *catalog_help(const struct catalog *catalog, unsigned index);
unsigned catalog_forbidden_name_count(const struct catalog *catalog);
const char *catalog_forbidden_name(const struct catalog *catalog, unsigned index);

/* --- texts --- */

/* Zero-terminated; "" for offset 0 and for any offset outside the pool. */
const char *catalog_text(const struct catalog *catalog, uint32_t offset);
size_t catalog_text_bytes(const struct catalog *catalog, uint32_t offset);

/* --- tiles; x and y from 1 to 100 --- */

static inline const void *catalog_region_start(const struct catalog *catalog, enum catalog_region_id id)
{
	return (const char *)catalog + catalog->region[id].offset_bytes;
}

/* enum tile_flag, or-ed. A tile that is not on the map is blocked. */
static inline unsigned map_tile_flags(const struct catalog *catalog, const struct map_def *map, int x, int y)
{
	if (!tile_is_on_map(x, y))
		return TILE_BLOCKED;
	const struct tile *tiles = catalog_region_start(catalog, REGION_TILES);
	return tiles[map->first_tile + tile_index((unsigned)x, (unsigned)y)].flags;
}

static inline enum trigger map_tile_trigger(const struct catalog *catalog, const struct map_def *map, int x, int y)
{
	if (!tile_is_on_map(x, y))
		return TRIGGER_NONE;
	const struct tile *tiles = catalog_region_start(catalog, REGION_TILES);
	return (enum trigger)tiles[map->first_tile + tile_index((unsigned)x, (unsigned)y)].trigger;
}

/* Where the exit on this tile leads; false when there is none. The destination's map is there, and x, y are on it. */
bool map_exit_at(const struct catalog *catalog, const struct map_def *map, int x, int y, struct place *to);

/* What the files put on the map, in tile order. *count may be 0. */
const struct map_exit *map_exits(const struct catalog *catalog, const struct map_def *map, unsigned *count);
const struct map_creature *map_creatures(const struct catalog *catalog, const struct map_def *map, unsigned *count);
const struct map_object *map_objects(const struct catalog *catalog, const struct map_def *map, unsigned *count);
const struct map_sound *map_sounds(const struct catalog *catalog, const struct map_def *map, unsigned *count);

#endif
