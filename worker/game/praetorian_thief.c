/* praetorian_thief.c - the thief: what he takes and throws away, and how he comes and goes. rules-life-combat-magic.md 17. */
#include "worker/game/creature.h"
#include "worker/game/equip.h"
#include "worker/game/fight.h"
#include "worker/game/hoard.h"
#include "worker/game/inventory.h"
#include "worker/game/magic.h"
#include "worker/game/move.h"
#include "worker/game/praetorian_parts.h"
#include "worker/game/praetorians.h"
#include "worker/game/steal.h"

enum {
	NEAR = 2, /* tiles */
	THROW_PERCENT = 15,
	STEAL_PERCENT = 15, /* of the rest */
	/* from farther away, with the arrow */
	FAR_PARALYSE_PERCENT = 9,
	FAR_DISARM_PERCENT = 21, /* of the rest */
	VEIL_PERCENT = 24,
	UNVEIL_PERCENT = 12,
};

/* To the ground at the victim's feet, as near as there is room. */
static bool throws_down(struct tx *tx, uint32_t victim, unsigned slot)
{
	struct stack stack = end_stack(tx, in_slot(victim, slot));
	struct place at =
		stack.item != 0 ? tile_for_item(tx, body_place(&tx->world->bodies[victim]), stack) : (struct place){0};
	return at.map != 0 && item_move(tx, in_slot(victim, slot), on_tile(at), stack.amount) == MOVE_DONE;
}

/* What no thief may take he does not throw away either. */
static bool may_be_thrown(const struct item_def *item)
{
	return item_drops(item) &&
		   (item->flags & (ITEM_IS_NEWBIE | ITEM_IS_NOT_STEALABLE | ITEM_FOR_ARMY | ITEM_FOR_CHAOS)) == 0;
}

static bool disarms(struct tx *tx, uint32_t victim)
{
	const struct player *player = &tx->world->players[victim];
	unsigned slot =
		player->equipment[EQUIP_WEAPON] != 0 ? player->equipment[EQUIP_WEAPON] : player->equipment[EQUIP_AMMUNITION];
	const struct item_def *item = inventory_item(tx, player, slot);
	return item != NULL && may_be_thrown(item) && throws_down(tx, victim, slot);
}

/* One of the slots that may be stolen, into the hoard; to the ground when that is full. */
static bool steals(struct tx *tx, uint32_t victim)
{
	const struct player *player = &tx->world->players[victim];
	unsigned slots = inventory_slots(tx, player), fit = 0;
	for (unsigned slot = 1; slot <= slots; slot++)
		fit += slot_is_stealable(tx, player, slot);
	int pick = rng_range(&tx->rng, 1, (int32_t)fit);
	for (unsigned slot = 1; slot <= slots; slot++) {
		if (slot_is_stealable(tx, player, slot) && --pick == 0)
			return hoard_steal(tx, victim, slot) || throws_down(tx, victim, slot);
	}
	return false;
}

static void thief_hand(struct tx *tx, uint32_t enemy)
{
	if (rng_chance(&tx->rng, THROW_PERCENT)) {
		if (disarms(tx, enemy))
			tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_DISARMS);
	} else if (rng_chance(&tx->rng, STEAL_PERCENT) && steals(tx, enemy)) {
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_STEALS);
	}
}

static void thief_veils(struct tx *tx, const struct mind *m)
{
	bool veiled = (m->body->flags & BODY_INVISIBLE) != 0;
	if (!rng_chance(&tx->rng, veiled ? UNVEIL_PERCENT : VEIL_PERCENT))
		return;
	SET(tx, m->body->flags, m->body->flags ^ BODY_INVISIBLE);
	PUT(say_begin(tx), SET_INVISIBLE, .char_index = (int16_t)m->index, .invisible = !veiled);
	say_area(tx, m->body->map, m->body->x, m->body->y, 0, NOTE_FLAG_VIEW | NOTE_FLAG_NOT_STAFF);
}

/* An arrow from afar, and what it does besides: also that of who has none, for the spell that the classic files name is not among
 * theirs. */
static void shoots(struct tx *tx, const struct mind *m, uint32_t enemy)
{
	if (praetorian_spell_find(tx, m, spell_that_hurts) == 0)
		praetorian_strike_spent(tx, m);
	else if (!praetorian_casts(tx, m, spell_that_hurts, enemy) || tx->world->players[enemy].dead)
		return;
	if (rng_chance(&tx->rng, FAR_PARALYSE_PERCENT)) {
		if (!praetorian_casts(tx, m, spell_that_holds, enemy))
			creature_holds_player(tx, m->index, enemy);
	} else if (rng_chance(&tx->rng, FAR_DISARM_PERCENT)) {
		equipment_take_off(tx, enemy, EQUIP_WEAPON);
	}
}

void praetorian_thief_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.reachable = true, .see_veiled = true, .classes = class_bit(CLASS_HUNTER)};
	uint32_t enemy = praetorian_enemy_find(tx, m, &wish);
	thief_veils(tx, m);
	if (enemy == 0) {
		praetorian_walk_home(tx, m);
		return;
	}
	const struct body *body = &tx->world->bodies[enemy];
	if (may_strike(tx, m) && body_distance(m->body, body) <= NEAR) {
		praetorian_strike_spent(tx, m);
		thief_hand(tx, enemy);
	} else if (may_strike(tx, m) && in_sight(tx, m, enemy)) {
		shoots(tx, m, enemy);
	}
	if (body->map == m->body->map && body_distance(m->body, body) > 1)
		praetorian_walk_to(tx, m, body->x, body->y);
}
