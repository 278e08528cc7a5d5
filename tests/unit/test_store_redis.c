/* What happens to the store when Redis does not do what it should: killed, stopped, emptied, full, read-only, behind a
 * wrong password or a wrong certificate. Each test has a real server of its own. */
#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "tests/harness/store_fixture.h"

struct redis_fixture {
	struct store_fixture store;
	struct redis_server *server;
};

static int test_begin_with(void **state, const struct redis_server_options *options)
{
	struct redis_fixture *f = calloc(1, sizeof *f);
	struct problem why;
	*state = f;
	f->server = redis_server_start(options, &why);
	if (f->server == NULL) {
		print_error("%s\n", why.text);
		return -1;
	}
	store_fixture_redis(&f->store, f->server, false);
	return 0;
}

static int test_begin(void **state)
{
	return test_begin_with(state, NULL);
}

static int test_begin_password(void **state)
{
	return test_begin_with(state, &(struct redis_server_options){.password = "right"});
}

static int test_begin_tls(void **state)
{
	return test_begin_with(state, &(struct redis_server_options){.tls = true});
}

static int test_begin_tls_two_addresses(void **state)
{
	static const char *const extra[] = {"--bind", "127.0.0.1", "127.0.0.2", NULL};
	return test_begin_with(state, &(struct redis_server_options){.tls = true, .extra = extra});
}

static int test_begin_tls_mutual(void **state)
{
	return test_begin_with(state, &(struct redis_server_options){.tls = true, .tls_wants_certificate = true});
}

static int test_end(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_close(&f->store);
	redis_server_stop(&f->server);
	free(f);
	return 0;
}

static void expect_state(const struct store_fixture *f, const char *part)
{
	char text[700];
	store_state_text(f->store, text, sizeof text);
	fixture_expect_text(text, part);
}

/* A store whose Redis may be away: nothing is claimed. */
static void open_unclaimed(struct store_fixture *f)
{
	f->loop = loop_create(&f->why);
	f->batch = store_batch_create(&f->why);
	f->store = store_create(&f->options, STORE_WRITER, f->loop, NULL, &f->why);
	if (f->store == NULL)
		fail_msg("the store does not open: %s", f->why.text);
	f->fence = fence_of(1);
}

static enum store_result read_anything(struct store_fixture *f)
{
	struct store_reply *reply;
	enum store_result result = fixture_read_one(f, STORE_GET_STRING, "k", &reply);
	store_reply_destroy(&reply);
	return result;
}

static void read_until(struct store_fixture *f, enum store_result wanted)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	enum store_result result = read_anything(f);
	while (result != wanted && clock_mono_ms() < deadline) {
		loop_turn(f->loop, 10);
		result = read_anything(f);
	}
	fixture_expect(f, result, wanted);
}

static void up_until(struct store_fixture *f, bool wanted)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (store_is_up(f->store) != wanted && clock_mono_ms() < deadline)
		loop_turn(f->loop, 10);
	if (store_is_up(f->store) != wanted)
		fail_msg("the store does not %s", wanted ? "come up" : "go down");
}

static void state_until(struct store_fixture *f, const char *part)
{
	char text[700] = "";
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (strstr(text, part) == NULL && clock_mono_ms() < deadline) {
		loop_turn(f->loop, 10);
		store_state_text(f->store, text, sizeof text);
	}
	fixture_expect_text(text, part);
}

/* --- who are you? --- */

static void a_wrong_password_is_a_refusal_in_words(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.password = "wrong";
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "WRONGPASS");
	expect_state(&f->store, "refuses us");
	struct store_fence fence = f->store.fence;
	fixture_expect(&f->store, fixture_claim(&f->store, &fence), STORE_REFUSED);
	assert_null(strstr(f->store.why.text, "wrong")); /* never tell the password itself */
}

static void no_password_where_one_is_needed_is_a_refusal(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.password = NULL;
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "NOAUTH");
}

static void a_password_that_is_set_right_later_is_found_out(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.password = "later";
	open_unclaimed(&f->store);
	read_until(&f->store, STORE_REFUSED);
	assert_true(redis_server_do(f->server, "CONFIG SET requirepass later"));
	f->server->options.password = "later";
	read_until(&f->store, STORE_DONE);
	expect_state(&f->store, "up for");
}

