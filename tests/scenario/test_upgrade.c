/* Upgrades in place: the running program is replaced by another one while people walk and talk, and comes back when that one
 * does not serve. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/installation.h"
#include "tests/harness/stream_of_newcomers.h"

enum { PLAYERS = 6 };

static struct installation installation; /* of this test's server */

static int upgrade_setup(void **state)
{
	int status = scenario_setup(state);
	installation_make(&installation);
	return status;
}

static int upgrade_teardown(void **state)
{
	int status = scenario_teardown(state);
	installation_remove(&installation);
	return status;
}

static struct game_server *upgrade_start(const char *probation)
{
	const char *const settings[] = {probation, "workers.ready_timeout_ms=4000", NULL};
	installation_put(&installation, "argentumd");
	return crowd_start_with(PLAYERS, 51,
							&(struct game_server_options){.settings = settings,
														  .config = "game: { start_gold = 5; };",
														  .program = installation.program});
}

static unsigned descriptors_of(pid_t pid)
{
	unsigned count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += access(scenario_text("/proc/%d/fd/%d", (int)pid, fd), F_OK) == 0;
	return count;
}

/* By signal; all play until it is over. The master keeps its pid, whatever happens. */
static const char *upgrade_playing(bool good)
{
	static char text[600];
	cJSON *before = game_server_ask(crowd.server, "change");
	int64_t id = (int64_t)cJSON_GetObjectItem(before, "id")->valuedouble + 1;
	cJSON_Delete(before);
	kill(crowd.server->pid, SIGUSR2);
	CROWD_UNTIL(game_server_change_is_over(crowd.server, id));
	cJSON *reply = game_server_ask(crowd.server, "change");
	snprintf(text, sizeof text, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(reply, "text")));
	bool done = strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(reply, "state")), "done") == 0;
	EXPECT_EQUAL("number of the change", cJSON_GetObjectItem(reply, "id")->valuedouble, id);
	cJSON_Delete(reply);
	EXPECT(done == good, "the upgrade ended with: %s", text);
	cJSON *ping = game_server_ask(crowd.server, "ping");
	EXPECT_EQUAL("pid of the master", cJSON_GetObjectItem(ping, "pid")->valuedouble, crowd.server->pid);
	cJSON_Delete(ping);
	crowd_play(15);
	return text;
}

static void expect_nobody_was_lost(void)
{
	crowd_expect_good();
	EXPECT_EQUAL("connections", game_server_number(crowd.server, "connections"), PLAYERS);
	EXPECT_EQUAL("sockets in the vault", game_server_number(crowd.server, "sockets_in_vault"), PLAYERS);
	game_server_audit(crowd.server);
}

static void the_program_that_is_installed_takes_over_and_nobody_is_disconnected(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	unsigned before = descriptors_of(server->pid);
	for (int round = 0; round < 4; round++) {
		installation_put(&installation, "argentumd");
		EXPECT(!installation_is_run_by(&installation, server), "it runs already what was just installed");
		pid_t workers[GAME_SERVER_WORKERS];
		for (unsigned i = 0; i < GAME_SERVER_WORKERS; i++)
			workers[i] = game_server_process(server, i);
		upgrade_playing(true);
		EXPECT(installation_is_run_by(&installation, server), "it does not run what was installed");
		for (unsigned i = 0; i < GAME_SERVER_WORKERS; i++)
			EXPECT(game_server_process(server, i) != workers[i], "worker %u is still the old one", i);
	}
	EVENTUALLY(descriptors_of(server->pid) <= before + 1); /* one of them may be somebody who asks */
	expect_nobody_was_lost();
	struct bot *newcomer = bot_create(server, NULL, ANY_WORKER);
	bot_close(&newcomer);
	game_server_stop(server);
}

static void an_upgrade_reads_the_settings_and_keeps_what_needs_a_restart(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	game_server_configure(server, "game: { start_gold = 8; dialect = \"classic\"; };");
	upgrade_playing(true);
	struct bot *newcomer = bot_create(server, NULL, ANY_WORKER);
	EXPECT_EQUAL("gold", newcomer->gold, 8);
	bot_close(&newcomer);
	EVENTUALLY(game_server_number(server, "connections") == PLAYERS);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_broken_program_is_refused(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	pid_t worker = game_server_process(server, 0);
	installation_put(&installation, "tests/armed/argentumd_broken");
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "fails its own check: argentumd: this build is broken") != NULL, "it says: %s", text);
	installation_put(&installation, "/bin/true");
	text = upgrade_playing(false);
	EXPECT(strstr(text, "is no argentumd that can take over") != NULL, "it says: %s", text);
	unlink(installation.program);
	text = upgrade_playing(false);
	EXPECT(strstr(text, "there is no program") != NULL, "it says: %s", text);
	EXPECT_EQUAL("worker 0", game_server_process(server, 0), worker);
	expect_nobody_was_lost();
	installation_put(&installation, "argentumd");
	upgrade_playing(true);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* The next one is installed while this one is still tried. */
