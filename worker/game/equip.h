/* equip.h - what others need of wearing. The rule itself is in rules.def. */
#ifndef ARGENTUM_GAME_EQUIP_H
#define ARGENTUM_GAME_EQUIP_H

#include "worker/game/rule.h"

/* Before the worn backpack is taken off, dropped, or exchanged for `next` (NULL = none): what lies in slots that will not
 * count any more falls to the ground near the player (2.6). false, with words, when not all of it can: the backpack must
 * stay on; what had fallen stays on the ground. */
bool equip_backpack_empty(struct tx *tx, const struct actor *me, const struct item_def *next);

#endif
