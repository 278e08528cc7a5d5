/* bucket.h - the token bucket that limits what somebody may do per time: steps, packets, connections. */
#ifndef ARGENTUM_GAME_BUCKET_H
#define ARGENTUM_GAME_BUCKET_H

#include "common/world/tx.h"

/* Pays for one deed: one per price_ms on average, `burst` of them at once. *paid_until_ms is the account: the time up to
 * which deeds are paid. Says what the account is to be then, or 0: not yet, it stays as it is. */
static inline uint64_t bucket_next(uint64_t now_ms, uint64_t paid_until_ms, int price_ms, int burst)
{
	uint64_t price = (uint64_t)price_ms, saved = price * (uint64_t)burst;
	uint64_t paid = paid_until_ms;
	if (now_ms > saved && paid < now_ms - saved)
		paid = now_ms - saved;
	return paid + price > now_ms ? 0 : paid + price;
}

/* The same where the account is in the segment, under the lock that the transaction holds. false = not yet. */
static inline bool bucket_pay_tx(struct tx *tx, uint64_t *paid_until_ms, int price_ms, int burst)
{
	uint64_t next = bucket_next(tx->now_ms, *paid_until_ms, price_ms, burst);
	if (next == 0)
		return false;
	SET(tx, *paid_until_ms, next);
	return true;
}

/* The same where nobody else writes the account. */
static inline bool bucket_pay(uint64_t now_ms, uint64_t *paid_until_ms, int price_ms, int burst)
{
	uint64_t next = bucket_next(now_ms, *paid_until_ms, price_ms, burst);
	if (next == 0)
		return false;
	*paid_until_ms = next;
	return true;
}

#endif
