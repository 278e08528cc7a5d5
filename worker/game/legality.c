#include "worker/game/legality.h"
#include "worker/game/rule.h"

bool may_attack_player(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	(void)tx;
	(void)attacker;
	(void)victim;
	return 0;
}

void player_attacked(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	(void)tx;
	(void)attacker;
	(void)victim;
}

bool may_attack_creature(struct tx *tx, uint32_t attacker, uint32_t creature, enum creature_attack how)
{
	(void)tx;
	(void)attacker;
	(void)creature;
	(void)how;
	return 0;
}

bool may_support_player(struct tx *tx, uint32_t helper, uint32_t target, bool grave)
{
	(void)tx;
	(void)helper;
	(void)target;
	(void)grave;
	return 0;
}

bool may_support_creature(struct tx *tx, uint32_t helper, uint32_t creature)
{
	(void)tx;
	(void)helper;
	(void)creature;
	return 0;
}

void ownership_take(struct tx *tx, uint32_t player, uint32_t creature)
{
	(void)tx;
	(void)player;
	(void)creature;
}

void ownership_lose(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

bool in_arena(const struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
	return 0;
}

enum tx_verdict rule_share_npc(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_stop_sharing_npc(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
