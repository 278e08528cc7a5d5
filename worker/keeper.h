/* keeper.h - the one process that writes to the store: consistent cuts.
 *
 * A cut: every lock is taken, what changed since the last cut is copied, the locks are let go; then the copy goes to the
 * store as one atomic batch, fenced by boot id and cut number. So the store always holds one moment that the world really
 * had. A record counts as saved only when its batch was acknowledged; a character that left the world stays in its slot
 * until then, its name taken. While the store is away the world goes on; the next batch contains everything the
 * unanswered one contained.
 *
 * What the keeper knows (which versions are saved) is private to it: a newborn keeper saves everything once. */
#ifndef ARGENTUM_WORKER_KEEPER_H
#define ARGENTUM_WORKER_KEEPER_H

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/store/store.h"
#include "common/world/tx.h"

/* A record in a cut. */
struct player_copy {
	uint32_t index;
	struct player player;
	struct body body;
};

struct ground_copy {
	uint32_t map;
	uint64_t version;
	struct stack ground[MAP_TILES];
};

/* The copy of one moment. */
struct cut {
	struct player_copy *players;
	uint32_t player_count, player_capacity;
	struct ground_copy *grounds;
	uint32_t ground_count, ground_capacity;
	uint32_t next_account_id;
	uint64_t realm_version;
	uint64_t taken_ms;
};

struct keeper {
	struct world *world;
	const struct catalog *catalog;
	const struct config *config;
	struct loop *loop;
	struct store *store;
	struct tx tx;
	struct store_fence fence;
	struct store_batch *batch;
	struct cut cut;
	uint64_t *saved_players; /* [players + 1]: version that is durable; 0 = none */
	uint64_t *saved_grounds; /* [maps + 1] */
	uint64_t saved_realm;
	uint32_t saved_connections; /* what server:connections:count holds; UINT32_MAX = unknown */
	uint64_t sessions_ms;       /* when all sessions were refreshed last */
	bool committing;            /* a batch is under way */
	bool claiming;
	bool fenced;
	uint64_t unsaved_since_ms; /* 0 = everything is durable */
	unsigned failed_in_a_row;
	uint32_t cut_connections; /* connections open at the cut */
	struct log_repeat trouble;
};

bool keeper_create(struct keeper *keeper, struct world *world, const struct catalog *catalog,
				   const struct config *config, struct loop *loop, struct store *store, struct problem *why);
void keeper_destroy(struct keeper *keeper); /* the store stays the caller's */

/* Claims the store and, in a new world, reads counters, grounds, doors and the message of the day. Blocks. */
bool keeper_restore(struct keeper *keeper, struct problem *why);

/* Takes a cut and begins to write it; does nothing while one is under way. The answer comes through the loop. */
void keeper_cut(struct keeper *keeper);

/* Looks whether the world is as it must be; findings are logged and counted (audit.h). */
void keeper_audit(struct keeper *keeper);

/* Reads again what may change in the store while the server runs: the message of the day. */
void keeper_refresh(struct keeper *keeper);

/* Everything is durable and nothing is under way. */
bool keeper_is_done(const struct keeper *keeper);

/* Characters and maps that are not durable yet. */
unsigned keeper_unsaved(const struct keeper *keeper);

#endif
