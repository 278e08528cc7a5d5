/* argentumctl explain gain: what a level gives to a class (rules-life-combat-magic.md 5.3, 5.4). */
#include <stdio.h>

#include "common/catalog/tables.h"
#include "master/ctl/explain.h"
#include "worker/game/experience.h"

enum { ROLLS = 1000000, GAIN_MOST = 64 };

void explain_gain(struct explain *explain)
{
	unsigned class_id = explain_class(explain, "class", CLASS_WARRIOR);
	unsigned level = (unsigned)explain_number(explain, "level", 25, 2, LEVEL_MAX);
	unsigned constitution = (unsigned)explain_number(explain, "constitution", 18, 1, 40);
	unsigned intelligence = (unsigned)explain_number(explain, "intelligence", 18, 1, 40);
	if (!explain_ready(explain))
		return;
	const struct class_def *of = catalog_class(explain->catalog, class_id);
	unsigned times[GAIN_MOST] = {0};
	struct level_gain gain = {0};
	struct rng rng;
	rng_seed(&rng, 1);
	for (int i = 0; i < ROLLS; i++) {
		gain = level_gain_roll(explain->catalog, &rng, class_id, level, constitution, intelligence);
		if (gain.hp >= 0 && gain.hp < GAIN_MOST)
			times[gain.hp]++;
	}
	printf("%s, on reaching level %u\n", explain_latin1(table_class_name(class_id)), level);
	printf("life      mean %g - (21 - constitution %u) / 2 = %g; of %d levels:\n", of->life, constitution,
		   of->life - (21.0 - constitution) / 2, ROLLS);
	for (unsigned i = 0; i < GAIN_MOST; i++) {
		if (times[i] != 0)
			printf("          %2u  %6.2f %%\n", i, times[i] * 100.0 / ROLLS);
	}
	printf("mana      %d (intelligence %u)\n", gain.mana, intelligence);
	printf("stamina   %d\nblow      %d\n", gain.stamina, gain.hit);
}
