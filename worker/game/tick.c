#include "worker/game/tick.h"

#include "common/config/config.h"
#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/leaving.h"
#include "worker/game/praetorians.h"
#include "worker/game/rule.h"
#include "worker/game/weather.h"

enum {
	SECOND_MS = 1000,
	DEEDS_MOST = 200, /* in one tick: a crowd has the lock for some more ticks, not for one long one */
};

/* A quarter of the log is more than one deed writes. */
bool tick_has_room(const struct tx *tx)
{
	return tx_room(tx) >= tx->world->limits.undo_bytes / 4;
}

static bool goes_on(const struct tx *tx, unsigned deeds)
{
	return deeds < DEEDS_MOST && tx->wanted_count == 0 && tick_has_room(tx);
}

static void idle_check(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	uint64_t limit_ms = (uint64_t)tx->config->intervals.idle_minutes * 60000;
	if (player->travelling || (tx->world->bodies[index].flags & BODY_MEDITATING) != 0) {
		SET(tx, player->last_active_ms, tx->now_ms); /* his time begins when that is over (4.2) */
		return;
	}
	if (limit_ms == 0 || player->state != PLAYER_PLAYING || player_is_staff(player) ||
		tx->now_ms < player->last_active_ms || tx->now_ms - player->last_active_ms < limit_ms)
		return;
	leaving_idle(tx, index);
}

/* Once a second: who leaves, who sleeps. */
static void seconds_run(struct tx *tx, uint32_t map)
{
	struct map_state *state = &tx->world->maps[map];
	if (tx->now_ms - state->tick_last_ms < SECOND_MS)
		return;
	weather_on_map(tx, map);
	SET(tx, state->tick_last_ms, tx->now_ms);
	for (uint32_t index = state->first_player; index != 0 && goes_on(tx, 0);) {
		uint32_t next = tx->world->bodies[index].next_on_map; /* it may leave */
		if (leaving_tick(tx, index) && tx->world->bodies[index].map == map)
			idle_check(tx, index);
		index = next;
	}
}

static void earliest(uint64_t *due_ms, uint64_t other_ms)
{
	if (other_ms != 0 && other_ms < *due_ms)
		*due_ms = other_ms;
}

static bool lives_without_life(const struct player *player)
{
	return player->hp <= 0 && !player->dead;
}

/* What is due for players. A death or a way home may take somebody off the map, and others with him: the list is begun anew. */
static unsigned players_run(struct tx *tx, uint32_t map, unsigned deeds)
{
	const struct map_state *state = &tx->world->maps[map];
	for (uint32_t index = state->first_player; index != 0 && goes_on(tx, deeds);) {
		const struct player *player = &tx->world->players[index];
		uint32_t next = tx->world->bodies[index].next_on_map;
		bool dies = lives_without_life(player);
		if (dies || (player->effects_due_ms != 0 && player->effects_due_ms <= tx->now_ms)) {
			if (dies)
				player_die(tx, index);
			else
				effects_tick(tx, index);
			deeds++;
			if (tx->world->bodies[index].map != map)
				next = state->first_player;
		}
		index = next;
	}
	return deeds;
}

/* When something happens here again; a map without players sleeps. */
static uint64_t next_due_ms(const struct tx *tx, uint32_t map)
{
	const struct map_state *state = &tx->world->maps[map];
	if (state->players == 0)
		return 0;
	uint64_t due_ms = state->tick_last_ms + SECOND_MS;
	for (uint32_t i = state->first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		earliest(&due_ms, tx->world->players[i].effects_due_ms);
		if (lives_without_life(&tx->world->players[i]))
			earliest(&due_ms, tx->now_ms);
	}
	for (uint32_t i = state->first_creature; i != 0; i = tx->world->bodies[i].next_on_map) {
		earliest(&due_ms, creature_of(tx->world, i)->act_due_ms);
		earliest(&due_ms, creature_of(tx->world, i)->dies_ms);
		earliest(&due_ms, creature_of(tx->world, i)->freed_ms);
	}
	for (uint32_t i = state->first_waiting; i != 0; i = tx->world->bodies[i].next_on_map)
		earliest(&due_ms, creature_of(tx->world, i)->act_due_ms);
	return due_ms < tx->now_ms + TICK_SHORTEST_MS ? tx->now_ms + TICK_SHORTEST_MS : due_ms;
}

void tick_by(struct tx *tx, uint32_t map, uint64_t due_ms)
{
	uint64_t now_due = atomic_load_explicit(&tx->world->tick_due_ms[map], memory_order_relaxed);
	if (now_due != 0 && now_due <= due_ms)
		return;
	TOUCH(tx, tx->world->tick_due_ms[map]);
	atomic_store_explicit(&tx->world->tick_due_ms[map], due_ms, memory_order_relaxed);
}

enum tx_verdict map_tick(struct tx *tx, void *context)
{
	uint32_t map = *(const uint32_t *)context;
	uint64_t due = atomic_load_explicit(&tx->world->tick_due_ms[map], memory_order_relaxed);
	if (due == 0 || due > tx->now_ms)
		return TX_CANCEL; /* another worker was faster */

	praetorians_tick(tx, map);
	seconds_run(tx, map);
	creatures_tick(tx, map, DEEDS_MOST - players_run(tx, map, 0));
	TOUCH(tx, tx->world->tick_due_ms[map]);
	atomic_store_explicit(&tx->world->tick_due_ms[map], next_due_ms(tx, map), memory_order_relaxed);
	return TX_COMMIT;
}
