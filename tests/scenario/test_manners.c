/* How the daemon behaves towards the system and its operator: who it runs as, what signals do, how it ends. */
#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

static unsigned user_of(pid_t pid)
{
	char line[256];
	unsigned user = UINT32_MAX;
	FILE *file = fopen(scenario_text("/proc/%d/status", (int)pid), "re");
	EXPECT(file != NULL, "process %d: %s", (int)pid, strerror(errno));
	while (fgets(line, sizeof line, file) != NULL)
		sscanf(line, "Uid: %*u %u", &user);
	fclose(file);
	return user;
}

static void started_by_root_it_becomes_the_account_of_the_setting(void **state)
{
	(void)state;
	/* cppcheck-suppress getpwnamCalled ; one thread */
	const struct passwd *nobody = getpwnam("nobody");
	if (geteuid() != 0 || nobody == NULL) {
		print_message("only root can become somebody else\n");
		skip();
		return; /* skip does not return, which analysers do not know */
	}
	unsigned user = nobody->pw_uid;
	struct game_server *server = game_server_start(NULL);
	game_server_stop(server);
	EXPECT(chmod(server->directory, 0777) == 0 && chown(server->data, user, nobody->pw_gid) == 0, "chown");
	EXPECT(system(scenario_text("chown -R %u %s", user, server->data)) == 0, "chown");
	game_server_restart(server, (const char *const[]){"control.user=nobody", NULL});
	EXPECT_EQUAL("user of the master", user_of(server->pid), user);
	EXPECT_EQUAL("user of a worker", user_of(game_server_process(server, 0)), user);
	EXPECT_EQUAL("user of the keeper", user_of(game_server_process(server, game_server_keeper())), user);
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	bot_sync(bot);
	game_server_stop(server);
}

/* TERM and INT with the countdown that players are told, QUIT without; all with exit status 0 and a last cut. */
static void each_way_to_stop_ends_in_order_and_saves(void **state)
{
	(void)state;
	static const struct {
		int number;
		const char *countdown;
	} ways[] = {{SIGTERM, "workers.stop_countdown_s=1"},
				{SIGINT, "workers.stop_countdown_s=0"},
				{SIGQUIT, "workers.stop_countdown_s=3600"}};
	struct game_server *server = game_server_start(&(struct game_server_options){.workers = 2});
	char name[40] = "";
	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct bot *bot = name[0] == '\0' ? bot_create(server, NULL, ANY_WORKER) : bot_login(server, name, ANY_WORKER);
		snprintf(name, sizeof name, "%s", bot->name);
		game_server_stop(server);
		game_server_restart(server, (const char *const[]){ways[i].countdown, NULL});
		bot_close(&bot);
		bot = bot_login(server, name, ANY_WORKER);
		kill(server->pid, ways[i].number);
		if (ways[i].number == SIGTERM)
			bot_expect_line(bot, TEXT_SERVER_STOPS_IN, 1);
		bot_expect_closed(bot);
		EXPECT_EQUAL("exit status", game_server_await_end(server), 0);
		EXPECT(game_server_log_has(server, "stopped in order after"), "no word of an orderly end");
		bot_close(&bot);
		game_server_restart(server, NULL);
	}
	game_server_kill_all(server);
}

/* As `killall argentumd` does: the children leave it to the master, who is told last here. */
static void a_signal_to_all_processes_stops_them_in_order(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(&(struct game_server_options){.workers = 2});
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	const unsigned slots[] = {game_server_keeper(), 0, 1};
	for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++)
		kill(game_server_process(server, slots[i]), i == 1 ? SIGQUIT : SIGTERM);
	for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++)
		game_server_expect_log(server, "is left to the master");
	bot_sync(bot);
	game_server_stop(server);
	bot_expect_closed(bot);
}

/* --- in the background --------------------------------------------------------------------------------------------------------- */

/* What a command of the shell says on both outputs. Returns its exit status. */
static int shell(char *said, size_t capacity, const char *command)
{
	FILE *pipe = popen(scenario_text("( %s ) 2>&1", command), "r");
	EXPECT(pipe != NULL, "%s: %s", command, strerror(errno));
	size_t n = fread(said, 1, capacity - 1, pipe);
	said[n] = '\0';
	int status = pclose(pipe);
	EXPECT(WIFEXITED(status), "%s did not end by itself", command);
	return WEXITSTATUS(status);
}

