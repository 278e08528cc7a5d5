/* stance.h - resting, meditating and hiding: begun on purpose, ended by much (rules-life-combat-magic.md 9.1 to 9.5). The flags
 * are the body's; what time does to them is in effects.h. Under the lock of the player's map. */
#ifndef ARGENTUM_GAME_STANCE_H
#define ARGENTUM_GAME_STANCE_H

#include "worker/game/rule.h"

/* Tries to hide (9.5). */
void hide_try(struct tx *tx, const struct actor *me);

/* --- formulas, pure --- */

/* 9.5, by skill 0..100: the chance in percent, and how much of IntervaloOculto it lasts (0 to 1). */
double hiding_chance(unsigned skill);
double hiding_duration(unsigned skill);

/* The same in milliseconds, whole ticks of 40; interval_ms: IntervaloOculto. */
uint64_t hiding_time_ms(unsigned skill, unsigned class_id, int interval_ms);

/* 9.3: one chance in so many, by skill 0..100; and what it brings, for the balance's percentage. */
int meditation_odds(unsigned skill);
int meditation_gain(int mana_max, int percent);

#endif
