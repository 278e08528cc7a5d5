/* The client's windows: skills (rules-life-combat-magic.md 6.2, 6.3), spells, the safety switches (12.3), and closing what a
 * client believes is open (protocol.md 4.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/tables.h"
#include "tests/harness/little_world.h"

/* --- skills ---------------------------------------------------------------------------------------------------------------------- */

static void skills_are_told_with_the_way_to_the_next_point(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct player *player = player_of(world, ana);
	player->skills[SKILL_MAGIC - 1] = 10;
	player->skill_experience[SKILL_MAGIC - 1] = table_skill_experience_needed(10) / 2;
	player->skills[SKILL_FISHING - 1] = 100;
	player->skill_experience[SKILL_FISHING - 1] = 12345;
	player->skill_experience[SKILL_TAMING - 1] = INT32_MAX;

	DO(world, ana, REQUEST_SKILLS);
	const struct s2c_SEND_SKILLS *told = HEARD(world, ana, SEND_SKILLS);
	assert_int_equal(told->skills[SKILL_MAGIC - 1].level, 10);
	assert_in_range(told->skills[SKILL_MAGIC - 1].percent, 49, 50);
	assert_int_equal(told->skills[SKILL_FISHING - 1].level, 100);
	assert_int_equal(told->skills[SKILL_FISHING - 1].percent, 0);
	assert_int_equal(told->skills[SKILL_TAMING - 1].percent, 100);
	EXPECT_NOTHING_ELSE(world);
}

static void free_points_are_spent(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct player *player = player_of(world, ana);
	player->skill_points = 12;
	player->skills[SKILL_MAGIC - 1] = 98;
	player->skill_experience[SKILL_MAGIC - 1] = 77;
	player->skill_experience[SKILL_HIDING - 1] = 88;
	uint64_t saved = player->version;

	DO(world, ana, MODIFY_SKILLS, .points = {[SKILL_MAGIC - 1] = 2, [SKILL_FISHING - 1] = 9});
	assert_int_equal(player->skills[SKILL_MAGIC - 1], 100); /* the level's ceiling does not count here */
	assert_int_equal(player->skills[SKILL_FISHING - 1], 9);
	assert_int_equal(player->skill_experience[SKILL_MAGIC - 1], 0);
	assert_int_equal(player->skill_experience[SKILL_HIDING - 1], 88);
	assert_int_equal(player->skill_points, 1);
	assert_int_equal(player->skills_assigned, 10); /* at most */
	assert_true(player->version > saved);
	assert_int_equal(HEARD(world, ana, SEND_SKILLS)->skills[SKILL_FISHING - 1].level, 9);
	if (world->tx.dialect == DIALECT_GODOT) /* classic clients would add it */
		EXPECT(world, ana, LEVEL_UP, .skill_points = 1);
	EXPECT_NOTHING_ELSE(world);
}

static void a_wrong_distribution_changes_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct player *player = player_of(world, ana);
	player->skill_points = 10;
	player->skills[SKILL_MAGIC - 1] = 99;
	static const struct c2s_MODIFY_SKILLS wrong[] = {
		{.points = {[SKILL_FISHING - 1] = 11}},                           /* more than he has */
		{.points = {[SKILL_FISHING - 1] = 6, [SKILL_MINING - 1] = 5}},    /* together */
		{.points = {[SKILL_MAGIC - 1] = 2}},                              /* beyond 100 */
		{.points = {[SKILL_FISHING - 1] = 255, [SKILL_MINING - 1] = 11}}, /* 266: 10 in a byte */
	};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct player before = *player;
		little_world_do(world, ana, C2S_MODIFY_SKILLS, &wrong[i], HERE);
		EXPECT_LINE(world, ana, TEXT_SKILLS_REFUSED);
		EXPECT_ANY(world, ana, SEND_SKILLS);
		EXPECT_NOTHING_ELSE(world);
		assert_memory_equal(player->skills, before.skills, sizeof before.skills);
		assert_int_equal(player->skill_points, 10);
		assert_int_equal(player->version, before.version);
	}
}

/* --- spells ------------------------------------------------------------------------------------------------------------------------ */

