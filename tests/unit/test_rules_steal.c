/* Thieves: rules-life-combat-magic.md 18.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/wire.h"

enum { X = 40, Y = 40 /* in the wild */ };

static uint32_t ana, beto;

/* Ana, a master thief without scruples, beside Beto. */
static void thief_and_victim(struct little_world *world)
{
	ana = ENTER(world, "Ana", .class_id = CLASS_THIEF, .map = LAND_WILD, .x = X, .y = Y);
	beto = ENTER(world, "Beto", .map = LAND_WILD, .x = X, .y = Y + 2);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, ana)->safe_mode = 0;
	player_of(world, ana)->skills[SKILL_STEALING - 1] = 100;
	player_of(world, ana)->experience_next = 90000000;
}

static void steal(struct little_world *world)
{
	player_of(world, ana)->stamina = 100;
	pass_ms(world, 2000);
	forget(world);
	DO(world, ana, WORK_LEFT_CLICK, .x = body_of(world, beto)->x, .y = body_of(world, beto)->y - 1,
	   .skill = SKILL_STEALING);
}

static void gold_changes_hands_within_its_bounds(void **state)
{
	struct little_world *world = *state;
	enum { ALL = 1000000 };
	thief_and_victim(world);
	give_gold(world, beto, ALL);
	int32_t before = 0;
	unsigned thefts = 0;
	for (int i = 0; i < 200; i++) {
		steal(world);
		int32_t took = player_of(world, ana)->gold - before;
		before = player_of(world, ana)->gold;
		assert_int_equal(player_of(world, ana)->gold + player_of(world, beto)->gold, ALL);
		if (took == 0)
			continue;
		thefts++;
		assert_in_range(took, 25 * 20, 50 * 20);
		EXPECT(world, ana, UPDATE_GOLD, .gold = player_of(world, ana)->gold);
		EXPECT(world, beto, UPDATE_GOLD, .gold = player_of(world, beto)->gold);
		EXPECT_LINE(world, ana, TEXT_STOLE_GOLD, (int)took, "Beto");
	}
	/* two of five, and half of those are for things: about 41; five standard deviations of 5.7 */
	assert_in_range(thefts, 41 - 29, 41 + 29);
	assert_true(player_is_criminal(player_of(world, ana)));
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_THIEF] % 25, 0);
	assert_true(player_of(world, ana)->reputation[REPUTATION_THIEF] > 0);
	EXPECT_SOUND(world);
}

static void an_empty_and_a_full_purse(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	player_of(world, ana)->class_id = CLASS_WARRIOR; /* who is no thief takes gold only */
	give_gold(world, beto, 7);
	give(world, beto, 1, THING_BREAD, 10);
	for (int i = 0; i < 100 && player_of(world, beto)->gold > 0; i++)
		steal(world);
	assert_int_equal(player_of(world, beto)->gold, 0);
	assert_int_equal(player_of(world, ana)->gold, 7);
	assert_int_equal(player_of(world, beto)->inventory[0].amount, 10);
	give_gold(world, ana, GOLD_MAX);
	give_gold(world, beto, 1000);
	for (int i = 0; i < 30; i++)
		steal(world);
	assert_int_equal(player_of(world, ana)->gold, GOLD_MAX);
	assert_int_equal(player_of(world, beto)->gold, 1000);
	EXPECT_SOUND(world);
}

static void things_are_taken_to_the_last_one_and_some_never(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give(world, beto, 1, THING_KEY, 1);
	give(world, beto, 2, THING_BREAD, 3);
	give(world, beto, 3, THING_BOAT, 1);
	give(world, beto, 4, THING_NEWBIE_TUNIC, 1);
	give(world, beto, 5, THING_BOUND, 1);
	give(world, beto, 6, THING_SWORD, 1);
	give(world, beto, 7, THING_ARMY_HELMET, 1);
	give(world, beto, 8, THING_CHAOS_SHIELD, 1);
	give(world, beto, 9, THING_RELIC, 1);
	give(world, beto, INVENTORY_SLOTS_NORMAL + 1, THING_BOOK, 1); /* of a backpack that he does not wear */
	wear(world, beto, 6);
	for (int i = 0; i < 300 && player_of(world, beto)->inventory[1].amount > 0; i++)
		steal(world);
	assert_int_equal(player_of(world, beto)->inventory[1].item, 0);
	unsigned bread = 0;
	for (unsigned slot = 0; slot < INVENTORY_SLOTS; slot++) {
		const struct stack *stack = &player_of(world, ana)->inventory[slot];
		bread += stack->item == THING_BREAD ? stack->amount : 0;
		assert_true(stack->item == 0 || stack->item == THING_BREAD);
	}
	assert_int_equal(bread, 3);
	for (int i = 0; i < 100; i++)
		steal(world);
	static const unsigned kept[] = {1, 3, 4, 5, 6, 7, 8, 9, INVENTORY_SLOTS_NORMAL + 1};
	for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++)
		assert_int_equal(player_of(world, beto)->inventory[kept[i] - 1].amount, 1);
	EXPECT_SOUND(world);
}

