/* Picking up, dropping, moving between slots: rules-economy-social-admin.md 2.2 to 2.5 and the cases of 2.13. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"

static struct stack lies(struct little_world *world, unsigned x, unsigned y)
{
	return world->world.maps[LAND_MEADOW].ground[tile_index(x, y)];
}

#define EXPECT_LIES(world, x, y, thing, many)                                                                          \
	do {                                                                                                               \
		assert_int_equal(lies(world, x, y).item, (many) != 0 ? (thing) : 0);                                           \
		assert_int_equal(lies(world, x, y).amount, many);                                                              \
	} while (0)

#define EXPECT_HAS(world, who, slot, thing, many)                                                                      \
	do {                                                                                                               \
		assert_int_equal(player_of(world, who)->inventory[(slot)-1].item, thing);                                      \
		assert_int_equal(player_of(world, who)->inventory[(slot)-1].amount, many);                                     \
	} while (0)

static uint64_t ground_version(struct little_world *world)
{
	return world->world.maps[LAND_MEADOW].ground_version;
}

static void bag_fill(struct little_world *world, uint32_t player, enum thing thing)
{
	for (unsigned slot = 1; slot <= INVENTORY_SLOTS_NORMAL; slot++)
		give(world, player, slot, thing, 1);
}

/* --- dropping ------------------------------------------------------------------------------------------------------------ */

static void who_drops_a_part_keeps_the_rest_and_who_sees_the_tile_sees_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51), far = ENTER(world, "Lejos", .x = 90);
	uint64_t saved = player_of(world, ana)->version, ground = ground_version(world);
	give(world, ana, 1, THING_BREAD, 5);

	DO(world, ana, DROP, .slot = 1, .amount = 2);
	EXPECT_SLOT(world, ana, 1, THING_BREAD, 3, NOT_WORN);
	EXPECT(world, ana, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
	EXPECT(world, beto, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
	EXPECT_NOTHING(world, far);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_BREAD, 2);
	assert_true(player_of(world, ana)->version > saved);
	assert_true(ground_version(world) > ground);
}

static void who_drops_more_than_he_has_drops_all_of_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 3, THING_BREAD, 5);

	DO(world, ana, DROP, .slot = 3, .amount = 10000);
	EXPECT_SLOT(world, ana, 3, THING_NONE, 0, NOT_WORN);
	EXPECT(world, ana, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_BREAD, 5);
}

static void amounts_that_are_no_amounts_change_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const int32_t wrong[] = {0, -1, -10000, -32768, 10001, 32767};
	give(world, ana, 1, THING_BREAD, 5);
	give_gold(world, ana, 1000);
	uint64_t saved = player_of(world, ana)->version;

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		DO(world, ana, DROP, .slot = 1, .amount = wrong[i]);
		DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = wrong[i]);
	}
	EXPECT_NOTHING_ELSE(world);
	EXPECT_HAS(world, ana, 1, THING_BREAD, 5);
	assert_int_equal(player_of(world, ana)->gold, 1000);
	assert_int_equal(player_of(world, ana)->version, saved);
}

static void slots_that_do_not_exist_or_are_empty_change_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const int32_t wrong[] = {0, 2, 20, 21, 26, 30, 32, 200, 255};
	give(world, ana, 1, THING_BREAD, 5);

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		DO(world, ana, DROP, .slot = wrong[i], .amount = 1);
		DO(world, ana, EQUIP_ITEM, .slot = wrong[i]);
		DO(world, ana, USE_ITEM, .slot = wrong[i]);
	}
	EXPECT_NOTHING_ELSE(world);
}

static void what_lies_in_slots_without_backpack_is_out_of_reach(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 21, THING_SWORD, 3);

	DO(world, ana, DROP, .slot = 21, .amount = 1);
	DO(world, ana, EQUIP_ITEM, .slot = 21);
	DO(world, ana, USE_ITEM, .slot = 21);
	DO(world, ana, MOVE_ITEM, .from_slot = 21, .to_slot = 1);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_HAS(world, ana, 21, THING_SWORD, 3);
}

static void nothing_is_dropped_onto_something_else(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 5);
	lay(world, LAND_MEADOW, 50, 50, THING_SWORD, 1);

	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_LINE(world, ana, TEXT_DROP_NO_ROOM);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_HAS(world, ana, 1, THING_BREAD, 5);
	EXPECT_LIES(world, 50, 50, THING_SWORD, 1);
}

static void a_pile_of_the_same_grows_unseen_up_to_ten_thousand(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 5000);
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 7000);

	DO(world, ana, DROP, .slot = 1, .amount = 5000);
	EXPECT_SLOT(world, ana, 1, THING_BREAD, 2000, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_BREAD, 10000);

	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_LINE(world, ana, TEXT_DROP_NO_ROOM);
	EXPECT_NOTHING_ELSE(world);
}

