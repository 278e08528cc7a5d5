#include "worker/game/look.h"

#include <string.h>

#include "common/catalog/tables.h"
#include "worker/game/wire.h"

const struct stack *player_worn(const struct player *player, enum equipment_place place)
{
	unsigned slot = player->equipment[place];
	if (slot == 0 || slot > INVENTORY_SLOTS || player->inventory[slot - 1].item == 0)
		return NULL;
	return &player->inventory[slot - 1];
}

const struct item_def *player_worn_item(const struct tx *tx, const struct player *player, enum equipment_place place)
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

/* --- at sea --------------------------------------------------------------------------------------------------------------- */

/* Ships show whose they are (rules-economy-social-admin.md 3.7). */
enum ship_of {
	SHIP_CITIZEN,
	SHIP_CRIMINAL,
	SHIP_ARMY,
	SHIP_CHAOS,
	SHIP_CITIZEN_ATTACKABLE,
	SHIP_ARMY_ATTACKABLE,
	SHIPS
};

enum { SHIP_FIRST = 84, SHIP_LAST = 86 }; /* the item's body: boat, galley, galleon; others are drawn as they are */

static enum ship_of ship_of(const struct player *player)
{
	if (player_is_criminal(player))
		return player->chaos_legion ? SHIP_CHAOS : SHIP_CRIMINAL;
	if (player->attackable_by != 0)
		return player->royal_army ? SHIP_ARMY_ATTACKABLE : SHIP_CITIZEN_ATTACKABLE;
	return player->royal_army ? SHIP_ARMY : SHIP_CITIZEN;
}

static int16_t ship_look(const struct player *player, const struct item_def *boat)
{
	static const int16_t looks[SHIP_LAST - SHIP_FIRST + 1][SHIPS] = {
		{395, 396, 550, 551, 552, 553}, {397, 398, 558, 559, 560, 561}, {399, 400, 554, 555, 556, 557}};
	if (boat->body < SHIP_FIRST || boat->body > SHIP_LAST)
		return boat->body;
	return looks[boat->body - SHIP_FIRST][ship_of(player)];
}

static void nothing_in_hand(struct body *body)
{
	body->weapon = body->shield = body->helmet = ANIMATION_NOTHING;
}

static void look_at_sea(const struct player *player, const struct item_def *boat, struct body *body)
{
	bool ghost_ship = player->dead || (body->flags & BODY_HIDDEN) != 0; /* pirates hide behind it (9.5) */
	body->look = ghost_ship ? BODY_DEAD_AT_SEA : ship_look(player, boat);
	body->head = 0;
	nothing_in_hand(body);
}

/* --- ashore --------------------------------------------------------------------------------------------------------------- */

static void look_of_the_dead(struct body *body)
{
	body->look = BODY_DEAD;
	body->head = HEAD_DEAD;
	nothing_in_hand(body);
}

static void look_of_the_living(const struct tx *tx, const struct player *player, struct body *body)
{
	const struct item_def *armour = player_worn_item(tx, player, EQUIP_ARMOUR);
	bool short_race = player->race == RACE_GNOME || player->race == RACE_DWARF;
	bool naked = armour == NULL || armour->body <= 0;

	body->flags |= naked ? BODY_NAKED : 0u;
	body->head = player->head;
	body->look = naked ? (int16_t)table_naked_body(player->race, player->gender) : armour->body;
	body->weapon = animation_or_nothing(player_worn_item(tx, player, EQUIP_WEAPON), short_race);
	body->shield = animation_or_nothing(player_worn_item(tx, player, EQUIP_SHIELD), false);
	body->helmet = animation_or_nothing(player_worn_item(tx, player, EQUIP_HELMET), false);
}

/* Naked or not, he is what he really wears; he only looks like somebody else. */
static void look_of_another(const struct looks *looks, struct body *body)
{
	body->look = looks->look;
	body->head = looks->head;
	body->weapon = looks->weapon;
	body->shield = looks->shield;
	body->helmet = looks->helmet;
}

bool look_update(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	const struct item_def *boat = player_worn_item(tx, player, EQUIP_BOAT);
	struct body *body = &tx->world->bodies[index];
	struct body next = *body;
	next.flags &= ~(uint32_t)(BODY_GHOST | BODY_NAKED);
	if (player->dead)
		next.flags |= BODY_GHOST;
	if (!player->dead)
		look_of_the_living(tx, player, &next);
	else
		look_of_the_dead(&next);
	if ((next.flags & BODY_SAILING) != 0 && (boat != NULL || player->dead))
		look_at_sea(player, boat, &next);
	else if (player->mimicking && !player->dead)
		look_of_another(&player->mimicked, &next);
	if (memcmp(&next, body, sizeof next) == 0)
		return false;
	TOUCH(tx, *body);
	*body = next;
	return true;
}
