/* The configuration: its layers, their order and sources, and what is refused outside the file (for the file itself see
 * test_config_file.c, for the shipped one test_config_shipped.c). */
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
	snprintf(path, sizeof path, "%s/x", folder);
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

static const char *file_with(const char *text)
{
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	return path;
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

static void set(const char *name, const char *value)
{
	if (!config_set_flag(values, "--set", name, value, &why))
		fail_msg("%s", why.text);
}

static void flag_is_refused(const char *name, const char *value, const char *expected)
{
	assert_false(config_set_flag(values, "--set", name, value, &why));
	assert_string_equal(why.text, expected);
}

static bool environment_with(const char *entry)
{
	char copy[600], other[] = "PATH=/bin";
	snprintf(copy, sizeof copy, "%s", entry);
	char *environment[] = {other, copy, NULL};
	return config_load_environment(values, environment, &why);
}

static void environment_is_refused(const char *entry, const char *expected)
{
	assert_false(environment_with(entry));
	assert_string_equal(why.text, expected);
}

static void redis_is_refused(const char *key, const char *value, const char *expected)
{
	assert_false(config_set_redis(values, key, value, &why));
	assert_string_equal(why.text, expected);
}

static void whole_is_refused(const char *expected)
{
	struct config before, config;
	memset(&before, 0x5a, sizeof before);
	memset(&config, 0x5a, sizeof config);
	assert_false(config_finish(values, &config, &why));
	assert_string_equal(why.text, expected);
	assert_memory_equal(&before, &config, sizeof config);
}

/* --- layers ----------------------------------------------------------------------------------------------------- */

static void without_a_file_everything_has_its_default(void **state)
{
	(void)state;
	struct config config = finished();
	assert_int_equal(config.listen.port, 7666);
	assert_string_equal(config.listen.host, "0.0.0.0");
	assert_int_equal(config.control.mode, 0660);
	assert_false(config.world.paranoid);
	assert_true(config.game.create_characters);
	assert_string_equal(item_of("listen.port").source, "default");
	assert_string_equal(item_of("world.paranoid").value, "false");
	assert_string_equal(item_of("store.backend").value, "lmdb");
}

static void a_flag_beats_the_environment_beats_redis_beats_the_file(void **state)
{
	(void)state;
	char source[200];
	assert_true(config_load_file(values, file_with("listen: { port = 1111; };"), &why));
	assert_int_equal(finished().listen.port, 1111);
	snprintf(source, sizeof source, "%s line 1", path);
	assert_string_equal(item_of("listen.port").source, source);
	assert_true(config_set_redis(values, "config:server:port", "2222", &why));
	assert_int_equal(finished().listen.port, 2222);
	assert_string_equal(item_of("listen.port").source, "redis config:server:port");
	assert_true(environment_with("ARGENTUMD_LISTEN_PORT=3333"));
	assert_int_equal(finished().listen.port, 3333);
	assert_string_equal(item_of("listen.port").source, "environment ARGENTUMD_LISTEN_PORT");
	assert_true(config_set_flag(values, "--port", "listen.port", "4444", &why));
	assert_int_equal(finished().listen.port, 4444);
	assert_string_equal(item_of("listen.port").source, "flag --port");
}

static void the_order_of_loading_does_not_matter(void **state)
{
	(void)state;
	set("game.name_max", "20");
	assert_true(config_load_file(values, file_with("game: { name_max = 10; };"), &why));
	assert_int_equal(finished().game.name_max, 20);
}

static void of_two_flags_the_last_counts(void **state)
{
	(void)state;
	set("listen.port", "1");
	set("listen.port", "2");
	assert_int_equal(finished().listen.port, 2);
}

static void values_have_one_form_wherever_they_come_from(void **state)
{
	(void)state;
	set("world.paranoid", "1");
	set("listen.port", "+0080");
	set("control.mode", "600");
	assert_string_equal(item_of("world.paranoid").value, "true");
	assert_string_equal(item_of("listen.port").value, "80");
	assert_string_equal(item_of("control.mode").value, "0600");
}

static void a_long_path_of_the_file_keeps_its_line_in_the_source(void **state)
{
	(void)state;
	char longer[300], source[320];
	int n = snprintf(longer, sizeof longer, "%s/", folder);
	while (n < 250)
		n += snprintf(longer + n, sizeof longer - (size_t)n, "./");
	snprintf(longer + n, sizeof longer - (size_t)n, "x");
	file_with("\n\nlisten: { port = 1; };");
	assert_true(config_load_file(values, longer, &why));
	snprintf(source, sizeof source, "%s line 3", longer);
	assert_string_equal(item_of("listen.port").source, source);
}

/* --- refusals --------------------------------------------------------------------------------------------------- */

static void flags_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	assert_false(config_set_flag(values, "--port", "listen.port", "70000", &why));
	assert_string_equal(why.text, "flag --port: listen.port = \"70000\"; allowed is 0 to 65535");
	flag_is_refused("listen.port", "", "flag --set: listen.port = \"\"; allowed is 0 to 65535");
	flag_is_refused("listen.port", "80 ", "flag --set: listen.port = \"80 \"; allowed is 0 to 65535");
	flag_is_refused("world.paranoid", "yes", "flag --set: world.paranoid = \"yes\"; allowed is true or false");
	flag_is_refused("store.backend", "lmd", "flag --set: store.backend = \"lmd\"; allowed is \"lmdb\" or \"redis\"");
	flag_is_refused("store.backend", "", "flag --set: store.backend = \"\"; allowed is \"lmdb\" or \"redis\"");
	flag_is_refused("listen.port", "80.0", "flag --set: listen.port = \"80.0\"; allowed is 0 to 65535");
	flag_is_refused("listen.port", "nan", "flag --set: listen.port = \"nan\"; allowed is 0 to 65535");
	flag_is_refused("world.ring_kb", "96",
					"flag --set: world.ring_kb = \"96\"; allowed is a power of two from 16 to 4096 KiB");
	flag_is_refused("log.levle", "info", "flag --set: there is no setting \"log.levle\"; did you mean \"log.level\"?");
	flag_is_refused("", "1",
					"flag --set: there is no setting \"\"; the groups are listen, workers, world, store, control, "
					"log, game, intervals, rules, flood, limits");
	assert_string_equal(item_of("listen.port").source, "default");
}

