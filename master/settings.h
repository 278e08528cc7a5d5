/* settings.h - the configuration as the master gets it: from the file, the environment, Redis and the command line.
 *
 * Owned by main; the struct config inside is one generation and never changes. A reload makes a second struct settings,
 * compares, and throws it away. */
#ifndef ARGENTUM_MASTER_SETTINGS_H
#define ARGENTUM_MASTER_SETTINGS_H

#include <stdbool.h>

#include "common/base/problem.h"
#include "common/config/config.h"
#include "master/options.h"

enum { SETTINGS_REDIS_MAX = 16 };

/* What Redis said at the start. */
struct settings_redis {
	unsigned count;
	struct {
		const char *key; /* a literal */
		char value[300];
	} answer[SETTINGS_REDIS_MAX];
};

struct settings {
	const struct options *options;
	char **environment;
	struct config_values *values;
	struct config config;
	struct settings_redis redis;
};

/* File, environment and flags. A missing file is no mistake unless it was asked for with --config. */
bool settings_load(struct settings *settings, const struct options *options, char **environment, struct problem *why);

/* When the store is Redis: adds what is configured there. Waits as long as store.start_timeout_ms. Keys that are
 * missing are written, with the value that is in force below Redis, when `seed`; what is there is never overwritten. */
bool settings_load_redis(struct settings *settings, bool seed, struct problem *why);

/* Puts what Redis said on top of the file, and checks the whole. */
bool settings_apply_redis(struct settings *settings, const struct settings_redis *redis, struct problem *why);

/* The same sources again, for a reload: never blocks on the network, Redis counts with what it said before. */
bool settings_load_again(struct settings *again, const struct settings *before, struct problem *why);

void settings_destroy(struct settings *settings);

#endif
