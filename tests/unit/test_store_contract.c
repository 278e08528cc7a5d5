/* The same promises, kept by every backend: the embedded store with job threads and without, Redis over TCP, Redis over a
 * Unix socket with a password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "tests/harness/store_fixture.h"

enum kind { EMBEDDED_WITH_JOBS, EMBEDDED_INLINE, REDIS_TCP, REDIS_SOCKET };

/* Which backend the group that runs now is about, and its server: cmocka gives a group no other place for them. */
static enum kind kind;
static struct redis_server *server;

static int group_begin(void **state)
{
	(void)state;
	if (kind != REDIS_TCP && kind != REDIS_SOCKET)
		return 0;
	struct problem why;
	struct redis_server_options options = {.password = kind == REDIS_SOCKET ? "ábrete, sésamo" : NULL};
	server = redis_server_start(&options, &why);
	if (server == NULL)
		print_error("%s\n", why.text);
	return server == NULL ? -1 : 0;
}

static int group_end(void **state)
{
	(void)state;
	redis_server_stop(&server);
	return 0;
}

static void fixture_options(struct store_fixture *f)
{
	if (kind == REDIS_TCP || kind == REDIS_SOCKET) {
		assert_true(redis_server_do(server, "FLUSHALL"));
		store_fixture_redis(f, server, kind == REDIS_SOCKET);
		f->options.link.command_timeout_ms = 10000; /* slow machines; what time-outs do is tested elsewhere */
		f->options.link.connect_timeout_ms = 10000;
	} else {
		store_fixture_embedded(f, 64);
	}
}

static int test_begin(void **state)
{
	struct store_fixture *f = calloc(1, sizeof *f);
	*state = f;
	fixture_options(f);
	store_fixture_open(f, kind == EMBEDDED_WITH_JOBS ? 3 : 0, 0xa1);
	return 0;
}

static int test_end(void **state)
{
	struct store_fixture *f = *state;
	store_fixture_close(f);
	free(f);
	return 0;
}

/* --- round trips --- */

static void a_string_comes_back_byte_by_byte(void **state)
{
	struct store_fixture *f = *state;
	char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	store_batch_set(f->batch, "bytes", all, sizeof all);
	store_batch_set(f->batch, "latin1", "Po\xe7\xe3o ro\xf1osa", 12);
	store_batch_set(f->batch, "empty", "", 0);
	store_batch_setf(f->batch, "made", "%d:%s", 7, "x");
	store_batch_set_number(f->batch, "number", INT64_MIN);
	store_batch_setf(f->batch, "longer", "%01000d", 7);
	fixture_must_commit(f);
	struct store_reply *longer;
	fixture_expect(f, fixture_read_one(f, STORE_GET_STRING, "longer", &longer), STORE_DONE);
	assert_int_equal(strlen(store_reply_string(longer, 0, NULL)), 1000);
	store_reply_destroy(&longer);

	struct store_query queries[5];
	store_query(&queries[0], STORE_GET_STRING, "bytes");
	store_query(&queries[1], STORE_GET_STRING, "latin1");
	store_query(&queries[2], STORE_GET_STRING, "empty");
	store_query(&queries[3], STORE_GET_STRING, "made");
	store_query(&queries[4], STORE_GET_STRING, "number");
	struct store_reply *reply;
	fixture_expect(f, fixture_read(f, queries, 5, &reply), STORE_DONE);
	size_t length;
	const char *found = store_reply_string(reply, 0, &length);
	assert_int_equal(length, sizeof all);
	assert_memory_equal(found, all, sizeof all);
	assert_string_equal(store_reply_string(reply, 1, NULL), "Po\xe7\xe3o ro\xf1osa");
	assert_string_equal(store_reply_string(reply, 2, &length), "");
	assert_int_equal(length, 0);
	assert_string_equal(store_reply_string(reply, 3, NULL), "7:x");
	int64_t number;
	assert_true(store_reply_number(reply, 4, &number));
	assert_true(number == INT64_MIN);
	assert_false(store_reply_number(reply, 3, &number));
	store_reply_destroy(&reply);
}

