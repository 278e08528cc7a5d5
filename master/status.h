/* status.h - the state of the server as JSON documents, for argentumctl and whoever reads along.
 *
 * Reads process slots, counters and a few numbers of the realm without any lock; such a number may be a moment old.
 * Never looks at maps or players. */
#ifndef ARGENTUM_MASTER_STATUS_H
#define ARGENTUM_MASTER_STATUS_H

#include <stdint.h>

#include "common/base/log.h"
#include "common/config/config.h"
#include "master/children.h"
#include "master/listeners.h"
#include "master/segments.h"
#include "master/vault.h"

struct cJSON;

struct status_source {
	const struct children *children;
	const struct segments *segments;
	const struct listeners *listeners;
	const struct vault *vault;
	const struct config_values *values;
	const struct config *config;
	const char *phase; /* "starting", "serving", "stopping" */
	unsigned workers;
	unsigned generation; /* which one serves, from 1 */
	const char *generation_step;
	uint64_t started_ms; /* monotonic */
	uint64_t now_ms;
};

/* Adds everything about the running server to `reply`. */
void status_add(struct cJSON *reply, const struct status_source *source);

/* Adds "settings": each with name, value (secrets masked), unit, source, about, allowed, change (how a change takes
 * effect), and in_force while the value waits for a restart. */
void settings_add(struct cJSON *reply, const struct config_values *values, const struct config *config);

/* Characters in the world, and connections open; no lock. */
uint32_t status_players(const struct world *world);
uint64_t status_connections(const struct world *world);

const char *log_level_name(enum log_level level);

#endif
