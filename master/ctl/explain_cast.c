/* argentumctl explain cast: what a spell costs, and what it gives or takes (rules-life-combat-magic.md 15.3, 15.5, 15.10). */
#include <stdio.h>

#include "common/catalog/tables.h"
#include "master/ctl/explain.h"
#include "worker/game/formulas.h"
#include "worker/game/spell_formulas.h"

struct cast {
	const struct spell_def *spell;
	unsigned number;
	struct spell_caster caster;
	const struct creature_def *creature;
	const struct item_def *helmet, *ring; /* of a victim that is a player */
};

static const char *class_name(const struct cast *cast)
{
	return explain_latin1(table_class_name(cast->caster.class_id));
}

static void cost_show(const struct explain *explain, const struct cast *cast)
{
	const struct spell_def *spell = cast->spell;
	printf("%s: %s\n", explain_text(explain, spell->name), explain_text(explain, spell->description));
	printf("needs      magic %d, stamina %d", spell->skill_needed, spell->stamina);
	if (spell->staff_needed > 0)
		printf(", for a mage a staff of power %d", spell->staff_needed);
	printf("\nmana       %d x %d %% (%s) = %d\n", spell->mana, spell_mana_percent(spell, cast->number, &cast->caster),
		   class_name(cast), spell_mana_cost(spell, cast->number, &cast->caster));
}

static void damage_show(const struct cast *cast, struct span rolled)
{
	struct damage_steps low = spell_damage(cast->spell, &cast->caster, rolled.min);
	struct damage_steps high = spell_damage(cast->spell, &cast->caster, rolled.max);
	struct span defence = {0};
	printf("damage     %d..%d; with level %u %d..%d; with the staff %d..%d; with the instrument %d..%d\n", low.rolled,
		   high.rolled, cast->caster.level, low.with_level, high.with_level, low.with_staff, high.with_staff,
		   low.with_instrument, high.with_instrument);
	if (cast->creature != NULL)
		defence = (struct span){cast->creature->magic_defence, cast->creature->magic_defence};
	if (cast->helmet != NULL)
		defence = (struct span){cast->helmet->magic_defence_min, cast->helmet->magic_defence_max};
	if (cast->ring != NULL) {
		defence.min += cast->ring->magic_defence_min;
		defence.max += cast->ring->magic_defence_max;
	}
	printf("takes      - magic defence %d..%d = %d..%d\n", defence.min, defence.max,
		   spell_hurts(low.with_instrument, defence.max), spell_hurts(high.with_instrument, defence.min));
}

static void change_show(const struct cast *cast, enum spell_points points)
{
	static const char *const names[] = {"life",   "mana",    "stamina",  "hunger",
										"thirst", "agility", "strength", "charisma"};
	const struct spell_change *change = &cast->spell->change[points];
	if (change->direction == SPELL_LEAVES)
		return;
	printf("%-10s %s %d..%d\n", names[points], change->direction == SPELL_RAISES ? "raised by" : "lowered by",
		   change->min, change->max);
	struct span rolled = {change->min, change->max};
	if (points == SPELL_HP && change->direction == SPELL_LOWERS)
		damage_show(cast, rolled);
	if (points == SPELL_HP && change->direction == SPELL_RAISES)
		printf("heals      with level %u %d..%d\n", cast->caster.level, spell_healing(rolled.min, cast->caster.level),
			   spell_healing(rolled.max, cast->caster.level));
}

void explain_cast(struct explain *explain)
{
	struct cast cast = {.caster = {.class_id = explain_class(explain, "class", CLASS_MAGE)}};
	cast.spell = explain_spell(explain, "spell", &cast.number);
	cast.caster.level = (unsigned)explain_number(explain, "level", 25, 1, LEVEL_MAX);
	cast.caster.weapon = explain_item(explain, "weapon", NULL);
	explain_item(explain, "ring", &cast.caster.ring);
	cast.creature = explain_creature(explain, "creature", NULL);
	cast.helmet = explain_item(explain, "victim-helmet", NULL);
	cast.ring = explain_item(explain, "victim-ring", NULL);
	int victim_level = explain_number(explain, "victim-level", 25, 1, LEVEL_MAX);
	if (explain_ready(explain) && cast.spell == NULL)
		problem_set(&explain->why, "spell=NUMBER is needed");
	if (explain->why.text[0] != '\0' || cast.spell == NULL)
		return;
	cost_show(explain, &cast);
	for (unsigned points = 0; points < SPELL_POINTS; points++)
		change_show(&cast, (enum spell_points)points);
	if (cast.spell->summon != 0)
		printf("summons    %d x creature %u\n", cast.spell->summon_count, cast.spell->summon);
	if ((cast.spell->flags & SPELL_RESURRECTS) != 0)
		printf("revives    somebody of level %d; who has 100 life keeps %d\n", victim_level,
			   revival_hp_left(100, (unsigned)victim_level));
}