static void a_user_of_the_access_list_and_another_database(void **state)
{
	struct redis_fixture *f = *state;
	assert_true(redis_server_do(f->server, "ACL SETUSER argentum on >secret ~* +@all"));
	f->store.options.link.username = "argentum";
	f->store.options.link.password = "secret";
	f->store.options.link.database = 3;
	store_fixture_open(&f->store, 0, 1);
	store_batch_set(f->store.batch, "k", "in three", 8);
	fixture_must_commit(&f->store);
	redisReply *reply = redis_server_command(f->server, "EXISTS k");
	assert_non_null(reply);
	assert_int_equal(reply->integer, 0);
	freeReplyObject(reply);
	redis_server_do(f->server, "ACL SETUSER argentum -multi");
	store_batch_set(f->store.batch, "k", "x", 1);
	struct store_query queries[2];
	store_query(&queries[0], STORE_GET_STRING, "k");
	store_query(&queries[1], STORE_GET_STRING, "k");
	struct store_reply *answer;
	fixture_expect(&f->store, fixture_read(&f->store, queries, 2, &answer), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "NOPERM");
}

/* --- going away and coming back --- */

static void a_server_that_is_not_there_is_told_at_once_and_waited_for(void **state)
{
	struct redis_fixture *f = *state;
	redis_server_kill(f->server);
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_AWAY);
	fixture_expect_text(f->store.why.text, "Connection refused");
	expect_state(&f->store, "unreachable for 0 s (Connection refused), next try in");
	struct problem why;
	assert_true(redis_server_restart(f->server, &why));
	read_until(&f->store, STORE_DONE);
	assert_true(store_is_up(f->store.store));
}

static void what_was_acknowledged_is_there_after_a_crash_of_the_server(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	store_fixture_open(&f->store, 0, 1);
	for (int i = 1; i <= 20; i++) {
		store_batch_set_number(f->store.batch, "k", i);
		fixture_must_commit(&f->store);
	}
	redis_server_kill(f->server);
	up_until(&f->store, false);
	store_batch_set(f->store.batch, "k", "later", 5);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_AWAY);
	f->store.fence.cut--; /* the same batch goes again with the same number */
	assert_true(redis_server_restart(f->server, &why));
	read_until(&f->store, STORE_DONE);
	fixture_expect_string(&f->store, "k", "20");
	fixture_expect(&f->store, fixture_commit_until_there(&f->store), STORE_DONE);
	fixture_expect_string(&f->store, "k", "later");
}

/* Commits one cut after the other, as the keeper does, while the server is killed again and again in the middle. Whatever
 * was acknowledged must be there, each cut whole. */
struct keeper {
	struct redis_fixture *f;
	bool answered;
	enum store_result result;
};

static void keeper_answered(void *context, enum store_result result, const struct problem *why)
{
	struct keeper *keeper = context;
	(void)why;
	keeper->answered = true;
	keeper->result = result;
}

static void a_server_killed_in_the_middle_of_commits_keeps_whole_cuts(void **state)
{
	struct redis_fixture *f = *state;
	struct store_fixture *s = &f->store;
	struct problem why;
	store_fixture_open(s, 0, 1);
	struct keeper keeper = {.f = f};
	unsigned doubts = 0;
	for (unsigned round = 0; round < 12; round++) {
		s->fence.cut++;
		store_batch_clear(s->batch);
		struct store_key key;
		for (unsigned i = 0; i < 500; i++)
			store_batch_set_number(s->batch, store_key(&key, "part:%u", i), (int64_t)s->fence.cut);
		keeper.answered = false;
		assert_true(store_commit(s->store, s->batch, &s->fence, keeper_answered, &keeper));
		/* Let it come a different way each time: not sent, half sent, sent, answered. */
		for (unsigned turn = 0; turn < round % 6 && !keeper.answered; turn++)
			loop_turn(s->loop, 1);
		redis_server_kill(f->server);
		fixture_turn_until(s, &keeper.answered);
		doubts += keeper.result == STORE_AWAY;
		assert_true(keeper.result == STORE_AWAY || keeper.result == STORE_DONE);
		assert_true(redis_server_restart(f->server, &why));
		s->fence.cut--;
		fixture_expect(s, fixture_commit_until_there(s), STORE_DONE); /* again, with the same number */

		struct store_query queries[500];
		struct store_reply *reply;
		for (unsigned i = 0; i < 500; i++)
			store_query(&queries[i], STORE_GET_STRING, "part:%u", i);
		fixture_expect(s, fixture_read(s, queries, 500, &reply), STORE_DONE);
		for (unsigned i = 0; i < 500; i++) {
			int64_t number = 0;
			assert_true(store_reply_number(reply, i, &number));
			assert_int_equal(number, s->fence.cut);
		}
		store_reply_destroy(&reply);
	}
	assert_true(doubts > 0);
}

