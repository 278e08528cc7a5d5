/* The whole master, from start to stop, with a keeper and workers of the test's own in the place of the real ones: the
 * starter world is loaded, real sockets listen, real processes die. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "master/limits.h"
#include "master/master.h"
#include "master/notify.h"
#include "worker/master_line.h"

extern char **environ;

struct fixture {
	char folder[64], log[96], control[96], notify[96];
	char world[256], port[8];
	pid_t master;
	int report;  /* what the master tells who waits for it */
	int manager; /* the service manager's socket */
	struct settings settings;
	struct options options;
};

/* --- what the children do ----------------------------------------------------------------------------------------- */

static void world_enter(const struct process_start *start, struct world *world)
{
	struct problem why;
	if (!world_attach(world, start->world_fd, &why))
		_exit(90);
	world_enter_slot(world, start->slot, getpid(), clock_mono_ms());
	atomic_store(&world->processes[start->slot].state, PROCESS_READY);
	master_line_say_ready(start->master);
}

/* Beats until it is told to stop. */
static int serve(const struct process_start *start)
{
	struct world world;
	sigset_t set;
	const struct timespec beat = {.tv_nsec = 50000000};
	world_enter(start, &world);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	for (;;) {
		int number = sigtimedwait(&set, NULL, &beat);
		if (number == SIGTERM || number == SIGQUIT)
			return PROCESS_EXIT_DONE;
		atomic_store(&world.processes[start->slot].heartbeat_ms, clock_mono_ms());
		if (getppid() == 1)
			return PROCESS_EXIT_MASTER_GONE;
	}
}

static int fail_to_start(const struct process_start *start)
{
	(void)start;
	return PROCESS_EXIT_CANNOT_START;
}

static int lose_the_store(const struct process_start *start)
{
	int status = serve(start);
	return status == PROCESS_EXIT_DONE ? PROCESS_EXIT_STORE_LOST : status;
}

/* --- fixture ------------------------------------------------------------------------------------------------------ */

static void world_find(struct fixture *f)
{
	const char *build = getenv("ARGENTUM_BUILD");
	snprintf(f->world, sizeof f->world, "%s/world", build != NULL ? build : "build");
	if (access(f->world, R_OK) != 0) {
		print_message("the starter world is not compiled: no folder \"%s\" (make world)\n", f->world);
		skip();
	}
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	if (f == NULL)
		return -1;
	*state = f;
	f->report = f->manager = -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/argentum-master-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->log, sizeof f->log, "%s/log", f->folder);
	snprintf(f->control, sizeof f->control, "%s/sock", f->folder);
	snprintf(f->notify, sizeof f->notify, "%s/notify", f->folder);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	if (f->master > 0) {
		kill(f->master, SIGKILL);
		waitpid(f->master, NULL, 0);
	}
	if (f->report >= 0)
		close(f->report);
	if (f->manager >= 0)
		close(f->manager);
	settings_destroy(&f->settings);
	unlink(f->log);
	unlink(f->control);
	unlink(f->notify);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void setting_add(struct fixture *f, const char *name, const char *value)
{
	unsigned i = f->options.settings_count++;
	f->options.settings[i].flag = "--set";
	snprintf(f->options.settings[i].name, sizeof f->options.settings[i].name, "%s", name);
	f->options.settings[i].value = value;
}

/* As from the command line, without a file. */
static void settings_make(struct fixture *f, unsigned port)
{
	struct problem why = {.text = ""};
	f->options = (struct options){.config = "/nonexistent/argentumd.conf"};
	snprintf(f->port, sizeof f->port, "%u", port);
	setting_add(f, "world.path", f->world);
	setting_add(f, "world.max_players", "50");
	setting_add(f, "limits.max_connections", "50");
	setting_add(f, "listen.host", "127.0.0.1");
	setting_add(f, "listen.port", f->port);
	setting_add(f, "log.target", "file");
	setting_add(f, "log.file", f->log);
	setting_add(f, "control.socket", f->control);
	setting_add(f, "workers.count", "2");
	if (!settings_load(&f->settings, &f->options, environ, &why))
		fail_msg("%s", why.text);
}

/* In a process of its own, as the daemon's main does it. */
static void master_start(struct fixture *f, unsigned port, child_main_fn *run_worker, child_main_fn *run_keeper)
{
	int report[2];
	struct problem why;
	world_find(f);
	settings_make(f, port);
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	f->master = fork();
	assert_true(f->master >= 0);
	if (f->master == 0) {
		struct daemon daemon = {.report = report[1]};
		close(report[0]);
		log_set_process("master");
		if (!log_open(LOG_TO_FILE, LOG_LEVEL_INFO, f->log, &why))
			_exit(99);
		_exit(master_run(&f->settings, &daemon, run_worker, run_keeper));
	}
	close(report[1]);
	f->report = report[0];
}

