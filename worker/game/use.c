/* use.c - using what lies in a slot. rules-economy-social-admin.md 3.1. */
#include "common/catalog/tables.h"
#include "worker/game/consume.h"
#include "worker/game/door.h"
#include "worker/game/gates.h"
#include "worker/game/inventory.h"
#include "worker/game/magic.h"
#include "worker/game/move.h"
#include "worker/game/rule.h"

/* A pile of gold among the things becomes gold in the purse: as much as there is room for. */
static void gold_pocket(struct tx *tx, const struct actor *me, unsigned slot)
{
	struct end pile = in_slot(me->index, slot), purse = in_purse(me->index);
	int32_t lies = gold_at(tx, pile), room = gold_room(tx, purse);
	if (gold_move(tx, pile, purse, lies < room ? lies : room) != MOVE_DONE)
		tell_text(tx, me->index, FONT_INFO, TEXT_PURSE_FULL);
}

/* Weapons that are used and not only worn: the tools, known by number, bows, and what a smith can melt (7.1). */
static bool weapon_is_used(unsigned number, const struct item_def *item)
{
	static const uint16_t tools[] = {127, 138, 187, 198, 389, 543, 561, 562, 563, 564, 565, 1005};
	for (unsigned i = 0; i < sizeof tools / sizeof *tools; i++) {
		if (tools[i] == number)
			return true;
	}
	return (item->flags & ITEM_SHOOTS) != 0 || item->smithing_skill > 0;
}

/* A bow in the hand asks for its target; the tools of the trades are not ruled yet. */
static void weapon_use(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *item)
{
	if ((item->flags & ITEM_SHOOTS) != 0 && me->player->equipment[EQUIP_WEAPON] == slot)
		TELL_MULTI(tx, me->index, WORK_REQUEST_TARGET, .skill = SKILL_RANGED);
	else if ((item->flags & ITEM_SHOOTS) == 0 && weapon_is_used(me->player->inventory[slot - 1].item, item))
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
}

enum tx_verdict rule_use_item(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = (unsigned)packet->USE_ITEM.slot;
	const struct item_def *item = inventory_item(tx, me->player, slot);
	if (item == NULL || (me->body->flags & BODY_MEDITATING) != 0)
		return TX_COMMIT;
	if (me->player->dead && item->kind != ITEM_BOAT) { /* ghosts sail too (3.1 no. 6) */
		if (message_is_new(tx, me->player, TEXT_DEAD_CANNOT))
			tell_text(tx, me->index, FONT_INFO, TEXT_DEAD_CANNOT);
		return TX_COMMIT;
	}
	if ((item->flags & ITEM_IS_NEWBIE) != 0 && me->player->level > LEVEL_NEWBIE_LAST) {
		tell_text(tx, me->index, FONT_INFO, TEXT_EQUIP_NEWBIE);
		return TX_COMMIT;
	}
	if (item->kind == ITEM_POTION && !gate_potion_open(tx, me->player)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_POTION_TOO_SOON);
		return TX_COMMIT;
	}
	if (!gate_use(tx, me->index))
		return TX_COMMIT;
	switch (item->kind) {
	case ITEM_KEY:
		door_key(tx, me, item);
		break;
	case ITEM_GOLD:
		gold_pocket(tx, me, slot);
		break;
	case ITEM_WEAPON:
		weapon_use(tx, me, slot, item);
		break;
	case ITEM_FOOD:
		food_eat(tx, me, slot, item);
		break;
	case ITEM_DRINK:
	case ITEM_FULL_BOTTLE:
		drink_drink(tx, me, slot, item);
		break;
	case ITEM_EMPTY_BOTTLE:
		bottle_fill(tx, me, slot, item);
		break;
	case ITEM_POTION:
		potion_drink(tx, me, slot, item);
		break;
	case ITEM_SCROLL:
		scroll_read(tx, me, slot, item);
		break;
	case ITEM_BOAT:
		boat_use(tx, me, slot, item);
		break;
	case ITEM_ORE:
	case ITEM_INSTRUMENT:
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
		break;
	default:
		break; /* nothing comes of it */
	}
	return TX_COMMIT;
}
