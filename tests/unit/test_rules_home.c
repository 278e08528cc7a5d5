/* A ghost's way home and choosing a home, in the starter world: rules-life-combat-magic.md 14.6. */
#include "common/catalog/tables.h"
#include "tests/unit/test_starter.h"
#include "worker/game/death.h"
#include "worker/game/home.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"
#include "worker/game/travel.h"

/* The lake is two maps from the town: by the wood in the north. The governor stands in the town. */
static const struct place lake = {.map = 77, .x = 45, .y = 33};
static const struct place governor = {.map = 1, .x = 59, .y = 38};

static unsigned map_of(uint32_t who)
{
	return world->world.bodies[who].map;
}

static void run(uint32_t who, tx_fn *fn)
{
	memory_world_run(world, (uint32_t[2]){map_of(who), 0}, fn, &who);
}

static enum tx_verdict dies(struct tx *tx, void *context)
{
	player_die(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

static enum tx_verdict revives(struct tx *tx, void *context)
{
	player_revive(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

static enum tx_verdict is_teleported(struct tx *tx, void *context)
{
	const struct place to = {.map = lake.map, .x = 40, .y = 40};
	if (!tx_need(tx, to.map))
		return TX_AGAIN;
	travel_to(tx, *(const uint32_t *)context, to, TRAVEL_WARPS);
	return TX_COMMIT;
}

/* The map of this player lives until then; what the last tick said is heard. */
static void live_s(uint32_t who, unsigned seconds)
{
	uint64_t until_ms = world->now_ms + (uint64_t)seconds * 1000;
	while (world->now_ms < until_ms) {
		uint32_t map = map_of(who);
		world->now_ms += 1000;
		memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map);
		if (map_of(who) != map)
			return;
	}
}

/* The short message of this kind; NULL: he was not told. */
static const struct s2c_packet *told(uint32_t who, unsigned id)
{
	for (unsigned nth = 0;; nth++) {
		const struct s2c_packet *packet = memory_world_heard_nth(world, who, S2C_MULTI_MESSAGE, nth);
		if (packet == NULL || packet->sub == id)
			return packet;
	}
}

static uint32_t ghost_at(const char *name, struct place at)
{
	uint32_t ana = memory_world_player(world, name, at);
	run(ana, dies);
	assert_int_equal(player_at(ana)->dead, 1);
	return ana;
}

/* --- figures --------------------------------------------------------------------------------------------------------------- */

static void the_way_takes_half_a_minute_per_map(void **state)
{
	(void)state;
	assert_int_equal(home_seconds(0, 30, 30, 300), 30);
	assert_int_equal(home_seconds(2, 30, 30, 300), 90);
	assert_int_equal(home_seconds(9, 30, 30, 300), 300);
	assert_int_equal(home_seconds(40, 30, 30, 300), 300);
	assert_int_equal(home_seconds(-1, 30, 30, 300), 30); /* nobody knows the way */
	assert_int_equal(home_distance(world->catalog, CITY_ULLATHORPE, 1, 0), 0);
	assert_int_equal(home_distance(world->catalog, CITY_ULLATHORPE, 2, 0), 1);
	assert_int_equal(home_distance(world->catalog, CITY_ULLATHORPE, 77, 0), 2);
	assert_int_equal(home_distance(world->catalog, CITY_ULLATHORPE, 50, 77), 7); /* from a dungeon */
	assert_int_equal(home_distance(world->catalog, CITY_ULLATHORPE, 50, 0), -1);
}

/* --- the way ----------------------------------------------------------------------------------------------------------------- */

static void a_ghost_goes_home(void **state)
{
	(void)state;
	uint32_t ana = ghost_at("Ana", lake);
	DO(world, ana, HOME);
	const struct s2c_packet *home = told(ana, MULTI_HOME);
	assert_non_null(home);
	assert_int_equal(home->multi.HOME.distance_maps, 2);
	assert_int_equal(home->multi.HOME.seconds, 90);
	assert_true(text_equal_fold(home->multi.HOME.home_name, TEXT("Ullathorpe")));
	assert_int_equal(player_at(ana)->effect_due_ms[EFFECT_HOME], world->now_ms + 90000);
	assert_int_equal(player_at(ana)->travelling, 1);

	world->now_ms += 1000;
	DO(world, ana, WALK, .heading = HEADING_EAST); /* he waits */
	assert_int_equal(world->world.bodies[ana].x, lake.x);
	live_s(ana, 88);
	assert_int_equal(map_of(ana), lake.map);
	live_s(ana, 3);
	assert_int_equal(map_of(ana), 1);
	assert_int_equal(player_at(ana)->travelling, 0);
	assert_int_equal(player_at(ana)->dead, 1);
	assert_non_null(told(ana, MULTI_FINISH_HOME));
	assert_null(told(ana, MULTI_CANCEL_HOME));
	live_s(ana, 100);
	assert_int_equal(map_of(ana), 1);
}

static void the_way_is_given_up_by_the_same_word(void **state)
{
	(void)state;
	uint32_t ana = ghost_at("Ana", lake);
	DO(world, ana, HOME);
	DO(world, ana, HOME);
	assert_non_null(told(ana, MULTI_CANCEL_HOME));
	assert_int_equal(player_at(ana)->travelling, 0);
	live_s(ana, 120);
	assert_int_equal(map_of(ana), lake.map);
}

static void revival_travel_and_leaving_end_the_way(void **state)
{
	(void)state;
	uint32_t ana = ghost_at("Ana", lake);
	DO(world, ana, HOME);
	run(ana, is_teleported);
	assert_non_null(told(ana, MULTI_CANCEL_HOME));
	DO(world, ana, HOME);
	DO(world, ana, QUIT);
	assert_non_null(told(ana, MULTI_CANCEL_HOME));
	DO(world, ana, HOME);
	run(ana, revives);
	assert_non_null(told(ana, MULTI_CANCEL_HOME));
	live_s(ana, 5);
	assert_int_equal(map_of(ana), lake.map);
	assert_int_equal(player_at(ana)->travelling, 0);
}

static void who_may_not_go_home(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", lake);
	DO(world, ana, HOME);
	assert_true(memory_world_told(world, ana, TEXT_HOME_ALIVE));
	run(ana, dies);
	player_at(ana)->jail_minutes = 3;
	DO(world, ana, HOME);
	assert_true(memory_world_told(world, ana, TEXT_HOME_NOT_HERE));
	assert_int_equal(player_at(ana)->travelling, 0);
	uint32_t beto = ghost_at("Beto", (struct place){.map = 1, .x = 50, .y = 40});
	DO(world, beto, HOME);
	assert_true(memory_world_told(world, beto, TEXT_HOME_HERE));
}

static void a_ghost_ship_comes_home_without_its_boat(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", (struct place){.map = 77, .x = 51, .y = 33});
	memory_world_give(world, ana, 15, 474, 1);
	player_at(ana)->equipment[EQUIP_BOAT] = 15;
	world->world.bodies[ana].flags |= BODY_SAILING;
	run(ana, dies);
	assert_int_equal(world->world.bodies[ana].look, 87);
	DO(world, ana, HOME);
	live_s(ana, 91);
	assert_int_equal(map_of(ana), 1);
	assert_int_equal(world->world.bodies[ana].flags & BODY_SAILING, 0);
	assert_int_equal(player_at(ana)->equipment[EQUIP_BOAT], 0);
	assert_int_equal(world->world.bodies[ana].look, 8);
	assert_int_equal(player_at(ana)->inventory[14].item, 474);
}

static void who_was_on_his_way_for_long_has_not_been_idle(void **state)
{
	(void)state;
	uint32_t ana = ghost_at("Ana", lake);
	world->config.intervals.idle_minutes = 1;
	DO(world, ana, HOME);
	live_s(ana, 91);
	assert_int_equal(map_of(ana), 1);
	live_s(ana, 55);
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING);
	live_s(ana, 10);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
}

/* --- choosing ------------------------------------------------------------------------------------------------------------------ */

/* He said this of his city, and nothing else. */
static bool governor_said(uint32_t who, enum text_id words)
{
	char line[128];
	struct text text = text_format(line, sizeof line, words, table_city_name(CITY_ULLATHORPE));
	const struct s2c_packet *said = memory_world_heard(world, who, S2C_CHAT_OVER_HEAD);
	return said != NULL && text_equal(said->CHAT_OVER_HEAD.text, text) &&
		   memory_world_heard_count(world, who, S2C_CHAT_OVER_HEAD) == 1;
}

static void a_governor_takes_in_who_asks(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", (struct place){.map = 1, .x = 59, .y = 41});
	player_at(ana)->home = CITY_LINDOS;
	DO(world, ana, LEFT_CLICK, .x = governor.x, .y = governor.y);
	DO(world, ana, HOME);
	assert_int_equal(player_at(ana)->home, CITY_ULLATHORPE);
	assert_true(governor_said(ana, TEXT_HOME_CHOSEN));
	DO(world, ana, HOME);
	assert_true(governor_said(ana, TEXT_HOME_ALREADY));
	player_at(ana)->home = CITY_LINDOS;
	run(ana, is_teleported); /* he is out of sight, and forgotten */
	DO(world, ana, HOME);
	assert_int_equal(player_at(ana)->home, CITY_LINDOS);
	assert_true(memory_world_told(world, ana, TEXT_HOME_ALIVE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STARTER_TEST(the_way_takes_half_a_minute_per_map),
		STARTER_TEST(a_ghost_goes_home),
		STARTER_TEST(the_way_is_given_up_by_the_same_word),
		STARTER_TEST(revival_travel_and_leaving_end_the_way),
		STARTER_TEST(who_may_not_go_home),
		STARTER_TEST(a_ghost_ship_comes_home_without_its_boat),
		STARTER_TEST(who_was_on_his_way_for_long_has_not_been_idle),
		STARTER_TEST(a_governor_takes_in_who_asks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
