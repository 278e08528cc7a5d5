#include "worker/output.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/point.h"
#include "common/protocol/charset.h"
#include "common/protocol/packets.h"
#include "common/world/traffic.h"
#include "worker/client.h"
#include "worker/stream.h"

enum {
	SEND_BUFFER_BYTES = RING_ENTRY_MAX + CHUNK_BYTES,
	WINDOW_LOOK_MS = 20, /* between two looks whether a window has opened */
};

bool output_pool_create(struct worker *w, struct problem *why)
{
	uint32_t share = w->world.limits.chunks;
	w->free_chunks = calloc(share, sizeof *w->free_chunks);
	w->send_buffer = malloc(SEND_BUFFER_BYTES);
	w->recoded = malloc(w->burst_capacity * 2);
	w->due = calloc(w->world.limits.connections, sizeof(struct client *));
	if (w->free_chunks == NULL || w->send_buffer == NULL || w->recoded == NULL || w->due == NULL)
		return problem_set(why, "out of memory for the output of %u chunks", share);
	for (uint32_t i = 0; i < share; i++)
		w->free_chunks[i] = 1 + w->world.slot * share + i;
	w->free_chunk_count = share;
	return true;
}

void output_pool_adopt(struct worker *w)
{
	uint32_t share = w->world.limits.chunks, first = 1 + w->world.slot * share;
	uint32_t all = share * w->world.limits.workers;
	bool *used = calloc(share, sizeof *used);
	if (used == NULL)
		abort(); /* handing out chunks that are in use would mix up two players' output */
	/* Of whomever: what a heir of this slot took over may still lie in its share (adopt.h). He may be sending it just now,
	 * then a chunk counts as used that is free, until this slot's next birth. */
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		const struct connection *c = &w->world.connections[i];
		if (atomic_load(&c->owner) == 0)
			continue;
		const struct connection_cursor *cursor = cursor_now(c);
		uint32_t most = all;
		for (uint32_t chunk = cursor->tail == 0 ? 0 : c->output_first; chunk != 0 && most-- > 0;) {
			if (chunk > all)
				break; /* it changed while we looked */
			if (chunk - first < share)
				used[chunk - first] = true;
			chunk = chunk == cursor->tail ? 0 : w->world.chunks[chunk].next;
		}
	}
	w->free_chunk_count = 0;
	for (uint32_t i = 0; i < share; i++) {
		if (!used[i])
			w->free_chunks[w->free_chunk_count++] = first + i;
	}
	free(used);
}

void output_pool_destroy(struct worker *w)
{
	free(w->free_chunks);
	free(w->send_buffer);
	free(w->recoded);
	free(w->due);
}

/* A chunk of another share, taken over with its connection, is found free when its slot is born again. */
static void chunk_give_back(struct worker *w, uint32_t chunk)
{
	uint32_t share = w->world.limits.chunks, first = 1 + w->world.slot * share;
	if (chunk - first < share)
		w->free_chunks[w->free_chunk_count++] = chunk;
}

/* --- appending ----------------------------------------------------------------------------------------------------------- */

enum close_reason output_append_raw(struct worker *w, struct client *client, struct connection_cursor *next,
									const uint8_t *bytes, size_t length)
{
	struct connection *c = client->c;
	if (next->appended - c->sent + length > (uint64_t)w->config->limits.output_kb * 1024)
		return CLOSE_SLOW_READER;
	if ((length + CHUNK_BYTES - 1) / CHUNK_BYTES + 1 > w->free_chunk_count)
		return CLOSE_OUTPUT_POOL;
	while (length > 0) {
		if (next->tail == 0 || next->tail_used == CHUNK_BYTES) {
			uint32_t fresh = w->free_chunks[--w->free_chunk_count];
			w->world.chunks[fresh].position = next->appended;
			if (next->tail == 0)
				c->output_first = fresh; /* counts only with a tail in the valid cursor */
			else
				w->world.chunks[next->tail].next = fresh;
			point("chunk chained");
			next->tail = fresh;
			next->tail_used = 0;
		}
		size_t room = CHUNK_BYTES - next->tail_used;
		size_t n = length < room ? length : room;
		memcpy(w->world.chunks[next->tail].bytes + next->tail_used, bytes, n);
		next->tail_used += (uint32_t)n;
		next->appended += n;
		bytes += n;
		length -= n;
	}
	point("appended");
	return CLOSE_NONE;
}

