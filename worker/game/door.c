#include "worker/game/door.h"

#include "worker/game/ground.h"
#include "worker/game/tile.h"

enum { REACH_SQUARED = 4 }; /* two tiles, straight */

static bool in_reach(const struct body *body, struct place at)
{
	int dx = at.x - body->x, dy = at.y - body->y;
	return dx * dx + dy * dy <= REACH_SQUARED;
}

static const struct item_def *door_at(const struct tx *tx, struct place at)
{
	const struct item_def *item = catalog_item(tx->catalog, ground_at(tx->world, at.map, at.x, at.y).item);
	return item != NULL && item->kind == ITEM_DOOR ? item : NULL;
}

static bool somebody_in_it(const struct tx *tx, struct place at)
{
	return tile_occupant(tx->world, at.map, at.x, at.y) != 0 || tile_occupant(tx->world, at.map, at.x - 1, at.y) != 0;
}

static enum text_id turn_refusal(const struct tx *tx, const struct actor *me, struct place at,
								 const struct item_def *door)
{
	bool closed = (door->flags & ITEM_IS_CLOSED) != 0;
	if (!in_reach(me->body, at))
		return TEXT_TOO_FAR;
	if ((door->flags & ITEM_IS_LOCKED) != 0)
		return TEXT_DOOR_LOCKED;
	if ((door->flags & ITEM_DOOR_IS_STUCK) != 0 ||
		catalog_item(tx->catalog, closed ? door->opened : door->closed) == NULL)
		return TEXT_DOOR_STUCK;
	return !closed && somebody_in_it(tx, at) ? TEXT_DOOR_BLOCKED : TEXT_ID_COUNT;
}

void door_turn(struct tx *tx, const struct actor *me, struct place at)
{
	const struct item_def *door = door_at(tx, at);
	if (door == NULL)
		return;
	enum text_id why = turn_refusal(tx, me, at, door);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	bool closed = (door->flags & ITEM_IS_CLOSED) != 0;
	ground_become(tx, at, closed ? door->opened : door->closed);
	tile_block(tx, at.map, at.x, at.y, !closed);
	tile_block(tx, at.map, at.x - 1, at.y, !closed);
	show_sound(tx, at.map, at.x, at.y, SOUND_DOOR);
}

void door_key(struct tx *tx, const struct actor *me, const struct item_def *key)
{
	const struct target *target = &me->player->target;
	struct place at = {.map = target->map, .x = target->object_x, .y = target->object_y};
	const struct item_def *door = target->object != 0 && at.map == me->body->map ? door_at(tx, at) : NULL;
	enum text_id said;
	if (door == NULL) {
		said = TEXT_KEY_NO_DOOR;
	} else if (!in_reach(me->body, at)) {
		said = TEXT_TOO_FAR;
	} else if ((door->flags & ITEM_IS_CLOSED) == 0) {
		said = TEXT_KEY_DOOR_OPEN;
	} else {
		bool locked = (door->flags & ITEM_IS_LOCKED) != 0;
		uint16_t next = locked ? door->closed : door->locked;
		bool fits = door->lock == key->lock && catalog_item(tx->catalog, next) != NULL;
		said = !fits ? TEXT_KEY_WRONG : locked ? TEXT_KEY_OPENS : TEXT_KEY_LOCKS;
		if (fits)
			ground_become(tx, at, next);
	}
	tell_text(tx, me->index, FONT_INFO, said);
}
