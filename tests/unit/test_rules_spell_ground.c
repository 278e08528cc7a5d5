/* Spells cast at a tile: summoning, calling a pet, the eye. rules-life-combat-magic.md 15.12, 15.13, 15.17. */
#include "tests/unit/test_spells.h"
#include "worker/game/pets.h"
#include "worker/game/tile.h"

static unsigned with_him(struct little_world *world, uint32_t who)
{
	unsigned count = 0;
	for (unsigned i = 0; i < PETS_MOST; i++)
		count += player_of(world, who)->pets[i].index != 0;
	return count;
}

/* --- summoning ------------------------------------------------------------------------------------------------------------ */

static void two_wolves_come_beside_the_tile(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	assert_int_equal(with_him(world, ana), 2);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t wolf = player_of(world, ana)->pets[i].index;
		const struct body *body = body_of(world, wolf);
		const struct creature *creature = creature_at(&world->tx, wolf);
		assert_int_equal(body->creature, BEAST_WOLF);
		assert_in_range(body->x, WIZARD_X + 3, WIZARD_X + 5);
		assert_in_range(body->y, WIZARD_Y - 1, WIZARD_Y + 1);
		assert_int_equal(creature->master.index, ana);
		assert_int_equal(creature->dies_ms, world->tx.now_ms + (uint64_t)world->config.intervals.summon_ms);
		assert_int_equal(creature->experience, 0);
	}
	EXPECT(world, ana, CHAT_OVER_HEAD, .text = text_of("LUPUS"), .char_index = (int16_t)ana, .g = 255, .b = 255);
	EXPECT_PAID(world, ana, 100, 0);
	EXPECT_SOUND(world);
}

/* The tile is meant, not who stands there (15.2 no. 7). */
static void who_stands_on_the_tile_is_not_the_target(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	forget(world);
	cast_on(world, ana, CHARM_SUMMON, beto);
	assert_int_equal(with_him(world, ana), 2);
	assert_int_equal(HOW_MANY(world, beto, UPDATE_USER_STATS), 0);
	EXPECT_PAID(world, ana, 100, 0);
	EXPECT_SOUND(world);
}

static void no_more_than_three_and_he_is_told(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y); /* one of two still has room */
	assert_int_equal(with_him(world, ana), 3);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_PAID(world, ana, 200, 0);
	forget(world);
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SUMMON_ENOUGH);
	assert_int_equal(with_him(world, ana), 3);
	EXPECT_SOUND(world);
}

static void not_in_safe_places_nor_where_the_map_forbids_it(void **state)
{
	struct little_world *world = *state;
	static const struct {
		uint16_t map;
		uint8_t x, y;
	} places[] = {{LAND_MEADOW, MEADOW_X, MEADOW_Y}, {LAND_BARREN, 50, 50}, {LAND_WILD, SHELTER_X, GROUNDS_Y}};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		static const char *const names[] = {"Ana", "Bea", "Cora"};
		uint32_t who = wizard_enter(
			world, (struct newcomer){.name = names[i], .map = places[i].map, .x = places[i].x, .y = places[i].y});
		cast_at(world, who, CHARM_SUMMON, places[i].x + 1, places[i].y);
		EXPECT_REFUSED(world, who, TEXT_SPELL_SUMMON_NOT_HERE);
		assert_int_equal(with_him(world, who), 0);
	}
}

static void in_an_arena_of_an_unsafe_map_they_come(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .x = ARENA_FROM, .y = ARENA_FROM);
	cast_at(world, ana, CHARM_SUMMON, ARENA_FROM + 2, ARENA_FROM);
	assert_int_equal(with_him(world, ana), 2);
}

