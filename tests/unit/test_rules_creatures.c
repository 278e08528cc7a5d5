/* Creatures appear, are attacked, die, leave things and appear again: rules-life-combat-magic.md 12.2, 16.2, 16.5, 16.6, 16.17. */
#include "tests/unit/test_deeds.h"
#include "worker/game/wire.h"
#include "worker/game/ground.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"

enum { MAP = LAND_WILD, NOBODY = 0 };

/* --- doing -------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict run_pay(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_pays(tx, deed->body, deed->other, deed->number);
	return TX_COMMIT;
}

static enum tx_verdict run_remove(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_remove(tx, deed->body);
	return TX_COMMIT;
}

static enum tx_verdict run_calm(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_calm(tx, deed->body);
	return TX_COMMIT;
}

static enum tx_verdict run_jump(struct tx *tx, void *context)
{
	struct deed *deed = context;
	presence_jump(tx, deed->body, deed->at.x, deed->at.y);
	return TX_COMMIT;
}

#define DONE(world, fn, ...) done((world), MAP, (fn), (struct deed){__VA_ARGS__})

static uint32_t spawned(struct little_world *world, unsigned beast, unsigned x, unsigned y)
{
	return DONE(world, run_spawn, .number = (int)beast, .at = {.map = MAP, .x = (uint8_t)x, .y = (uint8_t)y}).result;
}

static uint32_t hunter(struct little_world *world)
{
	return ENTER(world, "Ana", .map = MAP, .x = BEAR_X, .y = WILD_BEASTS_Y + 1);
}

/* --- dying -------------------------------------------------------------------------------------------------------------- */

static void who_kills_gets_what_is_left_and_all_see_it_go(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	world->config.rules.drop_percent = 0;
	struct handle before = body_handle(&world->world, bear);
	player_of(world, ana)->target.creature = before;
	DONE(world, run_pay, .body = bear, .other = ana, .number = 13);
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 20); /* 13 x 45 / 30 = 19.5 */
	forget(world);

	DONE(world, run_die, .body = bear, .other = ana);
	EXPECT(world, ana, CHARACTER_REMOVE, .char_index = (int16_t)bear);
	EXPECT(world, ana, PLAY_WAVE, .wave = 77, .x = BEAR_X, .y = WILD_BEASTS_Y + 1);
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 25);
	EXPECT_LINE(world, ana, TEXT_CREATURE_KILLED);
	assert_int_equal(player_of(world, ana)->creatures_killed, 1);
	assert_null(handle_body(&world->world, before));
	assert_int_equal(player_of(world, ana)->target.creature.index, 0);

	/* It is back at once, whole, somewhere on the map where nobody looks. */
	const struct body *body = of(world, bear);
	assert_int_equal(body->map, MAP);
	assert_int_equal(body->hp, 30);
	assert_int_equal(about(world, bear)->experience, 45);
	assert_false(tile_in_sight(body_of(world, ana), body->x, body->y));
	assert_true(tile_is_in_frame(body->x, body->y));
}

static void a_hit_pays_for_the_life_it_can_take_and_no_more_than_is_left(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	world->config.rules.experience_percent = 200;
	DONE(world, run_hurt, .body = bear, .number = 28);
	DONE(world, run_pay, .body = bear, .other = ana, .number = 1000); /* of 2 points of life */
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 6);
	assert_int_equal(about(world, bear)->experience, 42);
	about(world, bear)->experience = 1;
	DONE(world, run_pay, .body = bear, .other = ana, .number = 2);
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 2);
	forget(world);
	DONE(world, run_pay, .body = bear, .other = ana, .number = 2);
	DONE(world, run_pay, .body = bear, .other = ana, .number = -2);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(about(world, bear)->experience, 0);
}

static void life_is_taken_down_to_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	assert_true(DONE(world, run_hurt, .body = bear, .number = 29).result);
	assert_true(DONE(world, run_hurt, .body = bear, .number = -5).result);
	assert_int_equal(of(world, bear)->hp, 1);
	assert_false(DONE(world, run_hurt, .body = bear, .number = INT32_MAX).result);
	assert_int_equal(of(world, bear)->hp, 0);
}

