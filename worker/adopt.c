#include "worker/adopt.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/protocol/packets.h"
#include "worker/client.h"
#include "worker/game/leaving.h"
#include "worker/output.h"
#include "worker/reader.h"

enum { SAMPLES_MOST = 100 };

/* tcpi_state; <netinet/tcp.h> has the names but not the whole tcp_info. */
enum { STATE_TIME_WAIT = 7, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9, STATE_CLOSING = 11 };

/* --- what the kernel knows ---------------------------------------------------------------------------------------------------- */

struct stream {
	uint64_t read;    /* bytes the dead one has taken out of the socket */
	uint64_t written; /* bytes it has put in */
};

static bool fin_came(uint8_t state)
{
	return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING || state == STATE_TIME_WAIT;
}

/* Both positions of a living socket; taken again until nothing moved in between. */
static bool stream_ask(const struct connection *c, struct stream *stream)
{
	for (int i = 0; i < SAMPLES_MOST; i++) {
		struct tcp_info before = {0}, after = {0};
		socklen_t length = sizeof before;
		int unread = 0, unsent = 0;
		if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &before, &length) != 0 || ioctl(c->fd, SIOCINQ, &unread) != 0 ||
			ioctl(c->fd, SIOCOUTQ, &unsent) != 0)
			return false;
		length = sizeof after;
		if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &after, &length) != 0)
			return false;
		if (before.tcpi_bytes_received != after.tcpi_bytes_received ||
			before.tcpi_bytes_acked != after.tcpi_bytes_acked || before.tcpi_state != after.tcpi_state)
			continue;
		/* A FIN counts as a byte received but never as one to read. */
		stream->read = after.tcpi_bytes_received - (fin_came(after.tcpi_state) ? 1 : 0) - (uint64_t)unread;
		stream->written = after.tcpi_bytes_acked - c->acked_base + (uint64_t)unsent;
		return true;
	}
	return false;
}

/* Writes down what the dead one could not. false: the figures make no sense; the connection cannot be trusted. */
static bool positions_repair(struct connection *c)
{
	struct stream stream;
	if (!stream_ask(c, &stream))
		return false;
	uint64_t known = c->consumed + (c->input.end - c->input.start);
	uint64_t queued = cursor_now(c)->appended;
	if (stream.read < known || stream.read - known > INPUT_BYTES - c->input.end || stream.written < c->sent ||
		stream.written > queued)
		return false;
	c->input.end += (uint32_t)(stream.read - known); /* the kernel has copied these bytes into the buffer */
	c->sent = stream.written;
	return true;
}

/* --- taking over ----------------------------------------------------------------------------------------------------------------- */

static void connection_forget(struct worker *w, uint32_t index)
{
	struct connection *c = &w->world.connections[index];
	if (c->player.index != 0)
		leaving_connection_lost(w, c->player, (struct handle){index, c->generation});
	c->phase = CONNECTION_FREE;
	c->player = (struct handle){0};
	c->generation++;
	count_add(&w->world, COUNT_connections_closed, 1);
	atomic_store(&c->owner, 0);
}

static bool socket_is_in_vault(const struct worker *w, uint32_t index)
{
	const struct connection *c = &w->world.connections[index];
	return index < w->start.vault_size && w->start.vault[index].fd >= 0 &&
		   w->start.vault[index].generation == c->generation && c->phase != CONNECTION_FREE;
}

/* The transaction that let it in was done, only the phase was not written any more. */
static bool login_was_done(const struct worker *w, const struct connection *c, uint32_t index)
{
	const struct player *player = handle_player(&w->world, c->player);
	return player != NULL && player->state == PLAYER_PLAYING && player->connection.index == index &&
		   player->connection.generation == c->generation;
}

static void adopt_one(struct worker *w, uint32_t index)
{
	struct connection *c = &w->world.connections[index];
	c->fd = w->start.vault[index].fd;
	struct client *client = client_adopt(w, index);
	if (client == NULL) {
		close(c->fd);
		connection_forget(w, index);
		return;
	}
	unsigned former = atomic_load(&c->owner) - 1;
	if (c->phase == CONNECTION_CLOSING) {
		atomic_store(&c->owner, w->world.slot + 1);
		if (!positions_repair(c))
			c->sent = cursor_now(c)->appended; /* its last words are lost: where they stood cannot be told */
		client_adopt_closing(w, client);
		return;
	}
	if (!positions_repair(c)) {
		atomic_store(&c->owner, w->world.slot + 1);
		log_error("connection %u: the stream positions of the dead worker make no sense; closed", index);
		client_close(w, client, CLOSE_INTERNAL);
		return;
	}
	/* From one store to the next it is found by whoever comes after us in this slot: as the former slot's, or as ours. */
	bool playing = c->phase == CONNECTION_PLAYING || (c->phase == CONNECTION_CHECKING && login_was_done(w, c, index));
	if (playing)
		reader_adopt(w, client, former);
	atomic_store(&c->owner, w->world.slot + 1);
	if (c->phase == CONNECTION_CLOSING)
		return; /* no memory to follow its map */
	if (c->phase == CONNECTION_CHECKING && playing)
		client_enter(w, client, CONNECTION_PLAYING);
	else if (c->phase == CONNECTION_CHECKING)
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), false);
	else
		client_enter(w, client, (enum connection_phase)c->phase);
	output_schedule(w, client, true);
}

static void blame(struct worker *w, const struct black_box *box)
{
	struct connection *c = handle_connection(&w->world, (struct handle){box->connection, box->connection_generation});
	if (!w->start.blame || box->since_ms == 0 || c == NULL || w->clients[box->connection].c != c)
		return;
	log_warning(
		"the packet %s of %s on map %u killed this worker's predecessor: it is not run again, he is disconnected",
		c2s_name(box->packet), box->player_name, box->map);
	client_close(w, &w->clients[box->connection], CLOSE_BLAMED);
}

bool adopt_is_ours(const struct worker *w, uint32_t connection)
{
	uint32_t owner = atomic_load(&w->world.connections[connection].owner);
	return owner == w->world.slot + 1 ||
		   (owner != 0 && owner <= WORKERS_MAX && (w->start.inherits >> (owner - 1) & 1) != 0);
}

void adopt_connections(struct worker *w, const struct black_box *box)
{
	unsigned adopted = 0, lost = 0;
	uint64_t started_ms = clock_mono_ms();
	output_pool_adopt(w);
	reader_adopt_begin(w);
	/* The own ones first: their places in the rings are noted where those of the others are about to be. */
	for (int inherited = 0; inherited <= 1; inherited++) {
		for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
			bool own = atomic_load(&w->world.connections[i].owner) == w->world.slot + 1;
			if (!adopt_is_ours(w, i) || w->clients[i].c != NULL || own == (inherited == 1))
				continue;
			if (socket_is_in_vault(w, i)) {
				adopt_one(w, i);
				adopted++;
			} else {
				connection_forget(w, i);
				lost++;
			}
		}
	}
	blame(w, box);
	reader_adopt_finish(w);
	if (adopted + lost > 0)
		log_notice("took over %u connections of former workers in %llu ms; %u had no socket in the vault",
				   adopted, (unsigned long long)(clock_mono_ms() - started_ms), lost);
}

void adopt_close_foreign(const struct worker *w)
{
	for (uint32_t i = 1; i < w->start.vault_size; i++) {
		if (w->start.vault[i].fd >= 0 && (w->clients[i].c == NULL || w->clients[i].c->fd != w->start.vault[i].fd))
			close(w->start.vault[i].fd);
	}
}