static void what_was_tried_is_what_the_master_becomes(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	installation_put(&installation, "argentumd");
	int64_t id = game_server_change_begin(server, "upgrade");
	installation_put(&installation, "tests/armed/argentumd_broken");
	CROWD_UNTIL(game_server_change_is_over(server, id));
	crowd_play(10);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_program_that_cannot_take_over_gives_everything_back(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	pid_t worker = game_server_process(server, 0);
	installation_put(&installation, "tests/armed/argentumd_helpless");
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "it does not know what to do with it") != NULL, "it says: %s", text);
	EXPECT(!installation_is_run_by(&installation, server), "the helpless one runs");
	EXPECT_EQUAL("worker 0", game_server_process(server, 0), worker);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* The file of the old program is gone by then: it comes back from the descriptor. */
static void a_program_whose_canary_dies_on_probation_is_replaced_by_the_old_one(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=5000");
	server->errors_expected = true;
	pid_t other = game_server_process(server, 1);
	installation_put(&installation, "tests/armed/argentumd_dying");
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "worker 0 died on probation") != NULL, "it says: %s", text);
	EXPECT(!installation_is_run_by(&installation, server), "the dying one runs");
	EXPECT_EQUAL("worker 1", game_server_process(server, 1), other);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_program_whose_keeper_is_never_ready_is_replaced_by_the_old_one(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	installation_put(&installation, "tests/armed/argentumd_deaf");
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "keeper does not serve in time") != NULL, "it says: %s", text);
	EXPECT(!installation_is_run_by(&installation, server), "the deaf one runs");
	expect_nobody_was_lost();
	installation_put(&installation, "argentumd");
	upgrade_playing(true);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* Its processes cannot live in the same world: a new one is made, and the players come along. */
static void a_program_with_another_layout_makes_a_new_world_under_the_players(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	for (int round = 0; round < 4; round++) {
		installation_put(&installation, round % 2 == 0 ? "tests/armed/argentumd_other_layout" : "argentumd");
		crowd_rest();
		game_server_change(server, "upgrade", true);
		EXPECT(installation_is_run_by(&installation, server), "it does not run what was installed");
		crowd_rest();
		EXPECT_EQUAL("connections", game_server_number(server, "connections"), PLAYERS);
		EXPECT_EQUAL("sockets in the vault", game_server_number(server, "sockets_in_vault"), PLAYERS);
		crowd_play(10);
		crowd_expect_good();
		game_server_audit(server);
	}
	game_server_stop(server);
}

static void a_program_with_another_layout_that_does_not_serve_gives_the_world_back(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	installation_put(&installation, "tests/armed/argentumd_other_dying");
	crowd_rest();
	const char *text = scenario_text("%s", game_server_change(server, "upgrade", false));
	EXPECT(strstr(text, "worker 0 ended before its time") != NULL, "it says: %s", text);
	EXPECT(game_server_is_whole(server), "the change is over before all processes serve again");
	EXPECT(!installation_is_run_by(&installation, server), "the dying one runs");
	crowd_play(15);
	expect_nobody_was_lost();
	installation_put(&installation, "argentumd");
	upgrade_playing(true);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void newcomers_are_neither_refused_nor_reset(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.probation_ms=50", NULL};
	installation_put(&installation, "argentumd");
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .program = installation.program});
	struct newcomers newcomers = newcomers_begin(server);
	while (newcomers.count < 400) {
		int64_t id = game_server_change_begin(server, "upgrade");
		do
			newcomers_connect(&newcomers, 5);
		while (!game_server_change_is_over(server, id));
	}
	newcomers_expect_all_served(&newcomers);
	game_server_stop(server);
}

#define UPGRADE(test) cmocka_unit_test_setup_teardown(test, upgrade_setup, upgrade_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPGRADE(the_program_that_is_installed_takes_over_and_nobody_is_disconnected),
		UPGRADE(an_upgrade_reads_the_settings_and_keeps_what_needs_a_restart),
		UPGRADE(a_broken_program_is_refused),
		UPGRADE(what_was_tried_is_what_the_master_becomes),
		UPGRADE(a_program_that_cannot_take_over_gives_everything_back),
		UPGRADE(a_program_whose_canary_dies_on_probation_is_replaced_by_the_old_one),
		UPGRADE(a_program_whose_keeper_is_never_ready_is_replaced_by_the_old_one),
		UPGRADE(a_program_with_another_layout_makes_a_new_world_under_the_players),
		UPGRADE(a_program_with_another_layout_that_does_not_serve_gives_the_world_back),
		UPGRADE(newcomers_are_neither_refused_nor_reset),
	};
	return SCENARIOS_RUN(tests);
}