static void who_is_on_another_map_gets_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), bear = beast_of(world, BEAST_BEAR);
	forget(world);
	DONE(world, run_die, .body = bear, .other = ana);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->creatures_killed, 0);
}

static void kills_are_counted_up_to_their_limit(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world);
	player_of(world, ana)->creatures_killed = 32000;
	DONE(world, run_die, .body = beast_of(world, BEAST_BEAR), .other = ana);
	assert_int_equal(player_of(world, ana)->creatures_killed, 32000);
}

/* --- reputation ----------------------------------------------------------------------------------------------------------- */

static void kills_are_judged_by_what_was_killed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world);
	int32_t *points = player_of(world, ana)->reputation;
	points[REPUTATION_NOBLE] = 5000000;
	DONE(world, run_die, .body = beast_of(world, BEAST_GOBLIN), .other = ana);
	assert_int_equal(points[REPUTATION_NOBLE], 5000500);
	DONE(world, run_die, .body = beast_of(world, BEAST_BEAR), .other = ana);
	assert_int_equal(points[REPUTATION_PLEBEIAN], 5);
	player_of(world, ana)->chaos_legion = 1;
	DONE(world, run_die, .body = beast_of(world, BEAST_GOBLIN), .other = ana);
	DONE(world, run_die, .body = beast_of(world, BEAST_BEAR), .other = ana);
	assert_int_equal(points[REPUTATION_PLEBEIAN], 5);
	assert_int_equal(points[REPUTATION_NOBLE], 5000500);
	player_of(world, ana)->chaos_legion = 0;
	DONE(world, run_die, .body = beast_of(world, BEAST_TRAINER), .other = ana); /* good, and not that guard */
	assert_int_equal(points[REPUTATION_ASSASSIN], 1000);
	DONE(world, run_die, .body = beast_of(world, BEAST_GUARD), .other = ana);
	assert_int_equal(points[REPUTATION_ASSASSIN], 2500);
	assert_int_equal(points[REPUTATION_PLEBEIAN], 0);
	assert_int_equal(points[REPUTATION_NOBLE], 0);
}

static void who_is_attacked_defends_himself(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	player_of(world, ana)->id = 7;
	DONE(world, run_attacked, .body = bear, .other = ana);
	assert_int_equal(about(world, bear)->attacker_id, 7);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_DEFENDS);
	assert_int_equal(about(world, bear)->hostile, 1);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_PLEBEIAN], 2); /* 2.5, half to even */
	DONE(world, run_attacked, .body = bear, .other = ana);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_PLEBEIAN], 4); /* 4.5 */
	DONE(world, run_calm, .body = bear);
	assert_int_equal(about(world, bear)->attacker_id, 0);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_STANDS);
}

static void a_guard_that_is_attacked_makes_a_criminal(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world);
	DONE(world, run_attacked, .body = beast_of(world, BEAST_GUARD), .other = ana);
	assert_true(player_of(world, ana)->reputation[REPUTATION_BANDIT] > 0);
}

/* --- spoils --------------------------------------------------------------------------------------------------------------- */

struct ground_sum {
	unsigned bread, gold, piles;
};

static struct ground_sum lying(struct little_world *world)
{
	struct ground_sum sum = {0};
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		struct stack stack = world->world.maps[MAP].ground[tile];
		sum.bread += stack.item == THING_BREAD ? stack.amount : 0;
		sum.gold += stack.item == GOLD_ITEM ? stack.amount : 0;
		sum.piles += stack.item == GOLD_ITEM;
	}
	return sum;
}

/* Kills bears until one leaves its second entry. */
static void spoils_lie_where_it_died_gold_in_piles(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	unsigned kills = 0;
	while (lying(world).gold == 0 && ++kills < 200) {
		struct place at = body_place(of(world, bear));
		unsigned before = lying(world).bread;
		DONE(world, run_die, .body = bear, .other = ana);
		struct ground_sum now = lying(world);
		if (now.bread > before) {
			assert_int_equal(now.bread, before + 3);
			assert_int_equal(ground_at(&world->world, MAP, at.x, at.y).item, THING_BREAD);
		}
	}
	assert_int_equal(lying(world).gold, 25000);
	assert_int_equal(lying(world).piles, 3);
	assert_true(lying(world).bread > 0);
}

