#include "common/world/keeper_note.h"

#include <string.h>

const char *store_state_name(enum store_state state)
{
	static const char *const names[] = {"not asked yet", "up", "does not answer", "refuses", "taken over"};
	return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

void keeper_note_write(struct world *world, enum store_state state, const char *reason, uint64_t now_ms)
{
	struct keeper_note *note = world->keeper_note;
	size_t length = strnlen(reason, KEEPER_REASON_BYTES - 1);
	/* A keeper that was killed in the middle of this left it odd. */
	uint32_t sequence = atomic_load(&note->sequence) | 1;
	atomic_store(&note->sequence, sequence);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&note->state) != (uint32_t)state)
		atomic_store(&note->state_since_ms, now_ms);
	atomic_store(&note->state, (uint32_t)state);
	memset(note->reason, 0, sizeof note->reason);
	memcpy(note->reason, reason, length);
	atomic_thread_fence(memory_order_seq_cst);
	atomic_store(&note->sequence, sequence + 1);
}

void keeper_note_follow(struct world *world, const struct world *other)
{
	struct keeper_note *note = world->keeper_note;
	uint64_t generation = atomic_load(&other->keeper_note->generation);
	memcpy(note->kin, other->header->boot_id, sizeof note->kin);
	if (atomic_load(&note->generation) < generation)
		atomic_store(&note->generation, generation);
	atomic_store(&note->acknowledged, 0);
}

void keeper_note_begin_anew(struct world *world)
{
	atomic_store(&world->keeper_note->generation, 0);
	atomic_store(&world->keeper_note->acknowledged, 0);
}

static uint64_t age_ms(uint64_t now_ms, uint64_t since_ms)
{
	return since_ms != 0 && now_ms > since_ms ? now_ms - since_ms : 0;
}

void keeper_note_read(const struct world *world, uint64_t now_ms, struct keeper_news *news)
{
	enum { TRIES = 100 }; /* then its writer died in the middle: a mixed text is better than none */
	struct keeper_note *note = world->keeper_note;
	for (int i = 0; i < TRIES; i++) {
		uint32_t before = atomic_load(&note->sequence);
		atomic_thread_fence(memory_order_seq_cst);
		news->state = (enum store_state)atomic_load(&note->state);
		news->state_ms = age_ms(now_ms, atomic_load(&note->state_since_ms));
		memcpy(news->reason, note->reason, sizeof news->reason);
		atomic_thread_fence(memory_order_seq_cst);
		if ((before & 1) == 0 && atomic_load(&note->sequence) == before)
			break;
	}
	news->reason[sizeof news->reason - 1] = '\0';
	news->lag_ms = age_ms(now_ms, atomic_load(&note->unsaved_since_ms));
	news->durable_ms = now_ms - atomic_load(&note->durable_ms); /* nothing is: longer than the host is up */
}
