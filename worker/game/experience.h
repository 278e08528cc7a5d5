/* experience.h - growing: experience, levels, skills learnt by use (rules-life-combat-magic.md 5 and 6).
 *
 * All of it is the player's and durable; under the lock of his map. What a level gives is in the catalog (balance, classes) and
 * in tables.h. The functions tell the player; who sees him hears a level. Nobody leaves his map by them: who must (5.6) goes
 * when the map ticks, so that whoever calls them may go on with what he does. */
#ifndef ARGENTUM_GAME_EXPERIENCE_H
#define ARGENTUM_GAME_EXPERIENCE_H

#include "common/catalog/kinds.h"
#include "common/world/tx.h"

/* Adds experience (nothing for amount <= 0), held to EXPERIENCE_MAX, and gives the levels that it reaches (5.1). Ends with
 * UpdateUserStats. The caller has told where it comes from. */
void experience_give(struct tx *tx, uint32_t player, int64_t amount);

/* Gives the levels that he has reached already to somebody who enters with a record of another server: how many points are
 * free now is told with all the rest (snapshot.h). */
void experience_settle(struct tx *tx, uint32_t player);

/* Practice (6.1): a skill (SKILL_...) was used. */
void skill_train(struct tx *tx, uint32_t player, enum skill skill, bool success);

/* What a level gives, with the dice of `rng`; pure, for rules, tests and `argentumctl explain gain` alike (5.3, 5.4). `level` is the
 * new one. */
struct level_gain {
	int hp, mana, stamina, hit;
};
struct level_gain level_gain_roll(const struct catalog *catalog, struct rng *rng, unsigned class_id, unsigned level,
								  unsigned constitution, unsigned intelligence);

#endif