static void spells_change_places_with_their_neighbours(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct player *player = player_of(world, ana);
	player->spells[0] = 1;
	player->spells[1] = 2;
	uint64_t saved = player->version;

	DO(world, ana, MOVE_SPELL, .upwards = true, .slot = 2);
	EXPECT(world, ana, CHANGE_SPELL_SLOT, .slot = 1, .spell_id = 2, .name = TEXT("Tormenta"));
	EXPECT(world, ana, CHANGE_SPELL_SLOT, .slot = 2, .spell_id = 1, .name = TEXT("Dardo"));
	EXPECT_NOTHING_ELSE(world);
	assert_true(player->version > saved);

	DO(world, ana, MOVE_SPELL, .upwards = false, .slot = 2);
	EXPECT(world, ana, CHANGE_SPELL_SLOT, .slot = 2, .spell_id = 0, .name = TEXT("(None)"));
	EXPECT(world, ana, CHANGE_SPELL_SLOT, .slot = 3, .spell_id = 1, .name = TEXT("Dardo"));
	EXPECT_NOTHING_ELSE(world);
}

static void spells_do_not_move_beyond_the_ends(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	player_of(world, ana)->spells[0] = 1;
	player_of(world, ana)->spells[SPELL_SLOTS - 1] = 2;
	DO(world, ana, MOVE_SPELL, .upwards = true, .slot = 1);
	DO(world, ana, MOVE_SPELL, .upwards = false, .slot = SPELL_SLOTS);
	EXPECT_LINE(world, ana, TEXT_SPELL_MOVE_NOT);
	EXPECT_LINE(world, ana, TEXT_SPELL_MOVE_NOT);
	DO(world, ana, MOVE_SPELL, .upwards = true, .slot = 0); /* nothing was selected */
	DO(world, ana, MOVE_SPELL, .upwards = false, .slot = 0);
	DO(world, ana, MOVE_SPELL, .upwards = true, .slot = SPELL_SLOTS + 1);
	DO(world, ana, MOVE_SPELL, .upwards = true, .slot = 255);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->spells[0], 1);
	assert_int_equal(player_of(world, ana)->spells[SPELL_SLOTS - 1], 2);
}

static void a_spell_is_explained(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	player_of(world, ana)->spells[4] = 1;
	DO(world, ana, SPELL_INFO, .slot = 5);
	EXPECT_LINE(world, ana, TEXT_SPELL_TITLE, "Dardo");
	assert_int_equal(HOW_MANY(world, ana, CONSOLE_MSG), 2);
	forget(world);
	static const uint8_t wrong[] = {0, 1, 36, 255};
	for (unsigned i = 0; i < sizeof wrong; i++) {
		DO(world, ana, SPELL_INFO, .slot = wrong[i]);
		EXPECT_LINE(world, ana, TEXT_SPELL_NONE);
	}
	EXPECT_NOTHING_ELSE(world);
}

/* --- switches and windows ------------------------------------------------------------------------------------------------------------ */

static void the_safety_switches_flip_and_are_saved(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct player *player = player_of(world, ana);
	uint64_t saved = player->version;
	DO(world, ana, SAFE_TOGGLE);
	EXPECT_MULTI(world, ana, SAFE_MODE_OFF);
	assert_int_equal(player->safe_mode, 0);
	assert_true(player->version > saved);
	DO(world, ana, SAFE_TOGGLE);
	EXPECT_MULTI(world, ana, SAFE_MODE_ON);

	saved = player->version;
	DO(world, ana, RESUSCITATION_SAFE_TOGGLE);
	EXPECT_MULTI(world, ana, RESUSCITATION_SAFE_ON);
	assert_int_equal(player->resuscitation_safe, 1);
	assert_true(player->version > saved);
	DO(world, ana, RESUSCITATION_SAFE_TOGGLE);
	EXPECT_MULTI(world, ana, RESUSCITATION_SAFE_OFF);
	EXPECT_NOTHING_ELSE(world);
}

static void a_window_closes_whatever_the_server_believes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	DO(world, ana, COMMERCE_END);
	EXPECT(world, ana, COMMERCE_END);
	player_of(world, ana)->trading = 1;
	DO(world, ana, COMMERCE_END);
	EXPECT(world, ana, COMMERCE_END);
	assert_int_equal(player_of(world, ana)->trading, 0);
	player_of(world, ana)->trading = 2;
	DO(world, ana, BANK_END);
	EXPECT(world, ana, BANK_END);
	assert_int_equal(player_of(world, ana)->trading, 0);
	EXPECT_NOTHING_ELSE(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(skills_are_told_with_the_way_to_the_next_point),
		WORLD_TEST(free_points_are_spent),
		CLASSIC_TEST(free_points_are_spent),
		WORLD_TEST(a_wrong_distribution_changes_nothing),
		WORLD_TEST(spells_change_places_with_their_neighbours),
		WORLD_TEST(spells_do_not_move_beyond_the_ends),
		WORLD_TEST(a_spell_is_explained),
		WORLD_TEST(the_safety_switches_flip_and_are_saved),
		WORLD_TEST(a_window_closes_whatever_the_server_believes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
