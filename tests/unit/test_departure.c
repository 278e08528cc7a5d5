/* The passport of a connection whose worker is dead, written from the world it died in: to the byte when that world is sound,
 * and harmlessly whatever that world has become. */
#include <netinet/in.h>
#include <linux/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/memory_segment.h"
#include "worker/departure.h"

enum {
	INDEX = 3,
	GENERATION = 5,
	PLAYER = 2,
	SLOT = 1,
	QUEUED = 5000, /* bytes of output in three chunks */
	PIECE = 300,
	TAKEN = 100, /* of the piece, which nobody has written down */
	SENT_BY_CLIENT = 40,
	KNOWN = 25,    /* of these, as far as the dead one had written down */
	CONSUMED = 10, /* of these by packets that were run */
};

struct place_of_death {
	struct memory_segment segment;
	struct world *world;
	struct connection *c;
	int client, server;
	uint8_t output[QUEUED];
};

static void sockets_make(struct place_of_death *d)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	d->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(d->client, (struct sockaddr *)&address, sizeof address), 0);
	d->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(d->server >= 0);
	close(listener);
}

static uint64_t acked(int fd)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
	return info.tcpi_bytes_acked;
}

static void output_make(struct place_of_death *d)
{
	static const uint32_t chunks[] = {70, 66, 81};
	uint64_t at = 0;
	for (unsigned i = 0; i < QUEUED; i++)
		d->output[i] = (uint8_t)(i * 7 + i / 251);
	for (unsigned i = 0; i < 3; i++) {
		struct chunk *chunk = &d->world->chunks[chunks[i]];
		size_t n = QUEUED - at < CHUNK_BYTES ? QUEUED - at : CHUNK_BYTES;
		chunk->position = at;
		chunk->next = i < 2 ? chunks[i + 1] : 0xdead;
		memcpy(chunk->bytes, d->output + at, n);
		at += n;
	}
	d->c->output_first = chunks[0];
	d->c->cursor[1] = (struct connection_cursor){.appended = QUEUED,
												 .tail = chunks[2],
												 .tail_used = QUEUED - 2 * CHUNK_BYTES,
												 .toggles = TOGGLE_REST,
												 .greeted = GREETED_HERE,
												 .view_map = 1};
	atomic_store(&d->c->cursor_active, 1);
	d->c->piece_end = PIECE;
	assert_int_equal(send(d->server, d->output, TAKEN, 0), TAKEN);
}

