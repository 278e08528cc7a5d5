/* ring.h - a ring: what happened in one domain (a map, the realm), in one order for everybody.
 *
 * Who writes: the transaction that holds the domain's lock appends beyond the published head (tx_append); the commit
 * publishes the head. Who reads: any worker, without a lock, from a position of its own. Before bytes are overwritten
 * `announced` is moved past them; a reader copies first and looks at `announced` afterwards: if what it copied may
 * have been overwritten meanwhile, the copy is worthless and the reader was lapped. When a writer dies, its entries
 * beyond the head are nobody's; when a reader dies, its successor goes on from the positions in the segment.
 *
 * Why each unlocked access is safe: `head` is stored with release after the entries' bytes, and loaded with acquire
 * before them, so that an entry before the head is complete. Bytes are written and copied in words with relaxed
 * atomics, so that a copy that races with an overwrite is garbage and not undefined. `announced` is stored before the
 * overwriting words with a release fence between, and loaded after the copied words with an acquire fence between:
 * whoever copied even one overwriting word sees the announcement. */
#ifndef ARGENTUM_WORLD_RING_H
#define ARGENTUM_WORLD_RING_H

#include "common/world/world.h"

/* What an entry (struct note) is for. The first group carries packets, whole and encoded (Latin-1); the second is for the workers. */
enum note_kind {
	NOTE_PAD, /* nothing: fills the rest of the ring before its wrap */

	NOTE_ONE,       /* to the player `subject` */
	NOTE_AREA,      /* to who sees tile x,y; `but` is left out; see `second` */
	NOTE_DEAD_AREA, /* as NOTE_AREA, but only the dead and the staff */
	NOTE_MAP,       /* to everybody on the map */
	NOTE_ALL,       /* to everybody (realm) */
	NOTE_GUILD,     /* to the members of guild `object` (realm) */
	NOTE_STAFF,     /* to the staff (realm) */

	NOTE_CONTROL,              /* what follows is never dropped: */
	NOTE_ENTER = NOTE_CONTROL, /* player `subject` is on this map now, played by `connection`; was on map `object` */
	NOTE_LEAVE,      /* player `subject` is not on this map any more; goes to map `object` (0 = leaves the game) whose
	                    * ring has its NOTE_ENTER at `position` or later */
	NOTE_VIEW,       /* player `subject` stands in another 9x9 cell now: that of x,y */
	NOTE_TOGGLE,     /* the client of `subject` (realm: everybody's) must believe toggle `object` to be `x` (0 or 1) */
	NOTE_RESYNC,     /* player `subject` must be sent its surroundings anew */
	NOTE_RESYNC_ALL, /* everybody on this map must: what was to be said did not fit */
	NOTE_CLOSE,      /* `connection` is to be closed for the reason `object` */
};

enum note_flag {
	NOTE_FLAG_VIEW = 1,      /* about characters, objects or blocks: part of every snapshot taken later */
	NOTE_FLAG_FIRST = 2,     /* NOTE_ENTER: the connection has just logged in */
	NOTE_FLAG_NOT_STAFF = 8, /* NOTE_AREA: the staff is left out */
	NOTE_FLAG_STAFF = 16,    /* NOTE_AREA: the staff alone */
	NOTE_FLAG_ANSWER = 4,    /* answers the player's own action: do not wait before sending */
};

/* NOTE_AREA may look at a second tile: who saw the first, and does (not) see the second. A step from one 9x9 cell into
 * another is three such notes. */
enum note_second { SECOND_NONE, SECOND_TOO, SECOND_NOT };

enum ring_read { RING_READ, RING_EMPTY, RING_LAPPED };

/* Copies the entry at *position and moves on. `bytes` must hold RING_ENTRY_MAX. RING_LAPPED: nothing was copied;
 * *position is moved to the head, and what was in between is lost for this reader. Padding is skipped silently. */
enum ring_read ring_read(const struct world *world, const struct ring *ring, uint64_t *position, struct note *note,
						 uint8_t *bytes);

/* Writes an entry at `position` (announced by the caller). Returns the position behind it. */
uint64_t ring_write(const struct world *world, struct ring *ring, uint64_t position, const struct note *note,
					const void *bytes);

/* Bytes that an entry takes at this position, padding before it included. */
uint64_t ring_room(const struct ring *ring, uint64_t position, size_t payload_bytes);

static inline uint64_t ring_head(const struct ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_acquire);
}

#endif
