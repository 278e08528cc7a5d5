/* The keeper as a process, from birth to its end: what it says to its master, and with which exit code it goes. */
#include "tests/unit/test_keeper_world.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "worker/process.h"

enum { WAIT_MS = 20000 };

struct keeper_test {
	struct scene *s;
	int catalog_fd;
	int master; /* our end of its line */
	pid_t pid;
};

static void setup_with(struct keeper_test *t, bool with_redis)
{
	t->s = scene_open(with_redis);
	t->catalog_fd = world_build(&t->s->files);
	assert_true(t->catalog_fd >= 0);
	t->master = -1;
	struct config *config = &t->s->config;
	config->store.backend = with_redis ? CONFIG_BACKEND_REDIS : CONFIG_BACKEND_LMDB;
	config->store.cut_interval_ms = 50;
	config->store.map_mb = 64;
	config->store.redis_command_timeout_ms = 500;
	config->store.redis_reconnect_max_ms = 200;
	snprintf(config->store.path, sizeof config->store.path, "%s", t->s->store.directory);
	if (with_redis)
		config->store.redis_port = (int)t->s->redis->port;
}

static int setup_embedded(void **state)
{
	struct keeper_test *t = calloc(1, sizeof *t);
	assert_non_null(t);
	setup_with(t, false);
	*state = t;
	return 0;
}

static int setup_redis(void **state)
{
	*state = NULL;
	if (!redis_server_available())
		return 0;
	struct keeper_test *t = calloc(1, sizeof *t);
	assert_non_null(t);
	setup_with(t, true);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct keeper_test *t = *state;
	if (t == NULL)
		return 0;
	if (t->pid > 0) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	if (t->master >= 0)
		close(t->master);
	close(t->catalog_fd);
	scene_close(t->s);
	free(t);
	return 0;
}

static struct keeper_test *test_of(void **state)
{
	if (*state == NULL) {
		print_message("skipped: there is no redis-server\n");
		skip();
	}
	return *state;
}

static void keeper_start(struct keeper_test *t)
{
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	t->pid = fork();
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
		close(pair[0]);
		struct process_start start = {.config = &t->s->config,
									  .world_fd = t->s->segment.fd,
									  .catalog_fd = t->catalog_fd,
									  .slot = SLOT_KEEPER,
									  .workers = 1,
									  .master = pair[1]};
		for (unsigned i = 0; i < PROCESS_SLOTS; i++)
			start.wake_fd[i] = -1;
		_exit(keeper_main(&start));
	}
	close(pair[1]);
	t->master = pair[0];
}

/* Waits for READY. false: it ended before. */
static bool keeper_is_ready(struct keeper_test *t)
{
	struct master_message message;
	struct pollfd line = {.fd = t->master, .events = POLLIN};
	assert_int_equal(poll(&line, 1, WAIT_MS), 1);
	return recv(t->master, &message, sizeof message, 0) == (ssize_t)sizeof message && message.kind == MASTER_READY;
}

static void master_dies(struct keeper_test *t)
{
	close(t->master);
	t->master = -1;
}

static int keeper_exit(struct keeper_test *t)
{
	int status = 0;
	uint64_t deadline = clock_mono_ms() + WAIT_MS;
	pid_t ended = 0;
	while (ended == 0 && clock_mono_ms() < deadline) {
		ended = waitpid(t->pid, &status, WNOHANG);
		poll(NULL, 0, 5);
	}
	assert_int_equal(ended, t->pid);
	t->pid = 0;
	if (t->master >= 0)
		master_dies(t);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static uint64_t counter(const struct keeper_test *t, enum counter_id id)
{
	return atomic_load(&t->s->world->processes[SLOT_KEEPER].counters[id]);
}

static void counter_await(const struct keeper_test *t, enum counter_id id, uint64_t at_least)
{
	uint64_t deadline = clock_mono_ms() + WAIT_MS;
	while (counter(t, id) < at_least && clock_mono_ms() < deadline)
		poll(NULL, 0, 5);
	assert_true(counter(t, id) >= at_least);
}

/* What the store holds, once no keeper has it open. */
static void expect_position_x(struct keeper_test *t, const char *x)
{
	scene_store_open(t->s);
	fixture_expect_field(&t->s->store, "player:5:position", "x", x);
	store_destroy(&t->s->store.store);
	store_batch_destroy(&t->s->store.batch);
	loop_destroy(&t->s->store.loop);
}

static void a_stop_writes_what_the_last_cut_did_not_have(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.cut_interval_ms = 60000; /* only the last cut */
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	assert_int_equal(t->s->world->realm->restored, 1);
	assert_int_equal(atomic_load(&t->s->world->processes[SLOT_KEEPER].state), PROCESS_READY);
	scene_arrive(t->s, "Ana", 5, 1, 57, 50);
	kill(t->pid, SIGTERM);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_DONE);
	expect_position_x(t, "57");
}

static void it_cuts_by_itself_and_its_heart_beats(void **state)
{
	struct keeper_test *t = test_of(state);
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	uint64_t heartbeat = atomic_load(&t->s->world->processes[SLOT_KEEPER].heartbeat_ms);
	scene_arrive(t->s, "Ana", 5, 1, 58, 50);
	counter_await(t, COUNT_cut_records, 1);
	uint64_t deadline = clock_mono_ms() + WAIT_MS;
	while (atomic_load(&t->s->world->processes[SLOT_KEEPER].heartbeat_ms) == heartbeat && clock_mono_ms() < deadline)
		poll(NULL, 0, 5);
	assert_true(atomic_load(&t->s->world->processes[SLOT_KEEPER].heartbeat_ms) > heartbeat);
	kill(t->pid, SIGKILL); /* what was cut is there whatever happens to it */
	waitpid(t->pid, NULL, 0);
	t->pid = 0;
	expect_position_x(t, "58");
}

