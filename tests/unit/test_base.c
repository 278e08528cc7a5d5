/* The base library: the classic arithmetic, seeded randomness, numbers in text, problems, the log. */
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/number.h"
#include "common/base/problem.h"
#include "common/base/rng.h"

/* --- rounding ------------------------------------------------------------------------------------------------------------ */

static void a_half_is_rounded_to_the_even_neighbour(void **state)
{
	(void)state;
	static const struct {
		double x;
		int64_t rounded;
	} cases[] = {
		{0.0, 0},
		{0.5, 0},
		{1.5, 2},
		{2.5, 2},
		{3.5, 4},
		{-0.5, 0},
		{-1.5, -2},
		{-2.5, -2},
		{-3.5, -4},
		{0.49, 0},
		{0.51, 1},
		{2.49, 2},
		{2.51, 3},
		{-0.51, -1},
		{-0.49, 0},
		{-2.51, -3},
		{1e6, 1000000},
		{1000000.5, 1000000},
		{1000001.5, 1000002},
		{-7.0, -7},
		{0.49999999999999994, 0}, /* adding a half and cutting would give 1 */
		{4503599627370497.5, 4503599627370498},
		{9007199254740993.0, 9007199254740992},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (vb_round(cases[i].x) != cases[i].rounded)
			fail_msg("vb_round(%.17g) = %lld, expected %lld", cases[i].x, (long long)vb_round(cases[i].x),
					 (long long)cases[i].rounded);
	}
}

static void what_no_integer_can_hold_saturates_and_nonsense_is_zero(void **state)
{
	(void)state;
	assert_true(vb_round(1e300) == INT64_MAX);
	assert_true(vb_round(INFINITY) == INT64_MAX);
	assert_true(vb_round(9223372036854775808.0) == INT64_MAX);
	assert_true(vb_round(-1e300) == INT64_MIN);
	assert_true(vb_round(-INFINITY) == INT64_MIN);
	assert_true(vb_round(-9223372036854775808.0) == INT64_MIN);
	assert_true(vb_round(9223372036854774784.0) == INT64_C(9223372036854774784)); /* the last double below 2^63 */
	assert_true(vb_round(-9223372036854774784.0) == -INT64_C(9223372036854774784));
	assert_int_equal(0, vb_round(NAN));
}

static void percentages_are_rounded_in_the_same_way(void **state)
{
	(void)state;
	assert_int_equal(0, vb_percent(0, 50));
	assert_int_equal(50, vb_percent(100, 50));
	assert_int_equal(2, vb_percent(5, 50)); /* 2.5 */
	assert_int_equal(4, vb_percent(7, 50)); /* 3.5 */
	assert_int_equal(-2, vb_percent(-5, 50));
	assert_int_equal(150, vb_percent(100, 150));
	assert_int_equal(1, vb_percent(101, 1)); /* 1.01 */
	assert_int_equal(90000000, vb_percent(90000000, 100));
	assert_int_equal(-10, vb_percent(100, -10));
}

static void clamping_keeps_what_is_inside(void **state)
{
	(void)state;
	assert_int_equal(5, clamp_i64(5, 0, 10));
	assert_int_equal(0, clamp_i64(-5, 0, 10));
	assert_int_equal(10, clamp_i64(50, 0, 10));
}

/* --- randomness ------------------------------------------------------------------------------------------------------------ */

static void the_same_seed_gives_the_same_numbers_and_another_seed_others(void **state)
{
	(void)state;
	struct rng a, b, c;
	rng_seed(&a, 42);
	rng_seed(&b, 42);
	rng_seed(&c, 43);
	unsigned equal = 0;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t x = rng_next(&a);
		assert_true(x == rng_next(&b));
		equal += x == rng_next(&c);
	}
	assert_int_equal(0, equal);
}

static void seed_zero_is_as_good_as_any(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 0);
	uint64_t any = 0, all = UINT64_MAX;
	for (unsigned i = 0; i < 100; i++) {
		uint64_t x = rng_next(&rng);
		any |= x;
		all &= x;
	}
	assert_true(any == UINT64_MAX);
	assert_true(all == 0);
}

