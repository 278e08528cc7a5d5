/* What creatures do by themselves: rules-life-combat-magic.md 16.3, 16.4, 16.8, 16.12, 16.14. */
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
		const struct body before = *mind_body(world, goat);
		beats(world, goat, 1);
		const struct body *now = mind_body(world, goat);
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
		const struct body *body = mind_body(world, wolf);
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
		const struct body before = *mind_body(world, wolf);
		beats(world, wolf, 1);
		steps += (unsigned)(abs(mind_body(world, wolf)->x - before.x) + abs(mind_body(world, wolf)->y - before.y));
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

static void make_invisible(struct little_world *world, uint32_t player)
{
	body_of(world, player)->flags |= BODY_INVISIBLE;
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
	mind_of(world, witch)->owner = player_handle(&world->world, ana);
	mind_of(world, witch)->owned_until_ms = world->tx.now_ms + BEAT_MS + 1;
	player_of(world, ana)->owned = body_handle(&world->world, witch);
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, ana), 50);
	assert_int_equal(lost_hp(world, eva), 0);
	beats(world, witch, 5); /* her time is over */
	assert_int_equal(lost_hp(world, ana), 50);
	assert_int_equal(lost_hp(world, eva), 50);
	assert_int_equal(player_of(world, ana)->owned.index, 0);
	assert_int_equal(mind_of(world, witch)->owner.index, 0);
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
		mind_of(world, witch)->strike_due_ms = 0;
		mind_of(world, witch)->movement = MOVEMENT_NONE;
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
		uint64_t due_ms = mind_of(world, wolf)->strike_due_ms;
		beats(world, wolf, 1);
		if (mind_of(world, wolf)->strike_due_ms != due_ms) {
			assert_true(blows++ == 0 || world->tx.now_ms - struck_ms >= STRIKE_MS);
			struck_ms = world->tx.now_ms;
		}
		mind_done(world, MIND_MAP, mind_run_beat, (struct mind_deed){.body = witch});
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
	mind_of(world, a)->act_due_ms = mind_of(world, b)->act_due_ms = 0; /* as on a map that slept */
	live_ms(world, MIND_MAP, 2000);
	uint64_t due_a = mind_of(world, a)->act_due_ms, due_b = mind_of(world, b)->act_due_ms;
	assert_true(due_a != due_b); /* they do not beat together */
	assert_true(due_a > world->tx.now_ms && due_a <= world->tx.now_ms + BEAT_MS);
	for (unsigned i = 0; i < 10; i++) {
		live_ms(world, MIND_MAP, BEAT_MS);
		due_a += BEAT_MS;
		due_b += BEAT_MS;
		assert_int_equal(mind_of(world, a)->act_due_ms, due_a);
		assert_int_equal(mind_of(world, b)->act_due_ms, due_b);
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
	assert_int_not_equal(mind_body(world, wolf)->x, X + 5);
	little_world_run(world, MIND_MAP, run_leave, &ana);
	live_ms(world, MIND_MAP, 1000); /* the tick that finds nobody */
	const struct body asleep = *mind_body(world, wolf);
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
	assert_int_equal(mind_body(world, witch)->heading, HEADING_SOUTH);
	assert_int_equal(lost_hp(world, ana), 0);
	assert_int_equal(lost_hp(world, eva), 0);
	stand(world, eva, X, Y + 4);
	beats(world, witch, 1);
	assert_int_equal(lost_hp(world, eva), 50);
	stand(world, ana, X, Y + 1);
	mind_of(world, witch)->strike_due_ms = 0;
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
	mind_of(world, witch)->freed_ms = world->tx.now_ms;
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
	mind_of(world, statue)->movement = MOVEMENT_NONE; /* the attack part alone */
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
	assert_int_equal(mind_of(world, goat)->attacker_id, 0);
	assert_int_equal(mind_of(world, goat)->movement, MOVEMENT_WANDERS);
	assert_int_equal(mind_of(world, goat)->hostile, 0);
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
	mind_of(world, guard)->movement = MOVEMENT_NONE; /* does not walk away */
	mind_of(world, guard)->attacker_id = player_of(world, eva)->id;
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
		struct body before = *mind_body(world, guard);
		beats(world, guard, 1);
		assert_in_range(abs(mind_body(world, guard)->x - before.x) + abs(mind_body(world, guard)->y - before.y), 0, 1);
		if (steps_between(world, guard, ana) == 1)
			stand(world, ana, mind_body(world, ana)->x > X ? X - 4 : X + 4, Y);
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
		mind_of(world, turret)->strike_due_ms = 0;
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

/* --- ways ----------------------------------------------------------------------------------------------------------------------- */

static void wall(struct little_world *world, unsigned map, unsigned x, unsigned y)
{
	unsigned tile = tile_index(x, y);
	world->world.maps[map].blocked[tile / 8] |= (uint8_t)(1u << tile % 8);
}

static void a_simple_hunter_stays_behind_a_wall(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y - 2);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	for (unsigned x = X - 3; x <= X + 3; x++)
		wall(world, MIND_MAP, x, Y - 1);
	beats(world, wolf, 20);
	expect_at(world, wolf, X, Y);
	assert_int_equal(lost_hp(world, ana), 0);
}

