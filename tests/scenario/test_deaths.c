/* Deaths: kill -9 to workers, the keeper, the master, the store and all at once, while people walk and talk. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <hiredis/hiredis.h>

#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/redis_server.h"

/* --- killing -------------------------------------------------------------------------------------------------------------------- */

static pid_t process_kill(unsigned slot)
{
	pid_t pid = game_server_process(crowd.server, slot);
	EXPECT(pid > 0 && kill(pid, SIGKILL) == 0, "process %d of slot %u cannot be killed", (int)pid, slot);
	return pid;
}

/* There is one, and it is not this one. */
static bool process_is_new(unsigned slot, pid_t before)
{
	pid_t now = game_server_process(crowd.server, slot);
	return now > 0 && now != before;
}

/* Everybody plays while that process is killed and replaced. */
static void successor_await_playing(unsigned slot, pid_t before)
{
	CROWD_UNTIL(process_is_new(slot, before));
	game_server_await_successor(crowd.server, slot, before);
}

static void connections_expect(int64_t count)
{
	EVENTUALLY(game_server_number(crowd.server, "connections") == count);
}

static bool redis_counts_connections(struct redis_server *redis, long long count)
{
	redisReply *reply = redis_server_command(redis, "GET server:connections:count");
	bool same = reply != NULL && reply->type == REDIS_REPLY_STRING && strtoll(reply->str, NULL, 10) == count;
	freeReplyObject(reply);
	return same;
}

/* --- workers ---------------------------------------------------------------------------------------------------------------------- */

static void nobody_notices_that_a_worker_is_killed(void **state)
{
	(void)state;
	enum { PLAYERS = 6, VICTIM = 1 };
	struct redis_server *redis = scenario_redis();
	struct game_server *server = crowd_start(PLAYERS, 1, redis);
	server->errors_expected = true; /* each death is logged as one */
	connections_expect(PLAYERS);
	EVENTUALLY(redis_counts_connections(redis, PLAYERS));
	crowd_play(30);

	pid_t victim = process_kill(VICTIM);
	EXPECT_EQUAL("connections when the worker is dead", game_server_number(server, "connections"), PLAYERS);
	successor_await_playing(VICTIM, victim);
	EXPECT_EQUAL("connections of the successor", game_server_number(server, "connections"), PLAYERS);
	int64_t served = game_server_counter(server, VICTIM, "transactions");
	crowd_play(30);
	EXPECT(game_server_counter(server, VICTIM, "transactions") >= served + 30, "the successor serves nobody");
	crowd_expect_good();

	EXPECT(redis_counts_connections(redis, PLAYERS), "server:connections:count is another number");
	struct bot *visitor = bot_connect_to_worker(server, VICTIM); /* its listening socket still works */
	connections_expect(PLAYERS + 1);
	EVENTUALLY(redis_counts_connections(redis, PLAYERS + 1));
	bot_close(&visitor);
	connections_expect(PLAYERS);
	EVENTUALLY(redis_counts_connections(redis, PLAYERS));
	game_server_audit(server);
	game_server_stop(server);
}

