/* obituary.h - the line that the operator reads when a process ended: who, how, doing what, and what is done now.
 *
 * Pure functions over what the parent collected; nothing here looks at the world. What a dead process left in its black
 * box is not trusted: numbers are looked up, texts are cut and made printable. */
#ifndef ARGENTUM_MASTER_OBITUARY_H
#define ARGENTUM_MASTER_OBITUARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/world/layout.h"

struct obituary {
	const char *who; /* "worker 2" */
	pid_t pid;
	int status;               /* as wait(2) gives it */
	uint64_t hung_ms;         /* > 0: the watchdog killed it after so long without a heartbeat */
	bool overdue;             /* the master killed it because it did not stop in time */
	uint64_t lived_ms;        /* from birth to death */
	struct black_box box;     /* copy; since_ms 0 = it was idle */
	const char *what_is_done; /* "starting again at once (restart 3)" */
};

/* "worker 2 (pid 4711) killed by SIGSEGV in packet Walk of Lirael, map 34, after 12 min: starting again at once" */
void obituary_write(char *text, size_t size, const struct obituary *o);

/* " in packet Walk of Lirael, map 34"; "" when the process was idle. */
void black_box_write(char *text, size_t size, const struct black_box *box);

#endif
