/* rollout.h - replacing running processes by new ones in the same world, one at a time, while everybody plays on.
 *
 * Each old one is told to make way: it ends between two transactions and leaves its connections as they are; its successor
 * is forked at once, from the program and with the settings that the master has then, and adopts them as after a crash.
 * Players see a pause of some milliseconds, and only those of one worker at a time.
 *
 * The first worker is a canary: its successor must say READY within workers.ready_timeout_ms and live for
 * workers.probation_ms before anybody else is replaced. The keeper comes second, and must become ready too. When one of
 * the two fails, `failed` puts back what the master had before (settings, or the program itself), the slot goes on with
 * that, and so, one after another, do those that were replaced already. Later ones are under the ordinary supervision of
 * children.h: one that does not become ready in time is killed and started again, and the rollout goes on.
 *
 * Private to the master; it never waits. It is told of births and deaths by rollout_child. When the master dies, it dies
 * with it: old and new processes serve the same world. */
#ifndef ARGENTUM_MASTER_ROLLOUT_H
#define ARGENTUM_MASTER_ROLLOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "master/children.h"

struct loop_timer;
struct rollout;

struct rollout_options {
	uint64_t leave_ms;     /* who has not made way after this is killed; its successor adopts all the same */
	uint64_t ready_ms;     /* from birth to READY */
	uint64_t probation_ms; /* of the canary, after that */
	bool trusted;          /* nobody is on probation: going back to what served before */
	bool await_only;       /* they are being born already: nobody makes way, it is over when all are READY */

	/* The new does not serve: `why` says so. Puts back what was before; the rollout then goes back by itself, and
	 * calls `done`. When it returns false the owner does something else, and the rollout is over without `done`. */
	bool (*failed)(void *context, const char *why);
	void (*done)(void *context, bool good);
	void *context;
};

enum rollout_step { ROLLOUT_IDLE, ROLLOUT_LEAVING, ROLLOUT_STARTING, ROLLOUT_PROBATION };

struct rollout {
	struct rollout_options options;
	struct children *children;
	struct loop *loop;
	struct loop_timer *deadline;
	enum rollout_step step;
	bool going_back;
	unsigned order[CHILD_SLOTS];
	unsigned count, at;
};

void rollout_init(struct rollout *rollout, struct children *children, struct loop *loop);

/* Begins with workers 0 and the keeper, then the workers up to `workers`. One at a time. */
void rollout_begin(struct rollout *rollout, const struct rollout_options *options, unsigned workers);

/* With those of the mask only (bit per slot). */
void rollout_begin_some(struct rollout *rollout, const struct rollout_options *options, uint64_t slots);

/* Bit per slot whose process was replaced, or is being replaced. */
uint64_t rollout_replaced(const struct rollout *rollout);

/* Everything that children.h tells comes here too. */
void rollout_child(struct rollout *rollout, const struct child *child, enum child_event event);

/* The server stops: nothing is replaced any more. */
void rollout_cancel(struct rollout *rollout);

#endif
