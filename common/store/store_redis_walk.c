/* store_redis_walk.c - visiting every key in Redis: SCAN for some names, then TYPE and PTTL of each, then what they hold. It
 * runs on the twin's loop; the visitor is called between the turns, so that it may use the store. */
#include "common/store/store_redis_parts.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"

#define SCAN_COUNT "500" /* names asked for at a time */

enum { FIRST_CAPACITY = 1024, PROBE_MS = 10000 };

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
		size_t capacity = scan->capacity == 0 ? FIRST_CAPACITY : scan->capacity * 2;
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
	bool gone = reply_is_wrong_type(reply); /* it became another thing since: it is not there as what it was */
	bool good = gone || store_redis_value(reply, scanned->type, &value);
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
	if (answer->reply->type == REDIS_REPLY_ERROR && !reply_is_wrong_type(answer->reply)) {
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
									  store_bytes_of(SCAN_COUNT)};
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

bool store_redis_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk,
						  struct problem *why)
{
	struct store_redis *redis = (struct store_redis *)store;
	/* A harmless question first, which waits for the connection and tells why there is none. */
	struct store_query probe;
	store_query(&probe, STORE_GET_EXISTS, KEY_FENCE);
	struct store_reply *reply;
	if (store_redis_read_wait(store, &probe, 1, PROBE_MS, &reply, why) != STORE_DONE)
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
