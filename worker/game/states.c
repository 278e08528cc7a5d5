/* states.c - what spells, potions and blows leave behind for a while: paralysis, blindness, stupidity, invisibility, mimicry,
 * changed strength and agility. rules-life-combat-magic.md 7, 9.4, 10.4, 10.7, 15.9. */
#include "common/config/config.h"
#include "worker/game/effects_parts.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum {
	TICK_MS = 40,                    /* T40 of the document */
	ATTRIBUTE_MOST = 40,             /* 7 */
	ATTRIBUTE_LEAST = 6,             /* 7 */
	INVISIBILITY_SPREAD_TICKS = 100, /* 10.7 */
	PARALISER_SEES_X = 9,            /* 10.4: the classic distance; it forgot the other axis */
	PARALISER_SEES_Y = 7,
};

static void flags_set(struct tx *tx, struct body *body, uint32_t flags)
{
	if (body->flags != flags)
		SET(tx, body->flags, flags);
}

void states_forget(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	TOUCH(tx, *player);
	TOUCH(tx, *body);
	body->flags &=
		~(uint32_t)(BODY_HIDDEN | BODY_INVISIBLE | BODY_PARALYSED | BODY_IMMOBILISED | BODY_MEDITATING | BODY_RESTING);
	body->fx = body->fx_loops = 0;
	player->blind = player->stupid = 0;
	player->mimicking = player->ignored = 0;
	player->mimicked = (struct looks){0};
	player->paraliser = (struct handle){0};
	player->meditation_told = 0;
	player->attackable_by = 0;
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		player->attributes_now[i] = player->attributes[i];
}

/* --- paralysis ----------------------------------------------------------------------------------------------------------------- */

/* 1.8: ParalizeOK is followed by the position. */
static void paralysis_tell(struct tx *tx, uint32_t index, bool on)
{
	say_toggle(tx, index, TOGGLE_PARALYSED, on);
	presence_tell_place(tx, index);
}

void effect_paralyse(struct tx *tx, uint32_t index, struct handle by, bool immobilise, uint64_t for_ms)
{
	struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	if (player->dead || (body->flags & BODY_PARALYSED) != 0)
		return;
	flags_set(tx, body, body->flags | BODY_PARALYSED | (immobilise ? BODY_IMMOBILISED : 0u));
	SET(tx, player->paralysed, 1);
	TOUCH(tx, player->paraliser);
	player->paraliser = by;
	player_changed(tx, player);
	effect_schedule(tx, index, EFFECT_PARALYSIS, tx->now_ms + for_ms);
	if (player->mana_max == 0 && by.index != 0)
		effect_schedule(tx, index, EFFECT_PARALISER_WATCH, tx->now_ms + TICK_SHORTEST_MS);
	paralysis_tell(tx, index, true);
}

void effect_free(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	effect_schedule(tx, index, EFFECT_PARALYSIS, 0);
	effect_schedule(tx, index, EFFECT_PARALISER_WATCH, 0);
	TOUCH(tx, player->paraliser);
	player->paraliser = (struct handle){0};
	if (player->paralysed) {
		SET(tx, player->paralysed, 0);
		player_changed(tx, player);
	}
	if ((body->flags & (BODY_PARALYSED | BODY_IMMOBILISED)) == 0)
		return;
	flags_set(tx, body, body->flags & ~(uint32_t)(BODY_PARALYSED | BODY_IMMOBILISED));
	paralysis_tell(tx, index, false);
}

void paralysis_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	effect_free(tx, index);
}

/* He left the game or died. Who stands on another map is not under our lock: what is read of him may be a moment old. */
static bool paraliser_is_gone(const struct tx *tx, struct handle by)
{
	const struct body *body = &tx->world->bodies[by.index];
	if (body->generation != by.generation)
		return true;
	if (body->kind != BODY_PLAYER)
		return false;
	const struct player *player = &tx->world->players[by.index];
	return player->dead || (player->state != PLAYER_PLAYING && player->state != PLAYER_LINGERING);
}

static bool paraliser_sees(const struct tx *tx, struct handle by, const struct body *victim)
{
	const struct body *body = &tx->world->bodies[by.index];
	int dx = body->x - victim->x, dy = body->y - victim->y;
	return body->generation == by.generation && body->map == victim->map && dx >= -PARALISER_SEES_X &&
		   dx <= PARALISER_SEES_X && dy >= -PARALISER_SEES_Y && dy <= PARALISER_SEES_Y;
}

