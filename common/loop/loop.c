#include "common/loop/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"

/* As many as are there, nearly always: the end of a turn costs more than a callback, and who has to wait for the turn after the
 * next ones waits for all of them. */
enum { EVENTS_PER_TURN = 4096 };

struct loop_fd {
	struct loop *loop;
	int fd;
	unsigned wanted;
	bool dead; /* removed during a turn; freed at its end */
	loop_fd_fn *fn;
	void *context;
	const char *name;
	struct loop_fd *next_dead;
};

struct loop_timer {
	struct loop *loop;
	uint64_t due_ms;
	uint64_t every_ms; /* 0 = once */
	size_t position;   /* in the heap */
	loop_fn *fn;
	void *context;
	const char *name;
};

struct loop {
	int epoll;
	bool stopped;
	uint64_t now_ms;
	uint64_t woke_ns, busy_ns;
	int (*before_sleep)(void *);
	void *before_sleep_context;
	loop_fn *after_sleep;
	void *after_sleep_context;
	uint64_t slow_ms;
	void (*slow)(void *context, const char *name, uint64_t took_ms); /* NULL: nobody wants to know */
	void *slow_context;
	struct loop_timer **heap; /* by due_ms, the earliest first */
	size_t timers, heap_capacity;
	bool firing_timers;
	struct loop_timer *firing; /* the timer whose callback runs now; NULL once it was removed by it */
	struct loop_fd *dead;
};

struct loop *loop_create(struct problem *why)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (loop == NULL) {
		problem_set(why, "event loop: out of memory");
		return NULL;
	}
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		problem_set(why, "event loop: epoll_create1: %s", strerror(errno));
		free(loop);
		return NULL;
	}
	loop->woke_ns = clock_mono_ns();
	loop->now_ms = loop->woke_ns / 1000000u;
	return loop;
}

static void dead_free(struct loop *loop)
{
	while (loop->dead != NULL) {
		struct loop_fd *next = loop->dead->next_dead;
		free(loop->dead);
		loop->dead = next;
	}
}

void loop_destroy(struct loop **loop)
{
	if (*loop == NULL)
		return;
	dead_free(*loop);
	for (size_t i = 0; i < (*loop)->timers; i++)
		free((*loop)->heap[i]);
	free((*loop)->heap);
	close((*loop)->epoll);
	free(*loop);
	*loop = NULL;
}

/* --- descriptors --- */

static uint32_t epoll_mask(unsigned wanted)
{
	return ((wanted & LOOP_READ) != 0 ? EPOLLIN | EPOLLRDHUP : 0u) | ((wanted & LOOP_WRITE) != 0 ? EPOLLOUT : 0u);
}

struct loop_fd *loop_fd_add(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *context, const char *name)
{
	struct loop_fd *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	*watch = (struct loop_fd){.loop = loop, .fd = fd, .wanted = events, .fn = fn, .context = context, .name = name};
	struct epoll_event event = {.events = epoll_mask(events), .data.ptr = watch};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		free(watch);
		return NULL;
	}
	return watch;
}

void loop_fd_want(struct loop_fd *watch, unsigned events)
{
	if (watch->wanted == events)
		return;
	watch->wanted = events;
	struct epoll_event event = {.events = epoll_mask(events), .data.ptr = watch};
	if (epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) != 0)
		log_error("event loop: cannot change what is awaited on descriptor %d (%s): %s", watch->fd, watch->name,
				  strerror(errno));
}

