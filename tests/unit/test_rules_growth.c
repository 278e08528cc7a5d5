/* Experience, levels and skills learnt by use, in the starter world: rules-life-combat-magic.md 5 and 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>

#include "common/catalog/tables.h"
#include "tests/harness/memory_world.h"
#include "worker/game/experience.h"

static const struct place square = {.map = 1, .x = 50, .y = 40};

static struct memory_world *world;

static int open_world(void **state)
{
	(void)state;
	world = memory_world_open();
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	memory_world_close(&world);
	return 0;
}

static struct player *player_at(uint32_t index)
{
	return &world->world.players[index];
}

struct award {
	uint32_t player;
	int64_t amount;
};

static enum tx_verdict award(struct tx *tx, void *context)
{
	const struct award *a = context;
	experience_give(tx, a->player, a->amount);
	return TX_COMMIT;
}

static void give_experience(uint32_t player, int64_t amount)
{
	struct award a = {player, amount};
	memory_world_run(world, (uint32_t[2]){world->world.bodies[player].map, 0}, award, &a);
}

struct practice {
	uint32_t player;
	enum skill skill;
	bool success;
};

static enum tx_verdict practise(struct tx *tx, void *context)
{
	const struct practice *p = context;
	skill_train(tx, p->player, p->skill, p->success);
	return TX_COMMIT;
}

static void train(uint32_t player, enum skill skill, bool success)
{
	struct practice p = {player, skill, success};
	memory_world_run(world, (uint32_t[2]){world->world.bodies[player].map, 0}, practise, &p);
}

/* --- levels ----------------------------------------------------------------------------------------------------------- */

static void a_point_short_is_no_level(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	give_experience(ana, 299);
	assert_int_equal(player_at(ana)->level, 1);
	assert_int_equal(player_at(ana)->experience, 299);
	assert_int_equal(memory_world_heard(world, ana, S2C_UPDATE_USER_STATS)->UPDATE_USER_STATS.exp, 299);
	give_experience(ana, 0);
	give_experience(ana, -500);
	assert_int_equal(memory_world_heard_all(world, ana), 0);
	give_experience(ana, 1);
	assert_int_equal(player_at(ana)->level, 2);
	assert_int_equal(player_at(ana)->experience, 0);
	assert_int_equal(player_at(ana)->experience_next, 420);
}

static void a_level_gives_what_the_class_gets_and_heals(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	uint32_t beto = memory_world_player(world, "Beto", (struct place){.map = 1, .x = 51, .y = 40});
	struct player before = *player_at(ana);
	player_at(ana)->hp = 1;
	player_at(ana)->stamina = 1;
	give_experience(ana, 300);
	const struct player *player = player_at(ana);
	assert_true(player->hp_max > before.hp_max);
	assert_int_equal(player->hp, player->hp_max);
	assert_int_equal(player->stamina_max, before.stamina_max + 15);
	assert_int_equal(player->stamina, 1); /* is not refilled */
	assert_int_equal(player->mana_max, 0);
	assert_int_equal(player->hit_min, before.hit_min + 3);
	assert_int_equal(player->hit_max, before.hit_max + 3);
	assert_int_equal(player->skill_points, before.skill_points + 10); /* of the first level */
	assert_int_equal(memory_world_heard(world, ana, S2C_LEVEL_UP)->LEVEL_UP.skill_points, player->skill_points);
	assert_int_equal(memory_world_heard(world, beto, S2C_PLAY_WAVE)->PLAY_WAVE.wave, SOUND_LEVEL_UP);
	give_experience(ana, 420);
	assert_int_equal(player_at(ana)->skill_points, before.skill_points + 15);
}

static void many_levels_in_one_award_are_one_level_up(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	int points = player_at(ana)->skill_points;
	give_experience(ana, 41750 + 7); /* 5.2: the start of level 13 */
	assert_int_equal(player_at(ana)->level, 13);
	assert_int_equal(player_at(ana)->experience, 7);
	assert_int_equal(player_at(ana)->experience_next, 16999);
	assert_int_equal(player_at(ana)->skill_points, points + 10 + 11 * 5);
	assert_int_equal(memory_world_heard_count(world, ana, S2C_LEVEL_UP), 1);
	assert_int_equal(memory_world_heard_count(world, ana, S2C_UPDATE_USER_STATS), 1);
	/* 5.2, the last that can be reached: 47 begins at 359,618,658 points. */
	for (int i = 0; i < 5; i++)
		give_experience(ana, 99999999);
	assert_int_equal(player_at(ana)->level, LEVEL_LAST_REACHABLE);
	assert_int_equal(player_at(ana)->experience_next, 130933556);
	give_experience(ana, INT64_MAX);
	give_experience(ana, 99999999);
	assert_int_equal(player_at(ana)->level, LEVEL_LAST_REACHABLE);
	assert_int_equal(player_at(ana)->experience, EXPERIENCE_MAX);
}

