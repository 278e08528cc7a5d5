/* vitals.h - a player's points: life, mana, stamina, hunger, thirst. Every change of them goes through here, so that they
 * never leave their bounds, the keeper saves them, and what grows back by itself is set going (effects.h).
 *
 * The points are the player's (struct player); they change under the lock of his map, inside a transaction. Nothing here
 * says anything but the functions that are called _tell. Who falls to 0 life does not die by that: the caller decides
 * (death.h). */
#ifndef ARGENTUM_GAME_VITALS_H
#define ARGENTUM_GAME_VITALS_H

#include "common/world/tx.h"

enum vital { VITAL_HP, VITAL_MANA, VITAL_STAMINA, VITAL_HUNGER, VITAL_THIRST };

int vital_now(const struct player *player, enum vital vital);
int vital_max(const struct player *player, enum vital vital);

/* Adds `by` (negative: takes), held within 0 and the most. Returns what was really added. */
int vital_add(struct tx *tx, uint32_t player, enum vital vital, int by);

/* The same to exactly this. */
void vital_set(struct tx *tx, uint32_t player, enum vital vital, int value);

/* UpdateHP, UpdateMana, UpdateSta, UpdateHungerAndThirst to himself. */
void vital_tell(struct tx *tx, uint32_t player, enum vital vital);

/* UpdateUserStats to himself: what is sure to put everything right. */
void stats_tell(struct tx *tx, uint32_t player);

/* Has he less stamina than that? Then he reads that he is too tired. */
bool tired_tell(struct tx *tx, uint32_t player, int needed);

/* Hungry or thirsty: nothing heals and nothing is learnt. */
static inline bool player_starves(const struct player *player)
{
	return player->hunger == 0 || player->thirst == 0;
}

#endif