static void what_finds_no_place_is_lost(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	for (unsigned y = WILD_BEASTS_Y - 20; y <= WILD_BEASTS_Y + 20; y++) {
		for (unsigned x = BEAR_X - 20; x <= 100; x++)
			lay(world, MAP, x, y, THING_SWORD, 1);
	}
	world->config.rules.drop_percent = 1000;
	DONE(world, run_die, .body = bear);
	assert_int_equal(lying(world).bread + lying(world).gold, 0);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1);
}

/* --- appearing again -------------------------------------------------------------------------------------------------------- */

static void a_kind_that_remembers_its_place_appears_there_or_beside(void **state)
{
	struct little_world *world = *state;
	uint32_t goblin = beast_of(world, BEAST_GOBLIN);
	DONE(world, run_jump, .body = goblin, .at = {.x = 60, .y = 60});
	DONE(world, run_die, .body = goblin);
	assert_int_equal(of(world, goblin)->x, GOBLIN_X);
	assert_int_equal(of(world, goblin)->y, WILD_BEASTS_Y);
	DONE(world, run_jump, .body = goblin, .at = {.x = 60, .y = 60});
	ENTER(world, "Ana", .map = MAP, .x = GOBLIN_X, .y = WILD_BEASTS_Y);
	DONE(world, run_die, .body = goblin);
	assert_int_equal(abs(of(world, goblin)->x - GOBLIN_X) + abs(of(world, goblin)->y - WILD_BEASTS_Y), 1);
}

static void with_a_pause_it_waits_and_comes_when_it_is_over(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR), goblin = beast_of(world, BEAST_GOBLIN);
	world->config.intervals.respawn_ms = 5000;
	DONE(world, run_die, .body = bear, .other = ana);
	pass_ms(world, 2000);
	DONE(world, run_die, .body = goblin, .other = ana);
	assert_int_equal(standing(world, MAP, BEAST_BEAR) + standing(world, MAP, BEAST_GOBLIN), 0);
	pass_ms(world, 2900);
	tick(world, MAP);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 0);
	assert_true(world->world.tick_due_ms[MAP] <= world->tx.now_ms + 1000);
	pass_ms(world, 200);
	tick(world, MAP);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1);
	assert_int_equal(standing(world, MAP, BEAST_GOBLIN), 0);
	assert_int_equal(world->world.maps[MAP].first_waiting, goblin);
	pass_ms(world, 60000);
	tick(world, MAP);
	assert_int_equal(standing(world, MAP, BEAST_GOBLIN), 1);
	assert_int_equal(world->world.maps[MAP].first_waiting, 0);
}

/* --- much at the same moment: what one transaction's log has no room for is left to the next tick -------------------------- */

/* Returns how many bytes were written down to be able to undo it. */
static enum tx_verdict run_wait(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creatures_tick(tx, MAP, 1000);
	deed->number = (int)(tx->world->limits.undo_bytes - tx_room(tx));
	return TX_COMMIT;
}

/* One creature does what many are to do; the log has room for three of them from now on. */
static void log_shrinks_to_three(struct little_world *world)
{
	world->world.limits.undo_bytes = 3 * (uint32_t)DONE(world, run_wait).number;
}

static void many_that_come_back_at_once_need_more_than_one_tick(void **state)
{
	struct little_world *world = *state;
	static const enum beast beasts[] = {BEAST_GUARD, BEAST_BEAR, BEAST_GOBLIN, BEAST_TRAINER};
	enum { BEASTS = sizeof beasts / sizeof *beasts };
	const struct map_state *map = &world->world.maps[MAP];
	const uint32_t plenty = world->world.limits.undo_bytes;
	hunter(world);
	world->config.intervals.respawn_ms = 5000;
	DONE(world, run_die, .body = beast_of(world, BEAST_BEAR));
	pass_ms(world, 5000);
	log_shrinks_to_three(world);
	uint32_t little = world->world.limits.undo_bytes;
	world->world.limits.undo_bytes = plenty;
	for (unsigned i = 0; i < BEASTS; i++)
		DONE(world, run_die, .body = beast_of(world, beasts[i]));
	pass_ms(world, 5000);
	world->world.limits.undo_bytes = little;
	DONE(world, run_wait);
	assert_int_not_equal(map->first_waiting, 0);
	assert_int_equal(map->creatures, BEASTS - 1);
	DONE(world, run_wait);
	assert_int_equal(map->first_waiting, 0);
	assert_int_equal(map->creatures, BEASTS);
}