enum close_reason output_append(struct worker *w, struct client *client, struct connection_cursor *next,
								const uint8_t *packets, size_t length)
{
	if (client->c->charset != CHARSET_LATIN1 && length > 0) {
		struct packet_writer writer;
		packet_writer_start(&writer, w->recoded, w->burst_capacity * 2, (enum dialect)client->c->dialect);
		if (!packet_recode((enum charset)client->c->charset, packets, length, &writer))
			return CLOSE_INTERNAL;
		packets = w->recoded;
		length = writer.length;
	}
	enum close_reason reason = output_append_raw(w, client, next, packets, length);
	if (reason == CLOSE_NONE)
		traffic_tell(&w->world, (enum dialect)client->c->dialect, packets, length, 1);
	return reason;
}

struct answer {
	struct client *client;
	uint32_t cursor; /* written, not valid yet */
};

static enum tx_verdict answer(struct tx *tx, void *context)
{
	const struct answer *a = context;
	client_consume(tx, a->client->c, a->client->early_bytes);
	cursor_flip(tx, a->client->c, a->cursor);
	return TX_COMMIT;
}

void output_say(struct worker *w, struct client *client, const uint8_t *packets, size_t length)
{
	struct connection_cursor next = *cursor_now(client->c);
	enum close_reason reason = output_append(w, client, &next, packets, length);
	if (reason != CLOSE_NONE) {
		client_close(w, client, reason);
		return;
	}
	if (client->early_bytes != 0) {
		struct answer a = {.client = client, .cursor = cursor_write(client->c, &next)};
		worker_transaction(w, NULL, 0, answer, &a);
		client->early_bytes = 0;
	} else {
		cursor_commit(client->c, &next);
	}
	output_schedule(w, client, true);
}

/* Appended, or why not. */
static bool told(struct worker *w, struct client *client, struct connection_cursor *next, enum close_reason reason,
				 bool anything, bool urgent)
{
	if (reason != CLOSE_NONE) {
		client_close(w, client, reason);
		return false;
	}
	if (next->place_behind == PLACE_IN_THIS)
		next->place_behind = next->appended;
	cursor_commit(client->c, next);
	if (anything)
		output_schedule(w, client, urgent);
	return true;
}

void output_tell(struct worker *w, struct client *client, struct connection_cursor *next, const uint8_t *packets,
				 size_t length, bool urgent)
{
	told(w, client, next, output_append(w, client, next, packets, length), length > 0, urgent);
}

bool output_tell_raw(struct worker *w, struct client *client, struct connection_cursor *next, const uint8_t *bytes,
					 size_t length, bool urgent)
{
	return told(w, client, next, output_append_raw(w, client, next, bytes, length), length > 0, urgent);
}

/* --- when to send ---------------------------------------------------------------------------------------------------------- */

_Static_assert((int)PACE_MOST_MS < (int)FLUSH_WHEEL, "a bucket for each millisecond ahead");

/* Rounded down to the moments when the rings are read, so that many are served in one turn. */
static uint64_t flush_due_ms(const struct worker *w, const struct client *client)
{
	uint64_t now = worker_now_ms(w), due = client->c->sent_ms + w->pace.gather_ms;
	due -= due % w->pace.slice_ms;
	return due > now && due <= now + w->pace.gather_ms ? due : now;
}

static void bucket_put(struct worker *w, struct client *client, uint64_t due_ms)
{
	struct client **bucket = &w->flush_wheel[due_ms % FLUSH_WHEEL];
	client->next_flush = *bucket;
	*bucket = client;
}

/* No event tells that a window has opened. */
static void window_look_again(struct worker *w, struct client *client)
{
	if (client->flush_waiting)
		return;
	client->flush_waiting = true;
	w->flush_waiting++;
	bucket_put(w, client, worker_now_ms(w) + WINDOW_LOOK_MS);
}

