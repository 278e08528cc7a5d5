/* dispatch.h - from a packet to its rule. rules.def is the table: a newcomer reads it first.
 *
 * Whatever can refuse a packet before its rule stands in dispatch.c, in one order: phase, then, inside the transaction,
 * what the table's row needs (alive, not trading, ...). The rule runs with the lock of its player's map held (and the
 * realm's where the row says so), and the packet's effect on the connection's input belongs to the same transaction. */
#ifndef ARGENTUM_WORKER_DISPATCH_H
#define ARGENTUM_WORKER_DISPATCH_H

#include "worker/game/rule.h"
#include "worker/worker.h"

/* Runs one packet of a client that is NEW or PLAYING; `used` = its bytes at the front of the input. */
void dispatch(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used);

#endif
