#include "common/store/lmdb_env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"

enum {
	READERS_MAX = 1022,    /* slots for reading transactions of all processes */
	SHORT_PAGES_MAX = 256, /* see size_check */
	MAP_MB_MAX = 1 << 20,
	PATH_BYTES_MAX = 4000,
};

static const char database_name[] = "argentumd-1";

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
		const struct lmdb_env *owner;
	} entries[OPEN_MAX];
} opened = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool opened_add(const struct lmdb_env *e, struct problem *why)
{
	struct stat at;
	if (stat(e->path, &at) != 0)
		return problem_set(why, "embedded store \"%s\": %s", e->path, strerror(errno));
	pid_t self = getpid();
	int place = -1;
	bool twice = false;
	pthread_mutex_lock(&opened.lock);
	for (int i = 0; i < OPEN_MAX; i++) {
		if (opened.entries[i].process != self) {
			place = place < 0 ? i : place;
		} else if (opened.entries[i].owner == e) {
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
		opened.entries[place].owner = e;
	}
	pthread_mutex_unlock(&opened.lock);
	if (twice)
		return problem_set(why, "embedded store \"%s\": this process has it open already", e->path);
	return place >= 0 || problem_set(why, "embedded store \"%s\": this process has %d others open", e->path, OPEN_MAX);
}

static void opened_remove(const struct lmdb_env *e)
{
	pthread_mutex_lock(&opened.lock);
	for (int i = 0; i < OPEN_MAX; i++) {
		if (opened.entries[i].process == getpid() && opened.entries[i].owner == e)
			opened.entries[i].process = 0;
	}
	pthread_mutex_unlock(&opened.lock);
}

/* --- the writer's lock --- */

static bool writer_lock(struct lmdb_env *e, struct problem *why)
{
	if (mkdir(e->path, 0750) != 0 && errno != EEXIST)
		return problem_set(why, "embedded store: cannot create directory \"%s\": %s", e->path, strerror(errno));
	char path[4200];
	snprintf(path, sizeof path, "%s/argentumd.lock", e->path);
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
			e->path, *pid != '\0' ? pid : "unknown");
	}
	char pid[16];
	int length = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
	if (ftruncate(file, 0) != 0 || pwrite(file, pid, (size_t)length, 0) != length)
		log_debug("embedded store \"%s\": cannot note the process id: %s", e->path, strerror(errno));
	e->lock_file = file;
	return true;
}

/* --- opening --- */

static bool open_trouble(const struct lmdb_env *e, int error, struct problem *why)
{
	const char *hint = error == MDB_INVALID || error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND
						   ? "data.mdb is damaged, or not an LMDB database"
					   : error == MDB_VERSION_MISMATCH ? "data.mdb was made by an incompatible version of LMDB"
					   : error == MDB_INCOMPATIBLE     ? "data.mdb belongs to another program"
													   : mdb_strerror(error);
	return problem_set(why, "embedded store \"%s\": %s (%d); nothing was changed", e->path, hint, error);
}

/* Reads every page of our database once. */
static int walk(const struct lmdb_env *e, MDB_txn *txn)
{
	MDB_cursor *cursor;
	int error = mdb_cursor_open(txn, e->dbi, &cursor);
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
static int size_check(const struct lmdb_env *e, int file, off_t *size, off_t *wanted)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	struct stat at;
	int error = mdb_env_info(e->env, &info);
	if (error == 0)
		error = mdb_env_stat(e->env, &stat_of);
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
	return e->role == STORE_WRITER && ftruncate(file, *wanted) != 0 ? errno : 0;
}

