#include "worker/game/jail.h"

#include "common/catalog/tables.h"
#include "common/config/config.h"
#include "worker/game/consume.h"
#include "worker/game/effects_parts.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"

enum { MINUTE_MS = 60000 };

/* To the place or beside it; false when there is none, or its map is still to be had. */
static bool put_at(struct tx *tx, uint32_t index, struct place to)
{
	if (catalog_map(tx->catalog, to.map) == NULL || !tx_need(tx, to.map))
		return false;
	struct place at = tile_closest_legal(tx, to, WANT_LAND | WANT_NO_EXIT);
	if (at.map == 0)
		return false;
	boat_leave(tx, index);
	effect_rest_end(tx, index);
	effect_meditation_end(tx, index);
	travel_to(tx, index, at, TRAVEL_WARPS);
	return true;
}

bool jail_send(struct tx *tx, uint32_t index, int minutes)
{
	struct player *player = &tx->world->players[index];
	if (!put_at(tx, index, table_jail))
		return false;
	SET(tx, player->jail_minutes, minutes > 0 ? minutes : 1);
	player_changed(tx, player);
	effect_schedule(tx, index, EFFECT_JAIL, tx->now_ms + MINUTE_MS);
	return true;
}

void jail_release(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	effect_schedule(tx, index, EFFECT_JAIL, 0);
	SET(tx, player->jail_minutes, 0);
	player_changed(tx, player);
	if (put_at(tx, index, table_jail_release))
		tell_text(tx, index, FONT_INFO, TEXT_JAIL_OVER);
}

void jail_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	struct player *player = &tx->world->players[index];
	if (player->jail_minutes <= 0)
		return;
	if (player->jail_minutes == 1) {
		jail_release(tx, index);
		return;
	}
	SET(tx, player->jail_minutes, player->jail_minutes - 1);
	player_changed(tx, player);
	effect_again(tx, index, EFFECT_JAIL, due_ms, MINUTE_MS);
}

/* --- passages ------------------------------------------------------------------------------------------------------------------ */

bool blocks_the_way(const struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	return feels_the_world(&tx->world->players[index]) &&
		   tile_trigger(tx->catalog, body->map, body->x, body->y) == TRIGGER_ANTI_BLOCKING;
}

void blocking_run(struct tx *tx, uint32_t index, uint64_t due_ms)
{
	struct player *player = &tx->world->players[index];
	if (!blocks_the_way(tx, index)) {
		SET(tx, player->blocking_count, 0);
		return;
	}
	SET(tx, player->blocking_count, (uint8_t)clamp_i64(player->blocking_count + 1, 0, UINT8_MAX));
	tell_text(tx, index, FONT_INFO, TEXT_BLOCKING);
	if (player->blocking_count <= tx->config->rules.blocking_checks ||
		!jail_send(tx, index, tx->config->rules.blocking_jail_minutes)) {
		effect_again(tx, index, EFFECT_BLOCKING, due_ms, tx->config->intervals.blocking_ms);
		return;
	}
	SET(tx, player->blocking_count, 0);
	tell_text(tx, index, FONT_INFO, TEXT_BLOCKING_JAIL, (int)player->jail_minutes);
}
