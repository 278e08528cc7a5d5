/* Resting at a fire, meditating, hiding (rules-life-combat-magic.md 9.1 to 9.5). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_deeds.h"
#include "worker/game/alignment.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/legality.h"
#include "worker/game/stance.h"
#include "worker/game/travel.h"

static bool has(struct little_world *world, uint32_t player, uint32_t flag)
{
	return (body_of(world, player)->flags & flag) != 0;
}

static uint32_t enter(struct little_world *world, const struct newcomer *who)
{
	world->config.intervals.idle_minutes = 0;
	uint32_t player = little_world_enter(world, who);
	give(world, player, 1, THING_TUNIC, 1);
	wear(world, player, 1);
	return player;
}
#define COMES(world, ...) enter((world), &(const struct newcomer){.name = __VA_ARGS__})

static void rest(struct little_world *world, uint32_t player)
{
	DO(world, player, REST);
}

static void meditate(struct little_world *world, uint32_t player)
{
	DO(world, player, MEDITATE);
}

static void hide(struct little_world *world, uint32_t player)
{
	DO(world, player, WORK, .skill = SKILL_HIDING);
}

/* --- resting ------------------------------------------------------------------------------------------------------------------------ */

static uint32_t tired_at_a_fire(struct little_world *world)
{
	uint32_t ana = COMES(world, "Ana");
	lay(world, LAND_MEADOW, MEADOW_X + 8, MEADOW_Y - 6, THING_CAMP_FIRE, 1);
	player_of(world, ana)->stamina = 10;
	player_of(world, ana)->hp = 90;
	return ana;
}

static void who_rests_needs_a_fire_in_sight(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->stamina = 10;
	lay(world, LAND_MEADOW, MEADOW_X + 9, MEADOW_Y, THING_CAMP_FIRE, 1);
	lay(world, LAND_MEADOW, MEADOW_X, MEADOW_Y - 7, THING_CAMP_FIRE, 1);
	rest(world, ana);
	EXPECT_LINE(world, ana, TEXT_REST_NO_FIRE);
	EXPECT_NOTHING_ELSE(world);
	lay(world, LAND_MEADOW, MEADOW_X + 8, MEADOW_Y - 6, THING_CAMP_FIRE, 1);
	rest(world, ana);
	EXPECT(world, ana, REST_OK);
	EXPECT_LINE(world, ana, TEXT_REST_BEGINS);
	EXPECT_NOTHING_ELSE(world);
	assert_true(has(world, ana, BODY_RESTING));
}

static void who_rests_recovers_faster_and_gets_up_when_all_is_well(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world);
	rest(world, ana);
	const struct player *player = player_of(world, ana);
	assert_int_equal(player->effect_due_ms[EFFECT_STAMINA] - world->tx.now_ms, 240);
	assert_int_equal(player->effect_due_ms[EFFECT_HEAL] - world->tx.now_ms, 4040);
	forget(world);
	live_ms(world, LAND_MEADOW, 60000);
	assert_int_equal(player->hp, 100);
	assert_int_equal(player->stamina, 100);
	assert_false(has(world, ana, BODY_RESTING));
	assert_int_equal(HOW_MANY(world, ana, REST_OK), 1);
	EXPECT_LINE(world, ana, TEXT_STOPPED_RESTING);
	assert_int_equal(player->effect_due_ms[EFFECT_HEAL], 0);
}

static void who_is_healed_otherwise_gets_up_too(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world);
	rest(world, ana);
	DO(world, ana, PING); /* something that lets a second pass */
	player_of(world, ana)->hp = 100;
	player_of(world, ana)->stamina = 99;
	live_ms(world, LAND_MEADOW, 10000);
	assert_false(has(world, ana, BODY_RESTING));
}

