/* store_redis.c - the store in Redis.
 *
 * A bundle of reads is one group of commands on the link, wrapped in MULTI and EXEC when there are several, so that no
 * commit of another process falls between two answers.
 *
 * A commit is two groups:
 *     1. WATCH fence; HMGET fence; TYPE of each key that shall be a hash or a set
 *     2. MULTI; the changes; HSET fence; EXEC
 * Between the two the fence is judged, and the types: Redis executes the rest of a MULTI when one command in it meets a
 * key of another type, so such a batch must not be sent at all. (Watching every key would make that airtight, but the
 * cost of WATCH grows with the square of their number. What remains is a program of somebody else that changes the type
 * of a key between the two groups: then everything but that key's change is in, and the commit is REFUSED, naming it.
 * Since a refused batch comes again whole, under a new number, nothing is lost but the atomicity of that one moment.)
 * All other errors (no memory, read-only, disk full) come while commands are queued, and EXEC then executes nothing.
 *
 * The blocking functions use a twin: a second store with a loop and a connection of its own. */
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"
#include "common/store/redis_link.h"
#include "common/store/store_batch_parts.h"
#include "common/store/store_driver.h"

enum {
	WATCH_TRIES = 16,   /* how often a commit begins again because somebody wrote the fence */
	RETRY_TURN_MS = 50, /* of the blocking functions, while the store is away */
	SCAN_KEYS = 500,    /* asked for at a time */
	LINK_TEXTS = 7,     /* texts in redis_link_options */
};

struct store_redis {
	struct store base;
	struct store_options options; /* its texts are those below */
	char *texts[LINK_TEXTS];      /* owned copies; NULL = not given */
	struct redis_link *link;      /* NULL without a loop */
	struct store_redis *twin;     /* for the blocking functions; made when needed */
	struct loop *twin_loop;

	/* the commit under way */
	struct write_request *write;
	unsigned tries;
	struct stored_fence stored;
	uint8_t *types;   /* per key of the batch: enum store_type before it, or TYPE_OTHER */
	size_t next_type; /* the key from which on the next answer to TYPE finds its own */
	enum store_result trouble_result;
	struct problem trouble; /* the first one of this group; "" = none */
};

enum { TYPE_OTHER = 255 };

static struct store_bytes reply_bytes(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS
			   ? (struct store_bytes){reply->str, (size_t)reply->len}
			   : (struct store_bytes){0};
}

static bool reply_is(const struct redisReply *reply, const char *status)
{
	return reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, status) == 0;
}

static bool is_wrong_type(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "WRONGTYPE", 9) == 0;
}

static void words_add(struct redis_link *link, const char *a, const char *b)
{
	struct store_bytes words[] = {store_bytes_of(a), b == NULL ? (struct store_bytes){0} : store_bytes_of(b)};
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

static bool value_take(const struct redisReply *reply, enum store_type type, struct store_value *value)
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
	if (is_wrong_type(reply)) {
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
	bool good = value_take(reply, wanted, &value) && store_reply_put(request->reply, i, &value);
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
		words_add(link, "MULTI", NULL);
	for (unsigned i = 0; i < request->count; i++)
		words_add(link, commands[request->queries[i].question], request->queries[i].key.text);
	if (request->count > 1)
		words_add(link, "EXEC", NULL);
	if (!redis_link_submit(link, read_answer, request)) {
		problem_set(&request->why, "out of memory");
		store_read_finish(request, STORE_AWAY);
	}
}

/* --- writing --- */

static void write_begin(struct store_redis *redis);

static void write_end(struct store_redis *redis, enum store_result result)
{
	struct write_request *request = redis->write;
	redis->write = NULL;
	free(redis->types);
	redis->types = NULL;
	store_write_finish(request, result);
}

static void answer_ignore(void *context, const struct redis_answer *answer)
{
	(void)context;
	(void)answer;
}

/* Ends a commit that was not sent. */
static void write_drop(struct store_redis *redis, enum store_result result)
{
	words_add(redis->link, "UNWATCH", NULL);
	redis_link_submit(redis->link, answer_ignore, NULL);
	write_end(redis, result);
}

static void trouble_note(struct store_redis *redis, const struct redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR && redis->trouble.text[0] == '\0')
		redis->trouble_result = redis_link_error(reply, &redis->trouble);
}

