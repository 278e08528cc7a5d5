#include "worker/game/steal.h"

#include "worker/game/alignment.h"
#include "worker/game/carry.h"
#include "worker/game/experience.h"
#include "worker/game/formulas.h"
#include "worker/game/gates.h"
#include "worker/game/inventory.h"
#include "worker/game/leaving.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/move.h"
#include "worker/game/sight.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	STEAL_FAR = 2, /* tiles, both axes together */
	STEAL_STAMINA = 15,
	STEAL_REPUTATION = 25,
};

/* --- may it be tried ------------------------------------------------------------------------------------------------------ */

/* What alignment and safety switch say; TEXT_ID_COUNT = nothing against it. */
static enum text_id side_refusal(const struct player *thief, const struct player *victim)
{
	bool criminal = player_is_criminal(victim);
	if (!criminal && thief->safe_mode)
		return TEXT_STEAL_SAFE_MODE;
	if (!criminal && thief->royal_army)
		return TEXT_STEAL_ARMY;
	return thief->chaos_legion && victim->chaos_legion ? TEXT_STEAL_CHAOS : TEXT_ID_COUNT;
}

/* Whom he may rob there; 0 = nobody, he was told. */
static uint32_t victim_at(struct tx *tx, const struct actor *me, int x, int y)
{
	struct target target = sight_target(tx, me->body, x, y);
	SET(tx, me->player->target, target);
	uint32_t index = target.user.index;
	enum text_id why = TEXT_ID_COUNT;
	if (index == 0 || index == me->index) {
		why = TEXT_STEAL_NOBODY;
	} else {
		const struct player *victim = &tx->world->players[index];
		const struct body *body = &tx->world->bodies[index];
		if (player_is_staff(victim) || victim->dead)
			why = TEXT_STEAL_NOT_HIM;
		else if (body_distance(body, me->body) > STEAL_FAR)
			why = TEXT_TOO_FAR;
		else if (in_shelter(tx, index) || in_shelter(tx, me->index) || in_arena(tx, index) || in_arena(tx, me->index))
			why = TEXT_STEAL_SAFE_PLACE;
		else
			why = side_refusal(me->player, victim);
	}
	if (why == TEXT_ID_COUNT)
		return index;
	tell_text(tx, me->index, FONT_INFO, why);
	return 0;
}

/* --- what is taken ----------------------------------------------------------------------------------------------------------- */

static bool slot_is_worn(const struct player *player, unsigned slot)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		if (player->equipment[place] == slot)
			return true;
	}
	return false;
}

bool slot_is_stealable(const struct tx *tx, const struct player *victim, unsigned slot)
{
	const struct item_def *item = inventory_item(tx, victim, slot);
	return item != NULL && item->kind != ITEM_KEY && item->kind != ITEM_BOAT &&
		   (item->flags & (ITEM_FOR_ARMY | ITEM_FOR_CHAOS | ITEM_IS_NEWBIE | ITEM_IS_BOUND | ITEM_IS_NOT_STEALABLE)) ==
			   0 &&
		   !slot_is_worn(victim, slot);
}

static bool has_stealable(const struct tx *tx, const struct player *victim)
{
	for (unsigned slot = 1; slot <= inventory_slots(tx, victim); slot++) {
		if (slot_is_stealable(tx, victim, slot))
			return true;
	}
	return false;
}

/* From the first slot on or from the last back; 0 = the hand stays empty. */
static unsigned slot_found(struct tx *tx, const struct player *victim)
{
	unsigned slots = inventory_slots(tx, victim);
	bool forward = rng_range(&tx->rng, 1, 12) < 6;
	for (unsigned i = 1; i <= slots; i++) {
		unsigned slot = forward ? i : slots + 1 - i;
		if (slot_is_stealable(tx, victim, slot) && rng_range(&tx->rng, 1, 10) < 4)
			return slot;
	}
	return 0;
}