static void who_gets_up_recovers_at_the_old_pace(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world);
	rest(world, ana);
	rest(world, ana);
	assert_false(has(world, ana, BODY_RESTING));
	assert_int_equal(HOW_MANY(world, ana, REST_OK), 2);
	const struct player *player = player_of(world, ana);
	assert_int_equal(player->effect_due_ms[EFFECT_STAMINA] - world->tx.now_ms, 440);
	assert_int_equal(player->effect_due_ms[EFFECT_HEAL] - world->tx.now_ms, 64040);
	rest(world, ana);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	assert_false(has(world, ana, BODY_RESTING));
	assert_int_equal(body_of(world, ana)->x, MEADOW_X); /* she only got up */
}

static void who_needs_no_rest_and_who_meditates_does_not_rest(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world);
	player_of(world, ana)->hp = player_of(world, ana)->stamina = 100;
	rest(world, ana);
	EXPECT_LINE(world, ana, TEXT_REST_NO_NEED);
	player_of(world, ana)->stamina = 10;
	player_of(world, ana)->mana = 10;
	meditate(world, ana);
	forget(world);
	rest(world, ana);
	EXPECT_LINE(world, ana, TEXT_REST_MEDITATING);
	EXPECT_NOTHING_ELSE(world);
}

static void the_dead_neither_rest_nor_meditate_nor_hide(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .dead = true);
	rest(world, ana);
	meditate(world, ana);
	hide(world, ana);
	assert_false(has(world, ana, BODY_RESTING | BODY_MEDITATING | BODY_HIDDEN));
	assert_int_equal(player_of(world, ana)->effects_due_ms, 0);
}

/* --- meditating ---------------------------------------------------------------------------------------------------------------------- */

static void odds_and_gain_of_meditation(void **state)
{
	(void)state;
	static const int expected[][2] = {{0, 35},  {10, 35}, {11, 30}, {20, 30}, {30, 28}, {31, 24}, {40, 24}, {50, 22},
									  {60, 20}, {70, 18}, {80, 15}, {81, 10}, {90, 10}, {91, 7},  {99, 7},  {100, 5}};
	for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_int_equal(meditation_odds((unsigned)expected[i][0]), expected[i][1]);
	assert_int_equal(meditation_gain(1000, 6), 60);
	assert_int_equal(meditation_gain(5, 6), 1);
	assert_int_equal(meditation_gain(25, 6), 2); /* 1.5, to even */
	assert_int_equal(meditation_gain(1, 0), 1);
}

static void meditation_begins_with_light_and_a_pause_and_fills_the_mana(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .level = 42), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	struct player *player = player_of(world, ana);
	player->mana = 0;
	player->skills[SKILL_MEDITATION - 1] = 100;
	meditate(world, ana);
	EXPECT(world, ana, MEDITATE_TOGGLE);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)ana, .fx = 34, .loops = -1);
	EXPECT(world, beto, CREATE_FX, .char_index = (int16_t)ana, .fx = 34, .loops = -1);
	EXPECT_LINE(world, ana, TEXT_MEDITATION_BEGINS, 2);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(body_of(world, ana)->fx, 34); /* who comes later sees it */
	live_ms(world, LAND_MEADOW, 1999);
	assert_int_equal(player->mana, 0);
	live_ms(world, LAND_MEADOW, 20000);
	assert_int_equal(player->mana, 100);
	assert_false(has(world, ana, BODY_MEDITATING));
	assert_int_equal(player->effect_due_ms[EFFECT_MEDITATION], 0);
	assert_int_equal(HOW_MANY(world, ana, UPDATE_MANA), 17); /* 6 each, and the rest */
	EXPECT(world, ana, MEDITATE_TOGGLE);
	EXPECT(world, beto, CREATE_FX, .char_index = (int16_t)ana, .fx = 0, .loops = 0);
	EXPECT_LINE(world, ana, TEXT_MEDITATION_GAINS, 6); /* only the first is told */
	EXPECT_LINE(world, ana, TEXT_MEDITATION_DONE);
	assert_int_equal(body_of(world, ana)->fx, 0);
}

