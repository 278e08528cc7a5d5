/* argentumctl explain drop, exp: what a creature leaves and teaches, and what levels and skills need
 * (rules-life-combat-magic.md 5.2, 6.1, 16.6). */
#include <stdio.h>

#include "common/base/clock.h"
#include "common/catalog/tables.h"
#include "master/ctl/explain.h"
#include "worker/game/formulas.h"
#include "worker/game/spoils.h"

enum { ROLLS = 1000000 };

void explain_drop(struct explain *explain)
{
	const struct creature_def *creature = explain_creature(explain, "creature", NULL);
	if (explain_ready(explain) && creature == NULL)
		problem_set(&explain->why, "creature=NUMBER is needed");
	if (explain->why.text[0] != '\0' || creature == NULL)
		return;
	unsigned fell[CREATURE_DROPS + 1] = {0};
	struct rng rng;
	rng_seed(&rng, 1);
	for (int i = 0; i < ROLLS; i++)
		fell[spoils_roll(&rng, explain->config->rules.drop_percent) + 1]++;
	printf("%s, of %d deaths (rules.drop_percent %d, rules.gold_percent %d):\n", explain_text(explain, creature->name),
		   ROLLS, explain->config->rules.drop_percent, explain->config->rules.gold_percent);
	printf("  %7.3f %%  nothing\n", fell[0] * 100.0 / ROLLS);
	for (unsigned i = 0; i < CREATURE_DROPS; i++) {
		const struct item_stack *entry = &creature->drop[i];
		const struct item_def *item = catalog_item(explain->catalog, entry->item);
		printf("  %7.3f %%  %s", fell[i + 1] * 100.0 / ROLLS, item != NULL ? "" : "nothing (no entry)\n");
		if (item != NULL)
			printf("%lld x %s (item %u)\n", (long long)spoils_amount(entry, explain->config->rules.gold_percent),
				   explain_text(explain, item->name), entry->item);
	}
}

static void creature_teaches(const struct explain *explain, const struct creature_def *creature, int damage, int hp)
{
	int percent = spoils_experience_percent(explain->config, clock_unix_s());
	int points = hit_experience(damage, hp, creature->hp_max, creature->experience, creature->experience);
	printf("a hit      min(%d, %d life left) x %d / %d life = %d points\n", damage, hp, creature->experience,
		   creature->hp_max, points);
	printf("the rest   %d points for who kills it\n", creature->experience - points);
	printf("paid       %lld and %lld (rules.experience_percent and that of today: %d %%)\n",
		   (long long)spoils_paid(points, percent), (long long)spoils_paid(creature->experience - points, percent),
		   percent);
}

void explain_exp(struct explain *explain)
{
	const struct creature_def *creature = explain_creature(explain, "creature", NULL);
	int hp_most = creature != NULL ? creature->hp_max : 1;
	int hp = creature != NULL ? explain_number(explain, "hp", hp_most, 1, hp_most) : 0;
	int damage = creature != NULL ? explain_number(explain, "damage", hp_most, 0, INT32_MAX) : 0;
	int level = explain_number(explain, "level", 0, 1, LEVEL_MAX);
	int skill = explain_number(explain, "skill", -1, 0, SKILL_MAX);
	if (explain_ready(explain) && creature == NULL && level == 0 && skill < 0)
		problem_set(&explain->why, "creature=NUMBER, level=NUMBER or skill=NUMBER is needed");
	if (explain->why.text[0] != '\0')
		return;
	if (creature != NULL)
		creature_teaches(explain, creature, damage, hp);
	int64_t total = 0;
	for (int i = 1; i < level; i++)
		total += table_experience_needed((unsigned)i);
	if (level != 0)
		printf("level %-4d begins at %lld points in all; the next needs %d more; skills grow by use up to %u\n", level,
			   (long long)total, table_experience_needed((unsigned)level), table_skill_ceiling((unsigned)level));
	if (skill >= 0)
		printf("skill %-4d needs %d points of use for the next; a success gives %d, a failure %d\n", skill,
			   table_skill_experience_needed((unsigned)skill), explain->config->rules.skill_success_experience,
			   explain->config->rules.skill_failure_experience);
}
