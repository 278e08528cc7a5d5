#include "worker/game/entering.h"

#include "common/config/config.h"
#include "common/world/ledger.h"
#include "common/world/realm.h"
#include "worker/address.h"
#include "worker/blame.h"
#include "worker/close_reasons.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/home.h"
#include "worker/game/look.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/say.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"
#include "worker/game/wire.h"

/* Where the character appears: its place, the map's forced place, the start of the world; a free tile near it. */
static bool place_choose(struct tx *tx, struct place wish, unsigned terrain, bool returning, struct place *chosen,
						 bool *again)
{
	struct place tries[2] = {wish, tx->world->realm->start};
	*again = false;
	for (unsigned i = 0; i < 2; i++) {
		struct place at = tries[i];
		const struct map_def *map = catalog_map(tx->catalog, at.map);
		if (map == NULL || !tile_is_on_map(at.x, at.y))
			continue;
		if (map->start.map != 0 && catalog_map(tx->catalog, map->start.map) != NULL && !returning)
			at = map->start; /* who never left is where he was */
		if (!tx_need(tx, at.map)) {
			*again = true;
			return false;
		}
		unsigned want = terrain | (returning ? 0u : WANT_NO_EXIT); /* an exit is for who steps on it */
		if (!tile_is_legal(tx, at.map, at.x, at.y, want))
			at = tile_closest_legal(tx, at, terrain | WANT_NO_EXIT);
		if (at.map == 0 && terrain != WANT_LAND)
			at = tile_closest_legal(tx, tries[i], WANT_LAND);
		if (at.map != 0) {
			*chosen = at;
			return true;
		}
	}
	return false;
}

/* Who was leaving the former generation leaves this one when his time is over. */
static uint64_t still_leaving(const struct tx *tx, const struct connection *c)
{
	uint64_t latest = tx->now_ms + (uint64_t)tx->config->intervals.logout_s * 1000;
	return c->returns_leaving_ms < latest ? c->returns_leaving_ms : latest;
}

/* What stands in a session's beginning (4.1 no. 1, 5, 13): the safes as alignment and life have them, a boat only under who
 * sails. The player is touched. */
static void session_begins(struct player *player, const struct body *body, bool returning)
{
	if ((body->flags & BODY_SAILING) == 0)
		player->equipment[EQUIP_BOAT] = 0;
	if (returning)
		return;
	player->safe_mode = !player_is_criminal(player);
	player->resuscitation_safe = player->dead;
}

/* The slot holds the character; it is put on a map. Common to a login, a creation and a return of one just gone. */
static enum tx_verdict body_enters(struct tx *tx, struct entering *e, uint32_t index, struct place wish,
								   uint8_t heading)
{
	struct world *w = tx->world;
	struct player *player = &w->players[index];
	struct body *body = &w->bodies[index];
	bool again;
	struct place at;
	unsigned terrain = WANT_LAND;
	if (tile_is_water(tx->catalog, wish.map, wish.x, wish.y) && player_worn(player, EQUIP_BOAT) != NULL)
		terrain = WANT_WATER;
	if (!place_choose(tx, wish, terrain, e->returning, &at, &again)) {
		e->refusal = TEXT_INTERNAL;
		return again ? TX_AGAIN : TX_CANCEL;
	}

	TOUCH(tx, *body);
	body->heading = heading >= HEADING_NORTH && heading <= HEADING_WEST ? heading : HEADING_SOUTH;
	body->flags = terrain == WANT_WATER && tile_is_water(tx->catalog, at.map, at.x, at.y) ? BODY_SAILING : 0;
	TOUCH(tx, *player);
	session_begins(player, body, e->returning);
	look_update(tx, index);
	player->state = PLAYER_PLAYING;
	player->connection = e->connection;
	player->reserver = 0;
	player->session_unix_s = tx->unix_s;
	player->last_active_ms = tx->now_ms;
	player->logout_due_ms = e->returning ? still_leaving(tx, &w->connections[e->connection.index]) : 0;
	player->logout_said_s = UINT8_MAX;
	player->trading = 0;
	player->macro_logged = 0;
	player->chat_red = player->chat_green = player->chat_blue = 255;
	player->version++;
	SET(tx, w->realm->players_in_world, w->realm->players_in_world + 1);
	if (w->realm->players_in_world > w->realm->players_most) {
		SET(tx, w->realm->players_most, w->realm->players_in_world);
		SET(tx, w->realm->version, w->realm->version + 1);
	}
	struct connection *c = &w->connections[e->connection.index];
	SET(tx, c->player, e->player);
	SET(tx, c->returns_id, 0);
	if (player->charset != 0 && !e->returning)
		SET(tx, c->charset, (uint8_t)(player->charset - 1));

	e->position = presence_enter(tx, index, at, 0);
	e->map = at.map;
	travel_arrived(tx, index);
	effects_enter(tx, index);
	pets_arrive(tx, index);
	if (player->experience_next > 0 && player->experience >= player->experience_next)
		experience_settle(tx, index);
	home_outgrown(tx, index);
	if (!e->returning)
		presence_effect(tx, index, FX_WARP, 0);
	return TX_COMMIT;
}

