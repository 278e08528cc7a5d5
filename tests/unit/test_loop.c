/* The event loop and its jobs: what fires when, and that whoever was removed is not called any more. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"

static struct loop *loop;
static struct problem why;

static int open_loop(void **state)
{
	(void)state;
	loop = loop_create(&why);
	return loop != NULL ? 0 : -1;
}

static int close_loop(void **state)
{
	(void)state;
	loop_destroy(&loop);
	return loop == NULL ? 0 : -1;
}

/* Turns the loop until the counter is there; fails after some seconds. */
static void turn_until(const unsigned *counter, unsigned value)
{
	uint64_t deadline = clock_mono_ms() + 10000;
	while (*counter < value) {
		if (clock_mono_ms() > deadline)
			fail_msg("waited for %u, but it stays at %u", value, *counter);
		loop_turn(loop, 100);
	}
}

/* Lets time pass for the loop without sleeping in a callback. */
static void spin_ms(uint64_t ms)
{
	uint64_t until = clock_mono_ms() + ms;
	while (clock_mono_ms() < until)
		;
}

/* --- timers -------------------------------------------------------------------------------------------------------------- */

struct alarm_clock {
	struct loop_timer *timer;
	uint64_t delay_ms;
	unsigned *count;
	uint64_t *last_delay_ms;
	unsigned fired;
};

static void ring_in_order(void *context)
{
	struct alarm_clock *a = context;
	a->timer = NULL;
	a->fired++;
	++*a->count;
	assert_true(a->delay_ms >= *a->last_delay_ms);
	*a->last_delay_ms = a->delay_ms;
}

static void timers_fire_in_the_order_in_which_they_are_due(void **state)
{
	(void)state;
	enum { TIMERS = 300 };
	static struct alarm_clock alarms[TIMERS];
	memset(alarms, 0, sizeof alarms);
	unsigned count = 0, removed = 0;
	uint64_t last = 0;
	struct rng rng;
	rng_seed(&rng, 3);
	for (unsigned i = 0; i < TIMERS; i++) {
		alarms[i].delay_ms = (uint64_t)rng_range(&rng, 0, 40);
		alarms[i].count = &count;
		alarms[i].last_delay_ms = &last;
		alarms[i].timer = loop_timer_once(loop, alarms[i].delay_ms, ring_in_order, &alarms[i], "alarm");
		assert_non_null(alarms[i].timer);
	}
	for (unsigned i = 0; i < TIMERS; i += 3) { /* out of the middle of the heap */
		loop_timer_remove(&alarms[i].timer);
		assert_null(alarms[i].timer);
		removed++;
	}
	turn_until(&count, TIMERS - removed);
	loop_turn(loop, 0);
	for (unsigned i = 0; i < TIMERS; i++)
		assert_int_equal(i % 3 == 0 ? 0 : 1, alarms[i].fired);
}

static void count_up(void *context)
{
	++*(unsigned *)context;
}

static void a_timer_does_not_fire_before_it_is_due(void **state)
{
	(void)state;
	unsigned count = 0;
	uint64_t started = loop_now_ms(loop);
	assert_non_null(loop_timer_once(loop, 20, count_up, &count, "once"));
	turn_until(&count, 1);
	assert_true(clock_mono_ms() - started >= 20);
	for (unsigned i = 0; i < 5; i++)
		loop_turn(loop, 0);
	assert_int_equal(1, count);
}

static void the_loop_sleeps_no_longer_than_until_the_next_timer(void **state)
{
	(void)state;
	unsigned count = 0;
	assert_non_null(loop_timer_once(loop, 5, count_up, &count, "once"));
	uint64_t started = clock_mono_ms();
	while (count == 0)
		loop_turn(loop, 60000);
	assert_true(clock_mono_ms() - started < 30000);
}

static void a_late_repeating_timer_does_not_pile_up(void **state)
{
	(void)state;
	unsigned count = 0;
	struct loop_timer *timer = loop_timer_every(loop, 5, count_up, &count, "every");
	spin_ms(40); /* eight periods */
	loop_turn(loop, 0);
	assert_int_equal(1, count);
	turn_until(&count, 3);
	loop_timer_remove(&timer);
	loop_timer_remove(&timer); /* harmless */
	unsigned last = count;
	spin_ms(10);
	loop_turn(loop, 0);
	assert_int_equal(last, count);
}

struct self_remover {
	struct loop_timer *timer;
	unsigned count;
};

static void remove_myself(void *context)
{
	struct self_remover *s = context;
	s->count++;
	loop_timer_remove(&s->timer);
}

