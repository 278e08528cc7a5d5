#include "tests/harness/game_server.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "common/base/clock.h"
#include "common/world/layout.h"
#include "tests/harness/bot.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"
#include "tests/harness/service_manager.h"
#include "tests/harness/store_fixture.h"

enum { ARGUMENTS_MAX = 128, LOG_LINES_SHOWN = 60 };

/* All that were started and not destroyed, for the teardown of a test that failed. */
static struct game_server *servers;

#define MUST(condition, ...)                                                                                           \
	do {                                                                                                               \
		if (!(condition))                                                                                              \
			scenario_fail(__FILE__, __LINE__, __VA_ARGS__);                                                            \
	} while (0)

/* --- the log ------------------------------------------------------------------------------------------------------------------ */

/* All of it, terminated; the caller frees it. */
static char *log_read(const struct game_server *server)
{
	FILE *file = fopen(server->log, "re");
	char *text = NULL;
	size_t length = 0;
	if (file != NULL) {
		size_t capacity = 0;
		do {
			capacity = capacity * 2 + 65536;
			char *grown = realloc(text, capacity);
			if (grown == NULL)
				abort();
			text = grown;
			length += fread(text + length, 1, capacity - length - 1, file);
		} while (length == capacity - 1);
		fclose(file);
	}
	if (text == NULL)
		text = calloc(1, 1);
	else
		text[length] = '\0';
	return text;
}

static size_t log_size(const struct game_server *server)
{
	struct stat status;
	return stat(server->log, &status) == 0 ? (size_t)status.st_size : 0;
}

unsigned game_server_log_count(const struct game_server *server, const char *text)
{
	char *log = log_read(server);
	unsigned count = 0;
	for (const char *found = log; (found = strstr(found, text)) != NULL; found += strlen(text))
		count++;
	free(log);
	return count;
}

bool game_server_log_has(const struct game_server *server, const char *text)
{
	char *log = log_read(server);
	bool found = strstr(log, text) != NULL;
	free(log);
	return found;
}

unsigned game_server_log_lines(const struct game_server *server, const char *text, const char *other)
{
	char *log = log_read(server);
	unsigned count = 0;
	for (char *rest = log, *line; (line = strsep(&rest, "\n")) != NULL;)
		count += strstr(line, text) != NULL && strstr(line, other) != NULL;
	free(log);
	return count;
}

void game_server_show_log(const struct game_server *server, unsigned lines)
{
	static const char oddity[] = " warning master: world: "; /* of the world's files: many, and never the reason */
	char *log = log_read(server);
	unsigned count = 0, n = 0;
	for (char *rest = log, *line; (line = strsep(&rest, "\n")) != NULL;)
		count += strstr(line, oddity) == NULL;
	free(log);
	fprintf(stderr, "--- the end of the log of argentumd in %s:\n", server->directory);
	log = log_read(server);
	for (char *rest = log, *line; (line = strsep(&rest, "\n")) != NULL;) {
		if (strstr(line, oddity) == NULL && ++n + lines > count)
			fprintf(stderr, "%s\n", line);
	}
	free(log);
}

static bool log_find(struct game_server *server, const char *text)
{
	char *log = log_read(server);
	const char *found = strlen(log) > server->log_mark ? strstr(log + server->log_mark, text) : NULL;
	if (found != NULL)
		server->log_mark = (size_t)(found - log) + strlen(text);
	free(log);
	return found != NULL;
}

void game_server_expect_log(struct game_server *server, const char *text)
{
	uint64_t until = clock_mono_ms() + GAME_SERVER_PATIENCE_MS;
	while (!log_find(server, text)) {
		MUST(clock_mono_ms() < until, "the log does not say \"%s\"", text);
		bots_receive(5);
	}
}

static void no_errors_expect(const struct game_server *server)
{
	char *log = log_read(server);
	const char *error = strlen(log) > server->errors_from ? strstr(log + server->errors_from, " error ") : NULL;
	char line[400] = "";
	if (error != NULL)
		snprintf(line, sizeof line, "%.*s", (int)strcspn(error, "\n"), error);
	free(log);
	MUST(error == NULL || server->errors_expected, "the log has an error:%s", line);
}

