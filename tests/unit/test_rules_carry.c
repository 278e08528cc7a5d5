/* Picking up, dropping, moving and wearing, in the starter world: rules-economy-social-admin.md 2.3 to 2.7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/memory_world.h"

enum {
	GOLD = 12,
	LOGS = 58,
	INGOT = 386,
	DAGGER = 15,
	SHORT_SWORD = 164,
	LONG_SWORD = 2,
	DAGGER_NEWBIE = 460,
	APPLE_NEWBIE = 467,
	CLOTHES = 31,
	CLOTHES_SHORT = 240,
	CLOTHES_DROW = 35,
	DRESS = 170,
	CLOTHES_IMPERIAL = 675,
	HELMET = 132,
	BACKPACK = 866,
	KEY = 54,
	TREE = 147,
};

static const struct place here = {.map = 1, .x = 60, .y = 92};

struct scene {
	struct memory_world *world;
	uint32_t me;
	struct player *player;
	struct audit before;
};

static struct scene scene;

static void begin(struct memory_world *world, uint32_t me)
{
	scene = (struct scene){.world = world, .me = me, .player = &world->world.players[me]};
	memory_world_strip(world, me);
	memory_world_pay(scene.world, scene.me, 0);
	scene.before = memory_world_audit(world);
}

/* What the test put there is counted from here on. */
static void weigh(void)
{
	scene.before = memory_world_audit(scene.world);
}

static void assert_conserved(void)
{
	struct audit after = memory_world_audit(scene.world);
	assert_int_equal(after.gold, scene.before.gold);
	assert_int_equal(after.items, scene.before.items);
	assert_int_equal(after.players, scene.before.players);
}

static struct stack on_the_floor(struct place at)
{
	return scene.world->world.maps[at.map].ground[tile_index(at.x, at.y)];
}

static void assert_floor(unsigned item, unsigned amount)
{
	assert_int_equal(on_the_floor(here).item, item);
	assert_int_equal(on_the_floor(here).amount, amount);
}

static void assert_slot(unsigned slot, unsigned item, unsigned amount)
{
	assert_int_equal(scene.player->inventory[slot - 1].item, item);
	assert_int_equal(scene.player->inventory[slot - 1].amount, amount);
}

static int open_scene(void **state)
{
	(void)state;
	struct memory_world *world = memory_world_open();
	world->config.intervals.use_ms = 0; /* time stands still here */
	begin(world, memory_world_player(world, "Bruno", here));
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	memory_world_close(&scene.world);
	return 0;
}

static bool told(enum text_id id)
{
	return memory_world_told(scene.world, scene.me, id);
}

/* --- picking up ------------------------------------------------------------------------------------------------------- */

static void where_nothing_lies_nothing_is_picked_up(void **state)
{
	(void)state;
	uint64_t version = scene.player->version;
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_NOTHING_HERE));
	assert_int_equal(scene.player->version, version);
	assert_conserved();
}

static void a_stack_that_fits_goes_into_the_bag_and_off_the_floor(void **state)
{
	(void)state;
	uint32_t other = memory_world_player(scene.world, "Carla", (struct place){.map = 1, .x = 62, .y = 92});
	memory_world_lay(scene.world, here, LOGS, 300);
	weigh();
	uint64_t version = scene.player->version, ground = scene.world->world.maps[1].ground_version;
	DO(scene.world, scene.me, PICK_UP);
	assert_floor(0, 0);
	assert_slot(1, LOGS, 300);
	assert_true(scene.player->version > version);
	assert_true(scene.world->world.maps[1].ground_version > ground);
	const struct s2c_packet *slot = memory_world_heard(scene.world, scene.me, S2C_CHANGE_INVENTORY_SLOT);
	assert_non_null(slot);
	assert_int_equal(slot->CHANGE_INVENTORY_SLOT.slot, 1);
	assert_int_equal(slot->CHANGE_INVENTORY_SLOT.amount, 300);
	assert_non_null(memory_world_heard(scene.world, other, S2C_OBJECT_DELETE));
	assert_null(memory_world_heard(scene.world, other, S2C_CHANGE_INVENTORY_SLOT));
	assert_conserved();
}

