/* The embedded store on a machine that is not kind to it: full, killed, damaged, opened twice, read by other processes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/rng.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "tests/harness/store_fixture.h"

static int test_begin(void **state)
{
	struct store_fixture *f = calloc(1, sizeof *f);
	*state = f;
	store_fixture_embedded(f, 16);
	store_fixture_open(f, 2, 1);
	return 0;
}

static int test_end(void **state)
{
	store_fixture_close(*state);
	free(*state);
	return 0;
}

/* --- other processes --- */

/* What a child does instead of being a test: its exit code is its answer. It has nothing of the parent's store in use. */
typedef int child_fn(struct store_fixture *f, volatile int *shared);

static pid_t child_start(struct store_fixture *f, child_fn *fn, volatile int *shared)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent ? fn(f, shared) : 99);
	}
	return pid;
}

static int child_end(pid_t pid)
{
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static volatile int *shared_make(void)
{
	// cppcheck-suppress invalidFunctionArg ; -1 is what MAP_ANONYMOUS wants
	volatile int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	return shared;
}

static void shared_free(volatile int *shared)
{
	munmap((void *)shared, 4096);
}

static bool shared_await(volatile int *shared, int at_least)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (__atomic_load_n(shared, __ATOMIC_ACQUIRE) < at_least && clock_mono_ms() < deadline)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return __atomic_load_n(shared, __ATOMIC_ACQUIRE) >= at_least;
}

static void shared_set(volatile int *shared, int value)
{
	__atomic_store_n(shared, value, __ATOMIC_RELEASE);
}

/* Reads a number with a store of this process's own; -1 = missing, below that = trouble. */
static int64_t number_read(struct store *store, const char *key)
{
	struct store_query query;
	struct store_reply *reply;
	struct problem why;
	store_query(&query, STORE_GET_STRING, "%s", key);
	if (store_read_wait(store, &query, 1, FIXTURE_DEADLINE_MS, &reply, &why) != STORE_DONE) {
		fprintf(stderr, "%s\n", why.text);
		return -2;
	}
	int64_t number = -1;
	store_reply_number(reply, 0, &number);
	store_reply_destroy(&reply);
	return number;
}

static struct store *open_as(struct store_fixture *f, enum store_role role, struct problem *why)
{
	return store_create(&f->options, role, NULL, NULL, why);
}

/* --- reopening --- */

static void a_store_opened_again_holds_what_was_committed(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "k", "v", 1);
	store_batch_hash_set(f->batch, "h", "f", "w", 1);
	fixture_must_commit(f);
	store_fixture_reopen(f);
	fixture_expect_string(f, "k", "v");
	fixture_expect_field(f, "h", "f", "w");
	store_batch_set(f->batch, "k", "x", 1);
	fixture_must_commit(f); /* the same world goes on with its fence */
	fixture_expect_string(f, "k", "x");
}

/* --- full --- */

static unsigned fill_until_refused(struct store_fixture *f, const char *what)
{
	static char value[64 * 1024];
	memset(value, 'v', sizeof value);
	for (unsigned n = 0; n < 2000; n++) {
		struct store_key key;
		store_batch_clear(f->batch);
		store_batch_set(f->batch, store_key(&key, "%s:%u", what, n), value, sizeof value);
		store_batch_set_number(f->batch, "count", n + 1);
		enum store_result result = fixture_commit(f);
		if (result != STORE_DONE) {
			fixture_expect(f, result, STORE_REFUSED);
			return n;
		}
	}
	fail_msg("never full");
	return 0;
}

static void expect_number(struct store_fixture *f, const char *key, unsigned number)
{
	char text[16];
	snprintf(text, sizeof text, "%u", number);
	fixture_expect_string(f, key, text);
}

static void a_full_store_refuses_and_takes_it_when_it_may_grow(void **state)
{
	struct store_fixture *f = *state;
	unsigned done = fill_until_refused(f, "fill");
	assert_true(done > 100);
	fixture_expect_text(f->why.text, "is full: 16 MiB are allowed; raise store.map_mb");
	fixture_expect_text(f->why.text, f->directory);
	expect_number(f, "count", done); /* the refused cut left nothing behind */
	struct problem why;
	assert_true(store_set_map_mb(f->store, 32, &why));
	fixture_must_commit(f); /* the very batch that was refused */
	expect_number(f, "count", done + 1);
	store_fixture_reopen(f); /* with the old options: what is there stays readable */
	expect_number(f, "count", done + 1);
	store_destroy(&f->store);
	f->options.map_mb = 64;
	store_fixture_reopen(f);
	store_batch_set(f->batch, "k", "v", 1);
	fixture_must_commit(f);
	assert_false(store_set_map_mb(f->store, 0, &why));
}