static bool is_kept_out(const struct tx *tx, struct entering *e, uint32_t account)
{
	e->kept_out_ms = blame_keeps_out_ms(tx->world, account, tx->now_ms);
	if (e->kept_out_ms > 0)
		e->refusal = TEXT_KEPT_OUT;
	return e->kept_out_ms > 0;
}

/* Login or creation with the character that was read or made. */
enum tx_verdict entering_new(struct tx *tx, void *context)
{
	struct entering *e = context;
	struct world *w = tx->world;
	struct player *player = handle_player(w, e->player);
	e->refusal = TEXT_INTERNAL;
	if (!tx_need(tx, w->realm_domain))
		return TX_AGAIN;
	if (player == NULL || player->state != PLAYER_RESERVED)
		return TX_CANCEL;
	if (w->realm->closed_to_players && !e->returning && (e->character->privileges & PRIVILEGE_STAFF) == 0) {
		e->refusal = TEXT_STAFF_ONLY;
		return TX_CANCEL;
	}

	if (is_kept_out(tx, e, e->character->id))
		return TX_CANCEL;
	struct player image = *e->character;
	image.generation = player->generation;
	image.version = player->version;
	image.name_hash = player->name_hash;
	image.state = player->state;
	if (e->created) {
		image.id = realm_account_id(tx);
		if (image.id == 0)
			return TX_CANCEL;
	}
	address_attempt_end(tx, e->connection.index, e->created);
	TOUCH(tx, *player);
	*player = image;
	ledger_add_player(tx, e->belongings_are_new ? LEDGER_MINTED : LEDGER_RESTORED, player, 1);
	return body_enters(tx, e, e->player.index, e->at, e->heading);
}

/* 4.1: who asked to leave an unsafe place is let go; a second login would only keep him there. Whose line was lost has nobody
 * else to play him. */
static bool is_on_his_way_out(const struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	return player->state == PLAYER_PLAYING && player->logout_due_ms != 0 &&
		   map_is_unsafe(tx->catalog, tx->world->bodies[index].map);
}

/* A character that is in the world already: it plays on with this connection; the one it had is closed. */
enum tx_verdict entering_take_over(struct tx *tx, void *context)
{
	struct entering *e = context;
	struct world *w = tx->world;
	uint32_t index = e->player.index;
	struct player *player = handle_player(w, e->player);
	e->vanished = false;
	e->refusal = TEXT_BUSY;
	uint32_t map = w->bodies[index].map;
	if (map != 0 && !tx_need(tx, map))
		return TX_AGAIN;
	if (!tx_need(tx, w->realm_domain))
		return TX_AGAIN;
	if (player == NULL || player->state == PLAYER_FREE || player->state == PLAYER_RESERVED) {
		e->vanished = true;
		return TX_CANCEL;
	}
	if (is_kept_out(tx, e, player->id))
		return TX_CANCEL;
	const struct body *body = &w->bodies[index];
	if (body->map != map)
		return tx_need(tx, body->map) ? TX_CANCEL : TX_AGAIN; /* it moved while we waited for its map */
	if (is_on_his_way_out(tx, index)) {
		e->refusal = TEXT_LEAVING_ELSEWHERE;
		return TX_CANCEL;
	}
	address_attempt_end(tx, e->connection.index, false);
	if (player->state == PLAYER_GONE) {
		struct place was = {.map = body->origin_map, .x = body->origin_x, .y = body->origin_y};
		return body_enters(tx, e, index, was, body->heading);
	}

	if (player->connection.index != 0) {
		PUT(say_begin(tx), ERROR_MSG, .text = text_of(text_latin1(TEXT_TAKEN_OVER)));
		say_note(tx, w->realm_domain,
				 &(struct note){.kind = NOTE_CLOSE, .object = CLOSE_TAKEN_OVER, .connection = player->connection});
	}
	TOUCH(tx, *player);
	player->connection = e->connection;
	player->state = PLAYER_PLAYING;
	player->logout_due_ms = 0;
	player->trading = 0;
	player->last_active_ms = tx->now_ms;
	player->version++;
	struct connection *c = &w->connections[e->connection.index];
	SET(tx, c->player, e->player);
	if (player->charset != 0)
		SET(tx, c->charset, (uint8_t)(player->charset - 1));
	e->map = body->map;
	e->position = tx_append(tx, body->map,
							&(struct note){.kind = NOTE_ENTER,
										   .subject = index,
										   .x = body->x,
										   .y = body->y,
										   .object = body->map,
										   .connection = e->connection},
							"", 0);
	return TX_COMMIT;
}
