#include "worker/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/client.h"
#include "worker/game/creation.h"
#include "worker/output.h"
#include "worker/session.h"

static const struct rule {
	rule_fn *fn;
	unsigned needs; /* enum rule_need */
} rules[] = {
#define RULE(PACKET, function, needs) [C2S_##PACKET] = {rule_##function, (needs)},
#include "worker/rules.def"
#undef RULE
};

/* --- before login ------------------------------------------------------------------------------------------------------------- */

struct consumption {
	struct connection *c;
	size_t used;
};

/* Both positions move as one: a transaction without domains. */
static enum tx_verdict consume(struct tx *tx, void *context)
{
	const struct consumption *what = context;
	SET(tx, what->c->input.start, what->c->input.start + (uint32_t)what->used);
	SET(tx, what->c->consumed, what->c->consumed + what->used);
	return TX_COMMIT;
}

static void input_consume(struct worker *w, struct connection *c, size_t used)
{
	struct consumption what = {.c = c, .used = used};
	worker_transaction(w, NULL, 0, consume, &what);
}

static void throw_dice(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	uint8_t bytes[16];
	struct packet_writer writer;
	dice_roll(&w->rng, w->config, c->dice);
	c->dice_rolled = 1;
	packet_writer_start(&writer, bytes, sizeof bytes, (enum dialect)c->dialect);
	PUT(&writer, DICE_ROLL, .strength = c->dice[0], .agility = c->dice[1], .intelligence = c->dice[2],
		.charisma = c->dice[3], .constitution = c->dice[4]);
	output_say(w, client, bytes, writer.length);
}

static void dispatch_new(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used)
{
	switch (packet->id) {
	case C2S_THROW_DICES:
		throw_dice(w, client);
		break;
	case C2S_LOGIN_EXISTING_CHAR:
		session_login(w, client, &packet->LOGIN_EXISTING_CHAR);
		break;
	case C2S_LOGIN_NEW_CHAR:
		session_create(w, client, &packet->LOGIN_NEW_CHAR);
		break;
	default:
		client_close(w, client, CLOSE_OUT_OF_TURN);
		return;
	}
	if (client->c != NULL) {
		/* Passwords do not stay in the input buffer. */
		explicit_bzero(client->c->input_bytes + client->c->input.start, used);
		input_consume(w, client->c, used);
	}
}

/* --- in the world -------------------------------------------------------------------------------------------------------------- */

struct run {
	struct client *client;
	const struct rule *rule;
	const struct c2s_packet *packet;
	size_t used;
	bool unruled; /* out: the packet has no rule yet */
};

/* Says why not, or that all is well. */
static bool needs_are_met(struct tx *tx, const struct actor *me, unsigned needs)
{
	if ((needs & NEED_STAFF) != 0 && (me->player->privileges & PRIVILEGE_STAFF) == 0)
		return false;
	if ((needs & NEED_ALIVE) != 0 && me->player->dead) {
		if (message_is_new(tx, me->player, TEXT_DEAD_CANNOT))
			tell_text(tx, me->index, FONT_INFO, TEXT_DEAD_CANNOT);
		return false;
	}
	if ((needs & NEED_NOT_TRADING) != 0 && me->player->trading != 0) {
		if (message_is_new(tx, me->player, TEXT_NOT_NOW_TRADING))
			tell_text(tx, me->index, FONT_INFO, TEXT_NOT_NOW_TRADING);
		return false;
	}
	return true;
}

static enum tx_verdict run_packet(struct tx *tx, void *context)
{
	struct run *run = context;
	struct connection *c = run->client->c;
	struct player *player = handle_player(tx->world, c->player);
	if (player == NULL)
		return TX_CANCEL; /* a note of the realm is on its way that closes this connection */
	struct actor me = {
		.index = c->player.index, .player = player, .body = &tx->world->bodies[c->player.index], .connection = c};
	if (me.body->map == 0)
		return TX_CANCEL;
	if (!tx_need(tx, me.body->map))
		return TX_AGAIN;
	if (me.body->map == 0 || !tx_holds(tx, me.body->map) || player->generation != c->player.generation ||
		handle_connection(tx->world, player->connection) != c)
		return me.body->map != 0 && !tx_need(tx, me.body->map) ? TX_AGAIN : TX_CANCEL;
	if ((run->rule->needs & NEED_REALM) != 0 && !tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;

	SET(tx, c->input.start, c->input.start + (uint32_t)run->used);
	SET(tx, c->consumed, c->consumed + run->used);
	if ((run->rule->needs & NEED_IDLE_OK) == 0)
		SET(tx, player->last_active_ms, tx->now_ms);
	if (!needs_are_met(tx, &me, run->rule->needs))
		return TX_COMMIT;
	return run->rule->fn(tx, &me, run->packet);
}

static void black_box_note(struct worker *w, const struct client *client, unsigned packet)
{
	struct black_box *box = &w->world.processes[w->world.slot].black_box;
	const struct player *player = handle_player(&w->world, client->c->player);
	box->connection = client->index;
	box->connection_generation = client->c->generation;
	box->player = client->c->player.index;
	box->packet = (uint16_t)packet;
	box->map = w->world.bodies[box->player].map;
	if (player != NULL)
		memcpy(box->player_name, player->name, sizeof box->player_name);
	__atomic_store_n(&box->since_ms, worker_now_ms(w), __ATOMIC_RELEASE);
}

static void black_box_clear(struct worker *w)
{
	__atomic_store_n(&w->world.processes[w->world.slot].black_box.since_ms, 0, __ATOMIC_RELEASE);
}

static void dispatch_playing(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used)
{
	struct connection *c = client->c;
	if (packet->id <= C2S_LOGIN_NEW_CHAR) {
		client_close(w, client, CLOSE_OUT_OF_TURN);
		return;
	}
	struct run run = {.client = client, .rule = &rules[packet->id], .packet = packet, .used = used};
	uint32_t domains[2] = {w->world.bodies[c->player.index].map,
						   (run.rule->needs & NEED_REALM) != 0 ? w->world.realm_domain : 0};
	if (run.rule->fn == rule_not_yet)
		count_add(&w->world, COUNT_packets_unruled, 1);
	black_box_note(w, client, packet->id);
	enum tx_verdict verdict = worker_transaction(w, domains, 2, run_packet, &run);
	black_box_clear(w);
	/* Cancelled: nothing happened, but the packet is gone all the same. */
	if (verdict == TX_CANCEL && client->c == c && c->phase == CONNECTION_PLAYING) {
		count_add(&w->world, COUNT_packets_refused, 1);
		input_consume(w, c, used);
	}
}

void dispatch(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used)
{
	if (client->c->phase == CONNECTION_NEW)
		dispatch_new(w, client, packet, used);
	else
		dispatch_playing(w, client, packet, used);
}

enum tx_verdict rule_not_yet(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
	return TX_COMMIT;
}
