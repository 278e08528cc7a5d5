/* Closing in every state gives back everything once: whatever a connection was doing, however it ends, afterwards all that is
 * counted is back, names are free, and its address has its whole limit again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum { ADDRESS_MOST = 4 };
#define SLEEPER "Dormida"

/* --- states ------------------------------------------------------------------------------------------------------------- */

struct stage {
	struct game_server *server;
	struct redis_server *redis;
	struct bot *bot, *other; /* the one that is to end; one that was there before it, NULL = none */
	bool paused;
};

static void reach_silent(struct stage *s)
{
	s->bot = bot_connect(s->server);
}

static void reach_half_a_packet(struct stage *s)
{
	s->bot = bot_connect(s->server);
	bot_send(s->bot,
			 "\x00\x05\x00"
			 "Fu",
			 5);
}

static void reach_diced(struct stage *s)
{
	s->bot = bot_connect(s->server);
	bot_roll(s->bot);
}

/* For somebody whom the world has never heard of: who has just left is still there. A worker that was just born may not have
 * its connection to the store yet, and says so: then once more. */
static void reach_store_asked(struct stage *s)
{
	for (uint64_t until = bots_deadline();;) {
		redis_server_pause(s->redis);
		s->paused = true;
		s->bot = bot_connect(s->server);
		bot_ask_login(s->bot, "Desconocida", BOT_PASSWORD);
		while (game_server_number(s->server, "attempts") == 0 && s->bot->errors == 0)
			bots_turn(s->bot, until, __FILE__, __LINE__, "the store is asked");
		if (s->bot->errors == 0)
			return;
		redis_server_resume(s->redis);
		bot_close(&s->bot);
		EVENTUALLY(game_server_number(s->server, "connections") == 0);
	}
}

static void reach_playing(struct stage *s)
{
	s->bot = bot_login(s->server, SLEEPER, ANY_WORKER);
}

/* One who reads nothing any more is taken over: his connection is being closed, the other one plays. */
static void reach_taken_over(struct stage *s)
{
	s->other = bot_login(s->server, SLEEPER, ANY_WORKER);
	s->other->deaf = true;
	s->bot = bot_login(s->server, SLEEPER, ANY_WORKER);
}

/* The line was lost, the character lingered; who plays it now came later. */
static void reach_back_after_lingering(struct stage *s)
{
	struct bot *lost = bot_login(s->server, SLEEPER, ANY_WORKER);
	bot_close(&lost);
	s->bot = bot_login(s->server, SLEEPER, ANY_WORKER);
}

static void reach_refused(struct stage *s)
{
	s->bot = bot_connect(s->server);
	bot_ask_login(s->bot, "", "nadie");
	bot_expect_error(s->bot, TEXT_WRONG_PASSWORD);
}

/* It leaves with much that it has not read. */
static void reach_unsent_output(struct stage *s)
{
	enum { QUESTIONS = 1500 };
	int small = 4096;
	s->bot = bot_login(s->server, SLEEPER, ANY_WORKER);
	setsockopt(s->bot->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	s->bot->deaf = true;
	uint8_t bytes[QUESTIONS + 1];
	memset(bytes, C2S_HELP, QUESTIONS);
	bytes[QUESTIONS] = C2S_QUIT;
	bot_send(s->bot, bytes, sizeof bytes);
	game_server_await_players(s->server, 0);
}

static const struct state {
	const char *what;
	void (*reach)(struct stage *stage);
	bool wants_redis;
} states[] = {
	{"silent", reach_silent, false},
	{"half a packet", reach_half_a_packet, false},
	{"dice thrown", reach_diced, false},
	{"the store is asked", reach_store_asked, true},
	{"playing", reach_playing, false},
	{"taken over", reach_taken_over, false},
	{"back after lingering", reach_back_after_lingering, false},
	{"refused, and the client has not closed", reach_refused, false},
	{"left with output unsent", reach_unsent_output, false},
};
enum { STATES = sizeof states / sizeof *states };

/* --- ends ---------------------------------------------------------------------------------------------------------------- */

static void wake_redis(struct stage *s)
{
	if (s->paused)
		redis_server_resume(s->redis);
	s->paused = false;
}

static void both_close(struct stage *s)
{
	bot_close(&s->bot);
	bot_close(&s->other);
}

static void end_with_fin(struct stage *s)
{
	shutdown(s->bot->fd, SHUT_WR);
	wake_redis(s);
	both_close(s);
}

static void end_with_rst(struct stage *s)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};
	setsockopt(s->bot->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	both_close(s);
	wake_redis(s);
}

