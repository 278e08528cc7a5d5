/* priest.c - priests revive and heal (rules-life-combat-magic.md 14.5). */
#include "worker/game/death.h"

void priest_visit(struct tx *tx, const struct actor *me, uint32_t priest)
{
	(void)tx;
	(void)me;
	(void)priest;
}

enum tx_verdict rule_resucitate(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_heal(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
