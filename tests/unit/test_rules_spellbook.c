/* Learning spells from scrolls. rules-life-combat-magic.md 15.1; rules-economy-social-admin.md 3.4. What is ordered and read
 * in the book: test_game_windows.c. */
#include "tests/unit/test_spells.h"

static uint32_t reader(struct little_world *world)
{
	uint32_t ana = WIZARD(world, "Ana");
	give(world, ana, 1, THING_DART_SCROLL, 2);
	return ana;
}

static void a_scroll_is_learnt_and_used_up(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = reader(world);
	struct player *player = player_of(world, ana);
	player->spells[0] = CHARM_HEAL;
	uint64_t version = player->version;
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT(world, ana, CHANGE_SPELL_SLOT, .slot = 2, .spell_id = CHARM_DART, .name = TEXT("Dardo"));
	EXPECT_SLOT(world, ana, 1, THING_DART_SCROLL, 1, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player->spells[1], CHARM_DART);
	assert_true(player->version > version);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_KNOWN);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player->inventory[0].amount, 1);
	EXPECT_SOUND(world);
}

static void who_learns_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = reader(world);
	struct player *player = player_of(world, ana);
	player->mana_max = player->mana = 0;
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_NO_MANA);
	player->mana_max = 100;
	player->hunger = 0;
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_STARVING);
	player->hunger = 1;
	player->thirst = 0;
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_STARVING);
	player->thirst = 1;
	for (unsigned i = 0; i < SPELL_SLOTS; i++)
		player->spells[i] = CHARM_HEAL;
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_FULL);
	player->spells[SPELL_SLOTS - 1] = CHARM_COUNT; /* of a world that has it: it stays his */
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_FULL);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player->inventory[0].amount, 2);
}

static void a_blank_scroll_teaches_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	give(world, ana, 1, THING_BLANK_SCROLL, 1);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_SCROLL_BLANK);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 1);
}

static void the_dead_do_not_read(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .dead = true);
	give(world, ana, 1, THING_DART_SCROLL, 1);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	assert_int_equal(player_of(world, ana)->spells[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_scroll_is_learnt_and_used_up),
		WORLD_TEST(who_learns_nothing),
		WORLD_TEST(a_blank_scroll_teaches_nothing),
		WORLD_TEST(the_dead_do_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
