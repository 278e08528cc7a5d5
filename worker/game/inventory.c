#include "worker/game/inventory.h"

#include <assert.h>

#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

enum { SLOTS_PER_BACKPACK_SIZE = 5 };

unsigned inventory_slots(const struct tx *tx, const struct player *player)
{
	const struct stack *pack = player_worn(player, EQUIP_BACKPACK);
	const struct item_def *item = pack != NULL ? catalog_item(tx->catalog, pack->item) : NULL;
	unsigned slots = INVENTORY_SLOTS_NORMAL;
	if (item != NULL && item->kind == ITEM_BACKPACK)
		slots += SLOTS_PER_BACKPACK_SIZE * (item->backpack > 2 ? 2u : item->backpack);
	return slots;
}

const struct item_def *inventory_item(const struct tx *tx, const struct player *player, unsigned slot)
{
	return slot >= 1 && slot <= inventory_slots(tx, player)
			   ? catalog_item(tx->catalog, player->inventory[slot - 1].item)
			   : NULL;
}

bool item_drops(const struct item_def *item)
{
	return item->kind != ITEM_KEY && item->kind != ITEM_BOAT &&
		   (item->flags & (ITEM_STAYS_ON_DEATH | ITEM_IS_BOUND)) == 0;
}

unsigned inventory_slot_for(const struct tx *tx, const struct player *player, struct stack stack)
{
	const struct item_def *item = catalog_item(tx->catalog, stack.item);
	unsigned slots = inventory_slots(tx, player);
	if (item == NULL || stack.amount == 0)
		return 0;
	for (unsigned slot = 1; slot <= slots; slot++) {
		const struct stack *there = &player->inventory[slot - 1];
		if (there->item == stack.item && there->amount + stack.amount <= STACK_MAX)
			return slot;
	}
	for (unsigned slot = 1; slot <= slots; slot++) {
		if (player->inventory[slot - 1].item == 0 && (slot <= INVENTORY_SLOTS_NORMAL || item_drops(item)))
			return slot;
	}
	return 0;
}

void inventory_tell(struct tx *tx, uint32_t index, unsigned slot)
{
	wire_inventory_slot(tx, say_begin(tx), index, slot);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

void inventory_look(struct tx *tx, uint32_t index)
{
	if (look_update(tx, index))
		presence_changed(tx, index);
}

bool inventory_add(struct tx *tx, uint32_t index, struct stack stack)
{
	struct player *player = &tx->world->players[index];
	unsigned slot = inventory_slot_for(tx, player, stack);
	if (slot == 0)
		return false;
	struct stack *there = &player->inventory[slot - 1];
	SET(tx, *there, ((struct stack){.item = stack.item, .amount = (uint16_t)(there->amount + stack.amount)}));
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
	return true;
}

static enum equipment_place worn_at(const struct player *player, unsigned slot)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		if (player->equipment[place] == slot)
			return (enum equipment_place)place;
	}
	return EQUIP_COUNT;
}

void equipment_take_off(struct tx *tx, uint32_t index, enum equipment_place place)
{
	struct player *player = &tx->world->players[index];
	unsigned slot = player->equipment[place];
	if (slot == 0)
		return;
	SET(tx, player->equipment[place], 0);
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
	inventory_look(tx, index);
}

struct stack inventory_take(struct tx *tx, uint32_t index, unsigned slot, unsigned amount)
{
	struct player *player = &tx->world->players[index];
	assert(slot >= 1 && slot <= INVENTORY_SLOTS);
	struct stack *there = &player->inventory[slot - 1];
	struct stack taken = {.item = there->item, .amount = (uint16_t)(amount < there->amount ? amount : there->amount)};
	if (taken.amount == 0)
		return (struct stack){0};
	if (taken.amount == there->amount) {
		enum equipment_place place = worn_at(player, slot);
		if (place != EQUIP_COUNT)
			equipment_take_off(tx, index, place);
		SET(tx, *there, ((struct stack){0}));
	} else {
		SET(tx, there->amount, (uint16_t)(there->amount - taken.amount));
	}
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
	return taken;
}

static void purse_tell(struct tx *tx, uint32_t index)
{
	TELL(tx, index, UPDATE_GOLD, .gold = tx->world->players[index].gold);
}

bool purse_add(struct tx *tx, uint32_t index, int32_t gold)
{
	struct player *player = &tx->world->players[index];
	if (gold < 0 || gold > GOLD_MAX - player->gold)
		return false;
	SET(tx, player->gold, player->gold + gold);
	player_changed(tx, player);
	purse_tell(tx, index);
	return true;
}

bool purse_take(struct tx *tx, uint32_t index, int32_t gold)
{
	struct player *player = &tx->world->players[index];
	if (gold < 0 || gold > player->gold)
		return false;
	SET(tx, player->gold, player->gold - gold);
	player_changed(tx, player);
	purse_tell(tx, index);
	return true;
}

enum equipment_place item_place(const struct item_def *item)
{
	switch (item->kind) {
	case ITEM_WEAPON:
		return EQUIP_WEAPON;
	case ITEM_ARMOUR:
		return EQUIP_ARMOUR;
	case ITEM_HELMET:
		return EQUIP_HELMET;
	case ITEM_SHIELD:
		return EQUIP_SHIELD;
	case ITEM_RING:
		return EQUIP_RING;
	case ITEM_ARROW:
		return EQUIP_AMMUNITION;
	case ITEM_BACKPACK:
		return EQUIP_BACKPACK;
	default:
		return EQUIP_COUNT;
	}
}
