/* ground.h - what lies on tiles: one stack each. Says itself to who sees the tile what appears and what goes.
 * Rules: rules-economy-social-admin.md 2.5. Everything wants the map's lock. */
#ifndef ARGENTUM_GAME_GROUND_H
#define ARGENTUM_GAME_GROUND_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

struct stack ground_at(const struct world *world, uint32_t map, unsigned x, unsigned y);

/* How much of a stack the tile could take now: all of it on an empty tile, up to STACK_MAX together on the same item, else 0. */
unsigned ground_room(const struct world *world, uint32_t map, unsigned x, unsigned y, struct stack stack);

/* Lays it down; ground_room must allow all of it. */
void ground_add(struct tx *tx, struct place at, struct stack stack);

/* Takes up to `amount` away. Returns what was taken. */
struct stack ground_take(struct tx *tx, struct place at, unsigned amount);

/* Changes what lies there into another item of the same kind of thing (a door that opens): the amount stays. */
void ground_become(struct tx *tx, struct place at, uint16_t item);

#endif
