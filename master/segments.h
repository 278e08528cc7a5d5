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

/* Maps a world that another program has made; its descriptors are known. false: it is not of this program's layout. */
bool segments_take_over(struct segments *segments, struct problem *why);

/* The segments of the next generation (generation.h): a new world, in which every worker takes its clients over first
 * (realm.returning). It has room for no fewer connections than the former one, so that each keeps its index; `former` NULL =
 * it is the first.
 * `catalog_of`: whose catalog it gets (the former generation's, or one that a scout has made), no file is read; NULL = as
 * segments_create. */
bool segments_renew(struct segments *segments, const struct segments *former, const struct config *config,
					unsigned workers, const struct segments *catalog_of, struct problem *why);

/* The world and catalog of a master that died, whose descriptors are set: maps them and makes wakers. false: they are not
 * this program's, not complete, or do not belong together. */
bool segments_resume(struct segments *segments, const struct config *config, struct problem *why);

/* Nobody shall go on in this world: the server ends by itself. */
void segments_close(struct segments *segments);

/* When no child lives any more. */
void segments_destroy(struct segments *segments);

/* As segments_check, but the catalog that was made is kept: .catalog_fd is the caller's, on success. */
bool segments_read(struct segments *segments, const struct config *config, struct problem *why);

/* Only reads the files: logs each warning, fills in the numbers. false with the text why they are refused. */
bool segments_check(struct segments *segments, const struct config *config, struct problem *why);

#endif
