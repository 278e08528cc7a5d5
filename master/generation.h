/* generation.h - a generation is one world segment with its catalog, and the keeper and workers that serve it; here one is
 * replaced by the next while the master, the listening sockets and all clients stay.
 *
 * The next generation is always made in the same way. A new world is built from the catalog, exactly as at the server's start;
 * a keeper is born in it, claims the store (from then on no keeper of the former generation can write: the boot id is another)
 * and restores grounds, doors and counters from the last cut; a first worker, the canary, takes its clients over; then the
 * others. Clients travel as passports (worker/passport.h), which no layout has a say in: who was at the login screen goes on,
 * who was playing is loaded from the store onto the open socket (worker/arrival.h). What differs is how the former one ends:
 *
 *   orderly (a reload with other world data or sizes, an upgrade): the workers retire, each between two transactions and with
 *       the passports of its connections, then the keeper writes a last cut. Nothing is lost. As long as the canary is not
 *       READY the former world is untouched, and no byte was read from or sent to a socket: whatever fails until then (a
 *       worker that dies, a cut that the store does not acknowledge, a keeper or canary of the next generation that does not
 *       come up in time) ends with the former generation going on in its place, its workers started again and adopting.
 *   put down (the ladder: the world is suspected to be damaged): everybody is killed. The world goes back to the last cut, as
 *       after a crash of the host. The former segment is only looked at, by the new workers, for the passports (worker/
 *       departure.h). There is no way back: what cannot be made within workers.generation_timeout_s ends the server.
 *
 *       RETIRING -> LAST_CUT -.
 *                              >-> KEEPER -> CANARY -> WORKERS -> SETTLED
 *       PUTTING_DOWN ---------'                |
 *                 any step before it, orderly: `-> GOING_BACK -> SETTLED
 *
 * Connections keep their index and generation, so the vault stays valid as it is. To that end a new world never has room for
 * fewer connections than the former one; limits.max_connections itself may be lowered, and holds for newcomers. With fewer
 * workers the vault's sockets are spread over those that are left.
 *
 * The master holds the former segment and the passports until all have adopted, then closes them. It never looks into either.
 * If the master dies in between, everything ends as it always does: the children see it and stop, the keeper writes a last
 * cut. Private to the master; the functions are called from its loop. */
#ifndef ARGENTUM_MASTER_GENERATION_H
#define ARGENTUM_MASTER_GENERATION_H

#include "common/base/problem.h"
#include "master/children.h"
#include "master/segments.h"

struct master;
struct config;

enum generation_step {
	GENERATION_SETTLED,
	GENERATION_RETIRING,     /* orderly: the workers write their passports and end */
	GENERATION_LAST_CUT,     /* orderly: the keeper writes its last cut and ends */
	GENERATION_PUTTING_DOWN, /* all were killed */
	GENERATION_KEEPER,       /* the next keeper restores */
	GENERATION_CANARY,       /* the first worker takes its clients over */
	GENERATION_WORKERS,      /* it serves; the others follow. No way back from here on */
	GENERATION_GOING_BACK,   /* the former generation is started again */
};

enum generation_outcome {
	GENERATION_MADE,
	GENERATION_WENT_BACK, /* `why` says what failed; all is as before */
};

/* Called once for each generation_begin that returned true, unless the server ends meanwhile. */
typedef void generation_done_fn(void *context, enum generation_outcome outcome, const struct problem *why);

/* All workers have retired and the last cut is in the store. Instead of making the next generation here, another program may
 * be handed everything: passports (children.start.passports), vault, listeners. Does not return when it succeeds; false with
 * why: the former generation goes on. */
typedef bool generation_hand_over_fn(void *context, struct problem *why);

/* In a program that was handed everything: the next generation does not serve, the former program is to have all back. Nobody
 * lives, the master's segments are the former ones. Does not return when it succeeds; false: the server ends. */
typedef bool generation_give_back_fn(void *context, const struct problem *why_not, struct problem *why);

struct generation_plan {
	const char *reason; /* for the log: "a reload" */
	bool orderly;       /* else everybody is put down */
	const struct config
		*config;       /* NULL = that in force. Must live as long as the generation; when it was not made, until
								  * done is called */
	unsigned workers;  /* 0 = as many as now. The listeners for more must be open */
	bool same_catalog; /* no file of the world is read */
	const struct segments
		*catalog_of;          /* ... but this one's catalog is taken; NULL = none. Until generation_begin returns */
	generation_done_fn *done; /* may be NULL */
	generation_hand_over_fn *hand_over; /* NULL = made here */
	generation_give_back_fn *give_back; /* for generation_arrive; else NULL */
	void *context;
};

struct generation {
	enum generation_step step;
	struct generation_plan plan;
	unsigned number;       /* of the one that serves, from 1 */
	struct segments other; /* the next one until it is moved into, then the former */
	bool moved;            /* the master's segments are the next generation's */
	bool suspect;          /* the master's segments are suspected to be damaged: no cut may be made of them */
	unsigned former_workers;
	struct process_start former_start;
	uint8_t *former_slots;       /* the vault's, before it was spread */
	uint64_t began_ms, until_ms; /* monotonic */
	struct problem trouble;      /* why it went back */
};

/* The first generation is about to be made. */
void generation_init(struct generation *generation);

/* Begins to replace the generation that serves. false with why, and nothing has changed: the server is not serving, a change is
 * under way, the new world cannot be made, or (orderly) a process is not there to retire. */
bool generation_begin(struct master *master, const struct generation_plan *plan, struct problem *why);

/* In a program that was handed everything by another one's generation_hand_over_fn: its passports are in children.start, the
 * master's segments are the former ones, not mapped. Makes the next generation. false with why: nothing has happened. */
bool generation_arrive(struct master *master, const struct generation_plan *plan, struct problem *why);

static inline bool generation_changes(const struct generation *generation)
{
	return generation->step != GENERATION_SETTLED;
}

/* A child became ready or ended, while the generation changes. */
void generation_child(struct master *master, const struct child *child, enum child_event event);

/* Now and then: is it taking too long? */
void generation_tick(struct master *master, uint64_t now_ms);

/* The server stops: the change ends where it is. */
void generation_abandon(struct master *master);

/* What is left of it, at the master's end. */
void generation_release(struct master *master);

/* "settled", "retiring", ... for the status. */
const char *generation_step_name(enum generation_step step);

#endif
