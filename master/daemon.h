/* daemon.h - going into the background: the caller's shell gets its prompt back when the server is ready, or has failed.
 *
 * The process that was started waits; its grandchild, in a session of its own, becomes the server. The working directory
 * stays, so that relative paths keep their meaning. */
#ifndef ARGENTUM_MASTER_DAEMON_H
#define ARGENTUM_MASTER_DAEMON_H

#include <stdbool.h>

#include "common/base/problem.h"

struct pidfile;

struct daemon {
	int report;              /* pipe to the process that waits, -1 = nobody waits */
	struct pidfile *pidfile; /* of the server, NULL = none; crosses to another program (handover.h) */
};

/* Returns in the grandchild, whose standard descriptors are /dev/null. The process that called it exits with the status
 * reported, after printing the text (0: to stdout, else to stderr). Call it while there are no threads and no loop. */
bool daemon_start(struct daemon *daemon, struct problem *why);

/* Tells who waits how it went; the first report counts. Without daemon_start it does nothing. */
void daemon_report(struct daemon *daemon, int status, const char *text);

#endif
