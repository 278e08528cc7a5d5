/* store_redis.c - the store in Redis: reading, waiting, birth and death.
 *
 * A bundle of reads is one group of commands on the link, wrapped in MULTI and EXEC when there are several, so that no
 * commit of another process falls between two answers. */
#include "common/store/store_redis_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/loop/loop.h"

enum { RETRY_TURN_MS = 50 }; /* of the blocking functions, while the store is away */

void store_redis_words(struct redis_link *link, const char *a, const char *b)
{
	struct store_bytes words[2] = {store_bytes_of(a)};
	if (b != NULL)
		words[1] = store_bytes_of(b);
	redis_link_add(link, words, b == NULL ? 1 : 2);
}

/* --- reading --- */

/* Turns an answer to HGETALL (pairs) or SMEMBERS (singles) into a value that borrows from it. false: no memory, or not
 * such an answer. */
static bool entries_take(const struct redisReply *reply, enum store_type type, struct store_value *value)
{
	size_t step = type == STORE_HASH ? 2 : 1;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements % step != 0)
		return false;
	for (size_t i = 0; i < reply->elements; i += step) {
		struct store_bytes name = reply_bytes(reply->element[i]);
		struct store_bytes content = step == 2 ? reply_bytes(reply->element[i + 1]) : (struct store_bytes){"", 0};
		if (name.data == NULL || content.data == NULL || !store_value_append(value, name, content))
			return false;
	}
	value->type = reply->elements == 0 ? STORE_MISSING : type;
	store_value_sort(value);
	return true;
}

bool store_redis_value(const struct redisReply *reply, enum store_type type, struct store_value *value)
{
	*value = (struct store_value){0};
	if (type != STORE_STRING)
		return entries_take(reply, type, value);
	if (reply->type == REDIS_REPLY_NIL)
		return true;
	value->type = STORE_STRING;
	value->string = reply_bytes(reply);
	return value->string.data != NULL;
}