static void light_of_meditation_goes_by_level(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	static const int expected[][2] = {{1, 4},  {12, 4},  {13, 5},  {24, 5}, {25, 6},
									  {34, 6}, {35, 16}, {41, 16}, {42, 34}};
	player_of(world, ana)->mana = 0;
	for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++) {
		player_of(world, ana)->level = (uint8_t)expected[i][0];
		meditate(world, ana);
		assert_int_equal(body_of(world, ana)->fx, expected[i][1]);
		meditate(world, ana);
		assert_int_equal(body_of(world, ana)->fx, 0);
	}
}

/* Chances that came true in `ms` of meditation with mana without end. */
static unsigned gains_in_ms(struct little_world *world, uint32_t player, uint64_t ms)
{
	struct player *who = player_of(world, player);
	who->mana_max = 9999;
	who->mana = 0;
	meditate(world, player);
	live_ms(world, LAND_MEADOW, 2000);
	forget(world);
	unsigned gains = 0;
	for (uint64_t passed = 0; passed < ms; passed += 1000) {
		who->mana = 0;
		live_ms(world, LAND_MEADOW, 1000);
		gains += HOW_MANY(world, player, UPDATE_MANA);
		forget(world);
	}
	return gains;
}

static void mana_comes_as_often_as_the_skill_says(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->skills[SKILL_MEDITATION - 1] = 100;
	/* 25 chances of 1/5 a second, 20 seconds: 100 expected, sigma sqrt(500 * 0.2 * 0.8) = 8.9; within 3.3 sigma in 999 of
	 * 1000 runs, and the seed is fixed. */
	assert_in_range(gains_in_ms(world, ana, 20000), 71, 129);
}

static void a_late_tick_has_the_chances_of_a_second_at_most(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	struct player *player = player_of(world, ana);
	player->skills[SKILL_MEDITATION - 1] = 100;
	player->mana_max = 9999;
	player->mana = 0;
	meditate(world, ana);
	pass_ms(world, 600000);
	atomic_store(&world->world.tick_due_ms[LAND_MEADOW], world->tx.now_ms);
	live_ms(world, LAND_MEADOW, 0);
	assert_in_range(player->mana / 600, 0, 16); /* 25 chances of 1/5: more than 16 in 1 of a million */
	assert_true(player->effect_due_ms[EFFECT_MEDITATION] > world->tx.now_ms);
}

static void who_may_not_meditate(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world);
	struct player *player = player_of(world, ana);
	rest(world, ana);
	forget(world);
	meditate(world, ana);
	EXPECT_LINE(world, ana, TEXT_MEDITATION_RESTING);
	rest(world, ana);
	player->mana_max = player->mana = 0;
	forget(world);
	meditate(world, ana);
	EXPECT_LINE(world, ana, TEXT_MEDITATION_NO_MAGIC);
	EXPECT_NOTHING_ELSE(world);
	player->mana_max = 100;
	body_of(world, ana)->flags |= BODY_SAILING | BODY_HIDDEN;
	meditate(world, ana);
	EXPECT_LINE(world, ana, TEXT_MEDITATION_HIDDEN);
	EXPECT_NOTHING_ELSE(world);
	body_of(world, ana)->flags &= ~(uint32_t)(BODY_SAILING | BODY_HIDDEN);
	body_of(world, ana)->flags |= BODY_PARALYSED; /* that is no hindrance */
	meditate(world, ana);
	assert_true(has(world, ana, BODY_MEDITATING));
}

static void the_staff_has_its_mana_at_once(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = COMES(world, "Eva", .privileges = PRIVILEGE_GOD);
	player_of(world, eva)->mana = 0;
	meditate(world, eva);
	EXPECT(world, eva, UPDATE_MANA, .mana = 100);
	EXPECT_LINE(world, eva, TEXT_MEDITATION_DONE);
	EXPECT_NOTHING_ELSE(world);
	assert_false(has(world, eva, BODY_MEDITATING));
}

