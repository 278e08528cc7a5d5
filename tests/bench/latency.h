/* latency.h - how long things took: a histogram of fixed size, for percentiles over millions of them.
 *
 * Exact below 32 us, then 32 steps for each doubling: a percentile is at most 3 % too high. One thread. */
#ifndef ARGENTUM_BENCH_LATENCY_H
#define ARGENTUM_BENCH_LATENCY_H

#include <stdint.h>

enum { LATENCY_BUCKETS = 32 * 28 };

struct latency {
	uint64_t count, max_us;
	uint32_t bucket[LATENCY_BUCKETS];
};

void latency_add(struct latency *latency, uint64_t us);

/* The time in ms that `share` (0..1) of them did not exceed; 0 when there are none. */
double latency_ms(const struct latency *latency, double share);
double latency_max_ms(const struct latency *latency);

/* What was added to it since it was `before`; the longest of all of it counts as one of these. */
struct latency latency_since(const struct latency *latency, const struct latency *before);

#endif
