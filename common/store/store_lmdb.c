/* store_lmdb.c - the embedded store: an LMDB environment in a directory.
 *
 *     data.mdb, lock.mdb   LMDB's own; one named database, "argentumd-1", key -> the layout of store_value.h
 *     argentumd.lock       held by the writer (flock), with its process id as text
 *
 * What blocks runs on job threads when there are any. A job holds `lock` for reading while it uses the environment;
 * opening, closing and resizing it hold it for writing. Jobs refer to `struct lmdb`, which outlives the store until the
 * last of them was given back; they never touch the store itself. Commits come one at a time (the front sees to that).
 *
 * LMDB keeps the state of the last commit whatever happens to the process: a killed writer leaves nothing half done, and
 * the lock inside lock.mdb is a robust mutex. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/jobs.h"
#include "common/store/keys.h"
#include "common/store/lmdb_apply.h"
#include "common/store/store_driver.h"

enum {
	READERS_MAX = 1022,    /* slots for reading transactions of all processes */
	SWEEP_EVERY = 32,      /* commits between two looks for expired keys and dead readers */
	SHORT_PAGES_MAX = 256, /* see size_check */
	RETRY_MS = 20,         /* of the blocking functions, while the store was not created yet */
	MAP_MB_MAX = 1 << 20,
};

static const char database_name[] = "argentumd-1";

struct lmdb {
	struct store *store; /* NULL: destroyed; used by the loop's thread only, like `jobs` */
	unsigned jobs;       /* on their way */
	enum store_role role;
	char *path;
	int lock_file; /* -1 = not held */

	pthread_rwlock_t lock;
	MDB_env *env; /* NULL = not open (yet, or after a failure) */
	MDB_dbi dbi;
	unsigned map_mb;
	bool closed; /* for good */

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

/* --- one environment of a directory per process --- */

/* LMDB loses its locks when a process opens a directory twice and closes one of the two (its manual, "Caveats"). So the
 * process remembers which it has open. Entries of a parent process do not count after a fork. */
enum { OPEN_MAX = 16 };
static struct {
	pthread_mutex_t lock;
	struct {
		pid_t process; /* 0 = free */
		dev_t device;
		ino_t inode;
		const struct lmdb *owner;
	} entries[OPEN_MAX];
} opened = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool opened_add(const struct lmdb *lmdb, struct problem *why)
{
	struct stat at;
	if (stat(lmdb->path, &at) != 0)
		return problem_set(why, "embedded store \"%s\": %s", lmdb->path, strerror(errno));
	pid_t self = getpid();
	int place = -1;
	bool twice = false;
	pthread_mutex_lock(&opened.lock);
	for (int i = 0; i < OPEN_MAX; i++) {
		if (opened.entries[i].process != self) {
			place = place < 0 ? i : place;
		} else if (opened.entries[i].owner == lmdb) {
			place = i; /* opened again after a failure */
			break;
		} else if (opened.entries[i].device == at.st_dev && opened.entries[i].inode == at.st_ino) {
			twice = true;
		}
	}
	if (!twice && place >= 0) {
		opened.entries[place].process = self;
		opened.entries[place].device = at.st_dev;
		opened.entries[place].inode = at.st_ino;
		opened.entries[place].owner = lmdb;
	}
	pthread_mutex_unlock(&opened.lock);
	if (twice)
		return problem_set(why, "embedded store \"%s\": this process has it open already", lmdb->path);
	return place >= 0 ||
		   problem_set(why, "embedded store \"%s\": this process has %d others open", lmdb->path, OPEN_MAX);
}

static void opened_remove(const struct lmdb *lmdb)
{
	pthread_mutex_lock(&opened.lock);
	for (int i = 0; i < OPEN_MAX; i++) {
		if (opened.entries[i].process == getpid() && opened.entries[i].owner == lmdb)
			opened.entries[i].process = 0;
	}
	pthread_mutex_unlock(&opened.lock);
}

/* --- the writer's lock --- */

static bool writer_lock(struct lmdb *lmdb, struct problem *why)
{
	if (mkdir(lmdb->path, 0750) != 0 && errno != EEXIST)
		return problem_set(why, "embedded store: cannot create directory \"%s\": %s", lmdb->path, strerror(errno));
	char path[4200];
	snprintf(path, sizeof path, "%s/argentumd.lock", lmdb->path);
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (file < 0)
		return problem_set(why, "embedded store: cannot open \"%s\": %s", path, strerror(errno));
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		int error = errno;
		char pid[16] = "";
		ssize_t n = pread(file, pid, sizeof pid - 1, 0);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		close(file);
		if (error != EWOULDBLOCK)
			return problem_set(why, "embedded store: cannot lock \"%s\": %s", path, strerror(error));
		return problem_set(
			why,
			"embedded store \"%s\" is in use by process %s (it holds argentumd.lock); one server can write "
			"to it at a time",
			lmdb->path, *pid != '\0' ? pid : "unknown");
	}
	char pid[16];
	int length = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
	if (ftruncate(file, 0) != 0 || pwrite(file, pid, (size_t)length, 0) != length)
		log_debug("embedded store \"%s\": cannot note the process id: %s", lmdb->path, strerror(errno));
	lmdb->lock_file = file;
	return true;
}