static void what_is_bound_to_its_owner_cannot_be_dropped_but_by_the_staff(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .level = 5), god = ENTER(world, "Dios", .x = 55, .privileges = PRIVILEGE_GOD);
	static const struct {
		enum thing thing;
		enum text_id why;
	} bound[] = {
		{THING_NEWBIE_DAGGER, TEXT_DROP_NEWBIE}, {THING_KEEPSAKE, TEXT_DROP_BOUND}, {THING_BOUND, TEXT_DROP_BOUND}};
	for (unsigned i = 0; i < 3; i++) {
		give(world, ana, 1, bound[i].thing, 1);
		DO(world, ana, DROP, .slot = 1, .amount = 1);
		EXPECT_LINE(world, ana, bound[i].why);
		EXPECT_NOTHING_ELSE(world);
		EXPECT_HAS(world, ana, 1, bound[i].thing, 1);

		give(world, god, 1, bound[i].thing, 1);
		DO(world, god, DROP, .slot = 1, .amount = 1);
		EXPECT_LIES(world, 55, 50, bound[i].thing, 1);
		lay(world, LAND_MEADOW, 55, 50, THING_NONE, 0);
		forget(world);
	}
	give(world, ana, 1, THING_HEIRLOOM, 1); /* stays on death, but may be given away */
	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_LIES(world, 50, 50, THING_HEIRLOOM, 1);
}

static void counsellors_keep_their_hands_off_unless_they_play_a_role(void **state)
{
	struct little_world *world = *state;
	uint32_t watcher = ENTER(world, "Mira", .privileges = PRIVILEGE_COUNSELLOR);
	uint32_t actor = ENTER(world, "Actua", .x = 55, .privileges = PRIVILEGE_COUNSELLOR | PRIVILEGE_ROLE_MASTER);
	give(world, watcher, 1, THING_BREAD, 1);
	give(world, actor, 1, THING_BREAD, 1);

	DO(world, watcher, DROP, .slot = 1, .amount = 1);
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 1);
	DO(world, watcher, PICK_UP);
	EXPECT_NOTHING_ELSE(world);

	DO(world, actor, DROP, .slot = 1, .amount = 1);
	EXPECT_LIES(world, 55, 50, THING_BREAD, 1);
	DO(world, actor, PICK_UP);
	EXPECT_HAS(world, actor, 1, THING_BREAD, 1);
}

static void sailors_drop_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 5);
	body_of(world, ana)->flags |= BODY_SAILING;

	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_HAS(world, ana, 1, THING_BREAD, 5);
}

static void the_dead_and_the_trading_are_told_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ghost = ENTER(world, "Muerta", .dead = true), ana = ENTER(world, "Ana", .x = 51);
	give(world, ghost, 1, THING_BREAD, 5);
	give(world, ana, 1, THING_BREAD, 5);
	player_of(world, ana)->trading = 1;

	for (unsigned i = 0; i < 2; i++) {
		DO(world, ghost, DROP, .slot = 1, .amount = 1);
		DO(world, ghost, PICK_UP);
		DO(world, ana, DROP, .slot = 1, .amount = 1);
		DO(world, ana, EQUIP_ITEM, .slot = 1);
	}
	EXPECT_LINE(world, ghost, TEXT_DEAD_CANNOT);
	EXPECT_LINE(world, ana, TEXT_NOT_NOW_TRADING);
	EXPECT_NOTHING_ELSE(world);
}

static void dropping_a_boat_is_warned_of(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BOAT, 1);

	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_LINE(world, ana, TEXT_DROP_BOAT);
	EXPECT_LIES(world, 50, 50, THING_BOAT, 1);
}

static void what_is_worn_is_taken_off_when_the_last_of_it_is_dropped(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give(world, ana, 2, THING_SWORD, 2);
	wear(world, ana, 2);

	DO(world, ana, DROP, .slot = 2, .amount = 1);
	EXPECT_SLOT(world, ana, 2, THING_SWORD, 1, WORN);
	EXPECT(world, beto, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 501);
	forget(world);

	DO(world, ana, DROP, .slot = 2, .amount = 1);
	EXPECT_SLOT(world, ana, 2, THING_NONE, 0, NOT_WORN);
	assert_int_equal(HEARD(world, ana, CHARACTER_CHANGE)->weapon, 2);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->weapon, 2);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 0);
	EXPECT_SOUND(world);
}

/* --- gold ---------------------------------------------------------------------------------------------------------------------- */

static void gold_falls_beside_who_drops_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give_gold(world, ana, 15000);

	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 10000);
	EXPECT(world, ana, UPDATE_GOLD, .gold = 5000);
	EXPECT(world, ana, OBJECT_CREATE, .x = 49, .y = 50, .grh_index = 510);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 49, 50, THING_GOLD, 10000);

	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 1); /* that pile is full: the next tile, clockwise */
	EXPECT_LIES(world, 50, 49, THING_GOLD, 1);
	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 10); /* and this one has room */
	EXPECT_LIES(world, 50, 49, THING_GOLD, 11);
	EXPECT_SOUND(world);
}

