/* packet_reader.h - takes packets off a stream of bytes: the server's side for what clients send, and the same machinery
 * for test clients that read what the server sends.
 *
 * A stream has no framing: only the tables tell where a packet ends. The bytes may be any; nothing beyond `length` is
 * ever read and every status but PACKET_OK leaves *used at 0. Texts in a packet are views into the bytes that were read:
 * they die with the buffer. */
#ifndef ARGENTUM_PROTOCOL_PACKET_READER_H
#define ARGENTUM_PROTOCOL_PACKET_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/protocol/dialect.h"
#include "common/protocol/packet_types.h"

enum packet_status {
	PACKET_OK,
	PACKET_INCOMPLETE, /* a prefix of a packet, the empty one included: come back with more */
	PACKET_UNKNOWN_ID, /* no such id or sub-id (or one this client does not read): the stream is lost */
	PACKET_BAD_LENGTH, /* a negative length: the stream is lost */
	PACKET_TOO_LONG,   /* it will be longer than the limit; told as soon as the bytes show it */
};

/* "ok", "incomplete", ... for logs. */
const char *packet_status_name(enum packet_status status);

/* What a client sent. Numbers are as they came: whether they make sense is for the rules to say. */
struct c2s_packet {
	uint8_t id;    /* enum c2s_id */
	uint8_t sub;   /* enum gm_id when id is C2S_GM_COMMANDS, else 0 */
	bool odd_bool; /* some bool was neither 0 nor 1 on the wire (it counts as true): no honest client does that */
	union {
		uint64_t first; /* where the fields of all packets begin */
#define C2S(id, godot, NAME, ...) struct c2s_##NAME NAME;
#include "common/protocol/c2s.def"
		union {
#define GM(id, godot, NAME, ...) struct gm_##NAME NAME;
#include "common/protocol/gm.def"
		} gm;
	};
};

/* What the server sent. */
struct s2c_packet {
	uint8_t id;  /* enum s2c_id */
	uint8_t sub; /* enum multi_id when id is S2C_MULTI_MESSAGE, else 0 */
	bool odd_bool;
	union {
		uint64_t first;
#define S2C(id, godot, NAME, ...) struct s2c_##NAME NAME;
#include "common/protocol/s2c.def"
		union {
#define MULTI(id, godot, NAME, ...) struct multi_##NAME NAME;
#include "common/protocol/multi.def"
		} multi;
	};
};

/* One packet from the front of data. `limit` is the longest packet the caller can ever hold (its receive buffer). */
enum packet_status c2s_read(enum dialect dialect, const uint8_t *data, size_t length, size_t limit, size_t *used,
							struct c2s_packet *packet);

/* The same for what a client reads. As in the clients, a text length of 0 or less is the empty text. In the Godot
 * dialect ids that this client does not read are PACKET_UNKNOWN_ID: a test client meets the wall the real one meets. */
enum packet_status s2c_read(enum dialect dialect, const uint8_t *data, size_t length, size_t limit, size_t *used,
							struct s2c_packet *packet);

/* Size of the S2C packet in front, its id included; 0 when it is not whole. Its fields are looked at only where the id alone
 * does not tell it. */
size_t s2c_packet_size(enum dialect dialect, const uint8_t *packets, size_t length);

/* How many bytes from the front are whole S2C packets and together at most `max`; 0 when not even the first is. For
 * sending a run in pieces that end between packets (protocol.md 1.5). */
size_t s2c_whole_prefix(enum dialect dialect, const uint8_t *packets, size_t length, size_t max);

/* The records of a list that was read: takes the first off *wire. False when none is left.
 *     const uint8_t *wire = packet.RECORD_LIST.names.wire;
 *     size_t size = packet.RECORD_LIST.names.wire_size;
 *     for (struct record_NAME name; packet_record_next(RECORD_NAME, &wire, &size, &name);) ... */
bool packet_record_next(enum record_id record, const uint8_t **wire, size_t *size, void *fields);

/* The same shape as each typed RECORDS member, and room for any record. */
struct packet_records {
	const void *list;
	const uint8_t *wire;
	size_t wire_size;
};
union any_record {
	uint64_t first;
#define RECORD(NAME, ...) struct record_##NAME NAME;
#include "common/protocol/records.def"
};

#endif
