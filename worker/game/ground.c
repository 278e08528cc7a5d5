#include "worker/game/ground.h"

#include <assert.h>

#include "common/catalog/catalog.h"
#include "common/world/ledger.h"
#include "worker/game/move_ends.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

static struct stack *tile_stack(const struct world *world, uint32_t map, unsigned x, unsigned y)
{
	return &world->maps[map].ground[tile_index(x, y)];
}

static bool is_tile(const struct world *world, uint32_t map, unsigned x, unsigned y)
{
	return map >= 1 && map <= world->limits.maps && tile_is_on_map((int)x, (int)y);
}

struct stack ground_at(const struct world *world, uint32_t map, unsigned x, unsigned y)
{
	return is_tile(world, map, x, y) ? *tile_stack(world, map, x, y) : (struct stack){0};
}

unsigned ground_room(const struct world *world, uint32_t map, unsigned x, unsigned y, struct stack stack)
{
	if (!is_tile(world, map, x, y))
		return 0;
	const struct stack *there = tile_stack(world, map, x, y);
	if ((there->item != 0 && there->item != stack.item) || there->amount >= STACK_MAX)
		return 0;
	unsigned room = STACK_MAX - (unsigned)there->amount;
	return stack.amount < room ? stack.amount : room;
}

static void show(struct tx *tx, struct place at)
{
	uint16_t item = tile_stack(tx->world, at.map, at.x, at.y)->item;
	if (wire_ground_is_drawn(tx, item))
		SHOW(tx, at.map, at.x, at.y, OBJECT_CREATE, .x = at.x, .y = at.y,
			 .grh_index = catalog_item(tx->catalog, item)->graphic);
}

void ground_put(struct tx *tx, struct place at, struct stack stack)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	assert(stack.amount > 0 && ground_room(tx->world, at.map, at.x, at.y, stack) == stack.amount);
	bool fresh = there->item == 0;
	SET(tx, *there, ((struct stack){.item = stack.item, .amount = (uint16_t)(there->amount + stack.amount)}));
	ground_changed(tx, at.map);
	if (fresh)
		show(tx, at); /* a pile that grows looks the same */
}

struct stack ground_take(struct tx *tx, struct place at, unsigned amount)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	assert(amount >= 1 && amount <= there->amount);
	struct stack taken = {.item = there->item, .amount = (uint16_t)amount};
	ground_changed(tx, at.map);
	if (amount < there->amount) {
		SET(tx, there->amount, (uint16_t)(there->amount - amount));
		return taken;
	}
	SET(tx, *there, ((struct stack){0}));
	if (wire_ground_is_drawn(tx, taken.item))
		SHOW(tx, at.map, at.x, at.y, OBJECT_DELETE, .x = at.x, .y = at.y);
	return taken;
}

void ground_become(struct tx *tx, struct place at, uint16_t item)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	assert(there->item != 0 && catalog_item(tx->catalog, item) != NULL);
	ledger_turn(tx, there->item, item, there->amount);
	SET(tx, there->item, item);
	ground_changed(tx, at.map);
	show(tx, at);
}
