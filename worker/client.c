#include "worker/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/point.h"
#include "common/protocol/packets.h"
#include "common/world/traffic.h"
#include "worker/address.h"
#include "worker/dispatch.h"
#include "worker/game/leaving.h"
#include "worker/output.h"
#include "worker/reader.h"
#include "worker/session.h"
#include "worker/vault_link.h"

enum {
	SEGMENT_BYTES_MOST = 1400, /* protocol.md 1.5: whole packets per send */
	WINDOW_PATIENCE_MS = 500,
	CLOSING_DRAIN_MS = 1000, /* after the write side was shut */
	ERROR_BYTES = 1000,      /* of an error dialog */
	CLOSING_FLUSH_MS = 5000, /* for what is queued */
};

/* "127.0.0.1" or an IPv6 address. */
static void address_text(const uint8_t address[16], char text[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	snprintf(text, INET6_ADDRSTRLEN, "?");
	if (memcmp(address, mapped, sizeof mapped) == 0)
		inet_ntop(AF_INET, address + 12, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
}

static void turned_away_log(const struct worker *w, const uint8_t from[16], enum close_reason why)
{
	static struct log_repeat repeat; /* an address that is turned away comes again and again */
	uint64_t suppressed;
	char address[INET6_ADDRSTRLEN];
	if (!log_repeat_due(&repeat, worker_now_ms(w), 10000, &suppressed))
		return;
	address_text(from, address);
	log_notice("%s turned away: %s (%llu more since the last such line)", address, close_reason_text(why),
			   (unsigned long long)suppressed);
}

const char *client_describe(const struct worker *w, const struct client *client, char *buffer, size_t capacity)
{
	const struct connection *c = client->c;
	char address[INET6_ADDRSTRLEN];
	address_text(w->world.peers[client->index].address, address);
	const struct player *player = handle_player(&w->world, c->player);
	if (player != NULL)
		snprintf(buffer, capacity, "%.*s (%s:%u)", player->name_length, player->name, address, c->port);
	else
		snprintf(buffer, capacity, "%s:%u", address, c->port);
	return buffer;
}

/* What the loop waits for follows from the phase: input only where somebody consumes it, or the loop would spin. */
static void watch_update(struct client *client)
{
	unsigned events = client->want_write ? LOOP_WRITE : 0u;
	switch (client->c->phase) {
	case CONNECTION_NEW:
	case CONNECTION_PLAYING:
		events |= client->undeposited ? 0u : LOOP_READ;
		break;
	case CONNECTION_CLOSING:
		events |= client->shut ? LOOP_READ : 0u;
		break;
	default:
		break;
	}
	loop_fd_want(client->watch, events);
}

void client_deposited(struct client *client)
{
	client->undeposited = false;
	watch_update(client);
}

void client_want_write(struct client *client, bool want)
{
	if (client->want_write == want)
		return;
	client->want_write = want;
	watch_update(client);
}

/* --- being born ------------------------------------------------------------------------------------------------------------- */

static void client_event(void *context, unsigned events);

/* Takes a free connection of the segment. 0 = all are in use: the limit on connections. */
static uint32_t connection_take(struct worker *w)
{
	uint32_t count = w->world.limits.connections;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = (w->connection_hint + i) % count + 1;
		uint32_t nobody = 0;
		if (atomic_compare_exchange_strong(&w->world.connections[index].owner, &nobody, w->world.slot + 1)) {
			w->connection_hint = index; /* look behind it next time */
			return index;
		}
	}
	return 0;
}

static void segment_size_learn(struct connection *c)
{
	int mss = 0;
	socklen_t length = sizeof mss;
	if (getsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &length) != 0 || mss < 200 || mss > SEGMENT_BYTES_MOST)
		mss = SEGMENT_BYTES_MOST;
	c->segment_bytes = (uint32_t)mss;
}

/* 0 = no probes. */
static void keep_alive(int fd, int idle_s)
{
	enum { PROBES = 4 };
	int on = idle_s != 0, probes = PROBES;
	int pause_s = (idle_s + PROBES - 1) / PROBES;
	if (idle_s != 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
	}
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* A peer that is gone without a word is noticed: idle, by keep-alive probes; with output under way, by TCP_USER_TIMEOUT. */
static void socket_options(const struct config *config, int fd)
{
	int on = 1;
	unsigned unread_ms = (unsigned)config->intervals.unread_s * 1000;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unread_ms, sizeof unread_ms);
	keep_alive(fd, config->intervals.keepalive_s);
}