static void a_hash_comes_back_field_by_field(void **state)
{
	struct store_fixture *f = *state;
	struct store_key key;
	store_key(&key, KEY_PLAYER_POSITION, 42u);
	assert_string_equal(key.text, "player:42:position");
	store_batch_hash_set_number(f->batch, key.text, "x", 50);
	store_batch_hash_set_number(f->batch, key.text, "y", -1);
	store_batch_hash_setf(f->batch, key.text, "slot_1", "%u:%u", 36u, 20u);
	store_batch_hash_set(f->batch, key.text, "bytes", "a\0b", 3);
	store_batch_hash_set(f->batch, key.text, "free", "", 0);
	fixture_must_commit(f);

	struct store_reply *reply;
	fixture_expect(f, fixture_read_one(f, STORE_GET_HASH, key.text, &reply), STORE_DONE);
	assert_true(store_reply_exists(reply, 0));
	assert_int_equal(store_reply_size(reply, 0), 5);
	int64_t number;
	assert_true(store_reply_hash_number(reply, 0, "y", &number));
	assert_int_equal(number, -1);
	assert_string_equal(store_reply_hash_get(reply, 0, "slot_1", NULL), "36:20");
	size_t length;
	assert_memory_equal(store_reply_hash_get(reply, 0, "bytes", &length), "a\0b", 3);
	assert_int_equal(length, 3);
	assert_false(store_reply_hash_number(reply, 0, "bytes", &number));
	assert_string_equal(store_reply_hash_get(reply, 0, "free", NULL), "");
	assert_null(store_reply_hash_get(reply, 0, "z", &length));
	assert_int_equal(length, 0);
	assert_string_equal(store_reply_entry(reply, 0, 0)->name.data, "bytes"); /* in ascending order */
	assert_string_equal(store_reply_entry(reply, 0, 4)->name.data, "y");
	assert_null(store_reply_entry(reply, 0, 5));
	store_reply_destroy(&reply);
}

static void a_set_comes_back_with_its_members(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set_add(f->batch, KEY_CLAN_INDEX, "7", 1);
	store_batch_set_add(f->batch, KEY_CLAN_INDEX, "12", 2);
	store_batch_set_add(f->batch, KEY_CLAN_INDEX, "7", 1);
	store_batch_set_add(f->batch, KEY_CLAN_INDEX, "\0\xff", 2);
	fixture_must_commit(f);
	store_batch_set_remove(f->batch, KEY_CLAN_INDEX, "12", 2);
	store_batch_set_remove(f->batch, KEY_CLAN_INDEX, "never there", 11);
	fixture_must_commit(f);

	struct store_reply *reply;
	fixture_expect(f, fixture_read_one(f, STORE_GET_SET, KEY_CLAN_INDEX, &reply), STORE_DONE);
	assert_int_equal(store_reply_size(reply, 0), 2);
	assert_true(store_reply_has_member(reply, 0, "7", 1));
	assert_true(store_reply_has_member(reply, 0, "\0\xff", 2));
	assert_false(store_reply_has_member(reply, 0, "12", 2));
	store_reply_destroy(&reply);
}

static void fields_of_another_server_survive_ours(void **state)
{
	struct store_fixture *f = *state;
	store_batch_hash_set(f->batch, "h", "theirs", "kept", 4);
	store_batch_hash_set(f->batch, "h", "ours", "old", 3);
	fixture_must_commit(f);
	store_batch_hash_set(f->batch, "h", "ours", "new", 3);
	fixture_must_commit(f);
	fixture_expect_field(f, "h", "theirs", "kept");
	fixture_expect_field(f, "h", "ours", "new");
	store_batch_hash_delete_field(f->batch, "h", "ours");
	store_batch_hash_delete_field(f->batch, "h", "never there");
	fixture_must_commit(f);
	fixture_expect_field(f, "h", "theirs", "kept");
	fixture_expect_field(f, "h", "ours", NULL);
}

static void what_is_missing_is_told_apart_from_what_is_empty(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "empty", "", 0);
	store_batch_hash_set(f->batch, "h", "last", "x", 1);
	store_batch_set_add(f->batch, "s", "last", 4);
	fixture_must_commit(f);
	store_batch_hash_delete_field(f->batch, "h", "last");
	store_batch_set_remove(f->batch, "s", "last", 4);
	fixture_must_commit(f);

	static const char *const keys[] = {"empty", "missing", "h", "s"};
	struct store_query queries[4];
	for (int i = 0; i < 4; i++)
		store_query(&queries[i], STORE_GET_EXISTS, "%s", keys[i]);
	struct store_reply *reply;
	fixture_expect(f, fixture_read(f, queries, 4, &reply), STORE_DONE);
	assert_true(store_reply_exists(reply, 0));
	assert_false(store_reply_exists(reply, 1));
	assert_false(store_reply_exists(reply, 2)); /* the last one out takes the key along */
	assert_false(store_reply_exists(reply, 3));
	store_reply_destroy(&reply);
	fixture_expect_string(f, "empty", "");
	fixture_expect_string(f, "missing", NULL);
	fixture_expect_field(f, "h", "last", NULL);
}

