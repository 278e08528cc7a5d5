/* weather.h - rain, one sky for the whole world (rules-life-combat-magic.md 10.6, 11.3). What the sky does is the realm's, changed
 * under its lock by whichever worker looks first when it is due, and read without it. */
#ifndef ARGENTUM_GAME_WEATHER_H
#define ARGENTUM_GAME_WEATHER_H

#include "common/world/tx.h"

bool weather_is_due(const struct tx *tx);

/* A transaction that holds the realm; harmless when another was faster. */
enum tx_verdict weather_tick(struct tx *tx, void *context);

#endif
