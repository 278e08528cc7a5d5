/* effects.h - what time does to a player: wounds heal, hunger grows, poison hurts, paralysis and potions wear off, mana comes
 * to who meditates (rules-life-combat-magic.md 7, 9, 10).
 *
 * What is under way is the player's: a moment for each effect (player.effect_due_ms, monotonic; 0 = not under way), and the
 * earliest of them (effects_due_ms), under the lock of his map. A map's tick (tick.h) runs what is due; a map that slept runs
 * it once when it wakes, not as often as it would have come. Who dies, leaves or changes maps keeps or loses effects as the
 * rules say (effects_die, effects_leave). All functions want the lock of the player's map, change nothing when there is nothing
 * to change, and tell the player and who sees him. The toggles of a client (paralysis, rest, meditation) flip only here. */
#ifndef ARGENTUM_GAME_EFFECTS_H
#define ARGENTUM_GAME_EFFECTS_H

#include "common/world/tx.h"
#include "worker/game/vitals.h"

/* --- time --- */

/* The effect is due then (0 = it is over); the map's tick is brought forward when need be. */
void effect_schedule(struct tx *tx, uint32_t player, enum effect effect, uint64_t due_ms);

static inline bool effect_runs(const struct player *player, enum effect effect)
{
	return player->effect_due_ms[effect] != 0;
}

/* Runs all that is due; he may die, and he may be on another map afterwards. */
void effects_tick(struct tx *tx, uint32_t player);

/* He comes into the game: hunger and what he brought along begin. He leaves it: what ends with the stay. He dies: what ends with
 * life, those who see him are told (14.1 no. 5, 8; drops and looks are the caller's). */
void effects_enter(struct tx *tx, uint32_t player);
void effects_leave(struct tx *tx, uint32_t player);
void effects_die(struct tx *tx, uint32_t player);

/* vitals.c says so: what grows back begins, and ends when nothing is lacking. Says nothing. */
void effects_vital_changed(struct tx *tx, uint32_t player, enum vital vital);

/* He took off or put on clothes, stands somewhere else: cold, lava and the guard of passages begin. They end by themselves, when
 * they find that he is dressed or away. Says nothing. */
void effects_ground_changed(struct tx *tx, uint32_t player);

/* --- states --- */

/* `by`: body of who does it, {0} = nobody. The caller has asked whether it may be done (legality.h, 15.9). */
void effect_paralyse(struct tx *tx, uint32_t player, struct handle by, bool immobilise, uint64_t for_ms);
void effect_free(struct tx *tx, uint32_t player); /* paralysis and immobility */
void effect_poison(struct tx *tx,
				   uint32_t player); /* says nothing: there is no packet for it, the caller has the words */
void effect_cure(struct tx *tx, uint32_t player); /* the same */
void effect_blind(struct tx *tx, uint32_t player, uint64_t for_ms);
void effect_stupefy(struct tx *tx, uint32_t player, uint64_t for_ms); /* no longer when he is already */
void effect_senses_clear(struct tx *tx, uint32_t player, bool blindness, bool stupidity);
void effect_invisible(struct tx *tx, uint32_t player); /* the spell's */
void effect_visible(struct tx *tx, uint32_t player);   /* the spell's invisibility ends */
void effect_hide(struct tx *tx, uint32_t player, uint64_t for_ms);
void effect_reveal(struct tx *tx, uint32_t player); /* hiding ends */
void effect_mimic(struct tx *tx, uint32_t player, const struct looks *looks, bool ignored_by_creatures);
void effect_mimic_end(struct tx *tx, uint32_t player);

/* Strength or agility (ATTRIBUTE_...), up to min(40, twice the base) or down to 6; the timer is shared (7).
 * Tells UpdateStrenght or UpdateDexterity, and at its end UpdateStrenghtAndDexterity. */
void effect_attribute_add(struct tx *tx, uint32_t player, unsigned attribute, int by, uint64_t for_ms);
void effect_attributes_end(struct tx *tx, uint32_t player);

void effect_rest_end(struct tx *tx, uint32_t player);
void effect_meditation_end(struct tx *tx, uint32_t player);

/* Under the open sky: no dungeon, no roof, no arena (10.6). */
bool is_outdoors(const struct tx *tx, const struct body *body);

#endif
