/* For how long output is gathered: longer the busier a worker is, within its bounds; and whether it knows how busy it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "worker/pace.h"

enum { IDLE_MS = 20, STEADY_MS = 40 };

static struct pace pace;
static uint64_t now_ms, busy_ns;

static int begin(void **state)
{
	(void)state;
	now_ms = 1000;
	pace_begin(&pace, now_ms);
	pace.looked_busy_ns = busy_ns = 77; /* instead of what this thread did so far */
	return 0;
}

static int end(void **state)
{
	(void)state;
	pace_end(&pace);
	return 0;
}

static void turn(void)
{
	if (pace_is_due(&pace, now_ms))
		pace_look(&pace, now_ms, busy_ns);
}

/* Some seconds in turns of ten milliseconds. */
static void live(unsigned seconds, unsigned busy_percent)
{
	for (unsigned i = 0; i < seconds * 100; i++) {
		now_ms += 10;
		busy_ns += busy_percent * UINT64_C(100000);
		turn();
	}
}

static void who_is_idle_gathers_as_short_as_it_can(void **state)
{
	(void)state;
	assert_int_equal(pace.gather_ms, IDLE_MS);
	live(10, 0);
	assert_int_equal(pace.gather_ms, IDLE_MS);
	live(10, 10);
	assert_int_equal(pace.gather_ms, IDLE_MS);
}

static void the_busier_the_longer_in_whole_slices(void **state)
{
	(void)state;
	unsigned last = IDLE_MS;
	for (unsigned percent = 0; percent <= 100; percent++) {
		live(5, percent);
		assert_in_range(pace.gather_ms, last, PACE_MOST_MS);
		assert_int_equal(pace.gather_ms, pace.slice_ms * PACE_SLICES);
		last = pace.gather_ms;
	}
	assert_int_equal(last, PACE_MOST_MS);
}

static void who_can_keep_up_gathers_for_no_more_than_forty_ms(void **state)
{
	(void)state;
	for (unsigned percent = 40; percent <= 75; percent++) {
		live(5, percent);
		assert_int_equal(pace.gather_ms, STEADY_MS);
	}
}

static void a_moment_of_work_changes_little_and_a_second_of_it_a_lot(void **state)
{
	(void)state;
	live(5, 5);
	now_ms += PACE_LOOK_MS;
	busy_ns += PACE_LOOK_MS * UINT64_C(1000000) / 4; /* a burst */
	turn();
	assert_int_equal(pace.gather_ms, IDLE_MS);
	live(1, 100);
	assert_in_range(pace.gather_ms, STEADY_MS, PACE_MOST_MS);
	live(3, 0);
	assert_int_equal(pace.gather_ms, IDLE_MS);
}

static void between_two_looks_nothing_changes(void **state)
{
	(void)state;
	live(5, 60);
	now_ms += PACE_LOOK_MS - 10;
	turn();
	assert_int_equal(pace.gather_ms, STEADY_MS);
}

/* A process that stood still and was then busy, or that slept for long because nobody plays. */
static void a_look_after_a_long_time_is_as_good_as_many(void **state)
{
	(void)state;
	live(5, 80);
	now_ms += 60000;
	busy_ns += 1000000;
	turn();
	assert_int_equal(pace.gather_ms, IDLE_MS);
	now_ms += 60000;
	busy_ns += UINT64_C(61000) * 1000000; /* more than there was: the clocks were read at different moments */
	turn();
	assert_int_equal(pace.busy_permille, 1000);
	assert_int_equal(pace.gather_ms, PACE_MOST_MS);
}

static void what_this_thread_runs_counts_as_busy(void **state)
{
	(void)state;
	struct timespec ran;
	uint64_t before_ns = pace_busy_ns(&pace, 0);
	if (before_ns == 0)
		skip(); /* this kernel does not count it */
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	uint64_t until_s = (uint64_t)ran.tv_sec, until_ns = (uint64_t)ran.tv_nsec + 50000000;
	do {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	} while (((uint64_t)ran.tv_sec - until_s) * 1000000000 + (uint64_t)ran.tv_nsec < until_ns);
	uint64_t busy = pace_busy_ns(&pace, 0) - before_ns;
	/* The kernel adds up what is running when it next looks at the thread: a tick or so late. */
	assert_true(busy > 20000000);
}

static void where_the_kernel_does_not_say_it_counts_how_long_it_was_awake(void **state)
{
	(void)state;
	pace_end(&pace);
	assert_int_equal(pace_busy_ns(&pace, 4711), 4711);
}

#define PACE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACE_TEST(who_is_idle_gathers_as_short_as_it_can),
		PACE_TEST(the_busier_the_longer_in_whole_slices),
		PACE_TEST(who_can_keep_up_gathers_for_no_more_than_forty_ms),
		PACE_TEST(a_moment_of_work_changes_little_and_a_second_of_it_a_lot),
		PACE_TEST(between_two_looks_nothing_changes),
		PACE_TEST(a_look_after_a_long_time_is_as_good_as_many),
		PACE_TEST(what_this_thread_runs_counts_as_busy),
		PACE_TEST(where_the_kernel_does_not_say_it_counts_how_long_it_was_awake),
	};
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