static void a_stack_joins_the_same_item_but_is_never_split(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 3, LOGS, 6000);
	memory_world_lay(scene.world, here, LOGS, 4000);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_slot(3, LOGS, 10000);
	memory_world_lay(scene.world, here, LOGS, 1);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_slot(3, LOGS, 10000);
	assert_slot(1, LOGS, 1);
	assert_conserved();
}

static void what_does_not_fit_stays_whole_on_the_floor(void **state)
{
	(void)state;
	for (unsigned slot = 1; slot <= INVENTORY_SLOTS_NORMAL; slot++)
		memory_world_give(scene.world, scene.me, slot, LOGS, 9000);
	memory_world_lay(scene.world, here, LOGS, 1001);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_NO_ROOM));
	assert_floor(LOGS, 1001);
	assert_conserved();
}

static void a_key_does_not_go_into_the_slots_of_a_backpack(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, BACKPACK, 1);
	scene.player->equipment[EQUIP_BACKPACK] = 1;
	for (unsigned slot = 2; slot <= INVENTORY_SLOTS_NORMAL; slot++)
		memory_world_give(scene.world, scene.me, slot, DAGGER, 10000);
	memory_world_lay(scene.world, here, KEY, 1);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_NO_ROOM));
	assert_floor(KEY, 1);
	memory_world_lay(scene.world, here, LOGS, 5);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_slot(INVENTORY_SLOTS_NORMAL + 1, LOGS, 5);
	assert_conserved();
}

static void a_full_purse_leaves_the_rest_of_the_gold(void **state)
{
	(void)state;
	memory_world_pay(scene.world, scene.me, GOLD_MAX - 30);
	memory_world_lay(scene.world, here, GOLD, 100);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_int_equal(scene.player->gold, GOLD_MAX);
	assert_floor(GOLD, 70);
	assert_null(memory_world_heard(scene.world, scene.me, S2C_OBJECT_DELETE));
	const struct s2c_packet *gold = memory_world_heard(scene.world, scene.me, S2C_UPDATE_GOLD);
	assert_non_null(gold);
	assert_int_equal(gold->UPDATE_GOLD.gold, GOLD_MAX);
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_PURSE_FULL));
	assert_floor(GOLD, 70);
	assert_conserved();
}

static void scenery_cannot_be_picked_up(void **state)
{
	(void)state;
	memory_world_lay(scene.world, here, TREE, 1);
	weigh();
	DO(scene.world, scene.me, PICK_UP);
	assert_floor(TREE, 1);
	assert_int_equal(memory_world_heard_all(scene.world, scene.me), 0);
	assert_conserved();
}

static void the_dead_and_the_trading_pick_nothing_up_and_drop_nothing(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, LOGS, 5);
	memory_world_lay(scene.world, here, LOGS, 7);
	weigh();
	scene.player->trading = 1;
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_NOT_NOW_TRADING));
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 5);
	scene.player->trading = 0;
	memory_world_kill(scene.world, scene.me);
	DO(scene.world, scene.me, PICK_UP);
	assert_true(told(TEXT_DEAD_CANNOT));
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 5);
	assert_floor(LOGS, 7);
	assert_slot(1, LOGS, 5);
	assert_conserved();
}

/* --- dropping --------------------------------------------------------------------------------------------------------- */

static void a_newbie_item_cannot_be_dropped(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, APPLE_NEWBIE, 10);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 1);
	assert_true(told(TEXT_DROP_NEWBIE));
	assert_slot(1, APPLE_NEWBIE, 10);
	assert_floor(0, 0);
	assert_conserved();
}

static void an_amount_beyond_what_is_held_drops_what_is_held(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 2, LOGS, 40);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 2, .amount = 10000);
	assert_slot(2, 0, 0);
	assert_floor(LOGS, 40);
	assert_non_null(memory_world_heard(scene.world, scene.me, S2C_OBJECT_CREATE));
	assert_conserved();
}

static void a_tile_with_something_else_or_a_full_pile_refuses(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, LOGS, 5);
	memory_world_lay(scene.world, here, INGOT, 1);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 5);
	assert_true(told(TEXT_DROP_NO_ROOM));
	assert_floor(INGOT, 1);
	assert_slot(1, LOGS, 5);
	assert_conserved();
	memory_world_lay(scene.world, here, LOGS, STACK_MAX);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 5);
	assert_true(told(TEXT_DROP_NO_ROOM));
	assert_floor(LOGS, STACK_MAX);
	assert_slot(1, LOGS, 5);
	assert_conserved();
}

