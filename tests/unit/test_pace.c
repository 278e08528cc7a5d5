/* For how long output is gathered: longer the busier a worker is, within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/pace.h"

static struct pace pace;
static uint64_t now_ms, busy_ns;

static int begin(void **state)
{
	(void)state;
	now_ms = 1000;
	busy_ns = 77;
	pace_begin(&pace, now_ms, busy_ns);
	return 0;
}

/* Some seconds in turns of ten milliseconds. */
static void live(unsigned seconds, unsigned busy_percent)
{
	for (unsigned turn = 0; turn < seconds * 100; turn++) {
		now_ms += 10;
		busy_ns += busy_percent * UINT64_C(100000);
		pace_look(&pace, now_ms, busy_ns);
	}
}

static void who_is_idle_gathers_as_short_as_it_can(void **state)
{
	(void)state;
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
	live(10, 0);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
	live(10, PACE_IDLE_PERCENT);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
}

static void the_busier_the_longer_in_whole_slices_up_to_the_most(void **state)
{
	(void)state;
	unsigned last = PACE_GATHER_MS, steps = 0;
	for (unsigned percent = PACE_IDLE_PERCENT; percent <= 100; percent++) {
		live(5, percent);
		assert_in_range(pace.gather_ms, last, PACE_GATHER_MOST_MS);
		assert_int_equal(pace.gather_ms, pace.slice_ms * PACE_SLICES);
		steps += pace.gather_ms != last;
		last = pace.gather_ms;
		if (percent > PACE_FULL_PERCENT)
			assert_int_equal(pace.gather_ms, PACE_GATHER_MOST_MS);
	}
	assert_int_equal(steps, (PACE_GATHER_MOST_MS - PACE_GATHER_MS) / PACE_SLICES);
}

static void a_moment_of_work_changes_little_and_a_second_of_it_a_lot(void **state)
{
	(void)state;
	live(5, 5);
	now_ms += PACE_LOOK_MS;
	busy_ns += PACE_LOOK_MS * UINT64_C(1000000) / 4; /* a burst */
	pace_look(&pace, now_ms, busy_ns);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
	live(1, 90);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MOST_MS);
	live(3, 0);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
}

static void between_two_looks_nothing_changes(void **state)
{
	(void)state;
	live(5, 80);
	now_ms += PACE_LOOK_MS - 10;
	pace_look(&pace, now_ms, busy_ns);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MOST_MS);
}

/* A process that stood still and was then busy, or that slept for long because nobody plays. */
static void a_look_after_a_long_time_is_as_good_as_many(void **state)
{
	(void)state;
	live(5, 80);
	now_ms += 60000;
	busy_ns += 1000000;
	pace_look(&pace, now_ms, busy_ns);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MS);
	now_ms += 60000;
	busy_ns += UINT64_C(61000) * 1000000; /* more than there was: the clocks were read at different moments */
	pace_look(&pace, now_ms, busy_ns);
	assert_int_equal(pace.gather_ms, PACE_GATHER_MOST_MS);
	assert_int_equal(pace.busy_permille, 1000);
}

#define PACE_TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACE_TEST(who_is_idle_gathers_as_short_as_it_can),
		PACE_TEST(the_busier_the_longer_in_whole_slices_up_to_the_most),
		PACE_TEST(a_moment_of_work_changes_little_and_a_second_of_it_a_lot),
		PACE_TEST(between_two_looks_nothing_changes),
		PACE_TEST(a_look_after_a_long_time_is_as_good_as_many),
	};
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
