/* children.h - the processes that the master forks: their birth, their death, and when the next one is born.
 *
 * Private to the master. Of the world it touches the process slots only (state, pid, heartbeat, and the black box of a
 * dead process), never a lock, a map or a player: what killed a child must not kill the master. The functions get the
 * time as an argument.
 *
 * A child that ends is started again at once; one that dies again soon after its birth after 100 ms, 200 ms, ... up to
 * the longest pause. One that lived for CHILD_SETTLED_MS starts with a clean sheet. A child whose heartbeat stands still
 * is killed, and then started again like any other.
 *
 * A child that is told to make way leaves its connections to its successor, who is born at once with what `start` says then:
 * that is how settings and programs are replaced (rollout.h) and slots given up (resize.h).
 *
 * What children say comes here too: that they are ready, and sockets for the vault (worker/process.h). */
#ifndef ARGENTUM_MASTER_CHILDREN_H
#define ARGENTUM_MASTER_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/log.h"
#include "common/base/problem.h"
#include "common/world/world.h"
#include "worker/process.h"

struct loop;
struct loop_fd;
struct vault;
struct children;

enum {
	CHILD_SETTLED_MS = 10000,
	CHILD_PAUSE_FIRST_MS = 100,
	CHILD_START_MS = 60000, /* without a sign of life before READY: hung, whatever the settings say */
	CHILD_SLOTS = SLOT_KEEPER + 1,
};

enum child_event {
	CHILD_IS_READY, /* it serves from now on */
	CHILD_ENDED,    /* it is dead and its slot is empty; .status and .clean_end tell how */
};

struct child {
	struct children *children;
	struct loop_fd *watch; /* of .channel */
	uint64_t hung_ms;      /* killed because there was no heartbeat for so long; 0 = no */
	uint64_t inherits;  /* bit per slot given up whose connections the next one here takes over; until one is READY */
	uint64_t inherited; /* ... and of these, what the one that lives was born with */
	uint64_t born_ms;   /* monotonic */
	uint64_t due_ms;    /* when it is started again; 0 = nothing planned */
	unsigned slot;      /* worker, or SLOT_KEEPER */
	pid_t pid;          /* 0 = none lives */
	int channel;        /* our end of its SOCK_SEQPACKET pair, -1 = none */
	unsigned heir;      /* of its connections, when it was given up */
	unsigned deaths_running; /* deaths in a row, none of them after a long life */
	uint32_t restarts;       /* since the server started */
	int status;              /* of the last one that ended, as wait(2) gives it */
	uint16_t map;            /* ... while it was at work on this map, as its black box says; 0 = none */
	bool own_fault;          /* ... it crashed or hung */
	bool clean_end;          /* ... it was told to stop, to make way or to retire, and did so in order */
	bool wanted;             /* is started again when it ends */
	bool ready;              /* it said READY */
	bool listens;            /* it reads what the master says (worker/master_line.h) */
	bool told_to_stop;       /* the signal was sent, or: */
	bool retiring;           /* it was told to retire */
	bool put_down;           /* killed because the world is made anew */
	bool overdue;            /* killed because it did not do in time what it was told */
	bool making_way;         /* it was told to make way for a successor */
	bool given_up;           /* ... and there will be none: its slot is not needed any more */
	bool blame;              /* the last one that lived here died by its own fault: told to the next */
};

typedef int child_main_fn(const struct process_start *start);
typedef void child_event_fn(void *context, struct child *child, enum child_event event);

struct children_options {
	child_main_fn *worker_main, *keeper_main;
	uint64_t pause_ms_max;         /* longest pause before a child is started again */
	uint64_t heartbeat_timeout_ms; /* a serving child without heartbeat for so long is hung */
	uint64_t ready_timeout_ms;     /* a worker that is not READY yet, and silent for so long, too */
	enum log_target log_target;    /* for the children's logs */
	const char *log_path;
	child_event_fn *event; /* may start and stop children, itself included */
	void *context;
};

struct children {
	struct children_options options;
	struct loop *loop;
	struct world *world;
	struct process_start start; /* what all children get; slot, listeners and channel differ */
	struct vault *vault;        /* the clients' sockets, NULL = none are kept */
	const int *listeners;       /* [listener_count]; every worker has all (listener_is_of) */
	unsigned listener_count;
	bool changing;                   /* the generation changes: sockets of those who end stay in the vault */
	bool keep_up;                    /* who ends is started again; off until the server is ready */
	uint64_t ticked_ms;              /* last children_tick */
	uint64_t grace_ms;               /* no heartbeat is judged older than this: the master itself stood still before */
	struct log_repeat vault_trouble; /* sockets that could not be kept */
	struct child child[CHILD_SLOTS]; /* 0..WORKERS_MAX-1 workers, then the keeper */
};

