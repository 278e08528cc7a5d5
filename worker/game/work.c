/* work.c - skills that are used on purpose: what a click on the skill begins, and the click on the map that follows.
 * rules-life-combat-magic.md 9.5, 13.11, 15.1, 15.2, 16.10, 18.1; protocol.md 2.5. */
#include "worker/game/fight.h"
#include "worker/game/leaving.h"
#include "worker/game/magic.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/stance.h"
#include "worker/game/steal.h"
#include "worker/game/tile.h"

enum tx_verdict rule_work(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	leaving_cancel(tx, me->index);
	switch (packet->WORK.skill) {
	case SKILL_MAGIC:
	case SKILL_STEALING:
	case SKILL_TAMING:
		TELL_MULTI(tx, me->index, WORK_REQUEST_TARGET, .skill = packet->WORK.skill);
		break;
	case SKILL_HIDING:
		hide_try(tx, me);
		break;
	default:
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
		break;
	}
	return TX_COMMIT;
}

enum tx_verdict rule_work_left_click(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int x = packet->WORK_LEFT_CLICK.x, y = packet->WORK_LEFT_CLICK.y;
	if ((me->body->flags & (BODY_RESTING | BODY_MEDITATING)) != 0 || !tile_is_on_map(x, y))
		return TX_COMMIT;
	if (!tile_in_sight(me->body, x, y)) {
		presence_tell_place(tx, me->index);
		return TX_COMMIT;
	}
	if (!tile_is_in_frame(x, y))
		return TX_COMMIT;
	leaving_cancel(tx, me->index);
	switch (packet->WORK_LEFT_CLICK.skill) {
	case SKILL_MAGIC:
		magic_cast(tx, me, x, y);
		break;
	case SKILL_RANGED:
		fight_shoot(tx, me, x, y);
		break;
	case SKILL_STEALING:
		steal_try(tx, me, x, y);
		break;
	case SKILL_TAMING:
		tame_try(tx, me, x, y);
		break;
	default:
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
		break;
	}
	return TX_COMMIT;
}
