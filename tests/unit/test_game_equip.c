/* Wearing: rules-economy-social-admin.md 2.6, and backpacks (2.1, 2.3, 2.13). */
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

/* --- putting on and taking off ------------------------------------------------------------------------------------------ */

static void a_weapon_is_seen_and_heard_by_everybody_near(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51), far = ENTER(world, "Lejos", .x = 90);
	give(world, ana, 1, THING_SWORD, 1);
	uint64_t saved = player_of(world, ana)->version;

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_SLOT(world, ana, 1, THING_SWORD, 1, WORN);
	assert_int_equal(HEARD(world, ana, CHARACTER_CHANGE)->weapon, 7);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->weapon, 7);
	EXPECT(world, ana, PLAY_WAVE, .wave = 25, .x = 50, .y = 50);
	EXPECT(world, beto, PLAY_WAVE, .wave = 25, .x = 50, .y = 50);
	EXPECT_NOTHING(world, far);
	EXPECT_NOTHING_ELSE(world);
	assert_true(player_of(world, ana)->version > saved);

	DO(world, ana, EQUIP_ITEM, .slot = 1); /* once more takes it off, silently */
	EXPECT_SLOT(world, ana, 1, THING_SWORD, 1, NOT_WORN);
	assert_int_equal(HEARD(world, ana, CHARACTER_CHANGE)->weapon, 2);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->weapon, 2);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

static void nobody_hears_an_invisible_member_of_the_staff(void **state)
{
	struct little_world *world = *state;
	uint32_t god = ENTER(world, "Dios", .privileges = PRIVILEGE_GOD), beto = ENTER(world, "Beto", .x = 51);
	give(world, god, 1, THING_SWORD, 1);
	body_of(world, god)->flags |= BODY_ADMIN_INVISIBLE;

	DO(world, god, EQUIP_ITEM, .slot = 1);
	EXPECT_SLOT(world, god, 1, THING_SWORD, 1, WORN);
	assert_int_equal(HEARD(world, god, CHARACTER_CHANGE)->weapon, 7);
	EXPECT_NOTHING(world, beto);
	EXPECT_NOTHING_ELSE(world);
}

static void short_races_hold_a_weapon_their_own_way(void **state)
{
	struct little_world *world = *state;
	uint32_t dwarf = ENTER(world, "Gimo", .race = RACE_DWARF);
	give(world, dwarf, 1, THING_SWORD, 1);
	wear(world, dwarf, 1);
	assert_int_equal(body_of(world, dwarf)->weapon, 8);
}

static void another_weapon_takes_the_place_of_the_first(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_SWORD, 1);
	give(world, ana, 2, THING_FISHING_ROD, 1);
	wear(world, ana, 1);

	DO(world, ana, EQUIP_ITEM, .slot = 2);
	EXPECT_SLOT(world, ana, 1, THING_SWORD, 1, NOT_WORN);
	EXPECT_SLOT(world, ana, 2, THING_FISHING_ROD, 1, WORN);
	assert_int_equal(HEARD(world, ana, CHARACTER_CHANGE)->weapon, 14);
	EXPECT(world, ana, PLAY_WAVE, .wave = 25, .x = 50, .y = 50);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

static void every_kind_has_its_place(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const struct {
		enum thing thing;
		enum equipment_place place;
	} places[] = {{THING_SWORD, EQUIP_WEAPON},       {THING_TUNIC, EQUIP_ARMOUR}, {THING_HELMET, EQUIP_HELMET},
				  {THING_SHIELD, EQUIP_SHIELD},      {THING_RING, EQUIP_RING},    {THING_ARROWS, EQUIP_AMMUNITION},
				  {THING_SMALL_PACK, EQUIP_BACKPACK}};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		give(world, ana, i + 1, places[i].thing, 1);
		wear(world, ana, i + 1);
		assert_int_equal(player_of(world, ana)->equipment[places[i].place], i + 1);
	}
	assert_int_equal(body_of(world, ana)->look, 60);
	assert_int_equal(body_of(world, ana)->helmet, 10);
	assert_int_equal(body_of(world, ana)->shield, 12);
	EXPECT_SOUND(world);
}

