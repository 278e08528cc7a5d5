/* spell_formulas.h - what spells cost and how much they give and take (rules-life-combat-magic.md 15.3, 15.5, 15.10).
 *
 * Pure functions over figures of the catalog: no world, no dice, no lock. Used by the rules, by the tests and by whoever
 * explains a cast to a balancer. What is rolled is rolled by the caller. */
#ifndef ARGENTUM_GAME_SPELL_FORMULAS_H
#define ARGENTUM_GAME_SPELL_FORMULAS_H

#include "common/catalog/catalog.h"

/* What a cast depends on of him who casts. */
struct spell_caster {
	unsigned class_id, level;
	const struct item_def *weapon; /* NULL = bare hands */
	unsigned ring;                 /* number of the item worn as a ring, 0 = none */
};

/* Points after each step of 15.5; the last one counts, before what the victim wears takes its share. */
struct damage_steps {
	int rolled, with_level, with_staff, with_instrument;
};

/* Damage of a spell that rolled so much of its MinHP..MaxHP. */
struct damage_steps spell_damage(const struct spell_def *spell, const struct spell_caster *caster, int rolled);

/* Healing: neither staff nor instrument matter. */
int spell_healing(int rolled, unsigned level);

/* What the victim takes, after magic defence (of a creature, or rolled for helmet and ring together). Not below 0. */
static inline int spell_hurts(int damage, int defence)
{
	return damage > defence ? damage - defence : 0;
}

/* Percent of its mana that a spell costs this caster (15.3: the druid's elven flute), and the points: one whole number, needed
 * and paid. */
int spell_mana_percent(const struct spell_def *spell, unsigned number, const struct spell_caster *caster);
int spell_mana_cost(const struct spell_def *spell, unsigned number, const struct spell_caster *caster);

/* Life that is left to who brings back somebody of this level (15.10); 0 = none, it kills him. */
int revival_hp_left(int hp, unsigned level);

/* May somebody of this class revive with what he holds? A mage's staff is asked for as with any spell. */
bool revival_instrument_fits(const struct spell_caster *caster);

#endif
