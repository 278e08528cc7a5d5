/* The arithmetic of fighting against the vectors of rules-life-combat-magic.md 13.17 and hand-computed cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/game/formulas.h"

/* Modifiers of 13.1. */
static const struct class_def warrior = {.evasion = 1,
										 .weapon_attack = 1,
										 .ranged_attack = 0.8,
										 .wrestling_attack = 0.6,
										 .weapon_damage = 1.1,
										 .ranged_damage = 0.9,
										 .wrestling_damage = 0.4,
										 .shield = 1};
static const struct class_def hunter = {.ranged_attack = 1, .ranged_damage = 1.1, .weapon_damage = 0.9};
static const struct class_def mage = {.evasion = 0.4, .weapon_damage = 0.5, .wrestling_damage = 0.4};

/* --- hitting ------------------------------------------------------------------------------------------------------------ */

static void evasion_is_that_of_the_document(void **state)
{
	(void)state;
	assert_int_equal(evasion_power(100, 20, 1, 40), 231);
	assert_int_equal(evasion_power(100, 18, 0.4, 30), 107);
	assert_int_equal(evasion_power(33, 19, 1.1, 15), 64);
	assert_int_equal(evasion_power(32, 19, 1.1, 15), 62);
	assert_int_equal(evasion_power(0, 18, 1, 1), 0);
	assert_int_equal(shield_power(75, 1), 38);
	assert_int_equal(shield_power(60, 2), 60);
}

static void attack_is_that_of_the_document(void **state)
{
	(void)state;
	assert_int_equal(attack_power(30, 18, 1, 12), 30);
	assert_int_equal(attack_power(31, 18, 1, 12), 49);
	assert_int_equal(attack_power(61, 18, 1, 13), 100);
	assert_int_equal(attack_power(100, 18, 1, 40), 224);
	assert_int_equal(attack_power(100, 19, 1, 25), 190);
	assert_int_equal(attack_power(91, 18, 0.95, 30), 183);
}

static void a_hit_is_never_sure_and_never_hopeless(void **state)
{
	(void)state;
	static const struct {
		int difference, percent;
	} cases[] = {{63, 75}, {0, 50}, {1, 50}, {5, 52}, {11, 54}, {100, 90}, {101, 90}, {-200, 10}, {-100, 10}, {-5, 48}};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(hit_percent(200 + cases[i].difference, 200), cases[i].percent);
	}
	assert_int_equal(hit_percent(INT32_MAX, INT32_MIN), 90);
	assert_int_equal(hit_percent_meditating(40), 55);
	assert_int_equal(hit_percent_meditating(10), 32);
	assert_int_equal(hit_percent_meditating(75), 81);
	assert_int_equal(hit_percent_meditating(90), 90);
	assert_int_equal(block_percent(0, 0), 10);
	assert_int_equal(block_percent(100, 100), 50);
	assert_int_equal(block_percent(100, 0), 90);
	assert_int_equal(block_percent(1, 100), 10);
}

/* --- damage ------------------------------------------------------------------------------------------------------------- */

static void damage_is_that_of_the_document(void **state)
{
	(void)state;
	static const struct item_def sword = {.hit_min = 15, .hit_max = 20}, dagger = {.hit_min = 3, .hit_max = 3},
								 bow = {.hit_min = 4, .hit_max = 5, .flags = ITEM_SHOOTS | ITEM_NEEDS_ARROWS},
								 arrow = {.hit_min = 3, .hit_max = 3};
	struct damage_terms terms = damage_terms(&(struct arms){.weapon = &sword}, &warrior, 38, 90, 90);
	assert_int_equal(damage_of(&terms, 15, 90), 250);
	terms = damage_terms(&(struct arms){.weapon = &dagger}, &mage, 16, 2, 2);
	assert_int_equal(damage_of(&terms, 3, 2), 6);
	terms = damage_terms(&(struct arms){.weapon = &bow, .ammunition = &arrow}, &hunter, 20, 40, 40);
	assert_int_equal(terms.weapon_most, 5);
	assert_int_equal(damage_of(&terms, 4 + 3, 40), 73);
	terms = damage_terms(&(struct arms){.weapon = NULL}, &mage, 18, 2, 2);
	assert_int_equal(terms.weapon.min, 4);
	assert_int_equal(terms.weapon.max, 9);
	assert_int_equal(damage_of(&terms, 7, 2), 11);
}

