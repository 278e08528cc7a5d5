/* Supervision: children of a test's own are born, die, hang and are succeeded. The time is the test's: no sleeping. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/fd_passing.h"
#include "common/loop/loop.h"
#include "worker/master_line.h"
#include "master/children.h"
#include "master/duration.h"
#include "master/obituary.h"
#include "master/vault.h"
#include "tests/harness/memory_segment.h"

enum { PAUSE_MAX_MS = 1500, HEARTBEAT_MS = 5000, READY_MS = 20000, CONNECTION = 3, GENERATION = 5 };

struct fixture {
	struct memory_segment segment;
	struct loop *loop;
	struct children children;
	struct vault vault;
	int client, served; /* both ends of a connection: the children inherit `served` as their listener */
	int secret;         /* a descriptor that no child may keep */
	unsigned readies, ends;
	struct child last_end; /* a copy, as it was when its end was told */
	char folder[64], log[96];
};

/* What the children do; set before they are forked. */
static int forbidden_fd;

static void children_told(void *context, struct child *child, enum child_event event)
{
	struct fixture *f = context;
	if (event == CHILD_IS_READY)
		f->readies++;
	if (event == CHILD_ENDED) {
		f->ends++;
		f->last_end = *child;
	}
}

/* --- what children do --------------------------------------------------------------------------------------------- */

/* In its slot and READY, like a real one. */
static void body_begin(const struct process_start *start)
{
	struct world world;
	struct problem why;
	if (!world_attach(&world, start->world_fd, &why))
		_exit(90);
	world_enter_slot(&world, start->slot, getpid(), clock_mono_ms());
	atomic_store(&world.processes[start->slot].state, PROCESS_READY);
	if (!master_line_say_ready(start->master))
		_exit(PROCESS_EXIT_MASTER_GONE);
}

/* Serves until it is told to stop. */
static int body_serves(const struct process_start *start)
{
	sigset_t set;
	int number;
	body_begin(start);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	do
		sigwait(&set, &number);
	while (number != SIGTERM && number != SIGQUIT);
	return PROCESS_EXIT_DONE;
}

static int body_cannot_start(const struct process_start *start)
{
	(void)start;
	return PROCESS_EXIT_CANNOT_START;
}

static int body_is_fenced(const struct process_start *start)
{
	body_begin(start);
	return PROCESS_EXIT_FENCED;
}

static int body_does_not_listen(const struct process_start *start)
{
	body_begin(start);
	do
		pause(); /* TERM is blocked, as child_start leaves it */
	while (errno == EINTR);
	return 94;
}

static int body_crashes_in_a_packet(const struct process_start *start)
{
	struct world world;
	struct problem why;
	body_begin(start);
	if (!world_attach(&world, start->world_fd, &why))
		_exit(90);
	world.processes[start->slot].black_box =
		(struct black_box){.connection = CONNECTION, .packet = 6, .map = 34, .since_ms = 1, .player_name = "Nand\xFA"};
	signal(SIGABRT, SIG_DFL); /* the sanitizers' runtime would turn it into an exit */
	raise(SIGABRT);
	return 91;
}

/* The first one deposits its listener as if it were a client's socket, the next finds it. */
static int body_hands_over(const struct process_start *start)
{
	static const char words[] = "still here";
	if (start->vault[CONNECTION].fd >= 0) {
		bool right = start->vault[CONNECTION].generation == GENERATION && start->vault_size == CONNECTION + 2 &&
					 start->vault[CONNECTION + 1].fd < 0;
		ssize_t n = write(start->vault[CONNECTION].fd, right ? words : "wrong", right ? sizeof words : 6);
		(void)n;
		return body_serves(start);
	}
	struct master_message message = {.kind = MASTER_DEPOSIT, .connection = CONNECTION, .generation = GENERATION};
	struct iovec iov = {.iov_base = &message, .iov_len = sizeof message};
	union fd_room room;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	fd_passing_put(&msg, &room, &start->listener[0], 1);
	if (sendmsg(start->master, &msg, MSG_NOSIGNAL) != (ssize_t)sizeof message)
		return 92;
	body_begin(start);
	raise(SIGKILL);
	return 93;
}

