/* upgrade.h - the master becomes another program, in place: same pid, same children, same sockets. A change (change.h).
 *
 *   1. The trial. The file that now lies where this program was started from is run with --check, as a child, with the
 *      same arguments and the running world's segments: it reads configuration and world files, maps the segments, and says its
 *      version, the version of the hand-over it understands, and the fingerprints of its layouts. A program that fails, says
 *      nothing of the kind, or takes longer than UPGRADE_PATIENCE_MS is refused; nothing has happened then.
 *   2. The exec. All descriptors cross in one record (handover.h). An exec that fails returns, and nothing has happened. The
 *      record names the file of the old program too, held open: it may have been replaced or deleted.
 *   3. The new master takes over what the record says. If it cannot, it goes back to the old program at once, with the very
 *      same record.
 *   4. The rollout (rollout.h): worker 0 first, as the canary of the new program, then the keeper, then the others. If the
 *      canary or the keeper does not serve in time or dies on probation, the new master goes back to the old program with a
 *      record that says so, and which children are not its own; the old program replaces those, and tells why it failed.
 *
 * So who supervises the new program? Before the exec the old master, by the trial; after it the new master supervises its
 * canary, and has the old program in hand. A new master that crashes outright takes the pid with it: then, as for any
 * death of the master, workers and keeper write a last cut and end, and the service manager starts the server again.
 *
 * With another layout of the world the processes of the two programs cannot share it: then all retire with the passports of
 * their clients, the last cut is written, and the new program makes a new generation (generation.h). */
#ifndef ARGENTUM_MASTER_UPGRADE_H
#define ARGENTUM_MASTER_UPGRADE_H

#include <stdbool.h>

#include "common/base/problem.h"
#include "master/handover.h"

struct master;
struct upgrade;

enum { UPGRADE_PATIENCE_MS = 120000 };

bool change_upgrade(struct master *master, struct problem *why);
void change_upgrade_wanted(struct master *master);

/* After SIGCHLD: the trial may have ended. */
void upgrade_reap(struct master *master);
void upgrade_stop(struct master *master);

/* In the program that has taken over: goes on with the upgrade, or (with a reason) with going back. false with why: it cannot,
 * and nothing has happened. */
bool upgrade_go_on(struct master *master, const struct handover *handover, struct problem *why);

/* In a program that is tried (IMAGE_TRIAL), after --check went well: maps the segments and says what must be known. false with
 * a text. */
bool upgrade_trial(const char *descriptors, struct problem *why);

#endif
