/* store_redis_parts.h - the inside of the store in Redis, shared by its three files: store_redis.c (reading, waiting, birth
 * and death), store_redis_write.c (claims and commits), store_redis_walk.c (visiting every key). Nobody else includes it.
 *
 * The blocking functions use a twin: a second store with a loop and a connection of its own, so that nothing of the
 * caller's loop is called meanwhile. */
#ifndef ARGENTUM_STORE_REDIS_PARTS_H
#define ARGENTUM_STORE_REDIS_PARTS_H

#include <hiredis/hiredis.h>
#include <string.h>

#include "common/store/redis_link.h"
#include "common/store/store_driver.h"

enum { LINK_TEXTS = 7 }; /* texts in redis_link_options */

struct store_redis {
	struct store base;
	struct store_options options; /* its texts are those below */
	char *texts[LINK_TEXTS];      /* owned copies; NULL = not given */
	struct redis_link *link;      /* NULL without a loop */
	struct store_redis *twin;     /* for the blocking functions; made when needed */
	struct loop *twin_loop;

	/* the claim or commit under way */
	struct write_request *write;
	unsigned tries;
	struct stored_fence stored;
	uint8_t *types;   /* per key of the batch: enum store_type, as far as the batch was checked */
	size_t next_type; /* the key from which on the next answer to TYPE finds its own */
	enum store_result trouble_result;
	struct problem trouble; /* the first one of this group; "" = none */
};

/* The bytes of a bulk string; .data is NULL for anything else. */
static inline struct store_bytes reply_bytes(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING ? (struct store_bytes){reply->str, (size_t)reply->len}
											 : (struct store_bytes){NULL, 0};
}

static inline bool reply_is(const struct redisReply *reply, const char *status)
{
	return reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, status) == 0;
}

static inline bool reply_is_wrong_type(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "WRONGTYPE", 9) == 0;
}

/* Adds a command of one or two words (b NULL) to the group being built. */
void store_redis_words(struct redis_link *link, const char *a, const char *b);

/* Turns the answer to GET, HGETALL or SMEMBERS into a value that borrows from it. false: out of memory, or not such an
 * answer. */
bool store_redis_value(const struct redisReply *reply, enum store_type type, struct store_value *value);

/* store_driver.h */
void store_redis_write(struct store *store, struct write_request *request);
enum store_result store_redis_read_wait(struct store *store, const struct store_query *queries, unsigned count,
										uint64_t within_ms, struct store_reply **reply, struct problem *why);
bool store_redis_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk,
						  struct problem *why);

#endif