static void changes_happen_in_the_order_in_which_they_were_added(void **state)
{
	struct store_fixture *f = *state;
	store_batch_hash_set(f->batch, "k", "a", "1", 1);
	store_batch_set(f->batch, "other", "x", 1);
	store_batch_hash_set(f->batch, "k", "a", "2", 1);
	store_batch_hash_set(f->batch, "k", "b", "3", 1);
	store_batch_hash_delete_field(f->batch, "k", "b");
	store_batch_delete(f->batch, "other");
	store_batch_set(f->batch, "was hash", "s", 1);
	store_batch_delete(f->batch, "was hash");
	store_batch_set_add(f->batch, "was hash", "m", 1);
	fixture_must_commit(f);
	fixture_expect_field(f, "k", "a", "2");
	fixture_expect_field(f, "k", "b", NULL);
	fixture_expect_string(f, "other", NULL);
	store_batch_set(f->batch, "k", "now a string", 12);
	fixture_must_commit(f);
	fixture_expect_string(f, "k", "now a string");
}

static void the_largest_key_and_value_are_kept_and_larger_ones_refused(void **state)
{
	struct store_fixture *f = *state;
	struct store_key key;
	memset(key.text, 'k', STORE_KEY_MAX);
	key.text[STORE_KEY_MAX] = '\0';
	char *value = malloc(STORE_VALUE_MAX + 1);
	for (int i = 0; i <= STORE_VALUE_MAX; i++)
		value[i] = (char)(i * 7 + i / 251);
	store_batch_set(f->batch, key.text, value, STORE_VALUE_MAX);
	store_batch_hash_set(f->batch, "h", "large", value, STORE_VALUE_MAX);
	fixture_must_commit(f);
	struct store_reply *reply;
	fixture_expect(f, fixture_read_one(f, STORE_GET_STRING, key.text, &reply), STORE_DONE);
	size_t length;
	const char *found = store_reply_string(reply, 0, &length);
	assert_int_equal(length, STORE_VALUE_MAX);
	assert_memory_equal(found, value, STORE_VALUE_MAX);
	store_reply_destroy(&reply);

	store_batch_set(f->batch, "before", "x", 1);
	assert_false(store_batch_set(f->batch, "large", value, STORE_VALUE_MAX + 1));
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_text(f->why.text, "\"large\" has 1048577 bytes; at most 1048576");
	fixture_expect_string(f, "before", NULL);
	store_batch_clear(f->batch);

	store_key(&key, "%0512d", 1);
	store_batch_set(f->batch, "before", "x", 1);
	assert_false(store_batch_set(f->batch, key.text, "x", 1));
	assert_false(store_batch_set(f->batch, "after", "x", 1));
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_text(f->why.text, "has 512 bytes; 1 to 511");
	fixture_expect_string(f, "before", NULL);
	fixture_expect(f, fixture_read_one(f, STORE_GET_STRING, key.text, &reply), STORE_REFUSED);
	fixture_expect_text(f->why.text, "1 to 511");
	store_batch_clear(f->batch);
	assert_false(store_batch_set(f->batch, "", "x", 1));
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	free(value);
}

/* --- atomicity, types --- */

static void a_batch_with_one_refused_change_changes_nothing(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "string", "s", 1);
	store_batch_set(f->batch, "first", "old", 3);
	fixture_must_commit(f);

	store_batch_set(f->batch, "first", "new", 3);
	store_batch_hash_set(f->batch, "string", "field", "x", 1);
	store_batch_set(f->batch, "last", "new", 3);
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_text(f->why.text, "\"string\" does not hold a hash (WRONGTYPE)");
	fixture_expect_string(f, "first", "old");
	fixture_expect_string(f, "last", NULL);
	fixture_expect_string(f, "string", "s");

	store_batch_clear(f->batch);
	store_batch_set(f->batch, "first", "new", 3);
	store_batch_hash_set(f->batch, "in itself", "field", "x", 1);
	store_batch_set_add(f->batch, "in itself", "member", 6);
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_text(f->why.text, "\"in itself\" does not hold a set (WRONGTYPE)");
	fixture_expect_string(f, "first", "old");

	store_batch_clear(f->batch);
	store_batch_set(f->batch, "first", "new", 3);
	fixture_must_commit(f); /* a refusal is no obstacle for what comes after it */
	fixture_expect_string(f, "first", "new");
}

