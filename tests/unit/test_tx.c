/* Transactions: all of it or nothing, in order, and paranoia finds who cheats. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/point.h"
#include "common/world/tx.h"
#include "tests/harness/memory_segment.h"

enum { REALM = MEMORY_SEGMENT_MAPS + 1 };

static struct memory_segment segment;
static struct world *w;
static struct tx tx;
static uint8_t got[RING_ENTRY_MAX];

static int open_world(void **state)
{
	(void)state;
	memory_segment_open(&segment);
	w = &segment.world;
	tx_init(&tx, w, NULL, NULL);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	point_hook = NULL;
	tx_release(&tx);
	memory_segment_close(&segment);
	return 0;
}

static enum tx_verdict run_in(uint32_t domain, tx_fn *fn, void *context)
{
	return tx_run(&tx, &domain, 1, fn, context);
}

/* Runs fn in a child that is expected to die of an assertion or tx_die (SIGABRT) within a few seconds. */
static void expect_abort(void (*fn)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		alarm(5);
		fn();
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("expected SIGABRT, but %s %d", WIFSIGNALED(status) ? "died of signal" : "exited with",
				 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* --- commit and cancel -------------------------------------------------------------------------------------------------- */

/* Changes something of every kind: single fields, a whole structure, bytes in the middle, the same place twice. */
static enum tx_verdict change_much(struct tx *t, void *context)
{
	SET(t, w->maps[1].players, w->maps[1].players + 1);
	SET(t, w->maps[1].ground[77].amount, 50);
	SET(t, w->maps[1].players, w->maps[1].players + 1);
	TOUCH(t, w->players[3]);
	w->players[3].gold = 12345;
	memcpy(w->players[3].name, "Lirael", 7);
	SET(t, w->players[3].gold, 777);
	tx_touch(t, &w->maps[1].blocked[13], 3); /* neither aligned nor a multiple of 8 */
	memset(&w->maps[1].blocked[13], 0xff, 3);
	SET(t, w->realm->players_in_world, 9);
	TOUCH(t, w->players[5]);
	memset(&w->players[5], 0xab, sizeof w->players[5]); /* to the last byte */
	return *(enum tx_verdict *)context;
}

static void a_commit_keeps_everything(void **state)
{
	(void)state;
	enum tx_verdict verdict = TX_COMMIT;
	assert_int_equal(TX_COMMIT, tx_run(&tx, (uint32_t[]){1, REALM}, 2, change_much, &verdict));
	assert_int_equal(2, w->maps[1].players);
	assert_int_equal(50, w->maps[1].ground[77].amount);
	assert_int_equal(777, w->players[3].gold);
	assert_string_equal("Lirael", w->players[3].name);
	assert_int_equal(0xff, w->maps[1].blocked[15]);
	assert_int_equal(9, w->realm->players_in_world);
	assert_int_equal(1, count_sum(w, COUNT_transactions));
	assert_int_equal(0, count_sum(w, COUNT_rollbacks));
}

static void a_cancel_restores_every_byte(void **state)
{
	(void)state;
	enum tx_verdict verdict = TX_COMMIT;
	for (uint32_t i = 0; i < sizeof(struct player); i++)
		((uint8_t *)&w->players[3])[i] = (uint8_t)(i * 7);
	memset(w->maps[1].blocked, 0x5a, sizeof w->maps[1].blocked);
	struct memory_image before = memory_segment_image(w);
	verdict = TX_CANCEL;
	assert_int_equal(TX_CANCEL, tx_run(&tx, (uint32_t[]){1, REALM}, 2, change_much, &verdict));
	struct memory_image after = memory_segment_image(w);
	assert_true(memory_images_equal(&before, &after));
	assert_int_equal(0, count_sum(w, COUNT_transactions));
	assert_int_equal(1, count_sum(w, COUNT_rollbacks));
	free(before.bytes);
	free(after.bytes);
}

static enum tx_verdict touch_twice(struct tx *t, void *context)
{
	(void)context;
	TOUCH(t, w->players[1]);
	w->players[1].gold = 200;
	TOUCH(t, w->players[1].gold); /* saves 200; the rollback must end with what was first */
	w->players[1].gold = 300;
	TOUCH(t, w->players[1]);
	w->players[1].gold = 400;
	return TX_CANCEL;
}

static void a_place_touched_again_after_a_write_goes_back_to_the_beginning(void **state)
{
	(void)state;
	w->players[1].gold = 100;
	run_in(1, touch_twice, NULL);
	assert_int_equal(100, w->players[1].gold);
}

static enum tx_verdict touch_too_much(struct tx *t, void *context)
{
	(void)context;
	for (unsigned i = 0; i < 100; i++)
		TOUCH(t, w->maps[1].ground);
	return TX_COMMIT;
}

static void overfill_the_log(void)
{
	run_in(1, touch_too_much, NULL);
}

static enum tx_verdict cancel(struct tx *t, void *context)
{
	(void)t;
	(void)context;
	return TX_CANCEL;
}

static void a_transaction_too_big_for_its_undo_log_dies_and_is_undone(void **state)
{
	(void)state;
	struct memory_image before = memory_segment_image(w);
	expect_abort(overfill_the_log);
	/* The child used our slot and life: settle as its successor would. */
	struct world successor;
	memory_segment_join(&segment, &successor, SLOT_SPARE);
	struct memory_image after = memory_segment_image(w);
	assert_true(memory_images_equal(&before, &after));
	tx_init(&tx, &successor, NULL, NULL);
	assert_int_equal(TX_CANCEL, run_in(1, cancel, NULL)); /* the lock it died with can be taken */
	world_detach(&successor);
	free(before.bytes);
	free(after.bytes);
}

static enum tx_verdict nothing(struct tx *t, void *context)
{
	(void)t;
	(void)context;
	return TX_COMMIT;
}

static void a_transaction_may_begin_with_no_domain_at_all(void **state)
{
	(void)state;
	assert_int_equal(TX_COMMIT, tx_run(&tx, NULL, 0, nothing, NULL));
	assert_int_equal(TX_COMMIT, tx_run(&tx, (uint32_t[]){0, 0}, 2, nothing, NULL));
}

/* --- domains ------------------------------------------------------------------------------------------------------------- */

struct wish {
	uint32_t asks[8]; /* in this order; 0 ends */
	unsigned runs;
	unsigned held_first_run, held_last_run;
	int32_t random[8];
	bool refused;
};

static enum tx_verdict ask(struct tx *t, void *context)
{
	struct wish *wish = context;
	wish->random[wish->runs++] = rng_range(&t->rng, 1, 1000000000);
	for (unsigned i = 0; wish->asks[i] != 0; i++) {
		if (!tx_need(t, wish->asks[i]))
			return TX_AGAIN;
	}
	wish->held_last_run = t->held_count;
	for (unsigned i = 1; i < t->held_count; i++)
		assert_true(t->held[i - 1].index < t->held[i].index);
	return TX_COMMIT;
}

static void a_domain_in_ascending_order_is_taken_at_once(void **state)
{
	(void)state;
	struct wish wish = {.asks = {2, 3, REALM}};
	run_in(1, ask, &wish);
	assert_int_equal(1, wish.runs);
	assert_int_equal(4, wish.held_last_run);
	assert_int_equal(0, count_sum(w, COUNT_reruns));
}

static void a_domain_out_of_order_runs_the_handler_again_holding_all_in_order(void **state)
{
	(void)state;
	struct wish wish = {.asks = {1}};
	run_in(3, ask, &wish);
	assert_int_equal(2, wish.runs);
	assert_int_equal(2, wish.held_last_run);
	assert_int_equal(1, count_sum(w, COUNT_reruns));
}

static void a_map_asked_for_after_the_realm_runs_again_with_the_realm_last(void **state)
{
	(void)state;
	struct wish wish = {.asks = {REALM, 4, 2}};
	run_in(3, ask, &wish);
	assert_int_equal(3, wish.runs); /* the realm at once, then 4 is refused, then 2 */
	assert_int_equal(4, wish.held_last_run);
}

static void a_domain_already_held_is_granted_in_any_order(void **state)
{
	(void)state;
	struct wish wish = {.asks = {4, 1, 1, 4, 1}};
	assert_int_equal(TX_COMMIT, tx_run(&tx, (uint32_t[]){4, 1}, 2, ask, &wish));
	assert_int_equal(1, wish.runs);
	assert_int_equal(2, wish.held_last_run);
}

static void a_handler_run_again_meets_the_same_random_numbers(void **state)
{
	(void)state;
	struct wish first = {.asks = {REALM, 4, 2}}, second = {.asks = {1}};
	run_in(3, ask, &first);
	assert_int_equal(3, first.runs);
	assert_int_equal(first.random[0], first.random[1]);
	assert_int_equal(first.random[0], first.random[2]);
	run_in(3, ask, &second);
	assert_int_not_equal(first.random[0], second.random[0]); /* but the next transaction others */
}

static void a_domain_taken_in_order_before_the_refusal_is_held_in_the_second_run_from_the_start(void **state)
{
	(void)state;
	struct wish wish = {.asks = {4, 2}};
	run_in(3, ask, &wish);
	assert_int_equal(2, wish.runs);
	assert_int_equal(3, wish.held_last_run);
}

static enum tx_verdict write_then_need(struct tx *t, void *context)
{
	unsigned *runs = context;
	++*runs;
	SET(t, w->players[1].gold, w->players[1].gold - 10);
	tx_append(t, 3, &(struct note){.kind = NOTE_MAP, .subject = *runs}, "x", 1);
	if (!tx_need(t, 1))
		return TX_AGAIN;
	SET(t, w->players[2].gold, w->players[2].gold + 10);
	return TX_COMMIT;
}

static void a_handler_run_again_finds_the_world_as_it_was(void **state)
{
	(void)state;
	unsigned runs = 0;
	w->players[1].gold = 100;
	run_in(3, write_then_need, &runs);
	assert_int_equal(2, runs);
	assert_int_equal(90, w->players[1].gold);
	assert_int_equal(10, w->players[2].gold);
	uint64_t position = 0;
	struct note note;
	struct ring *ring = &w->domains[3].ring;
	assert_int_equal(RING_READ, ring_read(w, ring, &position, &note, got));
	assert_int_equal(2, note.subject); /* said once, by the run that counted */
	assert_int_equal(RING_EMPTY, ring_read(w, ring, &position, &note, got));
}

/* In each run it asks for something else, as when the world changes between two runs. */
static enum tx_verdict change_its_mind(struct tx *t, void *context)
{
	static const uint32_t asks[] = {2, 4, REALM};
	struct wish *wish = context;
	unsigned run = wish->runs++;
	if (!tx_holds(t, 3))
		wish->refused = true; /* what the caller demanded */
	if (run == 0 && !(tx_need(t, asks[1]) && tx_need(t, asks[2])))
		return TX_AGAIN;
	if (run == 0)
		return tx_need(t, asks[0]) ? TX_COMMIT : TX_AGAIN; /* now 2, 3, 4 and the realm */
	if (run == 1)
		return tx_need(t, 1) ? TX_COMMIT : TX_AGAIN; /* a fifth */
	wish->held_last_run = t->held_count;
	return wish->runs > 3 || tx_need(t, 1) ? TX_COMMIT : TX_AGAIN;
}

static void a_handler_that_changes_its_mind_still_holds_what_its_caller_demanded(void **state)
{
	(void)state;
	struct wish wish = {.runs = 0};
	run_in(3, change_its_mind, &wish);
	assert_false(wish.refused);
	assert_int_equal(3, wish.runs);
	assert_int_equal(2, wish.held_last_run); /* 3 and 1 */
}

static enum tx_verdict need_nobody(struct tx *t, void *context)
{
	(void)context;
	return tx_need(t, 0) ? TX_COMMIT : TX_AGAIN; /* "the map of who stands nowhere" */
}

static void ask_for_domain_0(void)
{
	run_in(1, need_nobody, NULL);
}

static enum tx_verdict need_beyond(struct tx *t, void *context)
{
	(void)context;
	return tx_need(t, REALM + 1) ? TX_COMMIT : TX_AGAIN;
}

static void ask_for_a_domain_beyond(void)
{
	run_in(1, need_beyond, NULL);
}

static void a_domain_that_does_not_exist_is_a_bug_and_not_an_endless_rerun(void **state)
{
	(void)state;
	expect_abort(ask_for_domain_0);
	expect_abort(ask_for_a_domain_beyond);
}

static enum tx_verdict speak_elsewhere(struct tx *t, void *context)
{
	(void)context;
	tx_append(t, 2, &(struct note){.kind = NOTE_MAP}, "x", 1);
	return TX_COMMIT;
}

static void say_where_nothing_is_held(void)
{
	run_in(1, speak_elsewhere, NULL);
}

static void speaking_in_a_domain_not_held_is_a_bug(void **state)
{
	(void)state;
	expect_abort(say_where_nothing_is_held);
}

/* --- two processes ------------------------------------------------------------------------------------------------------- */

struct crossing {
	uint32_t to;
};

static enum tx_verdict move_a_token(struct tx *t, void *context)
{
	const struct crossing *c = context;
	uint32_t from = c->to == 1 ? 3 : 1;
	struct world *mine = t->world;
	SET(t, mine->maps[from].creatures, mine->maps[from].creatures - 1);
	if (!tx_need(t, c->to))
		return TX_AGAIN;
	SET(t, mine->maps[c->to].creatures, mine->maps[c->to].creatures + 1);
	if (!tx_need(t, REALM))
		return TX_AGAIN;
	SET(t, mine->realm->version, mine->realm->version + 1);
	return TX_COMMIT;
}

static void cross_many_times(unsigned slot, uint32_t from, uint32_t to, unsigned rounds)
{
	static struct tx mine;
	struct world world;
	alarm(30); /* a deadlock ends here */
	memory_segment_join(&segment, &world, slot);
	tx_init(&mine, &world, NULL, NULL);
	struct crossing c = {.to = to};
	for (unsigned i = 0; i < rounds; i++)
		tx_run(&mine, &from, 1, move_a_token, &c);
	_exit(0);
}

static void two_processes_crossing_from_both_sides_never_deadlock_and_lose_nothing(void **state)
{
	(void)state;
	enum { ROUNDS = 20000 };
	w->maps[1].creatures = w->maps[3].creatures = 1000000;
	pid_t children[2];
	for (unsigned i = 0; i < 2; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			cross_many_times(i, i == 0 ? 1 : 3, i == 0 ? 3 : 1, ROUNDS);
	}
	for (unsigned i = 0; i < 2; i++) {
		int status;
		assert_int_equal(children[i], waitpid(children[i], &status, 0));
		assert_int_equal(0, status);
	}
	assert_int_equal(1000000, w->maps[1].creatures);
	assert_int_equal(1000000, w->maps[3].creatures);
	assert_int_equal(2 * ROUNDS, w->realm->version);
	assert_int_equal(2 * ROUNDS, count_sum(w, COUNT_transactions));
	assert_int_equal(ROUNDS, count_sum(w, COUNT_reruns)); /* each of those who go from 3 to 1 */
	assert_int_equal(0, count_sum(w, COUNT_settled_back));
}

/* --- what is said -------------------------------------------------------------------------------------------------------- */

static enum ring_read read_one(uint32_t domain, uint64_t *position, struct note *note)
{
	return ring_read(w, &w->domains[domain].ring, position, note, got);
}

static enum tx_verdict say_and_look(struct tx *t, void *context)
{
	uint64_t position = 0;
	struct note note;
	tx_append(t, 1, &(struct note){.kind = NOTE_MAP, .subject = 7}, "hola", 4);
	assert_int_equal(RING_EMPTY, read_one(1, &position, &note));
	return *(enum tx_verdict *)context;
}

static void what_is_staged_is_not_seen_before_the_commit(void **state)
{
	(void)state;
	enum tx_verdict verdict = TX_COMMIT;
	uint64_t position = 0;
	struct note note;
	run_in(1, say_and_look, &verdict);
	assert_int_equal(RING_READ, read_one(1, &position, &note));
	assert_int_equal(7, note.subject);
	assert_memory_equal("hola", got, 4);
	assert_int_equal(RING_EMPTY, read_one(1, &position, &note));
}

static void what_is_staged_is_gone_after_a_cancel(void **state)
{
	(void)state;
	enum tx_verdict verdict = TX_CANCEL;
	uint64_t position = 0;
	struct note note;
	run_in(1, say_and_look, &verdict);
	assert_int_equal(RING_EMPTY, read_one(1, &position, &note));
	assert_int_equal(0, ring_head(&w->domains[1].ring));
}

static enum tx_verdict speak_first_in_3_then_in_1(struct tx *t, void *context)
{
	(void)context;
	tx_append(t, 3, &(struct note){.kind = NOTE_LEAVE, .subject = 1}, "", 0);
	tx_append(t, 1, &(struct note){.kind = NOTE_ENTER, .subject = 1}, "", 0);
	tx_append(t, 3, &(struct note){.kind = NOTE_MAP, .subject = 2}, "", 0);
	return TX_COMMIT;
}

static uint64_t heads_seen[8][2];
static unsigned times_published;

static void note_the_heads(const char *point)
{
	if (strcmp(point, "published") != 0)
		return;
	heads_seen[times_published][0] = ring_head(&w->domains[1].ring);
	heads_seen[times_published++][1] = ring_head(&w->domains[3].ring);
}

static void heads_are_published_in_the_order_in_which_was_spoken_first(void **state)
{
	(void)state;
	times_published = 0;
	point_hook = note_the_heads;
	tx_run(&tx, (uint32_t[]){1, 2, 3}, 3, speak_first_in_3_then_in_1, NULL);
	assert_int_equal(2, times_published); /* nothing was said in 2 */
	assert_int_equal(0, heads_seen[0][0]);
	assert_int_equal(2 * sizeof(struct note), heads_seen[0][1]);
	assert_int_equal(sizeof(struct note), heads_seen[1][0]);
}

struct speech {
	uint32_t packets, controls;
	size_t bytes;
};

static enum tx_verdict speak_at_length(struct tx *t, void *context)
{
	const struct speech *s = context;
	static const uint8_t payload[MEMORY_SEGMENT_RING_BYTES];
	for (uint32_t i = 0; i < s->packets || i < s->controls; i++) {
		if (i < s->packets)
			tx_append(t, 1, &(struct note){.kind = NOTE_MAP, .subject = i}, payload, s->bytes);
		if (i < s->controls)
			tx_append(t, 1, &(struct note){.kind = NOTE_VIEW, .subject = i}, "", 0);
	}
	return TX_COMMIT;
}

/* What a reader of map 1 finds: how many packets, resyncs of all and control notes; checks that each kind is in order. */
static void count_said(unsigned *packets, unsigned *resyncs, unsigned *controls)
{
	uint64_t position = 0;
	struct note note;
	*packets = *resyncs = *controls = 0;
	while (read_one(1, &position, &note) == RING_READ) {
		if (note.kind == NOTE_MAP) {
			assert_int_equal(0, *resyncs); /* after the resync note no packet is worth anything */
			assert_int_equal((*packets)++, note.subject);
		} else if (note.kind == NOTE_RESYNC_ALL) {
			++*resyncs;
		} else {
			assert_int_equal((*controls)++, note.subject);
		}
	}
}

static void who_says_more_than_half_a_ring_resyncs_everybody_instead_and_control_notes_survive(void **state)
{
	(void)state;
	unsigned packets, resyncs, controls;
	struct speech s = {.packets = 120, .controls = 80, .bytes = 100};
	assert_int_equal(TX_COMMIT, run_in(1, speak_at_length, &s));
	count_said(&packets, &resyncs, &controls);
	assert_true(packets > 20 && packets < 70);
	assert_int_equal(1, resyncs);
	assert_int_equal(80, controls);
	assert_int_equal(1, count_sum(w, COUNT_ring_overflows));

	s = (struct speech){.packets = 1, .controls = 0, .bytes = 8}; /* the next one is not concerned */
	uint64_t position = ring_head(&w->domains[1].ring);
	struct note note;
	run_in(1, speak_at_length, &s);
	assert_int_equal(RING_READ, read_one(1, &position, &note));
	assert_int_equal(NOTE_MAP, note.kind);
}

static void who_says_little_resyncs_nobody(void **state)
{
	(void)state;
	unsigned packets, resyncs, controls;
	struct speech s = {.packets = 40, .controls = 20, .bytes = 100};
	run_in(1, speak_at_length, &s);
	count_said(&packets, &resyncs, &controls);
	assert_int_equal(40, packets);
	assert_int_equal(0, resyncs);
	assert_int_equal(20, controls);
}

static void a_single_packet_longer_than_half_a_ring_becomes_a_resync(void **state)
{
	(void)state;
	unsigned packets, resyncs, controls;
	struct speech s = {.packets = 1, .controls = 3, .bytes = MEMORY_SEGMENT_RING_BYTES / 2};
	run_in(1, speak_at_length, &s);
	count_said(&packets, &resyncs, &controls);
	assert_int_equal(0, packets);
	assert_int_equal(1, resyncs);
	assert_int_equal(3, controls);
}

static void stage_countless_control_notes(void)
{
	struct speech s = {.controls = MEMORY_SEGMENT_RING_BYTES / sizeof(struct note)};
	run_in(1, speak_at_length, &s);
}

static void control_notes_beyond_three_quarters_of_a_ring_are_a_bug(void **state)
{
	(void)state;
	expect_abort(stage_countless_control_notes);
}

/* --- paranoia ------------------------------------------------------------------------------------------------------------ */

static enum tx_verdict honest(struct tx *t, void *context)
{
	unsigned *runs = context;
	++*runs;
	SET(t, w->maps[1].players, w->maps[1].players + 1);
	TOUCH(t, w->players[2]);
	w->players[2].gold += 10;
	tx_append(t, 1, &(struct note){.kind = NOTE_MAP}, "x", 1);
	return TX_COMMIT;
}

static void expect_honest(enum tx_paranoia paranoia)
{
	unsigned runs = 0;
	uint64_t position = 0;
	struct note note;
	tx.paranoia = paranoia;
	w->bodies[2].map = 1;
	assert_int_equal(TX_COMMIT, run_in(1, honest, &runs));
	assert_int_equal(2, runs);
	assert_int_equal(0, tx.paranoid_failures);
	assert_int_equal(1, w->maps[1].players);
	assert_int_equal(10, w->players[2].gold);
	assert_int_equal(RING_READ, read_one(1, &position, &note));
	assert_int_equal(RING_EMPTY, read_one(1, &position, &note));
}

static void paranoia_runs_an_honest_handler_twice_and_it_counts_once(void **state)
{
	(void)state;
	expect_honest(PARANOIA_DOMAINS);
}

static void paranoia_over_the_whole_world_finds_nothing_in_an_honest_handler(void **state)
{
	(void)state;
	expect_honest(PARANOIA_WORLD);
}

static enum tx_verdict cheat(struct tx *t, void *context)
{
	SET(t, w->maps[1].players, 5);
	*(uint8_t *)context ^= 1; /* not touched */
	return TX_COMMIT;
}

static void expect_found(enum tx_paranoia paranoia, void *place, const char *where)
{
	tx.paranoia = paranoia;
	tx.paranoid_failures = 0;
	tx.paranoid_where[0] = '\0';
	tx_run(&tx, (uint32_t[]){1, REALM}, 2, cheat, place);
	if (tx.paranoid_failures != 1)
		fail_msg("%s: %llu differences found", where, (unsigned long long)tx.paranoid_failures);
	if (strncmp(tx.paranoid_where, where, strlen(where)) != 0)
		fail_msg("found \"%s\", expected \"%s...\"", tx.paranoid_where, where);
}

static void expect_each_cheat_is_found(enum tx_paranoia paranoia)
{
	w->bodies[2].map = 1;
	expect_found(paranoia, &w->maps[1].creatures, "map_state 1, field creatures (byte ");
	expect_found(paranoia, &w->maps[1].ground[500], "map_state 1, field ground (byte ");
	expect_found(paranoia, &w->bodies[2].heading, "body 2, field heading (byte ");
	expect_found(paranoia, &w->players[2].gold, "player 2, field gold (byte ");
	expect_found(paranoia, &w->players[2].inventory[29].amount, "player 2, field inventory (byte ");
	expect_found(paranoia, &w->realm->version, "realm 0, field version (byte ");
	expect_found(paranoia, &w->free_players[4], "free list 4, field ? (byte ");
	expect_found(paranoia, &w->names[3], "name table 3, field ? (byte ");
	expect_found(paranoia, &w->players[9].id, "player 9, field id (byte "); /* stands nowhere: the realm's */
}

static void paranoia_names_the_field_that_was_written_without_a_touch(void **state)
{
	(void)state;
	expect_each_cheat_is_found(PARANOIA_DOMAINS);
}

static void paranoia_over_the_whole_world_names_it_too(void **state)
{
	(void)state;
	expect_each_cheat_is_found(PARANOIA_WORLD);
}

static void only_paranoia_over_the_whole_world_looks_at_domains_not_held(void **state)
{
	(void)state;
	tx.paranoia = PARANOIA_DOMAINS;
	run_in(1, cheat, &w->maps[4].creatures); /* it could be another process's write */
	assert_int_equal(0, tx.paranoid_failures);
	expect_found(PARANOIA_WORLD, &w->maps[4].creatures, "map_state 4, field creatures");
}

static enum tx_verdict teleport_untouched(struct tx *t, void *context)
{
	(void)t;
	w->bodies[2].map = *(uint16_t *)context;
	return TX_COMMIT;
}

static void paranoia_finds_a_body_that_left_the_held_maps_without_a_touch(void **state)
{
	(void)state;
	uint16_t to = 4; /* not held: is it still ours to compare? */
	w->bodies[2].map = 1;
	tx.paranoia = PARANOIA_DOMAINS;
	run_in(1, teleport_untouched, &to);
	assert_int_equal(1, tx.paranoid_failures);
	assert_int_equal(0, strncmp("body 2, field map (byte ", tx.paranoid_where, 24));
}

static enum tx_verdict bring_here(struct tx *t, void *context)
{
	(void)context;
	if (!tx_need(t, 4))
		return TX_AGAIN;
	SET(t, w->bodies[2].map, 1);
	return TX_COMMIT;
}

static void paranoia_does_not_complain_of_what_was_not_its_own_when_it_began(void **state)
{
	(void)state;
	w->bodies[2].map = 4;
	memset(&w->players[2], 0x77, sizeof w->players[2]);
	tx.paranoia = PARANOIA_DOMAINS;
	run_in(1, bring_here, NULL);
	assert_int_equal(0, tx.paranoid_failures);
	w->bodies[2].map = 4;
	uint16_t to = 1; /* untouched, from a map not held into one that is: not remembered, so not judged */
	run_in(1, teleport_untouched, &to);
	assert_int_equal(0, tx.paranoid_failures);
}

static enum tx_verdict touch_too_late(struct tx *t, void *context)
{
	(void)context;
	w->maps[1].tick_last_ms = 99;
	TOUCH(t, w->maps[1].tick_last_ms);
	return TX_COMMIT;
}

static void paranoia_finds_a_touch_that_came_after_the_write(void **state)
{
	(void)state;
	tx.paranoia = PARANOIA_DOMAINS;
	run_in(1, touch_too_late, NULL);
	assert_int_equal(1, tx.paranoid_failures);
	assert_int_equal(0, strncmp("map_state 1, field tick_last_ms", tx.paranoid_where, 31));
}

static void paranoia_works_with_handlers_that_are_run_again(void **state)
{
	(void)state;
	unsigned runs = 0;
	w->players[1].gold = 100;
	tx.paranoia = PARANOIA_WORLD;
	run_in(3, write_then_need, &runs);
	assert_int_equal(4, runs); /* a rehearsal before each of the two */
	assert_int_equal(90, w->players[1].gold);
	assert_int_equal(10, w->players[2].gold);
	assert_int_equal(0, tx.paranoid_failures);
}

/* --- randomness ---------------------------------------------------------------------------------------------------------- */

static enum tx_verdict throw_dice(struct tx *t, void *context)
{
	*(uint64_t *)context = rng_next(&t->rng);
	return TX_COMMIT;
}

static void a_newborn_does_not_repeat_the_random_numbers_of_its_predecessor(void **state)
{
	(void)state;
	uint64_t thrown[3];
	for (unsigned life = 0; life < 3; life++) {
		struct world world;
		memory_segment_join(&segment, &world, 1);
		tx_init(&tx, &world, NULL, NULL);
		run_in(1, throw_dice, &thrown[life]);
		world_detach(&world);
	}
	assert_true(thrown[0] != thrown[1] && thrown[1] != thrown[2] && thrown[0] != thrown[2]);
}

static void the_same_seed_gives_the_same_game(void **state)
{
	(void)state;
	uint64_t first, again;
	run_in(1, throw_dice, &first);
	close_world(NULL);
	open_world(NULL);
	run_in(1, throw_dice, &again);
	assert_int_equal(first, again);
}

#define TX_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TX_TEST(a_commit_keeps_everything),
		TX_TEST(a_cancel_restores_every_byte),
		TX_TEST(a_place_touched_again_after_a_write_goes_back_to_the_beginning),
		TX_TEST(a_transaction_too_big_for_its_undo_log_dies_and_is_undone),
		TX_TEST(a_transaction_may_begin_with_no_domain_at_all),
		TX_TEST(a_domain_in_ascending_order_is_taken_at_once),
		TX_TEST(a_domain_out_of_order_runs_the_handler_again_holding_all_in_order),
		TX_TEST(a_map_asked_for_after_the_realm_runs_again_with_the_realm_last),
		TX_TEST(a_domain_already_held_is_granted_in_any_order),
		TX_TEST(a_handler_run_again_meets_the_same_random_numbers),
		TX_TEST(a_domain_taken_in_order_before_the_refusal_is_held_in_the_second_run_from_the_start),
		TX_TEST(a_handler_run_again_finds_the_world_as_it_was),
		TX_TEST(a_handler_that_changes_its_mind_still_holds_what_its_caller_demanded),
		TX_TEST(a_domain_that_does_not_exist_is_a_bug_and_not_an_endless_rerun),
		TX_TEST(speaking_in_a_domain_not_held_is_a_bug),
		TX_TEST(two_processes_crossing_from_both_sides_never_deadlock_and_lose_nothing),
		TX_TEST(what_is_staged_is_not_seen_before_the_commit),
		TX_TEST(what_is_staged_is_gone_after_a_cancel),
		TX_TEST(heads_are_published_in_the_order_in_which_was_spoken_first),
		TX_TEST(who_says_more_than_half_a_ring_resyncs_everybody_instead_and_control_notes_survive),
		TX_TEST(who_says_little_resyncs_nobody),
		TX_TEST(a_single_packet_longer_than_half_a_ring_becomes_a_resync),
		TX_TEST(control_notes_beyond_three_quarters_of_a_ring_are_a_bug),
		TX_TEST(paranoia_runs_an_honest_handler_twice_and_it_counts_once),
		TX_TEST(paranoia_over_the_whole_world_finds_nothing_in_an_honest_handler),
		TX_TEST(paranoia_names_the_field_that_was_written_without_a_touch),
		TX_TEST(paranoia_over_the_whole_world_names_it_too),
		TX_TEST(only_paranoia_over_the_whole_world_looks_at_domains_not_held),
		TX_TEST(paranoia_finds_a_body_that_left_the_held_maps_without_a_touch),
		TX_TEST(paranoia_does_not_complain_of_what_was_not_its_own_when_it_began),
		TX_TEST(paranoia_finds_a_touch_that_came_after_the_write),
		TX_TEST(paranoia_works_with_handlers_that_are_run_again),
		TX_TEST(a_newborn_does_not_repeat_the_random_numbers_of_its_predecessor),
		TX_TEST(the_same_seed_gives_the_same_game),
	};
	return cmocka_run_group_tests_name("tx", tests, NULL, NULL);
}
