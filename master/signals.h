/* signals.h - the signals a process answers to: one table, blocked and read from a signalfd, no work in handlers.
 *
 * What a child inherits of it (the mask) is put right by child_start. */
#ifndef ARGENTUM_MASTER_SIGNALS_H
#define ARGENTUM_MASTER_SIGNALS_H

#include <stdbool.h>

#include "common/base/problem.h"

struct loop;
struct signals;

struct signal_row {
	const char *name; /* "TERM" */
	int number;
	bool said;        /* its coming is worth a line in the log, with who sent it */
	const char *what; /* what is done about it, for that line */
	void (*act)(void *context);
};

/* Blocks the signals of the table (which lives as long as the result) and calls their functions from the loop. PIPE is
 * ignored. NULL with a text when that fails. */
struct signals *signals_open(struct loop *loop, const struct signal_row *rows, unsigned count, void *context,
							 struct problem *why);
void signals_close(struct signals **signals); /* they stay blocked */

#endif
