#include "tests/chaos/newcomers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/chaos/chaos.h"

enum { NEXT_LOW_MS = 50, NEXT_HIGH_MS = 350 };

void stream_make(struct chaos *chaos)
{
	chaos->stream = (struct stream){.newcomers = newcomers_begin(chaos->server)};
}

void stream_turn(struct chaos *chaos)
{
	struct stream *s = &chaos->stream;
	uint64_t now = clock_mono_ms();
	newcomers_look(&s->newcomers, 0);
	if (chaos->resting || now < s->next_ms)
		return;
	newcomers_connect(&s->newcomers, 1);
	s->next_ms = now + (uint64_t)rng_range(&chaos->rng, NEXT_LOW_MS, NEXT_HIGH_MS);
}

bool stream_is_answered(const struct chaos *chaos)
{
	return chaos->stream.newcomers.waiting_count == 0;
}

void stream_abandoned(struct chaos *chaos)
{
	newcomers_abandon(&chaos->stream.newcomers);
}

void stream_expect_served(struct chaos *chaos)
{
	const struct newcomers *n = &chaos->stream.newcomers;
	struct report *report = &chaos->report;
	report->newcomers = n->count;
	report->newcomers_refused = n->refused;
	report->newcomers_reset = n->reset;
	PLAYERS_EXPECT(chaos, n->refused == 0, "of %u newcomers %u were refused", n->count, n->refused);
	PLAYERS_EXPECT(chaos, n->reset <= report->point_deaths,
				   "of %u newcomers %u were reset, and %u workers died at a point of the code", n->count, n->reset,
				   report->point_deaths);
}
