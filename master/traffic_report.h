/* traffic_report.h - what goes through the server, by packet, as JSON for whoever asks the master: traffic.h summed over all
 * processes, since the start of this world.
 *
 * Reads numbers of the segment without a lock; no map or player is looked at. */
#ifndef ARGENTUM_MASTER_TRAFFIC_REPORT_H
#define ARGENTUM_MASTER_TRAFFIC_REPORT_H

#include "common/world/world.h"

struct cJSON;

/* Adds what is not zero: "received", the clients' packets, the ticks of maps and everything else, that which held locks longest
 * in sum first; "told", the server's packets, those of most bytes first; and "bucket_ns", the longest time of each bucket but the
 * last. Times are ns. */
void traffic_report_add(struct cJSON *object, const struct world *world);

#endif
