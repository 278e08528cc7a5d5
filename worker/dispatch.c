#include "worker/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "common/base/point.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/client.h"
#include "worker/game/bucket.h"
#include "worker/game/creation.h"
#include "worker/game/ruling.h"
#include "worker/output.h"
#include "worker/session.h"
#include "worker/stream.h"

/* --- before login ------------------------------------------------------------------------------------------------------------- */

struct consumption {
	struct connection *c;
	size_t used;
};

static enum tx_verdict consume(struct tx *tx, void *context)
{
	const struct consumption *what = context;
	client_consume(tx, what->c, what->used);
	return TX_COMMIT;
}

static void input_consume(struct worker *w, struct connection *c, size_t used)
{
	struct consumption what = {.c = c, .used = used};
	worker_transaction(w, NULL, 0, consume, &what);
}

/* What counts are the dice that were told last: should the worker die between the two, they are thrown again. */
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

/* What was answered at once is taken from the input already, together with the answer (output_say). */
static void early_packet_end(struct worker *w, struct client *client, uint32_t from, size_t used)
{
	struct connection *c = client->c;
	if (c->input.start == from)
		input_consume(w, c, used);
	client->early_bytes = 0;
	point("early packet run");
	explicit_bzero(c->input_bytes + from, used); /* passwords do not stay in the input buffer */
	point("password wiped");
}

/* What a connection may do before the login, and how often: its own token buckets. Too much is refused; a creation is said
 * so now and then, dice have no words for it. */
static bool before_login_pay(struct worker *w, struct client *client, unsigned packet)
{
	const struct config *config = w->config;
	struct connection *c = client->c;
	uint64_t now = worker_now_ms(w);
	bool paid = true;
	if (packet == C2S_THROW_DICES)
		paid = bucket_pay(now, &c->dice_paid_ms, config->flood.dice_ms, config->flood.dice_burst);
	else if (packet == C2S_LOGIN_NEW_CHAR)
		paid = bucket_pay(now, &c->creation_paid_ms, config->flood.creation_ms, config->flood.creation_burst);
	if (paid || !config->flood.limit)
		return true;
	count_add(&w->world, COUNT_packets_refused, 1);
	count_add(&w->world, COUNT_refused_before, 1);
	if (packet == C2S_LOGIN_NEW_CHAR && (c->told_ms == 0 || now - c->told_ms >= FLOOD_TELL_MS)) {
		c->told_ms = now;
		client_refuse(w, client, text_of(text_latin1(TEXT_TOO_FAST)), true);
	}
	return false;
}

static void new_run(struct worker *w, struct client *client, const struct c2s_packet *packet)
{
	switch (packet->id) {
	case C2S_THROW_DICES:
		throw_dice(w, client);
		break;
	case C2S_LOGIN_EXISTING_CHAR:
		session_login(w, client, &packet->LOGIN_EXISTING_CHAR);
		break;
	default:
		session_create(w, client, &packet->LOGIN_NEW_CHAR);
		break;
	}
}

static void dispatch_new(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used)
{
	if (packet->id > C2S_LOGIN_NEW_CHAR) {
		client_close(w, client, CLOSE_OUT_OF_TURN);
		return;
	}
	uint32_t from = client->c->input.start;
	client->early_bytes = (uint32_t)used;
	if (before_login_pay(w, client, packet->id))
		new_run(w, client, packet);
	if (client->c != NULL)
		early_packet_end(w, client, from, used);
}

/* --- in the world -------------------------------------------------------------------------------------------------------------- */

struct run {
	struct client *client;
	const struct ruling *ruling;
	const struct c2s_packet *packet;
	size_t used;
	bool flooded;
};

static enum tx_verdict run_packet(struct tx *tx, void *context)
{
	struct run *run = context;
	return ruling_run(tx, run->ruling, run->client->c, run->packet, run->used, &run->flooded);
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
	point("packet noted");
}

static void black_box_clear(struct worker *w)
{
	__atomic_store_n(&w->world.processes[w->world.slot].black_box.since_ms, 0, __ATOMIC_RELEASE);
}

/* May the client have taken a step before it heard what its output says of where it is? It may have taken what was there already
 * when that was sent, and what came before the acknowledgment; when this worker was late, both may have been waiting for long.
 * A step that is answered with the place begins it anew. */
static bool place_is_doubtful(const struct worker *w, struct connection *c)
{
	uint64_t told = cursor_now(c)->place_behind;
	if (c->place_heard == told)
		return false;
	if (w->late || c->place_sent != told || c->consumed < c->place_input || !stream_has_arrived(c, told))
		return true;
	c->place_heard = told;
	return false;
}

static void dispatch_playing(struct worker *w, struct client *client, const struct c2s_packet *packet, size_t used)
{
	struct connection *c = client->c;
	const struct ruling *ruling = ruling_of(packet->id);
	if (ruling == NULL) {
		client_close(w, client, CLOSE_OUT_OF_TURN);
		return;
	}
	struct run run = {.client = client, .ruling = ruling, .packet = packet, .used = used};
	uint32_t domains[2] = {w->world.bodies[c->player.index].map,
						   (ruling->needs & NEED_REALM) != 0 ? w->world.realm_domain : 0};
	if (ruling->fn == rule_not_yet)
		count_add(&w->world, COUNT_packets_unruled, 1);
	black_box_note(w, client, packet->id);
	w->tx.place_doubtful = packet->id == C2S_WALK && place_is_doubtful(w, c);
	w->tx.row = packet->id;
	enum tx_verdict verdict = worker_transaction(w, domains, 2, run_packet, &run);
	w->tx.place_doubtful = false;
	point("packet run");
	black_box_clear(w);
	if (verdict == TX_COMMIT && run.flooded) {
		count_add(&w->world, COUNT_packets_refused, 1);
		count_add(&w->world, flood_counter(ruling->flood), 1);
	}
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
