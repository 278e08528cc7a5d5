/* alignment.h - citizens and criminals: reputation, what changes it, and the state of who took another's creature
 * (rules-life-combat-magic.md 12.1, 12.2, 12.6, 12.8).
 *
 * The points are the player's, durable, under the lock of his map. Every change that shows (nick colour, ship) is told to who
 * sees him. */
#ifndef ARGENTUM_GAME_ALIGNMENT_H
#define ARGENTUM_GAME_ALIGNMENT_H

#include "common/world/tx.h"

/* Adds to one kind (enum reputation), held within 0 and 6,000,000. Who goes over to the other side by that is seen in its colour;
 * the royal army expels who turns criminal, the chaos legion who turns citizen. */
void reputation_add(struct tx *tx, uint32_t player, unsigned kind, int32_t by);
void reputation_set(struct tx *tx, uint32_t player, unsigned kind, int32_t value);

void become_criminal(struct tx *tx, uint32_t player);
void become_citizen(struct tx *tx, uint32_t player);
void noble_lose(struct tx *tx, uint32_t player, int32_t noble, int32_t bandit); /* DisNobAuBan(noble, bandit) */
void guard_mercy(struct tx *tx, uint32_t player);                               /* RestarCriminalidad */

/* UpdateTagAndStatus for who sees him, and his ship's flag. */
void status_show(struct tx *tx, uint32_t player);

/* He may be attacked by this account for a while, as if he were a criminal (12.6). false: refused, he was told. */
bool attackable_begin(struct tx *tx, uint32_t player, uint32_t by_account, bool steals_creature);
void attackable_end(struct tx *tx,
					uint32_t player); /* the time is over, or he died; the living get their safety switched on */

/* What an attack on a player does to the attacker's reputation (12.2, 12.5); not asked for in arenas. */
void assault_counts(struct tx *tx, uint32_t attacker, uint32_t victim);

/* What a kill does to the killer: experience, reputation, counters (ActStats 13.7, 12.8); both are told. Before player_die, while
 * both are on one map. */
void kill_counts(struct tx *tx, uint32_t killer, uint32_t victim);

#endif
