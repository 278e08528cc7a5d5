/* Nothing notices when a number passes a power of two: milliseconds, positions in rings, runs, lives, generations, ids. What
 * would wrap in 32 bits is started just before it does, and must go on as it does anywhere else. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "common/loop/loop.h"
#include "common/world/realm.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/memory_world.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

#define TWO_TO_THE(n) (UINT64_C(1) << (n))

/* Where a number of 32 bits changes its sign, begins anew, and does so again; and where one of 63 bits ends. */
static const uint64_t wraps[] = {TWO_TO_THE(31), TWO_TO_THE(32), TWO_TO_THE(33)};
enum { WRAPS = sizeof wraps / sizeof *wraps };

/* --- the event loop ------------------------------------------------------------------------------------------------------ */

struct alarm {
	struct loop *loop;
	uint64_t due_ms;
	unsigned fired, *turn, turn_of_it;
	bool early;
};

static void alarm_rings(void *context)
{
	struct alarm *alarm = context;
	alarm->early = alarm->early || loop_now_ms(alarm->loop) < alarm->due_ms;
	alarm->fired++;
	alarm->turn_of_it = ++*alarm->turn;
}

static void timers_fire_when_they_are_due_and_in_order_on_both_sides_of_a_wrap(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WRAPS; i++) {
		struct problem why;
		unsigned turn = 0;
		clock_test_offset_ms = wraps[i] - 15 - clock_mono_ms();
		struct loop *loop = loop_create(&why);
		assert_non_null(loop);
		uint64_t begun = loop_now_ms(loop);
		struct alarm late = {.loop = loop, .due_ms = begun + 40, .turn = &turn};
		struct alarm early = {.loop = loop, .due_ms = begun + 5, .turn = &turn};
		struct alarm often = {.loop = loop, .due_ms = (begun / 4 + 1) * 4, .turn = &turn};
		loop_timer_once(loop, 40, alarm_rings, &late, "late");
		loop_timer_once(loop, 5, alarm_rings, &early, "early");
		struct loop_timer *every = loop_timer_every(loop, 4, alarm_rings, &often, "often");
		while (late.fired == 0)
			loop_turn(loop, -1);
		assert_int_equal(1, early.fired);
		assert_true(early.turn_of_it < late.turn_of_it);
		assert_true(often.fired >= 1 && !early.early && !late.early && !often.early);
		assert_true(loop_now_ms(loop) > wraps[i] && loop_now_ms(loop) < wraps[i] + 60000);
		loop_timer_remove(&every);
		loop_destroy(&loop);
		clock_test_offset_ms = 0;
	}
}

static void trouble_is_told_again_after_its_pause_on_both_sides_of_a_wrap(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WRAPS; i++) {
		struct log_repeat repeat = {0};
		uint64_t suppressed;
		assert_true(log_repeat_due(&repeat, wraps[i] - 500, 1000, &suppressed));
		assert_false(log_repeat_due(&repeat, wraps[i] + 499, 1000, &suppressed));
		assert_true(log_repeat_due(&repeat, wraps[i] + 500, 1000, &suppressed));
		assert_int_equal(1, suppressed);
	}
}

/* --- the rules ------------------------------------------------------------------------------------------------------------ */

enum { TRANSCRIPT_MAX = 1 << 20 };

struct transcript {
	struct memory_world *world;
	size_t length;
	uint8_t bytes[TRANSCRIPT_MAX];
};

static void transcript_add(void *context, const struct note *note)
{
	struct transcript *t = context;
	struct note shown = *note;
	shown.position = 0; /* where a ring stands is no matter of time */
	assert_true(t->length + sizeof shown + note->bytes <= TRANSCRIPT_MAX);
	memcpy(t->bytes + t->length, &shown, sizeof shown);
	memcpy(t->bytes + t->length + sizeof shown, t->world->bytes, note->bytes);
	t->length += sizeof shown + note->bytes;
}

static void hear(struct transcript *t)
{
	for (uint32_t d = 1; d <= t->world->world.realm_domain; d++)
		memory_world_notes(t->world, d, transcript_add, t);
}

#define SAY_AND_HEAR(t, who, NAME, ...)                                                                                \
	do {                                                                                                               \
		if ((t)->world->world.players[who].connection.index != 0)                                                      \
			DO((t)->world, who, NAME, __VA_ARGS__);                                                                    \
		hear(t);                                                                                                       \
	} while (0)

