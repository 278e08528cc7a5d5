#include "common/world/ledger.h"

#include <assert.h>
#include <string.h>

#include "common/catalog/catalog.h"

static struct ledger_row *row_of(const struct world *w, unsigned slot, unsigned item)
{
	assert(item <= w->limits.items);
	return &w->ledger[(uint64_t)slot * (w->limits.items + 1) + item];
}

/* A counter that is part of the transaction. Only this process writes its block; who undoes its log owns it. */
static void counter_add(struct tx *tx, enum counter_id id, int64_t amount)
{
	_Atomic uint64_t *counter = &tx->world->processes[tx->world->slot].counters[id];
	tx_touch(tx, (void *)counter, sizeof *counter);
	count_add(tx->world, id, (uint64_t)amount);
}

void ledger_add(struct tx *tx, enum ledger_kind kind, unsigned item, int64_t amount)
{
	struct ledger_row *row = row_of(tx->world, tx->world->slot, item);
	bool is_gold = item == GOLD_ITEM;
	if (amount == 0)
		return;
	switch (kind) {
	case LEDGER_MINTED:
		SET(tx, row->minted, row->minted + amount);
		counter_add(tx, is_gold ? COUNT_gold_minted : COUNT_items_minted, amount);
		break;
	case LEDGER_BURNED:
		SET(tx, row->burned, row->burned + amount);
		counter_add(tx, is_gold ? COUNT_gold_burned : COUNT_items_burned, amount);
		break;
	case LEDGER_RESTORED:
		SET(tx, row->restored, row->restored + amount);
		break;
	}
}

void ledger_turn(struct tx *tx, unsigned from, unsigned to, int64_t amount)
{
	if (from == to)
		return;
	struct ledger_row *less = row_of(tx->world, tx->world->slot, from), *more = row_of(tx->world, tx->world->slot, to);
	SET(tx, less->turned, less->turned - amount);
	SET(tx, more->turned, more->turned + amount);
}

static void stacks_add(struct tx *tx, enum ledger_kind kind, const struct stack *stacks, unsigned count, int sign)
{
	for (unsigned i = 0; i < count; i++) {
		if (stacks[i].item != 0)
			ledger_add(tx, kind, stacks[i].item, (int64_t)stacks[i].amount * sign);
	}
}

void ledger_add_player(struct tx *tx, enum ledger_kind kind, const struct player *player, int sign)
{
	stacks_add(tx, kind, player->inventory, INVENTORY_SLOTS, sign);
	stacks_add(tx, kind, player->bank, BANK_SLOTS, sign);
	int64_t gold = (int64_t)player->gold + player->bank_gold;
	if (gold != 0)
		ledger_add(tx, kind, GOLD_ITEM, gold * sign);
}

void ledger_begin(struct world *world, unsigned item, int64_t amount)
{
	row_of(world, SLOT_KEEPER, item)->restored += amount;
}

const char *ledger_item_name(const struct catalog *catalog, unsigned item)
{
	const struct item_def *def = catalog != NULL ? catalog_item(catalog, item) : NULL;
	return item == GOLD_ITEM ? "gold" : def != NULL ? catalog_text(catalog, def->name) : "no such item";
}

/* --- sums ---------------------------------------------------------------------------------------------------------------------- */

static bool slot_may_have_run(const struct world *w, unsigned slot)
{
	return slot < w->limits.workers || slot >= SLOT_KEEPER;
}

void ledger_made(const struct world *w, int64_t *sums)
{
	memset(sums, 0, ((size_t)w->limits.items + 1) * sizeof *sums);
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		const struct ledger_row *rows = row_of(w, slot, 0);
		for (unsigned item = 0; slot_may_have_run(w, slot) && item <= w->limits.items; item++)
			sums[item] += rows[item].minted - rows[item].burned + rows[item].turned;
	}
}

void ledger_net(const struct world *w, int64_t *sums)
{
	ledger_made(w, sums);
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		const struct ledger_row *rows = row_of(w, slot, 0);
		for (unsigned item = 0; slot_may_have_run(w, slot) && item <= w->limits.items; item++)
			sums[item] += rows[item].restored;
	}
}