static void a_step_ends_meditation_and_nothing_else(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->mana = 0;
	meditate(world, ana);
	forget(world);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	EXPECT(world, ana, MEDITATE_TOGGLE);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)ana, .fx = 0, .loops = 0);
	EXPECT_LINE(world, ana, TEXT_STOPPED_MEDITATING);
	EXPECT(world, ana, POS_UPDATE, .x = MEADOW_X, .y = MEADOW_Y);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(body_of(world, ana)->x, MEADOW_X);
}

static uint32_t attacker;

static void is_attacked(struct tx *tx, uint32_t player)
{
	player_attacked(tx, attacker, player);
}

static void being_attacked_by_a_player_ends_meditation_but_not_in_an_arena(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .map = LAND_WILD, .x = ARENA_FROM, .y = ARENA_FROM);
	attacker = COMES(world, "Beto", .map = LAND_WILD, .x = ARENA_FROM, .y = ARENA_FROM + 1);
	player_of(world, ana)->mana = 0;
	meditate(world, ana);
	forget(world);
	act(world, ana, is_attacked);
	EXPECT_NOTHING_ELSE(world);
	assert_true(has(world, ana, BODY_MEDITATING));
	stand(world, ana, 40, 40);
	act(world, ana, is_attacked);
	EXPECT(world, ana, MEDITATE_TOGGLE);
	EXPECT_LINE(world, ana, TEXT_STOPPED_MEDITATING);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)ana, .fx = 0, .loops = 0);
	assert_false(has(world, ana, BODY_MEDITATING));
}

static void death_ends_rest_and_meditation(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tired_at_a_fire(world), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	player_of(world, beto)->mana = 0;
	rest(world, ana);
	meditate(world, beto);
	forget(world);
	act(world, ana, player_die);
	act(world, beto, player_die);
	assert_false(has(world, ana, BODY_RESTING));
	assert_false(has(world, beto, BODY_MEDITATING));
	assert_int_equal(HOW_MANY(world, ana, REST_OK), 1);
	assert_int_equal(HOW_MANY(world, beto, MEDITATE_TOGGLE), 1);
	assert_int_equal(body_of(world, beto)->fx, 0);
}

/* 9.3 no. 1: it is no reason to be sent away when it ends. */
static void who_meditated_for_long_has_not_been_idle(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	world->config.intervals.idle_minutes = 1;
	world->config.intervals.meditation_roll_ms = 600000;
	player_of(world, ana)->mana = 0;
	meditate(world, ana);
	live_ms(world, LAND_MEADOW, 90000);
	assert_int_equal(player_of(world, ana)->state, PLAYER_PLAYING);
	act(world, ana, effect_meditation_end);
	live_ms(world, LAND_MEADOW, 58000);
	assert_int_equal(player_of(world, ana)->state, PLAYER_PLAYING);
	live_ms(world, LAND_MEADOW, 4000);
	assert_int_not_equal(player_of(world, ana)->state, PLAYER_PLAYING);
}

/* --- hiding ---------------------------------------------------------------------------------------------------------------------------- */

static void chance_and_time_of_hiding_are_the_document_s(void **state)
{
	(void)state;
	static const struct {
		double chance;
		unsigned skill, ticks;
	} table[] = {{11.24, 0, 0},    {15.84, 10, 92},  {17.64, 20, 166}, {17.84, 30, 225},
				 {17.64, 40, 273}, {18.24, 50, 311}, {20.84, 60, 344}, {26.64, 70, 375},
				 {36.84, 80, 405}, {52.64, 90, 439}, {75.24, 100, 479}};
	for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(fabs(hiding_chance(table[i].skill) - table[i].chance) < 0.005);
		assert_int_equal(hiding_time_ms(table[i].skill, CLASS_WARRIOR, 20000), table[i].ticks * 40);
		assert_int_equal(hiding_time_ms(table[i].skill, CLASS_BANDIT, 20000), table[i].ticks / 2 * 40);
	}
	for (unsigned skill = 0; skill <= 100; skill++)
		assert_in_range(hiding_time_ms(skill, CLASS_THIEF, 20000), 0, 20000);
}

