/* fight.h - blows and shots of players (rules-life-combat-magic.md 13). The formulas are in formulas.h, who may hit whom in
 * legality.h. Everything wants the lock of the map on which both stand. */
#ifndef ARGENTUM_GAME_FIGHT_H
#define ARGENTUM_GAME_FIGHT_H

#include "worker/game/rule.h"

/* A shot at a tile with the bow or knife in his hand (13.11): all gates and checks are its own. */
void fight_shoot(struct tx *tx, const struct actor *me, int x, int y);

/* A theft from who stands there (18.1). */
void steal_try(struct tx *tx, const struct actor *me, int x, int y);

/* Damage that a part of the body lets through (13.7 no. 4): what armour, shield, helmet and boat of the victim take off `damage`.
 * *part: enum body_part, rolled here. */
int armour_absorbs(struct tx *tx, uint32_t victim, int damage, int *part);

/* The victim is missed and wears a shield (13.4). `attacker`: player who must be told too, 0 = a creature. */
void shield_block(struct tx *tx, uint32_t attacker, uint32_t victim);

#endif