void client_want_window(struct client *client, bool want)
{
	if (!want && client->window_asked) {
		keep_alive(client->c->fd, client->worker->config->intervals.keepalive_s);
		client->window_asked = false;
	}
	client->window_waits = want;
}

/* The word that there is room again may get lost, and while nothing is under way no kernel asks for it. Each answer to a probe
 * tells it. */
static void window_ask(struct client *client)
{
	enum { ASK_AFTER_S = 1 };
	keep_alive(client->c->fd, ASK_AFTER_S);
	client->window_asked = true;
}

/* Bytes that the peer has acknowledged so far, as TCP counts. */
static uint64_t tcp_acked(int fd)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_bytes_acked : 0;
}

/* Nobody is home for this one: say so without waiting, and close. */
static void turn_away(struct worker *w, int fd, enum text_id why)
{
	uint8_t bytes[512];
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, sizeof bytes, w->tx.dialect);
	PUT(&writer, ERROR_MSG, .text = text_of(text_latin1(why)));
	if (send(fd, bytes, writer.length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)writer.length)
		traffic_tell(&w->world, w->tx.dialect, bytes, writer.length, 1);
	close(fd);
}

/* Our side of a connection whose descriptor is known. NULL with errno: epoll refuses it. */
static struct client *client_attach(struct worker *w, uint32_t index)
{
	struct connection *c = &w->world.connections[index];
	struct client *client = &w->clients[index];
	const struct client former = *client; /* may still stand in the lists of those to flush */
	*client = (struct client){.c = c,
							  .worker = w,
							  .index = index,
							  .flush_waiting = former.flush_waiting,
							  .next_flush = former.next_flush,
							  .urgent = former.urgent,
							  .next_urgent = former.next_urgent};
	client->watch = loop_fd_add(w->loop, c->fd, LOOP_READ, client_event, client, "client");
	if (client->watch == NULL) {
		client->c = NULL;
		return NULL;
	}
	w->clients_open++;
	return client;
}

struct client *client_adopt(struct worker *w, uint32_t index)
{
	struct client *client = client_attach(w, index);
	if (client != NULL)
		client->window_asked = true; /* the predecessor may have */
	return client;
}

static void closing_list(struct worker *w, struct client *client, uint64_t deadline_ms)
{
	client->close_deadline_ms = deadline_ms;
	client->next_closing = w->closing_first;
	w->closing_first = client;
}

void client_adopt_closing(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	if (c->player.index != 0) {
		leaving_connection_lost(w, c->player, (struct handle){client->index, c->generation});
		c->player = (struct handle){0};
	}
	watch_update(client);
	closing_list(w, client, worker_now_ms(w) + (output_waiting(c) > 0 ? CLOSING_FLUSH_MS : CLOSING_DRAIN_MS));
}

/* Why the door stays closed, and what the newcomer is told. */
static void refuse_at_the_door(struct worker *w, int fd, const uint8_t address[16], enum close_reason why)
{
	static struct log_repeat full;
	uint64_t suppressed;
	if (why != CLOSE_SERVER_FULL) {
		turned_away_log(w, address, why);
		turn_away(w, fd, why == CLOSE_TOO_MANY_FROM_ADDRESS ? TEXT_TOO_MANY_FROM_ADDRESS : TEXT_TOO_FAST_FROM_ADDRESS);
		return;
	}
	if (log_repeat_due(&full, worker_now_ms(w), 10000, &suppressed))
		log_warning("connections: all %d are in use, newcomers are turned away (%llu more since the last such line); "
					"limits.max_connections may be raised",
					w->config->limits.max_connections, (unsigned long long)suppressed);
	turn_away(w, fd, TEXT_SERVER_FULL);
}

struct admission {
	uint32_t connection;
	enum close_reason refusal;
};

/* Counters are no part of what a rule changes; here they go with what they count, whenever their worker dies. */
static void counted(struct tx *tx, enum counter_id id)
{
	TOUCH(tx, tx->world->processes[tx->world->slot].counters[id]);
	count_add(tx->world, id, 1);
	point("connection counted");
}

static enum tx_verdict admit(struct tx *tx, void *context)
{
	struct admission *a = context;
	a->refusal = address_admit(tx, a->connection);
	if (a->refusal != CLOSE_NONE)
		return TX_CANCEL;
	counted(tx, COUNT_connections_accepted);
	return TX_COMMIT;
}

