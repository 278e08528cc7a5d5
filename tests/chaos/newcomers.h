/* newcomers.h - a stream of clients that connect, throw the dice and hang up: none may be refused, reset or forgotten while
 * processes come and go. They come while the others play; at rest all must have been answered.
 *
 * A worker that dies between accepting somebody and giving the socket to the vault takes him with it: some microseconds that
 * no kill from outside has hit yet, but deaths at points of the code do. Each of these may cost one. */
#ifndef ARGENTUM_CHAOS_NEWCOMERS_H
#define ARGENTUM_CHAOS_NEWCOMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/harness/stream_of_newcomers.h"

struct chaos;

struct stream {
	struct newcomers newcomers;
	uint64_t next_ms;
};

void stream_make(struct chaos *chaos);
void stream_turn(struct chaos *chaos);
bool stream_is_answered(const struct chaos *chaos); /* all of them */
void stream_abandoned(struct chaos *chaos);         /* the server is dead: who waits need not be answered */

/* At rest. */
void stream_expect_served(struct chaos *chaos);

#endif
