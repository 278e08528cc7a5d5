/* memory_segment.h - a small world in memory for tests: 4 maps, 20 players, 50 creatures, 20 connections, 2 workers,
 * small rings, no catalog.
 *
 * The test owns it. Its process is SLOT_SPARE; a test that wants a second process of the world (forked, or played by the
 * same thread) joins with another slot. The seed is always the same, so two segments that undergo the same are equal byte
 * for byte in what rules change (memory_segment_image). Trouble ends the program with a message: without a segment no
 * test can go on. */
#ifndef ARGENTUM_TESTS_MEMORY_SEGMENT_H
#define ARGENTUM_TESTS_MEMORY_SEGMENT_H

#include "common/world/world.h"

enum {
	MEMORY_SEGMENT_MAPS = 4,
	MEMORY_SEGMENT_PLAYERS = 20,
	MEMORY_SEGMENT_CREATURES = 50,
	MEMORY_SEGMENT_CONNECTIONS = 20,
	MEMORY_SEGMENT_WORKERS = 2,
	MEMORY_SEGMENT_ITEMS = 1200,       /* more than any of the tests' worlds has */
	MEMORY_SEGMENT_RING_BYTES = 16384, /* each map's and the realm's */
};

struct memory_segment {
	int fd;
	struct world world; /* this process: SLOT_SPARE */
};

/* The limits of the small world; change what you like and pass them to memory_segment_open_with. */
struct world_limits memory_segment_limits(void);

/* Makes, attaches, enters SLOT_SPARE, publishes. */
void memory_segment_open(struct memory_segment *segment);
void memory_segment_open_with(struct memory_segment *segment, const struct world_limits *limits);

/* Unmaps and closes; harmless when it was closed already. */
void memory_segment_close(struct memory_segment *segment);

/* Another process's view of it: attaches again and enters the slot (which settles what its former process left). Give
 * it back with world_detach. */
void memory_segment_join(const struct memory_segment *segment, struct world *world, unsigned slot);

/* What the player was told of where he is has come to his client: what it does now it does behind that. */
void memory_segment_place_heard(struct world *world, uint32_t player);

/* A copy of all that rules change (maps, bodies, players, realm, names, connections), for comparing before and after.
 * The caller frees it. */
struct memory_image {
	uint8_t *bytes;
	size_t size;
};
struct memory_image memory_segment_image(const struct world *world);

/* True if they are equal; otherwise tells on stderr where they differ first. */
bool memory_images_equal(const struct memory_image *a, const struct memory_image *b);

#endif