static void pass(struct transcript *t, uint64_t ms)
{
	struct world *w = &t->world->world;
	t->world->now_ms += ms;
	for (uint32_t map = 1; map <= w->limits.maps; map++) {
		uint32_t domains[2] = {map, 0};
		uint64_t due = atomic_load(&w->tick_due_ms[map]);
		if (due == 0 || due > t->world->now_ms)
			continue;
		memory_world_run(t->world, domains, map_tick, &map);
		hear(t);
	}
}

/* Everything that looks at the clock: the purse of steps and the check of speed, lines in a row, a refusal that is said once
 * in a while, the countdown of who leaves an unsafe place, the time-out of who does nothing. */
static void an_hour_of_play(struct transcript *t, uint32_t walker, uint32_t leaver)
{
	for (unsigned step = 0; step < 90; step++) {
		SAY_AND_HEAR(t, walker, WALK, .heading = step % 2 != 0 ? 2 : 4);
		if (step % 3 == 0)
			SAY_AND_HEAR(t, walker, TALK, .text = text_of("sigo aca"));
		if (step % 10 == 0)
			SAY_AND_HEAR(t, walker, REQUEST_POSITION_UPDATE);
		if (step == 20)
			SAY_AND_HEAR(t, leaver, QUIT);
		pass(t, step < 60 ? 130 : 70); /* walks, then runs faster than anybody can */
	}
	for (unsigned minute = 0; minute < 60; minute++)
		pass(t, 60000);
}

/* A place on a map where leaving takes its time. */
static struct place unsafe_place(struct memory_world *world)
{
	for (uint32_t map = 1; map <= world->world.limits.maps; map++) {
		struct place middle = {.map = (uint16_t)map, .x = 50, .y = 50};
		if (catalog_map(world->catalog, map) == NULL || !map_is_unsafe(world->catalog, map))
			continue;
		struct place at = tile_closest_legal(&world->tx, middle, WANT_LAND | WANT_NO_EXIT);
		if (at.map != 0)
			return at;
	}
	fail_msg("the world has no unsafe map");
	return (struct place){0};
}

static struct transcript *play_from(uint64_t now_ms)
{
	struct transcript *t = calloc(1, sizeof *t);
	assert_non_null(t);
	log_set_level(LOG_LEVEL_ERROR);
	t->world = memory_world_open();
	t->world->now_ms = now_ms;
	struct place at = unsafe_place(t->world);
	uint32_t walker = memory_world_player(t->world, "Lirael", at);
	struct place beside = tile_closest_legal(&t->world->tx, at, WANT_LAND | WANT_NO_EXIT);
	uint32_t leaver = memory_world_player(t->world, "Tharn", beside);
	beside = tile_closest_legal(&t->world->tx, at, WANT_LAND | WANT_NO_EXIT);
	uint32_t idler = memory_world_player(t->world, "Ylva", beside);
	an_hour_of_play(t, walker, leaver);
	assert_int_equal(PLAYER_GONE, t->world->world.players[leaver].state);
	assert_int_equal(PLAYER_GONE, t->world->world.players[walker].state);
	assert_int_equal(PLAYER_GONE, t->world->world.players[idler].state);
	memory_world_close(&t->world);
	return t;
}

static void an_hour_of_play_is_the_same_whichever_number_the_clock_passes_in_it(void **state)
{
	(void)state;
	/* Wherever the wrap falls: into the walking, the countdown, the running, the idle time. */
	static const uint64_t before_ms[] = {1, 1000, 2700, 5000, 8000, 60000, 1800000};
	struct transcript *usual = play_from(10000000);
	for (unsigned i = 0; i < WRAPS; i++) {
		for (unsigned b = 0; b < sizeof before_ms / sizeof *before_ms; b++) {
			struct transcript *t = play_from(wraps[i] - before_ms[b]);
			assert_int_equal(usual->length, t->length);
			assert_memory_equal(usual->bytes, t->bytes, t->length);
			free(t);
		}
	}
	free(usual);
}

/* --- the segment ----------------------------------------------------------------------------------------------------------- */

static struct memory_segment segment;
static struct tx tx;

static int segment_setup(void **state)
{
	(void)state;
	memory_segment_open(&segment);
	tx_init(&tx, &segment.world, NULL, NULL);
	return 0;
}

static int segment_teardown(void **state)
{
	(void)state;
	tx_release(&tx);
	memory_segment_close(&segment);
	return 0;
}

enum { MAP = 2, ENTRY_BYTES = 1000 };