static void a_stopped_server_costs_one_timeout_and_is_found_again(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	redis_server_pause(f->server);
	uint64_t before = clock_mono_ms();
	fixture_expect(&f->store, read_anything(&f->store), STORE_AWAY);
	uint64_t took = clock_mono_ms() - before;
	fixture_expect_text(f->store.why.text, "no answer for");
	state_until(&f->store, "no greeting within 500 ms"); /* the kernel accepts for it, but nobody answers */
	assert_true(took >= 450 && took < 5000);             /* the fixture's time-out is 500 ms */
	read_until(&f->store, STORE_AWAY);
	redis_server_resume(f->server);
	read_until(&f->store, STORE_DONE);
}

static void a_commit_in_doubt_while_the_server_stood_still_happens_once(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	redis_server_pause(f->server);
	store_batch_set(f->store.batch, "k", "1", 1);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_AWAY);
	f->store.fence.cut--;
	redis_server_resume(f->server);
	fixture_expect(&f->store, fixture_commit_until_there(&f->store), STORE_DONE);
	fixture_expect_string(&f->store, "k", "1");
	fixture_expect_field(&f->store, KEY_FENCE, "cut", "1");
}

static void read_counted(void *context, enum store_result result, const struct store_reply *reply,
						 const struct problem *why)
{
	struct keeper *waiting = context;
	(void)reply;
	(void)why;
	waiting->answered = true;
	waiting->result = result;
}

static void many_questions_to_a_stopped_server_are_all_answered(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	redis_server_pause(f->server);
	struct store_query query;
	store_query(&query, STORE_GET_STRING, "k");
	enum { MANY = 200 };
	struct keeper waiting[MANY] = {{0}};
	for (int i = 0; i < MANY; i++)
		assert_true(store_read(f->store.store, &query, 1, read_counted, &waiting[i]));
	fixture_turn_until(&f->store, &waiting[MANY - 1].answered);
	for (int i = 0; i < MANY; i++)
		assert_true(waiting[i].answered && waiting[i].result == STORE_AWAY);
	redis_server_resume(f->server);
	read_until(&f->store, STORE_DONE);
}

static void a_server_restarted_empty_is_not_written_to_as_if_nothing_had_happened(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	store_fixture_open(&f->store, 0, 1);
	store_batch_set(f->store.batch, "k", "1", 1);
	fixture_must_commit(&f->store);
	redis_server_kill(f->server);
	assert_true(redis_server_restart_empty(f->server, &why));
	store_batch_set(f->store.batch, "other", "2", 1);
	fixture_expect(&f->store, fixture_commit_until_there(&f->store), STORE_LOST);
	fixture_expect_text(f->store.why.text, "was emptied");
	fixture_expect_string(&f->store, "other", NULL);

	uint64_t generation = f->store.fence.generation;
	fixture_expect(&f->store, fixture_claim(&f->store, &f->store.fence), STORE_DONE);
	assert_int_equal(f->store.fence.generation, generation + 1);
	store_batch_clear(f->store.batch);
	store_batch_set(f->store.batch, "k", "1", 1);
	store_batch_set(f->store.batch, "other", "2", 1);
	fixture_must_commit(&f->store);
	fixture_expect_string(&f->store, "k", "1");
}

/* --- it says no --- */