static void what_cannot_be_worn_is_said_to_be_so(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const enum thing others[] = {THING_BREAD, THING_KEY, THING_BOAT, THING_GOLD, THING_POTION};
	for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
		give(world, ana, 1, others[i], 1);
		DO(world, ana, EQUIP_ITEM, .slot = 1);
		EXPECT_LINE(world, ana, TEXT_EQUIP_NOT);
	}
	EXPECT_NOTHING_ELSE(world);
}

static void shields_are_followed_by_the_statistics(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_SHIELD, 1);
	for (unsigned i = 0; i < 2; i++) {
		DO(world, ana, EQUIP_ITEM, .slot = 1);
		assert_int_equal(HEARD(world, ana, UPDATE_USER_STATS)->max_hp, 100);
		EXPECT_SLOT(world, ana, 1, THING_SHIELD, 1, i == 0);
		EXPECT_ANY(world, ana, CHARACTER_CHANGE);
		EXPECT_NOTHING_ELSE(world);
	}
}

static void without_armour_one_is_naked(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .gender = GENDER_WOMAN);
	give(world, ana, 1, THING_DRESS, 1);
	assert_int_equal(body_of(world, ana)->look, 39);
	assert_true((body_of(world, ana)->flags & BODY_NAKED) != 0);
	wear(world, ana, 1);
	assert_int_equal(body_of(world, ana)->look, 61);
	assert_true((body_of(world, ana)->flags & BODY_NAKED) == 0);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	assert_int_equal(HEARD(world, ana, CHARACTER_CHANGE)->body, 39);
}

static void a_sailor_changes_clothes_unseen(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give(world, ana, 1, THING_BOAT, 1);
	give(world, ana, 2, THING_SWORD, 1);
	player_of(world, ana)->equipment[EQUIP_BOAT] = 1;
	body_of(world, ana)->flags |= BODY_SAILING;
	give(world, ana, 3, THING_HELMET, 1);
	wear(world, ana, 3); /* the first of it brings the boat's look */
	assert_int_equal(body_of(world, ana)->look, 395);

	DO(world, ana, EQUIP_ITEM, .slot = 2);
	EXPECT_SLOT(world, ana, 2, THING_SWORD, 1, WORN);
	assert_int_equal(HOW_MANY(world, beto, CHARACTER_CHANGE), 0);
}

/* --- who may not --------------------------------------------------------------------------------------------------------------- */

static void wants(struct little_world *world, uint32_t who, enum thing thing, enum text_id refusal)
{
	struct player *player = player_of(world, who);
	memset(player->equipment, 0, sizeof player->equipment);
	give(world, who, 1, thing, 1);
	DO(world, who, EQUIP_ITEM, .slot = 1);
	if (refusal == TEXT_ID_COUNT) {
		EXPECT_SLOT(world, who, 1, thing, 1, WORN);
	} else {
		EXPECT_LINE(world, who, refusal);
		EXPECT_NOTHING_ELSE(world);
	}
	forget(world);
}

static void classes_wear_what_is_made_for_them(void **state)
{
	struct little_world *world = *state;
	uint32_t mage = ENTER(world, "Maga", .class_id = CLASS_MAGE);
	uint32_t god = ENTER(world, "Dios", .class_id = CLASS_MAGE, .x = 55, .privileges = PRIVILEGE_GOD);
	wants(world, mage, THING_SWORD, TEXT_EQUIP_CLASS);
	wants(world, mage, THING_HELMET, TEXT_ID_COUNT);
	wants(world, god, THING_SWORD, TEXT_ID_COUNT);
}

