#include "worker/arrival.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "common/protocol/packets.h"
#include "common/text/texts.h"
#include "worker/blame.h"
#include "worker/client.h"
#include "worker/departure.h"
#include "worker/output.h"
#include "worker/passport.h"
#include "worker/session.h"
#include "worker/vault_link.h"

struct arrival {
	struct worker *w;
	struct handle blamed; /* the connection whose packet killed our predecessor: it does not come along */
	unsigned playing, others, lost;
};

static const struct vault_entry *socket_of(const struct worker *w, uint32_t index)
{
	return index >= 1 && index < w->start.vault_size && index <= w->world.limits.connections &&
				   w->start.vault[index].fd >= 0
			   ? &w->start.vault[index]
			   : NULL;
}

/* --- a connection --------------------------------------------------------------------------------------------------- */

/* All but its output and its phase. */
static void connection_fill(struct worker *w, const struct passport *p, int fd)
{
	struct connection *c = &w->world.connections[p->connection];
	struct peer *peer = &w->world.peers[p->connection];
	memset((uint8_t *)c + sizeof c->owner, 0, offsetof(struct connection, input_bytes) - sizeof c->owner);
	c->generation = p->generation;
	c->fd = fd;
	c->charset = p->charset;
	c->dialect = p->dialect;
	c->dice_rolled = p->dice_rolled;
	memcpy(c->dice, p->dice, sizeof c->dice);
	c->port = p->port;
	c->segment_bytes = p->segment_bytes;
	c->accepted_ms = p->accepted_ms;
	c->input_ms = p->input_ms;
	c->sent_ms = p->sent_ms;
	c->acked_base = p->acked_base;
	c->consumed = p->consumed;
	c->sent = p->sent;
	c->piece_end = p->sent + p->piece_rest;
	c->returns_leaving_ms = p->leaving_ms;
	c->input = (struct input_span){.start = 0, .end = p->input_length};
	memcpy(c->input_bytes, p->input, p->input_length);
	memcpy(peer->address, p->address, sizeof peer->address);
	cursor_commit(c, &(struct connection_cursor){.appended = p->sent,
												 .greeted = p->greeted ? GREETED_BEFORE : GREETED_NOT,
												 .toggles = p->toggles});
}

/* The end of a packet that was sent in part, and whole packets: anything else ends here, for nobody could be sent it. */
static bool output_restore(struct worker *w, struct client *client, const struct passport *p)
{
	size_t rest = p->output_length - p->piece_rest;
	size_t whole = s2c_whole_prefix((enum dialect)p->dialect, p->output + p->piece_rest, rest, rest);
	struct connection_cursor next = *cursor_now(client->c);
	if (whole != rest || output_append_raw(w, client, &next, p->output, p->output_length) != CLOSE_NONE)
		return false;
	cursor_commit(client->c, &next);
	return true;
}

static void phase_begin(struct worker *w, struct client *client, const struct passport *p)
{
	switch ((enum passport_phase)p->phase) {
	case PASSPORT_NEW:
		client_enter(w, client, CONNECTION_NEW);
		break;
	case PASSPORT_ASKING:
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), false);
		break;
	case PASSPORT_PLAYING:
		session_return(w, client, text_bytes((const char *)p->name, p->name_length), p->account);
		break;
	case PASSPORT_CLOSING:
		client_close(w, client, CLOSE_LEFT_BEHIND);
		break;
	}
}

static void passport_take(struct arrival *a, const struct passport *p)
{
	struct worker *w = a->w;
	const struct vault_entry *entry = socket_of(w, p->connection);
	uint32_t nobody = 0;
	if (entry == NULL || entry->generation != p->generation || p->input_length > INPUT_BYTES ||
		!atomic_compare_exchange_strong(&w->world.connections[p->connection].owner, &nobody, w->world.slot + 1))
		return; /* not ours, or taken by our predecessor in this generation */
	connection_fill(w, p, entry->fd);
	bool counted = client_come_along(w, p->connection);
	struct client *client = counted ? client_adopt(w, p->connection) : NULL;
	if (client == NULL) {
		log_error("connection %u cannot come along: %s", p->connection,
				  counted ? strerror(errno) : "nothing can count the connections of its address");
		client_end_note(w, p->connection);
		w->world.connections[p->connection].phase = CONNECTION_FREE; /* also of one that nothing counted */
		atomic_store(&w->world.connections[p->connection].owner, 0);
		return; /* sockets_without_passport closes it */
	}
	if (!output_restore(w, client, p)) {
		log_error("connection %u: what it was still to be sent is damaged, or too much; closed", p->connection);
		client_close(w, client, CLOSE_INTERNAL);
		return;
	}
	if (a->blamed.index == p->connection && a->blamed.generation == p->generation) {
		log_warning("the packet of %s killed the last worker of the former generation: it is not run again, he is "
					"disconnected",
					p->name);
		blame_account(w, p->account, (const char *)p->name);
		client_close_telling(w, client, CLOSE_BLAMED, text_of(text_latin1(TEXT_BLAMED)));
		return;
	}
	a->playing += p->phase == PASSPORT_PLAYING;
	a->others += p->phase != PASSPORT_PLAYING;
	point("connection restored");
	phase_begin(w, client, p);
	output_schedule(w, client, true);
	point("connection arrived");
}

