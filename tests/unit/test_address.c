/* Limits per address (worker/address.h): exact, given back once, and the same for all processes that ask at once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "common/config/config.h"
#include "tests/harness/memory_segment.h"
#include "worker/address.h"

static struct memory_segment segment;
static struct config config;
static struct tx tx;
static uint64_t now_ms;

static int setup(void **state)
{
	(void)state;
	memory_segment_open(&segment);
	struct problem why;
	struct config_values *usual = config_values_create();
	assert_non_null(usual);
	assert_true(config_finish(usual, &config, &why));
	config_values_destroy(&usual);
	config.limits.connect_interval_ms = 0;
	tx_init(&tx, &segment.world, NULL, &config);
	tx.paranoia = PARANOIA_WORLD;
	now_ms = 5000000;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(tx.paranoid_failures, 0);
	tx_release(&tx);
	memory_segment_close(&segment);
	return 0;
}

/* --- one step at a time --------------------------------------------------------------------------------------------------- */

enum what { ADMIT, LEAVE, LOGIN, CREATION, GOOD, BAD };

struct step {
	enum what what;
	uint32_t connection;
	unsigned refusal; /* enum close_reason or enum text_id */
};

static enum tx_verdict step_run(struct tx *t, void *context)
{
	struct step *step = context;
	step->refusal = CLOSE_NONE;
	switch (step->what) {
	case ADMIT:
		step->refusal = address_admit(t, step->connection);
		return step->refusal == CLOSE_NONE ? TX_COMMIT : TX_CANCEL;
	case LEAVE:
		address_leave(t, step->connection);
		return TX_COMMIT;
	case LOGIN:
	case CREATION:
		step->refusal = address_attempt(t, step->connection, step->what == CREATION);
		return step->refusal == TEXT_ID_COUNT ? TX_COMMIT : TX_CANCEL;
	default:
		address_attempt_end(t, step->connection, step->what == BAD);
		return TX_COMMIT;
	}
}

static unsigned step_do(struct tx *t, enum what what, uint32_t connection)
{
	struct step step = {.what = what, .connection = connection};
	t->now_ms = now_ms;
	tx_run(t, &segment.world.realm_domain, 1, step_run, &step);
	return step.refusal;
}

static bool fine(enum what what, uint32_t connection)
{
	unsigned refusal = step_do(&tx, what, connection);
	return what == LOGIN || what == CREATION ? refusal == TEXT_ID_COUNT : refusal == CLOSE_NONE;
}

/* IPv4 in its mapped form. */
static void comes_from(uint32_t connection, uint8_t last)
{
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2};
	memcpy(segment.world.peers[connection].address, mapped, sizeof mapped);
	segment.world.peers[connection].address[15] = last;
}

static const struct address *record_of(uint32_t connection)
{
	return &segment.world.addresses[segment.world.peers[connection].record];
}

/* --- connections ------------------------------------------------------------------------------------------------------------ */

static void connections_of_one_address_are_limited_and_given_back_once(void **state)
{
	(void)state;
	config.limits.connections_per_address = 3;
	for (uint32_t c = 1; c <= 4; c++)
		comes_from(c, 7);
	comes_from(5, 8);
	assert_true(fine(ADMIT, 1) && fine(ADMIT, 2) && fine(ADMIT, 3));
	assert_int_equal(step_do(&tx, ADMIT, 4), CLOSE_TOO_MANY_FROM_ADDRESS);
	assert_true(fine(ADMIT, 5)); /* another address */
	assert_int_equal(segment.world.realm->connections, 4);
	assert_true(fine(LEAVE, 2));
	assert_true(fine(LEAVE, 2)); /* and again: nothing */
	assert_int_equal(record_of(1)->connections, 2);
	assert_int_equal(segment.world.realm->connections, 3);
	assert_true(fine(ADMIT, 4));
	assert_int_equal(step_do(&tx, ADMIT, 2), CLOSE_TOO_MANY_FROM_ADDRESS);
}

static void all_connections_together_are_limited_exactly(void **state)
{
	(void)state;
	config.limits.max_connections = 5;
	for (uint32_t c = 1; c <= 6; c++)
		comes_from(c, (uint8_t)c);
	for (uint32_t c = 1; c <= 5; c++)
		assert_true(fine(ADMIT, c));
	assert_int_equal(step_do(&tx, ADMIT, 6), CLOSE_SERVER_FULL);
	assert_true(fine(LEAVE, 1));
	assert_true(fine(ADMIT, 6));
}