static void clothes_ask_for_gender_and_race(void **state)
{
	struct little_world *world = *state;
	uint32_t man = ENTER(world, "Uno", .x = 50), woman = ENTER(world, "Dos", .x = 51, .gender = GENDER_WOMAN);
	uint32_t gnome = ENTER(world, "Tres", .x = 52, .race = RACE_GNOME);
	uint32_t drow = ENTER(world, "Cuatro", .x = 53, .race = RACE_DROW);
	wants(world, man, THING_TUNIC, TEXT_ID_COUNT);
	wants(world, man, THING_DRESS, TEXT_EQUIP_GENDER);
	wants(world, man, THING_SHORT_TUNIC, TEXT_EQUIP_RACE);
	wants(world, man, THING_DROW_TUNIC, TEXT_EQUIP_RACE);
	wants(world, woman, THING_DRESS, TEXT_ID_COUNT);
	wants(world, woman, THING_TUNIC, TEXT_EQUIP_GENDER);
	wants(world, gnome, THING_SHORT_TUNIC, TEXT_ID_COUNT);
	wants(world, gnome, THING_TUNIC, TEXT_EQUIP_RACE);
	wants(world, drow, THING_DROW_TUNIC, TEXT_ID_COUNT);
	wants(world, drow, THING_TUNIC, TEXT_ID_COUNT);
}

static void armies_arm_their_own(void **state)
{
	struct little_world *world = *state;
	uint32_t citizen = ENTER(world, "Uno", .x = 50), soldier = ENTER(world, "Dos", .x = 51);
	uint32_t criminal = ENTER(world, "Tres", .x = 52, .criminal = true);
	uint32_t legionary = ENTER(world, "Cuatro", .x = 53, .criminal = true);
	uint32_t traitor = ENTER(world, "Cinco", .x = 54, .criminal = true);
	player_of(world, soldier)->royal_army = 1;
	player_of(world, traitor)->royal_army = 1;
	player_of(world, legionary)->chaos_legion = 1;
	wants(world, citizen, THING_ARMY_HELMET, TEXT_EQUIP_FACTION);
	wants(world, soldier, THING_ARMY_HELMET, TEXT_ID_COUNT);
	wants(world, soldier, THING_CHAOS_SHIELD, TEXT_EQUIP_FACTION);
	wants(world, traitor, THING_ARMY_HELMET, TEXT_EQUIP_FACTION);
	wants(world, criminal, THING_CHAOS_SHIELD, TEXT_EQUIP_FACTION);
	wants(world, legionary, THING_CHAOS_SHIELD, TEXT_ID_COUNT);
	wants(world, legionary, THING_ARMY_HELMET, TEXT_EQUIP_FACTION);
}

static void newbie_things_are_for_newbies(void **state)
{
	struct little_world *world = *state;
	uint32_t novice = ENTER(world, "Uno", .x = 50, .level = 12), veteran = ENTER(world, "Dos", .x = 51, .level = 13);
	wants(world, novice, THING_NEWBIE_DAGGER, TEXT_ID_COUNT);
	wants(world, novice, THING_NEWBIE_TUNIC, TEXT_ID_COUNT);
	wants(world, veteran, THING_NEWBIE_DAGGER, TEXT_EQUIP_NEWBIE);
	wants(world, veteran, THING_NEWBIE_TUNIC, TEXT_EQUIP_NEWBIE);
}

/* --- backpacks ------------------------------------------------------------------------------------------------------------------ */

static void with_pack(struct little_world *world, uint32_t player, enum thing pack)
{
	give(world, player, 1, pack, 1);
	wear(world, player, 1);
}

