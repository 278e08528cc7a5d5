/* departure.h - connections leave a world that will serve nobody any more: their passports are written (passport.h).
 *
 * Two who do that, in one way:
 *   - a worker that was told to retire writes those of its own connections, from the world it lives in, when it has stopped
 *     between two transactions and so have all others (worker.c);
 *   - the worker of a new generation writes those of its dead predecessor, from the former world, which is mapped read-only
 *     and suspected to be damaged (arrival.c). Of the former world no lock is taken and nothing is believed: each index is
 *     checked, each chain is counted, a connection is looked at in a private copy. On that copy what an unfinished
 *     transaction changed of it is undone, so that the two positions of its input belong together; the rest of the
 *     transaction does not matter, since the characters come from the store.
 *
 * Dies the writer, nothing has happened: the sockets are in the vault, and who follows does the same again. */
#ifndef ARGENTUM_WORKER_DEPARTURE_H
#define ARGENTUM_WORKER_DEPARTURE_H

#include "common/world/world.h"
#include "worker/passport.h"

/* Writes the passport of connection `index`, whose socket is `fd`. `slot`: whose undo log may hold a piece of it. false with
 * why: it cannot be trusted, or nobody knows who plays on it; it gets none. */
bool departure_write(const struct world *world, uint32_t index, unsigned slot, int fd, struct passport_writer *writer,
					 struct problem *why);

#endif
