/* More and fewer workers while everybody walks and talks, and while newcomers connect. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/stream_of_newcomers.h"

static const char *const settings[] = {"workers.max=6", NULL};

/* All play while the number changes. */
static void resize_playing(unsigned workers)
{
	int64_t id = game_server_change_begin(crowd.server, scenario_text("workers %u", workers));
	CROWD_UNTIL(game_server_change_is_over(crowd.server, id));
	EXPECT_EQUAL("workers", game_server_number(crowd.server, "workers"), workers);
	crowd_play(15);
}

static void expect_nobody_was_lost(int64_t players)
{
	crowd_expect_good();
	EXPECT_EQUAL("connections", game_server_number(crowd.server, "connections"), players);
	game_server_audit(crowd.server);
}

static void players_stay_when_workers_become_fewer_and_more(void **state)
{
	(void)state;
	enum { PLAYERS = 8 };
	struct game_server *server =
		crowd_start_with(PLAYERS, 31, &(struct game_server_options){.settings = settings, .workers = 4});
	crowd_play(10);
	static const unsigned steps[] = {2, 1, 3, 6, 5, 1, 4};
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
		resize_playing(steps[i]);
	expect_nobody_was_lost(PLAYERS);
	game_server_stop(server);
}

/* Worker 0, who is the heir of all others. */
static void victim_kill(struct game_server *server)
{
	pid_t victim = game_server_process(server, 0);
	if (victim > 0)
		kill(victim, SIGKILL);
}

/* What was given up is taken over by somebody who dies himself, at once and later. */
static void players_stay_when_workers_die_while_their_number_changes(void **state)
{
	(void)state;
	enum { PLAYERS = 6 };
	struct rng rng;
	rng_seed(&rng, 77);
	struct game_server *server =
		crowd_start_with(PLAYERS, 32, &(struct game_server_options){.settings = settings, .workers = 4});
	server->errors_expected = true;
	for (unsigned round = 0; round < 6; round++) {
		unsigned to = round % 2 == 0 ? 1 : 4;
		int64_t id = game_server_change_begin(server, scenario_text("workers %u", to));
		for (unsigned kills = 0; kills < 3; kills++) {
			for (int turns = rng_range(&rng, 0, 6); turns > 0; turns--)
				crowd_turn();
			victim_kill(server);
		}
		CROWD_UNTIL(game_server_change_is_over(server, id));
		crowd_play(10);
		EXPECT_EQUAL("workers", game_server_number(server, "workers"), to);
	}
	expect_nobody_was_lost(PLAYERS);
	game_server_stop(server);
}

/* Of two workers that are followed by one, the other has read less of a map, where somebody has been and gone meanwhile: read again
 * for the sake of those who are there, it tells him nothing twice, and does not take him back. */
static void who_has_been_on_a_map_that_is_read_again_stays_where_he_is(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	const char *const more[] = {scenario_start(crossing.here), "workers.max=6", "workers.heartbeat_timeout_ms=600000",
								NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = more, .workers = 2});
	server->errors_expected = true;
	struct bot *ana = bot_create(server, "Ana", 0);
	struct bot *cora = bot_create(server, "Cora", 1);
	bot_step(cora, crossing.out);
	bot_until(cora, cora->map == crossing.there.map);
	bot_sync(cora);
	bot_sync(ana);
	/* Worker 1 makes way, and then the master does not go on for a while. */
	pid_t other = game_server_process(server, 1);
	kill(other, SIGSTOP);
	EVENTUALLY(game_server_process_state(other) == 'T');
	int64_t id = game_server_change_begin(server, "workers 1");
	EVENTUALLY(game_server_log_has(server, "workers: from 2 to 1"));
	kill(server->pid, SIGSTOP);
	EVENTUALLY(game_server_process_state(server->pid) == 'T');
	kill(other, SIGCONT);
	EVENTUALLY(game_server_log_has(server, "worker 1: stopped"));
	bot_step(ana, crossing.out);
	bot_until(ana, ana->map == crossing.there.map);
	bot_sync(ana);
	bot_sync(ana);
	bot_step(ana, crossing.back);
	bot_until(ana, ana->map == crossing.home.map);
	bot_sync(ana);
	struct place place = bot_place(ana);
	kill(server->pid, SIGCONT);
	EVENTUALLY(game_server_change_is_over(server, id));
	bot_sync(cora);
	bot_sync(ana);
	EXPECT_EQUAL("answers to Ana's pings", ana->pongs, ana->pings);
	EXPECT(ana->map == place.map && bot_place(ana).x == place.x && bot_place(ana).y == place.y,
		   "Ana was on map %d (%d,%d), and is on map %d (%d,%d)", place.map, place.x, place.y, ana->map,
		   bot_place(ana).x, bot_place(ana).y);
	EXPECT(bot_find_name(cora, "Ana") == NULL, "Cora sees Ana, who has gone");
	bots_expect_good();
	game_server_stop(server);
}

static void signals_add_and_take_one_worker(void **state)
{
	(void)state;
	struct game_server *server =
		crowd_start_with(4, 33, &(struct game_server_options){.settings = settings, .workers = 2});
	kill(server->pid, SIGTTIN);
	CROWD_UNTIL(game_server_number(server, "workers") == 3);
	kill(server->pid, SIGTTOU);
	kill(server->pid, SIGTTOU);
	CROWD_UNTIL(game_server_number(server, "workers") == 1 || game_server_number(server, "workers") == 2);
	CROWD_UNTIL(game_server_change_is_over(server, 1));
	expect_nobody_was_lost(4);
	game_server_stop(server);
}

/* From what there is to all that there may be; more, and none, are refused. */
static void the_bounds_are_told(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	EXPECT(strstr(game_server_refusal(server, "workers 7"), "1 to 6 are possible") != NULL, "7 are not refused");
	EXPECT(strstr(game_server_refusal(server, "workers 0"), "a number") != NULL, "0 are not refused");
	EXPECT(strstr(game_server_change(server, "workers 3", true), "3 workers serve already") != NULL, "no text");
	game_server_stop(server);
}

static void newcomers_are_neither_refused_nor_reset(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 4});
	static const unsigned steps[] = {1, 6, 2, 4};
	struct newcomers newcomers = newcomers_begin(server);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		int64_t id = game_server_change_begin(server, scenario_text("workers %u", steps[i]));
		do
			newcomers_connect(&newcomers, 10);
		while (!game_server_change_is_over(server, id));
		newcomers_connect(&newcomers, 40);
	}
	while (newcomers.count < 400)
		newcomers_connect(&newcomers, 10);
	newcomers_expect_all_served(&newcomers);
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(players_stay_when_workers_become_fewer_and_more),
		SCENARIO(players_stay_when_workers_die_while_their_number_changes),
		SCENARIO(who_has_been_on_a_map_that_is_read_again_stays_where_he_is),
		SCENARIO(signals_add_and_take_one_worker),
		SCENARIO(the_bounds_are_told),
		SCENARIO(newcomers_are_neither_refused_nor_reset),
	};
	return SCENARIOS_RUN(tests);
}
