#include "common/protocol/packet_layout.h"

#include <assert.h>
#include <string.h>

/* --- sizes: the tables read three times, each field as an addend -----------------------------------------------------
 * What a packet takes at least with the Godot client, with a classic one, and how many of its fields vary in size. */

enum { SIZE_U8 = 1, SIZE_BOOL = 1, SIZE_I16 = 2, SIZE_I32 = 4, SIZE_F32 = 4, SIZE_STR = 2, SIZE_LIST = 2 };
#define VARIES(type) (FIELD_##type == FIELD_STR || FIELD_##type == FIELD_LIST)

/* NOLINTBEGIN(bugprone-macro-parentheses): these macros are addends, not expressions. */
enum {
#include "common/protocol/words.def"
#define VALUE(field, type, range, marks)        +SIZE_##type
#define ARRAY(field, count, type, range, marks) +(count)*SIZE_##type
#define RECORDS(field, count, record)           +0
#define RECORD_ARRAY(field, count, record)      +(count)*GODOT_SIZE_record_##record
#define IP_OR_STR(field, by)                    +SIZE_STR
#define BY(field, id)                           +0
#define ROW(prefix, id, godot, NAME, name, ...) GODOT_SIZE_##prefix##_##NAME = 0 __VA_ARGS__,
#include "common/protocol/all.def"
#include "common/protocol/words_end.def"
};

enum {
#include "common/protocol/words.def"
#define VALUE(field, type, range, marks)        +(((marks)&FIELD_GODOT_ONLY) ? 0 : SIZE_##type)
#define ARRAY(field, count, type, range, marks) +(((marks)&FIELD_JOINED) ? 1 : (count)) * SIZE_##type
#define RECORDS(field, count, record)           +0
#define RECORD_ARRAY(field, count, record)      +(count)*CLASSIC_SIZE_record_##record
#define IP_OR_STR(field, by)                    +SIZE_STR
#define BY(field, id)                           +0
#define ROW(prefix, id, godot, NAME, name, ...) CLASSIC_SIZE_##prefix##_##NAME = 0 __VA_ARGS__,
#include "common/protocol/all.def"
#include "common/protocol/words_end.def"
};

enum {
#include "common/protocol/words.def"
#define VALUE(field, type, range, marks)        +VARIES(type)
#define ARRAY(field, count, type, range, marks) +VARIES(type)
#define RECORDS(field, count, record)           +1
#define RECORD_ARRAY(field, count, record)      +VARYING_record_##record
#define IP_OR_STR(field, by)                    +1
#define BY(field, id)                           +1
#define ROW(prefix, id, godot, NAME, name, ...) VARYING_##prefix##_##NAME = 0 __VA_ARGS__,
#include "common/protocol/all.def"
#include "common/protocol/words_end.def"
};

/* NOLINTEND(bugprone-macro-parentheses) */

/* --- layouts: each row becomes a case that returns the constant description of its packet -----------------------------
 * Inside a case, THIS is the packet's struct; so a field needs to know only its own name. */

enum { GODOT_yes = true, GODOT_no = false };