/* Blocks until the master reported; returns the status, -1 when it died without. */
static int report_await(struct fixture *f, char *text, size_t size)
{
	struct {
		int status;
		char text[512];
	} message = {.status = -1};
	ssize_t n = read(f->report, &message, sizeof message);
	if (n != (ssize_t)sizeof message)
		return -1;
	snprintf(text, size, "%s", message.text);
	return message.status;
}

static int master_end_await(struct fixture *f)
{
	int status;
	assert_int_equal(waitpid(f->master, &status, 0), f->master);
	f->master = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static char *log_text(const struct fixture *f)
{
	static char text[65536];
	FILE *file = fopen(f->log, "r");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

static void assert_log_has(const struct fixture *f, const char *words)
{
	if (strstr(log_text(f), words) == NULL)
		fail_msg("the log does not say \"%s\":\n%s", words, log_text(f));
}

static cJSON *ask(const struct fixture *f, const char *line)
{
	static char text[1 << 20];
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t length = 0;
	ssize_t n;
	memcpy(at.sun_path, f->control, strlen(f->control) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), (ssize_t)strlen(line));
	while ((n = recv(fd, text + length, sizeof text - 1 - length, 0)) > 0)
		length += (size_t)n;
	close(fd);
	text[length] = '\0';
	cJSON *reply = cJSON_Parse(text);
	assert_non_null(reply);
	return reply;
}

struct process_seen {
	int pid, restarts, life;
	bool ready;
};

static struct process_seen process_ask(const struct fixture *f, int index)
{
	cJSON *reply = ask(f, "status\n");
	const cJSON *process = cJSON_GetArrayItem(cJSON_GetObjectItem(reply, "processes"), index);
	struct process_seen seen = {.pid = cJSON_GetObjectItem(process, "pid")->valueint,
								.restarts = cJSON_GetObjectItem(process, "restarts")->valueint,
								.life = cJSON_GetObjectItem(process, "life")->valueint,
								.ready = strcmp(cJSON_GetObjectItem(process, "state")->valuestring, "ready") == 0};
	cJSON_Delete(reply);
	return seen;
}

/* Waits for the real end of a process, which is not our child. */
static int process_open(int pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(fd >= 0);
	return fd;
}

static void process_end_await(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&wait, 1, 20000), 1);
	close(fd);
}

/* --- the life of a server ----------------------------------------------------------------------------------------- */

static void it_starts_says_so_survives_a_worker_and_stops_in_order(void **state)
{
	struct fixture *f = *state;
	char text[512] = "";
	unsigned port = 0;
	master_start(f, 0, serve, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	assert_int_equal(sscanf(text, "ready: listening on 127.0.0.1:%u (2 workers, 4 maps", &port), 1);
	assert_true(port > 0);
	assert_log_has(f, text);

	struct process_seen worker = process_ask(f, 1), keeper = process_ask(f, 2);
	assert_true(worker.ready && keeper.ready && worker.life == 1 && worker.restarts == 0);
	int end = process_open(worker.pid);
	kill(worker.pid, SIGKILL);
	process_end_await(end);
	struct process_seen next;
	uint64_t deadline = clock_mono_ms() + 20000;
	do
		next = process_ask(f, 1);
	while ((!next.ready || next.life != 2) && clock_mono_ms() < deadline);
	assert_true(next.ready && next.life == 2 && next.restarts == 1 && next.pid != worker.pid);
	assert_log_has(f, "worker 1 (pid ");
	assert_log_has(f, "starting again at once (restart 1), 0 connections kept for it");

	/* clients can connect all the time: the listeners are the master's */
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof at), 0);
	close(client);

	cJSON *reply = ask(f, "stop\n");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(reply, "ok")));
	cJSON_Delete(reply);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_OK);
	assert_log_has(f, "keeper (pid ");
	assert_log_has(f, "stopped in order after");
	assert_int_equal(access(f->control, F_OK), -1);
}

static void term_stops_it_and_the_workers_end_before_the_keeper(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, serve, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	kill(f->master, SIGTERM);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_OK);
	assert_log_has(f, "signal TERM");
	const char *log = log_text(f);
	const char *worker_0 = strstr(log, "worker 0 (pid "), *worker_1 = strstr(log, "worker 1 (pid ");
	const char *keeper = strstr(log, "keeper (pid ");
	assert_non_null(worker_0);
	assert_non_null(worker_1);
	assert_true(keeper > worker_0 && keeper > worker_1);
}

