/* client.h - a connection's life: from accept to the last byte. One enum of phases, one function that changes it.
 *
 *     NEW ──login, creation──▶ CHECKING ──▶ PLAYING ──▶ CLOSING ──▶ free
 *      ▲                          │
 *      └──── creation refused ────┘
 *
 * The state is in the segment (struct connection) and belongs to this worker; struct client is what the process keeps
 * beside it. Closing never frees at once: a closed client is swept at the end of the turn, so that whoever is in the
 * middle of something with it may go on safely. */
#ifndef ARGENTUM_WORKER_CLIENT_H
#define ARGENTUM_WORKER_CLIENT_H

#include "worker/worker.h"

/* A newly accepted socket (non-blocking). Takes the descriptor over, also when it fails: then it is closed. */
void client_open(struct worker *w, int fd, const uint8_t address[16], uint16_t port);

/* A connection of our predecessor whose socket we have: our side of it. NULL: epoll refuses the descriptor. */
struct client *client_adopt(struct worker *w, uint32_t index);

/* Counts a connection that came along from a former generation. false: its address has no record. */
bool client_come_along(struct worker *w, uint32_t index);

/* One that was closing already. */
void client_adopt_closing(struct worker *w, struct client *client);

/* Takes a packet from the front of the input, as part of a transaction: both positions move as one. */
void client_consume(struct tx *tx, struct connection *c, size_t bytes);

/* The connection is about to be free: its address counts it no longer and gets back what it holds (address.h), and its slot
 * says so, in one step; the owner is still to be cleared. Harmless when it was never counted, or is not any more. */
void client_end_note(struct worker *w, uint32_t index);

/* The phase changes only here. */
void client_enter(struct worker *w, struct client *client, enum connection_phase phase);

/* Ends the connection: the player's character leaves or lingers as the rules want, what is queued is sent, then the
 * write side is shut and what still comes is thrown away for a second. A second call is harmless. */
void client_close(struct worker *w, struct client *client, enum close_reason reason);

/* The same, with packets as the last words. */
void client_close_saying(struct worker *w, struct client *client, enum close_reason reason, const uint8_t *packets,
						 size_t length);

/* The same, with an error dialog as the last words: why. */
void client_close_telling(struct worker *w, struct client *client, enum close_reason reason, struct text text);

/* An error dialog and nothing else (login refused), then the end; or, to a client on the creation screen, without. */
void client_refuse(struct worker *w, struct client *client, struct text text, bool keep_open);

/* Its deposit was sent: from here on it is served, since it outlives this process. */
void client_deposited(struct client *client);

void client_want_write(struct client *client, bool want);

/* The peer has no room for the next packet (output.h); false: it has again. */
void client_want_window(struct client *client, bool want);

/* Packets of anybody that waited are run in the next turn. */
void client_look_at_input(struct worker *w);

/* Once per turn: clients with input left, closed clients. Returns true when there is more to do at once. */
bool client_turn(struct worker *w);

/* Now and then (every half second): silence before login, closing that takes too long. */
void client_deadlines(struct worker *w);

/* What a log line calls it: "Lirael (127.0.0.1:4711)". Into the caller's buffer. */
const char *client_describe(const struct worker *w, const struct client *client, char *buffer, size_t capacity);

#endif