static void a_full_store_takes_it_when_something_was_deleted(void **state)
{
	struct store_fixture *f = *state;
	unsigned done = fill_until_refused(f, "fill");
	store_batch_clear(f->batch);
	for (unsigned n = 0; n < done / 2; n++) {
		struct store_key key;
		store_batch_delete(f->batch, store_key(&key, "fill:%u", n));
	}
	struct problem why;
	enum store_result result = fixture_commit(f);
	if (result == STORE_REFUSED) { /* deleting needs a few pages, too */
		assert_true(store_set_map_mb(f->store, 17, &why));
		fixture_must_commit(f);
	}
	fixture_must_commit(f); /* LMDB reuses pages one commit after the one that freed them */
	assert_true(fill_until_refused(f, "again") > 20);
}

/* RLIMIT_FSIZE stands in for a full disk: the same write fails, with EFBIG instead of ENOSPC. */
static void a_full_disk_refuses_and_nothing_is_lost(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "k", "before", 6);
	fixture_must_commit(f);
	char path[128];
	struct stat at;
	snprintf(path, sizeof path, "%s/data.mdb", f->directory);
	assert_int_equal(stat(path, &at), 0);
	struct rlimit before, full;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = before;
	full.rlim_cur = (rlim_t)at.st_size + 16384;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	unsigned done = fill_until_refused(f, "fill");
	setrlimit(RLIMIT_FSIZE, &before);
	fixture_expect_text(f->why.text, "cannot write");
	fixture_expect_string(f, "k", "before");
	fixture_must_commit(f);
	expect_number(f, "count", done + 1);
	store_fixture_reopen(f);
	fixture_expect_string(f, "k", "before");
	expect_number(f, "count", done + 1);
}

/* --- opened twice --- */

static int child_writes(struct store_fixture *f, volatile int *shared)
{
	(void)shared;
	struct problem why;
	struct store *store = open_as(f, STORE_WRITER, &why);
	if (store != NULL)
		return 1;
	char pid[32];
	snprintf(pid, sizeof pid, "in use by process %d", (int)getppid());
	return strstr(why.text, pid) != NULL && strstr(why.text, f->directory) != NULL ? 0 : 2;
}

static void a_second_writer_is_told_who_the_first_one_is(void **state)
{
	struct store_fixture *f = *state;
	assert_int_equal(child_end(child_start(f, child_writes, NULL)), 0);
	struct problem why;
	assert_null(open_as(f, STORE_WRITER, &why));
	fixture_expect_text(why.text, "in use by process");
	assert_null(open_as(f, STORE_READER, &why)); /* LMDB's own rule: once per process */
	fixture_expect_text(why.text, "this process has it open already");
	store_batch_set(f->batch, "k", "v", 1);
	fixture_must_commit(f);
	store_destroy(&f->store);
	struct store *next = open_as(f, STORE_WRITER, &why);
	assert_non_null(next);
	store_destroy(&next);
}

static int child_holds(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	struct store *store = open_as(f, STORE_WRITER, &why);
	if (store == NULL)
		return 1;
	shared_set(shared, 1);
	for (;;)
		pause();
}

static void the_lock_of_a_killed_writer_is_free(void **state)
{
	struct store_fixture *f = *state;
	struct problem why;
	volatile int *shared = shared_make();
	store_destroy(&f->store);
	pid_t child = child_start(f, child_holds, shared);
	assert_true(shared_await(shared, 1));
	assert_null(open_as(f, STORE_WRITER, &why));
	kill(child, SIGKILL);
	child_end(child);
	struct store *store = open_as(f, STORE_WRITER, &why);
	assert_non_null(store);
	store_destroy(&store);
	shared_free(shared);
}

/* --- readers in other processes --- */

static int child_reads(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	struct store *store = open_as(f, STORE_READER, &why);
	if (store == NULL)
		return 1;
	if (number_read(store, "k") != 1)
		return 2;
	shared_set(shared, 1);
	if (!shared_await(shared, 2))
		return 3;
	if (number_read(store, "k") != 2)
		return 4;
	store_destroy(&store);
	return 0;
}

