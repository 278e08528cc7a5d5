/* store_reply.h - questions to the store, and the answers to a bundle of them.
 *
 * The answers of a bundle show one moment: no commit falls between two of them. A reply belongs to the store and is valid
 * during the callback that gets it (store_read), or to the caller until store_reply_destroy (store_read_wait). `i` counts
 * the questions of the bundle from 0; asking beyond the last, or for a thing of another type, is answered "missing".
 * Every slice of bytes is followed by a NUL that is not counted. */
#ifndef ARGENTUM_STORE_REPLY_H
#define ARGENTUM_STORE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/store_batch.h"
#include "common/store/store_value.h"

enum store_question {
	STORE_GET_STRING, /* refused when the key holds something else; the same for the next two */
	STORE_GET_HASH,
	STORE_GET_SET,
	STORE_GET_EXISTS, /* any type */
};

struct store_query {
	enum store_question question;
	struct store_key key;
};

/* Fills a query: store_query(&q[0], STORE_GET_HASH, KEY_PLAYER_POSITION, id). */
void store_query(struct store_query *query, enum store_question question, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct store_reply;

/* Whether the key is there (any question). An empty string is there; hashes and sets cannot be empty. */
bool store_reply_exists(const struct store_reply *reply, unsigned i);

/* The string, or NULL when the key is missing. `length` may be NULL. */
const char *store_reply_string(const struct store_reply *reply, unsigned i, size_t *length);
bool store_reply_number(const struct store_reply *reply, unsigned i,
						int64_t *number); /* false: missing, or no number */

/* A field of the hash, or NULL when key or field are missing. `length` may be NULL. */
const char *store_reply_hash_get(const struct store_reply *reply, unsigned i, const char *field, size_t *length);
bool store_reply_hash_number(const struct store_reply *reply, unsigned i, const char *field, int64_t *number);

/* Fields of the hash or members of the set, in ascending order of their bytes: entry n of store_reply_size. The value is
 * empty for sets. */
size_t store_reply_size(const struct store_reply *reply, unsigned i);
const struct store_entry *store_reply_entry(const struct store_reply *reply, unsigned i, size_t n);
bool store_reply_has_member(const struct store_reply *reply, unsigned i, const void *member, size_t length);

/* --- for the backends --- */

struct store_reply *store_reply_create(unsigned count); /* NULL: out of memory */
void store_reply_destroy(struct store_reply **reply);
bool store_reply_put(struct store_reply *reply, unsigned i,
					 const struct store_value *value); /* copies; false: memory */
void store_reply_put_exists(struct store_reply *reply, unsigned i, bool exists);

/* The type that an answer must have; STORE_MISSING = any. */
enum store_type store_question_wants(enum store_question question);

/* The one sentence for a key of another type. Returns false. */
bool store_wrong_type(struct problem *why, struct store_bytes key, enum store_type wanted);

#endif