/* Its exit status tells what is wrong with what it was given; 0 = nothing. */
static int body_looks_around(const struct process_start *start)
{
	sigset_t mask;
	struct sigaction action;
	if (fcntl(forbidden_fd, F_GETFD) != -1)
		return 10;
	if (fcntl(start->world_fd, F_GETFD) == -1 || fcntl(start->catalog_fd, F_GETFD) == -1)
		return 11;
	if (fcntl(start->master, F_GETFD) == -1 || fcntl(start->wake_fd[0], F_GETFD) == -1)
		return 12;
	/* a worker has all of them: which it serves depends on how many workers there are */
	if (start->slot == 1 ? start->listeners != 2 || fcntl(start->listener[1], F_GETFD) == -1 : start->listeners != 0)
		return 13;
	if (sigprocmask(SIG_SETMASK, NULL, &mask) != 0 || !sigismember(&mask, SIGTERM) || !sigismember(&mask, SIGUSR1) ||
		!sigismember(&mask, SIGQUIT) || sigismember(&mask, SIGCHLD) || sigismember(&mask, SIGINT))
		return 14;
	if (sigaction(SIGINT, NULL, &action) != 0 || action.sa_handler != SIG_IGN)
		return 15;
	if (sigaction(SIGUSR1, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return 16;
	return 0;
}

/* Ends with the log level that it was told. */
static int body_hears_the_log_level(const struct process_start *start)
{
	struct pollfd wait = {.fd = start->master, .events = POLLIN};
	body_begin(start);
	poll(&wait, 1, 10000);
	struct master_wishes wishes;
	if (!master_line_hear(start->master, &wishes))
		return PROCESS_EXIT_MASTER_GONE;
	return 20 + (int)log_current_level();
}

/* --- fixture ------------------------------------------------------------------------------------------------------ */

static int setup(void **state)
{
	static int listeners[2];
	struct fixture *f = calloc(1, sizeof *f);
	struct problem why;
	int pair[2];
	if (f == NULL)
		return -1;
	*state = f;
	snprintf(f->folder, sizeof f->folder, "/tmp/argentum-children-XXXXXX");
	if (mkdtemp(f->folder) == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	snprintf(f->log, sizeof f->log, "%s/log", f->folder);
	if (!log_open(LOG_TO_FILE, LOG_LEVEL_INFO, f->log, &why))
		return -1;
	memory_segment_open(&f->segment);
	f->loop = loop_create(&why);
	f->client = pair[0];
	f->served = pair[1];
	f->secret = forbidden_fd = dup(STDERR_FILENO);
	if (f->loop == NULL || !vault_create(&f->vault, CONNECTION + 1, &why))
		return -1;
	listeners[0] = listeners[1] = f->served;

	const struct children_options options = {.worker_main = body_serves,
											 .keeper_main = body_serves,
											 .pause_ms_max = PAUSE_MAX_MS,
											 .heartbeat_timeout_ms = HEARTBEAT_MS,
											 .ready_timeout_ms = READY_MS,
											 .log_target = LOG_TO_FILE,
											 .log_path = f->log,
											 .event = children_told,
											 .context = f};
	struct process_start start = {.world_fd = f->segment.fd, .catalog_fd = dup(f->segment.fd), .workers = 2};
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		start.wake_fd[i] = -1;
	start.wake_fd[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	children_init(&f->children, f->loop, &f->segment.world, &options, &start, &f->vault, listeners, 2);
	f->children.keep_up = true;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &f->children.child[slot];
		if (child->pid != 0) {
			kill(child->pid, SIGKILL);
			waitpid(child->pid, NULL, 0);
		}
		loop_fd_remove(&child->watch);
		if (child->channel >= 0)
			close(child->channel);
	}
	close(f->children.start.catalog_fd);
	close(f->children.start.wake_fd[0]);
	vault_destroy(&f->vault);
	loop_destroy(&f->loop);
	memory_segment_close(&f->segment);
	close(f->client);
	close(f->served);
	close(f->secret);
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO, NULL, NULL);
	unlink(f->log);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void turn_until_readies(struct fixture *f, unsigned readies)
{
	uint64_t deadline = clock_mono_ms() + 20000;
	while (f->readies < readies && clock_mono_ms() < deadline)
		loop_turn(f->loop, 1000);
	assert_int_equal(f->readies, readies);
}

/* Waits for the end of the child in a slot; it is not buried yet. */
static void death_await(const struct fixture *f, unsigned slot)
{
	siginfo_t info;
	pid_t pid = f->children.child[slot].pid;
	assert_true(pid > 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* Waits for its end and lets it be buried at that time; no other may be dead. */
static void bury(struct fixture *f, unsigned slot, uint64_t now_ms)
{
	unsigned ends = f->ends;
	death_await(f, slot);
	children_reap(&f->children, now_ms);
	assert_int_equal(f->ends, ends + 1);
	assert_int_equal(f->last_end.slot, slot);
}

static bool log_has(const struct fixture *f, const char *words)
{
	char text[16384];
	FILE *file = fopen(f->log, "r");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	return strstr(text, words) != NULL;
}

static struct process_slot *slot_of(struct fixture *f, unsigned slot)
{
	return &f->segment.world.processes[slot];
}

/* --- birth and death ---------------------------------------------------------------------------------------------- */

static void a_child_says_that_it_is_ready_and_its_slot_shows_it(void **state)
{
	struct fixture *f = *state;
	assert_true(child_spawn(&f->children, 0, clock_mono_ms()));
	assert_false(f->children.child[0].ready);
	turn_until_readies(f, 1);
	assert_true(f->children.child[0].ready);
	assert_int_equal(atomic_load(&slot_of(f, 0)->state), PROCESS_READY);
	assert_int_equal(atomic_load(&slot_of(f, 0)->pid), f->children.child[0].pid);
	assert_int_equal(atomic_load(&slot_of(f, 0)->life), 1);
	assert_int_equal(children_alive_workers(&f->children), 1);
}

static void a_child_begins_with_its_own_descriptors_and_a_known_signal_mask(void **state)
{
	struct fixture *f = *state;
	f->children.options.worker_main = f->children.options.keeper_main = body_looks_around;
	f->children.keep_up = false;
	child_spawn(&f->children, 1, 0);
	bury(f, 1, 0);
	assert_true(WIFEXITED(f->last_end.status));
	assert_int_equal(WEXITSTATUS(f->last_end.status), 0);
	child_spawn(&f->children, SLOT_KEEPER, 0);
	bury(f, SLOT_KEEPER, 0);
	assert_int_equal(WEXITSTATUS(f->last_end.status), 0);
}

static void a_killed_worker_is_started_again_at_once_as_the_next_life(void **state)
{
	struct fixture *f = *state;
	uint64_t now = clock_mono_ms();
	child_spawn(&f->children, 0, now);
	turn_until_readies(f, 1);
	pid_t first = f->children.child[0].pid;
	kill(first, SIGKILL);
	bury(f, 0, now + 10);
	assert_false(f->last_end.clean_end);
	assert_false(f->last_end.blame); /* it was killed from outside */
	pid_t second = f->children.child[0].pid;
	assert_true(second > 0 && second != first);
	assert_int_equal(f->children.child[0].restarts, 1);
	turn_until_readies(f, 2);
	assert_int_equal(atomic_load(&slot_of(f, 0)->life), 2);
	assert_true(log_has(f, "worker 0 (pid "));
	assert_true(log_has(f, "killed by SIGKILL"));
	assert_true(log_has(f, "starting again at once (restart 1)"));
}

static void a_dead_child_leaves_an_empty_slot(void **state)
{
	struct fixture *f = *state;
	child_spawn(&f->children, 0, clock_mono_ms());
	turn_until_readies(f, 1);
	f->children.keep_up = false;
	kill(f->children.child[0].pid, SIGKILL);
	bury(f, 0, clock_mono_ms());
	assert_int_equal(atomic_load(&slot_of(f, 0)->state), PROCESS_ABSENT);
	assert_int_equal(atomic_load(&slot_of(f, 0)->pid), 0);
	assert_int_equal(f->children.child[0].pid, 0);
	assert_int_equal(f->children.child[0].channel, -1);
}

static void the_pauses_before_a_child_that_keeps_dying_grow_to_the_longest(void **state)
{
	static const uint64_t pauses[] = {0, 100, 200, 400, 800, PAUSE_MAX_MS, PAUSE_MAX_MS};
	struct fixture *f = *state;
	struct child *child = &f->children.child[0];
	uint64_t now = 1000000;
	f->children.options.worker_main = body_cannot_start;
	child_spawn(&f->children, 0, now);
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		now += 5;
		bury(f, 0, now);
		if (pauses[i] > 0) {
			assert_int_equal(child->pid, 0);
			assert_int_equal(child->due_ms, now + pauses[i]);
			children_tick(&f->children, now + pauses[i] - 1);
			assert_int_equal(child->pid, 0);
			children_tick(&f->children, now + pauses[i]);
		}
		assert_true(child->pid > 0);
		now += pauses[i];
		assert_int_equal(child->restarts, i + 1);
	}
	assert_true(log_has(f, "ended with status 1, could not start"));
	assert_true(log_has(f, "starting again in 1500 ms"));
}

static void a_long_life_makes_earlier_deaths_forgotten(void **state)
{
	struct fixture *f = *state;
	struct child *child = &f->children.child[0];
	uint64_t now = 1000000;
	child_spawn(&f->children, 0, now);
	child->deaths_running = 7;
	turn_until_readies(f, 1);
	kill(child->pid, SIGKILL);
	bury(f, 0, now + CHILD_SETTLED_MS);
	assert_int_equal(child->deaths_running, 1);
	assert_true(child->pid > 0);
}

static void the_pause_is_a_function_of_deaths_in_a_row(void **state)
{
	(void)state;
	assert_int_equal(child_pause_ms(0, 5000), 0);
	assert_int_equal(child_pause_ms(1, 5000), 0);
	assert_int_equal(child_pause_ms(2, 5000), 100);
	assert_int_equal(child_pause_ms(3, 5000), 200);
	assert_int_equal(child_pause_ms(7, 5000), 3200);
	assert_int_equal(child_pause_ms(8, 5000), 5000);
	assert_int_equal(child_pause_ms(4000000000u, 600000), 600000);
	assert_int_equal(child_pause_ms(5, 0), 0);
}

static void before_the_server_is_up_nobody_is_started_again(void **state)
{
	struct fixture *f = *state;
	f->children.options.worker_main = body_cannot_start;
	f->children.keep_up = false;
	child_spawn(&f->children, 0, 0);
	bury(f, 0, 5);
	children_tick(&f->children, 1000);
	assert_int_equal(f->children.child[0].pid, 0);
	assert_true(log_has(f, "the server is not up yet"));
}

static void a_keeper_whose_store_was_taken_over_is_not_started_again(void **state)
{
	struct fixture *f = *state;
	f->children.options.keeper_main = body_is_fenced;
	child_spawn(&f->children, SLOT_KEEPER, 0);
	bury(f, SLOT_KEEPER, 5);
	children_tick(&f->children, 100000);
	assert_int_equal(f->children.child[SLOT_KEEPER].pid, 0);
	assert_true(log_has(f, "another server has taken over the store"));
}

static void a_host_without_processes_to_spare_is_asked_again_later(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit, none;
	struct child *child = &f->children.child[0];
	if (geteuid() == 0) {
		/* root is not bound by RLIMIT_NPROC; descriptors bind everybody */
		getrlimit(RLIMIT_NOFILE, &limit);
		none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
		setrlimit(RLIMIT_NOFILE, &none);
		bool born = child_spawn(&f->children, 0, 1000);
		setrlimit(RLIMIT_NOFILE, &limit);
		assert_false(born);
	} else {
		getrlimit(RLIMIT_NPROC, &limit);
		none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
		setrlimit(RLIMIT_NPROC, &none);
		bool born = child_spawn(&f->children, 0, 1000);
		setrlimit(RLIMIT_NPROC, &limit);
		assert_false(born);
	}
	assert_int_equal(child->pid, 0);
	assert_int_equal(atomic_load(&slot_of(f, 0)->state), PROCESS_ABSENT);
	assert_int_equal(child->due_ms, 1000 + CHILD_PAUSE_FIRST_MS);
	children_tick(&f->children, 1000 + CHILD_PAUSE_FIRST_MS);
	assert_true(child->pid > 0);
	turn_until_readies(f, 1);
}

/* --- hanging ------------------------------------------------------------------------------------------------------ */

static void a_stopped_worker_is_killed_by_the_watchdog_and_succeeded(void **state)
{
	struct fixture *f = *state;
	struct child *child = &f->children.child[0];
	child_spawn(&f->children, 0, clock_mono_ms());
	turn_until_readies(f, 1);
	pid_t first = child->pid;
	kill(first, SIGSTOP);
	uint64_t heartbeat = atomic_load(&slot_of(f, 0)->heartbeat_ms);
	for (uint64_t t = 0; t <= HEARTBEAT_MS; t += 1000) {
		children_tick(&f->children, heartbeat + t);
		assert_int_equal(child->hung_ms, 0);
	}
	children_tick(&f->children, heartbeat + HEARTBEAT_MS + 1);
	assert_int_equal(child->hung_ms, HEARTBEAT_MS + 1);
	bury(f, 0, heartbeat + HEARTBEAT_MS + 20);
	assert_true(WIFSIGNALED(f->last_end.status) && WTERMSIG(f->last_end.status) == SIGKILL);
	assert_true(child->blame); /* a hang is its own fault */
	assert_true(child->pid > 0 && child->pid != first);
	turn_until_readies(f, 2);
	assert_false(child->blame);
	assert_true(log_has(f, "gives no sign of life for 5 s (allowed: 5 s): killing it"));
	assert_true(log_has(f, "hung for 5 s and was killed"));
}

/* Never says that it is ready. */
static int body_hangs_at_birth(const struct process_start *start)
{
	(void)start;
	do
		pause();
	while (errno == EINTR);
	return 95;
}

static void who_hangs_before_it_is_ready_is_killed_and_succeeded(void **state)
{
	struct fixture *f = *state;
	struct child *child = &f->children.child[0], *keeper = &f->children.child[SLOT_KEEPER];
	uint64_t born = clock_mono_ms();
	f->children.options.worker_main = f->children.options.keeper_main = body_hangs_at_birth;
	child_spawn(&f->children, 0, born);
	child_spawn(&f->children, SLOT_KEEPER, born);
	pid_t first = child->pid;
	f->children.options.worker_main = body_serves;
	for (uint64_t t = 0; t <= READY_MS; t += 1000) {
		children_tick(&f->children, born + t);
		assert_int_equal(child->hung_ms, 0);
	}
	children_tick(&f->children, born + READY_MS + 1);
	assert_int_equal(child->hung_ms, READY_MS + 1);
	bury(f, 0, born + READY_MS + 20);
	assert_true(child->blame);
	assert_true(child->pid > 0 && child->pid != first);
	turn_until_readies(f, 1);
	/* the keeper may be waiting for its store */
	for (uint64_t t = READY_MS + 1000; t <= CHILD_START_MS; t += 1000)
		children_tick(&f->children, born + t);
	assert_int_equal(keeper->hung_ms, 0);
	children_tick(&f->children, born + CHILD_START_MS + 1);
	assert_int_equal(keeper->hung_ms, CHILD_START_MS + 1);
}

static void when_the_whole_machine_stood_still_nobody_is_killed(void **state)
{
	struct fixture *f = *state;
	struct child *child = &f->children.child[0];
	child_spawn(&f->children, 0, clock_mono_ms());
	turn_until_readies(f, 1);
	uint64_t heartbeat = atomic_load(&slot_of(f, 0)->heartbeat_ms);
	children_tick(&f->children, heartbeat);
	children_tick(&f->children, heartbeat + 3600000); /* an hour without a tick of ours either */
	assert_int_equal(child->hung_ms, 0);
	for (uint64_t t = 1000; t <= HEARTBEAT_MS; t += 1000)
		children_tick(&f->children, heartbeat + 3600000 + t);
	assert_int_equal(child->hung_ms, 0);
	children_tick(&f->children, heartbeat + 3600000 + HEARTBEAT_MS + 1);
	assert_true(child->hung_ms > 0); /* but it had its time, and used it for nothing */
}

static void who_is_told_to_stop_needs_no_heartbeat(void **state)
{
	struct fixture *f = *state;
	uint64_t now = clock_mono_ms();
	f->children.options.worker_main = body_does_not_listen;
	child_spawn(&f->children, 0, now);
	turn_until_readies(f, 1);
	children_stop_workers(&f->children, SIGTERM);
	for (uint64_t t = 0; t <= (uint64_t)10 * HEARTBEAT_MS; t += 1000)
		children_tick(&f->children, now + t);
	assert_int_equal(f->children.child[0].hung_ms, 0);
}

/* --- stopping ----------------------------------------------------------------------------------------------------- */

static void who_is_told_to_stop_ends_in_order_and_is_not_started_again(void **state)
{
	struct fixture *f = *state;
	uint64_t now = clock_mono_ms();
	child_spawn(&f->children, 0, now);
	child_spawn(&f->children, 1, now);
	child_spawn(&f->children, SLOT_KEEPER, now);
	turn_until_readies(f, 3);
	children_stop_workers(&f->children, SIGTERM);
	death_await(f, 0);
	death_await(f, 1);
	children_reap(&f->children, now + 20);
	assert_int_equal(f->ends, 2);
	assert_true(f->children.child[0].clean_end && f->children.child[1].clean_end);
	assert_int_equal(children_alive_workers(&f->children), 0);
	assert_true(child_alive(&f->children, SLOT_KEEPER));
	children_stop_keeper(&f->children, true, now + 30);
	bury(f, SLOT_KEEPER, now + 40);
	assert_true(f->last_end.clean_end);
	children_tick(&f->children, now + 100000);
	assert_false(child_alive(&f->children, SLOT_KEEPER));
	assert_true(log_has(f, "keeper (pid "));
	assert_true(log_has(f, "stopped in order"));
}

static void who_does_not_stop_in_time_is_killed(void **state)
{
	struct fixture *f = *state;
	f->children.options.worker_main = body_does_not_listen;
	child_spawn(&f->children, 0, 0);
	turn_until_readies(f, 1);
	assert_int_equal(children_kill_overdue(&f->children), 0); /* it was not even told */
	children_stop_workers(&f->children, SIGTERM);
	assert_int_equal(children_kill_overdue(&f->children), 1);
	bury(f, 0, 1000);
	assert_false(f->last_end.clean_end);
	assert_true(log_has(f, "has not stopped in time: killing it"));
	assert_true(log_has(f, "did not stop in time and was killed"));
}

static void a_keeper_that_is_just_dead_is_started_once_more_for_its_last_cut(void **state)
{
	struct fixture *f = *state;
	struct child *keeper = &f->children.child[SLOT_KEEPER];
	child_spawn(&f->children, SLOT_KEEPER, 0);
	turn_until_readies(f, 1);
	keeper->deaths_running = 3;
	kill(keeper->pid, SIGKILL);
	bury(f, SLOT_KEEPER, 1000);
	assert_int_equal(keeper->pid, 0); /* it pauses */
	children_stop_keeper(&f->children, true, 1010);
	assert_true(keeper->pid > 0);
	bury(f, SLOT_KEEPER, 1020); /* it starts, and then sees the TERM that waited for it */
	assert_true(f->last_end.clean_end);
	children_tick(&f->children, 100000);
	assert_int_equal(keeper->pid, 0);
}

/* --- what goes between master and child --------------------------------------------------------------------------- */

static void a_socket_deposited_by_a_killed_worker_reaches_its_successor(void **state)
{
	struct fixture *f = *state;
	char words[32] = "";
	f->children.options.worker_main = body_hands_over;
	child_spawn(&f->children, 0, 0);
	bury(f, 0, 10); /* deposit and READY were not read before it was dead */
	turn_until_readies(f, 2);
	assert_int_equal(f->vault.held, 1);
	assert_int_equal(vault_count(&f->vault, 0), 1);
	assert_int_equal(vault_count(&f->vault, 1), 0);
	assert_true(read(f->client, words, sizeof words - 1) > 0);
	assert_string_equal(words, "still here");
	assert_true(log_has(f, "1 connections kept for it"));

	children_stop_workers(&f->children, SIGTERM);
	bury(f, 0, 20);
	assert_int_equal(f->vault.held, 0); /* no successor: the socket is given up */
}

static void the_vault_keeps_one_socket_per_connection_and_drops_by_generation(void **state)
{
	struct vault vault;
	struct problem why;
	(void)state;
	assert_true(vault_create(&vault, 10, &why));
	int first = eventfd(0, EFD_CLOEXEC), second = eventfd(0, EFD_CLOEXEC), third = eventfd(0, EFD_CLOEXEC);
	assert_true(vault_deposit(&vault, 2, 10, 1, first));
	assert_true(vault_deposit(&vault, 3, 10, 2, second)); /* the slot was used again: the old one goes */
	assert_int_equal(fcntl(first, F_GETFD), -1);
	assert_int_equal(vault.held, 1);
	vault_drop(&vault, 10, 1); /* late, and about nobody */
	assert_int_equal(vault.held, 1);
	vault_drop(&vault, 4000000000u, 1);
	assert_false(vault_deposit(&vault, 2, 11, 1, third));
	assert_int_equal(fcntl(third, F_GETFD), -1);
	assert_false(vault_deposit(&vault, 2, 0, 1, eventfd(0, EFD_CLOEXEC)));
	vault_drop(&vault, 10, 2);
	assert_int_equal(fcntl(second, F_GETFD), -1);
	assert_int_equal(vault.held, 0);
	vault_destroy(&vault);
}

/* Worker 2 had it before worker 3; the master was busy, and reads the words of 3 first. */
static void what_was_said_before_is_read_later_and_changes_nothing(void **state)
{
	struct vault vault;
	struct problem why;
	(void)state;
	assert_true(vault_create(&vault, 10, &why));
	int first = eventfd(0, EFD_CLOEXEC), second = eventfd(0, EFD_CLOEXEC), third = eventfd(0, EFD_CLOEXEC);
	assert_true(vault_deposit(&vault, 3, 10, UINT32_MAX, second));
	assert_true(vault_deposit(&vault, 2, 10, UINT32_MAX - 2, first));
	assert_int_equal(fcntl(first, F_GETFD), -1);
	vault_drop(&vault, 10, UINT32_MAX - 2);
	assert_int_equal(vault.entries[10].fd, second);
	assert_int_equal(vault_count(&vault, 3), 1);
	assert_true(vault_deposit(&vault, 3, 10, 1, third)); /* generations go round */
	assert_int_equal(vault.entries[10].fd, third);
	assert_int_equal(vault.held, 1);
	vault_drop(&vault, 10, 1);

	/* The connections of another world begin with another number. */
	first = eventfd(0, EFD_CLOEXEC);
	second = eventfd(0, EFD_CLOEXEC);
	assert_true(vault_deposit(&vault, 2, 10, 50, first));
	vault_world_is_new(&vault);
	assert_true(vault_deposit(&vault, 3, 10, 1, second));
	assert_int_equal(vault.entries[10].fd, second);
	vault_destroy(&vault);
}

static void a_child_that_listens_hears_of_the_log_level(void **state)
{
	struct fixture *f = *state;
	f->children.options.worker_main = body_hears_the_log_level;
	f->children.keep_up = false;
	child_spawn(&f->children, 0, 0);
	assert_int_equal(children_set_log_level(&f->children, LOG_LEVEL_DEBUG), 1); /* it did not say yet that it listens */
	turn_until_readies(f, 1);
	assert_int_equal(children_set_log_level(&f->children, LOG_LEVEL_DEBUG), 0);
	bury(f, 0, 10);
	assert_int_equal(WEXITSTATUS(f->last_end.status), 20 + LOG_LEVEL_DEBUG);
}

/* --- obituaries --------------------------------------------------------------------------------------------------- */

static void a_crash_is_told_with_packet_player_and_map(void **state)
{
	struct fixture *f = *state;
	f->children.options.worker_main = body_crashes_in_a_packet;
	f->children.keep_up = false;
	child_spawn(&f->children, 1, 0);
	bury(f, 1, 3000);
	assert_true(f->children.child[1].blame);
	assert_true(log_has(f, "worker 1 (pid "));
	assert_true(log_has(f, "killed by SIGABRT"));
	assert_true(log_has(f, "in packet Walk of Nand\xC3\xBA, map 34, after 3 s: "));
}

static const char *obituary_of(struct obituary o)
{
	static char text[512];
	o.who = "worker 2";
	o.pid = 4711;
	o.lived_ms = 720000; /* 12 min */
	o.what_is_done = "starting again at once";
	obituary_write(text, sizeof text, &o);
	return text;
}

static void obituaries_name_the_end_in_words(void **state)
{
	(void)state;
	assert_string_equal(
		obituary_of((struct obituary){.status = 3 << 8}),
		"worker 2 (pid 4711) ended with status 3, its master died, after 12 min: starting again at once");
	assert_non_null(strstr(obituary_of((struct obituary){.status = 77 << 8}), "status 77, no exit code of ours"));
	assert_non_null(strstr(obituary_of((struct obituary){.status = SIGSEGV}), "killed by SIGSEGV, no core"));
	assert_non_null(strstr(obituary_of((struct obituary){.status = SIGSEGV | 0x80}), "killed by SIGSEGV, core dumped"));
	assert_non_null(
		strstr(obituary_of((struct obituary){.status = SIGKILL}), "killed by SIGKILL (by hand, or by the kernel"));
	assert_non_null(strstr(obituary_of((struct obituary){.status = SIGKILL, .hung_ms = 10200}),
						   "hung for 10 s and was killed, after"));
	assert_non_null(strstr(obituary_of((struct obituary){.status = SIGKILL, .overdue = true}), "did not stop in time"));
}

static void a_damaged_black_box_does_no_harm(void **state)
{
	struct black_box box;
	char text[160];
	(void)state;
	memset(&box, 0xff, sizeof box);
	black_box_write(text, sizeof text, &box); /* a name without end, of bytes that are letters in Latin-1 */
	assert_memory_equal(text, " in work of its own of ", 23);
	memset(box.player_name, '\n', sizeof box.player_name);
	box.packet = 999;
	box.map = 0;
	black_box_write(text, sizeof text, &box);
	assert_string_equal(text, " in packet 999 of connection 4294967295");
	box.since_ms = 0;
	black_box_write(text, sizeof text, &box);
	assert_string_equal(text, "");
}

static void durations_have_the_unit_that_fits(void **state)
{
	char text[DURATION_BYTES];
	(void)state;
	assert_string_equal(duration_write(text, 0), "0 ms");
	assert_string_equal(duration_write(text, 1999), "1999 ms");
	assert_string_equal(duration_write(text, 2000), "2 s");
	assert_string_equal(duration_write(text, 119999), "119 s");
	assert_string_equal(duration_write(text, 120000), "2 min");
	assert_string_equal(duration_write(text, 7200000), "2 h");
	assert_string_equal(duration_write(text, 172800000), "2 d");
	assert_string_equal(duration_write(text, UINT64_MAX), "213503982334 d");
}

#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void a_vault_grows_and_is_spread_over_fewer_workers(void **state)
{
	(void)state;
	struct vault vault;
	struct problem why;
	int pair[2];
	assert_true(vault_create(&vault, 4, &why));
	for (uint32_t i = 1; i <= 4; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
		close(pair[1]);
		assert_true(vault_deposit(&vault, i - 1, i, 10 + i, pair[0]));
	}
	assert_true(vault_fit(&vault, 9, &why));
	assert_true(vault_fit(&vault, 2, &why)); /* never smaller: what is there stays */
	assert_int_equal(vault.size, 10);
	assert_int_equal(vault.held, 4);
	for (uint32_t i = 5; i < vault.size; i++)
		assert_int_equal(vault.entries[i].fd, -1);
	assert_true(vault_deposit(&vault, 3, 9, 7, dup(vault.entries[1].fd)));
	vault_spread(&vault, 2);
	assert_int_equal(vault_count(&vault, 0), 2); /* 1 and 3 */
	assert_int_equal(vault_count(&vault, 1), 3); /* 2, 4 and 9 */
	assert_int_equal(vault_count(&vault, 2) + vault_count(&vault, 3), 0);
	assert_int_equal(vault.entries[4].generation, 14);
	vault_destroy(&vault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHILDREN(a_child_says_that_it_is_ready_and_its_slot_shows_it),
		WITH_CHILDREN(a_child_begins_with_its_own_descriptors_and_a_known_signal_mask),
		WITH_CHILDREN(a_killed_worker_is_started_again_at_once_as_the_next_life),
		WITH_CHILDREN(a_dead_child_leaves_an_empty_slot),
		WITH_CHILDREN(the_pauses_before_a_child_that_keeps_dying_grow_to_the_longest),
		WITH_CHILDREN(a_long_life_makes_earlier_deaths_forgotten),
		cmocka_unit_test(the_pause_is_a_function_of_deaths_in_a_row),
		WITH_CHILDREN(before_the_server_is_up_nobody_is_started_again),
		WITH_CHILDREN(a_keeper_whose_store_was_taken_over_is_not_started_again),
		WITH_CHILDREN(a_host_without_processes_to_spare_is_asked_again_later),
		WITH_CHILDREN(a_stopped_worker_is_killed_by_the_watchdog_and_succeeded),
		WITH_CHILDREN(who_hangs_before_it_is_ready_is_killed_and_succeeded),
		WITH_CHILDREN(when_the_whole_machine_stood_still_nobody_is_killed),
		WITH_CHILDREN(who_is_told_to_stop_needs_no_heartbeat),
		WITH_CHILDREN(who_is_told_to_stop_ends_in_order_and_is_not_started_again),
		WITH_CHILDREN(who_does_not_stop_in_time_is_killed),
		WITH_CHILDREN(a_keeper_that_is_just_dead_is_started_once_more_for_its_last_cut),
		WITH_CHILDREN(a_socket_deposited_by_a_killed_worker_reaches_its_successor),
		cmocka_unit_test(the_vault_keeps_one_socket_per_connection_and_drops_by_generation),
		cmocka_unit_test(what_was_said_before_is_read_later_and_changes_nothing),
		cmocka_unit_test(a_vault_grows_and_is_spread_over_fewer_workers),
		WITH_CHILDREN(a_child_that_listens_hears_of_the_log_level),
		WITH_CHILDREN(a_crash_is_told_with_packet_player_and_map),
		cmocka_unit_test(obituaries_name_the_end_in_words),
		cmocka_unit_test(a_damaged_black_box_does_no_harm),
		cmocka_unit_test(durations_have_the_unit_that_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