static void a_server_without_memory_refuses_and_takes_it_later(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	store_batch_set(f->store.batch, "k", "old", 3);
	fixture_must_commit(&f->store);
	assert_true(redis_server_do(f->server, "CONFIG SET maxmemory-policy noeviction"));
	assert_true(redis_server_do(f->server, "CONFIG SET maxmemory 1"));
	store_batch_set(f->store.batch, "k", "new", 3);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "OOM command not allowed");
	fixture_expect_string(&f->store, "k", "old");
	fixture_expect_field(&f->store, KEY_FENCE, "cut", "1");
	assert_true(redis_server_do(f->server, "CONFIG SET maxmemory 0"));
	fixture_must_commit(&f->store);
	fixture_expect_string(&f->store, "k", "new");
}

static void a_read_only_replica_refuses(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	assert_true(redis_server_do(f->server, "REPLICAOF 127.0.0.1 1"));
	store_batch_set(f->store.batch, "k", "x", 1);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "READONLY");
	fixture_expect_string(&f->store, "k", NULL);
	assert_true(redis_server_do(f->server, "REPLICAOF NO ONE"));
	fixture_must_commit(&f->store);
	fixture_expect_string(&f->store, "k", "x");
}

static void a_damaged_fence_refuses_with_its_name(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	assert_true(redis_server_do(f->server, "HSET " KEY_FENCE " cut many"));
	store_batch_set(f->store.batch, "k", "x", 1);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, KEY_FENCE " is damaged");
	assert_true(redis_server_do(f->server, "SET " KEY_FENCE " nonsense"));
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "WRONGTYPE");
	fixture_expect_string(&f->store, "k", NULL);
}

static void two_writers_at_once_only_the_newer_one_writes(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	struct store_fixture other;
	store_fixture_redis(&other, f->server, true);
	store_fixture_open(&other, 0, 2);
	store_batch_set(f->store.batch, "k", "old", 3);
	store_batch_set(other.batch, "k", "new", 3);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_FENCED);
	fixture_must_commit(&other);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_FENCED);
	fixture_expect_string(&f->store, "k", "new");
	store_fixture_close(&other);
}

static void a_fence_that_moves_between_judging_and_writing_is_judged_again(void **state)
{
	struct redis_fixture *f = *state;
	store_fixture_open(&f->store, 0, 1);
	struct store_fixture other;
	store_fixture_redis(&other, f->server, true);
	store_fixture_open(&other, 0, 2); /* generation 2; the first store is fenced, whenever the claim falls */
	unsigned fenced = 0, done = 0;
	for (unsigned round = 0; round < 40; round++) {
		struct store_fixture *writer = round % 2 == 0 ? &other : &f->store;
		struct store_fixture *claimer = round % 2 == 0 ? &f->store : &other;
		struct keeper keeper = {.f = f};
		writer->fence.cut++;
		store_batch_set_number(writer->batch, "k", round);
		assert_true(store_commit(writer->store, writer->batch, &writer->fence, keeper_answered, &keeper));
		for (unsigned turn = 0; turn < round % 5 && !keeper.answered; turn++)
			loop_turn(writer->loop, 1);
		claimer->fence.generation = 0; /* as a new server */
		fixture_expect(claimer, fixture_claim(claimer, &claimer->fence), STORE_DONE);
		fixture_turn_until(writer, &keeper.answered);
		/* Either the commit came before the claim, or it never came at all. */
		struct store_reply *reply;
		int64_t number = -1;
		fixture_expect(claimer, fixture_read_one(claimer, STORE_GET_STRING, "k", &reply), STORE_DONE);
		store_reply_number(reply, 0, &number);
		store_reply_destroy(&reply);
		assert_true(keeper.result == STORE_DONE || keeper.result == STORE_FENCED);
		assert_true((number == round) == (keeper.result == STORE_DONE));
		fenced += keeper.result == STORE_FENCED;
		done += keeper.result == STORE_DONE;
	}
	assert_true(fenced > 0 && done > 0);
	store_fixture_close(&other);
}

/* --- transports --- */

