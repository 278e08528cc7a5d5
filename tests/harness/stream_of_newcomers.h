/* stream_of_newcomers.h - a test object: clients that connect one after another, roll the dice, and hang up when they have
 * been answered. None may be refused, reset or forgotten, whatever happens to the server meanwhile. */
#ifndef ARGENTUM_HARNESS_STREAM_OF_NEWCOMERS_H
#define ARGENTUM_HARNESS_STREAM_OF_NEWCOMERS_H

#include "tests/harness/game_server.h"

enum { NEWCOMERS_WAITING = 64 };

struct newcomers {
	const struct game_server *server;
	unsigned count;   /* that connected */
	unsigned served;  /* ... and were answered */
	unsigned refused; /* connect failed */
	unsigned reset;   /* closed without an answer */
	int waiting[NEWCOMERS_WAITING];
	unsigned waiting_count;
};

struct newcomers newcomers_begin(const struct game_server *server);
void newcomers_connect(struct newcomers *newcomers, unsigned count);

/* Who was answered hangs up; waits at most so long for the first. */
void newcomers_look(struct newcomers *newcomers, int timeout_ms);

/* Who waits goes, and counts as if he had never come: the whole server is dead. */
void newcomers_abandon(struct newcomers *newcomers);

/* Waits for the last answers. */
void newcomers_expect_all_served(struct newcomers *newcomers);

#endif