static void a_seeker_goes_around_a_wall(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y - 2);
	uint32_t hound = beast_put(world, BEAST_SEEKER, X, Y);
	for (unsigned x = X - 3; x <= X + 5; x++)
		wall(world, MIND_MAP, x, Y - 1);
	beats(world, hound, 9); /* 4 west, 2 north, 3 east: beside her */
	expect_at(world, hound, X - 1, Y - 2);
	assert_int_equal(mind_of(world, hound)->path_length, 9);
	beats(world, hound, 10);
	expect_at(world, hound, X - 1, Y - 2);
	assert_true(lost_hp(world, ana) >= 5);
}

static void a_seeker_whose_way_is_blocked_looks_for_another(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y - 6);
	uint32_t hound = beast_put(world, BEAST_SEEKER, X, Y);
	beats(world, hound, 1);
	expect_at(world, hound, X, Y - 1);
	wall(world, MIND_MAP, X, Y - 2);
	beats(world, hound, 1); /* it throws the way away, and stays */
	expect_at(world, hound, X, Y - 1);
	assert_int_equal(mind_of(world, hound)->path_length, 0);
	beats(world, hound, 6);
	assert_int_equal(steps_between(world, hound, ana), 1);
}

static unsigned way(struct little_world *world, uint32_t hound, int x, int y)
{
	uint8_t path[PATH_STEPS] = {0};
	return creature_path(&world->tx, hound, x, y, path);
}

static void the_search_for_a_way_has_bounds(void **state)
{
	struct little_world *world = *state;
	uint32_t hound = beast_put(world, BEAST_SEEKER, X, Y);
	assert_int_equal(way(world, hound, X, Y + 1), 0); /* it is there */
	assert_int_equal(way(world, hound, X, Y + 11), 10);
	assert_int_equal(way(world, hound, X, Y + 12), 0); /* farther than it looks */
	/* A wall whose ends it does not see. */
	for (unsigned x = X - 10; x <= X + 10; x++)
		wall(world, MIND_MAP, x, Y + 1);
	assert_int_equal(way(world, hound, X, Y + 3), 0);
	/* Two with a gap each, at the two ends: 10 west, 2 down, 10 back is a way, 10 + 20 + some are none. */
	world->world.maps[MIND_MAP].blocked[tile_index(X - 10, Y + 1) / 8] &=
		(uint8_t) ~(1u << tile_index(X - 10, Y + 1) % 8);
	assert_int_equal(way(world, hound, X, Y + 3), 22);
	for (unsigned x = X - 10; x < X + 10; x++)
		wall(world, MIND_MAP, x, Y + 3);
	assert_int_equal(way(world, hound, X + 8, Y + 4), 0);
	assert_int_equal(way(world, hound, X + 6, Y + 3), 28);
	assert_int_equal(way(world, hound, X + 8, Y + 3), PATH_STEPS);
	assert_int_equal(way(world, hound, X + 9, Y + 3), 0); /* one more */
}

