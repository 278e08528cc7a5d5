#include "worker/address.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "common/config/config.h"
#include "worker/game/bucket.h"

_Static_assert((int)crypto_shorthash_KEYBYTES == (int)sizeof((struct world_header *)NULL)->boot_id,
			   "the boot id is the key of the hash");

/* --- records -------------------------------------------------------------------------------------------------------- */

void address_prefix(const uint8_t address[16], int bits, uint8_t prefix[16])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	memcpy(prefix, address, 16);
	if (memcmp(address, mapped, sizeof mapped) == 0)
		return;
	for (int byte = 0; byte < 16; byte++) {
		int kept = bits - byte * 8;
		if (kept <= 0)
			prefix[byte] = 0;
		else if (kept < 8)
			prefix[byte] &= (uint8_t)(0xff << (8 - kept));
	}
}

static const uint64_t window_ms[ADDRESS_LIMITS] = {
	[ADDRESS_LOGINS] = 60000,
	[ADDRESS_WRONG_PASSWORDS] = 60000,
	[ADDRESS_CREATIONS] = 3600000,
};

static bool window_is_over(const struct address_window *window, enum address_limit limit, uint64_t now_ms)
{
	return window->count == 0 || now_ms >= (uint64_t)window->start_s * 1000 + window_ms[limit];
}

/* How much is lost when the record gives way: a record that still counts deeds is worth more than one that does not, and a
 * fresh one more than an old one. */
static uint64_t record_worth(const struct address *record, uint64_t now_ms)
{
	const uint64_t counts = UINT64_C(1) << 63;
	uint64_t worth = record->used_ms;
	for (unsigned limit = 0; limit < ADDRESS_LIMITS; limit++) {
		if (!window_is_over(&record->windows[limit], (enum address_limit)limit, now_ms))
			worth |= counts;
	}
	return worth;
}

/* Index of the record of this address; a new one if there is none. 0 = its whole set counts connections. */
static uint32_t record_find(struct tx *tx, const uint8_t prefix[16])
{
	struct world *w = tx->world;
	uint64_t hash;
	crypto_shorthash((uint8_t *)&hash, prefix, 16, w->header->boot_id);
	uint32_t first = (uint32_t)(hash & (w->address_sets - 1)) * ADDRESS_SET + 1, least = 0;
	for (uint32_t i = first; i < first + ADDRESS_SET; i++) {
		struct address *record = &w->addresses[i];
		if (record->used_ms != 0 && memcmp(record->prefix, prefix, 16) == 0)
			return i;
		if (record->connections == 0 &&
			(least == 0 || record_worth(record, tx->now_ms) < record_worth(&w->addresses[least], tx->now_ms)))
			least = i;
	}
	if (least == 0)
		return 0;
	struct address *record = &w->addresses[least];
	TOUCH(tx, *record);
	*record = (struct address){.used_ms = tx->now_ms > 0 ? tx->now_ms : 1};
	memcpy(record->prefix, prefix, 16);
	return least;
}

/* --- connections ------------------------------------------------------------------------------------------------------ */

static void connection_count(struct tx *tx, struct peer *peer, uint32_t index)
{
	struct world *w = tx->world;
	struct address *record = &w->addresses[index];
	TOUCH(tx, *record);
	record->connections++;
	record->used_ms = tx->now_ms > 0 ? tx->now_ms : 1;
	SET(tx, w->realm->connections, w->realm->connections + 1);
	SET(tx, peer->record, index);
}

enum close_reason address_admit(struct tx *tx, uint32_t connection)
{
	struct world *w = tx->world;
	const struct config *config = tx->config;
	struct peer *peer = &w->peers[connection];
	uint8_t prefix[16];
	assert(tx_holds(tx, w->realm_domain) && peer->record == 0);
	if (w->realm->connections >= (uint32_t)config->limits.max_connections)
		return CLOSE_SERVER_FULL;
	address_prefix(peer->address, config->limits.ipv6_prefix_bits, prefix);
	uint32_t index = record_find(tx, prefix);
	if (index == 0)
		return CLOSE_SERVER_FULL;
	struct address *record = &w->addresses[index];
	int most = config->limits.connections_per_address;
	if (most != 0 && record->connections >= (uint32_t)most)
		return CLOSE_TOO_MANY_FROM_ADDRESS;
	if (config->limits.connect_interval_ms != 0 &&
		!bucket_pay_tx(tx, &record->connect_paid_ms, config->limits.connect_interval_ms, config->limits.connect_burst))
		return CLOSE_TOO_FAST_FROM_ADDRESS;
	connection_count(tx, peer, index);
	return CLOSE_NONE;
}

