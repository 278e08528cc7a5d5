#include "common/world/paranoid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/world/tx.h"

static const struct {
	enum region_id id;
	const char *structure;
} watched[] = {
	{WORLD_REGION_MAPS, "map_state"},
	{WORLD_REGION_TICKS, "tick_due_ms"},
	{WORLD_REGION_BODIES, "body"},
	{WORLD_REGION_PLAYERS, "player"},
	{WORLD_REGION_CREATURES, "creature"},
	{WORLD_REGION_REALM, "realm"},
	{WORLD_REGION_FREE_PLAYERS, "free list"},
	{WORLD_REGION_FREE_CREATURES, "free list of creatures"},
	{WORLD_REGION_NAMES, "name table"},
	{WORLD_REGION_CONNECTIONS, "connection"},
	{WORLD_REGION_ADDRESSES, "address"},
	{WORLD_REGION_PEERS, "peer"},
	{WORLD_REGION_LEDGER, "ledger_row"},
};

bool paranoid_watches(enum region_id id)
{
	for (unsigned i = 0; i < sizeof watched / sizeof *watched; i++) {
		if (watched[i].id == id)
			return true;
	}
	return false;
}

/* Behind the copy of the segment: a byte for each watched element, 1 = it was ours and copied. Asking again later would
 * be wrong: a body may belong elsewhere by then, and the write that moved it is just what is looked for. */
static uint8_t *copied_flags(const struct tx *tx)
{
	return (uint8_t *)tx->paranoid_copy + tx->world->size;
}

static uint64_t watched_elements(const struct world *w)
{
	uint64_t count = 0;
	for (unsigned i = 0; i < sizeof watched / sizeof *watched; i++)
		count += w->header->regions[watched[i].id].count;
	return count;
}

/* The rehearsal may have taken more domains since: what belongs to them was not copied. */
static bool held_then(const struct tx *tx, uint32_t domain)
{
	for (unsigned i = 0; i < tx->paranoid_held_count; i++) {
		if (tx->paranoid_held[i] == domain)
			return true;
	}
	return false;
}

/* May nobody but us change this element while we hold our locks? */
static bool element_is_ours(const struct tx *tx, enum region_id region, uint64_t index)
{
	const struct world *w = tx->world;
	if (region == WORLD_REGION_LEDGER)
		return index == w->slot; /* others' are nobody's business */
	if (tx->paranoia == PARANOIA_WORLD)
		return true;
	switch (region) {
	case WORLD_REGION_MAPS:
	case WORLD_REGION_TICKS:
		return held_then(tx, (uint32_t)index);
	case WORLD_REGION_BODIES:
	case WORLD_REGION_PLAYERS:
		return index != 0 && held_then(tx, body_domain(w, (uint32_t)index));
	case WORLD_REGION_CREATURES:
		return index != 0 && held_then(tx, body_domain(w, w->limits.players + (uint32_t)index));
	case WORLD_REGION_CONNECTIONS:
	case WORLD_REGION_PEERS:
		return atomic_load(&w->connections[index].owner) == w->slot + 1;
	default:
		return held_then(tx, w->realm_domain);
	}
}

void paranoid_remember(struct tx *tx)
{
	const struct world *w = tx->world;
	if (tx->paranoid_copy == NULL) {
		tx->paranoid_copy = malloc(w->size + watched_elements(w));
		if (tx->paranoid_copy == NULL)
			abort(); /* a debugging mode without memory is of no use */
	}
	tx->paranoid_held_count = tx->held_count;
	for (unsigned i = 0; i < tx->held_count; i++)
		tx->paranoid_held[i] = tx->held[i].index;
	uint8_t *copied = copied_flags(tx);
	for (unsigned i = 0; i < sizeof watched / sizeof *watched; i++) {
		const struct region *r = &w->header->regions[watched[i].id];
		for (uint64_t e = 0; e < r->count; e++, copied++) {
			uint64_t at = r->offset + e * r->stride;
			*copied = element_is_ours(tx, watched[i].id, e);
			if (*copied != 0)
				memcpy((uint8_t *)tx->paranoid_copy + at, w->base + at, r->stride);
		}
	}
}

/* Name of the field at an offset of a structure, "?" if none. */
static const char *field_at(const char *structure, uint64_t offset)
{
	unsigned count;
	const struct layout_field *fields = layout_fields(&count);
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(fields[i].structure, structure) == 0 && offset >= fields[i].offset &&
			offset < fields[i].offset + fields[i].size)
			return fields[i].field;
	}
	return "?";
}

void paranoid_compare(struct tx *tx)
{
	const struct world *w = tx->world;
	const uint8_t *copied = copied_flags(tx);
	for (unsigned i = 0; i < sizeof watched / sizeof *watched; i++) {
		const struct region *r = &w->header->regions[watched[i].id];
		for (uint64_t e = 0; e < r->count; e++, copied++) {
			uint64_t at = r->offset + e * r->stride;
			const uint8_t *before = (const uint8_t *)tx->paranoid_copy + at;
			if (*copied == 0 || memcmp(before, w->base + at, r->stride) == 0)
				continue;
			uint64_t byte = 0;
			while (before[byte] == w->base[at + byte])
				byte++;
			tx->paranoid_failures++;
			snprintf(tx->paranoid_where, sizeof tx->paranoid_where, "%s %llu, field %s (byte %llu)",
					 watched[i].structure, (unsigned long long)e, field_at(watched[i].structure, byte),
					 (unsigned long long)byte);
		}
	}
}
