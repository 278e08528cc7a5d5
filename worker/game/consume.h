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

/* The mana after a blue potion (F-10); points in navigation that a boat asks of a class (F-14). Pure. */
int potion_mana(int mana, int mana_max, int level);
int boat_skill_needed(unsigned class_id, unsigned fishing, int boat_skill);

/* Goes ashore without asking anything of the ground: on death's way home, to jail. */
void boat_leave(struct tx *tx, uint32_t player);

#endif
