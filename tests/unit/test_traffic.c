/* Traffic statistics: times in buckets, sums over processes dead and alive, how long a transaction held locks, and the line in
 * the log about a slow one. Time passes by moving the clock. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/config/config.h"
#include "common/protocol/packets.h"
#include "common/world/traffic.h"
#include "common/world/tx.h"
#include "tests/harness/memory_segment.h"

enum { REALM = MEMORY_SEGMENT_MAPS + 1 };

static const uint64_t MS = 1000000; /* of nanoseconds */

static struct memory_segment segment;
static struct world *w;
static struct tx tx;
static struct config config;

static int open_world(void **state)
{
	(void)state;
	struct problem why;
	struct config_values *values = config_values_create();
	if (values == NULL || !config_finish(values, &config, &why))
		return -1;
	config_values_destroy(&values);
	memory_segment_open(&segment);
	w = &segment.world;
	tx_init(&tx, w, NULL, &config);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	clock_test_offset_ms = 0;
	tx_release(&tx);
	memory_segment_close(&segment);
	return 0;
}

static struct traffic_sum sum_of(unsigned row)
{
	struct traffic_sum sum;
	traffic_sum_row(w, row, &sum);
	return sum;
}

/* --- numbers ---------------------------------------------------------------------------------------------------------------- */

static void each_time_is_in_the_first_bucket_that_ends_no_earlier(void **state)
{
	(void)state;
	assert_int_equal(traffic_bucket(0), 0);
	for (unsigned b = 0; b + 1 < TRAFFIC_BUCKETS; b++) {
		uint64_t end_ns = traffic_bucket_ns(b);
		assert_int_equal(end_ns, UINT64_C(256) << b);
		assert_int_equal(traffic_bucket(end_ns), b);
		assert_int_equal(traffic_bucket(end_ns + 1), b + 1);
	}
	assert_true(traffic_bucket_ns(TRAFFIC_BUCKETS - 2) > 2000 * MS); /* about 2 s */
	assert_int_equal(traffic_bucket(UINT64_MAX), TRAFFIC_BUCKETS - 1);
	assert_true(traffic_bucket_ns(TRAFFIC_BUCKETS - 1) == UINT64_MAX);
}

static void so_many_of_a_hundred_are_within_the_end_of_their_bucket(void **state)
{
	(void)state;
	struct traffic_sum sum = {0};
	assert_int_equal(traffic_within_ns(&sum, 99), 0);
	sum.held[0] = 50;
	sum.held[3] = 49;
	sum.held[10] = 1;
	sum.helds = 100;
	sum.longest_ns = 200000;
	assert_int_equal(traffic_within_ns(&sum, 1), 256);
	assert_int_equal(traffic_within_ns(&sum, 50), 256);
	assert_int_equal(traffic_within_ns(&sum, 51), 2048);
	assert_int_equal(traffic_within_ns(&sum, 99), 2048);
	assert_int_equal(traffic_within_ns(&sum, 100), 200000); /* the longest is nearer than the bucket's end */
	sum.held[10] = 2;
	sum.helds = 101;
	assert_int_equal(traffic_within_ns(&sum, 99), 200000); /* 99 of 101 are not 99 of a hundred */
	sum = (struct traffic_sum){.helds = 1, .held[TRAFFIC_BUCKETS - 1] = 1, .longest_ns = 5000 * MS};
	assert_int_equal(traffic_within_ns(&sum, 50), 5000 * MS);
}

static void every_row_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(traffic_row_name(C2S_WALK), "Walk");
	assert_string_equal(traffic_row_name(TRAFFIC_TICKS), "map tick");
	assert_string_equal(traffic_row_name(TRAFFIC_OTHER), "everything else");
}

/* --- sums ------------------------------------------------------------------------------------------------------------------- */

