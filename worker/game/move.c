#include "worker/game/move.h"

#include <assert.h>

#include "common/catalog/catalog.h"
#include "common/world/ledger.h"
#include "worker/game/ground.h"
#include "worker/game/inventory.h"
#include "worker/game/move_ends.h"

/* --- both kinds of ends ------------------------------------------------------------------------------------------------ */

static const struct player *player_at(const struct tx *tx, struct end end)
{
	assert(end.player >= 1 && end.player <= tx->world->limits.players);
	return &tx->world->players[end.player];
}

struct stack end_stack(const struct tx *tx, struct end end)
{
	if (end.kind == END_TILE)
		return ground_at(tx->world, end.at.map, end.at.x, end.at.y);
	if (end.kind == END_HOARD)
		return hoard_at(tx->world, end.at.map, end.slot);
	if (end.kind != END_SLOT || end.slot < 1 || end.slot > INVENTORY_SLOTS)
		return (struct stack){0};
	return player_at(tx, end)->inventory[end.slot - 1];
}

/* The bag as the slot that it means for this stack; slot 0 when it takes none. */
static struct end end_chosen(const struct tx *tx, struct end end, struct stack stack)
{
	return end.kind == END_BAG ? in_slot(end.player, inventory_slot_for(tx, player_at(tx, end), stack)) : end;
}

unsigned end_room(const struct tx *tx, struct end end, struct stack stack)
{
	struct end to = end_chosen(tx, end, stack);
	switch (to.kind) {
	case END_SLOT:
		return slot_room(tx, player_at(tx, to), to.slot, stack);
	case END_TILE:
		return ground_room(tx->world, to.at.map, to.at.x, to.at.y, stack);
	case END_HOARD:
		return hoard_room(tx->world, to.at.map, to.slot, stack);
	default:
		return 0;
	}
}

static void stack_put(struct tx *tx, struct end to, struct stack stack)
{
	if (to.kind == END_TILE)
		ground_put(tx, to.at, stack);
	else if (to.kind == END_HOARD)
		hoard_put(tx, to.at.map, to.slot, stack);
	else
		slot_put(tx, to.player, to.slot, stack);
}

static struct stack stack_take(struct tx *tx, struct end from, unsigned amount)
{
	if (from.kind == END_TILE)
		return ground_take(tx, from.at, amount);
	if (from.kind == END_HOARD)
		return hoard_take(tx, from.at.map, from.slot, amount);
	return slot_take(tx, from.player, from.slot, amount);
}

static bool same_end(struct end a, struct end b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == END_TILE)
		return a.at.map == b.at.map && a.at.x == b.at.x && a.at.y == b.at.y;
	return a.player == b.player && a.at.map == b.at.map && a.slot == b.slot;
}

/* --- items --------------------------------------------------------------------------------------------------------------- */

enum move_result item_move(struct tx *tx, struct end from, struct end to, int64_t amount)
{
	struct stack stack = end_stack(tx, from);
	if (amount < 1 || amount > stack.amount)
		return MOVE_NOTHING;
	stack.amount = (uint16_t)amount;
	to = end_chosen(tx, to, stack);
	if (same_end(from, to))
		return MOVE_DONE;
	if (end_room(tx, to, stack) < stack.amount)
		return MOVE_NO_ROOM;
	stack_put(tx, to, stack_take(tx, from, stack.amount));
	return MOVE_DONE;
}

/* --- gold ------------------------------------------------------------------------------------------------------------------ */

static bool is_gold(const struct tx *tx, unsigned item)
{
	const struct item_def *def = catalog_item(tx->catalog, item);
	return def != NULL && def->kind == ITEM_GOLD;
}

int32_t gold_at(const struct tx *tx, struct end end)
{
	if (end.kind == END_PURSE)
		return player_at(tx, end)->gold;
	struct stack pile = end_stack(tx, end);
	return is_gold(tx, pile.item) ? pile.amount : 0;
}

int32_t gold_room(const struct tx *tx, struct end end)
{
	if (end.kind == END_PURSE)
		return GOLD_MAX - player_at(tx, end)->gold;
	struct stack there = end_stack(tx, end);
	if (!is_gold(tx, GOLD_ITEM) || (there.item != 0 && there.item != GOLD_ITEM))
		return 0;
	/* A whole pile fits an empty place; on a pile, what is missing. */
	struct stack more = {.item = GOLD_ITEM, .amount = (uint16_t)(STACK_MAX - there.amount)};
	return (int32_t)end_room(tx, end, more);
}

static void gold_put(struct tx *tx, struct end to, int32_t amount)
{
	struct stack pile = {.item = GOLD_ITEM, .amount = (uint16_t)amount};
	if (to.kind == END_PURSE)
		purse_change(tx, to.player, amount);
	else
		stack_put(tx, end_chosen(tx, to, pile), pile);
}

static void gold_take(struct tx *tx, struct end from, int32_t amount)
{
	if (from.kind == END_PURSE)
		purse_change(tx, from.player, -amount);
	else
		stack_take(tx, from, (unsigned)amount);
}

/* Under which number the gold there counts: a world may have coins of other kinds, which become the usual ones. */
static unsigned gold_item(const struct tx *tx, struct end end)
{
	return end.kind == END_PURSE ? GOLD_ITEM : end_stack(tx, end).item;
}

enum move_result gold_move(struct tx *tx, struct end from, struct end to, int64_t amount)
{
	if (amount < 1 || amount > gold_at(tx, from))
		return MOVE_NOTHING;
	if (same_end(from, to))
		return MOVE_DONE;
	if (amount > gold_room(tx, to))
		return MOVE_NO_ROOM;
	ledger_turn(tx, gold_item(tx, from), GOLD_ITEM, amount);
	gold_take(tx, from, (int32_t)amount);
	gold_put(tx, to, (int32_t)amount);
	return MOVE_DONE;
}

/* --- into the world and out of it ---------------------------------------------------------------------------------------- */

enum move_result item_mint(struct tx *tx, struct end to, struct stack stack)
{
	if (stack.amount < 1 || stack.amount > STACK_MAX || catalog_item(tx->catalog, stack.item) == NULL)
		return MOVE_NOTHING;
	to = end_chosen(tx, to, stack);
	if (end_room(tx, to, stack) < stack.amount)
		return MOVE_NO_ROOM;
	stack_put(tx, to, stack);
	ledger_add(tx, LEDGER_MINTED, stack.item, stack.amount);
	return MOVE_DONE;
}

enum move_result item_burn(struct tx *tx, struct end from, int64_t amount)
{
	struct stack stack = end_stack(tx, from);
	if (amount < 1 || amount > stack.amount)
		return MOVE_NOTHING;
	stack_take(tx, from, (unsigned)amount);
	ledger_add(tx, LEDGER_BURNED, stack.item, amount);
	return MOVE_DONE;
}

enum move_result gold_mint(struct tx *tx, struct end to, int64_t amount)
{
	if (amount < 1)
		return MOVE_NOTHING;
	if (amount > gold_room(tx, to))
		return MOVE_NO_ROOM;
	gold_put(tx, to, (int32_t)amount);
	ledger_add(tx, LEDGER_MINTED, GOLD_ITEM, amount);
	return MOVE_DONE;
}

enum move_result gold_burn(struct tx *tx, struct end from, int64_t amount)
{
	if (amount < 1 || amount > gold_at(tx, from))
		return MOVE_NOTHING;
	unsigned item = gold_item(tx, from);
	gold_take(tx, from, (int32_t)amount);
	ledger_add(tx, LEDGER_BURNED, item, amount);
	return MOVE_DONE;
}
