/* posts.h - where the bots of an army stand at the beginning: tiles of the maps' files, each given once.
 *
 * A pacer has two free tiles side by side in one cell of 9x9 tiles (worker/game/area.h) and goes to and fro between them, so
 * that nobody comes into view or leaves it: a step is one packet for each observer. A wanderer has one tile and goes where
 * the map lets him. Maps with few creatures come first. */
#ifndef ARGENTUM_BENCH_POSTS_H
#define ARGENTUM_BENCH_POSTS_H

#include <stdbool.h>

#include "common/catalog/catalog.h"

struct post {
	struct place at; /* a pacer's western tile */
	bool pacer;
};

/* Each function fills posts[0..count-1] and returns how many it found room for. */

/* Groups of `size` pacers who all see each other and nobody else. */
unsigned posts_groups(const struct catalog *catalog, unsigned size, struct post *posts, unsigned count);

/* One crowd of pacers, in the smallest square of cells of any map that holds it. */
unsigned posts_crowd(const struct catalog *catalog, struct post *posts, unsigned count);

/* An evening: 60 % wander over 20 maps, 30 % in the cities, 10 % are pacers in one crowd. */
unsigned posts_evening(const struct catalog *catalog, struct post *posts, unsigned count);

#endif
