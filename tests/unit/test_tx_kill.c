/* A process may die at any instant: what it was doing is then undone or finished as a whole, its rings agree, its locks
 * can be taken, its slot entered. Killed at every point of a transaction, and of the settlement after it. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/point.h"
#include "common/base/clock.h"
#include "common/world/tx.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/single_step.h"

#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 4 }; /* a fork takes ten times as long */
#else
enum { STRIDE = 1 };
#endif

enum { REALM = MEMORY_SEGMENT_MAPS + 1, NEVER = 1000000 };

/* Shared by all processes of a test. */
static struct {
	_Atomic unsigned points; /* passed by the process that counts now */
	unsigned kill_at;        /* which one is its last */
	_Atomic bool committed;  /* it passed its commit */
	char last[32];           /* the name of the last point passed */
	_Atomic unsigned ready;  /* a barrier */
	_Atomic unsigned turns[2];
} * shared;

static struct memory_segment segment;
static struct tx tx; /* the parent's, or after a fork the child's */
static uint8_t got[RING_ENTRY_MAX];

static void open_world(void)
{
	struct world_limits limits = memory_segment_limits();
	limits.undo_bytes = 8192; /* small: hundreds of these are made */
	limits.chunks = 16;
	memory_segment_open_with(&segment, &limits);
	tx_init(&tx, &segment.world, NULL, NULL);
}

static void close_world(void)
{
	tx_release(&tx);
	memory_segment_close(&segment);
}

/* --- the transaction that is killed ------------------------------------------------------------------------------------------ */

static void prepare(void)
{
	struct world *w = &segment.world;
	w->maps[1].players = w->maps[3].players = 10;
	w->bodies[1] = (struct body){.generation = 1, .map = 3, .x = 50, .y = 50, .kind = BODY_PLAYER};
	w->bodies[2] = (struct body){.generation = 1, .map = 1, .x = 40, .y = 40, .kind = BODY_PLAYER};
	w->players[1].gold = 1000;
	w->players[2].gold = 1000;
	memset(w->maps[1].blocked, 0x33, sizeof w->maps[1].blocked);
}

/* A character pays another, crosses from map 3 to map 1, and the realm hears of it. Called holding map 3: asks for map 1
 * out of order (and is run again), then for the realm. Touches overlap; one place is touched twice. */
static enum tx_verdict pay_and_cross(struct tx *t, void *context)
{
	struct world *w = t->world;
	(void)context;
	TOUCH(t, w->bodies[1]);
	w->bodies[1].x = 99;
	tx_append(t, 3, &(struct note){.kind = NOTE_LEAVE, .subject = 1, .object = 1}, "", 0);
	SET(t, w->players[1].gold, w->players[1].gold - 300);
	if (!tx_need(t, 1))
		return TX_AGAIN;
	TOUCH(t, w->players[2].gold);
	w->players[2].gold += 100;
	TOUCH(t, w->players[2]); /* overlaps: saves what was written above */
	w->players[2].gold += 200;
	memcpy(w->players[2].name, "Beto", 5);
	tx_touch(t, &w->maps[1].blocked[3], 5);
	memset(&w->maps[1].blocked[3], 0xcc, 5);
	SET(t, w->bodies[1].map, 1);
	SET(t, w->maps[3].players, w->maps[3].players - 1);
	SET(t, w->maps[1].players, w->maps[1].players + 1);
	tx_append(t, 1, &(struct note){.kind = NOTE_ENTER, .subject = 1, .object = 3}, "", 0);
	tx_append(t, 1, &(struct note){.kind = NOTE_AREA, .subject = 2}, "hola", 4);
	if (!tx_need(t, REALM))
		return TX_AGAIN;
	SET(t, w->realm->version, w->realm->version + 1);
	tx_append(t, REALM, &(struct note){.kind = NOTE_ALL, .subject = 3}, "un viajero", 10);
	tx_append(t, 3, &(struct note){.kind = NOTE_AREA, .subject = 4}, "adios", 5);
	return TX_COMMIT;
}