static void input_make(struct place_of_death *d)
{
	uint8_t bytes[SENT_BY_CLIENT] = {0};
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i + 1);
	assert_int_equal(send(d->client, bytes, sizeof bytes, 0), sizeof bytes);
	/* The worker died before it noted the last of them. */
	assert_int_equal(recv(d->server, d->c->input_bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	d->c->input = (struct input_span){.start = CONSUMED, .end = KNOWN};
	d->c->consumed = CONSUMED;
}

static void player_make(struct place_of_death *d)
{
	struct player *player = &d->world->players[PLAYER];
	*player = (struct player){.generation = 9,
							  .id = 1234,
							  .state = PLAYER_PLAYING,
							  .name_length = 6,
							  .name = "Lirael",
							  .connection = {INDEX, GENERATION}};
	d->c->player = (struct handle){PLAYER, 9};
}

static int setup(void **state)
{
	struct place_of_death *d = calloc(1, sizeof *d);
	struct world_limits limits = memory_segment_limits();
	limits.chunks = 64;
	memory_segment_open_with(&d->segment, &limits);
	d->world = &d->segment.world;
	d->c = &d->world->connections[INDEX];
	sockets_make(d);
	d->c->generation = GENERATION;
	d->c->phase = CONNECTION_PLAYING;
	d->c->segment_bytes = 1400;
	d->c->port = 4711;
	d->c->acked_base = acked(d->server);
	atomic_store(&d->c->owner, SLOT + 1);
	player_make(d);
	output_make(d);
	input_make(d);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct place_of_death *d = *state;
	close(d->client);
	close(d->server);
	memory_segment_close(&d->segment);
	free(d);
	return 0;
}

/* Writes it and reads it again. false: it got none. The parts of `p` live as long as the writer. */
static bool depart(struct place_of_death *d, struct passport_writer *writer, struct passport *p)
{
	struct passport_reader reader;
	struct problem why = {""};
	assert_true(passport_writer_begin(writer, &why));
	if (!departure_write(d->world, INDEX, SLOT, d->server, writer, &why)) {
		assert_true(why.text[0] != '\0');
		return false;
	}
	assert_true(passport_reader_from(&reader, writer->bytes, writer->length, &why));
	return passport_read(&reader, p);
}

static void positions_are_right_to_the_byte(void **state)
{
	struct place_of_death *d = *state;
	struct passport_writer writer;
	struct passport p = {0};
	assert_true(depart(d, &writer, &p));
	assert_int_equal(p.connection, INDEX);
	assert_int_equal(p.generation, GENERATION);
	assert_int_equal(p.phase, PASSPORT_PLAYING);
	assert_int_equal(p.account, 1234);
	assert_memory_equal(p.name, "Lirael", 7);
	assert_int_equal(p.toggles, TOGGLE_REST);
	assert_int_equal(p.greeted, 1);
	assert_int_equal(p.consumed, CONSUMED);
	assert_int_equal(p.input_length, SENT_BY_CLIENT - CONSUMED);
	for (unsigned i = 0; i < p.input_length; i++)
		assert_int_equal(p.input[i], CONSUMED + i + 1);
	assert_int_equal(p.sent, TAKEN);
	assert_int_equal(p.piece_rest, PIECE - TAKEN);
	assert_int_equal(p.output_length, QUEUED - TAKEN);
	assert_memory_equal(p.output, d->output + TAKEN, QUEUED - TAKEN);
	passport_writer_free(&writer);
}

/* Puts old bytes into the log of the dead slot, as tx_touch does. */
static void log_add(struct place_of_death *d, void *where, const void *old, size_t bytes)
{
	struct undo_log *log = world_undo(d->world, SLOT);
	uint64_t used = atomic_load(&log->used), around = (bytes + 7) / 8 * 8;
	uint64_t size = sizeof(struct undo_record) + around + sizeof size;
	uint8_t *record = (uint8_t *)(log + 1) + used;
	*(struct undo_record *)record = (struct undo_record){(uint64_t)((uint8_t *)where - d->world->base), bytes};
	memcpy(record + sizeof(struct undo_record), old, bytes);
	memcpy(record + sizeof(struct undo_record) + around, &size, sizeof size);
	atomic_store(&log->used, used + size);
}

static void a_packet_that_was_half_done_is_not_taken_for_done(void **state)
{
	struct place_of_death *d = *state;
	struct passport_writer writer;
	struct passport p = {0};
	struct input_span before = d->c->input;
	uint32_t first_map = 77;
	/* the dead one had moved the start, and not yet the other position; and changed something elsewhere */
	log_add(d, &d->world->players[PLAYER].gold, &first_map, sizeof first_map);
	log_add(d, &d->c->input.start, &before.start, sizeof before.start);
	d->c->input.start += 8;
	atomic_store(&world_undo(d->world, SLOT)->state, UNDO_ACTIVE);
	assert_true(depart(d, &writer, &p));
	assert_int_equal(p.consumed, CONSUMED);
	assert_int_equal(p.input_length, SENT_BY_CLIENT - CONSUMED);
	const uint8_t first = CONSUMED + 1;
	assert_memory_equal(p.input, &first, sizeof first);
	passport_writer_free(&writer);
	assert_int_equal(d->c->input.start, before.start + 8); /* nothing is written into the former world */
	assert_int_equal(d->world->players[PLAYER].gold, 0);

	/* a log that was settled is no log */
	atomic_store(&world_undo(d->world, SLOT)->state, UNDO_COMMITTED);
	d->c->consumed += 8;
	assert_true(depart(d, &writer, &p));
	assert_int_equal(p.consumed, CONSUMED + 8);
	passport_writer_free(&writer);
}

static void who_else_plays_the_character_leaves_only_the_rest_of_the_output_to_this_one(void **state)
{
	struct place_of_death *d = *state;
	struct passport_writer writer;
	struct passport p = {0};
	d->world->players[PLAYER].connection.index = 1;
	assert_true(depart(d, &writer, &p));
	assert_int_equal(p.phase, PASSPORT_CLOSING);
	passport_writer_free(&writer);
}

static void phases_are_what_they_mean_elsewhere(void **state)
{
	struct place_of_death *d = *state;
	static const struct {
		uint8_t phase;
		bool plays;
		uint32_t returns_id;
		uint8_t expected;
		uint32_t account;
	} rows[] = {
		{CONNECTION_NEW, false, 0, PASSPORT_NEW, 0},
		{CONNECTION_CHECKING, false, 0, PASSPORT_ASKING, 0},
		{CONNECTION_CHECKING, true, 0, PASSPORT_PLAYING, 1234}, /* it had entered, only the phase was not written */
		{CONNECTION_CHECKING, false, 77, PASSPORT_PLAYING, 77}, /* it was coming back already */
		{CONNECTION_CLOSING, true, 0, PASSPORT_CLOSING, 0},
		{CONNECTION_FREE, true, 0, PASSPORT_CLOSING, 0},
	};
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct passport_writer writer;
		struct passport p = {0};
		d->c->phase = rows[i].phase;
		d->c->returns_id = rows[i].returns_id;
		d->world->players[PLAYER].state = rows[i].plays ? PLAYER_PLAYING : PLAYER_RESERVED;
		assert_true(depart(d, &writer, &p));
		assert_int_equal(p.phase, rows[i].expected);
		assert_int_equal(p.account, rows[i].account);
		passport_writer_free(&writer);
	}
}