/* Free creatures: one that finds a place of two that were wanted is paid for (15.17). */
static void what_finds_no_place_is_not_paid_and_what_does_is(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	struct map_state *map = &world->world.maps[LAND_WILD];
	uint8_t open[sizeof map->blocked];
	memcpy(open, map->blocked, sizeof open);
	memset(map->blocked, 0xff, sizeof map->blocked);
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SUMMON_NO_ROOM);
	unsigned tile = tile_index(WIZARD_X + 4, WIZARD_Y);
	map->blocked[tile / 8] &= (uint8_t) ~(1u << (tile % 8));
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	assert_int_equal(with_him(world, ana), 1);
	EXPECT_PAID(world, ana, 100, 0);
	memcpy(map->blocked, open, sizeof open);
}

static void what_does_not_exist_is_not_summoned(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_UNREAL, WIZARD_X + 4, WIZARD_Y);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
}

static void the_flute_makes_summoning_cheaper(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .class_id = CLASS_DRUID);
	give(world, ana, 1, THING_ELVEN_FLUTE, 1);
	wear(world, ana, 1);
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	EXPECT_PAID(world, ana, 70, 0);
}

/* --- calling a pet ---------------------------------------------------------------------------------------------------------- */

/* A summoned one becomes a tamed one, as if it had been (pets.h: both sides). */
static void tame_by_decree(struct little_world *world, uint32_t who, unsigned place)
{
	struct player *player = player_of(world, who);
	struct creature *creature = creature_at(&world->tx, player->pets[place].index);
	creature->tamed = 1;
	creature->dies_ms = 0;
	player->pet_kinds[place] = body_of(world, player->pets[place].index)->creature;
}

static void the_pet_comes_for_all_the_mana(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 8, WIZARD_Y);
	tame_by_decree(world, ana, 0);
	uint32_t wolf = player_of(world, ana)->pets[0].index;
	body_of(world, wolf)->hp = 7;
	player_of(world, ana)->mana = WIZARD_MANA;
	forget(world);
	cast_at(world, ana, CHARM_CALL, WIZARD_X, WIZARD_Y + 2);
	wolf = player_of(world, ana)->pets[0].index;
	assert_int_equal(body_of(world, wolf)->x, WIZARD_X);
	assert_int_equal(body_of(world, wolf)->y, WIZARD_Y + 2);
	assert_int_equal(body_of(world, wolf)->hp, 7);
	EXPECT_PAID(world, ana, WIZARD_MANA, 13);
	EXPECT_SOUND(world);
}

static void calling_asks_for_all_mana_and_for_a_pet(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_CALL, WIZARD_X, WIZARD_Y + 2);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_PET_NONE);
	player_of(world, ana)->mana = WIZARD_MANA - 1;
	cast_at(world, ana, CHARM_CALL, WIZARD_X, WIZARD_Y + 2);
	EXPECT_LINE(world, ana, TEXT_SPELL_MANA_FULL);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA - 1);
}

static void what_was_summoned_is_no_pet_to_be_called(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 4, WIZARD_Y);
	player_of(world, ana)->mana = WIZARD_MANA;
	forget(world);
	cast_at(world, ana, CHARM_CALL, WIZARD_X, WIZARD_Y + 2);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_PET_NONE);
}

/* It waits outside, and the call was heard nevertheless. */
static void a_pet_that_finds_no_place_waits(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X + 8, WIZARD_Y);
	tame_by_decree(world, ana, 0);
	player_of(world, ana)->mana = WIZARD_MANA;
	forget(world);
	struct map_state *map = &world->world.maps[LAND_WILD];
	uint8_t open[sizeof map->blocked];
	memcpy(open, map->blocked, sizeof open);
	memset(map->blocked, 0xff, sizeof map->blocked);
	cast_at(world, ana, CHARM_CALL, WIZARD_X, WIZARD_Y + 2);
	memcpy(map->blocked, open, sizeof open);
	assert_int_equal(player_of(world, ana)->pets[0].index, 0);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], BEAST_WOLF);
	EXPECT_LINE(world, ana, TEXT_PET_CANNOT_COME);
	EXPECT_PAID(world, ana, WIZARD_MANA, 13);
	EXPECT_SOUND(world);
}