static enum tx_verdict end(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	struct connection *c = &tx->world->connections[index];
	if (tx->world->peers[index].record == 0)
		return TX_CANCEL;
	address_leave(tx, index);
	counted(tx, COUNT_connections_closed);
	SET(tx, c->phase, CONNECTION_FREE);
	SET(tx, c->player, ((struct handle){0}));
	SET(tx, c->generation, c->generation + 1);
	return TX_COMMIT;
}

static enum tx_verdict come_along(struct tx *tx, void *context)
{
	if (!address_come_along(tx, *(const uint32_t *)context))
		return TX_CANCEL;
	counted(tx, COUNT_connections_accepted);
	return TX_COMMIT;
}

bool client_come_along(struct worker *w, uint32_t index)
{
	return worker_transaction(w, &w->world.realm_domain, 1, come_along, &index) == TX_COMMIT;
}

void client_end_note(struct worker *w, uint32_t index)
{
	point("connection leaves");
	worker_transaction(w, &w->world.realm_domain, 1, end, &index);
	point("connection left");
}

/* A free connection that its address counts. 0: there is none for it. */
static uint32_t connection_admit(struct worker *w, const uint8_t address[16], enum close_reason *refusal)
{
	struct admission a = {.connection = connection_take(w), .refusal = CLOSE_SERVER_FULL};
	if (a.connection != 0) {
		memcpy(w->world.peers[a.connection].address, address, sizeof w->world.peers[a.connection].address);
		if (worker_transaction(w, &w->world.realm_domain, 1, admit, &a) == TX_COMMIT) {
			point("connection admitted");
			return a.connection;
		}
		atomic_store(&w->world.connections[a.connection].owner, 0);
	}
	*refusal = a.refusal;
	return 0;
}

void client_open(struct worker *w, int fd, const uint8_t address[16], uint16_t port)
{
	enum close_reason refusal = CLOSE_NONE;
	uint32_t index = connection_admit(w, address, &refusal);
	if (index == 0) {
		refuse_at_the_door(w, fd, address, refusal);
		return;
	}
	point("slot taken");
	struct connection *c = &w->world.connections[index];
	uint32_t generation = c->generation;
	uint64_t now = worker_now_ms(w);
	/* Everything but the owner, the generation, which is never 0 in between, and the input's bytes. */
	memset((uint8_t *)c + offsetof(struct connection, phase), 0,
		   offsetof(struct connection, input_bytes) - offsetof(struct connection, phase));
	c->generation = generation + 1;
	c->fd = fd;
	c->dialect = (uint8_t)w->tx.dialect;
	c->charset = (uint8_t)w->charset;
	c->port = port;
	c->accepted_ms = c->input_ms = now;
	c->acked_base = tcp_acked(fd);
	socket_options(w->config, fd);
	segment_size_learn(c);
	point("newcomer noted");

	struct client *client = client_attach(w, index);
	if (client == NULL) {
		log_error("connection of port %u: epoll refuses it: %s", port, strerror(errno));
		close(fd);
		client_end_note(w, index);
		atomic_store(&c->owner, 0);
		return;
	}
	c->phase = CONNECTION_NEW; /* what is in the vault without a phase is no connection yet (arrival.c) */
	point("newcomer begins");
	vault_link_deposit(w, client);
	point("deposited"); /* from here on it outlives this process */
	client_enter(w, client, CONNECTION_NEW);
	char who[128];
	log_info("connection from %s", client_describe(w, client, who, sizeof who));
}

/* Its input is looked at again in the next turn. */
static void input_list(struct worker *w, struct client *client)
{
	if (!client->input_left || client->input_listed)
		return;
	client->input_listed = true;
	client->next_input = w->input_first;
	w->input_first = client;
}

void client_enter(struct worker *w, struct client *client, enum connection_phase phase)
{
	struct connection *c = client->c;
	c->phase = (uint8_t)phase;
	c->phase_ms = worker_now_ms(w);
	point("phase entered");
	if (phase == CONNECTION_NEW || phase == CONNECTION_PLAYING)
		client->input_left = true; /* what came while it waited */
	watch_update(client);
	input_list(w, client);
}

/* --- dying ----------------------------------------------------------------------------------------------------------------------- */

static void client_free(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	loop_fd_remove(&client->watch); /* before closing: a duplicate elsewhere would keep it firing */
	output_drop(w, client);
	point("output dropped");
	vault_link_drop(w, client);
	point("vault told");
	shutdown(c->fd, SHUT_RDWR); /* the vault's duplicate would keep it open */
	close(c->fd);
	point("socket closed");
	c->fd = -1;
	client_end_note(w, client->index);
	client->c = NULL;
	w->clients_open--;
	atomic_store(&c->owner, 0); /* last: from here on it is anybody's */
	point("slot given back");
}

