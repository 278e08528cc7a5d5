#include "tests/bench/latency.h"

enum { STEPS = 32, STEPS_BITS = 5 };

static unsigned bucket_of(uint64_t us)
{
	if (us < STEPS)
		return (unsigned)us;
	unsigned doublings = 63 - (unsigned)__builtin_clzll(us) - STEPS_BITS;
	unsigned bucket = (doublings + 1) * STEPS + (unsigned)(us >> doublings) % STEPS;
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The first microsecond that is above the bucket. */
static uint64_t bucket_end_us(unsigned bucket)
{
	if (bucket < STEPS)
		return bucket + 1;
	unsigned doublings = bucket / STEPS - 1;
	return (uint64_t)(STEPS + bucket % STEPS + 1) << doublings;
}

void latency_add(struct latency *latency, uint64_t us)
{
	latency->count++;
	latency->max_us = us > latency->max_us ? us : latency->max_us;
	latency->bucket[bucket_of(us)]++;
}

double latency_ms(const struct latency *latency, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)latency->count), seen = 0;
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		seen += latency->bucket[i];
		if (seen <= wanted)
			continue;
		uint64_t end_us = bucket_end_us(i);
		return (double)(end_us < latency->max_us ? end_us : latency->max_us) / 1000;
	}
	return latency_max_ms(latency);
}

double latency_max_ms(const struct latency *latency)
{
	return (double)latency->max_us / 1000;
}

struct latency latency_since(const struct latency *latency, const struct latency *before)
{
	struct latency since = *latency;
	since.count -= before->count;
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
		since.bucket[i] -= before->bucket[i];
	return since;
}
