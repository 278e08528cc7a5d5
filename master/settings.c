#include "master/settings.h"

#include <hiredis/hiredis.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/store/store.h"
#include "worker/store_config.h"

enum { SEED_WAIT_MS = 5000 };

static bool file_load(struct settings *settings, struct problem *why)
{
	const struct options *options = settings->options;
	if (!options->config_given && access(options->config, F_OK) != 0)
		return true; /* all defaults; main says so */
	return config_load_file(settings->values, options->config, why);
}

bool settings_load(struct settings *settings, const struct options *options, char **environment, struct problem *why)
{
	*settings = (struct settings){.options = options, .environment = environment, .values = config_values_create()};
	if (settings->values == NULL)
		return problem_set(why, "out of memory for the configuration");
	if (file_load(settings, why) && config_load_environment(settings->values, environment, why) &&
		options_apply(options, settings->values, why) && config_finish(settings->values, &settings->config, why))
		return true;
	settings_destroy(settings);
	return false;
}

void settings_destroy(struct settings *settings)
{
	config_values_destroy(&settings->values);
	explicit_bzero(settings->config.store.redis_password, sizeof settings->config.store.redis_password);
}

/* --- Redis -------------------------------------------------------------------------------------------------------- */

static bool redis_apply(struct settings *settings, struct problem *why)
{
	for (unsigned i = 0; i < settings->redis.count; i++) {
		if (!config_set_redis(settings->values, settings->redis.answer[i].key, settings->redis.answer[i].value, why))
			return false;
	}
	return config_finish(settings->values, &settings->config, why);
}

bool settings_apply_redis(struct settings *settings, const struct settings_redis *redis, struct problem *why)
{
	settings->redis = *redis;
	return settings->config.store.backend != CONFIG_BACKEND_REDIS || redis_apply(settings, why);
}

static bool answer_keep(struct settings_redis *redis, const char *key, const char *value, size_t length,
						struct problem *why)
{
	if (length >= sizeof redis->answer[0].value || memchr(value, '\0', length) != NULL)
		return problem_set(why, "Redis key %s: %zu bytes are no value of a setting", key, length);
	unsigned i = redis->count++;
	redis->answer[i].key = key;
	memcpy(redis->answer[i].value, value, length);
	redis->answer[i].value[length] = '\0';
	return true;
}

/* The keys of settings, and the questions about them. Returns how many. */
static unsigned questions_make(const struct config_values *values, const char *keys[SETTINGS_REDIS_MAX],
							   struct store_query queries[SETTINGS_REDIS_MAX])
{
	char seed[300];
	unsigned n = 0;
	while (n < SETTINGS_REDIS_MAX && (keys[n] = config_redis_key(values, n, seed, sizeof seed)) != NULL) {
		store_query(&queries[n], STORE_GET_STRING, "%s", keys[n]);
		n++;
	}
	return n;
}

/* Each command's answer is an error or not; the first error is told. */
struct seeding {
	bool over;
	bool failed;
	struct problem why;
};

static void seeded(void *context, const struct redis_answer *answer)
{
	struct seeding *seeding = context;
	if (answer->reply == NULL) {
		seeding->failed = true;
		seeding->why = *answer->why;
	} else if (answer->reply->type == REDIS_REPLY_ERROR && !seeding->failed) {
		seeding->failed = true;
		redis_link_error(answer->reply, &seeding->why);
	}
	seeding->over = answer->last;
}

/* SET key value NX: Redis itself sees to it that nothing is overwritten, whoever else writes at this moment. It needs no
 * fence, so a second server started by mistake disturbs nobody. */
static bool missing_submit(struct redis_link *link, const struct config_values *values, const bool *missing,
						   struct seeding *seeding)
{
	char seed[300];
	const char *key;
	for (unsigned i = 0; i < SETTINGS_REDIS_MAX && (key = config_redis_key(values, i, seed, sizeof seed)) != NULL;
		 i++) {
		const struct store_bytes words[] = {store_bytes_of("SET"), store_bytes_of(key), store_bytes_of(seed),
											store_bytes_of("NX")};
		if (missing[i] && !redis_link_add(link, words, 4))
			return false;
	}
	return redis_link_submit(link, seeded, seeding);
}

static bool missing_seed(const struct settings *settings, const bool *missing, struct problem *why)
{
	struct store_options options = store_options_from_config(&settings->config);
	struct seeding seeding = {.over = false};
	struct loop *loop = loop_create(why);
	if (loop == NULL)
		return false;
	struct redis_link *link = redis_link_create(loop, NULL, &options.link, true, why);
	bool submitted = false;
	uint64_t deadline = clock_mono_ms() + SEED_WAIT_MS;
	while (link != NULL && !seeding.over && clock_mono_ms() < deadline) {
		loop_turn(loop, 100);
		if (!submitted && redis_link_is_up(link))
			submitted = missing_submit(link, settings->values, missing, &seeding);
	}
	if (link != NULL && !seeding.over)
		problem_set(why, "Redis did not answer in time");
	else if (seeding.failed)
		*why = seeding.why;
	redis_link_destroy(&link);
	loop_destroy(&loop);
	return seeding.over && !seeding.failed;
}

static bool answers_take(struct settings *settings, const char *const *keys, unsigned count,
						 const struct store_reply *reply, bool *missing, bool *any_missing, struct problem *why)
{
	for (unsigned i = 0; i < count; i++) {
		size_t length;
		const char *value = store_reply_string(reply, i, &length);
		missing[i] = value == NULL;
		*any_missing |= missing[i];
		if (value != NULL && !answer_keep(&settings->redis, keys[i], value, length, why))
			return false;
	}
	return true;
}

bool settings_load_redis(struct settings *settings, bool seed, struct problem *why)
{
	const char *keys[SETTINGS_REDIS_MAX + 1];
	struct store_query queries[SETTINGS_REDIS_MAX];
	bool missing[SETTINGS_REDIS_MAX] = {false}, any_missing = false;
	struct problem trouble;
	if (settings->config.store.backend != CONFIG_BACKEND_REDIS)
		return true;

	unsigned count = questions_make(settings->values, keys, queries);
	struct store_options options = store_options_from_config(&settings->config);
	struct store *store = store_create(&options, STORE_READER, NULL, NULL, why);
	if (store == NULL)
		return false;
	struct store_reply *reply = NULL;
	enum store_result result =
		store_read_wait(store, queries, count, (uint64_t)settings->config.store.start_timeout_ms, &reply, why);
	bool good = result == STORE_DONE;
	if (good)
		good = answers_take(settings, keys, count, reply, missing, &any_missing, why);
	store_reply_destroy(&reply);
	store_destroy(&store);
	if (!good || !redis_apply(settings, why))
		return false;
	if (seed && any_missing && !missing_seed(settings, missing, &trouble))
		log_warning("config: the settings that Redis lacks could not be written there: %s; going on without",
					trouble.text);
	return true;
}

bool settings_load_again(struct settings *again, const struct settings *before, struct problem *why)
{
	if (!settings_load(again, before->options, before->environment, why))
		return false;
	if (settings_apply_redis(again, &before->redis, why))
		return true;
	settings_destroy(again);
	return false;
}
