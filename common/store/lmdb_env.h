/* lmdb_env.h - one LMDB environment in a directory: opened when it can be, kept from a second writer, safe from files that are
 * not ours. Used by store_lmdb.c only.
 *
 *     data.mdb, lock.mdb   LMDB's own; one named database, "argentumd-1", key -> the layout of store_value.h
 *     argentumd.lock       held by the writer (flock), with its process id as text
 *
 * Whoever uses the environment holds `lock` for reading (lmdb_env_take); opening, closing and resizing hold it for writing.
 * Several threads may read at a time. LMDB keeps the state of the last commit whatever happens to the process: a killed
 * writer leaves nothing half done, and the lock inside lock.mdb is a robust mutex. */
#ifndef ARGENTUM_STORE_LMDB_ENV_H
#define ARGENTUM_STORE_LMDB_ENV_H

#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/base/problem.h"
#include "common/store/store.h"

struct lmdb_env {
	enum store_role role;
	char *path;
	int lock_file; /* -1 = not held */

	pthread_rwlock_t lock;
	MDB_env *env; /* NULL = not open (yet, or after a failure) */
	MDB_dbi dbi;
	unsigned map_mb;
	bool closed; /* for good */
};

/* Takes the writer's lock and opens the environment. A reader that comes before the writer created it is fine: it is
 * opened when it is taken. false with a text; lmdb_env_end must be called in any case. */
bool lmdb_env_begin(struct lmdb_env *e, const char *path, unsigned map_mb, enum store_role role, struct problem *why);

/* Closes it for good: waits for those who hold it, and turns away those who come. The struct stays valid for them. */
void lmdb_env_end(struct lmdb_env *e);
void lmdb_env_free(struct lmdb_env *e); /* after the end, when nobody will come any more */

/* Holds the open environment until lmdb_env_give_back. Anything but STORE_DONE: not held, with a text. */
enum store_result lmdb_env_take(struct lmdb_env *e, struct problem *why);
void lmdb_env_give_back(struct lmdb_env *e);

/* Begins a transaction in a taken environment. Returns LMDB's error code. */
int lmdb_env_txn(struct lmdb_env *e, unsigned flags, MDB_txn **txn, struct problem *why);

/* Closes it so that the next who takes it opens a fresh one; nobody may hold it in this thread. */
void lmdb_env_reset(struct lmdb_env *e);

bool lmdb_env_set_map_mb(struct lmdb_env *e, unsigned map_mb, struct problem *why);

#endif