static void environment_variables_of_ours_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	environment_is_refused("ARGENTUMD_LISTEN_PROT=1",
						   "environment ARGENTUMD_LISTEN_PROT: no setting has this variable; "
						   "did you mean ARGENTUMD_LISTEN_PORT?");
	environment_is_refused("ARGENTUMD_CONFIG=/x",
						   "environment ARGENTUMD_CONFIG: no setting has this variable; they are "
						   "called ARGENTUMD_<GROUP>_<NAME>");
	environment_is_refused("ARGENTUMD_LISTEN_PORT=",
						   "environment ARGENTUMD_LISTEN_PORT: listen.port = \"\"; allowed is "
						   "0 to 65535");
	environment_is_refused(
		"ARGENTUMD_STORE_REDIS_PASSWORD=a\tb",
		"environment ARGENTUMD_STORE_REDIS_PASSWORD: store.redis_password = ****; allowed is a text of "
		"at most 256 bytes without control characters");
}

static void a_refused_environment_changes_nothing(void **state)
{
	(void)state;
	char good[] = "ARGENTUMD_LISTEN_PORT=1", bad[] = "ARGENTUMD_LISTEN_BACKLOG=0";
	char *environment[] = {good, bad, NULL};
	assert_false(config_load_environment(values, environment, &why));
	assert_string_equal(item_of("listen.port").source, "default");
}

static void other_variables_are_not_ours(void **state)
{
	(void)state;
	assert_true(environment_with("ARGENTUM_BUILD=build"));
	assert_true(environment_with("argentumd_listen_port=1"));
	assert_true(environment_with("XARGENTUMD_LISTEN_PORT=1"));
	assert_int_equal(finished().listen.port, 7666);
}

