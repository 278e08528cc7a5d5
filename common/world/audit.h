/* audit.h - is the world as it must be? A look at everything at one moment: one body per tile and one tile per body, lists,
 * names, free slots, stacks, what is worn, who plays whom.
 *
 * Reads only. The caller holds every lock (tx_lock_everything), so nothing is logged here: findings are kept as texts. */
#ifndef ARGENTUM_WORLD_AUDIT_H
#define ARGENTUM_WORLD_AUDIT_H

#include "common/world/world.h"

enum { AUDIT_TEXTS = 24, AUDIT_TEXT_BYTES = 160 };

struct audit {
	uint32_t findings; /* also beyond the texts kept */
	char text[AUDIT_TEXTS][AUDIT_TEXT_BYTES];

	/* what there is; players who are not in the world are in the store only */
	uint32_t players, creatures;
	uint64_t gold;  /* purses, banks and the ground */
	uint64_t items; /* units in bags, banks and on the ground, gold piles left out */
};

void audit_world(const struct world *world, struct audit *audit);

#endif
