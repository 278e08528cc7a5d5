/* calamities.h - what may happen to the server: a table of calamities, each with the set it belongs to, how often it comes
 * in comparison with the others, what it needs, and a function that does it.
 *
 * A function strikes at once and does not wait; what has an end (a process that was stopped goes on, Redis is started again)
 * is planned with an ending. To add a calamity: a row and a function. */
#ifndef ARGENTUM_CHAOS_CALAMITIES_H
#define ARGENTUM_CHAOS_CALAMITIES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct chaos;

#define CHAOS_PROGRAM "tests/armed/argentumd" /* the program that is installed at first */

enum { CALAMITIES_MAX = 40, ENDINGS_MAX = 64, POINTS_KNOWN = 64, DOOMED_MAX = 64 };

/* What is still to happen after a calamity. */
struct ending {
	uint64_t due_ms;
	void (*fn)(struct chaos *chaos, int argument);
	int argument;
};

struct calamities {
	bool chosen[CALAMITIES_MAX]; /* by row of the table */
	uint64_t next_ms;
	struct ending endings[ENDINGS_MAX];
	unsigned ending_count;
	bool armed;               /* somebody is to die at a point, and has not yet */
	bool store_waits;         /* Redis was started again and does not answer yet */
	pid_t doomed[DOOMED_MAX]; /* hang until the watchdog kills them */
	unsigned doomed_count;
	bool blamable; /* since the last rest a process crashed or hung: its last packet may be blamed */
	unsigned workers, max_connections, packets_per_turn; /* what its configuration says now */
	char points[POINTS_KNOWN][32];                       /* names that the processes pass */
	unsigned point_count;
};

/* Chooses; what the server cannot have (Redis) is left out. false: a name that does not exist, or nothing left. */
bool calamities_make(struct chaos *chaos, const char *names);
void calamities_list(void); /* on stdout */

/* The server's configuration, as it is to be now (scenario_text). */
const char *calamities_settings(const struct chaos *chaos);

/* One, when it is time. */
void calamities_turn(struct chaos *chaos);

/* What was planned to follow. */
void calamities_follow(struct chaos *chaos);
bool calamities_are_over(const struct chaos *chaos);
void calamities_forget(struct chaos *chaos);      /* at rest, when all is over */
bool calamities_are_noticed(struct chaos *chaos); /* the watchdog has killed whoever hangs */

/* What became of what an operator asked for, from the log into the report. */
void calamities_count_changes(struct chaos *chaos);

/* Which points there are is learned from a second of play. */
void calamities_learn_points(struct chaos *chaos);

#endif