/* In a process of its own, which is killed. */
static void count_and_die(unsigned slot, uint64_t held_ns)
{
	static const uint8_t pong[] = {S2C_PONG};
	pid_t child = fork();
	int status;
	assert_true(child >= 0);
	if (child == 0) {
		struct world mine;
		memory_segment_join(&segment, &mine, slot);
		traffic_received(&mine, C2S_WALK, 2);
		traffic_held(&mine, C2S_WALK, held_ns);
		traffic_ran(&mine, TRAFFIC_TICKS);
		traffic_tell(&mine, DIALECT_GODOT, pong, sizeof pong, 7);
		raise(SIGKILL);
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void what_a_process_counted_outlives_it_and_its_successor_goes_on(void **state)
{
	(void)state;
	struct traffic_sum told;
	count_and_die(1, 1000);
	count_and_die(1, 300);
	count_and_die(2, 5000);
	struct traffic_sum walk = sum_of(C2S_WALK);
	assert_int_equal(walk.count, 3);
	assert_int_equal(walk.bytes, 6);
	assert_int_equal(walk.helds, 3);
	assert_int_equal(walk.held_ns, 6300);
	assert_int_equal(walk.longest_ns, 5000);
	assert_int_equal(walk.held[traffic_bucket(1000)], 1);
	assert_int_equal(walk.held[traffic_bucket(300)], 1);
	assert_int_equal(walk.held[traffic_bucket(5000)], 1);
	assert_int_equal(sum_of(TRAFFIC_TICKS).count, 3);
	assert_int_equal(sum_of(C2S_TALK).count, 0);
	traffic_sum_told(w, S2C_PONG, &told);
	assert_int_equal(told.count, 21);
	assert_int_equal(told.bytes, 21);
}

static void packets_in_a_row_are_counted_each_by_its_own_length(void **state)
{
	(void)state;
	for (enum dialect dialect = DIALECT_GODOT; dialect <= DIALECT_CLASSIC; dialect++) {
		uint8_t bytes[256];
		uint64_t before = 0, after = 0;
		struct traffic_sum told;
		struct packet_writer writer;
		for (unsigned id = 0; id < S2C_COUNT; id++) {
			traffic_sum_told(w, id, &told);
			before += told.bytes;
		}
		packet_writer_start(&writer, bytes, sizeof bytes, dialect);
		PUT(&writer, CONSOLE_MSG, .text = text_of("hola"), .font = 1);
		PUT(&writer, POS_UPDATE, .x = 3, .y = 4);
		PUT_MULTI(&writer, SAFE_MODE_ON);
		PUT(&writer, CONSOLE_MSG, .text = text_of("adi\xf3s"), .font = 1);
		assert_false(writer.failed);
		traffic_tell(w, dialect, bytes, writer.length, 3);
		for (unsigned id = 0; id < S2C_COUNT; id++) {
			traffic_sum_told(w, id, &told);
			after += told.bytes;
		}
		assert_int_equal(after - before, writer.length * 3);
		traffic_sum_told(w, S2C_CONSOLE_MSG, &told);
		assert_int_equal(told.count, 6 * (dialect + 1));
		assert_int_equal(told.bytes, (size_t)(3 * (1 + 2 + 4 + 1 + 1 + 2 + 5 + 1)) * (dialect + 1));
	}
}

/* --- how long a transaction held locks -------------------------------------------------------------------------------------- */

struct work {
	int takes_ms; /* so much later it is afterwards */
	uint32_t also;
	enum tx_verdict verdict;
};

static enum tx_verdict work(struct tx *t, void *context)
{
	const struct work *work = context;
	if (work->also != 0 && !tx_need(t, work->also))
		return TX_AGAIN;
	clock_test_offset_ms += (uint64_t)(int64_t)work->takes_ms;
	return work->verdict;
}

static void run(unsigned row, uint32_t domain, struct work how)
{
	tx.row = (uint16_t)row;
	tx_run(&tx, &domain, domain != 0 ? 1 : 0, work, &how);
	assert_int_equal(tx.row, TRAFFIC_OTHER);
}

static void a_transaction_is_counted_once_under_its_row_and_by_how_long_it_held_locks(void **state)
{
	(void)state;
	run(C2S_WALK, 1, (struct work){.takes_ms = 3, .verdict = TX_COMMIT});
	run(C2S_WALK, 1, (struct work){.takes_ms = 40, .verdict = TX_CANCEL});
	struct traffic_sum walk = sum_of(C2S_WALK);
	assert_int_equal(walk.helds, 2);
	assert_int_equal(walk.count, 0); /* packets are counted when they come */
	assert_int_equal(walk.held[traffic_bucket(3 * MS + 1)], 1);
	assert_int_equal(walk.held[traffic_bucket(40 * MS + 1)], 1);
	assert_in_range(walk.longest_ns, 40 * MS, 60 * MS);
	assert_in_range(walk.held_ns, 43 * MS, 80 * MS);

	run(TRAFFIC_TICKS, 2, (struct work){.takes_ms = 1, .verdict = TX_COMMIT});
	run(TRAFFIC_OTHER, REALM, (struct work){.takes_ms = 1, .verdict = TX_COMMIT});
	tx_run(&tx, (uint32_t[]){1, REALM}, 2, work, &(struct work){.takes_ms = 1, .verdict = TX_COMMIT});
	assert_int_equal(sum_of(C2S_WALK).helds, 2);
	assert_int_equal(sum_of(TRAFFIC_TICKS).count, 1);
	assert_int_equal(sum_of(TRAFFIC_TICKS).helds, 1);
	assert_int_equal(sum_of(TRAFFIC_OTHER).count, 2);
	assert_int_equal(sum_of(TRAFFIC_OTHER).helds, 2);
}

static enum tx_verdict ask_late(struct tx *t, void *context)
{
	(void)context;
	clock_test_offset_ms += 10;
	return tx_need(t, 1) ? TX_COMMIT : TX_AGAIN; /* 2 is held: not in order */
}

static void all_runs_of_one_transaction_are_one_time(void **state)
{
	(void)state;
	tx.row = C2S_TALK;
	assert_int_equal(TX_COMMIT, tx_run(&tx, (uint32_t[]){2}, 1, ask_late, NULL));
	struct traffic_sum talk = sum_of(C2S_TALK);
	assert_int_equal(talk.helds, 1);
	assert_in_range(talk.held_ns, 20 * MS, 30 * MS);

	tx.paranoia = PARANOIA_WORLD; /* and its rehearsal */
	run(C2S_YELL, 1, (struct work){.takes_ms = 1000, .verdict = TX_COMMIT});
	tx.paranoia = PARANOIA_OFF;
	assert_int_equal(sum_of(C2S_YELL).helds, 1);
	assert_true(sum_of(C2S_YELL).held_ns >= 2000 * MS);
}

static void without_a_lock_there_is_no_time_and_a_clock_set_back_is_none_either(void **state)
{
	(void)state;
	clock_test_offset_ms = 100000;
	run(TRAFFIC_OTHER, 0, (struct work){.takes_ms = 5, .verdict = TX_COMMIT});
	assert_int_equal(sum_of(TRAFFIC_OTHER).count, 1);
	assert_int_equal(sum_of(TRAFFIC_OTHER).helds, 0);
	run(C2S_WALK, 0, (struct work){.takes_ms = 5, .also = 3, .verdict = TX_COMMIT}); /* takes one on its way */
	assert_int_equal(sum_of(C2S_WALK).helds, 1);
	assert_true(sum_of(C2S_WALK).held_ns >= 5 * MS);
	run(C2S_TALK, 1, (struct work){.takes_ms = -50000, .verdict = TX_COMMIT});
	assert_int_equal(sum_of(C2S_TALK).held[0], 1);
	assert_int_equal(sum_of(C2S_TALK).held_ns, 0);
}

enum { OTHER_HOLDS_MS = 20 };

/* Holds the domain until we wait for it, and some time longer. */
static enum tx_verdict hold(struct tx *t, void *context)
{
	int ready = *(const int *)context;
	const _Atomic uint64_t *waits = &t->world->processes[SLOT_SPARE].counters[COUNT_lock_waits];
	uint64_t before = atomic_load(waits);
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (atomic_load(waits) == before)
		usleep(100);
	for (uint64_t began_ns = clock_mono_ns(); clock_since_ns(began_ns) < OTHER_HOLDS_MS * MS;)
		usleep(1000);
	return TX_COMMIT;
}

/* Runs a transaction that holds these domains, the last of them after another process. Returns how long all that took, ns. */
static uint64_t run_behind_another(const uint32_t *domains, unsigned count)
{
	int ready[2];
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static struct tx its;
		struct world mine;
		alarm(30);
		memory_segment_join(&segment, &mine, 0);
		tx_init(&its, &mine, NULL, NULL);
		_exit(tx_run(&its, &domains[count - 1], 1, hold, &ready[1]) == TX_COMMIT ? 0 : 1);
	}
	char byte;
	int status;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	uint64_t began_ns = clock_mono_ns();
	tx.row = C2S_WALK;
	assert_int_equal(TX_COMMIT, tx_run(&tx, domains, count, work, &(struct work){.takes_ms = 0, .verdict = TX_COMMIT}));
	uint64_t took_ns = clock_since_ns(began_ns);
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(status, 0);
	close(ready[0]);
	close(ready[1]);
	return took_ns;
}

static void waiting_counts_as_holding_only_while_something_is_held(void **state)
{
	(void)state;
	uint64_t took_ns = run_behind_another((uint32_t[]){1}, 1);
	assert_true(tx.waited_ns > 0 && tx.apart_ns == tx.waited_ns);
	struct traffic_sum alone = sum_of(C2S_WALK);
	assert_int_equal(alone.helds, 1);
	assert_true(alone.held_ns + tx.waited_ns <= took_ns);

	run_behind_another((uint32_t[]){1, 2}, 2);
	assert_true(tx.waited_ns > 0 && tx.apart_ns == 0);
	assert_true(sum_of(C2S_WALK).held_ns - alone.held_ns >= tx.waited_ns);
}

/* --- the line about a slow one ---------------------------------------------------------------------------------------------- */

static char log_path[64];

static int open_log(void **state)
{
	struct problem why;
	snprintf(log_path, sizeof log_path, "/tmp/argentum-slow-XXXXXX");
	int fd = mkstemp(log_path);
	if (fd < 0 || open_world(state) != 0)
		return -1;
	close(fd);
	return log_open(LOG_TO_FILE, LOG_LEVEL_INFO, log_path, &why) ? 0 : -1;
}

static int close_log(void **state)
{
	struct problem why;
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO, NULL, &why);
	unlink(log_path);
	return close_world(state);
}