static void new_connections_are_limited_by_time_with_a_burst(void **state)
{
	(void)state;
	config.limits.connect_interval_ms = 200;
	config.limits.connect_burst = 4;
	for (unsigned i = 0; i < 4; i++) {
		comes_from(1, 7);
		assert_true(fine(ADMIT, 1) && fine(LEAVE, 1));
	}
	assert_int_equal(step_do(&tx, ADMIT, 1), CLOSE_TOO_FAST_FROM_ADDRESS);
	now_ms += 199;
	assert_int_equal(step_do(&tx, ADMIT, 1), CLOSE_TOO_FAST_FROM_ADDRESS);
	now_ms += 1;
	assert_true(fine(ADMIT, 1) && fine(LEAVE, 1));
	assert_int_equal(step_do(&tx, ADMIT, 1), CLOSE_TOO_FAST_FROM_ADDRESS);
}

static void an_ipv6_network_counts_as_one_address_and_mapped_ipv4_as_ipv4(void **state)
{
	(void)state;
	uint8_t home[16] = {0x20, 0x01, 0x0d, 0xb8, 1, 2, 3, 4, 9, 9}, kept[16];
	address_prefix(home, 64, kept);
	assert_memory_equal(kept, ((const uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, 1, 2, 3, 4}), 16);
	address_prefix(home, 60, kept);
	assert_int_equal(kept[7], 0);
	home[7] = 0x5f;
	address_prefix(home, 60, kept);
	assert_int_equal(kept[7], 0x50);
	address_prefix(home, 128, kept);
	assert_memory_equal(kept, home, 16);

	config.limits.connections_per_address = 1;
	comes_from(1, 7);
	comes_from(2, 8);
	assert_true(fine(ADMIT, 1) && fine(ADMIT, 2)); /* two IPv4 addresses, though they share their first 64 bits */
	memcpy(segment.world.peers[3].address, home, 16);
	home[15] = 77;
	memcpy(segment.world.peers[4].address, home, 16);
	home[7] ^= 1;
	memcpy(segment.world.peers[5].address, home, 16);
	assert_true(fine(ADMIT, 3));
	assert_int_equal(step_do(&tx, ADMIT, 4), CLOSE_TOO_MANY_FROM_ADDRESS);
	assert_true(fine(ADMIT, 5));
}

/* --- attempts ------------------------------------------------------------------------------------------------------------------ */

static void an_attempt_takes_when_it_begins_and_a_good_end_gives_back(void **state)
{
	(void)state;
	config.limits.wrong_passwords_per_address_per_minute = 2;
	for (uint32_t c = 1; c <= 3; c++) {
		comes_from(c, 7);
		assert_true(fine(ADMIT, c));
	}
	assert_true(fine(LOGIN, 1) && fine(LOGIN, 2));
	assert_true(fine(LOGIN, 2)); /* the same attempt asked again (the character had left meanwhile) */
	assert_int_equal(step_do(&tx, LOGIN, 3),
					 TEXT_TOO_MANY_GUESSES); /* in parallel there are no more than one after the other */
	assert_int_equal(segment.world.realm->attempts, 2);
	assert_true(fine(GOOD, 1));
	assert_true(fine(GOOD, 1)); /* nothing */
	assert_true(fine(LOGIN, 3) && fine(BAD, 3) && fine(BAD, 2));
	assert_int_equal(segment.world.realm->attempts, 0);
	assert_int_equal(step_do(&tx, LOGIN, 1), TEXT_TOO_MANY_GUESSES);
	now_ms += 60000;
	assert_true(fine(LOGIN, 1));
}

