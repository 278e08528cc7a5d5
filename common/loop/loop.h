/* loop.h - the event loop of every process: descriptors, timers, and one place for what is done once per turn.
 *
 * One loop belongs to one thread. Callbacks never block and never run long; one that does is told to who wants to know
 * (loop_slow). A callback may add and remove anything, itself included: what was removed is not called any more in this turn.
 * Create the loop after fork (epoll watches open files, not numbers: traps.md, Descriptors). */
#ifndef ARGENTUM_LOOP_LOOP_H
#define ARGENTUM_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"

struct loop;
struct loop_fd;
struct loop_timer;

enum loop_events { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 }; /* HANGUP is always reported, never asked for */

typedef void loop_fd_fn(void *context, unsigned events);
typedef void loop_fn(void *context);

struct loop *loop_create(struct problem *why);
void loop_destroy(struct loop **loop);

/* Watches a descriptor (level-triggered). The descriptor stays the caller's; remove it before closing it.
 * `name` is shown when the callback is slow; not copied. Returns NULL with errno when epoll refuses. */
struct loop_fd *loop_fd_add(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *context,
							const char *name);
void loop_fd_want(struct loop_fd *watch, unsigned events);
void loop_fd_remove(struct loop_fd **watch); /* clears the pointer; NULL is harmless */

/* Calls fn once, delay_ms from now; or, with loop_timer_every, again and again, whenever the monotonic clock is a multiple of
 * every_ms: so that one turn serves all that are due. A late one does not pile up. */
struct loop_timer *loop_timer_once(struct loop *loop, uint64_t delay_ms, loop_fn *fn, void *context, const char *name);
struct loop_timer *loop_timer_every(struct loop *loop, uint64_t every_ms, loop_fn *fn, void *context, const char *name);
void loop_timer_remove(
	struct loop_timer **timer); /* a timer that has fired once is gone: its owner clears the pointer */

/* What is done once per turn, after the callbacks and before sleeping. It returns how long the loop may sleep at most,
 * in milliseconds: 0 = do not sleep, there is more to do; -1 = as long as nothing happens. One per loop. */
void loop_before_sleep(struct loop *loop, int (*fn)(void *context), void *context);

/* Called with the time right after waking, before any callback. One per loop, optional. */
void loop_after_sleep(struct loop *loop, loop_fn *fn, void *context);

/* Tells `fn` of each callback that took longer than so many milliseconds, with its name; what is done before sleeping and after
 * is "the end of a turn" and "waking". One per loop, optional. */
void loop_slow(struct loop *loop, uint64_t longer_than_ms,
			   void (*fn)(void *context, const char *name, uint64_t took_ms), void *context);

/* Monotonic milliseconds, read once per turn. */
uint64_t loop_now_ms(const struct loop *loop);

/* For how many nanoseconds, since it was created, the loop did something else than sleep, up to the end of the last turn. */
uint64_t loop_busy_ns(const struct loop *loop);

void loop_run(struct loop *loop);                    /* until loop_stop */
void loop_stop(struct loop *loop);                   /* ends loop_run after this turn */
void loop_turn(struct loop *loop, int max_sleep_ms); /* exactly one turn; for tests and for draining */

#endif
