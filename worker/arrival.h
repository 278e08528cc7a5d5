/* arrival.h - connections come into a fresh generation of the world: what their passports say is made into connections of
 * this world, their sockets are in the master's vault, and those who were playing are loaded from the store.
 *
 * A worker of a fresh generation does it once, before it is READY, for the sockets of its slot. Until every slot has
 * (realm.returning), nobody but those who come back gets a name: so no account can be entered from elsewhere in between. Who
 * played has his name reserved here and now, and is CHECKING until the store has answered (session.h); who was at the login
 * screen just goes on. Nothing is read from or sent to any socket before READY, so that until then the former generation can
 * go on in our place.
 *
 * Dies the worker half-way, its successor adopts what was made already (adopt.c) and does the rest: a passport whose
 * connection is there is skipped, and the phase of a connection, written last, says that it is whole. */
#ifndef ARGENTUM_WORKER_ARRIVAL_H
#define ARGENTUM_WORKER_ARRIVAL_H

#include "worker/worker.h"

/* After adopt_connections, before adopt_close_leftovers. Does nothing when it was done already, or in the first generation. */
void arrival_take(struct worker *w);

#endif
