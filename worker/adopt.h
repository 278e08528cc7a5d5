/* adopt.h - how a newborn worker takes over from the one that died (or was told to go) in its slot.
 *
 * Its connections' state is in the segment, their sockets are in the master's vault, of which a forked child has copies.
 * After the undo log was settled (world_enter_slot) everything in the segment is as before or after some packet. What is
 * left to find out is what the kernel did for the dead one and it could not write down any more: bytes read into the
 * input buffer, and bytes sent. TCP_INFO tells both to the byte (traps.md, TCP knows what you forgot). */
#ifndef ARGENTUM_WORKER_ADOPT_H
#define ARGENTUM_WORKER_ADOPT_H

#include "worker/worker.h"

/* Takes every connection of this slot over whose socket is in the vault; of the others the characters linger or leave.
 * `box`: what the dead one was doing; with start.blame that connection is closed instead, its packet never run again. */
void adopt_connections(struct worker *w, const struct black_box *box);

/* Sockets that the vault keeps for this slot and that belong to no connection any more, since the former process died while
 * it opened or closed them: they are closed, in the vault as well. */
void adopt_close_leftovers(struct worker *w);

#endif
