/* spoils.h - what a creature is worth to who kills it: experience and what it drops (rules-life-combat-magic.md 16.6). Plain
 * functions of the catalog's figures, the settings and the dice, for rules, tests and `argentumctl explain` alike; nothing to own. */
#ifndef ARGENTUM_GAME_SPOILS_H
#define ARGENTUM_GAME_SPOILS_H

#include "common/base/rng.h"
#include "common/catalog/layout.h"
#include "common/config/config.h"

/* Percent of the catalog's experience that creatures give at this time: that of the settings, and of it that of the day of the week
 * (rules-life-combat-magic.md 11.3 and 16.1, the happy hour; it goes on to the end of that day). */
int spoils_experience_percent(const struct config *config, int64_t unix_s);

/* So many points of the catalog's (formulas.h: hit_experience, or what is left of the pool), as they are paid. */
int64_t spoils_paid(int32_t points, int experience_percent);

/* Which entry of the drop table falls: 0..CREATURE_DROPS - 1, or -1 = none. At drop_percent 100 the classic odds: none 10 %, the
 * first 80 %, the second 9 %, then a tenth each time. The percentage is of the chance that anything falls (at most 100 % does);
 * how that is divided among the entries stays. */
int spoils_roll(struct rng *rng, int drop_percent);

/* How much of an entry falls: gold is multiplied by gold_percent, other items make one stack at most. 0 = nothing. */
int64_t spoils_amount(const struct item_stack *entry, int gold_percent);

#endif
