/* segments.h - what all processes share, made once by the master before it forks: the catalog, the world made from it,
 * and the eventfds that wake each process.
 *
 * The master keeps the world mapped for the process slots and counters; the mapping is not inherited by children, which
 * attach the world themselves. */
#ifndef ARGENTUM_MASTER_SEGMENTS_H
#define ARGENTUM_MASTER_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/config/config.h"
#include "common/world/world.h"

struct segments {
	int catalog_fd, world_fd;
	struct world world;
	int wake_fd[PROCESS_SLOTS];
	unsigned maps, items, creatures, spells; /* that are defined */
	unsigned warnings;                       /* oddities tolerated in the world's files */
	uint64_t catalog_hash;
};

/* Reads the world's files and makes everything for `workers` workers. Logs each warning about the files. On failure
 * nothing stays open. */
bool segments_create(struct segments *segments, const struct config *config, unsigned workers, struct problem *why);

/* The segments of the next generation (generation.h): a new world, in which every worker takes its clients over first
 * (realm.returning). It has room for no fewer connections than the former one, so that each keeps its index.
 * `same_catalog`: the former generation's, no file is read; else as segments_create. */
bool segments_renew(struct segments *segments, const struct segments *former, const struct config *config,
					unsigned workers, bool same_catalog, struct problem *why);

/* When no child lives any more. */
void segments_destroy(struct segments *segments);

/* Only reads the files: logs each warning, fills in the numbers. false with the text why they are refused. */
bool segments_check(struct segments *segments, const struct config *config, struct problem *why);

#endif
