/* weather.h - rain and night, one sky for the whole world (rules-life-combat-magic.md 10.6, 11.3;
 * rules-economy-social-admin.md 17.7).
 *
 * What the sky does is the realm's, changed under its lock by whichever worker looks first when it is due, and read without
 * it. Nothing of it is durable: a world that begins anew begins dry, and whether it is night the clock says. */
#ifndef ARGENTUM_GAME_WEATHER_H
#define ARGENTUM_GAME_WEATHER_H

#include "common/world/tx.h"

/* Whether somebody is to look at the sky. Without a lock. */
bool weather_is_due(const struct world *world, uint64_t now_ms);

/* A transaction that holds the realm; TX_CANCEL when another was faster. */
enum tx_verdict weather_tick(struct tx *tx, void *context);

/* It rains from now on, or is dry; everybody is told. Wants the realm; nothing when it is so already. */
void weather_rain(struct tx *tx, bool raining);

/* What the sky does on a map, by its tick once a second: its sounds, and what rain costs who stands in it. Wants the map. */
void weather_on_map(struct tx *tx, uint32_t map);

/* --- formulas, pure --- */

/* Whether the weather turns at this look (11.3): `minutes` it has been as it is. Draws from rng only when it is open. */
struct weather_odds {
	int start_percent, stop_percent; /* at each look */
	int rain_minutes_max, dry_minutes_min, dry_minutes_max;
};
bool weather_turns(struct rng *rng, const struct weather_odds *odds, bool raining, uint64_t minutes);

/* The last third of a day of so many minutes is night; days follow each other from the epoch on. 0 minutes: never. */
bool is_night(int64_t unix_s, int day_minutes);

#endif
