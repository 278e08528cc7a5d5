/* ladder.h - what is done when processes keep dying: from the least that may help to the most (design: the ladder).
 *
 *     respawn       at once, then with growing pauses (children.h)
 *     packet, player  the packet that killed is not run again, its player is disconnected, and kept out when it happens again
 *                   (worker/adopt.c, worker/blame.h): the successor does that by itself
 *     map           so many deaths on one map within the window: the map is made anew (worker/map_reset.h)
 *     generation    that map kills on, or so many deaths at all: the world is made anew from the last cut (generation.h)
 *     exit          that, too soon after the last time: the service manager starts everything anew
 *
 * Only deaths by own fault count: crashes, and hangs that the watchdog ended. A SIGKILL comes from outside and says nothing
 * about the world. After each rung the deaths before it are forgotten: it gets its chance.
 *
 * Pure: the history is the caller's, the time is an argument, nothing is logged and nothing done here. Belongs to the master
 * and dies with it. */
#ifndef ARGENTUM_MASTER_LADDER_H
#define ARGENTUM_MASTER_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LADDER_DEATHS = 64, LADDER_MAPS = 16 };

/* From the settings workers.ladder_*; a count of 0 switches its rung off. */
struct ladder_limits {
	uint64_t window_ms;
	unsigned map_deaths, world_deaths;
	uint64_t exit_ms;
};

struct ladder_death {
	uint64_t at_ms; /* monotonic, never 0 */
	uint16_t map;   /* that the dead one was at work on, as its black box says; 0 = none */
};

struct ladder {
	struct ladder_death deaths[LADDER_DEATHS]; /* a ring; at_ms 0 = none */
	unsigned next;
	struct {
		uint64_t at_ms;
		uint16_t map;
	} resets[LADDER_MAPS]; /* maps that were made anew; a ring */
	unsigned resets_next;
	uint64_t generation_ms; /* when the last fresh generation was asked for; 0 = never */
};

enum ladder_rung { LADDER_RESPAWN, LADDER_RESET_MAP, LADDER_FRESH_GENERATION, LADDER_EXIT };

struct ladder_verdict {
	enum ladder_rung rung;
	uint16_t map;    /* RESET_MAP: which; else that of the death */
	unsigned deaths; /* that counted for it */
	bool again;      /* FRESH_GENERATION: because a map that was made anew goes on killing */
};

/* Notes a death by own fault and says what is to be done. */
struct ladder_verdict ladder_death(struct ladder *ladder, const struct ladder_limits *limits,
								   struct ladder_death death);

/* "3 deaths on map 34 within 60 s: the map is made anew from the last cut" */
void ladder_say(char *text, size_t size, const struct ladder_verdict *verdict, const struct ladder_limits *limits);

#endif
