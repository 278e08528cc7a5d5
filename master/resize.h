/* resize.h - more or fewer workers while the server runs.
 *
 * More: the new ones are forked into the next slots, and when all are READY every worker is told how many they are now:
 * that says which listening sockets each serves (listener_is_of) and which maps' ticks it runs; the kernel then gives
 * newcomers to them too. Players stay where they are; newcomers fill the new workers.
 *
 * Fewer: first newcomers and ticks go to those that remain. Then the slots that are not needed make way and are given up;
 * when all of them have ended, their heirs (slot_heir) make way too, and the successor of each takes over its own connections
 * and those of the slots that it inherits (worker/adopt.h). Nobody is disconnected; who was in a slot that ended sees a
 * pause of some milliseconds, twice that long with his heir's.
 *
 * No listening socket is opened or closed for it. How many there may be is fixed when the world is made (workers.max).
 * Private to the master; it never waits. A worker that dies meanwhile is started again in its slot, and the resize goes
 * on with that one. One that does not get READY in time ends an enlargement: it is undone. */
#ifndef ARGENTUM_MASTER_RESIZE_H
#define ARGENTUM_MASTER_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "master/children.h"
#include "master/listeners.h"

struct loop_timer;

struct resize_options {
	uint64_t leave_ms, ready_ms; /* as in rollout.h */
	void (*done)(void *context, bool good);
	void *context;
};

enum resize_step { RESIZE_IDLE, RESIZE_STARTING, RESIZE_GIVING_UP, RESIZE_INHERITING };

struct resize {
	struct resize_options options;
	struct children *children;
	struct listeners *listeners;
	struct loop *loop;
	struct loop_timer *deadline;
	enum resize_step step;
	unsigned from, to;
	unsigned failures;   /* deaths of a new one before it was ready */
	bool undone;         /* an enlargement failed and is taken back */
	uint64_t served;     /* bit per new slot whose worker was READY once: it may have players */
	uint64_t inheriting; /* bit per heir whose successor is not ready yet */
};

void resize_init(struct resize *resize, struct children *children, struct listeners *listeners, struct loop *loop);

/* From so many workers to so many; 1..listeners.count, and not the same. */
void resize_begin(struct resize *resize, const struct resize_options *options, unsigned from, unsigned to);

void resize_child(struct resize *resize, const struct child *child, enum child_event event);
void resize_cancel(struct resize *resize);

#endif
