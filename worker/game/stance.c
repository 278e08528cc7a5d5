#include "worker/game/stance.h"

#include "common/catalog/tables.h"
#include "common/config/config.h"
#include "worker/game/effects_parts.h"
#include "worker/game/experience.h"
#include "worker/game/gates.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"

enum {
	ITEM_CAMP_FIRE = 63,      /* 1.4 */
	ITEM_HUNTER_ARMOUR = 648, /* 1.4: keep a hunter hidden */
	ITEM_HUNTER_ARMOUR_RARE = 360,
	HUNTER_STAYS_FROM = 91, /* 9.5: skill */
	ROLLS_MOST = 25,        /* of a late meditation at a time: those of a second */
	TICK_MS = 40,
};

/* --- resting (9.1) -------------------------------------------------------------------------------------------------------------- */

static bool sees_a_fire(const struct tx *tx, const struct body *body)
{
	const struct map_state *state = &tx->world->maps[body->map];
	for (int y = body->y - 6; y <= body->y + 6; y++) {
		for (int x = body->x - 8; x <= body->x + 8; x++) {
			if (tile_is_on_map(x, y) && state->ground[tile_index((unsigned)x, (unsigned)y)].item == ITEM_CAMP_FIRE)
				return true;
		}
	}
	return false;
}

/* Recovery goes on at the other pace. */
static void recovery_paced(struct tx *tx, uint32_t index, bool resting)
{
	const struct player *player = &tx->world->players[index];
	for (enum effect effect = EFFECT_HEAL; effect <= EFFECT_STAMINA; effect++) {
		uint64_t next_ms = tx->now_ms + (uint64_t)survival_interval_ms(tx, index, effect);
		bool runs = effect_runs(player, effect);
		if (!survival_wants(tx, index, effect))
			effect_schedule(tx, index, effect, 0);
		else if (!runs || !resting || next_ms < player->effect_due_ms[effect])
			effect_schedule(tx, index, effect, next_ms);
	}
}

static void rest_set(struct tx *tx, uint32_t index, bool on)
{
	struct body *body = &tx->world->bodies[index];
	SET(tx, body->flags, on ? body->flags | BODY_RESTING : body->flags & ~(uint32_t)BODY_RESTING);
	recovery_paced(tx, index, on);
	say_toggle(tx, index, TOGGLE_REST, on);
}

void effect_rest_end(struct tx *tx, uint32_t index)
{
	if ((tx->world->bodies[index].flags & BODY_RESTING) == 0)
		return;
	rest_set(tx, index, false);
	tell_text(tx, index, FONT_INFO, TEXT_STOPPED_RESTING);
}

enum tx_verdict rule_rest(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	const struct player *player = me->player;
	(void)packet;
	if ((me->body->flags & BODY_RESTING) != 0) {
		effect_rest_end(tx, me->index);
	} else if (!sees_a_fire(tx, me->body)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_REST_NO_FIRE);
	} else if ((me->body->flags & BODY_MEDITATING) != 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_REST_MEDITATING);
	} else if (player->hp >= player->hp_max && player->stamina >= player->stamina_max) {
		tell_text(tx, me->index, FONT_INFO, TEXT_REST_NO_NEED);
	} else {
		rest_set(tx, me->index, true);
		tell_text(tx, me->index, FONT_INFO, TEXT_REST_BEGINS);
	}
	return TX_COMMIT;
}

/* --- meditating (9.2, 9.3) -------------------------------------------------------------------------------------------------------- */

/* 1.4 */
static int16_t meditation_fx(unsigned level)
{
	static const struct {
		unsigned below;
		int16_t fx;
	} steps[] = {{13, FX_MEDITATION_1}, {25, FX_MEDITATION_2}, {35, FX_MEDITATION_3}, {42, FX_MEDITATION_4}};
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (level < steps[i].below)
			return steps[i].fx;
	}
	return FX_MEDITATION_5;
}

