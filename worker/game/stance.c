#include "worker/game/stance.h"
#include "worker/game/rule.h"

void hide_try(struct tx *tx, const struct actor *me)
{
	(void)tx;
	(void)me;
}

double hiding_chance(unsigned skill)
{
	(void)skill;
	return 0;
}

double hiding_duration(unsigned skill)
{
	(void)skill;
	return 0;
}

enum tx_verdict rule_rest(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_meditate(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
