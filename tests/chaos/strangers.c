#include "tests/chaos/strangers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/chaos/chaos.h"

enum { PATIENCE_LOW_MS = 300, PATIENCE_HIGH_MS = 4000, NEXT_LOW_MS = 50, NEXT_HIGH_MS = 600 };

struct stranger_kind {
	const char *name;
	void (*begin)(struct chaos *chaos, struct bot *bot);
	bool reads; /* what he gets must be right; the others do not look at it */
};

/* A character that is there for sure. */
static const char *somebody(struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	for (int i = 0; i < 10; i++) {
		const struct player *p = &people->player[rng_range(&chaos->strangers.rng, 0, (int32_t)people->count - 1)];
		if (p->created && p->rests > 2)
			return p->name;
	}
	return NULL;
}

static void guess(struct chaos *chaos, struct bot *bot)
{
	const char *name = somebody(chaos);
	bot_ask_login(bot, name != NULL ? name : "Nadie", "no es la clave");
}

static void claim(struct chaos *chaos, struct bot *bot)
{
	const char *name = somebody(chaos);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name != NULL ? name : "x");
	bot->screen = BOT_CREATION_SCREEN;
	BOT_SEND(bot, THROW_DICES);
	bot_ask_creation(bot, &wish);
}

static void gamble(struct chaos *chaos, struct bot *bot)
{
	bot->screen = BOT_CREATION_SCREEN;
	for (int i = rng_range(&chaos->strangers.rng, 1, 100); i > 0; i--)
		BOT_SEND(bot, THROW_DICES);
}

static void babble(struct chaos *chaos, struct bot *bot)
{
	uint8_t bytes[2000];
	int length = rng_range(&chaos->strangers.rng, 1, sizeof bytes);
	for (int i = 0; i < length; i++)
		bytes[i] = (uint8_t)rng_next(&chaos->strangers.rng);
	bot->deaf = true;
	bot_send(bot, bytes, (size_t)length);
}

/* The beginning of a login, and never the rest. */
static void stutter(struct chaos *chaos, struct bot *bot)
{
	static const uint8_t begun[] = {C2S_LOGIN_EXISTING_CHAR, 5, 0, 'M', 'a'};
	bot_send(bot, begun, (size_t)rng_range(&chaos->strangers.rng, 1, sizeof begun));
}

static void be_silent(struct chaos *chaos, struct bot *bot)
{
	(void)chaos;
	(void)bot;
}

static const struct stranger_kind kinds[] = {
	{"who guesses a password", guess, true}, {"who claims a name that is taken", claim, true},
	{"who throws dice", gamble, true},       {"who babbles", babble, false},
	{"who begins a packet", stutter, false}, {"who says nothing", be_silent, true},
};

void strangers_make(struct chaos *chaos)
{
	memset(&chaos->strangers, 0, sizeof chaos->strangers);
	rng_seed(&chaos->strangers.rng, chaos->options->seed + 2);
}

static void stranger_leave(struct stranger *s)
{
	if (s->bot != NULL && s->kind->reads)
		EXPECT(s->bot->cut_packets == 0 && s->bot->desyncs == 0, "somebody %s was told what is no packet",
			   s->kind->name);
	bot_close(&s->bot);
	s->kind = NULL;
}

void strangers_leave(struct chaos *chaos)
{
	for (unsigned i = 0; i < STRANGERS; i++)
		stranger_leave(&chaos->strangers.stranger[i]);
}

static void stranger_come(struct chaos *chaos, struct stranger *s)
{
	struct rng *rng = &chaos->strangers.rng;
	s->kind = &kinds[rng_range(rng, 0, sizeof kinds / sizeof *kinds - 1)];
	s->bot = bot_connect(chaos->server);
	snprintf(s->bot->name, sizeof s->bot->name, "somebody");
	s->until_ms = clock_mono_ms() + (uint64_t)rng_range(rng, PATIENCE_LOW_MS, PATIENCE_HIGH_MS);
	s->kind->begin(chaos, s->bot);
	chaos->report.strangers++;
}

static void stranger_turn(struct chaos *chaos, struct stranger *s, uint64_t now_ms)
{
	EXPECT(!s->bot->greeted && s->bot->map == 0, "somebody %s got into the world", s->kind->name);
	if (s->bot->closed || now_ms >= s->until_ms)
		stranger_leave(s);
	(void)chaos;
}

void strangers_turn(struct chaos *chaos)
{
	struct strangers *strangers = &chaos->strangers;
	uint64_t now = clock_mono_ms();
	bool one_comes = !chaos->resting && now >= strangers->next_ms;
	for (unsigned i = 0; i < STRANGERS; i++) {
		struct stranger *s = &strangers->stranger[i];
		if (s->kind != NULL) {
			stranger_turn(chaos, s, now);
		} else if (one_comes) {
			one_comes = false;
			strangers->next_ms = now + (uint64_t)rng_range(&strangers->rng, NEXT_LOW_MS, NEXT_HIGH_MS);
			stranger_come(chaos, s);
		}
	}
}