static void many_that_leave_at_once_need_more_than_one_tick(void **state)
{
	struct little_world *world = *state;
	enum { SUMMONED = 6 };
	hunter(world);
	for (unsigned i = 0; i <= SUMMONED; i++)
		about(world, spawned(world, BEAST_SPIRIT, 30 + 2 * i, 40))->dies_ms = world->tx.now_ms + (i == 0 ? 1000 : 5000);
	pass_ms(world, 1000);
	log_shrinks_to_three(world);
	assert_int_equal(standing(world, MAP, BEAST_SPIRIT), SUMMONED);
	pass_ms(world, 4000);
	DONE(world, run_wait);
	assert_in_range(standing(world, MAP, BEAST_SPIRIT), 1, SUMMONED - 1);
	for (unsigned i = 1; i < SUMMONED; i++)
		DONE(world, run_wait);
	assert_int_equal(standing(world, MAP, BEAST_SPIRIT), 0);
}

static enum tx_verdict run_two(struct tx *tx, void *context)
{
	(void)context;
	creatures_tick(tx, MAP, 2);
	return TX_COMMIT;
}

/* Who was not looked at is with the next tick; guards too. */
static void a_tick_does_so_many_deeds_and_no_more(void **state)
{
	struct little_world *world = *state;
	enum { SUMMONED = 5 };
	uint32_t guard = beast_of(world, BEAST_GUARD);
	hunter(world);
	tick(world, MAP);
	for (unsigned i = 0; i < SUMMONED; i++)
		about(world, spawned(world, BEAST_SPIRIT, 30 + 2 * i, 40))->dies_ms = world->tx.now_ms + 1000;
	DONE(world, run_jump, .body = guard, .at = {.x = 60, .y = 60});
	pass_ms(world, UINT64_C(15) * 60000);
	for (unsigned left = SUMMONED; left > 1; left -= 2) {
		assert_int_equal(standing(world, MAP, BEAST_SPIRIT), left);
		DONE(world, run_two);
	}
	assert_int_equal(of(world, guard)->x, 60);
	for (unsigned i = 0; i < 5; i++)
		DONE(world, run_two);
	assert_int_equal(standing(world, MAP, BEAST_SPIRIT), 0);
	assert_int_equal(of(world, guard)->x, GUARD_X);
}

/* It does not hop around who stands there. */
static void a_guard_whose_post_is_taken_stands_beside_it(void **state)
{
	struct little_world *world = *state;
	uint32_t guard = beast_of(world, BEAST_GUARD);
	hunter(world);
	tick(world, MAP);
	DONE(world, run_jump, .body = guard, .at = {.x = 60, .y = 60});
	ENTER(world, "Eva", .map = MAP, .x = GUARD_X, .y = WILD_BEASTS_Y, .privileges = PRIVILEGE_GOD);
	struct body before = {0};
	for (unsigned i = 0; i < 3; i++) {
		pass_ms(world, UINT64_C(15) * 60000);
		tick(world, MAP);
		assert_int_equal(abs(of(world, guard)->x - GUARD_X) + abs(of(world, guard)->y - WILD_BEASTS_Y), 1);
		assert_true(i == 0 || (of(world, guard)->x == before.x && of(world, guard)->y == before.y));
		before = *of(world, guard);
	}
}

