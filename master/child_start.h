/* child_start.h - the first things a forked process does, in their order, before it is a worker or the keeper.
 *
 * Runs in the child only. What follows (attaching the world, settling what the predecessor left, saying READY) is the
 * business of worker_main and keeper_main: worker/process.h. */
#ifndef ARGENTUM_MASTER_CHILD_START_H
#define ARGENTUM_MASTER_CHILD_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/log.h"
#include "worker/process.h"

struct child_start {
	const char *name; /* in the log: "worker 2", "keeper" */
	pid_t master;     /* who forked; death before we could ask to be told of it is noticed by comparing */
	enum log_target log_target;
	const char *log_path; /* for LOG_TO_FILE */
};

/* 1. Signals: handlers to their defaults; the mask to exactly TERM, QUIT and USR1, which the child reads from a signalfd;
 *    what a terminal sends to everybody (INT, HUP) and PIPE are ignored: the master says when to stop.
 * 2. Is the master still there? From here on its death is the EOF of the channel: workers then let their players leave,
 *    the keeper writes a last cut, and each ends by itself. A death signal would leave no time for that.
 * 3. Close every descriptor but 0, 1, 2 and those of `process`, its vault's included; open the log anew.
 * 4. The name in ps ("argentumd:w2") and in the log.
 * false with a text when the child cannot go on; master_gone then says whether it is because the master died. */
bool child_start(const struct child_start *start, const struct process_start *process, bool *master_gone,
				 struct problem *why);

#endif
