/* The ladder: which rung is taken for which history of deaths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "master/ladder.h"
#include "worker/blame.h"

static const struct ladder_limits limits = {.window_ms = 60000, .map_deaths = 3, .world_deaths = 6, .exit_ms = 300000};

static struct ladder ladder;

static int start(void **state)
{
	(void)state;
	memset(&ladder, 0, sizeof ladder);
	return 0;
}

static enum ladder_rung die(uint64_t at_ms, uint16_t map)
{
	return ladder_death(&ladder, &limits, (struct ladder_death){.at_ms = at_ms, .map = map}).rung;
}

static void a_death_now_and_then_is_followed_and_no_more(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 100; n++)
		assert_int_equal(die(n * 30000, 34), LADDER_RESPAWN); /* two within any minute */
}

static void the_third_death_on_one_map_resets_it(void **state)
{
	(void)state;
	assert_int_equal(die(1000, 34), LADDER_RESPAWN);
	assert_int_equal(die(2000, 35), LADDER_RESPAWN);
	assert_int_equal(die(3000, 34), LADDER_RESPAWN);
	struct ladder_verdict verdict = ladder_death(&ladder, &limits, (struct ladder_death){.at_ms = 60999, .map = 34});
	assert_int_equal(verdict.rung, LADDER_RESET_MAP);
	assert_int_equal(verdict.map, 34);
	assert_int_equal(verdict.deaths, 3);
}

static void a_death_counts_for_a_minute(void **state)
{
	(void)state;
	die(1000, 34);
	die(2000, 34);
	assert_int_equal(die(61000, 34), LADDER_RESPAWN); /* the first is a minute old */
	assert_int_equal(die(61999, 34), LADDER_RESET_MAP);
}

static void after_its_reset_a_map_gets_a_chance_and_then_the_world_is_made_anew(void **state)
{
	(void)state;
	die(1000, 34);
	die(1001, 34);
	assert_int_equal(die(1002, 34), LADDER_RESET_MAP);
	assert_int_equal(die(2000, 34), LADDER_RESPAWN);
	assert_int_equal(die(2001, 34), LADDER_RESPAWN);
	struct ladder_verdict verdict = ladder_death(&ladder, &limits, (struct ladder_death){.at_ms = 2002, .map = 34});
	assert_int_equal(verdict.rung, LADDER_FRESH_GENERATION);
	assert_true(verdict.again);
	assert_int_equal(verdict.deaths, 3);
}

static void a_reset_long_ago_is_no_reason_to_make_the_world_anew(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++)
		die(1000 + n, 34);
	assert_int_equal(die(1002, 34), LADDER_RESET_MAP);
	for (unsigned n = 0; n < 2; n++)
		die(61002 + n, 34);
	assert_int_equal(die(61004, 34), LADDER_RESET_MAP);
}

static void deaths_all_over_the_world_make_it_anew(void **state)
{
	(void)state;
	for (uint16_t map = 1; map <= 5; map++)
		assert_int_equal(die(1000 + map, map), LADDER_RESPAWN);
	assert_int_equal(die(2000, 0), LADDER_FRESH_GENERATION); /* while idle: no map */
	assert_int_equal(die(3000, 1), LADDER_RESPAWN);          /* and it begins from nothing */
}

static void deaths_without_a_map_are_no_map(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 5; n++)
		assert_int_equal(die(1000 + n, 0), LADDER_RESPAWN);
	assert_int_equal(die(1005, 0), LADDER_FRESH_GENERATION);
}

static void soon_after_a_fresh_generation_the_server_ends(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 5; n++)
		die(1000 + n, 0);
	assert_int_equal(die(1005, 0), LADDER_FRESH_GENERATION);
	for (unsigned n = 0; n < 5; n++)
		assert_int_equal(die(300000 + n, 0), LADDER_RESPAWN);
	assert_int_equal(die(301004, 0), LADDER_EXIT);
}

static void long_after_a_fresh_generation_there_is_another(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 6; n++)
		die(1000 + n, 0);
	for (unsigned n = 0; n < 5; n++)
		die(301005 + n, 0);
	assert_int_equal(die(301010, 0), LADDER_FRESH_GENERATION);
}

static void a_count_of_zero_switches_its_rung_off(void **state)
{
	(void)state;
	const struct ladder_limits never = {.window_ms = 60000};
	for (unsigned n = 0; n < 200; n++) {
		struct ladder_verdict verdict =
			ladder_death(&ladder, &never, (struct ladder_death){.at_ms = 1000 + n, .map = 34});
		assert_int_equal(verdict.rung, LADDER_RESPAWN);
	}
}