static void what_does_not_fit_falls_at_her_feet(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	for (unsigned slot = 1; slot <= INVENTORY_SLOTS_NORMAL; slot++)
		give(world, ana, slot, THING_BOOK, STACK_MAX);
	give(world, beto, 1, THING_BREAD, 100);
	for (int i = 0; i < 100 && player_of(world, beto)->inventory[0].amount == 100; i++)
		steal(world);
	unsigned amount = 0;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		const struct stack *stack = &world->world.maps[LAND_WILD].ground[tile];
		amount += stack->item == THING_BREAD ? stack->amount : 0;
	}
	assert_in_range(amount, 5, 10);
	assert_int_equal(player_of(world, beto)->inventory[0].amount + amount, 100);
	EXPECT_SOUND(world);
}

static void refusals(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give_gold(world, beto, 1000);
	struct player *me = player_of(world, ana), *he = player_of(world, beto);

	me->safe_mode = 1;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_SAFE_MODE);
	me->safe_mode = 0;
	me->royal_army = 1;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_ARMY);
	me->royal_army = 0;
	he->dead = 1;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_NOT_HIM);
	he->dead = 0;
	he->privileges = PRIVILEGE_COUNSELLOR;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_NOT_HIM);
	he->privileges = PRIVILEGE_USER;
	stand(world, beto, X, Y + 3);
	steal(world);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	stand(world, ana, ARENA_FROM, ARENA_FROM);
	stand(world, beto, ARENA_FROM, ARENA_FROM + 1);
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_SAFE_PLACE);
	stand(world, ana, SHELTER_X, GROUNDS_Y);
	stand(world, beto, SHELTER_X, GROUNDS_Y + 1);
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_SAFE_PLACE);
	stand(world, ana, SHELTER_X, GROUNDS_Y - 1);
	stand(world, beto, SHELTER_X, GROUNDS_Y);
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_SAFE_PLACE);
	stand(world, ana, X, Y);
	stand(world, beto, X, Y + 2);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y - 1, .skill = SKILL_STEALING); /* herself */
	EXPECT_LINE(world, ana, TEXT_STEAL_NOBODY);
	me->stamina = 14;
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_STEALING);
	EXPECT_LINE(world, ana, TEXT_TIRED_MAN);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = X + 4, .y = Y, .skill = SKILL_STEALING);
	EXPECT_LINE(world, ana, TEXT_STEAL_NOBODY);
	assert_int_equal(he->gold, 1000);
	assert_false(player_is_criminal(me));

	steal(world);
	assert_true(player_is_criminal(me)); /* for trying is enough */
	forget(world);
	world->tx.now_ms -= 600;
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_STEALING);
	EXPECT_NOTHING_ELSE(world); /* too soon */
}

static void outside_the_frame_there_is_nobody_to_ask(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	stand(world, ana, 10, 10);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = 5, .y = 10, .skill = SKILL_STEALING);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->gates.work_ms, 0);
}

static void nobody_steals_in_a_safe_map(void **state)
{
	struct little_world *world = *state;
	ana = ENTER(world, "Ana", .class_id = CLASS_THIEF);
	beto = ENTER(world, "Beto", .y = MEADOW_Y + 1);
	player_of(world, ana)->safe_mode = 0;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_SAFE_PLACE);
}

/* --- what it means ------------------------------------------------------------------------------------------------------ */

static void make_criminal(struct little_world *world, uint32_t who, bool chaos)
{
	player_of(world, who)->reputation[REPUTATION_NOBLE] = 0;
	player_of(world, who)->reputation[REPUTATION_BANDIT] = 1000;
	player_of(world, who)->chaos_legion = chaos;
}

static void whoever_fails_is_noticed_and_tired(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give_gold(world, beto, 1000000);
	player_of(world, ana)->skills[SKILL_STEALING - 1] = 0;
	player_of(world, ana)->skills_assigned = 10; /* as one must, to learn by practice */
	unsigned failed = 0;
	for (int i = 0; i < 30; i++) {
		int32_t gold = player_of(world, ana)->gold;
		player_of(world, ana)->skill_experience[SKILL_STEALING - 1] = 0;
		steal(world);
		assert_int_equal(player_of(world, ana)->stamina, 85);
		if (player_of(world, ana)->gold != gold) {
			assert_int_equal(player_of(world, ana)->skill_experience[SKILL_STEALING - 1], 50);
			continue;
		}
		if (player_of(world, ana)->skill_experience[SKILL_STEALING - 1] != 20)
			continue; /* she looked for things, of which there are none */
		failed++;
		EXPECT_LINE(world, ana, TEXT_STEAL_FAILED);
		EXPECT_LINE(world, beto, TEXT_STEAL_TRIED, "Ana");
	}
	assert_true(failed > 20); /* 33 of 35 */
}

