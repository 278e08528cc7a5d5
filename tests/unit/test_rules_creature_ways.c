/* How creatures walk: around walls, through ghosts, where they may not go: rules-life-combat-magic.md 8.1, 16.4, 16.12, 16.17. */
#include "tests/unit/test_minds.h"

enum { X = 40, Y = 50 }; /* grass all around */

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
	assert_int_equal(about(world, hound)->path_length, 9);
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
	assert_int_equal(about(world, hound)->path_length, 0);
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
		struct body before = *of(world, hound);
		beats(world, hound, 1);
		moved += of(world, hound)->x != before.x || of(world, hound)->y != before.y;
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

static void a_ghost_pushed_over_the_border_of_an_arena_is_not_revived_against_its_will(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = ENTER(world, "Eva", .map = LAND_WILD, .x = ARENA_TO, .y = ARENA_FROM, .dead = true);
	uint32_t wolf = beast_on(world, LAND_WILD, BEAST_HUNTER, ARENA_TO + 1, ARENA_FROM);
	player_of(world, eva)->resuscitation_safe = 0;
	forget(world);
	mind_done(world, LAND_WILD, mind_run_step, (struct deed){.body = wolf, .number = HEADING_WEST});
	expect_at(world, eva, ARENA_TO + 1, ARENA_FROM);
	assert_int_equal(player_of(world, eva)->resuscitation_safe, 1);
	EXPECT_MULTI(world, eva, RESUSCITATION_SAFE_ON);
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

/* --- where they may not go -------------------------------------------------------------------------------------------------------- */

static void creatures_never_go_through_exits(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = mind_player(world, LAND_WILD, &(const struct newcomer){.name = "Ana", .x = WILD_X + 3, .y = WILD_Y});
	uint32_t wolf = beast_on(world, LAND_WILD, BEAST_HUNTER, WILD_X, WILD_Y);
	uint32_t hound = beast_on(world, LAND_WILD, BEAST_SEEKER, WILD_X + 1, WILD_Y - 1);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, WILD_X + 1, WILD_Y + 1);
	for (unsigned i = 0; i < 20; i++) {
		beats(world, wolf, 1);
		beats(world, hound, 1);
		assert_int_equal(tile_occupant(&world->world, LAND_WILD, WILD_X + 1, WILD_Y), 0);
	}
	expect_at(world, wolf, WILD_X, WILD_Y);
	assert_false(mind_done(world, LAND_WILD, mind_run_step, (struct deed){.body = pet, .number = HEADING_NORTH}));
	assert_int_equal(of(world, pet)->map, LAND_WILD);
}

static void pets_go_where_the_map_keeps_others_out(void **state)
{
	struct little_world *world = *state;
	uint32_t ana =
		mind_player(world, LAND_WILD, &(const struct newcomer){.name = "Ana", .x = NO_BEASTS_X, .y = GROUNDS_Y + 5});
	uint32_t wolf = beast_on(world, LAND_WILD, BEAST_HUNTER, NO_BEASTS_X, GROUNDS_Y - 1);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, NO_BEASTS_X, GROUNDS_Y + 1);
	beats(world, wolf, 5);
	expect_at(world, wolf, NO_BEASTS_X, GROUNDS_Y - 1);
	assert_true(mind_done(world, LAND_WILD, mind_run_step, (struct deed){.body = pet, .number = HEADING_NORTH}));
	expect_at(world, pet, NO_BEASTS_X, GROUNDS_Y);
}

static void who_stays_in_the_water_does_not_come_ashore(void **state)
{
	struct little_world *world = *state;
	enum { POND_Y = WATER_FROM + 2 };
	ON_MEADOW(world, "Ana", .x = WATER_FROM - 3, .y = POND_Y);
	uint32_t fish = beast_on(world, LAND_MEADOW, BEAST_FISH, WATER_FROM, POND_Y);
	assert_false(mind_done(world, LAND_MEADOW, mind_run_step, (struct deed){.body = fish, .number = HEADING_WEST}));
	assert_true(mind_done(world, LAND_MEADOW, mind_run_step, (struct deed){.body = fish, .number = HEADING_EAST}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_simple_hunter_stays_behind_a_wall),
		WORLD_TEST(a_seeker_goes_around_a_wall),
		WORLD_TEST(a_seeker_whose_way_is_blocked_looks_for_another),
		WORLD_TEST(the_search_for_a_way_has_bounds),
		WORLD_TEST(a_seeker_without_a_way_wanders),
		WORLD_TEST(a_ghost_in_the_way_changes_places),
		WORLD_TEST(a_ghost_pushed_over_the_border_of_an_arena_is_not_revived_against_its_will),
		WORLD_TEST(unseen_staff_in_the_way_changes_places_too),
		WORLD_TEST(the_living_do_not_give_way),
		WORLD_TEST(a_ghost_is_not_moved_from_the_land_to_the_water),
		WORLD_TEST(water_stops_who_does_not_swim),
		WORLD_TEST(creatures_never_go_through_exits),
		WORLD_TEST(pets_go_where_the_map_keeps_others_out),
		WORLD_TEST(who_stays_in_the_water_does_not_come_ashore),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
