/* spell_points.c - spells that give and take points: life, mana, stamina, hunger, thirst, agility, strength.
 * rules-life-combat-magic.md 15.5, 15.6. */
#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/fight.h"
#include "worker/game/legality.h"
#include "worker/game/magic_parts.h"
#include "worker/game/vitals.h"

/* --- on players --------------------------------------------------------------------------------------------------------- */

/* In which order a spell's changes happen (15.6). */
static const uint8_t order[] = {SPELL_HUNGER, SPELL_THIRST, SPELL_AGILITY, SPELL_STRENGTH,
								SPELL_HP,     SPELL_MANA,   SPELL_STAMINA};

static bool has_change(const struct spell_def *spell, enum spell_direction direction)
{
	for (unsigned i = 0; i < sizeof order; i++) {
		if (spell->change[order[i]].direction == direction)
			return true;
	}
	return false;
}

/* Food and drink may be given to anybody; all other gifts are help (15.8). */
static bool is_help(const struct spell_def *spell)
{
	static const uint8_t help[] = {SPELL_AGILITY, SPELL_STRENGTH, SPELL_HP, SPELL_MANA, SPELL_STAMINA};
	for (unsigned i = 0; i < sizeof help; i++) {
		if (spell->change[help[i]].direction == SPELL_RAISES)
			return true;
	}
	return false;
}

static int change_roll(struct tx *tx, const struct spell_def *spell, unsigned points)
{
	return rng_range(&tx->rng, spell->change[points].min, spell->change[points].max);
}

int magic_defence_roll(struct tx *tx, const struct player *victim)
{
	static const enum equipment_place places[] = {EQUIP_HELMET, EQUIP_RING};
	int defence = 0;
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		const struct item_def *item = player_worn_item(tx, victim, places[i]);
		if (item != NULL && item->magic_defence_max > 0)
			defence += rng_range(&tx->rng, item->magic_defence_min, item->magic_defence_max);
	}
	return defence;
}

static const struct {
	enum vital vital;
	enum text_id name;
} vital_of[SPELL_POINTS] = {
	[SPELL_HP] = {VITAL_HP, TEXT_SPELL_POINTS_HP},
	[SPELL_MANA] = {VITAL_MANA, TEXT_SPELL_POINTS_MANA},
	[SPELL_STAMINA] = {VITAL_STAMINA, TEXT_SPELL_POINTS_STAMINA},
	[SPELL_HUNGER] = {VITAL_HUNGER, TEXT_SPELL_POINTS_HUNGER},
	[SPELL_THIRST] = {VITAL_THIRST, TEXT_SPELL_POINTS_THIRST},
};

/* Both are told how much it was. */
static void change_told(const struct cast *cast, unsigned points, int amount, bool given)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index;
	const char *what = text_latin1(vital_of[points].name);
	if (cast->target == me) {
		tell_text(tx, me, FONT_FIGHT, TEXT_SPELL_GIVES_SELF, amount, what);
		return;
	}
	tell_text(tx, me, FONT_FIGHT, given ? TEXT_SPELL_GIVES : TEXT_SPELL_TAKES, amount, what,
			  body_name(tx, cast->target));
	if (body_is_player(tx->world, cast->target))
		tell_text(tx, cast->target, FONT_FIGHT, given ? TEXT_SPELL_GIVEN : TEXT_SPELL_TAKEN, body_name(tx, me), amount,
				  what);
}

static void attribute_change(const struct cast *cast, unsigned points)
{
	const struct config *config = cast->tx->config;
	bool raises = cast->spell->change[points].direction == SPELL_RAISES;
	int amount = change_roll(cast->tx, cast->spell, points);
	int lasts_ms = raises ? config->intervals.raised_ms : config->intervals.lowered_ms;
	effect_attribute_add(cast->tx, cast->target, points == SPELL_AGILITY ? ATTRIBUTE_AGILITY : ATTRIBUTE_STRENGTH,
						 raises ? amount : -amount, (uint64_t)lasts_ms);
}