static void count_and_die(const char *point)
{
	if (strcmp(point, "committed") == 0)
		shared->committed = true;
	snprintf(shared->last, sizeof shared->last, "%s", point);
	if (atomic_fetch_add(&shared->points, 1) == shared->kill_at)
		raise(SIGKILL);
}

static void die_at(unsigned point)
{
	shared->points = 0;
	shared->kill_at = point;
	point_hook = count_and_die;
}

/* Runs the transaction in a process of slot 0 that dies at the point. false: it lived to its end. */
static bool victim_dies_at(unsigned point)
{
	shared->committed = false;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static struct world mine;
		memory_segment_join(&segment, &mine, 0);
		tx_init(&tx, &mine, NULL, NULL);
		die_at(point);
		uint32_t domain = 3;
		tx_run(&tx, &domain, 1, pay_and_cross, NULL);
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) && status != 0)
		fail_msg("the victim of point %u ended with status %x", point, (unsigned)status);
	return status != 0;
}

/* --- what must be true afterwards --------------------------------------------------------------------------------------------- */

static struct memory_image image_before, image_after;
static unsigned points_in_all;

struct said {
	uint32_t domain;
	uint16_t kind, bytes;
	uint32_t subject;
};

static const struct said said_after[] = {
	{1, NOTE_ENTER, 0, 1}, {1, NOTE_AREA, 4, 2}, {3, NOTE_LEAVE, 0, 1}, {3, NOTE_AREA, 5, 4}, {REALM, NOTE_ALL, 10, 3},
};

static int make_references(void **state)
{
	(void)state;
	// cppcheck-suppress invalidFunctionArg ; -1 is right for anonymous memory
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -1;
	open_world();
	prepare();
	image_before = memory_segment_image(&segment.world);
	if (victim_dies_at(NEVER))
		return -1;
	points_in_all = shared->points;
	image_after = memory_segment_image(&segment.world);
	close_world();
	return memcmp(image_before.bytes, image_after.bytes, image_before.size) != 0 ? 0 : -1;
}

static int drop_references(void **state)
{
	(void)state;
	free(image_before.bytes);
	free(image_after.bytes);
	munmap(shared, sizeof *shared);
	return 0;
}

static void expect_rings_agree(const char *when)
{
	const struct world *w = &segment.world;
	for (uint32_t d = 1; d <= REALM; d++) {
		uint64_t position = 0;
		struct note note;
		for (unsigned i = 0; shared->committed && i < sizeof said_after / sizeof *said_after; i++) {
			const struct said *s = &said_after[i];
			if (s->domain != d)
				continue;
			if (ring_read(w, &w->domains[d].ring, &position, &note, got) != RING_READ || note.kind != s->kind ||
				note.subject != s->subject || note.bytes != s->bytes)
				fail_msg("%s: the ring of domain %u does not hold what was said there", when, d);
		}
		if (ring_read(w, &w->domains[d].ring, &position, &note, got) != RING_EMPTY)
			fail_msg("%s: the ring of domain %u holds more than was said there", when, d);
	}
}

static void expect_whole(const char *when)
{
	struct memory_image now = memory_segment_image(&segment.world);
	if (!memory_images_equal(&now, shared->committed ? &image_after : &image_before))
		fail_msg("%s: the world is not as %s the transaction", when, shared->committed ? "after" : "before");
	free(now.bytes);
	expect_rings_agree(when);
}

static enum tx_verdict greet(struct tx *t, void *context)
{
	(void)context;
	for (unsigned i = 0; i < t->held_count; i++)
		tx_append(t, t->held[i].index, &(struct note){.kind = NOTE_MAP, .subject = 77}, "!", 1);
	return TX_COMMIT;
}