/* 10.4: who has no mana, and so cannot free himself, is not left lying by somebody who went away. */
void paraliser_watch_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	const struct player *player = &tx->world->players[index];
	const struct body *body = &tx->world->bodies[index];
	struct handle by = player->paraliser;
	(void)due_ms;
	if ((body->flags & BODY_PARALYSED) == 0 || by.index == 0)
		return;
	if (body_is_player(tx->world, by.index) && paraliser_is_gone(tx, by)) {
		effect_free(tx, index);
		return;
	}
	uint64_t soon_ms = tx->now_ms + (uint64_t)tx->config->intervals.paralysis_reduced_ms;
	if (player->effect_due_ms[EFFECT_PARALYSIS] <= soon_ms)
		return; /* nothing is left to be shortened */
	if (paraliser_sees(tx, by, body))
		effect_schedule(tx, index, EFFECT_PARALISER_WATCH, tx->now_ms + TICK_SHORTEST_MS);
	else
		effect_schedule(tx, index, EFFECT_PARALYSIS, soon_ms);
}

/* --- poison -------------------------------------------------------------------------------------------------------------------- */

void effect_poison(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->dead || player->poisoned)
		return;
	SET(tx, player->poisoned, 1);
	player_changed(tx, player);
	if (survival_wants(tx, index, EFFECT_POISON))
		effect_schedule(tx, index, EFFECT_POISON,
						tx->now_ms + (uint64_t)survival_interval_ms(tx, index, EFFECT_POISON));
}

void effect_cure(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	effect_schedule(tx, index, EFFECT_POISON, 0);
	if (!player->poisoned)
		return;
	SET(tx, player->poisoned, 0);
	player_changed(tx, player);
}

/* --- blindness and stupidity ----------------------------------------------------------------------------------------------------- */

void effect_blind(struct tx *tx, uint32_t index, uint64_t for_ms)
{
	struct player *player = &tx->world->players[index];
	if (player->dead)
		return;
	SET(tx, player->blind, 1);
	effect_schedule(tx, index, EFFECT_SENSES, tx->now_ms + for_ms);
	PUT(say_begin(tx), BLIND);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

void effect_stupefy(struct tx *tx, uint32_t index, uint64_t for_ms)
{
	struct player *player = &tx->world->players[index];
	if (player->dead || player->stupid)
		return;
	SET(tx, player->stupid, 1);
	effect_schedule(tx, index, EFFECT_SENSES, tx->now_ms + for_ms);
	PUT(say_begin(tx), DUMB);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

void effect_senses_clear(struct tx *tx, uint32_t index, bool blindness, bool stupidity)
{
	struct player *player = &tx->world->players[index];
	if (blindness && player->blind) {
		SET(tx, player->blind, 0);
		PUT(say_begin(tx), BLIND_NO_MORE);
		say_one(tx, index, NOTE_FLAG_ANSWER);
	}
	if (stupidity && player->stupid) {
		SET(tx, player->stupid, 0);
		PUT(say_begin(tx), DUMB_NO_MORE);
		say_one(tx, index, NOTE_FLAG_ANSWER);
	}
	if (!player->blind && !player->stupid)
		effect_schedule(tx, index, EFFECT_SENSES, 0);
}

void senses_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	effect_senses_clear(tx, index, true, true);
}

/* --- invisible and hidden ------------------------------------------------------------------------------------------------------- */

/* Two flags that clients see as one (9.4): they are told when the last ends. At sea everybody is drawn, but a hidden pirate as
 * a ship of ghosts. */
static void veil_change(struct tx *tx, uint32_t index, uint32_t flag, bool on)
{
	struct body *body = &tx->world->bodies[index];
	bool before = body_is_veiled(body);
	flags_set(tx, body, on ? body->flags | flag : body->flags & ~flag);
	bool after = body_is_veiled(body);
	if (look_update(tx, index))
		presence_changed(tx, index);
	if (before != after)
		presence_veil(tx, index);
}

static void visible_again(struct tx *tx, uint32_t index, uint32_t flag)
{
	const struct body *body = &tx->world->bodies[index];
	if ((body->flags & flag) == 0)
		return;
	veil_change(tx, index, flag, false);
	if ((body->flags & (BODY_INVISIBLE | BODY_HIDDEN)) == 0)
		tell_text(tx, index, FONT_INFO, TEXT_VISIBLE_AGAIN);
}

void effect_invisible(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	if (player->dead || (tx->world->bodies[index].flags & BODY_INVISIBLE) != 0)
		return; /* does not last longer by it */
	/* The classic counter starts anew anywhere in the spread, once it has run out: the first of a session lasts as it should. */
	int more_ticks =
		player->invisible_before ? rng_range(&tx->rng, -INVISIBILITY_SPREAD_TICKS, INVISIBILITY_SPREAD_TICKS) : 0;
	int64_t for_ms = (int64_t)tx->config->intervals.invisibility_ms + (int64_t)more_ticks * TICK_MS;
	effect_schedule(tx, index, EFFECT_INVISIBILITY, tx->now_ms + (uint64_t)for_ms);
	veil_change(tx, index, BODY_INVISIBLE, true);
}

void effect_visible(struct tx *tx, uint32_t index)
{
	effect_schedule(tx, index, EFFECT_INVISIBILITY, 0);
	visible_again(tx, index, BODY_INVISIBLE);
}

void invisibility_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	SET(tx, tx->world->players[index].invisible_before, 1);
	effect_visible(tx, index);
}

