/* move_ends.h - the halves of a move: for move.c alone. Each changes one end, tells who must know, and trusts its caller to
 * have looked before (they assert). */
#ifndef ARGENTUM_GAME_MOVE_ENDS_H
#define ARGENTUM_GAME_MOVE_ENDS_H

#include "worker/game/move.h"

/* inventory.c */
unsigned slot_room(const struct tx *tx, const struct player *player, unsigned slot, struct stack stack);
void slot_put(struct tx *tx, uint32_t player, unsigned slot, struct stack stack);
struct stack slot_take(struct tx *tx, uint32_t player, unsigned slot, unsigned amount);
void purse_change(struct tx *tx, uint32_t player, int32_t by);

/* ground.c */
void ground_put(struct tx *tx, struct place at, struct stack stack);
struct stack ground_take(struct tx *tx, struct place at, unsigned amount);

/* hoard.c */
struct stack hoard_at(const struct world *world, uint32_t map, unsigned slot);
unsigned hoard_room(const struct world *world, uint32_t map, unsigned slot, struct stack stack);
void hoard_put(struct tx *tx, uint32_t map, unsigned slot, struct stack stack);
struct stack hoard_take(struct tx *tx, uint32_t map, unsigned slot, unsigned amount);

#endif
