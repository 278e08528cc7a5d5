/* How soon one deed may follow another, whatever somebody's client says: rules-life-combat-magic.md 11.4, 11.5, 13.18. What a
 * gate refuses is silent and costs nothing; one that opens is used up, whatever comes of the deed. */
#include "tests/unit/test_deeds.h"
#include "worker/game/gates.h"

enum { X = 40, Y = 40 /* in the wild */, SOON_MS = 100000 };

typedef bool gate_fn(struct tx *tx, uint32_t player);

struct knock {
	uint32_t player;
	gate_fn *gate;
	bool opened;
};

static enum tx_verdict knock_run(struct tx *tx, void *context)
{
	struct knock *knock = context;
	knock->opened = knock->gate(tx, knock->player);
	return TX_COMMIT;
}

static bool potion_gate(struct tx *tx, uint32_t player)
{
	return gate_potion_open(tx, &tx->world->players[player]);
}

/* So many milliseconds after the beginning. */
static bool opens(struct little_world *world, uint32_t who, uint64_t at_ms, gate_fn *gate)
{
	struct knock knock = {.player = who, .gate = gate};
	world->tx.now_ms = SOON_MS + at_ms;
	little_world_run(world, LAND_WILD, knock_run, &knock);
	EXPECT_NOTHING_ELSE(world);
	return knock.opened;
}

static uint32_t enter(struct little_world *world)
{
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = X, .y = Y);
	player_of(world, ana)->gates = (struct gates){0};
	forget(world);
	return ana;
}

static void each_deed_waits_for_its_like(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	static const struct {
		gate_fn *gate;
		uint64_t every_ms;
	} gates[] = {{gate_strike, 1500}, {gate_cast, 1400}, {gate_shoot, 1400}, {gate_use, 125}, {gate_work, 700}};
	for (unsigned i = 0; i < sizeof gates / sizeof *gates; i++) {
		uint64_t at_ms = UINT64_C(10000) * i;
		assert_true(opens(world, ana, at_ms, gates[i].gate));
		struct gates before = player_of(world, ana)->gates;
		assert_false(opens(world, ana, at_ms, gates[i].gate));
		assert_false(opens(world, ana, at_ms + gates[i].every_ms - 1, gates[i].gate));
		assert_memory_equal(&before, &player_of(world, ana)->gates, sizeof before); /* knocking prolongs nothing */
		assert_true(opens(world, ana, at_ms + gates[i].every_ms, gates[i].gate));
	}
}

/* A spell before its time after a blow, and the other way round; but only one for each (11.4, branch A). */
static void spell_and_blow_in_turn(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	assert_true(opens(world, ana, 0, gate_strike));
	assert_true(opens(world, ana, 0, gate_cast));
	assert_false(opens(world, ana, 999, gate_cast));
	assert_false(opens(world, ana, 999, gate_strike));
	assert_true(opens(world, ana, 1000, gate_cast));
	assert_false(opens(world, ana, 2000, gate_cast)); /* the blow was used already */
	assert_true(opens(world, ana, 2000, gate_strike));
	assert_false(opens(world, ana, 3000, gate_strike)); /* and so was the spell */
	assert_true(opens(world, ana, 3000, gate_cast));
	assert_false(opens(world, ana, 3499, gate_strike));
	assert_true(opens(world, ana, 4000, gate_strike));
}

static void an_arrow_waits_for_all_and_all_wait_for_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	assert_true(opens(world, ana, 0, gate_strike));
	assert_false(opens(world, ana, 1499, gate_shoot));
	assert_true(opens(world, ana, 1500, gate_shoot));
	assert_false(opens(world, ana, 1500 + 1399, gate_strike));
	assert_false(opens(world, ana, 1500 + 1399, gate_cast));
	assert_true(opens(world, ana, 1500 + 1400, gate_cast));
	assert_false(opens(world, ana, 2900 + 1399, gate_shoot));
	assert_true(opens(world, ana, 2900 + 1400, gate_shoot));
	assert_false(opens(world, ana, 4300 + 1399, gate_strike));
	assert_true(opens(world, ana, 4300 + 1400, gate_strike)); /* an arrow is no blow: nothing more to wait for */
}

static void potions_wait_for_blows_alone(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	assert_true(opens(world, ana, 0, potion_gate));
	assert_true(opens(world, ana, 0, gate_shoot));
	assert_true(opens(world, ana, 0, potion_gate));
	assert_true(opens(world, ana, 1400, gate_cast));
	assert_true(opens(world, ana, 1400, potion_gate));
	assert_true(opens(world, ana, 5000, gate_strike));
	assert_false(opens(world, ana, 5000 + 1199, potion_gate));
	assert_true(opens(world, ana, 5000 + 1200, potion_gate));
}

static void a_worker_whose_clock_is_late_gives_nothing_away(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	assert_true(opens(world, ana, 10, gate_strike));
	assert_true(opens(world, ana, 10, gate_use));
	assert_false(opens(world, ana, 9, gate_strike));
	assert_false(opens(world, ana, 9, gate_use));
}

/* The interval is the server's, whatever somebody's client thinks; the configuration may change it while he plays. */
static void intervals_come_from_the_configuration(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	world->config.intervals.strike_ms = 5000;
	assert_true(opens(world, ana, 0, gate_strike));
	assert_false(opens(world, ana, 4999, gate_strike));
	world->config.intervals.strike_ms = 100;
	assert_true(opens(world, ana, 4999, gate_strike));
}

/* Not a shield for every blow of the other (13.18). */
static void things_are_not_put_on_as_fast_as_one_likes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	give(world, ana, 1, THING_SHIELD, 1);
	DO(world, ana, EQUIP_ITEM, .slot = 1);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_SHIELD], 1);
	forget(world);
	world->tx.now_ms += 124 - LITTLE_WORLD_STEP_MS;
	DO(world, ana, EQUIP_ITEM, .slot = 1);
	EXPECT_NOTHING_ELSE(world);
	world->tx.now_ms += 1 - LITTLE_WORLD_STEP_MS;
	DO(world, ana, EQUIP_ITEM, .slot = 1);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_SHIELD], 0);
}

/* A cast that is refused, a blow in the air: the interval is over with it (11.4). */
static void what_comes_to_nothing_has_been_done(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = enter(world);
	world->tx.now_ms = SOON_MS;
	player_of(world, ana)->stamina = 100;
	DO(world, ana, ATTACK);
	assert_int_equal(player_of(world, ana)->gates.strike_ms, world->tx.now_ms);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y, .skill = SKILL_MAGIC);
	EXPECT_LINE(world, ana, TEXT_SPELL_CHOOSE);
	assert_int_equal(player_of(world, ana)->gates.cast_ms, world->tx.now_ms);
	DO(world, ana, WORK_LEFT_CLICK, .x = X + 3, .y = Y, .skill = SKILL_STEALING);
	EXPECT_LINE(world, ana, TEXT_STEAL_NOBODY);
	assert_int_equal(player_of(world, ana)->gates.work_ms, world->tx.now_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_deed_waits_for_its_like),
		WORLD_TEST(spell_and_blow_in_turn),
		WORLD_TEST(an_arrow_waits_for_all_and_all_wait_for_it),
		WORLD_TEST(potions_wait_for_blows_alone),
		WORLD_TEST(a_worker_whose_clock_is_late_gives_nothing_away),
		WORLD_TEST(intervals_come_from_the_configuration),
		WORLD_TEST(things_are_not_put_on_as_fast_as_one_likes),
		WORLD_TEST(what_comes_to_nothing_has_been_done),
	};
	return cmocka_run_group_tests_name("rules_gates", tests, NULL, NULL);
}
