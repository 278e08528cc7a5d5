/* dispatch.h - from a client's packet to its rule. rules.def is the table: a newcomer reads it first.
 *
 * The phase of the connection decides here; what else can refuse a packet before its rule (alive, not trading, ...) stands
 * in game/ruling.c, inside the transaction. The rule runs with the lock of its player's map held (and the
 * realm's where the row says so), and the packet's effect on the connection's input belongs to the same transaction. */
#ifndef ARGENTUM_WORKER_DISPATCH_H
#define ARGENTUM_WORKER_DISPATCH_H

#include "worker/game/rule.h"
#include "worker/worker.h"

/* Runs one packet of a client that is NEW or PLAYING; `used` = its bytes at the front of the input. */
void dispatch(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used);

#endif