static void nobody_drops_gold_he_does_not_have(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give_gold(world, ana, 99);

	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 100);
	EXPECT_LINE(world, ana, TEXT_NOT_ENOUGH_GOLD);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->gold, 99);
}

static void gold_stays_in_the_purse_when_no_tile_takes_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give_gold(world, ana, 500);
	memset(world->world.maps[LAND_MEADOW].blocked, 0xff, sizeof world->world.maps[LAND_MEADOW].blocked);

	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 500);
	EXPECT_LINE(world, ana, TEXT_DROP_NO_ROOM);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->gold, 500);
}

static void gold_goes_into_the_purse(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 52);
	lay(world, LAND_MEADOW, 50, 50, THING_GOLD, 300);
	give_gold(world, ana, 7);

	DO(world, ana, PICK_UP);
	EXPECT(world, ana, UPDATE_GOLD, .gold = 307);
	EXPECT(world, ana, OBJECT_DELETE, .x = 50, .y = 50);
	EXPECT(world, beto, OBJECT_DELETE, .x = 50, .y = 50);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_GOLD, 0);
}

static void a_full_purse_leaves_the_remainder_on_the_tile(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	lay(world, LAND_MEADOW, 50, 50, THING_GOLD, 300);
	give_gold(world, ana, GOLD_MAX - 100);

	DO(world, ana, PICK_UP);
	EXPECT(world, ana, UPDATE_GOLD, .gold = GOLD_MAX);
	EXPECT_NOTHING_ELSE(world); /* the pile is still there */
	EXPECT_LIES(world, 50, 50, THING_GOLD, 200);

	DO(world, ana, PICK_UP);
	EXPECT_LINE(world, ana, TEXT_PURSE_FULL);
	EXPECT_NOTHING_ELSE(world);
}

/* --- picking up -------------------------------------------------------------------------------------------------------------- */

static void picked_up_things_go_onto_the_same_or_into_the_first_empty_slot(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_SWORD, 1);
	give(world, ana, 4, THING_BREAD, 5);

	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 10);
	DO(world, ana, PICK_UP);
	EXPECT_SLOT(world, ana, 4, THING_BREAD, 15, NOT_WORN);
	EXPECT(world, ana, OBJECT_DELETE, .x = 50, .y = 50);
	EXPECT_NOTHING_ELSE(world);

	lay(world, LAND_MEADOW, 50, 50, THING_HELMET, 2);
	DO(world, ana, PICK_UP);
	EXPECT_SLOT(world, ana, 2, THING_HELMET, 2, NOT_WORN);
	EXPECT(world, ana, OBJECT_DELETE, .x = 50, .y = 50);
	EXPECT_NOTHING_ELSE(world);

	DO(world, ana, PICK_UP);
	EXPECT_LINE(world, ana, TEXT_NOTHING_HERE);
	EXPECT_NOTHING_ELSE(world);
}

static void a_stack_is_never_split_over_two_slots(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 6000);
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 6000);

	DO(world, ana, PICK_UP);
	EXPECT_HAS(world, ana, 1, THING_BREAD, 6000);
	EXPECT_HAS(world, ana, 2, THING_BREAD, 6000);

	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 4000); /* exactly full is not too much */
	DO(world, ana, PICK_UP);
	EXPECT_HAS(world, ana, 1, THING_BREAD, 10000);
}

static void a_full_bag_takes_nothing_and_the_tile_keeps_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	bag_fill(world, ana, THING_SWORD);
	give(world, ana, 7, THING_BREAD, 9000);
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 1001);
	uint64_t saved = player_of(world, ana)->version;

	DO(world, ana, PICK_UP);
	EXPECT_LINE(world, ana, TEXT_NO_ROOM);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_BREAD, 1001);
	assert_int_equal(player_of(world, ana)->version, saved);

	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 1000);
	DO(world, ana, PICK_UP);
	EXPECT_HAS(world, ana, 7, THING_BREAD, 10000);
}

static void slots_kept_for_what_this_world_does_not_know_stay_free(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	player_of(world, ana)->inventory_unknown = 1u << 0 | 1u << 4;
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 1);

	DO(world, ana, PICK_UP);
	EXPECT_HAS(world, ana, 1, THING_NONE, 0);
	EXPECT_HAS(world, ana, 2, THING_BREAD, 1);
	DO(world, ana, MOVE_ITEM, .from_slot = 2, .to_slot = 5);
	EXPECT_HAS(world, ana, 2, THING_BREAD, 1);
}

