/* What a blow at a player does besides hurting. rules-life-combat-magic.md 13.5, 13.7, 13.12 to 13.16, 13.18. */
#include "tests/unit/test_fights.h"

static void poison_goes_through_armour_and_comes_from_the_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_ARMOUR, 1);
	arm(world, ana, 1, THING_POISON_SWORD, 1);
	world->config.rules.weapon_poison_percent = 100;
	strike_until_it_hits(world);
	assert_int_equal(player_of(world, beto)->poisoned, 1);
	EXPECT_LINE(world, beto, TEXT_POISONED_YOU, "Ana");
	EXPECT_LINE(world, ana, TEXT_POISONED, "Beto");

	player_of(world, beto)->poisoned = 0;
	arm(world, ana, 2, THING_BOW, 1);
	arm(world, ana, 3, THING_ARROWS, 100);
	do
		shoot(world, X, Y + 1);
	while (lost(world) == 0);
	assert_int_equal(player_of(world, beto)->poisoned, 0);
	arm(world, ana, 4, THING_POISON_ARROWS, 100);
	do
		shoot(world, X, Y + 1);
	while (lost(world) == 0);
	assert_int_equal(player_of(world, beto)->poisoned, 1);
}

static void daggers_stab_and_the_hungry_do_not(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 300 };
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_ASSASSIN;
	player_of(world, ana)->skills[SKILL_STABBING - 1] = 100;
	player_of(world, ana)->hunger = 0;
	arm(world, ana, 1, THING_DAGGER, 1);
	int lines = 0, hits = 0;
	for (int i = 0; i < 20; i++)
		strike_until_it_hits(world), lines += HOW_MANY(world, ana, CONSOLE_MSG);
	assert_int_equal(lines, 0);
	player_of(world, ana)->hunger = 100;
	int plain = strike_until_it_hits(world), most = plain;
	for (int i = 0; i < BLOWS; i++) {
		int by = strike_until_it_hits(world);
		most = by > most ? by : most;
		plain = by < plain ? by : plain;
		hits += by > plain * 2;
	}
	assert_int_equal(most, plain + stab_player_damage(plain, CLASS_ASSASSIN)); /* one damage: all ends are the same */
	/* 24 of 101; five standard deviations of 7.4 */
	assert_in_range(hits, 71 - 37, 71 + 37);
}

static void theft_gloves(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *he = player_of(world, beto);
	player_of(world, ana)->class_id = CLASS_BANDIT;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100;
	player_of(world, ana)->level = 47;
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	arm(world, beto, 1, THING_SHIELD, 1);
	arm(world, beto, 2, THING_SWORD, 1);
	arm(world, beto, 3, THING_HELMET, 1);
	he->level = 19;
	for (int i = 0; i < 200 && he->equipment[EQUIP_SHIELD] + he->equipment[EQUIP_WEAPON] + he->equipment[EQUIP_HELMET];
		 i++) {
		unsigned before = (he->equipment[EQUIP_SHIELD] != 0) + (he->equipment[EQUIP_WEAPON] != 0) +
						  (he->equipment[EQUIP_HELMET] != 0);
		strike_until_it_hits(world);
		unsigned after = (he->equipment[EQUIP_SHIELD] != 0) + (he->equipment[EQUIP_WEAPON] != 0) +
						 (he->equipment[EQUIP_HELMET] != 0);
		assert_true(before - after <= 1);
	}
	assert_int_equal(he->equipment[EQUIP_SHIELD], 0);
	assert_int_equal(he->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(he->equipment[EQUIP_HELMET], 0);

	player_of(world, ana)->class_id = CLASS_THIEF;
	for (int i = 0; i < 200 && (body_of(world, beto)->flags & BODY_PARALYSED) == 0; i++)
		strike_until_it_hits(world);
	assert_true((body_of(world, beto)->flags & BODY_PARALYSED) != 0);
	EXPECT_LINE(world, beto, TEXT_HAND_PARALYSED_YOU);
	EXPECT_SOUND(world);
}

static void thieves_disarm_even_who_wears_nothing(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_THIEF;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100;
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	for (int i = 0; i < 30; i++) {
		strike(world);
		lost(world);
	}
	EXPECT_SOUND(world);
	arm(world, beto, 2, THING_SWORD, 1);
	for (int i = 0; i < 100 && player_of(world, beto)->equipment[EQUIP_WEAPON] != 0; i++) {
		strike(world);
		lost(world);
	}
	assert_int_equal(player_of(world, beto)->equipment[EQUIP_WEAPON], 0);
	EXPECT_SLOT(world, beto, 2, THING_SWORD, 1, NOT_WORN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(poison_goes_through_armour_and_comes_from_the_arrow),
		WORLD_TEST(daggers_stab_and_the_hungry_do_not),
		WORLD_TEST(theft_gloves),
		WORLD_TEST(thieves_disarm_even_who_wears_nothing),
	};
	return cmocka_run_group_tests_name("rules_blows", tests, NULL, NULL);
}