static void every_setting_has_a_variable_of_its_own(void **state)
{
	(void)state;
	struct config_item item, again;
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		char entry[500], expected[520];
		int n = snprintf(entry, sizeof entry, "ARGENTUMD_%s", item.name);
		for (char *c = entry; *c != '\0'; c++)
			*c = (char)(*c == '.' ? '_' : *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
		snprintf(expected, sizeof expected, "environment %s", entry);
		snprintf(entry + n, sizeof entry - (size_t)n, "=%s", item.value);
		if (!environment_with(entry))
			fail_msg("%s", why.text);
		assert_true(config_item(values, i, &again));
		assert_string_equal(again.source, expected);
		assert_string_equal(again.value, item.value);
	}
}

/* --- Redis ------------------------------------------------------------------------------------------------------ */

static void the_seed_of(const char *key, const char *expected)
{
	char seed[128];
	const char *found;
	for (unsigned i = 0; (found = config_redis_key(values, i, seed, sizeof seed)) != NULL; i++) {
		if (strcmp(found, key) == 0) {
			assert_string_equal(seed, expected);
			return;
		}
	}
	fail_msg("no setting has the key %s", key);
}

/* pyao-compatibility.md 3. */
static void every_key_of_a_setting_is_understood_as_pyao_writes_it(void **state)
{
	(void)state;
	static const char *const written[][4] = {
		{"config:server:host", "0.0.0.0", "listen.host", "0.0.0.0"},
		{"config:server:port", "7666", "listen.port", "7666"},
		{"config:server:max_connections", "1000", "limits.max_connections", "1000"},
		{"server:dice:min_value", "6", "game.dice_min", "6"},
		{"server:dice:max_value", "18", "game.dice_max", "18"},
	};
	enum { KEYS = sizeof written / sizeof *written };
	char seed[64];
	for (unsigned i = 0; i < KEYS; i++) {
		if (!config_set_redis(values, written[i][0], written[i][1], &why))
			fail_msg("%s", why.text);
		assert_string_equal(item_of(written[i][2]).value, written[i][3]);
		assert_string_equal(item_of(written[i][2]).redis, written[i][0]);
	}
	assert_non_null(config_redis_key(values, KEYS - 1, seed, sizeof seed));
	assert_null(config_redis_key(values, KEYS, seed, sizeof seed));
	assert_null(item_of("listen.backlog").redis);
}

/* No setting goes with them; a database of pyao-server has them all the same. */
static void the_keys_of_pyaos_effects_are_neither_read_nor_seeded(void **state)
{
	(void)state;
	char seed[64];
	const char *key;
	for (unsigned i = 0; (key = config_redis_key(values, i, seed, sizeof seed)) != NULL; i++)
		assert_int_not_equal(strncmp(key, "config:effects:", strlen("config:effects:")), 0);
	redis_is_refused("config:effects:gold_decay:enabled", "1",
					 "redis config:effects:gold_decay:enabled: no setting has this key");
}

static void missing_keys_are_seeded_with_what_stands_below_redis(void **state)
{
	(void)state;
	assert_true(config_load_file(values, file_with("listen: { port = 1234; };"), &why));
	assert_true(config_set_flag(values, "--port", "listen.port", "9", &why));
	assert_true(config_set_redis(values, "server:dice:min_value", "7", &why));
	the_seed_of("config:server:port", "1234");
	the_seed_of("config:server:host", "0.0.0.0");
	the_seed_of("server:dice:min_value", "6");
	the_seed_of("config:server:max_connections", "1000");
	assert_true(environment_with("ARGENTUMD_LIMITS_MAX_CONNECTIONS=1500")); /* not below, as little as a flag */
	the_seed_of("config:server:max_connections", "1000");
}

static void seeds_are_understood_again(void **state)
{
	(void)state;
	char seed[128];
	const char *key;
	struct config before = finished();
	for (unsigned i = 0; (key = config_redis_key(values, i, seed, sizeof seed)) != NULL; i++) {
		if (!config_set_redis(values, key, seed, &why))
			fail_msg("%s", why.text);
	}
	struct config after = finished();
	assert_memory_equal(&before, &after, sizeof before);
}