/* Applies the types that a batch expects and leaves behind, one change after the other. */
static bool types_check(const struct store_redis *redis, struct problem *why)
{
	const struct store_batch *batch = redis->write->batch;
	for (size_t i = 0; i < batch->op_count; i++) {
		const struct batch_op *op = &batch->ops[i];
		enum store_type wanted = batch_wants(op->verb);
		uint8_t *type = &redis->types[op->key];
		if (wanted != STORE_MISSING && *type != STORE_MISSING && *type != wanted)
			return store_wrong_type(why, batch_bytes(batch, batch->keys[op->key].name), wanted);
		if (op->verb == BATCH_SET)
			*type = STORE_STRING;
		else if (op->verb == BATCH_DELETE)
			*type = STORE_MISSING;
		else if (op->verb == BATCH_HASH_SET || op->verb == BATCH_SET_ADD)
			*type = (uint8_t)wanted;
	}
	return true;
}

static void op_words(const struct store_batch *batch, const struct batch_op *op, struct store_bytes *words,
					 unsigned *count)
{
	static const char *const commands[] = {
		[BATCH_SET] = "SET",         [BATCH_HASH_SET] = "HSET", [BATCH_HASH_DELETE] = "HDEL", [BATCH_SET_ADD] = "SADD",
		[BATCH_SET_REMOVE] = "SREM", [BATCH_DELETE] = "DEL",    [BATCH_EXPIRE] = "EXPIRE"};
	*count = 0;
	words[(*count)++] = store_bytes_of(commands[op->verb]);
	words[(*count)++] = batch_bytes(batch, batch->keys[op->key].name);
	for (uint32_t i = 0; i < op->arguments; i++)
		words[(*count)++] = batch_argument(batch, op, i);
}

static bool op_add(struct redis_link *link, const struct store_batch *batch, const struct batch_op *op)
{
	enum { FEW = 64, EXTRA = 4 };
	struct store_bytes few[FEW];
	struct store_bytes *words = few;
	if (op->arguments + EXTRA > FEW)
		words = malloc((op->arguments + EXTRA) * sizeof *words);
	if (words == NULL)
		return false;
	unsigned count;
	op_words(batch, op, words, &count);
	char seconds[24];
	if (op->seconds != 0) {
		snprintf(seconds, sizeof seconds, "%" PRId64, op->seconds);
		if (op->verb == BATCH_SET)
			words[count++] = store_bytes_of("EX");
		words[count++] = store_bytes_of(seconds);
	}
	bool good = redis_link_add(link, words, count);
	if (words != few)
		free(words);
	return good;
}

static bool fence_add(struct redis_link *link, const struct store_fence *fence, bool claim)
{
	struct fence_texts texts;
	store_fence_texts(fence, &texts);
	const char *const values[STORE_FENCE_FIELDS] = {texts.boot, texts.generation, texts.cut, texts.owner};
	struct store_bytes words[2 + 2 * STORE_FENCE_FIELDS] = {store_bytes_of("HSET"), store_bytes_of(KEY_FENCE)};
	unsigned count = 2;
	for (int i = 0; i < (claim ? STORE_FENCE_FIELDS : STORE_FENCE_FIELDS - 1); i++) {
		words[count++] = store_bytes_of(store_fence_fields[i]);
		words[count++] = store_bytes_of(values[i]);
	}
	return redis_link_add(link, words, count);
}

static enum store_result executed(struct store_redis *redis, const struct redisReply *reply)
{
	struct write_request *request = redis->write;
	if (reply->type == REDIS_REPLY_ERROR) {
		trouble_note(redis, reply); /* the reason was told while queueing; EXEC only says that it did nothing */
		request->why = redis->trouble;
		return redis->trouble_result;
	}
	size_t changes = request->batch == NULL ? 0 : request->batch->op_count;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != changes + 1) {
		problem_set(&request->why, "an answer to EXEC that cannot be used (type %d)", reply->type);
		return STORE_REFUSED;
	}
	for (size_t i = 0; i < changes; i++) {
		if (reply->element[i]->type != REDIS_REPLY_ERROR)
			continue;
		struct store_bytes key = batch_bytes(request->batch, request->batch->keys[request->batch->ops[i].key].name);
		problem_set(&request->why,
					"key \"%.*s\" was changed by another program in this moment: %s (the rest of the batch "
					"is in)",
					(int)key.length, key.data, reply->element[i]->str);
		return STORE_REFUSED;
	}
	return STORE_DONE;
}

static void exec_answer(void *context, const struct redis_answer *answer)
{
	struct store_redis *redis = context;
	if (answer->reply == NULL) {
		redis->write->why = *answer->why;
		write_end(redis, answer->result);
	} else if (!answer->last) {
		trouble_note(redis, answer->reply);
	} else if (answer->reply->type == REDIS_REPLY_NIL && ++redis->tries < WATCH_TRIES) {
		write_begin(redis); /* somebody wrote the fence: judge again */
	} else if (answer->reply->type == REDIS_REPLY_NIL) {
		problem_set(&redis->write->why, "another writer keeps changing " KEY_FENCE);
		write_end(redis, STORE_AWAY);
	} else {
		write_end(redis, executed(redis, answer->reply));
	}
}

