/* store_lmdb.c - the embedded store: requests, and the job threads that run them.
 *
 * What blocks runs on job threads when there are any. Jobs refer to `struct lmdb`, which outlives the store until the last
 * of them was given back; they never touch the store itself. Commits come one at a time (the front sees to that). */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "common/loop/jobs.h"
#include "common/store/lmdb_apply.h"
#include "common/store/lmdb_env.h"
#include "common/store/store_driver.h"

enum {
	SWEEP_EVERY = 32, /* commits between two looks for expired keys and dead readers */
	RETRY_MS = 20,    /* of the blocking functions, while the store was not created yet */
};

struct lmdb {
	struct store *store; /* NULL: destroyed; used by the loop's thread only, like `jobs` */
	unsigned jobs;       /* on their way */
	struct lmdb_env env;

	/* of the commits, which come one at a time */
	struct lmdb_apply *apply;
	unsigned commits;
	char sweep_key[STORE_KEY_MAX];
	size_t sweep_key_length;
};

struct store_lmdb {
	struct store base;
	struct lmdb *lmdb;
};

/* --- reading --- */

static enum store_result answer_read(MDB_txn *txn, MDB_dbi dbi, struct store_reply *reply, unsigned i,
									 const struct store_query *query, struct problem *why)
{
	enum store_type wanted = store_question_wants(query->question);
	struct store_bytes name = store_bytes_of(query->key.text);
	struct store_value value;
	if (!lmdb_get(txn, dbi, name, &value, why))
		return STORE_REFUSED;
	enum store_result result = STORE_DONE;
	if (query->question == STORE_GET_EXISTS) {
		store_reply_put_exists(reply, i, value.type != STORE_MISSING);
	} else if (value.type != STORE_MISSING && value.type != wanted) {
		store_wrong_type(why, name, wanted);
		result = STORE_REFUSED;
	} else if (!store_reply_put(reply, i, &value)) {
		problem_set(why, "out of memory");
		result = STORE_AWAY;
	}
	store_value_clear(&value);
	return result;
}

static enum store_result bundle_read(struct lmdb *lmdb, const struct store_query *queries, unsigned count,
									 struct store_reply **reply, struct problem *why)
{
	enum store_result result = lmdb_env_take(&lmdb->env, why);
	if (result != STORE_DONE)
		return result;
	MDB_txn *txn;
	*reply = store_reply_create(count);
	int error = *reply == NULL ? ENOMEM : lmdb_env_txn(&lmdb->env, MDB_RDONLY, &txn, why);
	if (error != 0) {
		problem_set(why, "embedded store \"%s\": cannot read: %s", lmdb->env.path, mdb_strerror(error));
		result = STORE_AWAY;
	} else {
		for (unsigned i = 0; i < count && result == STORE_DONE; i++)
			result = answer_read(txn, lmdb->env.dbi, *reply, i, &queries[i], why);
		mdb_txn_abort(txn);
	}
	lmdb_env_give_back(&lmdb->env);
	if (result != STORE_DONE)
		store_reply_destroy(reply);
	return result;
}

/* --- writing --- */

static enum store_result write_trouble(struct lmdb *lmdb, int error, struct problem *why)
{
	if (error == MDB_MAP_FULL)
		problem_set(why, "embedded store \"%s\" is full: %u MiB are allowed; raise store.map_mb", lmdb->env.path,
					lmdb->env.map_mb);
	else
		problem_set(why, "embedded store \"%s\": cannot write: %s", lmdb->env.path, mdb_strerror(error));
	return STORE_REFUSED;
}

/* The whole commit or claim in one transaction; the environment is taken. */
static enum store_result txn_write(struct lmdb *lmdb, struct write_request *request, int *error)
{
	MDB_txn *txn;
	*error = lmdb_env_txn(&lmdb->env, 0, &txn, &request->why);
	if (*error != 0)
		return write_trouble(lmdb, *error, &request->why);
	enum store_result result =
		lmdb_apply_run(lmdb->apply, txn, lmdb->env.dbi, request->batch, &request->fence, error, &request->why);
	if (result != STORE_DONE || !lmdb_apply_wrote(lmdb->apply)) {
		mdb_txn_abort(txn);
		return *error != 0 ? write_trouble(lmdb, *error, &request->why) : result;
	}
	point("lmdb: before commit");
	*error = mdb_txn_commit(txn);
	point("lmdb: after commit");
	return *error == 0 ? STORE_DONE : write_trouble(lmdb, *error, &request->why);
}