static void a_reader_in_another_process_sees_each_commit(void **state)
{
	struct store_fixture *f = *state;
	volatile int *shared = shared_make();
	store_batch_set(f->batch, "k", "1", 1);
	fixture_must_commit(f);
	pid_t child = child_start(f, child_reads, shared);
	assert_true(shared_await(shared, 1));
	store_batch_set(f->batch, "k", "2", 1);
	fixture_must_commit(f);
	shared_set(shared, 2);
	assert_int_equal(child_end(child), 0);
	shared_free(shared);
}

static int child_reads_early(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	struct store *store = open_as(f, STORE_READER, &why);
	if (store == NULL)
		return 1;
	struct store_query query;
	struct store_reply *reply;
	store_query(&query, STORE_GET_STRING, "k");
	if (store_read_wait(store, &query, 1, 0, &reply, &why) != STORE_AWAY || strstr(why.text, "not created yet") == NULL)
		return 2;
	shared_set(shared, 1);
	if (!shared_await(shared, 2))
		return 3;
	return number_read(store, "k") == 5 ? 0 : 4;
}

static void a_reader_may_come_before_the_writer(void **state)
{
	struct store_fixture *f = *state;
	volatile int *shared = shared_make();
	char directory[128];
	snprintf(directory, sizeof directory, "%s/later", f->directory);
	store_destroy(&f->store);
	f->options.path = directory;
	pid_t child = child_start(f, child_reads_early, shared);
	assert_true(shared_await(shared, 1));
	store_fixture_reopen(f); /* makes the directory */
	fixture_expect(f, fixture_claim(f, &f->fence), STORE_DONE);
	store_batch_set(f->batch, "k", "5", 1);
	fixture_must_commit(f);
	shared_set(shared, 2);
	assert_int_equal(child_end(child), 0);
	shared_free(shared);
}

static int child_reads_grown(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	f->options.map_mb = 1;
	struct store *store = open_as(f, STORE_READER, &why);
	if (store == NULL || number_read(store, "count") != 1)
		return 1;
	shared_set(shared, 1);
	if (!shared_await(shared, 2))
		return 2;
	return number_read(store, "count") > 100 ? 0 : 3;
}

static void a_reader_follows_a_store_that_grew_beyond_its_map(void **state)
{
	struct store_fixture *f = *state;
	volatile int *shared = shared_make();
	store_batch_set_number(f->batch, "count", 1);
	fixture_must_commit(f);
	pid_t child = child_start(f, child_reads_grown, shared);
	assert_true(shared_await(shared, 1));
	fill_until_refused(f, "fill");
	shared_set(shared, 2);
	assert_int_equal(child_end(child), 0);
	shared_free(shared);
}

static bool walk_waits(void *context, struct store_bytes key, const struct store_value *value)
{
	(void)key;
	(void)value;
	shared_set(context, 1);
	while (*(volatile int *)context == 1)
		pause(); /* in the middle of a reading transaction */
	return true;
}

static int child_dies_reading(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	struct store *store = open_as(f, STORE_READER, &why);
	return store != NULL && store_each_key(store, walk_waits, (void *)shared, NULL, &why) ? 0 : 1;
}

/* A dead reader's slot would pin the pages of its moment for ever, and the store would fill up. */
static void readers_killed_while_reading_do_not_make_the_store_grow(void **state)
{
	struct store_fixture *f = *state;
	static char value[256 * 1024];
	store_batch_set(f->batch, "k", value, sizeof value);
	fixture_must_commit(f);
	volatile int *shared = shared_make();
	for (int i = 0; i < 3; i++) {
		shared_set(shared, 0);
		pid_t child = child_start(f, child_dies_reading, shared);
		assert_true(shared_await(shared, 1));
		kill(child, SIGKILL);
		child_end(child);
	}
	store_fixture_reopen(f);        /* the writer cleans up when it opens, and now and then later */
	for (int i = 0; i < 300; i++) { /* 75 MiB written, 16 MiB allowed */
		memset(value, i, sizeof value);
		store_batch_set(f->batch, "k", value, sizeof value);
		fixture_must_commit(f);
	}
	shared_free(shared);
}

/* --- killed --- */

enum { PARTS = 200 };