/* The second group. A MULTI that is refused (by an access list) would let the changes through one by one; the claim that
 * came before everything has proved that this user may use it. */
static void write_execute(struct store_redis *redis)
{
	struct write_request *request = redis->write;
	const struct store_batch *batch = request->batch;
	redis->trouble.text[0] = '\0';
	words_add(redis->link, "MULTI", NULL);
	bool good = true;
	for (size_t i = 0; batch != NULL && i < batch->op_count && good; i++)
		good = op_add(redis->link, batch, &batch->ops[i]);
	good = good && fence_add(redis->link, &request->fence, batch == NULL);
	if (good)
		words_add(redis->link, "EXEC", NULL);
	else
		words_add(redis->link, "DISCARD", NULL);
	if (redis_link_submit(redis->link, good ? exec_answer : answer_ignore, redis) && good)
		return;
	problem_set(&request->why, "out of memory for a batch of %zu bytes", batch == NULL ? 0 : store_batch_bytes(batch));
	write_drop(redis, STORE_AWAY);
}

static void judge(struct store_redis *redis)
{
	struct write_request *request = redis->write;
	if (redis->trouble.text[0] != '\0') {
		request->why = redis->trouble;
		write_drop(redis, redis->trouble_result);
		return;
	}
	if (request->batch == NULL) {
		request->fence = store_fence_claimed(&redis->stored, &request->fence);
		write_execute(redis);
		return;
	}
	switch (store_fence_judge(&redis->stored, &request->fence, &request->why)) {
	case FENCE_APPLIED:
		write_drop(redis, STORE_DONE);
		return;
	case FENCE_FENCED:
		write_drop(redis, STORE_FENCED);
		return;
	case FENCE_LOST:
		write_drop(redis, STORE_LOST);
		return;
	case FENCE_WRITE:
		break;
	}
	if (types_check(redis, &request->why))
		write_execute(redis);
	else
		write_drop(redis, STORE_REFUSED);
}

static void fence_take(struct store_redis *redis, const struct redisReply *reply)
{
	struct problem why;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) {
		problem_set(&why, "key " KEY_FENCE ": an answer that cannot be used (type %d)", reply->type);
	} else if (store_fence_parse(&redis->stored, reply_bytes(reply->element[0]), reply_bytes(reply->element[1]),
								 reply_bytes(reply->element[2]), &why)) {
		return;
	}
	if (redis->trouble.text[0] != '\0')
		return;
	redis->trouble = why;
	redis->trouble_result = STORE_REFUSED;
}

/* Answers to TYPE come in the order of the typed keys of the batch. */
static void type_take(struct store_redis *redis, const struct redisReply *reply)
{
	const struct store_batch *batch = redis->write->batch;
	while (!batch->keys[redis->next_type].typed)
		redis->next_type++;
	redis->types[redis->next_type++] = reply_is(reply, "none")     ? STORE_MISSING
									   : reply_is(reply, "string") ? STORE_STRING
									   : reply_is(reply, "hash")   ? STORE_HASH
									   : reply_is(reply, "set")    ? STORE_SET
																   : TYPE_OTHER;
}

static void watch_answer(void *context, const struct redis_answer *answer)
{
	struct store_redis *redis = context;
	if (answer->reply == NULL) {
		redis->write->why = *answer->why;
		write_end(redis, answer->result);
		return;
	}
	trouble_note(redis, answer->reply);
	if (answer->index == 1)
		fence_take(redis, answer->reply);
	else if (answer->index > 1)
		type_take(redis, answer->reply);
	if (answer->last)
		judge(redis);
}

static void write_begin(struct store_redis *redis)
{
	const struct store_batch *batch = redis->write->batch;
	redis->trouble.text[0] = '\0';
	redis->next_type = 0;
	words_add(redis->link, "WATCH", KEY_FENCE);
	struct store_bytes fence[] = {store_bytes_of("HMGET"), store_bytes_of(KEY_FENCE), store_bytes_of("boot"),
								  store_bytes_of("generation"), store_bytes_of("cut")};
	redis_link_add(redis->link, fence, 5);
	for (size_t k = 0; batch != NULL && k < batch->key_count; k++) {
		redis->types[k] = STORE_MISSING;
		if (batch->keys[k].typed) {
			struct store_bytes words[] = {store_bytes_of("TYPE"), batch_bytes(batch, batch->keys[k].name)};
			redis_link_add(redis->link, words, 2);
		}
	}
	if (redis_link_submit(redis->link, watch_answer, redis))
		return;
	problem_set(&redis->write->why, "out of memory");
	write_end(redis, STORE_AWAY);
}