static bool reason_is_abrupt(enum close_reason reason)
{
	return reason == CLOSE_CLIENT_LEFT || reason == CLOSE_CONNECTION_LOST || reason == CLOSE_SLOW_READER ||
		   reason == CLOSE_OUTPUT_POOL || reason == CLOSE_INTERNAL;
}

struct closing {
	struct connection *c;
	enum close_reason reason;
	bool words; /* there are last words, in the cursor that was written */
	uint32_t cursor;
};

/* From the packet that ends it to its last words nothing is lost and nothing is said twice. */
static enum tx_verdict close_with_words(struct tx *tx, void *context)
{
	const struct closing *closing = context;
	SET(tx, closing->c->phase, CONNECTION_CLOSING);
	SET(tx, closing->c->close_reason, (uint8_t)closing->reason);
	if (closing->words)
		cursor_flip(tx, closing->c, closing->cursor);
	return TX_COMMIT;
}

void client_close(struct worker *w, struct client *client, enum close_reason reason)
{
	client_close_saying(w, client, reason, NULL, 0);
}

void client_close_saying(struct worker *w, struct client *client, enum close_reason reason, const uint8_t *packets,
						 size_t length)
{
	struct connection *c = client->c;
	if (c == NULL || c->phase == CONNECTION_CLOSING)
		return;
	char who[128];
	log_line(close_reason_is_fault(reason) ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO, "%s: %s",
			 client_describe(w, client, who, sizeof who), close_reason_text(reason));

	bool was_playing = c->phase == CONNECTION_PLAYING;
	struct handle player = c->player;
	struct connection_cursor next = *cursor_now(c);
	struct closing closing = {.c = c, .reason = reason};
	client->early_bytes = 0;
	closing.words =
		length > 0 && !reason_is_abrupt(reason) && output_append(w, client, &next, packets, length) == CLOSE_NONE;
	if (closing.words)
		closing.cursor = cursor_write(c, &next);
	worker_transaction(w, NULL, 0, close_with_words, &closing); /* first: what follows may come back here */
	client_enter(w, client, CONNECTION_CLOSING);
	session_cancel(w, client);
	reader_forget(w, client);
	point("closing");
	if (was_playing && player.index != 0)
		leaving_connection_lost(w, player, (struct handle){client->index, c->generation});
	point("character left behind");
	c->player = (struct handle){0}; /* only now: a successor would look after the character */
	point("player forgotten");

	uint64_t now = worker_now_ms(w);
	closing_list(w, client, reason_is_abrupt(reason) ? now : now + CLOSING_FLUSH_MS);
}

/* To say something and close: send, shut down the write side, then read and discard until the peer closes or a second
 * passes (protocol.md 1.5 no. 6). Closing with unread input would make the kernel send RST. */
static bool closing_done(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	uint64_t now = worker_now_ms(w);
	if (now >= client->close_deadline_ms)
		return true;
	if (output_waiting(c) > 0) {
		if (!output_flush(w, client))
			return true;
		if (output_waiting(c) > 0)
			return false;
	}
	if (!client->shut) {
		client->shut = true;
		watch_update(client);
		client->close_deadline_ms = now + CLOSING_DRAIN_MS;
		point("all said");
		if (shutdown(c->fd, SHUT_WR) != 0)
			return true;
		point("write side shut");
	}
	for (;;) {
		uint8_t nowhere[4096];
		ssize_t n = recv(c->fd, nowhere, sizeof nowhere, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			return true;
		if (n < 0)
			return false;
	}
}

static void closing_sweep(struct worker *w)
{
	struct client **link = &w->closing_first;
	while (*link != NULL) {
		struct client *client = *link;
		if (!closing_done(w, client)) {
			link = &client->next_closing;
			continue;
		}
		*link = client->next_closing;
		client_free(w, client);
	}
}

static struct packet_writer error_dialog(const struct client *client, uint8_t bytes[ERROR_BYTES], struct text text)
{
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, ERROR_BYTES, (enum dialect)client->c->dialect);
	PUT(&writer, ERROR_MSG, .text = text_cut(text, ERROR_BYTES - 100));
	return writer;
}

void client_close_telling(struct worker *w, struct client *client, enum close_reason reason, struct text text)
{
	uint8_t bytes[ERROR_BYTES];
	struct packet_writer writer = error_dialog(client, bytes, text);
	client_close_saying(w, client, reason, bytes, writer.length);
}