static void gloves_count_without_weapon_and_no_other_ring_does(void **state)
{
	(void)state;
	static const struct item_def gloves = {.hit_min = 5, .hit_max = 8, .flags = ITEM_IS_THIEF_GLOVE},
								 ring = {.hit_min = 5, .hit_max = 8}, knife = {.hit_min = 1, .hit_max = 2};
	struct damage_terms terms = damage_terms(&(struct arms){.gloves = &gloves}, &mage, 15, 1, 2);
	assert_int_equal(terms.weapon.min, 9);
	assert_int_equal(terms.weapon.max, 17);
	assert_int_equal(terms.weapon_most, 17);
	terms = damage_terms(&(struct arms){.gloves = &ring}, &mage, 15, 1, 2);
	assert_int_equal(terms.weapon.max, 9);
	terms = damage_terms(&(struct arms){.weapon = &knife, .gloves = &gloves}, &mage, 15, 1, 2);
	assert_int_equal(terms.weapon.max, 2);
}

static void the_dragon_sword_is_a_toothpick(void **state)
{
	(void)state;
	static const struct item_def sword = {.hit_min = 15, .hit_max = 20};
	struct damage_terms terms =
		damage_terms(&(struct arms){.weapon = &sword, .weapon_item = ITEM_DRAGON_SWORD}, &warrior, 20, 0, 0);
	assert_int_equal(terms.weapon.max, 1);
	assert_int_equal(terms.weapon_most, 1);
}

static void rolled_damage_stays_between_its_ends_and_reaches_both(void **state)
{
	(void)state;
	static const struct item_def bow = {.hit_min = 2, .hit_max = 4, .flags = ITEM_SHOOTS | ITEM_NEEDS_ARROWS},
								 arrow = {.hit_min = 1, .hit_max = 2};
	struct damage_terms terms = damage_terms(&(struct arms){.weapon = &bow, .ammunition = &arrow}, &hunter, 20, 1, 3);
	int least = damage_of(&terms, 3, 1), most = damage_of(&terms, 6, 3);
	int seen_least = INT32_MAX, seen_most = 0;
	struct rng rng;
	rng_seed(&rng, 7);
	for (int i = 0; i < 10000; i++) {
		int damage = damage_roll(&rng, &terms);
		seen_least = damage < seen_least ? damage : seen_least;
		seen_most = damage > seen_most ? damage : seen_most;
	}
	assert_int_equal(seen_least, least);
	assert_int_equal(seen_most, most);
}

/* --- besides -------------------------------------------------------------------------------------------------------------- */

static void stabs_succeed_as_often_as_the_table_says(void **state)
{
	(void)state;
	static const unsigned skills[] = {0, 25, 50, 75, 100};
	static const struct {
		unsigned class_id;
		int percent[5];
	} rows[] = {{CLASS_ASSASSIN, {4, 5, 7, 13, 24}}, {CLASS_CLERIC, {4, 5, 7, 10, 15}},
				{CLASS_PALADIN, {4, 5, 7, 10, 15}},  {CLASS_PIRATE, {4, 5, 7, 10, 15}},
				{CLASS_BARD, {4, 5, 7, 9, 12}},      {CLASS_WARRIOR, {4, 5, 6, 7, 8}}};
	for (unsigned row = 0; row < sizeof rows / sizeof *rows; row++) {
		for (unsigned i = 0; i < 5; i++)
			assert_int_equal(stab_percent(skills[i], rows[row].class_id), rows[row].percent[i]);
	}
}

static void what_a_stab_adds(void **state)
{
	(void)state;
	static const struct item_def dagger = {.flags = ITEM_STABS}, sword = {0};
	assert_true(may_stab(&dagger, 0, CLASS_ASSASSIN));
	assert_true(may_stab(&dagger, 10, CLASS_MAGE));
	assert_false(may_stab(&dagger, 9, CLASS_MAGE));
	assert_false(may_stab(&sword, 100, CLASS_ASSASSIN));
	assert_false(may_stab(NULL, 100, CLASS_ASSASSIN));
	assert_int_equal(stab_player_damage(100, CLASS_ASSASSIN), 140);
	assert_int_equal(stab_player_damage(5, CLASS_WARRIOR), 8); /* 7.5, to the even */
	assert_int_equal(stab_creature_damage(30, 20, CLASS_ASSASSIN), 60);
	assert_int_equal(stab_creature_damage(30, 20, CLASS_WARRIOR), 40);
}

