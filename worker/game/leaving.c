#include "worker/game/leaving.h"

#include "common/config/config.h"
#include "worker/game/death.h"
#include "worker/game/creature.h"
#include "worker/game/effects.h"
#include "worker/game/legality.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/worker.h"

/* Whether a character that loses its connection here stays for the countdown. */
static bool leaving_takes_time(const struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	const struct body *body = &tx->world->bodies[index];
	if ((player->privileges & PRIVILEGE_STAFF) != 0)
		return false;
	return map_is_unsafe(tx->catalog, body->map) || (body->flags & BODY_PARALYSED) != 0;
}

/* What ends with the stay in the world, whichever way it ends. */
static void affairs_end(struct tx *tx, struct player *player)
{
	SET(tx, player->trading, 0);
	SET(tx, player->travelling, 0);
	SET(tx, player->logout_due_ms, 0);
	TOUCH(tx, player->shares);
	player->shares = (struct handle){0};
}

void leave_game(struct tx *tx, uint32_t index, enum close_reason reason, enum text_id last_words)
{
	struct world *w = tx->world;
	struct player *player = &w->players[index];

	creatures_forget(tx, index);
	pets_depart(tx, index, true);
	ownership_lose(tx, index);
	effects_leave(tx, index);
	if (player->connection.index != 0) {
		struct note close = {
			.kind = NOTE_CLOSE, .object = (uint16_t)reason, .connection = player->connection, .subject = index};
		presence_leave(tx, index, 0); /* his map's last word first; then the realm closes the connection */
		struct text words = text_of(text_latin1(last_words));
		struct packet_writer *say = say_begin(tx);
		if (reason == CLOSE_IDLE) /* he does not look at his console (4.2) */
			PUT(say, SHOW_MESSAGE_BOX, .text = words);
		else
			PUT(say, CONSOLE_MSG, .text = words, .font = FONT_INFO);
		if (tx->dialect == DIALECT_CLASSIC) /* the Godot client goes by the end of its connection */
			PUT(say, DISCONNECT);
		say_note(tx, w->realm_domain, &close);
	} else {
		presence_leave(tx, index, 0);
	}
	affairs_end(tx, player);
	TOUCH(tx, player->connection);
	player->connection = (struct handle){0};
	SET(tx, player->state, PLAYER_GONE);
	int64_t session_s = clamp_i64(tx->unix_s - player->session_unix_s, 0, 1 << 30);
	SET(tx, player->played_s, (uint32_t)clamp_i64(player->played_s + session_s, 0, UINT32_MAX));
	SET(tx, w->realm->players_in_world, w->realm->players_in_world - 1);
	player_changed(tx, player);
}

void leaving_cancel(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->logout_due_ms == 0 || player->state != PLAYER_PLAYING)
		return; /* without a connection it only begins anew; that is for who attacks it */
	SET(tx, player->logout_due_ms, 0);
	tell_text(tx, index, FONT_INFO, TEXT_LEAVING_CANCELLED);
}

/* 4.2: who is about to leave trades no more, is on no way home, and is seen by everybody. */
static void countdown_begin(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	SET(tx, player->trading, 0);
	home_cancel(tx, index);
	effect_reveal(tx, index);
	effect_visible(tx, index);
	SET(tx, player->logout_due_ms, tx->now_ms + (uint64_t)tx->config->intervals.logout_s * 1000);
	SET(tx, player->logout_said_s, (uint8_t)clamp_i64(tx->config->intervals.logout_s, 0, 255));
}

void leaving_disturbed(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->state == PLAYER_LINGERING && player->logout_due_ms != 0)
		countdown_begin(tx, index);
	else
		leaving_cancel(tx, index);
}

bool leaving_tick(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->logout_due_ms == 0)
		return true;
	if (tx->now_ms >= player->logout_due_ms) {
		if (!tx_need(tx, tx->world->realm_domain))
			return false;
		leave_game(tx, index, CLOSE_LOGGED_OUT, TEXT_LEAVING_NOW);
		return true;
	}
	uint64_t left_s = (player->logout_due_ms - tx->now_ms + 999) / 1000;
	if (player->state == PLAYER_PLAYING && left_s < player->logout_said_s) {
		SET(tx, player->logout_said_s, (uint8_t)left_s);
		tell_text(tx, index, FONT_INFO, TEXT_LEAVING_IN, (int)left_s);
	}
	return true;
}

enum tx_verdict rule_quit(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if ((me->body->flags & BODY_PARALYSED) != 0) {
		tell_text(tx, me->index, FONT_WARNING, TEXT_LEAVING_PARALYSED);
		return TX_COMMIT;
	}
	if (me->player->logout_due_ms != 0)
		return TX_COMMIT; /* it runs already */
	if (!leaving_takes_time(tx, me->index) || tx->config->intervals.logout_s == 0) {
		leave_game(tx, me->index, CLOSE_LOGGED_OUT, TEXT_LEAVING_NOW);
		return TX_COMMIT;
	}
	countdown_begin(tx, me->index);
	tell_text(tx, me->index, FONT_INFO, TEXT_LEAVING_IN, tx->config->intervals.logout_s);
	return TX_COMMIT;
}

void leaving_idle(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->logout_due_ms != 0 || (tx->world->bodies[index].flags & BODY_PARALYSED) != 0)
		return; /* he leaves already; or may not yet */
	if (!leaving_takes_time(tx, index) || tx->config->intervals.logout_s == 0) {
		if (tx_need(tx, tx->world->realm_domain))
			leave_game(tx, index, CLOSE_IDLE, TEXT_IDLE_OUT);
		return;
	}
	countdown_begin(tx, index);
	TELL(tx, index, SHOW_MESSAGE_BOX, .text = text_of(text_latin1(TEXT_IDLE_OUT)));
}

/* --- a lost connection ------------------------------------------------------------------------------------------------------- */

enum tx_verdict leaving_when_lost(struct tx *tx, void *context)
{
	const struct leaving_lost *lost = context;
	struct player *player = handle_player(tx->world, lost->player);
	if (player == NULL || player->state != PLAYER_PLAYING || player->connection.index != lost->connection.index ||
		player->connection.generation != lost->connection.generation)
		return TX_CANCEL; /* somebody else plays it, or it left already */
	uint32_t map = tx->world->bodies[lost->player.index].map;
	if (!tx_need(tx, map))
		return TX_AGAIN;
	if (tx->world->bodies[lost->player.index].map != map)
		return tx_need(tx, tx->world->bodies[lost->player.index].map) ? TX_CANCEL : TX_AGAIN;
	if (!tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;

	TOUCH(tx, player->connection);
	player->connection = (struct handle){0};
	SET(tx, tx->world->connections[lost->connection.index].player, ((struct handle){0}));
	if (!leaving_takes_time(tx, lost->player.index) || tx->config->intervals.logout_s == 0) {
		leave_game(tx, lost->player.index, CLOSE_CONNECTION_LOST, TEXT_LEAVING_NOW);
		return TX_COMMIT;
	}
	SET(tx, player->state, PLAYER_LINGERING);
	if (player->logout_due_ms == 0)
		countdown_begin(tx, lost->player.index);
	player_changed(tx, player);
	return TX_COMMIT;
}

void leaving_connection_lost(struct worker *w, struct handle player, struct handle connection)
{
	struct leaving_lost lost = {.player = player, .connection = connection};
	uint32_t domains[2] = {w->world.bodies[player.index].map, w->world.realm_domain};
	worker_transaction(w, domains, 2, leaving_when_lost, &lost);
}
