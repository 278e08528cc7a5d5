/* change.h - what is changed under the running server, one thing at a time: its settings and world data (reload.c), the
 * number of its workers (workers.c), its program (upgrade.c). Nobody is disconnected by any of them.
 *
 * A change has a number and ends in a sentence, both kept until the next one begins: argentumctl asks for them until it is
 * over. A signal that comes while one is under way waits its turn (once; a second one adds nothing); an order over the
 * control socket is refused then, with what is under way. When the server is told to stop, the change is given up.
 *
 * Private to the master. */
#ifndef ARGENTUM_MASTER_CHANGE_H
#define ARGENTUM_MASTER_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "master/children.h"
#include "master/resize.h"
#include "master/rollout.h"
#include "master/scout.h"
#include "master/settings.h"
#include "master/upgrade.h"

struct master;
struct cJSON;

enum change_kind { CHANGE_NONE, CHANGE_RELOAD, CHANGE_WORKERS, CHANGE_UPGRADE };

enum { CHANGE_TEXT_BYTES = 600 };

struct change {
	uint32_t id; /* 0 = there was none yet */
	enum change_kind kind;
	bool running, good;
	bool dry_run;
	bool generation;              /* it waits for a new generation of the world */
	char text[CHANGE_TEXT_BYTES]; /* how it ended */
	struct cJSON *details;        /* of a reload: its differences; NULL = none */

	/* waiting for their turn */
	bool reload_waits, upgrade_waits;
	int workers_wait; /* so many more, or less than none */

	/* under way */
	struct rollout rollout;
	struct resize resize;
	struct scout *scout;
	struct settings next;    /* those of a reload that makes a new generation, until it serves; .values NULL = none */
	struct settings former;  /* those before a reload, while its processes are replaced; .values NULL = none */
	struct upgrade *upgrade; /* NULL = none is under way */
	unsigned workers_after;  /* a reload that also changes their number; 0 = no */
};

void change_init(struct master *master);
void change_destroy(struct master *master);

/* Each begins, or answers why not: the server is not serving, or something else is under way. `dry_run`: only says what it
 * would do. */
bool change_reload(struct master *master, bool dry_run, struct problem *why);
bool change_workers(struct master *master, unsigned workers, struct problem *why);

/* By signal: now, or when what is under way is over. */
void change_reload_wanted(struct master *master);
void change_workers_wanted(struct master *master, int more);

/* Everything that children.h tells comes here too. */
void change_child(struct master *master, const struct child *child, enum child_event event);

/* The server stops. */
void change_give_up(struct master *master);

/* The world is made anew because it is suspected to be damaged: nothing else goes on beside that. */
void change_interrupt(struct master *master);

/* Adds how the change goes, or went: "id", "kind", "state" ("running", "done", "failed"), "text", details. */
void change_add(struct cJSON *reply, const struct change *change);

/* --- for the files of this part --- */

bool change_may_begin(const struct master *master, struct problem *why);
void change_begin(struct master *master, enum change_kind kind);
void change_end(struct master *master, bool good, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Options of the settings in force. */
struct rollout_options change_rollout_options(struct master *master);

/* Goes on as a part of another change: calls workers_resized when it is done. */
void workers_begin(struct master *master, unsigned workers);

#endif
