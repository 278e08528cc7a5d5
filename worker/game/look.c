#include "worker/game/look.h"

#include <string.h>

#include "common/catalog/catalog.h"
#include "common/catalog/tables.h"

const struct stack *player_worn(const struct player *player, enum equipment_place place)
{
	unsigned slot = player->equipment[place];
	if (slot == 0 || slot > INVENTORY_SLOTS || player->inventory[slot - 1].item == 0)
		return NULL;
	return &player->inventory[slot - 1];
}

static const struct item_def *worn_item(const struct tx *tx, const struct player *player, enum equipment_place place)
{
	const struct stack *stack = player_worn(player, place);
	return stack != NULL ? catalog_item(tx->catalog, stack->item) : NULL;
}

static int16_t animation_or_nothing(const struct item_def *item, bool short_race)
{
	if (item == NULL)
		return ANIMATION_NOTHING;
	int16_t animation = short_race && item->short_animation > 0 ? item->short_animation : item->animation;
	return animation > 0 ? animation : ANIMATION_NOTHING;
}

static void look_of_the_dead(struct body *body)
{
	bool at_sea = (body->flags & BODY_SAILING) != 0;
	body->look = at_sea ? BODY_DEAD_AT_SEA : BODY_DEAD;
	body->head = at_sea ? 0 : HEAD_DEAD;
	body->flags |= BODY_GHOST;
	body->weapon = body->shield = body->helmet = ANIMATION_NOTHING;
}

static void look_of_the_living(const struct tx *tx, const struct player *player, struct body *body)
{
	const struct item_def *armour = worn_item(tx, player, EQUIP_ARMOUR);
	const struct item_def *boat = worn_item(tx, player, EQUIP_BOAT);
	bool short_race = player->race == RACE_GNOME || player->race == RACE_DWARF;
	bool naked = armour == NULL || armour->body <= 0;

	body->flags &= ~(uint32_t)(BODY_GHOST | BODY_NAKED);
	body->flags |= naked ? BODY_NAKED : 0u;
	body->head = player->head;
	body->look = naked ? (int16_t)table_naked_body(player->race, player->gender) : armour->body;
	body->weapon = animation_or_nothing(worn_item(tx, player, EQUIP_WEAPON), short_race);
	body->shield = animation_or_nothing(worn_item(tx, player, EQUIP_SHIELD), false);
	body->helmet = animation_or_nothing(worn_item(tx, player, EQUIP_HELMET), false);
	if ((body->flags & BODY_SAILING) != 0 && boat != NULL) {
		body->look = (body->flags & BODY_HIDDEN) != 0 ? BODY_DEAD_AT_SEA : boat->body; /* a pirate's, 9.5 */
		body->head = 0;
		body->weapon = body->shield = body->helmet = ANIMATION_NOTHING;
	}
}

bool look_update(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	struct body next = *body;
	if (player->dead)
		look_of_the_dead(&next);
	else
		look_of_the_living(tx, player, &next);
	if (memcmp(&next, body, sizeof next) == 0)
		return false;
	TOUCH(tx, *body);
	*body = next;
	return true;
}