static void a_connection_that_is_lost_gives_back_its_attempt_too(void **state)
{
	(void)state;
	config.limits.creations_per_address_per_hour = 1;
	for (uint32_t c = 1; c <= 2; c++) {
		comes_from(c, 7);
		assert_true(fine(ADMIT, c));
	}
	assert_true(fine(CREATION, 1));
	assert_int_equal(step_do(&tx, CREATION, 2), TEXT_CREATION_LIMIT);
	assert_true(fine(LEAVE, 1) && fine(LEAVE, 1));
	assert_int_equal(segment.world.realm->attempts, 0);
	assert_true(fine(CREATION, 2) && fine(BAD, 2)); /* created: that counts */
	assert_int_equal(step_do(&tx, CREATION, 2), TEXT_CREATION_LIMIT);
	now_ms += 3600000;
	assert_true(fine(CREATION, 2));
}

static void what_began_in_an_older_window_gives_nothing_back_to_the_new_one(void **state)
{
	(void)state;
	config.limits.wrong_passwords_per_address_per_minute = 1;
	for (uint32_t c = 1; c <= 3; c++) {
		comes_from(c, 7);
		assert_true(fine(ADMIT, c));
	}
	assert_true(fine(LOGIN, 1));
	now_ms += 61000;
	assert_true(fine(LOGIN, 2)); /* a new minute */
	assert_true(fine(GOOD, 1));
	assert_int_equal(step_do(&tx, LOGIN, 3), TEXT_TOO_MANY_GUESSES);
}

static void logins_of_one_address_are_limited_whether_right_or_wrong(void **state)
{
	(void)state;
	config.limits.logins_per_address_per_minute = 3;
	comes_from(1, 7);
	assert_true(fine(ADMIT, 1));
	assert_true(fine(LOGIN, 1) && fine(GOOD, 1) && fine(LOGIN, 1) && fine(BAD, 1) && fine(CREATION, 1) &&
				fine(GOOD, 1));
	assert_int_equal(step_do(&tx, LOGIN, 1), TEXT_TOO_MANY_LOGINS);
	assert_int_equal(record_of(1)->windows[ADDRESS_WRONG_PASSWORDS].count, 1); /* a refusal takes nothing */
	assert_int_equal(segment.world.connections[1].attempt, 0);
}

static void one_character_per_address_holds_also_for_two_who_try_at_once(void **state)
{
	(void)state;
	config.game.allow_multi_login = false;
	for (uint32_t c = 1; c <= 3; c++) {
		comes_from(c, c == 3 ? 9 : 7);
		assert_true(fine(ADMIT, c));
	}
	assert_true(fine(LOGIN, 1));
	assert_int_equal(step_do(&tx, LOGIN, 2), TEXT_ONE_PER_ADDRESS);
	assert_true(fine(LOGIN, 3));
	segment.world.connections[1].player.index = 1; /* as entering the world does */
	assert_true(fine(GOOD, 1));
	assert_int_equal(step_do(&tx, LOGIN, 2), TEXT_ONE_PER_ADDRESS);
	segment.world.connections[1].player.index = 0;
	assert_true(fine(LOGIN, 2));
}

/* --- the table -------------------------------------------------------------------------------------------------------------------- */

/* A flood of addresses pushes out neither who is connected nor, before others, who has used up a limit. */
static void thousands_of_addresses_do_not_wash_away_who_is_connected(void **state)
{
	(void)state;
	enum { STRANGERS = 20000 };
	tx.paranoia = PARANOIA_OFF;
	config.limits.connections_per_address = 1;
	comes_from(1, 7);
	comes_from(2, 7);
	assert_true(fine(ADMIT, 1));
	for (uint32_t i = 0; i < STRANGERS; i++) {
		uint8_t *address = segment.world.peers[3].address;
		memset(address, 0, 16);
		address[0] = 0x20;
		memcpy(address + 1, &i, sizeof i);
		now_ms++;
		assert_true(fine(ADMIT, 3) && fine(LEAVE, 3));
	}
	assert_int_equal(step_do(&tx, ADMIT, 2), CLOSE_TOO_MANY_FROM_ADDRESS);
	assert_int_equal(segment.world.realm->connections, 1);
}

/* --- many at once ------------------------------------------------------------------------------------------------------------------ */

enum { PROCESSES = 2, EACH = 6, ROUNDS = 3000 };

