/* The configuration's layers as the master loads them, with a real Redis of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "common/base/log.h"
#include "common/store/keys.h"
#include "master/settings.h"
#include "tests/harness/redis_server.h"

struct fixture {
	struct redis_server *redis;
	struct options options;
	struct settings settings;
	char port[8], file[64];
};

static char *no_environment[] = {NULL};

static void flag_add(struct fixture *f, const char *name, const char *value)
{
	unsigned i = f->options.settings_count++;
	f->options.settings[i].flag = "--set";
	snprintf(f->options.settings[i].name, sizeof f->options.settings[i].name, "%s", name);
	f->options.settings[i].value = value;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	if (f == NULL)
		return -1;
	*state = f;
	log_set_level(LOG_LEVEL_ERROR);
	f->options.config = "/nonexistent/argentumd.conf";
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	settings_destroy(&f->settings);
	if (f->redis != NULL)
		redis_server_stop(&f->redis);
	if (f->file[0] != '\0')
		unlink(f->file);
	log_set_level(LOG_LEVEL_INFO);
	free(f);
	return 0;
}

static void redis_begin(struct fixture *f)
{
	struct problem why = {.text = ""};
	if (!redis_server_available()) {
		print_message("there is no redis-server to test with\n");
		skip();
	}
	f->redis = redis_server_start(NULL, &why);
	if (f->redis == NULL) {
		fail_msg("%s", why.text);
		return;
	}
	snprintf(f->port, sizeof f->port, "%u", f->redis->port);
	flag_add(f, "store.backend", "redis");
	flag_add(f, "store.redis_port", f->port);
	flag_add(f, "store.start_timeout_ms", "2000");
}

static void load(struct fixture *f)
{
	struct problem why = {.text = ""};
	if (!settings_load(&f->settings, &f->options, no_environment, &why))
		fail_msg("%s", why.text);
}

static void load_redis(struct fixture *f, bool seed)
{
	struct problem why = {.text = ""};
	if (!settings_load_redis(&f->settings, seed, &why))
		fail_msg("%s", why.text);
}

/* NULL: the key is missing. */
static void expect_key(struct fixture *f, const char *key, const char *value)
{
	redisReply *reply = redis_server_command(f->redis, "GET %s", key);
	assert_non_null(reply);
	if (value == NULL)
		assert_int_equal(reply->type, REDIS_REPLY_NIL);
	else
		assert_string_equal(reply->str, value);
	freeReplyObject(reply);
}

/* --- Redis -------------------------------------------------------------------------------------------------------- */

static void settings_come_from_redis_and_missing_keys_are_seeded(void **state)
{
	struct fixture *f = *state;
	redis_begin(f);
	assert_true(redis_server_do(f->redis, "SET %s 17777", KEY_CONFIG_PORT));
	load(f);
	assert_int_equal(f->settings.config.listen.port, 7666);
	load_redis(f, true);
	assert_int_equal(f->settings.config.listen.port, 17777);
	expect_key(f, KEY_CONFIG_PORT, "17777"); /* what is there is never overwritten */
	expect_key(f, KEY_CONFIG_HOST, "0.0.0.0");
	expect_key(f, KEY_CONFIG_MAX_CONNECTIONS, "1000");
	expect_key(f, "argentumd:fence", NULL); /* reading settings takes the store from nobody */
}

static void a_flag_beats_redis_and_is_not_written_there(void **state)
{
	struct fixture *f = *state;
	redis_begin(f);
	flag_add(f, "listen.port", "18888");
	flag_add(f, "listen.host", "127.0.0.1");
	assert_true(redis_server_do(f->redis, "SET %s 17777", KEY_CONFIG_PORT));
	load(f);
	load_redis(f, true);
	assert_int_equal(f->settings.config.listen.port, 18888);
	expect_key(f, KEY_CONFIG_PORT, "17777");
	expect_key(f, KEY_CONFIG_HOST, "0.0.0.0"); /* the seed is what is in force below Redis */
}

static void a_check_writes_nothing(void **state)
{
	struct fixture *f = *state;
	redis_begin(f);
	load(f);
	load_redis(f, false);
	expect_key(f, KEY_CONFIG_PORT, NULL);
}

static void a_value_that_makes_no_sense_names_its_key(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	redis_begin(f);
	assert_true(redis_server_do(f->redis, "SET %s many", KEY_CONFIG_MAX_CONNECTIONS));
	load(f);
	assert_false(settings_load_redis(&f->settings, true, &why));
	assert_non_null(strstr(why.text, KEY_CONFIG_MAX_CONNECTIONS));
	assert_non_null(strstr(why.text, "\"many\""));
	expect_key(f, KEY_CONFIG_PORT, NULL); /* nothing was written either */
}

static void a_key_of_another_type_is_told(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	redis_begin(f);
	assert_true(redis_server_do(f->redis, "LPUSH %s 1", KEY_CONFIG_PORT));
	load(f);
	assert_false(settings_load_redis(&f->settings, true, &why));
	assert_non_null(strstr(why.text, KEY_CONFIG_PORT));
}