static void a_backpack_makes_room(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_SMALL_PACK);
	for (unsigned slot = 2; slot <= 20; slot++)
		give(world, ana, slot, THING_SWORD, 1);

	lay(world, LAND_MEADOW, 50, 50, THING_BREAD, 3);
	DO(world, ana, PICK_UP);
	EXPECT_SLOT(world, ana, 21, THING_BREAD, 3, NOT_WORN);
	forget(world);

	lay(world, LAND_MEADOW, 50, 50, THING_KEY, 1); /* what stays on death does not go into it */
	DO(world, ana, PICK_UP);
	EXPECT_LINE(world, ana, TEXT_NO_ROOM);
	DO(world, ana, MOVE_ITEM, .from_slot = 2, .to_slot = 25);
	EXPECT_SLOT(world, ana, 25, THING_SWORD, 1, NOT_WORN);
	forget(world);
	DO(world, ana, MOVE_ITEM, .from_slot = 25, .to_slot = 26); /* a small one has five */
	EXPECT_NOTHING_ELSE(world);
}

static void neither_keys_nor_the_pack_itself_go_into_the_pack(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_LARGE_PACK);
	give(world, ana, 2, THING_KEY, 1);
	give(world, ana, 22, THING_BREAD, 1);

	DO(world, ana, MOVE_ITEM, .from_slot = 2, .to_slot = 21);
	EXPECT_LINE(world, ana, TEXT_NO_ROOM_BACKPACK);
	DO(world, ana, MOVE_ITEM, .from_slot = 22, .to_slot = 2); /* the other way round it is the same */
	EXPECT_LINE(world, ana, TEXT_NO_ROOM_BACKPACK);
	DO(world, ana, MOVE_ITEM, .from_slot = 1, .to_slot = 21);
	EXPECT_LINE(world, ana, TEXT_NO_ROOM_BACKPACK);
	EXPECT_NOTHING_ELSE(world);
}

static void taking_it_off_empties_it_around_the_player(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_BREAD, 3);
	give(world, ana, 23, THING_SWORD, 1);
	struct audit before = EXPECT_SOUND(world);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_SLOT(world, ana, 21, THING_NONE, 0, NOT_WORN);
	EXPECT_SLOT(world, ana, 23, THING_NONE, 0, NOT_WORN);
	EXPECT_SLOT(world, ana, 1, THING_SMALL_PACK, 1, NOT_WORN);
	EXPECT(world, ana, OBJECT_CREATE, .x = 49, .y = 50, .grh_index = 500);
	EXPECT(world, ana, OBJECT_CREATE, .x = 50, .y = 49, .grh_index = 501);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(EXPECT_SOUND(world).items, before.items);
}

static void it_stays_on_when_something_in_it_may_not_fall(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .level = 5);
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_BREAD, 3);
	give(world, ana, 22, THING_NEWBIE_DAGGER, 1);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	DO(world, ana, DROP, .slot = 1, .amount = 1);
	EXPECT_LINE(world, ana, TEXT_BACKPACK_NOT_EMPTY);
	EXPECT_LINE(world, ana, TEXT_BACKPACK_NOT_EMPTY);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_BACKPACK], 1);
	assert_int_equal(player_of(world, ana)->inventory[20].amount, 3);
}

static void it_stays_on_where_there_is_no_room_around(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_BREAD, 3);
	memset(world->world.maps[LAND_MEADOW].blocked, 0xff, sizeof world->world.maps[LAND_MEADOW].blocked);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_BACKPACK_NOT_EMPTY);
	EXPECT_NOTHING_ELSE(world);
}

static void in_an_arena_nothing_is_hidden_by_taking_it_off(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = ARENA_FROM, .y = ARENA_FROM);
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_BREAD, 3);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_BACKPACK_NOT_EMPTY);
	EXPECT_NOTHING_ELSE(world);
}

static void dropping_the_worn_one_empties_it_first(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_BREAD, 3);

	DO(world, ana, DROP, .slot = 1, .amount = 1);
	assert_int_equal(lies(world, 50, 50).item, THING_SMALL_PACK);
	assert_int_equal(lies(world, 49, 50).item, THING_BREAD);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_BACKPACK], 0);
	EXPECT_SOUND(world);
}