/* --- the eye ------------------------------------------------------------------------------------------------------------------- */

static void the_eye_lights_those_whom_a_spell_hides(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	static const struct {
		const char *name;
		uint32_t flags;
		uint8_t x, y;
		bool lit;
	} people[] = {
		{"Beto", BODY_INVISIBLE, WIZARD_X + 11, WIZARD_Y + 1, true},
		{"Cora", BODY_HIDDEN, WIZARD_X + 11, WIZARD_Y + 2, false},
		{"Dino", 0, WIZARD_X + 11, WIZARD_Y + 3, false},
		{"Eva", BODY_INVISIBLE, WIZARD_X - 6, WIZARD_Y, false}, /* nine tiles away */
		{"Fito", BODY_INVISIBLE, WIZARD_X - 4, WIZARD_Y - 8, true},
	};
	uint32_t who[5];
	for (unsigned i = 0; i < 5; i++) {
		who[i] = ENTER(world, people[i].name, .map = LAND_WILD, .x = people[i].x, .y = people[i].y);
		body_of(world, who[i])->flags |= people[i].flags;
	}
	forget(world);
	cast_at(world, ana, CHARM_EYE, WIZARD_X + 3, WIZARD_Y);
	for (unsigned i = 0; i < 5; i++) {
		if (people[i].lit)
			EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)who[i], .fx = 3, .loops = 6);
		assert_int_equal(body_of(world, who[i])->flags & (BODY_INVISIBLE | BODY_HIDDEN), people[i].flags);
	}
	assert_int_equal(HOW_MANY(world, ana, CREATE_FX), 0);
	EXPECT_PAID(world, ana, 10, 0);
	/* near enough to the tile, but beyond what her client knows of */
	stand(world, who[0], WIZARD_X + 12, WIZARD_Y + 1);
	cast_at(world, ana, CHARM_EYE, WIZARD_X + 4, WIZARD_Y);
	assert_int_equal(HOW_MANY(world, ana, CREATE_FX), 1);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)who[4], .fx = 3, .loops = 6);
}

static void the_eye_sees_no_further_than_the_map(void **state)
{
	struct little_world *world = *state;
	static const struct {
		uint8_t x, y;
	} corners[] = {{9, 7}, {92, 7}, {9, 94}, {92, 94}};
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	body_of(world, beto)->flags |= BODY_INVISIBLE;
	for (unsigned i = 0; i < sizeof corners / sizeof *corners; i++) {
		int inward = corners[i].x < 50 ? 1 : -1;
		stand(world, ana, corners[i].x, corners[i].y);
		stand(world, beto, (unsigned)(corners[i].x + inward), corners[i].y);
		forget(world);
		cast_at(world, ana, CHARM_EYE, corners[i].x, corners[i].y);
		EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)beto, .fx = 3, .loops = 6);
		EXPECT_PAID(world, ana, 10, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(two_wolves_come_beside_the_tile),
		WORLD_TEST(who_stands_on_the_tile_is_not_the_target),
		WORLD_TEST(no_more_than_three_and_he_is_told),
		WORLD_TEST(not_in_safe_places_nor_where_the_map_forbids_it),
		WORLD_TEST(in_an_arena_of_an_unsafe_map_they_come),
		WORLD_TEST(what_finds_no_place_is_not_paid_and_what_does_is),
		WORLD_TEST(what_does_not_exist_is_not_summoned),
		WORLD_TEST(the_flute_makes_summoning_cheaper),
		WORLD_TEST(the_pet_comes_for_all_the_mana),
		WORLD_TEST(calling_asks_for_all_mana_and_for_a_pet),
		WORLD_TEST(what_was_summoned_is_no_pet_to_be_called),
		WORLD_TEST(a_pet_that_finds_no_place_waits),
		WORLD_TEST(the_eye_lights_those_whom_a_spell_hides),
		WORLD_TEST(the_eye_sees_no_further_than_the_map),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