static void a_seeker_without_a_way_wanders(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y - 4);
	uint32_t hound = beast_put(world, BEAST_SEEKER, X, Y);
	for (unsigned x = X - 1; x <= X + 1; x++) {
		wall(world, MIND_MAP, x, Y - 5);
		wall(world, MIND_MAP, x, Y - 3);
	}
	wall(world, MIND_MAP, X - 1, Y - 4);
	wall(world, MIND_MAP, X + 1, Y - 4);
	unsigned moved = 0;
	for (unsigned i = 0; i < 10; i++) {
		struct body before = *mind_body(world, hound);
		beats(world, hound, 1);
		moved += mind_body(world, hound)->x != before.x || mind_body(world, hound)->y != before.y;
	}
	assert_in_range(moved, 5, 10);
	assert_int_equal(lost_hp(world, ana), 0);
}

/* --- ghosts in the way -------------------------------------------------------------------------------------------------------------- */

static void a_ghost_in_the_way_changes_places(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = X + 4, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 1, .y = Y, .dead = true);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	beats(world, wolf, 1);
	expect_at(world, wolf, X + 1, Y);
	expect_at(world, eva, X, Y);
	EXPECT(world, eva, FORCE_CHAR_MOVE, .heading = HEADING_WEST);
	EXPECT_SOUND(world);
}

static void unseen_staff_in_the_way_changes_places_too(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = X + 4, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 1, .y = Y, .privileges = PRIVILEGE_GOD);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	body_of(world, eva)->flags |= BODY_ADMIN_INVISIBLE;
	beats(world, wolf, 1);
	expect_at(world, wolf, X + 1, Y);
	expect_at(world, eva, X, Y);
}

static void the_living_do_not_give_way(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = X + 4, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 1, .y = Y, .privileges = PRIVILEGE_GOD);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	beats(world, wolf, 3);
	expect_at(world, wolf, X, Y);
	expect_at(world, eva, X + 1, Y);
}

static void a_ghost_is_not_moved_from_the_land_to_the_water(void **state)
{
	struct little_world *world = *state;
	enum { SHORE = WATER_FROM - 1, POND_Y = WATER_FROM + 2 };
	uint32_t ana = ON_MEADOW(world, "Ana", .x = SHORE - 2, .y = POND_Y);
	uint32_t eva = ON_MEADOW(world, "Eva", .x = SHORE, .y = POND_Y, .dead = true);
	uint32_t frog = beast_on(world, LAND_MEADOW, BEAST_FROG, WATER_FROM, POND_Y);
	beats(world, frog, 4);
	expect_at(world, frog, WATER_FROM, POND_Y);
	expect_at(world, eva, SHORE, POND_Y);
	stand(world, eva, SHORE, POND_Y + 3);
	beats(world, frog, 1); /* it can go there by itself */
	expect_at(world, frog, SHORE, POND_Y);
	stand(world, ana, SHORE - 8, POND_Y);
	stand(world, eva, SHORE - 1, POND_Y); /* on land both */
	beats(world, frog, 1);
	expect_at(world, eva, SHORE, POND_Y);
}

static void water_stops_who_does_not_swim(void **state)
{
	struct little_world *world = *state;
	enum { POND_Y = WATER_FROM + 2 };
	ON_MEADOW(world, "Ana", .x = WATER_TO + 1, .y = POND_Y);
	uint32_t wolf = beast_on(world, LAND_MEADOW, BEAST_HUNTER, WATER_FROM - 1, POND_Y);
	beats(world, wolf, 5);
	expect_at(world, wolf, WATER_FROM - 1, POND_Y);
}

/* --- pets -------------------------------------------------------------------------------------------------------------------------- */

