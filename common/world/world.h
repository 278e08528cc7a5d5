/* world.h - one process's view of the world segment: where each region is mapped, and which process it is.
 *
 * The struct is private to the process; what it points into is shared. The segment is never unmapped while the process
 * may hold one of its locks (traps.md, Robust mutexes). */
#ifndef ARGENTUM_WORLD_WORLD_H
#define ARGENTUM_WORLD_WORLD_H

#include "common/base/problem.h"
#include "common/world/layout.h"

struct world {
	uint8_t *base;
	uint64_t size;
	struct world_header *header;
	struct world_limits limits;
	struct process_slot *processes; /* [PROCESS_SLOTS] */
	struct domain *domains;         /* [realm_domain + 1]; index = map number, then the realm */
	struct map_state *maps;         /* [limits.maps + 1] */
	_Atomic uint64_t *tick_due_ms;  /* by map */
	struct body *bodies;            /* [limits.players + limits.creatures + 1] */
	struct player *players;         /* [limits.players + 1] */
	struct creature *creatures;     /* [limits.creatures + 1] */
	struct realm *realm;
	struct keeper_note *keeper_note;
	uint32_t *free_players;         /* [limits.players], a FIFO */
	uint32_t *free_creatures;       /* [limits.creatures], a FIFO */
	uint32_t *names;                /* [realm->names_mask + 1] */
	struct connection *connections; /* [limits.connections + 1] */
	struct peer *peers;             /* [limits.connections + 1] */
	struct address *addresses;      /* [address_sets * ADDRESS_SET + 1] */
	uint32_t address_sets;          /* a power of two */
	struct chunk *chunks;           /* [limits.workers * limits.chunks + 1] */
	uint64_t *reader_positions;     /* [limits.workers][realm_domain + 1] */
	struct ledger_row *ledger;      /* [PROCESS_SLOTS][limits.items + 1] */
	int64_t *balances;              /* [limits.items + 1] */
	struct audit_report *report;    /* [AUDIT_REPORTS] */
	struct traffic *traffic;        /* [PROCESS_SLOTS] */
	uint32_t realm_domain;          /* index of the realm among the domains: limits.maps + 1 */

	unsigned slot;              /* which process this is */
	uint32_t life;              /* its life in that slot */
	uint64_t waited_ns;         /* so long it waited for locks of the segment so far */
	int wake_fd[PROCESS_SLOTS]; /* eventfds that wake each process, -1 = none; made by the master before forking */
};

/* Makes a segment for these limits: a sealed-in-size memfd, everything zero but the header, the locks, the rings and
 * the free lists; its state is WORLD_BUILDING until world_publish. The memory is reserved, so that running out of it is
 * an error here and not a SIGBUS at night. Returns the descriptor (close-on-exec) or -1. */
int world_segment_create(const struct world_limits *limits, uint64_t seed, struct problem *why);

/* Bytes that a segment for these limits takes. */
uint64_t world_segment_size(const struct world_limits *limits);

/* Maps a segment and checks magic, version, fingerprint, size and regions. The descriptor stays the caller's. */
bool world_attach(struct world *world, int fd, struct problem *why);

/* The same to read only: of a world that serves nobody any more. No lock of it can be taken. */
bool world_attach_to_look(struct world *world, int fd, struct problem *why);

/* Only for who never takes a lock (tests, tools): see above. */
void world_detach(struct world *world);

/* Says that the segment is complete. Before it, only its maker may touch it, without locks. */
void world_publish(struct world *world);

/* Becomes the process of this slot: settles what the slot's former process left, takes the next life, sets pid, state
 * STARTING and heartbeat, and wakes all others (set wake_fd before), since it may have died before it did. The former
 * process must be dead. */
void world_enter_slot(struct world *world, unsigned slot, int32_t pid, uint64_t now_ms);

/* Locks a mutex of the segment; as pthread_mutex_lock. Who waits beats his heart meanwhile, so that the watchdog kills
 * who hangs with the lock and not those who wait for him; world->waited_ns grows by how long. */
