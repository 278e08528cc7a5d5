/* sight.h - what is under a click. Rules: rules-economy-social-admin.md 0.4; rules-life-combat-magic.md 8.9. */
#ifndef ARGENTUM_GAME_SIGHT_H
#define ARGENTUM_GAME_SIGHT_H

#include "common/world/tx.h"

/* What somebody who stands there points at with a click on the tile (1..100, of his map): a creature alone, or a player and
 * an object, or nothing. Changes nothing. Wants the map's lock. */
struct target sight_target(const struct tx *tx, const struct body *from, int x, int y);

/* The object on the tile, or the door whose picture covers it: its item and place go into the target, whose other fields
 * stay. All of it stays when nothing lies there. */
void sight_object(const struct tx *tx, uint32_t map, int x, int y, struct target *target);

#endif
