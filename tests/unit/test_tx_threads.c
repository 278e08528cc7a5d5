/* Rings and transactions under threads, for ThreadSanitizer: workers move tokens between maps, readers follow the rings.
 *
 * `make tsan` runs it so, the normal build too. ThreadSanitizer cannot follow locks through two mappings of one segment, so
 * the segment is attached once, and each thread has its own struct world (a copy) with its own slot. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/world/tx.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/thread_sanitizer.h"

enum { WORKERS = 3, READERS = 2, MAPS = MEMORY_SEGMENT_MAPS, TOKENS = 1000, MOVES = 40000, REALM = MAPS + 1 };

static struct memory_segment segment;

struct worker {
	pthread_t thread;
	struct world world;
	struct tx tx;
	uint64_t moves, refusals;
};

/* Each change of a map counts up tick_last_ms; its entry says that number, the new figure, and proves itself. */
static void change_and_say(struct tx *t, uint32_t map, int by)
{
	struct map_state *m = &t->world->maps[map];
	uint8_t payload[56];
	SET(t, m->tick_last_ms, m->tick_last_ms + 1);
	SET(t, m->creatures, m->creatures + (uint32_t)by);
	size_t length = m->tick_last_ms % sizeof payload;
	memset(payload, (int)(m->tick_last_ms & 0xff), length);
	tx_append(t, map, &(struct note){.kind = NOTE_MAP, .subject = m->creatures, .position = m->tick_last_ms}, payload,
			  length);
}

static enum tx_verdict move_a_token(struct tx *t, void *context)
{
	struct worker *worker = context;
	struct world *w = t->world;
	uint32_t from = (uint32_t)rng_range(&t->rng, 1, MAPS);
	uint32_t to = (uint32_t)rng_range(&t->rng, 1, MAPS);
	if (!tx_need(t, from))
		return TX_AGAIN;
	if (from == to || w->maps[from].creatures == 0) {
		worker->refusals++;
		return TX_CANCEL;
	}
	change_and_say(t, from, -1);
	if (!tx_need(t, to) || !tx_need(t, REALM)) /* the realm is taken in order: this asks for `to` first */
		return TX_AGAIN;
	change_and_say(t, to, 1);
	SET(t, w->realm->version, w->realm->version + 1);
	return TX_COMMIT;
}

static void *worker_main(void *context)
{
	struct worker *worker = context;
	for (unsigned i = 0; i < MOVES; i++) {
		if (tx_run(&worker->tx, NULL, 0, move_a_token, worker) == TX_COMMIT)
			worker->moves++;
	}
	return NULL;
}

struct reader {
	pthread_t thread;
	struct world world;
	uint64_t positions[MAPS + 1], last[MAPS + 1];
	uint64_t entries, laps, faults;
};

static bool entry_is_right(const struct reader *reader, uint32_t map, const struct note *note, const uint8_t *bytes)
{
	if (note->position <= reader->last[map] || note->subject > (uint32_t)TOKENS * MAPS ||
		note->bytes != note->position % 56)
		return false;
	for (unsigned i = 0; i < note->bytes; i++) {
		if (bytes[i] != (uint8_t)note->position)
			return false;
	}
	return true;
}

/* Reads what is there in all rings. false: there was nothing. */
static bool reader_follow(struct reader *reader, uint8_t *bytes)
{
	bool something = false;
	for (uint32_t map = 1; map <= MAPS; map++) {
		const struct ring *ring = &reader->world.domains[map].ring;
		struct note note;
		for (;;) {
			enum ring_read result = ring_read(&reader->world, ring, &reader->positions[map], &note, bytes);
			if (result == RING_EMPTY)
				break;
			something = true;
			if (result == RING_LAPPED) {
				reader->laps++;
				continue;
			}
			reader->entries++;
			reader->faults += !entry_is_right(reader, map, &note, bytes);
			reader->last[map] = note.position;
		}
	}
	return something;
}

static _Atomic bool workers_done;

static void *reader_main(void *context)
{
	struct reader *reader = context;
	static _Thread_local uint8_t bytes[RING_ENTRY_MAX];
	for (;;) {
		bool done = atomic_load(&workers_done); /* before looking, so that the last look comes after it */
		if (!reader_follow(reader, bytes) && done)
			return NULL;
		sched_yield();
	}
}

static void tokens_moved_by_threads_are_neither_lost_nor_doubled_and_readers_see_whole_entries(void **state)
{
	(void)state;
	static struct worker workers[WORKERS];
	static struct reader readers[READERS];
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	for (uint32_t m = 1; m <= MAPS; m++)
		w->maps[m].creatures = TOKENS;

	for (unsigned i = 0; i < READERS; i++) {
		readers[i].world = *w;
		assert_int_equal(0, pthread_create(&readers[i].thread, NULL, reader_main, &readers[i]));
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i].world = *w;
		world_enter_slot(&workers[i].world, i, getpid(), clock_mono_ms());
		tx_init(&workers[i].tx, &workers[i].world, NULL, NULL);
		assert_int_equal(0, pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]));
	}
	uint64_t moves = 0;
	for (unsigned i = 0; i < WORKERS; i++) {
		assert_int_equal(0, pthread_join(workers[i].thread, NULL));
		moves += workers[i].moves;
	}
	atomic_store(&workers_done, true);
	for (unsigned i = 0; i < READERS; i++)
		assert_int_equal(0, pthread_join(readers[i].thread, NULL));

	uint64_t sum = 0, changes = 0;
	for (uint32_t m = 1; m <= MAPS; m++) {
		sum += w->maps[m].creatures;
		changes += w->maps[m].tick_last_ms;
	}
	assert_int_equal((uint64_t)TOKENS * MAPS, sum);
	assert_int_equal(moves, w->realm->version);
	assert_int_equal(moves * 2, changes);
	assert_int_equal(moves, count_sum(w, COUNT_transactions));
	assert_true(moves > MOVES);
	for (unsigned i = 0; i < READERS; i++) {
		print_message("reader %u: %llu entries of %llu, lapped %llu times\n", i, (unsigned long long)readers[i].entries,
					  (unsigned long long)changes, (unsigned long long)readers[i].laps);
		assert_int_equal(0, readers[i].faults);
		assert_true(readers[i].entries + readers[i].laps > 0);
		if (readers[i].laps == 0)
			assert_int_equal(changes, readers[i].entries);
	}
	memory_segment_close(&segment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_moved_by_threads_are_neither_lost_nor_doubled_and_readers_see_whole_entries),
	};
	return cmocka_run_group_tests_name("tx threads", tests, NULL, NULL);
}
