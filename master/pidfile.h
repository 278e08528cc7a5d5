/* pidfile.h - the file with the master's pid, locked as long as it lives: a second start is refused.
 *
 * The lock (flock) belongs to the open file, so it ends with the process, however that dies; a file left behind by a
 * killed master is taken over. Children close the descriptor at their start. */
#ifndef ARGENTUM_MASTER_PIDFILE_H
#define ARGENTUM_MASTER_PIDFILE_H

#include <stdbool.h>

#include "common/base/problem.h"

struct pidfile {
	int fd;         /* -1 = none */
	char path[256]; /* "" = none */
};

/* Locks the file (made with mode 0644 when missing) and writes this process's pid into it. false with a text that
 * names the pid of the server that holds it. */
bool pidfile_take(struct pidfile *pidfile, const char *path, struct problem *why);

/* Deletes the file and gives the lock back. Harmless when none is held. */
void pidfile_give_back(struct pidfile *pidfile);

#endif
