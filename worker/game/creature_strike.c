/* creature_strike.c - the blows of creatures (rules-life-combat-magic.md 13.8, 13.9). */
#include "common/catalog/tables.h"
#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/fight.h"
#include "worker/game/formulas.h"
#include "worker/game/legality.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

static bool strike_begins(struct tx *tx, struct creature *creature)
{
	if (creature->strike_due_ms > tx->now_ms)
		return false;
	SET(tx, creature->strike_due_ms, tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms);
	return true;
}

/* --- at players ------------------------------------------------------------------------------------------------------- */

/* Who strikes and who is struck know of each other from now on. */
static void enmity_begins(struct tx *tx, uint32_t index, uint32_t victim)
{
	struct creature *creature = creature_of(tx->world, index);
	struct player *player = &tx->world->players[victim];
	pets_turn_on_creature(tx, victim, index);
	if (handle_body(tx->world, creature->target) == NULL)
		SET(tx, creature->target, body_handle(tx->world, victim));
	if (handle_body(tx->world, player->hunter) == NULL)
		SET(tx, player->hunter, body_handle(tx->world, index));
}

/* A hard blow ends meditation (13.8 no. 5): the life that is left counts. */
static void meditation_shaken(struct tx *tx, uint32_t victim, int damage)
{
	const struct player *player = &tx->world->players[victim];
	if ((tx->world->bodies[victim].flags & BODY_MEDITATING) == 0)
		return;
	int threshold = meditation_threshold(player->hp, player->attributes_now[ATTRIBUTE_INTELLIGENCE - 1],
										 player->skills[SKILL_MEDITATION - 1], rng_range(&tx->rng, 0, 5));
	if (damage > threshold)
		effect_meditation_end(tx, victim);
}

/* What follows from the blow that killed him (13.8 no. 6), before he dies. */
static void killed_by(struct tx *tx, uint32_t index, uint32_t victim)
{
	const struct creature_def *def = creature_def_of(tx, index);
	uint32_t master = creature_master(tx, index);
	TELL_MULTI(tx, victim, NPC_KILL_USER);
	if (def->kind == CREATURE_ROYAL_GUARD && player_is_criminal(&tx->world->players[victim]))
		guard_mercy(tx, victim);
	if (master != 0)
		pets_follow(tx, master);
	else if (def->alignment == ALIGNMENT_GOOD)
		creature_calm(tx, index);
	player_die(tx, victim);
}

static void hit(struct tx *tx, uint32_t index, uint32_t victim)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct body *body = &tx->world->bodies[victim];
	struct player *player = &tx->world->players[victim];
	show_sound(tx, body->map, body->x, body->y, SOUND_HIT);
	if ((body->flags & (BODY_MEDITATING | BODY_SAILING)) == 0)
		presence_effect(tx, victim, FX_BLOOD, 0);
	int part;
	int damage = armour_absorbs(tx, victim, rng_range(&tx->rng, def->hit_min, def->hit_max), &part);
	TELL_MULTI(tx, victim, NPC_HIT_USER, .body_part = (uint8_t)part, .damage = (int16_t)damage);
	vital_add(tx, victim, VITAL_HP, -damage);
	meditation_shaken(tx, victim, damage);
	vital_tell(tx, victim, VITAL_HP);
	if (player->hp <= 0) {
		killed_by(tx, index, victim);
		return;
	}
	if ((def->flags & CREATURE_POISONS) != 0 && !player->poisoned &&
		rng_range(&tx->rng, 1, 100) <= tx->config->rules.creature_poison_percent) {
		effect_poison(tx, victim);
		tell_text(tx, victim, FONT_FIGHT, TEXT_CREATURE_POISONS);
	}
	skill_train(tx, victim, SKILL_EVASION, false);
}

bool creature_strikes_player(struct tx *tx, uint32_t index, uint32_t victim)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct player *player = &tx->world->players[victim];
	if (def == NULL || player->dead || player_is_staff(player) || !strike_begins(tx, creature_of(tx->world, index)))
		return false;
	enmity_begins(tx, index, victim);
	creature_sound(tx, index, CREATURE_SOUND_ATTACKS);
	if (rng_range(&tx->rng, 1, 100) <= hit_percent(def->attack_power, player_evasion_power(tx, player))) {
		hit(tx, index, victim);
	} else {
		shield_block(tx, 0, victim);
		TELL_MULTI(tx, victim, NPC_SWING);
		skill_train(tx, victim, SKILL_EVASION, true);
	}
	return true;
}

/* --- at creatures ------------------------------------------------------------------------------------------------------- */

/* The victim turns on who strikes it. */
static void retaliate(struct tx *tx, uint32_t victim, uint32_t enemy)
{
	struct creature *creature = creature_of(tx->world, victim);
	TOUCH(tx, *creature);
	creature->target = body_handle(tx->world, enemy);
	creature->movement = MOVEMENT_FIGHTS_CREATURES;
}

bool creature_strikes_creature(struct tx *tx, uint32_t index, uint32_t victim, bool retaliates)
{
	const struct creature_def *def = creature_def_of(tx, index), *other = creature_def_of(tx, victim);
	const struct body *body = &tx->world->bodies[victim];
	if (def == NULL || other == NULL || !strike_begins(tx, creature_of(tx->world, index)))
		return false;
	uint32_t master = creature_master(tx, index);
	if (retaliates)
		retaliate(tx, victim, index);
	if (master != 0 && tx->world->players[master].owned.index == victim)
		ownership_take(tx, master, victim); /* renewed */
	creature_sound(tx, index, CREATURE_SOUND_ATTACKS);
	if (rng_range(&tx->rng, 1, 100) > hit_percent(def->attack_power, other->evasion_power)) {
		show_sound(tx, body->map, body->x, body->y, SOUND_SWING);
		return true;
	}
	creature_sound(tx, victim, CREATURE_SOUND_IS_HIT);
	show_sound(tx, body->map, body->x, body->y, SOUND_HIT);
	if (creature_hurt(tx, victim, rng_range(&tx->rng, def->hit_min, def->hit_max)))
		return true;
	creature_calm(tx, index);
	creature_die(tx, victim, master);
	return true;
}
