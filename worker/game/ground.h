/* ground.h - what lies on tiles: one stack each. Things are laid down and taken up through move.h; here is what one may ask,
 * and doors, which change in place.
 * Rules: rules-economy-social-admin.md 2.5.2. Everything wants the map's lock. A free tile is found by tile_for_item
 * (tile.h). */
#ifndef ARGENTUM_GAME_GROUND_H
#define ARGENTUM_GAME_GROUND_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

/* Nothing when the tile is not on the map. */
struct stack ground_at(const struct world *world, uint32_t map, unsigned x, unsigned y);

/* How much of a stack the tile could take now: all of it when empty, up to STACK_MAX together on the same item, else 0. */
unsigned ground_room(const struct world *world, uint32_t map, unsigned x, unsigned y, struct stack stack);

/* What lies there is another item from now on, another state of the same thing (a door that opens): the amount stays, and
 * the ledger does not count it. */
void ground_become(struct tx *tx, struct place at, uint16_t item);

#endif
