#include "worker/game/inventory.h"

#include <assert.h>

#include "worker/game/effects.h"
#include "worker/game/look.h"
#include "worker/game/move_ends.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

enum { SLOTS_PER_BACKPACK_SIZE = 5, BACKPACK_SIZE_MOST = 2 };
_Static_assert(INVENTORY_SLOTS_NORMAL + SLOTS_PER_BACKPACK_SIZE * BACKPACK_SIZE_MOST == INVENTORY_SLOTS, "F-01");

/* --- slots ------------------------------------------------------------------------------------------------------------- */

unsigned inventory_slots_with(const struct item_def *backpack)
{
	if (backpack == NULL || backpack->kind != ITEM_BACKPACK)
		return INVENTORY_SLOTS_NORMAL;
	unsigned size = backpack->backpack < BACKPACK_SIZE_MOST ? backpack->backpack : BACKPACK_SIZE_MOST;
	return INVENTORY_SLOTS_NORMAL + SLOTS_PER_BACKPACK_SIZE * size;
}

unsigned inventory_slots(const struct tx *tx, const struct player *player)
{
	const struct stack *pack = player_worn(player, EQUIP_BACKPACK);
	return inventory_slots_with(pack != NULL ? catalog_item(tx->catalog, pack->item) : NULL);
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

bool inventory_slot_takes(const struct player *player, unsigned slot, const struct item_def *item)
{
	bool kept = player->inventory[slot - 1].item == 0 && (player->inventory_unknown >> (slot - 1) & 1) != 0;
	return !kept && (slot <= INVENTORY_SLOTS_NORMAL || item_drops(item));
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
		if (player->inventory[slot - 1].item == 0 && inventory_slot_takes(player, slot, item))
			return slot;
	}
	return 0;
}

unsigned slot_room(const struct tx *tx, const struct player *player, unsigned slot, struct stack stack)
{
	const struct item_def *item = catalog_item(tx->catalog, stack.item);
	if (item == NULL || slot < 1 || slot > inventory_slots(tx, player) || !inventory_slot_takes(player, slot, item))
		return 0;
	const struct stack *there = &player->inventory[slot - 1];
	if (there->item != 0 && there->item != stack.item)
		return 0;
	unsigned room = STACK_MAX - (unsigned)there->amount;
	return stack.amount < room ? stack.amount : room;
}

/* Tells the player one slot; nothing when his client cannot show it. */
static void inventory_tell(struct tx *tx, uint32_t index, unsigned slot)
{
	wire_inventory_slot(tx, say_begin(tx), index, slot);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

/* --- what is worn -------------------------------------------------------------------------------------------------------- */

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

bool item_fits(const struct item_def *item, enum equipment_place place)
{
	return item != NULL && (place == EQUIP_BOAT ? item->kind == ITEM_BOAT : item_place(item) == place);
}

/* The place where a slot is worn; EQUIP_COUNT = it is not. */
static enum equipment_place equipment_place_of(const struct player *player, unsigned slot)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		if (slot != 0 && player->equipment[place] == slot)
			return (enum equipment_place)place;
	}
	return EQUIP_COUNT;
}

