#include "common/world/world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/point.h"

bool world_settlement_off;

static uint64_t align_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static uint32_t names_size(const struct world_limits *limits)
{
	uint32_t size = 64;
	while (size < limits->players * 2)
		size *= 2;
	return size;
}

static uint32_t address_sets(const struct world_limits *limits)
{
	uint32_t sets = 1;
	while (sets * ADDRESS_SET < limits->connections * ADDRESS_SPREAD + ADDRESS_EXTRA)
		sets *= 2;
	return sets;
}

/* Where everything is; the only place that knows. Returns the size of the segment. */
static uint64_t regions_lay_out(const struct world_limits *limits, struct region regions[WORLD_REGION_COUNT])
{
	uint64_t domains = (uint64_t)limits->maps + 2;
	uint64_t bodies = (uint64_t)limits->players + limits->creatures + 1;
	uint64_t rings = (uint64_t)limits->maps * limits->map_ring_bytes + limits->realm_ring_bytes;
	const struct {
		uint64_t stride, count;
	} plan[WORLD_REGION_COUNT] = {
		[WORLD_REGION_PROCESSES] = {sizeof(struct process_slot), PROCESS_SLOTS},
		[WORLD_REGION_UNDO] = {sizeof(struct undo_log) + limits->undo_bytes, PROCESS_SLOTS},
		[WORLD_REGION_DOMAINS] = {sizeof(struct domain), domains},
		[WORLD_REGION_MAPS] = {sizeof(struct map_state), (uint64_t)limits->maps + 1},
		[WORLD_REGION_TICKS] = {sizeof(uint64_t), (uint64_t)limits->maps + 1},
		[WORLD_REGION_BODIES] = {sizeof(struct body), bodies},
		[WORLD_REGION_PLAYERS] = {sizeof(struct player), (uint64_t)limits->players + 1},
		[WORLD_REGION_REALM] = {sizeof(struct realm), 1},
		[WORLD_REGION_KEEPER_NOTE] = {sizeof(struct keeper_note), 1},
		[WORLD_REGION_CREATURES] = {sizeof(struct creature), (uint64_t)limits->creatures + 1},
		[WORLD_REGION_FREE_PLAYERS] = {sizeof(uint32_t), limits->players},
		[WORLD_REGION_FREE_CREATURES] = {sizeof(uint32_t), (uint64_t)limits->creatures + 1},
		[WORLD_REGION_NAMES] = {sizeof(uint32_t), names_size(limits)},
		[WORLD_REGION_CONNECTIONS] = {sizeof(struct connection), (uint64_t)limits->connections + 1},
		[WORLD_REGION_PEERS] = {sizeof(struct peer), (uint64_t)limits->connections + 1},
		[WORLD_REGION_ADDRESSES] = {sizeof(struct address), (uint64_t)address_sets(limits) * ADDRESS_SET + 1},
		[WORLD_REGION_READERS] = {sizeof(uint64_t), (uint64_t)limits->workers * domains},
		[WORLD_REGION_CHUNKS] = {sizeof(struct chunk), (uint64_t)limits->workers * limits->chunks + 1},
		[WORLD_REGION_LEDGER] = {sizeof(struct ledger_row) * ((uint64_t)limits->items + 1), PROCESS_SLOTS},
		[WORLD_REGION_BALANCES] = {sizeof(int64_t), (uint64_t)limits->items + 1},
		[WORLD_REGION_AUDIT] = {sizeof(struct audit_report), AUDIT_REPORTS},
		[WORLD_REGION_TRAFFIC] = {sizeof(struct traffic), PROCESS_SLOTS},
		[WORLD_REGION_RINGS] = {1, rings},
	};
	uint64_t offset = sizeof(struct world_header);
	for (unsigned i = 0; i < WORLD_REGION_COUNT; i++) {
		offset = align_up(offset, 4096);
		regions[i] = (struct region){.offset = offset, .stride = plan[i].stride, .count = plan[i].count};
		offset += plan[i].stride * plan[i].count;
	}
	return align_up(offset, 4096);
}

uint64_t world_segment_size(const struct world_limits *limits)
{
	struct region regions[WORLD_REGION_COUNT];
	return regions_lay_out(limits, regions);
}