/* New transactions on all domains, by this process and by a newborn in the dead one's slot; all is heard, once. */
static void expect_life_goes_on(const char *when)
{
	struct world newborn;
	uint64_t positions[REALM + 1];
	struct note note;
	for (uint32_t d = 1; d <= REALM; d++)
		positions[d] = ring_head(&segment.world.domains[d].ring);
	tx_run(&tx, (uint32_t[]){1, 2, 3, 4}, 4, greet, NULL);
	tx_run(&tx, (uint32_t[]){REALM}, 1, greet, NULL);
	memory_segment_join(&segment, &newborn, 0);
	tx_init(&tx, &newborn, NULL, NULL);
	tx_run(&tx, (uint32_t[]){REALM, 4, 3, 2}, 4, greet, NULL);
	tx_run(&tx, (uint32_t[]){1}, 1, greet, NULL);
	tx_init(&tx, &segment.world, NULL, NULL);
	world_detach(&newborn);
	for (uint32_t d = 1; d <= REALM; d++) {
		const struct ring *ring = &segment.world.domains[d].ring;
		for (unsigned i = 0; i < 2; i++) {
			if (ring_read(&segment.world, ring, &positions[d], &note, got) != RING_READ || note.subject != 77)
				fail_msg("%s: what was said in domain %u later is not heard", when, d);
		}
		if (ring_read(&segment.world, ring, &positions[d], &note, got) != RING_EMPTY)
			fail_msg("%s: more is heard in domain %u than was said", when, d);
		if (atomic_load(&segment.world.domains[d].holder) != 0)
			fail_msg("%s: domain %u still has a holder", when, d);
	}
}

/* --- who settles ------------------------------------------------------------------------------------------------------------- */

enum settler { LOCKER_OF_1, LOCKER_OF_3, LOCKER_OF_REALM, NEWBORN, SETTLERS };
static const char *const settler_names[] = {"who locks 1", "who locks 3", "who locks the realm", "the newborn"};

static enum tx_verdict write_and_cancel(struct tx *t, void *context)
{
	(void)context;
	SET(t, t->world->maps[1].tick_last_ms, 1);
	SET(t, t->world->bodies[2].x, 1);
	return TX_CANCEL;
}

static const uint32_t domain_of[] = {[LOCKER_OF_1] = 1, [LOCKER_OF_3] = 3, [LOCKER_OF_REALM] = REALM};

/* Must this one settle the victim's log? A locker meets it only at a lock with which the victim died. */
static bool will_meet_it(enum settler who)
{
	return who == NEWBORN || (atomic_load(&segment.world.domains[domain_of[who]].holder) & 0xff) == 1; /* slot 0 */
}

static void expect_settled(const char *when)
{
	if (atomic_load(&world_undo(&segment.world, 0)->state) != UNDO_IDLE)
		fail_msg("%s: the log of the dead process is not settled", when);
}

/* Meets what the victim left, as a process of slot 1 that takes one of its locks or as the newborn in its slot 0. Leaves
 * no trace of its own. */
static void settle_as(enum settler who)
{
	struct world mine;
	memory_segment_join(&segment, &mine, who == NEWBORN ? 0 : 1);
	if (who != NEWBORN) {
		tx_init(&tx, &mine, NULL, NULL);
		tx_run(&tx, &domain_of[who], 1, write_and_cancel, NULL);
		tx_init(&tx, &segment.world, NULL, NULL);
	}
	world_detach(&mine);
}

static void killed_at_every_point_the_world_is_as_before_or_as_after_whoever_comes_first(void **state)
{
	(void)state;
	unsigned before = 0, after = 0;
	assert_true(points_in_all > 30);
	for (unsigned k = 0; k < points_in_all; k += STRIDE) {
		for (enum settler who = 0; who < SETTLERS; who++) {
			char when[120];
			open_world();
			prepare();
			assert_true(victim_dies_at(k));
			snprintf(when, sizeof when, "killed at point %u (%s), settled by %s", k, shared->last, settler_names[who]);
			bool meets = will_meet_it(who);
			settle_as(who);
			if (meets)
				expect_settled(when);
			else
				settle_as(NEWBORN); /* what is not settled yet is behind locks that nobody took yet */
			expect_whole(when);
			expect_life_goes_on(when);
			before += !shared->committed;
			after += shared->committed;
			close_world();
		}
	}
	print_message("%u points: %u times as before, %u times as after\n", points_in_all, before, after);
	assert_true(before > 0 && after > 0);
}

/* --- who settles is killed as well -------------------------------------------------------------------------------------------- */