static void a_pet_follows_its_master_and_keeps_its_distance(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X + 1, Y);
	stand(world, ana, X + 8, Y);
	beats(world, pet, 12);
	assert_in_range(steps_between(world, pet, ana), 1, 5); /* it may wander */
	stand(world, ana, mind_body(world, pet)->x, mind_body(world, pet)->y + 3u);
	struct body before = *mind_body(world, pet);
	beats(world, pet, 3); /* near enough */
	expect_at(world, pet, before.x, before.y);
	stand(world, ana, X + 30, Y);
	beats(world, pet, 30);
	assert_true(steps_between(world, pet, ana) > 10); /* out of its sight */
}

static void a_pet_does_not_follow_whom_it_cannot_see(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X + 7, Y);
	make_invisible(world, ana);
	beats(world, pet, 5);
	assert_true(steps_between(world, pet, ana) >= 5);
}

static void a_pet_goes_for_who_attacked_its_master(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 5, .y = Y, .criminal = true);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X + 1, Y);
	mind_of(world, pet)->movement = MOVEMENT_DEFENDS;
	mind_of(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 20);
	assert_int_equal(steps_between(world, pet, eva), 1);
	assert_true(lost_hp(world, eva) >= 5);
	assert_int_equal(lost_hp(world, ana), 0);
	stand(world, eva, X + 30, Y);
	beats(world, pet, 1);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FOLLOWS);
}

static void a_pet_spares_citizens_when_its_master_must(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y), eva = SOMEBODY(world, "Eva", .x = X + 2, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X + 1, Y);
	static const struct {
		bool safe, royal, spares;
	} cases[] = {{true, false, true}, {false, true, true}, {false, false, false}};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		player_of(world, ana)->safe_mode = cases[i].safe;
		player_of(world, ana)->royal_army = cases[i].royal;
		mind_of(world, pet)->movement = MOVEMENT_DEFENDS;
		mind_of(world, pet)->attacker_id = player_of(world, eva)->id;
		forget(world);
		beats(world, pet, cases[i].spares ? 1 : 20);
		assert_int_equal(lost_hp(world, eva) == 0, cases[i].spares);
		if (cases[i].spares)
			EXPECT_LINE(world, ana, TEXT_PET_SPARES_CITIZENS);
		assert_int_equal(mind_of(world, pet)->movement, cases[i].spares ? MOVEMENT_FOLLOWS : MOVEMENT_DEFENDS);
	}
}

static void a_pet_fights_nobody_in_a_safe_place(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ON_MEADOW(world, "Ana", .x = 50, .y = 50);
	uint32_t eva = ON_MEADOW(world, "Eva", .x = 52, .y = 50, .criminal = true);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, 51, 50);
	uint32_t rat = beast_on(world, LAND_MEADOW, BEAST_RAT, 51, 51);
	mind_of(world, pet)->movement = MOVEMENT_DEFENDS;
	mind_of(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 5);
	assert_int_equal(lost_hp(world, eva), 0);
	mind_of(world, pet)->movement = MOVEMENT_FIGHTS_CREATURES;
	mind_of(world, pet)->target = body_handle(&world->world, rat);
	beats(world, pet, 5);
	assert_int_equal(mind_body(world, rat)->hp, 5);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FOLLOWS);
}

static void an_elemental_of_water_strikes_no_players(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 2, .y = Y, .criminal = true);
	uint32_t pet = pet_put(world, ana, BEAST_WATER_ELEMENTAL, X + 1, Y);
	mind_of(world, pet)->movement = MOVEMENT_DEFENDS;
	mind_of(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 20);
	assert_int_equal(lost_hp(world, eva), 0);
	assert_int_equal(steps_between(world, pet, eva), 1);
}

/* --- creatures against creatures --------------------------------------------------------------------------------------------------- */

static void set_on(struct little_world *world, uint32_t pet, uint32_t enemy)
{
	mind_of(world, pet)->movement = MOVEMENT_FIGHTS_CREATURES;
	mind_of(world, pet)->target = body_handle(&world->world, enemy);
}

