/* equip.c - putting things on and taking them off. rules-economy-social-admin.md 2.6. */
#include "worker/game/equip.h"

#include "common/catalog/tables.h"
#include "worker/game/carry.h"
#include "worker/game/gates.h"
#include "worker/game/inventory.h"
#include "worker/game/move.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

/* --- who may wear what ----------------------------------------------------------------------------------------------------- */

static bool gender_fits(const struct item_def *item, const struct player *player)
{
	return ((item->flags & ITEM_FOR_WOMEN) == 0 || player->gender == GENDER_WOMAN) &&
		   ((item->flags & ITEM_FOR_MEN) == 0 || player->gender == GENDER_MAN);
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
	bool criminal = player_is_criminal(player);
	return ((item->flags & ITEM_FOR_ARMY) == 0 || (!criminal && player->royal_army)) &&
		   ((item->flags & ITEM_FOR_CHAOS) == 0 || (criminal && player->chaos_legion));
}

/* The table of 2.6, a column per line; TEXT_ID_COUNT = it may be worn. */
static enum text_id equip_refusal(const struct item_def *item, const struct player *player)
{
	bool staff = (player->privileges & PRIVILEGE_STAFF) != 0;
	if ((item->flags & ITEM_IS_NEWBIE) != 0 && player->level > LEVEL_NEWBIE_LAST)
		return TEXT_EQUIP_NEWBIE;
	if (item->kind == ITEM_BACKPACK)
		return TEXT_ID_COUNT;
	if (!staff && item_class_forbidden(item, player->class_id))
		return TEXT_EQUIP_CLASS;
	if (item->kind == ITEM_ARMOUR && !gender_fits(item, player))
		return TEXT_EQUIP_GENDER;
	if (item->kind == ITEM_ARMOUR && !race_fits(item, player))
		return TEXT_EQUIP_RACE;
	return faction_fits(item, player) ? TEXT_ID_COUNT : TEXT_EQUIP_FACTION;
}

/* --- backpacks --------------------------------------------------------------------------------------------------------------- */

/* Whether everything beyond the slots that stay may be dropped at all, before any of it is. */
static bool may_be_emptied(const struct tx *tx, const struct actor *me, unsigned slots_left)
{
	struct place here = body_place(me->body);
	for (unsigned slot = slots_left + 1; slot <= inventory_slots(tx, me->player); slot++) {
		const struct item_def *item = inventory_item(tx, me->player, slot);
		if (item == NULL)
			continue;
		/* Not in an arena: there things are hidden from who would win them (2.13). */
		if (!item_drops(item) || carry_refusal(me->player, item) != TEXT_ID_COUNT ||
			tile_trigger(tx->catalog, here.map, here.x, here.y) == TRIGGER_ARENA)
			return false;
	}
	return true;
}

bool equip_backpack_empty(struct tx *tx, const struct actor *me, const struct item_def *next)
{
	struct place here = body_place(me->body);
	unsigned slots_left = inventory_slots_with(next);
	bool emptied = may_be_emptied(tx, me, slots_left);
	for (unsigned slot = slots_left + 1; emptied && slot <= inventory_slots(tx, me->player); slot++) {
		struct stack stack = end_stack(tx, in_slot(me->index, slot));
		if (stack.item == 0)
			continue;
		struct place free = tile_for_item(tx, here, stack);
		emptied = free.map != 0 && item_move(tx, in_slot(me->index, slot), on_tile(free), stack.amount) == MOVE_DONE;
		if (emptied)
			carry_log(tx, me, "drops from the backpack", stack);
	}
	if (!emptied)
		tell_text(tx, me->index, FONT_INFO, TEXT_BACKPACK_NOT_EMPTY);
	return emptied;
}

/* --- the rule ------------------------------------------------------------------------------------------------------------------ */

static void put_on(struct tx *tx, const struct actor *me, enum equipment_place place, unsigned slot,
				   const struct item_def *item)
{
	enum text_id why = equip_refusal(item, me->player);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	if (place == EQUIP_BACKPACK && slot > INVENTORY_SLOTS_NORMAL) {
		tell_text(tx, me->index, FONT_INFO, TEXT_BACKPACK_INSIDE);
		return;
	}
	if (place == EQUIP_BACKPACK && me->player->equipment[place] != 0 && !equip_backpack_empty(tx, me, item))
		return;
	equipment_put_on(tx, me->index, place, slot);
	if (place == EQUIP_WEAPON && (me->body->flags & BODY_ADMIN_INVISIBLE) == 0)
		show_sound(tx, me->body->map, me->body->x, me->body->y, SOUND_EQUIP_WEAPON);
}

enum tx_verdict rule_equip(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = (unsigned)packet->EQUIP_ITEM.slot;
	const struct item_def *item = inventory_item(tx, me->player, slot);
	/* rules-life-combat-magic.md 13.18: not as fast as one likes in a fight. */
	if (item == NULL || !gate_use(tx, me->index))
		return TX_COMMIT;
	enum equipment_place place = item_place(item);
	if (place == EQUIP_COUNT)
		tell_text(tx, me->index, FONT_INFO, TEXT_EQUIP_NOT);
	else if (me->player->equipment[place] != slot)
		put_on(tx, me, place, slot, item);
	else if (place != EQUIP_BACKPACK || equip_backpack_empty(tx, me, NULL))
		equipment_take_off(tx, me->index, place);
	return TX_COMMIT;
}