static void a_timer_may_remove_itself_in_its_callback(void **state)
{
	(void)state;
	struct self_remover once = {0}, every = {0};
	once.timer = loop_timer_once(loop, 1, remove_myself, &once, "once");
	every.timer = loop_timer_every(loop, 1, remove_myself, &every, "every");
	turn_until(&every.count, 1);
	turn_until(&once.count, 1);
	spin_ms(5);
	loop_turn(loop, 0);
	assert_int_equal(1, once.count);
	assert_int_equal(1, every.count);
}

struct rivals {
	struct loop_timer *timer[2];
	struct loop_fd *watch[2];
	unsigned count;
};

static void remove_all_timers(void *context)
{
	struct rivals *r = context;
	r->count++;
	loop_timer_remove(&r->timer[0]);
	loop_timer_remove(&r->timer[1]);
}

static void a_timer_removed_by_another_in_the_same_turn_does_not_fire(void **state)
{
	(void)state;
	struct rivals r = {.count = 0};
	r.timer[0] = loop_timer_every(loop, 1, remove_all_timers, &r, "one");
	r.timer[1] = loop_timer_every(loop, 1, remove_all_timers, &r, "other");
	spin_ms(5);
	loop_turn(loop, 0);
	assert_int_equal(1, r.count);
	loop_turn(loop, 5);
	assert_int_equal(1, r.count);
}

static void add_many_timers(void *context)
{
	for (unsigned i = 0; i < 100; i++) /* makes the heap grow under the timer that is firing */
		loop_timer_once(loop, i % 3, count_up, context, "child");
}

static void a_callback_may_add_timers(void **state)
{
	(void)state;
	unsigned count = 0;
	struct loop_timer *timer = loop_timer_every(loop, 1, add_many_timers, &count, "mother");
	spin_ms(2);
	loop_turn(loop, 0);
	loop_timer_remove(&timer);
	turn_until(&count, 100);
	spin_ms(5);
	loop_turn(loop, 0);
	assert_int_equal(100, count);
}

static void again_at_once(void *context)
{
	unsigned *count = context;
	if (++*count < 100000) /* or else the test itself would hang */
		loop_timer_once(loop, 0, again_at_once, context, "again");
}

static void a_timer_that_sets_itself_again_at_once_does_not_stop_the_loop(void **state)
{
	(void)state;
	unsigned count = 0;
	assert_non_null(loop_timer_once(loop, 0, again_at_once, &count, "again"));
	loop_turn(loop, 0);
	assert_int_equal(1, count);
	turn_until(&count, 2);
	assert_true(count < 100);
}

/* --- descriptors --------------------------------------------------------------------------------------------------------- */

struct end {
	struct loop_fd *watch, **other;
	int fd, peer;
	unsigned calls, events;
	bool drain, remove_self;
};

static void note_events(void *context, unsigned events)
{
	struct end *e = context;
	char byte;
	e->calls++;
	e->events |= events;
	if (e->drain && read(e->fd, &byte, 1) < 0)
		e->drain = false;
	if (e->other != NULL)
		loop_fd_remove(e->other);
	if (e->remove_self)
		loop_fd_remove(&e->watch);
}

