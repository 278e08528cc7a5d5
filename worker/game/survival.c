/* survival.c - what time does to a living body: it recovers, grows hungry, is poisoned, freezes, burns.
 * rules-life-combat-magic.md 10.1 to 10.3 and 10.6. */
#include "common/config/config.h"
#include "worker/game/death.h"
#include "worker/game/effects_parts.h"
#include "worker/game/tile.h"

enum {
	NEEDS_STEP = 10,      /* 10.2: hunger and thirst grow by so much */
	RECOVERY_PERCENT = 5, /* 10.1, of the most stamina: wounds too */
	HEAL_LEAST = 2,       /* 10.1 */
	POISON_MOST = 5,      /* 10.3 */
	CLIMATE_PERCENT = 5,  /* 10.6, of the most life or stamina */
	COLD_MOST = 15,       /* 10.6, of life */
};

static bool is_full(const struct player *player, enum vital vital)
{
	return vital_now(player, vital) >= vital_max(player, vital);
}

static bool is_in_snow(const struct tx *tx, const struct body *body)
{
	const struct map_def *map = catalog_map(tx->catalog, body->map);
	return map != NULL && map->terrain == TERRAIN_SNOW;
}

static bool is_on_lava(const struct tx *tx, const struct body *body)
{
	const struct map_def *map = catalog_map(tx->catalog, body->map);
	return map != NULL && (map_tile_flags(tx->catalog, map, body->x, body->y) & TILE_LAVA) != 0;
}

bool survival_wants(const struct tx *tx, uint32_t index, enum effect effect)
{
	const struct player *player = &tx->world->players[index];
	const struct body *body = &tx->world->bodies[index];
	bool naked = (body->flags & BODY_NAKED) != 0;
	if (player->dead)
		return false;
	switch (effect) {
	case EFFECT_HEAL: /* who has recovered at a fire gets up at the next beat of it */
		return !player_starves(player) &&
			   (!is_full(player, VITAL_HP) || ((body->flags & BODY_RESTING) != 0 && is_full(player, VITAL_STAMINA)));
	case EFFECT_STAMINA:
		return !player_starves(player) && !naked && !is_full(player, VITAL_STAMINA);
	case EFFECT_HUNGER:
		return player->hunger > 0 && feels_the_world(player);
	case EFFECT_THIRST:
		return player->thirst > 0 && feels_the_world(player);
	case EFFECT_POISON:
		return player->poisoned && feels_the_world(player);
	case EFFECT_COLD:
		return naked && feels_the_world(player) && (player->stamina > 0 || is_in_snow(tx, body));
	case EFFECT_LAVA:
		return feels_the_world(player) && is_on_lava(tx, body);
	default:
		return false;
	}
}

int survival_interval_ms(const struct tx *tx, uint32_t index, enum effect effect)
{
	bool resting = (tx->world->bodies[index].flags & BODY_RESTING) != 0;
	switch (effect) {
	case EFFECT_HEAL:
		return resting ? tx->config->intervals.heal_resting_ms : tx->config->intervals.heal_ms;
	case EFFECT_STAMINA:
		return resting ? tx->config->intervals.stamina_resting_ms : tx->config->intervals.stamina_ms;
	case EFFECT_HUNGER:
		return tx->config->intervals.hunger_ms;
	case EFFECT_THIRST:
		return tx->config->intervals.thirst_ms;
	case EFFECT_POISON:
		return tx->config->intervals.poison_ms;
	default:
		return tx->config->intervals.climate_ms;
	}
}

/* Once more if it still wants to. */
static void again(struct tx *tx, uint32_t index, enum effect effect, uint64_t due_ms)
{
	if (survival_wants(tx, index, effect))
		effect_again(tx, index, effect, due_ms, survival_interval_ms(tx, index, effect));
}

/* --- recovery ----------------------------------------------------------------------------------------------------------------- */

static bool is_in_the_rain(const struct tx *tx, const struct body *body)
{
	return tx->world->realm->raining && is_outdoors(tx, body);
}