static void a_second_server_at_the_same_place_is_refused_and_does_not_disturb_the_first(void **state)
{
	struct fixture *f = *state;
	struct fixture second = {.report = -1};
	char text[512], words[64];
	unsigned port = 0;
	master_start(f, 0, serve, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	assert_int_equal(sscanf(text, "ready: listening on 127.0.0.1:%u", &port), 1);
	memcpy(second.log, f->log, sizeof second.log);
	memcpy(second.control, f->control, sizeof second.control);
	master_start(&second, port, serve, serve);
	assert_int_equal(report_await(&second, text, sizeof text), DAEMON_EXIT_CANNOT_START);
	snprintf(words, sizeof words, "cannot listen on 127.0.0.1:%u", port);
	assert_non_null(strstr(text, words));
	assert_int_equal(master_end_await(&second), DAEMON_EXIT_CANNOT_START);

	/* another port, but the same control socket */
	close(second.report);
	settings_destroy(&second.settings);
	master_start(&second, 0, serve, serve);
	assert_int_equal(report_await(&second, text, sizeof text), DAEMON_EXIT_CANNOT_START);
	assert_non_null(strstr(text, "a server answers"));
	assert_int_equal(master_end_await(&second), DAEMON_EXIT_CANNOT_START);
	close(second.report);
	settings_destroy(&second.settings);
	assert_true(process_ask(f, 0).ready);
}

static void a_start_that_fails_ends_with_the_reason(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, fail_to_start, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_CANNOT_START);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_CANNOT_START);
	assert_log_has(f, "could not start");
	assert_log_has(f, "not started again, the server is not up yet");
}

static void a_keeper_that_cannot_start_ends_it_before_any_worker_is_born(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, serve, fail_to_start);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_CANNOT_START);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_CANNOT_START);
	assert_null(strstr(log_text(f), "worker 0"));
}

static void a_world_that_is_not_there_is_told(void **state)
{
	struct fixture *f = *state;
	char text[512];
	world_find(f);
	settings_make(f, 0);
	snprintf(f->settings.config.world.path, sizeof f->settings.config.world.path, "%s/no-world", f->folder);
	int report[2];
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	struct daemon daemon = {.report = report[1]};
	f->report = report[0];
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(master_run(&f->settings, &daemon, serve, serve), DAEMON_EXIT_CANNOT_START);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_CANNOT_START);
	assert_non_null(strstr(text, "no-world"));
}

static void a_last_cut_that_was_not_taken_is_no_orderly_end(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, serve, lose_the_store);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	kill(f->master, SIGQUIT);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_NOT_IN_ORDER);
	assert_log_has(f, "the store did not take the last cut in time");
	assert_log_has(f, "but not all was in order");
}

static void when_the_master_is_killed_no_child_stays(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, serve, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	int ends[3];
	for (int i = 0; i < 3; i++)
		ends[i] = process_open(process_ask(f, i).pid);
	kill(f->master, SIGKILL);
	waitpid(f->master, NULL, 0);
	f->master = 0;
	for (int i = 0; i < 3; i++)
		process_end_await(ends[i]);
}

/* Until change number `id` is over. */
static void change_await(struct fixture *f, int id, bool good)
{
	for (;;) {
		cJSON *reply = ask(f, "change\n");
		assert_non_null(reply);
		const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(reply, "state"));
		bool over = cJSON_GetObjectItem(reply, "id")->valueint >= id && strcmp(state, "running") != 0;
		if (over)
			assert_string_equal(state, good ? "done" : "failed");
		cJSON_Delete(reply);
		if (over)
			return;
		poll(NULL, 0, 2);
	}
}

static void hup_reads_the_configuration_and_says_what_takes_effect(void **state)
{
	struct fixture *f = *state;
	char text[512];
	master_start(f, 0, serve, serve);
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	kill(f->master, SIGHUP);
	change_await(f, 1, true);
	kill(f->master, SIGUSR1);
	kill(f->master, SIGUSR2);
	cJSON_Delete(ask(f, "ping\n"));
	kill(f->master, SIGTERM);
	assert_int_equal(master_end_await(f), DAEMON_EXIT_OK);
	assert_log_has(f, "signal HUP");
	assert_log_has(f, "reload: nothing that can be changed differs");
	assert_log_has(f, "signal USR2");
}

/* --- the service manager ------------------------------------------------------------------------------------------ */

static bool manager_hears(const struct fixture *f, const char *words)
{
	struct pollfd wait = {.fd = f->manager, .events = POLLIN};
	char text[1024];
	while (poll(&wait, 1, 20000) == 1) {
		ssize_t n = recv(f->manager, text, sizeof text - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, words) != NULL)
			return true;
	}
	return false;
}

