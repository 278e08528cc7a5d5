#include "worker/pace.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { SMOOTHED_LOOKS = 4, NS_PER_MS = 1000000 };

/* Of the time since the last look, which may have been long ago; 0 to 1000. */
static unsigned busy_permille(const struct pace *pace, uint64_t passed_ms, uint64_t busy_ns)
{
	uint64_t busy_ms = (busy_ns - pace->looked_busy_ns) / NS_PER_MS;
	return busy_ms >= passed_ms ? 1000 : (unsigned)(busy_ms * 1000 / passed_ms);
}

/* How long to gather at which share of the time, of a worker that may have to share its core; in between on a straight line. */
static const struct {
	unsigned permille, ms;
} points[] = {{100, 20}, {400, 40}, {750, 40}, {900, PACE_MOST_MS}};

static unsigned gather_ms(unsigned permille)
{
	unsigned i = 1, last = sizeof points / sizeof *points - 1;
	if (permille <= points[0].permille)
		return points[0].ms;
	if (permille >= points[last].permille)
		return points[last].ms;
	while (permille > points[i].permille)
		i++;
	return points[i - 1].ms + (points[i].ms - points[i - 1].ms) * (permille - points[i - 1].permille) /
								  (points[i].permille - points[i - 1].permille);
}

static void pace_set(struct pace *pace, unsigned permille)
{
	pace->busy_permille = permille;
	pace->slice_ms = (gather_ms(permille) + PACE_SLICES / 2) / PACE_SLICES;
	pace->gather_ms = pace->slice_ms * PACE_SLICES;
}

void pace_begin(struct pace *pace, uint64_t now_ms)
{
	*pace = (struct pace){.looked_ms = now_ms};
	pace->schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	pace->looked_busy_ns = pace_busy_ns(pace, 0);
	pace_set(pace, 0);
}

void pace_end(struct pace *pace)
{
	if (pace->schedstat >= 0)
		close(pace->schedstat);
	pace->schedstat = -1;
}

/* Three numbers: nanoseconds run, nanoseconds waited for a core, how often. A kernel that does not count them says zeros. */
uint64_t pace_busy_ns(const struct pace *pace, uint64_t awake_ns)
{
	char text[80];
	char *end;
	ssize_t n = pace->schedstat < 0 ? -1 : pread(pace->schedstat, text, sizeof text - 1, 0);
	if (n <= 0)
		return awake_ns;
	text[n] = '\0';
	uint64_t ran = strtoull(text, &end, 10);
	return ran > 0 ? ran + strtoull(end, NULL, 10) : awake_ns;
}

void pace_look(struct pace *pace, uint64_t now_ms, uint64_t busy_ns)
{
	uint64_t passed_ms = now_ms - pace->looked_ms;
	unsigned now = busy_permille(pace, passed_ms, busy_ns);
	/* Who slept through several looks was idle in them. */
	unsigned weight = passed_ms >= (uint64_t)SMOOTHED_LOOKS * PACE_LOOK_MS ? SMOOTHED_LOOKS : 1;
	pace_set(pace, (pace->busy_permille * (SMOOTHED_LOOKS - weight) + now * weight) / SMOOTHED_LOOKS);
	pace->looked_ms = now_ms;
	pace->looked_busy_ns = busy_ns;
}