/* --- starting ------------------------------------------------------------------------------------------------------------------- */

static const char *const usual_settings[] = {"listen.host=127.0.0.1",
											 "listen.port=0",
											 "game.password_memory_kib=1024",
											 "game.password_passes=1",
											 "limits.connections_per_address=0",
											 "limits.connect_interval_ms=0",
											 "limits.creations_per_address_per_hour=0",
											 "limits.wrong_passwords_per_address_per_minute=0",
											 "limits.logins_per_address_per_minute=0",
											 "intervals.walk_ms=0",
											 "intervals.speedcheck_ms=0",
											 "flood.limit=false",
											 "intervals.position_request_ms=0",
											 "intervals.ambience_ms=0",
											 "intervals.logout_s=1",
											 "store.cut_interval_ms=100",
											 "store.audit_interval_s=1",
											 "store.redis_command_timeout_ms=1000",
											 "store.redis_reconnect_max_ms=200",
											 "world.seed=7"};

struct command_line {
	const char *words[ARGUMENTS_MAX];
	unsigned count;
};

static void word_add(struct command_line *line, const char *word)
{
	MUST(line->count < ARGUMENTS_MAX - 1, "too many arguments for argentumd");
	line->words[line->count++] = word;
}

static void setting_add(struct command_line *line, const char *setting)
{
	word_add(line, "--set");
	word_add(line, setting);
}

static void command_line_make(const struct game_server *server, struct command_line *line)
{
	const char *build = getenv("ARGENTUM_BUILD");
	*line = (struct command_line){0};
	if (server->program[0] != '\0')
		word_add(line, server->program);
	else
		word_add(line, scenario_text("%s/%sargentumd", build != NULL ? build : "build",
									 server->points != NULL ? "tests/armed/" : ""));
	word_add(line, "--config");
	word_add(line, server->own_config ? server->config : "etc/argentumd.conf");
	for (unsigned i = 0; i < sizeof usual_settings / sizeof *usual_settings; i++)
		setting_add(line, usual_settings[i]);
	if (!server->workers_by_file)
		setting_add(line, scenario_text("workers.count=%u", server->workers));
	setting_add(line, scenario_text("world.path=%s", server->world));
	setting_add(line, scenario_text("store.path=%s", server->data));
	setting_add(line, scenario_text("control.socket=%s", server->control));
	if (server->redis != NULL) {
		setting_add(line, "store.backend=redis");
		setting_add(line, scenario_text("store.redis_socket=%s", server->redis->socket));
	}
	for (unsigned i = 0; i < server->setting_count; i++)
		setting_add(line, server->settings[i]);
}