static void when_the_master_dies_it_writes_a_last_cut_and_says_so(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.cut_interval_ms = 60000;
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	scene_arrive(t->s, "Ana", 5, 1, 59, 50);
	master_dies(t);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_MASTER_GONE);
	expect_position_x(t, "59");
}

static void one_that_is_killed_has_a_successor_that_knows_what_to_write(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.cut_interval_ms = 60000;
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	scene_arrive(t->s, "Ana", 5, 1, 60, 50);
	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, 0);
	master_dies(t);
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	kill(t->pid, SIGTERM);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_DONE);
	expect_position_x(t, "60");
}

static void without_its_store_it_does_not_start(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.start_timeout_ms = 300;
	redis_server_kill(t->s->redis);
	keeper_start(t);
	assert_false(keeper_is_ready(t));
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_CANNOT_START);
	assert_int_equal(t->s->world->realm->restored, 0);
}

static void a_successor_starts_although_the_store_is_away(void **state)
{
	struct keeper_test *t = test_of(state);
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	redis_server_kill(t->s->redis);
	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, 0);
	master_dies(t);
	uint64_t cuts = counter(t, COUNT_cuts);
	keeper_start(t);
	assert_true(keeper_is_ready(t)); /* the game goes on from memory */
	scene_arrive(t->s, "Ana", 5, 1, 61, 50);
	counter_await(t, COUNT_cuts_failed, 1);
	struct problem why;
	if (!redis_server_restart(t->s->redis, &why))
		fail_msg("%s", why.text);
	counter_await(t, COUNT_cuts, cuts + 1);
	kill(t->pid, SIGTERM);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_DONE);
	expect_position_x(t, "61");
}

static void a_store_that_does_not_take_the_last_cut_is_told(void **state)
{
	struct keeper_test *t = test_of(state);
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	redis_server_kill(t->s->redis);
	scene_arrive(t->s, "Ana", 5, 1, 62, 50);
	kill(t->pid, SIGTERM);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_STORE_LOST);
}

static void a_store_that_was_taken_over_ends_it(void **state)
{
	struct keeper_test *t = test_of(state);
	keeper_start(t);
	assert_true(keeper_is_ready(t));
	scene_store_open(t->s);
	struct store_fence other = fence_of(0x55), taken;
	assert_int_equal(store_claim_wait(t->s->store.store, &other, 5000, &taken, &t->s->store.why), STORE_DONE);
	scene_arrive(t->s, "Ana", 5, 1, 63, 50);
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_FENCED);
}

/* Another server's process that has the embedded store open for writing, until it is killed. */
static pid_t other_writer_start(struct keeper_test *t)
{
	int pipe_fd[2];
	char byte;
	assert_int_equal(pipe(pipe_fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		scene_store_open(t->s);
		if (write(pipe_fd[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &byte, 1), 1); /* it has it */
	close(pipe_fd[0]);
	return pid;
}

static void other_writer_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void the_embedded_store_of_a_server_that_is_just_ending_is_waited_for(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.start_timeout_ms = 10000;
	pid_t other = other_writer_start(t);
	keeper_start(t);
	struct pollfd line = {.fd = t->master, .events = POLLIN};
	assert_int_equal(poll(&line, 1, 300), 0); /* neither ready nor dead */
	other_writer_end(other);
	assert_true(keeper_is_ready(t));
}

static void an_embedded_store_that_stays_in_use_is_not_written_to(void **state)
{
	struct keeper_test *t = test_of(state);
	t->s->config.store.start_timeout_ms = 200;
	pid_t other = other_writer_start(t);
	keeper_start(t);
	assert_false(keeper_is_ready(t));
	assert_int_equal(keeper_exit(t), PROCESS_EXIT_CANNOT_START);
	other_writer_end(other);
}

#define WITH_EMBEDDED(name)                                                                                            \
	{                                                                                                                  \
#name " (embedded)", name, setup_embedded, teardown, NULL                                                      \
	}
#define WITH_REDIS(name)                                                                                               \
	{                                                                                                                  \
#name " (redis)", name, setup_redis, teardown, NULL                                                            \
	}
#define WITH_BOTH(name) WITH_EMBEDDED(name), WITH_REDIS(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(a_stop_writes_what_the_last_cut_did_not_have),
		WITH_BOTH(it_cuts_by_itself_and_its_heart_beats),
		WITH_BOTH(when_the_master_dies_it_writes_a_last_cut_and_says_so),
		WITH_BOTH(one_that_is_killed_has_a_successor_that_knows_what_to_write),
		WITH_REDIS(without_its_store_it_does_not_start),
		WITH_REDIS(a_successor_starts_although_the_store_is_away),
		WITH_REDIS(a_store_that_does_not_take_the_last_cut_is_told),
		WITH_REDIS(a_store_that_was_taken_over_ends_it),
		WITH_EMBEDDED(the_embedded_store_of_a_server_that_is_just_ending_is_waited_for),
		WITH_EMBEDDED(an_embedded_store_that_stays_in_use_is_not_written_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
