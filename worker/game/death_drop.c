#include "worker/game/death_drop.h"

#include "common/catalog/tables.h"
#include "worker/game/carry.h"
#include "worker/game/inventory.h"
#include "worker/game/look.h"
#include "worker/game/move.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

enum {
	GALLEON_ITEM = 476, /* 1.4 */
	PIRATE_LEVEL = 20,
	PILES_MOST = 100, /* of one purse */
	LOG_GOLD = 10000,
};

int64_t death_gold_lost(int64_t purse, unsigned level, int64_t per_level)
{
	int64_t kept = level * per_level;
	return level <= LEVEL_NEWBIE_LAST || purse <= kept ? 0 : purse - kept;
}

/* 14.2: a pirate on his galleon, at exactly this level, drops nothing into the water. */
static unsigned terrain_of_drops(const struct actor *me)
{
	bool saved = me->player->class_id == CLASS_PIRATE && me->player->level == PIRATE_LEVEL &&
				 player_worn_number(me->player, EQUIP_BOAT) == GALLEON_ITEM;
	return saved ? WANT_LAND : WANT_LAND | WANT_WATER;
}

/* All of a slot, or nothing of it. */
static bool slot_drop(struct tx *tx, const struct actor *me, unsigned slot, unsigned terrain)
{
	struct stack stack = end_stack(tx, in_slot(me->index, slot));
	const struct item_def *item = catalog_item(tx->catalog, stack.item);
	if (item == NULL || !item_drops(item))
		return false;
	enum text_id why = carry_refusal(me->player, item);
	if (why == TEXT_DROP_BOUND) /* newbie things stay in silence: each newbie has some */
		tell_text(tx, me->index, FONT_INFO, why);
	if (why != TEXT_ID_COUNT)
		return false;
	struct place free = tile_for_item_on(tx, body_place(me->body), stack, terrain);
	if (free.map == 0 || item_move(tx, in_slot(me->index, slot), on_tile(free), stack.amount) != MOVE_DONE)
		return false;
	carry_log(tx, me, "dies and drops", stack);
	return true;
}

/* The worn backpack comes last: while something is in it, it is not let go of (2.6). */
static void items_drop(struct tx *tx, const struct actor *me, unsigned terrain)
{
	unsigned backpack = me->player->equipment[EQUIP_BACKPACK];
	unsigned slots = inventory_slots(tx, me->player);
	bool emptied = true;
	for (unsigned slot = 1; slot <= slots; slot++) {
		bool full = slot != backpack && me->player->inventory[slot - 1].item != 0;
		if (full && !slot_drop(tx, me, slot, terrain) && slot > INVENTORY_SLOTS_NORMAL)
			emptied = false;
	}
	if (backpack != 0 && emptied)
		slot_drop(tx, me, backpack, terrain);
}

static int64_t gold_piles_drop(struct tx *tx, const struct actor *me, int64_t amount, unsigned terrain)
{
	int64_t dropped = 0;
	for (unsigned pile = 0; pile < PILES_MOST && dropped < amount; pile++) {
		int64_t size = amount - dropped < STACK_MAX ? amount - dropped : STACK_MAX;
		struct place free = tile_for_item_on(tx, body_place(me->body),
											 (struct stack){.item = GOLD_ITEM, .amount = (uint16_t)size}, terrain);
		if (free.map == 0 || gold_move(tx, in_purse(me->index), on_tile(free), size) != MOVE_DONE)
			break;
		dropped += size;
	}
	return dropped;
}

/* What is more than lands on the floor is lost, if any of it found room. */
static void gold_drop(struct tx *tx, const struct actor *me, unsigned terrain)
{
	int64_t lost = death_gold_lost(me->player->gold, me->player->level, tx->config->rules.death_gold_per_level);
	int64_t most = tx->config->rules.death_gold_floor_max;
	int64_t dropped = gold_piles_drop(tx, me, lost < most ? lost : most, terrain);
	int64_t burned = lost > most && dropped > 0 ? lost - most : 0;
	if (burned > 0)
		gold_burn(tx, in_purse(me->index), burned);
	if (dropped + burned >= LOG_GOLD)
		tx_log(tx, LOG_LEVEL_INFO, "%s dies and drops %lld gold, loses %lld, map %u (%u,%u)", me->player->name,
			   (long long)dropped, (long long)burned, me->body->map, me->body->x, me->body->y);
}

static bool drops_here(const struct tx *tx, const struct body *body)
{
	switch (tx->config->rules.death_drops) {
	case CONFIG_DROPS_ALWAYS:
		return true;
	case CONFIG_DROPS_NEVER:
		return false;
	default:
		return map_is_unsafe(tx->catalog, body->map);
	}
}

void death_drop(struct tx *tx, uint32_t index)
{
	const struct actor me = {.index = index, .player = &tx->world->players[index], .body = &tx->world->bodies[index]};
	if (player_is_staff(me.player) || !drops_here(tx, me.body))
		return;
	unsigned terrain = terrain_of_drops(&me);
	items_drop(tx, &me, terrain);
	gold_drop(tx, &me, terrain);
}