int world_lock_patiently(struct world *world, pthread_mutex_t *lock);

/* Settles the undo log of a dead process: rolls an ACTIVE one back, a COMMITTED one forward; nothing when the log does
 * not belong to that life (any more) or is idle. Any number of processes may try at once, and die trying. */
void world_settle(struct world *world, unsigned slot, uint32_t life);

/* Rolls back this process's own transaction. */
void world_settle_own(struct world *world);

/* Only for the test that the crash tests can fail: what the dead leave half done stays so. Never set in what is shipped. */
extern bool world_settlement_off;

/* Wakes the processes of the mask (bit = slot) that are asleep; costs a system call for each. Those that only doze look by
 * themselves. */
void world_wake(struct world *world, uint64_t mask);

/* --- small finders ---------------------------------------------------------------------------------------------------- */

static inline struct undo_log *world_undo(const struct world *w, unsigned slot)
{
	const struct region *r = &w->header->regions[WORLD_REGION_UNDO];
	return (struct undo_log *)(w->base + r->offset + r->stride * slot);
}

/* Up to where a worker has dealt with a domain's ring. */
static inline uint64_t *world_reader_position(const struct world *w, unsigned slot, uint32_t domain)
{
	return &w->reader_positions[(uint64_t)slot * (w->realm_domain + 1) + domain];
}

static inline uint8_t *ring_bytes(const struct world *w, const struct ring *ring)
{
	return w->base + ring->data;
}

static inline bool body_is_player(const struct world *w, uint32_t body)
{
	return body >= 1 && body <= w->limits.players;
}

/* Of a creature's body. */
static inline struct creature *creature_of(const struct world *w, uint32_t body)
{
	return &w->creatures[body - w->limits.players];
}

/* Whose lock protects a body and what is beside it: its map's; while it is on none, the realm's, or for a creature that waits
 * to appear again that of the map where it will. */
static inline uint32_t body_domain(const struct world *w, uint32_t body)
{
	const struct body *b = &w->bodies[body];
	if (b->map == 0 && b->kind == BODY_CREATURE && b->origin_map != 0)
		return b->origin_map;
	return b->map != 0 ? b->map : w->realm_domain;
}

static inline struct handle body_handle(const struct world *w, uint32_t body)
{
	return (struct handle){.index = body, .generation = body != 0 ? w->bodies[body].generation : 0};
}

static inline struct player *handle_player(const struct world *w, struct handle h)
{
	if (h.index == 0 || h.index > w->limits.players || w->players[h.index].generation != h.generation)
		return NULL;
	return &w->players[h.index];
}

static inline struct body *handle_body(const struct world *w, struct handle h)
{
	if (h.index == 0 || h.index > w->limits.players + w->limits.creatures ||
		w->bodies[h.index].generation != h.generation)
		return NULL;
	return &w->bodies[h.index];
}

/* The valid cursor, to read; a copy of it, to change. */
static inline const struct connection_cursor *cursor_now(const struct connection *c)
{
	return &c->cursor[atomic_load_explicit(&c->cursor_active, memory_order_acquire) & 1];
}

static inline struct connection *handle_connection(const struct world *w, struct handle h)
{
	if (h.index == 0 || h.index > w->limits.connections || w->connections[h.index].generation != h.generation)
		return NULL;
	return &w->connections[h.index];
}

/* Adds to one of this process's counters. */
static inline void count_add(struct world *w, enum counter_id id, uint64_t n)
{
	_Atomic uint64_t *counter = &w->processes[w->slot].counters[id];
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline void count_set(struct world *w, enum counter_id id, uint64_t n)
{
	atomic_store_explicit(&w->processes[w->slot].counters[id], n, memory_order_relaxed);
}

/* Sum over all processes; no lock. */
uint64_t count_sum(const struct world *w, enum counter_id id);
const char *count_name(enum counter_id id);
const char *count_what(enum counter_id id);

#endif
