/* gather.h - what happened on a map one after the other, told together: entries that many may see are gathered, up to the next
 * one that changes who is there, and each client gets his share of them in one piece. So a client's cursor and output are
 * touched once for many entries. An entry for one client alone does not end this: he gets his share before it.
 *
 * Private to the process and empty between two visits to a ring: the reader's position in the segment passes the entries only
 * when they are told. */
#ifndef ARGENTUM_WORKER_GATHER_H
#define ARGENTUM_WORKER_GATHER_H

#include "worker/worker.h"

bool gather_create(struct worker *w, struct problem *why);
void gather_destroy(struct worker *w);

/* Where the next entry's packets are to be read to: room for RING_ENTRY_MAX bytes. */
static inline uint8_t *gather_place(const struct worker *w)
{
	return w->gather_bytes + w->gather_used;
}

static inline bool gather_takes(const struct note *note)
{
	return note->kind == NOTE_AREA || note->kind == NOTE_DEAD_AREA || note->kind == NOTE_MAP;
}

/* Keeps the entry whose packets were read to gather_place; `position` is that behind it. false: there is no room for
 * another one, tell them first. */
bool gather_add(struct worker *w, const struct note *note, uint64_t position);

/* Tells everybody on this map what was gathered. May close clients. */
void gather_tell(struct worker *w, const struct follow *follow);

/* Tells this client, who is on this map, his share of what was gathered so far; it stays gathered for the others. May close him. */
void gather_tell_before(struct worker *w, struct client *client);

/* Tells this client alone of an entry of his map, now, if it is for him; its packets are in w->note_bytes. */
void gather_tell_one(struct worker *w, struct client *client, const struct note *note, uint64_t position);

#endif
