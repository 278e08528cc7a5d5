#include "worker/game/gates.h"

#include "common/config/config.h"

/* So long ago, or never. What another worker did a moment later by its own look at the clock is not long ago. */
static bool passed(const struct tx *tx, uint64_t since_ms, int interval_ms)
{
	return since_ms == 0 || tx->now_ms >= since_ms + (uint64_t)interval_ms;
}

bool gate_strike(struct tx *tx, uint32_t index)
{
	struct gates *g = &tx->world->players[index].gates;
	if (!passed(tx, g->shot_ms, tx->config->intervals.shot_ms))
		return false;
	/* Who fights with both may strike sooner after a spell, once for each spell. */
	bool combined = g->cast_ms != 0 && g->cast_strike_ms <= g->cast_ms &&
					passed(tx, g->cast_ms, tx->config->intervals.cast_strike_ms);
	if (!combined && !passed(tx, g->strike_ms, tx->config->intervals.strike_ms))
		return false;
	TOUCH(tx, *g);
	if (combined)
		g->cast_strike_ms = tx->now_ms;
	g->strike_ms = tx->now_ms;
	return true;
}

bool gate_cast(struct tx *tx, uint32_t index)
{
	struct gates *g = &tx->world->players[index].gates;
	if (!passed(tx, g->shot_ms, tx->config->intervals.shot_ms))
		return false;
	bool combined = g->strike_ms != 0 && g->strike_cast_ms <= g->strike_ms &&
					passed(tx, g->strike_ms, tx->config->intervals.strike_cast_ms);
	if (!combined && !passed(tx, g->cast_ms, tx->config->intervals.cast_ms))
		return false;
	TOUCH(tx, *g);
	if (combined)
		g->strike_cast_ms = tx->now_ms;
	g->cast_ms = tx->now_ms;
	return true;
}

bool gate_shoot(struct tx *tx, uint32_t index)
{
	struct gates *g = &tx->world->players[index].gates;
	if (!passed(tx, g->strike_ms, tx->config->intervals.strike_ms) ||
		!passed(tx, g->cast_ms, tx->config->intervals.cast_ms) ||
		!passed(tx, g->shot_ms, tx->config->intervals.shot_ms))
		return false;
	SET(tx, g->shot_ms, tx->now_ms);
	return true;
}

bool gate_use(struct tx *tx, uint32_t index)
{
	struct gates *g = &tx->world->players[index].gates;
	if (!passed(tx, g->use_ms, tx->config->intervals.use_ms))
		return false;
	SET(tx, g->use_ms, tx->now_ms);
	return true;
}

bool gate_work(struct tx *tx, uint32_t index)
{
	struct gates *g = &tx->world->players[index].gates;
	if (!passed(tx, g->work_ms, tx->config->intervals.work_ms))
		return false;
	SET(tx, g->work_ms, tx->now_ms);
	return true;
}

bool gate_potion_open(const struct tx *tx, const struct player *player)
{
	return passed(tx, player->gates.strike_ms, tx->config->intervals.strike_use_ms);
}