static void piles_of_one_item_grow_together_up_to_ten_thousand(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, LOGS, 6000);
	memory_world_lay(scene.world, here, LOGS, 7000);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 1, .amount = 6000);
	assert_floor(LOGS, STACK_MAX);
	assert_slot(1, LOGS, 3000);
	assert_null(memory_world_heard(scene.world, scene.me, S2C_OBJECT_CREATE)); /* it looks the same */
	assert_conserved();
}

static void amounts_and_slots_that_make_no_sense_change_nothing(void **state)
{
	(void)state;
	static const int32_t amounts[] = {0, -1, -32768, 10001, 32767};
	static const int32_t slots[] = {0, 1, 5, 21, 30, 31, 32, 255};
	memory_world_give(scene.world, scene.me, 1, LOGS, 50);
	memory_world_pay(scene.world, scene.me, 60000);
	weigh();
	uint64_t version = scene.player->version;
	for (unsigned a = 0; a < sizeof amounts / sizeof *amounts; a++) {
		for (unsigned s = 0; s < sizeof slots / sizeof *slots; s++)
			DO(scene.world, scene.me, DROP, .slot = slots[s], .amount = amounts[a]);
	}
	for (unsigned s = 0; s < sizeof slots / sizeof *slots; s++) {
		if (slots[s] != 1 && slots[s] != SLOT_GOLD)
			DO(scene.world, scene.me, DROP, .slot = slots[s], .amount = 5);
	}
	assert_int_equal(scene.player->version, version);
	assert_floor(0, 0);
	assert_conserved();
}

static void more_gold_than_one_has_stays_in_the_purse(void **state)
{
	(void)state;
	memory_world_pay(scene.world, scene.me, 99);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = SLOT_GOLD, .amount = 100);
	assert_true(told(TEXT_NOT_ENOUGH_GOLD));
	assert_int_equal(scene.player->gold, 99);
	assert_floor(0, 0);
	DO(scene.world, scene.me, DROP, .slot = SLOT_GOLD, .amount = 99);
	assert_int_equal(scene.player->gold, 0);
	assert_floor(0, 0); /* beside him: his own tile is taken by himself */
	assert_conserved();
}

static void gold_finds_a_tile_near_by_when_his_own_is_taken(void **state)
{
	(void)state;
	const struct place west = {.map = 1, .x = 59, .y = 92};
	memory_world_pay(scene.world, scene.me, 500);
	memory_world_lay(scene.world, here, INGOT, 1);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = SLOT_GOLD, .amount = 500);
	assert_floor(INGOT, 1);
	assert_int_equal(on_the_floor(west).item, GOLD);
	assert_int_equal(on_the_floor(west).amount, 500);
	assert_conserved();
}

static void what_is_worn_is_taken_off_when_it_is_dropped(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 4, DAGGER, 2);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 4);
	weigh();
	DO(scene.world, scene.me, DROP, .slot = 4, .amount = 1);
	assert_int_equal(scene.player->equipment[EQUIP_WEAPON], 4);
	DO(scene.world, scene.me, DROP, .slot = 4, .amount = 1);
	assert_int_equal(scene.player->equipment[EQUIP_WEAPON], 0);
	assert_non_null(memory_world_heard(scene.world, scene.me, S2C_CHARACTER_CHANGE));
	assert_conserved();
}

/* --- wearing ---------------------------------------------------------------------------------------------------------- */

static void become(int class_id, int race, int gender)
{
	scene.player->class_id = (uint8_t)class_id;
	scene.player->race = (uint8_t)race;
	scene.player->gender = (uint8_t)gender;
}

static void assert_wearing_refused(unsigned item, enum equipment_place place, enum text_id why)
{
	memory_world_give(scene.world, scene.me, 1, item, 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 1);
	assert_true(told(why));
	assert_int_equal(scene.player->equipment[place], 0);
}

