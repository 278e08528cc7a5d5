/* Rain and night (rules-life-combat-magic.md 10.6, 11.3; rules-economy-social-admin.md 17.7): when the sky changes, that everybody
 * is told once, and where it rains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/effects.h"
#include "worker/game/weather.h"

static const struct weather_odds classic = {
	.start_percent = 2, .stop_percent = 2, .rain_minutes_max = 5, .dry_minutes_min = 15, .dry_minutes_max = 1440};

/* The first look at the sky: nothing happens but that it is dry since now. */
static enum tx_verdict look(struct little_world *world)
{
	return little_world_run(world, 0, weather_tick, NULL);
}

static enum tx_verdict look_after(struct little_world *world, uint64_t ms)
{
	pass_ms(world, ms);
	return look(world);
}

static void rain_never_begins_too_soon_and_never_lasts_too_long(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 1);
	for (int i = 0; i < 10000; i++)
		assert_false(weather_turns(&rng, &classic, false, 14));
	assert_true(weather_turns(&rng, &classic, false, 1440));
	assert_true(weather_turns(&rng, &classic, true, 5));
}

static void rain_begins_and_ends_as_often_as_the_odds_say(void **state)
{
	(void)state;
	struct rng rng;
	unsigned begins = 0, ends = 0;
	rng_seed(&rng, 2);
	for (int i = 0; i < 10000; i++) {
		begins += weather_turns(&rng, &classic, false, 15);
		ends += weather_turns(&rng, &classic, true, 4);
	}
	/* 200 of 10000 expected, sigma 14; 4 sigma. */
	assert_in_range(begins, 144, 256);
	assert_in_range(ends, 144, 256);
}

static void where_no_rain_is_wanted_it_never_rains(void **state)
{
	(void)state;
	struct rng rng;
	struct weather_odds never = classic;
	never.start_percent = 0;
	rng_seed(&rng, 3);
	for (int i = 0; i < 1000; i++)
		assert_false(weather_turns(&rng, &never, false, 100000));
}

static void the_sky_is_looked_at_once_a_minute(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	world->config.rules.rain_start_percent = 100;
	world->config.rules.dry_minutes_min = 2;
	assert_true(weather_is_due(&world->world, world->tx.now_ms));
	assert_int_equal(look(world), TX_COMMIT);
	assert_false(weather_is_due(&world->world, world->tx.now_ms));
	assert_int_equal(look_after(world, 59999), TX_CANCEL); /* another was faster */
	assert_int_equal(look_after(world, 1), TX_COMMIT);
	assert_int_equal(world->world.realm->raining, 0);
	EXPECT_NOTHING_ELSE(world);
	look_after(world, 60000);
	assert_int_equal(world->world.realm->raining, 1);
	EXPECT(world, ana, RAIN_TOGGLE);
	EXPECT_LINE(world, ana, TEXT_RAIN_BEGINS);
	EXPECT_NOTHING_ELSE(world);
	for (int i = 0; i < 5; i++)
		look_after(world, 60000);
	assert_int_equal(world->world.realm->raining, 0);
	EXPECT(world, ana, RAIN_TOGGLE);
	EXPECT_LINE(world, ana, TEXT_RAIN_ENDS);
	EXPECT_NOTHING_ELSE(world);
}

static enum tx_verdict rain_twice(struct tx *tx, void *context)
{
	(void)context;
	weather_rain(tx, true);
	weather_rain(tx, true);
	return TX_COMMIT;
}

static void everybody_is_told_once_wherever_he_is(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .map = LAND_SNOW);
	little_world_run(world, 0, rain_twice, NULL);
	EXPECT(world, ana, RAIN_TOGGLE);
	EXPECT(world, beto, RAIN_TOGGLE);
	EXPECT_LINE(world, ana, TEXT_RAIN_BEGINS);
	EXPECT_LINE(world, beto, TEXT_RAIN_BEGINS);
	EXPECT_NOTHING_ELSE(world);
}

static bool is_wet(const struct little_world *world, uint16_t map, uint8_t x, uint8_t y)
{
	const struct body body = {.map = map, .x = x, .y = y};
	return is_outdoors(&world->tx, &body);
}

static void it_rains_under_the_open_sky(void **state)
{
	struct little_world *world = *state;
	assert_true(is_wet(world, LAND_WILD, WILD_X, WILD_Y));
	assert_false(is_wet(world, LAND_WILD, ROOF_X, GROUNDS_Y));
	assert_false(is_wet(world, LAND_WILD, ARENA_FROM, ARENA_FROM));
	assert_true(is_wet(world, LAND_WILD, PASSAGE_X, GROUNDS_Y));
	assert_false(is_wet(world, 0, 50, 50)); /* nowhere */
}

