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

/* --- how much --------------------------------------------------------------------------------------------------------- */

static void a_weapon_that_pierces_finds_less_armour(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_ARMOUR, 1);
	arm(world, ana, 1, THING_LANCE, 1);
	int damage = damage_of_his(world, ana);
	for (int i = 0; i < 30; i++) {
		int by = strike_until_it_hits(world);
		const struct s2c_packet *told = multi(world, ana, MULTI_USER_HITTED_USER);
		assert_non_null(told);
		bool head = told->multi.USER_HITTED_USER.body_part == BODY_PART_HEAD;
		assert_int_equal(by, head ? damage + 3000 : damage); /* 3000 of armour, but not on the head */
	}
}

static void ships_strike_and_protect_and_do_not_bleed(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_DAGGER, 1);
	int damage = damage_of_his(world, ana);
	sails(world, ana, THING_WARSHIP);
	assert_int_equal(strike_until_it_hits(world), damage + 500);
	EXPECT(world, ana, CREATE_FX, .char_index = (int32_t)beto, .fx = 14, .loops = 0);
	sails(world, beto, THING_WARSHIP);
	assert_int_equal(strike_until_it_hits(world), damage + 500 - 300);
	assert_int_equal(HOW_MANY(world, ana, CREATE_FX), 0);
	body_of(world, ana)->flags &= ~(uint32_t)BODY_SAILING;
	assert_int_equal(strike_until_it_hits(world), 1);
}

/* The wire has 16 bits for it (13.18). */
static void no_blow_is_greater_than_can_be_told(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_MACE, 1);
	player_of(world, ana)->hit_min = player_of(world, ana)->hit_max = INT16_MAX;
	player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1] = 40;
	const struct s2c_packet *told = NULL;
	for (int i = 0; i < 500 && told == NULL; i++) {
		strike(world);
		told = multi(world, ana, MULTI_USER_HITTED_USER);
	}
	assert_non_null(told);
	assert_int_equal(told->multi.USER_HITTED_USER.damage, INT16_MAX);
	assert_int_equal(player_of(world, beto)->dead, 1);
	assert_int_equal(player_of(world, beto)->hp, 0);
	EXPECT_SOUND(world);
}

/* A slot that holds nothing, or what this world does not know, is no weapon, no shield and no ship (13.18). */
static void what_is_not_there_does_not_fight(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *me = player_of(world, ana);
	static const uint16_t items[] = {THING_NONE, THING_COUNT};
	struct damage_terms fists = damage_terms(&(struct arms){0}, catalog_class(world->catalog, me->class_id),
											 me->attributes_now[ATTRIBUTE_STRENGTH - 1], 10, 10);
	for (unsigned i = 0; i < sizeof items / sizeof *items; i++) {
		me->inventory[4] = (struct stack){.item = items[i], .amount = items[i] != THING_NONE};
		me->equipment[EQUIP_WEAPON] = me->equipment[EQUIP_AMMUNITION] = me->equipment[EQUIP_RING] = 5;
		me->equipment[EQUIP_BOAT] = 5;
		body_of(world, ana)->flags |= BODY_SAILING;
		int by = strike_until_it_hits(world);
		assert_in_range(by, damage_of(&fists, 4, 10), damage_of(&fists, 9, 10));
		shoot(world, X, Y + 1);
		EXPECT_LINE(world, ana, TEXT_SHOOT_NO_BOW);
	}
}

/* --- who learns --------------------------------------------------------------------------------------------------------- */

static void both_learn_from_it(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *me = player_of(world, ana), *he = player_of(world, beto);
	int32_t *mine = &me->skill_experience[SKILL_WRESTLING - 1], *his = &he->skill_experience[SKILL_EVASION - 1];
	me->skills_assigned = he->skills_assigned = 10; /* as one must, to learn by practice */
	unsigned hits = 0, misses = 0;
	for (int i = 0; i < 40; i++) {
		*mine = *his = 0;
		strike(world);
		bool hit = lost(world) > 0;
		hits += hit;
		misses += !hit;
		assert_int_equal(*mine, hit ? 50 : 20);
		assert_int_equal(*his, hit ? 20 : 50);
	}
	assert_true(hits > 0 && misses > 0);
	assert_int_equal(me->skills[SKILL_WEAPONS - 1] + me->skill_experience[SKILL_WEAPONS - 1], 0);
	me->thirst = 0;
	*mine = 0;
	strike_until_it_hits(world);
	assert_int_equal(*mine, 0);
}

/* In an arena nobody is startled (12.5): who goes on meditating there evades a quarter less (13.3). */
static void who_meditates_in_an_arena_is_hit_more_often(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 400 };
	face_to_face(world);
	stand(world, ana, ARENA_FROM, ARENA_FROM);
	stand(world, beto, ARENA_FROM, ARENA_FROM + 1);
	player_of(world, beto)->skills[SKILL_EVASION - 1] = 100;
	player_of(world, beto)->level = 50;
	int percent = hit_percent(player_attack_power(&world->tx, player_of(world, ana)),
							  player_evasion_power(&world->tx, player_of(world, beto)));
	assert_int_equal(percent, 10);
	body_of(world, beto)->flags |= BODY_MEDITATING;
	int hits = 0;
	for (int i = 0; i < BLOWS; i++) {
		strike(world);
		hits += lost(world) > 0;
	}
	assert_true((body_of(world, beto)->flags & BODY_MEDITATING) != 0);
	/* 32 of a hundred instead of 10; five standard deviations of 9.3 */
	assert_in_range(hits, 128 - 47, 128 + 47);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_BANDIT], 0);
}