/* What others see of the change, and what the client derives from it. */
static void worn_shown(struct tx *tx, uint32_t index, enum equipment_place place)
{
	if (look_update(tx, index))
		presence_changed(tx, index);
	if (place == EQUIP_ARMOUR)
		effects_ground_changed(tx, index); /* the naked feel the cold */
	if (place != EQUIP_SHIELD)
		return;
	wire_stats(tx, say_begin(tx), index); /* 2.6: shields are followed by UpdateUserStats */
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

/* Slots of a backpack come into reach: what lay in them is seen again. */
static void backpack_opened(struct tx *tx, uint32_t index, const struct item_def *pack)
{
	const struct player *player = &tx->world->players[index];
	if (tx->dialect == DIALECT_CLASSIC && pack != NULL)
		TELL(tx, index, ADD_SLOTS, .backpack_type = pack->backpack);
	for (unsigned slot = INVENTORY_SLOTS_NORMAL + 1; slot <= inventory_slots(tx, player); slot++) {
		if (player->inventory[slot - 1].item != 0)
			inventory_tell(tx, index, slot);
	}
}

void equipment_put_on(struct tx *tx, uint32_t index, enum equipment_place place, unsigned slot)
{
	struct player *player = &tx->world->players[index];
	unsigned before = player->equipment[place];
	assert(slot >= 1 && slot <= INVENTORY_SLOTS && player->inventory[slot - 1].item != 0);
	SET(tx, player->equipment[place], (uint8_t)slot);
	player_changed(tx, player);
	if (before != 0)
		inventory_tell(tx, index, before);
	inventory_tell(tx, index, slot);
	if (place == EQUIP_BACKPACK)
		backpack_opened(tx, index, catalog_item(tx->catalog, player->inventory[slot - 1].item));
	worn_shown(tx, index, place);
}

static void place_empty(struct tx *tx, uint32_t index, enum equipment_place place)
{
	struct player *player = &tx->world->players[index];
	SET(tx, player->equipment[place], 0);
	player_changed(tx, player);
	worn_shown(tx, index, place);
}

void equipment_take_off(struct tx *tx, uint32_t index, enum equipment_place place)
{
	unsigned slot = tx->world->players[index].equipment[place];
	if (slot == 0)
		return;
	place_empty(tx, index, place);
	inventory_tell(tx, index, slot);
}

/* --- the halves of moves ---------------------------------------------------------------------------------------------------- */

void slot_put(struct tx *tx, uint32_t index, unsigned slot, struct stack stack)
{
	struct player *player = &tx->world->players[index];
	struct stack *there = &player->inventory[slot - 1];
	assert(slot_room(tx, player, slot, stack) == stack.amount && stack.amount > 0);
	SET(tx, *there, ((struct stack){.item = stack.item, .amount = (uint16_t)(there->amount + stack.amount)}));
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
}

struct stack slot_take(struct tx *tx, uint32_t index, unsigned slot, unsigned amount)
{
	struct player *player = &tx->world->players[index];
	struct stack *there = &player->inventory[slot - 1];
	assert(slot >= 1 && slot <= INVENTORY_SLOTS && amount >= 1 && amount <= there->amount);
	struct stack taken = {.item = there->item, .amount = (uint16_t)amount};
	if (amount == there->amount) {
		enum equipment_place place = equipment_place_of(player, slot);
		if (place != EQUIP_COUNT)
			place_empty(tx, index, place);
		SET(tx, *there, ((struct stack){0}));
	} else {
		SET(tx, there->amount, (uint16_t)(there->amount - amount));
	}
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
	return taken;
}

void purse_change(struct tx *tx, uint32_t index, int32_t by)
{
	struct player *player = &tx->world->players[index];
	assert(by >= -player->gold && by <= GOLD_MAX - player->gold);
	SET(tx, player->gold, player->gold + by);
	player_changed(tx, player);
	TELL(tx, index, UPDATE_GOLD, .gold = player->gold);
}

void item_swap(struct tx *tx, uint32_t index, unsigned slot, unsigned other)
{
	struct player *player = &tx->world->players[index];
	assert(slot >= 1 && slot <= inventory_slots(tx, player) && other >= 1 && other <= inventory_slots(tx, player));
	struct stack stack = player->inventory[slot - 1];
	SET(tx, player->inventory[slot - 1], player->inventory[other - 1]);
	SET(tx, player->inventory[other - 1], stack);
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		if (player->equipment[place] == slot)
			SET(tx, player->equipment[place], (uint8_t)other);
		else if (player->equipment[place] == other)
			SET(tx, player->equipment[place], (uint8_t)slot);
	}
	player_changed(tx, player);
	inventory_tell(tx, index, slot);
	inventory_tell(tx, index, other);
}
