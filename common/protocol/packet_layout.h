/* packet_layout.h - the packet tables as data: what the writer, the reader, logs, tests and fuzzers walk along.
 *
 * Everything here is constant and needs no lock. Row by row it comes from s2c.def, c2s.def, gm.def, multi.def,
 * records.def and ranges.def. */
#ifndef ARGENTUM_PROTOCOL_PACKET_LAYOUT_H
#define ARGENTUM_PROTOCOL_PACKET_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/protocol/dialect.h"
#include "common/protocol/packet_types.h"

enum packet_table {
	TABLE_S2C,   /* server to client */
	TABLE_C2S,   /* client to server */
	TABLE_GM,    /* behind the two bytes 122, sub-id from a client */
	TABLE_MULTI, /* behind the two bytes 104, msg from the server */
};
#define TABLE_COUNT 4

enum field_type {
	FIELD_U8,
	FIELD_BOOL,
	FIELD_I16,
	FIELD_I32,
	FIELD_F32,
	FIELD_STR,          /* from here on a field's size depends on its value */
	FIELD_LIST,         /* a str16 that stays Latin-1 and is divided by NUL bytes */
	FIELD_RECORDS,      /* as many records as the governing field says */
	FIELD_IP_OR_STR,    /* four u8 when the governing field is set, else a str16 */
	FIELD_RECORD_ARRAY, /* a fixed number of records */
	FIELD_BY,           /* nothing here: the governing field selects a row of another table */
};

enum field_mark {
	FIELD_SECRET = 1,     /* never in a log */
	FIELD_GODOT_ONLY = 2, /* classic clients do not have the field */
	FIELD_JOINED = 4,     /* classic clients have the array's texts in one str16 with NUL between them */
};

enum field_range {
#define RANGE(name, ...) RANGE_##name,
#define ONLY(name, ...)  RANGE_##name,
#include "common/protocol/ranges.def"
	RANGE_COUNT
};

struct packet_field {
	const char *name;
	uint16_t offset;   /* of the member in the packet's struct */
	uint16_t governor; /* RECORDS, IP_OR_STR, BY: offset of the governing field's member */
	uint8_t type;      /* enum field_type */
	uint8_t range;     /* enum field_range; for texts, of the length */
	uint8_t marks;     /* enum field_mark */
	uint8_t count;     /* elements, 1 but for arrays */
	uint8_t record;    /* RECORDS, RECORD_ARRAY: enum record_id */
	bool plain;        /* one number, bool or text that is there in every dialect, as nearly all are */
};

struct packet_layout {
	const char *name; /* as in protocol.md: "ConsoleMsg" */
	const struct packet_field *fields;
	uint8_t field_count;
	uint8_t table; /* enum packet_table; records: none, TABLE_COUNT */
	uint8_t id;
	bool godot;                       /* the Godot client reads it (S2C, MULTI) or sends it (C2S, GM) */
	bool varies;                      /* the size depends on the values */
	uint16_t min_size[DIALECT_COUNT]; /* bytes of the fields, texts and lists being empty; without the id bytes */
	uint16_t struct_size;             /* sizeof(struct s2c_NAME) and so on */
};

/* NULL when the table has no such id. */
const struct packet_layout *packet_layout(enum packet_table table, unsigned id);
const struct packet_layout *record_layout(enum record_id record);

/* One above the highest id of the table. */
unsigned packet_table_size(enum packet_table table);

/* Names as in protocol.md; "?" when there is no such id. */
const char *s2c_name(unsigned id);
const char *c2s_name(unsigned id);
const char *gm_name(unsigned id);
const char *multi_name(unsigned id);

/* The field of that name, or NULL. */
const struct packet_field *packet_field_find(const struct packet_layout *layout, const char *name);

/* Values the writer lets out for a field. */
struct packet_range {
	int64_t low, high;   /* both included */
	const uint8_t *only; /* when not NULL: these and no others between low and high */
	unsigned only_count;
};
extern const struct packet_range packet_ranges[DIALECT_COUNT][RANGE_COUNT];

static inline bool packet_range_allows(const struct packet_range *range, int64_t value)
{
	if (value < range->low || value > range->high)
		return false;
	if (!range->only)
		return true;
	for (unsigned i = 0; i < range->only_count; i++) {
		if (range->only[i] == value)
			return true;
	}
	return false;
}

/* Bytes in front of the fields: the id, or 122 or 104 and the sub-id. */
static inline unsigned packet_head_size(enum packet_table table)
{
	return table == TABLE_GM || table == TABLE_MULTI ? 2 : 1;
}

#endif
