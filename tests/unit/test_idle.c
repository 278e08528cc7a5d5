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
	world->config.intervals.idle_minutes = 0;
	assert_true(stays(SECOND_MS));
	world->config.intervals.idle_minutes = 5;
	world->world.players[me].travelling = 1;
	assert_true(stays(UINT64_C(10) * IDLE_MS));
	world->world.players[me].travelling = 0; /* he has just arrived */
	assert_true(stays(IDLE_MS - SECOND_MS));
	assert_false(stays(SECOND_MS));
}

static void who_has_meditated_for_long_has_all_his_time_afterwards(void **state)
{
	(void)state;
	body_at(me)->flags |= BODY_MEDITATING;
	for (int i = 0; i < 10; i++)
		assert_true(stays(IDLE_MS));
	body_at(me)->flags &= ~(uint32_t)BODY_MEDITATING;
	assert_true(stays(IDLE_MS - SECOND_MS));
	assert_false(stays(SECOND_MS));
}

/* --- where players may fight ---------------------------------------------------------------------------------------- */

/* The same in the wood; what the tick said is heard. */
static bool stays_in_the_wood(uint32_t who, uint64_t ms)
{
	uint32_t map = 2;
	world->now_ms += ms;
	atomic_store(&world->world.tick_due_ms[map], world->now_ms);
	assert_int_equal(memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map), TX_COMMIT);
	return world->world.players[who].state == PLAYER_PLAYING;
}

static void who_does_nothing_in_the_wild_leaves_as_if_he_had_asked_to(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Eva", (struct place){.map = 2, .x = 30, .y = 40});
	body_at(ana)->flags |= BODY_HIDDEN;
	player_at(ana)->trading = 1;
	assert_true(stays_in_the_wood(ana, IDLE_MS));
	assert_int_equal(memory_world_heard_count(world, ana, S2C_SHOW_MESSAGE_BOX), 1);
	assert_int_equal(player_at(ana)->logout_due_ms, world->now_ms + 10000);
	assert_int_equal(player_at(ana)->trading, 0);
	assert_int_equal(body_at(ana)->flags & BODY_HIDDEN, 0);
	for (int i = 0; i < 9; i++) {
		assert_true(stays_in_the_wood(ana, SECOND_MS)); /* who attacks him finds him still there */
		assert_int_equal(memory_world_heard_count(world, ana, S2C_SHOW_MESSAGE_BOX), 0);
	}
	assert_false(stays_in_the_wood(ana, SECOND_MS));
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
}

static void who_wakes_up_in_time_stays(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Eva", (struct place){.map = 2, .x = 30, .y = 40});
	assert_true(stays_in_the_wood(ana, IDLE_MS));
	assert_true(stays_in_the_wood(ana, UINT64_C(5) * SECOND_MS));
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
	assert_true(stays_in_the_wood(ana, IDLE_MS - SECOND_MS));
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
}

static void the_paralysed_do_not_leave_by_doing_nothing(void **state)
{
	(void)state;
	body_at(me)->flags |= BODY_PARALYSED;
	assert_true(stays(IDLE_MS));
	assert_true(stays(SECOND_MS));
	body_at(me)->flags &= ~(uint32_t)BODY_PARALYSED;
	assert_false(stays(SECOND_MS));
}

/* --- many ------------------------------------------------------------------------------------------------------------ */

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
		cmocka_unit_test_setup_teardown(who_has_meditated_for_long_has_all_his_time_afterwards, setup, close_world),
		cmocka_unit_test_setup_teardown(who_does_nothing_in_the_wild_leaves_as_if_he_had_asked_to, setup, close_world),
		cmocka_unit_test_setup_teardown(who_wakes_up_in_time_stays, setup, close_world),
		cmocka_unit_test_setup_teardown(the_paralysed_do_not_leave_by_doing_nothing, setup, close_world),
		cmocka_unit_test_setup_teardown(a_crowd_that_leaves_in_one_moment_takes_several_ticks, setup, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
