/* door.h - doors: opened and closed by hand, locked and unlocked with keys. rules-economy-social-admin.md 2.10.
 *
 * A door is one of three items, which take turns on its tile: open, closed, locked. A closed one blocks its tile and the
 * one to the west. The tile is read anew each time: what a player pointed at before proves nothing. */
#ifndef ARGENTUM_GAME_DOOR_H
#define ARGENTUM_GAME_DOOR_H

#include "worker/game/rule.h"

/* Opens or closes the door on this tile of the player's map, or says why not. There must be one. */
void door_turn(struct tx *tx, const struct actor *me, struct place at);

/* Locks or unlocks the door that the player pointed at last, or says why not. */
void door_key(struct tx *tx, const struct actor *me, const struct item_def *key);

#endif