static void gloves_take_twice_as_much(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give(world, ana, 1, THING_THEFT_GLOVES, 1);
	wear(world, ana, 1);
	give_gold(world, beto, 10000000);
	int32_t before = 0;
	unsigned thefts = 0;
	for (int i = 0; i < 60; i++) {
		steal(world);
		int32_t took = player_of(world, ana)->gold - before;
		before += took;
		if (took == 0)
			continue;
		assert_in_range(took, 50 * 20, 100 * 20);
		thefts++;
	}
	assert_true(thefts > 0);
}

/* 12.2: robbing a criminal is no crime; a criminal who robs is a thief besides. */
static void robbing_criminals_is_no_crime(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	make_criminal(world, beto, false);
	player_of(world, ana)->safe_mode = 1; /* keeps from robbing citizens alone */
	give_gold(world, beto, 1000000);
	for (int i = 0; i < 20; i++)
		steal(world);
	assert_true(player_of(world, ana)->gold > 0);
	assert_false(player_is_criminal(player_of(world, ana)));
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_THIEF], 0);
	make_criminal(world, ana, false);
	for (int i = 0; i < 4; i++)
		steal(world);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_THIEF], 4 * 25);
}

static void the_legion_does_not_rob_its_own(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	make_criminal(world, ana, true);
	make_criminal(world, beto, true);
	give_gold(world, beto, 1000);
	steal(world);
	EXPECT_LINE(world, ana, TEXT_STEAL_CHAOS);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->stamina, 100);
	player_of(world, beto)->chaos_legion = 0;
	steal(world);
	assert_int_equal(player_of(world, ana)->stamina, 85);
}

/* Nobody leaves the game from under a thief's hand with what he looked for; that of gold he may. */
static void a_hand_in_the_bag_ends_the_countdown(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give(world, beto, 1, THING_BREAD, 10000);
	give_gold(world, beto, 1000000);
	bool things = false, gold = false;
	for (int i = 0; i < 200 && !(things && gold); i++) {
		uint64_t leaves_ms = world->tx.now_ms + 60000;
		int32_t had = player_of(world, beto)->gold;
		unsigned bread = player_of(world, beto)->inventory[0].amount;
		player_of(world, beto)->logout_due_ms = leaves_ms;
		steal(world);
		if (player_of(world, beto)->inventory[0].amount < bread) {
			assert_int_equal(player_of(world, beto)->logout_due_ms, 0);
			EXPECT_LINE(world, beto, TEXT_LEAVING_CANCELLED);
			EXPECT_LINE(world, ana, TEXT_STOLE_ITEM, (int)(bread - player_of(world, beto)->inventory[0].amount), "Pan");
			things = true;
		} else if (player_of(world, beto)->gold < had) {
			assert_int_equal(player_of(world, beto)->logout_due_ms, leaves_ms);
			gold = true;
		}
	}
	assert_true(things && gold);
}

static void who_trades_or_is_dead_does_not_steal(void **state)
{
	struct little_world *world = *state;
	thief_and_victim(world);
	give_gold(world, beto, 1000);
	player_of(world, ana)->trading = 1;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_NOT_NOW_TRADING);
	player_of(world, ana)->trading = 0;
	player_of(world, ana)->dead = 1;
	steal(world);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, beto)->gold, 1000);
	assert_false(player_is_criminal(player_of(world, ana)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(gold_changes_hands_within_its_bounds),
		WORLD_TEST(an_empty_and_a_full_purse),
		WORLD_TEST(things_are_taken_to_the_last_one_and_some_never),
		WORLD_TEST(what_does_not_fit_falls_at_her_feet),
		WORLD_TEST(refusals),
		WORLD_TEST(outside_the_frame_there_is_nobody_to_ask),
		WORLD_TEST(nobody_steals_in_a_safe_map),
		WORLD_TEST(whoever_fails_is_noticed_and_tired),
		WORLD_TEST(gloves_take_twice_as_much),
		WORLD_TEST(robbing_criminals_is_no_crime),
		WORLD_TEST(the_legion_does_not_rob_its_own),
		WORLD_TEST(a_hand_in_the_bag_ends_the_countdown),
		WORLD_TEST(who_trades_or_is_dead_does_not_steal),
	};
	return cmocka_run_group_tests_name("rules_steal", tests, NULL, NULL);
}
