#include "common/world/traffic.h"

#include "common/protocol/packet_layout.h"
#include "common/protocol/packet_reader.h"

_Static_assert((int)C2S_COUNT <= (int)TRAFFIC_PACKETS, "more room for clients' packets is needed");
_Static_assert((int)S2C_COUNT <= (int)TRAFFIC_TOLD, "more room for the server's packets is needed");

static uint64_t look(const _Atomic uint64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

/* --- counting --- */

unsigned traffic_bucket(uint64_t ns)
{
	if (ns <= TRAFFIC_FIRST_NS)
		return 0;
	/* As many as the time has binary digits beyond those of the first bucket's end. */
	unsigned bucket = (unsigned)(__builtin_clzll(TRAFFIC_FIRST_NS - 1) - __builtin_clzll(ns - 1));
	return bucket < TRAFFIC_BUCKETS ? bucket : TRAFFIC_BUCKETS - 1;
}

uint64_t traffic_bucket_ns(unsigned bucket)
{
	return bucket < TRAFFIC_BUCKETS - 1 ? (uint64_t)TRAFFIC_FIRST_NS << bucket : UINT64_MAX;
}

void traffic_held(const struct world *world, unsigned row, uint64_t ns)
{
	struct traffic_row *r = &traffic_own(world)->row[row];
	traffic_add(&r->held_ns, ns);
	if (ns > look(&r->longest_ns))
		atomic_store_explicit(&r->longest_ns, ns, memory_order_relaxed);
	traffic_add(&r->held[traffic_bucket(ns)], 1);
}

void traffic_tell(const struct world *world, enum dialect dialect, const uint8_t *packets, size_t length,
				  uint64_t clients)
{
	struct traffic *traffic = traffic_own(world);
	size_t size;
	for (size_t at = 0; at < length; at += size) {
		size = s2c_packet_size(dialect, packets + at, length - at);
		if (size == 0)
			return;
		struct traffic_told *told = &traffic->told[packets[at]];
		traffic_add(&told->count, clients);
		traffic_add(&told->bytes, size * clients);
	}
}

/* --- looking --- */

void traffic_sum_row(const struct world *world, unsigned row, struct traffic_sum *sum)
{
	*sum = (struct traffic_sum){0};
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		const struct traffic_row *r = &world->traffic[slot].row[row];
		uint64_t longest_ns = look(&r->longest_ns);
		sum->count += look(&r->count);
		sum->bytes += look(&r->bytes);
		sum->held_ns += look(&r->held_ns);
		sum->longest_ns = longest_ns > sum->longest_ns ? longest_ns : sum->longest_ns;
		for (unsigned b = 0; b < TRAFFIC_BUCKETS; b++)
			sum->held[b] += look(&r->held[b]);
	}
	for (unsigned b = 0; b < TRAFFIC_BUCKETS; b++)
		sum->helds += sum->held[b];
}

void traffic_sum_told(const struct world *world, unsigned packet, struct traffic_sum *sum)
{
	*sum = (struct traffic_sum){0};
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		const struct traffic_told *told = &world->traffic[slot].told[packet];
		sum->count += look(&told->count);
		sum->bytes += look(&told->bytes);
	}
}

uint64_t traffic_within_ns(const struct traffic_sum *sum, unsigned percent)
{
	uint64_t wanted = sum->helds / 100 * percent + (sum->helds % 100 * percent + 99) / 100, seen = 0;
	unsigned bucket = 0;
	if (sum->helds == 0)
		return 0;
	for (seen = sum->held[0]; seen < wanted; seen += sum->held[++bucket])
		;
	uint64_t end_ns = traffic_bucket_ns(bucket);
	return end_ns < sum->longest_ns ? end_ns : sum->longest_ns;
}

const char *traffic_row_name(unsigned row)
{
	if (row == TRAFFIC_TICKS)
		return "map tick";
	return row == TRAFFIC_OTHER ? "everything else" : c2s_name(row);
}
