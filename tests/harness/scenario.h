/* scenario.h - what scenario tests share: failing with everything that helps, the world, places in it, and giving back what a
 * failed test left.
 *
 * A test is registered with SCENARIO(test): its teardown closes all bots, kills and removes all servers. */
#ifndef ARGENTUM_HARNESS_SCENARIO_H
#define ARGENTUM_HARNESS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/catalog/catalog.h"

#define SCENARIO(test) cmocka_unit_test_setup_teardown(test, scenario_setup, scenario_teardown)

/* Runs an array of them; with TEST_FILTER in the environment (a pattern with * and ?) only those that match. */
#define SCENARIOS_RUN(tests) (cmocka_set_test_filter(getenv("TEST_FILTER")), cmocka_run_group_tests(tests, NULL, NULL))

struct redis_server;

int scenario_setup(void **state);
int scenario_teardown(void **state);

/* Ends the test: shows what each bot saw last and the end of each server's log. */
void scenario_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4), noreturn));

/* Unlike cmocka's assertions it tells values in words and shows bots and logs. */
#define EXPECT(condition, ...)                                                                                         \
	do {                                                                                                               \
		if (!(condition))                                                                                              \
			scenario_fail(__FILE__, __LINE__, __VA_ARGS__);                                                            \
	} while (0)
#define EXPECT_EQUAL(what, found, expected)                                                                            \
	do {                                                                                                               \
		long long found_ = (long long)(found), expected_ = (long long)(expected);                                      \
		if (found_ != expected_)                                                                                       \
			scenario_fail(__FILE__, __LINE__, "%s: found %lld, expected %lld", what, found_, expected_);               \
	} while (0)

/* Looks again every few milliseconds until the condition holds; for what no bot is told. */
#define EVENTUALLY(condition)                                                                                          \
	do {                                                                                                               \
		uint64_t until_ = scenario_deadline();                                                                         \
		while (!(condition))                                                                                           \
			scenario_look_again(until_, __FILE__, __LINE__, #condition);                                               \
	} while (0)
uint64_t scenario_deadline(void);
void scenario_look_again(uint64_t until_ms, const char *file, int line, const char *condition);

/* A Redis of this test's own; skips the test when there is no redis-server. Stopped by the teardown. */
struct redis_server *scenario_redis(void);

/* A text made for this test: printf into a buffer that lives until 64 more were made. */
const char *scenario_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- the world --- */

/* Folder of the classic world, or of the starter world when that is not there; skips the test when neither is. */
const char *scenario_world(void);
bool scenario_world_is_classic(void);
const struct catalog *scenario_catalog(void); /* of that world */

/* Can somebody on foot stand there, as far as the files tell? Exits count as places to stand. */
bool scenario_tile_is_free(unsigned map, int x, int y);
bool scenario_tile_is_exit(unsigned map, int x, int y);

/* The north-west corner of a free rectangle on a safe or an unsafe map, near the middle of the map; if there is one, without
 * creatures and objects far and wide. Fails the test when the world has none at all. */
struct place scenario_clearing(int width, int height, bool safe);

/* The same on this map, whether lonely or not; false: there is none. */
bool scenario_clearing_on(unsigned map, int width, int height, struct place *at);

/* Nothing moves people there, and everybody may enter. */
bool scenario_map_is_plain(unsigned map);

/* Two maps side by side: who stands on `here` and takes a step to `out` arrives at `there`; a step from there to `back`
 * leads to `home`. All tiles in between are free, and some around them are too. */
struct crossing {
	struct place here, there, home;
	int out, back; /* headings */
	bool lonely;   /* no creatures and objects far and wide, on both maps */
};
struct crossing scenario_crossing(void);

/* "map-x-y", as world.start wants it. */
const char *scenario_start(struct place at);

#endif
