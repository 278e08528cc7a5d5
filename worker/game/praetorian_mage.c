/* praetorian_mage.c - the mage: Apocalipsis, and the wand that he breaks. rules-life-combat-magic.md 17. */
#include <math.h>

#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/praetorian_parts.h"
#include "worker/game/praetorians.h"
#include "worker/game/presence.h"
#include "worker/game/tick.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	UNVEIL_PERCENT = 35, /* when he sees somebody veiled */
	SACRIFICE_HP = 750,  /* with no more life than this he breaks his wand */
	COUNTDOWN = 6,
};

int praetorian_blast(int distance)
{
	return (int)floor(880.0 / pow(distance < 1 ? 1 : distance, 3.0 / 7.0));
}

/* The wand breaks: all on the map lose life, and the mage dies. Of a crowd not all die at once: a transaction has its bounds, and
 * the map's next ticks see to the others; of very many pets some are spared. */
static void sacrifice(struct tx *tx, const struct mind *m)
{
	const struct body at = *m->body;
	struct map_state *state = &tx->world->maps[at.map];
	for (uint32_t i = state->first_player, next; i != 0 && tx->wanted_count == 0; i = next) {
		next = tx->world->bodies[i].next_on_map;
		if (!creature_may_want(tx, i))
			continue;
		int damage = praetorian_blast(body_distance(&at, &tx->world->bodies[i]));
		tell_text(tx, i, FONT_FIGHT, TEXT_PRAETORIAN_BLAST, damage);
		vital_add(tx, i, VITAL_HP, -damage);
		vital_tell(tx, i, VITAL_HP);
	}
	for (uint32_t i = state->first_player, next; i != 0 && tx->wanted_count == 0 && tick_has_room(tx); i = next) {
		next = tx->world->bodies[i].next_on_map; /* a map may expel its dead */
		if (tx->world->players[i].hp <= 0)
			player_die(tx, i);
	}
	for (uint32_t i = state->first_creature, next; i != 0 && tx->wanted_count == 0 && tick_has_room(tx); i = next) {
		next = tx->world->bodies[i].next_on_map;
		if (creature_master(tx, i) != 0 &&
			!creature_hurt(tx, i, praetorian_blast(body_distance(&at, &tx->world->bodies[i]))))
			creature_die(tx, i, 0);
	}
	creature_die(tx, m->index, 0);
}

/* Everybody sees it, who comes later too. */
static void aura_show(struct tx *tx, const struct mind *m, int fx, int loops)
{
	SET(tx, m->body->fx, (int16_t)fx);
	SET(tx, m->body->fx_loops, (int16_t)loops);
	presence_effect(tx, m->index, fx, loops);
}

/* A mage with little life left counts down. true: this beat was for it. */
static bool sacrifice_approaches(struct tx *tx, const struct mind *m)
{
	enum { NOT_BEGUN = 0 };
	if (m->body->hp > SACRIFICE_HP) {
		if (m->creature->stage != NOT_BEGUN) {
			SET(tx, m->creature->stage, NOT_BEGUN);
			aura_show(tx, m, FX_NONE, 0);
		}
		return false;
	}
	if (!may_strike(tx, m))
		return true;
	praetorian_strike_spent(tx, m);
	if (m->creature->stage == NOT_BEGUN) {
		SET(tx, m->creature->stage, COUNTDOWN + 1);
		aura_show(tx, m, FX_MEDITATION_5, FX_FOREVER);
	}
	SET(tx, m->creature->stage, (uint8_t)(m->creature->stage - 1));
	char words[64];
	show_sound(tx, m->body->map, m->body->x, m->body->y, SOUND_DRAGON);
	creature_says(tx, m->index, text_format(words, sizeof words, TEXT_PRAETORIAN_COUNTDOWN, (int)m->creature->stage));
	if (m->creature->stage == NOT_BEGUN)
		sacrifice(tx, m);
	return true;
}

static bool mage_acts(struct tx *tx, const struct mind *m)
{
	const struct wish all = {.in_view = true, .see_veiled = true}, seen = {.in_view = true};
	uint32_t who = praetorian_enemy_find(tx, m, &all);
	if (who == 0)
		return false;
	if (!body_is_seen(tx, who) && rng_chance(&tx->rng, UNVEIL_PERCENT) &&
		praetorian_casts(tx, m, spell_that_unveils, who))
		return true;
	uint32_t held = praetorian_held_enemy_find(tx, m, true, false);
	who = held != 0 ? held : praetorian_enemy_find(tx, m, &seen);
	return who != 0 && praetorian_casts(tx, m, spell_that_hurts, who);
}

void praetorian_mage_beat(struct tx *tx, const struct mind *m)
{
	if (sacrifice_approaches(tx, m))
		return;
	bool acted = may_strike(tx, m) && mage_acts(tx, m);
	if (!acted || praetorian_is_pressed(tx, m))
		praetorian_walk_home(tx, m);
}
