/* listeners.h - the listening sockets: one per worker slot, all of one SO_REUSEPORT group.
 *
 * The master binds them and keeps them open for its whole life. A listener that is closed resets every connection in
 * its queue (traps.md, Listening sockets), so none is ever closed while the server runs: a worker that dies is
 * succeeded by one that gets the same listener, and the clients in the queue just wait. */
#ifndef ARGENTUM_MASTER_LISTENERS_H
#define ARGENTUM_MASTER_LISTENERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "worker/process.h"

enum { LISTENERS_ADDRESS_BYTES = 72 };

struct listeners {
	unsigned count;
	int fd[WORKERS_MAX];                   /* non-blocking, close-on-exec */
	uint16_t port;                         /* the real one, also when 0 was asked for */
	char address[LISTENERS_ADDRESS_BYTES]; /* "0.0.0.0:7666", "[::1]:7666" */
};

/* Binds `count` (1..WORKERS_MAX) listeners to host, a numeric IPv4 or IPv6 address or a name that resolves to one, and
 * port (0: any free one, the same for all). Refused when anybody listens there already, also when it would share the
 * port with us. On failure nothing is open and the text names address, port and reason. Blocks while it resolves a
 * name. */
bool listeners_open(struct listeners *listeners, const char *host, uint16_t port, unsigned count, int backlog,
					struct problem *why);

/* At the end of the master's life, when no worker is left. */
void listeners_close(struct listeners *listeners);

#endif
