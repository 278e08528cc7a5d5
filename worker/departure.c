#include "worker/departure.h"

#include <stdlib.h>
#include <string.h>

#include "worker/output.h"
#include "worker/stream.h"

enum { SEGMENT_BYTES_LEAST = 200, SEGMENT_BYTES_USUAL = 1400 };

/* --- what an unfinished transaction changed ------------------------------------------------------------------------- */

/* The record that ends at `end` of a log whose records are `records`. NULL: no sense. */
static const struct undo_record *record_before(const struct world *w, const uint8_t *records, uint64_t end,
											   uint64_t *size)
{
	const uint64_t around = sizeof(struct undo_record) + sizeof *size;
	if (end > w->limits.undo_bytes || end < around || end % 8 != 0)
		return NULL;
	memcpy(size, records + end - sizeof *size, sizeof *size);
	if (*size > end || *size < around || *size % 8 != 0)
		return NULL;
	const struct undo_record *record = (const struct undo_record *)(records + end - *size);
	return record->length <= *size - around ? record : NULL;
}

/* Newest first, what lies inside the connection. A log that makes no sense ends it: the positions then tell (stream.h). */
static void connection_undo(const struct world *w, unsigned slot, uint64_t offset, struct connection *copy)
{
	if (slot >= PROCESS_SLOTS)
		return;
	const struct undo_log *log = world_undo(w, slot);
	const uint8_t *records = (const uint8_t *)(log + 1);
	if (atomic_load(&log->state) != UNDO_ACTIVE)
		return;
	uint64_t size;
	for (uint64_t end = atomic_load(&log->used); end > 0; end -= size) {
		const struct undo_record *record = record_before(w, records, end, &size);
		if (record == NULL)
			return;
		if (record->offset >= offset && record->offset - offset <= sizeof *copy &&
			record->length <= sizeof *copy - (record->offset - offset))
			memcpy((uint8_t *)copy + (record->offset - offset), record + 1, record->length);
	}
}

static bool connection_copy(const struct world *w, uint32_t index, unsigned slot, struct connection *copy)
{
	if (index == 0 || index > w->limits.connections)
		return false;
	const struct connection *c = &w->connections[index];
	memcpy(copy, c, sizeof *copy);
	connection_undo(w, slot, (uint64_t)((const uint8_t *)c - w->base), copy);
	return copy->input.start <= copy->input.end && copy->input.end <= INPUT_BYTES &&
		   cursor_now(copy)->appended >= copy->sent;
}

/* --- who plays on it ------------------------------------------------------------------------------------------------ */

static bool plays(const struct world *w, uint32_t index, const struct connection *c)
{
	const struct player *player = handle_player(w, c->player);
	return player != NULL && player->state == PLAYER_PLAYING && player->connection.index == index &&
		   player->connection.generation == c->generation;
}

static enum passport_phase phase_of(const struct world *w, uint32_t index, const struct connection *c)
{
	switch (c->phase) {
	case CONNECTION_NEW:
		return PASSPORT_NEW;
	case CONNECTION_CHECKING: /* a login that was done, only the phase was not written any more; or one who comes back */
		return plays(w, index, c) || c->returns_id != 0 ? PASSPORT_PLAYING : PASSPORT_ASKING;
	case CONNECTION_PLAYING: /* else somebody else plays it: this connection was about to be closed */
		return plays(w, index, c) ? PASSPORT_PLAYING : PASSPORT_CLOSING;
	default:
		return PASSPORT_CLOSING;
	}
}

static bool player_put(const struct world *w, const struct connection *c, struct passport *p)
{
	const struct player *player = handle_player(w, c->player);
	if (p->phase != PASSPORT_PLAYING)
		return true;
	if (player == NULL || player->name_length == 0 || player->name_length >= NAME_BYTES)
		return false;
	p->account = c->returns_id != 0 ? c->returns_id : player->id;
	p->leaving_ms = c->returns_id != 0 ? c->returns_leaving_ms : player->logout_due_ms;
	p->name_length = player->name_length;
	memcpy(p->name, player->name, player->name_length);
	return p->account != 0;
}

/* --- what was not sent ---------------------------------------------------------------------------------------------- */

