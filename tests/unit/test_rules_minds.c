/* What creatures do by themselves: whom they chase and strike, when, and whom they let be: rules-life-combat-magic.md 16.3, 16.4,
 * 16.14. */
#include "tests/unit/test_minds.h"
#include "worker/close_reasons.h"
#include "worker/game/leaving.h"
#include "worker/game/tick.h"

enum { X = 40, Y = 50 }; /* grass all around */

/* --- wandering ---------------------------------------------------------------------------------------------------------- */

/* 1200 beats at one in twelve: 100, give or take five times 9.6. */
static void a_wanderer_steps_once_in_twelve_beats(void **state)
{
	struct little_world *world = *state;
	uint32_t goat = beast_put(world, BEAST_WANDERER, X, Y);
	unsigned steps = 0;
	world->tx.paranoia = PARANOIA_OFF; /* many runs of the same */
	for (unsigned i = 0; i < 1200; i++) {
		const struct body before = *of(world, goat);
		beats(world, goat, 1);
		const struct body *now = of(world, goat);
		int far = abs(now->x - before.x) + abs(now->y - before.y);
		assert_in_range(far, 0, 1);
		steps += (unsigned)far;
	}
	assert_in_range(steps, 52, 148);
}

static void who_only_wanders_hurts_nobody(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t goat = beast_put(world, BEAST_WANDERER, X, Y);
	beats(world, goat, 40);
	assert_int_equal(lost_hp(world, ana), 0);
}

/* --- hunting -------------------------------------------------------------------------------------------------------------- */

static void a_hunter_comes_nearer_each_beat_and_strikes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 3, .y = Y + 2);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	for (int away = 5; away > 1; away--) {
		assert_int_equal(steps_between(world, wolf, ana), away);
		assert_int_equal(lost_hp(world, ana), 0);
		beats(world, wolf, 1);
	}
	beats(world, wolf, 20);
	assert_int_equal(steps_between(world, wolf, ana), 1);
	assert_in_range(lost_hp(world, ana), 5, 25);
	EXPECT_SOUND(world);
}

static void a_hunter_sees_as_far_as_a_window(void **state)
{
	struct little_world *world = *state;
	uint32_t wolf = beast_put(world, BEAST_CASTER, X, Y);
	static const struct {
		int dx, dy;
		bool seen;
	} cases[] = {{9, 0, false}, {0, 7, false}, {-9, -7, false}, {8, 6, true}};
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 20, .y = Y);
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct body *body = of(world, wolf);
		stand(world, ana, (unsigned)(body->x + cases[i].dx), (unsigned)(body->y + cases[i].dy));
		beats(world, wolf, 1); /* one: it may wander */
		assert_int_equal(lost_hp(world, ana), cases[i].seen ? 50 : 0);
	}
}

/* 1100 beats at one in eleven. */
static void a_hunter_who_sees_nobody_walks_about(void **state)
{
	struct little_world *world = *state;
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	unsigned steps = 0;
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 1100; i++) {
		const struct body before = *of(world, wolf);
		beats(world, wolf, 1);
		steps += (unsigned)(abs(of(world, wolf)->x - before.x) + abs(of(world, wolf)->y - before.y));
	}
	assert_in_range(steps, 52, 148);
}

/* Whatever `hide` does to her: the same witch in the same place casts at her without it, and not with it. */
static void expect_left_alone(struct little_world *world, void (*hide)(struct little_world *world, uint32_t player))
{
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 3, .y = Y);
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y);
	hide(world, ana);
	int16_t before = player_of(world, ana)->hp;
	beats(world, witch, 5);
	assert_int_equal(player_of(world, ana)->hp, before);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X, .y = Y + 4);
	beats(world, witch, 5);
	assert_true(lost_hp(world, eva) >= 50);
	EXPECT_SOUND(world);
}

static void make_dead(struct little_world *world, uint32_t player)
{
	player_of(world, player)->dead = 1;
	player_of(world, player)->hp = 0;
	body_of(world, player)->flags |= BODY_GHOST;
}

static void make_staff(struct little_world *world, uint32_t player)
{
	player_of(world, player)->privileges = PRIVILEGE_GOD;
}

static void make_protected(struct little_world *world, uint32_t player)
{
	player_of(world, player)->protected_until_ms = world->tx.now_ms + 60000;
}

static void make_hidden(struct little_world *world, uint32_t player)
{
	body_of(world, player)->flags |= BODY_HIDDEN;
}

static void make_one_of_theirs(struct little_world *world, uint32_t player)
{
	player_of(world, player)->mimicking = player_of(world, player)->ignored = 1;
}

