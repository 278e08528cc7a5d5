#include "worker/address.h"

#include <assert.h>
#include <string.h>

static bool same(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) == 0;
}

enum close_reason address_may_connect(const struct worker *w, const uint8_t address[16])
{
	unsigned most = (unsigned)w->config->limits.connections_per_address, open = 0;
	uint64_t pause_ms = (uint64_t)w->config->limits.connect_interval_ms, last_ms = 0;
	if (most == 0 && pause_ms == 0)
		return CLOSE_NONE;
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		const struct peer *peer = &w->world.peers[i];
		if (!same(peer->address, address))
			continue;
		open += atomic_load_explicit(&w->world.connections[i].owner, memory_order_relaxed) != 0;
		last_ms = peer->since_ms > last_ms ? peer->since_ms : last_ms;
	}
	if (most != 0 && open >= most)
		return CLOSE_TOO_MANY_FROM_ADDRESS;
	if (pause_ms != 0 && last_ms != 0 && worker_now_ms(w) - last_ms < pause_ms)
		return CLOSE_TOO_FAST_FROM_ADDRESS;
	return CLOSE_NONE;
}

unsigned address_deeds(const struct worker *w, const uint8_t address[16], enum address_deed deed, uint64_t within_ms)
{
	const struct realm *realm = w->world.realm;
	uint64_t now = worker_now_ms(w);
	unsigned count = 0;
	for (unsigned i = 0; i < ADDRESS_DEEDS; i++) {
		const struct address_event *event = &realm->deeds[i];
		count += event->deed == deed && event->at_ms + within_ms > now && same(event->address, address);
	}
	return count;
}

void address_deed_add(struct tx *tx, const uint8_t address[16], enum address_deed deed)
{
	struct realm *realm = tx->world->realm;
	assert(tx_holds(tx, tx->world->realm_domain));
	struct address_event *event = &realm->deeds[realm->deeds_next % ADDRESS_DEEDS];
	TOUCH(tx, *event);
	*event = (struct address_event){.at_ms = tx->now_ms, .deed = deed};
	memcpy(event->address, address, sizeof event->address);
	SET(tx, realm->deeds_next, realm->deeds_next + 1);
}

bool address_plays(const struct worker *w, uint32_t connection)
{
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		if (i != connection && same(w->world.peers[i].address, w->world.peers[connection].address) &&
			w->world.connections[i].phase == CONNECTION_PLAYING)
			return true;
	}
	return false;
}
