/* creature.h - the life of creatures: appearing, being hurt, dying, leaving something, appearing again
 * (rules-life-combat-magic.md 16.1, 16.2, 16.5, 16.6, 16.17). What they do by themselves is in creature_ai.h, pets in pets.h,
 * what they are worth in spoils.h.
 *
 * A creature is a body and a struct creature of the same index. Those that a map's files place keep theirs for the segment's
 * life, on that map: they die, wait (map_state.first_waiting) and appear again; what does not appear again stands nowhere, under
 * its map's lock, with act_due_ms 0. All others (pets, summoned, a trainer's) take theirs from the realm's free list and give it
 * back. A creature that dies gets another generation at once, so that no handle to it outlives it. Everything wants the lock of
 * the map; what takes from or gives to the free list asks for the realm with tx_need, so the caller's transaction may run
 * again. Nothing of creatures is durable but what players keep of their pets. */
#ifndef ARGENTUM_GAME_CREATURE_H
#define ARGENTUM_GAME_CREATURE_H

#include "common/catalog/catalog.h"
#include "common/protocol/text.h"
#include "common/world/tx.h"

/* Numbers that the rules know (rules-life-combat-magic.md 1.4). */
enum {
	CREATURE_CITIZEN_GUARD = 6,
	CREATURE_WATER_ELEMENTAL = 92,
	CREATURE_FIRE_ELEMENTAL = 93,
	CREATURE_EARTH_ELEMENTAL = 94
};

/* NULL: no creature has this body now. */
const struct creature_def *creature_def_of(const struct tx *tx, uint32_t body);
struct creature *creature_at(struct tx *tx, uint32_t body);

/* The tiles that it may stand on (enum tile_want): water, land, never an exit; not where creatures are kept out, but for pets. */
unsigned creature_terrain(const struct tx *tx, uint32_t body);

/* Its master is a player: who; 0 = nobody's pet. */
uint32_t creature_master(const struct tx *tx, uint32_t body);

/* A new creature of this kind on the nearest legal tile (within 12); with the warp's sound and light. 0: there is no place,
 * no such creature, none is free, or the realm was not held yet (the transaction runs again). It never comes back. */
uint32_t creature_spawn(struct tx *tx, unsigned number, struct place at, bool warp);

/* It disappears for good, or until the files' next start: nothing is left, nobody gets anything. */
void creature_remove(struct tx *tx, uint32_t body);

/* A wild one becomes somebody's: it leaves, as when it dies but without spoils, and appears again as it would then. What is to be
 * the pet is a new body at its place with its health, when `stays`; 0 = it stands nowhere. Wants the realm. */
uint32_t creature_leaves_the_wild(struct tx *tx, uint32_t body, bool stays);

/* Takes life, not below 0. Returns whether it still lives; when not, creature_die is to follow. */
bool creature_hurt(struct tx *tx, uint32_t body, int damage);

/* It dies (16.6). `killer`: the player who gets what is left of its experience, reputation and the count, and whose pets let it be; 0 =
 * nobody. A wild one drops something and appears again, at once or after intervals.respawn_ms. */
void creature_die(struct tx *tx, uint32_t body, uint32_t killer);

/* Experience that `damage` is worth, taken from its pool and given (16.6). Before the life is taken for blows, after it for the
 * rest; it may be 0. Nothing for one's own pet, or that of somebody of the same guild (16.17). */
void creature_pays(struct tx *tx, uint32_t body, uint32_t player, int damage);

/* A player strikes it or casts harm at it (16.5), after may_attack_creature. */
void creature_attacked(struct tx *tx, uint32_t body, uint32_t player);

/* Paralysed (all of it) or immobilised, for a while; and free again, also when the while is over. Immunity is the caller's. */
void creature_paralyse(struct tx *tx, uint32_t body, bool immobilise);
void creature_free(struct tx *tx, uint32_t body);

/* Poisoned or cured: nothing but that somebody may cure it comes of it. */
void creature_poison(struct tx *tx, uint32_t body, bool poisoned);

/* Back to how its kind is: movement, hostility, no target, no attacker. A pet follows its master. */
void creature_calm(struct tx *tx, uint32_t body);

/* The player dies, leaves or travels: the creature that attacks him is calm again, and he is rid of it and of the one that he
 * attacked. */
void creatures_forget(struct tx *tx, uint32_t player);

/* What is due on this map: who waits appears again, summoned ones leave, paralysis ends, guards return to their posts, each creature
 * has its beat (creature_ai.h); at most so many deeds, and as far as the transaction has room (tick_has_room): the rest with the
 * next tick. */
void creatures_tick(struct tx *tx, uint32_t map, unsigned deeds_most);

/* Words over its head, for who sees it: one of its phrases at random, or these. */
void creature_speaks(struct tx *tx, uint32_t body);
void creature_says(struct tx *tx, uint32_t body, struct text words);

/* Heard by who sees the creature; one that is hit has a sound in any case. */
void creature_sound(struct tx *tx, uint32_t body, enum creature_sound which);

#endif
