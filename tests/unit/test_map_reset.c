/* A map that was damaged on purpose is made anew: the world is sound again, nobody has more or less than he had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/creature.h"
#include "worker/game/pets.h"
#include "worker/game/tile.h"
#include "worker/map_reset.h"

enum { MAP = LAND_MEADOW, PLAYERS = 4 };

/* A meadow with people, and what the store would say of it. */
struct meadow {
	struct little_world *world;
	uint32_t player[PLAYERS];
	struct place at[PLAYERS];
	struct player had[PLAYERS];
	struct ground_plan plan;
	struct map_reset reset;
	struct audit before;
};

static struct meadow meadow;

static struct map_state *state_of(void)
{
	return &meadow.world->world.maps[MAP];
}

static void property_note(unsigned i)
{
	const struct body *body = body_of(meadow.world, meadow.player[i]);
	meadow.at[i] = (struct place){.map = body->map, .x = body->x, .y = body->y};
	meadow.had[i] = *player_of(meadow.world, meadow.player[i]);
}

static void meadow_make(struct little_world *world)
{
	static const char *const names[PLAYERS] = {"Ana", "Beto", "Caro", "Dora"};
	memset(&meadow, 0, sizeof meadow);
	meadow.world = world;
	for (unsigned i = 0; i < PLAYERS; i++)
		meadow.player[i] = ENTER(world, names[i], .x = (uint8_t)(48 + 2 * i));
	give(world, meadow.player[0], 1, THING_BREAD, 7);
	give_gold(world, meadow.player[1], 500);
	DO(world, meadow.player[0], DROP, .slot = 1, .amount = 3);
	forget(world);
	ground_plan_begin(&meadow.plan, world->catalog, MAP);
	memcpy(meadow.plan.ground, state_of()->ground, sizeof meadow.plan.ground);
	meadow.before = EXPECT_SOUND(world);
	for (unsigned i = 0; i < PLAYERS; i++)
		property_note(i);
}

static enum tx_verdict reset_run(void)
{
	meadow.reset = (struct map_reset){.plan = &meadow.plan, .ground_version = state_of()->ground_version};
	return little_world_run(meadow.world, MAP, map_reset, &meadow.reset);
}

static void all_is_well(void)
{
	struct audit after = EXPECT_SOUND(meadow.world);
	assert_int_equal(after.gold, meadow.before.gold);
	assert_int_equal(after.items, meadow.before.items);
	assert_int_equal(after.players, meadow.before.players);
	assert_int_equal(after.creatures, meadow.before.creatures);
	assert_memory_equal(state_of()->ground, meadow.plan.ground, sizeof meadow.plan.ground);
	assert_memory_equal(state_of()->blocked, meadow.plan.blocked, sizeof meadow.plan.blocked);
	assert_int_equal(state_of()->players, PLAYERS);
	assert_true(atomic_load(&meadow.world->world.tick_due_ms[MAP]) != 0);
	for (unsigned i = 0; i < PLAYERS; i++) {
		const struct body *body = body_of(meadow.world, meadow.player[i]);
		assert_int_equal(body->map, MAP);
		assert_false(tile_is_blocked(&meadow.world->world, MAP, body->x, body->y));
		assert_memory_equal(player_of(meadow.world, meadow.player[i]), &meadow.had[i], sizeof meadow.had[i]);
	}
}

static void nobody_moved_but(unsigned who)
{
	for (unsigned i = 0; i < PLAYERS; i++) {
		const struct body *body = body_of(meadow.world, meadow.player[i]);
		bool same = body->x == meadow.at[i].x && body->y == meadow.at[i].y;
		assert_true(same || i == who); /* who had to move may have come back to where he was before */
	}
	assert_int_equal(meadow.reset.players_moved, who < PLAYERS ? 1 : 0);
}

static void reset_and_expect_well(unsigned moved)
{
	unsigned resyncs = meadow.world->resyncs;
	assert_int_equal(reset_run(), TX_COMMIT);
	assert_int_equal(meadow.reset.result, MAP_RESET_DONE);
	assert_true(meadow.world->resyncs > resyncs);
	all_is_well();
	nobody_moved_but(moved);
}

