/* One name is one character: who logs in again takes it over, and of two who want a name at the same instant one gets it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

/* --- taking over ---------------------------------------------------------------------------------------------------------------- */

static void who_logs_in_again_takes_the_character_over_from_another_worker(void **state)
{
	(void)state;
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *witness = bot_create(server, "Testigo", 2);
	struct bot *first = bot_create(server, "Doble", 0);
	bot_walk_to(first, at.x + 4, at.y + 4);
	bot_sync(witness);
	bot_record(witness);
	int index = first->self;

	struct bot *second = bot_connect_to_worker(server, 1);
	bot_ask_login(second, "DOBLE", BOT_PASSWORD);
	bot_expect_error(first, TEXT_TAKEN_OVER);
	bot_expect_closed(first);
	bot_until(second, bot_in_world(second));
	bot_sync(second);
	EXPECT_EQUAL("the character", second->self, index);
	EXPECT(bot_self(second)->x == at.x + 4 && bot_self(second)->y == at.y + 4, "it is somewhere else");
	EXPECT(strcmp(bot_self(second)->name, "Doble") == 0, "it is called %s", bot_self(second)->name);
	bot_step(second, HEADING_NORTH);
	bot_sync(second);
	bot_sync(witness);
	bot_expect_record(witness, scenario_text("CharacterMove char_index=%d x=%d y=%d", index, at.x + 4, at.y + 3));
	game_server_await_players(server, 2);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* Many takers at once: at any time at most one plays it, and in the end the last one does. */
static void a_character_that_is_taken_over_many_times_is_played_by_one(void **state)
{
	(void)state;
	enum { TAKERS = 12 };
	struct game_server *server = game_server_start(NULL);
	struct bot *first = bot_create(server, "Disputada", ANY_WORKER);
	struct bot *takers[TAKERS];
	for (int i = 0; i < TAKERS; i++)
		takers[i] = bot_connect(server);
	for (int i = 0; i < TAKERS; i++)
		bot_ask_login(takers[i], "Disputada", BOT_PASSWORD);
	EVENTUALLY(({
		int settled = 0, playing = 0;
		for (int i = 0; i < TAKERS; i++) {
			settled += takers[i]->closed || bot_in_world(takers[i]);
			playing += !takers[i]->closed && bot_in_world(takers[i]);
		}
		settled == TAKERS &&playing == 1;
	}));
	bot_expect_closed(first);
	for (int i = 0; i < TAKERS; i++) {
		if (!takers[i]->closed)
			bot_sync(takers[i]);
		else
			bot_expect_error(takers[i], TEXT_TAKEN_OVER);
	}
	game_server_await_players(server, 1);
	game_server_audit(server);
	game_server_stop(server);
}

/* --- one name ------------------------------------------------------------------------------------------------------------------- */

enum { ROUNDS = 50 };

/* Both ask in the same instant, from two workers: one enters, the other is told why not and may choose again. */
static void two_ask(const struct game_server *server, const char *name, const char *same_name, unsigned *won)
{
	struct bot *pair[2] = {bot_connect_to_worker(server, 0), bot_connect_to_worker(server, 1)};
	struct c2s_LOGIN_NEW_CHAR wish[2] = {bot_wish(name), bot_wish(same_name)};
	for (int i = 0; i < 2; i++)
		bot_roll(pair[i]);
	for (int i = 0; i < 2; i++)
		bot_ask_creation(pair[i], &wish[i]);
	for (int i = 0; i < 2; i++)
		bot_until(pair[i], bot_in_world(pair[i]) || pair[i]->errors > 0);
	int winners = bot_in_world(pair[0]) + bot_in_world(pair[1]);
	EXPECT_EQUAL("of two who wanted one name it got", winners, 1);
	int winner = bot_in_world(pair[0]) ? 0 : 1;
	struct bot *loser = pair[!winner];
	EXPECT(strcmp(loser->error, text_latin1(TEXT_NAME_TAKEN)) == 0 ||
			   strcmp(loser->error, text_latin1(TEXT_BEING_LOADED)) == 0,
		   "the other was told \"%s\"", loser->error);
	won[winner]++;
	bot_roll(loser); /* its connection is as good as before */
	bot_quit(pair[winner]);
	bot_close(&pair[0]);
	bot_close(&pair[1]);
}

static void of_two_who_want_a_name_at_the_same_instant_exactly_one_gets_it(void **state)
{
	(void)state;
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), "intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	unsigned won[2] = {0, 0};
	for (unsigned round = 0; round < ROUNDS; round++) {
		const char *name = bot_new_name();
		char other[40];
		snprintf(other, sizeof other, "%s", name);
		for (char *c = other; round % 2 == 1 && *c != '\0'; c++)
			*c = (char)latin1_upper((unsigned char)*c);
		two_ask(server, name, other, won);
	}
	print_message("          worker 0 won %u times, worker 1 %u times\n", won[0], won[1]);
	EXPECT_EQUAL("characters created", game_server_total(server, "characters_created"), ROUNDS);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

static void a_name_stays_taken_when_its_character_left_and_after_a_restart(void **state)
{
	(void)state;
	struct redis_server *redis = scenario_redis();
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), "intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis});
	struct bot *bot = bot_create(server, "Propia", ANY_WORKER);
	bot_quit(bot);
	bot_close(&bot);
	for (int life = 0; life < 2; life++) {
		bot = bot_connect(server);
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish("pROPIA");
		bot_roll(bot);
		bot_ask_creation(bot, &wish);
		bot_until(bot, bot->errors > 0);
		EXPECT(strcmp(bot->error, text_latin1(TEXT_NAME_TAKEN)) == 0, "it was told \"%s\"", bot->error);
		bot_close(&bot);
		game_server_stop(server);
		game_server_restart(server, NULL);
	}
	game_server_stop(server);
}

