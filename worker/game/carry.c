/* carry.c - picking up, dropping, moving, wearing. rules-economy-social-admin.md 2.3 to 2.7. */
#include "common/catalog/tables.h"
#include "worker/game/ground.h"
#include "worker/game/inventory.h"
#include "worker/game/look.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum { GOLD_ITEM = 12, LOG_AMOUNT = 1000, LOG_WORTH = 50000, LOG_GOLD = 10000 };

static struct place place_of(const struct actor *me)
{
	return (struct place){.map = me->body->map, .x = me->body->x, .y = me->body->y};
}

/* Which moves are written down (rules-economy-social-admin.md 2.9). */
static void move_log(struct tx *tx, const struct actor *me, const char *what, const struct item_def *item,
					 struct stack stack)
{
	bool always = (item->flags & ITEM_IS_LOGGED) != 0 || item->kind == ITEM_KEY;
	bool large = stack.amount >= LOG_AMOUNT || (int64_t)stack.amount * item->price >= LOG_WORTH;
	if (!always && (!large || (item->flags & ITEM_IS_NOT_LOGGED) != 0))
		return;
	tx_log(tx, LOG_LEVEL_INFO, "%s %s %u x %s (item %u), map %u (%u,%u)", me->player->name, what, stack.amount,
		   catalog_text(tx->catalog, item->name), stack.item, me->body->map, me->body->x, me->body->y);
}

/* --- picking up ---------------------------------------------------------------------------------------------------------------- */

static void pick_up_gold(struct tx *tx, const struct actor *me, struct stack pile)
{
	/* What does not fit the purse stays. */
	int32_t room = GOLD_MAX - me->player->gold;
	unsigned amount = (unsigned)(pile.amount < room ? pile.amount : room);
	if (amount == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_PURSE_FULL);
		return;
	}
	struct stack taken = ground_take(tx, place_of(me), amount);
	purse_add(tx, me->index, taken.amount);
	if (taken.amount >= LOG_GOLD)
		tx_log(tx, LOG_LEVEL_INFO, "%s picks up %u gold, map %u (%u,%u)", me->player->name, taken.amount, me->body->map,
			   me->body->x, me->body->y);
}

enum tx_verdict rule_pick_up(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	struct place here = place_of(me);
	struct stack pile = ground_at(tx->world, here.map, here.x, here.y);
	const struct item_def *item = catalog_item(tx->catalog, pile.item);
	if (item == NULL) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NOTHING_HERE);
		return TX_COMMIT;
	}
	if ((item->flags & ITEM_IS_FIXED) != 0)
		return TX_COMMIT;
	if (item->kind == ITEM_GOLD) {
		pick_up_gold(tx, me, pile);
		return TX_COMMIT;
	}
	if (inventory_slot_for(tx, me->player, pile) == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM);
		return TX_COMMIT;
	}
	struct stack taken = ground_take(tx, here, pile.amount);
	inventory_add(tx, me->index, taken);
	move_log(tx, me, "picks up", item, taken);
	return TX_COMMIT;
}

/* --- dropping ------------------------------------------------------------------------------------------------------------------ */

/* A pile of gold on his own tile or near it (F-05); a packet drops at most one pile of 10,000. */
static void drop_gold(struct tx *tx, const struct actor *me, int amount)
{
	struct stack pile = {.item = GOLD_ITEM, .amount = (uint16_t)amount};
	struct place here = place_of(me);
	if (amount > me->player->gold) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_ENOUGH_GOLD);
		return;
	}
	if (catalog_item(tx->catalog, GOLD_ITEM) == NULL)
		return;
	if (ground_room(tx->world, here.map, here.x, here.y, pile) < pile.amount)
		here = tile_for_item(tx, here, pile);
	if (here.map == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_NO_ROOM);
		return;
	}
	if (!purse_take(tx, me->index, amount))
		return;
	ground_add(tx, here, pile);
	if (amount >= LOG_GOLD)
		tx_log(tx, LOG_LEVEL_INFO, "%s drops %d gold, map %u (%u,%u)", me->player->name, amount, here.map, here.x,
			   here.y);
}

