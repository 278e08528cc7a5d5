/* tick.h - what happens on a map by itself, with time: effects on players, creatures, who leaves. Any worker may run a due tick,
 * none runs twice (the moment it is due stands in the map's state and changes with it, in one transaction); a map without
 * players sleeps (tick_due_ms = 0) and is woken by who enters it.
 *
 * A tick runs what is due and sets when the next is: at the earliest of all that is under way on the map, at most a second
 * later. It does a bounded number of deeds, and no more than the transaction's log has room for; what is left is due at once. Who
 * lives without life, as after a blow that hit many, dies in it. What was due while the map slept, or while its workers
 * were late, is done once and not as often as it would have come. */
#ifndef ARGENTUM_GAME_TICK_H
#define ARGENTUM_GAME_TICK_H

#include "common/world/tx.h"

/* Whether one more deed (a creature's beat, what is due for a player, a death) finds room in this transaction's log. What does
 * not is done in the next tick. */
bool tick_has_room(const struct tx *tx);

enum { TICK_SHORTEST_MS = 40 }; /* the classic game timer: nothing follows sooner */

/* One tick of a map, as a transaction: `context` points at its number (uint32_t). */
enum tx_verdict map_tick(struct tx *tx, void *context);

/* Something is due on this map then: its tick comes no later. Wants the map's lock. A map without players does not tick: what
 * is due there is done when somebody comes. */
void tick_by(struct tx *tx, uint32_t map, uint64_t due_ms);

#endif
