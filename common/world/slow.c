#include "common/world/slow.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/world/traffic.h"

enum { TELL_EVERY_MS = 10000, NS_PER_MS = 1000000 };

/* Of the player whose packet it is; "" for anything else. */
static void player_write(const struct tx *tx, char text[NAME_BYTES + 8])
{
	const struct black_box *box = &tx->world->processes[tx->world->slot].black_box;
	text[0] = '\0';
	if (tx->row < TRAFFIC_PACKETS && box->since_ms != 0 && box->packet == tx->row && box->player_name[0] != '\0')
		snprintf(text, NAME_BYTES + 8, " of %.*s", NAME_BYTES, box->player_name);
}

/* The first domain that it held last. */
static void place_write(const struct tx *tx, char text[32])
{
	uint32_t domain = tx->held[0].index;
	if (domain == tx->world->realm_domain)
		snprintf(text, 32, " in the realm");
	else
		snprintf(text, 32, " on map %u", domain);
}

void slow_check(struct tx *tx, uint64_t took_ns)
{
	char player[NAME_BYTES + 8], place[32];
	uint64_t suppressed;
	if (took_ns <= NS_PER_MS || tx->config == NULL || tx->paranoia != PARANOIA_OFF || tx->config->log.slow_ms == 0 ||
		took_ns <= (uint64_t)tx->config->log.slow_ms * NS_PER_MS)
		return;
	tx->slow_at_ms = clock_mono_ms();
	if (!log_repeat_due(&tx->slow, tx->slow_at_ms, TELL_EVERY_MS, &suppressed))
		return;
	player_write(tx, player);
	place_write(tx, place);
	log_warning("slow: %s%s%s took %llu ms, %llu ms of it waiting for locks; over log.slow_ms = %lld (%llu more times "
				"since the last such line)",
				traffic_row_name(tx->row), player, place, (unsigned long long)(took_ns / NS_PER_MS),
				(unsigned long long)(tx->waited_ns / NS_PER_MS), (long long)tx->config->log.slow_ms,
				(unsigned long long)suppressed);
}