static void redis_write(struct store *store, struct write_request *request)
{
	struct store_redis *redis = (struct store_redis *)store;
	if (!redis_link_takes(redis->link)) {
		store_write_finish(request, redis_link_trouble(redis->link, &request->why));
		return;
	}
	redis->write = request;
	redis->tries = 0;
	size_t keys = request->batch == NULL ? 0 : request->batch->key_count;
	redis->types = malloc(keys + 1);
	if (redis->types == NULL) {
		problem_set(&request->why, "out of memory");
		write_end(redis, STORE_AWAY);
		return;
	}
	write_begin(redis);
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

static enum store_result redis_read_wait(struct store *store, const struct store_query *queries, unsigned count,
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

/* --- walking over all keys --- */

struct scanned {
	struct store_value key; /* a string that owns its bytes */
	enum store_type type;   /* STORE_MISSING: not to be given */
	bool other;             /* of a type that is not ours */
	struct store_value value;
};

struct scan {
	char cursor[24];
	struct scanned *found;
	size_t count, capacity;
	size_t next; /* the key from which on the next content finds its own */
	int64_t now_s;
	bool done; /* the group was answered */
	enum store_result result;
	struct problem why;
};

static void scan_clear(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		store_value_clear(&scan->found[i].key);
		store_value_clear(&scan->found[i].value);
	}
	scan->count = 0;
}

static void scan_fail(struct scan *scan, enum store_result result, const char *text)
{
	if (scan->result != STORE_DONE)
		return;
	scan->result = result;
	problem_set(&scan->why, "%s", text);
}

static bool scan_add(struct scan *scan, const struct redisReply *key)
{
	if (scan->count == scan->capacity) {
		size_t capacity = scan->capacity == 0 ? (size_t)SCAN_KEYS * 2 : scan->capacity * 2;
		struct scanned *found = realloc(scan->found, capacity * sizeof *found);
		if (found == NULL)
			return false;
		scan->found = found;
		scan->capacity = capacity;
	}
	struct scanned *scanned = &scan->found[scan->count];
	*scanned = (struct scanned){0};
	if (!store_value_copy(&scanned->key, &(struct store_value){.type = STORE_STRING, .string = reply_bytes(key)}))
		return false;
	scan->count++;
	return true;
}

static bool scan_answer(struct scan *scan, const struct redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
		reply->element[1]->type != REDIS_REPLY_ARRAY || reply->element[0]->len >= (int)sizeof scan->cursor)
		return false;
	memcpy(scan->cursor, reply->element[0]->str, (size_t)reply->element[0]->len + 1);
	for (size_t i = 0; i < reply->element[1]->elements; i++) {
		if (reply->element[1]->element[i]->type != REDIS_REPLY_STRING || !scan_add(scan, reply->element[1]->element[i]))
			return false;
	}
	return true;
}

/* Answers to TYPE and PTTL, in turns. */
static bool kind_answer(struct scan *scan, unsigned index, const struct redisReply *reply)
{
	struct scanned *scanned = &scan->found[index / 2];
	if (index % 2 == 1) {
		if (reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0)
			scanned->value.expires_s = scan->now_s + (reply->integer + 999) / 1000;
		return true;
	}
	scanned->type = reply_is(reply, "string") ? STORE_STRING
					: reply_is(reply, "hash") ? STORE_HASH
					: reply_is(reply, "set")  ? STORE_SET
											  : STORE_MISSING;
	scanned->other = scanned->type == STORE_MISSING && !reply_is(reply, "none");
	return reply->type == REDIS_REPLY_STATUS;
}

/* Contents come in the order of the keys of a type of ours. */
static bool content_answer(struct scan *scan, const struct redisReply *reply)
{
	while (scan->found[scan->next].type == STORE_MISSING)
		scan->next++;
	struct scanned *scanned = &scan->found[scan->next++];
	int64_t expires_s = scanned->value.expires_s;
	struct store_value value = {0};
	bool gone = is_wrong_type(reply); /* it became another thing since: it is not there as what it was */
	bool good = gone || value_take(reply, scanned->type, &value);
	value.expires_s = value.type == STORE_MISSING ? 0 : expires_s;
	good = good && store_value_copy(&scanned->value, &value);
	store_value_clear(&value);
	return good;
}