/* In the child. */
static void program_run(const struct game_server *server, const struct command_line *line,
						const struct service_manager_gift *gift, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setpgid(0, 0); /* Ctrl-C on the test is not an orderly stop of the server */
	int log = open(server->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (server->points != NULL)
		setenv("ARGENTUM_POINTS", scenario_text("%s/points", server->directory), 1);
	if (server->manager != NULL)
		service_manager_give(server->manager, gift);
	if (server->clock_ahead_ms != 0)
		setenv("ARGENTUM_CLOCK_OFFSET_MS", scenario_text("%llu", (unsigned long long)server->clock_ahead_ms), 1);
	execv(line->words[0], (char *const *)line->words);
	dprintf(STDERR_FILENO, "%s: %s\n", line->words[0], strerror(errno));
	_exit(127);
}

/* The port from the line that says so; 0 = not yet. */
static unsigned port_find(const struct game_server *server)
{
	static const char ready[] = "ready: listening on ";
	char *log = log_read(server);
	const char *said = strlen(log) > server->log_mark ? strstr(log + server->log_mark, ready) : NULL;
	unsigned port = 0;
	if (said != NULL && strchr(said, '\n') != NULL) {
		const char *address = said + strlen(ready);
		size_t length = strcspn(address, " \n");
		while (length > 0 && address[length - 1] != ':')
			length--;
		port = (unsigned)strtoul(address + length, NULL, 10);
	}
	free(log);
	return port;
}

void game_server_begin(struct game_server *server)
{
	struct command_line line;
	MUST(server->pid == 0, "a server that runs cannot be started again");
	command_line_make(server, &line);
	server->log_mark = log_size(server);
	server->port = 0;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans of a killed master are ours to bury */
	pid_t parent = getpid();
	static struct service_manager_gift gift; /* large */
	gift.count = 0;
	if (server->manager != NULL)
		service_manager_prepare(server->manager, &gift);
	server->pid = fork();
	MUST(server->pid >= 0, "fork: %s", strerror(errno));
	if (server->pid == 0)
		program_run(server, &line, &gift, parent);
}

void game_server_await_ready(struct game_server *server)
{
	int ended;
	uint64_t until = clock_mono_ms() + GAME_SERVER_PATIENCE_MS;
	while ((server->port = port_find(server)) == 0) {
		if (waitpid(server->pid, &ended, WNOHANG) == server->pid) {
			server->pid = 0;
			scenario_fail(__FILE__, __LINE__, "argentumd ended before it was ready, wait status %#x", (unsigned)ended);
		}
		MUST(clock_mono_ms() < until, "argentumd is not ready after %d s", GAME_SERVER_PATIENCE_MS / 1000);
		bots_receive(2);
	}
}

static void server_run(struct game_server *server)
{
	game_server_begin(server);
	game_server_await_ready(server);
}

/* Where a setting of this name is, or the next free place. */
static unsigned setting_place(const struct game_server *server, const char *setting)
{
	size_t name = strcspn(setting, "=") + 1;
	unsigned at = 0;
	while (at < server->setting_count && strncmp(server->settings[at], setting, name) != 0)
		at++;
	return at;
}

static void settings_take(struct game_server *server, const char *const *settings)
{
	for (; settings != NULL && *settings != NULL; settings++) {
		unsigned at = setting_place(server, *settings);
		MUST(at < GAME_SERVER_SETTINGS_MAX, "more than %d settings", GAME_SERVER_SETTINGS_MAX);
		snprintf(server->settings[at], sizeof server->settings[0], "%s", *settings);
		server->setting_count += at == server->setting_count;
	}
}

void game_server_configure(const struct game_server *server, const char *text)
{
	FILE *file = fopen(server->config, "we");
	MUST(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s: %s", server->config, strerror(errno));
}

struct game_server *game_server_make(const struct game_server_options *options)
{
	static const struct game_server_options none;
	struct game_server *server = calloc(1, sizeof *server);
	if (options == NULL)
		options = &none;
	MUST(server != NULL, "out of memory");
	snprintf(server->world, sizeof server->world, "%s", options->world != NULL ? options->world : scenario_world());
	snprintf(server->directory, sizeof server->directory, "/tmp/argentum-game-XXXXXX");
	if (mkdtemp(server->directory) == NULL) {
		free(server);
		scenario_fail(__FILE__, __LINE__, "mkdtemp: %s", strerror(errno));
	}
	server->next = servers;
	servers = server;
	snprintf(server->log, sizeof server->log, "%s/log", server->directory);
	snprintf(server->control, sizeof server->control, "%s/control", server->directory);
	snprintf(server->data, sizeof server->data, "%s/data", server->directory);
	mkdir(server->data, 0700);
	snprintf(server->config, sizeof server->config, "%s/config", server->directory);
	server->own_config = options->config != NULL;
	server->workers_by_file = options->workers_by_file;
	server->manager = options->manager;
	if (options->config != NULL)
		game_server_configure(server, options->config);
	if (options->program != NULL)
		snprintf(server->program, sizeof server->program, "%s", options->program);
	server->workers = options->workers != 0 ? options->workers : GAME_SERVER_WORKERS;
	server->redis = options->redis;
	if (options->armed) {
		server->points = points_create(scenario_text("%s/points", server->directory));
		MUST(server->points != NULL, "the file of points: %s", strerror(errno));
		server->points->settlement_off = options->settlement_off;
		server->clock_ahead_ms = options->clock_ms != 0 ? options->clock_ms - clock_mono_ms() : 0;
	}
	settings_take(server, options->settings);
	return server;
}

struct game_server *game_server_start(const struct game_server_options *options)
{
	struct game_server *server = game_server_make(options);
	server_run(server);
	return server;
}

void game_server_set(struct game_server *server, const char *setting)
{
	settings_take(server, (const char *const[]){setting, NULL});
}

void game_server_restart(struct game_server *server, const char *const *settings)
{
	settings_take(server, settings);
	server_run(server);
}

/* --- ending ----------------------------------------------------------------------------------------------------------------------- */

char game_server_process_state(pid_t pid)
{
	char path[64], text[512], state = 'Z';
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return state;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	const char *end = strrchr(text, ')');
	if (end != NULL && end[1] == ' ')
		state = end[2];
	return state == 'X' ? 'Z' : state;
}

static bool process_is_dead(pid_t pid)
{
	return game_server_process_state(pid) == 'Z';
}

static void death_await(pid_t pid)
{
	uint64_t until = clock_mono_ms() + GAME_SERVER_PATIENCE_MS;
	while (!process_is_dead(pid)) {
		MUST(clock_mono_ms() < until, "process %d does not die", (int)pid);
		bots_receive(2);
	}
	waitpid(pid, NULL, WNOHANG); /* when it is ours */
}

/* Who has this parent. */
static unsigned children_find(pid_t parent, pid_t *children, unsigned most)
{
	unsigned count = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	/* cppcheck-suppress readdirCalled; a test has one thread, and readdir_r is deprecated */
	while (proc != NULL && count < most && (entry = readdir(proc)) != NULL) {
		char path[300], text[512];
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
		FILE *file = fopen(path, "re");
		if (file == NULL)
			continue;
		size_t n = fread(text, 1, sizeof text - 1, file);
		fclose(file);
		text[n] = '\0';
		const char *end = strrchr(text, ')');
		if (end != NULL && strlen(end) > 4 && strtol(end + 4, NULL, 10) == parent)
			children[count++] = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (proc != NULL)
		closedir(proc);
	return count;
}

/* The first bytes of a file of /proc, as one line. */
static const char *proc_line(pid_t pid, const char *name)
{
	char path[64], text[256];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	FILE *file = fopen(path, "re");
	size_t n = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
	if (file != NULL)
		fclose(file);
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return scenario_text("%s", text);
}

/* Who is there, whether he runs, sleeps or was stopped, in what the kernel has him wait, and the time he has used. */
static void processes_show(const struct game_server *server)
{
	pid_t children[GAME_SERVER_PROCESSES_MAX];
	unsigned count = server->pid != 0 ? children_find(server->pid, children, GAME_SERVER_PROCESSES_MAX) : 0;
	for (unsigned i = 0; i < count; i++)
		fprintf(stderr, "    process %s; waits in %s\n", proc_line(children[i], "stat"),
				proc_line(children[i], "wchan"));
}

void game_server_show_logs(void)
{
	for (const struct game_server *server = servers; server != NULL; server = server->next) {
		game_server_show_log(server, LOG_LINES_SHOWN);
		processes_show(server);
	}
}

void game_server_kill_worker(struct game_server *server, unsigned slot)
{
	pid_t before = game_server_process(server, slot);
	server->errors_expected = true;
	EXPECT(before > 0 && kill(before, SIGKILL) == 0, "worker %u cannot be killed", slot);
	game_server_await_successor(server, slot, before);
}

void game_server_kill_all(struct game_server *server)
{
	pid_t children[GAME_SERVER_PROCESSES_MAX];
	if (server->pid == 0)
		return;
	kill(server->pid, SIGSTOP); /* it makes no more children while we look */
	unsigned count = children_find(server->pid, children, GAME_SERVER_PROCESSES_MAX);
	kill(server->pid, SIGKILL);
	for (unsigned i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	waitpid(server->pid, NULL, 0);
	for (unsigned i = 0; i < count; i++)
		death_await(children[i]);
	server->pid = 0;
	server->errors_from = log_size(server); /* what they said about their dying master */
}

void game_server_kill_master(struct game_server *server)
{
	pid_t children[GAME_SERVER_PROCESSES_MAX];
	MUST(server->pid != 0, "a server that does not run cannot be killed");
	unsigned count = children_find(server->pid, children, GAME_SERVER_PROCESSES_MAX);
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
	for (unsigned i = 0; i < count; i++)
		death_await(children[i]);
	server->errors_from = log_size(server);
}

int game_server_await_end(struct game_server *server)
{
	int status = 0;
	uint64_t until = clock_mono_ms() + GAME_SERVER_PATIENCE_MS;
	while (waitpid(server->pid, &status, WNOHANG) != server->pid) {
		MUST(clock_mono_ms() < until, "argentumd does not end within %d s", GAME_SERVER_PATIENCE_MS / 1000);
		bots_receive(2);
	}
	server->pid = 0;
	MUST(WIFEXITED(status), "argentumd ended with wait status %#x", (unsigned)status);
	return WEXITSTATUS(status);
}

void game_server_stop(struct game_server *server)
{
	MUST(server->pid != 0, "a server that does not run cannot be stopped");
	kill(server->pid, SIGTERM);
	int status = game_server_await_end(server);
	MUST(status == 0, "argentumd ended with exit status %d instead of 0", status);
	no_errors_expect(server);
}

void game_server_destroy(struct game_server **server)
{
	struct game_server *gone = *server;
	*server = NULL;
	if (gone == NULL)
		return;
	for (struct game_server **link = &servers; *link != NULL; link = &(*link)->next) {
		if (*link == gone) {
			*link = gone->next;
			break;
		}
	}
	game_server_kill_all(gone);
	points_destroy(&gone->points);
	directory_remove(gone->directory);
	free(gone);
}

void game_server_destroy_all(void)
{
	while (servers != NULL) {
		struct game_server *first = servers;
		game_server_destroy(&first);
	}
}

/* --- asking ------------------------------------------------------------------------------------------------------------------------- */

int game_server_control(const struct game_server *server)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = GAME_SERVER_PATIENCE_MS / 1000};
	snprintf(at.sun_path, sizeof at.sun_path, "%s", server->control);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0, "control socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

/* What the server answers; NULL when it hangs up instead: it may just become another program. */
static cJSON *reply_once(const struct game_server *server, const char *request)
{
	int fd = game_server_control(server);
	size_t capacity = 1 << 20, length = 0;
	char *text = malloc(capacity);
	const char *line = scenario_text("%s\n", request);
	MUST(text != NULL, "out of memory");
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) > 0) {
		for (ssize_t n; (n = recv(fd, text + length, capacity - length - 1, 0)) > 0;)
			length += (size_t)n;
	}
	text[length] = '\0';
	close(fd);
	cJSON *reply = cJSON_Parse(text);
	free(text);
	return reply;
}

static cJSON *reply_to(const struct game_server *server, const char *request)
{
	uint64_t until = clock_mono_ms() + GAME_SERVER_PATIENCE_MS;
	cJSON *reply;
	while ((reply = reply_once(server, request)) == NULL)
		MUST(clock_mono_ms() < until, "the control socket does not answer \"%s\"", request);
	return reply;
}

struct cJSON *game_server_ask(const struct game_server *server, const char *request)
{
	cJSON *reply = reply_to(server, request);
	MUST(cJSON_IsTrue(cJSON_GetObjectItem(reply, "ok")), "the control socket refuses \"%s\": %s", request,
		 cJSON_GetStringValue(cJSON_GetObjectItem(reply, "error")));
	return reply;
}

const char *game_server_refusal(const struct game_server *server, const char *request)
{
	cJSON *reply = reply_to(server, request);
	const char *error = cJSON_GetStringValue(cJSON_GetObjectItem(reply, "error"));
	MUST(error != NULL, "the control socket does not refuse \"%s\"", request);
	error = scenario_text("%s", error);
	cJSON_Delete(reply);
	return error;
}

static int64_t number_of(const cJSON *object, const char *name)
{
	const cJSON *number = cJSON_GetObjectItem(object, name);
	MUST(cJSON_IsNumber(number), "the status has no number \"%s\"", name);
	return (int64_t)number->valuedouble;
}

int64_t game_server_change_begin(const struct game_server *server, const char *request)
{
	cJSON *reply = game_server_ask(server, request);
	int64_t id = number_of(reply, "change");
	cJSON_Delete(reply);
	return id;
}

bool game_server_change_is_over(const struct game_server *server, int64_t id)
{
	cJSON *reply = game_server_ask(server, "change");
	const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(reply, "state"));
	bool over = number_of(reply, "id") >= id && state != NULL && strcmp(state, "running") != 0;
	cJSON_Delete(reply);
	return over;
}

