/* strangers.h - those who do not belong to the world and must not matter to it: wrong passwords, names that are taken, dice
 * thrown without end, bytes that are no packets, silence. A few at a time; none of them ever gets in. */
#ifndef ARGENTUM_CHAOS_STRANGERS_H
#define ARGENTUM_CHAOS_STRANGERS_H

#include <stdint.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"

struct chaos;

enum { STRANGERS = 6 };

struct stranger {
	const struct stranger_kind *kind; /* NULL = nobody */
	struct bot *bot;
	uint64_t until_ms; /* then he gives up and goes */
};

struct strangers {
	struct stranger stranger[STRANGERS];
	struct rng rng;
	uint64_t next_ms;
};

void strangers_make(struct chaos *chaos);
void strangers_turn(struct chaos *chaos);
void strangers_leave(struct chaos *chaos); /* all, now */

#endif
