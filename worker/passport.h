/* passport.h - a client's connection on its way from one generation of the world to the next (master/generation.h): all that
 * the new world must know to go on with the open socket, in bytes that no program's layout has a say in.
 *
 * A file of passports is a memfd, written once by one process and sealed:
 *     header   magic, version, a random salt, checksum                                          32 bytes
 *     records  each at a multiple of 8: magic, version, length, checksum, lengths of the parts; the fields of
 *              PASSPORT_FIELDS, in that order; unparsed input; unsent output; zero padding
 * Every number is of a fixed width and little endian. A later version adds fields behind those that there are and raises
 * PASSPORT_VERSION; a reader takes the versions it knows. Times are of CLOCK_MONOTONIC, which all processes of a machine
 * share. Nothing of it outlives the machine.
 *
 * A reader trusts nothing: the checksum is over everything, the fields' ranges are checked, and a record that is damaged
 * costs its own connection and no other: the next one is found by its magic. The bytes of a client stand in the file too, so
 * that somebody might send what looks like a record; the checksums begin with the salt, which nobody outside has seen.
 *
 * Private memory: no locks. Who dies while writing has written nothing: the file is handed over when it is whole. */
#ifndef ARGENTUM_WORKER_PASSPORT_H
#define ARGENTUM_WORKER_PASSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

enum {
	PASSPORT_VERSION = 1,
	PASSPORT_NAME_BYTES = 32,
	PASSPORT_INPUT_MAX = 1 << 16,
	PASSPORT_OUTPUT_MAX = 1 << 27,
};

/* The phases of a connection, by numbers of our own; so that a new program may have others. */
enum passport_phase {
	PASSPORT_NEW = 1, /* at the login or creation screen */
	PASSPORT_ASKING,  /* a login or creation was under way: it is told to try again */
	PASSPORT_PLAYING, /* `account` and `name` say whom */
	PASSPORT_CLOSING, /* gets the rest of its output */
};

/* NUMBER(name, bytes on the wire, type here) BYTES(name, bytes) */
#define PASSPORT_FIELDS(NUMBER, BYTES)                                                                                 \
	NUMBER(connection, 4, uint32_t) /* index and generation, as in the vault */                                        \
	NUMBER(generation, 4, uint32_t)                                                                                    \
	NUMBER(phase, 1, uint8_t)   /* enum passport_phase */                                                              \
	NUMBER(dialect, 1, uint8_t) /* 0 Godot, 1 classic */                                                               \
	NUMBER(charset, 1, uint8_t) /* 0 Latin-1, 1 UTF-8, 2 ASCII */                                                      \
	NUMBER(toggles, 1, uint8_t) /* what the client believes (protocol.md 4.3), as enum client_toggle */                \
	NUMBER(greeted, 1, uint8_t) /* 1 = it was sent what a newcomer gets */                                             \
	NUMBER(dice_rolled, 1, uint8_t)                                                                                    \
	BYTES(dice, 5)                                                                                                     \
	NUMBER(name_length, 1, uint8_t)                                                                                    \
	BYTES(name, PASSPORT_NAME_BYTES) /* Latin-1 */                                                                     \
	NUMBER(account, 4, uint32_t)     /* id in the store */                                                             \
	BYTES(address, 16)               /* IPv6, or IPv4 mapped into it */                                                \
	NUMBER(port, 2, uint16_t)                                                                                          \
	NUMBER(segment_bytes, 4, uint32_t)                                                                                 \
	NUMBER(accepted_ms, 8, uint64_t)                                                                                   \
	NUMBER(input_ms, 8, uint64_t)                                                                                      \
	NUMBER(sent_ms, 8, uint64_t)                                                                                       \
	NUMBER(acked_base, 8, uint64_t) /* the three bases by which TCP_INFO tells positions (stream.h) */                 \
	NUMBER(consumed, 8, uint64_t)                                                                                      \
	NUMBER(sent, 8, uint64_t)                                                                                          \
	NUMBER(leaving_ms, 8, uint64_t) /* monotonic: the player is leaving, until then; 0 = he is not */                  \
	NUMBER(piece_rest, 4, uint32_t) /* so many bytes at the front of the output end a packet that is sent in part */

struct passport {
#define NUMBER(name, bytes, type) type name;
#define BYTES(name, bytes)        uint8_t name[bytes];
	PASSPORT_FIELDS(NUMBER, BYTES)
#undef NUMBER
#undef BYTES
	uint32_t input_length, output_length;
	const uint8_t *input;  /* unparsed; the reader's lie in its mapping */
	const uint8_t *output; /* unsent */
};

/* --- writing --- */

struct passport_writer {
	uint8_t *bytes;
	size_t length, capacity;
	uint64_t salt;
	unsigned count;
	bool failed; /* out of memory, or a passport that no reader would take */
};

/* false: the system has no randomness. */
bool passport_writer_begin(struct passport_writer *writer, struct problem *why);

/* The parts are copied. */
void passport_write(struct passport_writer *writer, const struct passport *passport);

/* The sealed memfd (close-on-exec), the caller's; -1 with why. The writer is given back either way. */
int passport_writer_end(struct passport_writer *writer, struct problem *why);
void passport_writer_free(struct passport_writer *writer);

/* --- reading --- */

struct passport_reader {
	const uint8_t *bytes;
	size_t length, at;
	uint64_t salt;
	bool mapped;      /* .bytes is our mapping */
	unsigned damaged; /* stretches that were no record we know */
};

/* From a descriptor, which stays the caller's, or from bytes that outlive the reader. false: no file of passports. */
bool passport_reader_open(struct passport_reader *reader, int fd, struct problem *why);
bool passport_reader_from(struct passport_reader *reader, const uint8_t *bytes, size_t length, struct problem *why);
void passport_reader_close(struct passport_reader *reader);

/* The next good one; false at the end. */
bool passport_read(struct passport_reader *reader, struct passport *passport);

#endif