void effect_hide(struct tx *tx, uint32_t index, uint64_t for_ms)
{
	if (tx->world->players[index].dead)
		return;
	effect_schedule(tx, index, EFFECT_HIDING, tx->now_ms + for_ms);
	veil_change(tx, index, BODY_HIDDEN, true);
}

void effect_reveal(struct tx *tx, uint32_t index)
{
	effect_schedule(tx, index, EFFECT_HIDING, 0);
	visible_again(tx, index, BODY_HIDDEN);
}

/* --- mimicry -------------------------------------------------------------------------------------------------------------------- */

void effect_mimic(struct tx *tx, uint32_t index, const struct looks *looks, bool ignored_by_creatures)
{
	struct player *player = &tx->world->players[index];
	if (player->dead)
		return;
	TOUCH(tx, player->mimicked);
	player->mimicked = *looks;
	SET(tx, player->mimicking, 1);
	SET(tx, player->ignored, ignored_by_creatures);
	effect_schedule(tx, index, EFFECT_MIMICRY, tx->now_ms + (uint64_t)tx->config->intervals.mimicry_ms);
	if (look_update(tx, index))
		presence_changed(tx, index);
}

void effect_mimic_end(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	effect_schedule(tx, index, EFFECT_MIMICRY, 0);
	if (!player->mimicking)
		return;
	SET(tx, player->mimicking, 0);
	SET(tx, player->ignored, 0);
	tell_text(tx, index, FONT_INFO, TEXT_MIMICRY_ENDS);
	if (look_update(tx, index))
		presence_changed(tx, index);
}

void mimicry_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	effect_mimic_end(tx, index);
}

/* --- strength and agility ---------------------------------------------------------------------------------------------------------- */

/* 7: raised up to min(40, twice the base), lowered down to 6; who is beyond already stays there. */
static int attribute_changed(int now, int base, int by)
{
	int64_t most = clamp_i64(2 * (int64_t)base, 0, ATTRIBUTE_MOST);
	int64_t next = (int64_t)now + by;
	if (by > 0)
		return (int)(next > most ? (now > most ? now : most) : next);
	return (int)(next < ATTRIBUTE_LEAST ? (now < ATTRIBUTE_LEAST ? now : ATTRIBUTE_LEAST) : next);
}

void effect_attribute_add(struct tx *tx, uint32_t index, unsigned attribute, int by, uint64_t for_ms)
{
	struct player *player = &tx->world->players[index];
	if (player->dead || attribute < 1 || attribute > ATTRIBUTE_COUNT)
		return;
	int next = attribute_changed(player->attributes_now[attribute - 1], player->attributes[attribute - 1], by);
	SET(tx, player->attributes_now[attribute - 1], (uint8_t)next);
	effect_schedule(tx, index, EFFECT_ATTRIBUTES, tx->now_ms + for_ms);
	if (attribute == ATTRIBUTE_STRENGTH)
		TELL(tx, index, UPDATE_STRENGHT, .strength = (uint8_t)next);
	else if (attribute == ATTRIBUTE_AGILITY)
		TELL(tx, index, UPDATE_DEXTERITY, .dexterity = (uint8_t)next);
}

void effect_attributes_end(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	effect_schedule(tx, index, EFFECT_ATTRIBUTES, 0);
	bool changed = false;
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++) {
		if (player->attributes_now[i] == player->attributes[i])
			continue;
		SET(tx, player->attributes_now[i], player->attributes[i]);
		changed = true;
	}
	if (!changed)
		return;
	wire_strength_and_agility(tx, say_begin(tx), index);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

void attributes_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	(void)due_ms;
	effect_attributes_end(tx, index);
}