/* --- opening --- */

static bool open_trouble(const struct lmdb *lmdb, int error, struct problem *why)
{
	const char *hint = error == MDB_INVALID || error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND
						   ? "data.mdb is damaged, or not an LMDB database"
					   : error == MDB_VERSION_MISMATCH ? "data.mdb was made by an incompatible version of LMDB"
					   : error == MDB_INCOMPATIBLE     ? "data.mdb belongs to another program"
													   : mdb_strerror(error);
	return problem_set(why, "embedded store \"%s\": %s (%d); nothing was changed", lmdb->path, hint, error);
}

/* Reads every page of our database once. */
static int walk(const struct lmdb *lmdb, MDB_txn *txn)
{
	MDB_cursor *cursor;
	int error = mdb_cursor_open(txn, lmdb->dbi, &cursor);
	if (error != 0)
		return error;
	MDB_val key, data;
	enum store_type type;
	int64_t expires_s;
	while ((error = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) == 0) {
		if (!store_value_peek((struct store_bytes){data.mv_data, data.mv_size}, &type, &expires_s)) {
			error = MDB_CORRUPTED;
			break;
		}
	}
	mdb_cursor_close(cursor);
	return error == MDB_NOTFOUND ? 0 : error;
}

/* Touching a mapped page behind the end of the file kills the process (SIGBUS), so the length is looked at first. LMDB may
 * leave the file a few pages shorter than its own count says, when the last ones of a transaction were given back unused.
 * A large gap is a file that was cut. In a small one the writer puts zeros, which LMDB recognises as damage when something
 * refers to them, and reads everything once. */
static int size_check(const struct lmdb *lmdb, int file, off_t *size, off_t *wanted)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	struct stat at;
	int error = mdb_env_info(lmdb->env, &info);
	if (error == 0)
		error = mdb_env_stat(lmdb->env, &stat_of);
	if (error != 0)
		return error;
	if (fstat(file, &at) != 0)
		return errno;
	*size = at.st_size;
	*wanted = ((off_t)info.me_last_pgno + 1) * (off_t)stat_of.ms_psize;
	if (*size >= *wanted)
		return 0;
	if (*wanted - *size > (off_t)SHORT_PAGES_MAX * stat_of.ms_psize || *size < 2 * (off_t)stat_of.ms_psize)
		return MDB_CORRUPTED;
	return lmdb->role == STORE_WRITER && ftruncate(file, *wanted) != 0 ? errno : 0;
}

