#include "worker/game/effects.h"

#include "common/config/config.h"
#include "worker/game/alignment.h"
#include "worker/game/death.h"
#include "worker/game/effects_parts.h"
#include "worker/game/jail.h"
#include "worker/game/look.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

enum { MINUTE_MS = 60000 };

/* --- time --------------------------------------------------------------------------------------------------------------------- */

void effect_schedule(struct tx *tx, uint32_t index, enum effect effect, uint64_t due_ms)
{
	struct player *player = &tx->world->players[index];
	if (player->effect_due_ms[effect] == due_ms)
		return;
	SET(tx, player->effect_due_ms[effect], due_ms);
	uint64_t first_ms = 0;
	for (unsigned i = 0; i < EFFECT_COUNT; i++) {
		uint64_t other_ms = player->effect_due_ms[i];
		if (other_ms != 0 && (first_ms == 0 || other_ms < first_ms))
			first_ms = other_ms;
	}
	if (player->effects_due_ms != first_ms)
		SET(tx, player->effects_due_ms, first_ms);
	uint32_t map = tx->world->bodies[index].map;
	if (due_ms != 0 && map != 0)
		tick_by(tx, map, due_ms);
}

/* Begins what wants to be under way, and ends what does not. What the ground does ends when it finds nobody there: who steps
 * to and fro is not spared by it. */
static void survival_begin(struct tx *tx, uint32_t index, enum effect first, enum effect last)
{
	const struct player *player = &tx->world->players[index];
	if (tx->world->bodies[index].map == 0)
		return;
	for (enum effect effect = first; effect <= last; effect++) {
		bool wants = survival_wants(tx, index, effect);
		if (wants == effect_runs(player, effect))
			continue;
		if (wants)
			effect_schedule(tx, index, effect, tx->now_ms + (uint64_t)survival_interval_ms(tx, index, effect));
		else if (effect <= EFFECT_POISON)
			effect_schedule(tx, index, effect, 0);
	}
}
_Static_assert(EFFECT_HEAL == 0 && EFFECT_POISON + 1 == EFFECT_COLD && EFFECT_COLD + 1 == EFFECT_LAVA,
			   "what goes on by itself stands together, that of the body first");

void effects_vital_changed(struct tx *tx, uint32_t index, enum vital vital)
{
	if (vital != VITAL_MANA)
		survival_begin(tx, index, EFFECT_HEAL, EFFECT_COLD);
}

void effects_ground_changed(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	uint32_t map = tx->world->bodies[index].map;
	if (map == 0)
		return;
	survival_begin(tx, index, EFFECT_STAMINA, EFFECT_STAMINA); /* the naked do not recover */
	survival_begin(tx, index, EFFECT_COLD, EFFECT_LAVA);
	if (!effect_runs(player, EFFECT_BLOCKING) && blocks_the_way(tx, index))
		effect_schedule(tx, index, EFFECT_BLOCKING, tx->now_ms + (uint64_t)tx->config->intervals.blocking_ms);
	if (player->effects_due_ms != 0)
		tick_by(tx, map, player->effects_due_ms); /* it may be another map than before */
}

static void attackable_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	attackable_end(tx, index);
}

static void home_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	home_arrive(tx, index);
}

/* In the order of the classic timer (10). */
static const struct {
	enum effect effect;
	effect_fn *run;
} deeds[] = {
	{EFFECT_PARALYSIS, paralysis_run},
	{EFFECT_PARALISER_WATCH, paraliser_watch_run},
	{EFFECT_SENSES, senses_run},
	{EFFECT_LAVA, lava_run},
	{EFFECT_COLD, cold_run},
	{EFFECT_MEDITATION, meditation_run},
	{EFFECT_POISON, poison_run},
	{EFFECT_INVISIBILITY, invisibility_run},
	{EFFECT_HIDING, hiding_run},
	{EFFECT_MIMICRY, mimicry_run},
	{EFFECT_ATTACKABLE, attackable_run},
	{EFFECT_ATTRIBUTES, attributes_run},
	{EFFECT_THIRST, thirst_run},
	{EFFECT_HUNGER, hunger_run},
	{EFFECT_HEAL, heal_run},
	{EFFECT_STAMINA, stamina_run},
	{EFFECT_HOME, home_run},
	{EFFECT_BLOCKING, blocking_run},
	{EFFECT_JAIL, jail_run},
};
_Static_assert(sizeof deeds / sizeof *deeds == EFFECT_COUNT, "every effect has a deed");

void effects_tick(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	uint32_t map = tx->world->bodies[index].map;
	bool dead = player->dead;
	for (unsigned i = 0; i < EFFECT_COUNT; i++) {
		uint64_t due_ms = player->effect_due_ms[deeds[i].effect];
		if (due_ms == 0 || due_ms > tx->now_ms)
			continue;
		effect_schedule(tx, index, deeds[i].effect, 0);
		deeds[i].run(tx, index, due_ms);
		/* Who died is done with, who is elsewhere belongs to that map's tick. */
		if (tx->wanted_count != 0 || player->dead != dead || tx->world->bodies[index].map != map)
			return;
	}
}

/* --- coming, going, dying ------------------------------------------------------------------------------------------------------ */

static void all_end(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	TOUCH(tx, player->effect_due_ms);
	for (unsigned i = 0; i < EFFECT_ROOM; i++)
		player->effect_due_ms[i] = 0;
	SET(tx, player->effects_due_ms, 0);
}

void effects_enter(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	all_end(tx, index);
	states_forget(tx, index);
	SET(tx, player->blocking_count, 0);
	SET(tx, player->invisible_before, 0);
	if (player->paralysed && !player->dead) {
		SET(tx, player->paralysed, 0);
		effect_paralyse(tx, index, (struct handle){0}, false, (uint64_t)tx->config->intervals.paralysis_ms);
	}
	if (player->jail_minutes > 0)
		effect_schedule(tx, index, EFFECT_JAIL, tx->now_ms + MINUTE_MS);
	effects_vital_changed(tx, index, VITAL_HP);
	effects_ground_changed(tx, index);
}

void effects_leave(struct tx *tx, uint32_t index)
{
	SET(tx, tx->world->players[index].attackable_by, 0);
	all_end(tx, index);
	states_forget(tx, index); /* but that he was paralysed: he comes back so */
}

void effects_die(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	uint64_t jail_ms = player->effect_due_ms[EFFECT_JAIL];
	if ((body->flags & BODY_PARALYSED) != 0 || player->paralysed)
		effect_free(tx, index);
	effect_senses_clear(tx, index, true, true);
	effect_rest_end(tx, index);
	effect_meditation_end(tx, index);
	effect_reveal(tx, index);
	effect_visible(tx, index);
	attackable_end(tx, index);
	effect_cure(tx, index);
	all_end(tx, index);
	states_forget(tx, index);
	SET(tx, player->blocking_count, 0);
	effect_schedule(tx, index, EFFECT_JAIL, jail_ms);
	player_changed(tx, player);
}

bool is_outdoors(const struct tx *tx, const struct body *body)
{
	const struct map_def *map = catalog_map(tx->catalog, body->map);
	if (map == NULL || map->zone == ZONE_DUNGEON)
		return false;
	return (map_tile_flags(tx->catalog, map, body->x, body->y) & TILE_ROOF) == 0 &&
		   map_tile_trigger(tx->catalog, map, body->x, body->y) != TRIGGER_ARENA;
}
