/* store_sum.h - what the store holds, item by item, and what its ledger says it holds (common/world/ledger.h).
 *
 * Summed up from the keys as the readers of records take them (record_value.h, ground_plan.c): what a character, a bank or a
 * ground would bring into the world. So a slot that this world cannot read counts nothing on either side. Grounds that the
 * store has no word of count as the map files have them. Who has an account and nothing else has nothing: his belongings are
 * minted when he enters.
 *
 * Private memory; any thread. One moment is looked at when nobody writes to a Redis meanwhile; the embedded store needs no
 * such care. */
#ifndef ARGENTUM_WORKER_STORE_SUM_H
#define ARGENTUM_WORKER_STORE_SUM_H

#include <stdatomic.h>

#include "common/catalog/catalog.h"
#include "common/store/store.h"
#include "common/world/audit.h"

struct store_sum {
	unsigned items;          /* highest number */
	int64_t *found, *ledger; /* [items + 1] */
	bool has_ledger;
	uint64_t ledger_catalog; /* content hash of the world that the ledger was written for */
	uint32_t characters;     /* with a key of their own */
	uint32_t unknown;        /* slots and stacks that this world cannot hold */
	uint64_t gold, units;    /* of found: gold, and everything else */
};

/* Walks through the whole store; blocks. `cancel` (may be NULL) ends it early, which is a failure. false with a text; *sum is
 * to be freed in either case. */
bool store_sum_take(struct store_sum *sum, struct store *store, const struct catalog *catalog, atomic_bool *cancel,
					struct problem *why);
void store_sum_free(struct store_sum *sum);

/* The ledger alone, of an answer to STORE_GET_HASH KEY_LEDGER: fields of the items that this world has. false: there is none.
 * For who allocated `ledger` [items + 1]. */
bool store_sum_read_ledger(const struct store_reply *reply, unsigned i, int64_t *ledger, unsigned items,
						   uint64_t *catalog_hash);

/* Each difference is a finding. Returns how many. */
uint32_t store_sum_compare(const struct store_sum *sum, const struct catalog *catalog, struct audit *audit);

/* Puts totals into the batch: fields that differ from `known`; NULL: the whole, whatever is there. */
void store_sum_write(struct store_batch *batch, const int64_t *totals, const int64_t *known, unsigned items,
					 uint64_t catalog_hash);

#endif
