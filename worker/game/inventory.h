/* inventory.h - what a player carries: slots, what is worn, the purse. Items and gold only move, through the few functions
 * here and in ground.h, which check both ends; what comes into the world or leaves it is minted or burned by name and
 * counted (counters items_minted ...).
 *
 * Rules: rules-economy-social-admin.md 2. Everything wants the lock of the player's map, and says itself to the player what
 * changed (ChangeInventorySlot, UpdateGold). */
#ifndef ARGENTUM_GAME_INVENTORY_H
#define ARGENTUM_GAME_INVENTORY_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

/* Slots that count now: 20, and 5 or 10 more with a backpack worn (F-01). */
unsigned inventory_slots(const struct tx *tx, const struct player *player);

/* The item of a slot 1..; NULL: no such slot, or nothing in it. */
const struct item_def *inventory_item(const struct tx *tx, const struct player *player, unsigned slot);

/* Where a stack would go (F-02): onto the same item if all of it fits, else into the first empty slot. 0 = nowhere. Slots of
 * a backpack (21..) take only what drops on death. */
unsigned inventory_slot_for(const struct tx *tx, const struct player *player, struct stack stack);

/* Does an item fall on death, and may it lie in a backpack (F-03)? */
bool item_drops(const struct item_def *item);

/* Puts a whole stack in. false: no room; nothing changed. The stack must have left its place before or leave it in the same
 * transaction. */
bool inventory_add(struct tx *tx, uint32_t player, struct stack stack);

/* Takes up to `amount` out of a slot; what is worn and used up is taken off first. Returns what was taken. */
struct stack inventory_take(struct tx *tx, uint32_t player, unsigned slot, unsigned amount);

/* Gold into and out of the purse; both say whether all of it moved, else nothing did. */
bool purse_add(struct tx *tx, uint32_t player, int32_t gold);
bool purse_take(struct tx *tx, uint32_t player, int32_t gold);

/* The place an item is worn at; EQUIP_COUNT = it cannot be worn. */
enum equipment_place item_place(const struct item_def *item);

/* Takes off what is worn at a place, with everything that follows from it: looks, slots told. */
void equipment_take_off(struct tx *tx, uint32_t player, enum equipment_place place);

/* Nothing lies in the slots that only a backpack gives. */
bool backpack_is_empty(const struct tx *tx, const struct player *player);

/* Tells the player one slot. */
void inventory_tell(struct tx *tx, uint32_t player, unsigned slot);

/* The body may look different now: tells who sees it. */
void inventory_look(struct tx *tx, uint32_t player);

#endif