/* true: the settler was killed at the point. false: it lived to its end. */
static bool settler_dies_at(enum settler who, unsigned point)
{
	bool committed = shared->committed; /* the victim's, not the settler's */
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		die_at(point);
		settle_as(who);
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	shared->committed = committed;
	if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) && status != 0)
		fail_msg("the settler ended with status %x", (unsigned)status);
	return status != 0;
}

static void a_settlement_killed_at_every_point_is_finished_by_the_next(void **state)
{
	(void)state;
	unsigned settlers_killed = 0;
	for (unsigned k = 0; k < points_in_all; k += 5 * STRIDE) {
		for (enum settler first = LOCKER_OF_1; first <= NEWBORN; first += NEWBORN) {
			bool died = true;
			for (unsigned j = 0; died; j++) {
				char when[160];
				enum settler second = (enum settler)((j + k + first) % SETTLERS);
				open_world();
				prepare();
				assert_true(victim_dies_at(k));
				char where[32];
				memcpy(where, shared->last, sizeof where);
				died = settler_dies_at(first, j);
				settlers_killed += died;
				snprintf(when, sizeof when, "killed at %u (%s), %s killed at %u (%s), then %s", k, where,
						 settler_names[first], j, shared->last, settler_names[second]);
				bool meets = will_meet_it(second);
				settle_as(second);
				if (meets)
					expect_settled(when);
				settle_as(NEWBORN);
				settle_as(LOCKER_OF_1); /* born in the slot of a killed locker: settles what that one left */
				expect_whole(when);
				expect_life_goes_on(when);
				close_world();
			}
		}
	}
	print_message("%u settlers killed\n", settlers_killed);
	assert_true(settlers_killed > 50);
}

/* The points at which heads are published, which the stride above may miss. */
static void a_roll_forward_killed_between_two_heads_publishes_them_all(void **state)
{
	(void)state;
	unsigned tried = 0;
	for (unsigned k = 0; k < points_in_all; k++) {
		bool died = true;
		for (unsigned j = 0; died; j++) {
			open_world();
			prepare();
			assert_true(victim_dies_at(k));
			bool wanted = strcmp(shared->last, "committed") == 0 || strcmp(shared->last, "published") == 0;
			died = wanted && settler_dies_at(NEWBORN, j);
			if (wanted) {
				tried++;
				settle_as(NEWBORN);
				expect_whole("roll forward killed");
				expect_life_goes_on("roll forward killed");
			}
			close_world();
		}
	}
	assert_true(tried > 20);
}

/* --- two settlers at once ----------------------------------------------------------------------------------------------------- */

static pid_t settler_at_the_barrier(enum settler who)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(20);
		atomic_fetch_add(&shared->ready, 1);
		while (atomic_load(&shared->ready) < 2)
			sched_yield();
		settle_as(who);
		_exit(0);
	}
	return child;
}

static void a_newborn_and_a_process_that_meets_the_lock_settle_at_once(void **state)
{
	(void)state;
	for (unsigned k = 0; k < points_in_all * 2; k += STRIDE) {
		char when[80];
		int status[2];
		open_world();
		prepare();
		assert_true(victim_dies_at(k / 2));
		snprintf(when, sizeof when, "killed at %u (%s), settled by two at once", k / 2, shared->last);
		shared->ready = 0;
		pid_t newborn = settler_at_the_barrier(NEWBORN);
		pid_t locker = settler_at_the_barrier(k % 2 == 0 ? LOCKER_OF_1 : LOCKER_OF_3);
		assert_int_equal(newborn, waitpid(newborn, &status[0], 0));
		assert_int_equal(locker, waitpid(locker, &status[1], 0));
		if (status[0] != 0 || status[1] != 0)
			fail_msg("%s: they ended with %x and %x", when, (unsigned)status[0], (unsigned)status[1]);
		expect_whole(when);
		expect_life_goes_on(when);
		uint64_t settled =
			count_sum(&segment.world, COUNT_settled_back) + count_sum(&segment.world, COUNT_settled_forward);
		assert_true(settled <= 1);
		close_world();
	}
}

/* Stands still in the middle of a settlement until told to go on. */
static void pause_in_the_settlement(const char *point)
{
	if (strcmp(point, "record undone") != 0 || atomic_exchange(&shared->ready, 1) != 0)
		return;
	while (atomic_load(&shared->turns[0]) == 0)
		sched_yield();
}

