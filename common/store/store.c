#include "common/store/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/loop/loop.h"
#include "common/store/keys.h"
#include "common/store/store_driver.h"

bool store_backend_parse(const char *word, enum store_backend *backend)
{
	if (strcmp(word, "embedded") == 0 || strcmp(word, "lmdb") == 0)
		*backend = STORE_EMBEDDED;
	else if (strcmp(word, "redis") == 0)
		*backend = STORE_REDIS;
	else
		return false;
	return true;
}

struct store_options store_options_default(void)
{
	return (struct store_options){.backend = STORE_EMBEDDED, .path = "data", .map_mb = 1024};
}

struct store *store_create(const struct store_options *options, enum store_role role, struct loop *loop,
						   struct jobs *jobs, struct problem *why)
{
	struct store *store = options->backend == STORE_REDIS ? store_redis_create(options, role, loop, jobs, why)
														  : store_lmdb_create(options, role, loop, jobs, why);
	if (store != NULL)
		store->owner = getpid();
	return store;
}

void store_destroy(struct store **handle)
{
	struct store *store = *handle;
	if (store == NULL)
		return;
	*handle = NULL;
	if (store->owner != getpid())
		return; /* a child's copy of its parent's store: everything in it belongs to the parent */
	store->driver->destroy(store);
	while (store->first != NULL) {
		struct read_request *request = store->first;
		store->first = request->next;
		request->store = NULL;
		if (!request->held)
			store_read_free(request);
	}
	if (store->write != NULL && !store->write->held)
		free(store->write);
	loop_timer_remove(&store->deliver_timer);
	store->doomed = true;
	if (store->busy == 0)
		free(store);
}

bool store_is_up(const struct store *store)
{
	return store->driver->is_up(store);
}

void store_state_text(const struct store *store, char *text, size_t size)
{
	store->driver->state_text(store, text, size);
}

bool store_set_map_mb(struct store *store, unsigned map_mb, struct problem *why)
{
	return store->driver->set_map_mb == NULL || store->driver->set_map_mb(store, map_mb, why);
}

/* --- calling back --- */

void store_read_free(struct read_request *request)
{
	store_reply_destroy(&request->reply);
	free(request);
}

static void read_deliver(struct store *store)
{
	struct read_request *request = store->first;
	store->first = request->next;
	if (store->first == NULL)
		store->last = NULL;
	store->reads--;
	bool done = request->result == STORE_DONE;
	struct store_reply *reply = done ? request->reply : NULL;
	if (request->gives_reply && done)
		request->reply = NULL;
	request->fn(request->context, request->result, reply, done ? NULL : &request->why);
	store_read_free(request);
}

static void write_deliver(struct store *store)
{
	struct write_request *request = store->write;
	store->write = NULL;
	bool done = request->result == STORE_DONE;
	const struct problem *why = done ? NULL : &request->why;
	if (request->claimed != NULL)
		request->claimed(request->context, request->result, done ? &request->fence : NULL, why);
	else
		request->committed(request->context, request->result, why);
	free(request);
}

/* Calls back for what is finished; reads in the order in which they were asked. */
static void deliver(void *context)
{
	struct store *store = context;
	store->busy++;
	/* What a callback asks and gets at once is for the next turn, so that nobody starves the loop. */
	const struct read_request *stop = store->last;
	bool more = stop != NULL;
	while (more && !store->doomed && store->first->finished) {
		more = store->first != stop;
		read_deliver(store);
	}
	if (!store->doomed && store->write != NULL && store->write->finished)
		write_deliver(store);
	if (--store->busy == 0 && store->doomed)
		free(store);
}

static void deliver_later(void *context)
{
	struct store *store = context;
	store->deliver_timer = NULL;
	deliver(store);
}

/* Nothing is called from inside the call that asks, nor out of the middle of another callback. What a callback asks and gets
 * at once waits for the next turn: else two callbacks that ask again could keep a turn for ever. */