/* --- and a worker dies meanwhile ------------------------------------------------------------------------------------------------- */

/* Between any two steps of coming in, and of being closed because another came. */
static const char *const instants[] = {
	"session begun",    "name read",         "reserved",       "record read", "password checked",
	"touched",          "before commit",     "committed",      "idle",        "phase entered",
	"entered",          "playing",           "cursor valid",   "closing",     "character left behind",
	"player forgotten", "connection leaves", "connection left"};
enum { INSTANTS = sizeof instants / sizeof *instants, OCCURRENCES = 2 };

static struct game_server *dying_start(void)
{
	const char *const settings[] = {scenario_start(scenario_clearing(6, 6, true)), "intervals.logout_s=0",
									"workers.respawn_pause_max_ms=100", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .armed = true});
	server->errors_expected = true;
	return server;
}

static bool is_settled(const struct bot *bot)
{
	return bot->closed || bot->errors > 0 || bot_in_world(bot);
}

/* Both know what became of them, and whoever was killed has a successor. Returns whether somebody was. */
static bool both_settle(struct game_server *server, struct bot *pair[2], pid_t before)
{
	for (int i = 0; i < 2; i++)
		bot_until(pair[i], is_settled(pair[i]));
	bool struck = points_struck(server->points) != 0;
	points_disarm(server->points);
	if (struck)
		game_server_await_successor(server, 0, before);
	return struck;
}

static void all_leave(const struct game_server *server, struct bot *pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (!pair[i]->closed && bot_in_world(pair[i]))
			bot_quit(pair[i]);
		bot_close(&pair[i]);
	}
	game_server_await_players(server, 0);
}

/* Asks for the name until the answer is not "in a moment". Returns whether it got it; then it leaves. */
static bool can_be_created(const struct game_server *server, const char *name)
{
	for (uint64_t until = bots_deadline();;) {
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name);
		struct bot *bot = bot_connect(server);
		bot_roll(bot);
		bot_ask_creation(bot, &wish);
		bot_until(bot, is_settled(bot));
		EXPECT(clock_mono_ms() < until, "%s is neither free nor taken: %s", name, bot->error);
		bool got = bot_in_world(bot), again = !got && strcmp(bot->error, text_latin1(TEXT_NAME_TAKEN)) != 0;
		if (got)
			bot_quit(bot);
		bot_close(&bot);
		if (!again)
			return got;
	}
}

