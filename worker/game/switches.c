/* switches.c - the two safety switches, and the windows a client believes are open.
 * rules-life-combat-magic.md 12.1; protocol.md 5.2. */
#include "worker/game/rule.h"

enum tx_verdict rule_safe_toggle(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	SET(tx, me->player->safe_mode, !me->player->safe_mode);
	player_changed(tx, me->player);
	if (me->player->safe_mode)
		TELL_MULTI(tx, me->index, SAFE_MODE_ON);
	else
		TELL_MULTI(tx, me->index, SAFE_MODE_OFF);
	return TX_COMMIT;
}

enum tx_verdict rule_resuscitation_safe_toggle(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	SET(tx, me->player->resuscitation_safe, !me->player->resuscitation_safe);
	player_changed(tx, me->player);
	if (me->player->resuscitation_safe)
		TELL_MULTI(tx, me->index, RESUSCITATION_SAFE_ON);
	else
		TELL_MULTI(tx, me->index, RESUSCITATION_SAFE_OFF);
	return TX_COMMIT;
}

/* A client that asks to close a window waits for the answer, whatever we believe. */
enum tx_verdict rule_commerce_end(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	SET(tx, me->player->trading, 0);
	TELL(tx, me->index, COMMERCE_END);
	return TX_COMMIT;
}

enum tx_verdict rule_bank_end(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	SET(tx, me->player->trading, 0);
	TELL(tx, me->index, BANK_END);
	return TX_COMMIT;
}