static enum tx_verdict say_a_number(struct tx *t, void *context)
{
	uint8_t payload[ENTRY_BYTES];
	uint32_t number = *(const uint32_t *)context;
	memset(payload, (int)number, sizeof payload);
	tx_append(t, MAP, &(struct note){.kind = NOTE_MAP, .subject = number}, payload, sizeof payload);
	return TX_COMMIT;
}

static void say_numbers(uint32_t from, uint32_t to)
{
	uint32_t domain = MAP;
	for (uint32_t number = from; number <= to; number++)
		assert_int_equal(TX_COMMIT, tx_run(&tx, &domain, 1, say_a_number, &number));
}

static void a_ring_is_read_in_order_and_laps_its_reader_on_both_sides_of_a_wrap(void **state)
{
	(void)state;
	static const uint64_t places[] = {TWO_TO_THE(31), TWO_TO_THE(32), TWO_TO_THE(33), TWO_TO_THE(63)};
	struct ring *ring = &segment.world.domains[MAP].ring;
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		struct note note;
		uint8_t bytes[RING_ENTRY_MAX];
		uint64_t position = places[i] - (uint64_t)5 * ENTRY_BYTES / 8 * 8;
		atomic_store(&ring->head, position);
		atomic_store(&ring->announced, position);
		say_numbers(1, 10);
		assert_true(ring_head(ring) > places[i]);
		for (uint32_t number = 1; number <= 10; number++) {
			assert_int_equal(RING_READ, ring_read(&segment.world, ring, &position, &note, bytes));
			assert_int_equal(number, note.subject);
			assert_int_equal(number, bytes[ENTRY_BYTES - 1]);
		}
		assert_int_equal(RING_EMPTY, ring_read(&segment.world, ring, &position, &note, bytes));

		/* Who stands just before the wrap is lapped from behind it. */
		position = places[i] - (uint64_t)5 * ENTRY_BYTES / 8 * 8;
		say_numbers(11, 30);
		assert_int_equal(RING_LAPPED, ring_read(&segment.world, ring, &position, &note, bytes));
		assert_int_equal(ring_head(ring), position);
	}
}

static enum tx_verdict roll(struct tx *t, void *context)
{
	*(uint64_t *)context = rng_next(&t->rng);
	return TX_CANCEL;
}

static uint64_t dice_of(uint32_t life, uint64_t runs)
{
	uint64_t thrown;
	segment.world.life = life;
	tx.runs = runs;
	tx_run(&tx, NULL, 0, roll, &thrown);
	return thrown;
}

static void no_life_and_no_run_throws_the_dice_of_another(void **state)
{
	(void)state;
	static const uint32_t lives[] = {1, 2, 1u << 16, (1u << 16) + 1, 1u << 24, (1u << 24) + 1, UINT32_MAX, 0};
	static const uint64_t runs[] = {0, 1, TWO_TO_THE(24), TWO_TO_THE(32) - 1, TWO_TO_THE(32), TWO_TO_THE(40)};
	enum { LIVES = sizeof lives / sizeof *lives, RUNS = sizeof runs / sizeof *runs };
	uint64_t thrown[LIVES * RUNS];
	for (unsigned i = 0; i < LIVES * RUNS; i++) {
		thrown[i] = dice_of(lives[i / RUNS], runs[i % RUNS]);
		for (unsigned k = 0; k < i; k++)
			assert_true(thrown[i] != thrown[k]);
	}
}

/* --- lives ------------------------------------------------------------------------------------------------------------------ */

enum { CHANGED = 4711, SLOT = 1 };

static void die_before_the_commit(const char *name)
{
	if (strcmp(name, "before commit") == 0)
		pthread_exit(NULL); /* a thread leaves its robust locks as a killed process does */
}

static enum tx_verdict change(struct tx *t, void *context)
{
	(void)context;
	SET(t, t->world->maps[MAP].creatures, CHANGED);
	return TX_COMMIT;
}

static void *mortal_main(void *context)
{
	struct world *w = context;
	static struct tx its;
	uint32_t domain = MAP;
	world_enter_slot(w, SLOT, getpid(), clock_mono_ms());
	tx_init(&its, w, NULL, NULL);
	point_hook = die_before_the_commit;
	tx_run(&its, &domain, 1, change, NULL);
	return NULL;
}

