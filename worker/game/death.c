#include "worker/game/death.h"
#include "worker/game/rule.h"

void player_die(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void player_revive(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void priest_visit(struct tx *tx, const struct actor *me, uint32_t priest)
{
	(void)tx;
	(void)me;
	(void)priest;
}

void home_arrive(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void home_cancel(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

enum tx_verdict rule_resucitate(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_heal(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_home(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
