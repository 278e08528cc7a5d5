/* The changes of a batch are applied in order. Neighbours usually concern the same key: its value is read once, changed in
 * memory, and written when the next key comes. Slices of a value point into LMDB's pages until then, which is allowed as
 * long as nothing is written in between. */
#include "common/store/lmdb_apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/point.h"
#include "common/store/keys.h"
#include "common/store/store_batch_parts.h"

enum { SWEEP_KEYS = 1024 };

struct lmdb_apply {
	MDB_txn *txn;
	MDB_dbi dbi;
	struct store_bytes key;   /* the one that is being changed */
	struct store_value value; /* what it holds now */
	bool open;                /* there is such a key */
	bool wrote;
	struct store_buffer encoded;
	int error;
};

static MDB_val val_of(struct store_bytes bytes)
{
	return (MDB_val){bytes.length, (void *)bytes.data};
}

static bool value_read(MDB_txn *txn, MDB_dbi dbi, struct store_bytes name, struct store_value *value, int *error,
					   struct problem *why)
{
	*value = (struct store_value){0};
	MDB_val key = val_of(name), data;
	*error = mdb_get(txn, dbi, &key, &data);
	if (*error == MDB_NOTFOUND) {
		*error = 0;
		return true;
	}
	if (*error != 0)
		return problem_set(why, "key \"%.*s\": %s", (int)name.length, name.data, mdb_strerror(*error));
	if (!store_value_decode(value, (struct store_bytes){data.mv_data, data.mv_size}, why))
		return problem_prefix(why, "key \"%.*s\"", (int)name.length, name.data);
	if (store_value_expired(value, clock_unix_s()))
		store_value_clear(value);
	return true;
}

bool lmdb_get(MDB_txn *txn, MDB_dbi dbi, struct store_bytes key, struct store_value *value, struct problem *why)
{
	int error;
	return value_read(txn, dbi, key, value, &error, why);
}

/* --- cursors --- */

bool lmdb_each(MDB_txn *txn, MDB_dbi dbi, store_key_fn *fn, void *context, uint64_t *keys, struct problem *why)
{
	MDB_cursor *cursor;
	int error = mdb_cursor_open(txn, dbi, &cursor);
	if (error != 0)
		return problem_set(why, "%s", mdb_strerror(error));
	MDB_val key, data;
	int64_t now_s = clock_unix_s();
	bool good = true, more = true;
	while (good && more && (error = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) == 0) {
		struct store_value value;
		good = store_value_decode(&value, (struct store_bytes){data.mv_data, data.mv_size}, why) ||
			   problem_prefix(why, "key \"%.*s\"", (int)key.mv_size, (const char *)key.mv_data);
		if (good && !store_value_expired(&value, now_s)) {
			++*keys;
			more = fn(context, (struct store_bytes){key.mv_data, key.mv_size}, &value);
		}
		store_value_clear(&value);
	}
	mdb_cursor_close(cursor);
	return good && (error == 0 || error == MDB_NOTFOUND || problem_set(why, "%s", mdb_strerror(error)));
}