struct scan_step {
	struct scan *scan;
	enum { SCAN_NAMES, SCAN_KINDS, SCAN_CONTENTS } kind;
};

static void step_answer(void *context, const struct redis_answer *answer)
{
	struct scan_step *step = context;
	struct scan *scan = step->scan;
	scan->done = answer->last;
	struct problem why;
	if (answer->reply == NULL) {
		scan_fail(scan, answer->result, answer->why->text);
		return;
	}
	if (scan->result != STORE_DONE)
		return;
	if (answer->reply->type == REDIS_REPLY_ERROR && !is_wrong_type(answer->reply)) {
		enum store_result result = redis_link_error(answer->reply, &why);
		scan_fail(scan, result, why.text);
		return;
	}
	bool good = step->kind == SCAN_NAMES   ? scan_answer(scan, answer->reply)
				: step->kind == SCAN_KINDS ? kind_answer(scan, answer->index, answer->reply)
										   : content_answer(scan, answer->reply);
	if (!good)
		scan_fail(scan, STORE_REFUSED, "out of memory, or an answer that cannot be used");
}

static unsigned step_words(struct redis_link *link, const struct scan_step *step)
{
	static const char *const contents[] = {[STORE_STRING] = "GET", [STORE_HASH] = "HGETALL", [STORE_SET] = "SMEMBERS"};
	const struct scan *scan = step->scan;
	unsigned commands = 0;
	if (step->kind == SCAN_NAMES) {
		struct store_bytes words[] = {store_bytes_of("SCAN"), store_bytes_of(scan->cursor), store_bytes_of("COUNT"),
									  store_bytes_of("500")};
		redis_link_add(link, words, 4);
		return 1;
	}
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned *scanned = &scan->found[i];
		struct store_bytes words[] = {store_bytes_of("TYPE"), scanned->key.string};
		if (step->kind == SCAN_KINDS) {
			redis_link_add(link, words, 2);
			words[0] = store_bytes_of("PTTL");
			redis_link_add(link, words, 2);
			commands += 2;
		} else if (scanned->type != STORE_MISSING) {
			words[0] = store_bytes_of(contents[scanned->type]);
			redis_link_add(link, words, 2);
			commands++;
		}
	}
	return commands;
}

/* Asks one group and turns the twin's loop until it is answered; the link's own time-outs end it. */
static bool step_run(struct store_redis *redis, struct scan *scan, int kind)
{
	struct scan_step step = {.scan = scan, .kind = kind};
	scan->done = false;
	scan->next = 0;
	scan->now_s = clock_unix_s();
	if (step_words(redis->twin->link, &step) == 0)
		return true;
	if (!redis_link_submit(redis->twin->link, step_answer, &step))
		scan_fail(scan, STORE_AWAY, "the connection was lost");
	else
		while (!scan->done)
			loop_turn(redis->twin_loop, 1000);
	return scan->result == STORE_DONE;
}

static bool scan_give(struct scan *scan, store_key_fn *fn, void *context, struct store_walk *walk)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned *scanned = &scan->found[i];
		walk->skipped += scanned->other;
		if (scanned->value.type == STORE_MISSING)
			continue;
		walk->keys++;
		if (!fn(context, scanned->key.string, &scanned->value))
			return false;
	}
	return true;
}

static bool redis_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk,
						   struct problem *why)
{
	struct store_redis *redis = (struct store_redis *)store;
	/* A harmless question first, which waits for the connection and tells why there is none. */
	struct store_query probe;
	store_query(&probe, STORE_GET_EXISTS, KEY_FENCE);
	struct store_reply *reply;
	if (redis_read_wait(store, &probe, 1, 10000, &reply, why) != STORE_DONE)
		return false;
	store_reply_destroy(&reply);

	struct scan scan = {.cursor = "0"};
	bool more = true;
	while (more && step_run(redis, &scan, SCAN_NAMES) && step_run(redis, &scan, SCAN_KINDS) &&
		   step_run(redis, &scan, SCAN_CONTENTS)) {
		more = scan_give(&scan, fn, context, walk) && strcmp(scan.cursor, "0") != 0;
		scan_clear(&scan);
	}
	scan_clear(&scan);
	free(scan.found);
	return scan.result == STORE_DONE || problem_set(why, "%s", scan.why.text);
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
	.write = redis_write,
	.read_wait = redis_read_wait,
	.write_wait = redis_write_wait,
	.is_up = redis_is_up,
	.state_text = redis_state_text,
	.each_key = redis_each_key,
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