/* How many lines there are; the last one. */
static unsigned log_lines(char last[512])
{
	unsigned lines = 0;
	FILE *file = fopen(log_path, "re");
	assert_non_null(file);
	last[0] = '\0';
	while (fgets(last, 512, file) != NULL)
		lines++;
	fclose(file);
	return lines;
}

static void assert_last(unsigned lines, const char *words)
{
	char last[512];
	assert_int_equal(log_lines(last), lines);
	if (strstr(last, words) == NULL)
		fail_msg("the log says \"%s\", not \"%s\"", last, words);
}

static void box_fill(unsigned packet, const char *name)
{
	struct black_box *box = &w->processes[w->slot].black_box;
	box->packet = (uint16_t)packet;
	box->since_ms = 1;
	snprintf(box->player_name, sizeof box->player_name, "%s", name);
}

static void a_slow_transaction_is_told_with_packet_player_and_map_once_in_a_while(void **state)
{
	(void)state;
	const struct work slow = {.takes_ms = 150, .verdict = TX_COMMIT};
	box_fill(C2S_WALK, "Ana");
	run(C2S_WALK, 2, (struct work){.takes_ms = 90, .verdict = TX_COMMIT});
	assert_last(0, "");
	run(C2S_WALK, 2, slow);
	assert_last(1, "slow: Walk of Ana on map 2 took 15");
	assert_last(1, "warning");
	assert_last(1, " 0 ms of it waiting for locks; over log.slow_ms = 100 (0 more times");
	run(C2S_WALK, 2, slow);
	run(C2S_WALK, 2, (struct work){.takes_ms = 150, .verdict = TX_CANCEL});
	assert_last(1, "");
	clock_test_offset_ms += 10000;
	run(TRAFFIC_TICKS, 3, slow);
	assert_last(2, "slow: map tick on map 3 took 15");
	assert_last(2, "(2 more times");
	clock_test_offset_ms += 10000;
	run(TRAFFIC_OTHER, REALM, (struct work){.takes_ms = 150, .verdict = TX_CANCEL});
	assert_last(3, "slow: everything else in the realm took 15");
}

