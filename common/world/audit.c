#include "common/world/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalog/catalog.h"
#include "common/world/audit_parts.h"
#include "common/world/ledger.h"
#include "common/world/populate.h"

/* --- what is found --------------------------------------------------------------------------------------------------------------- */

void audit_find(struct audit *audit, const char *format, ...)
{
	if (audit->findings < AUDIT_TEXTS) {
		va_list args;
		va_start(args, format);
		vsnprintf(audit->text[audit->findings], AUDIT_TEXT_BYTES, format, args);
		va_end(args);
	}
	audit->findings++;
}

void audit_suspect(struct audit *audit, enum audit_suspect what, uint64_t who, const char *format, ...)
{
	if (audit->suspicions == AUDIT_TEXTS)
		return;
	struct audit_suspicion *suspicion = &audit->suspicion[audit->suspicions++];
	suspicion->key = (uint64_t)what << 48 | who;
	va_list args;
	va_start(args, format);
	vsnprintf(suspicion->text, sizeof suspicion->text, format, args);
	va_end(args);
}

static bool was_suspected(const struct audit *before, uint64_t key)
{
	for (uint32_t i = 0; i < before->suspicions; i++) {
		if (before->suspicion[i].key == key)
			return true;
	}
	return false;
}

void audit_suspect_again(struct audit *now, const struct audit *before)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < now->suspicions; i++) {
		if (was_suspected(before, now->suspicion[i].key))
			now->suspicion[kept++] = now->suspicion[i];
	}
	now->suspicions = kept;
}

void audit_conclude(struct audit *audit)
{
	for (uint32_t i = 0; i < audit->suspicions; i++)
		audit_find(audit, "%s", audit->suspicion[i].text);
	audit->suspicions = 0;
}

/* --- room ------------------------------------------------------------------------------------------------------------------------- */

bool audit_room_create(struct audit_room *room, const struct world *w, const struct catalog *catalog)
{
	size_t chunks = (size_t)w->limits.workers * w->limits.chunks + 1, players = (size_t)w->limits.players + 1;
	size_t items = (size_t)w->limits.items + 1, blocked = sizeof w->maps[0].blocked;
	size_t creatures = (size_t)w->limits.creatures + 1, seen = chunks > players ? chunks : players;
	seen = seen > creatures ? seen : creatures;
	*room =
		(struct audit_room){.found = calloc(items, sizeof *room->found),
							.net = calloc(items, sizeof *room->net),
							.terrain = calloc((size_t)w->limits.maps + 1, blocked),
							.seen = calloc(1, seen),
							.seen_bytes = seen,
							.addresses = calloc((size_t)w->address_sets * ADDRESS_SET + 1, sizeof *room->addresses)};
	if (room->found == NULL || room->net == NULL || room->terrain == NULL || room->seen == NULL ||
		room->addresses == NULL)
		return false;
	for (uint32_t map = 1; catalog != NULL && map <= w->limits.maps; map++) {
		if (catalog_map(catalog, map) != NULL)
			populate_terrain(room->terrain + map * blocked, catalog, catalog_map(catalog, map));
	}
	return true;
}

void audit_room_destroy(struct audit_room *room)
{
	free(room->found);
	free(room->net);
	free(room->terrain);
	free(room->seen);
	free(room->addresses);
	*room = (struct audit_room){0};
}

/* --- amounts ---------------------------------------------------------------------------------------------------------------------- */

void look_at_stack(struct look *look, const struct stack *stack, const char *where, uint32_t owner, unsigned slot)
{
	if ((stack->item == 0) != (stack->amount == 0) || stack->amount > STACK_MAX || stack->item > look->w->limits.items)
		audit_find(look->audit, "%s of %u, slot %u: item %u, amount %u", where, owner, slot, stack->item,
				   stack->amount);
	else
		look->room->found[stack->item] += stack->amount;
}

static void sums_compare(struct look *look)
{
	const int64_t *found = look->room->found;
	struct audit *audit = look->audit;
	ledger_net(look->w, look->room->net);
	for (unsigned item = 1; item <= look->w->limits.items; item++) {
		if (item == GOLD_ITEM)
			audit->gold += (uint64_t)found[item];
		else
			audit->items += (uint64_t)found[item];
		if (found[item] != look->room->net[item])
			audit_find(audit, "item %u (%s): %lld in the world, the ledger says %lld", item,
					   ledger_item_name(look->catalog, item), (long long)found[item], (long long)look->room->net[item]);
	}
}

/* --- rings and logs -------------------------------------------------------------------------------------------------------------------- */

static void rings_look(struct look *look)
{
	for (uint32_t d = 1; d <= look->w->realm_domain; d++) {
		const struct ring *ring = &look->w->domains[d].ring;
		uint64_t head = atomic_load(&ring->head), announced = atomic_load(&ring->announced);
		if (head > announced || announced - head > ring->size)
			audit_find(look->audit, "ring of domain %u: published up to %llu, announced up to %llu", d,
					   (unsigned long long)head, (unsigned long long)announced);
		for (unsigned slot = 0; slot < look->w->limits.workers; slot++) {
			uint64_t at = *world_reader_position(look->w, slot, d);
			if (at > head)
				audit_suspect(look->audit, SUSPECT_READER, (uint64_t)slot << 32 | d,
							  "ring of domain %u: published up to %llu, worker %u has read up to %llu", d,
							  (unsigned long long)head, slot, (unsigned long long)at);
		}
	}
}

/* Nobody is within a transaction that changed anything: he would hold a lock. (One that holds nothing may be about to change
 * its own connection.) */
static void logs_look(struct look *look)
{
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		const struct undo_log *log = world_undo(look->w, slot);
		uint32_t state = atomic_load(&log->state);
		if (state > UNDO_COMMITTED || state == UNDO_COMMITTED || (state == UNDO_ACTIVE && atomic_load(&log->used) != 0))
			audit_suspect(look->audit, SUSPECT_LOG, slot,
						  "process slot %u: its undo log is in state %u, %llu bytes used", slot, state,
						  (unsigned long long)atomic_load(&log->used));
	}
}

void audit_world(const struct world *w, const struct catalog *catalog, struct audit_room *room, struct audit *audit)
{
	struct look look = {.w = w, .catalog = catalog, .room = room, .audit = audit};
	memset(audit, 0, sizeof *audit);
	memset(room->found, 0, ((size_t)w->limits.items + 1) * sizeof *room->found);
	look_at_maps(&look);
	look_at_players(&look);
	look_at_addresses(&look);
	sums_compare(&look);
	rings_look(&look);
	logs_look(&look);
}
