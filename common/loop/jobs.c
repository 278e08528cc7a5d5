#include "common/loop/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/loop/loop.h"

struct item {
	job_fn *run, *done;
	void *job;
};

/* A ring of items; capacity is fixed, so that adding never allocates. */
struct queue {
	struct item *items;
	unsigned capacity, first, count;
};

struct jobs {
	pthread_mutex_t lock; /* private to this process; guards both queues and `stopping` */
	pthread_cond_t wake;
	struct queue waiting, finished;
	unsigned running;
	bool stopping;
	int event;
	struct loop_fd *watch;
	unsigned threads;
	pthread_t *thread;
};

static void queue_push(struct queue *q, struct item item)
{
	q->items[(q->first + q->count++) % q->capacity] = item;
}

static struct item queue_pop(struct queue *q)
{
	struct item item = q->items[q->first];
	q->first = (q->first + 1) % q->capacity;
	q->count--;
	return item;
}

static void *thread_main(void *context)
{
	struct jobs *jobs = context;
	pthread_mutex_lock(&jobs->lock);
	for (;;) {
		while (jobs->waiting.count == 0 && !jobs->stopping)
			pthread_cond_wait(&jobs->wake, &jobs->lock);
		if (jobs->stopping)
			break;
		struct item item = queue_pop(&jobs->waiting);
		jobs->running++;
		pthread_mutex_unlock(&jobs->lock);
		item.run(item.job);
		pthread_mutex_lock(&jobs->lock);
		jobs->running--;
		queue_push(&jobs->finished, item);
		uint64_t one = 1;
		ssize_t written = write(jobs->event, &one, sizeof one);
		(void)written; /* the counter cannot overflow: the queues are bounded */
	}
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

static void finished_run(void *context, unsigned events)
{
	struct jobs *jobs = context;
	uint64_t count;
	ssize_t got = read(jobs->event, &count, sizeof count);
	(void)got;
	(void)events;
	for (;;) {
		pthread_mutex_lock(&jobs->lock);
		if (jobs->finished.count == 0) {
			pthread_mutex_unlock(&jobs->lock);
			return;
		}
		struct item item = queue_pop(&jobs->finished);
		pthread_mutex_unlock(&jobs->lock);
		item.done(item.job);
	}
}

static void jobs_free(struct jobs *jobs)
{
	loop_fd_remove(&jobs->watch);
	if (jobs->event >= 0)
		close(jobs->event);
	free(jobs->waiting.items);
	free(jobs->finished.items);
	free(jobs->thread);
	free(jobs);
}

static bool threads_start(struct jobs *jobs, unsigned threads)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = 0;
	while (jobs->threads < threads && error == 0) {
		error = pthread_create(&jobs->thread[jobs->threads], NULL, thread_main, jobs);
		if (error == 0)
			jobs->threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return error == 0;
}

struct jobs *jobs_create(struct loop *loop, unsigned threads, unsigned queue, struct problem *why)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);
	if (jobs == NULL) {
		problem_set(why, "job threads: out of memory");
		return NULL;
	}
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->wake, NULL);
	/* Every job may be finished at once: those waiting and those running. */
	jobs->waiting = (struct queue){.items = calloc(queue, sizeof(struct item)), .capacity = queue};
	jobs->finished = (struct queue){.items = calloc(queue + threads, sizeof(struct item)), .capacity = queue + threads};
	jobs->thread = calloc(threads, sizeof(pthread_t));
	jobs->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (jobs->event >= 0)
		jobs->watch = loop_fd_add(loop, jobs->event, LOOP_READ, finished_run, jobs, "finished jobs");
	if (jobs->waiting.items == NULL || jobs->finished.items == NULL || jobs->thread == NULL || jobs->watch == NULL) {
		problem_set(why, "job threads: %s", strerror(errno));
		jobs_free(jobs);
		return NULL;
	}
	if (!threads_start(jobs, threads)) {
		problem_set(why, "job threads: cannot start one: %s", strerror(errno));
		jobs_destroy(&jobs);
		return NULL;
	}
	return jobs;
}

void jobs_destroy(struct jobs **handle)
{
	struct jobs *jobs = *handle;
	if (jobs == NULL)
		return;
	*handle = NULL;
	pthread_mutex_lock(&jobs->lock);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->wake);
	pthread_mutex_unlock(&jobs->lock);
	for (unsigned i = 0; i < jobs->threads; i++)
		pthread_join(jobs->thread[i], NULL);
	while (jobs->waiting.count > 0) {
		struct item item = queue_pop(&jobs->waiting);
		item.done(item.job);
	}
	finished_run(jobs, LOOP_READ);
	pthread_mutex_destroy(&jobs->lock);
	pthread_cond_destroy(&jobs->wake);
	jobs_free(jobs);
}

bool jobs_add(struct jobs *jobs, job_fn *run, job_fn *done, void *job)
{
	pthread_mutex_lock(&jobs->lock);
	bool room = !jobs->stopping && jobs->waiting.count + jobs->finished.count + jobs->running < jobs->waiting.capacity;
	if (room) {
		queue_push(&jobs->waiting, (struct item){run, done, job});
		pthread_cond_signal(&jobs->wake);
	}
	pthread_mutex_unlock(&jobs->lock);
	return room;
}
