/* fight_parts.h - what the files behind fight.h share: for the fight files alone.
 *
 * A blow and a shot differ in how they are begun (fight.c, fight_shots.c); what they do to a player or a creature is the same
 * (fight_players.c, fight_creatures.c). All of it happens under the lock of the map on which both stand. */
#ifndef ARGENTUM_GAME_FIGHT_PARTS_H
#define ARGENTUM_GAME_FIGHT_PARTS_H

#include "worker/game/fight.h"

/* --- fight.c: who fights --- */

unsigned fighter_skill(const struct player *player, enum skill skill);
enum fighting fighter_kind(const struct tx *tx, const struct player *player);

/* The boat of who sails; NULL = he does not. What it adds to a blow, rolled; 0 = he does not sail. */
const struct item_def *fighter_boat(const struct tx *tx, uint32_t player);
int fighter_boat_attack(struct tx *tx, uint32_t player);

/* What he strikes with and he himself, rolled (13.5). */
int fighter_damage(struct tx *tx, const struct player *player);

/* --- fight.c: a swing --- */

/* It costs up to rules.strike_stamina; he is told. */
void swing_stamina_pay(struct tx *tx, uint32_t player);
void swing_heard(struct tx *tx, uint32_t player);

/* Who attacks is no longer protected from creatures, and no longer hidden. */
void fight_shows(struct tx *tx, uint32_t player);

/* --- what it meets --- */

/* A blow or a shot, all that follows from it included; he may be dead and on another map afterwards. false: he may not be
 * attacked, nothing happened. */
bool strike_player(struct tx *tx, uint32_t attacker, uint32_t victim); /* fight_players.c */
bool strike_creature(struct tx *tx, uint32_t attacker, uint32_t body); /* fight_creatures.c */

#endif
