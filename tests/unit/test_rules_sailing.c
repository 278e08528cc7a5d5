/* At sea in the little land (rules-life-combat-magic.md 1.4, 9.4 to 9.6, 14.2, 14.4): what a sailor looks like whatever becomes of
 * him, what he may not do, and what falls when he dies. What may be boarded by whom: test_rules_consume.c. */
#include "common/catalog/tables.h"
#include "tests/unit/test_deeds.h"
#include "worker/game/alignment.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"

enum { SLOT = 2, SHORE_X = WATER_FROM - 1, SHORE_Y = WATER_FROM + 2 };

/* A seasoned pirate at the pond, with this boat in the bag. */
static uint32_t pirate(struct little_world *world, const char *name, unsigned y, enum thing boat)
{
	world->config.intervals.idle_minutes = 0;
	uint32_t pat = little_world_enter(
		world, &(struct newcomer){.name = name, .class_id = CLASS_PIRATE, .level = 30, .x = SHORE_X, .y = (uint8_t)y});
	give(world, pat, SLOT, boat, 1);
	player_of(world, pat)->skills[SKILL_NAVIGATION - 1] = 100;
	return pat;
}

static bool has(struct little_world *world, uint32_t player, uint32_t flag)
{
	return (body_of(world, player)->flags & flag) != 0;
}

/* Boards, or goes ashore. */
static void use_boat(struct little_world *world, uint32_t who)
{
	bool sailed = has(world, who, BODY_SAILING);
	forget(world);
	DO(world, who, USE_ITEM, .slot = SLOT);
	assert_int_not_equal(has(world, who, BODY_SAILING), sailed);
}

static void hides_long(struct tx *tx, uint32_t player)
{
	effect_hide(tx, player, 3600000);
}

static int64_t lies(const struct little_world *world, enum thing thing, bool on_water)
{
	int64_t sum = 0;
	for (unsigned y = 1; y <= 100; y++) {
		for (unsigned x = 1; x <= 100; x++) {
			const struct stack *stack = &world->world.maps[LAND_MEADOW].ground[tile_index(x, y)];
			bool water = x >= WATER_FROM && x <= WATER_TO && y >= WATER_FROM && y <= WATER_TO;
			sum += stack->item == (unsigned)thing && water == on_water ? stack->amount : 0;
		}
	}
	return sum;
}

/* --- ships ---------------------------------------------------------------------------------------------------------------- */

static void every_ship_shows_whose_it_is(void **state)
{
	(void)state;
	static const enum thing ships[] = {THING_BOAT, THING_GALLEY, THING_GALLEON};
	static const struct {
		bool criminal, member, attackable;
		int looks[3];
	} sides[] = {{false, false, false, {395, 397, 399}}, {false, false, true, {552, 560, 556}},
				 {false, true, false, {550, 558, 554}},  {false, true, true, {553, 561, 557}},
				 {true, false, false, {396, 398, 400}},  {true, true, false, {551, 559, 555}}};
	for (unsigned ship = 0; ship < 3; ship++) {
		struct little_world *world = little_world_open(DIALECT_GODOT);
		uint32_t pat = pirate(world, "Pat", SHORE_Y, ships[ship]);
		struct player *player = player_of(world, pat);
		use_boat(world, pat);
		for (unsigned side = 0; side < sizeof sides / sizeof *sides; side++) {
			player->reputation[REPUTATION_BANDIT] = sides[side].criminal ? 50000 : 0;
			player->royal_army = sides[side].member && !sides[side].criminal;
			player->chaos_legion = sides[side].member && sides[side].criminal;
			player->attackable_by = sides[side].attackable ? 99 : 0;
			act(world, pat, status_show); /* as whenever one of them changes */
			assert_int_equal(body_of(world, pat)->look, sides[side].looks[ship]);
		}
		little_world_close(world);
	}
}

static void boarding_and_landing_are_seen_and_heard(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT),
			 beto = ENTER(world, "Beto", .x = SHORE_X - 2, .y = SHORE_Y);
	for (unsigned i = 0; i < 2; i++) {
		use_boat(world, pat);
		assert_int_equal(HOW_MANY(world, pat, NAVIGATE_TOGGLE), 1);
		EXPECT(world, beto, PLAY_WAVE, .wave = SOUND_BOAT, .x = SHORE_X, .y = SHORE_Y);
		assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->body, i == 0 ? 395 : 21);
		EXPECT_NOTHING(world, beto);
	}
	EXPECT_SOUND(world);
}

static void the_side_changes_and_with_it_the_ship(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT),
			 beto = ENTER(world, "Beto", .x = SHORE_X - 2, .y = SHORE_Y);
	use_boat(world, pat);
	forget(world);
	act(world, pat, become_criminal);
	EXPECT_ANY(world, beto, UPDATE_TAG_AND_STATUS);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->body, 396);
	act(world, pat, become_citizen);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->body, 395);
}

/* --- hidden and invisible ------------------------------------------------------------------------------------------------- */

static void a_pirate_behind_his_ghost_ship_is_found_when_he_lands_or_boards(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT);
	act(world, pat, hides_long);
	use_boat(world, pat);
	assert_false(has(world, pat, BODY_HIDDEN));
	act(world, pat, hides_long);
	assert_int_equal(body_of(world, pat)->look, BODY_DEAD_AT_SEA);
	use_boat(world, pat);
	assert_false(has(world, pat, BODY_HIDDEN));
	assert_int_equal(body_of(world, pat)->look, 21);
	assert_int_equal(player_of(world, pat)->effect_due_ms[EFFECT_HIDING], 0);
}

