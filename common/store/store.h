/* store.h - durable data: keys with strings, hashes and sets, in an embedded LMDB database or in Redis.
 *
 * One interface, two backends:
 *     embedded  LMDB in a directory; needs no server. A commit is one transaction, synced to disk. It blocks, so it runs
 *               on a job thread, or at once when the store has none.
 *     Redis     the layout of pyao-server. Non-blocking, in the loop (redis_link.h). A bundle of reads is one MULTI, a
 *               commit is WATCH, MULTI, EXEC (store_fence.h).
 *
 * Roles: one writer (the keeper, or a tool), any number of readers (workers). The embedded store keeps a second writer
 * out with a lock file; in both, the fence makes an older writer stop.
 *
 * Threads: a store belongs to the thread of its loop; callbacks come there, never from inside the call that asked, and
 * never after store_destroy (which may be called from a callback). Reads are answered in the order in which they were
 * asked.
 *
 * Fork: open the store after fork, one in each process. A child never uses its parent's; destroying it there only
 * forgets it. One process has a directory of the embedded store open once at a time.
 *
 * Death of the process: its reads are gone; a commit under way either happened or did not, as a whole; the embedded
 * store's locks are given back by the kernel, and the next writer frees the dead readers' slots. */
#ifndef ARGENTUM_STORE_STORE_H
#define ARGENTUM_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/store/redis_link.h"
#include "common/store/store_batch.h"
#include "common/store/store_fence.h"
#include "common/store/store_reply.h"
#include "common/store/store_result.h"

struct loop;
struct jobs;
struct store;

enum store_backend { STORE_EMBEDDED, STORE_REDIS };
enum store_role { STORE_READER, STORE_WRITER };

/* "embedded" (or "lmdb") and "redis". false if unknown. */
bool store_backend_parse(const char *word, enum store_backend *backend);

struct store_options {
	enum store_backend backend;
	const char *path;               /* embedded: the directory; a writer makes the last part of it when it is missing */
	unsigned map_mb;                /* embedded: how large it may grow, MiB, 1 to 1048576 */
	struct redis_link_options link; /* Redis */
};

/* Embedded in "data", 1024 MiB; Redis at 127.0.0.1:6379, database 0, no TLS, time-outs as in redis_link.h. */
struct store_options store_options_default(void);

/* Opens a store; the options are copied. NULL with a text when the options are wrong, or the embedded store is damaged,
 * foreign, or has a writer already. A Redis that is away, and an embedded store that its writer has not created yet, are
 * no errors: reads and commits are answered STORE_AWAY until they are there.
 * loop: NULL for tools, which then have only the ..._wait functions.
 * jobs: threads for the embedded store and for resolving host names; NULL does both at once, blocking. */
struct store *store_create(const struct store_options *options, enum store_role role, struct loop *loop,
						   struct jobs *jobs, struct problem *why);
void store_destroy(struct store **store);

/* Whether it answers now, and in words: "redis 127.0.0.1:6379 unreachable for 12 s (connection refused), next try in
 * 4 s". Changes of the state are logged by the store itself, once each. */
bool store_is_up(const struct store *store);
void store_state_text(const struct store *store, char *text, size_t size);

/* Embedded: lets it grow to map_mb MiB from now on (no smaller than what is used). Others: does nothing. */
bool store_set_map_mb(struct store *store, unsigned map_mb, struct problem *why);

/* --- reading --- */

/* `reply` is there with STORE_DONE, `why` with the others. A key of another type than asked for refuses the bundle. */
typedef void store_read_fn(void *context, enum store_result result, const struct store_reply *reply,
						   const struct problem *why);

/* Asks a bundle of questions (copied), answered together, all of one moment. false: out of memory or too many
 * unanswered bundles (STORE_READS_MAX); nothing will be called. */
enum { STORE_READS_MAX = 10000, STORE_QUERIES_MAX = 1000 };
bool store_read(struct store *store, const struct store_query *queries, unsigned count, store_read_fn *fn,
				void *context);

/* The same, blocking, trying again within the given time while the store is away. With STORE_DONE the caller destroys
 * the reply. Redis: runs a loop and a connection of its own, so that nothing else is called meanwhile. */
enum store_result store_read_wait(struct store *store, const struct store_query *queries, unsigned count,
								  uint64_t within_ms, struct store_reply **reply, struct problem *why);

/* --- writing: read store_fence.h first --- */

/* `fence` is what was claimed (acknowledged = cut = the newest cut of this boot in the store, 0 when none). */
typedef void store_claim_fn(void *context, enum store_result result, const struct store_fence *fence,
							const struct problem *why);
typedef void store_commit_fn(void *context, enum store_result result, const struct problem *why);

/* Takes the store over for the world with mine->boot. mine->generation is the one this writer had, or 0. After a
 * STORE_LOST claim again with the fence at hand. false: this store is a reader, or a request to write is under way. */
bool store_claim(struct store *store, const struct store_fence *mine, store_claim_fn *fn, void *context);

/* Applies a batch as one atomic unit and sets the store's cut number to fence->cut. The batch must stay as it is until
 * the callback (or store_destroy). An empty batch is fine: it proves that the store can be written. Answers: store_result.h,
 * store_fence.h. false: as above. */
bool store_commit(struct store *store, const struct store_batch *batch, const struct store_fence *fence,
				  store_commit_fn *fn, void *context);

/* The same, blocking, trying again within the given time while the store is away. */
enum store_result store_claim_wait(struct store *store, const struct store_fence *mine, uint64_t within_ms,
								   struct store_fence *taken, struct problem *why);
enum store_result store_commit_wait(struct store *store, const struct store_batch *batch,
									const struct store_fence *fence, uint64_t within_ms, struct problem *why);

/* --- everything, for tools; blocking --- */

/* One key and what it holds, expiry included; both valid during the call. false ends the walk. */
typedef bool store_key_fn(void *context, struct store_bytes key, const struct store_value *value);

struct store_walk {
	uint64_t keys;    /* given to the callback */
	uint64_t skipped; /* keys of types that no store of ours has (lists, sorted sets, streams) */
};

/* Calls fn for each key, in no order, argentumd:fence included. The one function here that another thread may call while the
 * store's own goes on with it (a job that walks; one at a time, ended before store_destroy): but for the ..._wait functions.
 * The embedded store shows one moment. With Redis a key that changes meanwhile may come twice.
 * false with a text when the store is away or damaged; a walk that fn ended is true. */
bool store_each_key(struct store *store, store_key_fn *fn, void *context, struct store_walk *walk, struct problem *why);

/* Copies every key of `from` but the fence to `to`, which is claimed for it (so a server that still writes there stops).
 * Keys of the same name are replaced, others stay. `boot` identifies the copier (random bytes). When it fails on the way,
 * `to` holds a part. */
bool store_copy(struct store *from, struct store *to, const uint8_t boot[STORE_BOOT_BYTES], struct store_walk *walk,
				struct problem *why);

#endif