/* Whatever the server would have gone on with, it reads this first or then; and closes. */
static void end_with_a_refusal(struct stage *s)
{
	if (!s->bot->closed)
		bot_send(s->bot, "\xff\xff\xff\xff\xff\xff\xff\xff", 8); /* no packet, nor the rest of one */
	s->bot->deaf = false;
	wake_redis(s);
	bot_expect_closed(s->bot);
	both_close(s);
}

static void workers_kill(struct stage *s, pid_t before[])
{
	for (unsigned w = 0; w < s->server->workers; w++) {
		before[w] = game_server_process(s->server, w);
		kill(before[w], SIGKILL);
	}
}

static void end_after_all_workers_were_killed(struct stage *s)
{
	pid_t before[GAME_SERVER_PROCESSES_MAX] = {0};
	workers_kill(s, before);
	wake_redis(s);
	for (unsigned w = 0; w < s->server->workers; w++)
		game_server_await_successor(s->server, w, before[w]);
	both_close(s);
}

static void end_while_all_workers_are_killed(struct stage *s)
{
	pid_t before[GAME_SERVER_PROCESSES_MAX] = {0};
	for (unsigned w = 0; w < s->server->workers; w++)
		before[w] = game_server_process(s->server, w);
	both_close(s);
	workers_kill(s, before);
	wake_redis(s);
	for (unsigned w = 0; w < s->server->workers; w++)
		game_server_await_successor(s->server, w, before[w]);
}

static const struct {
	const char *what;
	void (*end)(struct stage *stage);
} ends[] = {
	{"the client closes", end_with_fin},
	{"the line breaks", end_with_rst},
	{"the server refuses", end_with_a_refusal},
	{"the workers die, then the client closes", end_after_all_workers_were_killed},
	{"the client closes, and the workers die", end_while_all_workers_are_killed},
};
enum { ENDS = sizeof ends / sizeof *ends };

/* --- the books ----------------------------------------------------------------------------------------------------------- */

static void expect_nothing_is_held(const struct game_server *server)
{
	EVENTUALLY(game_server_number(server, "connections") == 0);
	EVENTUALLY(game_server_number(server, "sockets_in_vault") == 0);
	EXPECT_EQUAL("logins under way", game_server_number(server, "attempts"), 0);
	game_server_await_players(server, 0);
}

/* As many connections as the address may have, and not one more. */
static void expect_whole_limit(const struct game_server *server)
{
	struct bot *all[ADDRESS_MOST];
	for (int i = 0; i < ADDRESS_MOST; i++)
		all[i] = bot_connect(server);
	EVENTUALLY(game_server_number(server, "connections") == ADDRESS_MOST);
	struct bot *more = bot_connect(server);
	bot_expect_error(more, TEXT_TOO_MANY_FROM_ADDRESS);
	bot_close(&more);
	for (int i = 0; i < ADDRESS_MOST; i++) {
		EXPECT(!all[i]->closed, "connection %d of %d was turned away", i + 1, ADDRESS_MOST);
		bot_close(&all[i]);
	}
	EVENTUALLY(game_server_number(server, "connections") == 0);
}

static struct game_server *server_start(const struct redis_server *redis, bool armed, const char *extra)
{
	const char *const settings[] = {scenario_start(scenario_clearing(3, 3, false)),
									"limits.connections_per_address=4",
									"limits.wrong_passwords_per_address_per_minute=5",
									"limits.output_kb=4096",
									"store.redis_command_timeout_ms=20000",
									"workers.respawn_pause_max_ms=100",
									extra,
									NULL};
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .redis = redis, .armed = armed});
	struct bot *bot = bot_create(server, SLEEPER, ANY_WORKER);
	bot_quit(bot);
	bot_close(&bot);
	expect_nothing_is_held(server);
	return server;
}

