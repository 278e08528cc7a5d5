#include "worker/adopt.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/base/point.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/protocol/packets.h"
#include "worker/blame.h"
#include "worker/client.h"
#include "worker/game/leaving.h"
#include "worker/output.h"
#include "worker/reader.h"
#include "worker/session.h"
#include "worker/stream.h"
#include "worker/vault_link.h"

/* --- taking over ----------------------------------------------------------------------------------------------------------------- */

static void connection_forget(struct worker *w, uint32_t index)
{
	struct connection *c = &w->world.connections[index];
	if (c->phase == CONNECTION_CHECKING && c->returns_id != 0)
		session_release(w, c->player);
	else if (c->player.index != 0)
		leaving_connection_lost(w, c->player, (struct handle){index, c->generation});
	point("orphan left behind");
	client_end_note(w, index);
	point("orphan freed");
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
	point("socket adopted");
	struct client *client = client_adopt(w, index);
	if (client == NULL) {
		close(c->fd);
		connection_forget(w, index);
		return;
	}
	unsigned former = atomic_load(&c->owner) - 1;
	if (c->phase == CONNECTION_CLOSING) {
		atomic_store(&c->owner, w->world.slot + 1);
		stream_repair_last(c, c->fd);
		client_adopt_closing(w, client);
		return;
	}
	bool reset = stream_is_reset(c->fd);
	if (reset || !stream_repair(c, c->fd)) {
		atomic_store(&c->owner, w->world.slot + 1);
		if (!reset)
			log_error("connection %u: the stream positions of the dead worker make no sense; closed", index);
		if (c->phase == CONNECTION_CHECKING && c->returns_id != 0)
			session_release(w, c->player);
		client_close(w, client, reset ? CLOSE_CONNECTION_LOST : CLOSE_INTERNAL);
		return;
	}
	/* From one store to the next it is found by whoever comes after us in this slot: as the former slot's, or as ours. */
	uint64_t since_ms = c->phase_ms;
	bool playing = c->phase == CONNECTION_PLAYING || (c->phase == CONNECTION_CHECKING && login_was_done(w, c, index));
	const struct player *player = handle_player(&w->world, c->player);
	if (playing)
		reader_adopt(w, client, former);
	atomic_store(&c->owner, w->world.slot + 1);
	if (c->phase == CONNECTION_CLOSING)
		return; /* no memory to follow its map */
	if (c->phase == CONNECTION_CHECKING && playing)
		client_enter(w, client, CONNECTION_PLAYING);
	else if (c->phase == CONNECTION_CHECKING && c->returns_id != 0 && player != NULL)
		session_return(w, client, text_bytes(player->name, player->name_length), c->returns_id);
	else if (c->phase == CONNECTION_CHECKING)
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), false);
	else
		client_enter(w, client, (enum connection_phase)c->phase);
	c->phase_ms = since_ms;
	point("connection adopted");
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
	const struct player *player = handle_player(&w->world, c->player);
	blame_account(w, player != NULL ? player->id : 0, box->player_name);
	client_close_telling(w, &w->clients[box->connection], CLOSE_BLAMED, text_of(text_latin1(TEXT_BLAMED)));
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
	point("adopting");
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
	point("all adopted");
	blame(w, box);
	reader_adopt_finish(w);
	if (adopted + lost > 0)
		log_notice("took over %u connections of former workers in %llu ms; %u had no socket in the vault", adopted,
				   (unsigned long long)(clock_mono_ms() - started_ms), lost);
}

void adopt_close_leftovers(struct worker *w)
{
	for (uint32_t i = 1; i < w->start.vault_size; i++) {
		const struct vault_entry *entry = &w->start.vault[i];
		bool served = i <= w->world.limits.connections && w->clients[i].c != NULL;
		if (entry->fd < 0 || (served && w->clients[i].c->fd == entry->fd))
			continue;
		if (!served) {
			shutdown(entry->fd, SHUT_RDWR); /* the vault's copy would keep it open, and the client waiting */
			vault_link_forget(w, (struct handle){i, entry->generation});
		}
		close(entry->fd);
	}
}
