#include "worker/game/formulas.h"

#include <limits.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"

static int whole(double x)
{
	return (int)clamp_i64(vb_round(x), INT_MIN, INT_MAX);
}

/* --- hitting ------------------------------------------------------------------------------------------------------------ */

/* rules-life-combat-magic.md 13.2. */
double level_power(unsigned level)
{
	static const double per_level = 2.5;
	return level > LEVEL_NEWBIE_LAST ? per_level * (level - LEVEL_NEWBIE_LAST) : 0;
}

int agility_times(unsigned skill)
{
	return skill < 31 ? 0 : skill < 61 ? 1 : skill < 91 ? 2 : 3;
}

/* 13.2: `PoderAtaqueArma`, `PoderAtaqueProyectil`, `PoderAtaqueWrestling`. */
int attack_power(unsigned skill, unsigned agility, double modifier, unsigned level)
{
	unsigned points = skill + (unsigned)agility_times(skill) * agility;
	return whole(whole(points * modifier) + level_power(level));
}

/* 13.2: `PoderEvasion`. */
int evasion_power(unsigned evasion_skill, unsigned agility, double modifier, unsigned level)
{
	double points = evasion_skill + evasion_skill / 33.0 * agility;
	return whole(whole(points * modifier) + level_power(level));
}

/* 13.2: `PoderEvasionEscudo`. */
int shield_power(unsigned shield_skill, double modifier)
{
	return whole(shield_skill * modifier / 2);
}

/* 13.3. Tenths, so that what ends in .5 is rounded as it should be. */
int hit_percent(int attack, int evasion)
{
	int64_t difference = (int64_t)attack - evasion;
	return (int)clamp_i64(vb_round((double)(500 + 4 * difference) / 10.0), 10, 90);
}

int hit_percent_meditating(int percent)
{
	int evades = whole((100 - percent) * 0.75);
	return (int)clamp_i64(100 - evades, 0, 90);
}

/* 13.4. */
int block_percent(unsigned shield_skill, unsigned evasion_skill)
{
	if (shield_skill + evasion_skill == 0)
		return 10;
	return (int)clamp_i64(vb_round(100.0 * shield_skill / (shield_skill + evasion_skill)), 10, 90);
}

/* --- who strikes with what ------------------------------------------------------------------------------------------------ */

enum fighting arms_fighting(const struct arms *arms)
{
	if (arms->weapon == NULL)
		return FIGHTING_WRESTLING;
	return (arms->weapon->flags & ITEM_SHOOTS) != 0 ? FIGHTING_RANGED : FIGHTING_ARMED;
}

enum skill fighting_skill(enum fighting fighting)
{
	switch (fighting) {
	case FIGHTING_ARMED:
		return SKILL_WEAPONS;
	case FIGHTING_RANGED:
		return SKILL_RANGED;
	default:
		return SKILL_WRESTLING;
	}
}

double fighting_hit_modifier(const struct class_def *of, enum fighting fighting)
{
	return fighting == FIGHTING_ARMED    ? of->weapon_attack
		   : fighting == FIGHTING_RANGED ? of->ranged_attack
										 : of->wrestling_attack;
}

double fighting_damage_modifier(const struct class_def *of, enum fighting fighting)
{
	return fighting == FIGHTING_ARMED    ? of->weapon_damage
		   : fighting == FIGHTING_RANGED ? of->ranged_damage
										 : of->wrestling_damage;
}

/* --- damage ------------------------------------------------------------------------------------------------------------------ */

enum { FIST_MIN = 4, FIST_MAX = 9, STRENGTH_FREE = 15 };

/* 13.5: `CalcularDano`. */
struct damage_terms damage_terms(const struct arms *arms, const struct class_def *of, unsigned strength, int hit_min,
								 int hit_max)
{
	struct damage_terms terms = {
		.strength = strength > STRENGTH_FREE ? (int)(strength - STRENGTH_FREE) : 0,
		.own = {hit_min, hit_max},
		.modifier = fighting_damage_modifier(of, arms_fighting(arms)),
	};
	const struct item_def *weapon = arms->weapon;
	if (weapon == NULL) {
		bool gloved = arms->gloves != NULL && (arms->gloves->flags & ITEM_IS_THIEF_GLOVE) != 0;
		terms.weapon.min = FIST_MIN + (gloved ? arms->gloves->hit_min : 0);
		terms.weapon.max = FIST_MAX + (gloved ? arms->gloves->hit_max : 0);
	} else if (arms->weapon_item == ITEM_DRAGON_SWORD) {
		terms.weapon = (struct span){1, 1};
	} else {
		terms.weapon = (struct span){weapon->hit_min, weapon->hit_max};
	}
	terms.weapon_most = terms.weapon.max;
	if (weapon != NULL && (weapon->flags & ITEM_SHOOTS) != 0 && (weapon->flags & ITEM_NEEDS_ARROWS) != 0 &&
		arms->ammunition != NULL)
		terms.ammunition = (struct span){arms->ammunition->hit_min, arms->ammunition->hit_max};
	return terms;
}

