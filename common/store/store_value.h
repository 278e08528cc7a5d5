/* store_value.h - what one key of the store holds: a string, a hash (field -> value) or a set, perhaps with an expiry.
 *
 * Entries are kept sorted by name (bytes, then length), each name once. Whoever made a value clears it. The slices in it
 * point into memory of somebody else (a page of the embedded store, a batch, an answer of Redis), which must outlive
 * them, unless the value came from store_value_copy: then it owns its bytes, and each slice is followed by a NUL that is
 * not counted, so that text can be used as text.
 *
 * Layout in the embedded store (numbers are little-endian):
 *     u8 type ('s', 'h', 'e')   u8 version = 1   u16 zero   u32 count   i64 expiry (Unix seconds, 0 = never)
 *     string: count = 1:        u32 length, bytes
 *     hash:   count >= 1 times: u32 length, field, u32 length, value       (fields strictly ascending)
 *     set:    count >= 1 times: u32 length, member                         (members strictly ascending)
 * A hash or set without entries does not exist, as in Redis. */
#ifndef ARGENTUM_STORE_VALUE_H
#define ARGENTUM_STORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

enum store_type { STORE_MISSING, STORE_STRING, STORE_HASH, STORE_SET };

/* "nothing", "a string", "a hash", "a set": for messages. */
const char *store_type_name(enum store_type type);

struct store_bytes {
	const char *data;
	size_t length;
};

/* The bytes of a C string, without its NUL. */
struct store_bytes store_bytes_of(const char *text);
int store_bytes_compare(struct store_bytes a, struct store_bytes b);

struct store_entry {
	struct store_bytes name;  /* field of a hash, member of a set */
	struct store_bytes value; /* of a hash only */
};

struct store_value {
	enum store_type type;
	int64_t expires_s;           /* Unix seconds; 0 = never */
	struct store_bytes string;   /* of a string */
	struct store_entry *entries; /* of a hash or set: `count` of them, sorted by name */
	size_t count;
	size_t capacity;
	char *memory; /* bytes owned by a copy; NULL = borrowed */
};

/* A growing buffer of bytes; all zero is an empty one. */
struct store_buffer {
	char *bytes;
	size_t length, capacity;
};

bool store_buffer_append(struct store_buffer *buffer, const void *bytes, size_t length);
void store_buffer_free(struct store_buffer *buffer);

/* Gives back all memory and leaves a STORE_MISSING. */
void store_value_clear(struct store_value *value);

/* Sets a field, replacing its value when it is there. The value must be missing, or a hash. Borrows the slices.
 * false: out of memory. */
bool store_value_hash_set(struct store_value *value, struct store_bytes field, struct store_bytes content);

/* Adds a member; being there already is fine. The value must be missing, or a set. false: out of memory. */
bool store_value_set_add(struct store_value *value, struct store_bytes member);

/* Removes a field or member; not being there is fine. The last one out leaves a STORE_MISSING. */
void store_value_remove(struct store_value *value, struct store_bytes name);

/* The entry of that name, or NULL. */
const struct store_entry *store_value_find(const struct store_value *value, struct store_bytes name);

bool store_value_expired(const struct store_value *value, int64_t now_s);

/* Appends room for one entry without looking at the order; store_value_sort must follow. For answers of Redis, which
 * come unsorted and without doubles. false: out of memory. */
bool store_value_append(struct store_value *value, struct store_bytes name, struct store_bytes content);
void store_value_sort(struct store_value *value);

/* Makes *copy a value that owns its bytes. *copy is overwritten, not cleared. false: out of memory, *copy is missing. */
bool store_value_copy(struct store_value *copy, const struct store_value *original);

/* Puts the layout above into the buffer, replacing what is there. false: out of memory or too large for u32 lengths. */
bool store_value_encode(const struct store_value *value, struct store_buffer *buffer);

/* Reads the layout above. The result borrows from `bytes`. Anything out of place gives false, a text without the key's
 * name, and a missing value. */
bool store_value_decode(struct store_value *value, struct store_bytes bytes, struct problem *why);

/* Reads only type and expiry; false when the header is damaged. */
bool store_value_peek(struct store_bytes bytes, enum store_type *type, int64_t *expires_s);

#endif
