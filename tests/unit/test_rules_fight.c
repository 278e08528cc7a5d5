/* Blows between players: what is told, what is refused, what keeps them off. rules-life-combat-magic.md 13.3 to 13.10, 13.18. */
#include "tests/unit/test_fights.h"

/* --- what everybody is told ----------------------------------------------------------------------------------------------- */

static void a_hit_is_told_to_both_and_seen_by_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	uint32_t carla = ENTER(world, "Carla", .map = LAND_WILD, .x = X + 1, .y = Y);
	int by = strike_until_it_hits(world);
	EXPECT(world, carla, PLAY_WAVE, .wave = 10, .x = X, .y = Y);
	EXPECT(world, carla, CREATE_FX, .char_index = (int32_t)beto, .fx = 14, .loops = 0);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT(world, beto, UPDATE_HP, .hp = LIFE - by);
	EXPECT_ANY(world, beto, UPDATE_USER_STATS);
	const struct s2c_packet *mine = multi(world, ana, MULTI_USER_HITTED_USER);
	const struct s2c_packet *his = multi(world, beto, MULTI_USER_HITTED_BY_USER);
	assert_non_null(mine);
	assert_non_null(his);
	assert_int_equal(mine->multi.USER_HITTED_USER.victim_char, beto);
	assert_int_equal(mine->multi.USER_HITTED_USER.damage, by);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.attacker_char, ana);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.damage, by);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.body_part, mine->multi.USER_HITTED_USER.body_part);
	assert_true(player_is_criminal(player_of(world, ana)));
}

static void a_miss_is_told_to_both_and_heard(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	do
		strike(world);
	while (lost(world) != 0);
	EXPECT(world, beto, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_MULTI(world, ana, USER_SWING);
	EXPECT_MULTI(world, beto, USER_ATTACKED_SWING, .attacker_char = (int32_t)ana);
	assert_true(player_of(world, ana)->stamina < 100);
}

static void as_many_blows_hit_as_the_formula_says(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 400 };
	face_to_face(world);
	player_of(world, beto)->skills[SKILL_EVASION - 1] = 20;
	int percent = hit_percent(player_attack_power(&world->tx, player_of(world, ana)),
							  player_evasion_power(&world->tx, player_of(world, beto)));
	int hits = 0;
	for (int i = 0; i < BLOWS; i++) {
		strike(world);
		hits += lost(world) > 0;
		player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 0; /* what he learns would change the odds */
		player_of(world, beto)->skills[SKILL_EVASION - 1] = 20;
	}
	/* five standard deviations, of 10 at most */
	assert_in_range(hits, BLOWS * percent / 100 - 50, BLOWS * percent / 100 + 50);
}

/* --- gates and refusals ------------------------------------------------------------------------------------------------------- */

static void the_air_is_struck_at_a_price(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->heading = HEADING_NORTH;
	strike(world);
	EXPECT(world, ana, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT(world, beto, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_NOTHING_ELSE(world);
	assert_in_range(player_of(world, ana)->stamina, 90, 99);
}

static void too_soon_is_nothing_at_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->heading = HEADING_NORTH;
	strike(world);
	forget(world);
	body_of(world, ana)->flags |= BODY_HIDDEN;
	DO(world, ana, ATTACK); /* a second later: half a second too soon */
	EXPECT_NOTHING_ELSE(world);
	assert_true((body_of(world, ana)->flags & BODY_HIDDEN) != 0);
	DO(world, ana, ATTACK);
	EXPECT_ANY(world, ana, PLAY_WAVE);
	assert_true((body_of(world, ana)->flags & BODY_HIDDEN) == 0);
}

static void the_tired_do_not_strike_nor_shoot(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->stamina = 9;
	pass_ms(world, 2000);
	DO(world, ana, ATTACK);
	EXPECT_LINE(world, ana, TEXT_TIRED_MAN);
	EXPECT_NOTHING_ELSE(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_RANGED);
	EXPECT_LINE(world, ana, TEXT_TIRED_MAN);
	assert_int_equal(amount_in(world, ana, 2), 5);
}

static void who_may_not_strike_at_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->flags |= BODY_MEDITATING;
	strike(world);
	EXPECT_NOTHING_ELSE(world);
	body_of(world, ana)->flags &= ~(uint32_t)BODY_MEDITATING;
	arm(world, ana, 1, THING_BOW, 1);
	strike(world);
	EXPECT_LINE(world, ana, TEXT_STRIKE_WITH_BOW);
	EXPECT_NOTHING_ELSE(world);
	player_of(world, ana)->dead = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	player_of(world, ana)->dead = 0;
	player_of(world, ana)->trading = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_NOT_NOW_TRADING);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(lost(world), 0);
}

