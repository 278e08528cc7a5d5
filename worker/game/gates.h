/* gates.h - how soon one deed may follow another: blows, spells, arrows, potions, work (rules-life-combat-magic.md 11.4).
 *
 * What was done last is the player's (struct gates in struct player), under the lock of his map; the intervals come from the
 * configuration. Only the server's clock counts, so who goes on playing after his worker died has lost nothing. A gate that
 * refuses says nothing and changes nothing; one that opens is used up, whatever comes of the deed. */
#ifndef ARGENTUM_GAME_GATES_H
#define ARGENTUM_GAME_GATES_H

#include "common/world/tx.h"

bool gate_strike(struct tx *tx, uint32_t player); /* a blow, or a swing in the air */
bool gate_cast(struct tx *tx, uint32_t player);
bool gate_shoot(struct tx *tx, uint32_t player);
bool gate_use(struct tx *tx, uint32_t player);
bool gate_work(struct tx *tx, uint32_t player);

/* A potion does not follow a blow too soon: asked besides gate_use, and before it. */
bool gate_potion_open(const struct tx *tx, const struct player *player);

#endif
