/* argentumctl explain hit: a blow or shot of a player, from the powers to what it takes off (rules-life-combat-magic.md 13). */
#include <stdio.h>

#include "common/catalog/tables.h"
#include "common/protocol/enums.h"
#include "master/ctl/explain.h"
#include "worker/game/formulas.h"

struct fighter {
	unsigned class_id;
	const struct class_def *of;
	int level, skill, strength, agility, blow_min, blow_max, stabbing, wrestling;
	struct arms arms;
	const struct item_def *boat;
};

struct victim {
	const struct creature_def *creature; /* NULL = a player: */
	unsigned class_id;
	const struct class_def *of;
	int level, evasion, agility, shields;
	bool meditates;
	const struct item_def *shield, *armour, *helmet, *boat;
};

static struct fighter fighter_read(struct explain *explain)
{
	struct fighter f = {.class_id = explain_class(explain, "class", CLASS_WARRIOR)};
	f.of = catalog_class(explain->catalog, f.class_id);
	f.level = explain_number(explain, "level", 25, 1, LEVEL_MAX);
	f.skill = explain_number(explain, "skill", SKILL_MAX, 0, SKILL_MAX);
	f.strength = explain_number(explain, "strength", 18, 1, 40);
	f.agility = explain_number(explain, "agility", 18, 1, 40);
	f.blow_min = explain_number(explain, "blow-min", f.level, 0, 999);
	f.blow_max = explain_number(explain, "blow-max", f.blow_min, f.blow_min, 999);
	f.stabbing = explain_number(explain, "stabbing", 0, 0, SKILL_MAX);
	f.wrestling = explain_number(explain, "wrestling", 0, 0, SKILL_MAX);
	f.arms.weapon = explain_item(explain, "weapon", &f.arms.weapon_item);
	f.arms.ammunition = explain_item(explain, "ammunition", NULL);
	f.arms.gloves = explain_item(explain, "gloves", NULL);
	f.boat = explain_item(explain, "boat", NULL);
	return f;
}

static struct victim victim_read(struct explain *explain)
{
	struct victim v = {.creature = explain_creature(explain, "creature", NULL)};
	if (v.creature != NULL)
		return v;
	v.class_id = explain_class(explain, "victim-class", CLASS_WARRIOR);
	v.of = catalog_class(explain->catalog, v.class_id);
	v.level = explain_number(explain, "victim-level", 25, 1, LEVEL_MAX);
	v.evasion = explain_number(explain, "victim-evasion", SKILL_MAX, 0, SKILL_MAX);
	v.agility = explain_number(explain, "victim-agility", 18, 1, 40);
	v.shields = explain_number(explain, "victim-shields", SKILL_MAX, 0, SKILL_MAX);
	v.meditates = explain_number(explain, "victim-meditates", 0, 0, 1) != 0;
	v.shield = explain_item(explain, "victim-shield", NULL);
	v.armour = explain_item(explain, "victim-armour", NULL);
	v.helmet = explain_item(explain, "victim-helmet", NULL);
	v.boat = explain_item(explain, "victim-boat", NULL);
	return v;
}

/* --- hitting ---------------------------------------------------------------------------------------------------------------- */

static int attack_show(const struct fighter *f)
{
	enum fighting fighting = arms_fighting(&f->arms);
	double modifier = fighting_hit_modifier(f->of, fighting);
	int power = attack_power((unsigned)f->skill, (unsigned)f->agility, modifier, (unsigned)f->level);
	printf("attack      (%s %d + %d x agility %d) x %g (%s) + %g (level %d) = %d\n",
		   explain_latin1(table_skill_name(fighting_skill(fighting))), f->skill, agility_times((unsigned)f->skill),
		   f->agility, modifier, explain_latin1(table_class_name(f->class_id)), level_power((unsigned)f->level),
		   f->level, power);
	return power;
}

static int evasion_show(const struct explain *explain, const struct victim *v)
{
	if (v->creature != NULL) {
		printf("evasion     %s: %d\n", explain_text(explain, v->creature->name), v->creature->evasion_power);
		return v->creature->evasion_power;
	}
	int power = evasion_power((unsigned)v->evasion, (unsigned)v->agility, v->of->evasion, (unsigned)v->level);
	printf("evasion     (%s %d + %d / 33 x agility %d) x %g (%s) + %g (level %d) = %d\n",
		   explain_latin1(table_skill_name(SKILL_EVASION)), v->evasion, v->evasion, v->agility, v->of->evasion,
		   explain_latin1(table_class_name(v->class_id)), level_power((unsigned)v->level), v->level, power);
	if (v->shield == NULL)
		return power;
	int shield = shield_power((unsigned)v->shields, v->of->shield);
	printf("shield      %d x %g / 2 = %d, so %d; what missed is blocked %d %%\n", v->shields, v->of->shield, shield,
		   power + shield, block_percent((unsigned)v->shields, (unsigned)v->evasion));
	return power + shield;
}

static void chance_show(int attack, int evasion, bool meditates)
{
	int percent = hit_percent(attack, evasion);
	printf("hits        50 + (%d - %d) x 0.4, from 10 to 90 = %d %%\n", attack, evasion, percent);
	if (meditates)
		printf("            while the victim meditates %d %%\n", hit_percent_meditating(percent));
}

