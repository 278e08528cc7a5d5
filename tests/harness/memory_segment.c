#include "tests/harness/memory_segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/world/paranoid.h"

static const uint64_t seed = 0x5eed;

static void give_up(const char *what, const struct problem *why)
{
	fprintf(stderr, "memory segment: cannot %s: %s\n", what, why->text);
	abort();
}

struct world_limits memory_segment_limits(void)
{
	return (struct world_limits){
		.maps = MEMORY_SEGMENT_MAPS,
		.players = MEMORY_SEGMENT_PLAYERS,
		.creatures = MEMORY_SEGMENT_CREATURES,
		.connections = MEMORY_SEGMENT_CONNECTIONS,
		.chunks = 64,
		.workers = MEMORY_SEGMENT_WORKERS,
		.map_ring_bytes = MEMORY_SEGMENT_RING_BYTES,
		.realm_ring_bytes = MEMORY_SEGMENT_RING_BYTES,
		.undo_bytes = 65536,
		.items = MEMORY_SEGMENT_ITEMS,
	};
}

void memory_segment_open(struct memory_segment *segment)
{
	struct world_limits limits = memory_segment_limits();
	memory_segment_open_with(segment, &limits);
}

void memory_segment_open_with(struct memory_segment *segment, const struct world_limits *limits)
{
	struct problem why = {""};
	segment->fd = world_segment_create(limits, seed, &why);
	if (segment->fd < 0)
		give_up("make one", &why);
	memory_segment_join(segment, &segment->world, SLOT_SPARE);
	world_publish(&segment->world);
}

void memory_segment_close(struct memory_segment *segment)
{
	if (segment->world.base == NULL)
		return;
	world_detach(&segment->world);
	close(segment->fd);
	segment->fd = -1;
}

void memory_segment_join(const struct memory_segment *segment, struct world *world, unsigned slot)
{
	struct problem why = {""};
	if (!world_attach(world, segment->fd, &why))
		give_up("attach it", &why);
	world_enter_slot(world, slot, getpid(), clock_mono_ms());
}

void memory_segment_place_heard(struct world *world, uint32_t player)
{
	struct connection *c = &world->connections[world->players[player].connection.index];
	for (unsigned i = 0; i < sizeof c->cursor / sizeof *c->cursor; i++)
		c->cursor[i].place_tells = world->players[player].place_tells;
}

struct memory_image memory_segment_image(const struct world *world)
{
	struct memory_image image = {0};
	for (unsigned id = 0; id < WORLD_REGION_COUNT; id++) {
		const struct region *r = &world->header->regions[id];
		image.size += paranoid_watches((enum region_id)id) ? r->stride * r->count : 0;
	}
	image.bytes = malloc(image.size);
	if (image.bytes == NULL)
		abort();
	uint8_t *to = image.bytes;
	for (unsigned id = 0; id < WORLD_REGION_COUNT; id++) {
		const struct region *r = &world->header->regions[id];
		if (paranoid_watches((enum region_id)id))
			to = mempcpy(to, world->base + r->offset, r->stride * r->count);
	}
	return image;
}

bool memory_images_equal(const struct memory_image *a, const struct memory_image *b)
{
	if (a->size != b->size) {
		fprintf(stderr, "images of %zu and %zu bytes\n", a->size, b->size);
		return false;
	}
	if (memcmp(a->bytes, b->bytes, a->size) == 0)
		return true;
	size_t byte = 0;
	while (a->bytes[byte] == b->bytes[byte])
		byte++;
	fprintf(stderr, "images differ first at byte %zu of %zu: %u and %u\n", byte, a->size, a->bytes[byte],
			b->bytes[byte]);
	return false;
}