static void drop_item(struct tx *tx, const struct actor *me, unsigned slot, unsigned amount)
{
	const struct item_def *item = inventory_item(tx, me->player, slot);
	bool staff = (me->player->privileges & PRIVILEGE_STAFF) != 0;
	if (item == NULL)
		return;
	if ((item->flags & ITEM_IS_NEWBIE) != 0 && !staff) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_NEWBIE);
		return;
	}
	if ((item->flags & (ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) != 0 && !staff) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_BOUND);
		return;
	}
	if (me->player->equipment[EQUIP_BACKPACK] == slot && !backpack_is_empty(tx, me->player)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_BACKPACK_NOT_EMPTY);
		return;
	}
	struct place here = place_of(me);
	struct stack wish = me->player->inventory[slot - 1];
	wish.amount = (uint16_t)(amount < wish.amount ? amount : wish.amount);
	unsigned room = ground_room(tx->world, here.map, here.x, here.y, wish);
	if (room == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_NO_ROOM);
		return;
	}
	struct stack taken = inventory_take(tx, me->index, slot, room);
	ground_add(tx, here, taken);
	if (item->kind == ITEM_BOAT)
		tell_text(tx, me->index, FONT_INFO, TEXT_DROP_BOAT);
	move_log(tx, me, "drops", item, taken);
}

enum tx_verdict rule_drop(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int amount = (int)packet->DROP.amount;
	if (amount < 1 || amount > STACK_MAX || (me->body->flags & BODY_SAILING) != 0)
		return TX_COMMIT;
	if (packet->DROP.slot == SLOT_GOLD)
		drop_gold(tx, me, amount);
	else
		drop_item(tx, me, (unsigned)packet->DROP.slot, (unsigned)amount);
	return TX_COMMIT;
}

/* --- moving between slots ------------------------------------------------------------------------------------------------------ */

/* A backpack's own slots take only what drops on death; and not the backpack itself. */
static bool slot_takes(const struct tx *tx, const struct player *player, unsigned from, unsigned to)
{
	const struct item_def *item = catalog_item(tx->catalog, player->inventory[from - 1].item);
	return to <= INVENTORY_SLOTS_NORMAL || item == NULL ||
		   (item_drops(item) && player->equipment[EQUIP_BACKPACK] != from);
}

enum tx_verdict rule_move_item(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	struct player *player = me->player;
	unsigned slots = inventory_slots(tx, player);
	unsigned from = (unsigned)packet->MOVE_ITEM.from_slot, to = (unsigned)packet->MOVE_ITEM.to_slot;
	if (player->trading != 0 || from < 1 || from > slots || to < 1 || to > slots || from == to)
		return TX_COMMIT; /* the bank's and the merchant's grids send it too (protocol.md 3.2) */
	if (!slot_takes(tx, player, from, to) || !slot_takes(tx, player, to, from)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM_BACKPACK);
		return TX_COMMIT;
	}
	struct stack stack = player->inventory[from - 1];
	SET(tx, player->inventory[from - 1], player->inventory[to - 1]);
	SET(tx, player->inventory[to - 1], stack);
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		if (player->equipment[place] == from)
			SET(tx, player->equipment[place], (uint8_t)to);
		else if (player->equipment[place] == to)
			SET(tx, player->equipment[place], (uint8_t)from);
	}
	player_changed(tx, player);
	inventory_tell(tx, me->index, from);
	inventory_tell(tx, me->index, to);
	return TX_COMMIT;
}

/* --- wearing ------------------------------------------------------------------------------------------------------------------- */

bool backpack_is_empty(const struct tx *tx, const struct player *player)
{
	(void)tx;
	for (unsigned slot = INVENTORY_SLOTS_NORMAL + 1; slot <= INVENTORY_SLOTS; slot++) {
		if (player->inventory[slot - 1].item != 0)
			return false;
	}
	return true;
}