static void end_open(struct end *e, unsigned events)
{
	int fds[2];
	assert_int_equal(0, pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	*e = (struct end){.fd = fds[0], .peer = fds[1]};
	e->watch = loop_fd_add(loop, e->fd, events, note_events, e, "pipe");
	assert_non_null(e->watch);
}

static void end_close(struct end *e)
{
	loop_fd_remove(&e->watch);
	close(e->fd);
	if (e->peer >= 0)
		close(e->peer);
}

static void a_readable_descriptor_is_reported_until_it_is_read(void **state)
{
	(void)state;
	struct end e;
	end_open(&e, LOOP_READ);
	loop_turn(loop, 0);
	assert_int_equal(0, e.calls);
	assert_int_equal(1, write(e.peer, "x", 1));
	loop_turn(loop, 0);
	loop_turn(loop, 0);
	assert_int_equal(2, e.calls);
	assert_int_equal(LOOP_READ, e.events);
	e.drain = true;
	loop_turn(loop, 0);
	loop_turn(loop, 0);
	assert_int_equal(3, e.calls);
	end_close(&e);
}

static void what_is_not_wanted_is_not_reported(void **state)
{
	(void)state;
	struct end e;
	end_open(&e, LOOP_READ);
	assert_int_equal(1, write(e.peer, "x", 1));
	loop_fd_want(e.watch, 0);
	loop_turn(loop, 0);
	assert_int_equal(0, e.calls);
	loop_fd_want(e.watch, LOOP_READ);
	loop_fd_want(e.watch, LOOP_READ);
	loop_turn(loop, 0);
	assert_int_equal(1, e.calls);

	unsigned writable_calls = 0;
	struct end writer = {.fd = e.peer, .peer = -1};
	writer.watch = loop_fd_add(loop, writer.fd, LOOP_WRITE, note_events, &writer, "pipe's end");
	loop_turn(loop, 0);
	assert_int_equal(LOOP_WRITE, writer.events);
	writable_calls = writer.calls;
	loop_fd_want(writer.watch, 0);
	loop_turn(loop, 0);
	assert_int_equal(writable_calls, writer.calls);
	loop_fd_remove(&writer.watch);
	end_close(&e);
}

static void a_hangup_is_reported_though_nobody_asked(void **state)
{
	(void)state;
	struct end e;
	end_open(&e, 0);
	close(e.peer);
	e.peer = -1;
	e.remove_self = true;
	loop_turn(loop, 0);
	assert_int_equal(1, e.calls);
	assert_int_equal(LOOP_HANGUP, e.events & LOOP_HANGUP);
	loop_turn(loop, 0);
	assert_int_equal(1, e.calls);
	end_close(&e);
}

static void a_descriptor_removed_by_another_in_the_same_turn_is_not_called(void **state)
{
	(void)state;
	struct end a, b;
	end_open(&a, LOOP_READ);
	end_open(&b, LOOP_READ);
	a.other = &b.watch;
	b.other = &a.watch;
	assert_int_equal(1, write(a.peer, "x", 1));
	assert_int_equal(1, write(b.peer, "x", 1));
	loop_turn(loop, 0);
	assert_int_equal(1, a.calls + b.calls);
	loop_turn(loop, 0);
	assert_int_equal(2, a.calls + b.calls); /* the survivor goes on */
	end_close(&a);
	end_close(&b);
}

static void close_the_other_and_open_a_new_one(void *context, unsigned events)
{
	struct end *ends = context;
	(void)events;
	ends[0].calls++;
	if (ends[1].watch == NULL)
		return;
	/* The new descriptor gets the number of the closed one; its events are not the old one's. */
	int number = ends[1].fd;
	end_close(&ends[1]);
	end_open(&ends[2], LOOP_READ);
	assert_true(ends[2].fd == number || ends[2].peer == number);
}

static void a_descriptor_number_used_again_in_the_same_turn_has_no_events_of_the_old_one(void **state)
{
	(void)state;
	static struct end ends[3];
	memset(ends, 0, sizeof ends);
	end_open(&ends[1], LOOP_READ); /* made first, so that both are ready; whichever comes first */
	end_open(&ends[0], LOOP_READ);
	loop_fd_remove(&ends[0].watch);
	ends[0].watch = loop_fd_add(loop, ends[0].fd, LOOP_READ, close_the_other_and_open_a_new_one, ends, "closer");
	assert_int_equal(1, write(ends[0].peer, "x", 1));
	assert_int_equal(1, write(ends[1].peer, "x", 1));
	loop_turn(loop, 0);
	assert_int_equal(1, ends[0].calls);
	loop_turn(loop, 0);
	assert_int_equal(0, ends[2].calls); /* nobody wrote to the new one */
	assert_int_equal(1, write(ends[2].peer, "x", 1));
	loop_turn(loop, 0);
	assert_int_equal(1, ends[2].calls);
	end_close(&ends[0]);
	end_close(&ends[2]);
}

static void a_descriptor_that_epoll_refuses_is_refused_with_errno(void **state)
{
	(void)state;
	errno = 0;
	assert_null(loop_fd_add(loop, -1, LOOP_READ, note_events, NULL, "none"));
	assert_int_equal(EBADF, errno);
	int file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0) {
		assert_null(loop_fd_add(loop, file, LOOP_READ, note_events, NULL, "a regular file"));
		assert_int_equal(EPERM, errno);
		close(file);
	}
	struct loop_fd *none = NULL;
	loop_fd_remove(&none); /* harmless */
}

/* --- turning --------------------------------------------------------------------------------------------------------------- */

static void stop_it(void *context)
{
	++*(unsigned *)context;
	loop_stop(loop);
}