#define LAYOUT(prefix, table_, id_, godot_, NAME, name_, ...)                                                          \
	case (id_): {                                                                                                      \
		typedef struct prefix##_##NAME THIS;                                                                           \
		static const struct packet_field fields[] = {__VA_ARGS__};                                                     \
		static const struct packet_layout layout = {                                                                   \
			.name = #name_,                                                                                            \
			.fields = fields,                                                                                          \
			.field_count = sizeof fields / sizeof(struct packet_field),                                                \
			.table = (table_),                                                                                         \
			.id = (id_),                                                                                               \
			.godot = GODOT_##godot_,                                                                                   \
			.varies = VARYING_##prefix##_##NAME > 0,                                                                   \
			.min_size = {GODOT_SIZE_##prefix##_##NAME, CLASSIC_SIZE_##prefix##_##NAME},                                \
			.struct_size = sizeof(THIS),                                                                               \
		};                                                                                                             \
		return &layout;                                                                                                \
	}

#include "common/protocol/words.def"
#define VALUE(field, type_, range_, marks_)                                                                            \
	{.name = #field,                                                                                                   \
	 .offset = offsetof(THIS, field),                                                                                  \
	 .type = FIELD_##type_,                                                                                            \
	 .range = RANGE_##range_,                                                                                          \
	 .marks = (marks_),                                                                                                \
	 .count = 1,                                                                                                       \
	 .plain = !((marks_)&FIELD_GODOT_ONLY)},
#define ARRAY(field, count_, type_, range_, marks_)                                                                    \
	{.name = #field,                                                                                                   \
	 .offset = offsetof(THIS, field),                                                                                  \
	 .type = FIELD_##type_,                                                                                            \
	 .range = RANGE_##range_,                                                                                          \
	 .marks = (marks_),                                                                                                \
	 .count = (count_)},
#define RECORDS(field, count_, record_)                                                                                \
	{.name = #field,                                                                                                   \
	 .offset = offsetof(THIS, field),                                                                                  \
	 .governor = offsetof(THIS, count_),                                                                               \
	 .type = FIELD_RECORDS,                                                                                            \
	 .count = 1,                                                                                                       \
	 .record = RECORD_##record_},
#define RECORD_ARRAY(field, count_, record_)                                                                           \
	{.name = #field,                                                                                                   \
	 .offset = offsetof(THIS, field),                                                                                  \
	 .type = FIELD_RECORD_ARRAY,                                                                                       \
	 .count = (count_),                                                                                                \
	 .record = RECORD_##record_},
#define IP_OR_STR(field, by)                                                                                           \
	{.name = #field,                                                                                                   \
	 .offset = offsetof(THIS, field),                                                                                  \
	 .governor = offsetof(THIS, by),                                                                                   \
	 .type = FIELD_IP_OR_STR,                                                                                          \
	 .range = RANGE_TEXT,                                                                                              \
	 .count = 1},
#define BY(field, id) {.name = #field, .governor = offsetof(THIS, id), .type = FIELD_BY, .count = 1},

static const struct packet_layout *s2c_layout(unsigned id)
{
	switch (id) {
#define S2C(id_, godot, NAME, name, ...) LAYOUT(s2c, TABLE_S2C, id_, godot, NAME, name, __VA_ARGS__)
#include "common/protocol/s2c.def"
	}
	return NULL;
}

static const struct packet_layout *c2s_layout(unsigned id)
{
	switch (id) {
#define C2S(id_, godot, NAME, name, ...) LAYOUT(c2s, TABLE_C2S, id_, godot, NAME, name, __VA_ARGS__)
#include "common/protocol/c2s.def"
	}
	return NULL;
}

static const struct packet_layout *gm_layout(unsigned id)
{
	switch (id) {
#define GM(id_, godot, NAME, name, ...) LAYOUT(gm, TABLE_GM, id_, godot, NAME, name, __VA_ARGS__)
#include "common/protocol/gm.def"
	}
	return NULL;
}

static const struct packet_layout *multi_layout(unsigned id)
{
	switch (id) {
#define MULTI(id_, godot, NAME, name, ...) LAYOUT(multi, TABLE_MULTI, id_, godot, NAME, name, __VA_ARGS__)
#include "common/protocol/multi.def"
	}
	return NULL;
}

const struct packet_layout *record_layout(enum record_id record)
{
	switch (record) {
#define RECORD(NAME, ...) LAYOUT(record, TABLE_COUNT, RECORD_##NAME, no, NAME, NAME, __VA_ARGS__)
#include "common/protocol/records.def"
	case RECORD_COUNT:
		break;
	}
	return NULL;
}

#include "common/protocol/words_end.def"

const struct packet_layout *packet_layout(enum packet_table table, unsigned id)
{
	switch (table) {
	case TABLE_S2C:
		return s2c_layout(id);
	case TABLE_C2S:
		return c2s_layout(id);
	case TABLE_GM:
		return gm_layout(id);
	case TABLE_MULTI:
		return multi_layout(id);
	}
	return NULL;
}

unsigned packet_table_size(enum packet_table table)
{
	static const unsigned sizes[TABLE_COUNT] = {
		[TABLE_S2C] = S2C_COUNT, [TABLE_C2S] = C2S_COUNT, [TABLE_GM] = GM_COUNT, [TABLE_MULTI] = MULTI_COUNT};
	return sizes[table];
}

static const char *name_of(const struct packet_layout *layout)
{
	return layout ? layout->name : "?";
}

const char *s2c_name(unsigned id)
{
	return name_of(s2c_layout(id));
}

const char *c2s_name(unsigned id)
{
	return name_of(c2s_layout(id));
}

const char *gm_name(unsigned id)
{
	return name_of(gm_layout(id));
}

const char *multi_name(unsigned id)
{
	return name_of(multi_layout(id));
}

const struct packet_field *packet_field_find(const struct packet_layout *layout, const char *name)
{
	for (unsigned i = 0; i < layout->field_count; i++) {
		if (strcmp(layout->fields[i].name, name) == 0)
			return &layout->fields[i];
	}
	return NULL;
}

/* --- ranges ----------------------------------------------------------------------------------------------------------- */

#define RANGE(name, ...)
#define ONLY(name, classic_low, classic_high, ...) static const uint8_t only_##name[] = {__VA_ARGS__};
#include "common/protocol/ranges.def"

const struct packet_range packet_ranges[DIALECT_COUNT][RANGE_COUNT] = {
	{
#define RANGE(name, godot_low, godot_high, classic_low, classic_high)                                                  \
	[RANGE_##name] = {.low = (godot_low), .high = (godot_high)},
#define ONLY(name, classic_low, classic_high, ...)                                                                     \
	[RANGE_##name] = {.low = 0, .high = UINT8_MAX, .only = only_##name, .only_count = sizeof only_##name},
#include "common/protocol/ranges.def"
	},
	{
#define RANGE(name, godot_low, godot_high, classic_low, classic_high)                                                  \
	[RANGE_##name] = {.low = (classic_low), .high = (classic_high)},
#define ONLY(name, classic_low, classic_high, ...) [RANGE_##name] = {.low = (classic_low), .high = (classic_high)},
#include "common/protocol/ranges.def"
	},
};
static_assert(DIALECT_GODOT == 0 && DIALECT_CLASSIC == 1, "the order of the columns of ranges.def and min_size");