/* Finds our database in the environment; a writer creates it in an empty one. MDB_NOTFOUND: not created yet. */
static int database_find(struct lmdb *lmdb, bool verify)
{
	bool writes = lmdb->role == STORE_WRITER;
	MDB_txn *txn;
	int error = mdb_txn_begin(lmdb->env, NULL, writes ? 0 : MDB_RDONLY, &txn);
	if (error != 0)
		return error;
	error = mdb_dbi_open(txn, database_name, 0, &lmdb->dbi);
	if (error == MDB_NOTFOUND) {
		MDB_dbi unnamed;
		MDB_stat content = {0};
		error = mdb_dbi_open(txn, NULL, 0, &unnamed);
		if (error == 0)
			error = mdb_stat(txn, unnamed, &content);
		if (error == 0)
			error = content.ms_entries > 0 ? MDB_INCOMPATIBLE
					: writes               ? mdb_dbi_open(txn, database_name, MDB_CREATE, &lmdb->dbi)
										   : MDB_NOTFOUND;
	}
	if (error == 0 && verify)
		error = walk(lmdb, txn);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

static int database_open(struct lmdb *lmdb)
{
	int file;
	off_t size = 0, wanted = 0;
	int error = mdb_env_get_fd(lmdb->env, &file);
	if (error == 0)
		error = size_check(lmdb, file, &size, &wanted);
	if (error == 0)
		error = database_find(lmdb, size < wanted && lmdb->role == STORE_WRITER);
	if (error != 0 && error != MDB_NOTFOUND && size < wanted && lmdb->role == STORE_WRITER &&
		ftruncate(file, size) != 0) /* as it was found */
		log_debug("embedded store \"%s\": %s", lmdb->path, strerror(errno));
	return error;
}

static void env_close(struct lmdb *lmdb)
{
	if (lmdb->env != NULL)
		mdb_env_close(lmdb->env);
	lmdb->env = NULL;
}

/* Opens the environment; `lock` is held for writing. STORE_AWAY: a reader came before the writer created it. */
static enum store_result env_open(struct lmdb *lmdb, struct problem *why)
{
	bool reads = lmdb->role == STORE_READER;
	struct stat at;
	char path[4200];
	snprintf(path, sizeof path, "%s/data.mdb", lmdb->path);
	if (reads && stat(path, &at) != 0 && errno == ENOENT) {
		problem_set(why, "embedded store \"%s\": not created yet", lmdb->path);
		return STORE_AWAY;
	}
	if (!opened_add(lmdb, why))
		return STORE_REFUSED;
	int error = mdb_env_create(&lmdb->env);
	if (error != 0) {
		lmdb->env = NULL;
		open_trouble(lmdb, error, why);
		return STORE_REFUSED;
	}
	mdb_env_set_maxdbs(lmdb->env, 1);
	mdb_env_set_maxreaders(lmdb->env, READERS_MAX);
	error = mdb_env_set_mapsize(lmdb->env, (size_t)lmdb->map_mb << 20);
	if (error == 0)
		error = mdb_env_open(lmdb->env, lmdb->path, MDB_NOTLS | (reads ? MDB_RDONLY : 0), 0640);
	if (error == 0)
		error = database_open(lmdb);
	if (error == 0) {
		int dead = 0;
		if (!reads && mdb_reader_check(lmdb->env, &dead) == 0 && dead > 0)
			log_debug("embedded store \"%s\": freed %d slots of dead readers", lmdb->path, dead);
		return STORE_DONE;
	}
	env_close(lmdb);
	if (error == MDB_NOTFOUND || (reads && error == ENOENT)) {
		problem_set(why, "embedded store \"%s\": not created yet", lmdb->path);
		return STORE_AWAY;
	}
	open_trouble(lmdb, error, why);
	return STORE_REFUSED;
}

/* Takes `lock` for reading with an open environment; on STORE_DONE the caller gives it back. */
static enum store_result env_take(struct lmdb *lmdb, struct problem *why)
{
	for (;;) {
		pthread_rwlock_rdlock(&lmdb->lock);
		if (lmdb->env != NULL && !lmdb->closed)
			return STORE_DONE;
		bool closed = lmdb->closed;
		pthread_rwlock_unlock(&lmdb->lock);
		if (closed) {
			problem_set(why, "the store was closed");
			return STORE_AWAY;
		}
		pthread_rwlock_wrlock(&lmdb->lock);
		enum store_result result = lmdb->env != NULL || lmdb->closed ? STORE_DONE : env_open(lmdb, why);
		pthread_rwlock_unlock(&lmdb->lock);
		if (result != STORE_DONE)
			return result;
	}
}

/* Begins a transaction with `lock` held for reading. Another process may have let the file grow beyond our map: then the
 * map is made as large as the file says, which nobody may use meanwhile. */
static int txn_begin(struct lmdb *lmdb, unsigned flags, MDB_txn **txn, struct problem *why)
{
	int error = mdb_txn_begin(lmdb->env, NULL, flags, txn);
	for (int tries = 0; error == MDB_MAP_RESIZED && tries < 8; tries++) {
		pthread_rwlock_unlock(&lmdb->lock);
		pthread_rwlock_wrlock(&lmdb->lock);
		if (lmdb->env != NULL && !lmdb->closed)
			mdb_env_set_mapsize(lmdb->env, 0);
		pthread_rwlock_unlock(&lmdb->lock);
		if (env_take(lmdb, why) != STORE_DONE) {
			pthread_rwlock_rdlock(&lmdb->lock); /* the caller gives it back */
			return MDB_BAD_TXN;
		}
		error = mdb_txn_begin(lmdb->env, NULL, flags, txn);
	}
	return error;
}

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
	enum store_result result = env_take(lmdb, why);
	if (result != STORE_DONE)
		return result;
	MDB_txn *txn;
	*reply = store_reply_create(count);
	int error = *reply == NULL ? ENOMEM : txn_begin(lmdb, MDB_RDONLY, &txn, why);
	if (error != 0) {
		problem_set(why, "embedded store \"%s\": cannot read: %s", lmdb->path, mdb_strerror(error));
		result = STORE_AWAY;
	} else {
		for (unsigned i = 0; i < count && result == STORE_DONE; i++)
			result = answer_read(txn, lmdb->dbi, *reply, i, &queries[i], why);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&lmdb->lock);
	if (result != STORE_DONE)
		store_reply_destroy(reply);
	return result;
}

