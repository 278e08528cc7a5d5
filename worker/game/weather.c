#include "worker/game/weather.h"

#include "common/config/config.h"
#include "worker/game/effects_parts.h"

enum { MINUTE_MS = 60000 };

bool weather_is_due(const struct world *world, uint64_t now_ms)
{
	return world->realm->weather_due_ms <= now_ms;
}

bool weather_turns(struct rng *rng, const struct weather_odds *odds, bool raining, uint64_t minutes)
{
	if (raining)
		return minutes >= (uint64_t)odds->rain_minutes_max || rng_range(rng, 1, 100) <= odds->stop_percent;
	if (odds->start_percent == 0 || minutes < (uint64_t)odds->dry_minutes_min)
		return false;
	return minutes >= (uint64_t)odds->dry_minutes_max || rng_range(rng, 1, 100) <= odds->start_percent;
}

bool is_night(int64_t unix_s, int day_minutes)
{
	int64_t day_s = (int64_t)day_minutes * 60;
	return day_s > 0 && unix_s >= 0 && unix_s % day_s >= day_s / 3 * 2;
}

static void say_to_all(struct tx *tx, enum text_id words)
{
	PUT(say_begin(tx), CONSOLE_MSG, .text = text_of(text_latin1(words)), .font = FONT_INFO);
	say_all(tx, 0);
}

void weather_rain(struct tx *tx, bool raining)
{
	struct realm *realm = tx->world->realm;
	if ((realm->raining != 0) == raining)
		return;
	SET(tx, realm->raining, raining);
	SET(tx, realm->weather_since_ms, tx->now_ms);
	say_toggle_all(tx, TOGGLE_RAIN, raining);
	say_to_all(tx, raining ? TEXT_RAIN_BEGINS : TEXT_RAIN_ENDS); /* the Godot client does not show it */
}

static void night_look(struct tx *tx)
{
	struct realm *realm = tx->world->realm;
	bool night = is_night(tx->unix_s, tx->config->rules.day_minutes);
	if ((realm->night != 0) == night)
		return;
	SET(tx, realm->night, night);
	PUT(say_begin(tx), SEND_NIGHT, .night = night);
	say_all(tx, 0);
	say_to_all(tx, night ? TEXT_NIGHT_FALLS : TEXT_DAY_BREAKS);
}

/* --- on a map -------------------------------------------------------------------------------------------------------------------- */

/* One of the map's sounds, somewhere on it (rules-economy-social-admin.md 17.7). */
static void ambience_play(struct tx *tx, uint32_t map)
{
	unsigned count;
	const struct map_sound *sounds = map_sounds(tx->catalog, catalog_map(tx->catalog, map), &count);
	if (count == 0)
		return;
	const struct map_sound *sound = &sounds[rng_range(&tx->rng, 0, (int32_t)count - 1)];
	bool fits = (sound->when == MAP_SOUND_WHILE_RAINING) == (tx->world->realm->raining != 0);
	if (rng_range(&tx->rng, 1, 100) > sound->percent || !fits || sound->sound == 0 || sound->sound > UINT8_MAX)
		return;
	int x = rng_range(&tx->rng, MAP_FRAME_LEFT, MAP_FRAME_RIGHT),
		y = rng_range(&tx->rng, MAP_FRAME_TOP, MAP_FRAME_BOTTOM);
	PUT(say_begin(tx), PLAY_WAVE, .wave = (uint8_t)sound->sound, .x = (uint8_t)x, .y = (uint8_t)y);
	say_map(tx, map, 0);
}

static void rain_tires(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	int64_t loss = vb_percent(player->stamina_max, tx->config->rules.rain_stamina_percent);
	if (!feels_the_world(player) || player->stamina == 0 || !is_outdoors(tx, &tx->world->bodies[index]))
		return;
	vital_add(tx, index, VITAL_STAMINA, -(int)loss);
	vital_tell(tx, index, VITAL_STAMINA);
	if (player->stamina == 0)
		tell_text(tx, index, FONT_INFO, TEXT_RAIN_TIRES);
}

void weather_on_map(struct tx *tx, uint32_t map)
{
	/* Called each second: by lot, so that nothing needs to be remembered of each map. */
	int pace_s = (tx->config->intervals.ambience_ms + 999) / 1000;
	if (pace_s > 0 && rng_range(&tx->rng, 1, pace_s) == 1)
		ambience_play(tx, map);
	if (!tx->world->realm->raining || tx->config->rules.rain_stamina_percent == 0)
		return;
	const struct map_state *state = &tx->world->maps[map];
	for (uint32_t index = state->first_player; index != 0; index = tx->world->bodies[index].next_on_map)
		rain_tires(tx, index);
}

/* --- the sky ---------------------------------------------------------------------------------------------------------------------- */

enum tx_verdict weather_tick(struct tx *tx, void *context)
{
	struct realm *realm = tx->world->realm;
	const struct weather_odds odds = {.start_percent = tx->config->rules.rain_start_percent,
									  .stop_percent = tx->config->rules.rain_stop_percent,
									  .rain_minutes_max = tx->config->rules.rain_minutes_max,
									  .dry_minutes_min = tx->config->rules.dry_minutes_min,
									  .dry_minutes_max = tx->config->rules.dry_minutes_max};
	(void)context;
	if (!tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;
	if (realm->weather_due_ms > tx->now_ms)
		return TX_CANCEL;
	bool first = realm->weather_due_ms == 0;
	SET(tx, realm->weather_due_ms, tx->now_ms + (uint64_t)tx->config->intervals.weather_ms);
	if (first)
		SET(tx, realm->weather_since_ms, tx->now_ms);
	else if (weather_turns(&tx->rng, &odds, realm->raining, (tx->now_ms - realm->weather_since_ms) / MINUTE_MS))
		weather_rain(tx, !realm->raining);
	night_look(tx);
	return TX_COMMIT;
}
