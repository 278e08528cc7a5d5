/* pace.h - for how long output is gathered, by how busy this worker is.
 *
 * A send costs the same whether it carries one step or ten, and sends are most of what a worker does. While there is time to
 * spare, a connection gets what others do every 20 ms; the less a worker sleeps, the longer it gathers: up to 40 ms while it
 * can keep up, and more when it is about to fall behind, for what waits until a worker gets round to it waits longer than what
 * is gathered. Answers to a player's own action never wait (output.h), so they stay quick even then.
 *
 * Belongs to its worker; it dies with it, and a successor begins idle. */
#ifndef ARGENTUM_WORKER_PACE_H
#define ARGENTUM_WORKER_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_MOST_MS = 120, /* that output is ever gathered for */
	PACE_SLICES = 4,    /* of that time: when one begins, rings are read, but for what is urgent, and sends are due */
	PACE_LOOK_MS = 250,
};

struct pace {
	unsigned gather_ms, slice_ms; /* whole slices */
	unsigned busy_permille;       /* smoothed over a second */
	uint64_t looked_ms;
	uint64_t looked_busy_ns;
	int schedstat; /* what the kernel says of this thread, -1 = nothing */
};

/* Idle, as far as it knows. */
void pace_begin(struct pace *pace, uint64_t now_ms);
void pace_end(struct pace *pace);

/* For this thread, how long it ran or waited for a core so far; where the kernel does not say, `awake_ns` (loop_busy_ns). */
uint64_t pace_busy_ns(const struct pace *pace, uint64_t awake_ns);

static inline bool pace_is_due(const struct pace *pace, uint64_t now_ms)
{
	return now_ms - pace->looked_ms >= PACE_LOOK_MS;
}

/* Once it is due: how busy was it since the last look? */
void pace_look(struct pace *pace, uint64_t now_ms, uint64_t busy_ns);

#endif
