#include "worker/game/consume.h"

#include <stdlib.h>

#include "common/catalog/tables.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/inventory.h"
#include "worker/game/move.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum {
	TICK_MS = 40,        /* what durations are counted in (0.2, T40) */
	BOTTLE_DISTANCE = 2, /* tiles to the water */
};

/* rules-economy-social-admin.md 3.1: what sounds like an apple. */
static bool is_apple(unsigned item)
{
	return item == 1 || item == 64 || item == 467;
}

/* --- potions -------------------------------------------------------------------------------------------------------------- */

/* F-10: one expression, rounded once. */
int potion_mana(int mana, int mana_max, int level)
{
	int64_t whole = mana + vb_percent(mana_max, 4) + level / 2;
	double sum = (double)whole + 40.0 / (level > 0 ? level : 1);
	return (int)clamp_i64(vb_round(sum), 0, mana_max);
}

static void potion_works(struct tx *tx, const struct actor *me, const struct item_def *potion)
{
	uint32_t index = me->index;
	const struct player *player = me->player;
	uint64_t for_ms = (uint64_t)clamp_i64(potion->effect_ticks, 0, INT32_MAX) * TICK_MS;
	switch (potion->potion) {
	case POTION_AGILITY:
	case POTION_STRENGTH:
		effect_attribute_add(tx, index, potion->potion == POTION_AGILITY ? ATTRIBUTE_AGILITY : ATTRIBUTE_STRENGTH,
							 rng_range(&tx->rng, potion->modifier_min, potion->modifier_max), for_ms);
		break;
	case POTION_LIFE:
		vital_add(tx, index, VITAL_HP, rng_range(&tx->rng, potion->modifier_min, potion->modifier_max));
		break;
	case POTION_MANA:
		vital_set(tx, index, VITAL_MANA, potion_mana(player->mana, player->mana_max, player->level));
		break;
	case POTION_ANTIDOTE:
		effect_cure(tx, index);
		tell_text(tx, index, FONT_INFO, TEXT_POTION_CURED);
		break;
	default:
		break;
	}
}

void potion_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *potion)
{
	bool deadly = potion->potion == POTION_DEATH;
	if (potion->potion == POTION_NONE || (deadly && player_is_staff(me->player)))
		return;
	if (item_burn(tx, in_slot(me->index, slot), 1) != MOVE_DONE)
		return;
	if (deadly) { /* in silence */
		tell_text(tx, me->index, FONT_FIGHT, TEXT_POTION_KILLED);
		player_die(tx, me->index);
		return;
	}
	potion_works(tx, me, potion);
	presence_sound(tx, me->index, SOUND_DRINK);
	stats_tell(tx, me->index);
}

/* --- food and drink --------------------------------------------------------------------------------------------------------- */

void food_eat(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *food)
{
	unsigned item = me->player->inventory[slot - 1].item;
	if (item_burn(tx, in_slot(me->index, slot), 1) != MOVE_DONE)
		return;
	vital_add(tx, me->index, VITAL_HUNGER, food->hunger);
	vital_tell(tx, me->index, VITAL_HUNGER);
	show_sound(tx, me->body->map, me->body->x, me->body->y, is_apple(item) ? SOUND_APPLE : SOUND_EAT);
}

/* One of the slot becomes another item, which goes into the bag, or to the floor when there is no room. false: nor there;
 * nothing has changed. */
static bool bottle_becomes(struct tx *tx, const struct actor *me, unsigned slot, unsigned item)
{
	struct stack one = {.item = (uint16_t)item, .amount = 1};
	const struct item_def *def = catalog_item(tx->catalog, item);
	struct end bag = in_bag(me->index);
	if (def == NULL)
		return false;
	bool last = me->player->inventory[slot - 1].amount == 1;
	bool fits = end_room(tx, bag, one) == 1 || (last && inventory_slot_takes(me->player, slot, def));
	struct place floor = {0};
	if (!fits)
		floor = tile_for_item(tx, body_place(me->body), one);
	if ((!fits && floor.map == 0) || item_burn(tx, in_slot(me->index, slot), 1) != MOVE_DONE)
		return false;
	return item_mint(tx, fits ? bag : on_tile(floor), one) == MOVE_DONE;
}

void drink_drink(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *drink)
{
	bool bottle = drink->kind == ITEM_FULL_BOTTLE && drink->closed != 0;
	if (bottle && !bottle_becomes(tx, me, slot, drink->closed)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM);
		return;
	}
	if (!bottle && item_burn(tx, in_slot(me->index, slot), 1) != MOVE_DONE)
		return;
	vital_add(tx, me->index, VITAL_THIRST, drink->thirst);
	vital_tell(tx, me->index, VITAL_THIRST);
	presence_sound(tx, me->index, SOUND_DRINK);
}

void bottle_fill(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *bottle)
{
	const struct target *target = &me->player->target;
	bool near =
		target->map == me->body->map && abs(target->x - me->body->x) + abs(target->y - me->body->y) <= BOTTLE_DISTANCE;
	if (!near || !tile_is_water(tx->catalog, target->map, target->x, target->y))
		tell_text(tx, me->index, FONT_INFO, TEXT_BOTTLE_NO_WATER);
	else if (bottle->opened != 0 && !bottle_becomes(tx, me, slot, bottle->opened))
		tell_text(tx, me->index, FONT_INFO, TEXT_NO_ROOM);
}
