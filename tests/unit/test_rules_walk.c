/* Steps, turning, exits and the limits on speed, in the starter world: rules-life-combat-magic.md 8. */
#include "common/base/rng.h"
#include "tests/unit/test_starter.h"
#include "worker/close_reasons.h"

enum { STEP_MS = 1000 }; /* slow enough for every limit */

static const struct place meadow = {.map = 1, .x = 60, .y = 92};

static uint32_t me;

static int open_meadow(void **state)
{
	open_world(state);
	me = memory_world_player(world, "Bruno", meadow);
	return 0;
}

static void assert_stands(uint32_t index, unsigned map, unsigned x, unsigned y)
{
	const struct body *body = body_at(index);
	assert_int_equal(body->map, map);
	assert_int_equal(body->x, x);
	assert_int_equal(body->y, y);
	assert_int_equal(world->world.maps[map].occupant[tile_index(x, y)], index);
}

static void walk(uint32_t who, int heading)
{
	world->now_ms += STEP_MS;
	DO(world, who, WALK, .heading = heading);
}

/* The walker, and nobody else, is sent back to where the server has him. */
static void assert_corrected(unsigned x, unsigned y)
{
	assert_int_equal(memory_world_heard_all(world, me), 1);
	const struct s2c_packet *packet = memory_world_heard(world, me, S2C_POS_UPDATE);
	assert_non_null(packet);
	assert_int_equal(packet->POS_UPDATE.x, x);
	assert_int_equal(packet->POS_UPDATE.y, y);
	assert_stands(me, 1, x, y);
}

/* --- the step --------------------------------------------------------------------------------------------------------- */

static void a_step_moves_one_tile_and_is_told_to_the_others_only(void **state)
{
	(void)state;
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 58, .y = 92});
	walk(me, HEADING_EAST);
	assert_stands(me, 1, 61, 92);
	assert_int_equal(body_at(me)->heading, HEADING_EAST);
	assert_int_equal(world->world.maps[1].occupant[tile_index(60, 92)], 0);
	assert_null(memory_world_heard(world, me, S2C_CHARACTER_MOVE));
	assert_null(memory_world_heard(world, me, S2C_POS_UPDATE));
	const struct s2c_packet *move = memory_world_heard(world, other, S2C_CHARACTER_MOVE);
	assert_non_null(move);
	assert_int_equal(move->CHARACTER_MOVE.char_index, me);
	assert_int_equal(move->CHARACTER_MOVE.x, 61);
	assert_int_equal(move->CHARACTER_MOVE.y, 92);
}

static void each_heading_goes_its_way(void **state)
{
	(void)state;
	walk(me, HEADING_NORTH);
	assert_stands(me, 1, 60, 91);
	walk(me, HEADING_WEST);
	assert_stands(me, 1, 59, 91);
	walk(me, HEADING_SOUTH);
	assert_stands(me, 1, 59, 92);
	walk(me, HEADING_EAST);
	assert_stands(me, 1, 60, 92);
}

static void a_wall_answers_with_the_position_only(void **state)
{
	(void)state;
	me = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 74, .y = 38});
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 73, .y = 39});
	walk(me, HEADING_EAST);
	assert_corrected(74, 38);
	assert_int_equal(memory_world_heard_all(world, other), 0);
	walk(me, HEADING_NORTH); /* a closed door */
	assert_corrected(74, 38);
}

static void nobody_steps_onto_another_player_or_a_creature(void **state)
{
	(void)state;
	memory_world_player(world, "Carla", (struct place){.map = 1, .x = 61, .y = 92});
	walk(me, HEADING_EAST);
	assert_corrected(60, 92);
	uint32_t creature = MEMORY_WORLD_PLAYERS + 1;
	while (body_at(creature)->kind != BODY_CREATURE || body_at(creature)->map != 1)
		creature++;
	const struct body *beast = body_at(creature);
	me = memory_world_player(world, "Dario", (struct place){.map = 1, .x = (uint8_t)(beast->x - 1), .y = beast->y});
	walk(me, HEADING_EAST);
	assert_corrected(beast->x - 1u, beast->y);
}

