/* The economy adds up, in memory and in the store, whatever players do and however often the server is started anew; and what
 * somebody does to the store with his own hands is told by the operator's tool, of the running server and of the stopped
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/store/keys.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum { START_GOLD = 4000 };

/* --- argentumctl ------------------------------------------------------------------------------------------------------------------- */

struct told {
	int code;
	char text[8192];
};

static struct told ctl_run(const char *arguments)
{
	const char *build = getenv("ARGENTUM_BUILD");
	struct told told = {.code = -1};
	const char *line = scenario_text("%s/argentumctl %s 2>&1", build != NULL ? build : "build", arguments);
	FILE *out = popen(line, "r");
	EXPECT(out != NULL, "%s cannot be run", line);
	size_t n = fread(told.text, 1, sizeof told.text - 1, out);
	told.text[n] = '\0';
	int status = pclose(out);
	told.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return told;
}

struct stage {
	struct game_server *server;
	struct redis_server *redis; /* NULL = the embedded store */
};

static const char *store_of(const struct stage *s)
{
	return s->redis != NULL ? scenario_text("redis:127.0.0.1:%u", s->redis->port)
							: scenario_text("lmdb:%s", s->server->data);
}

/* What `audit` says of the stopped server's store. */
static struct told audit_alone(const struct stage *s, const char *options)
{
	return ctl_run(scenario_text("audit --store %s --world %s %s", store_of(s), scenario_world(), options));
}

static struct told audit_live(const struct stage *s, const char *options)
{
	return ctl_run(scenario_text("--socket %s audit %s", s->server->control, options));
}

static void expect_told(const struct told *told, int code, const char *part)
{
	EXPECT(told->code == code && strstr(told->text, part) != NULL,
		   "argentumctl audit ended with %d and said:\n%s\nexpected %d and \"%s\"", told->code, told->text, code, part);
}

static void expect_sound_live(const struct stage *s)
{
	struct told told = audit_live(s, "");
	expect_told(&told, 0, "0 findings");
	expect_told(&told, 0, "store  ");
}

static void expect_sound_alone(const struct stage *s)
{
	struct told told = audit_alone(s, "");
	expect_told(&told, 0, "0 findings");
}

/* --- the stage ----------------------------------------------------------------------------------------------------------------------- */

static struct stage stage_make(struct redis_server *redis)
{
	const char *const settings[] = {scenario_start(scenario_clearing(6, 6, true)),
									scenario_text("game.start_gold=%d", START_GOLD), "intervals.logout_s=0",
									"store.cut_interval_ms=50", NULL};
	return (struct stage){.server =
							  game_server_start(&(struct game_server_options){.settings = settings, .redis = redis}),
						  .redis = redis};
}

static int slot_to_drop(const struct bot *bot)
{
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		const struct item_def *item = catalog_item(scenario_catalog(), (unsigned)bot->inventory[slot].item);
		if (item != NULL && (item->flags & (ITEM_IS_NEWBIE | ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) == 0)
			return slot;
	}
	return 0;
}

static int64_t gold_in_the_world(const struct stage *s)
{
	game_server_audit(s->server);
	return game_server_total(s->server, "audit_gold");
}

static void the_economy_adds_up_at_each_step(struct redis_server *redis)
{
	struct stage s = stage_make(redis);
	expect_sound_live(&s);
	int64_t before = gold_in_the_world(&s);
	struct bot *ana = bot_create(s.server, "Ana Suma", 0), *beto = bot_create(s.server, "Beto Resta", 1);
	expect_sound_live(&s);
	EXPECT_EQUAL("gold with two newcomers", gold_in_the_world(&s), before + INT64_C(2) * START_GOLD);

	int slot = slot_to_drop(ana);
	if (slot != 0)
		BOT_SEND(ana, DROP, .slot = slot, .amount = 1);
	BOT_SEND(beto, DROP, .slot = SLOT_GOLD, .amount = 300);
	bot_sync(ana);
	bot_sync(beto);
	expect_sound_live(&s);
	BOT_SEND(beto, PICK_UP);
	BOT_SEND(ana, DROP, .slot = SLOT_GOLD, .amount = 77);
	bot_sync(beto);
	bot_sync(ana);
	expect_sound_live(&s);
	bot_quit(beto); /* what he has is only in the store now */
	bot_close(&beto);
	game_server_await_players(s.server, 1);
	expect_sound_live(&s);

	for (int turn = 0; turn < 2; turn++) {
		bot_close(&ana);
		game_server_stop(s.server);
		expect_sound_alone(&s);
		game_server_restart(s.server, NULL);
		expect_sound_live(&s);
		ana = bot_login(s.server, "Ana Suma", ANY_WORKER);
		beto = bot_login(s.server, "Beto Resta", ANY_WORKER);
		expect_sound_live(&s);
		EXPECT_EQUAL("gold after a restart", gold_in_the_world(&s), before + INT64_C(2) * START_GOLD);
		bot_quit(beto);
		bot_close(&beto);
	}
	bots_expect_good();
	bot_close(&ana);
	game_server_stop(s.server);
	expect_sound_alone(&s);
}