void output_schedule(struct worker *w, struct client *client, bool urgent)
{
	if (urgent && !client->urgent) {
		client->urgent = true;
		client->next_urgent = w->urgent_first;
		w->urgent_first = client;
	}
	if (client->urgent || client->flush_waiting)
		return;
	client->flush_waiting = true;
	w->flush_waiting++;
	bucket_put(w, client, flush_due_ms(w, client));
}

static void flush_or_close(struct worker *w, struct client *client)
{
	if (client->c != NULL && !output_flush(w, client))
		client_close(w, client, CLOSE_CONNECTION_LOST);
}

static void all_flush(struct worker *w, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		output_look_ahead(w, w->due, count, i);
		flush_or_close(w, w->due[i]);
	}
}

static void urgent_flush(struct worker *w)
{
	uint32_t count = 0;
	for (struct client *client = w->urgent_first; client != NULL; client = client->next_urgent) {
		client->urgent = false;
		w->due[count++] = client;
	}
	w->urgent_first = NULL;
	all_flush(w, count);
}

/* Who was sent something urgent after he was put there waits anew. */
static void bucket_flush(struct worker *w, unsigned bucket)
{
	uint32_t waiting = 0, count = 0;
	for (struct client *client = w->flush_wheel[bucket]; client != NULL; client = client->next_flush)
		w->due[waiting++] = client;
	w->flush_wheel[bucket] = NULL;
	for (uint32_t i = 0; i < waiting; i++) {
		struct client *client = w->due[i];
		output_look_ahead(w, w->due, waiting, i);
		bool waits = client->c != NULL && output_waiting(client->c) > 0;
		uint64_t due = waits ? flush_due_ms(w, client) : 0;
		if (due > worker_now_ms(w)) {
			bucket_put(w, client, due);
			continue;
		}
		client->flush_waiting = false;
		w->flush_waiting--;
		if (waits)
			w->due[count++] = client;
	}
	all_flush(w, count);
}

int output_flush_due(struct worker *w)
{
	uint64_t now = worker_now_ms(w);
	urgent_flush(w);
	if (now - w->flush_done_ms > FLUSH_WHEEL)
		w->flush_done_ms = now - FLUSH_WHEEL;
	for (uint64_t t = w->flush_done_ms + 1; t <= now; t++)
		bucket_flush(w, t % FLUSH_WHEEL);
	w->flush_done_ms = now - 1; /* this millisecond's bucket may get more */
	for (unsigned ahead = 1; ahead <= PACE_MOST_MS && w->flush_waiting > 0; ahead++) {
		if (w->flush_wheel[(now + ahead) % FLUSH_WHEEL] != NULL)
			return (int)ahead;
	}
	return -1;
}

/* --- sending ------------------------------------------------------------------------------------------------------------------ */

/* Copies up to `most` unsent bytes from the front into the send buffer. */
static size_t output_peek(const struct worker *w, const struct connection *c, size_t most)
{
	const struct connection_cursor *cursor = cursor_now(c);
	size_t got = 0;
	uint64_t at = c->sent;
	uint32_t chunk = cursor->tail == 0 ? 0 : c->output_first;
	while (chunk != 0 && got < most && at < cursor->appended) {
		const struct chunk *piece = &w->world.chunks[chunk];
		uint64_t skip = at - piece->position;
		uint64_t used = chunk == cursor->tail ? cursor->tail_used : CHUNK_BYTES;
		size_t n = used - skip < most - got ? used - skip : most - got;
		memcpy(w->send_buffer + got, piece->bytes + skip, n);
		got += n;
		at += n;
		chunk = chunk == cursor->tail ? 0 : piece->next;
	}
	return got;
}

/* Gives chunks back that were sent whole. */
static void chunks_return(struct worker *w, struct connection *c)
{
	const struct connection_cursor *cursor = cursor_now(c);
	while (cursor->tail != 0) {
		uint32_t chunk = c->output_first;
		bool last = chunk == cursor->tail;
		uint64_t used = last ? cursor->tail_used : CHUNK_BYTES;
		if (c->sent < w->world.chunks[chunk].position + used)
			return;
		if (last) {
			struct connection_cursor next = *cursor;
			next.tail = 0;
			next.tail_used = 0;
			cursor_commit(c, &next);
			cursor = cursor_now(c);
		} else {
			c->output_first = w->world.chunks[chunk].next;
		}
		point("chunk sent");
		chunk_give_back(w, chunk);
	}
}

