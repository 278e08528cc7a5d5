/* address.h - what one address may do: connections at a time and in a row, logins, wrong passwords, new characters.
 *
 * An IPv6 address counts as its network (limits.ipv6_prefix_bits), an IPv4 address as itself, also when it comes mapped into
 * IPv6. Loopback is an address like any other. Each address has a record in the segment (struct address), in a hash table of
 * sets keyed with the world's boot id; records that count open connections stay, others give way to newcomers.
 *
 * Everything is taken and given back under the realm's lock, in one transaction with the mark that says what a connection
 * holds (peer.record, connection.attempt). So limits are exact however many workers and clients try at once, and whatever
 * is held is given back once: the transaction that gives back takes the mark away. When a worker dies, its successor closes
 * or goes on with its connections, marks and all; nothing is counted anew. */
#ifndef ARGENTUM_WORKER_ADDRESS_H
#define ARGENTUM_WORKER_ADDRESS_H

#include "common/text/texts.h"
#include "common/world/tx.h"
#include "worker/close_reasons.h"

/* All of them inside a transaction that holds the realm. */

/* Counts a connection that was just accepted (its peer's address is set), or says why not: cancel the transaction then. */
enum close_reason address_admit(struct tx *tx, uint32_t connection);

/* Counts a connection that came along from a former generation of the world, whatever the limits say. false: every record that
 * its address could have counts others. */
bool address_come_along(struct tx *tx, uint32_t connection);

/* The connection is gone: gives back everything that it holds. Harmless when it holds nothing. */
void address_leave(struct tx *tx, uint32_t connection);

/* A login or creation begins: takes one from its address's limits. Harmless when it has done so already. TEXT_ID_COUNT, or
 * what to tell the client: cancel the transaction then. */
enum text_id address_attempt(struct tx *tx, uint32_t connection, bool creating);

/* It has ended. `counts`: the password was wrong, the character was created; otherwise the limit gets back what was taken.
 * Harmless without an attempt under way. */
void address_attempt_end(struct tx *tx, uint32_t connection, bool counts);

/* What counts as one address: `bits` of an IPv6 address, the rest 0; IPv4 as it is. */
void address_prefix(const uint8_t address[16], int bits, uint8_t prefix[16]);

#endif