const char *game_server_change(const struct game_server *server, const char *request, bool good)
{
	int64_t id = request != NULL ? game_server_change_begin(server, request) : 1;
	EVENTUALLY(game_server_change_is_over(server, id));
	cJSON *reply = game_server_ask(server, "change");
	const char *text = scenario_text("%s", cJSON_GetStringValue(cJSON_GetObjectItem(reply, "text")));
	const char *state = scenario_text("%s", cJSON_GetStringValue(cJSON_GetObjectItem(reply, "state")));
	cJSON_Delete(reply);
	MUST(strcmp(state, good ? "done" : "failed") == 0, "the change %s: %s", state, text);
	return text;
}

int64_t game_server_number(const struct game_server *server, const char *name)
{
	cJSON *status = game_server_ask(server, "status");
	int64_t number = number_of(status, name);
	cJSON_Delete(status);
	return number;
}

int64_t game_server_store_number(const struct game_server *server, const char *name)
{
	cJSON *status = game_server_ask(server, "status");
	int64_t number = number_of(cJSON_GetObjectItem(status, "store"), name);
	cJSON_Delete(status);
	return number;
}

const char *game_server_store_text(const struct game_server *server, const char *name)
{
	cJSON *status = game_server_ask(server, "status");
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(status, "store"), name));
	MUST(text != NULL, "the status has no text \"%s\" about the store", name);
	text = scenario_text("%s", text);
	cJSON_Delete(status);
	return text;
}

