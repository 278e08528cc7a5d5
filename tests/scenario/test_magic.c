/* Magic between people on different workers: what is cast, who sees and hears it, and what it does; also while a worker dies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "common/catalog/tables.h"
#include "common/store/keys.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

/* Numbers that the classic and the starter world share. */
enum {
	DART = 2,
	HEAL = 5,
	PARALYSE = 9,
	FREE = 10,
	REVIVE = 11,
	INVISIBLE = 14,
	FIRE = 15,
	SUMMON = 16,
};

/* Three people in an unsafe place, each on a worker of his own: who casts, whom it is for, who looks on. */
struct scene {
	struct redis_server *redis;
	struct game_server *server;
	struct bot *ana, *beto, *cora;
};

/* --- great magicians by decree --------------------------------------------------------------------------------------------- */

static void made_great(struct redis_server *redis, const char *name)
{
	static const int spells[] = {DART, HEAL, PARALYSE, FREE, REVIVE, INVISIBLE, FIRE, SUMMON};
	redisReply *reply = redis_server_command(redis, "GET " KEY_ACCOUNT_ID, name);
	EXPECT(reply != NULL && reply->type == REDIS_REPLY_STRING, "%s is not in the store", name);
	unsigned id = (unsigned)strtoul(reply->str, NULL, 10);
	freeReplyObject(reply);
	EXPECT(redis_server_do(redis,
						   "HSET " KEY_PLAYER_USER_STATS
						   " max_hp 300 min_hp 300 max_mana 9000 min_mana 9000 max_sta 900 min_sta 900 level 30",
						   id),
		   "Redis refuses");
	EXPECT(redis_server_do(redis, "HSET " KEY_PLAYER_SKILLS " magia 100", id), "Redis refuses");
	for (unsigned i = 0; i < sizeof spells / sizeof *spells; i++)
		EXPECT(redis_server_do(redis, "HSET " KEY_PLAYER_SPELLBOOK " %u %d", id, i + 1, spells[i]), "Redis refuses");
}

static struct bot *cleric_create(const struct game_server *server, const char *name)
{
	struct bot *bot = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name);
	wish.class = CLASS_CLERIC;
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	return bot;
}

static struct scene scene_make(void)
{
	struct place at = scenario_clearing(6, 6, false);
	const char *const settings[] = {scenario_start(at), "intervals.cast_ms=0", "intervals.stamina_ms=40", NULL};
	static const char *const names[] = {"Ana", "Beto", "Cora"};
	struct scene s = {.redis = scenario_redis()};
	s.server = game_server_start(&(struct game_server_options){.settings = settings, .redis = s.redis});
	for (unsigned i = 0; i < 3; i++) {
		struct bot *bot = cleric_create(s.server, names[i]);
		bot_quit(bot);
		bot_close(&bot);
	}
	game_server_stop(s.server);
	for (unsigned i = 0; i < 2; i++)
		made_great(s.redis, names[i]);
	game_server_restart(s.server, NULL);
	s.ana = bot_login(s.server, names[0], 0);
	s.beto = bot_login(s.server, names[1], 1);
	s.cora = bot_login(s.server, names[2], 2);
	bot_until(s.ana, bot_find(s.ana, s.beto->self) != NULL && bot_find(s.ana, s.cora->self) != NULL);
	EXPECT_EQUAL("Ana's mana", s.ana->mana, 9000);
	EXPECT_EQUAL("her first spell", s.ana->spells[1], DART);
	return s;
}

static void scene_end(struct scene *s)
{
	game_server_audit(s->server);
	bots_expect_good();
	game_server_stop(s->server);
}

/* --- casting as the client does it --------------------------------------------------------------------------------------------- */

static void cast_at(struct bot *bot, int spell, int x, int y)
{
	unsigned slot = 1;
	while (bot->spells[slot] != spell) {
		slot++;
		EXPECT(slot <= WIRE_SPELL_SLOTS, "%s does not know spell %d", bot->name, spell);
	}
	BOT_SEND(bot, CAST_SPELL, .slot = (uint8_t)slot);
	BOT_SEND(bot, WORK, .skill = SKILL_MAGIC);
	BOT_SEND(bot, WORK_LEFT_CLICK, .x = (uint8_t)x, .y = (uint8_t)y, .skill = SKILL_MAGIC);
}

static void cast_on(struct bot *bot, int spell, const struct bot *target)
{
	const struct bot_character *who = bot_find(bot, target->self);
	EXPECT(who != NULL, "%s does not see %s", bot->name, target->name);
	cast_at(bot, spell, who->x, who->y);
	bot_sync(bot);
}

/* Was a packet with these words kept since bot_record? */
static bool has_seen(const struct bot *bot, const char *words)
{
	for (unsigned i = 0; i < bot->record_count; i++) {
		if (strstr(bot->record[i], words) != NULL)
			return true;
	}
	return false;
}