static enum store_result answer_take(struct read_request *request, unsigned i, const struct redisReply *reply)
{
	const struct store_query *query = &request->queries[i];
	enum store_type wanted = store_question_wants(query->question);
	if (reply_is_wrong_type(reply)) {
		store_wrong_type(&request->why, store_bytes_of(query->key.text), wanted);
		return STORE_REFUSED;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		return redis_link_error(reply, &request->why);
	if (query->question == STORE_GET_EXISTS) {
		store_reply_put_exists(request->reply, i, reply->type == REDIS_REPLY_INTEGER && reply->integer > 0);
		return STORE_DONE;
	}
	struct store_value value;
	bool good = store_redis_value(reply, wanted, &value) && store_reply_put(request->reply, i, &value);
	store_value_clear(&value);
	if (good)
		return STORE_DONE;
	problem_set(&request->why, "key \"%s\": an answer that cannot be used (type %d)", query->key.text, reply->type);
	return STORE_REFUSED;
}

static enum store_result answers_take(struct read_request *request, const struct redisReply *reply)
{
	bool several = request->count > 1;
	if (several && reply->type == REDIS_REPLY_ERROR)
		return request->why.text[0] != '\0' ? request->result : redis_link_error(reply, &request->why);
	if (several && (reply->type != REDIS_REPLY_ARRAY || reply->elements != request->count)) {
		problem_set(&request->why, "an answer of Redis that cannot be used (type %d)", reply->type);
		return STORE_REFUSED;
	}
	request->reply = store_reply_create(request->count);
	if (request->reply == NULL) {
		problem_set(&request->why, "out of memory");
		return STORE_AWAY;
	}
	enum store_result result = STORE_DONE;
	for (unsigned i = 0; i < request->count && result == STORE_DONE; i++)
		result = answer_take(request, i, several ? reply->element[i] : reply);
	return result;
}

static void read_answer(void *context, const struct redis_answer *answer)
{
	struct read_request *request = context;
	if (answer->reply == NULL) {
		request->why = *answer->why;
		store_read_finish(request, answer->result);
	} else if (answer->last) {
		store_read_finish(request, answers_take(request, answer->reply));
	} else if (answer->reply->type == REDIS_REPLY_ERROR && request->why.text[0] == '\0') {
		request->result = redis_link_error(answer->reply, &request->why); /* EXEC will only say that it did nothing */
	}
}

static void redis_read(struct store *store, struct read_request *request)
{
	static const char *const commands[] = {[STORE_GET_STRING] = "GET",
										   [STORE_GET_HASH] = "HGETALL",
										   [STORE_GET_SET] = "SMEMBERS",
										   [STORE_GET_EXISTS] = "EXISTS"};
	struct redis_link *link = ((struct store_redis *)store)->link;
	if (!redis_link_takes(link)) {
		store_read_finish(request, redis_link_trouble(link, &request->why));
		return;
	}
	if (request->count > 1)
		store_redis_words(link, "MULTI", NULL);
	for (unsigned i = 0; i < request->count; i++)
		store_redis_words(link, commands[request->queries[i].question], request->queries[i].key.text);
	if (request->count > 1)
		store_redis_words(link, "EXEC", NULL);
	if (!redis_link_submit(link, read_answer, request)) {
		problem_set(&request->why, "out of memory");
		store_read_finish(request, STORE_AWAY);
	}
}

/* --- the blocking functions --- */

static void twin_destroy(struct store_redis *redis)
{
	struct store *twin = redis->twin == NULL ? NULL : &redis->twin->base;
	redis->twin = NULL;
	store_destroy(&twin);
}

static struct store_redis *twin_get(struct store_redis *redis, struct problem *why)
{
	if (redis->twin_loop == NULL)
		redis->twin_loop = loop_create(why);
	if (redis->twin_loop == NULL)
		return NULL;
	if (redis->twin == NULL)
		redis->twin =
			(struct store_redis *)store_create(&redis->options, redis->base.role, redis->twin_loop, NULL, why);
	return redis->twin;
}

static void twin_turn(struct store_redis *redis, uint64_t until_ms, uint64_t longest_ms)
{
	uint64_t now = clock_mono_ms();
	uint64_t left = until_ms > now ? until_ms - now : 0;
	loop_turn(redis->twin_loop, (int)(left < longest_ms ? left : longest_ms));
}

struct waiting {
	bool done;
	enum store_result result;
	struct store_reply *reply;
	struct store_fence fence;
	struct problem why;
};

static void waiting_end(struct waiting *waiting, enum store_result result, const struct problem *why)
{
	waiting->done = true;
	waiting->result = result;
	if (why != NULL)
		waiting->why = *why;
}

static void waiting_read(void *context, enum store_result result, const struct store_reply *reply,
						 const struct problem *why)
{
	struct waiting *waiting = context;
	waiting->reply = (struct store_reply *)reply; /* store_read_giving: it is ours */
	waiting_end(waiting, result, why);
}

static void waiting_claim(void *context, enum store_result result, const struct store_fence *fence,
						  const struct problem *why)
{
	struct waiting *waiting = context;
	if (fence != NULL)
		waiting->fence = *fence;
	waiting_end(waiting, result, why);
}

static void waiting_commit(void *context, enum store_result result, const struct problem *why)
{
	waiting_end(context, result, why);
}

/* One question for the twin: a bundle of reads, or a request to write. */
struct question {
	const struct store_query *queries;
	unsigned count;
	const struct write_request *write;
};

static bool twin_ask(struct store_redis *twin, const struct question *question, struct waiting *waiting)
{
	*waiting = (struct waiting){0};
	if (question->queries != NULL)
		return store_read_giving(&twin->base, question->queries, question->count, waiting_read, waiting);
	const struct write_request *write = question->write;
	if (write->batch == NULL)
		return store_claim(&twin->base, &write->fence, waiting_claim, waiting);
	return store_commit(&twin->base, write->batch, &write->fence, waiting_commit, waiting);
}

/* Asks until the answer is another one than "away", or the time is over. */
static void twin_wait(struct store_redis *redis, const struct question *question, uint64_t within_ms,
					  struct waiting *waiting)
{
	uint64_t deadline = clock_mono_ms() + within_ms;
	for (;;) {
		struct store_redis *twin = twin_get(redis, &waiting->why);
		if (twin == NULL || !twin_ask(twin, question, waiting)) {
			if (twin != NULL)
				problem_set(&waiting->why, "redis: out of memory");
			waiting->result = STORE_AWAY;
			return;
		}
		while (!waiting->done && clock_mono_ms() < deadline)
			twin_turn(redis, deadline, 1000);
		if (!waiting->done) {
			char state[700];
			store_state_text(&twin->base, state, sizeof state);
			problem_set(&waiting->why, "no answer within %" PRIu64 " ms: %s", within_ms, state);
			waiting->result = STORE_AWAY;
			twin_destroy(redis); /* an answer that comes later must not reach this frame */
			return;
		}
		uint64_t pause = clock_mono_ms() + RETRY_TURN_MS;
		if (waiting->result != STORE_AWAY || clock_mono_ms() >= deadline)
			return;
		while (clock_mono_ms() < deadline && (clock_mono_ms() < pause || !redis_link_takes(twin->link)))
			twin_turn(redis, deadline, RETRY_TURN_MS);
	}
}

enum store_result store_redis_read_wait(struct store *store, const struct store_query *queries, unsigned count,
										uint64_t within_ms, struct store_reply **reply, struct problem *why)
{
	struct waiting waiting = {0};
	twin_wait((struct store_redis *)store, &(struct question){.queries = queries, .count = count}, within_ms, &waiting);
	*reply = waiting.reply;
	if (waiting.result != STORE_DONE)
		problem_set(why, "%s", waiting.why.text);
	return waiting.result;
}

static void redis_write_wait(struct store *store, struct write_request *request, uint64_t within_ms)
{
	struct waiting waiting = {0};
	twin_wait((struct store_redis *)store, &(struct question){.write = request}, within_ms, &waiting);
	request->result = waiting.result;
	request->why = waiting.why;
	if (request->batch == NULL && waiting.result == STORE_DONE)
		request->fence = waiting.fence;
}

/* --- the rest --- */

static bool redis_is_up(const struct store *store)
{
	const struct store_redis *redis = (const struct store_redis *)store;
	if (redis->link != NULL)
		return redis_link_is_up(redis->link);
	return redis->twin != NULL && redis_link_is_up(redis->twin->link);
}

static void redis_state_text(const struct store *store, char *text, size_t size)
{
	const struct store_redis *redis = (const struct store_redis *)store;
	if (redis->link != NULL)
		redis_link_state_text(redis->link, text, size);
	else if (redis->twin != NULL)
		redis_link_state_text(redis->twin->link, text, size);
	else
		snprintf(text, size, "redis not asked yet");
}

static void redis_destroy(struct store *store)
{
	struct store_redis *redis = (struct store_redis *)store;
	redis_link_destroy(&redis->link);
	twin_destroy(redis);
	loop_destroy(&redis->twin_loop);
	free(redis->types);
	redis->types = NULL;
	for (size_t i = 0; i < LINK_TEXTS; i++) {
		if (redis->texts[i] != NULL)
			explicit_bzero(redis->texts[i], strlen(redis->texts[i])); /* one of them is the password */
		free(redis->texts[i]);
	}
}

static const struct store_driver redis_driver = {
	.destroy = redis_destroy,
	.read = redis_read,
	.write = store_redis_write,
	.read_wait = store_redis_read_wait,
	.write_wait = redis_write_wait,
	.is_up = redis_is_up,
	.state_text = redis_state_text,
	.each_key = store_redis_each_key,
};

static bool options_keep(struct store_redis *redis, const struct redis_link_options *given)
{
	struct redis_link_options *kept = &redis->options.link;
	redis->options.backend = STORE_REDIS;
	*kept = *given;
	const char **const fields[LINK_TEXTS] = {&kept->host,   &kept->socket,   &kept->username, &kept->password,
											 &kept->tls_ca, &kept->tls_cert, &kept->tls_key};
	for (size_t i = 0; i < LINK_TEXTS; i++) {
		if (*fields[i] == NULL)
			continue;
		redis->texts[i] = strdup(*fields[i]);
		if (redis->texts[i] == NULL)
			return false;
		*fields[i] = redis->texts[i];
	}
	return true;
}

/* A store without a loop has no link of its own, but wrong options shall be told now. */
static bool options_try(const struct store_redis *redis, struct problem *why)
{
	struct loop *loop = loop_create(why);
	if (loop == NULL)
		return false;
	struct redis_link *link = redis_link_create(loop, NULL, &redis->options.link, true, why);
	bool good = link != NULL;
	redis_link_destroy(&link);
	loop_destroy(&loop);
	return good;
}

struct store *store_redis_create(const struct store_options *options, enum store_role role, struct loop *loop,
								 struct jobs *jobs, struct problem *why)
{
	struct store_redis *redis = calloc(1, sizeof *redis);
	if (redis == NULL) {
		problem_set(why, "redis: out of memory");
		return NULL;
	}
	redis->base = (struct store){.driver = &redis_driver, .role = role, .loop = loop, .jobs = jobs};
	bool good = options_keep(redis, &options->link) || problem_set(why, "redis: out of memory");
	if (good && loop != NULL)
		redis->link = redis_link_create(loop, jobs, &redis->options.link, false, why);
	if (good && (loop == NULL ? options_try(redis, why) : redis->link != NULL))
		return &redis->base;
	redis_destroy(&redis->base);
	free(redis);
	return NULL;
}
