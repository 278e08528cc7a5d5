/* Threads that die in the middle of anything while others work on: processes of one world, for ThreadSanitizer (`make tsan`)
 * and for the normal build. A dying thread leaves its robust locks and its undo log behind, as a killed process does.
 *
 * Workers move goods and gold between four maps, and every now and then one of them ends at a point (common/base/point.h): in a
 * transaction, between its commit and its end, in the settlement of another. Meanwhile a keeper takes cuts, readers follow the
 * rings, and one looks at counters and heartbeats. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/point.h"
#include "common/world/tx.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/thread_sanitizer.h"
#include "worker/cut.h"

enum {
	WORKERS = 3,
	READERS = 2,
	MAPS = MEMORY_SEGMENT_MAPS,
	REALM = MAPS + 1,
	GOODS = 1000, /* on each map, and gold in each purse */
	DEATHS = 2000,
	LIFE_POINTS = 400, /* the longest life of a mortal worker */
	MOVES = 2000,      /* of each worker once nobody dies any more */
	CUTS = 50,
	THING = 7,
};

static struct memory_segment segment;
static _Atomic bool over; /* the workers are done */

/* --- dying ---------------------------------------------------------------------------------------------------------------- */

static _Thread_local int64_t points_left = -1; /* -1 = immortal */
static _Atomic unsigned deaths;

/* Between processes it is the kernel that orders what a dead owner wrote before what the next owner reads; ThreadSanitizer does
 * not see it do so. Here it sees the dead say that they die, and the settlers hear it. */
static void point_passed(const char *name)
{
	if (strcmp(name, "repair locked") == 0)
		(void)atomic_load_explicit(&deaths, memory_order_acquire);
	if (points_left < 0 || points_left-- > 0)
		return;
	atomic_fetch_add_explicit(&deaths, 1, memory_order_release);
	pthread_exit(NULL);
}

/* --- workers ---------------------------------------------------------------------------------------------------------------- */

struct worker {
	struct tx tx;
	struct world world;
	pthread_t thread;
	int64_t points; /* after so many it dies; -1 = never */
	uint64_t moves;
	unsigned slot;
	_Atomic bool ended;
};

static void goods_change(struct tx *t, uint32_t map, int by)
{
	struct map_state *m = &t->world->maps[map];
	struct player *p = &t->world->players[map]; /* player n stands on map n */
	TOUCH(t, m->ground[0]);
	m->ground[0].amount = (uint16_t)(m->ground[0].amount + by);
	SET(t, m->ground_version, m->ground_version + 1);
	SET(t, p->gold, p->gold - by);
	SET(t, p->version, p->version + 1);
	tx_append(t, map, &(struct note){.kind = NOTE_MAP, .subject = map, .position = m->ground_version}, "whole", 5);
}

static enum tx_verdict goods_move(struct tx *t, void *context)
{
	uint32_t from = (uint32_t)rng_range(&t->rng, 1, MAPS), to = (uint32_t)rng_range(&t->rng, 1, MAPS);
	(void)context;
	if (!tx_need(t, from))
		return TX_AGAIN;
	if (from == to || t->world->maps[from].ground[0].amount == 1)
		return TX_CANCEL;
	goods_change(t, from, -1);
	if (!tx_need(t, to) || !tx_need(t, REALM))
		return TX_AGAIN;
	goods_change(t, to, 1);
	SET(t, t->world->realm->version, t->world->realm->version + 1);
	return rng_range(&t->rng, 1, 8) == 1 ? TX_CANCEL : TX_COMMIT;
}

/* As worker/dispatch.c does: what is noted is read by others only when the process is dead; the time says that it is there. */
static void black_box_note(struct world *w, uint64_t since_ms)
{
	struct black_box *box = &w->processes[w->slot].black_box;
	if (since_ms != 0)
		box->packet = (uint16_t)w->slot;
	__atomic_store_n(&box->since_ms, since_ms, __ATOMIC_RELEASE);
}

static void worker_ended(void *context)
{
	atomic_store(&((struct worker *)context)->ended, true);
}

static void *worker_main(void *context)
{
	struct worker *worker = context;
	struct world *w = &worker->world;
	pthread_cleanup_push(worker_ended, worker);
	points_left = worker->points;
	world_enter_slot(w, worker->slot, getpid(), clock_mono_ms());
	tx_init(&worker->tx, w, NULL, NULL);
	for (worker->moves = 0; worker->points >= 0 || worker->moves < MOVES;) {
		atomic_store_explicit(&w->processes[w->slot].heartbeat_ms, clock_mono_ms(), memory_order_relaxed);
		black_box_note(w, clock_mono_ms());
		worker->moves += tx_run(&worker->tx, NULL, 0, goods_move, worker) == TX_COMMIT;
		black_box_note(w, 0);
	}
	pthread_cleanup_pop(1);
	return NULL;
}