static void what_is_fixed_stays_silently(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	lay(world, LAND_MEADOW, 50, 50, THING_TREE, 1);

	DO(world, ana, PICK_UP);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_LIES(world, 50, 50, THING_TREE, 1);
}

static void only_one_of_two_gets_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 1);

	DO(world, ana, PICK_UP);
	stand(world, ana, 50, 51);
	stand(world, beto, 50, 50);
	DO(world, beto, PICK_UP);
	EXPECT_LINE(world, beto, TEXT_NOTHING_HERE);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

/* --- moving between slots ---------------------------------------------------------------------------------------------------- */

static void two_slots_change_contents_and_what_is_worn_stays_worn(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give(world, ana, 1, THING_SWORD, 1);
	give(world, ana, 2, THING_HELMET, 1);
	wear(world, ana, 1);
	wear(world, ana, 2);

	DO(world, ana, MOVE_ITEM, .from_slot = 1, .to_slot = 2);
	EXPECT_SLOT(world, ana, 1, THING_HELMET, 1, WORN);
	EXPECT_SLOT(world, ana, 2, THING_SWORD, 1, WORN);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 2);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_HELMET], 1);

	DO(world, ana, MOVE_ITEM, .from_slot = 2, .to_slot = 20);
	EXPECT_SLOT(world, ana, 2, THING_NONE, 0, NOT_WORN);
	EXPECT_SLOT(world, ana, 20, THING_SWORD, 1, WORN);
	EXPECT_NOTHING(world, beto);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

static void moves_that_go_nowhere_are_ignored(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_SWORD, 1);
	uint64_t saved = player_of(world, ana)->version;

	static const uint8_t wrong[][2] = {{1, 1}, {0, 1}, {1, 0}, {1, 21}, {21, 1}, {1, 50}, {255, 1}, {1, 255}, {3, 4}};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		DO(world, ana, MOVE_ITEM, .from_slot = wrong[i][0], .to_slot = wrong[i][1]);
	player_of(world, ana)->trading = 1; /* the windows of banks and merchants send it too */
	DO(world, ana, MOVE_ITEM, .from_slot = 1, .to_slot = 2);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_HAS(world, ana, 1, THING_SWORD, 1);
	assert_int_equal(player_of(world, ana)->version, saved);
}

static void the_classic_client_moves_with_two_bytes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_SWORD, 1);

	DO(world, ana, MOVE_ITEM, .from_slot = 1, .to_slot = 2);
	EXPECT_SLOT(world, ana, 1, THING_NONE, 0, NOT_WORN);
	EXPECT_SLOT(world, ana, 2, THING_SWORD, 1, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_drops_a_part_keeps_the_rest_and_who_sees_the_tile_sees_it),
		WORLD_TEST(who_drops_more_than_he_has_drops_all_of_it),
		WORLD_TEST(amounts_that_are_no_amounts_change_nothing),
		WORLD_TEST(slots_that_do_not_exist_or_are_empty_change_nothing),
		WORLD_TEST(what_lies_in_slots_without_backpack_is_out_of_reach),
		WORLD_TEST(nothing_is_dropped_onto_something_else),
		WORLD_TEST(a_pile_of_the_same_grows_unseen_up_to_ten_thousand),
		WORLD_TEST(what_is_bound_to_its_owner_cannot_be_dropped_but_by_the_staff),
		WORLD_TEST(counsellors_keep_their_hands_off_unless_they_play_a_role),
		WORLD_TEST(sailors_drop_nothing),
		WORLD_TEST(the_dead_and_the_trading_are_told_once),
		WORLD_TEST(dropping_a_boat_is_warned_of),
		WORLD_TEST(what_is_worn_is_taken_off_when_the_last_of_it_is_dropped),
		WORLD_TEST(gold_falls_beside_who_drops_it),
		WORLD_TEST(nobody_drops_gold_he_does_not_have),
		WORLD_TEST(gold_stays_in_the_purse_when_no_tile_takes_it),
		WORLD_TEST(gold_goes_into_the_purse),
		WORLD_TEST(a_full_purse_leaves_the_remainder_on_the_tile),
		WORLD_TEST(picked_up_things_go_onto_the_same_or_into_the_first_empty_slot),
		WORLD_TEST(a_stack_is_never_split_over_two_slots),
		WORLD_TEST(a_full_bag_takes_nothing_and_the_tile_keeps_it),
		WORLD_TEST(slots_kept_for_what_this_world_does_not_know_stay_free),
		WORLD_TEST(what_is_fixed_stays_silently),
		WORLD_TEST(only_one_of_two_gets_it),
		WORLD_TEST(two_slots_change_contents_and_what_is_worn_stays_worn),
		WORLD_TEST(moves_that_go_nowhere_are_ignored),
		CLASSIC_TEST(the_classic_client_moves_with_two_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