static void beyond_the_edge_there_is_only_air(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	static const struct {
		unsigned x, y, heading;
	} edges[] = {{1, 50, HEADING_WEST}, {100, 51, HEADING_EAST}, {50, 1, HEADING_NORTH}, {51, 100, HEADING_SOUTH}};
	for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++) {
		stand(world, ana, edges[i].x, edges[i].y);
		body_of(world, ana)->heading = (uint8_t)edges[i].heading;
		strike(world);
		EXPECT_ANY(world, ana, PLAY_WAVE);
	}
}

static void a_refused_blow_costs_nothing(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->safe_mode = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE);
	assert_int_equal(player_of(world, ana)->stamina, 100);
	assert_int_equal(lost(world), 0);
	assert_false(player_is_criminal(player_of(world, ana)));
}

static void nobody_is_found_by_striking_where_he_is_invisible(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, beto)->privileges = PRIVILEGE_GOD;
	body_of(world, beto)->flags |= BODY_ADMIN_INVISIBLE;
	strike(world);
	EXPECT(world, ana, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_NOTHING(world, ana);
}

static void arrival_protection_ends_with_the_first_blow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->protected_until_ms = world->tx.now_ms + 60000;
	strike(world);
	assert_int_equal(player_of(world, ana)->protected_until_ms, 0);
}

/* --- armour --------------------------------------------------------------------------------------------------------------------- */

static void armour_takes_all_but_one(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_ARMOUR, 1);
	bool parts[7] = {false};
	for (int i = 0; i < 80; i++) {
		int by = strike_until_it_hits(world);
		const struct s2c_packet *told = multi(world, ana, MULTI_USER_HITTED_USER);
		assert_non_null(told);
		int part = told->multi.USER_HITTED_USER.body_part;
		assert_in_range(part, BODY_PART_HEAD, BODY_PART_TORSO);
		parts[part] = true;
		if (part == BODY_PART_HEAD)
			assert_true(by > 1);
		else
			assert_int_equal(by, 1);
	}
	for (int part = BODY_PART_HEAD; part <= BODY_PART_TORSO; part++)
		assert_true(parts[part]);
}

static void a_shield_is_heard_only_when_the_blow_missed(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_SHIELD, 1);
	player_of(world, beto)->skills[SKILL_SHIELDS - 1] = 100;
	bool blocked = false;
	for (int i = 0; i < 100 && !blocked; i++) {
		strike(world);
		bool hit = lost(world) > 0;
		blocked = multi(world, beto, MULTI_BLOCKED_WITH_SHIELD_USER) != NULL;
		assert_false(blocked && hit);
	}
	assert_true(blocked);
	EXPECT_MULTI(world, ana, BLOCKED_WITH_SHIELD_OTHER);
	EXPECT(world, ana, PLAY_WAVE, .wave = 37, .x = X, .y = Y + 1);
}

/* --- to the death --------------------------------------------------------------------------------------------------------------- */

static void the_last_blow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	for (int i = 0; i < 100 && !player_of(world, beto)->dead; i++) {
		player_of(world, beto)->hp = 1;
		strike(world);
	}
	assert_int_equal(player_of(world, beto)->dead, 1);
	assert_int_equal(player_of(world, beto)->hp, 0);
	EXPECT_MULTI(world, ana, HAVE_KILLED_USER, .victim_char = (int32_t)beto, .exp = 40);
	EXPECT_MULTI(world, beto, USER_KILL, .killer_char = (int32_t)ana);
	assert_int_equal(player_of(world, ana)->citizens_killed, 1);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_ASSASSIN], 2000);
	forget(world);
	strike(world); /* his ghost is safe */
	EXPECT_LINE(world, ana, TEXT_ATTACK_GHOST);
	EXPECT_SOUND(world);
}

