/* scout.h - a short-lived process that reads everything a reload needs: the configuration in all its layers, Redis
 * included, and the world's files; so that the master waits for nobody, and a damaged file can do no harm in it.
 *
 * It is forked with the settings in force, makes the new catalog, tells how it differs from the old one, reports once,
 * and ends. It touches nothing of the running world. One that does not report within SCOUT_PATIENCE_MS is killed, and
 * that is its report. */
#ifndef ARGENTUM_MASTER_SCOUT_H
#define ARGENTUM_MASTER_SCOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/log.h"
#include "master/settings.h"

enum { SCOUT_PATIENCE_MS = 120000 };

struct loop;
struct scout;

struct scout_report {
	bool good;
	struct problem why;          /* when not */
	struct settings_redis redis; /* what Redis says; what it said before when it does not answer */
	bool redis_silent;
	unsigned warnings; /* oddities tolerated in the world's files */
	uint64_t catalog_hash;
};

/* Called from the loop, once. Both descriptors are the callee's, -1 = none: the new catalog, and a text with a line for
 * each difference to the old one (common/catalog/difference.h). */
typedef void scout_fn(void *context, const struct scout_report *report, int catalog_fd, int differences_fd);

struct scout_options {
	const struct settings *settings; /* in force; copied by the fork */
	int catalog_fd;                  /* in force */
	enum log_target log_target;
	const char *log_path;
	scout_fn *report;
	void *context;
};

/* NULL with a text. The scout is given back when it has reported. */
struct scout *scout_start(struct loop *loop, const struct scout_options *options, struct problem *why);

/* Kills it; it reports nothing. Harmless without one. */
void scout_stop(struct scout **scout);

#endif
