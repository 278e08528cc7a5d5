/* cut.h - the copy of one moment of the world: what changed since it was saved last.
 *
 * cut_take holds every lock while it copies, and does nothing else meanwhile: no allocation (it grows its room outside and
 * looks again), no log line, no system call. All of it is private memory of the keeper, and dies with it. */
#ifndef ARGENTUM_WORKER_CUT_H
#define ARGENTUM_WORKER_CUT_H

#include "common/world/tx.h"
#include "worker/record.h"

/* What the store is known to hold, as far as acknowledged cuts say. By player slot and map. */
struct saved {
	uint64_t *player_version;   /* [players + 1]; 0 = unknown */
	struct record_stand *stand; /* [players + 1]; valid while player_version is not 0 */
	struct player *player;      /* [players + 1]; valid while .id is not 0: what the fields of this character are */
	uint64_t *ground_version;   /* [maps + 1]; UINT64_MAX = unknown */
	uint64_t realm_version;     /* UINT64_MAX = unknown */
	int64_t *ledger;            /* [items + 1]; valid while ledger_known: what the ledger in the store says */
	bool ledger_known;
	uint32_t connections; /* UINT32_MAX = unknown */
};

/* A character in a cut. */
struct cut_player {
	uint32_t index, id;
	uint64_t version;
	struct record_stand stand;
	uint32_t record; /* where in cut.records; CUT_NO_RECORD = nothing but the stand changed */
	uint8_t state;
};

enum { CUT_NO_RECORD = UINT32_MAX };

struct cut_ground {
	uint32_t map;
	uint64_t version;
	struct stack ground[MAP_TILES];
	struct hoard hoard;
};

struct cut {
	struct cut_player *players;
	struct player *records;
	struct cut_ground *grounds;
	uint32_t player_count, player_capacity;
	uint32_t record_count, record_capacity;
	uint32_t ground_count, ground_capacity;
	int64_t *ledger; /* [items + 1]: what the store holds of each item once it has this cut (ledger.h) */
	bool has_ledger; /* the balances were read */
	uint32_t next_account_id, players_most;
	uint64_t realm_version;
	uint64_t taken_ms;  /* monotonic */
	uint32_t locked_us; /* how long all locks were held */
};

/* Nothing is known, but that grounds which never changed (version 0) are as the store has them. false: out of memory. */
bool saved_create(struct saved *saved, const struct world_limits *limits);
void saved_destroy(struct saved *saved);

/* Nothing at all is known: the store may have lost what it had. */
void saved_forget(struct saved *saved, const struct world_limits *limits);

/* Not durable as it is now. Looked at without a lock it is a guess, under every lock the truth. */
bool saved_lacks_player(const struct saved *saved, const struct world *world, uint32_t player);
bool saved_lacks_ground(const struct saved *saved, const struct world *world, uint32_t map);

/* false: no memory for so much; the counts say how much. */
bool cut_take(struct cut *cut, struct tx *tx, const struct saved *saved);
void cut_free(struct cut *cut);

#endif