static void a_redis_that_takes_no_writes_is_no_obstacle(void **state)
{
	struct fixture *f = *state;
	redis_begin(f);
	assert_true(redis_server_do(f->redis, "SET %s 17777", KEY_CONFIG_PORT));
	assert_true(redis_server_do(f->redis, "CONFIG SET min-replicas-to-write 1"));
	load(f);
	load_redis(f, true);
	assert_int_equal(f->settings.config.listen.port, 17777);
	expect_key(f, KEY_CONFIG_HOST, NULL);
}

static void a_redis_that_is_away_is_told(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	redis_begin(f);
	f->options.settings[2].value = "300";
	redis_server_kill(f->redis);
	load(f);
	assert_false(settings_load_redis(&f->settings, true, &why));
	assert_non_null(strstr(why.text, f->port));
	assert_non_null(strstr(why.text, "unreachable"));
}

static void the_embedded_store_asks_no_redis(void **state)
{
	struct fixture *f = *state;
	load(f);
	load_redis(f, true);
	assert_int_equal(f->settings.redis.count, 0);
}

/* --- loading again ------------------------------------------------------------------------------------------------ */

static void file_write(struct fixture *f, const char *text)
{
	if (f->file[0] == '\0') {
		snprintf(f->file, sizeof f->file, "/tmp/argentum-settings-XXXXXX");
		int fd = mkstemp(f->file);
		assert_true(fd >= 0);
		close(fd);
		f->options.config = f->file;
		f->options.config_given = true;
	}
	FILE *file = fopen(f->file, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

struct differences {
	unsigned count;
	char name[64], before[64], after[64];
};

static void difference_note(void *context, const char *name, const char *before, const char *after,
							enum setting_when when)
{
	struct differences *d = context;
	(void)when;
	d->count++;
	snprintf(d->name, sizeof d->name, "%s", name);
	snprintf(d->before, sizeof d->before, "%s", before);
	snprintf(d->after, sizeof d->after, "%s", after);
}

static void a_reload_sees_the_file_and_keeps_what_redis_said(void **state)
{
	struct fixture *f = *state;
	struct settings again;
	struct problem why = {.text = ""};
	struct differences differences = {0};
	redis_begin(f);
	file_write(f, "log: { level = \"info\"; };\n");
	assert_true(redis_server_do(f->redis, "SET %s 17777", KEY_CONFIG_PORT));
	load(f);
	load_redis(f, true);
	file_write(f, "log: { level = \"debug\"; };\n");
	redis_server_kill(f->redis); /* a reload does not need it */
	if (!settings_load_again(&again, &f->settings, &why))
		fail_msg("%s", why.text);
	assert_int_equal(config_diff(&f->settings.config, &again.config, difference_note, &differences), 1);
	assert_string_equal(differences.name, "log.level");
	assert_string_equal(differences.before, "info");
	assert_string_equal(differences.after, "debug");
	assert_int_equal(again.config.listen.port, 17777);
	settings_destroy(&again);
}

static void a_reload_of_a_damaged_file_is_refused_with_its_line(void **state)
{
	struct fixture *f = *state;
	struct settings again;
	struct problem why = {.text = ""};
	file_write(f, "log: { level = \"info\"; };\n");
	load(f);
	file_write(f, "# a comment\nlog: { level = \"loud\"; };\n");
	assert_false(settings_load_again(&again, &f->settings, &why));
	assert_non_null(strstr(why.text, "line 2"));
	assert_non_null(strstr(why.text, "loud"));
	settings_destroy(&again); /* harmless */
}

static void a_missing_file_is_a_mistake_only_when_it_was_asked_for(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	load(f);
	settings_destroy(&f->settings);
	f->options.config_given = true;
	assert_false(settings_load(&f->settings, &f->options, no_environment, &why));
	assert_non_null(strstr(why.text, "/nonexistent/argentumd.conf"));
}

#define WITH_SETTINGS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SETTINGS(settings_come_from_redis_and_missing_keys_are_seeded),
		WITH_SETTINGS(a_flag_beats_redis_and_is_not_written_there),
		WITH_SETTINGS(a_check_writes_nothing),
		WITH_SETTINGS(a_value_that_makes_no_sense_names_its_key),
		WITH_SETTINGS(a_key_of_another_type_is_told),
		WITH_SETTINGS(a_redis_that_takes_no_writes_is_no_obstacle),
		WITH_SETTINGS(a_redis_that_is_away_is_told),
		WITH_SETTINGS(the_embedded_store_asks_no_redis),
		WITH_SETTINGS(a_reload_sees_the_file_and_keeps_what_redis_said),
		WITH_SETTINGS(a_reload_of_a_damaged_file_is_refused_with_its_line),
		WITH_SETTINGS(a_missing_file_is_a_mistake_only_when_it_was_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