struct refusal {
	struct client *client;
	uint32_t cursor; /* with the words; not valid yet */
};

/* A successor that found the words without the phase would refuse once more, and this screen reads one dialog. */
static enum tx_verdict refuse(struct tx *tx, void *context)
{
	const struct refusal *r = context;
	struct connection *c = r->client->c;
	if (r->client->early_bytes != 0)
		client_consume(tx, c, r->client->early_bytes);
	if (c->phase == CONNECTION_CHECKING)
		SET(tx, c->phase, CONNECTION_NEW);
	cursor_flip(tx, c, r->cursor);
	return TX_COMMIT;
}

void client_refuse(struct worker *w, struct client *client, struct text text, bool keep_open)
{
	count_add(&w->world, COUNT_logins_refused, 1);
	if (!keep_open) {
		client_close_telling(w, client, CLOSE_LOGIN_REFUSED, text);
		return;
	}
	uint8_t bytes[ERROR_BYTES];
	struct packet_writer writer = error_dialog(client, bytes, text);
	struct connection_cursor next = *cursor_now(client->c);
	enum close_reason reason = output_append(w, client, &next, bytes, writer.length);
	if (reason != CLOSE_NONE) {
		client_close(w, client, reason);
		return;
	}
	struct refusal refusal = {.client = client, .cursor = cursor_write(client->c, &next)};
	bool checking = client->c->phase == CONNECTION_CHECKING;
	worker_transaction(w, NULL, 0, refuse, &refusal);
	client->early_bytes = 0;
	output_schedule(w, client, true);
	if (checking)
		client_enter(w, client, CONNECTION_NEW);
}

/* --- input ----------------------------------------------------------------------------------------------------------------------- */

void client_consume(struct tx *tx, struct connection *c, size_t bytes)
{
	SET(tx, c->input.start, c->input.start + (uint32_t)bytes);
	SET(tx, c->consumed, c->consumed + bytes);
}

/* Moves what waits to the front of the buffer when the end is near: copied first, then one store of both ends. */
static void input_make_room(struct connection *c)
{
	uint32_t waits = c->input.end - c->input.start;
	if (waits == 0 || (INPUT_BYTES - c->input.end < 1024 && waits <= c->input.start)) {
		memcpy(c->input_bytes, c->input_bytes + c->input.start, waits);
		atomic_signal_fence(memory_order_seq_cst);
		if (waits > 0)
			point("input copied");
		struct input_span front = {.start = 0, .end = waits};
		__atomic_store(&c->input, &front, __ATOMIC_RELEASE);
		point("input moved");
	}
}

/* A client that greets with TLS wants another port (protocol.md 1.6). */
static bool is_tls_hello(const struct connection *c)
{
	const uint8_t *bytes = c->input_bytes + c->input.start;
	return c->phase == CONNECTION_NEW && c->input.end - c->input.start >= 2 && bytes[0] == 0x16 && bytes[1] == 0x03;
}

static enum close_reason reason_of(enum packet_status status)
{
	switch (status) {
	case PACKET_UNKNOWN_ID:
		return CLOSE_UNKNOWN_PACKET;
	case PACKET_TOO_LONG:
		return CLOSE_TOO_LONG;
	default:
		return CLOSE_MALFORMED;
	}
}

/* Runs packets that wait in the input, as many as one turn allows. */
static void client_input(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	if (w->retirement >= RETIRE_HALTED)
		return; /* it waits for the next generation */
	client->input_left = false;
	if (w->hold_until_ms != 0 && c->phase == CONNECTION_PLAYING)
		return; /* it waits for those who are not back yet (session.h) */
	for (int n = 0; c != NULL && (c->phase == CONNECTION_NEW || c->phase == CONNECTION_PLAYING); n++) {
		uint32_t waits = c->input.end - c->input.start;
		if (waits == 0 || (w->making_way && c->phase == CONNECTION_NEW))
			return; /* what would begin a login waits for the successor */
		if (n == w->config->limits.packets_per_turn) {
			client->input_left = true;
			return;
		}
		if (is_tls_hello(c)) {
			client_close(w, client, CLOSE_TLS_HELLO);
			return;
		}
		struct c2s_packet packet;
		size_t used;
		enum packet_status status = c2s_read((enum dialect)c->dialect, c->input_bytes + c->input.start, waits,
											 PACKET_MAX_BYTES, &used, &packet);
		if (status == PACKET_INCOMPLETE)
			return;
		if (status != PACKET_OK) {
			count_add(&w->world, COUNT_packets_bad, 1);
			client_close(w, client, reason_of(status));
			return;
		}
		count_add(&w->world, COUNT_packets_in, 1);
		traffic_received(&w->world, packet.id, used);
		c->input_ms = worker_now_ms(w); /* not of each byte: a packet that trickles in would never end */
		dispatch(w, client, &packet, used);
		c = client->c;
	}
}

