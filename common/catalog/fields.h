/* fields.h - which key of a section goes into which field of a record: one row per key, so that the list of keys a
 * loader knows can be read like the table in formats.md. */
#ifndef ARGENTUM_CATALOG_FIELDS_H
#define ARGENTUM_CATALOG_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "common/catalog/record.h"
#include "common/catalog/source.h"

enum field_type {
	FIELD_INT,  /* rounded, clamped to low..high, stored in `size` bytes */
	FIELD_FLAG, /* sets `bit` in the 32-bit field when the number is not 0 */
	FIELD_TEXT, /* offset of the text in the pool, 32 bits; `bit` holds the enum record_trim */
};

struct field {
	const char *key;
	size_t offset, size;
	uint64_t kinds; /* only for records whose kind has its bit here; 0 = for all */
	enum field_type type;
	int32_t low, high;
	uint32_t bit;
};

/* s: the struct; member: its field. */
#define FIELD_NUMBER(key_, s, member, low_, high_, kinds_)                                                             \
	{                                                                                                                  \
		.key = (key_), .type = FIELD_INT, .offset = offsetof(struct s, member),                                        \
		.size = sizeof(((struct s *)0)->member), .low = (low_), .high = (high_), .kinds = (kinds_)                     \
	}
#define FIELD_BIT(key_, s, member, bit_, kinds_)                                                                       \
	{                                                                                                                  \
		.key = (key_), .type = FIELD_FLAG, .offset = offsetof(struct s, member),                                       \
		.size = sizeof(((struct s *)0)->member), .bit = (bit_), .kinds = (kinds_)                                      \
	}
#define FIELD_WORDS(key_, s, member, trim_)                                                                            \
	{                                                                                                                  \
		.key = (key_), .type = FIELD_TEXT, .offset = offsetof(struct s, member),                                       \
		.size = sizeof(((struct s *)0)->member), .bit = (trim_)                                                        \
	}

/* Reads every field of the table that is for this kind into `row`; absent keys leave 0. */
void fields_read(struct catalog_source *source, const struct record *record, const struct field *fields, size_t count,
				 unsigned kind, void *row);

/* Swaps the two when they are the wrong way round, with a warning at the key's line. */
void fields_order(const struct record *record, const char *key, int16_t *min, int16_t *max);

#endif