/* One process's connections come, try and go at random; it never sees more than the limits. Killed at any moment. */
static void rush(unsigned slot)
{
	struct world world;
	struct tx mine;
	struct rng rng;
	memory_segment_join(&segment, &world, slot);
	tx_init(&mine, &world, NULL, &config);
	rng_seed(&rng, slot + 1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t c = slot * EACH + (uint32_t)rng_range(&rng, 1, EACH);
		if (world.peers[c].record == 0)
			step_do(&mine, ADMIT, c);
		else if (world.connections[c].attempt == 0)
			step_do(&mine, rng_range(&rng, 0, 2) == 0 ? LEAVE : LOGIN, c);
		else
			step_do(&mine, rng_range(&rng, 0, 3) == 0 ? LEAVE : GOOD, c);
		if (__atomic_load_n(&world.realm->connections, __ATOMIC_RELAXED) > (uint32_t)config.limits.max_connections ||
			__atomic_load_n(&world.realm->attempts, __ATOMIC_RELAXED) >
				(uint32_t)config.limits.wrong_passwords_per_address_per_minute)
			_exit(1);
	}
	_exit(0);
}

static void books_must_balance(void)
{
	unsigned open = 0, attempts = 0;
	for (uint32_t c = 1; c <= PROCESSES * EACH; c++) {
		open += segment.world.peers[c].record != 0;
		attempts += segment.world.connections[c].attempt != 0;
	}
	assert_int_equal(segment.world.realm->connections, open);
	assert_int_equal(segment.world.realm->attempts, attempts);
	for (uint32_t c = 1; c <= PROCESSES * EACH; c++) {
		if (segment.world.peers[c].record == 0)
			continue;
		assert_int_equal(record_of(c)->connections, open);
		assert_int_equal(record_of(c)->attempts, attempts);
		assert_int_equal(record_of(c)->windows[ADDRESS_WRONG_PASSWORDS].count, attempts);
	}
}

static void the_limits_hold_for_processes_that_rush_and_are_killed(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 5);
	tx.paranoia = PARANOIA_OFF;
	config.limits.connections_per_address = config.limits.max_connections = 8;
	config.limits.wrong_passwords_per_address_per_minute = 3;
	config.limits.logins_per_address_per_minute = 0;
	for (uint32_t c = 1; c <= PROCESSES * EACH; c++)
		comes_from(c, 7);
	for (int life = 0; life < 40; life++) {
		pid_t pids[PROCESSES];
		for (unsigned slot = 0; slot < PROCESSES; slot++) {
			pids[slot] = fork();
			if (pids[slot] == 0)
				rush(slot);
		}
		if (life % 4 != 3) {
			usleep((useconds_t)rng_range(&rng, 0, 3000));
			kill(pids[life % PROCESSES], SIGKILL);
		}
		for (unsigned slot = 0; slot < PROCESSES; slot++) {
			int status;
			waitpid(pids[slot], &status, 0);
			assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
			world_settle(&segment.world, slot, atomic_load(&segment.world.processes[slot].life));
		}
		books_must_balance();
	}
	for (uint32_t c = 1; c <= PROCESSES * EACH; c++)
		assert_true(fine(LEAVE, c));
	books_must_balance();
	assert_int_equal(segment.world.realm->connections, 0);
	for (uint32_t c = 1; c <= 8; c++) /* and the whole limit is there */
		assert_true(fine(ADMIT, c));
}

#define ADDRESS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ADDRESS_TEST(connections_of_one_address_are_limited_and_given_back_once),
		ADDRESS_TEST(all_connections_together_are_limited_exactly),
		ADDRESS_TEST(new_connections_are_limited_by_time_with_a_burst),
		ADDRESS_TEST(an_ipv6_network_counts_as_one_address_and_mapped_ipv4_as_ipv4),
		ADDRESS_TEST(an_attempt_takes_when_it_begins_and_a_good_end_gives_back),
		ADDRESS_TEST(a_connection_that_is_lost_gives_back_its_attempt_too),
		ADDRESS_TEST(what_began_in_an_older_window_gives_nothing_back_to_the_new_one),
		ADDRESS_TEST(logins_of_one_address_are_limited_whether_right_or_wrong),
		ADDRESS_TEST(one_character_per_address_holds_also_for_two_who_try_at_once),
		ADDRESS_TEST(thousands_of_addresses_do_not_wash_away_who_is_connected),
		ADDRESS_TEST(the_limits_hold_for_processes_that_rush_and_are_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