/* Finds our database in the environment; a writer creates it in an empty one. MDB_NOTFOUND: not created yet. */
static int database_find(struct lmdb_env *e, bool verify)
{
	bool writes = e->role == STORE_WRITER;
	MDB_txn *txn;
	int error = mdb_txn_begin(e->env, NULL, writes ? 0 : MDB_RDONLY, &txn);
	if (error != 0)
		return error;
	error = mdb_dbi_open(txn, database_name, 0, &e->dbi);
	if (error == MDB_NOTFOUND) {
		MDB_dbi unnamed;
		MDB_stat content = {0};
		error = mdb_dbi_open(txn, NULL, 0, &unnamed);
		if (error == 0)
			error = mdb_stat(txn, unnamed, &content);
		if (error == 0)
			error = content.ms_entries > 0 ? MDB_INCOMPATIBLE
					: writes               ? mdb_dbi_open(txn, database_name, MDB_CREATE, &e->dbi)
										   : MDB_NOTFOUND;
	}
	if (error == 0 && verify)
		error = walk(e, txn);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

static int database_open(struct lmdb_env *e)
{
	int file;
	off_t size = 0, wanted = 0;
	int error = mdb_env_get_fd(e->env, &file);
	if (error == 0)
		error = size_check(e, file, &size, &wanted);
	if (error == 0)
		error = database_find(e, size < wanted && e->role == STORE_WRITER);
	if (error != 0 && error != MDB_NOTFOUND && size < wanted && e->role == STORE_WRITER &&
		ftruncate(file, size) != 0) /* as it was found */
		log_debug("embedded store \"%s\": %s", e->path, strerror(errno));
	return error;
}

/* The table of readers is mapped, and has holes at first: on a disk that is full by then, a reader that comes to one would
 * be killed (SIGBUS). */
static int locks_reserve(const struct lmdb_env *e)
{
	char path[4200];
	struct stat at;
	snprintf(path, sizeof path, "%s/lock.mdb", e->path);
	int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return errno;
	int error = fstat(file, &at) != 0 ? errno : posix_fallocate(file, 0, at.st_size);
	close(file);
	return error == EOPNOTSUPP || error == EINVAL ? 0 : error; /* a file system that cannot */
}

static void env_close(struct lmdb_env *e)
{
	if (e->env != NULL)
		mdb_env_close(e->env);
	e->env = NULL;
}

/* Opens the environment; `lock` is held for writing. STORE_AWAY: a reader came before the writer created it. */
static enum store_result env_open(struct lmdb_env *e, struct problem *why)
{
	bool reads = e->role == STORE_READER;
	struct stat at;
	char path[4200];
	snprintf(path, sizeof path, "%s/data.mdb", e->path);
	if (reads && stat(path, &at) != 0 && errno == ENOENT) {
		problem_set(why, "embedded store \"%s\": not created yet", e->path);
		return STORE_AWAY;
	}
	if (!opened_add(e, why))
		return STORE_REFUSED;
	int error = mdb_env_create(&e->env);
	if (error != 0) {
		e->env = NULL;
		open_trouble(e, error, why);
		return STORE_REFUSED;
	}
	mdb_env_set_maxdbs(e->env, 1);
	mdb_env_set_maxreaders(e->env, READERS_MAX);
	error = mdb_env_set_mapsize(e->env, (size_t)e->map_mb << 20);
	if (error == 0)
		error = mdb_env_open(e->env, e->path, MDB_NOTLS | (reads ? MDB_RDONLY : 0), 0640);
	if (error == 0 && !reads)
		error = locks_reserve(e);
	if (error == 0)
		error = database_open(e);
	if (error == 0) {
		int dead = 0;
		if (!reads && mdb_reader_check(e->env, &dead) == 0 && dead > 0)
			log_debug("embedded store \"%s\": freed %d slots of dead readers", e->path, dead);
		return STORE_DONE;
	}
	env_close(e);
	if (error == MDB_NOTFOUND || (reads && error == ENOENT)) {
		problem_set(why, "embedded store \"%s\": not created yet", e->path);
		return STORE_AWAY;
	}
	open_trouble(e, error, why);
	return STORE_REFUSED;
}

enum store_result lmdb_env_take(struct lmdb_env *e, struct problem *why)
{
	for (;;) {
		pthread_rwlock_rdlock(&e->lock);
		if (e->env != NULL && !e->closed)
			return STORE_DONE;
		bool closed = e->closed;
		pthread_rwlock_unlock(&e->lock);
		if (closed) {
			problem_set(why, "the store was closed");
			return STORE_AWAY;
		}
		pthread_rwlock_wrlock(&e->lock);
		enum store_result result = e->env != NULL || e->closed ? STORE_DONE : env_open(e, why);
		pthread_rwlock_unlock(&e->lock);
		if (result != STORE_DONE)
			return result;
	}
}

/* Another process may have let the file grow beyond our map: then the map is made as large as the file says, which
 * nobody may use meanwhile. */
int lmdb_env_txn(struct lmdb_env *e, unsigned flags, MDB_txn **txn, struct problem *why)
{
	int error = mdb_txn_begin(e->env, NULL, flags, txn);
	for (int tries = 0; error == MDB_MAP_RESIZED && tries < 8; tries++) {
		pthread_rwlock_unlock(&e->lock);
		pthread_rwlock_wrlock(&e->lock);
		if (e->env != NULL && !e->closed)
			mdb_env_set_mapsize(e->env, 0);
		pthread_rwlock_unlock(&e->lock);
		if (lmdb_env_take(e, why) != STORE_DONE) {
			pthread_rwlock_rdlock(&e->lock); /* the caller gives it back */
			return MDB_BAD_TXN;
		}
		error = mdb_txn_begin(e->env, NULL, flags, txn);
	}
	return error;
}

void lmdb_env_give_back(struct lmdb_env *e)
{
	pthread_rwlock_unlock(&e->lock);
}

void lmdb_env_reset(struct lmdb_env *e)
{
	pthread_rwlock_wrlock(&e->lock);
	env_close(e);
	pthread_rwlock_unlock(&e->lock);
}

static bool map_mb_check(unsigned map_mb, struct problem *why)
{
	return (map_mb >= 1 && map_mb <= MAP_MB_MAX) ||
		   problem_set(why, "embedded store: map_mb = %u; 1 to %d is allowed", map_mb, MAP_MB_MAX);
}

bool lmdb_env_set_map_mb(struct lmdb_env *e, unsigned map_mb, struct problem *why)
{
	if (!map_mb_check(map_mb, why))
		return false;
	pthread_rwlock_wrlock(&e->lock);
	int error = e->env == NULL ? 0 : mdb_env_set_mapsize(e->env, (size_t)map_mb << 20);
	if (error == 0)
		e->map_mb = map_mb;
	pthread_rwlock_unlock(&e->lock);
	return error == 0 ||
		   problem_set(why, "embedded store \"%s\": cannot grow to %u MiB: %s", e->path, map_mb, mdb_strerror(error));
}

bool lmdb_env_begin(struct lmdb_env *e, const char *path, unsigned map_mb, enum store_role role, struct problem *why)
{
	*e = (struct lmdb_env){.role = role, .lock_file = -1, .map_mb = map_mb};
	pthread_rwlock_init(&e->lock, NULL);
	if (path == NULL || *path == '\0' || strlen(path) > PATH_BYTES_MAX)
		return problem_set(why, "embedded store: a path of 1 to %d bytes is needed", PATH_BYTES_MAX);
	if (!map_mb_check(map_mb, why))
		return false;
	e->path = strdup(path);
	if (e->path == NULL)
		return problem_set(why, "embedded store: out of memory");
	if (role == STORE_WRITER && !writer_lock(e, why))
		return false;
	pthread_rwlock_wrlock(&e->lock);
	enum store_result result = env_open(e, why);
	pthread_rwlock_unlock(&e->lock);
	return result == STORE_DONE || (result == STORE_AWAY && role == STORE_READER);
}

void lmdb_env_end(struct lmdb_env *e)
{
	pthread_rwlock_wrlock(&e->lock);
	e->closed = true;
	env_close(e);
	pthread_rwlock_unlock(&e->lock);
	opened_remove(e);
	if (e->lock_file >= 0)
		close(e->lock_file); /* gives the writer's lock back */
	e->lock_file = -1;
}

void lmdb_env_free(struct lmdb_env *e)
{
	pthread_rwlock_destroy(&e->lock);
	free(e->path);
}