static void the_loop_runs_until_it_is_stopped(void **state)
{
	(void)state;
	unsigned stops = 0, others = 0;
	loop_timer_once(loop, 3, stop_it, &stops, "stop");
	loop_timer_once(loop, 60000, count_up, &others, "never");
	loop_run(loop);
	assert_int_equal(1, stops);
	assert_int_equal(0, others);
	loop_timer_once(loop, 1, stop_it, &stops, "stop again");
	loop_run(loop); /* it can be run again */
	assert_int_equal(2, stops);
}

static void note_that_nothing_was_called_yet(void *context)
{
	struct end *e = context;
	e->events |= e->calls == 0 ? 1u << 30 : 0;
}

static void after_sleep_comes_before_any_callback_of_the_turn(void **state)
{
	(void)state;
	struct end e;
	end_open(&e, LOOP_READ);
	loop_after_sleep(loop, note_that_nothing_was_called_yet, &e);
	assert_int_equal(1, write(e.peer, "x", 1));
	loop_turn(loop, 0);
	assert_int_equal(1, e.calls);
	assert_true((e.events & 1u << 30) != 0);
	end_close(&e);
}

struct sleeper {
	int allowed_ms;
	unsigned asked;
};

static int how_long(void *context)
{
	struct sleeper *s = context;
	s->asked++;
	return s->allowed_ms;
}

static void who_is_asked_before_sleeping_says_how_long_the_loop_may_sleep(void **state)
{
	(void)state;
	struct sleeper s = {.allowed_ms = 0};
	uint64_t started = clock_mono_ms();
	loop_before_sleep(loop, how_long, &s);
	for (unsigned i = 0; i < 100; i++)
		loop_turn(loop, 60000); /* more to do: does not sleep */
	s.allowed_ms = 3;
	uint64_t before = clock_mono_ms();
	loop_turn(loop, 60000);
	assert_true(clock_mono_ms() - before >= 2);
	assert_int_equal(101, s.asked);
	assert_true(clock_mono_ms() - started < 30000);

	s.allowed_ms = -1; /* as long as nothing happens: a timer does, after 4 ms */
	unsigned count = 0;
	assert_non_null(loop_timer_once(loop, 4, count_up, &count, "once"));
	while (count == 0)
		loop_turn(loop, -1);
	s.allowed_ms = 60000; /* as well when it would allow longer */
	assert_non_null(loop_timer_once(loop, 4, count_up, &count, "once"));
	while (count == 1)
		loop_turn(loop, -1);
	assert_true(clock_mono_ms() - started < 30000);
}

/* --- jobs ------------------------------------------------------------------------------------------------------------------ */

static struct jobs *jobs;

struct task {
	pthread_t ran_on, done_on;
	_Atomic bool *gate;   /* run waits until it is open; NULL = does not wait */
	_Atomic bool started; /* it runs */
	unsigned ran, *done;  /* *done: counts all */
	unsigned done_as;     /* the how many-th, from 1 */
	bool signals_blocked;
	bool add_another; /* in done: asks for one more */
	bool added_another;
};

static void task_run(void *job)
{
	struct task *t = job;
	sigset_t blocked;
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	t->signals_blocked = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGUSR1) == 1;
	t->ran_on = pthread_self();
	t->ran++;
	atomic_store(&t->started, true);
	while (t->gate != NULL && !atomic_load(t->gate))
		sched_yield();
}

static void task_done(void *job)
{
	struct task *t = job;
	t->done_on = pthread_self();
	t->done_as = ++*t->done;
	if (t->add_another)
		t->added_another = jobs_add(jobs, task_run, task_done, t);
}

static void a_job_runs_on_its_thread_and_is_done_on_the_loops_thread(void **state)
{
	(void)state;
	unsigned done = 0;
	struct task task = {.done = &done};
	jobs = jobs_create(loop, 2, 4, &why);
	assert_non_null(jobs);
	assert_true(jobs_add(jobs, task_run, task_done, &task));
	turn_until(&done, 1);
	assert_int_equal(1, task.ran);
	assert_false(pthread_equal(pthread_self(), task.ran_on));
	assert_true(pthread_equal(pthread_self(), task.done_on));
	assert_true(task.signals_blocked); /* signals are the loop's */
	sigset_t mine;
	pthread_sigmask(SIG_BLOCK, NULL, &mine);
	assert_int_equal(0, sigismember(&mine, SIGUSR1)); /* and stay so */
	jobs_destroy(&jobs);
	assert_null(jobs);
	jobs_destroy(&jobs); /* harmless */
}

