/* address.h - what one address may do: connections at a time and in a row, creations, wrong passwords.
 *
 * Connections are counted by looking at them (struct peer), so that no way of closing one can be forgotten. Deeds are in
 * a ring in the realm, written under its lock, looked at without. Loopback is an address like any other. */
#ifndef ARGENTUM_WORKER_ADDRESS_H
#define ARGENTUM_WORKER_ADDRESS_H

#include "worker/worker.h"

/* May this address open one more connection now? CLOSE_NONE, or why not. */
enum close_reason address_may_connect(const struct worker *w, const uint8_t address[16]);

/* How often it did this within the last `within_ms`. */
unsigned address_deeds(const struct worker *w, const uint8_t address[16], enum address_deed deed, uint64_t within_ms);

/* Inside a transaction that holds the realm. */
void address_deed_add(struct tx *tx, const uint8_t address[16], enum address_deed deed);

/* Another character plays from this address. */
bool address_plays(const struct worker *w, uint32_t connection);

#endif
