/* killing.h - a process that dies on purpose at the nth of its points, and those who come after it: for tests that go through
 * every instant at which a transaction, or the settlement after it, can be cut off.
 *
 * The victim is a forked child of the test: the process of slot 0 of the test's world, which is shared memory. It counts the
 * points that it passes (common/base/point.h) and kills itself at one of them. The settlers are a process of slot 1 that
 * meets one of its locks, and a newborn in slot 0; they may be killed in the same way. What happened is in shared memory:
 * killing_shared.
 *
 * A moment is everything in the segment that a transaction or a settlement may change: so that a world can be put back as
 * it was, hundreds of times, without making it anew. One program has one killing at a time. */
#ifndef ARGENTUM_TESTS_KILLING_H
#define ARGENTUM_TESTS_KILLING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/world/tx.h"

enum {
	KILLING_NEVER = 1 << 30,
	KILLING_COMMITS = 8, /* transactions of one victim, at most */
	KILLING_NAME = 32,
};

/* Written by who dies, read by who watches. */
struct killing_shared {
	_Atomic uint32_t points;  /* passed so far */
	_Atomic uint32_t commits; /* of those, how many transactions were committed: passed the point "committed" */
	uint32_t kill_at;         /* the last point, counted from 0 */
	uint32_t idle_at[KILLING_COMMITS + 1];
	uint32_t commit_at[KILLING_COMMITS + 1]; /* number of the point "before commit" of the nth, from 1 */
	char last[KILLING_NAME];                 /* name of the last point passed */
};

/* Shared by all processes of the test program; made at the first call. */
struct killing_shared *killing_shared(void);

/* Runs `act` in a process of its own, which is killed at that point. false: it lived to its end. What was counted is in
 * killing_shared. Anything but SIGKILL or an orderly end fails the test; so does a process that hangs. */
typedef void killing_act(const void *context);
bool killing_run(killing_act *act, const void *context, uint32_t point);

/* --- moments ------------------------------------------------------------------------------------------------------------------ */

struct moment {
	uint8_t *bytes; /* owned */
	size_t size;
};

/* NULL-safe free. */
struct moment moment_take(const struct world *world);
void moment_restore(const struct world *world, const struct moment *moment);
void moment_free(struct moment *moment);

/* Are the regions that rules change the same byte for byte, and the published ring heads? Says where not. */
bool moment_is(const struct world *world, const struct moment *moment, char *where, size_t size);

/* The published head of a ring at that moment. */
uint64_t moment_head(const struct world *world, const struct moment *moment, uint32_t domain);

/* --- who comes after ------------------------------------------------------------------------------------------------------------ */

enum settler {
	SETTLER_NEWBORN, /* in slot 0 */
	SETTLER_LOCKER,  /* of slot 1, at a lock with which the process of slot 0 died; when there is none: the newborn */
	SETTLER_COUNT
};
extern const char *const settler_names[SETTLER_COUNT];

/* Meets what was left behind, changes nothing itself. `world` is the test's view; it stays as it is. */
void settler_come(const struct world *world, enum settler who);

/* Newborns in both slots: what they find is behind locks that nobody has taken yet, or never touched anything. */
void settlers_finish(const struct world *world);

/* The same as settler_come in a process of its own that is killed at that point of its settlement. false: it lived. */
bool settler_dies_at(const struct world *world, enum settler who, uint32_t point);

/* Every lock can be taken, and every log is settled. */
bool settled_wholly(const struct world *world, char *where, size_t size);

#endif
