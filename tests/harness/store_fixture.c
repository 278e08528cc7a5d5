#include "tests/harness/store_fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"
#include "common/store/store_driver.h"

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

void directory_remove(const char *path)
{
	nftw(path, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

struct store_fence fence_of(uint8_t boot)
{
	struct store_fence fence = {.generation = 0};
	memset(fence.boot, boot, sizeof fence.boot);
	return fence;
}

void store_fixture_embedded(struct store_fixture *f, unsigned map_mb)
{
	*f = (struct store_fixture){.options = store_options_default()};
	snprintf(f->directory, sizeof f->directory, "/tmp/argentum-store-XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	f->options.path = f->directory;
	f->options.map_mb = map_mb;
}

void store_fixture_redis(struct store_fixture *f, const struct redis_server *server, bool by_socket)
{
	*f = (struct store_fixture){.options = store_options_default()};
	f->options.backend = STORE_REDIS;
	f->options.link = (struct redis_link_options){.port = server->port,
												  .socket = by_socket ? server->socket : NULL,
												  .password = server->options.password,
												  .connect_timeout_ms = 500,
												  .command_timeout_ms = 500,
												  .pause_max_ms = 200};
}

void store_fixture_open(struct store_fixture *f, unsigned threads, uint8_t boot)
{
	f->loop = loop_create(&f->why);
	assert_non_null(f->loop);
	if (threads > 0)
		f->jobs = jobs_create(f->loop, threads, 2048, &f->why);
	f->batch = store_batch_create(&f->why);
	f->store = store_create(&f->options, STORE_WRITER, f->loop, f->jobs, &f->why);
	if (f->store == NULL)
		fail_msg("the store does not open: %s", f->why.text);
	f->fence = fence_of(boot);
	if (fixture_claim(f, &f->fence) != STORE_DONE)
		fail_msg("the store cannot be claimed: %s", f->why.text);
}

void store_fixture_close(struct store_fixture *f)
{
	store_destroy(&f->store);
	store_batch_destroy(&f->batch);
	jobs_destroy(&f->jobs);
	loop_destroy(&f->loop);
	if (f->directory[0] != '\0')
		directory_remove(f->directory);
	f->directory[0] = '\0';
}

void store_fixture_reopen(struct store_fixture *f)
{
	store_destroy(&f->store);
	f->store = store_create(&f->options, STORE_WRITER, f->loop, f->jobs, &f->why);
	if (f->store == NULL)
		fail_msg("the store does not open again: %s", f->why.text);
}

void fixture_turn_until(struct store_fixture *f, const bool *done)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (!*done && clock_mono_ms() < deadline)
		loop_turn(f->loop, 100);
	if (!*done) {
		char state[700];
		store_state_text(f->store, state, sizeof state);
		fail_msg("no answer within %d ms; the store says: %s", FIXTURE_DEADLINE_MS, state);
	}
}

/* --- requests --- */

struct request {
	struct store_fixture *f;
	bool done;
	enum store_result result;
	struct store_fence *fence;
	struct store_reply *reply;
};

static void ended(struct request *request, enum store_result result, const struct problem *why)
{
	request->done = true;
	request->result = result;
	assert_true((result == STORE_DONE) == (why == NULL));
	if (why != NULL)
		request->f->why = *why;
	if (why != NULL && why->text[0] == '\0')
		fail_msg("the answer \"%s\" has no text", store_result_name(result));
}

static void claimed(void *context, enum store_result result, const struct store_fence *fence, const struct problem *why)
{
	struct request *request = context;
	if (result == STORE_DONE)
		*request->fence = *fence;
	ended(request, result, why);
}

static void committed(void *context, enum store_result result, const struct problem *why)
{
	ended(context, result, why);
}

static void answered(void *context, enum store_result result, const struct store_reply *reply,
					 const struct problem *why)
{
	struct request *request = context;
	request->reply = (struct store_reply *)reply;
	ended(request, result, why);
}

enum store_result fixture_claim(struct store_fixture *f, struct store_fence *fence)
{
	struct request request = {.f = f, .fence = fence};
	struct store_fence mine = *fence;
	assert_true(store_claim(f->store, &mine, claimed, &request));
	assert_false(request.done);
	fixture_turn_until(f, &request.done);
	return request.result;
}

enum store_result fixture_commit_as(struct store_fixture *f, const struct store_fence *fence)
{
	struct request request = {.f = f};
	assert_true(store_commit(f->store, f->batch, fence, committed, &request));
	assert_false(request.done);
	fixture_turn_until(f, &request.done);
	return request.result;
}

enum store_result fixture_commit(struct store_fixture *f)
{
	f->fence.cut++;
	enum store_result result = fixture_commit_as(f, &f->fence);
	if (result == STORE_DONE) {
		f->fence.acknowledged = f->fence.cut;
		store_batch_clear(f->batch);
	}
	return result;
}

enum store_result fixture_commit_until_there(struct store_fixture *f)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	enum store_result result = STORE_AWAY;
	f->fence.cut++;
	while (result == STORE_AWAY && clock_mono_ms() < deadline) {
		result = fixture_commit_as(f, &f->fence);
		loop_turn(f->loop, 10);
	}
	if (result == STORE_DONE) {
		f->fence.acknowledged = f->fence.cut;
		store_batch_clear(f->batch);
	}
	return result;
}

void fixture_must_commit(struct store_fixture *f)
{
	enum store_result result = fixture_commit(f);
	if (result != STORE_DONE)
		fail_msg("the commit is %s: %s", store_result_name(result), f->why.text);
}

enum store_result fixture_read(struct store_fixture *f, const struct store_query *queries, unsigned count,
							   struct store_reply **reply)
{
	struct request request = {.f = f};
	assert_true(store_read_giving(f->store, queries, count, answered, &request));
	assert_false(request.done);
	fixture_turn_until(f, &request.done);
	*reply = request.reply;
	return request.result;
}

enum store_result fixture_read_one(struct store_fixture *f, enum store_question question, const char *key,
								   struct store_reply **reply)
{
	struct store_query query;
	store_query(&query, question, "%s", key);
	return fixture_read(f, &query, 1, reply);
}

static void expect_text(const char *key, const char *field, const char *found, const char *expected)
{
	if ((found == NULL) != (expected == NULL) || (found != NULL && strcmp(found, expected) != 0))
		fail_msg("%s %s: found \"%s\", expected \"%s\"", key, field, found != NULL ? found : "(missing)",
				 expected != NULL ? expected : "(missing)");
}

void fixture_expect(const struct store_fixture *f, enum store_result found, enum store_result expected)
{
	if (found != expected)
		fail_msg("the answer is %s (%s), expected %s", store_result_name(found), f->why.text,
				 store_result_name(expected));
}

void fixture_expect_text(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("the text \"%s\" does not contain \"%s\"", text, part);
}

void fixture_expect_string(struct store_fixture *f, const char *key, const char *expected)
{
	struct store_reply *reply;
	enum store_result result = fixture_read_one(f, STORE_GET_STRING, key, &reply);
	if (result != STORE_DONE)
		fail_msg("reading %s is %s: %s", key, store_result_name(result), f->why.text);
	expect_text(key, "", store_reply_string(reply, 0, NULL), expected);
	store_reply_destroy(&reply);
}

void fixture_expect_field(struct store_fixture *f, const char *key, const char *field, const char *expected)
{
	struct store_reply *reply;
	enum store_result result = fixture_read_one(f, STORE_GET_HASH, key, &reply);
	if (result != STORE_DONE)
		fail_msg("reading %s is %s: %s", key, store_result_name(result), f->why.text);
	expect_text(key, field, store_reply_hash_get(reply, 0, field, NULL), expected);
	store_reply_destroy(&reply);
}