static void jobs_of_one_thread_are_done_in_the_order_in_which_they_were_added(void **state)
{
	(void)state;
	enum { JOBS = 50 };
	unsigned done = 0;
	struct task tasks[JOBS];
	jobs = jobs_create(loop, 1, JOBS, &why);
	for (unsigned i = 0; i < JOBS; i++) {
		tasks[i] = (struct task){.done = &done};
		assert_true(jobs_add(jobs, task_run, task_done, &tasks[i]));
	}
	turn_until(&done, JOBS);
	for (unsigned i = 0; i < JOBS; i++)
		assert_int_equal(i + 1, tasks[i].done_as);
	jobs_destroy(&jobs);
}

static void a_full_queue_refuses_and_takes_again_when_a_job_is_done(void **state)
{
	(void)state;
	_Atomic bool gate = false;
	unsigned done = 0, added = 0;
	struct task tasks[8] = {0};
	jobs = jobs_create(loop, 1, 3, &why);
	for (unsigned i = 0; i < 8; i++) {
		tasks[i] = (struct task){.done = &done, .gate = &gate};
		if (!jobs_add(jobs, task_run, task_done, &tasks[i]))
			break;
		added++;
	}
	assert_int_equal(3, added);
	atomic_store(&gate, true);
	turn_until(&done, 3);
	assert_true(jobs_add(jobs, task_run, task_done, &tasks[3]));
	turn_until(&done, 4);
	assert_int_equal(1, tasks[3].ran);
	assert_int_equal(0, tasks[4].ran);
	jobs_destroy(&jobs);
}

/* While jobs_destroy waits for the running job, this opens its gate. */
static void *open_the_gate(void *context)
{
	spin_ms(5);
	atomic_store((_Atomic bool *)context, true);
	return NULL;
}

static void destroying_waits_for_the_running_job_and_tells_the_waiting_ones_without_running_them(void **state)
{
	(void)state;
	_Atomic bool gate = false;
	unsigned done = 0;
	struct task running = {.done = &done, .gate = &gate}, waiting[3];
	jobs = jobs_create(loop, 1, 8, &why);
	assert_true(jobs_add(jobs, task_run, task_done, &running));
	while (!atomic_load(&running.started))
		sched_yield();
	for (unsigned i = 0; i < 3; i++) {
		waiting[i] = (struct task){.done = &done};
		assert_true(jobs_add(jobs, task_run, task_done, &waiting[i]));
	}
	pthread_t opener;
	assert_int_equal(0, pthread_create(&opener, NULL, open_the_gate, &gate));
	jobs_destroy(&jobs);
	pthread_join(opener, NULL);
	assert_int_equal(4, done);
	assert_int_equal(1, running.ran);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(0, waiting[i].ran);
	loop_turn(loop, 0); /* the loop has forgotten them */
}

static void a_job_added_while_the_threads_are_destroyed_is_refused_and_not_forgotten(void **state)
{
	(void)state;
	unsigned done = 0;
	struct task task = {.done = &done, .add_another = true};
	jobs = jobs_create(loop, 1, 8, &why);
	struct jobs *same = jobs;
	assert_true(jobs_add(jobs, task_run, task_done, &task));
	while (!atomic_load(&task.started))
		sched_yield();
	jobs_destroy(&same); /* calls done, which asks for another through `jobs` */
	assert_false(task.added_another);
	assert_int_equal(1, done);
}

/* Time passes in the callback. */
static void be_slow(void *context)
{
	clock_test_offset_ms += *(const unsigned *)context;
}

static int be_slow_before_sleeping(void *context)
{
	be_slow(context);
	return 0;
}

static char slow_name[32];
static uint64_t slow_ms;

static void slow_note(void *context, const char *name, uint64_t took_ms)
{
	(*(unsigned *)context)++;
	snprintf(slow_name, sizeof slow_name, "%s", name);
	slow_ms = took_ms;
}

static void what_takes_longer_than_it_may_is_told_by_name(void **state)
{
	(void)state;
	unsigned told = 0, much = 5000, little = 100;
	loop_slow(loop, 1000, slow_note, &told);
	assert_non_null(loop_timer_once(loop, 0, be_slow, &little, "a little"));
	loop_turn(loop, 0);
	assert_int_equal(told, 0);
	assert_non_null(loop_timer_once(loop, 0, be_slow, &much, "much"));
	loop_turn(loop, 0);
	assert_int_equal(told, 1);
	assert_string_equal(slow_name, "much");
	assert_in_range(slow_ms, much, much + 1000);
	loop_before_sleep(loop, be_slow_before_sleeping, &much);
	loop_turn(loop, 0);
	assert_int_equal(told, 2);
	assert_string_equal(slow_name, "the end of a turn");
	clock_test_offset_ms = 0;
}

