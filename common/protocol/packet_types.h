/* packet_types.h - the ids of all packets and a struct for the fields of each, made from the packet tables.
 *
 * A table row S2C(24, yes, CONSOLE_MSG, ConsoleMsg, STR(text) FONT(font)) gives here
 *     S2C_CONSOLE_MSG = 24
 *     struct s2c_CONSOLE_MSG { struct text text; int32_t font; };
 * and likewise C2S_/c2s_ (c2s.def), GM_/gm_ (gm.def), MULTI_/multi_ (multi.def), RECORD_/record_ (records.def).
 *
 * Fields are wider than the wire on purpose: a value that does not fit is seen and refused by the writer, not wrapped by
 * the compiler. u8 and i16 are int32_t, i32 is int64_t, str16 and strz16 are views (text.h). */
#ifndef ARGENTUM_PROTOCOL_PACKET_TYPES_H
#define ARGENTUM_PROTOCOL_PACKET_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/protocol/text.h"

enum s2c_id {
#define S2C(id, godot, NAME, ...) S2C_##NAME = (id),
#include "common/protocol/s2c.def"
	S2C_COUNT
};

enum c2s_id {
#define C2S(id, godot, NAME, ...) C2S_##NAME = (id),
#include "common/protocol/c2s.def"
	C2S_COUNT
};

/* 0 is no sub-command. */
enum gm_id {
#define GM(id, godot, NAME, ...) GM_##NAME = (id),
#include "common/protocol/gm.def"
	GM_COUNT
};

enum multi_id {
#define MULTI(id, godot, NAME, ...) MULTI_##NAME = (id),
#include "common/protocol/multi.def"
	MULTI_COUNT
};

enum record_id {
#define RECORD(NAME, ...) RECORD_##NAME,
#include "common/protocol/records.def"
	RECORD_COUNT
};

/* What the words of the tables become: members of a struct. */
#include "common/protocol/words.def"
/* NOLINTBEGIN(bugprone-macro-parentheses): these macros are declarations. */
#define MEMBER_U8                               int32_t
#define MEMBER_BOOL                             bool
#define MEMBER_I16                              int32_t
#define MEMBER_I32                              int64_t
#define MEMBER_F32                              float
#define MEMBER_STR                              struct text
#define MEMBER_LIST                             struct text
#define VALUE(field, type, range, marks)        MEMBER_##type field;
#define ARRAY(field, count, type, range, marks) MEMBER_##type field[count];
#define RECORD_ARRAY(field, count, record)      struct record_##record field[count];
#define IP_OR_STR(field, by)                    struct packet_address field;
#define BY(field, id)

/* A list of records whose number another field tells. Writing: set `list`. After reading `list` is NULL, and the records
 * stand in `wire`: take them with packet_record_next (packet_reader.h). A list that was read can be written again. */
#define RECORDS(field, count, record)                                                                                  \
	struct {                                                                                                           \
		const struct record_##record *list;                                                                            \
		const uint8_t *wire;                                                                                           \
		size_t wire_size;                                                                                              \
	} field;

/* A nick or an address, as the packet's flag says. */
struct packet_address {
	uint8_t ip[4]; /* 10.0.0.1 is {10, 0, 0, 1} */
	struct text text;
};

#define ROW(prefix, id, godot, NAME, name, ...)                                                                        \
	struct prefix##_##NAME {                                                                                           \
		__VA_ARGS__                                                                                                    \
	};
#include "common/protocol/all.def"

/* NOLINTEND(bugprone-macro-parentheses) */
#undef MEMBER_U8
#undef MEMBER_BOOL
#undef MEMBER_I16
#undef MEMBER_I32
#undef MEMBER_F32
#undef MEMBER_STR
#undef MEMBER_LIST
#include "common/protocol/words_end.def"

#endif
