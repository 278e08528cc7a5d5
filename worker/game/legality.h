/* legality.h - who may attack or help whom, and what an attack begins (rules-life-combat-magic.md 12.3 to 12.7, 15.8).
 *
 * The may_ functions check in the document's order; a refusal tells the one who wanted it. Where the rules make a permitted
 * attack cost something (turning criminal, becoming attackable, owning a creature), that is done by them: call them once, right
 * before the deed. Everything wants the lock of the map on which both stand. */
#ifndef ARGENTUM_GAME_LEGALITY_H
#define ARGENTUM_GAME_LEGALITY_H

#include "common/world/tx.h"

bool may_attack_player(struct tx *tx, uint32_t attacker, uint32_t victim); /* 12.4 */

/* Before the hit roll and for every harmful spell (12.5): reputation, meditation, pets, the logout countdown. */
void player_attacked(struct tx *tx, uint32_t attacker, uint32_t victim);

enum creature_attack { ATTACK_STRIKES, ATTACK_PARALYSES, ATTACK_BY_PET };
bool may_attack_creature(struct tx *tx, uint32_t attacker, uint32_t creature, enum creature_attack how); /* 12.7 */

/* 15.8. `grave`: helping a criminal so makes one (invisibility, freeing, reviving). */
bool may_support_player(struct tx *tx, uint32_t helper, uint32_t target, bool grave);
bool may_support_creature(struct tx *tx, uint32_t helper, uint32_t creature);

/* The praetorian king, while another of his clan lives: nobody hurts him, pets neither (17). */
bool king_is_guarded(const struct tx *tx, uint32_t creature);

/* Ownership (12.7 no. 4, 5): taken, and given up. */
void ownership_take(struct tx *tx, uint32_t player, uint32_t creature);
void ownership_lose(struct tx *tx, uint32_t player);

/* The tile on which it stands is an arena's. */
bool in_arena(const struct tx *tx, uint32_t body);

#endif
