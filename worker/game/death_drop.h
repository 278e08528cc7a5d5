/* death_drop.h - what the dead leave on the ground (rules-life-combat-magic.md 14.2, rules-economy-social-admin.md 2.8). */
#ifndef ARGENTUM_GAME_DEATH_DROP_H
#define ARGENTUM_GAME_DEATH_DROP_H

#include "common/world/tx.h"

/* Things and gold of who has just died, around where he stands, as far as there is room; the rest stays with him. He died
 * outside an arena. Wants the lock of his map. */
void death_drop(struct tx *tx, uint32_t player);

/* How much of a purse the dead of this level lose: above what `per_level` lets them keep; newbies keep all of it. */
int64_t death_gold_lost(int64_t purse, unsigned level, int64_t per_level);

#endif