/* --- where passports come from -------------------------------------------------------------------------------------- */

static void reader_take(struct arrival *a, struct passport_reader *reader)
{
	struct passport p;
	while (passport_read(reader, &p))
		passport_take(a, &p);
	if (reader->damaged > 0)
		log_error("passports: %u are damaged; their connections are closed", reader->damaged);
}

static void files_take(struct arrival *a)
{
	struct passport_reader reader;
	struct problem why;
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		int fd = a->w->start.passports[i];
		if (fd < 0)
			continue;
		if (!passport_reader_open(&reader, fd, &why)) {
			log_error("%s; the connections of worker %u are closed", why.text, i);
			continue;
		}
		reader_take(a, &reader);
		passport_reader_close(&reader);
	}
}

/* Of the dead worker in this slot, from the world it died in. */
static void former_take(struct arrival *a, const struct world *former)
{
	struct worker *w = a->w;
	struct passport_writer writer;
	struct passport_reader reader;
	struct problem why;
	if (!passport_writer_begin(&writer, &why)) {
		log_error("%s", why.text);
		return;
	}
	const struct black_box *box = &former->processes[w->start.slot].black_box;
	if (w->start.blame && box->since_ms != 0)
		a->blamed = (struct handle){box->connection, box->connection_generation};
	for (uint32_t i = 1; i < w->start.vault_size; i++) {
		if (w->start.vault[i].fd >= 0 &&
			!departure_write(former, i, w->start.slot, w->start.vault[i].fd, &writer, &why))
			log_error("%s; it is closed", why.text);
	}
	if (!writer.failed && passport_reader_from(&reader, writer.bytes, writer.length, &why))
		reader_take(a, &reader);
	else
		log_error("passports: out of memory for %u connections", writer.count);
	passport_writer_free(&writer);
}

static void former_world_take(struct arrival *a)
{
	struct problem why;
	struct world former;
	if (a->w->start.former_world_fd < 0)
		return;
	if (!world_attach_to_look(&former, a->w->start.former_world_fd, &why)) {
		log_error("the former generation cannot be looked at, its connections are closed: %s", why.text);
		return;
	}
	former_take(a, &former);
	world_detach(&former);
}

/* --- the end -------------------------------------------------------------------------------------------------------- */

static void sockets_without_passport(struct arrival *a)
{
	struct worker *w = a->w;
	for (uint32_t i = 1; i < w->start.vault_size; i++) {
		const struct vault_entry *entry = &w->start.vault[i];
		if (entry->fd < 0 || (w->clients != NULL && i <= w->world.limits.connections && w->clients[i].c != NULL))
			continue;
		shutdown(entry->fd, SHUT_RDWR); /* our copy is closed with the foreign ones */
		vault_link_forget(w, (struct handle){i, entry->generation});
		a->lost++;
	}
}

static enum tx_verdict returning_end(struct tx *tx, void *context)
{
	const struct worker *w = context;
	struct realm *realm = tx->world->realm;
	SET(tx, realm->returning, realm->returning & ~(UINT32_C(1) << w->world.slot));
	return TX_COMMIT;
}

void arrival_take(struct worker *w)
{
	struct arrival a = {.w = w};
	uint64_t started_ms = clock_mono_ms();
	if ((w->world.realm->returning >> w->world.slot & 1) == 0)
		return;
	files_take(&a);
	former_world_take(&a);
	sockets_without_passport(&a);
	point("all arrived");
	worker_transaction(w, &w->world.realm_domain, 1, returning_end, w);
	log_notice("%u connections came along from the former generation in %llu ms (%u were playing); %u could not",
			   a.playing + a.others, (unsigned long long)(clock_mono_ms() - started_ms), a.playing, a.lost);
}