static bool power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static bool limits_check(const struct world_limits *l, struct problem *why)
{
	if (l->maps < 1 || l->maps > 10000 || l->players < 1 || l->players > 30000 || l->creatures > 30000 ||
		l->players + l->creatures > 32767 || l->connections < 1 || l->connections > 60000 || l->workers < 1 ||
		l->workers > WORKERS_MAX || l->items > UINT16_MAX || l->chunks < 16 || l->undo_bytes < 4096 ||
		l->undo_bytes % 64 != 0)
		return problem_set(
			why,
			"world: impossible limits (%u maps, %u players, %u creatures, %u connections, %u workers); players "
			"and creatures together may be 32767",
			l->maps, l->players, l->creatures, l->connections, l->workers);
	if (!power_of_two(l->map_ring_bytes) || !power_of_two(l->realm_ring_bytes) || l->map_ring_bytes < 4096 ||
		l->realm_ring_bytes < 4096)
		return problem_set(why, "world: ring sizes must be powers of two from 4096 bytes");
	return true;
}

static bool lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	bool good = pthread_mutex_init(lock, &attributes) == 0;
	pthread_mutexattr_destroy(&attributes);
	return good;
}

/* The pointers of a mapped segment, from its directory. */
static void world_point(struct world *w, uint8_t *base)
{
	const struct region *r = ((struct world_header *)base)->regions;
	w->base = base;
	w->header = (struct world_header *)base;
	w->size = w->header->size;
	w->limits = w->header->limits;
	w->processes = (struct process_slot *)(base + r[WORLD_REGION_PROCESSES].offset);
	w->domains = (struct domain *)(base + r[WORLD_REGION_DOMAINS].offset);
	w->maps = (struct map_state *)(base + r[WORLD_REGION_MAPS].offset);
	w->tick_due_ms = (_Atomic uint64_t *)(base + r[WORLD_REGION_TICKS].offset);
	w->bodies = (struct body *)(base + r[WORLD_REGION_BODIES].offset);
	w->players = (struct player *)(base + r[WORLD_REGION_PLAYERS].offset);
	w->realm = (struct realm *)(base + r[WORLD_REGION_REALM].offset);
	w->keeper_note = (struct keeper_note *)(base + r[WORLD_REGION_KEEPER_NOTE].offset);
	w->creatures = (struct creature *)(base + r[WORLD_REGION_CREATURES].offset);
	w->free_creatures = (uint32_t *)(base + r[WORLD_REGION_FREE_CREATURES].offset);
	w->free_players = (uint32_t *)(base + r[WORLD_REGION_FREE_PLAYERS].offset);
	w->names = (uint32_t *)(base + r[WORLD_REGION_NAMES].offset);
	w->connections = (struct connection *)(base + r[WORLD_REGION_CONNECTIONS].offset);
	w->peers = (struct peer *)(base + r[WORLD_REGION_PEERS].offset);
	w->addresses = (struct address *)(base + r[WORLD_REGION_ADDRESSES].offset);
	w->address_sets = address_sets(&w->limits);
	w->chunks = (struct chunk *)(base + r[WORLD_REGION_CHUNKS].offset);
	w->reader_positions = (uint64_t *)(base + r[WORLD_REGION_READERS].offset);
	w->ledger = (struct ledger_row *)(base + r[WORLD_REGION_LEDGER].offset);
	w->balances = (int64_t *)(base + r[WORLD_REGION_BALANCES].offset);
	w->report = (struct audit_report *)(base + r[WORLD_REGION_AUDIT].offset);
	w->traffic = (struct traffic *)(base + r[WORLD_REGION_TRAFFIC].offset);
	w->realm_domain = w->limits.maps + 1;
}

static bool locks_and_rings_init(struct world *w)
{
	uint64_t data = w->header->regions[WORLD_REGION_RINGS].offset;
	for (uint32_t d = 0; d <= w->realm_domain; d++) {
		struct ring *ring = &w->domains[d].ring;
		if (!lock_init(&w->domains[d].lock))
			return false;
		if (d == 0)
			continue; /* index 0 is nobody's */
		ring->size = d == w->realm_domain ? w->limits.realm_ring_bytes : w->limits.map_ring_bytes;
		ring->data = data;
		data += ring->size;
	}
	for (unsigned p = 0; p < PROCESS_SLOTS; p++) {
		if (!lock_init(&w->processes[p].repair))
			return false;
	}
	return true;
}

static void free_lists_init(struct world *w)
{
	for (uint32_t i = 0; i < w->limits.players; i++)
		w->free_players[i] = i + 1;
	w->realm->free_first = 0;
	w->realm->free_count = w->limits.players;
	for (uint32_t i = 0; i < w->limits.creatures; i++)
		w->free_creatures[i] = w->limits.players + i + 1;
	w->realm->free_creature_count = w->limits.creatures;
	w->realm->names_mask = names_size(&w->limits) - 1;
}

