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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_shot_takes_an_arrow),
		WORLD_TEST(a_refused_shot_keeps_its_arrow),
		WORLD_TEST(shots_wait_for_shots_and_for_blows),
		WORLD_TEST(a_knife_is_thrown_away),
		WORLD_TEST(a_click_outside_the_frame_is_no_shot),
	};
	return cmocka_run_group_tests_name("rules_shots", tests, NULL, NULL);
}