static void points_stop_at_their_most(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	struct player *player = player_at(ana);
	player->level = 34;
	player->experience_next = 1000;
	player->hit_min = 98;
	player->hit_max = 99;
	player->hp_max = 998;
	player->stamina_max = 990;
	give_experience(ana, 1000);
	assert_int_equal(player->level, 35);
	assert_int_equal(player->hit_min, 99);
	assert_int_equal(player->hit_max, 99);
	assert_int_equal(player->hp_max, 999);
	assert_int_equal(player->stamina_max, 999);
	give_experience(ana, player->experience_next);
	assert_int_equal(player->level, 36);
	assert_int_equal(player->hit_max, 101); /* above 35 two, and 999 at most */
	player->level = 254;
	player->experience_next = 10;
	give_experience(ana, 50);
	assert_int_equal(player->level, 255);
	assert_int_equal(player->experience, 0);
	assert_int_equal(player->experience_next, 0);
	give_experience(ana, 50);
	assert_int_equal(player->experience, 0);
}

static void the_dead_grow_and_stay_dead(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	memory_world_kill(world, ana);
	player_at(ana)->hp = 0;
	int hp_max = player_at(ana)->hp_max;
	give_experience(ana, 300);
	assert_int_equal(player_at(ana)->level, 2);
	assert_true(player_at(ana)->hp_max > hp_max);
	assert_int_equal(player_at(ana)->hp, 0);
}

static void newbie_things_are_taken_at_level_13(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	memory_world_give(world, ana, 15, 38, 3); /* a red potion for everybody */
	give_experience(ana, 29608);
	assert_int_equal(player_at(ana)->level, 12);
	assert_int_equal(player_at(ana)->inventory[0].item, 857);
	give_experience(ana, 12142);
	assert_int_equal(player_at(ana)->level, 13);
	for (unsigned i = 0; i < INVENTORY_SLOTS; i++) {
		const struct item_def *item = catalog_item(world->catalog, player_at(ana)->inventory[i].item);
		assert_true(item == NULL || (item->flags & ITEM_IS_NEWBIE) == 0);
	}
	assert_int_equal(player_at(ana)->inventory[14].amount, 3);
	assert_int_equal(player_at(ana)->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(player_at(ana)->equipment[EQUIP_ARMOUR], 0);
	assert_true((world->world.bodies[ana].flags & BODY_NAKED) != 0);
}

/* --- what a level gives ------------------------------------------------------------------------------------------------- */

enum { ROLLS = 60000 };

/* How often each gain came, compared with its share of the 101 values of the roll; 5 standard deviations are allowed. */
static void assert_spread(unsigned class_id, unsigned constitution, int most, const int16_t *percent, int brackets)
{
	unsigned times[5] = {0};
	struct rng rng;
	rng_seed(&rng, 77);
	for (int i = 0; i < ROLLS; i++) {
		struct level_gain gain = level_gain_roll(world->catalog, &rng, class_id, 20, constitution, 18);
		assert_true(gain.hp <= most && gain.hp > most - brackets);
		times[most - gain.hp]++;
	}
	int left = 101;
	for (int i = 0; i < brackets; i++) {
		int values = i == brackets - 1 ? left : percent[i] + (i == 0 ? 1 : 0);
		left -= values;
		double share = values / 101.0, deviation = sqrt(ROLLS * share * (1 - share));
		assert_true(fabs(times[i] - ROLLS * share) <= 5 * deviation);
	}
}

static void life_is_spread_as_the_balance_says(void **state)
{
	(void)state;
	const struct balance_def *balance = catalog_balance(world->catalog);
	assert_true(fabs(catalog_class(world->catalog, CLASS_WARRIOR)->life - 10) < 1e-9);
	assert_true(fabs(catalog_class(world->catalog, CLASS_MAGE)->life - 7.5) < 1e-9);
	assert_spread(CLASS_WARRIOR, 20, 11, balance->life_half, 4); /* 5.3: 11, 10, 9 or 8 */
	assert_spread(CLASS_MAGE, 18, 8, balance->life_whole, 5);    /* 8 to 4 */
}

static void the_other_gains_are_those_of_the_table(void **state)
{
	(void)state;
	static const struct {
		unsigned class_id;
		int hit, hit_late, mana, stamina; /* of Int 19 */
	} rows[] = {
		{CLASS_WARRIOR, 3, 2, 0, 15},  {CLASS_HUNTER, 3, 2, 0, 15},    {CLASS_PIRATE, 3, 3, 0, 15},
		{CLASS_PALADIN, 3, 1, 19, 15}, {CLASS_ASSASSIN, 3, 1, 19, 15}, {CLASS_BANDIT, 3, 1, 13, 18},
		{CLASS_THIEF, 2, 2, 0, 18},    {CLASS_MAGE, 1, 1, 53, 14},     {CLASS_CLERIC, 2, 2, 38, 15},
		{CLASS_DRUID, 2, 2, 38, 15},   {CLASS_BARD, 2, 2, 38, 15},     {CLASS_WORKER, 2, 2, 0, 40},
	};
	struct rng rng;
	rng_seed(&rng, 1);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct level_gain early = level_gain_roll(world->catalog, &rng, rows[i].class_id, 35, 18, 19);
		struct level_gain late = level_gain_roll(world->catalog, &rng, rows[i].class_id, 36, 18, 19);
		assert_int_equal(early.hit, rows[i].hit);
		assert_int_equal(late.hit, rows[i].hit_late);
		assert_int_equal(early.mana, rows[i].mana);
		assert_int_equal(early.stamina, rows[i].stamina);
	}
	assert_int_equal(level_gain_roll(world->catalog, &rng, 99, 5, 18, 18).hp, 0);
}

