#include "worker/game/tick.h"

#include "common/config/config.h"
#include "worker/game/leaving.h"
#include "worker/game/rule.h"

static bool idle_check(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	uint64_t limit_ms = (uint64_t)tx->config->intervals.idle_minutes * 60000;
	if (limit_ms == 0 || player->state != PLAYER_PLAYING || player->travelling ||
		(player->privileges & PRIVILEGE_STAFF) != 0 || tx->now_ms - player->last_active_ms < limit_ms ||
		tx->now_ms < player->last_active_ms)
		return true;
	if (!tx_need(tx, tx->world->realm_domain))
		return false;
	leave_game(tx, index, CLOSE_IDLE, TEXT_IDLE_OUT);
	return true;
}

enum tx_verdict map_tick(struct tx *tx, void *context)
{
	uint32_t map = *(const uint32_t *)context;
	struct map_state *state = &tx->world->maps[map];
	uint64_t due = atomic_load_explicit(&state->tick_due_ms, memory_order_relaxed);
	if (due == 0 || due > tx->now_ms)
		return TX_CANCEL; /* another worker was faster */

	uint32_t index = state->first_player;
	while (index != 0 && !tx_is_crowded(tx)) {                /* a whole crowd may leave in one moment */
		uint32_t next = tx->world->bodies[index].next_on_map; /* it may leave */
		if (!leaving_tick(tx, index))
			return TX_AGAIN;
		if (tx->world->bodies[index].map == map && !idle_check(tx, index))
			return TX_AGAIN;
		index = next;
	}
	SET(tx, state->tick_last_ms, tx->now_ms);
	TOUCH(tx, state->tick_due_ms);
	uint64_t next_due_ms = tx->now_ms + (index != 0 ? 1 : MAP_TICK_MS);
	atomic_store_explicit(&state->tick_due_ms, state->players > 0 ? next_due_ms : 0, memory_order_relaxed);
	return TX_COMMIT;
}
