/* chaos.h - one run of the chaos: a server, a population that plays on it, and calamities that come over it.
 *
 *   region.c       where
 *   population.c   who: characters that are created, log in, are taken over, leave in order or by pulling the plug
 *   deeds.c        what they do while they are in the world
 *   fights.c       creatures that they meet, and what becomes of the dead
 *   hearing.c      that nothing which was said is lost or comes twice
 *   newcomers.c    those who only connect: nobody is refused or reset
 *   strangers.c    those who do not belong there: wrong passwords, taken names, noise
 *   calamities.c   the table of what may happen to the server
 *   rest.c         now and then all stand still: does everybody see the same, does the audit find nothing?
 *   report.c       what was counted
 *
 * All of it is one thread. A finding ends the run, as an EXPECT that fails, and shows what bots and server saw last. */
#ifndef ARGENTUM_CHAOS_CHAOS_H
#define ARGENTUM_CHAOS_CHAOS_H

#include "tests/chaos/calamities.h"
#include "tests/chaos/newcomers.h"
#include "tests/chaos/population.h"
#include "tests/chaos/region.h"
#include "tests/chaos/report.h"
#include "tests/chaos/strangers.h"
#include "tests/harness/installation.h"

struct game_server;
struct redis_server;

struct chaos_options {
	unsigned seconds; /* on each store */
	uint64_t seed;
	unsigned players;       /* at the beginning; a quarter more come while it lasts */
	unsigned workers;       /* at the beginning */
	unsigned between_ms;    /* mean time between two calamities */
	const char *calamities; /* names of calamities or of sets of them, separated by commas; NULL = all */
	bool lmdb, redis;
	bool hunters;        /* all but the talkers hunt */
	const char *log;     /* the server's log is kept in this folder; NULL = not */
	bool settlement_off; /* what the dead leave half done stays so: there must be findings */
};

struct chaos {
	const struct chaos_options *options;
	struct game_server *server;
	struct redis_server *redis;       /* NULL = the embedded store */
	struct installation installation; /* what an upgrade finds */
	struct rng rng;                   /* of the calamities */
	struct region region;
	struct population population;
	struct strangers strangers;
	struct stream stream;
	struct calamities calamities;
	struct report report;
	bool resting; /* nobody does anything of his own */
	/* the audit's sums: what the world had before anybody came, and what each character brought */
	int64_t gold_without, items_without, gold_each, items_each;
	int64_t old_gold, old_items; /* at the last one (rest.c) */
	char boot_id[33];            /* of the world that had them */
	char difference[512];        /* between two views, the last one that was seen */
};

/* One turn of everything but new calamities: who may act does, all receive. At most some ms. */
void chaos_turn(struct chaos *chaos);

/* What a player must not notice. When what the dead leave half done stays so, he does; but it is the audit that has to find
 * it, so the run goes on until then. */
#define PLAYERS_EXPECT(chaos, condition, ...) EXPECT((chaos)->options->settlement_off || (condition), __VA_ARGS__)

/* Turns until the condition holds; past the deadline a finding, telling the condition. */
#define CHAOS_UNTIL(chaos, condition)                                                                                  \
	do {                                                                                                               \
		uint64_t until_ = chaos_deadline();                                                                            \
		while (!(condition)) {                                                                                         \
			chaos_turn(chaos);                                                                                         \
			scenario_look_again(until_, __FILE__, __LINE__, #condition);                                               \
		}                                                                                                              \
	} while (0)
uint64_t chaos_deadline(void);

/* Everybody stands still and all is compared (rest.c). The first one finds out what a character brings. */
void chaos_rest(struct chaos *chaos);

/* What the world has before anybody came. */
void chaos_measure_without(struct chaos *chaos);

#endif