static void the_living_and_a_ghost_in_their_way_change_places(void **state)
{
	(void)state;
	uint32_t ghost = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 61, .y = 92});
	uint32_t other = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 60, .y = 90});
	memory_world_kill(world, ghost);
	walk(me, HEADING_EAST);
	assert_stands(me, 1, 61, 92);
	assert_stands(ghost, 1, 60, 92);
	assert_int_equal(body_at(me)->heading, HEADING_EAST);
	assert_int_equal(body_at(ghost)->heading, HEADING_WEST);
	const struct s2c_packet *forced = memory_world_heard(world, ghost, S2C_FORCE_CHAR_MOVE);
	assert_non_null(forced);
	assert_int_equal(forced->FORCE_CHAR_MOVE.heading, HEADING_WEST);
	assert_int_equal(memory_world_heard_count(world, other, S2C_CHARACTER_MOVE), 2);
	const struct s2c_packet *seen = memory_world_heard(world, me, S2C_CHARACTER_MOVE);
	assert_non_null(seen);
	assert_int_equal(seen->CHARACTER_MOVE.char_index, ghost);
}

static void a_ghost_does_not_push_the_living(void **state)
{
	(void)state;
	memory_world_player(world, "Carla", (struct place){.map = 1, .x = 61, .y = 92});
	memory_world_kill(world, me);
	walk(me, HEADING_EAST);
	assert_corrected(60, 92);
}

static void a_swap_across_the_border_of_a_cell_shows_both_what_they_see_now(void **state)
{
	(void)state;
	/* x 62 and 63 are in two cells of nine tiles */
	me = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 62, .y = 91});
	uint32_t ghost = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 63, .y = 91});
	memory_world_kill(world, ghost);
	walk(me, HEADING_EAST);
	assert_stands(me, 1, 63, 91);
	assert_stands(ghost, 1, 62, 91);
	assert_non_null(memory_world_heard(world, me, S2C_AREA_CHANGED));
	assert_non_null(memory_world_heard(world, ghost, S2C_AREA_CHANGED));
}

static void a_heading_that_does_not_exist_moves_nobody(void **state)
{
	(void)state;
	static const int wrong[] = {0, 5, 255};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		walk(me, wrong[i]);
		assert_corrected(60, 92);
	}
	memory_world_kill(world, me); /* his own tile holds a ghost: himself */
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		walk(me, wrong[i]);
		assert_corrected(60, 92);
	}
}

static void who_trades_or_cannot_move_does_not_move(void **state)
{
	(void)state;
	world->world.players[me].trading = 1;
	walk(me, HEADING_EAST);
	assert_corrected(60, 92);
	world->world.players[me].trading = 0;
	body_at(me)->flags |= BODY_PARALYSED;
	walk(me, HEADING_EAST);
	assert_true(memory_world_told(world, me, TEXT_CANNOT_MOVE_PARALYSED));
	assert_non_null(memory_world_heard(world, me, S2C_POS_UPDATE)); /* it stepped before it heard of that */
	walk(me, HEADING_EAST);
	assert_corrected(60, 92); /* why is said once */
	body_at(me)->flags = 0;
	world->world.players[me].travelling = 1;
	walk(me, HEADING_EAST);
	assert_corrected(60, 92);
}

static void a_step_that_may_be_older_than_what_its_client_heard_is_answered_with_the_place(void **state)
{
	(void)state;
	world->tx.place_doubtful = true;
	walk(me, HEADING_EAST);
	assert_corrected(61, 92);
	world->tx.place_doubtful = false;
	walk(me, HEADING_EAST);
	assert_null(memory_world_heard(world, me, S2C_POS_UPDATE));
	assert_stands(me, 1, 62, 92);
}

static void who_rests_gets_up_without_moving(void **state)
{
	(void)state;
	body_at(me)->flags |= BODY_RESTING;
	walk(me, HEADING_EAST);
	assert_true(memory_world_told(world, me, TEXT_STOPPED_RESTING));
	assert_stands(me, 1, 60, 92);
	/* His client asks in each frame until it hears of it (protocol.md 5.2 no. 4). */
	for (int frame_ms = 16; frame_ms < world->config.intervals.walk_ms; frame_ms += 16) {
		world->now_ms += 16;
		DO(world, me, WALK, .heading = HEADING_EAST);
		assert_corrected(60, 92);
	}
	walk(me, HEADING_EAST);
	assert_stands(me, 1, 61, 92);
}