/* How often each of the two sounds of the snow was heard. */
static void sounds_count(struct little_world *world, uint32_t player, unsigned heard[2])
{
	const struct s2c_packet *packet;
	heard[0] = heard[1] = 0;
	while ((packet = next_told(world, player)) != NULL) {
		if (packet->id != S2C_PLAY_WAVE)
			continue;
		assert_in_range(packet->PLAY_WAVE.wave, 50, 51);
		heard[packet->PLAY_WAVE.wave - 50]++;
	}
}

static void a_map_sounds_otherwise_in_the_rain(void **state)
{
	struct little_world *world = *state;
	unsigned heard[2];
	world->config.intervals.idle_minutes = 0;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_SNOW, .privileges = PRIVILEGE_GOD);
	live_ms(world, LAND_SNOW, 200000);
	sounds_count(world, ana, heard);
	/* 200 seconds, a try in one of four, one in two is the right sound: 25 expected, sigma 4.7; 3.2 sigma. */
	assert_in_range(heard[0], 10, 40);
	assert_int_equal(heard[1], 0);
	little_world_run(world, 0, rain_twice, NULL);
	live_ms(world, LAND_SNOW, 200000);
	sounds_count(world, ana, heard);
	assert_int_equal(heard[0], 0);
	assert_in_range(heard[1], 10, 40);
	world->config.intervals.ambience_ms = 0;
	live_ms(world, LAND_SNOW, 60000);
	sounds_count(world, ana, heard);
	assert_int_equal(heard[0] + heard[1], 0);
}

static void rain_tires_only_where_the_operator_wants_it_and_only_outdoors(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = ROOF_X, .y = GROUNDS_Y);
	uint32_t beto = ENTER(world, "Beto", .map = LAND_WILD, .x = ROOF_X, .y = GROUNDS_Y + 2);
	world->config.intervals.climate_ms = 3600000; /* naked as they are */
	player_of(world, ana)->effect_due_ms[EFFECT_COLD] = player_of(world, beto)->effect_due_ms[EFFECT_COLD] = 0;
	little_world_run(world, 0, rain_twice, NULL);
	live_ms(world, LAND_WILD, 3000);
	assert_int_equal(player_of(world, beto)->stamina, 100);
	world->config.rules.rain_stamina_percent = 6;
	live_ms(world, LAND_WILD, 3000);
	assert_in_range(player_of(world, beto)->stamina, 100 - 4 * 6, 100 - 2 * 6);
	assert_int_equal(player_of(world, ana)->stamina, 100);
	live_ms(world, LAND_WILD, 60000);
	assert_int_equal(player_of(world, beto)->stamina, 0);
	EXPECT_LINE(world, beto, TEXT_RAIN_TIRES);
}

static void night_is_the_last_third_of_the_day(void **state)
{
	(void)state;
	assert_false(is_night(0, 30));
	assert_false(is_night(1199, 30));
	assert_true(is_night(1200, 30));
	assert_true(is_night(1799, 30));
	assert_false(is_night(1800, 30));
	for (int64_t second = 0; second < 100000; second += 777)
		assert_false(is_night(second, 0));
}

static void night_falls_and_ends_where_the_operator_wants_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	world->config.rules.rain_start_percent = 0;
	for (int i = 0; i < 40; i++)
		look_after(world, 60000);
	EXPECT_NOTHING_ELSE(world); /* by default there is none */
	world->config.rules.day_minutes = 30;
	for (int i = 0; i < 31 && world->world.realm->night == 0; i++)
		look_after(world, 60000);
	EXPECT(world, ana, SEND_NIGHT, .night = true);
	EXPECT_LINE(world, ana, TEXT_NIGHT_FALLS);
	EXPECT_NOTHING_ELSE(world);
	for (int i = 0; i < 11; i++)
		look_after(world, 60000);
	EXPECT(world, ana, SEND_NIGHT, .night = false);
	EXPECT_LINE(world, ana, TEXT_DAY_BREAKS);
	EXPECT_NOTHING_ELSE(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rain_never_begins_too_soon_and_never_lasts_too_long),
		cmocka_unit_test(rain_begins_and_ends_as_often_as_the_odds_say),
		cmocka_unit_test(where_no_rain_is_wanted_it_never_rains),
		WORLD_TEST(the_sky_is_looked_at_once_a_minute),
		WORLD_TEST(everybody_is_told_once_wherever_he_is),
		WORLD_TEST(it_rains_under_the_open_sky),
		WORLD_TEST(a_map_sounds_otherwise_in_the_rain),
		WORLD_TEST(rain_tires_only_where_the_operator_wants_it_and_only_outdoors),
		cmocka_unit_test(night_is_the_last_third_of_the_day),
		WORLD_TEST(night_falls_and_ends_where_the_operator_wants_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