int meditation_odds(unsigned skill)
{
	static const struct {
		unsigned up_to;
		int odds;
	} steps[] = {{10, 35}, {20, 30}, {30, 28}, {40, 24}, {50, 22}, {60, 20}, {70, 18}, {80, 15}, {90, 10}, {99, 7}};
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (skill <= steps[i].up_to)
			return steps[i].odds;
	}
	return 5;
}

int meditation_gain(int mana_max, int percent)
{
	int64_t gain = vb_percent(mana_max, percent);
	return (int)(gain < 1 ? 1 : gain);
}

static void meditation_set(struct tx *tx, uint32_t index, bool on)
{
	struct body *body = &tx->world->bodies[index];
	TOUCH(tx, *body);
	body->flags = on ? body->flags | BODY_MEDITATING : body->flags & ~(uint32_t)BODY_MEDITATING;
	body->fx = on ? meditation_fx(tx->world->players[index].level) : FX_NONE;
	body->fx_loops = on ? FX_FOREVER : 0;
	effect_schedule(tx, index, EFFECT_MEDITATION, on ? tx->now_ms + (uint64_t)tx->config->intervals.meditation_ms : 0);
	SET(tx, tx->world->players[index].last_active_ms, tx->now_ms); /* who meditates is not idle (9.3 no. 1) */
	say_toggle(tx, index, TOGGLE_MEDITATE, on);
	presence_effect(tx, index, body->fx, body->fx_loops);
}

static void meditation_over(struct tx *tx, uint32_t index, enum text_id words)
{
	if ((tx->world->bodies[index].flags & BODY_MEDITATING) == 0)
		return;
	meditation_set(tx, index, false);
	tell_text(tx, index, FONT_INFO, words);
}

void effect_meditation_end(struct tx *tx, uint32_t index)
{
	meditation_over(tx, index, TEXT_STOPPED_MEDITATING);
}

/* One chance (9.3 no. 4). */
static bool meditation_roll(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (rng_range(&tx->rng, 1, meditation_odds(player->skills[SKILL_MEDITATION - 1])) != 1) {
		skill_train(tx, index, SKILL_MEDITATION, false);
		return false;
	}
	int gain = meditation_gain(player->mana_max, catalog_balance(tx->catalog)->mana_recovery_percent);
	gain = vital_add(tx, index, VITAL_MANA, gain);
	if (!player->meditation_told) {
		SET(tx, player->meditation_told, 1);
		tell_text(tx, index, FONT_INFO, TEXT_MEDITATION_GAINS, gain);
	}
	skill_train(tx, index, SKILL_MEDITATION, true);
	return true;
}

/* 25 chances a second are what fills the mana in time: who is late has those of the time that passed, up to a second's. */
void meditation_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	const struct player *player = &tx->world->players[index];
	uint64_t step_ms = (uint64_t)tx->config->intervals.meditation_roll_ms;
	uint64_t rolls = 1 + (tx->now_ms - due_ms) / step_ms;
	bool gained = false;
	if ((tx->world->bodies[index].flags & BODY_MEDITATING) == 0)
		return;
	rolls = rolls < ROLLS_MOST ? rolls : ROLLS_MOST;
	for (uint64_t i = 0; i < rolls && player->mana < player->mana_max; i++)
		gained = meditation_roll(tx, index) || gained;
	if (gained)
		vital_tell(tx, index, VITAL_MANA);
	if (player->mana >= player->mana_max)
		meditation_over(tx, index, TEXT_MEDITATION_DONE);
	else
		effect_again(tx, index, EFFECT_MEDITATION, due_ms + (rolls - 1) * step_ms, (int)step_ms);
}

/* TEXT_ID_COUNT = he may. */
static enum text_id meditation_refusal(const struct actor *me)
{
	if (me->player->mana_max <= 0)
		return TEXT_MEDITATION_NO_MAGIC;
	if ((me->body->flags & BODY_RESTING) != 0)
		return TEXT_MEDITATION_RESTING;
	if ((me->body->flags & (BODY_SAILING | BODY_HIDDEN)) == (BODY_SAILING | BODY_HIDDEN))
		return TEXT_MEDITATION_HIDDEN;
	return TEXT_ID_COUNT;
}