static void tls_with_the_right_ca_works(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = f->server->ca;
	store_fixture_open(&f->store, 0, 1);
	char *large = calloc(1, STORE_VALUE_MAX);
	memset(large, 'x', STORE_VALUE_MAX);
	for (int i = 0; i < 8; i++) { /* larger than any buffer on the way */
		struct store_key key;
		store_batch_set(f->store.batch, store_key(&key, "large:%d", i), large, STORE_VALUE_MAX);
	}
	fixture_must_commit(&f->store);
	struct store_query queries[8];
	for (int i = 0; i < 8; i++)
		store_query(&queries[i], STORE_GET_STRING, "large:%d", i);
	struct store_reply *reply;
	fixture_expect(&f->store, fixture_read(&f->store, queries, 8, &reply), STORE_DONE);
	for (unsigned i = 0; i < 8; i++) {
		size_t length;
		assert_memory_equal(store_reply_string(reply, i, &length), large, STORE_VALUE_MAX);
		assert_int_equal(length, STORE_VALUE_MAX);
	}
	store_reply_destroy(&reply);
	free(large);
	expect_state(&f->store, "redis (TLS) 127.0.0.1");
}

static void tls_finds_the_server_again_after_a_crash(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = f->server->ca;
	f->store.options.link.host = "localhost";
	store_fixture_open(&f->store, 0, 1);
	redis_server_kill(f->server);
	up_until(&f->store, false);
	assert_true(redis_server_restart(f->server, &why));
	store_batch_set(f->store.batch, "k", "x", 1);
	fixture_expect(&f->store, fixture_commit_until_there(&f->store), STORE_DONE);
}

static void tls_with_a_wrong_ca_is_refused(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = f->server->wrong_ca;
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "the server's certificate is refused");
	f->store.options.link.tls_no_verify = true;
	store_fixture_reopen(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_DONE);
}

static void tls_without_the_name_in_the_certificate_is_refused(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = f->server->ca;
	f->store.options.link.host = "127.0.0.2"; /* the same server, but its certificate is for 127.0.0.1 and localhost */
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "certificate is refused: IP address mismatch");
}

static void plain_words_to_a_tls_port_are_no_connection(void **state)
{
	struct redis_fixture *f = *state;
	open_unclaimed(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_AWAY);
	store_destroy(&f->store.store);
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = "/nonexistent/ca.crt";
	f->store.store = store_create(&f->store.options, STORE_READER, f->store.loop, NULL, &f->store.why);
	assert_null(f->store.store);
	fixture_expect_text(f->store.why.text, "/nonexistent/ca.crt");
}

static void tls_with_a_client_certificate(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.tls = true;
	f->store.options.link.tls_ca = f->server->ca;
	open_unclaimed(&f->store);
	assert_int_not_equal(read_anything(&f->store), STORE_DONE);
	f->store.options.link.tls_cert = f->server->certificate;
	store_destroy(&f->store.store);
	assert_null(store_create(&f->store.options, STORE_READER, f->store.loop, NULL, &f->store.why));
	fixture_expect_text(f->store.why.text, "needed together");
	f->store.options.link.tls_key = f->server->key;
	store_fixture_reopen(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_DONE);
}

static void a_unix_socket_that_vanishes_and_returns(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	store_fixture_redis(&f->store, f->server, true);
	store_fixture_open(&f->store, 0, 1);
	expect_state(&f->store, f->server->socket);
	redis_server_kill(f->server);
	up_until(&f->store, false);
	state_until(&f->store, "No such file");
	fixture_expect(&f->store, read_anything(&f->store), STORE_AWAY);
	assert_true(redis_server_restart(f->server, &why));
	read_until(&f->store, STORE_DONE);
}

static void a_host_name_is_resolved_by_a_job_thread(void **state)
{
	struct redis_fixture *f = *state;
	f->store.options.link.host = "localhost";
	store_fixture_open(&f->store, 1, 1);
	store_batch_set(f->store.batch, "k", "x", 1);
	fixture_must_commit(&f->store);
	store_destroy(&f->store.store);
	f->store.options.link.host = "no-such-host.invalid";
	store_fixture_reopen(&f->store);
	fixture_expect(&f->store, read_anything(&f->store), STORE_AWAY);
	fixture_expect_text(f->store.why.text, "cannot resolve the name");
}

