#include "common/world/ring.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(struct note) % 8 == 0, "entries are words");

static uint64_t entry_size(size_t payload_bytes)
{
	return (sizeof(struct note) + payload_bytes + 7) / 8 * 8;
}

/* Words, so that a reader's copy that races with the writer is defined (and thrown away). */
static void words_store(uint8_t *to, const void *from, size_t bytes)
{
	const uint8_t *f = from;
	for (size_t i = 0; i < bytes; i += 8) {
		uint64_t word = 0;
		memcpy(&word, f + i, bytes - i < 8 ? bytes - i : 8);
		__atomic_store_n((uint64_t *)(void *)(to + i), word, __ATOMIC_RELAXED);
	}
}

static void words_load(void *to, const uint8_t *from, size_t bytes)
{
	uint8_t *t = to;
	for (size_t i = 0; i < bytes; i += 8) {
		uint64_t word = __atomic_load_n((const uint64_t *)(const void *)(from + i), __ATOMIC_RELAXED);
		memcpy(t + i, &word, bytes - i < 8 ? bytes - i : 8);
	}
}

uint64_t ring_room(const struct ring *ring, uint64_t position, size_t payload_bytes)
{
	uint64_t size = entry_size(payload_bytes);
	uint64_t to_wrap = ring->size - (position & (ring->size - 1));
	return size <= to_wrap ? size : to_wrap + size;
}

uint64_t ring_write(const struct world *world, struct ring *ring, uint64_t position, const struct note *note,
					const void *bytes)
{
	uint8_t *data = ring_bytes(world, ring);
	uint64_t size = entry_size(note->bytes);
	uint64_t to_wrap = ring->size - (position & (ring->size - 1));
	if (size > to_wrap) {
		/* An entry does not wrap: one word of padding says how much to skip (to_wrap is a multiple of 8). */
		uint64_t pad = to_wrap;
		words_store(data + (position & (ring->size - 1)), &pad, sizeof pad);
		position += to_wrap;
	}
	struct note head = *note;
	head.size = (uint32_t)size;
	uint8_t *to = data + (position & (ring->size - 1));
	words_store(to, &head, sizeof head);
	words_store(to + sizeof head, bytes, note->bytes);
	return position + size;
}

/* Were the bytes from `position` on still whole after they were copied? */
static bool still_there(const struct ring *ring, uint64_t position)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&ring->announced, memory_order_relaxed) - position <= ring->size;
}

enum ring_read ring_read(const struct world *world, const struct ring *ring, uint64_t *position, struct note *note,
						 uint8_t *bytes)
{
	const uint8_t *data = ring_bytes(world, ring);
	for (;;) {
		uint64_t at = *position;
		uint64_t head = ring_head(ring);
		if (at >= head)
			return RING_EMPTY; /* ahead of it: told a position (NOTE_LEAVE) that is published in a moment */
		const uint8_t *from = data + (at & (ring->size - 1));
		uint64_t to_wrap = ring->size - (at & (ring->size - 1));
		uint64_t first;
		words_load(&first, from, sizeof first);
		if (!still_there(ring, at))
			break;

		/* The first word of an entry: size, kind, bytes. Of padding: how much to skip, kind NOTE_PAD. */
		uint32_t size = (uint32_t)first;
		uint16_t kind = (uint16_t)(first >> 32);
		uint16_t payload = (uint16_t)(first >> 48);
		assert(size >= 8 && size % 8 == 0 && size <= to_wrap && at + size <= head);
		if (kind == NOTE_PAD) {
			*position = at + size;
			continue;
		}
		/* Lengths only from the word that was proven whole: what is copied from here on may be garbage until it is
		 * proven in its turn. */
		assert(payload <= RING_ENTRY_MAX && entry_size(payload) == size);
		words_load(note, from, sizeof *note);
		words_load(bytes, from + sizeof *note, payload);
		if (!still_there(ring, at))
			break;
		*position = at + size;
		return RING_READ;
	}
	*position = ring_head(ring);
	return RING_LAPPED;
}