static void a_key_of_another_type_refuses_the_bundle_with_its_name(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "string", "s", 1);
	store_batch_hash_set(f->batch, "hash", "f", "v", 1);
	fixture_must_commit(f);
	struct store_query queries[2];
	store_query(&queries[0], STORE_GET_STRING, "string");
	store_query(&queries[1], STORE_GET_SET, "hash");
	struct store_reply *reply;
	fixture_expect(f, fixture_read(f, queries, 2, &reply), STORE_REFUSED);
	fixture_expect_text(f->why.text, "\"hash\" does not hold a set (WRONGTYPE)");
	fixture_expect(f, fixture_read_one(f, STORE_GET_STRING, "hash", &reply), STORE_REFUSED);
	fixture_expect(f, fixture_read_one(f, STORE_GET_HASH, "string", &reply), STORE_REFUSED);
	fixture_expect_text(f->why.text, "\"string\" does not hold a hash (WRONGTYPE)");
	fixture_expect_string(f, "string", "s");
}

static void a_large_batch_is_one_unit(void **state)
{
	struct store_fixture *f = *state;
	enum { PLAYERS = 2000 };
	struct store_key key;
	for (unsigned id = 1; id <= PLAYERS; id++) {
		store_key(&key, KEY_PLAYER_INVENTORY, id);
		for (unsigned slot = 1; slot <= 20; slot++) {
			struct store_key field;
			store_batch_hash_setf(f->batch, key.text, store_key(&field, FIELD_SLOT, slot), "%u:%u", slot, id);
		}
	}
	assert_int_equal(store_batch_operations(f->batch), PLAYERS * 20);
	fixture_must_commit(f);
	fixture_expect_field(f, "player:1:inventory", "slot_1", "1:1");
	fixture_expect_field(f, "player:2000:inventory", "slot_20", "20:2000");
}

/* --- expiry --- */

static void expect_gone_soon(struct store_fixture *f, const char *key)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	bool there = true;
	while (there && clock_mono_ms() < deadline) {
		struct store_reply *reply;
		fixture_expect(f, fixture_read_one(f, STORE_GET_EXISTS, key, &reply), STORE_DONE);
		there = store_reply_exists(reply, 0);
		store_reply_destroy(&reply);
		loop_turn(f->loop, 20);
	}
	if (there)
		fail_msg("%s is still there", key);
}

static void a_key_with_a_life_is_there_and_then_gone(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set_expiring(f->batch, "short", "x", 1, 1);
	store_batch_set_expiring(f->batch, "replaced", "x", 1, 1);
	store_batch_set(f->batch, "replaced", "for ever", 8);
	store_batch_hash_set(f->batch, "session", "f", "v", 1);
	store_batch_expire(f->batch, "session", 1);
	store_batch_expire(f->batch, "never there", 1);
	store_batch_set_expiring(f->batch, "long", "x", 1, 3600);
	assert_int_equal(store_batch_trouble(f->batch) != NULL, false);
	fixture_must_commit(f);
	fixture_expect_string(f, "short", "x");
	store_batch_hash_set(f->batch, "session", "g", "w", 1); /* merging keeps the life */
	fixture_must_commit(f);
	fixture_expect_field(f, "session", "f", "v");

	expect_gone_soon(f, "short");
	expect_gone_soon(f, "session");
	fixture_expect_string(f, "replaced", "for ever");
	fixture_expect_string(f, "long", "x");
	store_batch_set_add(f->batch, "session", "another type now", 16); /* what is over is no obstacle */
	store_batch_hash_set(f->batch, "short", "f", "v", 1);
	fixture_must_commit(f);
	fixture_expect_field(f, "short", "f", "v");

	assert_false(store_batch_set_expiring(f->batch, "k", "x", 1, 0));
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
}

/* --- the fence --- */

static void a_cut_that_was_applied_is_not_applied_again(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "k", "first", 5);
	fixture_must_commit(f);
	/* The answer was lost and the keeper tries again. (Other content, to see whether it is written.) */
	store_batch_set(f->batch, "k", "second", 6);
	fixture_expect(f, fixture_commit_as(f, &f->fence), STORE_DONE);
	fixture_expect_string(f, "k", "first");
	fixture_must_commit(f);
	fixture_expect_string(f, "k", "second");
	/* An even older one, whose answer was lost, too. */
	struct store_fence old = f->fence;
	old.cut = 1;
	old.acknowledged = 0;
	store_batch_set(f->batch, "k", "third", 5);
	fixture_expect(f, fixture_commit_as(f, &old), STORE_DONE);
	fixture_expect_string(f, "k", "second");
}

static void cut_numbers_may_leave_gaps(void **state)
{
	struct store_fixture *f = *state;
	f->fence.cut += 10;
	store_batch_set(f->batch, "k", "v", 1);
	fixture_must_commit(f);
	fixture_expect_string(f, "k", "v");
	fixture_expect_field(f, KEY_FENCE, "cut", "11");
}

