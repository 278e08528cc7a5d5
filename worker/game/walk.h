/* walk.h - what others need of walking. The rules themselves are in rules.def. */
#ifndef ARGENTUM_GAME_WALK_H
#define ARGENTUM_GAME_WALK_H

#include "common/world/tx.h"

/* Somebody who came to another map: protected from creatures for a moment, targets forgotten, to be saved. */
void walk_arrived(struct tx *tx, uint32_t player);

/* A hidden player is seen again. */
void reveal(struct tx *tx, uint32_t player);

#endif