static void on_a_full_map_it_waits_for_a_place(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	struct map_state *map = &world->world.maps[MAP];
	uint8_t open[sizeof map->blocked];
	memcpy(open, map->blocked, sizeof open);
	memset(map->blocked, 0xff, sizeof map->blocked);
	struct deed deed = {.body = bear};
	assert_int_equal(little_world_run(world, MAP, run_die, &deed), TX_COMMIT);
	assert_int_equal(map->first_waiting, bear);
	memcpy(map->blocked, open, sizeof open);
	EXPECT_SOUND(world);
	hunter(world);
	pass_ms(world, 10000);
	tick(world, MAP);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1);
}

static void what_is_removed_stays_away(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	DONE(world, run_remove, .body = bear);
	EXPECT(world, ana, CHARACTER_REMOVE, .char_index = (int16_t)bear);
	DONE(world, run_remove, .body = bear);
	DONE(world, run_die, .body = bear, .other = ana); /* nothing is there to die */
	pass_ms(world, 600000);
	tick(world, MAP);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 0);
	assert_int_equal(world->world.maps[MAP].first_waiting, 0);
}

/* Sum -4: a criminal. 2.5 more make it -2, rounded up: whoever comes back to the citizens so is one from now on (12.2). */
static void hunting_animals_brings_a_small_criminal_back(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	int32_t *points = player_of(world, ana)->reputation;
	memset(points, 0, sizeof player_of(world, ana)->reputation);
	points[REPUTATION_BANDIT] = 10;
	points[REPUTATION_THIEF] = 2;
	points[REPUTATION_PLEBEIAN] = 8;
	player_of(world, ana)->chaos_legion = 1;
	assert_true(player_is_criminal(player_of(world, ana)));
	DONE(world, run_attacked, .body = bear, .other = ana);
	assert_false(player_is_criminal(player_of(world, ana)));
	assert_int_equal(points[REPUTATION_BANDIT] + points[REPUTATION_THIEF], 0);
	assert_int_equal(points[REPUTATION_PLEBEIAN], 110);
	assert_int_equal(player_of(world, ana)->chaos_legion, 0);
	memset(points, 0, sizeof player_of(world, ana)->reputation); /* who is far from it stays what he is */
	points[REPUTATION_BANDIT] = 1000;
	DONE(world, run_attacked, .body = bear, .other = ana);
	assert_int_equal(points[REPUTATION_BANDIT], 1000);
	assert_int_equal(points[REPUTATION_PLEBEIAN], 2);
}

static enum tx_verdict run_travel(struct tx *tx, void *context)
{
	struct deed *deed = context;
	bool held = tx_need(tx, tx->world->bodies[deed->other].map);
	if (!tx_need(tx, deed->at.map) || !held)
		return TX_AGAIN;
	travel_to(tx, deed->other, deed->at, TRAVEL_WALKS);
	return TX_COMMIT;
}

/* 8.7 no. 6 */
static void who_goes_away_is_forgotten_by_the_creature_that_attacks_him(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	player_of(world, ana)->id = 7;
	DONE(world, run_attacked, .body = bear, .other = ana);
	player_of(world, ana)->hunter = body_handle(&world->world, bear);
	DONE(world, run_travel, .other = ana, .at = {.map = LAND_MEADOW, .x = 50, .y = 50});
	assert_int_equal(player_of(world, ana)->hunter.index, 0);
	assert_int_equal(about(world, bear)->attacker_id, 0);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_STANDS);
}

/* A happy hour that begins or ends while it is alive changes all that it still gives, and the pool is never more than it was. */
static void a_happy_hour_scales_what_is_left_of_the_pool(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), bear = beast_of(world, BEAST_BEAR);
	world->config.rules.drop_percent = 0;
	DONE(world, run_pay, .body = bear, .other = ana, .number = 10); /* 15 of 45 */
	assert_int_equal(player_of(world, ana)->experience, 15);
	world->config.rules.experience_percent = 200;
	DONE(world, run_pay, .body = bear, .other = ana, .number = 10);
	assert_int_equal(player_of(world, ana)->experience, 45);
	world->config.rules.experience_percent = 100;
	DONE(world, run_die, .body = bear, .other = ana);
	assert_int_equal(player_of(world, ana)->experience, 60);
}