static void another_world_takes_the_store_over_and_the_old_writer_is_fenced(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "k", "old world", 9);
	fixture_must_commit(f);
	struct store_fence other = fence_of(0xb2);
	fixture_expect(f, fixture_claim(f, &other), STORE_DONE);
	assert_int_equal(other.generation, f->fence.generation + 1);
	assert_int_equal(other.cut, 0);

	store_batch_set(f->batch, "k", "too late", 8);
	fixture_expect(f, fixture_commit(f), STORE_FENCED);
	fixture_expect_text(f->why.text, "belongs to another writer: generation 2, boot b2b2b2b2");
	fixture_expect_string(f, "k", "old world");
	other.cut++;
	store_batch_clear(f->batch);
	store_batch_set(f->batch, "k", "new world", 9);
	fixture_expect(f, fixture_commit_as(f, &other), STORE_DONE);
	fixture_expect_string(f, "k", "new world");
	fixture_expect_field(f, KEY_FENCE, "boot", "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2");
}

static void a_new_keeper_of_the_same_world_goes_on_where_the_old_one_was(void **state)
{
	struct store_fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		store_batch_set_number(f->batch, "k", i);
		fixture_must_commit(f);
	}
	struct store_fence successor = fence_of(0xa1);
	fixture_expect(f, fixture_claim(f, &successor), STORE_DONE);
	assert_int_equal(successor.cut, 3);
	assert_int_equal(successor.acknowledged, 3);
	store_batch_set_number(f->batch, "k", 99);
	fixture_expect(f, fixture_commit(f), STORE_FENCED); /* the old keeper was not dead after all */
	f->fence = successor;
	fixture_must_commit(f);
	fixture_expect_string(f, "k", "99");
}

static void who_never_claimed_cannot_write(void **state)
{
	struct store_fixture *f = *state;
	struct store_fence stranger = fence_of(0xcc);
	stranger.cut = 1000;
	store_batch_set(f->batch, "k", "x", 1);
	fixture_expect(f, fixture_commit_as(f, &stranger), STORE_FENCED);
	fixture_expect_string(f, "k", NULL);
}

static void a_store_that_forgot_cuts_is_noticed_before_it_is_written_to(void **state)
{
	struct store_fixture *f = *state;
	store_batch_set(f->batch, "k", "1", 1);
	fixture_must_commit(f);
	struct store_fence remembers = f->fence;
	remembers.acknowledged = 7; /* as if cuts 2 to 7 had been acknowledged, and a backup was put back */
	remembers.cut = 8;
	store_batch_set(f->batch, "k", "8", 1);
	fixture_expect(f, fixture_commit_as(f, &remembers), STORE_LOST);
	fixture_expect_text(f->why.text, "is at cut 1, but had acknowledged cut 7");
	fixture_expect_string(f, "k", "1");

	remembers.generation = 5; /* or claims, too */
	fixture_expect(f, fixture_commit_as(f, &remembers), STORE_LOST);
	fixture_expect_text(f->why.text, "older than this server's 5");
	fixture_expect(f, fixture_claim(f, &remembers), STORE_DONE);
	assert_int_equal(remembers.generation, 6);
	assert_int_equal(remembers.cut, 1);
	remembers.cut = 8;
	fixture_expect(f, fixture_commit_as(f, &remembers), STORE_DONE);
	fixture_expect_string(f, "k", "8");
}

static void the_fence_is_not_for_batches(void **state)
{
	struct store_fixture *f = *state;
	assert_false(store_batch_delete(f->batch, KEY_FENCE));
	fixture_expect(f, fixture_commit(f), STORE_REFUSED);
	fixture_expect_text(f->why.text, "belongs to the store itself");
}

static void an_empty_batch_proves_that_the_store_can_be_written(void **state)
{
	struct store_fixture *f = *state;
	fixture_must_commit(f);
	fixture_expect_field(f, KEY_FENCE, "cut", "1");
}

/* --- asking --- */

enum { IN_FLIGHT = 500 };

struct flight {
	unsigned next, wrong;
	bool done;
	struct flight_one {
		struct flight *flight;
		unsigned number;
	} ones[IN_FLIGHT];
};

static void landed(void *context, enum store_result result, const struct store_reply *reply, const struct problem *why)
{
	struct flight_one *one = context;
	(void)why;
	int64_t number = -1;
	if (result != STORE_DONE || !store_reply_number(reply, 0, &number) || number != one->number ||
		one->number != one->flight->next)
		one->flight->wrong++;
	one->flight->next++;
	one->flight->done = one->flight->next == IN_FLIGHT;
}

