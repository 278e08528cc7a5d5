/* listeners.h - the listening sockets: one per worker slot that may ever be used, all of one SO_REUSEPORT group.
 *
 * The master binds them and keeps them open for its whole life. A listener that is closed resets every connection in
 * its queue (traps.md, Listening sockets), so none is ever closed while the server runs: a worker that dies is
 * succeeded by one that gets the same listener, and the clients in the queue just wait. When there are fewer workers than
 * listeners, the kernel is told to give newcomers to the first ones only (listeners_spread), and what still waits in the
 * others is served by the workers that remain (listener_is_of). */
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

/* Listening sockets that are open already, of another process: taken when they listen on that address. The descriptors stay
 * the caller's when not. */
bool listeners_take(struct listeners *listeners, const int *fds, unsigned count, const char *host, uint16_t port,
					struct problem *why);

/* Binds more, to the address of those there are, until there are `count`. false with a text: there are as many as before. */
bool listeners_grow(struct listeners *listeners, unsigned count, int backlog, struct problem *why);

/* Newcomers go to the first `workers` listeners, evenly. When those are all there are, the kernel chooses by a hash of both
 * ends' addresses, so that one port of one client always leads to the same listener; when they are fewer, a little program
 * of the socket filter in the kernel chooses at random. Listeners keep what waits in them. false: this kernel has no such
 * programs; then newcomers are spread over all listeners, and workers that serve two get twice as many. */
bool listeners_spread(const struct listeners *listeners, unsigned workers);

/* Newcomers that may wait, from now on. */
void listeners_set_backlog(const struct listeners *listeners, int backlog);

/* At the end of the master's life, when no worker is left. */
void listeners_close(struct listeners *listeners);

#endif
