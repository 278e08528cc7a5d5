/* look.h - what a player's body looks like: follows from race, gender, what is worn, and whether he is dead or at sea. */
#ifndef ARGENTUM_GAME_LOOK_H
#define ARGENTUM_GAME_LOOK_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

/* Derives the body's look, head, animations and the flags GHOST and NAKED from the player. Says nothing: the caller tells
 * with presence_changed. true when something changed. Wants the lock of the player's map, or the realm's. */
bool look_update(struct tx *tx, uint32_t player);

/* Slot worn at a place; NULL = none, or the slot is empty (then the place is nobody's). */
const struct stack *player_worn(const struct player *player, enum equipment_place place);

/* The item that lies in it; NULL = none. */
const struct item_def *player_worn_item(const struct tx *tx, const struct player *player, enum equipment_place place);

#endif
