/* memory_report.h - where the memory is: the world segment region by region, what one player, map, creature and connection
 * take of it, and what each process holds, as JSON for whoever asks the master.
 *
 * Reads the segment's directory, which never changes, and /proc: nothing is locked, no map or player is looked at. */
#ifndef ARGENTUM_MASTER_MEMORY_REPORT_H
#define ARGENTUM_MASTER_MEMORY_REPORT_H

#include "common/world/world.h"
#include "master/children.h"

struct cJSON;

/* Adds "segment", "each" and "processes". A process that /proc does not let us see has no numbers. Takes a few milliseconds
 * for each process (smaps_rollup walks its pages). */
void memory_report_add(struct cJSON *object, const struct world *world, const struct children *children,
					   unsigned workers);

#endif
