/* bucket.h - the token bucket that limits what a player may do per time: steps, lines. */
#ifndef ARGENTUM_GAME_BUCKET_H
#define ARGENTUM_GAME_BUCKET_H

#include "common/world/tx.h"

/* Pays for one deed: one per price_ms on average, `burst` of them at once. *paid_until_ms is the player's account, in the
 * segment: the time up to which his deeds are paid. false = not yet; nothing was changed. Wants the lock of his map. */
static inline bool bucket_pay(struct tx *tx, uint64_t *paid_until_ms, int price_ms, int burst)
{
	uint64_t price = (uint64_t)price_ms, saved = price * (uint64_t)burst;
	uint64_t paid = *paid_until_ms;
	if (tx->now_ms > saved && paid < tx->now_ms - saved)
		paid = tx->now_ms - saved;
	if (paid + price > tx->now_ms)
		return false;
	SET(tx, *paid_until_ms, paid + price);
	return true;
}

#endif
