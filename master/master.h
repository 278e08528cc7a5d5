/* master.h - the process that everything else hangs on: it makes what is shared, forks the keeper and the workers, watches
 * over them, and ends last.
 *
 * It stays boring on purpose: no game, no store, no lock of the world, nothing that waits. What kills a child must not
 * kill the master.
 *
 *     master.c         phases: start, serving, stop; signals
 *     segments.c       catalog, world, eventfds               children.c     forking and burying
 *     listeners.c      listening sockets                      child_start.c  a child's first steps
 *     settings.c       the configuration's layers             obituary.c     how a child ended, in words
 *     limits.c         how large things are made              control.c      the socket of argentumctl
 *     status.c         the state as JSON                      orders.c       what argentumctl may ask
 *     vault.c          the clients' sockets                   ladder.c       what is done when processes keep dying
 *     generation.c     replacing the world and its processes under the clients
 *     change.c         one thing at a time is changed: reload.c, scout.c (settings, world data), workers.c, resize.c (how many
 *                      workers), upgrade.c, handover.c, image.c (the program); rollout.c replaces processes one by one
 *     fdstore.c, resume.c   what the service manager keeps, and going on from it
 *     privileges.c     giving up root
 *     program.c        the command line, before all this
 *     signals.c, daemon.c, pidfile.c, notify.c                what their names say */
#ifndef ARGENTUM_MASTER_MASTER_H
#define ARGENTUM_MASTER_MASTER_H

#include "master/change.h"
#include "master/children.h"
#include "master/control.h"
#include "master/daemon.h"
#include "master/fdstore.h"
#include "master/generation.h"
#include "master/ladder.h"
#include "master/listeners.h"
#include "master/options.h"
#include "master/segments.h"
#include "master/settings.h"
#include "master/signals.h"
#include "master/vault.h"

/* The phase moves in this order only (a start that fails goes to the stopping ones). */
enum master_phase {
	MASTER_STARTING_KEEPER,  /* the keeper was forked; it restores what the store holds */
	MASTER_STARTING_WORKERS, /* it is ready; the workers were forked */
	MASTER_SERVING,
	MASTER_STOPPING_WORKERS, /* players leave, workers end */
	MASTER_STOPPING_KEEPER,  /* the last cut is written */
	MASTER_STOPPED,
};

struct master {
	struct settings *settings;
	struct daemon *daemon;
	enum master_phase phase;
	unsigned workers;
	uint64_t started_ms; /* monotonic; 0 until the loop runs */
	bool resumed;        /* it goes on in the world of a master that died */
	bool start_failed;   /* a child ended before the server was ready */
	bool disorder;       /* a child did not end in order while stopping, or the store was lost to another server */

	struct segments segments;
	struct listeners listeners;
	struct vault vault;
	struct loop *loop;
	struct signals *signals;
	struct children children;
	struct control *control;
	int control_fd; /* of .control, while it is handed over */
	struct loop_timer *stop_deadline;
	struct change change;
	struct fdstore fdstore;
	struct generation generation;
	struct ladder ladder;
	uint32_t reset_map;     /* the keeper is to be asked to make this map anew; 0 = none */
	uint32_t audit_request; /* number of the last that was asked for */
};

/* Runs the server to its end. The settings and the daemon are the caller's. Returns the exit status (enum daemon_exit). */
int master_run(struct settings *settings, struct daemon *daemon, child_main_fn *run_worker, child_main_fn *run_keeper);

/* The same in a program that takes over from another one (handover.h), whose record it gets. -1 with why: it cannot, and
 * another program may try. */
int master_take_over(struct settings *settings, struct daemon *daemon, child_main_fn *run_worker,
					 child_main_fn *run_keeper, int record, const char *reason, struct problem *why);

/* --- what an operator may ask of a running master --- */

/* Stops in order; `at_once`: without the countdown (workers.stop_countdown_s). A second call only shortens it. */
void master_stop(struct master *master, bool at_once);

/* Replaces the generation of the world in order, with the same settings and files: for an operator who wants to be sure. */
bool master_renew(struct master *master, struct problem *why);

/* Ends as fast as possible, without another cut: the world is not to be trusted. */
void master_give_up(struct master *master);

/* The level of the master's log and of its children's. Returns how many children keep theirs until they are restarted. */
unsigned master_set_log_level(struct master *master, enum log_level level);

/* What the master and its next children get from the settings in force, after these have changed. */
void master_take_settings(struct master *master);

/* "starting", "serving", "stopping". */
const char *master_phase_name(enum master_phase phase);

#endif