static int child_commits_for_ever(struct store_fixture *f, volatile int *shared)
{
	struct problem why;
	struct store *store = open_as(f, STORE_WRITER, &why);
	struct store_batch *batch = store_batch_create(&why);
	struct store_fence fence = fence_of(1);
	if (store == NULL || store_claim_wait(store, &fence, 1000, &fence, &why) != STORE_DONE)
		return 1;
	for (;;) {
		fence.cut++;
		store_batch_clear(batch);
		struct store_key key;
		for (unsigned i = 0; i < PARTS; i++)
			store_batch_hash_set_number(batch, store_key(&key, "part:%u", i), "cut", (int64_t)fence.cut);
		if (store_commit_wait(store, batch, &fence, 1000, &why) != STORE_DONE)
			return 2;
		fence.acknowledged = fence.cut;
		shared_set(shared, (int)fence.cut);
	}
}

static int64_t parts_read(struct store_fixture *f)
{
	struct store_query queries[PARTS];
	struct store_reply *reply;
	for (unsigned i = 0; i < PARTS; i++)
		store_query(&queries[i], STORE_GET_HASH, "part:%u", i);
	fixture_expect(f, fixture_read(f, queries, PARTS, &reply), STORE_DONE);
	int64_t first = -1;
	for (unsigned i = 0; i < PARTS; i++) {
		int64_t number = -2;
		assert_true(store_reply_hash_number(reply, i, "cut", &number));
		if (i == 0)
			first = number;
		assert_int_equal(number, first);
	}
	store_reply_destroy(&reply);
	return first;
}

static void a_writer_killed_in_mid_commit_leaves_a_whole_cut(void **state)
{
	struct store_fixture *f = *state;
	volatile int *shared = shared_make();
	struct rng rng;
	rng_seed(&rng, 7);
	for (int round = 0; round < 15; round++) {
		store_destroy(&f->store);
		int before = *shared;
		pid_t child = child_start(f, child_commits_for_ever, shared);
		assert_true(shared_await(shared, before + 3));
		/* Some moment within the next commits: where exactly is not the point, that it differs is. */
		for (int32_t spin = rng_range(&rng, 0, 3000000); spin > 0; spin--)
			__asm__ volatile("");
		kill(child, SIGKILL);
		assert_int_equal(child_end(child), 1000 + SIGKILL);
		int acknowledged = *shared;
		store_fixture_reopen(f);
		fixture_expect(f, fixture_claim(f, &f->fence), STORE_DONE); /* a killed holder of LMDB's lock hinders nobody */
		int64_t found = parts_read(f);
		if (found < acknowledged || found > acknowledged + 1)
			fail_msg("cut %d was acknowledged, %d is there", acknowledged, (int)found);
		assert_int_equal(f->fence.cut, found);
	}
	shared_free(shared);
}

/* --- damaged and foreign files --- */

static void file_write(const char *directory, const char *name, const void *bytes, size_t length)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static size_t file_read(const char *directory, const char *name, char *bytes, size_t size)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t length = fread(bytes, 1, size, file);
	fclose(file);
	return length;
}

static void expect_refused(struct store_fixture *f, const char *part)
{
	struct problem why;
	for (enum store_role role = STORE_READER; role <= STORE_WRITER; role++) {
		assert_null(open_as(f, role, &why));
		fixture_expect_text(why.text, f->directory);
		fixture_expect_text(why.text, part);
	}
}

static void a_file_that_is_no_database_is_refused_and_left_alone(void **state)
{
	struct store_fixture *f = *state;
	store_destroy(&f->store);
	static char noise[40000], after[50000];
	struct rng rng;
	rng_seed(&rng, 3);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)rng_next(&rng);
	file_write(f->directory, "data.mdb", noise, sizeof noise);
	expect_refused(f, "damaged, or not an LMDB database");
	assert_int_equal(file_read(f->directory, "data.mdb", after, sizeof after), sizeof noise);
	assert_memory_equal(noise, after, sizeof noise);
	file_write(f->directory, "data.mdb", "short", 5);
	expect_refused(f, "damaged, or not an LMDB database");
}

static void a_file_that_was_cut_is_refused(void **state)
{
	struct store_fixture *f = *state;
	fill_until_refused(f, "fill");
	store_destroy(&f->store);
	char path[128];
	snprintf(path, sizeof path, "%s/data.mdb", f->directory);
	assert_int_equal(truncate(path, 1 << 20), 0);
	expect_refused(f, "damaged");
	struct stat at;
	assert_int_equal(stat(path, &at), 0);
	assert_int_equal(at.st_size, 1 << 20);
}

