/* door.c - a double click: doors that open and close, signs that are read; and keys that lock and unlock.
 *
 * A door is three items in turn: open, closed, locked (rules-economy-social-admin.md 2.10). The tile is read anew each
 * time: what the player pointed at before proves nothing. */
#include "worker/game/ground.h"
#include "worker/game/inventory.h"
#include "worker/game/rule.h"
#include "worker/game/sight.h"
#include "worker/game/tile.h"

enum { DOOR_REACH_SQUARED = 4 }; /* two tiles, straight */

static bool in_reach(const struct body *body, int x, int y)
{
	int dx = x - body->x, dy = y - body->y;
	return dx * dx + dy * dy <= DOOR_REACH_SQUARED;
}

/* A door fills its tile and the one to the west. */
static bool somebody_in_the_door(const struct world *world, const struct place *at)
{
	return tile_occupant(world, at->map, at->x, at->y) != 0 || tile_occupant(world, at->map, at->x - 1, at->y) != 0;
}

static void door_turn(struct tx *tx, const struct actor *me, struct place at, const struct item_def *door)
{
	bool closed = (door->flags & ITEM_IS_CLOSED) != 0;
	uint16_t next = closed ? door->opened : door->closed;
	enum text_id why = TEXT_ID_COUNT;
	if (!in_reach(me->body, at.x, at.y))
		why = TEXT_TOO_FAR;
	else if ((door->flags & ITEM_IS_LOCKED) != 0)
		why = TEXT_DOOR_LOCKED;
	else if ((door->flags & ITEM_DOOR_IS_STUCK) != 0 || catalog_item(tx->catalog, next) == NULL)
		why = TEXT_DOOR_STUCK;
	else if (!closed && somebody_in_the_door(tx->world, &at))
		why = TEXT_DOOR_BLOCKED;
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	tile_block(tx, at.map, at.x, at.y, !closed); /* first: the look of a door says too whether it blocks */
	tile_block(tx, at.map, at.x - 1, at.y, !closed);
	ground_become(tx, at, next);
	show_sound(tx, at.map, at.x, at.y, SOUND_DOOR);
}

static void sign_read(struct tx *tx, const struct actor *me, const struct item_def *sign)
{
	const char *text = catalog_text(tx->catalog, sign->sign_text);
	if (text[0] == '\0') {
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_SIGN_EMPTY);
		return;
	}
	if (tx->dialect == DIALECT_GODOT)
		TELL(tx, me->index, SHOW_MESSAGE_BOX, .text = text_of(text)); /* it has no window for signs */
	else
		TELL(tx, me->index, SHOW_SIGNAL, .text = text_of(text), .grh_index = sign->sign_graphic);
}

/* The hand goes for the door on the tile itself, not for the creature one tile below that the look prefers: else whatever
 * stands before a door would keep it as it is. */
static struct target hand_target(const struct tx *tx, const struct body *from, int x, int y)
{
	struct target target = sight_target(tx, from, x, y);
	const struct body *creature = handle_body(tx->world, target.creature);
	if (creature == NULL || (creature->x == x && creature->y == y))
		return target;
	struct target object = {.map = from->map, .x = (uint8_t)x, .y = (uint8_t)y};
	sight_object(tx, from->map, x, y, &object);
	const struct item_def *item = catalog_item(tx->catalog, object.object);
	return item != NULL && item->kind == ITEM_DOOR ? object : target;
}

enum tx_verdict rule_double_click(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int x = packet->DOUBLE_CLICK.x, y = packet->DOUBLE_CLICK.y;
	if (!tile_is_on_map(x, y) || !tile_in_sight(me->body, x, y))
		return TX_COMMIT;
	SET(tx, me->player->target, hand_target(tx, me->body, x, y));
	const struct target *target = &me->player->target;
	const struct item_def *item = catalog_item(tx->catalog, target->object);
	if (target->creature.index != 0 || (item != NULL && item->kind == ITEM_FORUM)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET); /* shops, banks, priests, boards */
	} else if (item != NULL && item->kind == ITEM_DOOR) {
		door_turn(tx, me, (struct place){.map = me->body->map, .x = target->object_x, .y = target->object_y}, item);
	} else if (item != NULL && item->kind == ITEM_SIGN) {
		sign_read(tx, me, item);
	}
	return TX_COMMIT;
}

/* --- keys -------------------------------------------------------------------------------------------------------------- */

static void key_turn(struct tx *tx, const struct actor *me, const struct item_def *key)
{
	const struct target *target = &me->player->target;
	struct place at = {.map = target->map, .x = target->object_x, .y = target->object_y};
	bool here = target->object != 0 && at.map == me->body->map && tile_is_on_map(at.x, at.y);
	const struct item_def *door =
		here ? catalog_item(tx->catalog, ground_at(tx->world, at.map, at.x, at.y).item) : NULL;
	bool locked = door != NULL && (door->flags & ITEM_IS_LOCKED) != 0;
	if (door == NULL || door->kind != ITEM_DOOR) {
		tell_text(tx, me->index, FONT_INFO, TEXT_KEY_NO_DOOR);
	} else if (!in_reach(me->body, at.x, at.y)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_TOO_FAR);
	} else if ((door->flags & ITEM_IS_CLOSED) == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_KEY_DOOR_OPEN);
	} else if (door->lock != key->lock || catalog_item(tx->catalog, locked ? door->closed : door->locked) == NULL) {
		tell_text(tx, me->index, FONT_INFO, TEXT_KEY_WRONG);
	} else {
		ground_become(tx, at, locked ? door->closed : door->locked);
		tell_text(tx, me->index, FONT_INFO, locked ? TEXT_KEY_OPENS : TEXT_KEY_LOCKS);
	}
}

/* A pile of gold among the things becomes gold in the purse: as much as there is room for. */
static void gold_pocket(struct tx *tx, const struct actor *me, unsigned slot)
{
	int32_t room = GOLD_MAX - me->player->gold;
	unsigned amount = me->player->inventory[slot - 1].amount;
	if (room < (int32_t)amount)
		amount = (unsigned)room;
	if (amount == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_PURSE_FULL);
		return;
	}
	struct stack taken = inventory_take(tx, me->index, slot, amount);
	purse_add(tx, me->index, taken.amount);
}

enum tx_verdict rule_use_item(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = (unsigned)packet->USE_ITEM.slot;
	const struct item_def *item = inventory_item(tx, me->player, slot);
	if (item == NULL)
		return TX_COMMIT;
	if (item->kind == ITEM_KEY)
		key_turn(tx, me, item);
	else if (item->kind == ITEM_GOLD)
		gold_pocket(tx, me, slot);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
	return TX_COMMIT;
}
