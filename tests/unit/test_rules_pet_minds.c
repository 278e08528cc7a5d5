/* What pets do by themselves, and creatures that fight each other: rules-life-combat-magic.md 16.4, 16.8, 16.17. */
#include "tests/unit/test_minds.h"

enum { X = 40, Y = 50 }; /* grass all around */

/* --- pets -------------------------------------------------------------------------------------------------------------------------- */

static void a_pet_follows_its_master_and_keeps_its_distance(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X + 1, Y);
	stand(world, ana, X + 8, Y);
	beats(world, pet, 12);
	assert_in_range(steps_between(world, pet, ana), 1, 5); /* it may wander */
	stand(world, ana, of(world, pet)->x, of(world, pet)->y + 3u);
	struct body before = *of(world, pet);
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
	about(world, pet)->movement = MOVEMENT_DEFENDS;
	about(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 20);
	assert_int_equal(steps_between(world, pet, eva), 1);
	assert_true(lost_hp(world, eva) >= 5);
	assert_int_equal(lost_hp(world, ana), 0);
	stand(world, eva, X + 30, Y);
	beats(world, pet, 1);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
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
		about(world, pet)->movement = MOVEMENT_DEFENDS;
		about(world, pet)->attacker_id = player_of(world, eva)->id;
		forget(world);
		beats(world, pet, cases[i].spares ? 1 : 20);
		assert_int_equal(lost_hp(world, eva) == 0, cases[i].spares);
		if (cases[i].spares)
			EXPECT_LINE(world, ana, TEXT_PET_SPARES_CITIZENS);
		assert_int_equal(about(world, pet)->movement, cases[i].spares ? MOVEMENT_FOLLOWS : MOVEMENT_DEFENDS);
	}
}

static void a_pet_fights_nobody_in_a_safe_place(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ON_MEADOW(world, "Ana", .x = 50, .y = 50);
	uint32_t eva = ON_MEADOW(world, "Eva", .x = 52, .y = 50, .criminal = true);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, 51, 50);
	uint32_t rat = beast_on(world, LAND_MEADOW, BEAST_RAT, 51, 51);
	about(world, pet)->movement = MOVEMENT_DEFENDS;
	about(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 5);
	assert_int_equal(lost_hp(world, eva), 0);
	about(world, pet)->movement = MOVEMENT_FIGHTS_CREATURES;
	about(world, pet)->target = body_handle(&world->world, rat);
	beats(world, pet, 5);
	assert_int_equal(of(world, rat)->hp, 5);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
}

/* What its master may not do to somebody, his pet does not do either (20 no. 19). */
static void expect_pet_spares(struct little_world *world, uint32_t pet, uint32_t enemy)
{
	about(world, pet)->movement = MOVEMENT_DEFENDS;
	about(world, pet)->attacker_id = player_of(world, enemy)->id;
	about(world, pet)->strike_due_ms = 0;
	beats(world, pet, 10);
	assert_int_equal(lost_hp(world, enemy), 0);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
}

static void a_pet_fights_nobody_for_who_stands_where_nobody_may_attack_him(void **state)
{
	struct little_world *world = *state;
	uint32_t ana =
		mind_player(world, LAND_WILD, &(const struct newcomer){.name = "Ana", .x = SHELTER_X, .y = GROUNDS_Y});
	uint32_t eva =
		mind_player(world, LAND_WILD,
					&(const struct newcomer){.name = "Eva", .x = SHELTER_X + 3, .y = GROUNDS_Y + 3, .criminal = true});
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, SHELTER_X + 2, GROUNDS_Y + 3);
	expect_pet_spares(world, pet, eva);
	stand(world, ana, SHELTER_X, GROUNDS_Y + 3);
	about(world, pet)->movement = MOVEMENT_DEFENDS;
	about(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 20);
	assert_true(lost_hp(world, eva) >= 5);
}

