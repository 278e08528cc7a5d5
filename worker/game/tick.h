/* tick.h - what happens on a map by itself, with time. Any worker may run a due tick, none runs twice; a map where
 * nothing can happen sleeps (tick_due_ms = 0) and is woken by who enters it. */
#ifndef ARGENTUM_GAME_TICK_H
#define ARGENTUM_GAME_TICK_H

#include "common/world/tx.h"

enum { MAP_TICK_MS = 1000 };

/* One tick of a map, as a transaction: `context` points at its number (uint32_t). */
enum tx_verdict map_tick(struct tx *tx, void *context);

#endif
