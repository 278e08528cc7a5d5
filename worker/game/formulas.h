/* formulas.h - the arithmetic of fighting: powers, chances, damage (rules-life-combat-magic.md 13, 16.6, 18.1).
 *
 * Pure functions: figures of the catalog and numbers in, a number out; what is chance is drawn from the rng given, in the
 * document's order. They own nothing, need no lock, and any thread may call them: the rules do, the tests do, and
 * `argentumctl explain` shows their terms. Skills are 0..100, attributes 6..40, levels 1..255; chances are in percent.
 * Rounding is the classic one (vb_round). */
#ifndef ARGENTUM_GAME_FORMULAS_H
#define ARGENTUM_GAME_FORMULAS_H

#include <stdbool.h>

#include "common/base/rng.h"
#include "common/catalog/catalog.h"

/* Items that the rules know by number (1.4). */
enum {
	ITEM_VIKING_SWORD = 123, /* a bandit strikes critically with it */
	ITEM_DRAGON_SWORD = 402, /* kills a dragon at one blow, and nothing else ever */
	ITEM_THEFT_GLOVES = 873, /* for thieves and bandits (13.15) */
};

/* --- hitting: 13.2, 13.3, 13.4 --- */

/* What a level beyond the newbie's adds to every power: 2.5 each. */
double level_power(unsigned level);

/* How often agility counts for an attack: 0 below 31 points of the skill, 1 below 61, 2 below 91, then 3. */
int agility_times(unsigned skill);

/* `modifier`: the class's, for the kind of attack. */
int attack_power(unsigned skill, unsigned agility, double modifier, unsigned level);
int evasion_power(unsigned evasion_skill, unsigned agility, double modifier, unsigned level);
int shield_power(unsigned shield_skill, double modifier); /* added to evasion by who wears a shield */

int hit_percent(int attack, int evasion);
int hit_percent_meditating(int percent); /* the victim meditates: it evades a quarter less */
int block_percent(unsigned shield_skill, unsigned evasion_skill);

/* --- who strikes with what --- */

enum fighting { FIGHTING_ARMED, FIGHTING_RANGED, FIGHTING_WRESTLING };

/* What somebody fights with; NULL = he has none of that. */
struct arms {
	const struct item_def *weapon;
	const struct item_def *ammunition; /* counts with a weapon that needs it */
	const struct item_def *gloves;     /* what he wears as a ring; counts only if it is gloves, and without weapon */
	unsigned weapon_item;              /* number of the weapon, 0 = none */
};

enum fighting arms_fighting(const struct arms *arms);
enum skill fighting_skill(enum fighting fighting);
double fighting_hit_modifier(const struct class_def *of, enum fighting fighting);
double fighting_damage_modifier(const struct class_def *of, enum fighting fighting);

/* --- damage: 13.5 --- */

struct span {
	int min, max;
};

/* The terms of a blow: (3 * weapon + weapon_most / 5 * strength + own) * modifier. */
struct damage_terms {
	struct span weapon, ammunition; /* rolled one after the other, and added */
	int weapon_most;                /* counts for strength */
	int strength;                   /* points above 15 */
	struct span own;                /* the fighter's own blow, of his level */
	double modifier;                /* of his class */
};

/* The dragon sword is as weak here as against anything that is no dragon. */
struct damage_terms damage_terms(const struct arms *arms, const struct class_def *of, unsigned strength, int hit_min,
								 int hit_max);
int damage_of(const struct damage_terms *terms, int weapon, int own); /* weapon: with the ammunition */
int damage_roll(struct rng *rng, const struct damage_terms *terms);

static inline int span_roll(struct rng *rng, struct span span)
{
	return rng_range(rng, span.min, span.max);
}

/* --- what a hit does besides: 13.12 to 13.15 --- */

bool may_stab(const struct item_def *weapon, unsigned stabbing, unsigned class_id);
int stab_percent(unsigned stabbing, unsigned class_id); /* R(0,100) must be below it */
int stab_player_damage(int damage, unsigned class_id);

/* `base`: before the creature's defence, which an assassin does not feel; `damage`: after it. */
int stab_creature_damage(int base, int damage, unsigned class_id);
int critical_percent(unsigned wrestling); /* R(1,100) must not be above it */
int critical_damage(int damage);
int slash_damage(int damage);                             /* a pirate's knife */
int disarm_percent(unsigned wrestling, unsigned level);   /* R(1,100) must not be above it */
bool hand_paralyses(struct rng *rng, unsigned wrestling); /* a thief's gloves: R(0,100) < wrestling / 4 */

/* --- the rest --- */

/* How much damage at once ends meditation: more than this (13.8 no. 5). `roll`: R(0,5). */
int meditation_threshold(int hp, unsigned intelligence, unsigned meditating, int roll);

/* Experience that a hit is worth (16.6): `damage` of a creature that has `hp` left of `hp_max` and gives `experience` in all, of
 * which `left` is left. 0 for who pays nothing. */
int hit_experience(int damage, int hp, int hp_max, int experience, int left);

/* One of so many times it works out: stealing wants R(1, this) < 3, meditating = 1 (9.3). */
int skill_luck(unsigned skill);

/* Gold that a thief takes at a time (18.1), before what the victim has limits it. */
struct span steal_gold(unsigned class_id, unsigned level, bool gloves);
struct span steal_amount(unsigned amount); /* of a stack */

#endif