/* Tries until it works; at most 60 times (skill 100: not in 1 of 10^36 runs). */
static void hide_at_last(struct little_world *world, uint32_t player)
{
	for (int i = 0; i < 60 && !has(world, player, BODY_HIDDEN); i++)
		hide(world, player);
	assert_true(has(world, player, BODY_HIDDEN));
}

static void who_hides_is_not_seen_until_his_time_is_over(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	player_of(world, ana)->skills[SKILL_HIDING - 1] = 100;
	hide_at_last(world, ana);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = true);
	EXPECT_LINE(world, ana, TEXT_HIDING_BEGINS);
	forget(world);
	hide(world, ana);
	EXPECT_LINE(world, ana, TEXT_HIDING_ALREADY);
	hide(world, ana); /* said once */
	EXPECT_NOTHING_ELSE(world);
	live_ms(world, LAND_MEADOW, 479 * 40 - 2 * LITTLE_WORLD_STEP_MS - 1);
	assert_true(has(world, ana, BODY_HIDDEN));
	live_ms(world, LAND_MEADOW, 41);
	assert_false(has(world, ana, BODY_HIDDEN));
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	EXPECT_LINE(world, ana, TEXT_VISIBLE_AGAIN);
}

static void hiding_succeeds_as_often_as_the_skill_says(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	unsigned hidden = 0;
	player_of(world, ana)->skills[SKILL_HIDING - 1] = 90;
	for (int i = 0; i < 400; i++) {
		player_of(world, ana)->skills[SKILL_HIDING - 1] = 90; /* whatever it learns */
		hide(world, ana);
		hidden += has(world, ana, BODY_HIDDEN);
		body_of(world, ana)->flags &= ~(uint32_t)BODY_HIDDEN;
		forget(world);
	}
	/* R(1,100) <= 52.64 is 52 of 100: 208 expected of 400, sigma 10; 3.3 sigma. */
	assert_in_range(hidden, 175, 241);
}

static void who_fails_to_hide_reads_it_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->hunger = 0; /* who starves learns nothing by it */
	for (int i = 0; i < 3; i++) {
		hide(world, ana);
		assert_false(has(world, ana, BODY_HIDDEN)); /* eight of nine tries fail without skill; the seed is fixed */
	}
	EXPECT_LINE(world, ana, TEXT_HIDING_FAILS);
	EXPECT_NOTHING_ELSE(world);
}

static void hiding_too_often_is_refused_silently(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	hide(world, ana);
	forget(world);
	body_of(world, ana)->flags &= ~(uint32_t)BODY_HIDDEN;
	player_of(world, ana)->skills[SKILL_HIDING - 1] = 100;
	for (int i = 0; i < 50; i++) {
		world->tx.now_ms -= LITTLE_WORLD_STEP_MS; /* no time passes */
		hide(world, ana);
	}
	EXPECT_NOTHING_ELSE(world);
	assert_false(has(world, ana, BODY_HIDDEN));
}

static void talking_and_walking_reveal_but_a_thief_walks_on(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), leo = COMES(world, "Leo", .class_id = CLASS_THIEF, .x = MEADOW_X + 2);
	player_of(world, ana)->skills[SKILL_HIDING - 1] = player_of(world, leo)->skills[SKILL_HIDING - 1] = 100;
	hide_at_last(world, ana);
	DO(world, ana, WALK, .heading = HEADING_WEST);
	assert_false(has(world, ana, BODY_HIDDEN));
	hide_at_last(world, leo);
	DO(world, leo, WALK, .heading = HEADING_EAST);
	assert_true(has(world, leo, BODY_HIDDEN));
	DO(world, leo, TALK, .text = TEXT("hola"));
	assert_false(has(world, leo, BODY_HIDDEN));
}