static void keys_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	redis_is_refused("config:server:port", "http",
					 "redis config:server:port: listen.port = \"http\"; allowed is 0 to 65535");
	redis_is_refused("config:server:host", "",
					 "redis config:server:host: listen.host = \"\"; allowed is a text of 1 to "
					 "64 bytes");
	redis_is_refused("config:server:prot", "1", "redis config:server:prot: no setting has this key");
	redis_is_refused("config:server:max_connections", "0",
					 "redis config:server:max_connections: limits.max_connections = \"0\"; allowed is 1 to 50000 "
					 "connections");
	redis_is_refused("server:dice:min_value", "6.5",
					 "redis server:dice:min_value: game.dice_min = \"6.5\"; allowed is 1 to 18 points");
	assert_string_equal(item_of("listen.port").source, "default");
}

/* --- as a whole ------------------------------------------------------------------------------------------------- */

static void settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	set("game.name_min", "16");
	whole_is_refused("flag --set: game.name_min = 16 is more than game.name_max = 15");
	set("game.name_min", "3");
	set("game.password_max", "2");
	whole_is_refused("flag --set: game.password_min = 3 is more than game.password_max = 2");
	set("game.password_max", "32");
	assert_true(config_set_redis(values, "server:dice:max_value", "5", &why));
	whole_is_refused("redis server:dice:max_value: game.dice_min = 6 is more than game.dice_max = 5");
}

static void options_of_redis_that_exclude_each_other_are_refused(void **state)
{
	(void)state;
	set("store.redis_socket", "/run/redis.sock");
	assert_true(environment_with("ARGENTUMD_STORE_REDIS_TLS=true"));
	whole_is_refused("flag --set: store.redis_socket and store.redis_tls exclude each other");
	set("store.redis_socket", "");
	set("store.redis_tls_cert", "/x.crt");
	whole_is_refused("flag --set: store.redis_tls_cert and store.redis_tls_key go together");
	set("store.redis_tls_key", "/x.key");
	set("store.redis_username", "ao");
	whole_is_refused("flag --set: store.redis_username needs store.redis_password or store.redis_password_file");
	set("store.redis_password", "hunter2");
	set("store.redis_password_file", "/x");
	whole_is_refused("flag --set: store.redis_password and store.redis_password_file exclude each other");
	set("store.redis_password_file", "");
	set("store.backend", "redis");
	set("store.redis_host", "");
	whole_is_refused("flag --set: store.backend = \"redis\" needs store.redis_host or store.redis_socket");
	set("store.redis_host", "localhost");
	assert_string_equal(finished().store.redis_username, "ao");
}

static void a_log_file_needs_a_path(void **state)
{
	(void)state;
	set("log.target", "file");
	whole_is_refused("flag --set: log.target = \"file\" needs a path in log.file");
	set("log.file", "/var/log/argentumd.log");
	assert_int_equal(finished().log.target, 2);
}

/* --- secrets ---------------------------------------------------------------------------------------------------- */

static void a_secret_is_never_shown(void **state)
{
	(void)state;
	assert_string_equal(item_of("store.redis_password").value, "");
	set("store.redis_password", "hunter2");
	assert_string_equal(item_of("store.redis_password").value, "****");
	assert_string_equal(item_of("store.redis_password").source, "flag --set");
	assert_true(item_of("store.redis_password").secret);
	assert_string_equal(finished().store.redis_password, "hunter2");
	char longer[400];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	flag_is_refused("store.redis_password", longer,
					"flag --set: store.redis_password = ****; allowed is a text of at most 256 bytes");
}

static void the_password_may_stand_in_a_file_of_its_own(void **state)
{
	(void)state;
	char password[258];
	set("store.redis_password_file", file_with("hunter2\r\nanything else"));
	assert_string_equal(finished().store.redis_password, "hunter2");
	file_with("hunter3");
	assert_string_equal(finished().store.redis_password, "hunter3");
	memset(password, 'p', 257);
	password[256] = '\0';
	file_with(password);
	assert_string_equal(finished().store.redis_password, password);
}

