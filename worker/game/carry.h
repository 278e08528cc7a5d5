/* carry.h - what others need of picking up and dropping. The rules themselves are in rules.def. */
#ifndef ARGENTUM_GAME_CARRY_H
#define ARGENTUM_GAME_CARRY_H

#include "worker/game/rule.h"

/* Why a player may not let go of an item by his own will (2.5, 2.7); TEXT_ID_COUNT = he may. */
enum text_id carry_refusal(const struct player *player, const struct item_def *item);

/* Leaves a line in the log for moves that are worth one (2.9). */
void carry_log(struct tx *tx, const struct actor *me, const char *what, struct stack stack);

#endif