/* Into the bag, or at his feet. */
static bool taken(struct tx *tx, const struct actor *me, struct end from, struct stack stack)
{
	if (item_move(tx, from, in_bag(me->index), stack.amount) == MOVE_DONE)
		return true;
	struct place floor = tile_for_item(tx, body_place(me->body), stack);
	return floor.map != 0 && item_move(tx, from, on_tile(floor), stack.amount) == MOVE_DONE;
}

/* `RobarObjeto` */
static void item_steal(struct tx *tx, const struct actor *me, uint32_t index)
{
	const struct player *victim = &tx->world->players[index];
	if (!has_stealable(tx, victim)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_STEAL_NO_ITEMS, victim->name);
		return;
	}
	unsigned slot = slot_found(tx, victim);
	struct stack stack = {0};
	if (slot != 0) {
		stack = victim->inventory[slot - 1];
		stack.amount = (uint16_t)span_roll(&tx->rng, steal_amount(stack.amount));
	}
	if (slot != 0 && taken(tx, me, in_slot(index, slot), stack)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_STOLE_ITEM, (int)stack.amount,
				  catalog_text(tx->catalog, catalog_item(tx->catalog, stack.item)->name));
		carry_log(tx, me, "steals", stack);
	} else {
		tell_text(tx, me->index, FONT_INFO, TEXT_STEAL_NO_ITEM);
	}
	leaving_disturbed(tx, index);
}

static void gold_steal(struct tx *tx, const struct actor *me, uint32_t index)
{
	const struct player *victim = &tx->world->players[index], *thief = me->player;
	if (victim->gold <= 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_STEAL_NO_GOLD, victim->name);
		return;
	}
	bool gloves = player_worn_number(thief, EQUIP_RING) == ITEM_THEFT_GLOVES;
	int32_t amount = span_roll(&tx->rng, steal_gold(thief->class_id, thief->level, gloves));
	int32_t room = gold_room(tx, in_purse(me->index));
	amount = amount < victim->gold ? amount : victim->gold;
	amount = amount < room ? amount : room;
	if (gold_move(tx, in_purse(index), in_purse(me->index), amount) == MOVE_DONE)
		tell_text(tx, me->index, FONT_INFO, TEXT_STOLE_GOLD, (int)amount, victim->name);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_PURSE_FULL);
}

/* --- the deed ------------------------------------------------------------------------------------------------------------------- */

/* `DoRobar` */
static void rob(struct tx *tx, const struct actor *me, uint32_t victim)
{
	bool success = rng_range(&tx->rng, 1, skill_luck(me->player->skills[SKILL_STEALING - 1])) < 3;
	if (!success) {
		tell_text(tx, me->index, FONT_INFO, TEXT_STEAL_FAILED);
		tell_text(tx, victim, FONT_INFO, TEXT_STEAL_TRIED, me->player->name);
	} else if (rng_range(&tx->rng, 1, 50) < 25 && me->player->class_id == CLASS_THIEF) {
		item_steal(tx, me, victim);
	} else {
		gold_steal(tx, me, victim);
	}
	skill_train(tx, me->index, SKILL_STEALING, success);
	if (!player_is_criminal(me->player) && !player_is_criminal(&tx->world->players[victim]))
		become_criminal(tx, me->index);
	if (player_is_criminal(me->player))
		reputation_add(tx, me->index, REPUTATION_THIEF, STEAL_REPUTATION);
}

void steal_try(struct tx *tx, const struct actor *me, int x, int y)
{
	if (!map_is_unsafe(tx->catalog, me->body->map)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_STEAL_SAFE_PLACE);
		return;
	}
	if (!gate_work(tx, me->index))
		return;
	uint32_t victim = victim_at(tx, me, x, y);
	if (victim == 0)
		return;
	if (tired_tell(tx, me->index, STEAL_STAMINA))
		return;
	vital_add(tx, me->index, VITAL_STAMINA, -STEAL_STAMINA);
	vital_tell(tx, me->index, VITAL_STAMINA);
	rob(tx, me, victim);
}