static void a_file_that_was_cut_a_little_is_refused_by_the_writer(void **state)
{
	struct store_fixture *f = *state;
	for (unsigned i = 0; i < 100; i++) {
		struct store_key key;
		store_batch_set(f->batch, store_key(&key, "key:%u", i), "some bytes that fill a page or two", 34);
	}
	fixture_must_commit(f);
	store_destroy(&f->store);
	char path[128];
	struct stat at;
	snprintf(path, sizeof path, "%s/data.mdb", f->directory);
	assert_int_equal(stat(path, &at), 0);
	assert_int_equal(truncate(path, at.st_size - (off_t)3 * 4096), 0);
	struct problem why;
	assert_null(open_as(f, STORE_WRITER, &why));
	fixture_expect_text(why.text, "damaged");
	off_t left = at.st_size - (off_t)3 * 4096;
	assert_int_equal(stat(path, &at), 0);
	assert_int_equal(at.st_size, left);
}

static void the_database_of_another_program_is_refused(void **state)
{
	struct store_fixture *f = *state;
	store_destroy(&f->store);
	char path[128];
	snprintf(path, sizeof path, "%s/data.mdb", f->directory);
	assert_int_equal(unlink(path), 0);
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	char who[] = "who", another[] = "another";
	MDB_val key = {3, who}, value = {7, another};
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, f->directory, 0, 0640), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	expect_refused(f, "belongs to another program");
}

/* Puts bytes into our database behind the store's back. */
static void raw_put(struct store_fixture *f, const char *name, const void *bytes, size_t length)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val key = {strlen(name), (void *)name}, value = {length, (void *)bytes};
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, f->directory, 0, 0640), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "argentumd-1", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static bool key_seen(void *context, struct store_bytes key, const struct store_value *value)
{
	(void)key;
	(void)value;
	++*(unsigned *)context;
	return true;
}

static void a_damaged_value_is_refused_with_its_key(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "good", "v", 1);
	fixture_must_commit(f);
	store_destroy(&f->store);
	raw_put(f, "bad", "h\1\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0abcdefgh", 24); /* a count that lies */
	store_fixture_reopen(f);
	struct store_reply *reply;
	fixture_expect(f, fixture_read_one(f, STORE_GET_HASH, "bad", &reply), STORE_REFUSED);
	fixture_expect_text(f->why.text, "key \"bad\": damaged value");
	store_batch_hash_set(f->batch, "bad", "f", "v", 1);
	store_batch_set(f->batch, "good", "w", 1);
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_string(f, "good", "v");
	struct problem why;
	unsigned seen = 0;
	assert_false(store_each_key(f->store, key_seen, &seen, NULL, &why));
	fixture_expect_text(why.text, "key \"bad\"");
}

static void any_damage_of_a_value_is_found_or_harmless(void **state)
{
	(void)state;
	struct store_value value = {0}, read;
	struct store_buffer good = {0};
	struct problem why;
	struct rng rng;
	rng_seed(&rng, 11);
	static char text[40];
	for (size_t i = 0; i < 12; i++) {
		snprintf(text + 3 * i, 4, "%03zu", i * 37 % 100);
		assert_true(store_value_hash_set(&value, (struct store_bytes){text + 3 * i, 3}, (struct store_bytes){text, i}));
	}
	value.expires_s = 12345;
	assert_true(store_value_encode(&value, &good));
	assert_true(store_value_decode(&read, (struct store_bytes){good.bytes, good.length}, &why));
	assert_int_equal(read.count, 12);
	assert_int_equal(read.expires_s, 12345);
	store_value_clear(&read);
	for (size_t length = 0; length < good.length; length++)
		assert_false(store_value_decode(&read, (struct store_bytes){good.bytes, length}, &why));
	for (int i = 0; i < 20000; i++) {
		char *bytes = malloc(good.length); /* of exactly this size, so that a sanitizer sees every step beyond it */
		memcpy(bytes, good.bytes, good.length);
		for (int flips = rng_range(&rng, 1, 3); flips > 0; flips--)
			bytes[rng_range(&rng, 0, (int32_t)good.length - 1)] = (char)rng_next(&rng);
		/* What decodes can be walked through and searched. */
		if (store_value_decode(&read, (struct store_bytes){bytes, good.length}, &why)) {
			for (size_t n = 0; n < read.count; n++)
				assert_ptr_equal(store_value_find(&read, read.entries[n].name), &read.entries[n]);
		}
		store_value_clear(&read);
		free(bytes);
	}
	store_value_clear(&value);
	store_buffer_free(&good);
}

