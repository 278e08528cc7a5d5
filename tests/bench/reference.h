/* reference.h - what fan-out costs at the least: the smallest epoll program that does for its clients what the game does when
 * somebody steps. It knows Walk and Ping and nothing else: who walks is seen by `observers` others, as a CharacterMove of
 * the same bytes that the game sends; a Ping is answered. No world, no rules, no crash safety.
 *
 * Two modes: flush every turn of the loop; or each socket at most every flush_ms, at once when it has been quiet for so
 * long. With several processes each owns its share of the sockets, and tells the others of its steps through a ring in
 * shared memory.
 *
 * It is a child of the bench, which owns it; it dies with it. */
#ifndef ARGENTUM_BENCH_REFERENCE_H
#define ARGENTUM_BENCH_REFERENCE_H

#include <sys/types.h>

enum { REFERENCE_START = 50, REFERENCE_PROCESSES_MAX = 16 };

struct reference_options {
	unsigned sockets;   /* that will connect */
	unsigned observers; /* of each step, below `sockets` */
	unsigned processes;
	unsigned flush_ms; /* 0 = every turn */
};

struct reference {
	unsigned port;
	pid_t acceptor; /* parent of the others */
	unsigned processes;
	pid_t *pids; /* shared: of those that serve, 0 until they do */
};

/* Listens before it returns. Failing ends the program with a message. */
void reference_start(struct reference *reference, const struct reference_options *options);
void reference_stop(struct reference *reference);
double reference_cpu_s(const struct reference *reference);

#endif