static void hides_long(struct tx *tx, uint32_t player)
{
	effect_hide(tx, player, 3600000);
}

static void goes_to_the_barren(struct tx *tx, uint32_t player)
{
	if (tx_need(tx, LAND_BARREN))
		travel_to(tx, player, (struct place){.map = LAND_BARREN, .x = 40, .y = 40}, TRAVEL_WALKS);
}

static enum tx_verdict journey(struct tx *tx, void *context)
{
	goes_to_the_barren(tx, *(const uint32_t *)context);
	return tx->wanted_count != 0 ? TX_AGAIN : TX_COMMIT;
}

static void fighting_casting_boarding_and_leaving_reveal(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .map = LAND_WILD, .x = 40, .y = 40, .class_id = CLASS_PIRATE);
	struct player *player = player_of(world, ana);
	player->skills[SKILL_MAGIC - 1] = player->skills[SKILL_NAVIGATION - 1] = 100;
	act(world, ana, hides_long);
	DO(world, ana, ATTACK); /* the air */
	assert_false(has(world, ana, BODY_HIDDEN));
	act(world, ana, hides_long);
	pass_ms(world, 2000);
	player->spell = CHARM_HEAL;
	DO(world, ana, WORK_LEFT_CLICK, .x = 40, .y = 40, .skill = SKILL_MAGIC);
	assert_false(has(world, ana, BODY_HIDDEN));
	act(world, ana, hides_long);
	DO(world, ana, YELL, .text = TEXT("hola"));
	assert_false(has(world, ana, BODY_HIDDEN));
	act(world, ana, hides_long);
	DO(world, ana, WORK, .skill = SKILL_MAGIC); /* nothing is done yet */
	DO(world, ana, WHISPER, .target_name = TEXT("Ana"), .text = TEXT("hola"));
	assert_true(has(world, ana, BODY_HIDDEN));
	DO(world, ana, QUIT);
	assert_false(has(world, ana, BODY_HIDDEN));
	assert_int_not_equal(player->logout_due_ms, 0);

	uint32_t beto = COMES(world, "Beto", .x = WATER_FROM - 1, .y = WATER_FROM, .level = 30);
	give(world, beto, 2, THING_BOAT, 1);
	player_of(world, beto)->skills[SKILL_NAVIGATION - 1] = 100;
	act(world, beto, hides_long);
	DO(world, beto, USE_ITEM, .slot = 2);
	assert_true(has(world, beto, BODY_SAILING));
	assert_false(has(world, beto, BODY_HIDDEN));
	EXPECT_SOUND(world);
}

static void some_maps_hide_nobody(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .map = LAND_BARREN, .x = 40, .y = 42);
	hide(world, ana);
	EXPECT_LINE(world, ana, TEXT_HIDING_FORBIDDEN);
	hide(world, ana); /* said once */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->gates.work_ms, 0);
	uint32_t leo = COMES(world, "Leo", .class_id = CLASS_THIEF);
	act(world, leo, hides_long);
	act(world, leo, effect_invisible);
	forget(world);
	little_world_run(world, LAND_MEADOW, journey, &leo);
	assert_int_equal(body_of(world, leo)->map, LAND_BARREN);
	assert_false(has(world, leo, BODY_HIDDEN | BODY_INVISIBLE));
	EXPECT_LINE(world, leo, TEXT_VISIBLE_AGAIN);
	assert_int_equal(player_of(world, leo)->effect_due_ms[EFFECT_HIDING], 0);
	assert_int_equal(player_of(world, leo)->effect_due_ms[EFFECT_INVISIBILITY], 0);
}

