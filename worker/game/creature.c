#include "worker/game/creature.h"
#include "worker/game/rule.h"

const struct creature_def *creature_def_of(const struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
	return NULL;
}

struct creature *creature_at(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
	return NULL;
}

void creature_remove(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
}

bool creature_hurt(struct tx *tx, uint32_t body, int damage)
{
	(void)tx;
	(void)body;
	(void)damage;
	return 0;
}

void creature_die(struct tx *tx, uint32_t body, uint32_t killer)
{
	(void)tx;
	(void)body;
	(void)killer;
}

void creature_pays(struct tx *tx, uint32_t body, uint32_t player, int damage)
{
	(void)tx;
	(void)body;
	(void)player;
	(void)damage;
}

void creature_attacked(struct tx *tx, uint32_t body, uint32_t player)
{
	(void)tx;
	(void)body;
	(void)player;
}

void creature_paralyse(struct tx *tx, uint32_t body, bool immobilise)
{
	(void)tx;
	(void)body;
	(void)immobilise;
}

void creature_free(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
}

void creature_calm(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
}

void creatures_wait_tick(struct tx *tx, uint32_t map)
{
	(void)tx;
	(void)map;
}

void creature_sound(struct tx *tx, uint32_t body, enum creature_sound which)
{
	(void)tx;
	(void)body;
	(void)which;
}
