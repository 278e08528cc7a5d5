/* creature_death.c - what creatures are worth, how they die, and what they leave: rules-life-combat-magic.md 12.2, 16.6. */
#include "common/config/config.h"
#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/creature_parts.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/formulas.h"
#include "worker/game/hoard.h"
#include "worker/game/move.h"
#include "worker/game/pets.h"
#include "worker/game/praetorians.h"
#include "worker/game/rule.h"
#include "worker/game/spoils.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	KILLS_MOST = 32000, /* 1.2 */
	/* 1.3, 12.2 */
	REPUTATION_MURDER = 1000,
	REPUTATION_GUARD = 500,
	REPUTATION_HUNTER = 5,
	REPUTATION_EVIL = 500,
};

/* --- experience --------------------------------------------------------------------------------------------------- */

static void earn(struct tx *tx, uint32_t player, int32_t points)
{
	int64_t paid = clamp_i64(spoils_paid(points, spoils_experience_percent(tx->config, tx->unix_s)), 0, INT32_MAX);
	if (paid == 0)
		return;
	tell_text(tx, player, FONT_FIGHT, TEXT_EXPERIENCE_EARNED, (int)paid);
	experience_give(tx, player, paid);
}

void creature_pays(struct tx *tx, uint32_t index, uint32_t player, int damage)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (def == NULL)
		return;
	int points = hit_experience(damage, body->hp, body->hp_max, def->experience, creature->experience);
	if (points <= 0)
		return;
	SET(tx, creature->experience, creature->experience - points);
	if (!creature_is_kin(tx, index, player))
		earn(tx, player, points);
}

/* --- who killed it ------------------------------------------------------------------------------------------------ */

/* What killing it means for who did (12.2). */
static void kill_judged(struct tx *tx, uint32_t killer, unsigned number, const struct creature_def *def, bool wild)
{
	bool chaos = tx->world->players[killer].chaos_legion != 0;
	switch (def->alignment) {
	case ALIGNMENT_GOOD:
		if (number == CREATURE_CITIZEN_GUARD) {
			reputation_set(tx, killer, REPUTATION_NOBLE, 0);
			reputation_set(tx, killer, REPUTATION_PLEBEIAN, 0);
			reputation_add(tx, killer, REPUTATION_ASSASSIN, REPUTATION_GUARD);
		}
		if (wild)
			reputation_add(tx, killer, REPUTATION_ASSASSIN, REPUTATION_MURDER);
		break;
	case ALIGNMENT_ANIMAL:
	case ALIGNMENT_OTHER:
		if (!chaos)
			reputation_add(tx, killer, REPUTATION_PLEBEIAN, REPUTATION_HUNTER);
		break;
	case ALIGNMENT_EVIL:
		if (!chaos)
			reputation_add(tx, killer, REPUTATION_NOBLE, REPUTATION_EVIL);
		break;
	default:
		break;
	}
}

/* Somebody killed it: after it went. */
struct kill {
	uint32_t killer;
	struct handle dead;
	uint16_t number;
	const struct creature_def *def;
	struct place place;
	int32_t experience; /* left of its pool */
	bool wild, kin, thief;
};

static void kill_told(struct tx *tx, const struct kill *kill)
{
	struct player *player = &tx->world->players[kill->killer];
	const struct body *body = &tx->world->bodies[kill->killer];
	show_sound(tx, body->map, body->x, body->y, kill->def->sound[CREATURE_SOUND_DIES]);
	if (player->target.creature.index == kill->dead.index) {
		TOUCH(tx, player->target.creature);
		player->target.creature = (struct handle){0};
	}
	if (!kill->kin)
		earn(tx, kill->killer, kill->experience);
	tell_text(tx, kill->killer, FONT_FIGHT, TEXT_CREATURE_KILLED);
	if (player->creatures_killed < KILLS_MOST)
		SET(tx, player->creatures_killed, player->creatures_killed + 1);
	if (!kill->kin)
		kill_judged(tx, kill->killer, kill->number, kill->def, kill->wild);
	if (player->paraliser.index == kill->dead.index && player->paraliser.generation == kill->dead.generation)
		effect_free(tx, kill->killer);
	player_changed(tx, player);
	stats_tell(tx, kill->killer);
}

/* --- what it leaves ----------------------------------------------------------------------------------------------- */

/* On the nearest free tiles; what finds no place is lost. */
static void lay_down(struct tx *tx, struct place from, unsigned item, int64_t amount)
{
	while (amount > 0) {
		struct stack stack = {.item = (uint16_t)item, .amount = (uint16_t)clamp_i64(amount, 1, STACK_MAX)};
		struct place at = tile_for_item(tx, from, stack);
		if (at.map == 0 || item_mint(tx, on_tile(at), stack) != MOVE_DONE) {
			tx_log(tx, LOG_LEVEL_INFO, "%d of item %u that a creature left find no place on map %u", (int)amount, item,
				   from.map);
			return;
		}
		amount -= stack.amount;
	}
}

/* A praetorian leaves all it has; others one entry of their table, or nothing. */
static void leave_spoils(struct tx *tx, const struct creature_def *def, struct place from)
{
	int gold_percent = tx->config->rules.gold_percent;
	if (def->kind == CREATURE_PRAETORIAN) {
		unsigned count;
		const struct item_stack *stock = creature_stock(tx->catalog, def, &count);
		for (unsigned i = 0; i < count; i++)
			lay_down(tx, from, stock[i].item, spoils_amount(&stock[i], gold_percent));
		struct item_stack gold = {.item = GOLD_ITEM, .amount = def->gold};
		lay_down(tx, from, GOLD_ITEM, spoils_amount(&gold, gold_percent));
		return;
	}
	int entry = spoils_roll(&tx->rng, tx->config->rules.drop_percent);
	if (entry >= 0)
		lay_down(tx, from, def->drop[entry].item, spoils_amount(&def->drop[entry], gold_percent));
}

/* --- dying -------------------------------------------------------------------------------------------------------- */

void creature_die(struct tx *tx, uint32_t index, uint32_t killer)
{
	const struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (creature == NULL || body->map == 0)
		return;
	if (killer != 0 && tx->world->bodies[killer].map != body->map)
		killer = 0;
	if (killer != 0)
		pets_come_back(tx, killer, index);
	bool back = creature_is_to_come_back(creature);
	struct kill kill = {.killer = killer,
						.dead = body_handle(tx->world, index),
						.number = body->creature,
						.def = creature_def_of(tx, index),
						.place = body_place(body),
						.experience = creature->experience,
						.wild = creature->master.index == 0,
						.thief = praetorian_role_of(tx, index) == PRAETORIAN_THIEF,
						.kin = killer != 0 && creature_is_kin(tx, index, killer)};
	if (killer == 0)
		show_sound(tx, body->map, body->x, body->y, kill.def->sound[CREATURE_SOUND_DIES]);
	if (!creature_take_off(tx, index))
		return; /* the realm is wanted: all of this runs again */
	if (killer != 0)
		kill_told(tx, &kill);
	if (!kill.wild)
		return;
	leave_spoils(tx, kill.def, kill.place);
	if (kill.thief)
		hoard_fall(tx, kill.place);
	if (back)
		creature_comes_back(tx, index);
}