static void nothing_is_told_when_it_is_off_or_nothing_was_held_or_under_paranoia(void **state)
{
	(void)state;
	const struct work slow = {.takes_ms = 150, .verdict = TX_COMMIT};
	run(C2S_WALK, 0, slow);
	tx.paranoia = PARANOIA_WORLD;
	run(C2S_WALK, 1, slow);
	tx.paranoia = PARANOIA_OFF;
	config.log.slow_ms = 0;
	run(C2S_WALK, 1, slow);
	assert_last(0, "");
	config.log.slow_ms = 100;
	run(C2S_WALK, 1, slow); /* it could have been told all the time */
	assert_last(1, "slow: Walk on map 1 took");
}

static void it_says_how_much_of_it_was_waiting(void **state)
{
	(void)state;
	char last[512];
	unsigned took, waited;
	config.log.slow_ms = 10;
	run_behind_another((uint32_t[]){1}, 1);
	assert_int_equal(log_lines(last), 1);
	const char *at = strstr(last, "took ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "took %u ms, %u ms", &took, &waited), 2);
	assert_true(took >= waited && took >= 10);
	assert_int_equal(waited, tx.waited_ns / MS);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)
#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, open_log, close_log)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_time_is_in_the_first_bucket_that_ends_no_earlier),
		cmocka_unit_test(so_many_of_a_hundred_are_within_the_end_of_their_bucket),
		cmocka_unit_test(every_row_has_a_name),
		IN_WORLD(what_a_process_counted_outlives_it_and_its_successor_goes_on),
		IN_WORLD(packets_in_a_row_are_counted_each_by_its_own_length),
		IN_WORLD(a_transaction_is_counted_once_under_its_row_and_by_how_long_it_held_locks),
		IN_WORLD(all_runs_of_one_transaction_are_one_time),
		IN_WORLD(without_a_lock_there_is_no_time_and_a_clock_set_back_is_none_either),
		IN_WORLD(waiting_counts_as_holding_only_while_something_is_held),
		WITH_LOG(a_slow_transaction_is_told_with_packet_player_and_map_once_in_a_while),
		WITH_LOG(nothing_is_told_when_it_is_off_or_nothing_was_held_or_under_paranoia),
		WITH_LOG(it_says_how_much_of_it_was_waiting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