static void the_dead_are_left_alone(void **state)
{
	expect_left_alone(*state, make_dead);
}

static void staff_is_left_alone(void **state)
{
	expect_left_alone(*state, make_staff);
}

static void who_just_arrived_is_left_alone(void **state)
{
	expect_left_alone(*state, make_protected);
}

static void the_hidden_are_not_seen_from_afar(void **state)
{
	expect_left_alone(*state, make_hidden);
}

static void the_invisible_are_not_seen_from_afar(void **state)
{
	expect_left_alone(*state, make_invisible);
}

static void a_druid_among_them_is_left_alone(void **state)
{
	expect_left_alone(*state, make_one_of_theirs);
}

static void protection_after_arrival_ends(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 1, .y = Y);
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y);
	player_of(world, ana)->protected_until_ms = world->tx.now_ms + BEAT_MS + 1;
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, ana), 0);
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, ana), 50);
}

/* Who stands beside it is felt: blows, but no spell. */
static void the_invisible_are_struck_by_who_stands_beside_them(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 1, .y = Y);
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y);
	make_invisible(world, ana);
	beats(world, witch, 50);
	assert_in_range(lost_hp(world, ana), 5, 55); /* eleven blows, and no dart of 50 among them but by ten hits */
	assert_int_equal(lost_hp(world, ana) % 5, 0);
	assert_int_equal(HOW_MANY(world, ana, CHAT_OVER_HEAD), 0);
}

static void its_owner_comes_first(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 4, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X - 3, .y = Y); /* first on the map's list */
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y);
	about(world, witch)->owner = player_handle(&world->world, ana);
	about(world, witch)->owned_until_ms = world->tx.now_ms + BEAT_MS + 1;
	player_of(world, ana)->owned = body_handle(&world->world, witch);
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, ana), 50);
	assert_int_equal(lost_hp(world, eva), 0);
	beats(world, witch, 5); /* her time is over */
	assert_int_equal(lost_hp(world, ana), 50);
	assert_int_equal(lost_hp(world, eva), 50);
	assert_int_equal(player_of(world, ana)->owned.index, 0);
	assert_int_equal(about(world, witch)->owner.index, 0);
}

/* 400 turns; half of them blows of 5, half darts of 50. */
static void who_strikes_twice_chooses_between_blow_and_spell(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t witch = beast_put(world, BEAST_DOUBLE, X, Y);
	unsigned darts = 0, blows = 0;
	world->tx.paranoia = PARANOIA_OFF;
	hold(world, witch, true); /* so that it does not cast from its other part */
	for (unsigned i = 0; i < 400; i++) {
		player_of(world, ana)->hp = 999;
		about(world, witch)->strike_due_ms = 0;
		about(world, witch)->movement = MOVEMENT_NONE;
		beats(world, witch, 1);
		darts += lost_hp(world, ana) == 50;
		blows += lost_hp(world, ana) == 5;
	}
	assert_in_range(darts, 150, 250);
	assert_in_range(blows, 130, 230);
}

/* --- time ----------------------------------------------------------------------------------------------------------------- */

static void a_creature_strikes_each_1600_ms(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1), eva = SOMEBODY(world, "Eva", .x = X + 10, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	uint32_t witch = beast_put(world, BEAST_CASTER, X + 10, Y);
	uint64_t struck_ms = 0, cast_ms = 0;
	int before = 0, blows = 0, casts = 0;
	(void)ana;
	for (unsigned i = 0; i < 60; i++) {
		uint64_t due_ms = about(world, wolf)->strike_due_ms;
		beats(world, wolf, 1);
		if (about(world, wolf)->strike_due_ms != due_ms) {
			assert_true(blows++ == 0 || world->tx.now_ms - struck_ms >= STRIKE_MS);
			struck_ms = world->tx.now_ms;
		}
		mind_done(world, MIND_MAP, mind_run_beat, (struct deed){.body = witch});
		if (lost_hp(world, eva) != before) {
			assert_true(casts++ == 0 || world->tx.now_ms - cast_ms >= STRIKE_MS);
			cast_ms = world->tx.now_ms;
			player_of(world, eva)->hp = 999;
		}
	}
	assert_int_equal(blows, 12); /* each 5 beats */
	assert_int_equal(casts, 12);
}