/* NULL: that slot is not in use, and nobody lives there. */
static const cJSON *process_of(const cJSON *status, unsigned slot)
{
	const cJSON *process;
	cJSON_ArrayForEach(process, cJSON_GetObjectItem(status, "processes"))
	{
		if (number_of(process, "slot") == slot)
			return process;
	}
	return NULL;
}

int64_t game_server_counter(const struct game_server *server, unsigned slot, const char *name)
{
	cJSON *status = game_server_ask(server, "status");
	const cJSON *process = process_of(status, slot);
	MUST(process != NULL, "the status has no process slot %u", slot);
	int64_t number = number_of(cJSON_GetObjectItem(process, "counters"), name);
	cJSON_Delete(status);
	return number;
}

int64_t game_server_total(const struct game_server *server, const char *name)
{
	cJSON *status = game_server_ask(server, "status");
	int64_t total = -1;
	const cJSON *counter;
	cJSON_ArrayForEach(counter, cJSON_GetObjectItem(status, "counters"))
	{
		if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(counter, "name")), name) == 0)
			total = number_of(counter, "total");
	}
	cJSON_Delete(status);
	MUST(total >= 0, "the status has no counter \"%s\"", name);
	return total;
}

pid_t game_server_process(const struct game_server *server, unsigned slot)
{
	cJSON *status = game_server_ask(server, "status");
	const cJSON *process = process_of(status, slot);
	pid_t pid = process != NULL ? (pid_t)number_of(process, "pid") : 0;
	cJSON_Delete(status);
	return pid;
}