static void deliver_soon(struct store *store)
{
	if (!store->asking && store->busy == 0)
		deliver(store);
	else if (store->deliver_timer == NULL)
		store->deliver_timer =
			loop_timer_once(store->loop, store->busy > 0 ? 1 : 0, deliver_later, store, "store answers");
}

void store_read_finish(struct read_request *request, enum store_result result)
{
	request->result = result;
	request->finished = true;
	deliver_soon(request->store);
}

void store_write_finish(struct write_request *request, enum store_result result)
{
	request->result = result;
	request->finished = true;
	deliver_soon(request->store);
}

/* --- asking --- */

static bool read_ask(struct store *store, const struct store_query *queries, unsigned count, store_read_fn *fn,
					 void *context, bool gives_reply)
{
	if (store->loop == NULL || count == 0 || count > STORE_QUERIES_MAX || store->reads >= STORE_READS_MAX)
		return false;
	struct read_request *request = calloc(1, sizeof *request + count * sizeof *queries);
	if (request == NULL)
		return false;
	request->store = store;
	request->fn = fn;
	request->context = context;
	request->gives_reply = gives_reply;
	request->count = count;
	memcpy(request->queries, queries, count * sizeof *queries);
	if (store->last != NULL)
		store->last->next = request;
	else
		store->first = request;
	store->last = request;
	store->reads++;

	store->asking = true;
	struct problem why = {""};
	for (unsigned i = 0; i < count; i++) {
		size_t length = strnlen(queries[i].key.text, sizeof queries[i].key.text);
		if (length == 0 || length > STORE_KEY_MAX)
			problem_set(&why, "store: key \"%.64s...\" has %s; 1 to %d bytes are allowed", queries[i].key.text,
						length == 0 ? "no bytes" : "too many bytes", STORE_KEY_MAX);
	}
	if (why.text[0] != '\0') {
		request->why = why;
		store_read_finish(request, STORE_REFUSED);
	} else {
		store->driver->read(store, request);
	}
	store->asking = false;
	return true;
}

bool store_read(struct store *store, const struct store_query *queries, unsigned count, store_read_fn *fn,
				void *context)
{
	return read_ask(store, queries, count, fn, context, false);
}

bool store_read_giving(struct store *store, const struct store_query *queries, unsigned count, store_read_fn *fn,
					   void *context)
{
	return read_ask(store, queries, count, fn, context, true);
}

static bool write_ask(struct store *store, const struct write_request *wanted)
{
	if (store->loop == NULL || store->role != STORE_WRITER || store->write != NULL)
		return false;
	struct write_request *request = malloc(sizeof *request);
	if (request == NULL)
		return false;
	*request = *wanted;
	request->store = store;
	store->write = request;
	store->asking = true;
	const struct problem *trouble = request->batch == NULL ? NULL : store_batch_trouble(request->batch);
	if (trouble != NULL) {
		request->why = *trouble;
		store_write_finish(request, STORE_REFUSED);
	} else {
		store->driver->write(store, request);
	}
	store->asking = false;
	return true;
}

bool store_claim(struct store *store, const struct store_fence *mine, store_claim_fn *fn, void *context)
{
	return write_ask(store, &(struct write_request){.fence = *mine, .claimed = fn, .context = context});
}

bool store_commit(struct store *store, const struct store_batch *batch, const struct store_fence *fence,
				  store_commit_fn *fn, void *context)
{
	return write_ask(store,
					 &(struct write_request){.batch = batch, .fence = *fence, .committed = fn, .context = context});
}

/* --- asking and waiting --- */

enum store_result store_read_wait(struct store *store, const struct store_query *queries, unsigned count,
								  uint64_t within_ms, struct store_reply **reply, struct problem *why)
{
	*reply = NULL;
	if (count == 0 || count > STORE_QUERIES_MAX) {
		problem_set(why, "store: a bundle of %u questions; 1 to %d are allowed", count, STORE_QUERIES_MAX);
		return STORE_REFUSED;
	}
	return store->driver->read_wait(store, queries, count, within_ms, reply, why);
}

