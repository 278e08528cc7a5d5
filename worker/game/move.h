/* move.h - how property changes hands. Items and gold only ever move, from one end to another: both ends are checked before
 * anything is touched, and what leaves one end arrives at the other in the same transaction. What comes into the world or
 * leaves it is minted or burned, and the ledger (common/world/ledger.h) counts it, item by item, as part of the transaction:
 * undone with it, run once with it.
 *
 *     item_move(tx, in_slot(me->index, 3), on_tile(here), 10);
 *     gold_move(tx, on_tile(here), in_purse(me->index), 250);
 *
 * Rules use these functions and no others; inventory.c and ground.c are the two halves behind them. Beyond them only those
 * who make a character (creation.c, record.c) or a world (populate.c, the restored grounds) write property, before anybody
 * can see it; who lets it into the world tells the ledger. A new place for property (bank, trade, shop) becomes a new kind of end here.
 *
 * Everybody concerned is told: the player his slots and his purse, who sees a tile what appears and disappears. What is
 * worn and used up is taken off first. Wants the locks of the maps where the ends are. Amounts: stacks 1..STACK_MAX,
 * purses 0..GOLD_MAX; any other amount, negative ones included, is refused.
 * Rules: rules-economy-social-admin.md 2.2, 2.3, 2.5, 2.13. */
#ifndef ARGENTUM_GAME_MOVE_H
#define ARGENTUM_GAME_MOVE_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

enum end_kind {
	END_SLOT, /* one slot of a player's inventory */
	END_BAG, /* the inventory as a whole, to put things into: the slot that F-02 chooses, all of the stack or nothing */
	END_TILE,  /* the one stack on a tile */
	END_PURSE, /* gold only */
	END_HOARD, /* one slot of what a map's thieves hold (hoard.h) */
};

/* One end of a move. */
struct end {
	enum end_kind kind;
	uint32_t player;
	unsigned slot; /* 1.. */
	struct place at;
};

static inline struct end in_slot(uint32_t player, unsigned slot)
{
	return (struct end){.kind = END_SLOT, .player = player, .slot = slot};
}

static inline struct end in_bag(uint32_t player)
{
	return (struct end){.kind = END_BAG, .player = player};
}

static inline struct end on_tile(struct place at)
{
	return (struct end){.kind = END_TILE, .at = at};
}

static inline struct end in_hoard(uint32_t map, unsigned slot)
{
	return (struct end){.kind = END_HOARD, .slot = slot, .at = {.map = (uint16_t)map}};
}

static inline struct end in_purse(uint32_t player)
{
	return (struct end){.kind = END_PURSE, .player = player};
}

enum move_result {
	MOVE_DONE,
	MOVE_NOTHING, /* the amount is none, or there is less than that at the origin */
	MOVE_NO_ROOM, /* the other end does not take all of it */
};

/* What lies at an end; nothing for END_BAG and END_PURSE. */
struct stack end_stack(const struct tx *tx, struct end end);

/* How many of the stack this end would take now; 0 for END_PURSE. */
unsigned end_room(const struct tx *tx, struct end end, struct stack stack);

/* Exactly `amount` of what lies at `from` (END_SLOT, END_TILE or END_HOARD). Unless MOVE_DONE nothing has changed. */
enum move_result item_move(struct tx *tx, struct end from, struct end to, int64_t amount);

/* Two slots of one inventory change contents; what is worn stays worn. Both must be slots that count now. */
void item_swap(struct tx *tx, uint32_t player, unsigned slot, unsigned other);

/* Gold at an end: the purse, or a pile of gold on a tile or in a slot; and how much more it takes. */
int32_t gold_at(const struct tx *tx, struct end end);
int32_t gold_room(const struct tx *tx, struct end end);

/* Exactly so much gold. Unless MOVE_DONE nothing has changed. */
enum move_result gold_move(struct tx *tx, struct end from, struct end to, int64_t amount);

/* Into the world (loot, a shop's goods, what is crafted, a staff member's gift) and out of it (eaten, sold to a shop, used
 * up, decayed). Gold piles count as gold. Unless MOVE_DONE nothing has changed. */
enum move_result item_mint(struct tx *tx, struct end to, struct stack stack);
enum move_result item_burn(struct tx *tx, struct end from, int64_t amount);
enum move_result gold_mint(struct tx *tx, struct end to, int64_t amount);
enum move_result gold_burn(struct tx *tx, struct end from, int64_t amount);

#endif