static void the_service_manager_is_told_ready_and_stopping(void **state)
{
	struct fixture *f = *state;
	char text[512];
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	memcpy(at.sun_path, f->notify, strlen(f->notify) + 1);
	f->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->manager, (struct sockaddr *)&at, sizeof at), 0);
	setenv("NOTIFY_SOCKET", f->notify, 1);
	master_start(f, 0, serve, serve);
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(report_await(f, text, sizeof text), DAEMON_EXIT_OK);
	assert_true(manager_hears(f, "READY=1\nSTATUS=ready: listening on"));
	kill(f->master, SIGTERM);
	assert_true(manager_hears(f, "STOPPING=1"));
	assert_int_equal(master_end_await(f), DAEMON_EXIT_OK);
}

static void without_a_service_manager_nothing_is_sent(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_false(notify_send("READY=1"));
	setenv("NOTIFY_SOCKET", "not/absolute", 1);
	assert_false(notify_send("READY=1"));
	setenv("NOTIFY_SOCKET", "@argentum-nobody-listens-here", 1);
	assert_false(notify_send("READY=1"));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_every_ms(), 0);
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_watchdog_every_ms(), 1500);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_every_ms(), 0); /* meant for another process */
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_every_ms(), 0);
	unsetenv("WATCHDOG_USEC");
}

/* --- descriptors ---------------------------------------------------------------------------------------------------- */

static void too_few_descriptors_are_more_or_a_clear_word(void **state)
{
	enum { FEW = 100, MANY = 400, NOBODY = 65534, SOFT_RAISED = 1, HARD_TOLD = 2 };
	(void)state;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct problem why = {.text = ""};
		struct rlimit limit = {FEW, MANY};
		int good = 0;
		if (geteuid() == 0 && setuid(NOBODY) != 0) /* root may raise every limit */
			_exit(0);
		setrlimit(RLIMIT_NOFILE, &limit);
		if (descriptors_raise(MANY, &why) && getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == MANY)
			good |= SOFT_RAISED;
		if (!descriptors_raise(MANY + 1, &why) && strstr(why.text, "needs 401 open files") != NULL &&
			strstr(why.text, "this account may have 400;") != NULL && strstr(why.text, "LimitNOFILE=") != NULL)
			good |= HARD_TOLD;
		_exit(good);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SOFT_RAISED | HARD_TOLD);
}

/* --- sizes -------------------------------------------------------------------------------------------------------- */

static void sizes_follow_from_the_settings(void **state)
{
	struct fixture *f = *state;
	struct world_limits limits;
	struct problem why = {.text = ""};
	snprintf(f->world, sizeof f->world, "anywhere");
	settings_make(f, 0);
	struct config *config = &f->settings.config;
	config->world.max_players = 20000;
	config->world.max_creatures = 12000;
	config->limits.max_connections = 10000;
	config->limits.output_kb = 256;
	assert_true(limits_world(&limits, config, 2, 290, &why));
	assert_int_equal(limits.maps, 290);
	assert_int_equal(limits.players, 20000);
	assert_int_equal(limits.creatures, 12000);
	assert_true(limits.connections > 10000 && limits.connections < 10100);
	assert_true(limits.chunks >= 7500 + 32 * 129 && limits.chunks < 7500 + 33 * 130);
	assert_true(world_segment_size(&limits) > 0);

	config->limits.max_connections = 1;
	config->limits.output_kb = 32;
	assert_true(limits_world(&limits, config, 32, 1, &why));
	assert_int_equal(limits.chunks, 2048);
	int fd = world_segment_create(&limits, 1, &why); /* the smallest settings make a world */
	assert_true(fd >= 0);
	close(fd);

	config->world.max_creatures = 12768;
	assert_false(limits_world(&limits, config, 2, 290, &why));
	assert_non_null(strstr(why.text, "32767"));

	config->workers.count = 3;
	assert_int_equal(limits_workers(config), 3);
	config->workers.count = 0;
	assert_true(limits_workers(config) >= 1 && limits_workers(config) <= WORKERS_MAX);
}

#define WITH_MASTER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MASTER(it_starts_says_so_survives_a_worker_and_stops_in_order),
		WITH_MASTER(term_stops_it_and_the_workers_end_before_the_keeper),
		WITH_MASTER(a_second_server_at_the_same_place_is_refused_and_does_not_disturb_the_first),
		WITH_MASTER(a_start_that_fails_ends_with_the_reason),
		WITH_MASTER(a_keeper_that_cannot_start_ends_it_before_any_worker_is_born),
		WITH_MASTER(a_world_that_is_not_there_is_told),
		WITH_MASTER(a_last_cut_that_was_not_taken_is_no_orderly_end),
		WITH_MASTER(when_the_master_is_killed_no_child_stays),
		WITH_MASTER(hup_reads_the_configuration_and_says_what_takes_effect),
		WITH_MASTER(the_service_manager_is_told_ready_and_stopping),
		cmocka_unit_test(without_a_service_manager_nothing_is_sent),
		cmocka_unit_test(too_few_descriptors_are_more_or_a_clear_word),
		WITH_MASTER(sizes_follow_from_the_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
