#include "common/catalog/fields.h"

#include <assert.h>
#include <string.h>

static void int_store(char *at, size_t size, int32_t number)
{
	switch (size) {
	case 1: {
		uint8_t byte = (uint8_t)number;
		memcpy(at, &byte, sizeof byte);
		return;
	}
	case 2: {
		uint16_t word = (uint16_t)number;
		memcpy(at, &word, sizeof word);
		return;
	}
	default:
		assert(size == sizeof number);
		memcpy(at, &number, sizeof number);
	}
}

static void flag_store(char *at, size_t size, uint32_t bit)
{
	uint32_t flags;
	assert(size == sizeof flags);
	(void)size;
	memcpy(&flags, at, sizeof flags);
	flags |= bit;
	memcpy(at, &flags, sizeof flags);
}

void fields_read(struct catalog_source *source, const struct record *record, const struct field *fields, size_t count,
				 unsigned kind, void *row)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		if (field->kinds != 0 && (kind > 63 || (field->kinds >> kind & 1) == 0))
			continue;
		char *at = (char *)row + field->offset;
		if (field->type == FIELD_INT) {
			int_store(at, field->size, record_int(record, field->key, field->low, field->high));
		} else if (field->type == FIELD_FLAG) {
			if (record_flag(record, field->key))
				flag_store(at, field->size, field->bit);
		} else {
			uint32_t text = source_record_text(source, record, field->key, (enum record_trim)field->bit);
			memcpy(at, &text, sizeof text);
		}
	}
}

void fields_order(const struct record *record, const char *key, int16_t *min, int16_t *max)
{
	if (*min <= *max)
		return;
	char place[FILE_LABEL_BYTES + 24];
	warnings_add(record->warnings, "%s: %s is %d and above its maximum %d; swapped", record_place(record, key, place),
				 key, *min, *max);
	int16_t keep = *min;
	*min = *max;
	*max = keep;
}