/* --- skills --------------------------------------------------------------------------------------------------------------- */

static uint32_t apprentice(void)
{
	uint32_t ana = memory_world_player(world, "Ana", square);
	player_at(ana)->skills_assigned = 10;
	return ana;
}

static void a_skill_grows_by_use(void **state)
{
	(void)state;
	uint32_t ana = apprentice();
	for (int i = 0; i < 3; i++)
		train(ana, SKILL_STEALING, true);
	for (int i = 0; i < 2; i++)
		train(ana, SKILL_STEALING, false);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_STEALING - 1], 190);
	assert_int_equal(memory_world_heard_all(world, ana), 0);
	train(ana, SKILL_STEALING, false);
	assert_int_equal(player_at(ana)->skills[SKILL_STEALING - 1], 1);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_STEALING - 1], 10);
	assert_int_equal(player_at(ana)->experience, 50);
	assert_int_equal(memory_world_heard(world, ana, S2C_UPDATE_EXP)->UPDATE_EXP.exp, 50);
	assert_true(memory_world_told_part(world, ana, table_skill_name(SKILL_STEALING)));
}

static void practice_may_give_a_level(void **state)
{
	(void)state;
	uint32_t ana = apprentice();
	player_at(ana)->experience = 260;
	player_at(ana)->skill_experience[SKILL_MAGIC - 1] = 190;
	train(ana, SKILL_MAGIC, true);
	assert_int_equal(player_at(ana)->level, 2);
	assert_int_equal(player_at(ana)->experience, 10);
}

static void nothing_is_learnt_at_the_ceiling_of_the_level(void **state)
{
	(void)state;
	uint32_t ana = apprentice();
	player_at(ana)->skills[SKILL_WEAPONS - 1] = 3; /* 6.1: level 1 */
	train(ana, SKILL_WEAPONS, true);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_WEAPONS - 1], 0);
	player_at(ana)->level = 40;
	player_at(ana)->skills[SKILL_WEAPONS - 1] = 99;
	player_at(ana)->skill_experience[SKILL_WEAPONS - 1] = table_skill_experience_needed(99) - 1;
	train(ana, SKILL_WEAPONS, true);
	assert_int_equal(player_at(ana)->skills[SKILL_WEAPONS - 1], 100);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_WEAPONS - 1], 0);
	train(ana, SKILL_WEAPONS, true);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_WEAPONS - 1], 0);
}

static void the_hungry_and_who_kept_his_points_learn_nothing(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	player_at(ana)->skills_assigned = 9;
	train(ana, SKILL_HIDING, true);
	assert_int_equal(memory_world_heard_count(world, ana, S2C_CONSOLE_MSG), 1);
	train(ana, SKILL_HIDING, true);
	assert_int_equal(memory_world_heard_all(world, ana), 0); /* said once */
	player_at(ana)->skills_assigned = 10;
	player_at(ana)->hunger = 0;
	train(ana, SKILL_HIDING, true);
	player_at(ana)->hunger = 50;
	player_at(ana)->thirst = 0;
	train(ana, SKILL_HIDING, true);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_HIDING - 1], 0);
	player_at(ana)->thirst = 1;
	train(ana, SKILL_HIDING, true);
	assert_int_equal(player_at(ana)->skill_experience[SKILL_HIDING - 1], 50);
}

static void a_classic_client_is_told_how_many_points_are_new(void **state)
{
	(void)state;
	world->tx.dialect = DIALECT_CLASSIC;
	uint32_t ana = memory_world_player(world, "Ana", square);
	give_experience(ana, 300);
	assert_int_equal(memory_world_heard(world, ana, S2C_LEVEL_UP)->LEVEL_UP.skill_points, 10);
}

#define GROWTH_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROWTH_TEST(a_point_short_is_no_level),
		GROWTH_TEST(a_level_gives_what_the_class_gets_and_heals),
		GROWTH_TEST(many_levels_in_one_award_are_one_level_up),
		GROWTH_TEST(points_stop_at_their_most),
		GROWTH_TEST(the_dead_grow_and_stay_dead),
		GROWTH_TEST(newbie_things_are_taken_at_level_13),
		GROWTH_TEST(life_is_spread_as_the_balance_says),
		GROWTH_TEST(the_other_gains_are_those_of_the_table),
		GROWTH_TEST(a_skill_grows_by_use),
		GROWTH_TEST(practice_may_give_a_level),
		GROWTH_TEST(nothing_is_learnt_at_the_ceiling_of_the_level),
		GROWTH_TEST(the_hungry_and_who_kept_his_points_learn_nothing),
		GROWTH_TEST(a_classic_client_is_told_how_many_points_are_new),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