static void what_the_loop_did_but_sleep_is_counted(void **state)
{
	(void)state;
	unsigned much = 5000;
	uint64_t before_ns = loop_busy_ns(loop);
	assert_in_range(before_ns, 0, UINT64_C(1000000000));
	assert_non_null(loop_timer_once(loop, 0, be_slow, &much, "much"));
	loop_turn(loop, 0);
	loop_turn(loop, 30); /* sleeps, and says how long the turn before it took */
	assert_in_range(loop_busy_ns(loop) - before_ns, UINT64_C(5000000000), UINT64_C(30000000000));
	uint64_t busy_ns = loop_busy_ns(loop), from_ns = clock_mono_ns();
	for (unsigned i = 0; i < 10; i++)
		loop_turn(loop, 10);
	assert_true(clock_mono_ns() - from_ns - (loop_busy_ns(loop) - busy_ns) > UINT64_C(80000000));
	clock_test_offset_ms = 0;
}

enum { CROWD = 700 };

struct crowd {
	int fd;
	struct loop_fd *watch;
	unsigned *called;
};

static void one_of_the_crowd(void *context, unsigned events)
{
	const struct crowd *one = context;
	uint64_t count;
	(void)events;
	assert_int_equal(read(one->fd, &count, sizeof count), sizeof count);
	++*one->called;
}

static void a_crowd_that_is_ready_is_served_in_one_turn(void **state)
{
	(void)state;
	static struct crowd crowd[CROWD];
	unsigned called = 0;
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i] = (struct crowd){.fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), .called = &called};
		assert_true(crowd[i].fd >= 0);
		crowd[i].watch = loop_fd_add(loop, crowd[i].fd, LOOP_READ, one_of_the_crowd, &crowd[i], "one");
		assert_non_null(crowd[i].watch);
	}
	loop_turn(loop, 1000);
	assert_int_equal(called, CROWD);
	for (unsigned i = 0; i < CROWD; i++) {
		loop_fd_remove(&crowd[i].watch);
		close(crowd[i].fd);
	}
}

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(timers_fire_in_the_order_in_which_they_are_due),
		LOOP_TEST(a_timer_does_not_fire_before_it_is_due),
		LOOP_TEST(the_loop_sleeps_no_longer_than_until_the_next_timer),
		LOOP_TEST(a_late_repeating_timer_does_not_pile_up),
		LOOP_TEST(a_timer_may_remove_itself_in_its_callback),
		LOOP_TEST(a_timer_removed_by_another_in_the_same_turn_does_not_fire),
		LOOP_TEST(a_callback_may_add_timers),
		LOOP_TEST(a_timer_that_sets_itself_again_at_once_does_not_stop_the_loop),
		LOOP_TEST(a_readable_descriptor_is_reported_until_it_is_read),
		LOOP_TEST(what_is_not_wanted_is_not_reported),
		LOOP_TEST(a_hangup_is_reported_though_nobody_asked),
		LOOP_TEST(a_descriptor_removed_by_another_in_the_same_turn_is_not_called),
		LOOP_TEST(a_descriptor_number_used_again_in_the_same_turn_has_no_events_of_the_old_one),
		LOOP_TEST(a_descriptor_that_epoll_refuses_is_refused_with_errno),
		LOOP_TEST(the_loop_runs_until_it_is_stopped),
		LOOP_TEST(after_sleep_comes_before_any_callback_of_the_turn),
		LOOP_TEST(who_is_asked_before_sleeping_says_how_long_the_loop_may_sleep),
		LOOP_TEST(what_takes_longer_than_it_may_is_told_by_name),
		LOOP_TEST(what_the_loop_did_but_sleep_is_counted),
		LOOP_TEST(a_crowd_that_is_ready_is_served_in_one_turn),
		LOOP_TEST(a_job_runs_on_its_thread_and_is_done_on_the_loops_thread),
		LOOP_TEST(jobs_of_one_thread_are_done_in_the_order_in_which_they_were_added),
		LOOP_TEST(a_full_queue_refuses_and_takes_again_when_a_job_is_done),
		LOOP_TEST(destroying_waits_for_the_running_job_and_tells_the_waiting_ones_without_running_them),
		LOOP_TEST(a_job_added_while_the_threads_are_destroyed_is_refused_and_not_forgotten),
	};
	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