static bool race_fits(const struct item_def *item, const struct player *player)
{
	bool short_race = player->race == RACE_GNOME || player->race == RACE_DWARF;
	if ((item->flags & ITEM_FOR_DROW) != 0 && player->race != RACE_DROW)
		return false;
	return ((item->flags & ITEM_FOR_SHORT_RACES) != 0) == short_race;
}

static bool faction_fits(const struct item_def *item, const struct player *player)
{
	if ((item->flags & ITEM_FOR_ARMY) != 0 && (player_is_criminal(player) || !player->royal_army))
		return false;
	return (item->flags & ITEM_FOR_CHAOS) == 0 || (player_is_criminal(player) && player->chaos_legion);
}

/* rules-economy-social-admin.md 2.6; TEXT_ID_COUNT = it may be worn. The staff is not asked for class and newbie. */
static enum text_id equip_refusal(const struct item_def *item, const struct player *player)
{
	bool staff = (player->privileges & PRIVILEGE_STAFF) != 0;
	if ((item->flags & ITEM_IS_NEWBIE) != 0 && player->level > LEVEL_NEWBIE_LAST && !staff)
		return TEXT_EQUIP_NEWBIE;
	if (item->kind == ITEM_BACKPACK)
		return TEXT_ID_COUNT;
	if (!staff && item_class_forbidden(item, player->class_id))
		return TEXT_EQUIP_CLASS;
	if (item->kind == ITEM_ARMOUR) {
		if (((item->flags & ITEM_FOR_WOMEN) != 0 && player->gender != GENDER_WOMAN) ||
			((item->flags & ITEM_FOR_MEN) != 0 && player->gender != GENDER_MAN))
			return TEXT_EQUIP_GENDER;
		if (!race_fits(item, player))
			return TEXT_EQUIP_RACE;
	}
	return faction_fits(item, player) ? TEXT_ID_COUNT : TEXT_EQUIP_FACTION;
}

static void take_off_by_wish(struct tx *tx, const struct actor *me, enum equipment_place place)
{
	if (place == EQUIP_BACKPACK && !backpack_is_empty(tx, me->player)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_BACKPACK_NOT_EMPTY);
		return;
	}
	equipment_take_off(tx, me->index, place);
}

static void put_on(struct tx *tx, const struct actor *me, enum equipment_place place, unsigned slot)
{
	if (place == EQUIP_BACKPACK && me->player->equipment[place] != 0 && !backpack_is_empty(tx, me->player)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_BACKPACK_NOT_EMPTY);
		return;
	}
	unsigned before = me->player->equipment[place];
	SET(tx, me->player->equipment[place], (uint8_t)slot);
	player_changed(tx, me->player);
	if (before != 0)
		inventory_tell(tx, me->index, before);
	inventory_tell(tx, me->index, slot);
	inventory_look(tx, me->index);
	if (place == EQUIP_WEAPON && (me->body->flags & BODY_ADMIN_INVISIBLE) == 0)
		show_sound(tx, me->body->map, me->body->x, me->body->y, SOUND_EQUIP_WEAPON);
}

enum tx_verdict rule_equip(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = (unsigned)packet->EQUIP_ITEM.slot;
	const struct item_def *item = inventory_item(tx, me->player, slot);
	if (item == NULL)
		return TX_COMMIT;
	enum equipment_place place = item_place(item);
	if (place == EQUIP_COUNT) {
		tell_text(tx, me->index, FONT_INFO, TEXT_EQUIP_NOT);
		return TX_COMMIT;
	}
	if (me->player->equipment[place] == slot) {
		take_off_by_wish(tx, me, place);
		return TX_COMMIT;
	}
	enum text_id why = equip_refusal(item, me->player);
	if (why != TEXT_ID_COUNT)
		tell_text(tx, me->index, FONT_INFO, why);
	else
		put_on(tx, me, place, slot);
	return TX_COMMIT;
}