/* 60 times: never where somebody sees it come, nor under a roof, nor where creatures are kept out. */
static void one_without_a_place_of_its_own_appears_where_nobody_looks(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = ENTER(world, "Ana", .map = MAP, .x = 50, .y = 50);
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 60; i++) {
		DONE(world, run_die, .body = bear);
		assert_int_equal(of(world, bear)->map, MAP);
		assert_false(tile_in_sight(of(world, ana), of(world, bear)->x, of(world, bear)->y));
		enum trigger trigger = tile_trigger(world->catalog, MAP, of(world, bear)->x, of(world, bear)->y);
		assert_true(trigger != TRIGGER_ROOF && trigger != TRIGGER_NO_CREATURES);
		forget(world);
	}
}

/* Where all that is open is seen it comes nevertheless, on the last tile that was tried. */
static void where_everything_is_seen_it_comes_all_the_same(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = ENTER(world, "Ana", .map = MAP, .x = 50, .y = 50);
	uint8_t *blocked = world->world.maps[MAP].blocked;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (!tile_in_sight(of(world, ana), tile_x(tile), tile_y(tile)) && tile_y(tile) != WILD_BEASTS_Y)
			blocked[tile / 8] |= (uint8_t)(1u << tile % 8);
	}
	struct deed deed = {.body = bear};
	assert_int_equal(little_world_run(world, MAP, run_die, &deed), TX_COMMIT);
	assert_int_equal(of(world, bear)->map, MAP);
}

/* --- called ------------------------------------------------------------------------------------------------------------------ */

static void who_is_called_appears_on_the_nearest_tile_that_suits_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = MAP, .x = 40, .y = 40);
	forget(world);
	struct deed deed = {.number = BEAST_SPIRIT, .at = {.map = MAP, .x = 40, .y = 40}, .flag = true};
	uint32_t spirit = done(world, MAP, run_spawn, deed).result;
	assert_int_equal(of(world, spirit)->x, 39); /* rhombi begin in the west */
	assert_int_equal(HEARD(world, ana, CHARACTER_CREATE)->char_index, spirit);
	EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_WARP, .x = 39, .y = 40);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)spirit, .fx = FX_WARP);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(about(world, spirit)->placed, 0);

	struct deed fish = {.number = BEAST_FISH, .at = {.map = LAND_MEADOW, .x = WATER_FROM - 1, .y = WATER_FROM}};
	assert_int_equal(little_world_run(world, LAND_MEADOW, run_spawn, &fish), TX_COMMIT);
	assert_int_equal(of(world, fish.result)->x, WATER_FROM);
	fish.at.map = MAP; /* there is no water there */
	assert_int_equal(done(world, MAP, run_spawn, fish).result, 0);
	assert_int_equal(spawned(world, 999, 40, 40), 0);
	assert_int_equal(spawned(world, 0, 40, 40), 0);
}

static void who_was_called_never_comes_back_and_its_body_is_used_again(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = hunter(world), free = world->world.realm->free_creature_count;
	for (unsigned i = 0; i < 3 * LITTLE_WORLD_CREATURES; i++) {
		uint32_t rat = spawned(world, BEAST_RAT, 50, 70);
		assert_int_not_equal(rat, 0);
		struct handle handle = body_handle(&world->world, rat);
		if (i % 2 == 0)
			DONE(world, run_die, .body = rat, .other = ana);
		else
			DONE(world, run_remove, .body = rat);
		assert_null(handle_body(&world->world, handle));
		assert_int_equal(standing(world, MAP, BEAST_RAT), 0);
		assert_int_equal(world->world.realm->free_creature_count, free);
		forget(world);
	}
	assert_true(lying(world).bread > 0); /* they leave things like wild ones */
}

static void when_no_body_is_free_nobody_is_called(void **state)
{
	struct little_world *world = *state;
	uint32_t free = world->world.realm->free_creature_count;
	for (uint32_t i = 0; i < free; i++)
		assert_int_not_equal(spawned(world, BEAST_RAT, 50, 70), 0);
	assert_int_equal(spawned(world, BEAST_RAT, 50, 70), 0);
	assert_int_equal(standing(world, MAP, BEAST_RAT), free);
	DONE(world, run_die, .body = beast_of(world, BEAST_BEAR)); /* who is placed needs none */
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1);
}

