#include "worker/game/hoard.h"

#include <assert.h>

#include "worker/game/move.h"
#include "worker/game/move_ends.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

/* --- one end of a move -------------------------------------------------------------------------------------------------- */

static bool is_slot(const struct world *world, uint32_t map, unsigned slot)
{
	return map >= 1 && map <= world->limits.maps && slot >= 1 && slot <= HOARD_SLOTS;
}

static struct stack *slot_stack(const struct world *world, uint32_t map, unsigned slot)
{
	return &world->maps[map].hoard.stacks[slot - 1];
}

struct stack hoard_at(const struct world *world, uint32_t map, unsigned slot)
{
	return is_slot(world, map, slot) ? *slot_stack(world, map, slot) : (struct stack){0};
}

unsigned hoard_room(const struct world *world, uint32_t map, unsigned slot, struct stack stack)
{
	struct stack there = hoard_at(world, map, slot);
	if (!is_slot(world, map, slot) || (there.item != 0 && there.item != stack.item) || there.amount >= STACK_MAX)
		return 0;
	unsigned room = STACK_MAX - (unsigned)there.amount;
	return stack.amount < room ? stack.amount : room;
}

void hoard_put(struct tx *tx, uint32_t map, unsigned slot, struct stack stack)
{
	struct stack *there = slot_stack(tx->world, map, slot);
	assert(stack.amount > 0 && hoard_room(tx->world, map, slot, stack) == stack.amount);
	SET(tx, *there, ((struct stack){.item = stack.item, .amount = (uint16_t)(there->amount + stack.amount)}));
	ground_changed(tx, map);
}

struct stack hoard_take(struct tx *tx, uint32_t map, unsigned slot, unsigned amount)
{
	struct stack *there = slot_stack(tx->world, map, slot);
	assert(amount >= 1 && amount <= there->amount);
	struct stack taken = {.item = there->item, .amount = (uint16_t)amount};
	struct stack left = {.item = there->item, .amount = (uint16_t)(there->amount - amount)};
	SET(tx, *there, left.amount > 0 ? left : (struct stack){0});
	ground_changed(tx, map);
	return taken;
}

/* --- stealing and giving back --------------------------------------------------------------------------------------------- */

bool hoard_steal(struct tx *tx, uint32_t player, unsigned slot)
{
	const struct body *body = &tx->world->bodies[player];
	struct hoard *hoard = &tx->world->maps[body->map].hoard;
	struct stack stack = end_stack(tx, in_slot(player, slot));
	unsigned into = 1;
	while (into <= HOARD_SLOTS &&
		   item_move(tx, in_slot(player, slot), in_hoard(body->map, into), stack.amount) != MOVE_DONE)
		into++;
	if (into > HOARD_SLOTS)
		return false;
	SET(tx, hoard->x, body->x);
	SET(tx, hoard->y, body->y);
	return true;
}

void hoard_fall(struct tx *tx, struct place at)
{
	for (unsigned slot = 1; slot <= HOARD_SLOTS; slot++) {
		struct stack stack = hoard_at(tx->world, at.map, slot);
		struct place to = stack.item != 0 ? tile_for_item(tx, at, stack) : (struct place){0};
		if (to.map != 0)
			item_move(tx, in_hoard(at.map, slot), on_tile(to), stack.amount);
	}
}
