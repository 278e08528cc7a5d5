/* The master is killed, and started again by a service manager that kept the world and the sockets: nobody is disconnected. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/service_manager.h"

enum { PLAYERS = 6 };

static const char *const settings[] = {"control.fd_store=true", "workers.probation_ms=50", NULL};
static struct service_manager *manager;

static int fdstore_setup(void **state)
{
	manager = service_manager_start();
	return scenario_setup(state);
}

static int fdstore_teardown(void **state)
{
	int status = scenario_teardown(state);
	service_manager_stop(&manager);
	return status;
}

static struct game_server *kept_start(const struct redis_server *redis)
{
	struct game_server *server = crowd_start_with(
		PLAYERS, 61, &(struct game_server_options){.settings = settings, .manager = manager, .redis = redis});
	server->errors_expected = true;
	EVENTUALLY(service_manager_count(manager, "argentumd-client-") == PLAYERS);
	return server;
}

/* The master alone, as kill -9 does it; what its children do then is their business. All play on as far as they can. */
static void master_kill_and_restart(void)
{
	unsigned port = crowd.server->port;
	for (int turns = 0; turns < 5; turns++)
		crowd_turn();
	game_server_kill_master(crowd.server);
	for (int turns = 0; turns < 5; turns++)
		crowd_turn();
	game_server_restart(crowd.server, NULL);
	EXPECT_EQUAL("port", crowd.server->port, port);
}

static void expect_nobody_was_lost(void)
{
	crowd_play(20);
	crowd_expect_good();
	EXPECT_EQUAL("connections", game_server_number(crowd.server, "connections"), PLAYERS);
	EXPECT_EQUAL("sockets in the vault", game_server_number(crowd.server, "sockets_in_vault"), PLAYERS);
	game_server_audit(crowd.server);
}

static void players_stay_when_the_master_is_killed(void **state)
{
	(void)state;
	struct game_server *server = kept_start(NULL);
	for (int round = 0; round < 4; round++) {
		master_kill_and_restart();
		game_server_expect_log(server, "the world of the master that died goes on; 6 connections were kept");
		expect_nobody_was_lost();
	}
	struct bot *newcomer = bot_create(server, NULL, ANY_WORKER);
	bot_close(&newcomer);
	game_server_stop(server);
}

static void players_stay_when_everything_is_killed_at_once(void **state)
{
	(void)state;
	struct game_server *server = kept_start(scenario_redis());
	for (int round = 0; round < 4; round++) {
		for (int turns = 0; turns < 5; turns++)
			crowd_turn();
		game_server_kill_all(server);
		game_server_restart(server, NULL);
		expect_nobody_was_lost();
	}
	game_server_stop(server);
}

static void sockets_come_and_go_with_their_clients(void **state)
{
	(void)state;
	struct game_server *server = kept_start(NULL);
	struct bot *visitor = bot_create(server, NULL, ANY_WORKER);
	EVENTUALLY(service_manager_count(manager, "argentumd-client-") == PLAYERS + 1);
	bot_quit(visitor);
	bot_close(&visitor);
	EVENTUALLY(service_manager_count(manager, "argentumd-client-") == PLAYERS);
	game_server_change(server, "reload", true);
	game_server_change(server, "workers 2", true);
	game_server_change(server, "upgrade", true);
	EXPECT_EQUAL("sockets kept", service_manager_count(manager, "argentumd-client-"), PLAYERS);
	master_kill_and_restart();
	expect_nobody_was_lost();
	game_server_stop(server);
	EVENTUALLY(service_manager_count(manager, "argentumd-") == 0);
	game_server_restart(server, NULL); /* from the store */
	EXPECT(game_server_log_has(server, "stopped in order"), "no orderly stop");
	EXPECT_EQUAL("connections", game_server_number(server, "connections"), 0);
	game_server_stop(server);
}

static void fewer_workers_than_before_take_over_what_more_had(void **state)
{
	(void)state;
	struct game_server *server = kept_start(NULL);
	game_server_kill_master(server);
	server->workers = 1;
	game_server_restart(server, NULL);
	EXPECT_EQUAL("workers", game_server_number(server, "workers"), 1);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_leftover_that_is_not_understood_means_a_start_from_the_store(void **state)
{
	(void)state;
	struct game_server *server = kept_start(NULL);
	crowd_await_durable();
	game_server_kill_all(server);
	service_manager_forget(manager, "argentumd-world");
	int fd = memfd_create("no world", MFD_CLOEXEC);
	EXPECT(fd >= 0 && ftruncate(fd, 1 << 20) == 0, "memfd: %s", strerror(errno));
	service_manager_plant(manager, "argentumd-world", fd);
	service_manager_plant(manager, "something else", open("/dev/null", O_RDONLY | O_CLOEXEC));
	game_server_restart(server, NULL);
	game_server_expect_log(server, "listening on");
	EXPECT(game_server_log_has(server, "the world that was kept is not taken"), "no line about the world");
	for (unsigned i = 0; i < crowd.count; i++)
		bot_expect_closed(crowd.member[i].bot);
	crowd_close();
	crowd_login();
	crowd_play(5);
	crowd_expect_good();
	game_server_stop(server);
}

#define FDSTORE(test) cmocka_unit_test_setup_teardown(test, fdstore_setup, fdstore_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FDSTORE(players_stay_when_the_master_is_killed),
		FDSTORE(players_stay_when_everything_is_killed_at_once),
		FDSTORE(sockets_come_and_go_with_their_clients),
		FDSTORE(fewer_workers_than_before_take_over_what_more_had),
		FDSTORE(a_leftover_that_is_not_understood_means_a_start_from_the_store),
	};
	return SCENARIOS_RUN(tests);
}
