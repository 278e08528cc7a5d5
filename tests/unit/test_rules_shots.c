/* Shots and throws at players. rules-life-combat-magic.md 13.11, 13.14, 13.18. */
#include "tests/unit/test_fights.h"

static void each_shot_takes_an_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 3);
	shoot(world, X, Y + 1);
	EXPECT_SLOT(world, ana, 2, THING_ARROWS, 2, WORN);
	assert_true(player_of(world, ana)->stamina < 100);
	shoot(world, X, Y - 5); /* into the air */
	EXPECT_SLOT(world, ana, 2, THING_ARROWS, 1, WORN);
	shoot(world, X, Y + 1);
	EXPECT_SLOT(world, ana, 2, THING_NONE, 0, NOT_WORN);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_AMMUNITION], 0);
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_SHOOT_NO_ARROWS);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 0);
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_SHOOT_NO_BOW);
	EXPECT_SOUND(world);
}

static void a_refused_shot_keeps_its_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 3);
	shoot(world, X, Y - 1); /* his head */
	EXPECT_LINE(world, ana, TEXT_ATTACK_ONESELF);
	player_of(world, ana)->safe_mode = 1;
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE);
	assert_int_equal(amount_in(world, ana, 2), 3);
	shoot(world, X + 9, Y);
	EXPECT(world, ana, POS_UPDATE, .x = X, .y = Y);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(amount_in(world, ana, 2), 3);
}

static void shots_wait_for_shots_and_for_blows(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	shoot(world, X, Y + 1);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_RANGED); /* after a second */
	assert_int_equal(amount_in(world, ana, 2), 4);
	DO(world, ana, EQUIP_ITEM, .slot = 1); /* takes it off: bare hands must wait for the bow too */
	forget(world);
	player_of(world, ana)->stamina = 100;
	world->tx.now_ms = player_of(world, ana)->gates.shot_ms + 300;
	DO(world, ana, ATTACK);
	EXPECT_NOTHING(world, ana);
}

static void a_knife_is_thrown_away(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_PIRATE;
	world->config.rules.knife_percent = 100;
	arm(world, ana, 1, THING_KNIFE, 300);
	unsigned thrown = 0;
	do {
		shoot(world, X, Y + 1);
		thrown++;
	} while (lost(world) == 0);
	assert_int_equal(amount_in(world, ana, 1), 300 - thrown);
	bool slashed = false;
	const struct s2c_packet *told;
	while ((told = next_told(world, beto)) != NULL)
		slashed |= told->id == S2C_CONSOLE_MSG && told->CONSOLE_MSG.text.length > 0;
	assert_true(slashed);
}

/* The frame of a map is out of bounds for every click that does something (13.11, 1.2). */
static void a_click_outside_the_frame_is_no_shot(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	stand(world, ana, 10, 10);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 3);
	shoot(world, 5, 10);
	shoot(world, 10, 5);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(amount_in(world, ana, 2), 3);
	assert_int_equal(player_of(world, ana)->stamina, 100);
	assert_int_equal(player_of(world, ana)->gates.shot_ms, 0);
}

static void a_pirates_knife_slashes_a_fifth_more(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	world->config.rules.knife_percent = 100;
	arm(world, ana, 1, THING_KNIFE, 1000);
	for (unsigned pirate = 0; pirate <= 1; pirate++) {
		player_of(world, ana)->class_id = pirate ? CLASS_PIRATE : CLASS_HUNTER;
		int by;
		do {
			shoot(world, X, Y + 1);
			by = lost(world);
		} while (by == 0);
		const struct s2c_packet *told = multi(world, ana, MULTI_USER_HITTED_USER);
		assert_non_null(told);
		int damage = told->multi.USER_HITTED_USER.damage;
		assert_int_equal(by, pirate ? damage + damage / 5 : damage);
		if (!pirate)
			continue;
		EXPECT_LINE(world, ana, TEXT_SLASHED, "Beto", damage / 5);
		EXPECT_LINE(world, beto, TEXT_SLASHED_YOU, "Ana", damage / 5);
	}
}

static void a_bow_in_the_hand_asks_for_its_target(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	give(world, ana, 1, THING_BOW, 1);
	give(world, ana, 2, THING_KNIFE, 3);
	wear(world, ana, 1);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_MULTI(world, ana, WORK_REQUEST_TARGET, .skill = SKILL_RANGED);
	DO(world, ana, USE_ITEM, .slot = 2); /* not in the hand */
	EXPECT_NOTHING_ELSE(world);
}

/* Somebody whose head is clicked stands a tile further south: too far to shoot back (13.11). */
static void who_cannot_shoot_back_is_not_shot_at(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	stand(world, beto, X, Y + 7);
	shoot(world, X, Y + 6);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	assert_int_equal(lost(world), 0);
	assert_int_equal(amount_in(world, ana, 2), 5);
	stand(world, beto, X, Y + 6);
	shoot(world, X, Y + 5);
	assert_int_equal(amount_in(world, ana, 2), 4);
}

static void who_rests_meditates_or_serves_does_not_shoot(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	static const uint32_t busy[] = {BODY_RESTING, BODY_MEDITATING};
	for (unsigned i = 0; i < sizeof busy / sizeof *busy; i++) {
		body_of(world, ana)->flags |= busy[i];
		shoot(world, X, Y + 1);
		EXPECT_NOTHING_ELSE(world);
		body_of(world, ana)->flags &= ~busy[i];
	}
	player_of(world, ana)->privileges = PRIVILEGE_GOD;
	shoot(world, X, Y + 1);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(amount_in(world, ana, 2), 5);
	assert_int_equal(lost(world), 0);
}

/* Who hides is seen when he shoots, and no longer spared by creatures (9.5, 11.4); but not when the bow was not ready. */
static void a_shot_shows_who_shoots(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	shoot(world, X + 4, Y);
	body_of(world, ana)->flags |= BODY_HIDDEN;
	player_of(world, ana)->protected_until_ms = UINT64_MAX;
	DO(world, ana, WORK_LEFT_CLICK, .x = X + 4, .y = Y, .skill = SKILL_RANGED);
	assert_true((body_of(world, ana)->flags & BODY_HIDDEN) != 0);
	assert_int_equal(player_of(world, ana)->protected_until_ms, UINT64_MAX);
	shoot(world, X + 4, Y);
	assert_int_equal(body_of(world, ana)->flags & BODY_HIDDEN, 0);
	assert_int_equal(player_of(world, ana)->protected_until_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_shot_takes_an_arrow),
		WORLD_TEST(a_refused_shot_keeps_its_arrow),
		WORLD_TEST(shots_wait_for_shots_and_for_blows),
		WORLD_TEST(a_knife_is_thrown_away),
		WORLD_TEST(a_click_outside_the_frame_is_no_shot),
		WORLD_TEST(a_pirates_knife_slashes_a_fifth_more),
		WORLD_TEST(a_bow_in_the_hand_asks_for_its_target),
		WORLD_TEST(who_cannot_shoot_back_is_not_shot_at),
		WORLD_TEST(who_rests_meditates_or_serves_does_not_shoot),
		WORLD_TEST(a_shot_shows_who_shoots),
	};
	return cmocka_run_group_tests_name("rules_shots", tests, NULL, NULL);
}