static void a_seed_gives_the_same_game_in_every_version(void **state)
{
	(void)state;
	/* splitmix64 from 1 fills the state; xoshiro256** goes on. Recorded games and scenarios depend on it. */
	struct rng rng;
	rng_seed(&rng, 1);
	assert_true(rng.s[0] == UINT64_C(0x910a2dec89025cc1));
	assert_true(rng.s[1] == UINT64_C(0xbeeb8da1658eec67));
	uint64_t expected = rng.s[1] * 5;
	expected = (expected << 7 | expected >> 57) * 9;
	assert_true(rng_next(&rng) == expected);
}

static void a_range_includes_both_ends_and_nothing_else(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 7);
	unsigned seen[7] = {0};
	for (unsigned i = 0; i < 7000; i++) {
		int32_t x = rng_range(&rng, -3, 3);
		assert_in_range(x + 3, 0, 6);
		seen[x + 3]++;
	}
	for (unsigned i = 0; i < 7; i++)
		assert_in_range(seen[i], 850, 1150); /* 1000, five standard deviations of 29 */
	assert_int_equal(5, rng_range(&rng, 5, 5));
	assert_int_equal(5, rng_range(&rng, 5, 4)); /* an empty range gives its lower end */
	assert_int_equal(INT32_MAX, rng_range(&rng, INT32_MAX, INT32_MIN));
}

static void the_whole_range_of_an_int32_is_possible(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 7);
	unsigned negative = 0, extreme = 0;
	for (unsigned i = 0; i < 10000; i++) {
		int32_t x = rng_range(&rng, INT32_MIN, INT32_MAX);
		negative += x < 0;
		extreme += x < INT32_MIN / 10 * 9 || x > INT32_MAX / 10 * 9;
	}
	assert_in_range(negative, 4750, 5250);
	assert_in_range(extreme, 850, 1150);
}

static void a_range_that_does_not_divide_2_to_the_32_has_no_favourites(void **state)
{
	(void)state;
	/* Three thirds of a range of 3 * 2^30: a remainder would fall into the first third twice as often. */
	struct rng rng;
	rng_seed(&rng, 99);
	unsigned third[3] = {0};
	for (unsigned i = 0; i < 30000; i++) {
		int64_t x = (int64_t)rng_range(&rng, INT32_MIN, (int32_t)(INT32_MIN + INT64_C(3) * (1 << 30) - 1)) - INT32_MIN;
		assert_true(x >= 0 && x < INT64_C(3) << 30);
		third[x >> 30]++;
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(third[i], 9600, 10400);
}

/* --- numbers in text --------------------------------------------------------------------------------------------------------- */

static void a_number_is_the_whole_text_or_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} cases[] = {
		{"0", true, 0},
		{"7666", true, 7666},
		{"-12", true, -12},
		{"+12", true, 12},
		{"007", true, 7},
		{"100000", true, 100000},
		{"-100000", true, -100000},
		{"100001", false, 0},
		{"-100001", false, 0},
		{"99999999999999999999", false, 0}, /* beyond int64 */
		{"-99999999999999999999", false, 0},
		{"", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"1\n", false, 0},
		{"\t1", false, 0},
		{"1x", false, 0},
		{"x1", false, 0},
		{"0x10", false, 0},
		{"1.5", false, 0},
		{"1e3", false, 0},
		{"-", false, 0},
		{"+", false, 0},
		{"--1", false, 0},
		{"+-1", false, 0},
		{"- 1", false, 0},
		{NULL, false, 0},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t value = -77;
		bool good = number_parse(cases[i].text, -100000, 100000, &value);
		if (good != cases[i].good || value != (good ? cases[i].value : -77))
			fail_msg("\"%s\" gave %d, %lld", cases[i].text != NULL ? cases[i].text : "(null)", good, (long long)value);
	}
	int64_t value;
	assert_true(number_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
	assert_true(value == INT64_MIN);
}

/* --- problems ------------------------------------------------------------------------------------------------------------------ */

static void a_problem_is_told_in_words_and_is_false(void **state)
{
	(void)state;
	struct problem why = {""};
	assert_false(problem_set(&why, "line %d: item %s weighs %d", 812, "Espada", -3));
	assert_string_equal("line 812: item Espada weighs -3", why.text);
	assert_false(problem_set(NULL, "nobody listens"));
	assert_false(problem_prefix(NULL, "nobody listens"));
}

