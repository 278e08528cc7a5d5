/* limits.h - how large things are made: the arithmetic from the settings to the sizes of what is shared. Pure, but for
 * descriptors_raise. */
#ifndef ARGENTUM_MASTER_LIMITS_H
#define ARGENTUM_MASTER_LIMITS_H

#include <stdbool.h>

#include "common/base/problem.h"
#include "common/config/config.h"
#include "common/world/layout.h"

/* workers.count, or one per processor core this process may use; 1..WORKERS_MAX. */
unsigned limits_workers(const struct config *config);

/* How many workers there may be while the server runs, when it starts with so many: workers.max. */
unsigned limits_workers_most(const struct config *config, unsigned workers);

/* For a world with maps 1..`maps`; its items are the caller's to say. false with the settings that do not go together. */
bool limits_world(struct world_limits *limits, const struct config *config, unsigned workers, unsigned maps,
				  struct problem *why);

/* Open files that one process may need at most. */
unsigned limits_descriptors(const struct config *config);

/* Raises RLIMIT_NOFILE to `needed`, for this process and its children. false with a text when the host does not allow
 * so many; the limit is then as high as it may be. */
bool descriptors_raise(unsigned needed, struct problem *why);

#endif
