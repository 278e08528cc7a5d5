#include "common/catalog/source.h"

#include <stdlib.h>
#include <string.h>

#include "common/catalog/segment.h"

bool source_open(struct catalog_source *source, const char *root, struct catalog_warnings *warnings,
				 struct problem *why)
{
	*source = (struct catalog_source){.warnings = warnings};
	source->root = folder_open(root, why);
	if (source->root == NULL)
		return false;
	source->dat = folder_open_inside(source->root, "Dat", why);
	/* Texts begin behind SEGMENT_TEXT_FIRST zero bytes, which are the empty text. */
	return source->dat != NULL &&
		   (source_reserve(source, REGION_TEXTS, SEGMENT_TEXT_FIRST) || problem_set(why, "catalog: out of memory"));
}

void source_close(struct catalog_source *source)
{
	for (unsigned i = 0; i < CATALOG_REGIONS; i++)
		free(source->table[i].rows);
	free(source->text_index);
	ini_free(&source->items_ini);
	ini_free(&source->spells_ini);
	ini_free(&source->creatures_ini);
	folder_close(&source->maps);
	folder_close(&source->dat);
	folder_close(&source->root);
	*source = (struct catalog_source){0};
}

/* --- tables --- */

static bool table_grow(struct catalog_source *source, enum catalog_region_id id, uint64_t rows)
{
	struct table *table = &source->table[id];
	if (rows <= table->capacity)
		return true;
	uint64_t capacity = table->capacity == 0 ? 64 : (uint64_t)table->capacity * 2;
	if (capacity < rows)
		capacity = rows;
	uint64_t bytes = capacity * segment_stride(id);
	void *grown = bytes <= SEGMENT_BYTES_MAX ? realloc(table->rows, bytes) : NULL;
	if (grown == NULL) {
		source->exhausted = true;
		return false;
	}
	table->rows = grown;
	table->capacity = (uint32_t)capacity;
	return true;
}

bool source_reserve(struct catalog_source *source, enum catalog_region_id id, uint32_t count)
{
	if (!table_grow(source, id, count))
		return false;
	source->table[id].count = count;
	memset(source->table[id].rows, 0, (size_t)count * segment_stride(id));
	return true;
}

static bool append_bytes(struct catalog_source *source, enum catalog_region_id id, const void *rows, uint32_t count)
{
	struct table *table = &source->table[id];
	uint32_t stride = segment_stride(id);
	if (!table_grow(source, id, (uint64_t)table->count + count))
		return false;
	memcpy((char *)table->rows + (size_t)table->count * stride, rows, (size_t)count * stride);
	table->count += count;
	return true;
}

void *source_extend(struct catalog_source *source, enum catalog_region_id id, uint32_t count)
{
	struct table *table = &source->table[id];
	if (!table_grow(source, id, (uint64_t)table->count + count))
		return NULL;
	void *rows = (char *)table->rows + (size_t)table->count * segment_stride(id);
	memset(rows, 0, (size_t)count * segment_stride(id));
	table->count += count;
	return rows;
}

bool source_append(struct catalog_source *source, enum catalog_region_id id, const void *row)
{
	return append_bytes(source, id, row, 1);
}

uint32_t source_count(const struct catalog_source *source, enum catalog_region_id id)
{
	return source->table[id].count;
}

void *source_row(const struct catalog_source *source, enum catalog_region_id id, uint32_t index)
{
	const struct table *table = &source->table[id];
	return index < table->count ? (char *)table->rows + (size_t)index * segment_stride(id) : NULL;
}

/* --- texts --- */

static uint32_t bytes_hash(const char *text, size_t size)
{
	uint64_t hash = segment_hash(text, size);
	return (uint32_t)(hash ^ hash >> 32);
}

/* The text at an offset of the pool. */
static const char *pool_text(const struct catalog_source *source, uint32_t offset, uint16_t *size)
{
	const char *text = (const char *)source->table[REGION_TEXTS].rows + offset;
	memcpy(size, text - sizeof *size, sizeof *size);
	return text;
}

/* Slot of the index where this text is, or where it belongs. */
static uint32_t index_slot(const struct catalog_source *source, const char *text, size_t size)
{
	uint32_t slot = bytes_hash(text, size) & (source->text_index_size - 1);
	while (source->text_index[slot] != 0) {
		uint16_t there_size;
		const char *there = pool_text(source, source->text_index[slot], &there_size);
		if (there_size == size && memcmp(there, text, size) == 0)
			break;
		slot = (slot + 1) & (source->text_index_size - 1);
	}
	return slot;
}