/* --- writing --- */

static enum store_result write_trouble(struct lmdb *lmdb, int error, struct problem *why)
{
	if (error == MDB_MAP_FULL)
		problem_set(why, "embedded store \"%s\" is full: %u MiB are allowed; raise store.map_mb", lmdb->path,
					lmdb->map_mb);
	else
		problem_set(why, "embedded store \"%s\": cannot write: %s", lmdb->path, mdb_strerror(error));
	return STORE_REFUSED;
}

/* The whole commit or claim in one transaction; `lock` is held for reading. */
static enum store_result txn_write(struct lmdb *lmdb, struct write_request *request, int *error)
{
	MDB_txn *txn;
	*error = txn_begin(lmdb, 0, &txn, &request->why);
	if (*error != 0)
		return write_trouble(lmdb, *error, &request->why);
	enum store_result result =
		lmdb_apply_run(lmdb->apply, txn, lmdb->dbi, request->batch, &request->fence, error, &request->why);
	if (result != STORE_DONE || !lmdb_apply_wrote(lmdb->apply)) {
		mdb_txn_abort(txn);
		return *error != 0 ? write_trouble(lmdb, *error, &request->why) : result;
	}
	*error = mdb_txn_commit(txn);
	return *error == 0 ? STORE_DONE : write_trouble(lmdb, *error, &request->why);
}

/* Now and then: removes expired keys, a stretch at a time, and frees the slots of dead readers. Whatever fails here is
 * tried again later. */
static void tidy(struct lmdb *lmdb)
{
	if (++lmdb->commits % SWEEP_EVERY != 1)
		return;
	int dead;
	mdb_reader_check(lmdb->env, &dead);
	MDB_txn *txn;
	if (mdb_txn_begin(lmdb->env, NULL, 0, &txn) != 0)
		return;
	unsigned removed = lmdb_sweep(txn, lmdb->dbi, lmdb->sweep_key, &lmdb->sweep_key_length);
	if (removed == 0)
		mdb_txn_abort(txn);
	else if (mdb_txn_commit(txn) == 0)
		log_debug("embedded store \"%s\": removed %u expired keys", lmdb->path, removed);
}

static enum store_result request_write(struct lmdb *lmdb, struct write_request *request)
{
	enum store_result result = env_take(lmdb, &request->why);
	if (result != STORE_DONE)
		return result;
	int error;
	result = txn_write(lmdb, request, &error);
	if (result == STORE_DONE)
		tidy(lmdb);
	pthread_rwlock_unlock(&lmdb->lock);
	if (error == MDB_PANIC) { /* LMDB could not write its meta page; a fresh environment knows what is on disk */
		pthread_rwlock_wrlock(&lmdb->lock);
		env_close(lmdb);
		pthread_rwlock_unlock(&lmdb->lock);
	}
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
	pthread_rwlock_destroy(&lmdb->lock);
	free(lmdb->path);
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
	return problem_set(why, "embedded store \"%s\": too many jobs are waiting", lmdb->path);
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
	if (env_take(lmdb, why) != STORE_DONE)
		return false;
	MDB_txn *txn;
	int error = txn_begin(lmdb, MDB_RDONLY, &txn, why);
	bool good =
		error == 0 || problem_set(why, "embedded store \"%s\": cannot read: %s", lmdb->path, mdb_strerror(error));
	if (good) {
		good = lmdb_each(txn, lmdb->dbi, fn, context, &walk_of->keys, why) ||
			   problem_prefix(why, "embedded store \"%s\"", lmdb->path);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&lmdb->lock);
	return good;
}

