/* audit_addresses.c - what addresses and the realm count of open connections, and of logins and creations under way: as many as
 * there are (worker/address.h). All of it changes under the realm's lock. */
#include <string.h>

#include "common/world/audit_parts.h"

static uint32_t record_of(struct look *look, uint32_t connection)
{
	const struct world *w = look->w;
	uint32_t record = w->peers[connection].record, attempt = w->connections[connection].attempt;
	if (record > w->address_sets * ADDRESS_SET) {
		audit_find(look->audit, "connection %u: counted by address record %u, which there cannot be", connection,
				   record);
		return 0;
	}
	if (record == 0 && attempt != 0)
		audit_find(look->audit, "connection %u: a login is under way, but no address counts it", connection);
	return record;
}

void look_at_addresses(struct look *look)
{
	const struct world *w = look->w;
	struct audit_address *counts = look->room->addresses;
	uint32_t records = w->address_sets * ADDRESS_SET, connections = 0, attempts = 0;
	memset(counts, 0, ((size_t)records + 1) * sizeof *counts);
	for (uint32_t i = 1; i <= w->limits.connections; i++) {
		uint32_t record = w->peers[i].record != 0 || w->connections[i].attempt != 0 ? record_of(look, i) : 0;
		if (record == 0)
			continue;
		connections++;
		counts[record].connections++;
		counts[record].attempts += w->connections[i].attempt != 0;
		attempts += w->connections[i].attempt != 0;
	}
	for (uint32_t r = 1; r <= records; r++) {
		const struct address *address = &w->addresses[r];
		if (address->connections != counts[r].connections || address->attempts != counts[r].attempts)
			audit_find(look->audit,
					   "address record %u: counts %u connections and %u logins under way, there are %u and %u", r,
					   address->connections, address->attempts, counts[r].connections, counts[r].attempts);
	}
	if (w->realm->connections != connections || w->realm->attempts != attempts)
		audit_find(look->audit, "the realm counts %u connections and %u logins under way, there are %u and %u",
				   w->realm->connections, w->realm->attempts, connections, attempts);
}