static void write_wait(struct store *store, struct write_request *request, uint64_t within_ms)
{
	const struct problem *trouble = request->batch == NULL ? NULL : store_batch_trouble(request->batch);
	request->result = STORE_REFUSED;
	if (store->role != STORE_WRITER)
		problem_set(&request->why, "store: this process opened it for reading");
	else if (store->write != NULL)
		problem_set(&request->why, "store: another request to write is under way");
	else if (trouble != NULL)
		request->why = *trouble;
	else
		store->driver->write_wait(store, request, within_ms);
}

enum store_result store_claim_wait(struct store *store, const struct store_fence *mine, uint64_t within_ms,
								   struct store_fence *taken, struct problem *why)
{
	struct write_request request = {.fence = *mine};
	write_wait(store, &request, within_ms);
	if (request.result == STORE_DONE)
		*taken = request.fence;
	else
		problem_set(why, "%s", request.why.text);
	return request.result;
}

enum store_result store_commit_wait(struct store *store, const struct store_batch *batch,
									const struct store_fence *fence, uint64_t within_ms, struct problem *why)
{
	struct write_request request = {.batch = batch, .fence = *fence};
	write_wait(store, &request, within_ms);
	if (request.result != STORE_DONE)
		problem_set(why, "%s", request.why.text);
	return request.result;
}

/* --- copying --- */

bool store_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk, struct problem *why)
{
	struct store_walk ignored;
	if (walk == NULL)
		walk = &ignored;
	*walk = (struct store_walk){0};
	return store->driver->each_key(store, fn, context, walk, why);
}

enum { COPY_OPERATIONS = 20000, COPY_BYTES = 8 << 20, COPY_WAIT_MS = 30000 };

struct copying {
	struct store *to;
	struct store_batch *batch;
	struct store_fence fence;
	struct problem *why;
	bool failed;
};

static bool copy_commit(struct copying *copying)
{
	if (store_batch_operations(copying->batch) == 0)
		return true;
	copying->fence.cut++;
	struct problem why;
	if (store_commit_wait(copying->to, copying->batch, &copying->fence, COPY_WAIT_MS, &why) != STORE_DONE) {
		copying->failed = true;
		return problem_set(copying->why, "%s", why.text);
	}
	copying->fence.acknowledged = copying->fence.cut;
	store_batch_clear(copying->batch);
	return true;
}

static bool copy_key(void *context, struct store_bytes key, const struct store_value *value)
{
	struct copying *copying = context;
	if (store_bytes_compare(key, store_bytes_of(KEY_FENCE)) == 0)
		return true;
	if (!store_batch_put(copying->batch, key.data, key.length, value, clock_unix_s())) {
		copying->failed = true;
		return problem_set(copying->why, "%s", store_batch_trouble(copying->batch)->text);
	}
	return (store_batch_operations(copying->batch) < COPY_OPERATIONS &&
			store_batch_bytes(copying->batch) < COPY_BYTES) ||
		   copy_commit(copying);
}

bool store_copy(struct store *from, struct store *to, const uint8_t boot[STORE_BOOT_BYTES], struct store_walk *walk,
				struct problem *why)
{
	struct copying copying = {.to = to, .why = why};
	struct store_fence mine = {.generation = 0};
	memcpy(mine.boot, boot, STORE_BOOT_BYTES);
	if (store_claim_wait(to, &mine, COPY_WAIT_MS, &copying.fence, why) != STORE_DONE)
		return problem_prefix(why, "cannot claim the store to copy to");
	copying.batch = store_batch_create(why);
	if (copying.batch == NULL)
		return false;
	bool good = store_each_key(from, copy_key, &copying, walk, why) && !copying.failed && copy_commit(&copying);
	store_batch_destroy(&copying.batch);
	return good;
}
