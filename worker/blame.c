#include "worker/blame.h"

#include "common/base/log.h"
#include "worker/worker.h"

enum { FORGOTTEN_MS = 600000, LONGEST_MS = 3600000 };

uint64_t blame_pause_ms(uint32_t blames, uint64_t first_ms)
{
	if (blames < 2 || first_ms == 0)
		return 0; /* the first time may be bad luck: he is disconnected, no more */
	uint64_t pause_ms = first_ms << (blames - 2 < 16 ? blames - 2 : 16);
	return pause_ms < LONGEST_MS ? pause_ms : LONGEST_MS;
}

static bool is_forgotten(const struct kept_out *entry, uint64_t now_ms)
{
	return entry->until_ms <= now_ms && entry->blamed_ms + FORGOTTEN_MS <= now_ms;
}

/* Its entry, else a free one, else the oldest. */
static struct kept_out *entry_for(struct realm *realm, uint32_t account)
{
	struct kept_out *best = &realm->kept_out[0];
	for (unsigned i = 0; i < KEPT_OUT_MOST; i++) {
		struct kept_out *entry = &realm->kept_out[i];
		if (entry->account == account)
			return entry;
		if (best->account != 0 && (entry->account == 0 || entry->blamed_ms < best->blamed_ms))
			best = entry;
	}
	return best;
}

struct blame {
	uint32_t account, blames;
	uint64_t first_ms, pause_ms;
};

static enum tx_verdict note(struct tx *tx, void *context)
{
	struct blame *b = context;
	struct kept_out *entry = entry_for(tx->world->realm, b->account);
	b->blames = entry->account == b->account && !is_forgotten(entry, tx->now_ms) ? entry->blames + 1 : 1;
	b->pause_ms = blame_pause_ms(b->blames, b->first_ms);
	SET(tx, *entry,
		((struct kept_out){.account = b->account,
						   .blames = b->blames,
						   .blamed_ms = tx->now_ms,
						   .until_ms = tx->now_ms + b->pause_ms}));
	return TX_COMMIT;
}

void blame_account(struct worker *w, uint32_t account, const char *name)
{
	struct blame b = {.account = account, .first_ms = (uint64_t)w->config->workers.kept_out_s * 1000};
	if (account == 0)
		return;
	worker_transaction(w, &w->world.realm_domain, 1, note, &b);
	if (b.pause_ms > 0)
		log_warning("packets of %s (account %u) killed %u workers: he is kept out for %llu s (workers.kept_out_s)",
					name, account, b.blames, (unsigned long long)(b.pause_ms / 1000));
}

void blame_carry_over(struct realm *realm, const struct realm *former, uint64_t now_ms)
{
	for (unsigned i = 0; i < KEPT_OUT_MOST; i++) {
		struct kept_out entry = former->kept_out[i];
		if (entry.account != 0 && entry.blames != 0 && entry.blamed_ms <= now_ms &&
			entry.until_ms <= now_ms + LONGEST_MS && !is_forgotten(&entry, now_ms))
			realm->kept_out[i] = entry;
	}
}

uint64_t blame_keeps_out_ms(const struct world *world, uint32_t account, uint64_t now_ms)
{
	for (unsigned i = 0; i < KEPT_OUT_MOST && account != 0; i++) {
		const struct kept_out *entry = &world->realm->kept_out[i];
		if (entry->account == account)
			return entry->until_ms > now_ms ? entry->until_ms - now_ms : 0;
	}
	return 0;
}