unsigned lmdb_sweep(MDB_txn *txn, MDB_dbi dbi, char last[STORE_KEY_MAX], size_t *last_length)
{
	MDB_cursor *cursor;
	if (mdb_cursor_open(txn, dbi, &cursor) != 0)
		return 0;
	MDB_val key = {*last_length, last}, data;
	unsigned removed = 0;
	int64_t now_s = clock_unix_s();
	int error = mdb_cursor_get(cursor, &key, &data, *last_length == 0 ? MDB_FIRST : MDB_SET_RANGE);
	*last_length = 0; /* after the last key it begins again */
	for (int i = 0; error == 0; i++) {
		if (i == SWEEP_KEYS && key.mv_size <= STORE_KEY_MAX) {
			memcpy(last, key.mv_data, key.mv_size);
			*last_length = key.mv_size;
			break;
		}
		enum store_type type;
		int64_t expires_s;
		if (store_value_peek((struct store_bytes){data.mv_data, data.mv_size}, &type, &expires_s) && expires_s != 0 &&
			expires_s <= now_s) {
			error = mdb_cursor_del(cursor, 0);
			removed++;
		}
		if (error == 0)
			error = mdb_cursor_get(cursor, &key, &data, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return removed;
}

/* --- applying --- */

struct lmdb_apply *lmdb_apply_create(void)
{
	return calloc(1, sizeof(struct lmdb_apply));
}

void lmdb_apply_destroy(struct lmdb_apply **apply)
{
	if (*apply == NULL)
		return;
	store_value_clear(&(*apply)->value);
	store_buffer_free(&(*apply)->encoded);
	free(*apply);
	*apply = NULL;
}

bool lmdb_apply_wrote(const struct lmdb_apply *apply)
{
	return apply->wrote;
}

static bool key_close(struct lmdb_apply *apply, struct problem *why)
{
	if (!apply->open)
		return true;
	apply->open = false;
	MDB_val key = val_of(apply->key);
	point("lmdb: before put");
	if (apply->value.type == STORE_MISSING) {
		apply->error = mdb_del(apply->txn, apply->dbi, &key, NULL);
		if (apply->error == MDB_NOTFOUND)
			apply->error = 0;
	} else if (store_value_encode(&apply->value, &apply->encoded)) {
		MDB_val data = {apply->encoded.length, apply->encoded.bytes};
		apply->error = mdb_put(apply->txn, apply->dbi, &key, &data, 0);
	} else {
		apply->error = ENOMEM;
	}
	point("lmdb: after put");
	store_value_clear(&apply->value);
	return apply->error == 0 || problem_set(why, "%s", mdb_strerror(apply->error));
}

static bool key_open(struct lmdb_apply *apply, struct store_bytes key, struct problem *why)
{
	if (apply->open && store_bytes_compare(apply->key, key) == 0)
		return true;
	if (!key_close(apply, why) || !value_read(apply->txn, apply->dbi, key, &apply->value, &apply->error, why))
		return false;
	apply->key = key;
	apply->open = true;
	return true;
}

/* In a store that counts whole seconds a life is at least as long as asked for. */
static int64_t expiry(int64_t seconds)
{
	return seconds == 0 ? 0 : (clock_unix_ms() + 999) / 1000 + seconds;
}

static bool arguments_apply(struct lmdb_apply *apply, const struct store_batch *batch, const struct batch_op *op)
{
	bool good = true;
	for (uint32_t i = 0; i < op->arguments && good; i++) {
		struct store_bytes argument = batch_argument(batch, op, i);
		if (op->verb == BATCH_HASH_SET)
			good = store_value_hash_set(&apply->value, argument, batch_argument(batch, op, ++i));
		else if (op->verb == BATCH_SET_ADD)
			good = store_value_set_add(&apply->value, argument);
		else
			store_value_remove(&apply->value, argument);
	}
	return good;
}

static bool op_apply(struct lmdb_apply *apply, const struct store_batch *batch, const struct batch_op *op,
					 struct problem *why)
{
	struct store_bytes key = batch_bytes(batch, batch->keys[op->key].name);
	if (!key_open(apply, key, why))
		return false;
	enum store_type wanted = batch_wants(op->verb);
	struct store_value *value = &apply->value;
	if (wanted != STORE_MISSING) {
		if (value->type != STORE_MISSING && value->type != wanted)
			return store_wrong_type(why, key, wanted);
		if (arguments_apply(apply, batch, op))
			return true;
		apply->error = ENOMEM;
		return problem_set(why, "out of memory");
	}
	if (op->verb == BATCH_EXPIRE) {
		value->expires_s = value->type == STORE_MISSING ? 0 : expiry(op->seconds);
		return true;
	}
	store_value_clear(value);
	if (op->verb == BATCH_SET)
		*value = (struct store_value){
			.type = STORE_STRING, .expires_s = expiry(op->seconds), .string = batch_argument(batch, op, 0)};
	return true;
}

static bool fence_read(struct lmdb_apply *apply, struct stored_fence *stored, struct problem *why)
{
	struct store_value value;
	if (!value_read(apply->txn, apply->dbi, store_bytes_of(KEY_FENCE), &value, &apply->error, why))
		return false;
	struct store_bytes fields[3] = {{0}};
	for (int i = 0; i < 3; i++) {
		const struct store_entry *entry = store_value_find(&value, store_bytes_of(store_fence_fields[i]));
		if (entry != NULL)
			fields[i] = entry->value;
	}
	bool good = value.type == STORE_MISSING || value.type == STORE_HASH ||
				store_wrong_type(why, store_bytes_of(KEY_FENCE), STORE_HASH);
	good = good && store_fence_parse(stored, fields[0], fields[1], fields[2], why);
	store_value_clear(&value);
	return good;
}

static bool fence_write(struct lmdb_apply *apply, const struct store_fence *fence, bool claim, struct problem *why)
{
	struct fence_texts texts;
	store_fence_texts(fence, &texts);
	const char *const values[STORE_FENCE_FIELDS] = {texts.boot, texts.generation, texts.cut, texts.owner};
	if (!key_open(apply, store_bytes_of(KEY_FENCE), why))
		return false;
	for (int i = 0; i < (claim ? STORE_FENCE_FIELDS : STORE_FENCE_FIELDS - 1); i++) {
		if (!store_value_hash_set(&apply->value, store_bytes_of(store_fence_fields[i]), store_bytes_of(values[i]))) {
			apply->error = ENOMEM;
			return problem_set(why, "out of memory");
		}
	}
	return key_close(apply, why); /* while `texts` lives */
}

static bool batch_apply(struct lmdb_apply *apply, const struct store_batch *batch, struct problem *why)
{
	for (size_t i = 0; i < batch->op_count; i++) {
		if (!op_apply(apply, batch, &batch->ops[i], why))
			return false;
	}
	return key_close(apply, why);
}

static enum store_result judge_and_write(struct lmdb_apply *apply, const struct store_batch *batch,
										 struct store_fence *fence, struct problem *why)
{
	struct stored_fence stored;
	if (!fence_read(apply, &stored, why))
		return STORE_REFUSED;
	if (batch == NULL) {
		if (!store_fence_may_claim(&stored, fence, why))
			return STORE_FENCED;
		*fence = store_fence_claimed(&stored, fence);
	} else {
		switch (store_fence_judge(&stored, fence, why)) {
		case FENCE_APPLIED:
			return STORE_DONE;
		case FENCE_FENCED:
			return STORE_FENCED;
		case FENCE_LOST:
			return STORE_LOST;
		case FENCE_WRITE:
			break;
		}
	}
	apply->wrote = true;
	bool good = (batch == NULL || batch_apply(apply, batch, why)) && fence_write(apply, fence, batch == NULL, why);
	return good ? STORE_DONE : STORE_REFUSED;
}

enum store_result lmdb_apply_run(struct lmdb_apply *apply, MDB_txn *txn, MDB_dbi dbi, const struct store_batch *batch,
								 struct store_fence *fence, int *error, struct problem *why)
{
	apply->txn = txn;
	apply->dbi = dbi;
	apply->wrote = false;
	apply->error = 0;
	enum store_result result = judge_and_write(apply, batch, fence, why);
	store_value_clear(&apply->value);
	apply->open = false;
	*error = apply->error;
	return result;
}