static void all_saw_the_spell(const struct scene *s, const struct spell_def *spell, const struct bot *caster,
							  const struct bot *target)
{
	const struct bot *bots[] = {s->ana, s->beto, s->cora};
	for (unsigned i = 0; i < 3; i++) {
		const char *light = scenario_text("CreateFX char_index=%d fx=%d", target->self, spell->effect);
		const char *sound = scenario_text("PlayWave wave=%d", spell->sound);
		EXPECT(bot_has_said(bots[i], caster->self, catalog_text(scenario_catalog(), spell->words)),
			   "%s did not hear the words", bots[i]->name);
		EXPECT(has_seen(bots[i], light), "%s did not see %s", bots[i]->name, light);
		EXPECT(has_seen(bots[i], sound), "%s did not hear %s", bots[i]->name, sound);
	}
}

static void all_sync(struct scene *s)
{
	bot_sync(s->ana);
	bot_sync(s->beto);
	bot_sync(s->cora);
}

/* --- the scenes ---------------------------------------------------------------------------------------------------------------- */

static void words_light_and_damage_reach_everybody(void **state)
{
	(void)state;
	struct scene s = scene_make();
	const struct spell_def *dart = catalog_spell(scenario_catalog(), DART);
	cast_on(s.ana, DART, s.beto);
	bot_expect_line(s.ana, TEXT_ATTACK_SAFE_MODE);
	EXPECT_EQUAL("Ana's mana", s.ana->mana, 9000);
	BOT_SEND(s.ana, SAFE_TOGGLE);
	bot_record(s.ana);
	bot_record(s.beto);
	bot_record(s.cora);
	cast_on(s.ana, DART, s.beto);
	bot_until(s.beto, s.beto->hp < 300);
	all_sync(&s);
	all_saw_the_spell(&s, dart, s.ana, s.beto);
	EXPECT_EQUAL("Ana's mana", s.ana->mana, 9000 - dart->mana);
	EXPECT(s.beto->hp >= 300 - dart->change[SPELL_HP].max * 2, "Beto has %d", s.beto->hp);
	EXPECT(has_seen(s.cora, scenario_text("UpdateTagAndStatus char_index=%d nick_color=1", s.ana->self)),
		   "Ana is not seen as a criminal");

	/* his worker dies between two spells: nothing of either is lost */
	int before = s.beto->hp;
	pid_t worker = game_server_process(s.server, 1);
	s.server->errors_expected = true;
	EXPECT(kill(worker, SIGKILL) == 0, "the worker cannot be killed");
	cast_on(s.ana, FIRE, s.beto);
	game_server_await_successor(s.server, 1, worker);
	bot_until(s.beto, s.beto->hp < before - 40);
	cast_on(s.beto, HEAL, s.beto);
	bot_until(s.beto, s.beto->mana < 9000);
	scene_end(&s);
}

static void held_fast_set_free_and_unseen(void **state)
{
	(void)state;
	struct scene s = scene_make();
	BOT_SEND(s.ana, SAFE_TOGGLE);
	cast_on(s.ana, PARALYSE, s.beto);
	bot_until(s.beto, s.beto->paralysed);
	cast_on(s.beto, FREE, s.beto);
	bot_until(s.beto, !s.beto->paralysed);
	cast_on(s.beto, INVISIBLE, s.beto);
	bot_until(s.cora, bot_find(s.cora, s.beto->self)->invisible);
	bot_until(s.ana, bot_find(s.ana, s.beto->self)->invisible);
	scene_end(&s);
}

static void killed_and_brought_back_by_magic(void **state)
{
	(void)state;
	struct scene s = scene_make();
	BOT_SEND(s.ana, SAFE_TOGGLE);
	for (unsigned casts = 0; s.beto->hp > 0; casts++) {
		EXPECT(casts < 40, "Beto has %d left after 40 spells", s.beto->hp);
		cast_on(s.ana, FIRE, s.beto);
		bot_sync(s.beto);
	}
	bot_until(s.cora, bot_find(s.cora, s.beto->self)->body == BODY_DEAD);
	bot_until(s.ana, s.ana->stamina == 900);
	cast_on(s.ana, REVIVE, s.beto);
	bot_expect_line(s.ana, TEXT_SPELL_SPIRIT_UNWILLING);
	BOT_SEND(s.beto, RESUSCITATION_SAFE_TOGGLE);
	bot_sync(s.beto);
	cast_on(s.ana, REVIVE, s.beto);
	bot_until(s.beto, s.beto->hp > 0);
	bot_until(s.cora, bot_find(s.cora, s.beto->self)->body != BODY_DEAD);
	bot_sync(s.ana);
	bot_sync(s.beto);
	EXPECT_EQUAL("Ana's life", s.ana->hp, 165);
	EXPECT_EQUAL("Beto's mana", s.beto->mana, 0);
	EXPECT_EQUAL("Beto's food", s.beto->food, 0);
	scene_end(&s);
}

static void summoned_creatures_are_seen_by_all(void **state)
{
	(void)state;
	struct scene s = scene_make();
	unsigned before = s.cora->character_count;
	cast_at(s.ana, SUMMON, bot_self(s.ana)->x, bot_self(s.ana)->y + 1);
	bot_until(s.cora, s.cora->character_count >= before + 2);
	bot_until(s.ana, s.ana->mana < 9000);
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(words_light_and_damage_reach_everybody),
		SCENARIO(held_fast_set_free_and_unseen),
		SCENARIO(killed_and_brought_back_by_magic),
		SCENARIO(summoned_creatures_are_seen_by_all),
	};
	return SCENARIOS_RUN(tests);
}
