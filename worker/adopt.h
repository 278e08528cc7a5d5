/* adopt.h - how a newborn worker takes over from the one that died (or was told to go) in its slot.
 *
 * Its connections' state is in the segment, their sockets are in the master's vault, of which a forked child has copies.
 * After the undo log was settled (world_enter_slot) everything in the segment is as before or after some packet. What is
 * left to find out is what the kernel did for the dead one and it could not write down any more: bytes read into the
 * input buffer, and bytes sent. TCP_INFO tells both to the byte (traps.md, TCP knows what you forgot).
 *
 * When there are to be fewer workers, a slot is given up: its worker makes way and has no successor there. Its connections
 * are taken over by the next one that is born in the slot of its heir (slot_heir; process_start.inherits), with the place in
 * the rings that the former worker stood at. Output that waits stays in the chunks it is in, although they are in the share of the
 * slot that was given up: they are sent from there, and found free when somebody is born in it again (output.c). */
#ifndef ARGENTUM_WORKER_ADOPT_H
#define ARGENTUM_WORKER_ADOPT_H

#include "worker/worker.h"

/* Is this connection one to be taken over: of this slot, or of one it inherits? */
bool adopt_is_ours(const struct worker *w, uint32_t connection);

/* Takes every connection of this slot, and of those it inherits, over whose socket is in the vault; of the others the characters linger or leave.
 * `box`: what the dead one was doing; with start.blame that connection is closed instead, its packet never run again. */
void adopt_connections(struct worker *w, const struct black_box *box);

/* Sockets that the vault keeps for this slot and that belong to no connection any more, since the former process died while
 * it opened or closed them: they are closed, in the vault as well. */
void adopt_close_leftovers(struct worker *w);

#endif