static void of_two_who_want_a_name_while_a_worker_dies_not_both_get_it(void **state)
{
	(void)state;
	struct game_server *server = dying_start();
	unsigned died = 0, won = 0;
	for (unsigned i = 0; i < INSTANTS * OCCURRENCES; i++) {
		char name[40];
		snprintf(name, sizeof name, "%s", bot_new_name());
		struct bot *pair[2] = {bot_connect_to_worker(server, 0), bot_connect_to_worker(server, 1)};
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name);
		for (int k = 0; k < 2; k++)
			bot_roll(pair[k]);
		pid_t before = game_server_process(server, 0);
		points_arm(server->points, "argentumd:w0", instants[i / OCCURRENCES], i % OCCURRENCES, SIGKILL);
		for (int k = 0; k < 2; k++)
			bot_ask_creation(pair[k], &wish);
		died += both_settle(server, pair, before);
		int winners = bot_in_world(pair[0]) + bot_in_world(pair[1]);
		EXPECT(winners <= 1, "both are %s (a worker died at \"%s\")", name, instants[i / OCCURRENCES]);
		won += (unsigned)winners;
		all_leave(server, pair);
		bool got = can_be_created(server, name);
		EXPECT(!got || winners == 0, "%s was created twice (a worker died at \"%s\")", name, instants[i / OCCURRENCES]);
		game_server_await_players(server, 0);
	}
	print_message("          in %u of %u rounds a worker died, in %u one of the two got the name\n", died,
				  (unsigned)(INSTANTS * OCCURRENCES), won);
	EXPECT(died > INSTANTS / 2 && won > 0, "this tested nothing");
	game_server_audit(server);
	game_server_stop(server);
}

static void of_two_who_take_a_character_over_while_a_worker_dies_one_plays_it(void **state)
{
	(void)state;
	struct game_server *server = dying_start();
	struct bot *first = bot_create(server, "Doble", ANY_WORKER);
	bot_await_durable(first, server);
	bot_quit(first);
	bot_close(&first);
	unsigned died = 0;
	for (unsigned i = 0; i < INSTANTS * OCCURRENCES; i++) {
		/* one plays already, on the worker that dies */
		struct bot *player = bot_login(server, "Doble", 0);
		struct bot *pair[2] = {bot_connect_to_worker(server, 0), bot_connect_to_worker(server, 1)};
		pid_t before = game_server_process(server, 0);
		points_arm(server->points, "argentumd:w0", instants[i / OCCURRENCES], i % OCCURRENCES, SIGKILL);
		for (int k = 0; k < 2; k++)
			bot_ask_login(pair[k], "Doble", BOT_PASSWORD);
		died += both_settle(server, pair, before);
		/* whoever was told to try again does so, and has it */
		struct bot *last = bot_login(server, "Doble", ANY_WORKER);
		bot_expect_closed(player);
		for (int k = 0; k < 2; k++)
			bot_expect_closed(pair[k]);
		game_server_await_players(server, 1);
		EXPECT_EQUAL("people that he sees", bot_people(last), 1);
		game_server_audit(server);
		bot_quit(last);
		bot_close(&last);
		bot_close(&player);
		for (int k = 0; k < 2; k++)
			bot_close(&pair[k]);
		game_server_await_players(server, 0);
	}
	print_message("          in %u of %u rounds a worker died\n", died, (unsigned)(INSTANTS * OCCURRENCES));
	EXPECT(died > INSTANTS / 2, "this tested nothing");
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_logs_in_again_takes_the_character_over_from_another_worker),
		SCENARIO(a_character_that_is_taken_over_many_times_is_played_by_one),
		SCENARIO(of_two_who_want_a_name_at_the_same_instant_exactly_one_gets_it),
		SCENARIO(of_two_who_want_a_name_while_a_worker_dies_not_both_get_it),
		SCENARIO(of_two_who_take_a_character_over_while_a_worker_dies_one_plays_it),
		SCENARIO(a_name_stays_taken_when_its_character_left_and_after_a_restart),
	};
	return SCENARIOS_RUN(tests);
}