static void wrong_options_are_told(void **state)
{
	(void)state;
	struct problem why;
	struct store_options options = store_options_default();
	options.path = "/nonexistent/deeper/store";
	assert_null(store_create(&options, STORE_WRITER, NULL, NULL, &why));
	fixture_expect_text(why.text, "/nonexistent/deeper/store");
	options.path = "";
	assert_null(store_create(&options, STORE_WRITER, NULL, NULL, &why));
	options.path = "/tmp";
	options.map_mb = 0;
	assert_null(store_create(&options, STORE_WRITER, NULL, NULL, &why));
	fixture_expect_text(why.text, "map_mb = 0; 1 to");
	options.path = "/dev/null";
	options.map_mb = 1;
	assert_null(store_create(&options, STORE_WRITER, NULL, NULL, &why));
	fixture_expect_text(why.text, "/dev/null");
	enum store_backend backend;
	assert_true(store_backend_parse("embedded", &backend) && backend == STORE_EMBEDDED);
	assert_true(store_backend_parse("redis", &backend) && backend == STORE_REDIS);
	assert_false(store_backend_parse("oracle", &backend));
}

static void expired_keys_are_swept_away(void **state)
{
	struct store_fixture *f = *state;
	for (unsigned i = 0; i < 50; i++) {
		struct store_key key;
		store_batch_set_expiring(f->batch, store_key(&key, "short:%u", i), "x", 1, 1);
	}
	enum { STAYING = 3000, KEYS_PER_SWEEP = 1024, COMMITS_PER_SWEEP = 32 };
	for (unsigned i = 0; i < STAYING; i++) {
		struct store_key key;
		store_batch_set(f->batch, store_key(&key, "keep:%u", i), "x", 1);
	}
	fixture_must_commit(f);
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	struct store_reply *reply;
	bool there = true;
	while (there && clock_mono_ms() < deadline) {
		fixture_expect(f, fixture_read_one(f, STORE_GET_EXISTS, "short:0", &reply), STORE_DONE);
		there = store_reply_exists(reply, 0);
		store_reply_destroy(&reply);
		loop_turn(f->loop, 20);
	}
	for (int i = 0; i < (STAYING / KEYS_PER_SWEEP + 2) * COMMITS_PER_SWEEP; i++)
		fixture_must_commit(f);
	store_destroy(&f->store);
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_stat content;
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, f->directory, MDB_RDONLY, 0640), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "argentumd-1", 0, &dbi), 0);
	assert_int_equal(mdb_stat(txn, dbi, &content), 0);
	mdb_txn_abort(txn);
	mdb_env_close(env);
	assert_int_equal(content.ms_entries, STAYING + 1); /* and the fence */
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		SCENARIO(a_store_opened_again_holds_what_was_committed),
		SCENARIO(a_full_store_refuses_and_takes_it_when_it_may_grow),
		SCENARIO(a_full_store_takes_it_when_something_was_deleted),
		SCENARIO(a_full_disk_refuses_and_nothing_is_lost),
		SCENARIO(a_second_writer_is_told_who_the_first_one_is),
		SCENARIO(the_lock_of_a_killed_writer_is_free),
		SCENARIO(a_reader_in_another_process_sees_each_commit),
		SCENARIO(a_reader_may_come_before_the_writer),
		SCENARIO(a_reader_follows_a_store_that_grew_beyond_its_map),
		SCENARIO(readers_killed_while_reading_do_not_make_the_store_grow),
		SCENARIO(a_writer_killed_in_mid_commit_leaves_a_whole_cut),
		SCENARIO(a_file_that_is_no_database_is_refused_and_left_alone),
		SCENARIO(a_file_that_was_cut_is_refused),
		SCENARIO(a_file_that_was_cut_a_little_is_refused_by_the_writer),
		SCENARIO(the_database_of_another_program_is_refused),
		SCENARIO(a_damaged_value_is_refused_with_its_key),
		SCENARIO(expired_keys_are_swept_away),
		cmocka_unit_test(any_damage_of_a_value_is_found_or_harmless),
		cmocka_unit_test(wrong_options_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
