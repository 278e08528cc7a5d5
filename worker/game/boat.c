/* boat.c - boarding and going ashore. rules-life-combat-magic.md 9.6, rules-economy-social-admin.md 3.6. */
#include "common/catalog/tables.h"
#include "worker/game/consume.h"
#include "worker/game/effects.h"
#include "worker/game/inventory.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"

enum {
	LEVEL_OTHERS = 25,
	LEVEL_SEAMEN = 20, /* pirates, and workers who know all of fishing */
};

/* F-14: points in navigation that a boat asks of this class. */
int boat_skill_needed(unsigned class_id, unsigned fishing, int boat_skill)
{
	double factor = 2;
	if (class_id == CLASS_PIRATE)
		factor = 1;
	else if (class_id == CLASS_WORKER && fishing >= SKILL_MAX)
		factor = 1.71;
	return (int)vb_round(boat_skill * factor);
}

/* A tile beside him where he could go with this terrain under him. */
static bool neighbour_is(const struct tx *tx, const struct body *body, unsigned terrain)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		int x = body->x, y = body->y;
		tile_neighbour(heading, &x, &y);
		if (tile_is_legal(tx, body->map, x, y, terrain))
			return true;
	}
	return false;
}

/* Told why not; true: he may board. */
static bool may_board(struct tx *tx, const struct actor *me, const struct item_def *boat)
{
	const struct player *player = me->player;
	unsigned fishing = player->skills[SKILL_FISHING - 1];
	bool worker = player->class_id == CLASS_WORKER;
	int level = worker || player->class_id == CLASS_PIRATE ? LEVEL_SEAMEN : LEVEL_OTHERS;
	int skill = boat_skill_needed(player->class_id, fishing, boat->skill_needed);
	if (player->level < level)
		tell_text(tx, me->index, FONT_INFO, TEXT_BOAT_LEVEL, level);
	else if (worker && player->level < LEVEL_OTHERS && fishing < SKILL_MAX)
		tell_text(tx, me->index, FONT_INFO, TEXT_BOAT_LEVEL_FISHING, (int)LEVEL_OTHERS);
	else if (player->skills[SKILL_NAVIGATION - 1] < skill)
		tell_text(tx, me->index, FONT_INFO, TEXT_BOAT_SKILL, skill);
	else if (!neighbour_is(tx, me->body, WANT_WATER))
		tell_text(tx, me->index, FONT_INFO, TEXT_BOAT_NO_WATER);
	else
		return true;
	return false;
}

/* At sea everybody is drawn; the spell's invisibility goes on and shows again ashore. */
static void board(struct tx *tx, const struct actor *me, unsigned slot)
{
	effect_reveal(tx, me->index);
	bool invisible = (me->body->flags & BODY_INVISIBLE) != 0;
	SET(tx, me->body->flags, me->body->flags | BODY_SAILING);
	equipment_put_on(tx, me->index, EQUIP_BOAT, slot);
	if (invisible)
		presence_veil(tx, me->index);
	presence_sound(tx, me->index, SOUND_BOAT);
	say_toggle(tx, me->index, TOGGLE_NAVIGATE, true);
	effects_ground_changed(tx, me->index);
}

void boat_leave(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	if ((body->flags & BODY_SAILING) == 0)
		return;
	effect_reveal(tx, index); /* a pirate behind his ghost ship */
	SET(tx, body->flags, body->flags & ~(uint32_t)BODY_SAILING);
	equipment_take_off(tx, index, EQUIP_BOAT);
	if ((body->flags & BODY_INVISIBLE) != 0)
		presence_veil(tx, index);
	presence_sound(tx, index, SOUND_BOAT);
	say_toggle(tx, index, TOGGLE_NAVIGATE, false);
	effects_ground_changed(tx, index);
}

void boat_use(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *boat)
{
	const struct body *body = me->body;
	if ((body->flags & BODY_SAILING) == 0) {
		if (may_board(tx, me, boat))
			board(tx, me, slot);
		return;
	}
	if (tile_is_water(tx->catalog, body->map, body->x, body->y) && !neighbour_is(tx, body, WANT_LAND))
		tell_text(tx, me->index, FONT_INFO, TEXT_BOAT_NO_LAND);
	else
		boat_leave(tx, me->index);
}