static void wrong_class_level_gender_race_and_army_are_refused(void **state)
{
	(void)state;
	become(CLASS_MAGE, RACE_HUMAN, GENDER_MAN);
	assert_wearing_refused(LONG_SWORD, EQUIP_WEAPON, TEXT_EQUIP_CLASS);
	assert_wearing_refused(HELMET, EQUIP_HELMET, TEXT_EQUIP_CLASS);
	become(CLASS_WARRIOR, RACE_HUMAN, GENDER_MAN);
	assert_wearing_refused(DRESS, EQUIP_ARMOUR, TEXT_EQUIP_GENDER);
	assert_wearing_refused(CLOTHES_SHORT, EQUIP_ARMOUR, TEXT_EQUIP_RACE);
	assert_wearing_refused(CLOTHES_IMPERIAL, EQUIP_ARMOUR, TEXT_EQUIP_FACTION);
	become(CLASS_WARRIOR, RACE_DWARF, GENDER_MAN);
	assert_wearing_refused(CLOTHES, EQUIP_ARMOUR, TEXT_EQUIP_RACE);
	scene.player->level = 13;
	assert_wearing_refused(DAGGER_NEWBIE, EQUIP_WEAPON, TEXT_EQUIP_NEWBIE);
	assert_wearing_refused(LOGS, EQUIP_WEAPON, TEXT_EQUIP_NOT);
}

static void what_fits_is_worn_and_seen_and_wearing_it_again_takes_it_off(void **state)
{
	(void)state;
	uint32_t other = memory_world_player(scene.world, "Carla", (struct place){.map = 1, .x = 62, .y = 92});
	struct body *body = &scene.world->world.bodies[scene.me];
	memory_world_give(scene.world, scene.me, 2, CLOTHES, 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 2);
	assert_int_equal(scene.player->equipment[EQUIP_ARMOUR], 2);
	assert_int_equal(body->flags & BODY_NAKED, 0);
	int16_t dressed = body->look;
	const struct s2c_packet *seen = memory_world_heard(scene.world, other, S2C_CHARACTER_CHANGE);
	assert_non_null(seen);
	assert_int_equal(seen->CHARACTER_CHANGE.body, dressed);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 2);
	assert_int_equal(scene.player->equipment[EQUIP_ARMOUR], 0);
	assert_int_not_equal(body->flags & BODY_NAKED, 0);
	assert_int_equal(body->look, 21); /* a naked human man */
	assert_non_null(memory_world_heard(scene.world, other, S2C_CHARACTER_CHANGE));
}

static void another_weapon_takes_the_place_of_the_first(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, DAGGER, 1);
	memory_world_give(scene.world, scene.me, 2, SHORT_SWORD, 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 2);
	assert_int_equal(scene.player->equipment[EQUIP_WEAPON], 2);
	assert_int_equal(memory_world_heard_count(scene.world, scene.me, S2C_CHANGE_INVENTORY_SLOT), 2);
}

static void moving_slots_keeps_what_is_worn(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, DAGGER, 1);
	memory_world_give(scene.world, scene.me, 2, CLOTHES, 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 2);
	weigh();
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 1, .to_slot = 2);
	assert_int_equal(scene.player->equipment[EQUIP_WEAPON], 2);
	assert_int_equal(scene.player->equipment[EQUIP_ARMOUR], 1);
	assert_slot(1, CLOTHES, 1);
	assert_slot(2, DAGGER, 1);
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 2, .to_slot = 20);
	assert_int_equal(scene.player->equipment[EQUIP_WEAPON], 20);
	assert_slot(2, 0, 0);
	assert_conserved();
}

static void slots_that_are_not_there_do_not_move(void **state)
{
	(void)state;
	static const int32_t wrong[] = {0, 21, 30, 31, 255};
	memory_world_give(scene.world, scene.me, 1, DAGGER, 1);
	uint64_t version = scene.player->version;
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 1, .to_slot = wrong[i]);
		DO(scene.world, scene.me, MOVE_ITEM, .from_slot = wrong[i], .to_slot = 1);
		DO(scene.world, scene.me, EQUIP_ITEM, .slot = wrong[i]);
	}
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 1, .to_slot = 1);
	assert_int_equal(scene.player->version, version);
	assert_slot(1, DAGGER, 1);
}