static void on_foot_again(void)
{
	DO(meadow.world, meadow.player[0], WALK, .heading = 3);
	DO(meadow.world, meadow.player[3], WALK, .heading = 1);
	EXPECT_SOUND(meadow.world);
}

enum { NOBODY = PLAYERS };

/* --- kinds of damage ------------------------------------------------------------------------------------------------- */

static void a_sound_map_stays_as_it_is(void **state)
{
	meadow_make(*state);
	struct map_state *before = malloc(sizeof *before);
	memcpy(before, state_of(), sizeof *before);
	reset_and_expect_well(NOBODY);
	assert_memory_equal(state_of()->occupant, before->occupant, sizeof before->occupant);
	assert_int_equal(meadow.reset.tiles_wrong + meadow.reset.ground_wrong + meadow.reset.bodies_cleared, 0);
	assert_false(meadow.reset.list_wrong);
	assert_int_equal(state_of()->first_player, before->first_player);
	assert_int_equal(state_of()->ground_version, before->ground_version + 1);
	free(before);
	on_foot_again();
}

static void wrong_occupants_are_put_right(void **state)
{
	meadow_make(*state);
	uint16_t *occupant = state_of()->occupant;
	occupant[tile_index(meadow.at[0].x, meadow.at[0].y)] = 0;
	occupant[tile_index(10, 60)] = (uint16_t)meadow.player[0];
	occupant[tile_index(11, 60)] = (uint16_t)meadow.player[0];
	occupant[tile_index(12, 60)] = UINT16_MAX;
	occupant[tile_index(meadow.at[1].x, meadow.at[1].y)] = (uint16_t)meadow.player[2];
	reset_and_expect_well(NOBODY);
	assert_int_equal(meadow.reset.tiles_wrong, 5);
	on_foot_again();
}

static void a_broken_list_of_players_is_linked_again(void **state)
{
	static const unsigned kinds = 6;
	struct little_world *world = *state;
	meadow_make(world);
	for (unsigned kind = 0; kind < kinds; kind++) {
		uint32_t first = state_of()->first_player, second = world->world.bodies[first].next_on_map;
		switch (kind) {
		case 0:
			state_of()->first_player = 0;
			break;
		case 1: /* a circle */
			world->world.bodies[second].next_on_map = first;
			break;
		case 2:
			world->world.bodies[first].next_on_map = UINT32_MAX;
			break;
		case 3:
			state_of()->players = 99;
			break;
		case 4:
			world->world.bodies[second].previous_on_map = 0;
			break;
		default: /* somebody is left out */
			state_of()->first_player = second;
			break;
		}
		reset_and_expect_well(NOBODY);
		assert_true(meadow.reset.list_wrong);
	}
	on_foot_again();
}

static void two_on_one_tile_are_parted_and_keep_everything(void **state)
{
	meadow_make(*state);
	body_of(meadow.world, meadow.player[2])->x = meadow.at[1].x;
	reset_and_expect_well(2);
	const struct body *moved = body_of(meadow.world, meadow.player[2]);
	assert_in_range(moved->x, meadow.at[1].x - 1, meadow.at[1].x + 1);
	on_foot_again();
}

static void who_stands_off_the_map_or_in_a_wall_finds_a_tile(void **state)
{
	static const uint8_t places[][2] = {{0, 0}, {101, 50}, {255, 255}, {50, WALL_Y}};
	meadow_make(*state);
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		struct body *body = body_of(meadow.world, meadow.player[1]);
		body->x = places[i][0];
		body->y = places[i][1];
		reset_and_expect_well(1);
		property_note(1);
	}
	on_foot_again();
}

