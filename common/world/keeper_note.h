/* keeper_note.h - what the keeper leaves in the world about the store: for the status page, and for its successor.
 *
 * Only the keeper writes it (struct keeper_note in layout.h says what). It outlives the keeper: the successor learns there
 * which generation of the fence and which cut this world had reached, and cannot mistake a store that another server took,
 * or that forgot what it had acknowledged, for its own. No lock: numbers are atomic, and state and reason are read again
 * when they were written meanwhile. */
#ifndef ARGENTUM_WORLD_KEEPER_NOTE_H
#define ARGENTUM_WORLD_KEEPER_NOTE_H

#include "common/world/world.h"

/* State and reason (shortened to fit; "" when it is up). The same state again keeps its age. */
void keeper_note_write(struct world *world, enum store_state state, const char *reason, uint64_t now_ms);

/* `other` is a world of the same server, before this one or after it: its keeper has ended, and what it claimed may be taken.
 * That keeper numbers its cuts by itself, so none of ours is expected in the store any more. No keeper may live here. */
void keeper_note_follow(struct world *world, const struct world *other);

/* The same, when nothing is known of the other world but that there was one: the next claim is as the first. */
void keeper_note_begin_anew(struct world *world);

struct keeper_news {
	enum store_state state;
	uint64_t state_ms;   /* how long it has been so */
	uint64_t lag_ms;     /* age of the oldest change that a cut saw and the store did not take */
	uint64_t durable_ms; /* what happened longer ago than this is durable */
	char reason[KEEPER_REASON_BYTES];
};

/* What holds at this moment, also while no keeper lives. */
void keeper_note_read(const struct world *world, uint64_t now_ms, struct keeper_news *news);

/* "not asked yet", "up", "does not answer", "refuses", "taken over". */
const char *store_state_name(enum store_state state);

#endif
