#include "worker/game/ground.h"

#include <assert.h>

#include "worker/game/rule.h"
#include "worker/game/wire.h"

static struct stack *tile_stack(const struct world *world, uint32_t map, unsigned x, unsigned y)
{
	return &world->maps[map].ground[tile_index(x, y)];
}

struct stack ground_at(const struct world *world, uint32_t map, unsigned x, unsigned y)
{
	return *tile_stack(world, map, x, y);
}

unsigned ground_room(const struct world *world, uint32_t map, unsigned x, unsigned y, struct stack stack)
{
	const struct stack *there = tile_stack(world, map, x, y);
	if (there->item == 0)
		return stack.amount;
	if (there->item != stack.item || there->amount >= STACK_MAX)
		return 0;
	unsigned room = STACK_MAX - (unsigned)there->amount;
	return stack.amount < room ? stack.amount : room;
}

static void show(struct tx *tx, struct place at)
{
	struct packet_writer *say = say_begin(tx);
	wire_ground(tx, say, at.map, at.x, at.y);
	say_area(tx, at.map, at.x, at.y, 0, NOTE_FLAG_VIEW | NOTE_FLAG_ANSWER);
}

void ground_add(struct tx *tx, struct place at, struct stack stack)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	assert(ground_room(tx->world, at.map, at.x, at.y, stack) == stack.amount && stack.amount > 0);
	bool fresh = there->item == 0;
	SET(tx, *there, ((struct stack){.item = stack.item, .amount = (uint16_t)(there->amount + stack.amount)}));
	ground_changed(tx, at.map);
	if (fresh)
		show(tx, at); /* a pile that grows looks the same */
}

struct stack ground_take(struct tx *tx, struct place at, unsigned amount)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	struct stack taken = {.item = there->item, .amount = (uint16_t)(amount < there->amount ? amount : there->amount)};
	if (taken.amount == 0)
		return (struct stack){0};
	ground_changed(tx, at.map);
	if (taken.amount < there->amount) {
		SET(tx, there->amount, (uint16_t)(there->amount - taken.amount));
		return taken;
	}
	bool drawn = wire_ground_is_drawn(tx, there->item);
	SET(tx, *there, ((struct stack){0}));
	if (drawn) {
		PUT(say_begin(tx), OBJECT_DELETE, .x = at.x, .y = at.y);
		say_area(tx, at.map, at.x, at.y, 0, NOTE_FLAG_VIEW | NOTE_FLAG_ANSWER);
	}
	return taken;
}

void ground_become(struct tx *tx, struct place at, uint16_t item)
{
	struct stack *there = tile_stack(tx->world, at.map, at.x, at.y);
	SET(tx, there->item, item);
	ground_changed(tx, at.map);
	show(tx, at);
}