static void ground_doors_and_blocked_tiles_are_as_the_store_has_them(void **state)
{
	meadow_make(*state);
	struct stack *ground = state_of()->ground;
	memset(&ground[tile_index(1, 20)], 0xff, 500 * sizeof *ground);         /* nonsense */
	ground[tile_index(meadow.at[0].x, meadow.at[0].y)] = (struct stack){0}; /* what was dropped is gone */
	ground[tile_index(DOOR_X, DOOR_Y)] = (struct stack){.item = THING_DOOR_OPEN, .amount = 1};
	ground[tile_index(60, 60)] = (struct stack){.item = THING_GOLD, .amount = 10000}; /* out of nothing */
	memset(state_of()->blocked, 0xff, 700);
	reset_and_expect_well(NOBODY);
	assert_true(meadow.reset.ground_wrong >= 500);
	on_foot_again();
}

/* As the store has it: on the ground. Who held it is no more. */
static void what_thieves_held_lies_on_the_ground(void **state)
{
	meadow_make(*state);
	struct stack *held = &state_of()->hoard.stacks[7], *planned = &meadow.plan.ground[tile_index(20, 70)];
	give(meadow.world, meadow.player[2], 1, THING_SWORD, 1);
	*held = player_of(meadow.world, meadow.player[2])->inventory[0];
	player_of(meadow.world, meadow.player[2])->inventory[0] = (struct stack){0};
	property_note(2);
	*planned = *held;
	meadow.before = EXPECT_SOUND(meadow.world);
	reset_and_expect_well(NOBODY);
	assert_int_equal(state_of()->hoard.stacks[7].item, 0);
}

static void creatures_are_back_at_their_places(void **state)
{
	meadow_make(*state);
	struct world *w = &meadow.world->world;
	uint32_t wolf = beast_of(meadow.world, BEAST_WOLF), baker = beast_of(meadow.world, BEAST_BAKER);
	state_of()->occupant[tile_index(w->bodies[wolf].x, w->bodies[wolf].y)] = 0;
	w->bodies[wolf].x = 200;
	w->bodies[wolf].hp = -5;
	w->bodies[baker].map = 0;
	w->bodies[baker].kind = 77;
	state_of()->creatures = 1000;
	reset_and_expect_well(NOBODY);
	assert_int_equal(w->bodies[wolf].x, WOLF_X);
	assert_int_equal(w->bodies[wolf].y, BEASTS_Y);
	assert_true(w->bodies[wolf].hp == w->bodies[wolf].hp_max && w->bodies[wolf].hp > 0);
	assert_int_equal(w->bodies[baker].x, BAKER_X);
	assert_int_equal(state_of()->creatures, meadow.reset.creatures);
}

static void a_creature_gives_way_to_a_player_on_its_place(void **state)
{
	meadow_make(*state);
	stand(meadow.world, meadow.player[3], WOLF_X, BEASTS_Y - 1);
	property_note(3);
	struct world *w = &meadow.world->world;
	struct body *body = body_of(meadow.world, meadow.player[3]), *wolf = &w->bodies[beast_of(meadow.world, BEAST_WOLF)];
	/* the wolf walked away, and he came to where it was placed */
	state_of()->occupant[tile_index(wolf->x, wolf->y)] = 0;
	state_of()->occupant[tile_index(body->x, body->y)] = 0;
	wolf->y = BEASTS_Y + 1;
	body->y = BEASTS_Y;
	state_of()->occupant[tile_index(wolf->x, wolf->y)] = (uint16_t)beast_of(meadow.world, BEAST_WOLF);
	state_of()->occupant[tile_index(body->x, body->y)] = (uint16_t)meadow.player[3];
	property_note(3);
	reset_and_expect_well(NOBODY);
	assert_true(wolf->x != body->x || wolf->y != body->y);
}

struct called {
	uint32_t master;
	uint32_t spirit, rat;
};

static enum tx_verdict call(struct tx *tx, void *context)
{
	struct called *called = context;
	struct place at = {.map = MAP, .x = 60, .y = 60};
	called->spirit = pet_summon(tx, called->master, BEAST_SPIRIT, at);
	called->rat = creature_spawn(tx, BEAST_RAT, at, false);
	return TX_COMMIT;
}

