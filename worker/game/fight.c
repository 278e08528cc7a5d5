#include "worker/game/fight.h"
#include "worker/game/rule.h"

void fight_shoot(struct tx *tx, const struct actor *me, int x, int y)
{
	(void)tx;
	(void)me;
	(void)x;
	(void)y;
}

void steal_try(struct tx *tx, const struct actor *me, int x, int y)
{
	(void)tx;
	(void)me;
	(void)x;
	(void)y;
}

int armour_absorbs(struct tx *tx, uint32_t victim, int damage, int *part)
{
	(void)tx;
	(void)victim;
	(void)damage;
	(void)part;
	return 0;
}

void shield_block(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	(void)tx;
	(void)attacker;
	(void)victim;
}

enum tx_verdict rule_attack(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
