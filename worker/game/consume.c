#include "worker/game/consume.h"
#include "worker/game/rule.h"

void potion_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *potion)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)potion;
}

void food_eat(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *food)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)food;
}

void drink_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *drink)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)drink;
}

void bottle_fill(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *bottle)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)bottle;
}

void boat_use(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *boat)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)boat;
}

void boat_leave(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}