static void blocking_questions_wait_for_a_server_that_comes(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	redis_server_kill(f->server);
	f->store.batch = store_batch_create(&why);
	f->store.store = store_create(&f->store.options, STORE_READER, NULL, NULL, &why);
	assert_non_null(f->store.store);
	struct store_query query;
	store_query(&query, STORE_GET_STRING, "k");
	struct store_reply *reply;
	assert_int_equal(store_read_wait(f->store.store, &query, 1, 300, &reply, &why), STORE_AWAY);
	fixture_expect_text(why.text, "Connection refused");
	assert_true(redis_server_restart(f->server, &why));
	assert_int_equal(store_read_wait(f->store.store, &query, 1, 15000, &reply, &why), STORE_DONE);
	assert_false(store_reply_exists(reply, 0));
	store_reply_destroy(&reply);
	redis_server_pause(f->server);
	assert_int_equal(store_read_wait(f->store.store, &query, 1, 200, &reply, &why), STORE_AWAY);
	fixture_expect_text(why.text, "no answer within 200 ms");
	redis_server_resume(f->server);
	assert_int_equal(store_read_wait(f->store.store, &query, 1, 15000, &reply, &why), STORE_DONE);
	store_reply_destroy(&reply);
}

static void keys_of_types_that_are_not_ours_are_counted_and_left_alone(void **state)
{
	struct redis_fixture *f = *state;
	struct problem why;
	store_fixture_open(&f->store, 0, 1);
	assert_true(redis_server_do(f->server, "RPUSH list a b"));
	assert_true(redis_server_do(f->server, "SET ours x"));
	struct store_fixture copy;
	store_fixture_embedded(&copy, 8);
	store_fixture_open(&copy, 0, 1);
	struct store_walk walk;
	uint8_t boot[STORE_BOOT_BYTES] = {3};
	assert_true(store_copy(f->store.store, copy.store, boot, &walk, &why));
	assert_int_equal(walk.skipped, 1);
	fixture_expect_string(&copy, "ours", "x");
	fixture_expect_string(&copy, "list", NULL);
	store_fixture_close(&copy);
	struct store_query query;
	store_query(&query, STORE_GET_EXISTS, "list");
	struct store_reply *reply;
	fixture_expect(&f->store, fixture_read(&f->store, &query, 1, &reply), STORE_DONE);
	assert_true(store_reply_exists(reply, 0));
	store_reply_destroy(&reply);
	store_batch_set_add(f->store.batch, "list", "m", 1);
	fixture_expect(&f->store, fixture_commit(&f->store), STORE_REFUSED);
	fixture_expect_text(f->store.why.text, "\"list\" does not hold a set");
}

/* A server that says the same thing to everybody. */
struct parrot {
	struct store_fixture *f;
	int listening, talking;
	struct loop_fd *watch;
	const char *words;
};

