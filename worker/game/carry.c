/* carry.c - picking up, dropping, moving between slots. rules-economy-social-admin.md 2.3 to 2.5, 2.9. */
#include "worker/game/carry.h"

#include "worker/game/equip.h"
#include "worker/game/ground.h"
#include "worker/game/inventory.h"
#include "worker/game/move.h"
#include "worker/game/tile.h"

enum { LOG_AMOUNT = 1000, LOG_WORTH = 50000, LOG_GOLD = 10000 };

/* Counsellors watch the game and do not trade in it, unless they play a role. */
static bool keeps_hands_off(const struct player *player)
{
	return (player->privileges & (PRIVILEGE_COUNSELLOR | PRIVILEGE_ROLE_MASTER)) == PRIVILEGE_COUNSELLOR;
}

void carry_log(struct tx *tx, const struct actor *me, const char *what, struct stack stack)
{
	const struct item_def *item = catalog_item(tx->catalog, stack.item);
	bool always = (item->flags & ITEM_IS_LOGGED) != 0 || item->kind == ITEM_KEY ||
				  (me->player->privileges & PRIVILEGE_STAFF) != 0;
	bool large = stack.amount >= LOG_AMOUNT || (int64_t)stack.amount * item->price >= LOG_WORTH;
	if (!always && (!large || (item->flags & ITEM_IS_NOT_LOGGED) != 0))
		return;
	tx_log(tx, LOG_LEVEL_INFO, "%s %s %u x %s (item %u), map %u (%u,%u)", me->player->name, what, stack.amount,
		   catalog_text(tx->catalog, item->name), stack.item, me->body->map, me->body->x, me->body->y);
}

static void gold_log(struct tx *tx, const struct actor *me, const char *what, int32_t amount)
{
	if (amount >= LOG_GOLD || (me->player->privileges & PRIVILEGE_STAFF) != 0)
		tx_log(tx, LOG_LEVEL_INFO, "%s %s %d gold, map %u (%u,%u)", me->player->name, what, amount, me->body->map,
			   me->body->x, me->body->y);
}

/* --- picking up ---------------------------------------------------------------------------------------------------------- */

/* What does not fit the purse stays. */
static void pick_up_gold(struct tx *tx, const struct actor *me)
{
	struct end pile = on_tile(body_place(me->body)), purse = in_purse(me->index);
	int32_t lies = gold_at(tx, pile), room = gold_room(tx, purse);
	int32_t amount = lies < room ? lies : room;
	if (gold_move(tx, pile, purse, amount) == MOVE_DONE)
		gold_log(tx, me, "picks up", amount);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_PURSE_FULL);
}

enum tx_verdict rule_pick_up(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	struct end here = on_tile(body_place(me->body));
	struct stack pile = end_stack(tx, here);
	const struct item_def *item = catalog_item(tx->catalog, pile.item);
	if (keeps_hands_off(me->player))
		return TX_COMMIT;
	if (item == NULL)
		tell_text(tx, me->index, FONT_INFO, TEXT_NOTHING_HERE);
	else if ((item->flags & ITEM_IS_FIXED) != 0)
		return TX_COMMIT;
	else if (item->kind == ITEM_GOLD)
		pick_up_gold(tx, me);
	else if (item_move(tx, here, in_bag(me->index), pile.amount) == MOVE_DONE)
		carry_log(tx, me, "picks up", pile);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM);
	return TX_COMMIT;
}

/* --- dropping -------------------------------------------------------------------------------------------------------------- */

/* Near the player: his own tile is taken by himself (F-05). A packet drops at most one pile. */
static void drop_gold(struct tx *tx, const struct actor *me, int32_t amount)
{
	struct place here = body_place(me->body);
	struct end purse = in_purse(me->index);
	if (amount > gold_at(tx, purse)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_ENOUGH_GOLD);
		return;
	}
	here = tile_for_item(tx, here, (struct stack){.item = GOLD_ITEM, .amount = (uint16_t)amount});
	if (here.map != 0 && gold_move(tx, purse, on_tile(here), amount) == MOVE_DONE)
		gold_log(tx, me, "drops", amount);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_NO_ROOM);
}

enum text_id carry_refusal(const struct player *player, const struct item_def *item)
{
	if ((player->privileges & PRIVILEGE_STAFF) != 0)
		return TEXT_ID_COUNT;
	if ((item->flags & ITEM_IS_NEWBIE) != 0)
		return TEXT_DROP_NEWBIE;
	return (item->flags & (ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) != 0 ? TEXT_DROP_BOUND : TEXT_ID_COUNT;
}

static void drop_item(struct tx *tx, const struct actor *me, unsigned slot, unsigned amount)
{
	const struct item_def *item = inventory_item(tx, me->player, slot);
	if (item == NULL)
		return;
	enum text_id why = carry_refusal(me->player, item);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	struct end bag = in_slot(me->index, slot), here = on_tile(body_place(me->body));
	struct stack stack = end_stack(tx, bag);
	stack.amount = (uint16_t)(amount < stack.amount ? amount : stack.amount);
	stack.amount = (uint16_t)end_room(tx, here, stack); /* a pile takes what it has room for */
	if (stack.amount == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_NO_ROOM);
		return;
	}
	bool last = stack.amount == end_stack(tx, bag).amount;
	if (last && me->player->equipment[EQUIP_BACKPACK] == slot && !equip_backpack_empty(tx, me, NULL))
		return;
	if (item_move(tx, bag, here, stack.amount) != MOVE_DONE)
		return;
	if (item->kind == ITEM_BOAT)
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_BOAT);
	carry_log(tx, me, "drops", stack);
}

enum tx_verdict rule_drop(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int32_t amount = packet->DROP.amount;
	if (amount < 1 || amount > STACK_MAX || (me->body->flags & BODY_SAILING) != 0 || keeps_hands_off(me->player))
		return TX_COMMIT;
	if (packet->DROP.slot == SLOT_GOLD)
		drop_gold(tx, me, amount);
	else
		drop_item(tx, me, (unsigned)packet->DROP.slot, (unsigned)amount);
	return TX_COMMIT;
}

/* --- moving between slots ---------------------------------------------------------------------------------------------------- */

/* May what lies in `from` lie in `to` (2.2.3)? The backpack that is worn cannot lie in itself. */
static bool slot_may_take(const struct tx *tx, const struct player *player, unsigned from, unsigned to)
{
	const struct item_def *item = catalog_item(tx->catalog, player->inventory[from - 1].item);
	if (item == NULL)
		return true;
	return inventory_slot_takes(player, to, item) &&
		   (to <= INVENTORY_SLOTS_NORMAL || player->equipment[EQUIP_BACKPACK] != from);
}

enum tx_verdict rule_move_item(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	const struct player *player = me->player;
	unsigned slots = inventory_slots(tx, player);
	unsigned from = (unsigned)packet->MOVE_ITEM.from_slot, to = (unsigned)packet->MOVE_ITEM.to_slot;
	if (player->trading != 0 || from < 1 || from > slots || to < 1 || to > slots || from == to)
		return TX_COMMIT; /* the bank's and the merchant's grids send it too (protocol.md 3.2) */
	if (player->inventory[from - 1].item == 0 && player->inventory[to - 1].item == 0)
		return TX_COMMIT;
	if (slot_may_take(tx, player, from, to) && slot_may_take(tx, player, to, from))
		item_swap(tx, me->index, from, to);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM_BACKPACK);
	return TX_COMMIT;
}
