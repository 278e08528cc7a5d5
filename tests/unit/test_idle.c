/* Who does nothing leaves the game after the classic time (worker/game/tick.c); what counts as doing something, and who may
 * stay. */
#include "tests/unit/test_starter.h"
#include "worker/game/tick.h"

enum {
	IDLE_MS = 5 * 60000, /* the default, IdleLimit */
	SECOND_MS = 1000,    /* the map looks once in so long */
};

static uint32_t me;

static int setup(void **state)
{
	open_world(state);
	me = memory_world_player(world, "Ana", (struct place){.map = 1, .x = 60, .y = 92});
	return 0;
}

/* Time passes, and the map has its tick. true: he is still there. */
static bool stays(uint64_t ms)
{
	uint32_t map = 1, domains[2] = {map, world->world.realm_domain};
	world->now_ms += ms;
	world->tx.now_ms = world->now_ms;
	atomic_store(&world->world.tick_due_ms[map], world->now_ms);
	assert_int_equal(tx_run(&world->tx, domains, 2, map_tick, &map), TX_COMMIT);
	return world->world.players[me].state == PLAYER_PLAYING;
}

static void who_does_nothing_leaves_after_the_classic_time(void **state)
{
	(void)state;
	assert_true(stays(IDLE_MS - SECOND_MS));
	assert_false(stays(SECOND_MS));
	assert_int_equal(world->world.players[me].state, PLAYER_GONE);
	assert_int_equal(world->world.bodies[me].map, 0);
	memory_world_audit(world);
}

static void anything_but_a_ping_is_a_sign_of_life(void **state)
{
	(void)state;
	assert_true(stays(IDLE_MS - SECOND_MS));
	DO(world, me, REQUEST_FAME);
	assert_true(stays(IDLE_MS - SECOND_MS));
	DO(world, me, PING);
	assert_false(stays(SECOND_MS));
}

static void what_the_flood_limit_refuses_is_a_sign_of_life_too(void **state)
{
	(void)state;
	assert_true(stays(IDLE_MS - SECOND_MS));
	world->config.flood.social_burst = 1;
	world->config.flood.social_ms = 60000;
	DO(world, me, GUILD_LEAVE);
	assert_true(stays(1000));
	DO(world, me, GUILD_LEAVE);
	assert_int_not_equal(world->world.players[me].flood_told_ms, 0);
	assert_true(stays(IDLE_MS - SECOND_MS));
}

static void the_staff_travellers_and_everybody_where_the_operator_wants_it_may_stay(void **state)
{
	(void)state;
	world->world.players[me].privileges |= PRIVILEGE_COUNSELLOR;
	assert_true(stays(UINT64_C(10) * IDLE_MS));
	world->world.players[me].privileges = PRIVILEGE_USER;
	world->world.players[me].travelling = 1;
	assert_true(stays(SECOND_MS));
	world->world.players[me].travelling = 0;
	world->config.intervals.idle_minutes = 0;
	assert_true(stays(SECOND_MS));
	world->config.intervals.idle_minutes = 5;
	assert_false(stays(SECOND_MS));
}

/* Each of them writes more than one may remember in a transaction of that size. */
static void a_crowd_that_leaves_in_one_moment_takes_several_ticks(void **state)
{
	enum { CROWD = 12, REMEMBERED = 16384 };
	char name[] = "Bea";
	(void)state;
	world->world.limits.undo_bytes = REMEMBERED;
	for (int i = 0; i < CROWD; i++) {
		name[0] = (char)('B' + i);
		memory_world_player(world, name, (struct place){.map = 1, .x = (uint8_t)(61 + i), .y = 92});
	}
	for (int i = 0; i <= CROWD && world->world.maps[1].players > 0; i++)
		stays(IDLE_MS);
	assert_int_equal(world->world.maps[1].players, 0);
	memory_world_audit(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_does_nothing_leaves_after_the_classic_time, setup, close_world),
		cmocka_unit_test_setup_teardown(anything_but_a_ping_is_a_sign_of_life, setup, close_world),
		cmocka_unit_test_setup_teardown(what_the_flood_limit_refuses_is_a_sign_of_life_too, setup, close_world),
		cmocka_unit_test_setup_teardown(the_staff_travellers_and_everybody_where_the_operator_wants_it_may_stay, setup,
										close_world),
		cmocka_unit_test_setup_teardown(a_crowd_that_leaves_in_one_moment_takes_several_ticks, setup, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
