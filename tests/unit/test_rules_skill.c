/* Spending skill points and ordering spells: all of a packet or nothing of it. protocol.md 3.2. */
#include "tests/unit/test_starter.h"

enum { DART = 2, HEAL = 3 };

static uint32_t me;
static struct player *player;

static int open_school(void **state)
{
	open_world(state);
	me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 60, .y = 92});
	player = &world->world.players[me];
	return 0;
}

static void spend(const int32_t points[SKILL_COUNT])
{
	struct c2s_packet packet = {.id = C2S_MODIFY_SKILLS};
	memcpy(packet.MODIFY_SKILLS.points, points, sizeof packet.MODIFY_SKILLS.points);
	memory_world_do(world, me, packet);
}

/* Spends and asserts that the player is as he was, but for the words and the skills told anew. */
static void assert_refused(const int32_t points[SKILL_COUNT])
{
	uint8_t skills[SKILL_COUNT];
	memcpy(skills, player->skills, sizeof skills);
	int free_points = player->skill_points, assigned = player->skills_assigned;
	uint64_t version = player->version;
	spend(points);
	assert_true(memory_world_told(world, me, TEXT_SKILLS_REFUSED));
	assert_non_null(memory_world_heard(world, me, S2C_SEND_SKILLS));
	assert_memory_equal(skills, player->skills, sizeof skills);
	assert_int_equal(player->skill_points, free_points);
	assert_int_equal(player->skills_assigned, assigned);
	assert_int_equal(player->version, version);
}

/* --- skill points ------------------------------------------------------------------------------------------------------- */

static void good_points_are_spent_and_told(void **state)
{
	(void)state;
	player->skill_points = 10;
	player->skill_experience[SKILL_SURVIVAL - 1] = 17;
	player->skill_experience[0] = 5;
	int32_t points[SKILL_COUNT] = {0};
	points[SKILL_SURVIVAL - 1] = 4;
	points[SKILL_COUNT - 1] = 3;
	spend(points);
	assert_int_equal(player->skills[SKILL_SURVIVAL - 1], 4);
	assert_int_equal(player->skills[SKILL_COUNT - 1], 3);
	assert_int_equal(player->skill_experience[SKILL_SURVIVAL - 1], 0);
	assert_int_equal(player->skill_experience[0], 5);
	assert_int_equal(player->skill_points, 3);
	assert_int_equal(player->skills_assigned, 7);
	const struct s2c_packet *skills = memory_world_heard(world, me, S2C_SEND_SKILLS);
	assert_non_null(skills);
	assert_int_equal(skills->SEND_SKILLS.skills[SKILL_SURVIVAL - 1].level, 4);
	const struct s2c_packet *left = memory_world_heard(world, me, S2C_LEVEL_UP);
	assert_non_null(left);
	assert_int_equal(left->LEVEL_UP.skill_points, 3);
}

static void all_points_may_be_spent_at_once_and_none_twice(void **state)
{
	(void)state;
	player->skill_points = 10;
	const int32_t all[SKILL_COUNT] = {5, 5};
	spend(all);
	assert_int_equal(player->skill_points, 0);
	assert_int_equal(player->skills[1], 5);
	assert_refused(all);
}

static void a_sum_beyond_the_points_is_refused_whole(void **state)
{
	(void)state;
	player->skill_points = 10;
	assert_refused((const int32_t[SKILL_COUNT]){10, 1});
	assert_refused((const int32_t[SKILL_COUNT]){[SKILL_COUNT - 1] = 11});
}

static void a_skill_beyond_a_hundred_is_refused_whole(void **state)
{
	(void)state;
	player->skill_points = 50;
	player->skills[2] = 99;
	assert_refused((const int32_t[SKILL_COUNT]){1, 1, 2});
	spend((const int32_t[SKILL_COUNT]){1, 1, 1});
	assert_int_equal(player->skills[2], 100);
	assert_refused((const int32_t[SKILL_COUNT]){0, 0, 1});
}

static void all_bytes_full_are_refused_however_many_points_one_has(void **state)
{
	(void)state;
	int32_t all[SKILL_COUNT];
	for (unsigned s = 0; s < SKILL_COUNT; s++)
		all[s] = 255;
	assert_refused(all);
	player->skill_points = INT16_MAX;
	assert_refused(all);
	/* 157 more than 99 is 256: no byte may wrap */
	memset(player->skills, 99, sizeof player->skills);
	for (unsigned s = 0; s < SKILL_COUNT; s++)
		all[s] = 157;
	assert_refused(all);
}

static void who_owes_points_spends_none(void **state)
{
	(void)state;
	player->skill_points = -1;
	assert_refused((const int32_t[SKILL_COUNT]){1});
}

/* --- spells ------------------------------------------------------------------------------------------------------------- */

static void move_spell(bool upwards, int slot)
{
	DO(world, me, MOVE_SPELL, .upwards = upwards, .slot = slot);
}

static void a_spell_changes_places_with_its_neighbour(void **state)
{
	(void)state;
	player->spells[0] = DART;
	player->spells[1] = HEAL;
	move_spell(true, 2);
	assert_int_equal(player->spells[0], HEAL);
	assert_int_equal(player->spells[1], DART);
	assert_int_equal(memory_world_heard_count(world, me, S2C_CHANGE_SPELL_SLOT), 2);
	move_spell(false, 2);
	assert_int_equal(player->spells[1], 0);
	assert_int_equal(player->spells[2], DART);
}

static void the_ends_of_the_book_are_ends(void **state)
{
	(void)state;
	player->spells[0] = DART;
	player->spells[SPELL_SLOTS - 1] = HEAL;
	uint64_t version = player->version;
	move_spell(true, 1);
	assert_true(memory_world_told(world, me, TEXT_SPELL_MOVE_NOT));
	move_spell(false, SPELL_SLOTS);
	assert_true(memory_world_told(world, me, TEXT_SPELL_MOVE_NOT));
	static const int wrong[] = {0, SPELL_SLOTS + 1, 255};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		move_spell(true, wrong[i]);
		move_spell(false, wrong[i]);
		assert_int_equal(memory_world_heard_all(world, me), 0);
	}
	assert_int_equal(player->version, version);
	assert_int_equal(player->spells[0], DART);
	assert_int_equal(player->spells[SPELL_SLOTS - 1], HEAL);
}

static void what_an_empty_slot_says_of_a_spell(void **state)
{
	(void)state;
	static const int empty[] = {0, 2, SPELL_SLOTS, SPELL_SLOTS + 1, 255};
	for (unsigned i = 0; i < sizeof empty / sizeof *empty; i++) {
		DO(world, me, SPELL_INFO, .slot = empty[i]);
		assert_true(memory_world_told(world, me, TEXT_SPELL_NONE));
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, open_school, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(good_points_are_spent_and_told),
		SCENE(all_points_may_be_spent_at_once_and_none_twice),
		SCENE(a_sum_beyond_the_points_is_refused_whole),
		SCENE(a_skill_beyond_a_hundred_is_refused_whole),
		SCENE(all_bytes_full_are_refused_however_many_points_one_has),
		SCENE(who_owes_points_spends_none),
		SCENE(a_spell_changes_places_with_its_neighbour),
		SCENE(the_ends_of_the_book_are_ends),
		SCENE(what_an_empty_slot_says_of_a_spell),
	};
	return cmocka_run_group_tests_name("rules: skills and spells", tests, NULL, NULL);
}
