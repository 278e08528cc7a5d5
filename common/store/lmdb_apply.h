/* lmdb_apply.h - what happens inside one transaction of the embedded store. Used by store_lmdb.c only. */
#ifndef ARGENTUM_STORE_LMDB_APPLY_H
#define ARGENTUM_STORE_LMDB_APPLY_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/store/store.h"

/* Reads a key; an expired one is missing. The value borrows from the transaction; the caller clears it. false: damaged,
 * with a text that names the key. */
bool lmdb_get(MDB_txn *txn, MDB_dbi dbi, struct store_bytes key, struct store_value *value, struct problem *why);

/* Calls fn for each key that is not expired, in the order of the keys, and counts them. false: damaged. */
bool lmdb_each(MDB_txn *txn, MDB_dbi dbi, store_key_fn *fn, void *context, uint64_t *keys, struct problem *why);

/* Removes expired keys among the next ones after *key (length 0 = from the start), and remembers there how far it came.
 * Returns how many. */
unsigned lmdb_sweep(MDB_txn *txn, MDB_dbi dbi, char key[STORE_KEY_MAX], size_t *key_length);

/* Memory for applying, kept from one commit to the next. */
struct lmdb_apply;
struct lmdb_apply *lmdb_apply_create(void); /* NULL: out of memory */
void lmdb_apply_destroy(struct lmdb_apply **apply);

/* Judges the fence and, where it says so, puts batch and fence into the transaction. batch NULL: a claim; *fence becomes
 * what was taken. With any other answer than STORE_DONE, and when nothing was written, the caller aborts the transaction.
 * *error: LMDB's code when that is what failed, else 0. */
enum store_result lmdb_apply_run(struct lmdb_apply *apply, MDB_txn *txn, MDB_dbi dbi, const struct store_batch *batch,
								 struct store_fence *fence, int *error, struct problem *why);

/* false: the last run had nothing to write (the cut was in already). */
bool lmdb_apply_wrote(const struct lmdb_apply *apply);

#endif
