#include "worker/game/spoils.h"

#include "common/base/number.h"
#include "common/world/layout.h"

enum {
	/* 16.6: R(1,100) > 90 leaves nothing, > 10 the first entry */
	ANYTHING_PERCENT = 90,
	FIRST_IN_NINE = 8, /* of what falls, so many ninths are the first entry */
	FURTHER_PERCENT = 10,
};

int spoils_experience_percent(const struct config *config, int64_t unix_s)
{
	enum { DAYS = 7, DAY_MINUTES = 24 * 60, EPOCH_DAY = 4 /* a Thursday */ };
	const int happy[DAYS] = {config->rules.happy_sunday_percent,   config->rules.happy_monday_percent,
							 config->rules.happy_tuesday_percent,  config->rules.happy_wednesday_percent,
							 config->rules.happy_thursday_percent, config->rules.happy_friday_percent,
							 config->rules.happy_saturday_percent};
	int64_t minutes = clamp_i64(unix_s, 0, INT64_MAX) / 60 + config->rules.days_ahead_minutes;
	int64_t day = clamp_i64(minutes, 0, INT64_MAX) / DAY_MINUTES + EPOCH_DAY;
	return (int)vb_percent(config->rules.experience_percent, happy[day % DAYS]);
}

int64_t spoils_paid(int32_t points, int experience_percent)
{
	return points > 0 ? vb_percent(points, experience_percent) : 0;
}

int spoils_roll(struct rng *rng, int drop_percent)
{
	int anything = (int)clamp_i64(vb_percent(ANYTHING_PERCENT, drop_percent), 0, 100);
	int roll = rng_range(rng, 1, 100);
	if (roll > anything)
		return -1;
	if (roll * (FIRST_IN_NINE + 1) > anything)
		return 0;
	int entry = 1;
	while (entry < CREATURE_DROPS - 1 && rng_range(rng, 1, 100) <= FURTHER_PERCENT)
		entry++;
	return entry;
}

int64_t spoils_amount(const struct item_stack *entry, int gold_percent)
{
	if (entry->item == 0 || entry->amount <= 0)
		return 0;
	if (entry->item == GOLD_ITEM)
		return clamp_i64(vb_percent(entry->amount, gold_percent), 0, GOLD_MAX);
	return clamp_i64(entry->amount, 0, STACK_MAX);
}
