/* double_click.c - a double click on the map: doors open and close, signs are read, and those who have something to offer
 * will offer it. rules-economy-social-admin.md 2.10, protocol.md 2.5. */
#include "worker/game/death.h"
#include "worker/game/door.h"
#include "worker/game/sight.h"
#include "worker/game/tile.h"

static void sign_read(struct tx *tx, const struct actor *me, const struct item_def *sign)
{
	const char *text = catalog_text(tx->catalog, sign->sign_text);
	if (text[0] == '\0')
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_SIGN_EMPTY);
	else if (tx->dialect == DIALECT_GODOT)
		TELL(tx, me->index, SHOW_MESSAGE_BOX, .text = text_of(text)); /* it has no window for signs */
	else
		TELL(tx, me->index, SHOW_SIGNAL, .text = text_of(text), .grh_index = sign->sign_graphic);
}

/* Those whom a double click asks for something; the others are only looked at. */
static bool creature_serves(const struct tx *tx, struct handle handle)
{
	const struct body *body = handle_body(tx->world, handle);
	const struct creature_def *creature = body != NULL ? catalog_creature(tx->catalog, body->creature) : NULL;
	if (creature == NULL)
		return false;
	switch (creature->kind) {
	case CREATURE_TRAINER:
	case CREATURE_BANKER:
	case CREATURE_NOBLE:
	case CREATURE_GAMBLER:
	case CREATURE_GOVERNOR:
		return true;
	default:
		return (creature->flags & CREATURE_TRADES) != 0;
	}
}

static bool creature_is_priest(const struct tx *tx, struct handle handle)
{
	const struct body *body = handle_body(tx->world, handle);
	const struct creature_def *creature = body != NULL ? catalog_creature(tx->catalog, body->creature) : NULL;
	return creature != NULL && (creature->kind == CREATURE_PRIEST || creature->kind == CREATURE_NEWBIE_PRIEST);
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
	if (creature_is_priest(tx, target->creature))
		priest_visit(tx, me, target->creature.index);
	else if (creature_serves(tx, target->creature) || (item != NULL && item->kind == ITEM_FORUM))
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
	else if (item != NULL && item->kind == ITEM_DOOR && me->player->dead)
		tell_text(tx, me->index, FONT_INFO, TEXT_DEAD_CANNOT); /* ghosts open nothing (14.3) */
	else if (item != NULL && item->kind == ITEM_DOOR)
		door_turn(tx, me, (struct place){.map = me->body->map, .x = target->object_x, .y = target->object_y});
	else if (item != NULL && item->kind == ITEM_SIGN)
		sign_read(tx, me, item);
	return TX_COMMIT;
}