static void nobody_notices_that_all_workers_are_killed_at_once(void **state)
{
	(void)state;
	enum { PLAYERS = 6 };
	pid_t victims[GAME_SERVER_WORKERS];
	struct game_server *server = crowd_start(PLAYERS, 2, NULL);
	server->errors_expected = true; /* each death is logged as one */
	connections_expect(PLAYERS);
	crowd_play(30);
	for (unsigned slot = 0; slot < server->workers; slot++)
		victims[slot] = game_server_process(server, slot);
	crowd_turn(); /* something is under way */
	for (unsigned slot = 0; slot < server->workers; slot++)
		kill(victims[slot], SIGKILL);
	EXPECT_EQUAL("connections when all workers are dead", game_server_number(server, "connections"), PLAYERS);
	for (unsigned slot = 0; slot < server->workers; slot++)
		successor_await_playing(slot, victims[slot]);
	crowd_play(30);
	EXPECT_EQUAL("connections afterwards", game_server_number(server, "connections"), PLAYERS);
	crowd_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

/* --- the keeper -------------------------------------------------------------------------------------------------------------------- */

static void keeper_dies_and_nothing_is_lost(const struct redis_server *redis, uint64_t seed)
{
	struct place places[CROWD_MAX] = {0}, late_place;
	struct game_server *server = crowd_start(4, seed, redis);
	server->errors_expected = true; /* each death is logged as one */
	crowd_play(30);
	pid_t victim = process_kill(game_server_keeper());
	crowd_play(30);
	struct bot *late = bot_create(server, NULL, ANY_WORKER);
	char late_name[sizeof late->name];
	memcpy(late_name, late->name, sizeof late_name);
	successor_await_playing(game_server_keeper(), victim);
	crowd_play(30);
	crowd_expect_good();
	crowd_remember(places);
	late_place = bot_place(late);
	bot_await_durable(crowd.member[0].bot, server);
	game_server_audit(server);

	game_server_kill_all(server);
	crowd_close();
	bot_close(&late);
	game_server_restart(server, NULL);
	game_server_audit(server);
	crowd_login();
	late = bot_login(server, late_name, ANY_WORKER);
	crowd_expect_places(places);
	struct place at = bot_place(late);
	EXPECT(memcmp(&at, &late_place, sizeof at) == 0, "%s is on (%u,%u), and was on (%u,%u)", late_name, at.x, at.y,
		   late_place.x, late_place.y);
	crowd_play(5);
	crowd_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

static void the_keeper_is_killed_and_everything_becomes_durable_in_lmdb(void **state)
{
	(void)state;
	keeper_dies_and_nothing_is_lost(NULL, 3);
}

static void the_keeper_is_killed_and_everything_becomes_durable_in_redis(void **state)
{
	(void)state;
	keeper_dies_and_nothing_is_lost(scenario_redis(), 4);
}

/* --- the master -------------------------------------------------------------------------------------------------------------------- */

/* An orphan is ours (game_server.c makes this program the reaper): buried once it ended. */
static bool orphan_has_ended(pid_t pid, int *status)
{
	pid_t buried = waitpid(pid, status, WNOHANG);
	return buried == pid || (buried < 0 && errno == ECHILD && kill(pid, 0) != 0 && errno == ESRCH);
}

static void the_master_is_killed_and_all_end_in_order_and_come_back_to_the_last_moment(void **state)
{
	(void)state;
	struct place places[CROWD_MAX] = {0};
	pid_t pids[GAME_SERVER_WORKERS + 1];
	struct game_server *server = crowd_start(6, 5, NULL);
	server->errors_expected = true; /* each death is logged as one */
	crowd_play(40);
	crowd_expect_good();
	crowd_remember(places);
	for (unsigned slot = 0; slot < server->workers; slot++)
		pids[slot] = game_server_process(server, slot);
	pids[server->workers] = game_server_process(server, game_server_keeper());

	/* no cut is waited for: the last one is made by who is left */
	EXPECT(kill(server->pid, SIGKILL) == 0 && waitpid(server->pid, NULL, 0) == server->pid, "the master lives");
	server->pid = 0;
	for (unsigned i = 0; i < crowd.count; i++)
		bot_expect_closed(crowd.member[i].bot);
	for (unsigned i = 0; i <= server->workers; i++) {
		int status = -1;
		EVENTUALLY(orphan_has_ended(pids[i], &status));
		EXPECT(!WIFSIGNALED(status), "process %d ended by signal %d", (int)pids[i], WTERMSIG(status));
	}
	bots_expect_good();
	crowd_close();

	game_server_restart(server, NULL);
	game_server_audit(server);
	crowd_login();
	crowd_expect_places(places);
	game_server_stop(server);
}

/* --- everything ---------------------------------------------------------------------------------------------------------------------- */

static void crowd_expect_on_its_way(void)
{
	for (unsigned i = 0; i < crowd.count; i++) {
		struct place at = bot_place(crowd.member[i].bot);
		EXPECT(at.map == crowd.yard.map && crowd.member[i].been[tile_index(at.x, at.y)],
			   "%s is on map %u at (%u,%u), where he was not since the last cut but one", crowd.member[i].name, at.map,
			   at.x, at.y);
	}
}

static void all_are_killed_at_any_moment(const struct redis_server *redis, uint64_t seed)
{
	enum { ROUNDS = 3 };
	struct game_server *server = crowd_start(10, seed, redis);
	server->errors_expected = true; /* each death is logged as one */
	for (unsigned round = 0; round < ROUNDS; round++) {
		crowd_play(10);
		crowd_forget_the_way();
		crowd_await_durable();
		crowd_play((unsigned)rng_range(&crowd.rng, 1, 60));
		crowd_turn(); /* something is under way */
		game_server_kill_all(server);
		for (unsigned i = 0; i < crowd.count; i++)
			bot_expect_closed(crowd.member[i].bot);
		bots_expect_good();
		crowd_close();
		game_server_restart(server, NULL);
		game_server_audit(server);
		crowd_login();
		crowd_expect_on_its_way();
		game_server_audit(server);
	}
	crowd_play(5);
	crowd_expect_good();
	game_server_stop(server);
}

static void all_are_killed_at_any_moment_and_everybody_stands_where_a_cut_had_him_in_lmdb(void **state)
{
	(void)state;
	all_are_killed_at_any_moment(NULL, 6);
}

static void all_are_killed_at_any_moment_and_everybody_stands_where_a_cut_had_him_in_redis(void **state)
{
	(void)state;
	all_are_killed_at_any_moment(scenario_redis(), 7);
}

/* --- the store ------------------------------------------------------------------------------------------------------------------------- */

static void redis_leave(struct redis_server *redis, bool killed)
{
	if (killed)
		redis_server_kill(redis);
	else
		redis_server_pause(redis);
}

static void redis_return(struct redis_server *redis, bool killed)
{
	struct problem why;
	if (killed)
		EXPECT(redis_server_restart(redis, &why), "Redis does not start again: %s", why.text);
	else
		redis_server_resume(redis);
}

static void stranger_is_refused(const struct game_server *server, const char *name)
{
	struct bot *bot = bot_connect(server);
	bot_ask_login(bot, name, BOT_PASSWORD);
	bot_expect_error(bot, TEXT_STORE_AWAY);
	EXPECT_EQUAL("maps entered while the store is away", bot->maps_entered, 0);
	bot_close(&bot);
}

static void store_goes_away_and_comes_back(bool killed, uint64_t seed)
{
	struct place places[CROWD_MAX] = {0};
	struct redis_server *redis = scenario_redis();
	struct game_server *server = crowd_start(4, seed, redis);
	server->errors_expected = true; /* each death is logged as one */
	struct bot *stranger = bot_create(server, NULL, ANY_WORKER);
	char name[sizeof stranger->name];
	memcpy(name, stranger->name, sizeof name);
	bot_quit(stranger);
	bot_close(&stranger);
	crowd_await_durable(); /* his slot is free: only the store knows him */
	game_server_await_players(server, crowd.count);
	crowd_play(20);

	redis_leave(redis, killed);
	int64_t failed = game_server_store_number(server, "cuts_failed");
	crowd_play(50);
	CROWD_UNTIL(game_server_store_number(server, "cuts_failed") > failed);
	stranger_is_refused(server, name);
	crowd_play(50);
	crowd_expect_good();
	crowd_remember(places);
	EXPECT(!game_server_log_has(server, " error "), "a store that is away is logged as an error");

	redis_return(redis, killed);
	bot_await_durable(crowd.member[0].bot, server);
	stranger = bot_login(server, name, ANY_WORKER);
	bot_close(&stranger);
	game_server_kill_all(server);
	crowd_close();
	game_server_restart(server, NULL);
	game_server_audit(server);
	crowd_login();
	crowd_expect_places(places);
	bots_expect_good();
	game_server_stop(server);
}

static void redis_stands_still_and_the_game_goes_on(void **state)
{
	(void)state;
	store_goes_away_and_comes_back(false, 8);
}

static void redis_is_killed_and_the_game_goes_on(void **state)
{
	(void)state;
	store_goes_away_and_comes_back(true, 9);
}

/* --- again and again ----------------------------------------------------------------------------------------------------------------- */

static void nobody_notices_fifteen_kills_in_a_row(void **state)
{
	(void)state;
	enum { PLAYERS = 8, KILLS = 15 };
	pid_t last[GAME_SERVER_PROCESSES_MAX] = {0};
	struct game_server *server = crowd_start(PLAYERS, 10, NULL);
	server->errors_expected = true; /* each death is logged as one */
	connections_expect(PLAYERS);
	for (unsigned n = 0; n < KILLS; n++) {
		unsigned slot = (unsigned)rng_range(&crowd.rng, 0, (int32_t)server->workers);
		if (slot == server->workers)
			slot = game_server_keeper();
		CROWD_UNTIL(process_is_new(slot, last[slot])); /* it may still be on its way, not ready yet */
		last[slot] = process_kill(slot);
		for (int32_t turns = rng_range(&crowd.rng, 0, 40); turns > 0; turns--)
			crowd_turn();
	}
	for (unsigned slot = 0; slot < server->workers; slot++)
		successor_await_playing(slot, last[slot]);
	successor_await_playing(game_server_keeper(), last[game_server_keeper()]);
	crowd_play(30);
	connections_expect(PLAYERS);
	crowd_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(nobody_notices_that_a_worker_is_killed),
		SCENARIO(nobody_notices_that_all_workers_are_killed_at_once),
		SCENARIO(the_keeper_is_killed_and_everything_becomes_durable_in_lmdb),
		SCENARIO(the_keeper_is_killed_and_everything_becomes_durable_in_redis),
		SCENARIO(the_master_is_killed_and_all_end_in_order_and_come_back_to_the_last_moment),
		SCENARIO(all_are_killed_at_any_moment_and_everybody_stands_where_a_cut_had_him_in_lmdb),
		SCENARIO(all_are_killed_at_any_moment_and_everybody_stands_where_a_cut_had_him_in_redis),
		SCENARIO(redis_stands_still_and_the_game_goes_on),
		SCENARIO(redis_is_killed_and_the_game_goes_on),
		SCENARIO(nobody_notices_fifteen_kills_in_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