static void a_hidden_warrior_is_seen_when_he_steps_and_a_hidden_thief_is_not(void **state)
{
	(void)state;
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 58, .y = 92});
	body_at(me)->flags |= BODY_HIDDEN;
	walk(me, HEADING_EAST);
	assert_int_equal(body_at(me)->flags & BODY_HIDDEN, 0);
	assert_non_null(memory_world_heard(world, other, S2C_SET_INVISIBLE));
	world->world.players[me].class_id = CLASS_THIEF;
	body_at(me)->flags |= BODY_HIDDEN;
	walk(me, HEADING_EAST);
	assert_int_not_equal(body_at(me)->flags & BODY_HIDDEN, 0);
}

/* --- speed ------------------------------------------------------------------------------------------------------------ */

static void steps_beyond_the_burst_are_refused_until_time_has_passed(void **state)
{
	(void)state;
	int burst = world->config.intervals.walk_burst;
	for (int i = 0; i < burst; i++) {
		DO(world, me, WALK, .heading = i % 2 == 0 ? HEADING_EAST : HEADING_WEST);
		assert_null(memory_world_heard(world, me, S2C_POS_UPDATE));
	}
	unsigned x = body_at(me)->x;
	int next = burst % 2 == 0 ? HEADING_EAST : HEADING_WEST;
	DO(world, me, WALK, .heading = next);
	assert_corrected(x, 92);
	world->now_ms += (uint64_t)world->config.intervals.walk_ms - 1;
	DO(world, me, WALK, .heading = next);
	assert_corrected(x, 92);
	world->now_ms += 1;
	DO(world, me, WALK, .heading = next);
	assert_null(memory_world_heard(world, me, S2C_POS_UPDATE));
	assert_int_not_equal(body_at(me)->x, x);
	DO(world, me, WALK, .heading = next);
	assert_non_null(memory_world_heard(world, me, S2C_POS_UPDATE));
}

/* Walks to and fro, a step each `pause_ms`, until the connection is closed. Returns after how many steps, 0 = it was not. */
static unsigned steps_until_closed(unsigned steps, unsigned pause_ms)
{
	for (unsigned i = 1; i <= steps; i++) {
		world->now_ms += pause_ms;
		DO(world, me, WALK, .heading = i % 2 == 0 ? HEADING_EAST : HEADING_WEST);
		if (memory_world_closed(world, me) != CLOSE_NONE)
			return i;
	}
	return 0;
}

static void two_batches_of_steps_too_fast_end_the_connection_where_the_operator_wants_it(void **state)
{
	(void)state;
	world->config.intervals.speedcheck_disconnects = true;
	/* Steps 1 to 30 are timed when the 31st comes, and 31 to 60 when the 61st does. */
	assert_int_equal(steps_until_closed(100, 100), 61);
	assert_int_equal(memory_world_closed(world, me), CLOSE_SPEED_HACK);
	assert_int_equal(body_at(me)->map, 0);
	assert_int_equal(world->world.players[me].state, PLAYER_GONE);
	assert_int_equal(memory_world_audit(world).players, 0);
}

static void staff_note_count(void *context, const struct note *note)
{
	unsigned *count = context;
	*count += note->kind == NOTE_STAFF;
}

static void two_batches_of_steps_too_fast_are_logged_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(steps_until_closed(60, 100), 0);
	assert_string_equal(world->tx.log_text, "");
	assert_int_equal(steps_until_closed(1, 100), 0); /* the 61st */
	assert_string_equal(world->tx.log_text, "Bruno walks faster than possible: 30 steps in less than 5800 ms, twice");
	unsigned told = 0;
	memory_world_notes(world, world->world.realm_domain, staff_note_count, &told);
	assert_int_equal(told, 1); /* and who watches over the game hears of it */
	assert_int_equal(world->world.players[me].state, PLAYER_PLAYING);
}