bool game_server_has(const struct game_server *server, pid_t pid)
{
	const char *end = pid > 0 ? strrchr(proc_line(pid, "stat"), ')') : NULL;
	return server->pid != 0 && end != NULL && strlen(end) > 4 && strtol(end + 4, NULL, 10) == server->pid;
}

unsigned game_server_keeper(void)
{
	return SLOT_KEEPER;
}

static bool slot_is_ready(const cJSON *status, unsigned slot, pid_t before, pid_t *now)
{
	const cJSON *process = process_of(status, slot);
	*now = process != NULL ? (pid_t)number_of(process, "pid") : 0;
	return *now != before && *now > 0 &&
		   strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(process, "state")), "ready") == 0;
}

static bool process_is_ready(const struct game_server *server, unsigned slot, pid_t before, pid_t *now)
{
	cJSON *status = game_server_ask(server, "status");
	bool ready = slot_is_ready(status, slot, before, now);
	cJSON_Delete(status);
	return ready;
}

bool game_server_is_whole(const struct game_server *server)
{
	pid_t pid;
	cJSON *change = game_server_ask(server, "change"), *status = game_server_ask(server, "status");
	const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(change, "state"));
	bool whole = (state == NULL || strcmp(state, "running") != 0) && slot_is_ready(status, SLOT_KEEPER, 0, &pid);
	int64_t workers = number_of(status, "workers");
	for (unsigned slot = 0; whole && slot < workers; slot++)
		whole = slot_is_ready(status, slot, 0, &pid);
	cJSON_Delete(change);
	cJSON_Delete(status);
	return whole;
}