/* Now and then: removes expired keys, a stretch at a time, and frees the slots of dead readers. Whatever fails here is
 * tried again later. */
static void tidy(struct lmdb *lmdb)
{
	if (++lmdb->commits % SWEEP_EVERY != 1)
		return;
	int dead;
	mdb_reader_check(lmdb->env.env, &dead);
	MDB_txn *txn;
	if (mdb_txn_begin(lmdb->env.env, NULL, 0, &txn) != 0)
		return;
	point("lmdb: sweeping expired keys");
	unsigned removed = lmdb_sweep(txn, lmdb->env.dbi, lmdb->sweep_key, &lmdb->sweep_key_length);
	if (removed == 0)
		mdb_txn_abort(txn);
	else if (mdb_txn_commit(txn) == 0)
		log_debug("embedded store \"%s\": removed %u expired keys", lmdb->env.path, removed);
}

static enum store_result request_write(struct lmdb *lmdb, struct write_request *request)
{
	enum store_result result = lmdb_env_take(&lmdb->env, &request->why);
	if (result != STORE_DONE)
		return result;
	int error;
	result = txn_write(lmdb, request, &error);
	if (result == STORE_DONE)
		tidy(lmdb);
	lmdb_env_give_back(&lmdb->env);
	if (error == MDB_PANIC)
		lmdb_env_reset(&lmdb->env); /* LMDB could not write its meta page; a fresh environment knows what is on disk */
	return result;
}

/* --- jobs --- */

struct lmdb_job {
	struct lmdb *lmdb;
	struct read_request *read; /* one of the two */
	struct write_request *write;
	enum store_result result;
};

static void lmdb_free(struct lmdb *lmdb)
{
	lmdb_apply_destroy(&lmdb->apply);
	lmdb_env_free(&lmdb->env);
	free(lmdb);
}

static void job_run(void *context)
{
	struct lmdb_job *job = context;
	job->result = job->read != NULL
					  ? bundle_read(job->lmdb, job->read->queries, job->read->count, &job->read->reply, &job->read->why)
					  : request_write(job->lmdb, job->write);
}

static void job_done(void *context)
{
	struct lmdb_job done = *(struct lmdb_job *)context;
	free(context);
	done.lmdb->jobs--;
	if (done.lmdb->store == NULL) {
		if (done.read != NULL)
			store_read_free(done.read);
		free(done.write);
		if (done.lmdb->jobs == 0)
			lmdb_free(done.lmdb);
	} else if (done.read != NULL) {
		done.read->held = false;
		store_read_finish(done.read, done.result);
	} else {
		done.write->held = false;
		store_write_finish(done.write, done.result);
	}
}

/* false: there are no job threads, or no job can be taken (then *why says so). */
static bool job_add(struct store *store, struct read_request *read, struct write_request *write, struct problem *why)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	struct lmdb_job *job = malloc(sizeof *job);
	if (job != NULL) {
		*job = (struct lmdb_job){.lmdb = lmdb, .read = read, .write = write, .result = STORE_AWAY};
		if (jobs_add(store->jobs, job_run, job_done, job)) {
			lmdb->jobs++;
			return true;
		}
	}
	free(job);
	return problem_set(why, "embedded store \"%s\": too many jobs are waiting", lmdb->env.path);
}

static void lmdb_store_read(struct store *store, struct read_request *request)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	if (store->jobs == NULL) {
		store_read_finish(request, bundle_read(lmdb, request->queries, request->count, &request->reply, &request->why));
		return;
	}
	problem_set(&request->why, "the job threads were stopped"); /* jobs.h: `done` may come without `run` */
	request->held = job_add(store, request, NULL, &request->why);
	if (!request->held)
		store_read_finish(request, STORE_AWAY);
}

static void lmdb_store_write(struct store *store, struct write_request *request)
{
	if (store->jobs == NULL) {
		store_write_finish(request, request_write(((struct store_lmdb *)store)->lmdb, request));
		return;
	}
	problem_set(&request->why, "the job threads were stopped");
	request->held = job_add(store, NULL, request, &request->why);
	if (!request->held)
		store_write_finish(request, STORE_AWAY);
}

/* --- the blocking functions --- */