static void a_backpack_takes_no_key_and_not_itself(void **state)
{
	(void)state;
	memory_world_give(scene.world, scene.me, 1, BACKPACK, 1);
	memory_world_give(scene.world, scene.me, 2, LOGS, 10);
	memory_world_give(scene.world, scene.me, 3, KEY, 1);
	DO(scene.world, scene.me, EQUIP_ITEM, .slot = 1);
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 2, .to_slot = 21);
	assert_slot(21, LOGS, 10);
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 3, .to_slot = 22);
	assert_true(told(TEXT_NO_ROOM_BACKPACK));
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 21, .to_slot = 3); /* it would bring the key there too */
	assert_true(told(TEXT_NO_ROOM_BACKPACK));
	DO(scene.world, scene.me, MOVE_ITEM, .from_slot = 1, .to_slot = 22);
	assert_true(told(TEXT_NO_ROOM_BACKPACK));
	assert_int_equal(scene.player->equipment[EQUIP_BACKPACK], 1);
	assert_slot(21, LOGS, 10);
	assert_slot(3, KEY, 1);
}

/* --- all of it, at random ---------------------------------------------------------------------------------------------- */

static void nothing_comes_or_goes_however_things_are_moved(void **state)
{
	(void)state;
	static const unsigned items[] = {LOGS, INGOT, DAGGER, SHORT_SWORD, CLOTHES, KEY, BACKPACK, APPLE_NEWBIE};
	struct rng rng;
	rng_seed(&rng, 4711);
	for (unsigned slot = 1; slot <= 12; slot++)
		memory_world_give(scene.world, scene.me, slot, items[slot % 8], (unsigned)rng_range(&rng, 1, STACK_MAX));
	memory_world_pay(scene.world, scene.me, 40000);
	weigh();
	for (unsigned i = 0; i < 400; i++) {
		int slot = rng_range(&rng, 0, 32), amount = rng_range(&rng, -5, STACK_MAX + 5);
		switch (rng_range(&rng, 0, 4)) {
		case 0:
			DO(scene.world, scene.me, PICK_UP);
			break;
		case 1:
			DO(scene.world, scene.me, DROP, .slot = slot, .amount = amount);
			break;
		case 2:
			DO(scene.world, scene.me, MOVE_ITEM, .from_slot = slot, .to_slot = rng_range(&rng, 0, 32));
			break;
		case 3:
			DO(scene.world, scene.me, EQUIP_ITEM, .slot = slot);
			break;
		default:
			scene.world->now_ms += 1000;
			DO(scene.world, scene.me, WALK, .heading = rng_range(&rng, 1, 4));
			break;
		}
		assert_conserved();
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(where_nothing_lies_nothing_is_picked_up),
		SCENE(a_stack_that_fits_goes_into_the_bag_and_off_the_floor),
		SCENE(a_stack_joins_the_same_item_but_is_never_split),
		SCENE(what_does_not_fit_stays_whole_on_the_floor),
		SCENE(a_key_does_not_go_into_the_slots_of_a_backpack),
		SCENE(a_full_purse_leaves_the_rest_of_the_gold),
		SCENE(scenery_cannot_be_picked_up),
		SCENE(the_dead_and_the_trading_pick_nothing_up_and_drop_nothing),
		SCENE(a_newbie_item_cannot_be_dropped),
		SCENE(an_amount_beyond_what_is_held_drops_what_is_held),
		SCENE(a_tile_with_something_else_or_a_full_pile_refuses),
		SCENE(piles_of_one_item_grow_together_up_to_ten_thousand),
		SCENE(amounts_and_slots_that_make_no_sense_change_nothing),
		SCENE(more_gold_than_one_has_stays_in_the_purse),
		SCENE(gold_finds_a_tile_near_by_when_his_own_is_taken),
		SCENE(what_is_worn_is_taken_off_when_it_is_dropped),
		SCENE(wrong_class_level_gender_race_and_army_are_refused),
		SCENE(what_fits_is_worn_and_seen_and_wearing_it_again_takes_it_off),
		SCENE(another_weapon_takes_the_place_of_the_first),
		SCENE(moving_slots_keeps_what_is_worn),
		SCENE(slots_that_are_not_there_do_not_move),
		SCENE(a_backpack_takes_no_key_and_not_itself),
		SCENE(nothing_comes_or_goes_however_things_are_moved),
	};
	return cmocka_run_group_tests_name("rules: carrying", tests, NULL, NULL);
}
