/* What creatures drop: rules-life-combat-magic.md 16.6. Seeded; odds within five standard deviations of a sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/world/layout.h"
#include "worker/game/spoils.h"

enum { THROWS = 1000000 };

/* How often each entry came, nothing first; of THROWS. */
static void throw_many(int percent, unsigned counts[CREATURE_DROPS + 1])
{
	struct rng rng;
	rng_seed(&rng, 16);
	for (unsigned i = 0; i <= CREATURE_DROPS; i++)
		counts[i] = 0;
	for (unsigned i = 0; i < THROWS; i++) {
		int entry = spoils_roll(&rng, percent);
		assert_in_range(entry + 1, 0, CREATURE_DROPS);
		counts[entry + 1]++;
	}
}

/* sd^2 = n p (1 - p): |seen - np|^2 <= 25 n p (1 - p), and a few for the rarest. */
static void assert_odds(unsigned seen, double odds)
{
	double expected = THROWS * odds, away = seen - expected;
	if (away * away > 25 * expected * (1 - odds) + 25)
		fail_msg("%u times in %d, expected about %.0f", seen, THROWS, expected);
}

static void the_classic_odds(void **state)
{
	static const double odds[CREATURE_DROPS + 1] = {0.10, 0.80, 0.09, 0.009, 0.0009, 0.0001};
	unsigned counts[CREATURE_DROPS + 1];
	(void)state;
	throw_many(100, counts);
	for (unsigned i = 0; i <= CREATURE_DROPS; i++)
		assert_odds(counts[i], odds[i]);
}

static void a_percentage_changes_whether_something_falls_not_what(void **state)
{
	static const struct {
		int percent;
		double anything;
	} cases[] = {{50, 0.45}, {10, 0.09}, {1000, 1.0}};
	unsigned counts[CREATURE_DROPS + 1];
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		throw_many(cases[i].percent, counts);
		assert_odds(counts[0], 1 - cases[i].anything);
		double first = (double)counts[1] / (THROWS - counts[0]);
		assert_true(first > 0.87 && first < 0.92);
	}
	throw_many(0, counts);
	assert_int_equal(counts[0], THROWS);
}

static void amounts_are_gold_by_percent_and_stacks_of_other_things(void **state)
{
	(void)state;
	static const struct {
		struct item_stack entry;
		int percent;
		int64_t amount;
	} cases[] = {
		{{.item = 0, .amount = 5}, 100, 0},
		{{.item = 1, .amount = 0}, 100, 0},
		{{.item = 1, .amount = -5}, 100, 0},
		{{.item = 1, .amount = 5}, 1000, 5},
		{{.item = 1, .amount = 20000}, 100, STACK_MAX},
		{{.item = GOLD_ITEM, .amount = 25000}, 100, 25000},
		{{.item = GOLD_ITEM, .amount = 25}, 50, 12}, /* 12.5, half to even */
		{{.item = GOLD_ITEM, .amount = 25}, 0, 0},
		{{.item = GOLD_ITEM, .amount = INT32_MAX}, 10000, GOLD_MAX},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(spoils_amount(&cases[i].entry, cases[i].percent), cases[i].amount);
}

static void experience_is_paid_by_percent(void **state)
{
	(void)state;
	assert_int_equal(spoils_paid(45, 100), 45);
	assert_int_equal(spoils_paid(45, 250), 112); /* 112.5 */
	assert_int_equal(spoils_paid(45, 0), 0);
	assert_int_equal(spoils_paid(0, 100), 0);
	assert_int_equal(spoils_paid(-3, 100), 0);
	assert_int_equal(spoils_paid(INT32_MAX, 10000), 214748364700);
}

static void a_day_of_the_week_may_be_happy(void **state)
{
	(void)state;
	enum { WEDNESDAY_S = 1764126000 /* 26 November 2025, 03:00 UTC: midnight in Argentina */ };
	struct config config = {.rules = {.experience_percent = 150, .days_ahead_minutes = -180}};
	int *const days[] = {&config.rules.happy_sunday_percent,   &config.rules.happy_monday_percent,
						 &config.rules.happy_tuesday_percent,  &config.rules.happy_wednesday_percent,
						 &config.rules.happy_thursday_percent, &config.rules.happy_friday_percent,
						 &config.rules.happy_saturday_percent};
	for (int i = 0; i < 7; i++)
		*days[i] = 100 + 10 * i;
	assert_int_equal(spoils_experience_percent(&config, WEDNESDAY_S - 1), 180);
	assert_int_equal(spoils_experience_percent(&config, WEDNESDAY_S), 195);
	assert_int_equal(spoils_experience_percent(&config, WEDNESDAY_S + 24 * 3600 - 1), 195);
	assert_int_equal(spoils_experience_percent(&config, WEDNESDAY_S + 4 * 24 * 3600), 150); /* a Sunday */
	config.rules.days_ahead_minutes = 0;
	assert_int_equal(spoils_experience_percent(&config, WEDNESDAY_S - 1), 195);
	assert_int_equal(spoils_experience_percent(&config, -1), 210); /* clocks may say anything */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_classic_odds),
		cmocka_unit_test(a_percentage_changes_whether_something_falls_not_what),
		cmocka_unit_test(amounts_are_gold_by_percent_and_stacks_of_other_things),
		cmocka_unit_test(experience_is_paid_by_percent),
		cmocka_unit_test(a_day_of_the_week_may_be_happy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