/* Who took her creature may be killed for it by her alone: no crime, no count, but experience (12.6, 13.7 no. 7). */
static void killing_who_may_be_attacked_is_no_murder(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *me = player_of(world, ana);
	me->safe_mode = 1;
	player_of(world, beto)->attackable_by = 101;
	player_of(world, beto)->effect_due_ms[EFFECT_ATTACKABLE] = UINT64_MAX;
	for (int i = 0; i < 100 && !player_of(world, beto)->dead; i++) {
		player_of(world, beto)->hp = 1;
		strike(world);
	}
	assert_int_equal(player_of(world, beto)->dead, 1);
	assert_int_equal(player_of(world, beto)->attackable_by, 0);
	EXPECT_MULTI(world, ana, HAVE_KILLED_USER, .victim_char = (int32_t)beto, .exp = 40);
	assert_false(player_is_criminal(me));
	assert_int_equal(me->citizens_killed + me->criminals_killed + me->players_killed, 0);
	assert_int_equal(me->reputation[REPUTATION_ASSASSIN] + me->reputation[REPUTATION_BANDIT], 0);
	assert_int_equal(me->experience, 40);
}

/* --- while something else goes on ------------------------------------------------------------------------------------------ */

static void staff_does_not_fight(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->privileges = PRIVILEGE_DEMIGOD;
	strike(world);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(lost(world), 0);
}

static void the_paralysed_strike(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->flags |= BODY_PARALYSED;
	assert_true(strike_until_it_hits(world) > 0);
}

/* Neither slips away from the fight by leaving (13.18). */
static void a_blow_ends_the_countdowns_of_both(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	rested(world, ana);
	player_of(world, ana)->logout_due_ms = player_of(world, beto)->logout_due_ms = world->tx.now_ms + 9000;
	DO(world, ana, ATTACK);
	EXPECT_LINE(world, ana, TEXT_LEAVING_CANCELLED);
	EXPECT_LINE(world, beto, TEXT_LEAVING_CANCELLED);
	assert_int_equal(player_of(world, ana)->logout_due_ms + player_of(world, beto)->logout_due_ms, 0);
}

/* Of two who kill each other at once the first one does: a ghost strikes nobody (20 no. 7, 17). */
static void who_died_first_does_not_strike_back(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, beto)->safe_mode = 0;
	body_of(world, beto)->heading = HEADING_NORTH;
	for (int i = 0; i < 100 && !player_of(world, beto)->dead; i++) {
		player_of(world, beto)->hp = 1;
		strike(world);
	}
	forget(world);
	int16_t hp = player_of(world, ana)->hp;
	DO(world, beto, ATTACK);
	EXPECT_LINE(world, beto, TEXT_DEAD_CANNOT);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->hp, hp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_hit_is_told_to_both_and_seen_by_all),
		WORLD_TEST(a_miss_is_told_to_both_and_heard),
		WORLD_TEST(as_many_blows_hit_as_the_formula_says),
		WORLD_TEST(the_air_is_struck_at_a_price),
		WORLD_TEST(too_soon_is_nothing_at_all),
		WORLD_TEST(the_tired_do_not_strike_nor_shoot),
		WORLD_TEST(who_may_not_strike_at_all),
		WORLD_TEST(beyond_the_edge_there_is_only_air),
		WORLD_TEST(a_refused_blow_costs_nothing),
		WORLD_TEST(nobody_is_found_by_striking_where_he_is_invisible),
		WORLD_TEST(arrival_protection_ends_with_the_first_blow),
		WORLD_TEST(armour_takes_all_but_one),
		WORLD_TEST(a_shield_is_heard_only_when_the_blow_missed),
		WORLD_TEST(the_last_blow),
		WORLD_TEST(staff_does_not_fight),
		WORLD_TEST(the_paralysed_strike),
		WORLD_TEST(a_blow_ends_the_countdowns_of_both),
		WORLD_TEST(who_died_first_does_not_strike_back),
		WORLD_TEST(killing_who_may_be_attacked_is_no_murder),
	};
	return cmocka_run_group_tests_name("rules_fight", tests, NULL, NULL);
}
