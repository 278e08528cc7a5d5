/* home.c - a ghost's way home, and choosing where home is (rules-life-combat-magic.md 14.6). */
#include "worker/game/death.h"
#include "worker/game/effects.h"

void home_arrive(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void home_cancel(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (!player->travelling)
		return;
	SET(tx, player->travelling, 0);
	effect_schedule(tx, index, EFFECT_HOME, 0);
	TELL_MULTI(tx, index, CANCEL_HOME);
}

enum tx_verdict rule_home(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
