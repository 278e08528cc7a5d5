/* town.h - a test object: five people in a little field, who step, drop, pick up, leave and come back one after the other,
 * so that their world goes through moments in a known order, each of which can be told from outside.
 *
 * The first of them, who looks at the ground, stays. The server and the bots are the town's; scenario_teardown clears up. */
#ifndef ARGENTUM_HARNESS_TOWN_H
#define ARGENTUM_HARNESS_TOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"

struct redis_server;

enum { TOWN_PEOPLE = 5, TOWN_FIELD = 8 };

/* What can be told of one person from outside; of who is away: as it was when he left. */
struct person_state {
	struct place at;
	int heading, gold;
	struct bot_slot inventory[WIRE_INVENTORY_SLOTS + 1];
};

/* One moment: everybody, and the ground of the field as the first of them sees it. */
struct moment {
	struct person_state person[TOWN_PEOPLE];
	int16_t ground[TOWN_FIELD * TOWN_FIELD];
};

struct town {
	struct game_server *server;
	struct place field;              /* its north-west corner */
	struct bot *people[TOWN_PEOPLE]; /* NULL = away */
	struct person_state known[TOWN_PEOPLE];
	struct rng rng;
	int carried; /* the slot whose things are dropped */
};

extern const char *const town_names[TOWN_PEOPLE];

/* Starts a server where all are created. Its own settings (options->settings, ended by NULL or NULL) come last; options may
 * be NULL. */
struct town town_make(const struct game_server_options *options, uint64_t seed);

void town_enter(struct town *t);  /* all who are away log in */
void town_forget(struct town *t); /* closes all bots: the server is dead */

/* One says that he leaves, or comes back. */
void town_leave(struct town *t, int who);
void town_return(struct town *t, int who);

/* One person who is there does one thing, and it has been seen when this returns. */
void town_act(struct town *t, int who);

/* So many things, by one after the other. */
void town_live(struct town *t, int actions);

/* Waits until everything that was done is durable. */
void town_await_durable(struct town *t);

struct moment town_look(struct town *t);
void town_expect_same(const struct moment *was, const struct moment *is);

/* Which of them is it? The last that fits, since an action may change nothing. When there is none the test fails, and tells the
 * closest. */
int town_moment_find(const struct moment *moments, int count, const struct moment *now);

/* The moments since something is known to be durable: one more after each action. A crash must lead to one of them. */
enum { TOWN_MOMENTS = 600 };
struct town_story {
	struct moment moments[TOWN_MOMENTS];
	int count;
};
void town_story_begin(struct town *t, struct town_story *story); /* waits until all is durable */
void town_story_add(struct town *t, struct town_story *story);

/* kill -9 to all of its processes at once; again; all log in. It must be one of the story's moments, with nothing lost and
 * nothing doubled. Returns which. `between` (may be NULL) is called while nothing runs. */
struct town_wealth {
	int64_t gold, items;
};
int town_crash(struct town *t, const struct town_story *story, const struct town_wealth *wealth,
			   void (*between)(void *context), void *context);

/* The audit counts what is in the world; it must find nothing wrong. */
struct town_wealth town_wealth_of(const struct game_server *server);
void town_expect_wealth(const struct game_server *server, const struct town_wealth *was);

#endif