bool address_come_along(struct tx *tx, uint32_t connection)
{
	struct peer *peer = &tx->world->peers[connection];
	uint8_t prefix[16];
	assert(tx_holds(tx, tx->world->realm_domain) && peer->record == 0);
	address_prefix(peer->address, tx->config->limits.ipv6_prefix_bits, prefix);
	uint32_t index = record_find(tx, prefix);
	if (index != 0)
		connection_count(tx, peer, index);
	return index != 0;
}

void address_leave(struct tx *tx, uint32_t connection)
{
	struct world *w = tx->world;
	struct peer *peer = &w->peers[connection];
	assert(tx_holds(tx, w->realm_domain));
	if (peer->record == 0)
		return;
	address_attempt_end(tx, connection, false);
	struct address *record = &w->addresses[peer->record];
	SET(tx, record->connections, record->connections - 1);
	SET(tx, w->realm->connections, w->realm->connections - 1);
	SET(tx, peer->record, 0);
}

/* --- logins and creations --------------------------------------------------------------------------------------------- */

/* Takes one of the limit. false: all are taken. *start_s: of the window it was taken from. */
static bool window_take(struct tx *tx, struct address *record, enum address_limit limit, int most, uint32_t *start_s)
{
	struct address_window *window = &record->windows[limit];
	bool over = window_is_over(window, limit, tx->now_ms);
	if (most != 0 && !over && window->count >= (uint32_t)most)
		return false;
	TOUCH(tx, *window);
	if (over)
		*window = (struct address_window){.start_s = (uint32_t)(tx->now_ms / 1000), .count = 0};
	window->count++;
	*start_s = window->start_s;
	return true;
}

/* Another connection of the same address plays, or is about to: with that, one character per address is all there is. */
static bool another_plays(const struct world *w, uint32_t connection)
{
	uint32_t record = w->peers[connection].record;
	if (w->addresses[record].attempts > 0)
		return true;
	if (w->addresses[record].connections == 1)
		return false;
	for (uint32_t i = 1; i <= w->limits.connections; i++) {
		if (i != connection && w->peers[i].record == record && w->connections[i].player.index != 0)
			return true;
	}
	return false;
}

enum text_id address_attempt(struct tx *tx, uint32_t connection, bool creating)
{
	struct world *w = tx->world;
	const struct config *config = tx->config;
	struct connection *c = &w->connections[connection];
	struct address *record = &w->addresses[w->peers[connection].record];
	assert(tx_holds(tx, w->realm_domain) && w->peers[connection].record != 0);
	if (c->attempt != 0)
		return TEXT_ID_COUNT;
	if (!config->game.allow_multi_login && another_plays(w, connection))
		return TEXT_ONE_PER_ADDRESS;
	uint32_t start_s;
	enum address_limit limit = creating ? ADDRESS_CREATIONS : ADDRESS_WRONG_PASSWORDS;
	int most = creating ? config->limits.creations_per_address_per_hour
						: config->limits.wrong_passwords_per_address_per_minute;
	if (!window_take(tx, record, limit, most, &start_s))
		return creating ? TEXT_CREATION_LIMIT : TEXT_TOO_MANY_GUESSES;
	SET(tx, c->attempt_start_s, start_s);
	if (!window_take(tx, record, ADDRESS_LOGINS, config->limits.logins_per_address_per_minute, &start_s))
		return TEXT_TOO_MANY_LOGINS;
	SET(tx, c->attempt, (uint32_t)limit + 1);
	SET(tx, record->attempts, record->attempts + 1);
	SET(tx, record->used_ms, tx->now_ms > 0 ? tx->now_ms : 1);
	SET(tx, w->realm->attempts, w->realm->attempts + 1);
	return TEXT_ID_COUNT;
}

void address_attempt_end(struct tx *tx, uint32_t connection, bool counts)
{
	struct world *w = tx->world;
	struct connection *c = &w->connections[connection];
	assert(tx_holds(tx, w->realm_domain));
	if (c->attempt == 0)
		return;
	struct address *record = &w->addresses[w->peers[connection].record];
	struct address_window *window = &record->windows[c->attempt - 1];
	/* A window that began since never counted this one. */
	if (!counts && window->count > 0 && window->start_s == c->attempt_start_s)
		SET(tx, window->count, window->count - 1);
	SET(tx, record->attempts, record->attempts - 1);
	SET(tx, w->realm->attempts, w->realm->attempts - 1);
	SET(tx, c->attempt, 0);
}
