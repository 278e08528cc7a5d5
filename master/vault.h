/* vault.h - a duplicate of every client's socket, so that a worker's death disconnects nobody.
 *
 * A worker deposits a socket when it has accepted it and drops it when it closes it (worker/process.h). The process that
 * is forked into a dead worker's slot inherits the duplicates of that slot and goes on with them. Private to the master;
 * when the master dies, all is closed. The master never reads from or writes to these sockets. */
#ifndef ARGENTUM_MASTER_VAULT_H
#define ARGENTUM_MASTER_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "worker/process.h"

struct vault {
	struct vault_entry *entries; /* [size]; by connection index, 0 is unused */
	uint8_t *slot;               /* [size]: who deposited it */
	bool *former;                /* [size]: in a former world, whose generations tell nothing about those of this one */
	uint32_t size;
	uint32_t held;         /* how many sockets are there */
	struct fdstore *store; /* is told what comes and goes; NULL = nobody is */
};

/* For connections 1..connections. */
bool vault_create(struct vault *vault, uint32_t connections, struct problem *why);
void vault_destroy(struct vault *vault); /* closes everything */

/* Takes the descriptor over; what was there is closed. But what another worker deposited for a later generation stays: each
 * has its own line to the master, and what came first may be read last. false: there is no such connection, the descriptor is
 * closed. */
bool vault_deposit(struct vault *vault, unsigned slot, uint32_t connection, uint32_t generation, int fd);

/* Only when it is that generation's. */
void vault_drop(struct vault *vault, uint32_t connection, uint32_t generation);

uint32_t vault_count(const struct vault *vault, unsigned slot);

/* What one slot deposited counts as another's from now on: its worker is succeeded there. */
void vault_give(struct vault *vault, unsigned slot, unsigned heir);

/* Closes what a slot deposited: its worker ended in order and has no successor. */
void vault_drop_slot(struct vault *vault, unsigned slot);

/* Room for at least so many connections; what is there stays. */
bool vault_fit(struct vault *vault, uint32_t connections, struct problem *why);

/* What slots from `workers` on deposited belongs to the others from now on. */
void vault_spread(struct vault *vault, unsigned workers);

/* From now on deposits come from another world; nobody of the former one lives. */
void vault_world_is_new(struct vault *vault);

/* In a child: forgets, without closing, what other slots deposited; child_start closes all that nobody names. */
void vault_forget_others(struct vault *vault, unsigned slot);

#endif
