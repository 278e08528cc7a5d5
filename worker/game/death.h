/* death.h - dying, lying about as a ghost, and coming back (rules-life-combat-magic.md 14).
 *
 * Nothing here has data of its own: a dead player is a player whose `dead` is set, with a ghost's looks. Everything wants the
 * lock of the player's map; what needs more (the realm for pets, the map where the dead are put) asks for it with tx_need, and
 * the transaction runs again. */
#ifndef ARGENTUM_GAME_DEATH_H
#define ARGENTUM_GAME_DEATH_H

#include "worker/game/rule.h"

/* He dies (14.1), once: nothing happens to the dead. Who killed him, and what that means, was settled before (fight.h,
 * alignment.h). He may be on another map afterwards. */
void player_die(struct tx *tx, uint32_t player);

/* He lives again (14.4). */
void player_revive(struct tx *tx, uint32_t player);

/* A double click on a priest (14.5). */
void priest_visit(struct tx *tx, const struct actor *me, uint32_t priest);

/* The way home is over (14.6); its effect was due. */
void home_arrive(struct tx *tx, uint32_t player);
void home_cancel(struct tx *tx, uint32_t player); /* nothing when he is not on his way */

#endif
