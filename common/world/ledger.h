/* ledger.h - why there is as much of each item as there is: what came into the world and what left it, by item number.
 *
 * Gold counts under GOLD_ITEM, purses, bank accounts and piles together. Two equations hold at every moment at which all
 * locks are held, and audits check them (audit.h, worker/store_sum.h):
 *
 *     what players, banks and grounds of the world hold  =  minted - burned + turned + restored    (over all processes)
 *     what characters, banks and grounds of the store hold  =  balance + minted - burned + turned  (at the moment of its cut)
 *
 * The second sum is what each cut writes beside the records (KEY_LEDGER). The balance is what the store held when this world
 * began, map files included; the keeper sets it when it restores a world, and when an operator accepts a difference.
 *
 * Whose it is: each process slot has its rows and adds to them inside the transaction that changes the amount, so they are
 * undone with it, and settled with it when the process dies. Rows belong to the slot, not to a life: a successor goes on with
 * them. The balances belong to the keeper; they change under the realm's lock, in a transaction. Whoever wants sums holds
 * every lock.
 *
 * Who writes entries: move.c (minting, burning, gold of another kind), ground_become (doors), entering.c (who enters: his
 * belongings were minted with him, or come from the store), realm_release (what left with somebody is only in the store), and
 * what makes a world: populate.c and ground_plan_apply. Nothing else changes an amount. */
#ifndef ARGENTUM_WORLD_LEDGER_H
#define ARGENTUM_WORLD_LEDGER_H

#include "common/world/tx.h"

struct catalog;

enum ledger_kind { LEDGER_MINTED, LEDGER_BURNED, LEDGER_RESTORED };

/* Adds to this process's rows, as part of the transaction. The item must be one of the segment's (limits.items). Amounts of
 * RESTORED may be negative: the store has it alone now. */
void ledger_add(struct tx *tx, enum ledger_kind kind, unsigned item, int64_t amount);

/* So much of one item is another item from now on: a door that turns, gold coins of another kind. */
void ledger_turn(struct tx *tx, unsigned from, unsigned to, int64_t amount);

/* All that a player has, bank included; `sign` 1 or -1. */
void ledger_add_player(struct tx *tx, enum ledger_kind kind, const struct player *player, int sign);

/* For who fills a segment that nobody else sees yet (populate.c): no transaction. */
void ledger_begin(struct world *world, unsigned item, int64_t amount);

/* What people call it: "gold", or its name (Latin-1). `catalog` may be NULL: then nothing else has a name. */
const char *ledger_item_name(const struct catalog *catalog, unsigned item);

/* --- sums; every lock is held --- */

/* What minting, burning and turning did to each item so far: sums[limits.items + 1]. */
void ledger_made(const struct world *world, int64_t *sums);

/* What the world must hold of each item: the same and `restored`. */
void ledger_net(const struct world *world, int64_t *sums);

#endif
