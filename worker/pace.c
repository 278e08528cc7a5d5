#include "worker/pace.h"

enum { SMOOTHED_LOOKS = 4, NS_PER_MS = 1000000 };

/* Of the time since the last look, which may have been long ago; 0 to 1000. */
static unsigned busy_permille(const struct pace *pace, uint64_t passed_ms, uint64_t busy_ns)
{
	uint64_t busy_ms = (busy_ns - pace->looked_busy_ns) / NS_PER_MS;
	return busy_ms >= passed_ms ? 1000 : (unsigned)(busy_ms * 1000 / passed_ms);
}

static void pace_set(struct pace *pace, unsigned permille)
{
	unsigned idle = PACE_IDLE_PERCENT * 10, full = PACE_FULL_PERCENT * 10;
	unsigned above = permille <= idle ? 0 : permille >= full ? full - idle : permille - idle;
	unsigned ms = PACE_GATHER_MS + (PACE_GATHER_MOST_MS - PACE_GATHER_MS) * above / (full - idle);
	pace->busy_permille = permille;
	pace->slice_ms = ms / PACE_SLICES;
	pace->gather_ms = pace->slice_ms * PACE_SLICES;
}

void pace_begin(struct pace *pace, uint64_t now_ms, uint64_t busy_ns)
{
	*pace = (struct pace){.looked_ms = now_ms, .looked_busy_ns = busy_ns};
	pace_set(pace, 0);
}

void pace_look(struct pace *pace, uint64_t now_ms, uint64_t busy_ns)
{
	uint64_t passed_ms = now_ms - pace->looked_ms;
	if (passed_ms < PACE_LOOK_MS)
		return;
	unsigned now = busy_permille(pace, passed_ms, busy_ns);
	/* Who slept through several looks was idle in them. */
	unsigned weight = passed_ms >= (uint64_t)SMOOTHED_LOOKS * PACE_LOOK_MS ? SMOOTHED_LOOKS : 1;
	pace_set(pace, (pace->busy_permille * (SMOOTHED_LOOKS - weight) + now * weight) / SMOOTHED_LOOKS);
	pace->looked_ms = now_ms;
	pace->looked_busy_ns = busy_ns;
}
