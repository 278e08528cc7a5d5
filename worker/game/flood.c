#include "worker/game/flood.h"

#include "worker/game/bucket.h"
#include "worker/game/presence.h"

static const struct {
	enum counter_id counter;
	enum text_id text;
} classes[FLOOD_CLASS_COUNT] = {
#define CLASS(NAME, name, text) [FLOOD_##NAME] = {COUNT_refused_##name, text},
	FLOOD_CLASSES(CLASS)
#undef CLASS
};

struct tariff {
	int price_ms, burst;
};

static struct tariff tariff_of(const struct config *config, enum flood_class class)
{
	switch (class) {
#define CLASS(NAME, name, text)                                                                                        \
	case FLOOD_##NAME:                                                                                                 \
		return (struct tariff){config->flood.name##_ms, config->flood.name##_burst};
		FLOOD_CLASSES(CLASS)
#undef CLASS
	default:
		return (struct tariff){0, 1};
	}
}

/* He sees that something was not attended to; and where he stands, if he believes that he has moved. */
static void tell_too_fast(struct tx *tx, const struct actor *me, enum flood_class class)
{
	if (class == FLOOD_MOVE)
		presence_tell_place(tx, me->index);
	uint64_t told = me->player->flood_told_ms;
	if (told != 0 && tx->now_ms - told < FLOOD_TELL_MS)
		return;
	SET(tx, me->player->flood_told_ms, tx->now_ms);
	tell_text(tx, me->index, FONT_INFO, classes[class].text);
}

bool flood_pay(struct tx *tx, const struct actor *me, enum flood_class class)
{
	if (!tx->config->flood.limit)
		return true;
	struct tariff tariff = tariff_of(tx->config, class);
	if (bucket_pay_tx(tx, &me->player->flood_paid_ms[class], tariff.price_ms, tariff.burst))
		return true;
	tell_too_fast(tx, me, class);
	return false;
}

enum counter_id flood_counter(enum flood_class class)
{
	return classes[class].counter;
}
