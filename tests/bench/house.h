/* house.h - where an army plays: the real server, its store (the embedded one, or a Redis behind a slow line), and the
 * characters of the army.
 *
 * The caller owns it; house_close stops everything. What cannot be done ends the program with a message. */
#ifndef ARGENTUM_BENCH_HOUSE_H
#define ARGENTUM_BENCH_HOUSE_H

#include <stdbool.h>

#include "tests/bench/posts.h"
#include "tests/harness/game_server.h"

struct relay;

enum { HOUSE_CUT_MS = 1000, HOUSE_NO_CUT_MS = 60000, HOUSE_ENTER_S = 180 };

struct house {
	struct game_server *server;
	struct redis_server *redis; /* NULL = the embedded store */
	struct relay *relay;
	unsigned players; /* characters that exist */
	double start_ms;  /* from the last start to serving, or some milliseconds more */
	double heap_kib;  /* of all processes, when nobody played yet */
};

/* Starts server and store, and makes so many characters. */
void house_open(struct house *house, const struct catalog *catalog, bool redis, unsigned players);
void house_close(struct house *house);

/* Starts the server anew with so many workers; each of the first `count` characters is where his post is. */
void house_begin(struct house *house, unsigned workers, unsigned cut_ms, const struct post *posts, unsigned count);

/* From here on each answer of the Redis takes so long. */
void house_store_delay(const struct house *house, unsigned ms);

/* Of all its processes, KiB: heap and stack alone; or everything, with their shares of what they have in common. */
double house_heap_kib(const struct house *house);
double house_memory_kib(const struct house *house);

#endif
