/* creature_tick.c - what time does to the creatures of a map: rules-life-combat-magic.md 16.2, 16.3. */
#include <stdlib.h>

#include "common/config/config.h"
#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_parts.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"

/* --- guards ------------------------------------------------------------------------------------------------------------- */

static int from_post(const struct body *body, unsigned x, unsigned y)
{
	return abs((int)x - body->origin_x) + abs((int)y - body->origin_y);
}

/* A guard that was led away is at its post again, or beside who stands there, whole and calm. false: it is there. */
static bool guard_returns(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	const struct creature_def *def = creature_def_of(tx, index);
	bool guard = def != NULL && (def->kind == CREATURE_ROYAL_GUARD || def->kind == CREATURE_CHAOS_GUARD);
	if (!guard || (def->flags & CREATURE_REMEMBERS_ORIGIN) == 0 || creature->placed == 0)
		return false;
	struct place at = creature_place_to_appear(tx, index, def);
	if (at.map == 0 || from_post(body, at.x, at.y) >= from_post(body, body->x, body->y))
		return false;
	creature_calm(tx, index);
	creature_free(tx, index);
	SET(tx, body->hp, body->hp_max);
	SET(tx, creature->experience, def->experience);
	presence_jump(tx, index, at.x, at.y);
	return true;
}

/* --- one of them -------------------------------------------------------------------------------------------------------- */

/* What is due for it. Returns how many deeds that were. */
static unsigned due_run(struct tx *tx, uint32_t index, bool guards_return)
{
	const struct creature *creature = creature_of(tx->world, index);
	unsigned deeds = guards_return && guard_returns(tx, index) ? 1 : 0;
	if (creature->freed_ms != 0 && creature->freed_ms <= tx->now_ms)
		creature_free(tx, index);
	if (creature->dies_ms != 0 && creature->dies_ms <= tx->now_ms)
		creature_die(tx, index, 0);
	else if (creature->act_due_ms <= tx->now_ms)
		creature_beat(tx, index);
	else
		return deeds;
	return deeds + 1;
}

/* --- all of them -------------------------------------------------------------------------------------------------------- */

/* Each that stands on the map, once. Who goes in between changes the list: it is begun anew, and for who was looked at nothing is
 * due any more. false: there was no room for all of them. */
static bool standing_run(struct tx *tx, uint32_t map, bool guards_return, unsigned deeds_most)
{
	const struct map_state *state = &tx->world->maps[map];
	uint32_t before = state->creatures, index = state->first_creature;
	unsigned deeds = 0;
	while (index != 0 && deeds < deeds_most && tx->wanted_count == 0 && tick_has_room(tx)) {
		deeds += due_run(tx, index, guards_return);
		const struct body *body = &tx->world->bodies[index];
		bool same = body->map == map && state->creatures == before;
		before = state->creatures;
		index = same ? body->next_on_map : state->first_creature;
	}
	return index == 0;
}

void creatures_tick(struct tx *tx, uint32_t map, unsigned deeds_most)
{
	struct map_state *state = &tx->world->maps[map];
	uint64_t period_ms = (uint64_t)tx->config->intervals.guards_return_minutes * 60000;
	bool guards_return = period_ms != 0 && state->guards_due_ms != 0 && state->guards_due_ms <= tx->now_ms;
	if (state->first_waiting != 0)
		creatures_waiting_run(tx, map);
	bool all = standing_run(tx, map, guards_return, deeds_most);
	if (period_ms != 0 && (state->guards_due_ms == 0 || (guards_return && all)))
		SET(tx, state->guards_due_ms, tx->now_ms + period_ms);
}