static void a_smaller_one_leaves_only_what_it_has_no_room_for(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_LARGE_PACK);
	give(world, ana, 2, THING_SMALL_PACK, 1);
	give(world, ana, 21, THING_BREAD, 3);
	give(world, ana, 30, THING_SWORD, 1);

	DO(world, ana, EQUIP_ITEM, .slot = 2);
	EXPECT_SLOT(world, ana, 1, THING_LARGE_PACK, 1, NOT_WORN);
	EXPECT_SLOT(world, ana, 2, THING_SMALL_PACK, 1, WORN);
	EXPECT_SLOT(world, ana, 21, THING_BREAD, 3, NOT_WORN);
	EXPECT(world, ana, OBJECT_CREATE, .x = 49, .y = 50, .grh_index = 501);
	EXPECT_NOTHING_ELSE(world); /* slot 30 is never shown to this client */
	assert_int_equal(player_of(world, ana)->inventory[29].item, 0);
}

static void one_that_lies_in_another_is_not_put_on(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	with_pack(world, ana, THING_SMALL_PACK);
	give(world, ana, 21, THING_LARGE_PACK, 1);

	DO(world, ana, EQUIP_ITEM, .slot = 21);
	EXPECT_LINE(world, ana, TEXT_BACKPACK_INSIDE);
	EXPECT_NOTHING_ELSE(world);
}

static void what_was_hidden_is_seen_again(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_LARGE_PACK, 1);
	give(world, ana, 24, THING_BREAD, 3);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_SLOT(world, ana, 1, THING_LARGE_PACK, 1, WORN);
	EXPECT_SLOT(world, ana, 24, THING_BREAD, 3, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
}

static void the_classic_client_is_told_of_the_slots(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_LARGE_PACK, 1);
	give(world, ana, 29, THING_BREAD, 3);

	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT(world, ana, ADD_SLOTS, .backpack_type = 2);
	EXPECT_SLOT(world, ana, 1, THING_LARGE_PACK, 1, WORN);
	EXPECT_SLOT(world, ana, 29, THING_BREAD, 3, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_weapon_is_seen_and_heard_by_everybody_near),
		WORLD_TEST(nobody_hears_an_invisible_member_of_the_staff),
		WORLD_TEST(short_races_hold_a_weapon_their_own_way),
		WORLD_TEST(another_weapon_takes_the_place_of_the_first),
		WORLD_TEST(every_kind_has_its_place),
		WORLD_TEST(what_cannot_be_worn_is_said_to_be_so),
		WORLD_TEST(shields_are_followed_by_the_statistics),
		WORLD_TEST(without_armour_one_is_naked),
		WORLD_TEST(a_sailor_changes_clothes_unseen),
		WORLD_TEST(classes_wear_what_is_made_for_them),
		WORLD_TEST(clothes_ask_for_gender_and_race),
		WORLD_TEST(armies_arm_their_own),
		WORLD_TEST(newbie_things_are_for_newbies),
		WORLD_TEST(a_backpack_makes_room),
		WORLD_TEST(neither_keys_nor_the_pack_itself_go_into_the_pack),
		WORLD_TEST(taking_it_off_empties_it_around_the_player),
		WORLD_TEST(it_stays_on_when_something_in_it_may_not_fall),
		WORLD_TEST(it_stays_on_where_there_is_no_room_around),
		WORLD_TEST(in_an_arena_nothing_is_hidden_by_taking_it_off),
		WORLD_TEST(dropping_the_worn_one_empties_it_first),
		WORLD_TEST(a_smaller_one_leaves_only_what_it_has_no_room_for),
		WORLD_TEST(one_that_lies_in_another_is_not_put_on),
		WORLD_TEST(what_was_hidden_is_seen_again),
		CLASSIC_TEST(the_classic_client_is_told_of_the_slots),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
