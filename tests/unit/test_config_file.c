/* The configuration file: what is understood, and every kind of mistake as the operator reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "common/config/config.h"

static char folder[64];
static char path[128];
static struct config_values *values;
static struct problem why;

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/argentumd-config-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/x.conf", folder);
	values = config_values_create();
	why.text[0] = '\0';
	return values == NULL;
}

static int end(void **state)
{
	(void)state;
	config_values_destroy(&values);
	unlink(path);
	return rmdir(folder);
}

static void file_write(const char *bytes, size_t size)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static struct config understood(const char *text)
{
	struct config config = {0};
	file_write(text, strlen(text));
	if (!config_load_file(values, path, &why) || !config_finish(values, &config, &why))
		fail_msg("%s", why.text);
	return config;
}

/* What is expected follows the path and a blank. */
static void refused(const char *text, const char *expected)
{
	char message[sizeof why.text + sizeof path];
	file_write(text, strlen(text));
	why.text[0] = '\0';
	assert_false(config_load_file(values, path, &why));
	snprintf(message, sizeof message, "%s %s", path, expected);
	assert_string_equal(why.text, message);
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

/* --- what is understood ----------------------------------------------------------------------------------------- */

static void an_empty_file_leaves_every_default(void **state)
{
	(void)state;
	assert_int_equal(understood("").listen.port, 7666);
	assert_int_equal(understood("# nothing = {\n/* at = { all */ // here }\n").listen.port, 7666);
	assert_string_equal(item_of("listen.port").source, "default");
}

static void each_type_is_read(void **state)
{
	(void)state;
	struct config c = understood("listen: { host = \"::1\"; port = 0x1F90; }\n"
								 "world = { paranoid = TRUE, start = \"34-44-88\", ring_kb = 128 };\n"
								 "control: { mode: \"0600\"; };\n"
								 "log: { level = \"error\"; };\n"
								 "game: { version = \"\"; };\n");
	assert_string_equal(c.listen.host, "::1");
	assert_int_equal(c.listen.port, 8080);
	assert_true(c.world.paranoid);
	assert_string_equal(c.world.start, "34-44-88");
	assert_int_equal(c.world.ring_kb, 128);
	assert_int_equal(c.control.mode, 0600);
	assert_int_equal(c.log.level, 0);
	assert_string_equal(c.game.version, "");
	assert_string_equal(item_of("world.paranoid").value, "true");
	assert_string_equal(item_of("control.mode").value, "0600");
}

static void each_value_says_its_line(void **state)
{
	(void)state;
	char source[200];
	understood("# a comment\nlisten: {\n  host = \"::1\"; /* two\n  lines */\n  port = 1;\n};\n");
	snprintf(source, sizeof source, "%s line 5", path);
	assert_string_equal(item_of("listen.port").source, source);
	snprintf(source, sizeof source, "%s line 3", path);
	assert_string_equal(item_of("listen.host").source, source);
	assert_string_equal(item_of("listen.backlog").source, "default");
}

static void a_file_read_again_replaces_what_it_said_before(void **state)
{
	(void)state;
	assert_int_equal(understood("listen: { port = 1; };").listen.port, 1);
	assert_int_equal(understood("listen: { backlog = 5; };").listen.port, 7666);
}

static void a_refused_file_changes_nothing(void **state)
{
	(void)state;
	understood("listen: { port = 1; };");
	refused("listen: { port = 2; backlog = 0; };", "line 1: listen.backlog = 0; allowed is 1 to 65535 connections");
	assert_string_equal(item_of("listen.port").value, "1");
}

/* --- names ------------------------------------------------------------------------------------------------------ */

static void an_unknown_setting_is_refused_and_the_nearest_named(void **state)
{
	(void)state;
	refused("listen: {\n prot = 7666;\n};",
			"line 2: there is no setting \"listen.prot\"; did you mean \"listen.port\"?");
	refused("listen: { pidfile = \"/x\"; };",
			"line 1: there is no setting \"listen.pidfile\"; the group has host, port, "
			"backlog");
}

static void a_setting_in_the_wrong_group_is_refused_and_its_group_named(void **state)
{
	(void)state;
	refused("limits: { max_players = 5; };",
			"line 1: there is no setting \"limits.max_players\"; did you mean \"world.max_players\"?");
	refused("\nport = 7666;", "line 2: there is no setting \"port\"; did you mean \"listen.port\"?");
}

static void an_unknown_group_is_refused(void **state)
{
	(void)state;
	refused("lisen: { port = 1; };", "line 1: there is no group \"lisen\"; did you mean \"listen\"?");
	refused(
		"\nserver: { port = 1; };",
		"line 2: there is no group \"server\"; every setting is in one of the groups listen, workers, world, store, "
		"control, log, game, intervals, rules, flood, limits");
	refused("listen = 5;", "line 1: listen is a group of settings: listen = { ... }; is needed");
	refused("listen.port = 5;", "line 1: a setting is written inside its group: listen = { ... };");
}

static void a_setting_twice_is_refused_and_both_lines_told(void **state)
{
	(void)state;
	refused("listen: {\n port = 1;\n port = 1;\n};", "line 3: listen.port is there twice; the first is in line 2");
	refused("log: {\n};\nlisten: { };\n\nlog: { };", "line 5: log is there twice; the first is in line 1");
}

static void the_same_name_in_two_groups_is_fine(void **state)
{
	(void)state;
	assert_string_equal(understood("world: { path = \"/a\"; }; store: { path = \"/b\"; };").store.path, "/b");
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static void a_number_out_of_range_is_refused(void **state)
{
	(void)state;
	refused("listen: {\n port = 65536;\n};", "line 2: listen.port = 65536; allowed is 0 to 65535");
	refused("listen: { port = -1; };", "line 1: listen.port = -1; allowed is 0 to 65535");
	refused("world: { ring_kb = 100; };", "line 1: world.ring_kb = 100; allowed is a power of two from 16 to 4096 KiB");
}

/* 2^32 + 7666: cut to 32 bits it would be 7666. */
static void a_number_above_32_bits_is_refused_as_it_is_written(void **state)
{
	(void)state;
	refused("listen: { port = 4294974962; };", "line 1: listen.port = 4294974962; allowed is 0 to 65535");
	refused("listen: { port = 0x100001DF2; };", "line 1: listen.port = 4294974962; allowed is 0 to 65535");
	refused("listen: { port = 4294974962L; };", "line 1: listen.port = 4294974962; allowed is 0 to 65535");
	refused("listen: { port = 99999999999999999999; };",
			"line 1: listen.port = 99999999999999999999 is beyond any number that is allowed");
	refused("listen: { port = 4294974962.5; };",
			"line 1: listen.port = 4294974962.5; allowed is 0 to 65535, without quotes or fraction");
	refused("listen: { port = 1.99999999999; };",
			"line 1: listen.port = 1.99999999999; allowed is 0 to 65535, without quotes or fraction");
}

static void a_value_of_the_wrong_type_is_refused(void **state)
{
	(void)state;
	refused("listen: { port = \"7666\"; };",
			"line 1: listen.port = \"7666\"; allowed is 0 to 65535, without quotes or fraction");
	refused("listen: { port = 76.5; };",
			"line 1: listen.port = 76.5; allowed is 0 to 65535, without quotes or fraction");
	refused("listen: { port = true; };",
			"line 1: listen.port = true; allowed is 0 to 65535, without quotes or fraction");
	refused("listen: { host = 5; };", "line 1: listen.host = 5; allowed is a text of 1 to 64 bytes, in double quotes");
	refused("listen: { host = [\"a\"]; };",
			"line 1: listen.host = a list; allowed is a text of 1 to 64 bytes, in double quotes");
	refused("listen: { host = { a = 1; }; };",
			"line 1: listen.host = a group; allowed is a text of 1 to 64 bytes, in double quotes");
	refused("game: { dialect = 1; };",
			"line 1: game.dialect = 1; allowed is \"godot\" or \"classic\", in double quotes");
	refused("world: { paranoid = 1; };", "line 1: world.paranoid = 1; allowed is true or false, without quotes");
	refused("control: { mode = 0660; };",
			"line 1: control.mode = 660; allowed is octal permissions from \"0000\" to \"0777\", in double quotes");
	refused("world: { paranoid = \"true\"; };",
			"line 1: world.paranoid = \"true\"; allowed is true or false, without quotes");
}

static void a_text_that_means_nothing_is_refused(void **state)
{
	(void)state;
	refused("log: { level = \"loud\"; };",
			"line 1: log.level = \"loud\"; allowed is \"error\", \"warning\", \"notice\", \"info\" or \"debug\"");
	refused("listen: { host = \"\"; };", "line 1: listen.host = \"\"; allowed is a text of 1 to 64 bytes");
	refused("listen: { host = \"a\\nb\"; };",
			"line 1: listen.host = \"a?b\"; allowed is a text of 1 to 64 bytes without control characters");
	refused("listen: { host = \"a\\x00b\"; };", "line 1: a text may not hold \\x00");
	refused("control: { mode = \"0888\"; };",
			"line 1: control.mode = \"0888\"; allowed is octal permissions from \"0000\" to \"0777\"");
	refused("game: { version = \"0.13\"; };",
			"line 1: game.version = \"0.13\"; allowed is three numbers up to 255 like \"0.13.0\", or an empty text");
	for (unsigned i = 0; i < 4; i++) {
		static const char *const wrong[] = {"1-58", "0-1-1", "1-101-1", "1-58-45x"};
		char text[80], expected[200];
		snprintf(text, sizeof text, "world: { start = \"%s\"; };", wrong[i]);
		snprintf(expected, sizeof expected,
				 "line 1: world.start = \"%s\"; allowed is \"map-x-y\" with x and y from 1 to 100, or an empty text",
				 wrong[i]);
		refused(text, expected);
	}
}

static void a_text_that_is_too_long_is_refused_and_shown_in_part(void **state)
{
	(void)state;
	char text[200], host[66], longer[400], shown[91];
	memset(host, 'h', 65);
	host[65] = '\0';
	snprintf(text, sizeof text, "listen: { host = \"%s\"; };", host);
	char expected[200];
	snprintf(expected, sizeof expected, "line 1: listen.host = \"%s\"; allowed is a text of 1 to 64 bytes", host);
	refused(text, expected);
	host[64] = '\0';
	snprintf(text, sizeof text, "listen: { host = \"%s\"; };", host);
	assert_string_equal(understood(text).listen.host, host);

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	snprintf(text, sizeof text, "listen: { host = \"%.150s\"; };", longer);
	memset(shown, 'x', 90);
	shown[90] = '\0';
	snprintf(expected, sizeof expected, "line 1: listen.host = \"%s...\"; allowed is a text of 1 to 64 bytes", shown);
	refused(text, expected);
}

static void a_secret_is_not_in_the_message(void **state)
{
	(void)state;
	refused("store: { redis_password = 12345; };",
			"line 1: store.redis_password = ****; allowed is a text of at most 256 bytes, in double quotes");
	refused("store: { redis_password = \"a\\tb\"; };",
			"line 1: store.redis_password = ****; allowed is a text of at most 256 bytes without control characters");
	refused("store: {\n redis_password = \"hunter2;\n};",
			"line 2: the text that begins here has no end: a quote (\") is missing");
	refused("store: {\n redis_password \"hunter2\";\n};",
			"line 2: a text in quotes belongs behind a name and a sign: host = \"0.0.0.0\";");
}

/* --- broken text ------------------------------------------------------------------------------------------------ */

static void what_is_left_open_names_where_it_begins(void **state)
{
	(void)state;
	refused("listen: {\n host = \"a;\n port = 1;\n};",
			"line 2: the text that begins here has no end: a quote (\") is missing");
	refused("\nlisten: {\n port = 1;\n", "line 2: the '{' that begins listen here is not closed");
	refused("/* a\nlisten: { };", "line 1: the comment that begins here has no end: */ is missing");
	refused("listen: {\n port = 1;\n};\n};", "line 4: '}' closes nothing");
	refused("listen: {\n port = 1; )\n};", "line 2: ')' does not close the '{' of line 1");
}

static void broken_syntax_names_the_setting_before_it(void **state)
{
	(void)state;
	refused("listen: {\n host = \"::\";\n port = ;\n};",
			"line 3: syntax error in or after listen.port (line 3); a setting looks like: port = 7666;");
	refused("listen: {\n host = \"::\";\n\n port 7666;\n};",
			"line 4: syntax error in or after listen.host (line 2); a setting looks like: port = 7666;");
	refused("[listen]\nport=7666", "line 1: syntax error; a group looks like: listen = { port = 7666; };");
}

static void other_files_cannot_be_included(void **state)
{
	(void)state;
	refused("@include \"/etc/passwd\"\n", "line 1: '@' means nothing here: other files cannot be included");
}

static void too_much_is_refused(void **state)
{
	(void)state;
	refused("a = ((((((((((1))))))))));", "line 1: too many brackets within each other");
	char text[200] = "";
	memset(text, 'n', 150);
	memcpy(text + 150, " = 1;", 6);
	refused(text, "line 1: the name is longer than that of any setting");
	enum { SETTINGS = 1001 };
	char *many = calloc(SETTINGS, 16);
	assert_non_null(many);
	for (unsigned i = 0, n = 0; i < SETTINGS; i++)
		n += (unsigned)snprintf(many + n, 16, "s%u = 1;\n", i);
	refused(many, "line 1001: there are more settings than exist");
	free(many);
}

static void what_is_no_text_is_refused(void **state)
{
	(void)state;
	char message[200];
	file_write("listen: { };\0 port", 18);
	assert_false(config_load_file(values, path, &why));
	snprintf(message, sizeof message, "%s: the configuration holds a zero byte; it must be text", path);
	assert_string_equal(why.text, message);

	assert_false(config_load_file(values, folder, &why));
	snprintf(message, sizeof message, "%s: the configuration must be a regular file", folder);
	assert_string_equal(why.text, message);

	char *large = calloc(1, 300000);
	assert_non_null(large);
	memset(large, '\n', 300000);
	file_write(large, 300000);
	free(large);
	assert_false(config_load_file(values, path, &why));
	snprintf(message, sizeof message, "%s: the configuration has 300000 bytes; 262144 are allowed", path);
	assert_string_equal(why.text, message);
}

static void a_pipe_is_refused_without_waiting_for_a_writer(void **state)
{
	(void)state;
	char message[200];
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(config_load_file(values, path, &why));
	snprintf(message, sizeof message, "%s: the configuration must be a regular file", path);
	assert_string_equal(why.text, message);
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	assert_false(config_load_file(values, "/nonexistent/argentumd.conf", &why));
	assert_string_equal(why.text,
						"/nonexistent/argentumd.conf: the configuration cannot be read: No such file or directory");
}

/* The shipped file with a few random bytes changed, cut or doubled: it is understood or refused with the path in front,
 * and what is refused leaves everything as it was. */
static void a_damaged_file_does_no_harm(void **state)
{
	(void)state;
	enum { ROUNDS = 3000 };
	static const char spice[] = "{}()[]=:;,\"\\#/*@.-+0123456789eELx \n\t\xc3\xff";
	char text[65536];
	FILE *file = fopen("etc/argentumd.conf", "re");
	assert_non_null(file);
	size_t size = fread(text, 1, sizeof text, file);
	fclose(file);
	assert_in_range(size, 1000, sizeof text - 1);

	struct rng rng;
	rng_seed(&rng, 7666);
	unsigned refusals = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		char damaged[sizeof text];
		memcpy(damaged, text, size);
		for (int i = rng_range(&rng, 1, 4); i > 0; i--)
			damaged[rng_range(&rng, 0, (int)size - 1)] = spice[rng_range(&rng, 0, sizeof spice - 2)];
		size_t from = (size_t)rng_range(&rng, 0, round % 2 == 0 ? 0 : 2000);
		file_write(damaged + from,
				   (size_t)rng_range(&rng, round % 3 == 0 ? 0 : (int)(size - from), (int)(size - from)));
		struct config_values *fresh = config_values_create();
		why.text[0] = '\0';
		if (!config_load_file(fresh, path, &why)) {
			refusals++;
			assert_memory_equal(why.text, path, strlen(path));
			struct config_item item;
			for (unsigned i = 0; config_item(fresh, i, &item); i++)
				assert_string_equal(item.source, "default");
		}
		config_values_destroy(&fresh);
	}
	assert_in_range(refusals, ROUNDS / 4, ROUNDS - 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(an_empty_file_leaves_every_default),
		CASE(each_type_is_read),
		CASE(each_value_says_its_line),
		CASE(a_file_read_again_replaces_what_it_said_before),
		CASE(a_refused_file_changes_nothing),
		CASE(an_unknown_setting_is_refused_and_the_nearest_named),
		CASE(a_setting_in_the_wrong_group_is_refused_and_its_group_named),
		CASE(an_unknown_group_is_refused),
		CASE(a_setting_twice_is_refused_and_both_lines_told),
		CASE(the_same_name_in_two_groups_is_fine),
		CASE(a_number_out_of_range_is_refused),
		CASE(a_number_above_32_bits_is_refused_as_it_is_written),
		CASE(a_value_of_the_wrong_type_is_refused),
		CASE(a_text_that_means_nothing_is_refused),
		CASE(a_text_that_is_too_long_is_refused_and_shown_in_part),
		CASE(a_secret_is_not_in_the_message),
		CASE(what_is_left_open_names_where_it_begins),
		CASE(broken_syntax_names_the_setting_before_it),
		CASE(other_files_cannot_be_included),
		CASE(too_much_is_refused),
		CASE(what_is_no_text_is_refused),
		CASE(a_pipe_is_refused_without_waiting_for_a_writer),
		CASE(a_missing_file_is_named),
		CASE(a_damaged_file_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
