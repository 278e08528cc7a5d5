/* pace.h - for how long output is gathered, by how busy this worker is.
 *
 * A send costs the same whether it carries one step or ten. While there is time to spare, a connection gets what others do
 * every PACE_GATHER_MS; the less a worker sleeps, the longer it gathers, up to PACE_GATHER_MOST_MS: so latency is given for
 * capacity only where capacity is short, and what is spent on sends stays bounded. Answers to a player's own action never wait
 * (output.h).
 *
 * Belongs to its worker; it dies with it, and a successor begins idle. */
#ifndef ARGENTUM_WORKER_PACE_H
#define ARGENTUM_WORKER_PACE_H

#include <stdint.h>

enum {
	PACE_GATHER_MS = 20,
	PACE_GATHER_MOST_MS = 40,
	PACE_SLICES =
		4, /* so often in that time the rings are read, but for what is urgent; sends are due at the same moments */
	PACE_IDLE_PERCENT = 10, /* busy for no more than that: PACE_GATHER_MS */
	PACE_FULL_PERCENT = 40, /* for that and more: PACE_GATHER_MOST_MS. Of a worker that may have to share its core */
	PACE_LOOK_MS = 250,
};

struct pace {
	unsigned gather_ms, slice_ms; /* whole slices */
	unsigned busy_permille;       /* smoothed over a second */
	uint64_t looked_ms;
	uint64_t looked_busy_ns;
};

/* `busy_ns`: how long the worker has not slept so far (loop_busy_ns). */
void pace_begin(struct pace *pace, uint64_t now_ms, uint64_t busy_ns);

/* Once a turn: after PACE_LOOK_MS it looks anew. */
void pace_look(struct pace *pace, uint64_t now_ms, uint64_t busy_ns);

#endif