static void damage_of_each_kind_is_told_and_gives_no_passport(void **state)
{
	struct place_of_death *d = *state;
	struct connection sound;
	struct chunk *second = &d->world->chunks[66];
	memcpy(&sound, d->c, sizeof sound);
	for (unsigned kind = 0; kind < 12; kind++) {
		struct passport_writer writer;
		struct passport p = {0};
		struct player player = d->world->players[PLAYER];
		struct chunk chunk = *second;
		switch (kind) {
		case 0:
			d->c->input.end = INPUT_BYTES + 1;
			break;
		case 1:
			d->c->input.start = KNOWN + 1;
			break;
		case 2:
			d->c->consumed += 1000; /* more than ever came */
			break;
		case 3:
			d->c->sent = QUEUED + 1;
			break;
		case 4:
			d->c->cursor[1].appended = UINT64_MAX;
			break;
		case 5:
			d->c->output_first = UINT32_MAX;
			break;
		case 6:
			second->next = 0;
			break;
		case 7:
			second->next = 70; /* a circle */
			break;
		case 8:
			second->position = UINT64_MAX;
			break;
		case 9:
			d->c->cursor[1].tail_used = CHUNK_BYTES + 1;
			break;
		case 10:
			d->world->players[PLAYER].name_length = 255;
			break;
		default:
			d->world->players[PLAYER].id = 0;
			break;
		}
		if (depart(d, &writer, &p))
			fail_msg("damage %u was not seen", kind);
		passport_writer_free(&writer);
		memcpy(d->c, &sound, sizeof sound);
		d->world->players[PLAYER] = player;
		*second = chunk;
	}
	struct problem why;
	struct passport_writer writer;
	assert_true(passport_writer_begin(&writer, &why));
	assert_false(departure_write(d->world, 0, SLOT, d->server, &writer, &why));
	assert_false(departure_write(d->world, MEMORY_SEGMENT_CONNECTIONS + 1, SLOT, d->server, &writer, &why));
	assert_false(departure_write(d->world, INDEX, SLOT, -1, &writer, &why));
	passport_writer_free(&writer);
}

/* Bytes at random places of all that is looked at, so many that nothing can be right. */
static void a_world_of_noise_harms_nobody(void **state)
{
	struct place_of_death *d = *state;
	struct rng rng;
	struct undo_log *log = world_undo(d->world, SLOT);
	const struct {
		void *bytes;
		size_t size;
	} regions[] = {
		{(uint8_t *)d->c + sizeof d->c->owner, offsetof(struct connection, input_bytes) - sizeof d->c->owner},
		{&d->world->players[PLAYER], sizeof(struct player)},
		{&d->world->chunks[60], 24 * sizeof(struct chunk)},
		{log, 512},
	};
	rng_seed(&rng, 4);
	for (unsigned round = 0; round < 4000; round++) {
		struct passport_writer writer;
		struct passport p = {0};
		uint8_t *kept[4];
		for (unsigned i = 0; i < 4; i++) {
			kept[i] = malloc(regions[i].size);
			memcpy(kept[i], regions[i].bytes, regions[i].size);
			for (int32_t n = rng_range(&rng, 0, 6); n > 0; n--)
				((uint8_t *)regions[i].bytes)[rng_range(&rng, 0, (int32_t)regions[i].size - 1)] =
					(uint8_t)rng_range(&rng, 0, 255);
		}
		if (rng_range(&rng, 0, 1) == 0)
			atomic_store(&log->state, UNDO_ACTIVE);
		if (depart(d, &writer, &p))
			assert_int_equal(p.connection, INDEX);
		passport_writer_free(&writer);
		for (unsigned i = 0; i < 4; i++) {
			memcpy(regions[i].bytes, kept[i], regions[i].size);
			free(kept[i]);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(positions_are_right_to_the_byte),
		TEST(a_packet_that_was_half_done_is_not_taken_for_done),
		TEST(who_else_plays_the_character_leaves_only_the_rest_of_the_output_to_this_one),
		TEST(phases_are_what_they_mean_elsewhere),
		TEST(damage_of_each_kind_is_told_and_gives_no_passport),
		TEST(a_world_of_noise_harms_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