static void many_questions_in_flight_are_answered_in_their_order(void **state)
{
	struct store_fixture *f = *state;
	struct store_key key;
	for (unsigned i = 0; i < IN_FLIGHT; i++)
		store_batch_set_number(f->batch, store_key(&key, "n:%u", i), i);
	fixture_must_commit(f);
	struct flight flight = {0};
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		flight.ones[i] = (struct flight_one){&flight, i};
		struct store_query queries[3];
		store_query(&queries[0], STORE_GET_STRING, "n:%u", i);
		store_query(&queries[1], STORE_GET_HASH, KEY_FENCE);
		store_query(&queries[2], STORE_GET_EXISTS, "n:0");
		assert_true(store_read(f->store, queries, 1 + i % 3, landed, &flight.ones[i]));
	}
	assert_int_equal(flight.next, 0); /* nothing is called from inside the call that asks */
	fixture_turn_until(f, &flight.done);
	assert_int_equal(flight.wrong, 0);
}

struct moment {
	bool stop, done;
	unsigned asked, torn;
	struct store *store;
};

static void moment_ask(struct moment *moment);

static void moment_seen(void *context, enum store_result result, const struct store_reply *reply,
						const struct problem *why)
{
	struct moment *moment = context;
	(void)why;
	int64_t a = -1, b = -2;
	moment->asked++;
	if (result != STORE_DONE || !store_reply_number(reply, 0, &a) || !store_reply_hash_number(reply, 1, "b", &b) ||
		a != b)
		moment->torn++;
	if (moment->stop)
		moment->done = true;
	else
		moment_ask(moment);
}

static void moment_ask(struct moment *moment)
{
	struct store_query queries[2];
	store_query(&queries[0], STORE_GET_STRING, "a");
	store_query(&queries[1], STORE_GET_HASH, "h");
	assert_true(store_read(moment->store, queries, 2, moment_seen, moment));
}

static void a_bundle_shows_one_moment_while_commits_go_on(void **state)
{
	struct store_fixture *f = *state;
	struct moment moment = {.store = f->store};
	for (int i = 0; i < 100; i++) {
		store_batch_set_number(f->batch, "a", i);
		store_batch_hash_set_number(f->batch, "h", "b", i);
		fixture_must_commit(f);
		if (i == 0)
			moment_ask(&moment);
	}
	moment.stop = true;
	fixture_turn_until(f, &moment.done);
	assert_int_equal(moment.torn, 0);
	assert_true(moment.asked > 10);
}

static void never_called(void *context, enum store_result result, const struct store_reply *reply,
						 const struct problem *why)
{
	(void)result;
	(void)reply;
	(void)why;
	*(bool *)context = true;
}

static void never_committed(void *context, enum store_result result, const struct problem *why)
{
	(void)result;
	(void)why;
	*(bool *)context = true;
}

static void after_destroying_nothing_is_called(void **state)
{
	struct store_fixture *f = *state;
	bool called = false;
	struct store_query query;
	store_query(&query, STORE_GET_STRING, "k");
	for (int i = 0; i < 50; i++)
		assert_true(store_read(f->store, &query, 1, never_called, &called));
	store_batch_set(f->batch, "k", "x", 1);
	f->fence.cut++;
	assert_true(store_commit(f->store, f->batch, &f->fence, never_committed, &called));
	store_destroy(&f->store);
	assert_null(f->store);
	store_destroy(&f->store); /* harmless */
	for (int i = 0; i < 20; i++)
		loop_turn(f->loop, 5);
	assert_false(called);
}

struct destroying {
	struct store_fixture *f;
	bool done, called;
};

static void destroys(void *context, enum store_result result, const struct store_reply *reply,
					 const struct problem *why)
{
	struct destroying *destroying = context;
	(void)result;
	(void)reply;
	(void)why;
	if (destroying->done)
		destroying->called = true;
	destroying->done = true;
	store_destroy(&destroying->f->store);
}

static void a_callback_may_destroy_the_store(void **state)
{
	struct store_fixture *f = *state;
	struct destroying destroying = {.f = f};
	struct store_query query;
	store_query(&query, STORE_GET_STRING, "k");
	for (int i = 0; i < 5; i++)
		assert_true(store_read(f->store, &query, 1, destroys, &destroying));
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (!destroying.done && clock_mono_ms() < deadline)
		loop_turn(f->loop, 10);
	assert_true(destroying.done);
	for (int i = 0; i < 20; i++)
		loop_turn(f->loop, 5);
	assert_false(destroying.called);
}

