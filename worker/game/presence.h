/* presence.h - where bodies are, and who sees it: coming to a map, leaving it, stepping, jumping, changing looks.
 *
 * Everything that moves a body goes through here: tile, map and list stay in step, and the notes in the map's ring tell
 * each client exactly what enters and leaves its window (rules-life-combat-magic.md 8.2, 8.3; for the Godot client,
 * which forgets nothing by itself, also what left). All functions want the lock of the maps concerned. */
#ifndef ARGENTUM_GAME_PRESENCE_H
#define ARGENTUM_GAME_PRESENCE_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

/* A player who stands nowhere appears on a free tile, played by his connection. `from_map`: the map he came from in
 * the same transaction, 0 = from outside. Returns where his note is in the ring: his worker follows from there. */
uint64_t presence_enter(struct tx *tx, uint32_t player, struct place at, uint32_t from_map);

/* A player disappears from his map: to `to_map`, whose lock is held too and where presence_enter follows; or out of the
 * game (0). */
void presence_leave(struct tx *tx, uint32_t player, uint32_t to_map);

/* A creature that stands nowhere appears on a free tile; and disappears from its map. Whose lock protects it then: body_domain. */
void presence_appear(struct tx *tx, uint32_t creature, struct place at);
void presence_vanish(struct tx *tx, uint32_t creature);

/* From one map to another (or to the same): leave and enter. */
void presence_cross(struct tx *tx, uint32_t player, struct place to);

/* One tile, to a free neighbour; the body then looks in `heading`. The mover's own client is told nothing but what comes
 * into view and leaves it: it has moved by itself already. */
void presence_step(struct tx *tx, uint32_t body, int heading);

/* A walker and the ghost (or invisible staff) before him change places: `heading` is the walker's. For rules: ghost_push (death.h). */
void presence_swap(struct tx *tx, uint32_t walker, uint32_t ghost, int heading);

/* To a free tile of the same map that need not be a neighbour. */
void presence_jump(struct tx *tx, uint32_t body, unsigned x, unsigned y);

/* Tells everybody who sees the body, himself too, its new look or heading. */
void presence_changed(struct tx *tx, uint32_t body);

/* An effect on a body, and a sound (1..255) where it stands, for who sees it; of the invisible staff for itself alone. */
void presence_effect(struct tx *tx, uint32_t body, int fx, int loops);
void presence_sound(struct tx *tx, uint32_t body, unsigned wave);

#endif