/* Copies the bytes [sent, appended) of the stream from the chain of chunks. false: the chain makes no sense. */
static bool output_copy(const struct world *w, const struct connection *c, uint8_t *to, uint64_t length)
{
	const struct connection_cursor *cursor = cursor_now(c);
	uint64_t chunks = (uint64_t)w->limits.workers * w->limits.chunks, at = c->sent, copied = 0;
	uint32_t chunk = cursor->tail == 0 ? 0 : c->output_first;
	for (uint64_t most = chunks; copied < length && most > 0; most--) {
		if (chunk == 0 || chunk > chunks)
			return false;
		const struct chunk *piece = &w->chunks[chunk];
		uint64_t used = chunk == cursor->tail ? cursor->tail_used : CHUNK_BYTES;
		if (used > CHUNK_BYTES || piece->position > at)
			return false;
		uint64_t skip = at - piece->position;
		if (skip < used) {
			uint64_t n = used - skip < length - copied ? used - skip : length - copied;
			memcpy(to + copied, piece->bytes + skip, n);
			copied += n;
			at += n;
		}
		chunk = chunk == cursor->tail ? 0 : piece->next;
	}
	return copied == length;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static void fields_fill(const struct world *w, uint32_t index, const struct connection *c, struct passport *p)
{
	const struct connection_cursor *cursor = cursor_now(c);
	uint64_t waiting = cursor->appended - c->sent;
	*p = (struct passport){
		.connection = index,
		.generation = c->generation,
		.phase = (uint8_t)phase_of(w, index, c),
		.dialect = c->dialect,
		.charset = c->charset,
		.toggles = cursor->toggles,
		.greeted = cursor->greeted != GREETED_NOT,
		.dice_rolled = c->dice_rolled,
		.port = c->port,
		.segment_bytes = c->segment_bytes,
		.accepted_ms = c->accepted_ms,
		.input_ms = c->input_ms,
		.sent_ms = c->sent_ms,
		.acked_base = c->acked_base,
		.consumed = c->consumed,
		.sent = c->sent,
		.input = c->input_bytes + c->input.start,
		.input_length = c->input.end - c->input.start,
		.output_length = (uint32_t)waiting,
	};
	if (c->piece_end > c->sent && c->piece_end <= cursor->appended)
		p->piece_rest = (uint32_t)(c->piece_end - c->sent);
	if (p->segment_bytes < SEGMENT_BYTES_LEAST || p->segment_bytes > SEGMENT_BYTES_USUAL)
		p->segment_bytes = SEGMENT_BYTES_USUAL;
	memcpy(p->dice, c->dice, sizeof p->dice);
	memcpy(p->address, w->peers[index].address, sizeof p->address);
}

static bool copy_write(const struct world *w, uint32_t index, unsigned slot, int fd, struct connection *copy,
					   struct passport_writer *writer, struct problem *why)
{
	if (!connection_copy(w, index, slot, copy))
		return problem_set(why, "connection %u is damaged", index);
	if (!stream_repair(copy, fd))
		return problem_set(why, "connection %u: its stream positions make no sense", index);
	uint64_t waiting = cursor_now(copy)->appended - copy->sent;
	if (waiting > PASSPORT_OUTPUT_MAX)
		return problem_set(why, "connection %u: it has impossibly much output", index);
	struct passport p;
	fields_fill(w, index, copy, &p);
	if (!player_put(w, copy, &p))
		return problem_set(why, "connection %u: nobody knows who plays on it", index);
	uint8_t *output = malloc(waiting + 1);
	bool good = output != NULL && output_copy(w, copy, output, waiting);
	p.output = output;
	if (good)
		passport_write(writer, &p);
	free(output);
	return good || problem_set(why, "connection %u: its output is damaged", index);
}

bool departure_write(const struct world *w, uint32_t index, unsigned slot, int fd, struct passport_writer *writer,
					 struct problem *why)
{
	struct connection *copy = aligned_alloc(64, (sizeof *copy + 63) / 64 * 64);
	if (copy == NULL)
		return problem_set(why, "out of memory");
	bool good = copy_write(w, index, slot, fd, copy, writer, why);
	free(copy);
	return good;
}