static void worker_start(struct worker *worker, unsigned slot, int64_t points)
{
	worker->world = segment.world;
	worker->slot = slot;
	worker->points = points;
	atomic_store(&worker->ended, false);
	assert_int_equal(0, pthread_create(&worker->thread, NULL, worker_main, worker));
}

static void worker_bury(struct worker *worker)
{
	const struct black_box *box = &segment.world.processes[worker->slot].black_box;
	assert_int_equal(0, pthread_join(worker->thread, NULL));
	assert_true(box->since_ms == 0 || box->packet == worker->slot);
}

/* The master: buries who has died and starts a newborn in its slot. */
static void workers_die_and_are_replaced(struct worker workers[WORKERS])
{
	struct rng rng;
	rng_seed(&rng, 7);
	for (unsigned i = 0; i < WORKERS; i++)
		worker_start(&workers[i], i, rng_range(&rng, 0, LIFE_POINTS));
	while (atomic_load(&deaths) < DEATHS) {
		for (unsigned i = 0; i < WORKERS; i++) {
			if (!atomic_load(&workers[i].ended))
				continue;
			worker_bury(&workers[i]);
			worker_start(&workers[i], i, rng_range(&rng, 0, LIFE_POINTS));
		}
		sched_yield();
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		worker_bury(&workers[i]);
		worker_start(&workers[i], i, -1);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(0, pthread_join(workers[i].thread, NULL));
}

/* --- the keeper -------------------------------------------------------------------------------------------------------------- */

struct keeper {
	pthread_t thread;
	struct world world;
	struct tx tx;
	struct saved saved;
	struct cut cut;
	unsigned cuts, faults;
};

static bool cut_is_right(const struct cut *cut)
{
	uint64_t goods = 0, gold = 0, changes = 0;
	for (uint32_t i = 0; i < cut->ground_count; i++) {
		goods += cut->grounds[i].ground[0].amount;
		changes += cut->grounds[i].version;
	}
	for (uint32_t i = 0; i < cut->record_count; i++)
		gold += (uint64_t)cut->records[i].gold;
	return cut->ground_count == MAPS && cut->record_count == MAPS && goods == (uint64_t)GOODS * MAPS &&
		   gold == (uint64_t)GOODS * MAPS && changes == cut->realm_version * 2;
}

static void *keeper_run(void *context)
{
	struct keeper *keeper = context;
	while (keeper->cuts < CUTS || !atomic_load(&over)) {
		saved_forget(&keeper->saved, &keeper->world.limits);
		keeper->faults += !cut_take(&keeper->cut, &keeper->tx, &keeper->saved) || !cut_is_right(&keeper->cut);
		keeper->cuts++;
		sched_yield();
	}
	return NULL;
}

static void keeper_start(struct keeper *keeper)
{
	keeper->world = segment.world;
	world_enter_slot(&keeper->world, SLOT_KEEPER, getpid(), clock_mono_ms());
	tx_init(&keeper->tx, &keeper->world, NULL, NULL);
	assert_true(saved_create(&keeper->saved, &keeper->world.limits));
	assert_int_equal(0, pthread_create(&keeper->thread, NULL, keeper_run, keeper));
}

static void keeper_end(struct keeper *keeper)
{
	assert_int_equal(0, pthread_join(keeper->thread, NULL));
	print_message("%u cuts\n", keeper->cuts);
	assert_int_equal(0, keeper->faults);
	cut_free(&keeper->cut);
	saved_destroy(&keeper->saved);
}

/* --- readers ------------------------------------------------------------------------------------------------------------------ */

struct reader {
	pthread_t thread;
	struct world world;
	uint64_t positions[MAPS + 1], last[MAPS + 1];
	bool lapped[MAPS + 1]; /* since the last entry */
	uint64_t entries, laps, faults, figures;
};

/* What was published is every change, one after the other, unless the reader was lapped in between. */
static bool ring_follow(struct reader *reader, uint32_t map, uint8_t *bytes)
{
	struct note note;
	bool *lapped = &reader->lapped[map], something = false;
	for (;;) {
		enum ring_read got =
			ring_read(&reader->world, &reader->world.domains[map].ring, &reader->positions[map], &note, bytes);
		if (got == RING_EMPTY)
			return something;
		something = true;
		*lapped = *lapped || got == RING_LAPPED;
		reader->laps += got == RING_LAPPED;
		if (got == RING_LAPPED)
			continue;
		bool next = *lapped ? note.position > reader->last[map] : note.position == reader->last[map] + 1;
		reader->faults += !next || note.subject != map || note.bytes != 5 || memcmp(bytes, "whole", 5) != 0;
		reader->last[map] = note.position;
		reader->entries++;
		*lapped = false;
	}
}

static void *reader_main(void *context)
{
	struct reader *reader = context;
	static _Thread_local uint8_t bytes[RING_ENTRY_MAX];
	for (;;) {
		bool done = atomic_load(&over), something = false; /* asked first, so that the last look comes after it */
		for (uint32_t map = 1; map <= MAPS; map++)
			something = ring_follow(reader, map, bytes) || something;
		if (done && !something)
			return NULL;
		sched_yield();
	}
}

/* The status page: counters never run backwards, and heartbeats are times. */
static void *watcher_main(void *context)
{
	struct reader *watcher = context;
	uint64_t before = 0;
	while (!atomic_load(&over)) {
		uint64_t now = count_sum(&watcher->world, COUNT_transactions), ms = clock_mono_ms();
		watcher->faults += now < before;
		before = now;
		for (unsigned slot = 0; slot < WORKERS; slot++) {
			const struct process_slot *process = &watcher->world.processes[slot];
			watcher->faults += atomic_load(&process->heartbeat_ms) > ms + 60000;
			watcher->figures += atomic_load(&process->life);
		}
		sched_yield();
	}
	return NULL;
}

static void reader_start(struct reader *reader, void *(*run)(void *))
{
	reader->world = segment.world;
	assert_int_equal(0, pthread_create(&reader->thread, NULL, run, reader));
}

/* --- the test --------------------------------------------------------------------------------------------------------------- */

static void world_make(void)
{
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	for (uint32_t m = 1; m <= MAPS; m++) {
		w->maps[m].present = 1;
		w->maps[m].ground[0] = (struct stack){.item = THING, .amount = GOODS};
		w->bodies[m] = (struct body){.kind = BODY_PLAYER, .map = (uint16_t)m, .x = 1, .y = 1};
		w->players[m].state = PLAYER_PLAYING;
		w->players[m].id = m;
		w->players[m].version = 1;
		w->players[m].gold = GOODS;
	}
}

static void sums_check(const struct world *w)
{
	uint64_t goods = 0, gold = 0, changes = 0;
	for (uint32_t m = 1; m <= MAPS; m++) {
		goods += w->maps[m].ground[0].amount;
		gold += (uint64_t)w->players[m].gold;
		changes += w->maps[m].ground_version;
	}
	assert_int_equal((uint64_t)GOODS * MAPS, goods);
	assert_int_equal((uint64_t)GOODS * MAPS, gold);
	assert_int_equal(w->realm->version * 2, changes);
	assert_true(w->realm->version > (uint64_t)MOVES * WORKERS);
}

static void whoever_dies_wherever_the_others_go_on_and_nothing_is_lost_or_doubled(void **state)
{
	(void)state;
	static struct worker workers[WORKERS];
	static struct reader readers[READERS], watcher;
	static struct keeper keeper;
	world_make();
	point_hook = point_passed;
	for (unsigned i = 0; i < READERS; i++)
		reader_start(&readers[i], reader_main);
	reader_start(&watcher, watcher_main);
	keeper_start(&keeper);

	workers_die_and_are_replaced(workers);
	atomic_store(&over, true);
	keeper_end(&keeper);
	assert_int_equal(0, pthread_join(watcher.thread, NULL));
	assert_int_equal(0, watcher.faults);
	for (unsigned i = 0; i < READERS; i++) {
		assert_int_equal(0, pthread_join(readers[i].thread, NULL));
		print_message("reader %u: %llu entries, lapped %llu times\n", i, (unsigned long long)readers[i].entries,
					  (unsigned long long)readers[i].laps);
		assert_int_equal(0, readers[i].faults);
		assert_true(readers[i].entries > 0);
	}
	point_hook = NULL;

	sums_check(&segment.world);
	print_message("%u deaths: %llu rolled back, %llu forward\n", atomic_load(&deaths),
				  (unsigned long long)count_sum(&segment.world, COUNT_settled_back),
				  (unsigned long long)count_sum(&segment.world, COUNT_settled_forward));
	assert_true(count_sum(&segment.world, COUNT_settled_back) > DEATHS / 4);
	assert_true(count_sum(&segment.world, COUNT_settled_forward) > 0);
	memory_segment_close(&segment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_dies_wherever_the_others_go_on_and_nothing_is_lost_or_doubled),
	};
	return cmocka_run_group_tests_name("deaths of threads", tests, NULL, NULL);
}