/* --- with time ----------------------------------------------------------------------------------------------------------------- */

static void paralysis_ends_by_itself(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	hunter(world);
	DONE(world, run_paralyse, .body = bear, .flag = true);
	assert_int_equal(of(world, bear)->flags, BODY_IMMOBILISED);
	DONE(world, run_paralyse, .body = bear, .flag = false);
	assert_int_equal(of(world, bear)->flags, BODY_PARALYSED);
	pass_ms(world, 189999);
	tick(world, MAP);
	assert_int_equal(of(world, bear)->flags, BODY_PARALYSED);
	pass_ms(world, 1);
	tick(world, MAP);
	assert_int_equal(of(world, bear)->flags, 0);
	assert_int_equal(about(world, bear)->freed_ms, 0);
}

static void guards_that_were_led_away_return_to_their_posts(void **state)
{
	struct little_world *world = *state;
	uint32_t guard = beast_of(world, BEAST_GUARD), bear = beast_of(world, BEAST_BEAR);
	hunter(world);
	tick(world, MAP);
	DONE(world, run_jump, .body = guard, .at = {.x = 60, .y = 60});
	DONE(world, run_jump, .body = bear, .at = {.x = 62, .y = 60});
	DONE(world, run_hurt, .body = guard, .number = 20);
	pass_ms(world, UINT64_C(15) * 60000 - 1);
	tick(world, MAP);
	assert_int_equal(of(world, guard)->x, 60);
	pass_ms(world, 1);
	tick(world, MAP);
	assert_int_equal(of(world, guard)->x, GUARD_X);
	assert_int_equal(of(world, guard)->y, WILD_BEASTS_Y);
	assert_int_equal(of(world, guard)->hp, 50);
	assert_int_equal(of(world, bear)->x, 62); /* it has no post */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_kills_gets_what_is_left_and_all_see_it_go),
		WORLD_TEST(a_hit_pays_for_the_life_it_can_take_and_no_more_than_is_left),
		WORLD_TEST(life_is_taken_down_to_nothing),
		WORLD_TEST(who_is_on_another_map_gets_nothing),
		WORLD_TEST(kills_are_counted_up_to_their_limit),
		WORLD_TEST(kills_are_judged_by_what_was_killed),
		WORLD_TEST(who_is_attacked_defends_himself),
		WORLD_TEST(a_guard_that_is_attacked_makes_a_criminal),
		WORLD_TEST(spoils_lie_where_it_died_gold_in_piles),
		WORLD_TEST(what_finds_no_place_is_lost),
		WORLD_TEST(a_kind_that_remembers_its_place_appears_there_or_beside),
		WORLD_TEST(with_a_pause_it_waits_and_comes_when_it_is_over),
		WORLD_TEST(many_that_come_back_at_once_need_more_than_one_tick),
		WORLD_TEST(many_that_leave_at_once_need_more_than_one_tick),
		WORLD_TEST(a_tick_does_so_many_deeds_and_no_more),
		WORLD_TEST(a_guard_whose_post_is_taken_stands_beside_it),
		WORLD_TEST(on_a_full_map_it_waits_for_a_place),
		WORLD_TEST(what_is_removed_stays_away),
		WORLD_TEST(hunting_animals_brings_a_small_criminal_back),
		WORLD_TEST(who_goes_away_is_forgotten_by_the_creature_that_attacks_him),
		WORLD_TEST(a_happy_hour_scales_what_is_left_of_the_pool),
		WORLD_TEST(one_without_a_place_of_its_own_appears_where_nobody_looks),
		WORLD_TEST(where_everything_is_seen_it_comes_all_the_same),
		WORLD_TEST(who_is_called_appears_on_the_nearest_tile_that_suits_it),
		WORLD_TEST(who_was_called_never_comes_back_and_its_body_is_used_again),
		WORLD_TEST(when_no_body_is_free_nobody_is_called),
		WORLD_TEST(paralysis_ends_by_itself),
		WORLD_TEST(guards_that_were_led_away_return_to_their_posts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
