/* Two fight and one looks on, each on a worker of his own: to the death where it is allowed, in vain where it is not, and with
 * workers that are killed in the middle of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/tables.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum { BLOWS_MOST = 400 };

struct duel {
	struct game_server *server;
	struct bot *ana, *beto, *carla; /* Ana strikes, Beto is struck, Carla looks on */
};

static void worker_kill(struct game_server *server, unsigned slot)
{
	pid_t before = game_server_process(server, slot);
	server->errors_expected = true;
	EXPECT(before > 0 && kill(before, SIGKILL) == 0, "worker %u cannot be killed", slot);
	game_server_await_successor(server, slot, before);
}

static void safety_off(struct bot *bot)
{
	BOT_SEND(bot, SAFE_TOGGLE);
	bot_until(bot, bot->safe_mode == 0);
}

static struct duel duel_begin(bool safe)
{
	struct place at = scenario_clearing(3, 3, safe);
	const char *const settings[] = {scenario_start(at), "intervals.strike_ms=0", "rules.strike_stamina=0", NULL};
	struct duel duel = {.server = game_server_start(&(struct game_server_options){.settings = settings})};
	duel.ana = bot_create(duel.server, NULL, 0);
	bot_walk_to(duel.ana, at.x, at.y);
	duel.beto = bot_create(duel.server, NULL, 1);
	bot_walk_to(duel.beto, at.x, at.y + 1);
	duel.carla = bot_create(duel.server, NULL, 2);
	bot_walk_to(duel.carla, at.x + 2, at.y + 2);
	if (bot_self(duel.ana)->heading != HEADING_SOUTH)
		BOT_SEND(duel.ana, CHANGE_HEADING, .heading = HEADING_SOUTH);
	bot_until(duel.ana, bot_self(duel.ana)->heading == HEADING_SOUTH);
	bot_sync(duel.carla);
	return duel;
}

static void strike(struct duel *duel)
{
	BOT_SEND(duel->ana, ATTACK);
	bot_sync(duel->ana);
	bot_sync(duel->beto);
}

static bool is_dead(const struct bot *bot)
{
	return bot_self(bot)->body == BODY_DEAD;
}

static bool recorded(const struct bot *bot, const char *words)
{
	for (unsigned i = 0; i < bot->record_count; i++) {
		if (strstr(bot->record[i], words) != NULL)
			return true;
	}
	return false;
}

/* Beto is a ghost for everybody, Ana a criminal; both were told who did it. */
static void death_expect(struct duel *duel)
{
	int ana = duel->ana->self, beto = duel->beto->self;
	EXPECT(is_dead(duel->beto), "%s lives on after %d blows", duel->beto->name, BLOWS_MOST);
	EXPECT_EQUAL("life of the dead", duel->beto->hp, 0);
	struct bot *const all[] = {duel->ana, duel->beto, duel->carla};
	for (unsigned i = 0; i < 3; i++) {
		bot_sync(all[i]);
		const struct bot_character *killer = bot_find(all[i], ana), *ghost = bot_find(all[i], beto);
		EXPECT(killer != NULL && killer->nick_color == NICK_CRIMINAL, "%s does not see a criminal", all[i]->name);
		EXPECT(ghost != NULL && ghost->body == BODY_DEAD && ghost->head == HEAD_DEAD, "%s does not see a ghost",
			   all[i]->name);
	}
	EXPECT(recorded(duel->ana, "HaveKilledUser"), "the killer was not told");
	EXPECT(recorded(duel->beto, "UserKill"), "the dead was not told");
	EXPECT(recorded(duel->carla, "wave=10") && recorded(duel->carla, "fx=14"),
		   "who looked on neither heard nor saw a hit");
	EXPECT(!recorded(duel->carla, "MultiMessage"), "who looked on was told what is for the fighters");
}

static void duel_end(struct duel *duel)
{
	game_server_audit(duel->server);
	bots_expect_good();
	game_server_stop(duel->server);
}

static void record_all(struct duel *duel)
{
	bot_record(duel->ana);
	bot_record(duel->beto);
	bot_record(duel->carla);
}

/* --- the tests ------------------------------------------------------------------------------------------------------------ */

static void a_duel_to_the_death(void **state)
{
	(void)state;
	struct duel duel = duel_begin(false);
	strike(&duel); /* with the safety on */
	bot_expect_line(duel.ana, TEXT_ATTACK_SAFE_MODE);
	safety_off(duel.ana);
	record_all(&duel);
	int full = duel.beto->hp;
	for (int i = 0; i < BLOWS_MOST && !is_dead(duel.beto); i++)
		strike(&duel);
	EXPECT(recorded(duel.beto, "UserHittedByUser") && full > 0, "the dead was never hit");
	death_expect(&duel);
	strike(&duel);
	bot_expect_line(duel.ana, TEXT_ATTACK_GHOST);
	duel_end(&duel);
}

static void nobody_is_hurt_where_it_is_not_allowed(void **state)
{
	(void)state;
	struct duel duel = duel_begin(true);
	safety_off(duel.ana);
	int full = duel.beto->hp;
	for (int i = 0; i < 10; i++) {
		strike(&duel);
		bot_expect_line(duel.ana, TEXT_ATTACK_SAFE_PLACE);
	}
	EXPECT_EQUAL("life", duel.beto->hp, full);
	EXPECT(bot_find(duel.beto, duel.ana->self)->nick_color == NICK_CITIZEN, "a refused blow makes a criminal");
	duel_end(&duel);
}

static void workers_die_and_the_duel_goes_on(void **state)
{
	(void)state;
	struct duel duel = duel_begin(false);
	safety_off(duel.ana);
	record_all(&duel);
	int full = duel.beto->hp;
	for (int i = 0; i < BLOWS_MOST && duel.beto->hp == full; i++)
		strike(&duel);
	int left = duel.beto->hp;
	EXPECT(left < full, "no blow of %d hits", BLOWS_MOST);
	BOT_SEND(duel.ana, ATTACK); /* under way while his worker dies */
	worker_kill(duel.server, 1);
	bot_sync(duel.ana);
	bot_sync(duel.beto);
	EXPECT(duel.beto->hp <= left, "the death of a worker heals: %d after %d", duel.beto->hp, left);
	worker_kill(duel.server, 0);
	for (int i = 0; i < BLOWS_MOST && !is_dead(duel.beto); i++)
		strike(&duel);
	death_expect(&duel);
	duel_end(&duel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_duel_to_the_death),
		SCENARIO(nobody_is_hurt_where_it_is_not_allowed),
		SCENARIO(workers_die_and_the_duel_goes_on),
	};
	return SCENARIOS_RUN(tests);
}