static enum store_result lmdb_read_wait(struct store *store, const struct store_query *queries, unsigned count,
										uint64_t within_ms, struct store_reply **reply, struct problem *why)
{
	uint64_t deadline = clock_mono_ms() + within_ms;
	for (;;) {
		enum store_result result = bundle_read(((struct store_lmdb *)store)->lmdb, queries, count, reply, why);
		if (result != STORE_AWAY || clock_mono_ms() >= deadline)
			return result;
		nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
	}
}

static void lmdb_write_wait(struct store *store, struct write_request *request, uint64_t within_ms)
{
	(void)within_ms; /* the writer is alone: what can be done is done at once */
	request->result = request_write(((struct store_lmdb *)store)->lmdb, request);
}

static bool lmdb_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk_of,
						  struct problem *why)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	if (lmdb_env_take(&lmdb->env, why) != STORE_DONE)
		return false;
	MDB_txn *txn;
	int error = lmdb_env_txn(&lmdb->env, MDB_RDONLY, &txn, why);
	bool good =
		error == 0 || problem_set(why, "embedded store \"%s\": cannot read: %s", lmdb->env.path, mdb_strerror(error));
	if (good) {
		good = lmdb_each(txn, lmdb->env.dbi, fn, context, &walk_of->keys, why) ||
			   problem_prefix(why, "embedded store \"%s\"", lmdb->env.path);
		mdb_txn_abort(txn);
	}
	lmdb_env_give_back(&lmdb->env);
	return good;
}

/* --- state, birth and death --- */

static bool lmdb_is_up(const struct store *store)
{
	struct lmdb_env *e = &((const struct store_lmdb *)store)->lmdb->env;
	pthread_rwlock_rdlock(&e->lock);
	bool up = e->env != NULL;
	pthread_rwlock_unlock(&e->lock);
	return up;
}

static void lmdb_state_text(const struct store *store, char *text, size_t size)
{
	struct lmdb_env *e = &((const struct store_lmdb *)store)->lmdb->env;
	MDB_envinfo info;
	MDB_stat content;
	pthread_rwlock_rdlock(&e->lock);
	if (e->env == NULL || mdb_env_info(e->env, &info) != 0 || mdb_env_stat(e->env, &content) != 0)
		snprintf(text, size, "embedded store \"%s\" is not open", e->path);
	else
		snprintf(text, size, "embedded store \"%s\" up, %zu of %zu MiB used", e->path,
				 ((info.me_last_pgno + 1) * content.ms_psize + (1 << 20) - 1) >> 20, info.me_mapsize >> 20);
	pthread_rwlock_unlock(&e->lock);
}

static bool lmdb_set_map_mb(struct store *store, unsigned map_mb, struct problem *why)
{
	return lmdb_env_set_map_mb(&((struct store_lmdb *)store)->lmdb->env, map_mb, why);
}

/* Waits for the transactions that run; jobs that did not begin yet will be turned away. */
static void lmdb_store_destroy(struct store *store)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	lmdb_env_end(&lmdb->env);
	lmdb->store = NULL;
	if (lmdb->jobs == 0)
		lmdb_free(lmdb);
}

static const struct store_driver lmdb_driver = {
	.destroy = lmdb_store_destroy,
	.read = lmdb_store_read,
	.write = lmdb_store_write,
	.read_wait = lmdb_read_wait,
	.write_wait = lmdb_write_wait,
	.is_up = lmdb_is_up,
	.state_text = lmdb_state_text,
	.set_map_mb = lmdb_set_map_mb,
	.each_key = lmdb_each_key,
};

struct store *store_lmdb_create(const struct store_options *options, enum store_role role, struct loop *loop,
								struct jobs *jobs, struct problem *why)
{
	struct store_lmdb *store = calloc(1, sizeof *store);
	struct lmdb *lmdb = calloc(1, sizeof *lmdb);
	if (store == NULL || lmdb == NULL) {
		free(store);
		free(lmdb);
		problem_set(why, "embedded store: out of memory");
		return NULL;
	}
	lmdb->store = &store->base;
	store->lmdb = lmdb;
	store->base = (struct store){.driver = &lmdb_driver, .role = role, .loop = loop, .jobs = jobs};
	lmdb->apply = lmdb_apply_create();
	if (lmdb_env_begin(&lmdb->env, options->path, options->map_mb, role, why) &&
		(lmdb->apply != NULL || problem_set(why, "embedded store: out of memory")))
		return &store->base;
	lmdb_store_destroy(&store->base);
	free(store);
	return NULL;
}
