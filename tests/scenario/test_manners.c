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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(started_by_root_it_becomes_the_account_of_the_setting),
		SCENARIO(each_way_to_stop_ends_in_order_and_saves),
	};
	return SCENARIOS_RUN(tests);
}
