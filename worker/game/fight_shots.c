/* fight_shots.c - shots with the bow and throws of knives. rules-life-combat-magic.md 13.11. */
#include <stdlib.h>

#include "worker/game/fight_parts.h"
#include "worker/game/gates.h"
#include "worker/game/inventory.h"
#include "worker/game/move.h"
#include "worker/game/sight.h"
#include "worker/game/vitals.h"

enum { SIGHT_Y = 6 }; /* a shot needs somebody who can shoot back (13.11) */

/* The slot from which a shot takes its arrow or knife; 0 = he cannot shoot, he was told. */
static unsigned shot_slot(struct tx *tx, const struct actor *me)
{
	struct arms arms = player_arms(tx, me->player);
	bool shoots = arms_fighting(&arms) == FIGHTING_RANGED;
	bool needs = shoots && arms.weapon != NULL && (arms.weapon->flags & ITEM_NEEDS_ARROWS) != 0;
	if (shoots && !needs)
		return me->player->equipment[EQUIP_WEAPON];
	if (needs && arms.ammunition != NULL && arms.ammunition->kind == ITEM_ARROW)
		return me->player->equipment[EQUIP_AMMUNITION];
	tell_text(tx, me->index, FONT_INFO, needs ? TEXT_SHOOT_NO_ARROWS : TEXT_SHOOT_NO_BOW);
	if (needs)
		equipment_take_off(tx, me->index, EQUIP_WEAPON);
	equipment_take_off(tx, me->index, EQUIP_AMMUNITION);
	return 0;
}

/* true: an arrow flew. */
static bool shoot_at(struct tx *tx, const struct actor *me, const struct target *target)
{
	const struct body *user = handle_body(tx->world, target->user);
	const struct body *creature = handle_body(tx->world, target->creature);
	if (user != NULL) {
		if (abs(user->y - me->body->y) > SIGHT_Y) {
			tell_text(tx, me->index, FONT_INFO, TEXT_TOO_FAR);
			return false;
		}
		return strike_player(tx, me->index, target->user.index);
	}
	if (creature != NULL) {
		const struct creature_def *def = catalog_creature(tx->catalog, creature->creature);
		if (def == NULL || (def->flags & CREATURE_ATTACKABLE) == 0)
			return true;
		return strike_creature(tx, me->index, target->creature.index);
	}
	swing_heard(tx, me->index);
	return true;
}

void fight_shoot(struct tx *tx, const struct actor *me, int x, int y)
{
	if (player_is_staff(me->player) || !gate_shoot(tx, me->index))
		return;
	fight_shows(tx, me->index);
	unsigned slot = shot_slot(tx, me);
	if (slot == 0 || tired_tell(tx, me->index, tx->config->rules.strike_stamina))
		return;
	swing_stamina_pay(tx, me->index);
	struct target target = sight_target(tx, me->body, x, y);
	SET(tx, me->player->target, target);
	unsigned item = me->player->inventory[slot - 1].item;
	if (shoot_at(tx, me, &target) && me->player->inventory[slot - 1].item == item)
		item_burn(tx, in_slot(me->index, slot), 1);
	stats_tell(tx, me->index);
}