static void a_prefix_goes_before_what_was_told(void **state)
{
	(void)state;
	struct problem why = {""};
	problem_set(&why, "too heavy");
	assert_false(problem_prefix(&why, "item %d", 412));
	assert_string_equal("item 412: too heavy", why.text);
	assert_false(problem_prefix(&why, "dat/obj.dat"));
	assert_string_equal("dat/obj.dat: item 412: too heavy", why.text);
}

static void a_long_problem_is_cut_and_stays_a_text(void **state)
{
	(void)state;
	struct problem why;
	char lots[2000];
	memset(lots, 'a', sizeof lots - 1);
	lots[sizeof lots - 1] = '\0';
	problem_set(&why, "%s", lots);
	assert_int_equal(sizeof why.text - 1, strlen(why.text));
	problem_prefix(&why, "file");
	assert_int_equal(sizeof why.text - 1, strlen(why.text));
	assert_memory_equal("file: aaa", why.text, 9);
	problem_prefix(&why, "%s", lots);
	assert_int_equal(sizeof why.text - 1, strlen(why.text));
	problem_set(&why, "x");
	lots[sizeof why.text - 2] = '\0'; /* a prefix after which there is room for one byte of ": " */
	problem_prefix(&why, "%s", lots);
	assert_int_equal(sizeof why.text - 1, strlen(why.text));
	assert_int_equal(':', why.text[sizeof why.text - 2]);
}

/* --- the log --------------------------------------------------------------------------------------------------------------------- */

static char directory[64], log_path[96];

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/argentum-base-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(log_path, sizeof log_path, "%s/log", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	struct problem why;
	char old[128];
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO, NULL, &why);
	snprintf(old, sizeof old, "%s.1", log_path);
	unlink(log_path);
	unlink(old);
	return rmdir(directory);
}

static const char *contents(const char *path)
{
	static char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t got = read(fd, text, sizeof text - 1);
	assert_true(got >= 0);
	text[got] = '\0';
	close(fd);
	return text;
}

