#include "common/catalog/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/catalog/segment.h"

/* --- attaching --- */

static bool header_check(const struct catalog *header, uint64_t size, struct problem *why)
{
	if (header->magic != CATALOG_MAGIC)
		return problem_set(why, "catalog segment: it does not begin like one");
	if (header->layout_version != CATALOG_LAYOUT_VERSION || header->fingerprint != catalog_fingerprint() ||
		header->header_bytes != sizeof *header || header->regions != CATALOG_REGIONS)
		return problem_set(why, "catalog segment: its layout (version %u, %016llx) is not this program's (%d, %016llx)",
						   header->layout_version, (unsigned long long)header->fingerprint, CATALOG_LAYOUT_VERSION,
						   (unsigned long long)catalog_fingerprint());
	if (__atomic_load_n(&header->state, __ATOMIC_ACQUIRE) != CATALOG_PUBLISHED)
		return problem_set(why, "catalog segment: it was never finished");
	if (header->size_bytes != size)
		return problem_set(why, "catalog segment: %llu bytes long, its header says %llu", (unsigned long long)size,
						   (unsigned long long)header->size_bytes);
	for (unsigned i = 0; i < CATALOG_REGIONS; i++) {
		const struct catalog_region *region = &header->region[i];
		uint64_t end = (uint64_t)region->offset_bytes + (uint64_t)region->stride_bytes * region->count;
		if (region->stride_bytes != segment_stride(i) || region->offset_bytes < sizeof *header ||
			region->offset_bytes % SEGMENT_ALIGN != 0 || end > size || region->count < segment_rows_min(i))
			return problem_set(why, "catalog segment: region %u is not inside it", i);
	}
	return true;
}

const struct catalog *catalog_attach(int fd, struct problem *why)
{
	struct stat status;
	const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & needed) != needed) { /* otherwise somebody could shrink it under our feet */
		problem_set(why, "catalog segment: descriptor %d is no sealed memory", fd);
		return NULL;
	}
	if (fstat(fd, &status) != 0 || status.st_size < (off_t)sizeof(struct catalog) ||
		(uint64_t)status.st_size > SEGMENT_BYTES_MAX) {
		problem_set(why, "catalog segment: a size of %lld bytes is none", (long long)status.st_size);
		return NULL;
	}
	size_t size = (size_t)status.st_size;
	const struct catalog *catalog = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (catalog == MAP_FAILED) {
		problem_set(why, "catalog segment: cannot map %zu bytes: %s", size, strerror(errno));
		return NULL;
	}
	bool good = header_check(catalog, size, why);
	if (good && catalog->content_hash != segment_hash((const char *)catalog + sizeof *catalog, size - sizeof *catalog))
		good = problem_set(why, "catalog segment: damaged, its content does not match its hash");
	if (!good) {
		munmap((void *)catalog, size);
		return NULL;
	}
	/* Core dumps need not hold the whole world (a memfd counts as anonymous memory). */
	(void)madvise((void *)catalog, size, MADV_DONTDUMP);
	return catalog;
}

void catalog_detach(const struct catalog **handle)
{
	if (*handle != NULL)
		munmap((void *)*handle, (*handle)->size_bytes);
	*handle = NULL;
}

uint64_t catalog_content_hash(const struct catalog *catalog)
{
	return catalog->content_hash;
}

size_t catalog_size_bytes(const struct catalog *catalog)
{
	return catalog->size_bytes;
}

/* --- rows --- */

/* NULL outside the table. */
static const void *row(const struct catalog *catalog, enum catalog_region_id id, uint32_t index)
{
	const struct catalog_region *region = &catalog->region[id];
	if (index >= region->count)
		return NULL;
	return (const char *)catalog + region->offset_bytes + (size_t)index * region->stride_bytes;
}

static unsigned highest(const struct catalog *catalog, enum catalog_region_id id)
{
	return catalog->region[id].count - 1; /* row 0 is always there */
}

/* A whole list. */
static const void *list(const struct catalog *catalog, enum catalog_region_id id, unsigned *count)
{
	*count = catalog->region[id].count;
	return catalog_region_start(catalog, id);
}

