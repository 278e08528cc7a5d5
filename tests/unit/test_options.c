/* The command line of the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "master/options.h"

static struct options options;
static struct problem why;

/* The words behind "argentumd", NULL at the end. */
static bool words_parse(const char *const *words)
{
	char program[] = "argentumd";
	char *argv[20] = {program};
	int argc = 1;
	for (; *words != NULL; words++)
		argv[argc++] = (char *)*words;
	why.text[0] = '\0';
	return options_parse(&options, argc, argv, &why);
}

#define parse(...) words_parse((const char *const[]){__VA_ARGS__, NULL})

static void nothing_given_runs_in_the_foreground_with_the_installed_file(void **state)
{
	(void)state;
	assert_true(words_parse((const char *const[]){NULL}));
	assert_int_equal(options.action, OPTIONS_RUN);
	assert_false(options.daemon);
	assert_false(options.config_given);
	assert_non_null(strstr(options.config, "/argentumd.conf"));
}

static void every_option_is_understood(void **state)
{
	(void)state;
	assert_true(parse("--config", "a.conf", "--host", "::", "--port=0", "--workers", "3", "--debug", "--daemon",
					  "--pidfile", "p", "--set", "world.path=/x=y"));
	assert_string_equal(options.config, "a.conf");
	assert_true(options.daemon);
	assert_string_equal(options.pidfile, "p");
	assert_int_equal(options.settings_count, 5);

	struct config_values *values = config_values_create();
	struct config config;
	assert_true(options_apply(&options, values, &why));
	assert_true(config_finish(values, &config, &why));
	assert_string_equal(config.listen.host, "::");
	assert_int_equal(config.listen.port, 0);
	assert_int_equal(config.workers.count, 3);
	assert_int_equal(config.log.level, 4);
	assert_string_equal(config.world.path, "/x=y");
	config_values_destroy(&values);
}

static void what_to_do_instead_of_running(void **state)
{
	(void)state;
	assert_true(parse("--check"));
	assert_int_equal(options.action, OPTIONS_CHECK);
	assert_true(parse("--version"));
	assert_int_equal(options.action, OPTIONS_VERSION);
	assert_true(parse("--help"));
	assert_int_equal(options.action, OPTIONS_HELP);
}

static void refused(const char *first, const char *second, const char *expected)
{
	assert_false(parse(first, second));
	assert_string_equal(why.text, expected);
}

static void mistakes_name_the_option(void **state)
{
	(void)state;
	refused("--prot", "1", "unknown option --prot; did you mean --port? (argentumd --help lists them)");
	refused("--listen=1", NULL, "unknown or ambiguous option --listen (argentumd --help lists them)");
	refused("--d", NULL, "unknown or ambiguous option --d (argentumd --help lists them)");
	refused("-p", "1", "unknown or ambiguous option -p (argentumd --help lists them)");
	refused("-hx", NULL, "unknown or ambiguous option -hx (argentumd --help lists them)");
	refused("--port", NULL, "option --port needs a value (argentumd --help)");
	refused("--debug=1", NULL, "option --debug takes no value (argentumd --help)");
	refused("--config", "", "option --config needs a path, not an empty text (argentumd --help)");
	refused("--pidfile=", NULL, "option --pidfile needs a path, not an empty text (argentumd --help)");
	refused("start", NULL, "\"start\": only options are allowed (argentumd --help lists them)");
	refused("--", "7666", "\"7666\": only options are allowed (argentumd --help lists them)");
	refused("--set", "world.path", "--set world.path: NAME=VALUE is needed, e.g. --set world.path=/srv/ao");
	refused("--set", "=5", "--set =: NAME=VALUE is needed, e.g. --set world.path=/srv/ao");
}

/* The first mistake from the left is told, whatever stands further right. */
static void a_stray_word_is_told_before_a_wrong_option_behind_it(void **state)
{
	(void)state;
	refused("start", "--bogus", "\"start\": only options are allowed (argentumd --help lists them)");
	refused("--bogus", "start", "unknown or ambiguous option --bogus (argentumd --help lists them)");
}

static void what_follows_an_unknown_option_may_be_a_secret(void **state)
{
	(void)state;
	refused("--password=hunter2", NULL, "unknown or ambiguous option --password (argentumd --help lists them)");
}

