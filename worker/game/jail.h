/* jail.h - who blocks a passage, and what becomes of him (rules-life-combat-magic.md 10.8).
 *
 * The minutes left are the player's and durable; under the lock of his map. A minute passes only while he is in the game. */
#ifndef ARGENTUM_GAME_JAIL_H
#define ARGENTUM_GAME_JAIL_H

#include "common/world/tx.h"

/* Puts him into jail for so many minutes (at least one). Asks for the jail's map; a world without it has no jail, and nothing
 * happens: false. He may be on another map afterwards. */
bool jail_send(struct tx *tx, uint32_t player, int minutes);

/* Lets him go, before his time too. */
void jail_release(struct tx *tx, uint32_t player);

#endif
