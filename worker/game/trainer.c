/* trainer.c - trainers call creatures to fight with (rules-life-combat-magic.md 16.13). */
#include "worker/game/rule.h"

enum tx_verdict rule_train_list(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_train(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