static void the_economy_adds_up_on_the_embedded_store(void **state)
{
	(void)state;
	the_economy_adds_up_at_each_step(NULL);
}

static void the_economy_adds_up_in_redis(void **state)
{
	(void)state;
	the_economy_adds_up_at_each_step(scenario_redis());
}

/* --- foreign hands ---------------------------------------------------------------------------------------------------------------------- */

static void gold_that_an_admin_wrote_into_redis_is_told_until_he_says_so(void **state)
{
	(void)state;
	struct stage s = stage_make(scenario_redis());
	struct bot *ana = bot_create(s.server, "Ana Rica", 0);
	bot_await_durable(ana, s.server); /* the first cut of a character writes everything */
	bot_quit(ana);
	bot_close(&ana);
	game_server_await_players(s.server, 0);
	expect_sound_live(&s);
	EXPECT(redis_server_do(s.redis, "SET " KEY_BANK_GOLD " 1000000", 1u), "the gold cannot be written");
	s.server->errors_expected = true;

	struct told told = audit_live(&s, "");
	expect_told(&told, 1, "store: item 12 (gold): ");
	told = audit_live(&s, "--json");
	expect_told(&told, 1, "\"findings\":\t1");
	game_server_stop(s.server);
	told = audit_alone(&s, "");
	expect_told(&told, 1, "store: item 12 (gold): ");
	game_server_restart(s.server, NULL);
	told = audit_live(&s, "");
	expect_told(&told, 1, "store: item 12 (gold): ");

	told = audit_live(&s, "--accept");
	expect_told(&told, 0, "was accepted");
	EVENTUALLY(audit_live(&s, "").code == 0);
	ana = bot_login(s.server, "Ana Rica", ANY_WORKER);
	expect_sound_live(&s);
	bots_expect_good();
	bot_close(&ana);
	game_server_stop(s.server);
	expect_sound_alone(&s);
}

static void a_difference_can_be_accepted_while_the_server_is_stopped(void **state)
{
	(void)state;
	struct stage s = stage_make(scenario_redis());
	struct bot *ana = bot_create(s.server, "Ana Sola", 0);
	bot_quit(ana);
	bot_close(&ana);
	game_server_await_players(s.server, 0);
	game_server_stop(s.server);
	EXPECT(redis_server_do(s.redis, "HSET " KEY_PLAYER_INVENTORY " slot_19 12:5", 1u), "the pile cannot be written");
	struct told told = audit_alone(&s, "--json");
	expect_told(&told, 1, "\"findings\":\t1");
	told = audit_alone(&s, "--accept");
	expect_told(&told, 0, "accepted");
	expect_sound_alone(&s);
	game_server_restart(s.server, NULL);
	expect_sound_live(&s);
	game_server_stop(s.server);
}

/* --- a keeper that dies ------------------------------------------------------------------------------------------------------------------- */

static void a_successor_of_the_keeper_finds_the_same_balance(void **state)
{
	(void)state;
	struct stage s = stage_make(NULL);
	struct bot *ana = bot_create(s.server, "Ana Viva", 0);
	s.server->errors_expected = true; /* its death is told as one */
	for (int i = 0; i < 5; i++) {
		BOT_SEND(ana, DROP, .slot = SLOT_GOLD, .amount = 10 + i);
		bot_sync(ana);
		pid_t before = game_server_process(s.server, game_server_keeper());
		EXPECT(kill(before, SIGKILL) == 0, "the keeper is not there");
		game_server_await_successor(s.server, game_server_keeper(), before);
		BOT_SEND(ana, PICK_UP);
		bot_sync(ana);
		expect_sound_live(&s);
	}
	bots_expect_good();
	bot_close(&ana);
	game_server_stop(s.server);
	expect_sound_alone(&s);
}

static void the_status_page_has_the_last_audit_and_audits_happen_by_themselves(void **state)
{
	(void)state;
	struct stage s = stage_make(NULL);
	int64_t audits = game_server_total(s.server, "audits");
	EVENTUALLY(game_server_total(s.server, "audits") > audits + 1);
	expect_sound_live(&s);
	struct told told = ctl_run(scenario_text("--socket %s status", s.server->control));
	expect_told(&told, 0, "audit        0 findings");
	game_server_stop(s.server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(the_economy_adds_up_on_the_embedded_store),
		SCENARIO(the_economy_adds_up_in_redis),
		SCENARIO(gold_that_an_admin_wrote_into_redis_is_told_until_he_says_so),
		SCENARIO(a_difference_can_be_accepted_while_the_server_is_stopped),
		SCENARIO(a_successor_of_the_keeper_finds_the_same_balance),
		SCENARIO(the_status_page_has_the_last_audit_and_audits_happen_by_themselves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
