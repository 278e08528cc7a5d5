/* test_spells.h - casting in the little land (tests/harness/little_world.h), for the tests of magic. */
#ifndef ARGENTUM_TEST_SPELLS_H
#define ARGENTUM_TEST_SPELLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/creature.h"

enum { WIZARD_X = 60, WIZARD_Y = 60, WIZARD_MANA = 1000 };

/* Somebody who knows all about magic and whom nothing keeps from harming others. The rest of `who` as for ENTER. */
static inline uint32_t wizard_enter(struct little_world *world, struct newcomer who)
{
	who.class_id = who.class_id != 0 ? who.class_id : CLASS_CLERIC;
	who.map = who.map != 0 ? who.map : LAND_WILD;
	who.x = who.x != 0 ? who.x : WIZARD_X;
	who.y = who.y != 0 ? who.y : WIZARD_Y;
	uint32_t wizard = little_world_enter(world, &who);
	struct player *player = player_of(world, wizard);
	player->skills[SKILL_MAGIC - 1] = 100;
	player->skills_assigned = 10; /* as one must, to learn by practice */
	player->mana = player->mana_max = WIZARD_MANA;
	player->safe_mode = 0;
	forget(world);
	return wizard;
}
#define WIZARD(world, ...) wizard_enter((world), (struct newcomer){.name = __VA_ARGS__})

/* Somebody two tiles to the east of where wizards come, in the wild. */
#define TARGET(world, ...) ENTER((world), __VA_ARGS__, .map = LAND_WILD, .x = WIZARD_X + 2, .y = WIZARD_Y)

/* A creature of the wild, there and then. */
struct beast_called {
	enum beast beast;
	struct place at;
	uint32_t body;
};
static inline enum tx_verdict beast_calls(struct tx *tx, void *context)
{
	struct beast_called *called = context;
	called->body = creature_spawn(tx, (unsigned)called->beast, called->at, false);
	return TX_COMMIT;
}
static inline uint32_t beast_call(struct little_world *world, enum beast beast, int x, int y)
{
	struct beast_called called = {.beast = beast, .at = {.map = LAND_WILD, .x = (uint8_t)x, .y = (uint8_t)y}};
	little_world_run(world, LAND_WILD, beast_calls, &called);
	assert_int_not_equal(called.body, 0);
	forget(world);
	return called.body;
}

/* Chooses and clicks; the intervals are over each time. */
static inline void cast_at(struct little_world *world, uint32_t who, enum charm charm, int x, int y)
{
	player_of(world, who)->spells[0] = (uint16_t)charm;
	DO(world, who, CAST_SPELL, .slot = 1);
	DO(world, who, WORK_LEFT_CLICK, .x = x, .y = y, .skill = SKILL_MAGIC);
}

static inline void cast_on(struct little_world *world, uint32_t who, enum charm charm, uint32_t target)
{
	const struct body *body = body_of(world, target);
	cast_at(world, who, charm, body->x, body->y);
}

/* The last cast cost so much, which is given back. */
#define EXPECT_PAID(world, who, mana_, stamina_)                                                                       \
	do {                                                                                                               \
		struct player *payer_ = player_of((world), (who));                                                             \
		assert_int_equal(WIZARD_MANA - payer_->mana, (mana_));                                                         \
		assert_int_equal(payer_->stamina_max - payer_->stamina, (stamina_));                                           \
		payer_->mana = WIZARD_MANA;                                                                                    \
		payer_->stamina = payer_->stamina_max;                                                                         \
		EXPECT_ANY((world), (who), UPDATE_USER_STATS);                                                                 \
	} while (0)

/* It cost nothing: he reads this line and nobody is told anything else. */
#define EXPECT_REFUSED(world, who, ...)                                                                                \
	do {                                                                                                               \
		EXPECT_LINE((world), (who), __VA_ARGS__);                                                                      \
		EXPECT_NOTHING_ELSE(world);                                                                                    \
		assert_int_equal(player_of((world), (who))->mana, WIZARD_MANA);                                                \
		assert_int_equal(player_of((world), (who))->stamina, player_of((world), (who))->stamina_max);                  \
		assert_int_equal(player_of((world), (who))->spell, 0);                                                         \
	} while (0)

#endif
