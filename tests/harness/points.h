/* points.h - crashes on purpose: says to the daemon of the crash tests at which of its points (common/base/point.h) which of
 * its processes is to die, to hang, or only to be counted.
 *
 * A file of one struct, mapped by the test and by every process of tests/armed/argentumd, which finds it by
 * $ARGENTUM_POINTS; the shipped daemon knows nothing of it. The test writes while mode is OFF, then sets the mode; the
 * processes write only what is marked so. Who strikes dies in the middle of anything: that is what it is for.
 *
 * A server that is started with game_server_options.armed has one: server->points. */
#ifndef ARGENTUM_HARNESS_POINTS_H
#define ARGENTUM_HARNESS_POINTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum points_mode {
	POINTS_OFF,
	POINTS_RECORD, /* every point that is passed is written down */
	POINTS_STRIKE, /* the nth that fits strikes, once or several times; then the mode is OFF */
};

enum {
	POINTS_HANG = -1, /* instead of a signal: an endless loop */
	POINTS_NAME = 32,
	POINTS_RECORDS = 1 << 17,
};

struct points {
	_Atomic uint32_t mode;       /* enum points_mode */
	int32_t signal;              /* SIGKILL, SIGSEGV, SIGSTOP ... or POINTS_HANG */
	char process[16];            /* "argentumd:w1", "argentumd:keep", as in ps; "" = any */
	char name[POINTS_NAME];      /* "" = any */
	_Atomic int64_t countdown;   /* so many fitting points are passed before it strikes */
	int64_t skip;                /* the countdown of the next strike */
	_Atomic int32_t strikes;     /* so often it strikes yet */
	_Atomic int32_t struck;      /* pid of who struck last, 0 = nobody yet */
	char struck_at[POINTS_NAME]; /* valid once `struck` is not 0 */
	uint32_t settlement_off;     /* 1, before the server starts: nobody undoes or finishes what the dead leave half
	                                * done, and the tests must notice */
	_Atomic uint32_t records;    /* how many were written down, also beyond the room */
	char record[POINTS_RECORDS][POINTS_NAME];
};

/* --- in the test --- */

/* Makes the file; NULL with errno. */
struct points *points_create(const char *path);
void points_destroy(struct points **points); /* unmaps; the file is the caller's */

/* The (skip + 1)th point of that name ("" = any) that a process of that name ("" = any) comes to from now on. */
void points_arm(struct points *points, const char *process, const char *name, unsigned skip, int signal);
void points_disarm(struct points *points);

/* So many times one after the other: each successor too, when it comes there. */
void points_arm_times(struct points *points, const char *process, const char *name, unsigned skip, int signal,
					  unsigned times);
bool points_are_armed(const struct points *points); /* false: there is nothing more to come */

/* Writes down what a process passes, until points_disarm. */
void points_record(struct points *points, const char *process);
unsigned points_recorded(const struct points *points, const char *name); /* how often; "" = all */

/* Who struck; 0 = nobody yet. */
pid_t points_struck(const struct points *points);

/* --- in the daemon of the tests --- */

/* Maps the file of $ARGENTUM_POINTS and sets the hook; nothing when it is not set. false with errno. */
bool points_obey(void);

#endif