static void parrot_accept(void *context, unsigned events)
{
	struct parrot *parrot = context;
	(void)events;
	if (parrot->talking >= 0)
		close(parrot->talking);
	parrot->talking = accept4(parrot->listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(parrot->talking >= 0);
	assert_int_equal(write(parrot->talking, parrot->words, strlen(parrot->words)), strlen(parrot->words));
}

static void expect_of_parrot(const char *words, const char *text)
{
	struct store_fixture f = {.options = store_options_default()};
	struct parrot parrot = {.f = &f, .talking = -1, .words = words};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	parrot.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(parrot.listening, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(parrot.listening, 5), 0);
	assert_int_equal(getsockname(parrot.listening, (struct sockaddr *)&address, &length), 0);
	f.options.backend = STORE_REDIS;
	f.options.link = (struct redis_link_options){.port = ntohs(address.sin_port)};
	open_unclaimed(&f);
	parrot.watch = loop_fd_add(f.loop, parrot.listening, LOOP_READ, parrot_accept, &parrot, "parrot");
	assert_int_not_equal(read_anything(&f), STORE_DONE);
	fixture_expect_text(f.why.text, text);
	loop_fd_remove(&parrot.watch);
	close(parrot.listening);
	if (parrot.talking >= 0)
		close(parrot.talking);
	store_fixture_close(&f);
}

static void a_server_that_is_no_redis_is_told_apart(void **state)
{
	(void)state;
	expect_of_parrot("HTTP/1.1 400 Bad Request\r\n\r\n", "not Redis' protocol");
	expect_of_parrot("*99999999\r\n", "not Redis' protocol");
	expect_of_parrot("+PONG\r\n+MORE\r\n+MORE\r\n", "an answer that");
	expect_of_parrot("-LOADING Redis is loading the dataset in memory\r\n", "LOADING");
	expect_of_parrot("+PONG\r\n:7\r\n", "an answer that cannot be used");
}

static void wrong_options_are_told_before_anything_is_tried(void **state)
{
	(void)state;
	struct problem why;
	struct loop *loop = loop_create(&why);
	static const struct {
		struct redis_link_options link;
		const char *text;
	} wrong[] = {
		{{.port = 70000}, "port 70000"},
		{{.socket = "/tmp/x", .tls = true}, "TLS is for TCP"},
		{{.username = "somebody"}, "has no password"},
		{{.tls = true, .tls_key = "x"}, "needed together"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct store_options options = {.backend = STORE_REDIS, .link = wrong[i].link};
		assert_null(store_create(&options, STORE_READER, loop, NULL, &why));
		fixture_expect_text(why.text, wrong[i].text);
		assert_null(store_create(&options, STORE_READER, NULL, NULL, &why));
	}
	loop_destroy(&loop);
}

static void redis_server_is_installed(void **state)
{
	(void)state;
	print_message("no redis-server on this machine: nothing of the store's Redis side was tested\n");
	skip();
}

#define SCENARIO(name)          cmocka_unit_test_setup_teardown(name, test_begin, test_end)
#define SCENARIO_OF(kind, name) cmocka_unit_test_setup_teardown(name, test_begin_##kind, test_end)

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		SCENARIO_OF(password, a_wrong_password_is_a_refusal_in_words),
		SCENARIO_OF(password, no_password_where_one_is_needed_is_a_refusal),
		SCENARIO_OF(password, a_password_that_is_set_right_later_is_found_out),
		SCENARIO(a_user_of_the_access_list_and_another_database),
		SCENARIO(a_server_that_is_not_there_is_told_at_once_and_waited_for),
		SCENARIO(what_was_acknowledged_is_there_after_a_crash_of_the_server),
		SCENARIO(a_server_killed_in_the_middle_of_commits_keeps_whole_cuts),
		SCENARIO(a_stopped_server_costs_one_timeout_and_is_found_again),
		SCENARIO(a_commit_in_doubt_while_the_server_stood_still_happens_once),
		SCENARIO(many_questions_to_a_stopped_server_are_all_answered),
		SCENARIO(a_server_restarted_empty_is_not_written_to_as_if_nothing_had_happened),
		SCENARIO(a_server_without_memory_refuses_and_takes_it_later),
		SCENARIO(a_read_only_replica_refuses),
		SCENARIO(a_damaged_fence_refuses_with_its_name),
		SCENARIO(two_writers_at_once_only_the_newer_one_writes),
		SCENARIO(a_fence_that_moves_between_judging_and_writing_is_judged_again),
		SCENARIO_OF(tls, tls_with_the_right_ca_works),
		SCENARIO_OF(tls, tls_finds_the_server_again_after_a_crash),
		SCENARIO_OF(tls, tls_with_a_wrong_ca_is_refused),
		SCENARIO_OF(tls_two_addresses, tls_without_the_name_in_the_certificate_is_refused),
		SCENARIO_OF(tls, plain_words_to_a_tls_port_are_no_connection),
		SCENARIO_OF(tls_mutual, tls_with_a_client_certificate),
		SCENARIO(a_unix_socket_that_vanishes_and_returns),
		SCENARIO(a_host_name_is_resolved_by_a_job_thread),
		SCENARIO(blocking_questions_wait_for_a_server_that_comes),
		SCENARIO(keys_of_types_that_are_not_ours_are_counted_and_left_alone),
		cmocka_unit_test(a_server_that_is_no_redis_is_told_apart),
		cmocka_unit_test(wrong_options_are_told_before_anything_is_tried),
	};
	const struct CMUnitTest none[] = {cmocka_unit_test(redis_server_is_installed)};
	return redis_server_available() ? cmocka_run_group_tests(tests, NULL, NULL)
									: cmocka_run_group_tests(none, NULL, NULL);
}