static void each_creature_has_its_beat_each_380_ms(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t a = beast_put(world, BEAST_WANDERER, X + 20, Y), b = beast_put(world, BEAST_WANDERER, X + 30, Y);
	about(world, a)->act_due_ms = about(world, b)->act_due_ms = 0; /* as on a map that slept */
	live_ms(world, MIND_MAP, 2000);
	uint64_t due_a = about(world, a)->act_due_ms, due_b = about(world, b)->act_due_ms;
	assert_true(due_a != due_b); /* they do not beat together */
	assert_true(due_a > world->tx.now_ms && due_a <= world->tx.now_ms + BEAT_MS);
	for (unsigned i = 0; i < 10; i++) {
		live_ms(world, MIND_MAP, BEAT_MS);
		due_a += BEAT_MS;
		due_b += BEAT_MS;
		assert_int_equal(about(world, a)->act_due_ms, due_a);
		assert_int_equal(about(world, b)->act_due_ms, due_b);
	}
}

static enum tx_verdict run_leave(struct tx *tx, void *context)
{
	leave_game(tx, *(const uint32_t *)context, CLOSE_IDLE, TEXT_LEAVING_NOW);
	return TX_COMMIT;
}

static void a_map_without_players_sleeps(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X + 5, Y);
	assert_true(live_ms(world, MIND_MAP, 1000) > 0);
	assert_int_not_equal(of(world, wolf)->x, X + 5);
	little_world_run(world, MIND_MAP, run_leave, &ana);
	live_ms(world, MIND_MAP, 1000); /* the tick that finds nobody */
	const struct body asleep = *of(world, wolf);
	assert_int_equal(live_ms(world, MIND_MAP, 600000), 0);
	expect_at(world, wolf, asleep.x, asleep.y);
	SOMEBODY(world, "Eva", .x = X, .y = Y);
	assert_true(live_ms(world, MIND_MAP, 5000) > 5);
}

/* --- held, and never moving --------------------------------------------------------------------------------------------------- */

static void an_immobilised_creature_acts_only_straight_ahead(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 1, .y = Y), eva = SOMEBODY(world, "Eva", .x = X + 1, .y = Y + 4);
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y); /* looks south */
	hold(world, witch, true);
	beats(world, witch, 20);
	expect_at(world, witch, X, Y);
	assert_int_equal(of(world, witch)->heading, HEADING_SOUTH);
	assert_int_equal(lost_hp(world, ana), 0);
	assert_int_equal(lost_hp(world, eva), 0);
	stand(world, eva, X, Y + 4);
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, eva), 50);
	stand(world, ana, X, Y + 1);
	about(world, witch)->strike_due_ms = 0;
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, ana), 50);
	expect_at(world, witch, X, Y);
}

static void a_paralysed_creature_does_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t witch = beast_put(world, BEAST_CASTER, X, Y);
	hold(world, witch, false);
	beats(world, witch, 20);
	assert_int_equal(lost_hp(world, ana), 0);
	about(world, witch)->freed_ms = world->tx.now_ms;
	live_ms(world, MIND_MAP, 3000);
	assert_true(lost_hp(world, ana) >= 50);
}

static void who_stands_by_nature_does_nothing_though_hostile(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t statue = beast_put(world, BEAST_FIXED, X, Y);
	beats(world, statue, 30);
	assert_int_equal(lost_hp(world, ana), 0);
	about(world, statue)->movement = MOVEMENT_NONE; /* the attack part alone */
	beats(world, statue, 30);
	assert_true(lost_hp(world, ana) > 0);
	expect_at(world, statue, X, Y);
}

/* --- defending ---------------------------------------------------------------------------------------------------------------- */

static void a_peaceful_creature_defends_itself_against_who_attacked_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1), eva = SOMEBODY(world, "Eva", .x = X, .y = Y - 1);
	uint32_t goat = beast_put(world, BEAST_WANDERER, X, Y);
	attacked_by(world, goat, ana);
	beats(world, goat, 20);
	assert_true(lost_hp(world, ana) >= 5);
	assert_int_equal(lost_hp(world, eva), 0);
	expect_at(world, goat, X, Y);
	stand(world, ana, X, Y + 3); /* no longer beside it, though in sight: it forgets, and does not follow */
	beats(world, goat, 1);
	expect_at(world, goat, X, Y);
	assert_int_equal(about(world, goat)->attacker_id, 0);
	assert_int_equal(about(world, goat)->movement, MOVEMENT_WANDERS);
	assert_int_equal(about(world, goat)->hostile, 0);
}

/* --- guards --------------------------------------------------------------------------------------------------------------------- */

static void a_royal_guard_hunts_criminals_and_no_citizens(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 1, .y = Y),
			 eva = SOMEBODY(world, "Eva", .x = X + 5, .y = Y, .criminal = true);
	uint32_t guard = beast_put(world, BEAST_ROYAL_GUARD, X, Y);
	stand(world, ana, X - 1, Y);
	beats(world, guard, 25);
	assert_int_equal(steps_between(world, guard, eva), 1);
	assert_true(lost_hp(world, eva) >= 5);
	assert_int_equal(lost_hp(world, ana), 0);
	make_staff(world, eva);
	player_of(world, eva)->hp = 999;
	beats(world, guard, 20);
	assert_int_equal(lost_hp(world, eva), 0);
}