static bool segment_fill(uint8_t *base, const struct world_limits *limits, uint64_t size, uint64_t seed,
						 struct problem *why)
{
	struct world_header *header = (struct world_header *)base;
	memcpy(header->magic, WORLD_MAGIC, sizeof header->magic);
	header->layout_version = WORLD_LAYOUT_VERSION;
	header->fingerprint = world_fingerprint();
	header->size = size;
	header->limits = *limits;
	header->started_unix_s = clock_unix_s();
	regions_lay_out(limits, header->regions);
	if (getrandom(header->boot_id, sizeof header->boot_id, 0) != (ssize_t)sizeof header->boot_id)
		return problem_set(why, "world: no randomness from the system: %s", strerror(errno));
	if (seed == 0 && getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return problem_set(why, "world: no randomness from the system: %s", strerror(errno));
	header->seed = seed;
	atomic_store(&header->state, WORLD_BUILDING);

	struct world w = {0};
	world_point(&w, base);
	if (!locks_and_rings_init(&w))
		return problem_set(why, "world: cannot make process-shared robust locks: %s", strerror(errno));
	free_lists_init(&w);
	return true;
}

int world_segment_create(const struct world_limits *limits, uint64_t seed, struct problem *why)
{
	if (!limits_check(limits, why))
		return -1;
	uint64_t size = world_segment_size(limits);
	int fd = memfd_create("argentumd-world", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		problem_set(why, "world: memfd_create: %s", strerror(errno));
		return -1;
	}
	int error = 0;
	if (ftruncate(fd, (off_t)size) != 0 || (error = posix_fallocate(fd, 0, (off_t)size)) != 0) {
		problem_set(why, "world: cannot reserve %llu MiB of shared memory: %s", (unsigned long long)(size >> 20),
					strerror(error != 0 ? error : errno));
		close(fd);
		return -1;
	}
	uint8_t *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	bool good = base != MAP_FAILED && segment_fill(base, limits, size, seed, why);
	if (base == MAP_FAILED)
		problem_set(why, "world: cannot map %llu MiB: %s", (unsigned long long)(size >> 20), strerror(errno));
	else
		munmap(base, size); /* no lock of it was ever taken */
	if (good && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		good = problem_set(why, "world: cannot seal the size of the segment: %s", strerror(errno));
	if (!good) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool header_check(const struct world_header *header, uint64_t size, struct problem *why)
{
	struct region regions[WORLD_REGION_COUNT];
	if (size < sizeof *header || memcmp(header->magic, WORLD_MAGIC, sizeof header->magic) != 0)
		return problem_set(why, "world: the descriptor does not hold a world segment");
	if (header->layout_version != WORLD_LAYOUT_VERSION || header->fingerprint != world_fingerprint())
		return problem_set(why, "world: layout version %u, fingerprint %016llx; this program has %u, %016llx",
						   header->layout_version, (unsigned long long)header->fingerprint, WORLD_LAYOUT_VERSION,
						   (unsigned long long)world_fingerprint());
	if (!limits_check(&header->limits, why))
		return false;
	if (header->size != size || regions_lay_out(&header->limits, regions) != size ||
		memcmp(regions, header->regions, sizeof regions) != 0)
		return problem_set(why, "world: the segment's directory contradicts its limits or its size");
	return true;
}

static bool segment_map(struct world *world, int fd, int protection, struct problem *why)
{
	*world = (struct world){0};
	struct stat st;
	if (fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof(struct world_header))
		return problem_set(why, "world: the descriptor does not hold a world segment");
	uint64_t size = (uint64_t)st.st_size;
	uint8_t *base = mmap(NULL, size, protection, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return problem_set(why, "world: cannot map %llu MiB: %s", (unsigned long long)(size >> 20), strerror(errno));
	if (!header_check((struct world_header *)base, size, why)) {
		munmap(base, size);
		return false;
	}
	world_point(world, base);
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		world->wake_fd[i] = -1;

	/* A core dump shows the dead process's black box and undo log, not 200 MiB of world (traps.md, Shared memory). */
	const struct region *first = &world->header->regions[WORLD_REGION_DOMAINS];
	madvise(base + first->offset, size - first->offset, MADV_DONTDUMP);
	return true;
}

bool world_attach(struct world *world, int fd, struct problem *why)
{
	return segment_map(world, fd, PROT_READ | PROT_WRITE, why);
}

bool world_attach_to_look(struct world *world, int fd, struct problem *why)
{
	return segment_map(world, fd, PROT_READ, why);
}

void world_detach(struct world *world)
{
	if (world->base != NULL)
		munmap(world->base, world->size);
	*world = (struct world){0};
}

void world_publish(struct world *world)
{
	atomic_store_explicit(&world->header->state, WORLD_READY, memory_order_release);
}

/* --- settling --------------------------------------------------------------------------------------------------------- */

/* What killed the writer may have scribbled over its log. Such a world cannot be put in order by anyone: die, so that
 * the master sees that no successor lives and goes back to the last cut. */
__attribute__((noreturn)) static void log_damaged(const struct undo_log *log, const char *what, uint64_t value)
{
	fprintf(stderr, "world: undo log of life %u is damaged: %s %llu\n", log->life, what, (unsigned long long)value);
	abort();
}

/* The record that ends at `end`; *size with all that belongs to it. */
static const struct undo_record *record_before(const struct world *w, const struct undo_log *log, uint64_t end,
											   uint64_t *size)
{
	const uint64_t around = sizeof(struct undo_record) + sizeof *size;
	const uint8_t *records = (const uint8_t *)(log + 1);
	if (end > w->limits.undo_bytes || end < around || end % 8 != 0)
		log_damaged(log, "a record ends at", end);
	memcpy(size, records + end - sizeof *size, sizeof *size);
	if (*size > end || *size < around || *size % 8 != 0)
		log_damaged(log, "size of a record", *size);
	const struct undo_record *record = (const struct undo_record *)(records + end - *size);
	if (record->length > *size - around)
		log_damaged(log, "bytes of a record", record->length);
	if (record->offset > w->size || record->length > w->size - record->offset)
		log_damaged(log, "place of a record", record->offset);
	return record;
}

static void log_roll_back(struct world *w, const struct undo_log *log)
{
	/* Newest first. Each record ends with its own size, so the log can be walked from its end. */
	uint64_t end = atomic_load_explicit(&log->used, memory_order_acquire);
	while (end > 0) {
		uint64_t size;
		const struct undo_record *record = record_before(w, log, end, &size);
		memcpy(w->base + record->offset, record + 1, record->length);
		end -= size;
		point("record undone");
	}
}

static void log_roll_forward(struct world *w, const struct undo_log *log)
{
	uint64_t followers = 0;
	if (log->publishes > TX_DOMAINS_MAX)
		log_damaged(log, "number of ring heads", log->publishes);
	for (uint32_t i = 0; i < log->publishes; i++) {
		const struct undo_publish *p = &log->publish[i];
		if (p->domain < 1 || p->domain > w->realm_domain)
			log_damaged(log, "a ring head of domain", p->domain);
		struct ring *ring = &w->domains[p->domain].ring;
		atomic_store_explicit(&ring->head, p->head, memory_order_release);
		point("head published for the dead");
	}
	/* Heads before followers and sleepers, as in the commit itself (tx.c). */
	atomic_thread_fence(memory_order_seq_cst);
	for (uint32_t i = 0; i < log->publishes; i++)
		followers |= atomic_load(&w->domains[log->publish[i].domain].ring.followers);
	world_wake(w, followers);
}

/* Anybody may die in here at any instant: every step may be done twice. */
static void log_settle(struct world *w, struct undo_log *log)
{
	switch (atomic_load_explicit(&log->state, memory_order_acquire)) {
	case UNDO_ACTIVE:
		if (!world_settlement_off)
			log_roll_back(w, log);
		count_add(w, COUNT_settled_back, 1);
		break;
	case UNDO_COMMITTED:
		if (!world_settlement_off)
			log_roll_forward(w, log);
		count_add(w, COUNT_settled_forward, 1);
		break;
	default:
		return;
	}
	/* State first: a log that is IDLE has no records, whatever `used` says (tx_begin resets it). */
	point("settling");
	atomic_store_explicit(&log->state, UNDO_IDLE, memory_order_release);
	point("log idle");
}

/* Shorter than the shortest workers.heartbeat_timeout_ms. */
enum { LOCK_WAIT_MS = 100, LOCK_WAITS_TOLD = 10 };

static int lock_await(struct world *w, pthread_mutex_t *lock)
{
	for (unsigned waits = 1;; waits++) {
		uint64_t until_ms = clock_mono_ms() + LOCK_WAIT_MS;
		struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
		int error = pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
		if (error != ETIMEDOUT)
			return error;
		/* Its holder hangs; the watchdog will kill it and we shall be told EOWNERDEAD. */
		atomic_store_explicit(&w->processes[w->slot].heartbeat_ms, clock_mono_ms(), memory_order_relaxed);
		if (waits % LOCK_WAITS_TOLD == 0)
			count_add(w, COUNT_lock_timeouts, 1);
	}
}

int world_lock_patiently(struct world *w, pthread_mutex_t *lock)
{
	int error = pthread_mutex_trylock(lock);
	if (error != EBUSY)
		return error;
	count_add(w, COUNT_lock_waits, 1);
	uint64_t began_ns = clock_mono_ns();
	error = lock_await(w, lock);
	w->waited_ns += clock_since_ns(began_ns);
	return error;
}

static void repair_lock(struct world *w, pthread_mutex_t *lock)
{
	int error = world_lock_patiently(w, lock);
	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(lock); /* a settler died: what it did can be done again */
	if (error != 0) {
		fprintf(stderr, "world: repair lock: %s\n", strerror(error)); /* two settlers at once would spoil the world */
		abort();
	}
	point("repair locked");
}

void world_settle(struct world *world, unsigned slot, uint32_t life)
{
	struct process_slot *process = &world->processes[slot];
	repair_lock(world, &process->repair);
	struct undo_log *log = world_undo(world, slot);
	if (log->life == life)
		log_settle(world, log);
	pthread_mutex_unlock(&process->repair);
}

void world_settle_own(struct world *world)
{
	/* Nobody else settles the log of a living process: no repair lock. */
	struct undo_log *log = world_undo(world, world->slot);
	log_roll_back(world, log);
	atomic_store_explicit(&log->state, UNDO_IDLE, memory_order_release);
}

/* Whether asleep or not: the former process of this slot may have died after it had published something and before it
 * woke who follows, or between taking the sleeper's mark and writing to its eventfd. */
static void wake_everybody(struct world *world)
{
	for (unsigned slot = 0; slot < PROCESS_SLOTS; slot++) {
		if (slot == world->slot || world->wake_fd[slot] < 0)
			continue;
		atomic_store(&world->processes[slot].asleep, AWAKE);
		uint64_t one = 1;
		ssize_t written = write(world->wake_fd[slot], &one, sizeof one);
		(void)written; /* a full counter wakes as well */
		count_add(world, COUNT_wakeups_sent, 1);
	}
}

void world_enter_slot(struct world *world, unsigned slot, int32_t pid, uint64_t now_ms)
{
	struct process_slot *process = &world->processes[slot];
	world->slot = slot;

	repair_lock(world, &process->repair);
	struct undo_log *log = world_undo(world, slot);
	log_settle(world, log);
	world->life = atomic_load(&process->life) + 1;
	log->life = world->life;
	point("life in the log");
	atomic_store(&process->life, world->life);
	point("life taken");
	pthread_mutex_unlock(&process->repair);
	point("repair unlocked");

	memset(&process->black_box, 0, sizeof process->black_box);
	atomic_store(&process->pid, pid);
	atomic_store(&process->asleep, AWAKE);
	atomic_store(&process->heartbeat_ms, now_ms);
	atomic_store(&process->born_ms, now_ms);
	atomic_store(&process->state, PROCESS_STARTING);
	wake_everybody(world);
}

void world_wake(struct world *world, uint64_t mask)
{
	mask &= ~(UINT64_C(1) << world->slot);
	for (; mask != 0; mask &= mask - 1) {
		unsigned slot = (unsigned)__builtin_ctzll(mask);
		if (slot >= PROCESS_SLOTS || world->wake_fd[slot] < 0)
			continue;
		/* Only who says it sleeps is woken, and only by the first who comes. */
		_Atomic uint32_t *asleep = &world->processes[slot].asleep;
		uint32_t sleeping = ASLEEP;
		if (atomic_load(asleep) != ASLEEP || !atomic_compare_exchange_strong(asleep, &sleeping, AWAKE))
			continue;
		uint64_t one = 1;
		ssize_t written = write(world->wake_fd[slot], &one, sizeof one);
		(void)written; /* a full counter wakes as well */
		count_add(world, COUNT_wakeups_sent, 1);
	}
}

uint64_t count_sum(const struct world *w, enum counter_id id)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		sum += atomic_load_explicit(&w->processes[i].counters[id], memory_order_relaxed);
	return sum;
}

static const struct {
	const char *name, *what;
} counter_texts[] = {
#define COUNTER(name, what) {#name, what},
	COUNTERS(COUNTER)
#undef COUNTER
};

const char *count_name(enum counter_id id)
{
	return counter_texts[id].name;
}

const char *count_what(enum counter_id id)
{
	return counter_texts[id].what;
}