static void a_pet_kills_a_creature_for_its_master(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X + 1, Y);
	uint32_t rat = beast_put(world, BEAST_RAT, X + 4, Y);
	struct handle dead = body_handle(&world->world, rat);
	set_on(world, pet, rat);
	beats(world, pet, 30);
	assert_null(handle_body(&world->world, dead));
	assert_int_equal(player_of(world, ana)->creatures_killed, 1);
	assert_int_equal(player_of(world, ana)->experience, 5);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FOLLOWS);
	EXPECT_SOUND(world);
}

static void a_pet_lets_a_creature_be_that_is_too_far(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X + 1, Y);
	static const struct {
		int dx, dy;
		bool fights;
	} cases[] = {{6, 6, true}, {7, 0, false}, {0, 7, false}, {-6, -6, true}, {-7, 1, false}, {1, -7, false}};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct body *body = mind_body(world, pet);
		set_on(world, pet,
			   beast_put(world, BEAST_FIXED, (unsigned)(body->x + cases[i].dx), (unsigned)(body->y + cases[i].dy)));
		beats(world, pet, 1);
		assert_int_equal(mind_of(world, pet)->movement, cases[i].fights ? MOVEMENT_FIGHTS_CREATURES : MOVEMENT_FOLLOWS);
	}
}

static void an_elemental_of_fire_casts_and_a_dragon_answers(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_FIRE_ELEMENTAL, X + 1, Y);
	uint32_t dragon = beast_put(world, BEAST_DRAGON, X + 5, Y);
	set_on(world, pet, dragon);
	mind_of(world, dragon)->strike_due_ms = world->tx.now_ms + 100000; /* it answers all the same */
	beats(world, pet, 1);
	assert_int_equal(mind_body(world, dragon)->hp, 4950);
	assert_int_equal(mind_body(world, pet)->hp, 950);
	hold(world, dragon, false);
	beats(world, pet, 5);
	assert_int_equal(mind_body(world, dragon)->hp, 4900);
	assert_int_equal(mind_body(world, pet)->hp, 950);
}

static void a_hostile_creature_strikes_a_pet_beside_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 20, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X, Y + 1);
	uint32_t wild = beast_put(world, BEAST_WANDERER, X + 1, Y), wolf = beast_put(world, BEAST_HUNTER, X, Y);
	beats(world, wolf, 20);
	assert_in_range(mind_body(world, pet)->hp, 970, 995);
	assert_int_equal(mind_body(world, wild)->hp, 1000);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FOLLOWS); /* it is not made to strike back */
	hold(world, pet, false);
	int32_t hp = mind_body(world, pet)->hp;
	beats(world, wolf, 5);
	assert_int_equal(mind_body(world, pet)->hp, hp);
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
		WORLD_TEST(a_simple_hunter_stays_behind_a_wall),
		WORLD_TEST(a_seeker_goes_around_a_wall),
		WORLD_TEST(a_seeker_whose_way_is_blocked_looks_for_another),
		WORLD_TEST(the_search_for_a_way_has_bounds),
		WORLD_TEST(a_seeker_without_a_way_wanders),
		WORLD_TEST(a_ghost_in_the_way_changes_places),
		WORLD_TEST(unseen_staff_in_the_way_changes_places_too),
		WORLD_TEST(the_living_do_not_give_way),
		WORLD_TEST(a_ghost_is_not_moved_from_the_land_to_the_water),
		WORLD_TEST(water_stops_who_does_not_swim),
		WORLD_TEST(a_pet_follows_its_master_and_keeps_its_distance),
		WORLD_TEST(a_pet_does_not_follow_whom_it_cannot_see),
		WORLD_TEST(a_pet_goes_for_who_attacked_its_master),
		WORLD_TEST(a_pet_spares_citizens_when_its_master_must),
		WORLD_TEST(a_pet_fights_nobody_in_a_safe_place),
		WORLD_TEST(an_elemental_of_water_strikes_no_players),
		WORLD_TEST(a_pet_kills_a_creature_for_its_master),
		WORLD_TEST(a_pet_lets_a_creature_be_that_is_too_far),
		WORLD_TEST(an_elemental_of_fire_casts_and_a_dragon_answers),
		WORLD_TEST(a_hostile_creature_strikes_a_pet_beside_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
