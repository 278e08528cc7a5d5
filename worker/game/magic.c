#include "worker/game/magic.h"
#include "worker/game/rule.h"

void magic_cast(struct tx *tx, const struct actor *me, int x, int y)
{
	(void)tx;
	(void)me;
	(void)x;
	(void)y;
}

void scroll_read(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *scroll)
{
	(void)tx;
	(void)me;
	(void)slot;
	(void)scroll;
}

bool creature_casts(struct tx *tx, uint32_t creature, unsigned spell, uint32_t target)
{
	(void)tx;
	(void)creature;
	(void)spell;
	(void)target;
	return 0;
}

enum tx_verdict rule_cast_spell(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_use_spell_macro(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
