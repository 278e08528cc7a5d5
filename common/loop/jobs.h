/* jobs.h - work that may block (hashing a password, reading the embedded store), done by threads beside the loop.
 *
 * `run` executes on a job thread and may touch only what the job owns; `done` executes on the loop's thread, in the
 * order of completion. Job threads never look at the world. When the process dies, its jobs die with it. */
#ifndef ARGENTUM_LOOP_JOBS_H
#define ARGENTUM_LOOP_JOBS_H

#include <stdbool.h>

#include "common/base/problem.h"

struct loop;
struct jobs;

typedef void job_fn(void *job);

/* At most `queue` jobs wait at a time. The threads block all signals. */
struct jobs *jobs_create(struct loop *loop, unsigned threads, unsigned queue, struct problem *why);
void jobs_destroy(struct jobs **jobs); /* waits for the running jobs; waiting ones get `done` without `run` */

/* Queues a job; the memory of `job` stays the caller's until `done` was called. false: the queue is full. */
bool jobs_add(struct jobs *jobs, job_fn *run, job_fn *done, void *job);

#endif