static pid_t start_settler(enum settler who, void (*at_points)(const char *point))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(20);
		point_hook = at_points;
		settle_as(who);
		_exit(0);
	}
	return child;
}

static void nobody_passes_while_a_settlement_is_under_way(void **state)
{
	(void)state;
	static const enum settler pairs[][2] = {{NEWBORN, LOCKER_OF_3}, {LOCKER_OF_3, NEWBORN}, {LOCKER_OF_1, LOCKER_OF_3}};
	for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		int status;
		open_world();
		prepare();
		unsigned k = 0;
		do {
			assert_true(victim_dies_at(k++));
		} while (strcmp(shared->last, "before commit") != 0);
		shared->ready = shared->turns[0] = 0;
		pid_t first = start_settler(pairs[i][0], pause_in_the_settlement);
		while (atomic_load(&shared->ready) == 0)
			sched_yield();
		pid_t second = start_settler(pairs[i][1], NULL);
		/* It cannot be seen to wait, but it would be seen to pass: some milliseconds are plenty for that. */
		uint64_t until = clock_mono_ms() + 30;
		while (clock_mono_ms() < until) {
			if (waitpid(second, &status, WNOHANG) != 0)
				fail_msg("%s passed while %s was settling", settler_names[pairs[i][1]], settler_names[pairs[i][0]]);
			sched_yield();
		}
		shared->turns[0] = 1;
		assert_int_equal(first, waitpid(first, &status, 0));
		assert_int_equal(0, status);
		assert_int_equal(second, waitpid(second, &status, 0));
		assert_int_equal(0, status);
		expect_whole("one after the other");
		close_world();
	}
}

/* --- who waits --------------------------------------------------------------------------------------------------------------------- */

/* Stands still with the first lock until told to go on. */
static void pause_with_a_lock(const char *point)
{
	if (strcmp(point, "locked") != 0 || atomic_exchange(&shared->ready, 1) != 0)
		return;
	while (atomic_load(&shared->turns[0]) == 0)
		sched_yield();
}

static void expect_heartbeats_of(unsigned slot, pid_t pid)
{
	struct process_slot *process = &segment.world.processes[slot];
	uint64_t until = clock_mono_ms() + 10000;
	for (unsigned beats = 0; beats < 3; beats++) {
		atomic_store(&process->heartbeat_ms, 1);
		while (atomic_load(&process->heartbeat_ms) == 1) {
			if (clock_mono_ms() > until || waitpid(pid, NULL, WNOHANG) != 0)
				fail_msg("who waits for a lock gives no sign of life");
			sched_yield();
		}
	}
}

/* The watchdog must see who hangs, not who waits for him. */
static void who_waits_for_one_that_hangs_gives_signs_of_life(void **state)
{
	(void)state;
	for (int settling = 0; settling < 2; settling++) {
		int status;
		open_world();
		prepare();
		unsigned k = 0;
		do {
			assert_true(victim_dies_at(k++));
		} while (strcmp(shared->last, "before commit") != 0);
		if (settling == 0)
			settle_as(NEWBORN); /* nothing is left to settle: they meet at the lock of the map */
		shared->ready = shared->turns[0] = 0;
		pid_t hangs = start_settler(settling == 0 ? LOCKER_OF_3 : NEWBORN,
									settling == 0 ? pause_with_a_lock : pause_in_the_settlement);
		while (atomic_load(&shared->ready) == 0)
			sched_yield();
		pid_t waits = fork();
		if (waits == 0) {
			static struct world mine;
			alarm(20);
			memory_segment_join(&segment, &mine, 2);
			tx_init(&tx, &mine, NULL, NULL);
			tx_run(&tx, &domain_of[LOCKER_OF_3], 1, write_and_cancel, NULL);
			_exit(0);
		}
		expect_heartbeats_of(2, waits);
		shared->turns[0] = 1;
		assert_int_equal(hangs, waitpid(hangs, &status, 0));
		assert_int_equal(0, status);
		assert_int_equal(waits, waitpid(waits, &status, 0));
		assert_int_equal(0, status);
		close_world();
	}
}