static void recovered_gets_up(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	if ((tx->world->bodies[index].flags & BODY_RESTING) != 0 && is_full(player, VITAL_HP) &&
		is_full(player, VITAL_STAMINA))
		effect_rest_end(tx, index);
}

void heal_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	const struct player *player = &tx->world->players[index];
	if (!survival_wants(tx, index, EFFECT_HEAL))
		return;
	if (!is_in_the_rain(tx, &tx->world->bodies[index]) && !is_full(player, VITAL_HP)) {
		int most = (int)vb_percent(player->stamina_max, RECOVERY_PERCENT);
		vital_add(tx, index, VITAL_HP, rng_range(&tx->rng, HEAL_LEAST, most));
		tell_text(tx, index, FONT_INFO, TEXT_WOUNDS_HEAL);
		vital_tell(tx, index, VITAL_HP);
	}
	recovered_gets_up(tx, index);
	again(tx, index, EFFECT_HEAL, due_ms);
}

void stamina_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	const struct player *player = &tx->world->players[index];
	if (!survival_wants(tx, index, EFFECT_STAMINA))
		return;
	if (!is_in_the_rain(tx, &tx->world->bodies[index])) {
		int most = (int)vb_percent(player->stamina_max, RECOVERY_PERCENT);
		vital_add(tx, index, VITAL_STAMINA, rng_range(&tx->rng, 1, most));
		vital_tell(tx, index, VITAL_STAMINA);
	}
	recovered_gets_up(tx, index);
	again(tx, index, EFFECT_STAMINA, due_ms);
}

/* --- needs --------------------------------------------------------------------------------------------------------------------- */

static void need_grows(struct tx *tx, uint32_t index, enum effect effect, enum vital vital, uint64_t due_ms)
{
	if (!survival_wants(tx, index, effect))
		return;
	vital_add(tx, index, vital, -NEEDS_STEP);
	vital_tell(tx, index, vital);
	again(tx, index, effect, due_ms);
}

void hunger_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	need_grows(tx, index, EFFECT_HUNGER, VITAL_HUNGER, due_ms);
}

void thirst_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	need_grows(tx, index, EFFECT_THIRST, VITAL_THIRST, due_ms);
}

/* --- harm ---------------------------------------------------------------------------------------------------------------------- */

/* Loses life, and dies of it. */
static void is_hurt(struct tx *tx, uint32_t index, int by)
{
	vital_add(tx, index, VITAL_HP, -by);
	vital_tell(tx, index, VITAL_HP);
	if (tx->world->players[index].hp == 0)
		player_die(tx, index);
}

void poison_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	if (!survival_wants(tx, index, EFFECT_POISON))
		return;
	tell_text(tx, index, FONT_POISON, TEXT_POISON_HURTS);
	is_hurt(tx, index, rng_range(&tx->rng, 1, POISON_MOST));
	again(tx, index, EFFECT_POISON, due_ms);
}

void cold_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	const struct player *player = &tx->world->players[index];
	if (!survival_wants(tx, index, EFFECT_COLD))
		return;
	if (is_in_snow(tx, &tx->world->bodies[index])) {
		tell_text(tx, index, FONT_INFO, TEXT_COLD_HURTS);
		int64_t loss = vb_percent(player->hp_max, CLIMATE_PERCENT);
		is_hurt(tx, index, (int)clamp_i64(loss, 0, COLD_MOST));
	} else {
		vital_add(tx, index, VITAL_STAMINA, -(int)vb_percent(player->stamina_max, CLIMATE_PERCENT));
		vital_tell(tx, index, VITAL_STAMINA);
	}
	again(tx, index, EFFECT_COLD, due_ms);
}

void lava_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	if (!survival_wants(tx, index, EFFECT_LAVA))
		return;
	tell_text(tx, index, FONT_INFO, TEXT_LAVA_HURTS);
	is_hurt(tx, index, (int)vb_percent(tx->world->players[index].hp_max, CLIMATE_PERCENT));
	again(tx, index, EFFECT_LAVA, due_ms);
}