static void the_tls_flags_of_pyao_are_known_and_not_available(void **state)
{
	(void)state;
	refused("--ssl", NULL, "option --ssl: TLS for players is not available; put a TLS proxy in front");
	refused("--ssl-cert", "a.crt", "option --ssl-cert: TLS for players is not available; put a TLS proxy in front");
	refused("--ssl-key=a.key", NULL, "option --ssl-key: TLS for players is not available; put a TLS proxy in front");
}

static void the_flags_that_pyao_has_are_understood(void **state)
{
	(void)state;
	assert_true(parse("--debug", "--host", "127.0.0.1", "--port", "7777"));
	assert_int_equal(options.settings_count, 3);
	assert_true(parse("-h"));
	assert_int_equal(options.action, OPTIONS_HELP);
	assert_true(parse("--version"));
}

static void a_setting_given_twice_has_its_last_value(void **state)
{
	(void)state;
	struct config_values *values = config_values_create();
	struct config config;
	assert_true(parse("--port", "1", "--set", "listen.port=2", "--port", "3"));
	assert_true(options_apply(&options, values, &why));
	assert_true(config_finish(values, &config, &why));
	assert_int_equal(config.listen.port, 3);
	config_values_destroy(&values);
}

static void a_value_may_hold_equal_signs_or_be_empty(void **state)
{
	(void)state;
	assert_true(parse("--set", "store.redis_password=a=b", "--set", "world.start="));
	assert_string_equal(options.settings[0].value, "a=b");
	assert_string_equal(options.settings[1].value, "");
}

static void more_settings_than_there_is_room_for_are_refused(void **state)
{
	(void)state;
	char program[] = "argentumd", set[] = "--set", setting[] = "listen.port=1";
	char *argv[2 * (OPTIONS_SETTINGS_MAX + 1) + 2] = {program};
	int argc = 1;
	for (int i = 0; i < OPTIONS_SETTINGS_MAX; i++) {
		argv[argc++] = set;
		argv[argc++] = setting;
	}
	assert_true(options_parse(&options, argc, argv, &why));
	argv[argc++] = set;
	argv[argc++] = setting;
	assert_false(options_parse(&options, argc, argv, &why));
	assert_string_equal(why.text, "too many settings on the command line; 64 are allowed");
}

static void help_has_a_line_for_each_option(void **state)
{
	(void)state;
	static const char *const expected[] = {
		"--config FILE", "--host ADDRESS", "--port N",       "--workers N", "--set NAME=VALUE", "--debug",
		"--check",       "--daemon",       "--pidfile FILE", "--version",   "-h, --help",
	};
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof text, "w");
	assert_non_null(out);
	options_help(out);
	fclose(out);
	for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++) {
		char line[64];
		snprintf(line, sizeof line, "\n  %s ", expected[i]);
		if (strstr(text, line) == NULL)
			fail_msg("no line for %s in:\n%s", expected[i], text);
	}
}

static void a_bad_value_names_the_flag_and_what_is_allowed(void **state)
{
	(void)state;
	struct config_values *values = config_values_create();
	assert_true(parse("--port", "70000"));
	assert_false(options_apply(&options, values, &why));
	assert_string_equal(why.text, "flag --port: listen.port = \"70000\"; allowed is 0 to 65535");
	config_values_destroy(&values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given_runs_in_the_foreground_with_the_installed_file),
		cmocka_unit_test(every_option_is_understood),
		cmocka_unit_test(what_to_do_instead_of_running),
		cmocka_unit_test(mistakes_name_the_option),
		cmocka_unit_test(a_stray_word_is_told_before_a_wrong_option_behind_it),
		cmocka_unit_test(what_follows_an_unknown_option_may_be_a_secret),
		cmocka_unit_test(the_tls_flags_of_pyao_are_known_and_not_available),
		cmocka_unit_test(the_flags_that_pyao_has_are_understood),
		cmocka_unit_test(a_setting_given_twice_has_its_last_value),
		cmocka_unit_test(a_value_may_hold_equal_signs_or_be_empty),
		cmocka_unit_test(more_settings_than_there_is_room_for_are_refused),
		cmocka_unit_test(help_has_a_line_for_each_option),
		cmocka_unit_test(a_bad_value_names_the_flag_and_what_is_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