static void the_spell_goes_on_under_the_flag_and_the_staff_reads_it(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT),
			 beto = ENTER(world, "Beto", .x = SHORE_X - 2, .y = SHORE_Y);
	uint32_t eva = ENTER(world, "Eva", .x = SHORE_X - 2, .y = SHORE_Y + 1, .privileges = PRIVILEGE_GOD);
	act(world, pat, effect_invisible);
	uint64_t due_ms = player_of(world, pat)->effect_due_ms[EFFECT_INVISIBILITY];
	use_boat(world, pat);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)pat, .invisible = false);
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)pat, .name = TEXT("Pat"));
	assert_int_equal(HOW_MANY(world, eva, SET_INVISIBLE), 0);
	assert_true(has(world, pat, BODY_INVISIBLE));
	assert_true(player_of(world, pat)->effect_due_ms[EFFECT_INVISIBILITY] == due_ms);
	use_boat(world, pat);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)pat, .invisible = true);
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)pat, .name = TEXT("Pat (INVISIBLE)"));
}

/* --- what a sailor may not do ----------------------------------------------------------------------------------------------- */

static void nothing_is_dropped_at_sea(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT);
	give(world, pat, 3, THING_BREAD, 5);
	give_gold(world, pat, 100);
	use_boat(world, pat);
	forget(world);
	DO(world, pat, DROP, .slot = SLOT, .amount = 1);
	DO(world, pat, DROP, .slot = 3, .amount = 1);
	DO(world, pat, DROP, .slot = SLOT_GOLD, .amount = 50);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, pat)->inventory[2].amount, 5);
	assert_int_equal(player_of(world, pat)->gold, 100);
	DO(world, pat, MOVE_ITEM, .from_slot = SLOT, .to_slot = 7); /* the ship goes along */
	assert_int_equal(player_of(world, pat)->equipment[EQUIP_BOAT], 7);
	assert_int_equal(body_of(world, pat)->look, 395);
	EXPECT_SOUND(world);
}

/* --- death ------------------------------------------------------------------------------------------------------------------ */

static void who_is_revived_at_sea_has_his_ship(void **state)
{
	struct little_world *world = *state;
	uint32_t pat = pirate(world, "Pat", SHORE_Y, THING_BOAT),
			 beto = ENTER(world, "Beto", .x = SHORE_X - 2, .y = SHORE_Y);
	use_boat(world, pat);
	DO(world, pat, WALK, .heading = HEADING_EAST);
	act(world, pat, player_die);
	assert_int_equal(body_of(world, pat)->look, BODY_DEAD_AT_SEA);
	forget(world);
	act(world, pat, player_revive);
	assert_int_equal(body_of(world, pat)->look, 395);
	assert_int_equal(body_of(world, pat)->head, 0);
	assert_true(has(world, pat, BODY_SAILING));
	assert_int_equal(player_of(world, pat)->equipment[EQUIP_BOAT], SLOT);
	assert_int_equal(HOW_MANY(world, pat, NAVIGATE_TOGGLE), 0);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->body, 395);
	EXPECT_SOUND(world);
}

/* What Pat, of this level and under this flag, leaves on the water and on the land. */
static void dies_at_sea(struct little_world *world, unsigned level, enum thing boat, int64_t water, int64_t land)
{
	uint32_t pat = pirate(world, "Pat", SHORE_Y, boat);
	world->config.rules.death_drops = CONFIG_DROPS_ALWAYS;
	give(world, pat, 3, THING_BREAD, 7);
	give_gold(world, pat, (int32_t)level * 10000 + 300);
	use_boat(world, pat);
	stand(world, pat, WATER_FROM + 3, WATER_FROM + 3);
	player_of(world, pat)->level = (uint8_t)level;
	act(world, pat, player_die);
	assert_int_equal(lies(world, THING_BREAD, true), water);
	assert_int_equal(lies(world, THING_BREAD, false), land);
	assert_int_equal(lies(world, THING_GOLD, true), water != 0 ? 300 : 0);
	assert_int_equal(lies(world, THING_GOLD, false), land != 0 ? 300 : 0);
	assert_int_equal(player_of(world, pat)->inventory[SLOT - 1].item, boat);
	EXPECT_SOUND(world);
}

static void things_fall_into_the_water(void **state)
{
	dies_at_sea(*state, 30, THING_BOAT, 7, 0);
}

static void but_not_from_a_galleon_of_a_pirate_of_level_20(void **state)
{
	dies_at_sea(*state, 20, THING_GALLEON, 0, 7);
}

static void of_no_other_level(void **state)
{
	dies_at_sea(*state, 21, THING_GALLEON, 7, 0);
}

static void and_from_no_other_ship(void **state)
{
	dies_at_sea(*state, 20, THING_GALLEY, 7, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ship_shows_whose_it_is),
		WORLD_TEST(boarding_and_landing_are_seen_and_heard),
		WORLD_TEST(the_side_changes_and_with_it_the_ship),
		WORLD_TEST(a_pirate_behind_his_ghost_ship_is_found_when_he_lands_or_boards),
		WORLD_TEST(the_spell_goes_on_under_the_flag_and_the_staff_reads_it),
		WORLD_TEST(nothing_is_dropped_at_sea),
		WORLD_TEST(who_is_revived_at_sea_has_his_ship),
		WORLD_TEST(things_fall_into_the_water),
		WORLD_TEST(but_not_from_a_galleon_of_a_pirate_of_level_20),
		WORLD_TEST(of_no_other_level),
		WORLD_TEST(and_from_no_other_ship),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