static void a_pet_does_not_fight_over_the_border_of_an_arena(void **state)
{
	struct little_world *world = *state;
	uint32_t ana =
		mind_player(world, LAND_WILD, &(const struct newcomer){.name = "Ana", .x = ARENA_TO + 3, .y = ARENA_TO});
	uint32_t eva = mind_player(world, LAND_WILD,
							   &(const struct newcomer){.name = "Eva", .x = ARENA_TO, .y = ARENA_TO, .criminal = true});
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, ARENA_TO + 1, ARENA_TO);
	expect_pet_spares(world, pet, eva);
	stand(world, eva, ARENA_TO + 2, ARENA_TO + 1); /* her enemy comes out, and the pet goes in */
	stand(world, pet, ARENA_TO, ARENA_TO);
	about(world, pet)->strike_due_ms = 0;
	expect_pet_spares(world, pet, eva);
}

static void an_elemental_of_water_strikes_no_players(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = X + 2, .y = Y, .criminal = true);
	uint32_t pet = pet_put(world, ana, BEAST_WATER_ELEMENTAL, X + 1, Y);
	about(world, pet)->movement = MOVEMENT_DEFENDS;
	about(world, pet)->attacker_id = player_of(world, eva)->id;
	beats(world, pet, 20);
	assert_int_equal(lost_hp(world, eva), 0);
	assert_int_equal(steps_between(world, pet, eva), 1);
}

/* --- creatures against creatures --------------------------------------------------------------------------------------------------- */

static void set_on(struct little_world *world, uint32_t pet, uint32_t enemy)
{
	about(world, pet)->movement = MOVEMENT_FIGHTS_CREATURES;
	about(world, pet)->target = body_handle(&world->world, enemy);
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
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
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
		const struct body *body = of(world, pet);
		set_on(world, pet,
			   beast_put(world, BEAST_FIXED, (unsigned)(body->x + cases[i].dx), (unsigned)(body->y + cases[i].dy)));
		beats(world, pet, 1);
		assert_int_equal(about(world, pet)->movement, cases[i].fights ? MOVEMENT_FIGHTS_CREATURES : MOVEMENT_FOLLOWS);
	}
}

static void an_elemental_of_fire_casts_and_a_dragon_answers(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_FIRE_ELEMENTAL, X + 1, Y);
	uint32_t dragon = beast_put(world, BEAST_DRAGON, X + 5, Y);
	set_on(world, pet, dragon);
	about(world, dragon)->strike_due_ms = world->tx.now_ms + 100000; /* it answers all the same */
	beats(world, pet, 1);
	assert_int_equal(of(world, dragon)->hp, 4950);
	assert_int_equal(of(world, pet)->hp, 950);
	hold(world, dragon, false);
	beats(world, pet, 5);
	assert_int_equal(of(world, dragon)->hp, 4900);
	assert_int_equal(of(world, pet)->hp, 950);
}

static void a_hostile_creature_strikes_a_pet_beside_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X + 20, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X, Y + 1);
	uint32_t wild = beast_put(world, BEAST_WANDERER, X + 1, Y), wolf = beast_put(world, BEAST_HUNTER, X, Y);
	beats(world, wolf, 20);
	assert_in_range(of(world, pet)->hp, 970, 995);
	assert_int_equal(of(world, wild)->hp, 1000);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS); /* it is not made to strike back */
	hold(world, pet, false);
	int32_t hp = of(world, pet)->hp;
	beats(world, wolf, 5);
	assert_int_equal(of(world, pet)->hp, hp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_pet_follows_its_master_and_keeps_its_distance),
		WORLD_TEST(a_pet_does_not_follow_whom_it_cannot_see),
		WORLD_TEST(a_pet_goes_for_who_attacked_its_master),
		WORLD_TEST(a_pet_spares_citizens_when_its_master_must),
		WORLD_TEST(a_pet_fights_nobody_in_a_safe_place),
		WORLD_TEST(a_pet_fights_nobody_for_who_stands_where_nobody_may_attack_him),
		WORLD_TEST(a_pet_does_not_fight_over_the_border_of_an_arena),
		WORLD_TEST(an_elemental_of_water_strikes_no_players),
		WORLD_TEST(a_pet_kills_a_creature_for_its_master),
		WORLD_TEST(a_pet_lets_a_creature_be_that_is_too_far),
		WORLD_TEST(an_elemental_of_fire_casts_and_a_dragon_answers),
		WORLD_TEST(a_hostile_creature_strikes_a_pet_beside_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
