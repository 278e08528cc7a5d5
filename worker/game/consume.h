/* consume.h - what is used up: potions, food, drink, bottles (rules-life-combat-magic.md 10.5, rules-economy-social-admin.md 3.1),
 * and boats, which are boarded (9.6). The rule that was asked (use.c) has looked at the slot and the gate. */
#ifndef ARGENTUM_GAME_CONSUME_H
#define ARGENTUM_GAME_CONSUME_H

#include "worker/game/rule.h"

void potion_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *potion);
void food_eat(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *food);
void drink_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *drink);
void bottle_fill(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *bottle);
void boat_use(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *boat);

/* Goes ashore without asking anything of the ground: on death's way home, to jail. */
void boat_leave(struct tx *tx, uint32_t player);

#endif
