/* stance.h - resting, meditating and hiding: begun on purpose, ended by much (rules-life-combat-magic.md 9.1 to 9.5). The flags
 * are the body's; what time does to them is in effects.h. */
#ifndef ARGENTUM_GAME_STANCE_H
#define ARGENTUM_GAME_STANCE_H

#include "worker/game/rule.h"

/* Tries to hide (9.5). */
void hide_try(struct tx *tx, const struct actor *me);

/* Chance in percent, and time in thousandths of IntervaloOculto, by skill 0..100; pure. */
double hiding_chance(unsigned skill);
double hiding_duration(unsigned skill);

#endif
