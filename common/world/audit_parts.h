/* audit_parts.h - the parts of audit.c's look at the world; for audit*.c only. */
#ifndef ARGENTUM_WORLD_AUDIT_PARTS_H
#define ARGENTUM_WORLD_AUDIT_PARTS_H

#include "common/world/audit.h"

/* One look, and what it needs. */
struct look {
	const struct world *w;
	const struct catalog *catalog;
	struct audit_room *room;
	struct audit *audit;
};

/* A stack is one, and counts. */
void look_at_stack(struct look *look, const struct stack *stack, const char *where, uint32_t owner, unsigned slot);

/* audit_maps.c */
void look_at_maps(struct look *look);

/* audit_addresses.c */
void look_at_addresses(struct look *look);

/* audit_players.c */
void look_at_players(struct look *look);

#endif
