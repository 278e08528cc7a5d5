/* The command line of the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "master/options.h"

static struct options options;
static struct problem why;

/* The words behind "argentumd", NULL at the end. */
static bool parse(const char *first, ...)
{
	char program[] = "argentumd";
	char *argv[16] = {program};
	int argc = 1;
	va_list args;
	va_start(args, first);
	for (const char *word = first; word != NULL; word = va_arg(args, const char *))
		argv[argc++] = (char *)word;
	va_end(args);
	why.text[0] = '\0';
	return options_parse(&options, argc, argv, &why);
}

static void nothing_given_runs_in_the_foreground_with_the_installed_file(void **state)
{
	(void)state;
	assert_true(parse(NULL));
	assert_int_equal(options.action, OPTIONS_RUN);
	assert_false(options.daemon);
	assert_false(options.config_given);
	assert_non_null(strstr(options.config, "/argentumd.conf"));
}

static void every_option_is_understood(void **state)
{
	(void)state;
	assert_true(parse("--config", "a.conf", "--host", "::", "--port=0", "--workers", "3", "--debug", "--daemon",
					  "--pidfile", "p", "--set", "world.path=/x=y", NULL));
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
	assert_true(parse("--check", NULL));
	assert_int_equal(options.action, OPTIONS_CHECK);
	assert_true(parse("--version", NULL));
	assert_int_equal(options.action, OPTIONS_VERSION);
	assert_true(parse("--help", NULL));
	assert_int_equal(options.action, OPTIONS_HELP);
}

static void mistakes_name_the_option(void **state)
{
	(void)state;
	assert_false(parse("--prot", "1", NULL));
	assert_string_equal(why.text, "unknown or ambiguous option --prot (argentumd --help lists them)");
	assert_false(parse("--port", NULL));
	assert_string_equal(why.text, "option --port needs a value (argentumd --help)");
	assert_false(parse("start", NULL));
	assert_string_equal(why.text, "\"start\": only options are allowed (argentumd --help lists them)");
	assert_false(parse("--set", "world.path", NULL));
	assert_string_equal(why.text, "--set world.path: NAME=VALUE is needed, e.g. --set world.path=/srv/ao");
	assert_false(parse("--ssl", NULL));
	assert_non_null(strstr(why.text, "TLS for players is not available"));
}

static void a_bad_value_names_the_flag_and_what_is_allowed(void **state)
{
	(void)state;
	struct config_values *values = config_values_create();
	assert_true(parse("--port", "70000", NULL));
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
		cmocka_unit_test(a_bad_value_names_the_flag_and_what_is_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