/* For how many bytes the peer has room, up to a segment. A kernel that has a packet for which there is too little room fills
 * that up with the beginning of the packet after a while: so it gets none. The last words of a connection that is closing
 * are given to the kernel, which delivers them when we are gone. */
static size_t window_room(struct client *client)
{
	struct connection *c = client->c;
	if (c->phase == CONNECTION_CLOSING)
		return c->segment_bytes;
	if (client->window_end < c->sent + c->segment_bytes)
		client->window_end = stream_window_end(c, c->fd);
	if (client->window_end <= c->sent)
		return 0;
	uint64_t room = client->window_end - c->sent;
	return room < c->segment_bytes ? (size_t)room : c->segment_bytes;
}

/* How many bytes to give the kernel in one piece: the rest of a piece it took only in part, or as many whole packets as
 * fit a segment and the peer's window, or one packet that is longer than a segment. 0: the window is too small. */
static size_t piece_size(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	if (c->piece_end > c->sent)
		return output_peek(w, c, (size_t)(c->piece_end - c->sent));
	size_t room = window_room(client);
	if (room == 0)
		return 0;
	size_t got = output_peek(w, c, room);
	if (got == output_waiting(c))
		return got; /* only whole packets were appended */
	size_t whole = s2c_whole_prefix((enum dialect)c->dialect, w->send_buffer, got, room);
	if (whole > 0 || room < c->segment_bytes)
		return whole;
	/* One packet that is longer than a segment. */
	got = output_peek(w, c, SEND_BUFFER_BYTES);
	for (size_t most = c->segment_bytes; whole == 0 && most < SEND_BUFFER_BYTES; most += 128)
		whole = s2c_whole_prefix((enum dialect)c->dialect, w->send_buffer, got, most + 128);
	assert(whole > 0 && whole <= got); /* only whole packets were appended */
	return whole;
}

/* What tells the client where it is may just have been sent. */
static void place_note_sent(struct connection *c)
{
	uint64_t behind = cursor_now(c)->place_behind;
	if (c->place_sent == behind || c->sent < behind)
		return;
	c->place_input = stream_received(c);
	c->place_sent = behind;
}

bool output_flush(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	place_note_sent(c);
	chunks_return(w, c); /* of a predecessor, who may have sent several and noted none */
	while (output_waiting(c) > 0) {
		bool fresh = c->piece_end <= c->sent;
		size_t size = piece_size(w, client);
		if (size == 0) {
			point("window full");
			client_want_write(client, false);
			client_want_window(client, true);
			window_look_again(w, client);
			return true;
		}
		c->piece_end = c->sent + size;
		atomic_signal_fence(memory_order_seq_cst);
		point("piece noted");
		ssize_t n = send(c->fd, w->send_buffer, size, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_EOR);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			point("socket full");
			if (fresh)
				c->piece_end = c->sent; /* nothing of it was taken: the window counts again */
			client_want_write(client, true);
			return true;
		}
		if (n < 0)
			return false;
		count_add(&w->world, COUNT_sends, 1);
		count_add(&w->world, COUNT_bytes_out, (uint64_t)n);
		client_want_window(client, false);
		c->sent_ms = worker_now_ms(w);
		point("sent");
		c->sent += (uint64_t)n;
		point("sending noted");
		place_note_sent(c);
		chunks_return(w, c);
	}
	client_want_write(client, false);
	client_want_window(client, false);
	return true;
}

void output_drop(struct worker *w, struct client *client)
{
	struct connection *c = client->c;
	const struct connection_cursor *cursor = cursor_now(c);
	for (uint32_t chunk = cursor->tail == 0 ? 0 : c->output_first; chunk != 0;) {
		uint32_t next = chunk == cursor->tail ? 0 : w->world.chunks[chunk].next;
		chunk_give_back(w, chunk);
		chunk = next;
	}
	struct connection_cursor empty = *cursor;
	empty.tail = 0;
	empty.tail_used = 0;
	cursor_commit(c, &empty);
	c->sent = empty.appended;
}