static bool index_grow(struct catalog_source *source)
{
	if (source->texts * 2 < source->text_index_size)
		return true;
	uint32_t size = source->text_index_size == 0 ? 4096 : source->text_index_size * 2,
			 before_size = source->text_index_size;
	uint32_t *grown = calloc(size, sizeof *grown), *before = source->text_index;
	if (grown == NULL) {
		source->exhausted = true;
		return false;
	}
	source->text_index = grown;
	source->text_index_size = size;
	for (uint32_t i = 0; i < before_size; i++) {
		if (before[i] == 0)
			continue;
		uint16_t length;
		const char *text = pool_text(source, before[i], &length);
		grown[index_slot(source, text, length)] = before[i];
	}
	free(before);
	return true;
}

uint32_t source_text(struct catalog_source *source, const char *text, size_t size)
{
	char clean[INI_LINE_BYTES_MAX + 1];
	if (size > INI_LINE_BYTES_MAX)
		size = INI_LINE_BYTES_MAX;
	if (size == 0)
		return 0;
	for (size_t i = 0; i < size; i++)
		clean[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
	clean[size] = '\0';
	if (!index_grow(source))
		return 0;
	uint32_t slot = index_slot(source, clean, size);
	if (source->text_index[slot] != 0)
		return source->text_index[slot];
	uint16_t length = (uint16_t)size;
	uint32_t offset = source->table[REGION_TEXTS].count + (uint32_t)sizeof length;
	if (!append_bytes(source, REGION_TEXTS, &length, sizeof length) ||
		!append_bytes(source, REGION_TEXTS, clean, (uint32_t)size + 1))
		return 0;
	source->text_index[slot] = offset;
	source->texts++;
	return offset;
}

uint32_t source_record_text(struct catalog_source *source, const struct record *record, const char *key,
							enum record_trim trim)
{
	struct record_text text = record_text(record, key, trim);
	return source_text(source, text.text, text.size);
}

/* --- definitions --- */

bool source_item_is_defined(const struct catalog_source *source, int64_t number)
{
	if (number <= 0 || number >= source_count(source, REGION_ITEMS))
		return false;
	const struct item_def *item = source_row(source, REGION_ITEMS, (uint32_t)number);
	return (item->flags & ITEM_IS_DEFINED) != 0;
}

bool source_creature_is_defined(const struct catalog_source *source, int64_t number)
{
	if (number <= 0 || number >= source_count(source, REGION_CREATURES))
		return false;
	const struct creature_def *creature = source_row(source, REGION_CREATURES, (uint32_t)number);
	return (creature->flags & CREATURE_IS_DEFINED) != 0;
}

bool source_spell_is_defined(const struct catalog_source *source, int64_t number)
{
	if (number <= 0 || number >= source_count(source, REGION_SPELLS))
		return false;
	const struct spell_def *spell = source_row(source, REGION_SPELLS, (uint32_t)number);
	return (spell->flags & SPELL_IS_DEFINED) != 0;
}

/* --- files --- */

bool source_ini(struct catalog_source *source, const char *name, bool needed, struct ini **ini, struct problem *why)
{
	*ini = NULL;
	struct file_bytes file;
	switch (folder_read(source->dat, name, &file, why)) {
	case FILE_REFUSED:
		return false;
	case FILE_ABSENT:
		if (needed)
			return problem_set(why, "%s: this file is missing; the world cannot be loaded without it", file.label);
		warnings_add(source->warnings, "%s: this file is missing; what it lists is left empty", file.label);
		return true;
	case FILE_READ:
		break;
	}
	if (file.other_case)
		warnings_add(source->warnings, "%s: named in another case than \"%s\"", file.label, name);
	*ini = ini_parse(&file, source->warnings, why);
	return *ini != NULL;
}

void source_ini_done(struct catalog_source *source, struct ini **ini)
{
	if (*ini == NULL)
		return;
	struct tally keys = {0}, sections = {0};
	ini_tally_unread(*ini, &keys, &sections);
	tally_warn(&keys, source->warnings, "a key that nothing reads here");
	tally_warn(&sections, source->warnings, "a section that nothing reads");
	ini_free(ini);
}
