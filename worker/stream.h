/* stream.h - how far the two streams of a client's socket are, to the byte, as the kernel tells it (traps.md, TCP knows what
 * you forgot).
 *
 * A worker that dies between a system call and writing down its result leaves positions that are behind the truth. Who goes
 * on with the socket (adopt.c in the same world, departure.c on the way to another one) puts them right before anything
 * else is read or sent. Plain TCP only. Private memory and a descriptor: no locks. */
#ifndef ARGENTUM_WORKER_STREAM_H
#define ARGENTUM_WORKER_STREAM_H

#include <stdbool.h>

#include "common/world/layout.h"

/* Writes down in `c` (a connection, or a copy of one) what its last owner could not: bytes that the kernel has put into its
 * input buffer, and bytes that it took for sending. false: the figures make no sense, or the socket tells none; nothing was
 * changed, and the connection cannot be trusted. */
bool stream_repair(struct connection *c, int fd);

/* Of a connection that is closing: how much of its last words was sent. Its input is not read any more, and behind the words
 * is an end that counts as a byte; when the figures make no sense, all was sent. */
void stream_repair_last(struct connection *c, int fd);

/* How many bytes of input came so far, read or not. */
uint64_t stream_received(const struct connection *c);

/* Has the peer acknowledged the output before this byte? */
bool stream_has_arrived(const struct connection *c, uint64_t position);
/* The position of the output up to which the peer has room, as it said last; what it has acknowledged counts. UINT64_MAX: the
 * kernel does not tell. */
uint64_t stream_window_end(const struct connection *c, int fd);

/* The peer has broken it off: the kernel has thrown away what it knew, so there is nothing to repair and nobody to serve. */
bool stream_is_reset(int fd);

#endif