/* --- tests ----------------------------------------------------------------------------------------------------------------- */

static void every_state_and_every_end(void **state)
{
	(void)state;
	struct redis_server *redis = redis_server_available() ? scenario_redis() : NULL;
	struct stage s = {.server = server_start(redis, false, NULL), .redis = redis};
	s.server->errors_expected = true; /* that workers die */
	for (unsigned i = 0; i < STATES; i++) {
		for (unsigned e = 0; e < ENDS; e++) {
			if (states[i].wants_redis && redis == NULL)
				continue;
			print_message("          %s; %s\n", states[i].what, ends[e].what);
			states[i].reach(&s);
			ends[e].end(&s);
			expect_nothing_is_held(s.server);
			expect_whole_limit(s.server);
		}
	}
	s.bot = bot_login(s.server, SLEEPER, ANY_WORKER); /* its name is free, no guess was counted for those who left */
	bot_quit(s.bot);
	game_server_audit(s.server);
	game_server_stop(s.server);
}

static struct bot *creation_asked(const struct game_server *server)
{
	struct bot *bot = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	return bot;
}

/* The password is being hashed, which takes a while here. Whatever becomes of a creation then, those that were done count and
 * the others do not. (Who closes in order is not noticed before the hash is done: his is one that was done.) */
static void a_creation_that_ends_while_its_password_is_hashed_counts_only_if_it_was_done(void **state)
{
	(void)state;
	enum { CREATIONS = 6 };
	const char *const settings[] = {"limits.connections_per_address=4", "limits.creations_per_address_per_hour=6",
									"game.password_memory_kib=65536",   "game.password_passes=20",
									"workers.respawn_pause_max_ms=100", NULL};
	struct stage s = {.server = game_server_start(&(struct game_server_options){.settings = settings})};
	s.server->errors_expected = true;
	for (unsigned e = 0; e < ENDS; e++) {
		if (ends[e].end == end_with_a_refusal)
			continue; /* it waits for the end of the hash */
		print_message("          %s\n", ends[e].what);
		s.bot = creation_asked(s.server);
		bots_receive(20);
		ends[e].end(&s);
		expect_nothing_is_held(s.server);
		expect_whole_limit(s.server);
	}
	print_message("          %lld were done all the same\n",
				  (long long)game_server_total(s.server, "characters_created"));
	EXPECT(game_server_total(s.server, "characters_created") < ENDS - 1, "none was interrupted");
	for (;;) {
		s.bot = creation_asked(s.server);
		bot_until(s.bot, bot_in_world(s.bot) || s.bot->errors > 0);
		if (!bot_in_world(s.bot))
			break;
		bot_quit(s.bot);
		bot_close(&s.bot);
	}
	EXPECT_EQUAL("characters created", game_server_total(s.server, "characters_created"), CREATIONS);
	bot_close(&s.bot);
	game_server_stop(s.server);
}

static void time_outs_give_back_too(void **state)
{
	(void)state;
	struct stage s = {
		.server = server_start(NULL, false, "intervals.login_silence_s=1"),
	};
	for (unsigned i = 0; i < STATES; i++) {
		if (states[i].reach != reach_silent && states[i].reach != reach_half_a_packet)
			continue;
		states[i].reach(&s);
		bot_expect_closed(s.bot);
		game_server_expect_log(s.server, "connected but did not log in in time");
		bot_close(&s.bot);
		expect_nothing_is_held(s.server);
	}
	game_server_stop(s.server);
}

/* Dice all the time are signs of life, but there is an end to it. */
static void who_throws_dice_for_ever_is_disconnected_in_the_end(void **state)
{
	(void)state;
	struct stage s = {.server = server_start(NULL, false, "intervals.login_total_s=2")};
	s.bot = bot_connect(s.server);
	s.bot->screen = BOT_CREATION_SCREEN;
	for (uint64_t until = bots_deadline(); !s.bot->closed;) {
		BOT_SEND(s.bot, THROW_DICES);
		bots_receive(50);
		bots_turn(s.bot, until, __FILE__, __LINE__, "the dice thrower is disconnected");
	}
	EXPECT(s.bot->rolled, "he was closed at once");
	game_server_expect_log(s.server, "connected but did not log in in time");
	bot_close(&s.bot);
	expect_nothing_is_held(s.server);
	game_server_stop(s.server);
}

