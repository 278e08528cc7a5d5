/* Where new characters appear: world.start, else StartPos of Server.ini, else Ullathorpe. rules-life-combat-magic.md 3.6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/config/config.h"
#include "master/segments.h"
#include "tests/harness/little_catalog.h"

static char folder[64]; /* the little land, whose Ullathorpe is at (51,40) of its first map */
static struct config config;

static int setup(void **state)
{
	struct problem why = {""};
	struct config_values *values = config_values_create();
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	assert_non_null(values);
	assert_true(config_finish(values, &config, &why));
	config_values_destroy(&values);
	little_catalog_write(folder);
	snprintf(config.world.path, sizeof config.world.path, "%s", folder);
	config.world.max_players = config.limits.max_connections = 10;
	config.world.max_creatures = 100;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_catalog_remove(folder);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static void server_ini_write(const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/Server.ini", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_starts(unsigned map, unsigned x, unsigned y)
{
	struct segments segments;
	struct problem why = {""};
	if (!segments_create(&segments, &config, 1, &why))
		fail_msg("no world: %s", why.text);
	struct place start = segments.world.realm->start;
	segments_destroy(&segments);
	assert_int_equal(start.map, map);
	assert_int_equal(start.x, x);
	assert_int_equal(start.y, y);
}

static void without_a_word_about_it_everybody_begins_in_ullathorpe(void **state)
{
	(void)state;
	server_ini_write("[INIT]\r\nVersion=0.13.0\r\n");
	assert_starts(1, 51, 40);
}

static void the_world_s_own_start_counts(void **state)
{
	(void)state;
	server_ini_write("[INIT]\r\nStartPos=2-30-41\r\n");
	assert_starts(2, 30, 41);
}

static void a_start_on_a_map_that_is_not_there_is_ullathorpe(void **state)
{
	(void)state;
	server_ini_write("[INIT]\r\nStartPos=286-50-65\r\n");
	assert_starts(1, 51, 40);
}

static void the_operator_s_start_counts_most(void **state)
{
	(void)state;
	struct segments segments;
	struct problem why = {""};
	server_ini_write("[INIT]\r\nStartPos=2-30-41\r\n");
	snprintf(config.world.start, sizeof config.world.start, "1-20-21");
	assert_starts(1, 20, 21);
	snprintf(config.world.start, sizeof config.world.start, "99-20-21"); /* he is told, and nothing is guessed */
	assert_false(segments_check(&segments, &config, &why));
	assert_non_null(strstr(why.text, "world.start = \"99-20-21\""));
}

#define START_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		START_TEST(without_a_word_about_it_everybody_begins_in_ullathorpe),
		START_TEST(the_world_s_own_start_counts),
		START_TEST(a_start_on_a_map_that_is_not_there_is_ullathorpe),
		START_TEST(the_operator_s_start_counts_most),
	};
	return cmocka_run_group_tests_name("the start", tests, NULL, NULL);
}
