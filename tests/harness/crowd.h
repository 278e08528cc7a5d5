/* crowd.h - a test object: a crowd of bots that walk and talk in a yard where everybody sees everybody, and notice whatever
 * goes wrong.
 *
 * Each member takes a step, says a number (when all keep up with him) and pings, and goes on when the ping is answered: so
 * a packet that is lost or run twice is seen, as a pong, a step or a number that is missing or one too many. There is one
 * crowd at a time; it belongs to the test that runs. Whatever is wrong fails the test. */
#ifndef ARGENTUM_HARNESS_CROWD_H
#define ARGENTUM_HARNESS_CROWD_H

#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum {
	CROWD_MAX = 10,
	/* A yard where everybody sees everybody, wherever they stand: it touches no more than two cells (of 9) each way. */
	YARD_WIDTH = 10,
	YARD_HEIGHT = 8,
};

struct member {
	struct bot *bot;
	char name[40];
	unsigned pings, said;
	unsigned lines_heard;        /* of bot->lines */
	unsigned heard[CROWD_MAX];   /* the last number, by who said it */
	uint8_t been[MAP_TILES + 1]; /* where he may have been since crowd_forget_the_way */
};

struct crowd {
	struct game_server *server;
	struct place yard;
	struct rng rng;
	unsigned count, turns;
	struct member member[CROWD_MAX];
};

extern struct crowd crowd;

/* Starts the server in the yard and lets so many in, spread over the workers. */
struct game_server *crowd_start(unsigned count, uint64_t seed, const struct redis_server *redis);

/* The same, with more settings and the like; world.start is set to the yard. */
struct game_server *crowd_start_with(unsigned count, uint64_t seed, const struct game_server_options *options);

void crowd_turn(void);

/* Everybody has acted so many times more: whoever served him goes on. */
void crowd_play(unsigned times);

/* Plays on until the condition holds. */
#define CROWD_UNTIL(condition)                                                                                         \
	do {                                                                                                               \
		uint64_t until_ = scenario_deadline();                                                                         \
		while (!(condition)) {                                                                                         \
			crowd_turn();                                                                                              \
			scenario_look_again(until_, __FILE__, __LINE__, #condition);                                               \
		}                                                                                                              \
	} while (0)

/* All stand still, and everything that happened has been seen. */
void crowd_rest(void);

/* Rests; nobody was disconnected, nothing was missed or came twice, all see the same. */
void crowd_expect_good(void);

/* Who stands here was here: tiles before are forgotten. */
void crowd_forget_the_way(void);

/* Two cuts more, while all go on: the second was begun after the call. */
void crowd_await_durable(void);

void crowd_close(void);

/* All connect again, to a server that was started again. Who said what before is forgotten. */
void crowd_login(void);

void crowd_remember(struct place places[CROWD_MAX]);
void crowd_expect_places(const struct place places[CROWD_MAX]);

#endif
