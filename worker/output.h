/* output.h - what clients are still to be sent: chains of chunks in the segment, sent in whole packets.
 *
 * The chunks of a worker's share of the pool belong to it; which of them are free it knows by itself (its successor
 * finds out from the connections). A connection's output, its positions in the rings and its view move together: a
 * change is prepared in a copy of the cursor and made valid by one store (cursor_commit).
 *
 * The Godot client drops a packet that is split between two reads. So output leaves in pieces of whole packets no
 * longer than a TCP segment, each with MSG_EOR (protocol.md 1.5), and only when the peer's window takes all of it: what a
 * kernel cannot send in whole it sends in parts. */
#ifndef ARGENTUM_WORKER_OUTPUT_H
#define ARGENTUM_WORKER_OUTPUT_H

#include <stddef.h>
#include <string.h>

#include "common/base/point.h"
#include "worker/worker.h"

bool output_pool_create(struct worker *w, struct problem *why);
void output_pool_destroy(struct worker *w);

/* The chunks that connections of this slot use are not free: what our predecessor knew by itself. */
void output_pool_adopt(struct worker *w);

enum { CURSOR_HALF = offsetof(struct connection_cursor, appended) };

/* Writes the next state into the idle cursor, where it does not count yet; returns which one that is. */
static inline uint32_t cursor_write(struct connection *c, const struct connection_cursor *next)
{
	uint32_t idle = (atomic_load_explicit(&c->cursor_active, memory_order_relaxed) & 1) ^ 1;
	/* In two halves, so that a test can step in between: the idle one does not count. */
	memcpy(&c->cursor[idle], next, CURSOR_HALF);
	point("cursor half written");
	memcpy((uint8_t *)&c->cursor[idle] + CURSOR_HALF, (const uint8_t *)next + CURSOR_HALF, sizeof *next - CURSOR_HALF);
	point("cursor written");
	return idle;
}

/* Makes the one written before valid, as part of a transaction: together with what else that changes, or not at all. */
static inline void cursor_flip(struct tx *tx, struct connection *c, uint32_t written)
{
	TOUCH(tx, c->cursor_active);
	atomic_store_explicit(&c->cursor_active, written, memory_order_release);
}

static inline void cursor_commit(struct connection *c, const struct connection_cursor *next)
{
	uint32_t idle = cursor_write(c, next);
	atomic_store_explicit(&c->cursor_active, idle, memory_order_release);
	point("cursor valid");
}

/* Appends whole Latin-1 packets to a cursor that is not valid yet (recoded when the client wants another charset), and counts
 * them as told (traffic.h). CLOSE_NONE, or why the connection must be closed (the bound of its output, the pool). Then do not commit the cursor. */
enum close_reason output_append(struct worker *w, struct client *client, struct connection_cursor *next,
								const uint8_t *packets, size_t length);

/* The same with bytes that are as the client wants them already, and that somebody else counts. */
enum close_reason output_append_raw(struct worker *w, struct client *client, struct connection_cursor *next,
									const uint8_t *bytes, size_t length);

/* As one step: append and commit. With client->early_bytes the packet that is answered is taken from the input in that same
 * step, else nothing moves but the output. Closes the connection itself when it must. */
void output_say(struct worker *w, struct client *client, const uint8_t *packets, size_t length);

/* As next->place_behind: what is being appended tells the client where it is. */
#define PLACE_IN_THIS UINT64_MAX

/* Appends and commits `next`, the next state of the client's cursor; closes the connection when it cannot take more. */
void output_tell(struct worker *w, struct client *client, struct connection_cursor *next, const uint8_t *packets,
				 size_t length, bool urgent);

/* The same with bytes that are as the client wants them already, and that the caller counts. Whether they were appended. */
bool output_tell_raw(struct worker *w, struct client *client, struct connection_cursor *next, const uint8_t *bytes,
					 size_t length, bool urgent);

/* Puts the client on the list of those to flush: at the end of this turn when `urgent` or when nothing was sent for as
 * long as output is gathered (pace.h), else when that time is over. */
void output_schedule(struct worker *w, struct client *client, bool urgent);

/* Sends to all that are due. Returns how many milliseconds the loop may sleep until the next is, -1 = none waits. */
int output_flush_due(struct worker *w);

/* Sends now what the kernel takes. false: the connection broke. */
bool output_flush(struct worker *w, struct client *client);

static inline uint64_t output_waiting(const struct connection *c)
{
	return cursor_now(c)->appended - c->sent;
}

/* To be called for each of these clients before something is told or sent to him: connections and chunks are pages apart, and those
 * of the next ones are fetched meanwhile; first the connection, then the chunk that is appended to. */
static inline void output_look_ahead(const struct worker *w, struct client *const *clients, uint32_t count, uint32_t i)
{
	enum { NEAR = 2, FAR = 4 };
	if (i + FAR < count && clients[i + FAR]->c != NULL) {
		const uint8_t *lines = (const uint8_t *)clients[i + FAR]->c;
		for (size_t line = 0; line < offsetof(struct connection, attempt_start_s); line += 64)
			__builtin_prefetch(lines + line);
	}
	if (i + NEAR < count && clients[i + NEAR]->c != NULL) {
		const struct connection_cursor *cursor = cursor_now(clients[i + NEAR]->c);
		const struct chunk *tail = &w->world.chunks[cursor->tail];
		__builtin_prefetch(tail);
		__builtin_prefetch(tail->bytes + cursor->tail_used, 1);
	}
}

/* Gives all chunks of a connection back. */
void output_drop(struct worker *w, struct client *client);

#endif
