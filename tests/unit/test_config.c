/* The configuration: layers and their order, sources, and each kind of mistake as an operator reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/config/config.h"

static char path[64];

static const char *file_with(const char *text)
{
	snprintf(path, sizeof path, "/tmp/argentumd-config-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static struct config_values *values;
static struct problem why;

static int begin(void **state)
{
	(void)state;
	values = config_values_create();
	path[0] = '\0';
	why.text[0] = '\0';
	return values == NULL;
}

static int end(void **state)
{
	(void)state;
	config_values_destroy(&values);
	if (path[0] != '\0')
		unlink(path);
	return 0;
}

static struct config finished(void)
{
	struct config config;
	if (!config_finish(values, &config, &why))
		fail_msg("%s", why.text);
	return config;
}

static struct config_item item_of(const char *name)
{
	struct config_item item;
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		if (strcmp(item.name, name) == 0)
			return item;
	}
	fail_msg("no setting %s", name);
	return item;
}

static void file_is_refused(const char *text, const char *expected)
{
	char message[600];
	assert_false(config_load_file(values, file_with(text), &why));
	snprintf(message, sizeof message, "%s %s", path, expected);
	assert_string_equal(why.text, message);
}

static void without_a_file_everything_has_its_default(void **state)
{
	(void)state;
	struct config config = finished();
	assert_int_equal(config.listen.port, 7666);
	assert_string_equal(config.listen.host, "0.0.0.0");
	assert_string_equal(item_of("listen.port").source, "default");
}

static void a_flag_beats_the_environment_beats_redis_beats_the_file(void **state)
{
	(void)state;
	char variable[] = "ARGENTUMD_LISTEN_PORT=3333";
	char *environment[] = {variable, NULL};
	assert_true(config_load_file(values, file_with("listen: { port = 1111; };"), &why));
	assert_int_equal(finished().listen.port, 1111);
	assert_non_null(strstr(item_of("listen.port").source, "line 1"));
	assert_true(config_set_redis(values, "config:server:port", "2222", &why));
	assert_int_equal(finished().listen.port, 2222);
	assert_string_equal(item_of("listen.port").source, "redis config:server:port");
	assert_true(config_load_environment(values, environment, &why));
	assert_int_equal(finished().listen.port, 3333);
	assert_string_equal(item_of("listen.port").source, "environment ARGENTUMD_LISTEN_PORT");
	assert_true(config_set_flag(values, "--port", "listen.port", "4444", &why));
	assert_int_equal(finished().listen.port, 4444);
	assert_string_equal(item_of("listen.port").source, "flag --port");
}

static void the_order_of_loading_does_not_matter(void **state)
{
	(void)state;
	assert_true(config_set_flag(values, "--set", "game.name_max", "20", &why));
	assert_true(config_load_file(values, file_with("game: { name_max = 10; };"), &why));
	assert_int_equal(finished().game.name_max, 20);
}

static void an_unknown_setting_is_refused_and_the_nearest_named(void **state)
{
	(void)state;
	file_is_refused("listen: {\n prot = 7666;\n};",
					"line 2: there is no setting \"listen.prot\"; did you mean \"listen.port\"?");
}

static void an_unknown_group_is_refused(void **state)
{
	(void)state;
	assert_false(config_load_file(values, file_with("lisen: { port = 1; };"), &why));
	assert_non_null(strstr(why.text, "line 1: \"lisen\" is no group of settings; groups are listen, workers, world"));
}

static void a_value_out_of_range_is_refused(void **state)
{
	(void)state;
	file_is_refused("listen: {\n port = 70000;\n};", "line 2: listen.port = \"70000\"; allowed is 0 to 65535");
}

static void a_value_of_the_wrong_type_is_refused(void **state)
{
	(void)state;
	file_is_refused("listen: { port = \"7666\"; };",
					"line 1: listen.port = 7666; allowed is 0 to 65535, without quotes");
	file_is_refused("game: { dialect = 1; };",
					"line 1: game.dialect = 1; allowed is \"godot\", \"classic\", in double quotes");
	file_is_refused("world: { paranoid = 1; };",
					"line 1: world.paranoid = 1; allowed is true or false, without quotes");
	file_is_refused("listen: { port = 76.5; };", "line 1: listen.port = 76.5; allowed is 0 to 65535, without quotes");
}

static void a_word_that_is_no_choice_is_refused(void **state)
{
	(void)state;
	file_is_refused("log: { level = \"loud\"; };",
					"line 1: log.level = \"loud\"; allowed is \"error\", \"warning\", \"notice\", \"info\", \"debug\"");
}

static void a_setting_twice_is_refused(void **state)
{
	(void)state;
	assert_false(config_load_file(values, file_with("listen: { port = 1; port = 2; };"), &why));
	assert_non_null(strstr(why.text, "line 1"));
}

static void broken_syntax_names_its_line(void **state)
{
	(void)state;
	assert_false(config_load_file(values, file_with("listen: {\n port = ;\n};"), &why));
	assert_non_null(strstr(why.text, "line 2"));
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	assert_false(config_load_file(values, "/nonexistent/argentumd.conf", &why));
	assert_string_equal(why.text, "/nonexistent/argentumd.conf: the configuration file cannot be read");
}

static void an_environment_variable_of_ours_that_means_nothing_is_refused(void **state)
{
	(void)state;
	char variable[] = "ARGENTUMD_LISTEN_PROT=1";
	char *environment[] = {variable, NULL};
	assert_false(config_load_environment(values, environment, &why));
	assert_non_null(strstr(why.text, "environment ARGENTUMD_LISTEN_PROT"));
}

static void a_secret_is_never_shown(void **state)
{
	(void)state;
	assert_true(config_set_flag(values, "--set", "store.redis_password", "hunter2", &why));
	assert_string_equal(item_of("store.redis_password").value, "****");
	assert_string_equal(finished().store.redis_password, "hunter2");
	char longer[400];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_false(config_set_flag(values, "--set", "store.redis_password", longer, &why));
	assert_null(strstr(why.text, "xxx"));
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	struct config config;
	assert_true(config_set_flag(values, "--set", "game.name_min", "16", &why));
	assert_false(config_finish(values, &config, &why));
	assert_string_equal(why.text, "flag --set: game.name_min = 16 is more than game.name_max = 15");
}

static void ring_sizes_are_powers_of_two(void **state)
{
	(void)state;
	struct config config;
	assert_true(config_set_flag(values, "--set", "world.ring_kb", "100", &why));
	assert_false(config_finish(values, &config, &why));
	assert_non_null(strstr(why.text, "must be powers of two"));
}

static void the_redis_keys_are_seeded_with_what_stands_below_them(void **state)
{
	(void)state;
	char seed[128];
	assert_true(config_load_file(values, file_with("listen: { port = 1234; };"), &why));
	assert_true(config_set_flag(values, "--port", "listen.port", "9", &why));
	for (unsigned i = 0;; i++) {
		const char *key = config_redis_key(values, i, seed, sizeof seed);
		assert_non_null(key);
		if (strcmp(key, "config:server:port") == 0)
			break;
	}
	assert_string_equal(seed, "1234");
}

static void differ(void *context, const char *name, const char *before, const char *after, bool live)
{
	snprintf(context, 200, "%s %s %s %d", name, before, after, live);
}

static void the_difference_of_two_generations_is_told(void **state)
{
	(void)state;
	char told[200] = "";
	struct config before = finished();
	assert_true(config_set_flag(values, "--port", "listen.port", "9", &why));
	struct config after = finished();
	assert_int_equal(config_diff(&before, &after, differ, told), 1);
	assert_string_equal(told, "listen.port 7666 9 0");
	assert_int_equal(config_diff(&after, &after, differ, told), 0);
}

/* The file that is shipped documents every setting, and says what the program does without it. */
static void the_shipped_file_holds_every_setting_with_its_default(void **state)
{
	(void)state;
	struct config usual = finished();
	char told[200] = "";
	if (!config_load_file(values, "etc/argentumd.conf", &why))
		fail_msg("%s", why.text);
	struct config_item item;
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		if (strncmp(item.source, "etc/argentumd.conf line ", 24) != 0)
			fail_msg("%s is missing in etc/argentumd.conf", item.name);
	}
	struct config shipped = finished();
	/* The build may have another PREFIX than the file. */
	snprintf(shipped.world.path, sizeof shipped.world.path, "%s", usual.world.path);
	if (config_diff(&usual, &shipped, differ, told) != 0)
		fail_msg("etc/argentumd.conf differs from the default: %s", told);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(without_a_file_everything_has_its_default),
		CASE(a_flag_beats_the_environment_beats_redis_beats_the_file),
		CASE(the_order_of_loading_does_not_matter),
		CASE(an_unknown_setting_is_refused_and_the_nearest_named),
		CASE(an_unknown_group_is_refused),
		CASE(a_value_out_of_range_is_refused),
		CASE(a_value_of_the_wrong_type_is_refused),
		CASE(a_word_that_is_no_choice_is_refused),
		CASE(a_setting_twice_is_refused),
		CASE(broken_syntax_names_its_line),
		CASE(a_missing_file_is_named),
		CASE(an_environment_variable_of_ours_that_means_nothing_is_refused),
		CASE(a_secret_is_never_shown),
		CASE(settings_that_contradict_each_other_are_refused),
		CASE(ring_sizes_are_powers_of_two),
		CASE(the_redis_keys_are_seeded_with_what_stands_below_them),
		CASE(the_difference_of_two_generations_is_told),
		CASE(the_shipped_file_holds_every_setting_with_its_default),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