static const char *file_read(const char *path)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "re");
	size_t n = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
	if (file != NULL)
		fclose(file);
	text[n] = '\0';
	return text;
}

static long open_files_of(int pid)
{
	const char *line = strstr(file_read(scenario_text("/proc/%d/limits", pid)), "Max open files");
	return line != NULL ? strtol(line + strlen("Max open files"), NULL, 10) : -1;
}

static void in_the_background_it_says_when_it_serves_and_refuses_a_second(void **state)
{
	(void)state;
	const char *build = getenv("ARGENTUM_BUILD") != NULL ? getenv("ARGENTUM_BUILD") : "build";
	char folder[] = "/tmp/argentum-manners-XXXXXX", command[2000], said[4096], pid_file[80], log[80];
	EXPECT(mkdtemp(folder) != NULL, "mkdtemp");
	snprintf(pid_file, sizeof pid_file, "%s/pid", folder);
	snprintf(log, sizeof log, "%s/log", folder);
	snprintf(
		command, sizeof command,
		"ulimit -Sn 200; %s/argentumd --config etc/argentumd.conf --host 127.0.0.1 --port 0 --workers 1 --pidfile %s "
		"--set world.path=%s --set store.path=%s/data --set control.socket=%s/control --set log.target=file "
		"--set log.file=%s",
		build, pid_file, scenario_world(), folder, folder, log);
	const char *background = scenario_text("%s --daemon", command);
	EXPECT_EQUAL("exit status", shell(said, sizeof said, background), 0);
	EXPECT(strstr(said, "ready: listening on 127.0.0.1:") != NULL, "it says: %s", said);
	int pid = atoi(file_read(pid_file));
	EXPECT(pid > 0 && kill(pid, 0) == 0, "the pid file says %d", pid);
	EXPECT(open_files_of(pid) >= 1256, "it may open %ld files", open_files_of(pid)); /* 1000 connections and 256 more */

	const char *refusal = scenario_text("a server is running already, with pid %d\n", pid);
	EXPECT_EQUAL("exit status of a second", shell(said, sizeof said, background), 1);
	EXPECT(strstr(said, refusal) != NULL, "a second says: %s", said);
	EXPECT_EQUAL("exit status of a second in the foreground", shell(said, sizeof said, command), 1);
	EXPECT(strstr(said, refusal) != NULL, "a second says: %s", said);

	/* what rotates logs moves the file, and then says so */
	EXPECT(rename(log, scenario_text("%s.1", log)) == 0 && kill(pid, SIGUSR1) == 0, "%s", strerror(errno));
	EVENTUALLY(access(log, F_OK) == 0);
	const char *control = scenario_text("%s/argentumctl --socket %s/control ", build, folder);
	EXPECT_EQUAL("exit status", shell(said, sizeof said, scenario_text("%s log-level debug", control)), 0);
	EXPECT(strstr(file_read(log), "sets the log level to debug") != NULL, "the new log has: %s", file_read(log));
	EXPECT(strstr(file_read(scenario_text("%s.1", log)), "sets the log level") == NULL, "the old log goes on");

	EXPECT_EQUAL("exit status", shell(said, sizeof said, scenario_text("%s stop --wait 30", control)), 0);
	EXPECT(access(pid_file, F_OK) != 0 && errno == ENOENT, "the pid file is still there");
	EXPECT(strstr(file_read(log), "stopped in order") != NULL, "the log ends with: %s", file_read(log));
	EVENTUALLY(kill(pid, 0) != 0 || game_server_process_state(pid) == 'Z');
	EXPECT(system(scenario_text("rm -r %s", folder)) == 0, "rm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(started_by_root_it_becomes_the_account_of_the_setting),
		SCENARIO(in_the_background_it_says_when_it_serves_and_refuses_a_second),
		SCENARIO(each_way_to_stop_ends_in_order_and_saves),
		SCENARIO(a_signal_to_all_processes_stops_them_in_order),
	};
	return SCENARIOS_RUN(tests);
}