static void with_one_death_allowed_the_first_is_enough(void **state)
{
	(void)state;
	const struct ladder_limits strict = {.window_ms = 60000, .world_deaths = 1, .exit_ms = 1000};
	const struct ladder_death first = {.at_ms = 5}, second = {.at_ms = 500};
	assert_int_equal(ladder_death(&ladder, &strict, first).rung, LADDER_FRESH_GENERATION);
	assert_int_equal(ladder_death(&ladder, &strict, second).rung, LADDER_EXIT);
}

static void each_rung_says_why_and_which_setting_decides(void **state)
{
	(void)state;
	static const struct {
		struct ladder_verdict verdict;
		const char *parts[4];
	} said[] = {
		{{.rung = LADDER_RESET_MAP, .map = 34, .deaths = 3}, {"3 crashes", "map 34", "60 s", "ladder_map_deaths"}},
		{{.rung = LADDER_FRESH_GENERATION, .deaths = 6},
		 {"6 crashes", "stays connected", "60 s", "ladder_world_deaths"}},
		{{.rung = LADDER_FRESH_GENERATION, .deaths = 3, .again = true}, {"3 crashes", "just been made anew", "", ""}},
		{{.rung = LADDER_EXIT, .deaths = 6}, {"6 crashes", "300 s", "service manager", "ladder_exit_s"}},
	};
	for (unsigned i = 0; i < sizeof said / sizeof *said; i++) {
		char text[512];
		ladder_say(text, sizeof text, &said[i].verdict, &limits);
		for (unsigned k = 0; k < 4; k++)
			assert_non_null(strstr(text, said[i].parts[k]));
	}
}

/* --- who is kept out ------------------------------------------------------------------------------------------------- */

static void who_is_kept_out_stays_so_in_another_world_and_nonsense_does_not_come_along(void **state)
{
	enum { NOW = 10000000, HOUR = 3600000, ANA = 1, BERTA, OLD, FUTURE, LONG, NEVER };
	static const struct kept_out entries[] = {
		{.account = ANA, .blames = 3, .blamed_ms = NOW - 1000, .until_ms = NOW + 119000},
		{.account = BERTA, .blames = 1, .blamed_ms = NOW - 1000, .until_ms = NOW - 1000}, /* the next time counts */
		{.account = OLD, .blames = 2, .blamed_ms = NOW - HOUR, .until_ms = NOW - HOUR + 60000},
		{.account = FUTURE, .blames = 2, .blamed_ms = NOW + 1, .until_ms = NOW + 60000},
		{.account = LONG, .blames = 2, .blamed_ms = NOW, .until_ms = UINT64_MAX},
		{.account = NEVER, .blames = 0, .blamed_ms = NOW, .until_ms = NOW + 60000},
	};
	(void)state;
	static struct realm former, realm;
	struct world world = {.realm = &realm};
	for (unsigned i = 0; i < sizeof entries / sizeof *entries; i++)
		former.kept_out[(size_t)2 * i] = entries[i];
	blame_carry_over(&realm, &former, NOW);
	assert_int_equal(blame_keeps_out_ms(&world, ANA, NOW), 119000);
	unsigned there = 0;
	for (unsigned i = 0; i < KEPT_OUT_MOST; i++) {
		uint32_t account = realm.kept_out[i].account;
		there += account != 0;
		assert_true(account == 0 || (account == ANA && realm.kept_out[i].blames == 3) ||
					(account == BERTA && realm.kept_out[i].blames == 1));
	}
	assert_int_equal(there, 2);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_death_now_and_then_is_followed_and_no_more),
		TEST(the_third_death_on_one_map_resets_it),
		TEST(a_death_counts_for_a_minute),
		TEST(after_its_reset_a_map_gets_a_chance_and_then_the_world_is_made_anew),
		TEST(a_reset_long_ago_is_no_reason_to_make_the_world_anew),
		TEST(deaths_all_over_the_world_make_it_anew),
		TEST(deaths_without_a_map_are_no_map),
		TEST(soon_after_a_fresh_generation_the_server_ends),
		TEST(long_after_a_fresh_generation_there_is_another),
		TEST(a_count_of_zero_switches_its_rung_off),
		TEST(with_one_death_allowed_the_first_is_enough),
		TEST(each_rung_says_why_and_which_setting_decides),
		TEST(who_is_kept_out_stays_so_in_another_world_and_nonsense_does_not_come_along),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