/* The part of a table that belongs to one definition. */
static const void *part(const struct catalog *catalog, enum catalog_region_id id, uint32_t first, uint32_t rows,
						unsigned *count)
{
	const struct catalog_region *region = &catalog->region[id];
	bool inside = first <= region->count && rows <= region->count - first;
	*count = inside ? rows : 0;
	return (const char *)catalog + region->offset_bytes + (inside ? (size_t)first * region->stride_bytes : 0);
}

const struct map_def *catalog_map(const struct catalog *catalog, unsigned number)
{
	const struct map_def *map = row(catalog, REGION_MAPS, number);
	return map != NULL && (map->flags & MAP_THERE) != 0 ? map : NULL;
}

unsigned catalog_city_distance(const struct catalog *catalog, unsigned city, unsigned map)
{
	const struct map_def *def = catalog_map(catalog, map);
	return def != NULL && city >= 1 && city <= CITY_COUNT ? def->city_distance[city - 1] : CITY_UNREACHED;
}

const struct item_def *catalog_item(const struct catalog *catalog, unsigned number)
{
	const struct item_def *item = row(catalog, REGION_ITEMS, number);
	return item != NULL && (item->flags & ITEM_IS_DEFINED) != 0 ? item : NULL;
}

const struct creature_def *catalog_creature(const struct catalog *catalog, unsigned number)
{
	const struct creature_def *creature = row(catalog, REGION_CREATURES, number);
	return creature != NULL && (creature->flags & CREATURE_IS_DEFINED) != 0 ? creature : NULL;
}

const struct spell_def *catalog_spell(const struct catalog *catalog, unsigned number)
{
	const struct spell_def *spell = row(catalog, REGION_SPELLS, number);
	return spell != NULL && (spell->flags & SPELL_IS_DEFINED) != 0 ? spell : NULL;
}

unsigned catalog_map_max(const struct catalog *catalog)
{
	return highest(catalog, REGION_MAPS);
}

unsigned catalog_item_max(const struct catalog *catalog)
{
	return highest(catalog, REGION_ITEMS);
}

unsigned catalog_creature_max(const struct catalog *catalog)
{
	return highest(catalog, REGION_CREATURES);
}

unsigned catalog_spell_max(const struct catalog *catalog)
{
	return highest(catalog, REGION_SPELLS);
}

const struct item_stack *creature_stock(const struct catalog *catalog, const struct creature_def *creature,
										unsigned *count)
{
	return part(catalog, REGION_STOCK, creature->first_stock, creature->stock_count, count);
}

const uint16_t *creature_spells(const struct catalog *catalog, const struct creature_def *creature, unsigned *count)
{
	return part(catalog, REGION_CREATURE_SPELLS, creature->first_spell, creature->spell_count, count);
}

const struct named_creature *creature_trained(const struct catalog *catalog, const struct creature_def *creature,
											  unsigned *count)
{
	return part(catalog, REGION_TRAINED, creature->first_trained, creature->trained_count, count);
}

const uint32_t *creature_phrases(const struct catalog *catalog, const struct creature_def *creature, unsigned *count)
{
	return part(catalog, REGION_PHRASES, creature->first_phrase, creature->phrase_count, count);
}

/* --- balance, cities, lists --- */

const struct balance_def *catalog_balance(const struct catalog *catalog)
{
	return catalog_region_start(catalog, REGION_BALANCE);
}

const struct class_def *catalog_class(const struct catalog *catalog, unsigned number)
{
	return number != 0 ? row(catalog, REGION_CLASSES, number) : NULL;
}

const struct race_def *catalog_race(const struct catalog *catalog, unsigned number)
{
	return number != 0 ? row(catalog, REGION_RACES, number) : NULL;
}

const struct city_def *catalog_city(const struct catalog *catalog, unsigned number)
{
	return number != 0 ? row(catalog, REGION_CITIES, number) : NULL;
}

const struct city_def *catalog_start_city(const struct catalog *catalog)
{
	return catalog_region_start(catalog, REGION_CITIES);
}

const uint16_t *catalog_smith_weapons(const struct catalog *catalog, unsigned *count)
{
	return list(catalog, REGION_SMITH_WEAPONS, count);
}

const uint16_t *catalog_smith_armours(const struct catalog *catalog, unsigned *count)
{
	return list(catalog, REGION_SMITH_ARMOURS, count);
}