static void one_commit_at_a_time_and_none_from_readers(void **state)
{
	struct store_fixture *f = *state;
	bool called = false;
	f->fence.cut++;
	assert_true(store_commit(f->store, f->batch, &f->fence, never_committed, &called));
	assert_false(store_commit(f->store, f->batch, &f->fence, never_committed, &called));
	fixture_turn_until(f, &called);
	struct problem why;
	assert_true(store_is_up(f->store));
	store_destroy(&f->store);
	f->store = store_create(&f->options, STORE_READER, f->loop, f->jobs, &why);
	if (f->store == NULL)
		fail_msg("%s", why.text);
	assert_false(store_commit(f->store, f->batch, &f->fence, never_committed, &called));
	assert_int_equal(store_commit_wait(f->store, f->batch, &f->fence, 1000, &why), STORE_REFUSED);
	fixture_expect_string(f, "k", NULL);
}

static void the_blocking_functions_do_the_same(void **state)
{
	struct store_fixture *f = *state;
	struct problem why;
	store_destroy(&f->store);
	struct store *tool = store_create(&f->options, STORE_WRITER, NULL, NULL, &why);
	if (tool == NULL)
		fail_msg("%s", why.text);
	struct store_fence fence = fence_of(0xdd);
	if (store_claim_wait(tool, &fence, 10000, &fence, &why) != STORE_DONE)
		fail_msg("%s", why.text);
	store_batch_hash_set_number(f->batch, "h", "n", 5);
	fence.cut++;
	if (store_commit_wait(tool, f->batch, &fence, 10000, &why) != STORE_DONE)
		fail_msg("%s", why.text);
	struct store_query query;
	store_query(&query, STORE_GET_HASH, "h");
	struct store_reply *reply;
	assert_int_equal(store_read_wait(tool, &query, 1, 10000, &reply, &why), STORE_DONE);
	assert_string_equal(store_reply_hash_get(reply, 0, "n", NULL), "5");
	store_reply_destroy(&reply);
	store_query(&query, STORE_GET_STRING, "h");
	assert_int_equal(store_read_wait(tool, &query, 1, 10000, &reply, &why), STORE_REFUSED);
	assert_non_null(strstr(why.text, "WRONGTYPE"));
	char text[700];
	store_state_text(tool, text, sizeof text);
	assert_non_null(strstr(text, "up"));
	store_destroy(&tool);
}

/* --- everything --- */

struct census {
	unsigned keys, strings, hashes, sets, expiring;
};

static bool census_count(void *context, struct store_bytes key, const struct store_value *value)
{
	struct census *census = context;
	assert_true(key.length > 0);
	census->keys++;
	census->strings += value->type == STORE_STRING;
	census->hashes += value->type == STORE_HASH;
	census->sets += value->type == STORE_SET;
	census->expiring += value->expires_s > clock_unix_s();
	return true;
}

static bool census_stop(void *context, struct store_bytes key, const struct store_value *value)
{
	(void)key;
	(void)value;
	++*(unsigned *)context;
	return false;
}

enum { COPIED_KEYS = 1500 };

static void store_fill(struct store_fixture *f)
{
	struct store_key key;
	for (unsigned i = 0; i < COPIED_KEYS; i++) {
		store_batch_set_number(f->batch, store_key(&key, "string:%u", i), i);
		store_batch_hash_set_number(f->batch, store_key(&key, "hash:%u", i), "a", i);
		store_batch_hash_set_number(f->batch, key.text, "b", i + 1);
		store_batch_set_add(f->batch, store_key(&key, "set:%u", i), "m", 1);
	}
	store_batch_set_expiring(f->batch, "string:0", "\0\xff", 2, 1000);
	store_batch_expire(f->batch, "hash:0", 2000);
	store_batch_expire(f->batch, "set:0", 3000);
	fixture_must_commit(f);
}

static void every_key_is_visited(void **state)
{
	struct store_fixture *f = *state;
	struct problem why;
	store_fill(f);
	struct census census = {0};
	struct store_walk walk;
	if (!store_each_key(f->store, census_count, &census, &walk, &why))
		fail_msg("%s", why.text);
	assert_int_equal(census.keys, 3 * COPIED_KEYS + 1);
	assert_int_equal(walk.keys, census.keys);
	assert_int_equal(walk.skipped, 0);
	assert_int_equal(census.strings, COPIED_KEYS);
	assert_int_equal(census.hashes, COPIED_KEYS + 1); /* the fence */
	assert_int_equal(census.sets, COPIED_KEYS);
	assert_int_equal(census.expiring, 3);
	unsigned seen = 0;
	assert_true(store_each_key(f->store, census_stop, &seen, NULL, &why));
	assert_int_equal(seen, 1);
}