static void a_password_file_that_holds_none_is_refused(void **state)
{
	(void)state;
	char message[300], longer[300];
	set("store.redis_password_file", path);
	snprintf(message, sizeof message, "flag --set: store.redis_password_file = \"%s\": No such file or directory",
			 path);
	whole_is_refused(message);
	file_with("\nhunter2");
	snprintf(message, sizeof message, "flag --set: store.redis_password_file: \"%s\" has an empty first line", path);
	whole_is_refused(message);
	memset(longer, 'p', 257);
	longer[257] = '\0';
	file_with(longer);
	snprintf(
		message, sizeof message,
		"flag --set: store.redis_password_file: \"%s\" has a first line that is too long for a password; 256 bytes are "
		"allowed",
		path);
	whole_is_refused(message);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(message, sizeof message, "flag --set: store.redis_password_file: \"%s\" is no regular file", path);
	whole_is_refused(message);
}

/* --- the difference of two generations -------------------------------------------------------------------------- */

static void told_add(void *context, const char *name, const char *before, const char *after, enum setting_when when)
{
	char *told = context;
	size_t n = strlen(told);
	snprintf(told + n, 500 - n, "%s: %s -> %s (%s)\n", name, before, after, setting_when_word(when));
}

static void the_difference_of_two_generations_is_told(void **state)
{
	(void)state;
	char told[500] = "";
	struct config before = finished();
	assert_int_equal(config_diff(&before, &before, told_add, told), 0);
	set("listen.port", "9");
	set("world.paranoid", "true");
	set("store.backend", "redis");
	set("store.redis_password", "hunter2");
	set("control.mode", "0600");
	set("intervals.walk_ms", "200");
	set("game.version", "0.13.3");
	struct config after = finished();
	assert_int_equal(config_diff(&before, &after, told_add, told), 7);
	assert_string_equal(told, "listen.port: 7666 -> 9 (restart)\n"
							  "world.paranoid: false -> true (live)\n"
							  "store.backend: lmdb -> redis (restart)\n"
							  "store.redis_password:  -> **** (live)\n"
							  "control.mode: 0660 -> 0600 (live)\n"
							  "game.version: 0.13.0 -> 0.13.3 (live)\n"
							  "intervals.walk_ms: 240 -> 200 (live)\n");
}

static void another_password_in_the_same_file_is_a_difference(void **state)
{
	(void)state;
	char told[500] = "";
	set("store.redis_password_file", file_with("one"));
	struct config before = finished();
	file_with("two");
	struct config after = finished();
	assert_int_equal(config_diff(&before, &after, told_add, told), 1);
	assert_string_equal(told, "store.redis_password: **** -> **** (live)\n");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(without_a_file_everything_has_its_default),
		CASE(a_flag_beats_the_environment_beats_redis_beats_the_file),
		CASE(the_order_of_loading_does_not_matter),
		CASE(of_two_flags_the_last_counts),
		CASE(values_have_one_form_wherever_they_come_from),
		CASE(a_long_path_of_the_file_keeps_its_line_in_the_source),
		CASE(flags_that_mean_nothing_are_refused),
		CASE(environment_variables_of_ours_that_mean_nothing_are_refused),
		CASE(a_refused_environment_changes_nothing),
		CASE(other_variables_are_not_ours),
		CASE(every_setting_has_a_variable_of_its_own),
		CASE(every_key_of_a_setting_is_understood_as_pyao_writes_it),
		CASE(the_keys_of_pyaos_effects_are_neither_read_nor_seeded),
		CASE(missing_keys_are_seeded_with_what_stands_below_redis),
		CASE(seeds_are_understood_again),
		CASE(keys_that_mean_nothing_are_refused),
		CASE(settings_that_contradict_each_other_are_refused),
		CASE(options_of_redis_that_exclude_each_other_are_refused),
		CASE(a_log_file_needs_a_path),
		CASE(a_secret_is_never_shown),
		CASE(the_password_may_stand_in_a_file_of_its_own),
		CASE(a_password_file_that_holds_none_is_refused),
		CASE(the_difference_of_two_generations_is_told),
		CASE(another_password_in_the_same_file_is_a_difference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