void loop_fd_remove(struct loop_fd **watch)
{
	struct loop_fd *w = *watch;
	if (w == NULL)
		return;
	*watch = NULL;
	epoll_ctl(w->loop->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->dead = true; /* this turn's list of events may still name it */
	w->next_dead = w->loop->dead;
	w->loop->dead = w;
}

/* --- timers: a binary heap that knows each timer's position --- */

static void heap_set(struct loop *loop, size_t i, struct loop_timer *timer)
{
	loop->heap[i] = timer;
	timer->position = i;
}

static void heap_up(struct loop *loop, size_t i)
{
	struct loop_timer *timer = loop->heap[i];
	while (i > 0 && loop->heap[(i - 1) / 2]->due_ms > timer->due_ms) {
		heap_set(loop, i, loop->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_set(loop, i, timer);
}

static void heap_down(struct loop *loop, size_t i)
{
	struct loop_timer *timer = loop->heap[i];
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= loop->timers)
			break;
		if (child + 1 < loop->timers && loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms)
			child++;
		if (loop->heap[child]->due_ms >= timer->due_ms)
			break;
		heap_set(loop, i, loop->heap[child]);
		i = child;
	}
	heap_set(loop, i, timer);
}

static bool heap_push(struct loop *loop, struct loop_timer *timer)
{
	if (loop->timers == loop->heap_capacity) {
		size_t capacity = loop->heap_capacity == 0 ? 16 : loop->heap_capacity * 2;
		struct loop_timer **heap = realloc(loop->heap, capacity * sizeof(struct loop_timer *));
		if (heap == NULL)
			return false;
		loop->heap = heap;
		loop->heap_capacity = capacity;
	}
	loop->heap[loop->timers] = timer;
	timer->position = loop->timers++;
	heap_up(loop, timer->position);
	return true;
}

static void heap_take(struct loop *loop, struct loop_timer *timer)
{
	size_t i = timer->position;
	struct loop_timer *last = loop->heap[--loop->timers];
	loop->heap[loop->timers] = NULL;
	if (last == timer)
		return;
	heap_set(loop, i, last);
	heap_up(loop, i);
	heap_down(loop, last->position);
}

/* While timers fire, "at once" is the next turn: a timer that sets itself again would keep this one for ever. */
static uint64_t due_in(const struct loop *loop, uint64_t delay_ms)
{
	return loop->now_ms + (delay_ms == 0 && loop->firing_timers ? 1 : delay_ms);
}

static uint64_t next_multiple(const struct loop *loop, uint64_t every_ms)
{
	return (loop->now_ms / every_ms + 1) * every_ms;
}

static struct loop_timer *timer_new(struct loop *loop, uint64_t due_ms, uint64_t every_ms, loop_fn *fn, void *context,
									const char *name)
{
	struct loop_timer *timer = calloc(1, sizeof *timer);
	if (timer == NULL)
		return NULL;
	*timer = (struct loop_timer){
		.loop = loop, .due_ms = due_ms, .every_ms = every_ms, .fn = fn, .context = context, .name = name};
	if (!heap_push(loop, timer)) {
		free(timer);
		return NULL;
	}
	return timer;
}

struct loop_timer *loop_timer_once(struct loop *loop, uint64_t delay_ms, loop_fn *fn, void *context, const char *name)
{
	return timer_new(loop, due_in(loop, delay_ms), 0, fn, context, name);
}

struct loop_timer *loop_timer_every(struct loop *loop, uint64_t every_ms, loop_fn *fn, void *context, const char *name)
{
	return timer_new(loop, next_multiple(loop, every_ms), every_ms, fn, context, name);
}

void loop_timer_remove(struct loop_timer **timer)
{
	struct loop_timer *t = *timer;
	if (t == NULL)
		return;
	*timer = NULL;
	struct loop *loop = t->loop;
	if (loop->firing == t)
		loop->firing = NULL; /* it is out of the heap already */
	else
		heap_take(loop, t);
	free(t);
}

/* Returns what time it is now: when the next callback starts. */
static uint64_t slow_check(const struct loop *loop, uint64_t started_ns, const char *name)
{
	uint64_t now_ns = clock_mono_ns(), took_ms = (now_ns - started_ns) / 1000000u;
	if (took_ms > loop->slow_ms && loop->slow != NULL)
		loop->slow(loop->slow_context, name, took_ms);
	return now_ns;
}

void loop_slow(struct loop *loop, uint64_t longer_than_ms,
			   void (*fn)(void *context, const char *name, uint64_t took_ms), void *context)
{
	loop->slow_ms = longer_than_ms;
	loop->slow = fn;
	loop->slow_context = context;
}

static void timers_fire(struct loop *loop)
{
	loop->firing_timers = true;
	while (loop->timers > 0 && loop->heap[0]->due_ms <= loop->now_ms) {
		struct loop_timer *timer = loop->heap[0];
		heap_take(loop, timer);
		loop->firing = timer;
		uint64_t started = clock_mono_ns();
		const char *name = timer->name;
		timer->fn(timer->context);
		slow_check(loop, started, name);
		if (loop->firing != timer)
			continue; /* removed by its own callback */
		loop->firing = NULL;
		if (timer->every_ms == 0) {
			free(timer);
			continue;
		}
		timer->due_ms = next_multiple(loop, timer->every_ms);
		heap_push(loop, timer); /* room is there: it was just taken out */
	}
	loop->firing_timers = false;
}

/* --- turning --- */

void loop_before_sleep(struct loop *loop, int (*fn)(void *context), void *context)
{
	loop->before_sleep = fn;
	loop->before_sleep_context = context;
}

void loop_after_sleep(struct loop *loop, loop_fn *fn, void *context)
{
	loop->after_sleep = fn;
	loop->after_sleep_context = context;
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

static int sleep_time(const struct loop *loop, int max_sleep_ms)
{
	if (loop->timers == 0)
		return max_sleep_ms;
	uint64_t now = clock_mono_ms();
	uint64_t due = loop->heap[0]->due_ms;
	uint64_t wait = due > now ? due - now : 0;
	if (wait > 60000)
		wait = 60000;
	return max_sleep_ms >= 0 && (uint64_t)max_sleep_ms < wait ? max_sleep_ms : (int)wait;
}

uint64_t loop_busy_ns(const struct loop *loop)
{
	return loop->busy_ns;
}

static int before_sleep(struct loop *loop)
{
	uint64_t now_ns = clock_mono_ns();
	int allowed_ms = -1;
	if (loop->before_sleep != NULL) {
		allowed_ms = loop->before_sleep(loop->before_sleep_context);
		now_ns = slow_check(loop, now_ns, "the end of a turn");
	}
	loop->busy_ns += now_ns - loop->woke_ns;
	return allowed_ms;
}

void loop_turn(struct loop *loop, int max_sleep_ms)
{
	struct epoll_event events[EVENTS_PER_TURN];

	int allowed_ms = before_sleep(loop);
	if (allowed_ms >= 0 && (max_sleep_ms < 0 || allowed_ms < max_sleep_ms))
		max_sleep_ms = allowed_ms;
	int n = epoll_wait(loop->epoll, events, EVENTS_PER_TURN, sleep_time(loop, max_sleep_ms));
	uint64_t started_ns = clock_mono_ns();
	loop->woke_ns = started_ns;
	loop->now_ms = started_ns / 1000000u;
	if (loop->after_sleep != NULL) {
		loop->after_sleep(loop->after_sleep_context);
		started_ns = slow_check(loop, started_ns, "waking");
	}

	for (int i = 0; i < n; i++) {
		struct loop_fd *watch = events[i].data.ptr;
		if (watch->dead)
			continue; /* an earlier callback of this turn removed it */
		unsigned got = ((events[i].events & EPOLLIN) != 0 ? LOOP_READ : 0u) |
					   ((events[i].events & EPOLLOUT) != 0 ? LOOP_WRITE : 0u) |
					   ((events[i].events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0 ? LOOP_HANGUP : 0u);
		const char *name = watch->name;
		watch->fn(watch->context, got);
		started_ns = slow_check(loop, started_ns, name);
	}
	timers_fire(loop);
	dead_free(loop);
}

void loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped)
		loop_turn(loop, -1);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
