/* process.h - the contract between the master and the processes it forks: workers and the keeper.
 *
 * The master makes everything that is shared (world, catalog, listening sockets, wake-up eventfds), forks, and in the
 * child calls worker_main or keeper_main with this record. The child attaches the segments itself.
 *
 * Life of a child: signals reset and read from a signalfd, ends in order when its parent died (EOF on `master`), names itself, attaches the world, enters its slot (which settles what the predecessor left),
 * says READY: state PROCESS_READY in its slot and one MASTER_READY message.
 *   SIGTERM  stop in order: a worker takes no new clients, tells the players, lets their characters leave, flushes and
 *            exits 0; the keeper writes a last cut, waits until it is acknowledged, and exits 0
 *   SIGUSR1  reopen the log file
 * The master stops the workers first and the keeper last.
 *
 * MASTER_MAKE_WAY on its line tells it to make way for a successor: it ends between two transactions, with the exit status
 * MADE_WAY, and leaves its players' connections as they are, for the successor to adopt as after a crash. Logins under way
 * are finished first.
 * MASTER_RETIRE makes room for a new generation of the world (master/generation.h): a worker accepts nobody any more,
 * finishes the logins under way (for at most two seconds), halts between two transactions, waits until all workers have
 * halted, writes the passports of its connections (worker/passport.h), hands them to the master (MASTER_PASSPORTS, with
 * the descriptor) and exits RETIRED. The sockets stay open in the vault, the world stays as it is: workers that are started
 * again in it adopt and go on as if nothing had been. A worker that cannot exits otherwise. The keeper is told with SIGTERM,
 * when no worker lives any more; its exit status says whether the last cut is in the store.
 * A worker of a fresh generation is given what it needs to take its clients over: `passports`, or `former_world_fd` when
 * those who should have written them were killed (worker/arrival.h). */
#ifndef ARGENTUM_WORKER_PROCESS_H
#define ARGENTUM_WORKER_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/world/layout.h"

struct config;

struct process_start {
	const struct config *config; /* lives as long as the process */
	int world_fd;                /* memfd of the world segment */
	int catalog_fd;              /* sealed memfd of the catalog */
	unsigned slot;               /* 0..WORKERS_MAX-1, or SLOT_KEEPER */
	unsigned workers;            /* how many workers serve: slots 0..workers-1 */
	uint64_t inherits;           /* bit per slot that was given up: its connections are this worker's from now on */
	int wake_fd[PROCESS_SLOTS];  /* eventfds (non-blocking), one per slot, -1 = none */
	unsigned listeners;          /* how many listening sockets there are; a worker has all, and serves listener_is_of */
	int listener[WORKERS_MAX];   /* non-blocking; belong to the master for life: never closed, never shut down */
	const struct vault_entry *vault; /* workers: the master's sockets; the child has copies of the descriptors */
	uint32_t vault_size;             /* entries; index 0 is unused */
	int passports[WORKERS_MAX];      /* sealed files of passports, -1 = none; any of them may hold ours */
	int former_world_fd;             /* the former generation, whose workers were killed; -1 = none */
	bool blame; /* the former process died by its own fault (a crash, a hang), not by a kill from outside */
	int master; /* this child's end of a SOCK_SEQPACKET pair; EOF = the master died */
};

/* What a child says to the master, and the master to its child (master_line.h): one message, the kind first. */
enum master_message_kind {
	MASTER_NOTHING,
	MASTER_READY,     /* serving from now on */
	MASTER_DEPOSIT,   /* with a descriptor: keep a duplicate of this connection's socket */
	MASTER_DROP,      /* the connection is closed: close the duplicate */
	MASTER_PASSPORTS, /* with a descriptor: those of all connections of this worker; .connection says how many */

	MASTER_LOG_LEVEL = 100, /* from the master to its child: .reserve is the enum log_level from now on */
	MASTER_AUDIT,     /* from the master to the keeper: .connection is the number of the request, .reserve how far */
	MASTER_RETIRE,    /* from the master to a worker: see above */
	MASTER_RESET_MAP, /* from the master to the keeper: make map .connection anew (worker/map_reset.h) */
	MASTER_MAKE_WAY,  /* from the master to its child: make way for a successor in the same world */
	MASTER_TEAM,      /* from the master to a worker: .reserve workers serve from now on, slots 0 to that */
};

/* How far an audit goes; each does what the one before it does. */
enum audit_reach {
	AUDIT_NOTHING,
	AUDIT_WORLD,
	AUDIT_STORE,  /* the store too, which cuts wait for meanwhile */
	AUDIT_ACCEPT, /* what is in the store is right, whatever its ledger says: the balances change */
};

/* Which worker of a team serves a listening socket. There is one for each worker that may ever be, and none is ever closed,
 * so a worker may serve several: those of slots that nobody is in, too. */
static inline bool listener_is_of(unsigned listener, unsigned slot, unsigned workers)
{
	return slot < workers && listener % workers == slot;
}

/* Which worker goes on with the connections of a slot that was given up, when so many remain. */
static inline unsigned slot_heir(unsigned slot, unsigned workers)
{
	return workers > 0 ? slot % workers : 0;
}

struct master_message {
	uint32_t kind;       /* enum master_message_kind */
	uint32_t connection; /* index, and its generation */
	uint32_t generation;
	uint32_t reserve;
};

enum { CHILD_LISTENS = 1 }; /* .reserve of MASTER_READY: this child reads its line (master_line_hear) */

/* The vault: by connection index. A deposit with another generation replaces what is there; a drop counts only when the
 * generation is the same. */
struct vault_entry {
	int fd; /* -1 = none */
	uint32_t generation;
};

/* Why a child ended; the parent prints the sentence. EXIT_CODE(name, value, sentence) */
#define PROCESS_EXITS(EXIT_CODE)                                                                                       \
	EXIT_CODE(DONE, 0, "stopped in order")                                                                             \
	EXIT_CODE(CANNOT_START, 1, "could not start")                                                                      \
	EXIT_CODE(MASTER_GONE, 3, "its master died")                                                                       \
	EXIT_CODE(FENCED, 4, "another server has taken over the store")                                                    \
	EXIT_CODE(STORE_LOST, 5, "the store did not take the last cut in time")                                            \
	EXIT_CODE(RETIRED, 6, "retired, its connections go on in the next generation of the world")                        \
	EXIT_CODE(CANNOT_RETIRE, 7, "could not hand its connections over to the next generation of the world")             \
	EXIT_CODE(MADE_WAY, 8, "made way for its successor")

enum process_exit {
#define EXIT_CODE(name, value, sentence) PROCESS_EXIT_##name = (value),
	PROCESS_EXITS(EXIT_CODE)
#undef EXIT_CODE
};

/* The signals by which a child is told something: TERM and QUIT to stop, USR1 to open its log anew. They are blocked from its
 * birth on and read from a descriptor. */
void process_signals(sigset_t *set);

/* Blocks them and returns the signalfd to read them from; the caller's. -1 with why. */
int process_signals_open(struct problem *why);

/* The next signal that came, 0 = none. TERM and QUIT are the master's to send: from anybody else, as when all processes of that name
 * are told to end, they are left to the master, who gets them too and stops its children in the right order. */
int process_signal_read(int fd);

/* Run until told to stop; return the exit status (enum process_exit). */
int worker_main(const struct process_start *start);
int keeper_main(const struct process_start *start);

#endif
