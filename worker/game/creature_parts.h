/* creature_parts.h - what the files behind creature.h share: for them alone. Everything wants the lock of the creature's map; what
 * gives a body back to the free list asks for the realm. */
#ifndef ARGENTUM_GAME_CREATURE_PARTS_H
#define ARGENTUM_GAME_CREATURE_PARTS_H

#include "common/catalog/place.h"
#include "worker/game/creature.h"

/* The tiles (enum tile_want) that this kind may stand on; pets go where others are kept out. */
unsigned creature_kind_terrain(const struct creature_def *def, bool pet);

/* It is this player's pet, or that of somebody of his guild: nobody earns with such a one (16.17). */
bool creature_is_kin(const struct tx *tx, uint32_t body, uint32_t player);

/* creature_appear.c */

/* Where one that the files place appears: where they say when its kind remembers it, else anywhere on that map. map 0 = the map has
 * no place. */
struct place creature_place_to_appear(struct tx *tx, uint32_t body, const struct creature_def *def);

/* It stands nowhere any more, and its body is another's from now on: no handle to it holds. false: the realm is wanted first. */
bool creature_take_off(struct tx *tx, uint32_t body);

/* Whether it will be back when it goes; to be asked before it does. And after it went: it is, at once or after its pause. */
bool creature_is_to_come_back(const struct creature *creature);
void creature_comes_back(struct tx *tx, uint32_t body);

/* Those of this map's who wait and whose time has come appear; who finds no place waits anew. */
void creatures_waiting_run(struct tx *tx, uint32_t map);

#endif