static void what_a_life_leaves_half_done_is_undone_however_many_lives_there_were(void **state)
{
	(void)state;
	static const uint32_t lives[] = {1u << 16, 1u << 24, 1u << 31, UINT32_MAX, 0};
	for (unsigned i = 0; i < sizeof lives / sizeof *lives; i++) {
		struct world mortal = segment.world;
		pthread_t thread;
		uint64_t before = count_sum(&segment.world, COUNT_settled_back);
		atomic_store(&segment.world.processes[SLOT].life, lives[i] - 1);
		assert_int_equal(0, pthread_create(&thread, NULL, mortal_main, &mortal));
		assert_int_equal(0, pthread_join(thread, NULL));
		point_hook = NULL;
		assert_int_equal(lives[i], mortal.life);
		assert_int_equal(CHANGED, segment.world.maps[MAP].creatures);
		say_numbers(1, 1); /* meets the lock */
		assert_int_equal(0, segment.world.maps[MAP].creatures);
		assert_int_equal(before + 1, count_sum(&segment.world, COUNT_settled_back));
	}
}

/* --- handles, ids, counters -------------------------------------------------------------------------------------------------- */

static enum tx_verdict reserve(struct tx *t, void *context)
{
	*(uint32_t *)context = realm_reserve(t, text_of("Lirael"), (struct handle){0});
	return TX_COMMIT;
}

static enum tx_verdict release(struct tx *t, void *context)
{
	realm_release(t, *(const uint32_t *)context);
	return TX_COMMIT;
}

static void an_old_handle_stays_nobody_when_generations_begin_anew(void **state)
{
	(void)state;
	struct world *w = &segment.world;
	uint32_t realm = w->realm_domain, index;
	for (uint32_t p = 1; p <= w->limits.players; p++)
		w->players[p].generation = UINT32_MAX - 1;
	assert_int_equal(TX_COMMIT, tx_run(&tx, &realm, 1, reserve, &index));
	struct handle first = player_handle(w, index);
	assert_int_equal(UINT32_MAX, first.generation);
	assert_ptr_equal(&w->players[index], handle_player(w, first));
	assert_int_equal(TX_COMMIT, tx_run(&tx, &realm, 1, release, &index));
	assert_null(handle_player(w, first));
	w->realm->free_first = index - 1; /* the same slot next */
	w->free_players[w->realm->free_first] = index;
	assert_int_equal(TX_COMMIT, tx_run(&tx, &realm, 1, reserve, &index));
	assert_int_equal(first.index, index);
	assert_null(handle_player(w, first));
	assert_non_null(handle_player(w, player_handle(w, index)));
}

static enum tx_verdict take_id(struct tx *t, void *context)
{
	*(uint32_t *)context = realm_account_id(t);
	return TX_COMMIT;
}

static void an_account_id_is_never_given_out_twice(void **state)
{
	(void)state;
	uint32_t realm = segment.world.realm_domain, id;
	segment.world.realm->next_account_id = UINT32_MAX - 2;
	assert_int_equal(TX_COMMIT, tx_run(&tx, &realm, 1, take_id, &id));
	assert_int_equal(UINT32_MAX - 1, id);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(TX_COMMIT, tx_run(&tx, &realm, 1, take_id, &id));
		assert_int_equal(0, id);
	}
	assert_int_equal(UINT32_MAX - 1, segment.world.realm->next_account_id);
}

static void counters_count_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WRAPS; i++) {
		count_set(&segment.world, COUNT_packets_in, wraps[i] - 1);
		count_add(&segment.world, COUNT_packets_in, 2);
		assert_int_equal(wraps[i] + 1, count_sum(&segment.world, COUNT_packets_in));
	}
}

#define SEGMENT_TEST(name) cmocka_unit_test_setup_teardown(name, segment_setup, segment_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_when_they_are_due_and_in_order_on_both_sides_of_a_wrap),
		cmocka_unit_test(trouble_is_told_again_after_its_pause_on_both_sides_of_a_wrap),
		cmocka_unit_test(an_hour_of_play_is_the_same_whichever_number_the_clock_passes_in_it),
		SEGMENT_TEST(a_ring_is_read_in_order_and_laps_its_reader_on_both_sides_of_a_wrap),
		SEGMENT_TEST(no_life_and_no_run_throws_the_dice_of_another),
		SEGMENT_TEST(what_a_life_leaves_half_done_is_undone_however_many_lives_there_were),
		SEGMENT_TEST(an_old_handle_stays_nobody_when_generations_begin_anew),
		SEGMENT_TEST(an_account_id_is_never_given_out_twice),
		SEGMENT_TEST(counters_count_on),
	};
	return cmocka_run_group_tests_name("wraps", tests, NULL, NULL);
}