static void who_is_blamed_gives_back_too(void **state)
{
	(void)state;
	struct stage s = {.server = server_start(NULL, true, "workers.kept_out_s=0")};
	s.server->errors_expected = true;
	for (int i = 0; i < 3; i++) { /* another one each time: repeated blame keeps a character out */
		s.bot = bot_create(s.server, NULL, 0);
		pid_t before = game_server_process(s.server, 0);
		points_arm(s.server->points, "argentumd:w0", "before commit", 0, SIGSEGV);
		BOT_SEND(s.bot, REQUEST_MOTD);
		game_server_await_strike(s.server);
		game_server_await_successor(s.server, 0, before);
		bot_expect_closed(s.bot);
		bot_close(&s.bot);
		expect_nothing_is_held(s.server);
		expect_whole_limit(s.server);
	}
	game_server_stop(s.server);
}

/* Killed between any two steps of letting somebody in or out. */
static void a_worker_that_dies_at_the_door_leaks_nothing(void **state)
{
	(void)state;
	static const char *const points[] = {"connection admitted", "connection leaves", "connection left"};
	struct stage s = {.server = server_start(NULL, true, NULL)};
	s.server->errors_expected = true;
	for (unsigned i = 0; i < sizeof points / sizeof *points; i++) {
		for (int times = 0; times < 2; times++) {
			pid_t before[GAME_SERVER_PROCESSES_MAX] = {0};
			for (unsigned w = 0; w < s.server->workers; w++)
				before[w] = game_server_process(s.server, w);
			points_arm(s.server->points, "", points[i], 0, SIGKILL);
			s.bot = bot_connect(s.server);
			if (i > 0) /* it goes as soon as it has come */
				bot_close(&s.bot);
			pid_t dead = game_server_await_strike(s.server);
			for (unsigned w = 0; w < s.server->workers; w++) {
				if (before[w] == dead)
					game_server_await_successor(s.server, w, dead);
			}
			bot_close(&s.bot);
			expect_nothing_is_held(s.server);
			expect_whole_limit(s.server);
		}
	}
	game_server_stop(s.server);
}

/* More than may be at once, from all sides, at the same instant: exactly as many as may come in. */
static void a_rush_fills_the_server_to_the_last_place_and_not_beyond(void **state)
{
	(void)state;
	enum { ROOM = 10, RUSH = 40, ROUNDS = 5 };
	const char *const settings[] = {"limits.max_connections=10", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	for (int round = 0; round < ROUNDS; round++) {
		struct bot *bots[RUSH];
		unsigned inside = 0;
		for (int i = 0; i < RUSH; i++) {
			bots[i] = bot_connect(server);
			bots[i]->screen = BOT_CREATION_SCREEN;
		}
		for (int i = 0; i < RUSH; i++) {
			BOT_SEND(bots[i], THROW_DICES);
			bot_until(bots[i], bots[i]->rolled || bots[i]->closed);
			inside += bots[i]->rolled;
		}
		EXPECT_EQUAL("clients inside", inside, ROOM);
		EXPECT_EQUAL("connections", game_server_number(server, "connections"), ROOM);
		for (int i = 0; i < RUSH; i++)
			bot_close(&bots[i]);
		expect_nothing_is_held(server);
	}
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(every_state_and_every_end),
		SCENARIO(a_creation_that_ends_while_its_password_is_hashed_counts_only_if_it_was_done),
		SCENARIO(time_outs_give_back_too),
		SCENARIO(who_throws_dice_for_ever_is_disconnected_in_the_end),
		SCENARIO(who_is_blamed_gives_back_too),
		SCENARIO(a_worker_that_dies_at_the_door_leaks_nothing),
		SCENARIO(a_rush_fills_the_server_to_the_last_place_and_not_beyond),
	};
	return SCENARIOS_RUN(tests);
}
