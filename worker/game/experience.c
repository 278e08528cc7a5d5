#include "worker/game/experience.h"
#include "worker/game/rule.h"

void experience_give(struct tx *tx, uint32_t player, int64_t amount)
{
	(void)tx;
	(void)player;
	(void)amount;
}

void skill_train(struct tx *tx, uint32_t player, enum skill skill, bool success)
{
	(void)tx;
	(void)player;
	(void)skill;
	(void)success;
}

struct level_gain level_gain_roll(const struct catalog *catalog, struct rng *rng, unsigned class_id, unsigned level,
								  unsigned constitution, unsigned intelligence)
{
	(void)catalog;
	(void)rng;
	(void)class_id;
	(void)level;
	(void)constitution;
	(void)intelligence;
	return (struct level_gain){0};
}