int damage_of(const struct damage_terms *terms, int weapon, int own)
{
	double sum = 3.0 * weapon + terms->weapon_most / 5.0 * terms->strength + own;
	return whole(sum * terms->modifier);
}

int damage_roll(struct rng *rng, const struct damage_terms *terms)
{
	int weapon = span_roll(rng, terms->weapon);
	if (terms->ammunition.max > 0)
		weapon += span_roll(rng, terms->ammunition);
	return damage_of(terms, weapon, span_roll(rng, terms->own));
}

/* --- what a hit does besides ---------------------------------------------------------------------------------------------------- */

enum { STABBING_NEEDED = 10 };

/* 13.12: `PuedeApunalar`. */
bool may_stab(const struct item_def *weapon, unsigned stabbing, unsigned class_id)
{
	return weapon != NULL && (weapon->flags & ITEM_STABS) != 0 &&
		   (stabbing >= STABBING_NEEDED || class_id == CLASS_ASSASSIN);
}

/* 13.12. The document's coefficients in millionths: whole numbers, so that 8 is not 7.999. */
int stab_percent(unsigned stabbing, unsigned class_id)
{
	int64_t s = stabbing, millionths;
	switch (class_id) {
	case CLASS_ASSASSIN:
		millionths = ((30 * s - 2000) * s + 98000) * s + 4250000;
		break;
	case CLASS_CLERIC:
	case CLASS_PALADIN:
	case CLASS_PIRATE:
		millionths = ((3 * s + 600) * s + 10700) * s + 4930000;
		break;
	case CLASS_BARD:
		millionths = ((2 * s + 200) * s + 32000) * s + 4810000;
		break;
	default:
		millionths = 36100 * s + 4390000;
		break;
	}
	return (int)(millionths / 1000000);
}

int stab_player_damage(int damage, unsigned class_id)
{
	return whole((class_id == CLASS_ASSASSIN ? 14.0 : 15.0) * damage / 10.0);
}

int stab_creature_damage(int base, int damage, unsigned class_id)
{
	return (int)clamp_i64(2 * (int64_t)(class_id == CLASS_ASSASSIN ? base : damage), 0, INT_MAX);
}

/* 13.13, in millionths as well: hundred times the document's polynomial. */
int critical_percent(unsigned wrestling)
{
	int64_t s = wrestling;
	return (int)((((3 * s + 600) * s + 10700) * s + 8930000) / 1000000);
}

int critical_damage(int damage)
{
	return (int)((int64_t)damage * 3 / 4);
}

/* 13.14. */
int slash_damage(int damage)
{
	return damage / 5;
}

/* 13.15: `DoDesequipar`, `Desarmar`; hundredths. */
int disarm_percent(unsigned wrestling, unsigned level)
{
	return whole((20.0 * wrestling + 66.0 * level) / 100.0);
}

bool hand_paralyses(struct rng *rng, unsigned wrestling)
{
	return 4 * rng_range(rng, 0, 100) < (int)wrestling;
}

/* --- the rest -------------------------------------------------------------------------------------------------------------------- */

/* 13.8 no. 5: hp/100 * intelligence * meditating/100 * 12 / (roll + 7), truncated. */
int meditation_threshold(int hp, unsigned intelligence, unsigned meditating, int roll)
{
	int64_t product = (int64_t)hp * intelligence * meditating * 12;
	return (int)clamp_i64(product / (10000 * (int64_t)(roll + 7)), 0, INT_MAX);
}

/* 16.6: `CalcularDarExp`. */
int hit_experience(int damage, int hp, int hp_max, int experience, int left)
{
	int counts = damage < hp ? damage : hp;
	if (counts <= 0 || hp_max <= 0 || experience <= 0 || left <= 0)
		return 0;
	return (int)clamp_i64(vb_round((double)counts * experience / hp_max), 0, left);
}

/* 9.3, 18.1. */
int skill_luck(unsigned skill)
{
	static const struct {
		uint8_t to, luck;
	} steps[] = {{10, 35}, {20, 30}, {30, 28}, {40, 24}, {50, 22}, {60, 20}, {70, 18}, {80, 15}, {90, 10}, {99, 7}};
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (skill <= steps[i].to)
			return steps[i].luck;
	}
	return 5;
}

/* 18.1. */
struct span steal_gold(unsigned class_id, unsigned level, bool gloves)
{
	if (class_id != CLASS_THIEF)
		return (struct span){1, 100};
	int factor = gloves ? 2 : 1;
	return (struct span){25 * factor * (int)level, 50 * factor * (int)level};
}

/* 18.1: from a twentieth to a tenth, at least one. */
struct span steal_amount(unsigned amount)
{
	struct span span = {whole(amount / 20.0), whole(amount / 10.0)};
	span.min = span.min > 1 ? span.min : 1;
	span.max = span.max > span.min ? span.max : span.min;
	return span;
}
