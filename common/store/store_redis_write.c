/* store_redis_write.c - claims and commits in Redis. A commit is two groups of commands:
 *     1. WATCH fence; HMGET fence; TYPE of each key that shall be a hash or a set
 *     2. MULTI; the changes; HSET fence; EXEC
 * Between the two the fence is judged, and the types: Redis executes the rest of a MULTI when one command in it meets a
 * key of another type, so such a batch must not be sent at all. (Watching every key would make that airtight, but the
 * cost of WATCH grows with the square of their number. What remains is a program of somebody else that changes the type
 * of a key between the two groups: then everything but that key's change is in, and the commit is REFUSED, naming it.
 * Since a refused batch comes again whole, under a new number, nothing is lost but the atomicity of that one moment.)
 * All other errors (no memory, read-only, disk full) come while commands are queued, and EXEC then executes nothing. */
#include "common/store/store_redis_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/point.h"
#include "common/store/keys.h"
#include "common/store/store_batch_parts.h"

enum {
	WATCH_TRIES = 16, /* how often a commit begins again because somebody wrote the fence */
	TYPE_OTHER = 255, /* beside enum store_type: a type that no store of ours has */
};

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
	store_redis_words(redis->link, "UNWATCH", NULL);
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
		point("redis: executed");
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
	point("redis: fence judged");
	store_redis_words(redis->link, "MULTI", NULL);
	bool good = true;
	for (size_t i = 0; batch != NULL && i < batch->op_count && good; i++)
		good = op_add(redis->link, batch, &batch->ops[i]);
	good = good && fence_add(redis->link, &request->fence, batch == NULL);
	if (good)
		store_redis_words(redis->link, "EXEC", NULL);
	else
		store_redis_words(redis->link, "DISCARD", NULL);
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
		if (!store_fence_may_claim(&redis->stored, &request->fence, &request->why)) {
			write_drop(redis, STORE_FENCED);
			return;
		}
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
	store_redis_words(redis->link, "WATCH", KEY_FENCE);
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

void store_redis_write(struct store *store, struct write_request *request)
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
