/* steal.h - thieves (rules-life-combat-magic.md 18.1). The figures are in formulas.h. Wants the lock of the map on which both
 * stand. */
#ifndef ARGENTUM_GAME_STEAL_H
#define ARGENTUM_GAME_STEAL_H

#include "worker/game/rule.h"

/* A theft from who stands there, in sight and inside the frame: all other checks and the gates are its own. */
void steal_try(struct tx *tx, const struct actor *me, int x, int y);

/* What lies in this slot may be stolen from him: `ObjEsRobable`. */
bool slot_is_stealable(const struct tx *tx, const struct player *victim, unsigned slot);

#endif
