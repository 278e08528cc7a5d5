/* traffic.h - what goes through the server, by packet: how many came and how long their transactions held locks, how many
 * clients were told what; for `argentumctl traffic` and for who looks for what makes others wait.
 *
 * What it is: struct traffic (layout.h), one block in the segment for each process slot. The slot's process alone writes, with
 * relaxed stores; whoever sums the blocks reads them without a lock, so sums of numbers that belong together may differ by what
 * happens meanwhile. A block belongs to the slot, not to a life: what a dead process counted stays, and its successor goes on
 * with it. It is no part of any transaction: what a process did in its last moments may be counted and undone, or done and not
 * counted. A new generation of the world begins with nothing.
 *
 * How long: from before the first lock of a transaction until nothing is held any more, all reruns included, less what it waited
 * while it held nothing itself. So it is how long others may have had to wait for it. The clock is read twice for a transaction
 * that takes locks (and twice more for each lock that was not free), not at all for others. Under paranoia (tx.h) the rehearsals
 * count too. Cuts and audits of the keeper, which hold every lock, are no transactions: the counters have them (cut_held_us_max).
 *
 * What is told: packets that were appended to a client's output, as they are sent to him. What a client brought along from a
 * former generation of the world was counted there. */
#ifndef ARGENTUM_WORLD_TRAFFIC_H
#define ARGENTUM_WORLD_TRAFFIC_H

#include <stddef.h>

#include "common/protocol/dialect.h"
#include "common/world/world.h"

/* --- counting; each process its own --- */

static inline void traffic_add(_Atomic uint64_t *number, uint64_t n)
{
	atomic_store_explicit(number, atomic_load_explicit(number, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline struct traffic *traffic_own(const struct world *world)
{
	return &world->traffic[world->slot];
}

/* A client's packet came: its id (below C2S_COUNT) and all its bytes. */
static inline void traffic_received(const struct world *world, unsigned packet, size_t bytes)
{
	struct traffic_row *row = &traffic_own(world)->row[packet];
	traffic_add(&row->count, 1);
	traffic_add(&row->bytes, bytes);
}

/* A transaction of TICKS or OTHER was run. */
static inline void traffic_ran(const struct world *world, unsigned row)
{
	traffic_add(&traffic_own(world)->row[row].count, 1);
}

/* A transaction held locks for so long. `row`: enum traffic_row_id. */
void traffic_held(const struct world *world, unsigned row, uint64_t ns);

/* So many clients were told these whole packets, just as they are here. */
void traffic_tell(const struct world *world, enum dialect dialect, const uint8_t *packets, size_t length,
				  uint64_t clients);

/* --- looking; anybody --- */

/* In which bucket a time is, and the longest that is in a bucket; UINT64_MAX for the last. */
unsigned traffic_bucket(uint64_t ns);
uint64_t traffic_bucket_ns(unsigned bucket);

/* One row, over all processes. */
struct traffic_sum {
	uint64_t count, bytes;
	uint64_t held_ns, longest_ns;
	uint64_t helds; /* transactions that held locks: the sum of the buckets */
	uint64_t held[TRAFFIC_BUCKETS];
};

void traffic_sum_row(const struct world *world, unsigned row, struct traffic_sum *sum);

/* The same of one packet of the server: count and bytes. */
void traffic_sum_told(const struct world *world, unsigned packet, struct traffic_sum *sum);

/* A time within which so many of a hundred were: the end of the bucket that holds that one, or the longest if that is less. 0 when
 * there were none. */
uint64_t traffic_within_ns(const struct traffic_sum *sum, unsigned percent);

/* "Walk", "map tick", "everything else"; as in protocol.md. */
const char *traffic_row_name(unsigned row);

#endif
