#include "tests/harness/decree.h"

#include "common/world/ledger.h"

void decree_stack(struct world *world, struct stack *place, unsigned item, unsigned amount)
{
	if (place->item != 0)
		ledger_begin(world, place->item, -(int64_t)place->amount);
	*place = (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
	if (item != 0)
		ledger_begin(world, item, (int64_t)amount);
}

void decree_gold(struct world *world, int32_t *purse, int32_t gold)
{
	ledger_begin(world, GOLD_ITEM, (int64_t)gold - *purse);
	*purse = gold;
}
