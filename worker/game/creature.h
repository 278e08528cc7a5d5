/* creature.h - the life of creatures: appearing, being hurt, dying, leaving something, appearing again
 * (rules-life-combat-magic.md 16.1, 16.2, 16.5, 16.6, 16.17). What they do by themselves is in creature_ai.h, pets in pets.h.
 *
 * A creature is a body and a struct creature of the same index. Those that a map's files place keep theirs for the segment's
 * life, on that map: they die, wait (map_state.first_waiting) and appear again. All others (pets, summoned, a trainer's) take
 * theirs from the realm's free list and give it back. Everything wants the lock of the map; what takes from or gives to the free
 * list asks for the realm with tx_need, so the caller's transaction may run again. Nothing of creatures is durable but what
 * players keep of their pets. */
#ifndef ARGENTUM_GAME_CREATURE_H
#define ARGENTUM_GAME_CREATURE_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

const struct creature_def *creature_def_of(const struct tx *tx, uint32_t body);
struct creature *creature_at(struct tx *tx, uint32_t body);

/* A new creature of this kind on the nearest legal tile (within 12); with the warp's sound and light. 0: there is no place,
 * no such creature, none is free, or the realm was not held yet (the transaction runs again). It never comes back. */
uint32_t creature_spawn(struct tx *tx, unsigned number, struct place at, bool warp);

/* It disappears for good, or until the files' next start: nothing is left, nobody gets anything. */
void creature_remove(struct tx *tx, uint32_t body);

/* Takes life, not below 0. Returns whether it still lives; when not, creature_die is to follow. */
bool creature_hurt(struct tx *tx, uint32_t body, int damage);

/* It dies (16.6). `killer`: the player who gets what is left of its experience, reputation and the count; 0 = nobody. */
void creature_die(struct tx *tx, uint32_t body, uint32_t killer);

/* Experience that `damage` is worth, taken from its pool and given (16.6). Before the life is taken for blows, after it for the
 * rest; it may be 0. */
void creature_pays(struct tx *tx, uint32_t body, uint32_t player, int damage);

/* A player strikes it or casts harm at it (16.5), after may_attack_creature. */
void creature_attacked(struct tx *tx, uint32_t body, uint32_t player);

/* Paralysed (all of it) or immobilised, for a while; and free again. */
void creature_paralyse(struct tx *tx, uint32_t body, bool immobilise);
void creature_free(struct tx *tx, uint32_t body);

/* Back to how its kind is: movement, hostility, no target, no attacker. */
void creature_calm(struct tx *tx, uint32_t body);

/* What is due on this map: who waits appears again, summoned ones leave. Each creature's beat is creature_ai.h. */
void creatures_wait_tick(struct tx *tx, uint32_t map);

/* `wave` 0 = silence; heard by who sees the creature. */
void creature_sound(struct tx *tx, uint32_t body, enum creature_sound which);

#endif