static void a_copy_holds_everything_with_its_life(void **state)
{
	struct store_fixture *f = *state;
	store_fill(f);
	struct store_fixture copy;
	store_fixture_embedded(&copy, 64);
	store_fixture_open(&copy, 0, 0xa1);
	store_batch_set_add(copy.batch, "hash:7", "of another type", 15);
	store_batch_set(copy.batch, "other", "stays", 5);
	fixture_must_commit(&copy);
	struct problem why;
	struct store_walk walk;
	uint8_t boot[STORE_BOOT_BYTES] = {9};
	if (!store_copy(f->store, copy.store, boot, &walk, &why))
		fail_msg("%s", why.text);
	assert_int_equal(walk.keys, 3 * COPIED_KEYS + 1);
	struct census census = {0};
	assert_true(store_each_key(copy.store, census_count, &census, NULL, &why));
	assert_int_equal(census.keys, 3 * COPIED_KEYS + 2);
	assert_int_equal(census.sets, COPIED_KEYS);
	assert_int_equal(census.expiring, 3);
	fixture_expect_field(&copy, "hash:7", "b", "8");
	fixture_expect_string(&copy, "other", "stays");
	fixture_expect(&copy, fixture_commit(&copy), STORE_FENCED); /* the copy has claimed it */

	/* And back: the copy's content is in the first store again. */
	store_batch_delete(f->batch, "hash:7");
	store_batch_set_add(f->batch, "set:5", "added later", 11);
	fixture_must_commit(f);
	if (!store_copy(copy.store, f->store, boot, &walk, &why))
		fail_msg("%s", why.text);
	fixture_expect_field(f, "hash:7", "b", "8");
	struct store_reply *reply;
	fixture_expect(f, fixture_read_one(f, STORE_GET_SET, "set:5", &reply), STORE_DONE);
	assert_int_equal(store_reply_size(reply, 0), 1);
	store_reply_destroy(&reply);
	fixture_expect(f, fixture_read_one(f, STORE_GET_STRING, "string:0", &reply), STORE_DONE);
	size_t length;
	assert_memory_equal(store_reply_string(reply, 0, &length), "\0\xff", 2);
	assert_int_equal(length, 2);
	store_reply_destroy(&reply);
	store_fixture_close(&copy);
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)

static int run(enum kind of, const char *name)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_string_comes_back_byte_by_byte),
		SCENARIO(a_hash_comes_back_field_by_field),
		SCENARIO(a_set_comes_back_with_its_members),
		SCENARIO(fields_of_another_server_survive_ours),
		SCENARIO(what_is_missing_is_told_apart_from_what_is_empty),
		SCENARIO(changes_happen_in_the_order_in_which_they_were_added),
		SCENARIO(the_largest_key_and_value_are_kept_and_larger_ones_refused),
		SCENARIO(a_batch_with_one_refused_change_changes_nothing),
		SCENARIO(a_key_of_another_type_refuses_the_bundle_with_its_name),
		SCENARIO(a_large_batch_is_one_unit),
		SCENARIO(a_key_with_a_life_is_there_and_then_gone),
		SCENARIO(a_cut_that_was_applied_is_not_applied_again),
		SCENARIO(cut_numbers_may_leave_gaps),
		SCENARIO(another_world_takes_the_store_over_and_the_old_writer_is_fenced),
		SCENARIO(a_new_keeper_of_the_same_world_goes_on_where_the_old_one_was),
		SCENARIO(who_never_claimed_cannot_write),
		SCENARIO(a_store_that_forgot_cuts_is_noticed_before_it_is_written_to),
		SCENARIO(the_fence_is_not_for_batches),
		SCENARIO(an_empty_batch_proves_that_the_store_can_be_written),
		SCENARIO(many_questions_in_flight_are_answered_in_their_order),
		SCENARIO(a_bundle_shows_one_moment_while_commits_go_on),
		SCENARIO(after_destroying_nothing_is_called),
		SCENARIO(a_callback_may_destroy_the_store),
		SCENARIO(one_commit_at_a_time_and_none_from_readers),
		SCENARIO(the_blocking_functions_do_the_same),
		SCENARIO(every_key_is_visited),
		SCENARIO(a_copy_holds_everything_with_its_life),
	};
	kind = of;
	return cmocka_run_group_tests_name(name, tests, group_begin, group_end);
}

static void redis_server_is_installed(void **state)
{
	(void)state;
	print_message("no redis-server on this machine: the store's promises were checked on the embedded backend only\n");
	skip();
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	int failed = run(EMBEDDED_WITH_JOBS, "embedded, with job threads");
	failed += run(EMBEDDED_INLINE, "embedded, without job threads");
	if (!redis_server_available()) {
		const struct CMUnitTest tests[] = {cmocka_unit_test(redis_server_is_installed)};
		return failed + cmocka_run_group_tests(tests, NULL, NULL);
	}
	failed += run(REDIS_TCP, "Redis, TCP");
	failed += run(REDIS_SOCKET, "Redis, Unix socket with a password");
	return failed;
}
