/* store_driver.h - what a backend of the store provides, and what the front (store.c) does for it. Not for users.
 *
 * A backend's struct begins with `struct store`. It gets requests, works on them as it likes, and ends each with
 * store_read_finish or store_write_finish on the loop's thread; the front keeps the order, defers what was finished from
 * inside the asking call, calls back and frees. After a finish the backend must touch nothing of the store: the callback
 * may have destroyed it. */
#ifndef ARGENTUM_STORE_DRIVER_H
#define ARGENTUM_STORE_DRIVER_H

#include <sys/types.h>

#include "common/store/store.h"

struct store_driver;
struct loop_timer;

struct read_request {
	struct store *store;
	struct read_request *next;
	store_read_fn *fn;
	void *context;
	bool gives_reply; /* the callback takes the reply over */
	bool held;        /* a job thread has it: destroying the store leaves it to the job */
	bool finished;
	enum store_result result;
	struct store_reply *reply;
	struct problem why;
	unsigned count;
	struct store_query queries[];
};

struct write_request {
	struct store *store;
	const struct store_batch *batch; /* NULL: a claim */
	struct store_fence fence;        /* a claim replaces it by what it took */
	store_commit_fn *committed;
	store_claim_fn *claimed;
	void *context;
	bool held, finished; /* as above */
	enum store_result result;
	struct problem why;
};

struct store {
	const struct store_driver *driver;
	enum store_role role;
	struct loop *loop;
	struct jobs *jobs;
	pid_t owner; /* the process that created it */
	struct read_request *first, *last;
	unsigned reads;
	struct write_request *write;      /* the one under way */
	struct loop_timer *deliver_timer; /* what was finished from inside the asking call */
	bool asking;                      /* inside such a call */
	unsigned busy;                    /* inside a callback */
	bool doomed;                      /* destroyed by that callback */
};

struct store_driver {
	void (*destroy)(struct store *store); /* everything but the struct itself; forgets all requests it does not hold */
	void (*read)(struct store *store, struct read_request *request);
	void (*write)(struct store *store, struct write_request *request);
	enum store_result (*read_wait)(struct store *store, const struct store_query *queries, unsigned count,
								   uint64_t within_ms, struct store_reply **reply, struct problem *why);
	/* Ends with request->result and why, and the fence of a claim. */
	void (*write_wait)(struct store *store, struct write_request *request, uint64_t within_ms);
	bool (*is_up)(const struct store *store);
	void (*state_text)(const struct store *store, char *text, size_t size);
	bool (*set_map_mb)(struct store *store, unsigned map_mb, struct problem *why); /* NULL: nothing to do */
	bool (*each_key)(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk,
					 struct problem *why);
};

/* request->result is set by this; reply and why by the backend before. */
void store_read_finish(struct read_request *request, enum store_result result);
void store_write_finish(struct write_request *request, enum store_result result);
void store_read_free(struct read_request *request);

/* store_read with the request's reply given to the callback, who destroys it. */
bool store_read_giving(struct store *store, const struct store_query *queries, unsigned count, store_read_fn *fn,
					   void *context);

/* The two backends. */
struct store *store_lmdb_create(const struct store_options *options, enum store_role role, struct loop *loop,
								struct jobs *jobs, struct problem *why);
struct store *store_redis_create(const struct store_options *options, enum store_role role, struct loop *loop,
								 struct jobs *jobs, struct problem *why);

#endif