/* --- state, birth and death --- */

static bool lmdb_is_up(const struct store *store)
{
	struct lmdb *lmdb = ((const struct store_lmdb *)store)->lmdb;
	pthread_rwlock_rdlock(&lmdb->lock);
	bool up = lmdb->env != NULL;
	pthread_rwlock_unlock(&lmdb->lock);
	return up;
}

static void lmdb_state_text(const struct store *store, char *text, size_t size)
{
	struct lmdb *lmdb = ((const struct store_lmdb *)store)->lmdb;
	MDB_envinfo info;
	MDB_stat content;
	pthread_rwlock_rdlock(&lmdb->lock);
	if (lmdb->env == NULL || mdb_env_info(lmdb->env, &info) != 0 || mdb_env_stat(lmdb->env, &content) != 0)
		snprintf(text, size, "embedded store \"%s\" is not open", lmdb->path);
	else
		snprintf(text, size, "embedded store \"%s\" up, %zu of %zu MiB used", lmdb->path,
				 ((info.me_last_pgno + 1) * content.ms_psize + (1 << 20) - 1) >> 20, info.me_mapsize >> 20);
	pthread_rwlock_unlock(&lmdb->lock);
}

static bool lmdb_set_map_mb(struct store *store, unsigned map_mb, struct problem *why)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	if (map_mb < 1 || map_mb > MAP_MB_MAX)
		return problem_set(why, "embedded store: map_mb = %u; 1 to %d is allowed", map_mb, MAP_MB_MAX);
	pthread_rwlock_wrlock(&lmdb->lock);
	int error = lmdb->env == NULL ? 0 : mdb_env_set_mapsize(lmdb->env, (size_t)map_mb << 20);
	if (error == 0)
		lmdb->map_mb = map_mb;
	pthread_rwlock_unlock(&lmdb->lock);
	return error == 0 || problem_set(why, "embedded store \"%s\": cannot grow to %u MiB: %s", lmdb->path, map_mb,
									 mdb_strerror(error));
}

/* Waits for the transactions that run; jobs that did not begin yet will find `closed`. */
static void lmdb_store_destroy(struct store *store)
{
	struct lmdb *lmdb = ((struct store_lmdb *)store)->lmdb;
	pthread_rwlock_wrlock(&lmdb->lock);
	lmdb->closed = true;
	env_close(lmdb);
	pthread_rwlock_unlock(&lmdb->lock);
	opened_remove(lmdb);
	if (lmdb->lock_file >= 0)
		close(lmdb->lock_file); /* gives the lock back */
	lmdb->lock_file = -1;
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

static bool lmdb_begin(struct lmdb *lmdb, const struct store_options *options, struct problem *why)
{
	if (options->path == NULL || *options->path == '\0' || strlen(options->path) > 4000)
		return problem_set(why, "embedded store: a path of 1 to 4000 bytes is needed");
	if (options->map_mb < 1 || options->map_mb > MAP_MB_MAX)
		return problem_set(why, "embedded store: map_mb = %u; 1 to %d is allowed", options->map_mb, MAP_MB_MAX);
	lmdb->map_mb = options->map_mb;
	lmdb->path = strdup(options->path);
	lmdb->apply = lmdb_apply_create();
	if (lmdb->path == NULL || lmdb->apply == NULL)
		return problem_set(why, "embedded store: out of memory");
	if (lmdb->role == STORE_WRITER && !writer_lock(lmdb, why))
		return false;
	pthread_rwlock_wrlock(&lmdb->lock);
	enum store_result result = env_open(lmdb, why);
	pthread_rwlock_unlock(&lmdb->lock);
	return result == STORE_DONE || (result == STORE_AWAY && lmdb->role == STORE_READER);
}

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
	pthread_rwlock_init(&lmdb->lock, NULL);
	lmdb->role = role;
	lmdb->lock_file = -1;
	lmdb->store = &store->base;
	store->lmdb = lmdb;
	store->base = (struct store){.driver = &lmdb_driver, .role = role, .loop = loop, .jobs = jobs};
	if (lmdb_begin(lmdb, options, why))
		return &store->base;
	lmdb_store_destroy(&store->base);
	free(store);
	return NULL;
}
