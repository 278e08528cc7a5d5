/* The store goes away, processes are killed: the game goes on, those who need what is not there are told so, and afterwards
 * nothing is missing. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum { FEW = 6, FIELD = 8 };

struct village {
	struct game_server *server;
	struct redis_server *redis; /* NULL: the embedded store */
	struct place field;
	struct bot *bots[FEW];
	struct rng rng;
};

static const char *const names[FEW] = {"Uno", "Dosa", "Tresa", "Cuatro", "Cinco", "Seisa"};

/* Two on each worker. */
static struct village village_make(struct redis_server *redis)
{
	struct village v = {.field = scenario_clearing(FIELD, FIELD, true), .redis = redis};
	const char *const settings[] = {scenario_start(v.field), "intervals.logout_s=0",
									"store.redis_command_timeout_ms=300", "workers.heartbeat_timeout_ms=1000", NULL};
	v.server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis});
	rng_seed(&v.rng, 3);
	for (int i = 0; i < FEW; i++)
		v.bots[i] = bot_create(v.server, names[i], i % GAME_SERVER_WORKERS);
	return v;
}

static void villagers_enter(struct village *v)
{
	for (int i = 0; i < FEW; i++)
		v->bots[i] = bot_login(v->server, names[i], ANY_WORKER);
}

static void villagers_forget(struct village *v)
{
	for (int i = 0; i < FEW; i++)
		bot_close(&v->bots[i]);
}

/* Everybody takes a step somewhere within the field, and says something now and then. */
static void life_goes_on(struct village *v, int turns)
{
	for (int turn = 0; turn < turns; turn++) {
		for (int i = 0; i < FEW; i++) {
			struct bot *bot = v->bots[i];
			int heading = rng_range(&v->rng, HEADING_NORTH, HEADING_WEST);
			int x = bot_self(bot)->x, y = bot_self(bot)->y;
			x += (heading == HEADING_EAST) - (heading == HEADING_WEST);
			y += (heading == HEADING_SOUTH) - (heading == HEADING_NORTH);
			if (x < v->field.x || x >= v->field.x + FIELD || y < v->field.y || y >= v->field.y + FIELD)
				continue;
			bot_step(bot, heading);
			if (turn % 5 == 0)
				bot_talk(bot, scenario_text("vuelta %d", turn));
			BOT_SEND(bot, PING);
			bot_until(bot, bot->pings == bot->pongs);
		}
	}
}

/* All are there, and all see the same. */
static void expect_one_village(const struct village *v)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < FEW; i++)
			bot_sync(v->bots[i]);
	}
	for (int i = 0; i < FEW; i++) {
		for (int k = 0; k < FEW; k++) {
			const struct bot_character *is = bot_self(v->bots[k]), *seen = bot_find(v->bots[i], v->bots[k]->self);
			EXPECT(seen != NULL && seen->x == is->x && seen->y == is->y, "%s does not see %s on (%d,%d)", names[i],
				   names[k], is->x, is->y);
		}
		EXPECT_EQUAL("people that one sees", bot_people(v->bots[i]), FEW);
	}
	game_server_audit(v->server);
	bots_expect_good();
}

struct places {
	struct place at[FEW];
};

static struct places places_now(const struct village *v)
{
	struct places p;
	for (int i = 0; i < FEW; i++)
		p.at[i] = bot_place(v->bots[i]);
	return p;
}

static void expect_places(const struct village *v, const struct places *p)
{
	for (int i = 0; i < FEW; i++) {
		struct place at = bot_place(v->bots[i]);
		EXPECT(memcmp(&at, &p->at[i], sizeof at) == 0, "%s was on %u (%u,%u) and is on %u (%u,%u)", names[i],
			   p->at[i].map, p->at[i].x, p->at[i].y, at.map, at.x, at.y);
	}
}

static long long redis_number(struct redis_server *redis, const char *key)
{
	redisReply *reply = redis_server_command(redis, "GET %s", key);
	long long number = reply != NULL && reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : -1;
	freeReplyObject(reply);
	return number;
}

/* --- the store away --------------------------------------------------------------------------------------------------------------- */

static void store_goes(struct village *v, bool dies)
{
	if (dies)
		redis_server_kill(v->redis);
	else
		redis_server_pause(v->redis);
}

static void store_comes_back(struct village *v, bool died)
{
	struct problem why;
	if (!died)
		redis_server_resume(v->redis);
	else
		EXPECT(redis_server_restart(v->redis, &why), "Redis does not come back: %s", why.text);
}