/* 8.5 no. 4 */
static void who_is_held_fast_is_forgiven(void **state)
{
	(void)state;
	assert_int_equal(steps_until_closed(31, 100), 0);
	assert_int_not_equal(world->world.players[me].speed_offence_ms, 0);
	body_at(me)->flags |= BODY_PARALYSED;
	walk(me, HEADING_EAST);
	body_at(me)->flags &= ~(uint32_t)BODY_PARALYSED;
	assert_int_equal(steps_until_closed(31, 100), 0);
	assert_string_equal(world->tx.log_text, "");
}

static void an_honest_walker_and_one_who_stumbles_once_stay(void **state)
{
	(void)state;
	world->config.intervals.speedcheck_disconnects = true;
	assert_int_equal(steps_until_closed(150, 240), 0);
	assert_int_equal(steps_until_closed(31, 100), 0); /* at least one batch too fast */
	world->now_ms += 31000;                           /* forgotten */
	assert_int_equal(steps_until_closed(31, 100), 0);
	assert_int_equal(world->world.players[me].state, PLAYER_PLAYING);
}

/* --- exits ------------------------------------------------------------------------------------------------------------ */

static void an_exit_leads_to_the_other_map(void **state)
{
	(void)state;
	me = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 60, .y = 93});
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 58, .y = 93});
	uint32_t there = memory_world_player(world, "Elena", (struct place){.map = 2, .x = 58, .y = 9});
	uint64_t version = world->world.players[me].version;
	walk(me, HEADING_SOUTH);
	assert_stands(me, 2, 60, 8);
	assert_int_equal(world->world.maps[1].occupant[tile_index(60, 94)], 0);
	assert_int_equal(world->world.maps[2].players, 2);
	assert_non_null(memory_world_heard(world, other, S2C_CHARACTER_REMOVE));
	const struct s2c_packet *come = memory_world_heard(world, there, S2C_CHARACTER_CREATE);
	assert_non_null(come);
	assert_int_equal(come->CHARACTER_CREATE.char_index, me);
	assert_true(world->world.players[me].version > version);
	assert_true(world->world.players[me].protected_until_ms > world->now_ms);
}

static void an_exit_whose_other_end_is_taken_leads_beside_it(void **state)
{
	(void)state;
	me = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 60, .y = 93});
	uint32_t there = memory_world_player(world, "Elena", (struct place){.map = 2, .x = 60, .y = 8});
	walk(me, HEADING_SOUTH);
	assert_stands(there, 2, 60, 8);
	assert_stands(me, 2, 59, 8); /* the rhombus begins in the west */
}

/* --- turning, asking --------------------------------------------------------------------------------------------------- */

static void turning_is_seen_by_all_and_once(void **state)
{
	(void)state;
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 58, .y = 92});
	DO(world, me, CHANGE_HEADING, .heading = HEADING_NORTH);
	assert_int_equal(body_at(me)->heading, HEADING_NORTH);
	const struct s2c_packet *change = memory_world_heard(world, other, S2C_CHARACTER_CHANGE);
	assert_non_null(change);
	assert_int_equal(change->CHARACTER_CHANGE.heading, HEADING_NORTH);
	assert_non_null(memory_world_heard(world, me, S2C_CHARACTER_CHANGE));
	DO(world, me, CHANGE_HEADING, .heading = HEADING_NORTH);
	assert_int_equal(memory_world_heard_all(world, other), 0);
	assert_stands(me, 1, 60, 92);
}

static void a_heading_that_does_not_exist_turns_nobody(void **state)
{
	(void)state;
	static const int wrong[] = {0, 5, 255};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		DO(world, me, CHANGE_HEADING, .heading = wrong[i]);
		assert_int_equal(body_at(me)->heading, HEADING_SOUTH);
		assert_int_equal(memory_world_heard_all(world, me), 0);
	}
}