/* --- damage -------------------------------------------------------------------------------------------------------------------- */

static void span_add(struct span *span, const struct item_def *item)
{
	if (item == NULL)
		return;
	span->min += item->defence_min;
	span->max += item->defence_max;
}

static struct span damage_show(const struct fighter *f)
{
	struct damage_terms t = damage_terms(&f->arms, f->of, (unsigned)f->strength, f->blow_min, f->blow_max);
	struct span weapon = {t.weapon.min + t.ammunition.min, t.weapon.max + t.ammunition.max};
	struct span damage = {damage_of(&t, weapon.min, t.own.min), damage_of(&t, weapon.max, t.own.max)};
	printf("damage      (3 x weapon %d..%d + %d / 5 x %d (strength %d) + blow %d..%d) x %g = %d..%d\n", weapon.min,
		   weapon.max, t.weapon_most, t.strength, f->strength, t.own.min, t.own.max, t.modifier, damage.min,
		   damage.max);
	if (f->boat != NULL) {
		damage.min += f->boat->hit_min;
		damage.max += f->boat->hit_max;
		printf("boat        + %d..%d = %d..%d\n", f->boat->hit_min, f->boat->hit_max, damage.min, damage.max);
	}
	return damage;
}

static struct span left_show(const char *where, struct span damage, struct span defence, int least)
{
	struct span left = {damage.min - defence.max, damage.max - defence.min};
	left.min = left.min < least ? least : left.min;
	left.max = left.max < least ? least : left.max;
	printf("%-11s - %d..%d, at least %d = %d..%d\n", where, defence.min, defence.max, least, left.min, left.max);
	return left;
}

static struct span player_defence_show(const struct fighter *f, const struct victim *v, struct span damage)
{
	struct span boat = {0}, head = {0}, body = {0};
	if (f->arms.weapon != NULL && f->arms.weapon->pierce != 0) {
		damage.min += f->arms.weapon->pierce;
		damage.max += f->arms.weapon->pierce;
		printf("pierces     + %d = %d..%d\n", f->arms.weapon->pierce, damage.min, damage.max);
	}
	span_add(&boat, v->boat);
	head = body = boat;
	span_add(&head, v->helmet);
	span_add(&body, v->armour);
	span_add(&body, v->shield);
	struct span on_head = left_show("head (1/6)", damage, head, 1);
	struct span on_body = left_show("body (5/6)", damage, body, 1);
	return (struct span){on_head.min < on_body.min ? on_head.min : on_body.min,
						 on_head.max > on_body.max ? on_head.max : on_body.max};
}

/* --- besides ----------------------------------------------------------------------------------------------------------------------- */

static void stab_show(const struct fighter *f, struct span base, struct span left, bool creature)
{
	if (!may_stab(f->arms.weapon, (unsigned)f->stabbing, f->class_id))
		return;
	int below = stab_percent((unsigned)f->stabbing, f->class_id);
	struct span extra = {stab_player_damage(left.min, f->class_id), stab_player_damage(left.max, f->class_id)};
	if (creature)
		extra = (struct span){stab_creature_damage(base.min, left.min, f->class_id),
							  stab_creature_damage(base.max, left.max, f->class_id)};
	printf("stabs       %d of 101 times, for %d..%d more\n", below, extra.min, extra.max);
}

static void besides_show(const struct explain *explain, const struct fighter *f, struct span base, struct span left,
						 bool creature)
{
	const struct item_def *weapon = f->arms.weapon;
	stab_show(f, base, left, creature);
	if (f->class_id == CLASS_BANDIT && f->arms.weapon_item == ITEM_VIKING_SWORD)
		printf("critical    %d %%, for %d..%d more\n", critical_percent((unsigned)f->wrestling),
			   critical_damage(left.min), critical_damage(left.max));
	if (f->class_id == CLASS_PIRATE && weapon != NULL && (weapon->flags & ITEM_SLASHES) != 0)
		printf("slashes     %d %%, for %d..%d more\n", explain->config->rules.knife_percent, slash_damage(left.min),
			   slash_damage(left.max));
	if (!creature && (f->class_id == CLASS_BANDIT || f->class_id == CLASS_THIEF))
		printf("disarms     %d %%, with theft gloves\n", disarm_percent((unsigned)f->wrestling, (unsigned)f->level));
}

void explain_hit(struct explain *explain)
{
	struct fighter f = fighter_read(explain);
	struct victim v = victim_read(explain);
	if (!explain_ready(explain))
		return;
	bool creature = v.creature != NULL;
	int attack = attack_show(&f);
	int evasion = evasion_show(explain, &v);
	chance_show(attack, evasion, v.meditates);
	struct span base = damage_show(&f), left;
	if (creature)
		left = left_show("defence", base, (struct span){v.creature->defence, v.creature->defence}, 0);
	else
		left = player_defence_show(&f, &v, base);
	besides_show(explain, &f, base, left, creature);
	double mean = (left.min + left.max) / 2.0;
	if (creature && mean > 0)
		printf("dies        of %d life after %.1f hits on average\n", v.creature->hp,
			   v.creature->hp > mean ? v.creature->hp / mean : 1.0);
}
