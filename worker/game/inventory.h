/* inventory.h - what a player carries: his slots, what he wears of it, his purse. Things come in and go out only through
 * move.h; here is what one may ask, and putting on and taking off.
 *
 * A player wears slots: struct player.equipment has the slot worn at each place and nothing else says so, so inventory and
 * equipment cannot disagree. Rules: rules-economy-social-admin.md 2.1, 2.2, 2.6. Everything wants the lock of the player's
 * map; what changes something tells the player (ChangeInventorySlot) and, when he looks different, who sees him. */
#ifndef ARGENTUM_GAME_INVENTORY_H
#define ARGENTUM_GAME_INVENTORY_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

/* Slots that count now: 20, and 5 or 10 more with a backpack worn (F-01). What lies beyond is out of reach of everything. */
unsigned inventory_slots(const struct tx *tx, const struct player *player);

/* As many as this backpack gives; NULL = none is worn. */
unsigned inventory_slots_with(const struct item_def *backpack);

/* The item of a slot 1..; NULL: no such slot now, or nothing in it. */
const struct item_def *inventory_item(const struct tx *tx, const struct player *player, unsigned slot);

/* Where a stack would go (F-02): onto the same item if all of it fits, else into the first empty slot. 0 = nowhere. Slots of
 * a backpack (21..) take only what drops on death. */
unsigned inventory_slot_for(const struct tx *tx, const struct player *player, struct stack stack);

/* May an item lie in this slot (2.2.3), and is the slot not kept for something of the store that this world does not know? */
bool inventory_slot_takes(const struct player *player, unsigned slot, const struct item_def *item);

/* Does an item fall on death, and may it lie in a backpack (F-03)? */
bool item_drops(const struct item_def *item);

/* The place an item is worn at; EQUIP_COUNT = it is not worn. A boat is boarded by using it. */
enum equipment_place item_place(const struct item_def *item);

/* May it be worn there? NULL: no. A boat is worn by who sails. */
bool item_fits(const struct item_def *item, enum equipment_place place);

/* Puts on what lies in a slot, in place of what was worn there; says nothing against it: the rule has asked. */
void equipment_put_on(struct tx *tx, uint32_t player, enum equipment_place place, unsigned slot);

/* Takes off what is worn at a place; nothing happens when nothing is. */
void equipment_take_off(struct tx *tx, uint32_t player, enum equipment_place place);

#endif
