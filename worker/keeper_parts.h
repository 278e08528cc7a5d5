/* keeper_parts.h - what keeper*.c want of each other. */
#ifndef ARGENTUM_WORKER_KEEPER_PARTS_H
#define ARGENTUM_WORKER_KEEPER_PARTS_H

#include "worker/keeper.h"

/* keeper_audit.c */

/* Somebody walks through the store: nothing may be written to it. */
bool keeper_audit_walks(const struct keeper *keeper);

/* An answer of the store came: is its balance to be taken anew? */
void keeper_balances_look(struct keeper *keeper);

/* The store lost what it had: what its ledger must say is found out when it has what is in the world. */
void keeper_balances_are_lost(struct keeper *keeper);

/* Makes the ledger in the store's next cut say this of each item [items + 1], and takes the balances for valid. Nobody may
 * be writing. */
void keeper_balances_set(struct keeper *keeper, const int64_t *totals);

#endif