static void input_receive(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	for (int rounds = 0; rounds < 4; rounds++) {
		input_make_room(c);
		size_t room = INPUT_BYTES - c->input.end;
		if (room == 0)
			return; /* packets wait; it will be read when they are dealt with */
		point("receiving");
		ssize_t n = recv(c->fd, c->input_bytes + c->input.end, room, MSG_DONTWAIT);
		point("received");
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				client_close(w, client, CLOSE_CONNECTION_LOST);
			return;
		}
		if (n == 0) {
			client_close(w, client, CLOSE_CLIENT_LEFT);
			return;
		}
		c->input.end += (uint32_t)n;
		point("input noted");
		count_add(&w->world, COUNT_bytes_in, (uint64_t)n);
		client_input(w, client);
		if (client->c == NULL || c->phase == CONNECTION_CLOSING || client->input_left || (size_t)n < room)
			return;
	}
}

static void client_event(void *context, unsigned events)
{
	struct client *client = context;
	struct worker *w = client->worker;
	struct connection *c = client->c;
	if (c == NULL)
		return;
	if (c->phase == CONNECTION_CLOSING) {
		if ((events & LOOP_HANGUP) != 0 && client->shut)
			client->close_deadline_ms = worker_now_ms(w);
		return; /* the sweep at the end of the turn reads and throws away */
	}
	if ((events & LOOP_WRITE) != 0 && !output_flush(w, client)) {
		client_close(w, client, CLOSE_CONNECTION_LOST);
		return;
	}
	if ((events & (LOOP_READ | LOOP_HANGUP)) != 0 && w->retirement < RETIRE_HALTED)
		input_receive(w, client);
	input_list(w, client);
}

/* --- once per turn -------------------------------------------------------------------------------------------------------------------- */

void client_look_at_input(struct worker *w)
{
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		struct client *client = &w->clients[i];
		if (client->c == NULL)
			continue;
		client->input_left = true;
		input_list(w, client);
	}
}

bool client_turn(struct worker *w)
{
	struct client *list = w->input_first;
	w->input_first = NULL;
	while (list != NULL) {
		struct client *client = list;
		list = client->next_input;
		client->input_listed = false;
		if (client->c == NULL || !client->input_left)
			continue;
		client_input(w, client);
		if (client->c != NULL)
			input_list(w, client);
	}
	closing_sweep(w);
	return w->input_first != NULL;
}

void client_deadlines(struct worker *w)
{
	uint64_t now = worker_now_ms(w);
	uint64_t silence_ms = (uint64_t)w->config->intervals.login_silence_s * 1000;
	uint64_t creation_ms = (uint64_t)w->config->intervals.creation_silence_s * 1000;
	uint64_t total_ms = (uint64_t)w->config->intervals.login_total_s * 1000;
	uint64_t unread_ms = (uint64_t)w->config->intervals.unread_s * 1000;
	for (uint32_t i = 1; i <= w->world.limits.connections && w->clients_open > 0; i++) {
		struct client *client = &w->clients[i];
		const struct connection *c = client->c;
		if (c == NULL || c->phase == CONNECTION_CLOSING)
			continue;
		if (client->window_waits && !client->window_asked && now - c->sent_ms > WINDOW_PATIENCE_MS)
			window_ask(client);
		/* Its window has been closed since the last send; a little output may never fill what it is allowed to leave. */
		if ((client->want_write || client->window_waits) && output_waiting(c) > 0 && now - c->sent_ms > unread_ms &&
			now - c->phase_ms > unread_ms)
			client_close(w, client, CLOSE_SLOW_READER);
		if (c->phase != CONNECTION_NEW)
			continue;
		/* Who rolls dice is filling in a form and gets longer (protocol.md 2); but not for ever. */
		uint64_t allowed = c->dice_rolled ? creation_ms : silence_ms;
		if (now - c->input_ms > allowed || now - c->accepted_ms > total_ms)
			client_close(w, client, CLOSE_LOGIN_SILENCE);
	}
}