enum tx_verdict rule_meditate(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if ((me->body->flags & BODY_MEDITATING) != 0) {
		effect_meditation_end(tx, me->index);
		return TX_COMMIT;
	}
	enum text_id why = meditation_refusal(me);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
	} else if (player_is_staff(me->player)) {
		vital_set(tx, me->index, VITAL_MANA, me->player->mana_max);
		vital_tell(tx, me->index, VITAL_MANA);
		tell_text(tx, me->index, FONT_INFO, TEXT_MEDITATION_DONE);
	} else {
		SET(tx, me->player->meditation_told, 0);
		meditation_set(tx, me->index, true);
		tell_text(tx, me->index, FONT_INFO, TEXT_MEDITATION_BEGINS, tx->config->intervals.meditation_ms / 1000);
	}
	return TX_COMMIT;
}

/* --- hiding (9.5) ------------------------------------------------------------------------------------------------------------------ */

double hiding_chance(unsigned skill)
{
	double s = skill;
	return (((0.000002 * s - 0.0002) * s + 0.0064) * s + 0.1124) * 100;
}

double hiding_duration(unsigned skill)
{
	double d = 100.0 - skill;
	return -0.000001 * d * d * d + 0.00009229 * d * d - 0.0088 * d + 0.9571;
}

uint64_t hiding_time_ms(unsigned skill, unsigned class_id, int interval_ms)
{
	int64_t ticks = vb_round(hiding_duration(skill) * (interval_ms / (double)TICK_MS));
	if (class_id == CLASS_BANDIT)
		ticks /= 2;
	return ticks > 0 ? (uint64_t)ticks * TICK_MS : 0;
}

/* Says it once while it is repeated. */
static void hiding_says(struct tx *tx, const struct actor *me, enum text_id words)
{
	if (message_is_new(tx, me->player, words))
		tell_text(tx, me->index, FONT_INFO, words);
}

void hide_try(struct tx *tx, const struct actor *me)
{
	const struct map_def *map = catalog_map(tx->catalog, me->body->map);
	unsigned skill = me->player->skills[SKILL_HIDING - 1];
	if ((map->flags & MAP_NO_HIDING) != 0) {
		hiding_says(tx, me, TEXT_HIDING_FORBIDDEN);
		return;
	}
	if ((me->body->flags & BODY_SAILING) != 0 && me->player->class_id != CLASS_PIRATE) {
		hiding_says(tx, me, TEXT_HIDING_AT_SEA);
		return;
	}
	if ((me->body->flags & BODY_HIDDEN) != 0) {
		hiding_says(tx, me, TEXT_HIDING_ALREADY);
		return;
	}
	if (!gate_work(tx, me->index))
		return;
	bool success = rng_range(&tx->rng, 1, 100) <= hiding_chance(skill);
	if (success) {
		SET(tx, me->player->last_message, 0);
		effect_hide(tx, me->index, hiding_time_ms(skill, me->player->class_id, tx->config->intervals.hiding_ms));
		tell_text(tx, me->index, FONT_INFO, TEXT_HIDING_BEGINS);
	} else {
		hiding_says(tx, me, TEXT_HIDING_FAILS);
	}
	skill_train(tx, me->index, SKILL_HIDING, success);
}

static bool stays_hidden(const struct player *player)
{
	unsigned armour = player_worn_number(player, EQUIP_ARMOUR);
	return player->class_id == CLASS_HUNTER && player->skills[SKILL_HIDING - 1] >= HUNTER_STAYS_FROM &&
		   (armour == ITEM_HUNTER_ARMOUR || armour == ITEM_HUNTER_ARMOUR_RARE);
}

void hiding_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	if ((tx->world->bodies[index].flags & BODY_HIDDEN) == 0)
		return;
	if (stays_hidden(&tx->world->players[index]))
		effect_again(tx, index, EFFECT_HIDING, due_ms, tx->config->intervals.hiding_ms);
	else
		effect_reveal(tx, index);
}