static void criticals_slashes_and_disarming(void **state)
{
	(void)state;
	assert_int_equal(critical_percent(0), 8);
	assert_int_equal(critical_percent(50), 11);
	assert_int_equal(critical_percent(100), 19);
	assert_int_equal(critical_damage(101), 75);
	assert_int_equal(slash_damage(99), 19);
	assert_int_equal(disarm_percent(100, 30), 40);
	struct rng rng;
	rng_seed(&rng, 3);
	int paralysed = 0;
	enum { TRIES = 101000 };
	for (int i = 0; i < TRIES; i++) {
		assert_false(hand_paralyses(&rng, 0));
		paralysed += hand_paralyses(&rng, 100);
	}
	/* 25 of 101; five standard deviations of 138 either way */
	assert_in_range(paralysed, 25000 - 690, 25000 + 690);
}

static void a_blow_that_breaks_meditation(void **state)
{
	(void)state;
	static const int thresholds[] = {68, 60, 53, 48, 43, 40};
	for (int roll = 0; roll <= 5; roll++)
		assert_int_equal(meditation_threshold(200, 20, 100, roll), thresholds[roll]);
	assert_int_equal(meditation_threshold(0, 20, 100, 0), 0);
}

static void what_a_hit_teaches(void **state)
{
	(void)state;
	assert_int_equal(hit_experience(13, 30, 30, 45, 45), 20); /* 19.5 */
	assert_int_equal(hit_experience(100, 30, 30, 45, 45), 45);
	assert_int_equal(hit_experience(13, 30, 30, 45, 7), 7);
	assert_int_equal(hit_experience(13, 0, 30, 45, 45), 0);
	assert_int_equal(hit_experience(0, 30, 30, 45, 45), 0);
	assert_int_equal(hit_experience(13, 30, 0, 45, 45), 0);
	assert_int_equal(hit_experience(13, 30, 30, 0, 0), 0);
}

static void thieves(void **state)
{
	(void)state;
	static const struct {
		unsigned skill;
		int luck;
	} steps[] = {{0, 35},  {10, 35}, {11, 30}, {20, 30}, {30, 28}, {40, 24}, {50, 22}, {60, 20},
				 {70, 18}, {80, 15}, {81, 10}, {90, 10}, {91, 7},  {99, 7},  {100, 5}};
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
		assert_int_equal(skill_luck(steps[i].skill), steps[i].luck);
	assert_int_equal(steal_gold(CLASS_THIEF, 10, false).min, 250);
	assert_int_equal(steal_gold(CLASS_THIEF, 10, false).max, 500);
	assert_int_equal(steal_gold(CLASS_THIEF, 10, true).max, 1000);
	assert_int_equal(steal_gold(CLASS_MAGE, 40, true).max, 100);
	assert_int_equal(steal_amount(1).min, 1);
	assert_int_equal(steal_amount(1).max, 1);
	assert_int_equal(steal_amount(100).min, 5);
	assert_int_equal(steal_amount(100).max, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evasion_is_that_of_the_document),
		cmocka_unit_test(attack_is_that_of_the_document),
		cmocka_unit_test(a_hit_is_never_sure_and_never_hopeless),
		cmocka_unit_test(damage_is_that_of_the_document),
		cmocka_unit_test(gloves_count_without_weapon_and_no_other_ring_does),
		cmocka_unit_test(the_dragon_sword_is_a_toothpick),
		cmocka_unit_test(rolled_damage_stays_between_its_ends_and_reaches_both),
		cmocka_unit_test(stabs_succeed_as_often_as_the_table_says),
		cmocka_unit_test(what_a_stab_adds),
		cmocka_unit_test(criticals_slashes_and_disarming),
		cmocka_unit_test(a_blow_that_breaks_meditation),
		cmocka_unit_test(what_a_hit_teaches),
		cmocka_unit_test(thieves),
	};
	return cmocka_run_group_tests_name("formulas", tests, NULL, NULL);
}
