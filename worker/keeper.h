/* keeper.h - the one process that writes to the store: consistent cuts.
 *
 * A cut: every lock is taken, what changed since the last cut is copied, the locks are let go (cut.h); then the copy goes
 * to the store as one atomic batch, fenced by boot id and cut number (store_fence.h). So the store always holds one moment
 * that the world really had. A record counts as saved only when its batch was acknowledged; a character that left the
 * world stays in its slot until then, its name taken. While the store is away the world goes on; each try is a new cut
 * with a new number, of what was not acknowledged: fields whose batch was not answered are not compared with what they
 * were, but written, so the next batch contains everything the unanswered one contained.
 *
 *   keeper.c          cuts, batches, what follows from the answers
 *   keeper_restore.c  a new world gets its grounds, doors, counters, balances; the message of the day
 *   keeper_reset.c    a map is made anew from the last cut
 *   keeper_audit.c    whether world and store are as they must be
 *   keeper_main.c     the process: birth, timers, signals, the last cut
 *
 * What the keeper knows (what is saved) is private to it. When it dies, its successor in the slot claims the store again
 * (same boot id: the cuts go on), knows of nothing that is saved, and writes everything once. What it must know is in the
 * world (common/world/keeper_note.h): a store that another server took meanwhile is left alone, and one that forgot cuts
 * which its predecessor saw acknowledged is told everything, accounts too. */
#ifndef ARGENTUM_WORKER_KEEPER_H
#define ARGENTUM_WORKER_KEEPER_H

#include "common/base/log.h"
#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/loop/loop.h"
#include "common/store/store.h"
#include "worker/cut.h"
#include "worker/game_audit.h"
#include "worker/process.h"
#include "worker/store_sum.h"

/* What the session keys of a character say, by player slot. */
struct session_mark {
	uint64_t due_ms; /* when they are written again, before they expire */
	uint32_t id;     /* 0 = there are none that we know of */
	uint16_t map;
	int16_t worker; /* -1: lost its connection */
};

/* One audit at a time. */
struct keeper_auditor {
	struct audit_room room;
	enum audit_reach reach;  /* of the one that is under way; AUDIT_NOTHING = none is */
	enum audit_reach wanted; /* of the next */
	uint32_t request, wanted_request;
	unsigned looks; /* at the world, while something is suspicious */
	struct audit audit, before;
	uint32_t held_us;
	struct loop_timer *timer;
	uint64_t store_since_ms;    /* since when it waits for the store to be looked at */
	struct jobs *jobs;          /* a thread of its own for walking; NULL until it is needed */
	struct store_walk_job *job; /* NULL = nobody walks */
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
	struct saved saved;
	struct session_mark *sessions; /* [players + 1] */
	uint32_t cut_connections;      /* open when the cut was taken */
	bool writing;                  /* a commit or claim is under way */
	bool claim_wanted;             /* before the next cut */
	bool fenced;
	bool forgot;               /* the store said so: everything is written anew once it is claimed */
	bool last;                 /* it is about the last cut: no long pauses */
	bool start_told;           /* server:uptime:start is in the store */
	uint64_t unsaved_since_ms; /* 0 = everything that a cut ever saw is durable */
	uint64_t tried_ms;         /* the last cut or claim */
	uint64_t asked_ms;         /* when the store was given the last cut */
	unsigned failed_in_a_row;
	bool was_away; /* so the last one that failed */
	struct log_repeat trouble, slow;
	uint32_t reset_map; /* is to be made anew; 0 = none */
	uint64_t reset_until_ms;
	struct keeper_auditor audit;
};

/* The store must be open as writer, and stays the caller's; the world's slot must be entered. false: out of memory. */
bool keeper_create(struct keeper *keeper, struct world *world, const struct catalog *catalog,
				   const struct config *config, struct loop *loop, struct store *store, struct problem *why);
void keeper_destroy(struct keeper *keeper);

/* Claims the store and, in a new world, reads counters, grounds, doors and the message of the day; blocks for at most
 * store.start_timeout_ms. In a world that was restored already (a successor) it does not block: the first cut claims. */
bool keeper_restore(struct keeper *keeper, struct problem *why);

/* Takes a cut and begins to write it; does nothing while one is under way. The answer comes through the loop. */
void keeper_cut(struct keeper *keeper);

/* May this server not write any more? Asks the store for its fence through `store` (of a reader: a successor that cannot
 * open the embedded store for writing), blocking for at most within_ms. false also when it cannot be known. */
bool keeper_was_taken_over(struct store *store, const struct world *world, uint64_t within_ms, struct problem *why);

/* Begins to look whether the world, and the store, are as they must be; one that is under way is finished first. What is
 * found is logged and counted, and the report in the world says it together with `request` (0 = nobody asked). A store that
 * does not answer is left out, and the report says so. */
void keeper_audit(struct keeper *keeper, enum audit_reach reach, uint32_t request);

/* Calls off what is under way; keeper_destroy does, too. Before the store is destroyed. */
void keeper_audit_end(struct keeper *keeper);

/* The map is to be made anew from the last cut (map_reset.h); keeper_reset_go_on does it, called after each turn of the loop. */
void keeper_reset_map(struct keeper *keeper, uint32_t map);
void keeper_reset_go_on(struct keeper *keeper);

/* What the store says of a map's ground and doors; argentumd:ground_left stays there. Blocks for at most timeout_ms. The plan
 * is the caller's to end, also after false. */
struct ground_plan;
bool keeper_plan_map(struct keeper *keeper, uint32_t map, struct ground_plan *plan, uint64_t timeout_ms,
					 struct problem *why);

/* Reads again what may change in the store while the server runs: the message of the day, and whose it is. */
void keeper_refresh(struct keeper *keeper);

/* Another server has the store: logs it, and nothing is written any more. */
void keeper_fence(struct keeper *keeper, const struct problem *why);

/* Everything is durable and nothing is under way. The truth when nobody else is at work. */
bool keeper_is_done(const struct keeper *keeper);

/* Characters and maps that are not durable yet. */
unsigned keeper_unsaved(const struct keeper *keeper);

#endif
