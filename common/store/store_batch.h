/* store_batch.h - changes to the store, built in memory and applied as one atomic unit by store_commit.
 *
 * A batch belongs to one thread; it copies everything it is given. Changes are applied in the order in which they were
 * added; neighbours that change the same key are joined into one. A key is 1 to 511 bytes (the limit of the embedded
 * store), a value at most 1 MiB, a batch at most 256 MiB.
 *
 * Each function answers false when it refuses (key or value too long, out of memory). The batch remembers the first
 * refusal: a commit of it is STORE_REFUSED with that text and changes nothing, so a caller who adds a hundred changes
 * need not look at a hundred answers. */
#ifndef ARGENTUM_STORE_BATCH_H
#define ARGENTUM_STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

enum { STORE_KEY_MAX = 511, STORE_VALUE_MAX = 1 << 20, STORE_BATCH_MAX = 256 << 20 };

struct store_batch;
struct store_value;

struct store_batch *store_batch_create(struct problem *why);
void store_batch_destroy(struct store_batch **batch);
void store_batch_clear(struct store_batch *batch); /* empty, without trouble; keeps its memory for the next cut */

/* A key in the making, for keys with numbers and names in them (formats: common/store/keys.h):
 *     struct store_key key;
 *     store_batch_hash_set_number(batch, store_key(&key, KEY_PLAYER_POSITION, id), "x", x);
 * Returns key->text. A text that does not fit comes out one byte too long and is then refused by whoever gets it. */
struct store_key {
	char text[STORE_KEY_MAX + 2];
};
const char *store_key(struct store_key *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Strings. Setting replaces whatever the key held, its type and its expiry too. seconds: 1 to 3,000,000,000. */
bool store_batch_set(struct store_batch *batch, const char *key, const void *value, size_t length);
bool store_batch_set_expiring(struct store_batch *batch, const char *key, const void *value, size_t length,
							  int64_t seconds);
bool store_batch_set_number(struct store_batch *batch, const char *key, int64_t number);
bool store_batch_setf(struct store_batch *batch, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Hashes. Setting a field leaves all fields that are not named as they are, those of other programs included. */
bool store_batch_hash_set(struct store_batch *batch, const char *key, const char *field, const void *value,
						  size_t length);
bool store_batch_hash_set_number(struct store_batch *batch, const char *key, const char *field, int64_t number);
bool store_batch_hash_setf(struct store_batch *batch, const char *key, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool store_batch_hash_delete_field(struct store_batch *batch, const char *key, const char *field);

/* Sets. */
bool store_batch_set_add(struct store_batch *batch, const char *key, const void *member, size_t length);
bool store_batch_set_remove(struct store_batch *batch, const char *key, const void *member, size_t length);

/* Any type. A key that is not there stays so. */
bool store_batch_delete(struct store_batch *batch, const char *key);
bool store_batch_expire(struct store_batch *batch, const char *key, int64_t seconds);

/* Replaces whatever the key holds by a whole value, expiry included (for copying). The key may hold any bytes. */
bool store_batch_put(struct store_batch *batch, const void *key, size_t key_length, const struct store_value *value,
					 int64_t now_s);

size_t store_batch_operations(const struct store_batch *batch); /* fields and members count one each */
size_t store_batch_bytes(const struct store_batch *batch);

/* The first refusal, or NULL when all is well. */
const struct problem *store_batch_trouble(const struct store_batch *batch);

#endif