static void play_goes_on_without_the_store(bool dies)
{
	struct village v = village_make(scenario_redis());
	struct bot *gone = bot_create(v.server, "Ausente", ANY_WORKER);
	bot_await_durable(gone, v.server);
	bot_close(&gone);
	game_server_await_players(v.server, FEW);
	bot_await_durable(v.bots[0], v.server);

	store_goes(&v, dies);
	life_goes_on(&v, 30);
	/* who is not in the world cannot be found; a new name cannot be looked up; who is there can be taken over */
	gone = bot_connect(v.server);
	bot_ask_login(gone, "Ausente", BOT_PASSWORD);
	bot_expect_error(gone, TEXT_STORE_AWAY);
	bot_close(&gone);
	gone = bot_connect(v.server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Nacida Tarde");
	bot_roll(gone);
	bot_ask_creation(gone, &wish);
	bot_expect_error(gone, TEXT_STORE_AWAY);
	bot_close(&gone);
	bot_close(&v.bots[2]);
	v.bots[2] = bot_login(v.server, names[2], ANY_WORKER);
	EVENTUALLY(game_server_store_number(v.server, "lag_ms") > 500);
	life_goes_on(&v, 10);
	expect_one_village(&v);

	store_comes_back(&v, dies);
	EVENTUALLY(game_server_store_number(v.server, "lag_ms") == 0);
	bot_await_durable(v.bots[0], v.server);
	struct places places = places_now(&v);
	gone = bot_login(v.server, "Ausente", ANY_WORKER);
	bot_close(&gone);
	EVENTUALLY(redis_number(v.redis, "server:connections:count") == FEW);
	v.server->errors_expected = false;
	bots_expect_good();

	/* it has caught up: a crash now takes nothing of that */
	game_server_kill_all(v.server);
	villagers_forget(&v);
	game_server_restart(v.server, NULL);
	EVENTUALLY(redis_number(v.redis, "server:connections:count") == 0);
	villagers_enter(&v);
	expect_places(&v, &places);
	expect_one_village(&v);
	game_server_stop(v.server);
	EXPECT_EQUAL("connections after the stop", redis_number(v.redis, "server:connections:count"), 0);
}

static void while_redis_hangs_play_goes_on_and_afterwards_nothing_is_missing(void **state)
{
	(void)state;
	play_goes_on_without_the_store(false);
}

static void while_redis_is_dead_play_goes_on_and_afterwards_nothing_is_missing(void **state)
{
	(void)state;
	play_goes_on_without_the_store(true);
}

static void a_redis_that_lost_everything_is_told_everything_anew(void **state)
{
	(void)state;
	struct problem why;
	struct village v = village_make(scenario_redis());
	bot_await_durable(v.bots[0], v.server);
	v.server->errors_expected = true; /* it says what happened */
	redis_server_kill(v.redis);
	life_goes_on(&v, 5);
	EXPECT(redis_server_restart_empty(v.redis, &why), "Redis does not come back: %s", why.text);
	game_server_expect_log(v.server, "older than what it had acknowledged");
	bot_await_durable(v.bots[0], v.server);
	struct places places = places_now(&v);
	game_server_kill_all(v.server);
	villagers_forget(&v);
	game_server_restart(v.server, NULL);
	villagers_enter(&v);
	expect_places(&v, &places);
	expect_one_village(&v);
	game_server_stop(v.server);
}

/* Two servers on one store: the one that came first stops writing, and says why. */
static void the_second_server_on_a_store_has_it_and_the_first_one_stops(void **state)
{
	(void)state;
	struct village v = village_make(scenario_redis());
	bot_await_durable(v.bots[0], v.server);
	struct places places = places_now(&v);
	v.server->errors_expected = true;
	const char *const settings[] = {"intervals.logout_s=0", NULL};
	struct game_server *second =
		game_server_start(&(struct game_server_options){.settings = settings, .redis = v.redis});
	BOT_SEND(v.bots[0], CHANGE_HEADING, .heading = HEADING_SOUTH); /* something to save */
	BOT_SEND(v.bots[0], CHANGE_HEADING, .heading = HEADING_NORTH);
	game_server_expect_log(v.server, "another server has taken it over");
	EXPECT(game_server_await_end(v.server) != 0, "the first server ended as if all were well");
	for (int i = 0; i < FEW; i++)
		bot_expect_closed(v.bots[i]);
	villagers_forget(&v);
	game_server_destroy(&v.server);
	v.server = second;
	villagers_enter(&v);
	expect_places(&v, &places);
	game_server_stop(second);
}

/* --- killed processes ---------------------------------------------------------------------------------------------------------------- */

static void a_killed_keeper_is_replaced_and_nobody_notices(void **state)
{
	(void)state;
	enum { TIMES = 3 };
	struct village v = village_make(NULL);
	v.server->errors_expected = true;
	for (int time = 0; time < TIMES; time++) {
		pid_t keeper = game_server_process(v.server, game_server_keeper());
		life_goes_on(&v, 10);
		kill(keeper, SIGKILL);
		life_goes_on(&v, 10);
		game_server_await_successor(v.server, game_server_keeper(), keeper);
	}
	bot_await_durable(v.bots[0], v.server);
	expect_one_village(&v);
	struct places places = places_now(&v);
	game_server_kill_all(v.server);
	villagers_forget(&v);
	game_server_restart(v.server, NULL);
	villagers_enter(&v);
	expect_places(&v, &places);
	game_server_stop(v.server);
}

/* The successor takes over the connections, and goes on to the byte where the dead one stopped. */
static void a_killed_worker_is_replaced_and_no_player_notices(void **state)
{
	(void)state;
	enum { TIMES = 12 };
	struct village v = village_make(scenario_redis());
	v.server->errors_expected = true;
	for (int time = 0; time < TIMES; time++) {
		unsigned slot = (unsigned)time % GAME_SERVER_WORKERS;
		pid_t worker = game_server_process(v.server, slot);
		for (int i = 0; i < FEW; i++)
			bot_record(v.bots[i]);
		for (int i = 0; i < FEW; i++) { /* what is said in the instant of the kill is heard, once */
			for (int n = 0; n < 5; n++)
				bot_talk(v.bots[i], scenario_text("%d y %d", time, n));
			if (i == FEW / 2)
				kill(worker, SIGKILL);
		}
		life_goes_on(&v, 5);
		game_server_await_successor(v.server, slot, worker);
		expect_one_village(&v);
		for (int i = 0; i < FEW; i++) {
			unsigned heard = 0;
			const char *line = scenario_text("ChatOverHead text=\"%d y 3\" ", time);
			for (unsigned r = 0; r < v.bots[i]->record_count; r++)
				heard += strncmp(v.bots[i]->record[r], line, strlen(line)) == 0;
			EXPECT_EQUAL("of the lines said while a worker was killed were heard", heard, FEW);
		}
	}
	EVENTUALLY(redis_number(v.redis, "server:connections:count") == FEW);
	EXPECT_EQUAL("players", game_server_number(v.server, "players"), FEW);
	bot_await_durable(v.bots[0], v.server);
	game_server_stop(v.server);
}

/* One that hangs keeps nobody waiting for long. */
static void a_worker_that_hangs_is_killed_and_replaced(void **state)
{
	(void)state;
	struct village v = village_make(NULL);
	v.server->errors_expected = true;
	pid_t worker = game_server_process(v.server, 1);
	kill(worker, SIGSTOP);
	for (int i = 0; i < FEW; i++)
		bot_talk(v.bots[i], "\xbfQu\xe9 pasa?");
	game_server_await_successor(v.server, 1, worker);
	game_server_expect_log(v.server, "hung for");
	for (int i = 0; i < FEW; i++)
		bot_until(v.bots[i], v.bots[i]->closed || bot_has_said(v.bots[i], v.bots[i]->self, "\xbfQu\xe9 pasa?"));
	life_goes_on(&v, 5);
	expect_one_village(&v);
	game_server_stop(v.server);
}

/* All workers at once, while everybody walks. */
static void all_workers_killed_at_once_are_replaced_and_no_player_notices(void **state)
{
	(void)state;
	struct village v = village_make(NULL);
	v.server->errors_expected = true;
	for (int time = 0; time < 3; time++) {
		pid_t workers[GAME_SERVER_WORKERS];
		life_goes_on(&v, 3);
		for (unsigned w = 0; w < GAME_SERVER_WORKERS; w++)
			workers[w] = game_server_process(v.server, w);
		for (int i = 0; i < FEW; i++)
			bot_talk(v.bots[i], "ahora");
		for (unsigned w = 0; w < GAME_SERVER_WORKERS; w++)
			kill(workers[w], SIGKILL);
		for (unsigned w = 0; w < GAME_SERVER_WORKERS; w++)
			game_server_await_successor(v.server, w, workers[w]);
		life_goes_on(&v, 3);
		expect_one_village(&v);
	}
	game_server_stop(v.server);
}

/* Its children see to it that nothing is lost, and end. */
static void when_the_master_is_killed_everything_is_saved_and_all_end(void **state)
{
	(void)state;
	struct village v = village_make(NULL);
	life_goes_on(&v, 20);
	struct places places = places_now(&v);
	game_server_kill_master(v.server);
	for (int i = 0; i < FEW; i++)
		bot_expect_closed(v.bots[i]);
	villagers_forget(&v);
	game_server_restart(v.server, NULL);
	villagers_enter(&v);
	expect_places(&v, &places);
	expect_one_village(&v);
	game_server_stop(v.server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(while_redis_hangs_play_goes_on_and_afterwards_nothing_is_missing),
		SCENARIO(while_redis_is_dead_play_goes_on_and_afterwards_nothing_is_missing),
		SCENARIO(a_redis_that_lost_everything_is_told_everything_anew),
		SCENARIO(the_second_server_on_a_store_has_it_and_the_first_one_stops),
		SCENARIO(a_killed_keeper_is_replaced_and_nobody_notices),
		SCENARIO(a_killed_worker_is_replaced_and_no_player_notices),
		SCENARIO(a_worker_that_hangs_is_killed_and_replaced),
		SCENARIO(all_workers_killed_at_once_are_replaced_and_no_player_notices),
		SCENARIO(when_the_master_is_killed_everything_is_saved_and_all_end),
	};
	return SCENARIOS_RUN(tests);
}