/* Points of life that the spell takes from a player or gives him. */
static int life_amount(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	int rolled = change_roll(tx, cast->spell, SPELL_HP);
	if (cast->spell->change[SPELL_HP].direction == SPELL_RAISES)
		return spell_healing(rolled, cast->caster.level);
	int damage = spell_damage(cast->spell, &cast->caster, rolled).with_instrument;
	return spell_hurts(damage, magic_defence_roll(tx, &tx->world->players[cast->target]));
}

static void vital_change(const struct cast *cast, unsigned points)
{
	struct tx *tx = cast->tx;
	bool given = cast->spell->change[points].direction == SPELL_RAISES;
	int amount = points == SPELL_HP ? life_amount(cast) : change_roll(tx, cast->spell, points);
	vital_add(tx, cast->target, vital_of[points].vital, given ? amount : -amount);
	vital_tell(tx, cast->target, vital_of[points].vital);
	change_told(cast, points, amount, given);
}

/* Everything that may be said against it, before anything is changed. */
static bool may_change_player(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	bool harms = has_change(cast->spell, SPELL_LOWERS);
	if (tx->world->players[cast->target].dead)
		return cast_refuse(cast, TEXT_SPELL_NOT_ON_DEAD);
	if (!harms && !has_change(cast->spell, SPELL_RAISES))
		return false; /* there is nothing that it does */
	if (harms)
		return may_attack_player(tx, cast->me->index, cast->target);
	return !is_help(cast->spell) || may_support_player(tx, cast->me->index, cast->target, false);
}

bool cast_points_on_player(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	const struct player *target = &tx->world->players[cast->target];
	if (!may_change_player(cast))
		return false;
	if (has_change(cast->spell, SPELL_LOWERS))
		player_attacked(tx, cast->me->index, cast->target);
	cast_show(cast);
	for (unsigned i = 0; i < sizeof order && target->hp > 0; i++) {
		if (cast->spell->change[order[i]].direction == SPELL_LEAVES)
			continue;
		if (order[i] == SPELL_AGILITY || order[i] == SPELL_STRENGTH)
			attribute_change(cast, order[i]);
		else
			vital_change(cast, order[i]);
	}
	if (target->hp == 0 && !target->dead)
		fight_killed(tx, cast->me->index, cast->target);
	return true;
}

/* --- on creatures ------------------------------------------------------------------------------------------------------- */

static bool creature_healed(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	struct body *body = &tx->world->bodies[cast->target];
	if (!may_support_creature(tx, cast->me->index, cast->target))
		return false;
	cast_show(cast);
	int amount = spell_healing(change_roll(tx, cast->spell, SPELL_HP), cast->caster.level);
	SET(tx, body->hp, (int32_t)clamp_i64((int64_t)body->hp + amount, 0, body->hp_max));
	change_told(cast, SPELL_HP, amount, true);
	return true;
}

static bool creature_harmed(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index, victim = cast->target;
	if (!may_attack_creature(tx, me, victim, ATTACK_STRIKES))
		return false;
	creature_attacked(tx, victim, me);
	cast_show(cast);
	const struct creature_def *creature = creature_def_of(tx, victim);
	if (creature != NULL && creature->sound[CREATURE_SOUND_IS_HIT] != 0)
		creature_sound(tx, victim, CREATURE_SOUND_IS_HIT);
	int damage = spell_damage(cast->spell, &cast->caster, change_roll(tx, cast->spell, SPELL_HP)).with_instrument;
	int hurts = spell_hurts(damage, creature != NULL ? creature->magic_defence : 0);
	bool lives = creature_hurt(tx, victim, hurts);
	change_told(cast, SPELL_HP, hurts, false);
	creature_pays(tx, victim, me, hurts); /* by what it has left (16.6) */
	if (!lives)
		creature_die(tx, victim, me);
	return true;
}

bool cast_points_on_creature(const struct cast *cast)
{
	switch (cast->spell->change[SPELL_HP].direction) {
	case SPELL_RAISES:
		return creature_healed(cast);
	case SPELL_LOWERS:
		return creature_harmed(cast);
	default:
		return false; /* creatures have no other points */
	}
}