static void who_was_called_is_no_more_and_its_body_is_free_again(void **state)
{
	meadow_make(*state);
	struct world *w = &meadow.world->world;
	uint32_t free = w->realm->free_creature_count;
	struct called called = {.master = meadow.player[2]};
	assert_int_equal(little_world_run(meadow.world, MAP, call, &called), TX_COMMIT);
	assert_int_equal(w->realm->free_creature_count, free - 2);
	state_of()->first_creature = 0;
	reset_and_expect_well(NOBODY);
	assert_int_equal(w->realm->free_creature_count, free);
	assert_int_equal(player_of(meadow.world, meadow.player[2])->pets[0].index, 0);
	assert_int_equal(w->bodies[called.spirit].kind, BODY_NONE);
	assert_int_equal(w->bodies[called.rat].kind, BODY_NONE);
}

static void broken_lists_of_creatures_are_linked_again(void **state)
{
	static const unsigned kinds = 4;
	meadow_make(*state);
	struct world *w = &meadow.world->world;
	uint32_t wolf = beast_of(meadow.world, BEAST_WOLF);
	for (unsigned kind = 0; kind < kinds; kind++) {
		switch (kind) {
		case 0:
			w->bodies[wolf].next_on_map = wolf;
			break;
		case 1:
			state_of()->first_waiting = wolf;
			break;
		case 2:
			state_of()->first_creature = state_of()->first_waiting = UINT32_MAX;
			break;
		default:
			memset(creature_of(w, wolf), 0x5a, sizeof *creature_of(w, wolf));
			break;
		}
		reset_and_expect_well(NOBODY);
	}
	assert_int_equal(creature_of(w, wolf)->movement, MOVEMENT_STANDS);
}

static void a_creature_of_another_map_that_says_this_one_is_gone(void **state)
{
	meadow_make(*state);
	struct world *w = &meadow.world->world;
	struct body *bear = &w->bodies[beast_of(meadow.world, BEAST_BEAR)];
	bear->map = MAP;
	assert_int_equal(reset_run(), TX_COMMIT);
	assert_int_equal(bear->map, 0);
	assert_int_equal(bear->kind, BODY_CREATURE);
	assert_int_equal(creature_of(w, beast_of(meadow.world, BEAST_BEAR))->act_due_ms, 0);
}

static void bodies_that_are_nobodys_are_cleared(void **state)
{
	meadow_make(*state);
	struct world *w = &meadow.world->world;
	uint32_t free_slot = 0, free_beast = w->limits.players + w->limits.creatures;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (w->players[p].state == PLAYER_FREE)
			free_slot = p;
	}
	w->bodies[free_slot].map = MAP;
	w->bodies[free_slot].x = w->bodies[free_slot].y = 52;
	w->bodies[free_beast] = (struct body){.map = MAP, .x = 53, .y = 53, .kind = BODY_CREATURE, .creature = 1};
	state_of()->occupant[tile_index(53, 53)] = (uint16_t)free_beast;
	reset_and_expect_well(NOBODY);
	assert_int_equal(w->bodies[free_slot].map, 0);
	assert_int_equal(w->bodies[free_beast].map, 0);
}

static void a_map_that_fell_asleep_with_people_on_it_wakes(void **state)
{
	meadow_make(*state);
	atomic_store(&meadow.world->world.tick_due_ms[MAP], 0);
	reset_and_expect_well(NOBODY);
}

static void everything_at_once(void **state)
{
	meadow_make(*state);
	struct map_state *map = state_of();
	memset(map->occupant, 0x5a, sizeof map->occupant);
	memset(map->ground, 0x5a, sizeof map->ground);
	memset(map->blocked, 0x5a, sizeof map->blocked);
	map->first_player = map->players = map->creatures = 0x5a5a5a5a;
	for (unsigned i = 0; i < PLAYERS; i++) {
		body_of(meadow.world, meadow.player[i])->next_on_map = 0x5a5a5a5a;
		body_of(meadow.world, meadow.player[i])->kind = 0x5a;
	}
	reset_and_expect_well(NOBODY);
	on_foot_again();
}

