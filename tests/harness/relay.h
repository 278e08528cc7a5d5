/* relay.h - a test object: a bad line to a server on a Unix socket, e.g. Redis. It takes connections on a socket of its own and
 * passes everything on, late, or only up to a byte.
 *
 * It is a process that dies with the test. The orders are in shared memory and hold from the moment they are given, for all of
 * its connections. */
#ifndef ARGENTUM_HARNESS_RELAY_H
#define ARGENTUM_HARNESS_RELAY_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

enum { RELAY_NO_CUT = -1 };

struct relay_orders {
	_Atomic uint32_t delay_ms;    /* both ways */
	_Atomic int64_t cut_requests; /* so many bytes more towards the server, then whoever sent the next one loses his
	                               * connection, and both sides see it closed; then RELAY_NO_CUT again */
	_Atomic int64_t cut_answers;  /* the same the other way */
	_Atomic uint32_t cuts;        /* how often that happened */
	_Atomic uint64_t requests;    /* bytes passed on towards the server */
};

struct relay {
	pid_t pid;
	char socket[96]; /* where it listens */
	struct relay_orders *orders;
};

/* Its socket is made beside the server's (with ".relay" behind it). Fails the test when it cannot. */
struct relay *relay_start(const char *server_socket);
void relay_stop(struct relay **relay);

#endif
