/* Upgrades in place: the running program is replaced by another one while people walk and talk, and comes back when that one
 * does not serve. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/stream_of_newcomers.h"

enum { PLAYERS = 6 };

/* Where this test's server is installed. */
static char folder[64], installed[80];

static const char *built(const char *name)
{
	const char *build = getenv("ARGENTUM_BUILD");
	return scenario_text("%s/%s", build != NULL ? build : "build", name);
}

/* As a package does it: written beside, then renamed. */
static void install(const char *program)
{
	const char *beside = scenario_text("%s.new", installed);
	struct stat status;
	int from = open(program, O_RDONLY | O_CLOEXEC);
	int to = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	EXPECT(from >= 0 && to >= 0 && fstat(from, &status) == 0, "%s: %s", program, strerror(errno));
	for (off_t left = status.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);
		EXPECT(n > 0, "%s: %s", beside, strerror(errno));
		left -= n;
	}
	close(from);
	close(to);
	EXPECT(rename(beside, installed) == 0, "%s: %s", installed, strerror(errno));
}

static int upgrade_setup(void **state)
{
	snprintf(folder, sizeof folder, "/tmp/argentum-upgrade-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(installed, sizeof installed, "%s/argentumd", folder);
	return scenario_setup(state);
}

static int upgrade_teardown(void **state)
{
	int status = scenario_teardown(state);
	unlink(installed);
	unlink(scenario_text("%s.new", installed));
	rmdir(folder);
	return status;
}

static struct game_server *upgrade_start(const char *probation)
{
	const char *const settings[] = {probation, "workers.ready_timeout_ms=4000", NULL};
	install(built("argentumd"));
	return crowd_start_with(PLAYERS, 51,
							&(struct game_server_options){
								.settings = settings, .config = "game: { start_gold = 5; };", .program = installed});
}

static bool runs_what_is_installed(const struct game_server *server)
{
	struct stat running, file;
	return stat(scenario_text("/proc/%d/exe", (int)server->pid), &running) == 0 && stat(installed, &file) == 0 &&
		   running.st_ino == file.st_ino && running.st_dev == file.st_dev;
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
		install(built("argentumd"));
		EXPECT(!runs_what_is_installed(server), "it runs already what was just installed");
		pid_t workers[GAME_SERVER_WORKERS];
		for (unsigned i = 0; i < GAME_SERVER_WORKERS; i++)
			workers[i] = game_server_process(server, i);
		upgrade_playing(true);
		EXPECT(runs_what_is_installed(server), "it does not run what was installed");
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
	install(built("tests/armed/argentumd_broken"));
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "fails its own check: argentumd: this build is broken") != NULL, "it says: %s", text);
	install("/bin/true");
	text = upgrade_playing(false);
	EXPECT(strstr(text, "is no argentumd that can take over") != NULL, "it says: %s", text);
	unlink(installed);
	text = upgrade_playing(false);
	EXPECT(strstr(text, "there is no program") != NULL, "it says: %s", text);
	EXPECT_EQUAL("worker 0", game_server_process(server, 0), worker);
	expect_nobody_was_lost();
	install(built("argentumd"));
	upgrade_playing(true);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_program_that_cannot_take_over_gives_everything_back(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	pid_t worker = game_server_process(server, 0);
	install(built("tests/armed/argentumd_helpless"));
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "it does not know what to do with it") != NULL, "it says: %s", text);
	EXPECT(!runs_what_is_installed(server), "the helpless one runs");
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
	install(built("tests/armed/argentumd_dying"));
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "worker 0 died on probation") != NULL, "it says: %s", text);
	EXPECT(!runs_what_is_installed(server), "the dying one runs");
	EXPECT_EQUAL("worker 1", game_server_process(server, 1), other);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_program_whose_keeper_is_never_ready_is_replaced_by_the_old_one(void **state)
{
	(void)state;
	struct game_server *server = upgrade_start("workers.probation_ms=50");
	server->errors_expected = true;
	install(built("tests/armed/argentumd_deaf"));
	const char *text = upgrade_playing(false);
	EXPECT(strstr(text, "keeper does not serve in time") != NULL, "it says: %s", text);
	EXPECT(!runs_what_is_installed(server), "the deaf one runs");
	expect_nobody_was_lost();
	install(built("argentumd"));
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
		install(built(round % 2 == 0 ? "tests/armed/argentumd_other_layout" : "argentumd"));
		crowd_rest();
		game_server_change(server, "upgrade", true);
		EXPECT(runs_what_is_installed(server), "it does not run what was installed");
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
	install(built("tests/armed/argentumd_other_dying"));
	crowd_rest();
	const char *text = scenario_text("%s", game_server_change(server, "upgrade", false));
	EXPECT(strstr(text, "worker 0 ended before its time") != NULL, "it says: %s", text);
	EXPECT(!runs_what_is_installed(server), "the dying one runs");
	crowd_play(15);
	expect_nobody_was_lost();
	install(built("argentumd"));
	upgrade_playing(true);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void newcomers_are_neither_refused_nor_reset(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.probation_ms=50", NULL};
	install(built("argentumd"));
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .program = installed});
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
		UPGRADE(a_program_that_cannot_take_over_gives_everything_back),
		UPGRADE(a_program_whose_canary_dies_on_probation_is_replaced_by_the_old_one),
		UPGRADE(a_program_whose_keeper_is_never_ready_is_replaced_by_the_old_one),
		UPGRADE(a_program_with_another_layout_makes_a_new_world_under_the_players),
		UPGRADE(a_program_with_another_layout_that_does_not_serve_gives_the_world_back),
		UPGRADE(newcomers_are_neither_refused_nor_reset),
	};
	return SCENARIOS_RUN(tests);
}