/* --- classes --------------------------------------------------------------------------------------------------------------- */

/* What was told about the blow that hit, and how much more than that he lost. */
static int more_than_told(struct little_world *world, int *damage)
{
	int by = strike_until_it_hits(world);
	const struct s2c_packet *told = multi(world, ana, MULTI_USER_HITTED_USER);
	assert_non_null(told);
	*damage = told->multi.USER_HITTED_USER.damage;
	return by - *damage;
}

static void bandits_strike_critically_with_one_sword_only(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 300 };
	face_to_face(world);
	struct player *me = player_of(world, ana);
	me->skills[SKILL_WRESTLING - 1] = 100;
	arm(world, ana, 1, THING_VIKING_SWORD, 1);
	int damage, criticals = 0;
	for (int i = 0; i < 40; i++)
		assert_int_equal(more_than_told(world, &damage), 0); /* a warrior */
	me->class_id = CLASS_BANDIT;
	for (int i = 0; i < BLOWS; i++) {
		int more = more_than_told(world, &damage);
		if (more == 0)
			continue;
		criticals++;
		assert_int_equal(more, damage * 3 / 4);
		EXPECT_LINE(world, ana, TEXT_CRITICAL, "Beto", more);
		EXPECT_LINE(world, beto, TEXT_CRITICAL_YOU, "Ana", more);
	}
	/* 19 of a hundred; five standard deviations of 6.8 */
	assert_in_range(criticals, 57 - 34, 57 + 34);
	arm(world, ana, 2, THING_POISON_SWORD, 1);
	world->config.rules.weapon_poison_percent = 0;
	for (int i = 0; i < 40; i++)
		assert_int_equal(more_than_told(world, &damage), 0);
}

static void a_thiefs_hand_holds_for_half_the_time(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *he = player_of(world, beto);
	player_of(world, ana)->class_id = CLASS_THIEF;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100;
	for (int i = 0; i < 30; i++)
		strike_until_it_hits(world);
	assert_int_equal(body_of(world, beto)->flags & BODY_PARALYSED, 0); /* not without the gloves */
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	for (int i = 0; i < 200 && (body_of(world, beto)->flags & BODY_PARALYSED) == 0; i++)
		strike_until_it_hits(world);
	uint64_t due_ms = he->effect_due_ms[EFFECT_PARALYSIS];
	assert_int_equal(due_ms - world->tx.now_ms, world->config.intervals.paralysis_ms / 2);
	assert_int_equal(he->paraliser.index, ana);
	EXPECT_LINE(world, ana, TEXT_HAND_PARALYSED);
	EXPECT_LINE(world, beto, TEXT_HAND_PARALYSED_YOU);
	EXPECT_ANY(world, beto, PARALIZE_OK);
	EXPECT(world, beto, POS_UPDATE, .x = X, .y = Y + 1);
	for (int i = 0; i < 50; i++) {
		strike_until_it_hits(world);
		assert_int_equal(HOW_MANY(world, beto, PARALIZE_OK), 0);
	}
	assert_int_equal(he->effect_due_ms[EFFECT_PARALYSIS], due_ms); /* no longer by further blows */
}

static void who_is_disarmed_is_told_while_he_is_small(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *he = player_of(world, beto);
	player_of(world, ana)->class_id = CLASS_THIEF;
	player_of(world, ana)->level = 47;
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	for (unsigned level = 19; level <= 20; level++) {
		arm(world, beto, 2, THING_SWORD, 1);
		he->level = (uint8_t)level;
		for (int i = 0; i < 200 && he->equipment[EQUIP_WEAPON] != 0; i++)
			strike(world), lost(world);
		assert_int_equal(he->equipment[EQUIP_WEAPON], 0);
		EXPECT_LINE(world, ana, TEXT_TOOK_OFF_WEAPON);
		if (level == 19)
			EXPECT_LINE(world, beto, TEXT_LOST_WEAPON);
		assert_int_equal(HOW_MANY(world, beto, CONSOLE_MSG), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(poison_goes_through_armour_and_comes_from_the_arrow),
		WORLD_TEST(daggers_stab_and_the_hungry_do_not),
		WORLD_TEST(theft_gloves),
		WORLD_TEST(thieves_disarm_even_who_wears_nothing),
		WORLD_TEST(a_weapon_that_pierces_finds_less_armour),
		WORLD_TEST(ships_strike_and_protect_and_do_not_bleed),
		WORLD_TEST(no_blow_is_greater_than_can_be_told),
		WORLD_TEST(what_is_not_there_does_not_fight),
		WORLD_TEST(both_learn_from_it),
		WORLD_TEST(who_meditates_in_an_arena_is_hit_more_often),
		WORLD_TEST(bandits_strike_critically_with_one_sword_only),
		WORLD_TEST(a_thiefs_hand_holds_for_half_the_time),
		WORLD_TEST(who_is_disarmed_is_told_while_he_is_small),
	};
	return cmocka_run_group_tests_name("rules_blows", tests, NULL, NULL);
}