pid_t game_server_await_successor(const struct game_server *server, unsigned slot, pid_t before)
{
	pid_t now;
	EVENTUALLY(process_is_ready(server, slot, before, &now));
	return now;
}

static bool audit_answered(const struct game_server *server, int64_t request, cJSON **report)
{
	cJSON_Delete(*report);
	*report = game_server_ask(server, "audit report");
	return number_of(*report, "request") >= request;
}

static cJSON *audit_ask(const struct game_server *server, const char *words)
{
	cJSON *report = game_server_ask(server, words);
	int64_t request = number_of(report, "request");
	EVENTUALLY(audit_answered(server, request, &report));
	return report;
}

cJSON *game_server_audit_report(const struct game_server *server)
{
	return audit_ask(server, "audit");
}

void game_server_accept(const struct game_server *server)
{
	cJSON *report = audit_ask(server, "audit accept");
	MUST(cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetObjectItem(report, "store"), "accepted")),
		 "the audit accepted nothing");
	cJSON_Delete(report);
}

static bool somebody_struck(const struct game_server *server, pid_t *who)
{
	*who = points_struck(server->points);
	return *who != 0;
}

pid_t game_server_await_strike(const struct game_server *server)
{
	pid_t who;
	EVENTUALLY(somebody_struck(server, &who));
	return who;
}

void game_server_audit(const struct game_server *server)
{
	pid_t keeper;
	EVENTUALLY(process_is_ready(server, SLOT_KEEPER, 0, &keeper)); /* it may just be on its way back */
	cJSON *report = game_server_audit_report(server);
	const cJSON *text;
	cJSON_ArrayForEach(text, cJSON_GetObjectItem(report, "texts"))
	{
		fprintf(stderr, "audit: %s\n", cJSON_GetStringValue(text));
	}
	EXPECT_EQUAL("what the audit of world and store found", number_of(report, "findings"), 0);
	cJSON_Delete(report);
}

/* By the clock of the host, which all processes share. */
static bool is_durable(const struct game_server *server, uint64_t moment_ms)
{
	uint64_t asked_ms = clock_mono_ms();
	return asked_ms - (uint64_t)game_server_store_number(server, "durable_age_ms") > moment_ms;
}

void game_server_await_durable(const struct game_server *server)
{
	uint64_t moment_ms = clock_mono_ms();
	EVENTUALLY(is_durable(server, moment_ms));
}

void game_server_await_players(const struct game_server *server, int64_t players)
{
	EVENTUALLY(game_server_number(server, "players") == players);
}