static unsigned lines_in(const char *text)
{
	unsigned lines = 0;
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void open_log(enum log_level level)
{
	struct problem why = {""};
	if (!log_open(LOG_TO_FILE, level, log_path, &why))
		fail_msg("%s", why.text);
}

static void a_line_says_when_how_bad_and_who(void **state)
{
	(void)state;
	open_log(LOG_LEVEL_INFO);
	log_set_process("worker 2");
	log_warning("map %d: lock held %d ms", 1, 340);
	const char *text = contents(log_path);
	int year, month, day, hour, minute, second, ms, end = 0;
	assert_int_equal(7, sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ warning worker 2: %n", &year, &month, &day, &hour,
							   &minute, &second, &ms, &end));
	assert_true(end > 0);
	assert_string_equal("map 1: lock held 340 ms\n", text + end);
	assert_true(year >= 2024 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

static void control_characters_cannot_forge_a_line(void **state)
{
	(void)state;
	open_log(LOG_LEVEL_INFO);
	log_info("player says \"%s\"", "hola\n2024-01-01T00:00:00.000Z error master: forged\r\x1b[2J\x7f\x01\tfin");
	const char *text = contents(log_path);
	assert_int_equal(1, lines_in(text));
	assert_int_equal('\n', text[strlen(text) - 1]);
	for (size_t i = 0; text[i + 1] != '\0'; i++)
		assert_true((unsigned char)text[i] >= 32 && text[i] != 127);
	assert_non_null(strstr(text, "\"hola?2024-01-01T00:00:00.000Z error master: forged??[2J???fin\""));
}

static void letters_beyond_ascii_are_kept(void **state)
{
	(void)state;
	open_log(LOG_LEVEL_INFO);
	log_info("%s", "Poci\xc3\xb3n roja, ni\xf1o");
	assert_non_null(strstr(contents(log_path), "Poci\xc3\xb3n roja, ni\xf1o\n"));
}

static void a_very_long_line_is_cut_and_still_one_line(void **state)
{
	(void)state;
	char lots[5000];
	memset(lots, 'a', sizeof lots - 1);
	lots[sizeof lots - 1] = '\0';
	open_log(LOG_LEVEL_INFO);
	log_set_process("a name that is longer than thirty-one bytes");
	log_info("%s", lots);
	log_info("next");
	const char *text = contents(log_path);
	assert_int_equal(2, lines_in(text));
	assert_non_null(strstr(text, "a name that is longer than thir"));
	assert_null(strstr(text, "thirt"));
	assert_non_null(strstr(text, ": next\n"));
	log_set_process("test");
}

static void what_is_below_the_level_is_not_written(void **state)
{
	(void)state;
	open_log(LOG_LEVEL_NOTICE);
	log_info("too much detail");
	log_debug("even more");
	log_notice("state changed");
	log_error("look today");
	assert_int_equal(2, lines_in(contents(log_path)));
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("even more");
	assert_int_equal(LOG_LEVEL_DEBUG, log_current_level());
	assert_int_equal(3, lines_in(contents(log_path)));
}

static void after_a_rotation_the_file_is_opened_again(void **state)
{
	(void)state;
	struct problem why = {""};
	char old[128];
	snprintf(old, sizeof old, "%s.1", log_path);
	open_log(LOG_LEVEL_INFO);
	log_info("before");
	assert_int_equal(0, rename(log_path, old));
	log_info("still the old one");
	assert_true(log_reopen(&why));
	log_info("after");
	assert_int_equal(2, lines_in(contents(old)));
	assert_int_equal(1, lines_in(contents(log_path)));
	struct stat st;
	assert_int_equal(0, stat(log_path, &st));
	assert_int_equal(0, st.st_mode & 07);
}

static void a_log_that_cannot_be_opened_leaves_the_former_one_in_use(void **state)
{
	(void)state;
	struct problem why = {""};
	char missing[128];
	snprintf(missing, sizeof missing, "%s/none/log", directory);
	open_log(LOG_LEVEL_INFO);
	assert_false(log_open(LOG_TO_FILE, LOG_LEVEL_DEBUG, missing, &why));
	assert_non_null(strstr(why.text, missing));
	assert_false(log_open(LOG_TO_FILE, LOG_LEVEL_DEBUG, "", &why));
	assert_false(log_open(LOG_TO_FILE, LOG_LEVEL_DEBUG, NULL, &why));
	log_info("still here");
	assert_int_equal(1, lines_in(contents(log_path)));
	assert_int_equal(LOG_LEVEL_INFO, log_current_level());
}

/* The system's log is a socket of a fixed name: a private /dev has one of our own. */
static void lines_reach_syslog_with_their_level_and_process(void **state)
{
	enum { FINE, NOT_ALLOWED, NO_SOCKET, NO_LINE, ANOTHER_LINE };
	(void)state;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
		char line[512] = "";
		if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("none", "/dev", "tmpfs", 0, NULL) != 0)
			_exit(NOT_ALLOWED);
		int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
			!log_open(LOG_TO_SYSLOG, LOG_LEVEL_INFO, NULL, NULL))
			_exit(NO_SOCKET);
		log_set_process("keeper");
		log_debug("not important enough");
		log_warning("a line\nand %s", "no other");
		if (recv(fd, line, sizeof line - 1, MSG_DONTWAIT) <= 0)
			_exit(NO_LINE);
		/* <28>: a daemon's, warning */
		bool right = strncmp(line, "<28>", 4) == 0 && strstr(line, " argentumd[") != NULL &&
					 strstr(line, "]: keeper: a line?and no other") != NULL;
		_exit(right && recv(fd, line, sizeof line, MSG_DONTWAIT) < 0 ? FINE : ANOTHER_LINE);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NOT_ALLOWED) {
		print_message("only root can have a /dev of its own\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), FINE);
}

static void words_for_levels_and_targets_are_those_of_the_configuration(void **state)
{
	(void)state;
	enum log_level level;
	enum log_target target;
	assert_true(log_level_parse("error", &level) && level == LOG_LEVEL_ERROR);
	assert_true(log_level_parse("warning", &level) && level == LOG_LEVEL_WARNING);
	assert_true(log_level_parse("notice", &level) && level == LOG_LEVEL_NOTICE);
	assert_true(log_level_parse("info", &level) && level == LOG_LEVEL_INFO);
	assert_true(log_level_parse("debug", &level) && level == LOG_LEVEL_DEBUG);
	assert_false(log_level_parse("Error", &level));
	assert_false(log_level_parse("", &level));
	assert_true(log_target_parse("stderr", &target) && target == LOG_TO_STDERR);
	assert_true(log_target_parse("syslog", &target) && target == LOG_TO_SYSLOG);
	assert_true(log_target_parse("file", &target) && target == LOG_TO_FILE);
	assert_false(log_target_parse("journal", &target));
}

static void the_same_trouble_is_said_once_and_then_counted(void **state)
{
	(void)state;
	struct log_repeat repeat = {0};
	uint64_t suppressed = 77;
	assert_true(log_repeat_due(&repeat, 5000, 1000, &suppressed));
	assert_int_equal(0, suppressed);
	for (unsigned i = 0; i < 812; i++)
		assert_false(log_repeat_due(&repeat, 5000 + i, 1000, &suppressed));
	assert_false(log_repeat_due(&repeat, 5999, 1000, &suppressed));
	assert_true(log_repeat_due(&repeat, 6000, 1000, &suppressed));
	assert_int_equal(813, suppressed);
	assert_true(log_repeat_due(&repeat, 9000, 1000, &suppressed));
	assert_int_equal(0, suppressed);
	struct log_repeat at_boot = {0};
	assert_true(log_repeat_due(&at_boot, 0, 1000, &suppressed)); /* also when the clock begins at 0 */
}

static void the_clocks_go_forward_in_their_units(void **state)
{
	(void)state;
	uint64_t ms = clock_mono_ms(), ns = clock_mono_ns();
	assert_true(ns / 1000000 >= ms && ns / 1000000 - ms < 10000);
	while (clock_mono_ms() == ms)
		;
	assert_true(clock_mono_ms() > ms && clock_mono_ns() > ns);
	int64_t unix_ms = clock_unix_ms(), unix_s = clock_unix_s();
	assert_true(unix_s >= unix_ms / 1000 && unix_s - unix_ms / 1000 <= 10);
	assert_true(unix_s > 1700000000);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_half_is_rounded_to_the_even_neighbour),
		cmocka_unit_test(what_no_integer_can_hold_saturates_and_nonsense_is_zero),
		cmocka_unit_test(percentages_are_rounded_in_the_same_way),
		cmocka_unit_test(clamping_keeps_what_is_inside),
		cmocka_unit_test(the_same_seed_gives_the_same_numbers_and_another_seed_others),
		cmocka_unit_test(seed_zero_is_as_good_as_any),
		cmocka_unit_test(a_seed_gives_the_same_game_in_every_version),
		cmocka_unit_test(a_range_includes_both_ends_and_nothing_else),
		cmocka_unit_test(the_whole_range_of_an_int32_is_possible),
		cmocka_unit_test(a_range_that_does_not_divide_2_to_the_32_has_no_favourites),
		cmocka_unit_test(a_number_is_the_whole_text_or_nothing),
		cmocka_unit_test(a_problem_is_told_in_words_and_is_false),
		cmocka_unit_test(a_prefix_goes_before_what_was_told),
		cmocka_unit_test(a_long_problem_is_cut_and_stays_a_text),
		LOG_TEST(a_line_says_when_how_bad_and_who),
		LOG_TEST(control_characters_cannot_forge_a_line),
		LOG_TEST(letters_beyond_ascii_are_kept),
		LOG_TEST(a_very_long_line_is_cut_and_still_one_line),
		LOG_TEST(what_is_below_the_level_is_not_written),
		LOG_TEST(after_a_rotation_the_file_is_opened_again),
		LOG_TEST(a_log_that_cannot_be_opened_leaves_the_former_one_in_use),
		cmocka_unit_test(lines_reach_syslog_with_their_level_and_process),
		cmocka_unit_test(words_for_levels_and_targets_are_those_of_the_configuration),
		cmocka_unit_test(the_same_trouble_is_said_once_and_then_counted),
		cmocka_unit_test(the_clocks_go_forward_in_their_units),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
