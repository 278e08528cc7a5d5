/* effects_parts.h - what the files behind effects.h share: the deeds that the tick runs, one for each effect.
 *
 * Nothing here has data of its own. A deed is run under the lock of the player's map when its moment has come; by then the
 * effect counts as over, and is begun again by the deed that wants to go on. It may kill the player or take him to another
 * map, and leave off when tx_need said false. */
#ifndef ARGENTUM_GAME_EFFECTS_PARTS_H
#define ARGENTUM_GAME_EFFECTS_PARTS_H

#include "worker/game/effects.h"
#include "worker/game/rule.h"

/* `due_ms`: when it should have been run. */
typedef void effect_fn(struct tx *tx, uint32_t player, uint64_t due_ms);

/* survival.c (10.1 to 10.3, 10.6) */
effect_fn heal_run, stamina_run, hunger_run, thirst_run, poison_run, cold_run, lava_run;

/* states.c (7, 10.4, 10.7) */
effect_fn paralysis_run, paraliser_watch_run, senses_run, invisibility_run, mimicry_run, attributes_run;

/* stance.c (9.3, 9.5) */
effect_fn meditation_run, hiding_run;

/* jail.c (10.8) */
effect_fn blocking_run, jail_run;

/* The player is dealt with as everybody: the staff feels neither hunger nor climate nor poison. */
static inline bool feels_the_world(const struct player *player)
{
	return !player->dead && !player_is_staff(player);
}

/* Those that go on by themselves as long as something is so. Does it want to be under way now? Only for them. */
bool survival_wants(const struct tx *tx, uint32_t player, enum effect effect);
int survival_interval_ms(const struct tx *tx, uint32_t player, enum effect effect);

/* Stands where nobody may stand for long (trigger 5). */
bool blocks_the_way(const struct tx *tx, uint32_t player);

/* Once more, one interval after it was due; who is late by more does not catch up. */
static inline void effect_again(struct tx *tx, uint32_t player, enum effect effect, uint64_t due_ms, int interval_ms)
{
	uint64_t next_ms = due_ms + (uint64_t)interval_ms;
	effect_schedule(tx, player, effect, next_ms > tx->now_ms ? next_ms : tx->now_ms + (uint64_t)interval_ms);
}

/* What ends with life and with the stay alike, without a word to anybody (the looks are the caller's). */
void states_forget(struct tx *tx, uint32_t player);

#endif