/* --- lives ---------------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict meet_the_dead_one(struct tx *t, void *context)
{
	(void)context;
	SET(t, t->world->maps[1].creatures, 5);
	return TX_COMMIT;
}

struct interruption {
	struct tx *other; /* a process of slot 1 */
	enum tx_verdict verdict;
};

/* The newborn works on map 2 while another process meets the lock of map 1 with which its predecessor died. */
static enum tx_verdict work_while_another_settles(struct tx *t, void *context)
{
	struct interruption *i = context;
	struct world *w = t->world;
	struct undo_log *log = world_undo(w, w->slot);
	uint32_t domain = 1;
	SET(t, w->maps[2].creatures, 8);
	uint64_t used = atomic_load(&log->used);
	assert_int_equal(TX_COMMIT, tx_run(i->other, &domain, 1, meet_the_dead_one, NULL));
	assert_int_equal(UNDO_ACTIVE, atomic_load(&log->state));
	assert_int_equal(used, atomic_load(&log->used));
	assert_int_equal(8, w->maps[2].creatures);
	SET(t, w->maps[2].creatures, 9);
	return i->verdict;
}

static void expect_living_newborn_untouched(enum tx_verdict verdict, unsigned creatures)
{
	static struct tx of_other, of_newborn;
	struct world other, newborn;
	open_world();
	prepare();
	unsigned k = 0;
	do {
		assert_true(victim_dies_at(k++)); /* the first run holds map 3 only; wait for the lock of map 1 */
	} while (segment.world.domains[1].holder == 0 || shared->committed);
	memory_segment_join(&segment, &other, 1);
	memory_segment_join(&segment, &newborn, 0);
	assert_true(segment.world.domains[1].holder != 0); /* the dead one's life is still written at the lock */
	tx_init(&of_other, &other, NULL, NULL);
	tx_init(&of_newborn, &newborn, NULL, NULL);
	struct interruption i = {.other = &of_other, .verdict = verdict};
	uint32_t domain = 2;
	assert_int_equal(verdict, tx_run(&of_newborn, &domain, 1, work_while_another_settles, &i));
	assert_int_equal(creatures, segment.world.maps[2].creatures);
	assert_int_equal(5, segment.world.maps[1].creatures);
	world_detach(&other);
	world_detach(&newborn);
	close_world();
}

static void a_settler_never_touches_the_log_of_a_living_newborn(void **state)
{
	(void)state;
	expect_living_newborn_untouched(TX_COMMIT, 9);
	expect_living_newborn_untouched(TX_CANCEL, 0);
}

static void a_settlement_is_for_one_life_only(void **state)
{
	(void)state;
	open_world();
	prepare();
	unsigned k = 0;
	do {
		assert_true(victim_dies_at(k++));
	} while (strcmp(shared->last, "before commit") != 0);
	struct world *w = &segment.world;
	uint32_t life = atomic_load(&w->processes[0].life);
	assert_int_equal(UNDO_ACTIVE, atomic_load(&world_undo(w, 0)->state));
	assert_int_equal(700, w->players[1].gold);
	uint64_t settled = count_sum(w, COUNT_settled_back);
	world_settle(w, 0, life - 1);
	world_settle(w, 0, life + 1);
	world_settle(w, 1, life);
	assert_int_equal(UNDO_ACTIVE, atomic_load(&world_undo(w, 0)->state));
	assert_int_equal(700, w->players[1].gold);
	world_settle(w, 0, life);
	assert_int_equal(UNDO_IDLE, atomic_load(&world_undo(w, 0)->state));
	assert_int_equal(1000, w->players[1].gold);
	world_settle(w, 0, life);
	assert_int_equal(settled + 1, count_sum(w, COUNT_settled_back));
	close_world();
}

/* --- killed from outside, anywhere ------------------------------------------------------------------------------------------- */

enum { TOKENS = 100000 };

/* A token goes from one map to another. Each change of a map counts up tick_last_ms, and the entry says the new figures:
 * so the ring proves by itself whether it agrees with the map. Entries have 64 bytes: no padding. */