/* `start` is copied; what it and the options point to lives longer than the children. */
void children_init(struct children *children, struct loop *loop, struct world *world,
				   const struct children_options *options, const struct process_start *start, struct vault *vault,
				   const int *listeners, unsigned listener_count);

/* Children that another program has forked into these slots, and that were started again by it: [CHILD_SLOTS], as they were
 * there. From now on they are kept up. */
bool children_take_over(struct children *children, const struct child *others, struct problem *why);

/* Forks the child of a slot. Does nothing when one lives there. A fork that fails is logged and counts like a death:
 * another try is planned if children are kept up. Call from the main thread only (traps.md, Fork and parents). */
bool child_spawn(struct children *children, unsigned slot, uint64_t now_ms);

/* After SIGCHLD: buries the dead, logs how they ended, plans or starts their successors. */
void children_reap(struct children *children, uint64_t now_ms);

/* Now and then (every 100 to 500 ms): starts who is due, kills who is hung. */
void children_tick(struct children *children, uint64_t now_ms);

/* A signal (SIGTERM; workers also SIGQUIT, at once) to the workers, or SIGTERM to the keeper; they are not started again.
 * A keeper that is just not alive is started once more to write its last cut, if `again`. */
void children_stop_workers(struct children *children, int number);
void children_stop_keeper(struct children *children, bool again, uint64_t now_ms);

/* --- for a change of generation (generation.h) --- */

/* SIGKILL to the workers, and to the keeper too; none is started again. Their obituary is no error. */
void children_put_down(struct children *children, bool keeper_too);

/* Tells each worker to retire (worker/process.h); it is not started again. false: one is not there, or cannot hear; then
 * some may have been told. */
bool children_retire(struct children *children);

/* From now on children are born into these segments: `start` as in children_init, its passports included. Nobody lives. */
void children_move(struct children *children, const struct process_start *start);

/* Forgets what the former generation left for those who are born: passports, its world. */
void children_forget_former(struct children *children);

/* In the segments of now, the keeper and so many workers at once, kept up from now on: the world they know goes on. */
void children_go_on(struct children *children, unsigned workers, uint64_t now_ms);

unsigned children_alive(const struct children *children); /* the keeper too */
bool children_ending(const struct children *children);    /* one that was told to end, or put down, is still there */

/* SIGKILL to who is still there of those told to stop, with a line for each. Returns how many. */
unsigned children_kill_overdue(struct children *children);

/* Tells a child to make way for a successor. `give_up` (workers only): there will be none in this slot, and its connections
 * wait in the vault under the name of `heir`, whose next child takes them over. One that dies instead
 * is started again in its slot, and keeps what it had. false: it is not there, or does not hear. */
bool child_make_way(struct children *children, unsigned slot);
bool child_give_up(struct children *children, unsigned slot, unsigned heir);

/* A slot that was given up is to be used again: what it may still have to give away is its own once more. */
void child_keep(struct children *children, unsigned slot);

/* So many workers serve from now on: tells those who live, and all who are born later. */
void children_set_team(struct children *children, unsigned workers);

/* Never to serve again, and it has nothing to give away: killed, not started again. */
void child_abandon(struct children *children, unsigned slot);

/* Kills one that does not do in time what it was told. */
void child_kill(struct children *children, unsigned slot);

unsigned children_alive_workers(const struct children *children);
static inline bool child_alive(const struct children *children, unsigned slot)
{
	return children->child[slot].pid != 0;
}

/* It lives, and has said READY. All: the keeper, and workers 0 .. `workers` - 1. */
bool child_is_ready(const struct children *children, unsigned slot);
bool children_all_ready(const struct children *children, unsigned workers);

/* Sends a signal to every child that lives. */
void children_signal(struct children *children, int number);

/* Tells the log level to all; returns how many do not listen and keep theirs. */
unsigned children_set_log_level(struct children *children, enum log_level level);

/* The last one that ended in this slot ended by itself, with this status. */
bool child_exited_with(const struct child *child, enum process_exit code);

/* 0 for the first death in a row, then 100 ms, doubling up to max_ms. */
uint64_t child_pause_ms(unsigned deaths_running, uint64_t max_ms);

/* Asks the keeper for an audit (worker/keeper.h); false: it is not there. */
bool children_ask_audit(struct children *children, enum audit_reach reach, uint32_t request);

/* Asks the keeper to make a map anew; false: it is not there. */
bool children_ask_map_reset(struct children *children, uint32_t map);

/* "worker 2", "keeper". */
const char *child_name(unsigned slot, char buffer[16]);

#endif