static void only_pirates_hide_at_sea_as_a_ship_of_ghosts(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), pat = COMES(world, "Pat", .class_id = CLASS_PIRATE, .x = MEADOW_X + 2);
	body_of(world, ana)->flags |= BODY_SAILING;
	hide(world, ana);
	EXPECT_LINE(world, ana, TEXT_HIDING_AT_SEA);
	give(world, pat, 2, THING_BOAT, 1);
	player_of(world, pat)->equipment[EQUIP_BOAT] = 2;
	player_of(world, pat)->skills[SKILL_HIDING - 1] = 100;
	body_of(world, pat)->flags |= BODY_SAILING;
	hide_at_last(world, pat);
	assert_int_equal(body_of(world, pat)->look, 87);
	assert_int_equal(HOW_MANY(world, ana, SET_INVISIBLE), 0); /* at sea everybody is drawn */
	assert_true(HOW_MANY(world, ana, CHARACTER_CHANGE) > 0);
	live_ms(world, LAND_MEADOW, 20000);
	assert_false(has(world, pat, BODY_HIDDEN));
	assert_int_not_equal(body_of(world, pat)->look, 87);
}

static void a_hunter_in_his_armour_stays_hidden(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .class_id = CLASS_HUNTER);
	give(world, ana, 2, THING_HUNTER_ARMOUR, 1);
	wear(world, ana, 2);
	player_of(world, ana)->skills[SKILL_HIDING - 1] = 91;
	hide_at_last(world, ana);
	live_ms(world, LAND_MEADOW, 90000);
	assert_true(has(world, ana, BODY_HIDDEN));
	player_of(world, ana)->skills[SKILL_HIDING - 1] = 90;
	live_ms(world, LAND_MEADOW, 20100);
	assert_false(has(world, ana, BODY_HIDDEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_rests_needs_a_fire_in_sight),
		WORLD_TEST(who_rests_recovers_faster_and_gets_up_when_all_is_well),
		WORLD_TEST(who_is_healed_otherwise_gets_up_too),
		WORLD_TEST(who_gets_up_recovers_at_the_old_pace),
		WORLD_TEST(who_needs_no_rest_and_who_meditates_does_not_rest),
		WORLD_TEST(the_dead_neither_rest_nor_meditate_nor_hide),
		cmocka_unit_test(odds_and_gain_of_meditation),
		WORLD_TEST(meditation_begins_with_light_and_a_pause_and_fills_the_mana),
		WORLD_TEST(light_of_meditation_goes_by_level),
		WORLD_TEST(mana_comes_as_often_as_the_skill_says),
		WORLD_TEST(a_late_tick_has_the_chances_of_a_second_at_most),
		WORLD_TEST(who_may_not_meditate),
		WORLD_TEST(the_staff_has_its_mana_at_once),
		WORLD_TEST(a_step_ends_meditation_and_nothing_else),
		WORLD_TEST(being_attacked_by_a_player_ends_meditation_but_not_in_an_arena),
		WORLD_TEST(death_ends_rest_and_meditation),
		WORLD_TEST(who_meditated_for_long_has_not_been_idle),
		cmocka_unit_test(chance_and_time_of_hiding_are_the_document_s),
		WORLD_TEST(who_hides_is_not_seen_until_his_time_is_over),
		WORLD_TEST(hiding_succeeds_as_often_as_the_skill_says),
		WORLD_TEST(who_fails_to_hide_reads_it_once),
		WORLD_TEST(hiding_too_often_is_refused_silently),
		WORLD_TEST(talking_and_walking_reveal_but_a_thief_walks_on),
		WORLD_TEST(fighting_casting_boarding_and_leaving_reveal),
		WORLD_TEST(some_maps_hide_nobody),
		WORLD_TEST(only_pirates_hide_at_sea_as_a_ship_of_ghosts),
		WORLD_TEST(a_hunter_in_his_armour_stays_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