static void change_and_say(struct tx *t, uint32_t map, int by)
{
	struct map_state *m = &t->world->maps[map];
	static const uint8_t payload[24];
	SET(t, m->tick_last_ms, m->tick_last_ms + 1);
	SET(t, m->creatures, m->creatures + (uint32_t)by);
	tx_append(t, map, &(struct note){.kind = NOTE_MAP, .subject = m->creatures, .position = m->tick_last_ms}, payload,
			  sizeof payload);
}

static enum tx_verdict move_a_token(struct tx *t, void *context)
{
	(void)context;
	uint32_t from = (uint32_t)rng_range(&t->rng, 1, MEMORY_SEGMENT_MAPS);
	uint32_t to = (uint32_t)rng_range(&t->rng, 1, MEMORY_SEGMENT_MAPS);
	if (from == to)
		return TX_CANCEL;
	if (!tx_need(t, from))
		return TX_AGAIN;
	change_and_say(t, from, -1);
	if (!tx_need(t, to))
		return TX_AGAIN;
	change_and_say(t, to, 1);
	return rng_range(&t->rng, 1, 4) == 1 ? TX_CANCEL : TX_COMMIT;
}

static pid_t token_mover(unsigned slot)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static struct world mine;
		alarm(60);
		memory_segment_join(&segment, &mine, slot);
		tx_init(&tx, &mine, NULL, NULL);
		for (;;) {
			tx_run(&tx, NULL, 0, move_a_token, NULL);
			atomic_fetch_add(&shared->turns[slot], 1);
		}
	}
	return child;
}

static void expect_ring_agrees_with_map(uint32_t map)
{
	const struct world *w = &segment.world;
	const struct ring *ring = &w->domains[map].ring;
	struct note note = {0};
	uint64_t head = ring_head(ring);
	uint64_t position = head > ring->size / 4 ? head - ring->size / 4 : 0;
	uint64_t expected = w->maps[map].tick_last_ms - (head - position) / 64;
	while (ring_read(w, ring, &position, &note, got) == RING_READ)
		assert_int_equal(++expected, note.position);
	assert_int_equal(head, position);
	assert_int_equal(w->maps[map].tick_last_ms, note.position);
	assert_int_equal(w->maps[map].creatures, note.subject);
}

static void no_token_is_lost_or_doubled_by_any_number_of_kills(void **state)
{
	(void)state;
	enum { KILLS = 100 };
	open_world();
	struct world *w = &segment.world;
	struct rng rng;
	rng_seed(&rng, 4711);
	for (uint32_t m = 1; m <= MEMORY_SEGMENT_MAPS; m++)
		w->maps[m].creatures = TOKENS;
	shared->turns[0] = shared->turns[1] = 0;
	pid_t children[2] = {token_mover(0), token_mover(1)};
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned slot = (unsigned)rng_range(&rng, 0, 1);
		unsigned until = atomic_load(&shared->turns[slot]) + (unsigned)rng_range(&rng, 1, 400);
		uint64_t deadline = clock_mono_ms() + 20000;
		while ((int)(until - atomic_load(&shared->turns[slot])) > 0) {
			sched_yield();
			if (clock_mono_ms() > deadline)
				fail_msg("worker %u stands still after %u kills", slot, i);
		}
		kill(children[slot], SIGKILL);
		assert_int_equal(children[slot], waitpid(children[slot], NULL, 0));
		children[slot] = token_mover(slot);
	}
	for (unsigned slot = 0; slot < 2; slot++) {
		kill(children[slot], SIGKILL);
		assert_int_equal(children[slot], waitpid(children[slot], NULL, 0));
	}
	tx_run(&tx, (uint32_t[]){1, 2, 3, 4}, 4, write_and_cancel, NULL); /* meets whatever locks they died with */

	uint64_t sum = 0;
	for (uint32_t m = 1; m <= MEMORY_SEGMENT_MAPS; m++) {
		sum += w->maps[m].creatures;
		expect_ring_agrees_with_map(m);
	}
	assert_int_equal((uint64_t)TOKENS * MEMORY_SEGMENT_MAPS, sum);
	print_message("%u kills, %llu transactions, settled: %llu back, %llu forward\n", KILLS,
				  (unsigned long long)count_sum(w, COUNT_transactions),
				  (unsigned long long)count_sum(w, COUNT_settled_back),
				  (unsigned long long)count_sum(w, COUNT_settled_forward));
	close_world();
}