const uint16_t *catalog_carpentry(const struct catalog *catalog, unsigned *count)
{
	return list(catalog, REGION_CARPENTRY, count);
}

const struct praetorian_def *catalog_praetorians(const struct catalog *catalog, unsigned *count)
{
	return list(catalog, REGION_PRAETORIANS, count);
}

const struct named_creature *catalog_invocations(const struct catalog *catalog, unsigned *count)
{
	return list(catalog, REGION_INVOCATIONS, count);
}

unsigned catalog_faction_armour(const struct catalog *catalog, unsigned class_number, enum faction_defence defence,
								enum faction_side side, enum faction_build build)
{
	const struct class_def *class_def = catalog_class(catalog, class_number);
	if (class_def == NULL || (unsigned)defence >= FACTION_DEFENCES || (unsigned)side >= FACTION_SIDES ||
		(unsigned)build >= FACTION_BUILDS)
		return 0;
	return class_def->faction_armour[defence][side][build];
}

static const char *list_text(const struct catalog *catalog, enum catalog_region_id id, unsigned index)
{
	const uint32_t *text = row(catalog, id, index);
	return text != NULL ? catalog_text(catalog, *text) : "";
}

unsigned catalog_motd_count(const struct catalog *catalog)
{
	return catalog->region[REGION_MOTD].count;
}

const char *catalog_motd(const struct catalog *catalog, unsigned index)
{
	return list_text(catalog, REGION_MOTD, index);
}

unsigned catalog_help_count(const struct catalog *catalog)
{
	return catalog->region[REGION_HELP].count;
}

const char *catalog_help(const struct catalog *catalog, unsigned index)
{
	return list_text(catalog, REGION_HELP, index);
}

unsigned catalog_forbidden_name_count(const struct catalog *catalog)
{
	return catalog->region[REGION_FORBIDDEN_NAMES].count;
}

const char *catalog_forbidden_name(const struct catalog *catalog, unsigned index)
{
	return list_text(catalog, REGION_FORBIDDEN_NAMES, index);
}

/* --- texts --- */

const char *catalog_text(const struct catalog *catalog, uint32_t offset)
{
	if (offset < SEGMENT_TEXT_FIRST || offset >= catalog->region[REGION_TEXTS].count)
		return "";
	return (const char *)catalog_region_start(catalog, REGION_TEXTS) + offset;
}

size_t catalog_text_bytes(const struct catalog *catalog, uint32_t offset)
{
	if (offset < SEGMENT_TEXT_FIRST || offset >= catalog->region[REGION_TEXTS].count)
		return 0;
	uint16_t length;
	memcpy(&length, (const char *)catalog_region_start(catalog, REGION_TEXTS) + offset - sizeof length, sizeof length);
	return length;
}

/* --- tiles --- */

bool map_exit_at(const struct catalog *catalog, const struct map_def *map, int x, int y, struct place *to)
{
	if ((map_tile_flags(catalog, map, x, y) & TILE_EXIT) == 0)
		return false;
	unsigned high, low = 0, wanted = tile_index((unsigned)x, (unsigned)y);
	const struct map_exit *exits = map_exits(catalog, map, &high);
	while (low < high) {
		unsigned middle = low + (high - low) / 2, here = tile_index(exits[middle].x, exits[middle].y);
		if (here == wanted) {
			*to = exits[middle].to;
			return true;
		}
		if (here < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

const struct map_exit *map_exits(const struct catalog *catalog, const struct map_def *map, unsigned *count)
{
	return part(catalog, REGION_EXITS, map->first_exit, map->exit_count, count);
}

const struct map_creature *map_creatures(const struct catalog *catalog, const struct map_def *map, unsigned *count)
{
	return part(catalog, REGION_MAP_CREATURES, map->first_creature, map->creature_count, count);
}

const struct map_object *map_objects(const struct catalog *catalog, const struct map_def *map, unsigned *count)
{
	return part(catalog, REGION_MAP_OBJECTS, map->first_object, map->object_count, count);
}

const struct map_sound *map_sounds(const struct catalog *catalog, const struct map_def *map, unsigned *count)
{
	return part(catalog, REGION_MAP_SOUNDS, map->first_sound, map->sound_count, count);
}
