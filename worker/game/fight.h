/* fight.h - blows and shots of players (rules-life-combat-magic.md 13). The formulas are in formulas.h, who may hit whom in
 * legality.h, what creatures do in creature_strike.c. Nothing here has data of its own. Everything wants the lock of the map on
 * which both stand; who dies may need more (death.h, creature.h), which is asked for there. */
#ifndef ARGENTUM_GAME_FIGHT_H
#define ARGENTUM_GAME_FIGHT_H

#include "worker/game/formulas.h"
#include "worker/game/rule.h"

/* A shot at a tile in sight, inside the frame, with the bow or knife in his hand (13.11): all gates and other checks are its
 * own. */
void fight_shoot(struct tx *tx, const struct actor *me, int x, int y);

/* What he has in his hands, and how well he strikes and evades with it; evasion with his shield. */
struct arms player_arms(const struct tx *tx, const struct player *player);
int player_attack_power(const struct tx *tx, const struct player *player);
int player_evasion_power(const struct tx *tx, const struct player *player);

/* What is left of `damage` behind the victim's armour, shield, helmet and boat (13.7 no. 4), at least 1.
 * *part: enum body_part, rolled here. */
int armour_absorbs(struct tx *tx, uint32_t victim, int damage, int *part);

/* The victim was missed: perhaps because of the shield that he wears (13.4). `attacker`: player who must be told too, 0 = a
 * creature. */
void shield_block(struct tx *tx, uint32_t attacker, uint32_t victim);

/* A player has brought another to 0 life, by a blow, a spell, or a spell of his pet: his pets let him be, what that makes of the
 * killer (12.2, 12.8), and the death. Both are on one map; the victim may be on another afterwards. */
void fight_killed(struct tx *tx, uint32_t killer, uint32_t victim);

#endif