static void the_paralysed_do_not_learn_by_turning_which_tiles_are_free(void **state)
{
	(void)state;
	memory_world_player(world, "Carla", (struct place){.map = 1, .x = 61, .y = 92});
	body_at(me)->flags |= BODY_PARALYSED;
	DO(world, me, CHANGE_HEADING, .heading = HEADING_NORTH); /* free */
	assert_int_equal(body_at(me)->heading, HEADING_SOUTH);
	DO(world, me, CHANGE_HEADING, .heading = HEADING_EAST); /* taken */
	assert_int_equal(body_at(me)->heading, HEADING_EAST);
	body_at(me)->flags |= BODY_IMMOBILISED;
	DO(world, me, CHANGE_HEADING, .heading = HEADING_NORTH);
	assert_int_equal(body_at(me)->heading, HEADING_NORTH);
}

static void where_one_stands_is_told_not_more_often_than_the_interval(void **state)
{
	(void)state;
	DO(world, me, REQUEST_POSITION_UPDATE);
	assert_corrected(60, 92);
	DO(world, me, REQUEST_POSITION_UPDATE);
	assert_int_equal(memory_world_heard_all(world, me), 0);
	world->now_ms += (uint64_t)world->config.intervals.position_request_ms;
	DO(world, me, REQUEST_POSITION_UPDATE);
	assert_corrected(60, 92);
}

/* --- a crowd ------------------------------------------------------------------------------------------------------------ */

static void a_crowd_of_living_and_dead_at_random_never_stands_on_itself(void **state)
{
	(void)state;
	static const char *const names[] = {"Carla", "Dario", "Elena", "Fabio", "Gala"};
	uint32_t crowd[6] = {me};
	struct rng rng;
	rng_seed(&rng, 99);
	for (unsigned i = 0; i < 5; i++) {
		crowd[i + 1] = memory_world_player(world, names[i], (struct place){.map = 1, .x = (uint8_t)(61 + i), .y = 92});
		if (i % 2 == 0)
			memory_world_kill(world, crowd[i + 1]);
	}
	for (unsigned i = 0; i < 600; i++) {
		world->now_ms += 100;
		DO(world, crowd[rng_range(&rng, 0, 5)], WALK, .heading = rng_range(&rng, 0, 5)); /* the audit looks each time */
	}
	assert_int_equal(memory_world_audit(world).players, 6);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, open_meadow, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_step_moves_one_tile_and_is_told_to_the_others_only),
		SCENE(each_heading_goes_its_way),
		SCENE(a_wall_answers_with_the_position_only),
		SCENE(nobody_steps_onto_another_player_or_a_creature),
		SCENE(the_living_and_a_ghost_in_their_way_change_places),
		SCENE(a_ghost_does_not_push_the_living),
		SCENE(a_swap_across_the_border_of_a_cell_shows_both_what_they_see_now),
		SCENE(a_heading_that_does_not_exist_moves_nobody),
		SCENE(who_trades_or_cannot_move_does_not_move),
		SCENE(a_step_that_may_be_older_than_what_its_client_heard_is_answered_with_the_place),
		SCENE(who_rests_gets_up_without_moving),
		SCENE(a_hidden_warrior_is_seen_when_he_steps_and_a_hidden_thief_is_not),
		SCENE(steps_beyond_the_burst_are_refused_until_time_has_passed),
		SCENE(two_batches_of_steps_too_fast_end_the_connection_where_the_operator_wants_it),
		SCENE(two_batches_of_steps_too_fast_are_logged_and_nothing_else),
		SCENE(who_is_held_fast_is_forgiven),
		SCENE(an_honest_walker_and_one_who_stumbles_once_stay),
		SCENE(an_exit_leads_to_the_other_map),
		SCENE(an_exit_whose_other_end_is_taken_leads_beside_it),
		SCENE(turning_is_seen_by_all_and_once),
		SCENE(a_heading_that_does_not_exist_turns_nobody),
		SCENE(the_paralysed_do_not_learn_by_turning_which_tiles_are_free),
		SCENE(where_one_stands_is_told_not_more_often_than_the_interval),
		SCENE(a_crowd_of_living_and_dead_at_random_never_stands_on_itself),
	};
	return cmocka_run_group_tests_name("rules: walking", tests, NULL, NULL);
}
