/* packet_writer.h - builds packets into the caller's buffer: whole packets or nothing.
 *
 *     struct packet_writer out;
 *     packet_writer_start(&out, buffer, sizeof buffer, DIALECT_GODOT);
 *     PUT(&out, CONSOLE_MSG, .text = TEXT("hola"), .font = FONT_INFO);
 *     PUT_MULTI(&out, WORK_REQUEST_TARGET, .skill = SKILL_FISHING);
 *
 * A packet that this client could not take (not read by it, a value out of its range: ranges.def) or that does not fit
 * is refused: PUT returns false, length stays as it was, and `failed` remembers it with the reason of the first refusal.
 * Later packets may still be put. Nothing is allocated; the writer owns nothing and belongs to one thread. */
#ifndef ARGENTUM_PROTOCOL_PACKET_WRITER_H
#define ARGENTUM_PROTOCOL_PACKET_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/protocol/charset.h"
#include "common/protocol/dialect.h"
#include "common/protocol/packet_layout.h"
#include "common/protocol/packet_types.h"

enum put_failure {
	PUT_OK,
	PUT_NO_ROOM,       /* the buffer is too small for this packet: send what is there and put it again */
	PUT_NOT_READ,      /* the dialect's client does not read this packet and would lose its way in the stream */
	PUT_OUT_OF_RANGE,  /* a value that the client cannot take or the wire cannot carry */
	PUT_TEXT_TOO_LONG, /* above TEXT_WIRE_MAX bytes */
	PUT_NO_SUCH_ID,    /* no row with this id, or one whose rest is a table of its own (use PUT_GM, PUT_MULTI) */
	PUT_MALFORMED,     /* packet_recode: these bytes are no packets of this dialect */
};

struct packet_writer {
	uint8_t *data;
	size_t length;   /* bytes of whole packets in data */
	size_t capacity; /* of data */
	enum dialect dialect;

	bool failed;                               /* something was refused since the start */
	enum put_failure failure;                  /* why the first was */
	const struct packet_layout *failed_packet; /* which it was; NULL when no row tells */
	const struct packet_field *failed_field;   /* PUT_OUT_OF_RANGE, PUT_TEXT_TOO_LONG */
	int64_t failed_value;                      /* the value, the length of the text, the bytes wanting or the id */
};

void packet_writer_start(struct packet_writer *writer, void *buffer, size_t capacity, enum dialect dialect);

/* Forgets a refusal; what was written stays. */
void packet_writer_forgive(struct packet_writer *writer);

/* The refusal in words, e.g. "ConsoleMsg: font = 21, 0..20 is allowed (godot)". Values of secret fields are not told. */
void packet_writer_explain(const struct packet_writer *writer, struct problem *why);

/* One packet of the table; `fields` is the struct of that id. Text is Latin-1 and is sent as such. */
bool packet_put(struct packet_writer *writer, enum packet_table table, unsigned id, const void *fields);

/* Fields not named are 0, false or empty. */
#define PUT(writer, NAME, ...) packet_put((writer), TABLE_S2C, S2C_##NAME, &(const struct s2c_##NAME){__VA_ARGS__})
#define PUT_MULTI(writer, NAME, ...)                                                                                   \
	packet_put((writer), TABLE_MULTI, MULTI_##NAME, &(const struct multi_##NAME){__VA_ARGS__})
#define PUT_C2S(writer, NAME, ...) packet_put((writer), TABLE_C2S, C2S_##NAME, &(const struct c2s_##NAME){__VA_ARGS__})
#define PUT_GM(writer, NAME, ...)  packet_put((writer), TABLE_GM, GM_##NAME, &(const struct gm_##NAME){__VA_ARGS__})

/* Takes a run of whole S2C packets in Latin-1 and puts them again with every str16 in `charset` (strz16 stays Latin-1:
 * protocol.md 1.4). All or nothing. The result is at most twice as long as the source. A text that grows beyond
 * TEXT_WIRE_MAX is cut at a whole character. */
bool packet_recode(enum charset charset, const uint8_t *packets, size_t length, struct packet_writer *out);

#endif
