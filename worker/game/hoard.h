/* hoard.h - what thieves among a map's creatures took (rules-life-combat-magic.md 17): it stays theirs until one of them dies, and then
 * falls. It is property like any other: moved in and out by item_move (move.h), counted by the audit, saved with the map's ground. It
 * belongs to the map and not to a creature, so that it is lost with none: what finds no place, or was a thief's who went without
 * dying, waits for the next death; when the world begins anew it lies where it was taken. Wants the map's lock. */
#ifndef ARGENTUM_GAME_HOARD_H
#define ARGENTUM_GAME_HOARD_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

/* All that lies in this slot of the player's bag. false: there is nothing, or no room; nothing was touched. */
bool hoard_steal(struct tx *tx, uint32_t player, unsigned slot);

/* All of the hoard falls to the ground around this place, as far as there is room. */
void hoard_fall(struct tx *tx, struct place at);

#endif