/* --- when it is not done ---------------------------------------------------------------------------------------------- */

static void untouched_when(enum map_reset_result result)
{
	struct map_state *before = malloc(sizeof *before);
	memcpy(before, state_of(), sizeof *before);
	assert_int_equal(little_world_run(meadow.world, MAP, map_reset, &meadow.reset), TX_CANCEL);
	assert_int_equal(meadow.reset.result, result);
	assert_memory_equal(state_of(), before, sizeof *before);
	free(before);
}

static void when_the_ground_changed_since_the_cut_nothing_is_done(void **state)
{
	meadow_make(*state);
	meadow.reset = (struct map_reset){.plan = &meadow.plan, .ground_version = state_of()->ground_version};
	DO(meadow.world, meadow.player[0], DROP, .slot = 1, .amount = 1); /* would be doubled: in his bag, and not there */
	untouched_when(MAP_RESET_CHANGED);
}

static void what_one_transaction_cannot_hold_is_not_done(void **state)
{
	meadow_make(*state);
	uint32_t room = meadow.world->world.limits.undo_bytes;
	memset(state_of()->ground, 0xff, sizeof state_of()->ground);
	for (uint32_t undo = 4096; undo < 62000; undo += 4096) {
		meadow.world->world.limits.undo_bytes = undo;
		meadow.reset = (struct map_reset){.plan = &meadow.plan, .ground_version = state_of()->ground_version};
		untouched_when(MAP_RESET_TOO_MUCH);
	}
	meadow.world->world.limits.undo_bytes = room;
	reset_and_expect_well(NOBODY);
}

static void a_damaged_ring_is_for_the_next_rung(void **state)
{
	meadow_make(*state);
	struct ring *ring = &meadow.world->world.domains[MAP].ring;
	uint64_t data = ring->data, size = ring->size, announced = atomic_load(&ring->announced);
	for (unsigned kind = 0; kind < 3; kind++) {
		meadow.reset = (struct map_reset){.plan = &meadow.plan, .ground_version = state_of()->ground_version};
		ring->data = kind == 0 ? data + 8 : data;
		ring->size = kind == 1 ? size * 2 : size;
		atomic_store(&ring->announced, kind == 2 ? atomic_load(&ring->head) - 8 : announced);
		struct map_reset *r = &meadow.reset;
		/* not through the harness, which would read that ring */
		assert_int_equal(tx_run(&meadow.world->tx, &(uint32_t){MAP}, 1, map_reset, r), TX_CANCEL);
		assert_int_equal(r->result, MAP_RESET_RING);
		ring->data = data;
		ring->size = size;
		atomic_store(&ring->announced, announced);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_sound_map_stays_as_it_is),
		WORLD_TEST(wrong_occupants_are_put_right),
		WORLD_TEST(a_broken_list_of_players_is_linked_again),
		WORLD_TEST(two_on_one_tile_are_parted_and_keep_everything),
		WORLD_TEST(who_stands_off_the_map_or_in_a_wall_finds_a_tile),
		WORLD_TEST(ground_doors_and_blocked_tiles_are_as_the_store_has_them),
		WORLD_TEST(what_thieves_held_lies_on_the_ground),
		WORLD_TEST(creatures_are_back_at_their_places),
		WORLD_TEST(a_creature_gives_way_to_a_player_on_its_place),
		WORLD_TEST(who_was_called_is_no_more_and_its_body_is_free_again),
		WORLD_TEST(broken_lists_of_creatures_are_linked_again),
		WORLD_TEST(a_creature_of_another_map_that_says_this_one_is_gone),
		WORLD_TEST(bodies_that_are_nobodys_are_cleared),
		WORLD_TEST(a_map_that_fell_asleep_with_people_on_it_wakes),
		WORLD_TEST(everything_at_once),
		WORLD_TEST(when_the_ground_changed_since_the_cut_nothing_is_done),
		WORLD_TEST(what_one_transaction_cannot_hold_is_not_done),
		WORLD_TEST(a_damaged_ring_is_for_the_next_rung),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