/* --- killed between any two instructions -------------------------------------------------------------------------------------- */

static enum tx_verdict pay(struct tx *t, void *context)
{
	struct world *w = t->world;
	(void)context;
	SET(t, w->players[1].gold, 700);
	SET(t, w->players[2].gold, 1300);
	tx_append(t, 1, &(struct note){.kind = NOTE_MAP, .subject = 9}, "", 0);
	return TX_COMMIT;
}

static struct world stepped;

static int pay_once(void *context)
{
	uint32_t domain = 1;
	(void)context;
	tx_run(&tx, &domain, 1, pay, NULL);
	return (int)syscall(SYS_exit_group, 0); /* at once: nothing else is to be counted */
}

/* How the payment stands: 0 = not made, 1 = made and told, -1 = something in between. */
static int payment(void)
{
	const struct world *w = &segment.world;
	uint64_t position = 0;
	struct note note;
	bool told = ring_read(w, &w->domains[1].ring, &position, &note, got) == RING_READ;
	if (w->players[1].gold == 1000 && w->players[2].gold == 1000 && !told)
		return 0;
	return w->players[1].gold == 700 && w->players[2].gold == 1300 && told ? 1 : -1;
}

static void killed_between_any_two_instructions_a_payment_is_made_and_told_or_neither(void **state)
{
	(void)state;
	unsigned not_made = 0, made = 0, total = 0, stride = 1;
	for (unsigned k = 0; k <= total; k += stride) {
		open_world();
		prepare();
		memory_segment_join(&segment, &stepped, 0);
		/* What an earlier transaction left in the log must not be taken for records. */
		memset(world_undo(&stepped, 0) + 1, 0xff, 256);
		tx_init(&tx, &stepped, NULL, NULL);
		if (total == 0) {
			total = single_step_count(pay_once, NULL);
			stride = total * total / 70000 + 1; /* a step is slow */
			if (total == 0) {
				world_detach(&stepped);
				close_world();
				skip(); /* tracing is not allowed here */
			}
		} else {
			int status;
			pid_t child = single_step_fork(pay_once, NULL);
			assert_true(child > 0);
			if (single_step_go(child, k, &status)) {
				kill(child, SIGKILL);
				single_step_finish(child);
			}
			settle_as(k % 2 == 0 ? NEWBORN : LOCKER_OF_1);
			settle_as(NEWBORN);
			int stands = payment();
			if (stands < 0)
				fail_msg("killed after %u of %u instructions: half a payment", k, total);
			not_made += stands == 0;
			made += stands == 1;
			tx_init(&tx, &segment.world, NULL, NULL);
			expect_life_goes_on("killed between two instructions");
		}
		world_detach(&stepped);
		close_world();
	}
	print_message("%u instructions, stride %u: %u times not made, %u times made\n", total, stride, not_made, made);
	assert_true(not_made > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_point_the_world_is_as_before_or_as_after_whoever_comes_first),
		cmocka_unit_test(a_settlement_killed_at_every_point_is_finished_by_the_next),
		cmocka_unit_test(a_roll_forward_killed_between_two_heads_publishes_them_all),
		cmocka_unit_test(a_newborn_and_a_process_that_meets_the_lock_settle_at_once),
		cmocka_unit_test(a_settler_never_touches_the_log_of_a_living_newborn),
		cmocka_unit_test(a_settlement_is_for_one_life_only),
		cmocka_unit_test(nobody_passes_while_a_settlement_is_under_way),
		cmocka_unit_test(who_waits_for_one_that_hangs_gives_signs_of_life),
		cmocka_unit_test(killed_between_any_two_instructions_a_payment_is_made_and_told_or_neither),
		cmocka_unit_test(no_token_is_lost_or_doubled_by_any_number_of_kills),
	};
	return cmocka_run_group_tests_name("tx kill", tests, make_references, drop_references);
}