static void a_chaos_guard_hunts_citizens_and_no_criminals(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 4, .y = Y),
			 eva = SOMEBODY(world, "Eva", .x = X - 1, .y = Y, .criminal = true);
	uint32_t guard = beast_put(world, BEAST_CHAOS_GUARD, X, Y);
	beats(world, guard, 30);
	assert_true(lost_hp(world, ana) >= 5);
	assert_int_equal(lost_hp(world, eva), 0);
}

static void a_guard_strikes_back_at_who_attacked_it(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = SOMEBODY(world, "Eva", .x = X, .y = Y + 1, .criminal = true);
	uint32_t guard = beast_put(world, BEAST_CHAOS_GUARD, X, Y);
	about(world, guard)->movement = MOVEMENT_NONE; /* does not walk away */
	about(world, guard)->attacker_id = player_of(world, eva)->id;
	beats(world, guard, 10);
	assert_true(lost_hp(world, eva) >= 5);
}

/* One step at most, though it both wanders and chases. */
static void a_guard_that_wanders_takes_one_step_a_beat(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t guard = beast_put(world, BEAST_CHAOS_GUARD, X + 8, Y);
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 300; i++) {
		struct body before = *of(world, guard);
		beats(world, guard, 1);
		assert_in_range(abs(of(world, guard)->x - before.x) + abs(of(world, guard)->y - before.y), 0, 1);
		if (steps_between(world, guard, ana) == 1)
			stand(world, ana, of(world, ana)->x > X ? X - 4 : X + 4, Y);
	}
}

/* --- turrets -------------------------------------------------------------------------------------------------------------------- */

/* 300 chances at two of three: 200, give or take five times 8.2. */
static void a_turret_shoots_two_times_of_three_and_stays(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 4, .y = Y - 3);
	uint32_t turret = beast_put(world, BEAST_TURRET, X, Y);
	unsigned shots = 0;
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 300; i++) {
		player_of(world, ana)->hp = 999;
		about(world, turret)->strike_due_ms = 0;
		beats(world, turret, 1);
		shots += lost_hp(world, ana) == 50;
	}
	assert_in_range(shots, 159, 241);
	expect_at(world, turret, X, Y);
	make_invisible(world, ana);
	player_of(world, ana)->hp = 999;
	beats(world, turret, 30);
	assert_int_equal(lost_hp(world, ana), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_wanderer_steps_once_in_twelve_beats),
		WORLD_TEST(who_only_wanders_hurts_nobody),
		WORLD_TEST(a_hunter_comes_nearer_each_beat_and_strikes),
		WORLD_TEST(a_hunter_sees_as_far_as_a_window),
		WORLD_TEST(a_hunter_who_sees_nobody_walks_about),
		WORLD_TEST(the_dead_are_left_alone),
		WORLD_TEST(staff_is_left_alone),
		WORLD_TEST(who_just_arrived_is_left_alone),
		WORLD_TEST(the_hidden_are_not_seen_from_afar),
		WORLD_TEST(the_invisible_are_not_seen_from_afar),
		WORLD_TEST(a_druid_among_them_is_left_alone),
		WORLD_TEST(protection_after_arrival_ends),
		WORLD_TEST(the_invisible_are_struck_by_who_stands_beside_them),
		WORLD_TEST(its_owner_comes_first),
		WORLD_TEST(who_strikes_twice_chooses_between_blow_and_spell),
		WORLD_TEST(a_creature_strikes_each_1600_ms),
		WORLD_TEST(each_creature_has_its_beat_each_380_ms),
		WORLD_TEST(a_map_without_players_sleeps),
		WORLD_TEST(an_immobilised_creature_acts_only_straight_ahead),
		WORLD_TEST(a_paralysed_creature_does_nothing),
		WORLD_TEST(who_stands_by_nature_does_nothing_though_hostile),
		WORLD_TEST(a_peaceful_creature_defends_itself_against_who_attacked_it),
		WORLD_TEST(a_royal_guard_hunts_criminals_and_no_citizens),
		WORLD_TEST(a_chaos_guard_hunts_citizens_and_no_criminals),
		WORLD_TEST(a_guard_strikes_back_at_who_attacked_it),
		WORLD_TEST(a_guard_that_wanders_takes_one_step_a_beat),
		WORLD_TEST(a_turret_shoots_two_times_of_three_and_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
