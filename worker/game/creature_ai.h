/* creature_ai.h - what creatures do by themselves: wander, chase, guard, follow, strike, cast (rules-life-combat-magic.md 13.8,
 * 13.9, 16.3, 16.4, 16.12, 16.14, 17).
 *
 * Runs in the tick of a map, under its lock, for each creature whose beat is due; a map without players sleeps. A beat does a
 * bounded amount of work: one step, one blow or spell, at most one search for a way. */
#ifndef ARGENTUM_GAME_CREATURE_AI_H
#define ARGENTUM_GAME_CREATURE_AI_H

#include "common/world/tx.h"

/* One beat of a creature on a map; sets when the next is due. It may die, kill, and disappear. */
void creature_beat(struct tx *tx, uint32_t body);

/* When one that appears now has its first: within an interval, and not together with others. */
uint64_t creature_first_beat_ms(const struct tx *tx, uint32_t body);

/* A blow of one creature at a player beside it, or at another creature (13.8, 13.9). false: it may not strike yet. */
bool creature_strikes_player(struct tx *tx, uint32_t body, uint32_t player);
bool creature_strikes_creature(struct tx *tx, uint32_t body, uint32_t victim, bool retaliates);

#endif
