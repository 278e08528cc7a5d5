#include "common/world/tx.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "common/world/paranoid.h"
#include "common/world/slow.h"
#include "common/world/traffic.h"

/* A bug that must not limp on in shared memory: say what, die, be respawned; the successor undoes what was half done. */
__attribute__((noreturn, format(printf, 1, 2))) static void tx_die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void tx_init(struct tx *tx, struct world *world, const struct catalog *catalog, const struct config *config)
{
	*tx = (struct tx){.world = world, .catalog = catalog, .config = config, .row = TRAFFIC_OTHER};
}

void tx_release(struct tx *tx)
{
	free(tx->paranoid_copy);
	tx->paranoid_copy = NULL;
}

/* --- locks --------------------------------------------------------------------------------------------------------------- */

static void domain_lock(struct tx *tx, uint32_t index)
{
	struct world *w = tx->world;
	struct domain *domain = &w->domains[index];
	uint64_t before_ns = w->waited_ns;
	int error = world_lock_patiently(w, &domain->lock);
	tx->waited_ns += w->waited_ns - before_ns;
	if (tx->held_count == 0)
		tx->apart_ns += w->waited_ns - before_ns;
	point("lock taken");
	if (error == EOWNERDEAD) {
		uint64_t holder = atomic_load(&domain->holder);
		if (holder != 0)
			world_settle(w, (unsigned)(holder & 0xff) - 1, (uint32_t)(holder >> 8));
		point("settled");
		error = pthread_mutex_consistent(&domain->lock);
	}
	if (error != 0)
		tx_die("lock of domain %u: %s", index, strerror(error));
	atomic_store(&domain->holder, (uint64_t)w->life << 8 | (w->slot + 1));
	point("locked");
}

static void domain_unlock(struct tx *tx, uint32_t index)
{
	struct domain *domain = &tx->world->domains[index];
	atomic_store(&domain->holder, 0);
	point("holder cleared");
	int error = pthread_mutex_unlock(&domain->lock);
	if (error != 0)
		tx_die("unlock of domain %u: %s", index, strerror(error));
	point("unlocked");
}

static void held_add(struct tx *tx, uint32_t index)
{
	assert(tx->held_count < TX_DOMAINS_MAX);
	assert(index >= 1 && index <= tx->world->realm_domain);
	if (tx->began_ns == 0)
		tx->began_ns = clock_mono_ns();
	domain_lock(tx, index);
	tx->held[tx->held_count++] =
		(struct tx_domain){.index = index, .staged = atomic_load(&tx->world->domains[index].ring.head)};
}

static struct tx_domain *held_find(const struct tx *tx, uint32_t index)
{
	for (unsigned i = 0; i < tx->held_count; i++) {
		if (tx->held[i].index == index)
			return (struct tx_domain *)&tx->held[i];
	}
	return NULL;
}

static void all_unlock(struct tx *tx)
{
	while (tx->held_count > 0)
		domain_unlock(tx, tx->held[--tx->held_count].index);
}

static bool domain_is_there(const struct tx *tx, uint32_t index)
{
	return index == tx->world->realm_domain || tx->world->maps[index].present != 0;
}

void tx_lock_everything(struct tx *tx)
{
	assert(tx->held_count == 0);
	for (uint32_t d = 1; d <= tx->world->realm_domain; d++) {
		if (domain_is_there(tx, d))
			domain_lock(tx, d);
	}
}

void tx_unlock_everything(struct tx *tx)
{
	for (uint32_t d = tx->world->realm_domain; d >= 1; d--) {
		if (domain_is_there(tx, d))
			domain_unlock(tx, d);
	}
}

bool tx_holds(const struct tx *tx, uint32_t domain)
{
	return held_find(tx, domain) != NULL;
}

bool tx_need(struct tx *tx, uint32_t domain)
{
	assert(domain >= 1 && domain <= tx->world->realm_domain); /* asked for in vain, it would be run again for ever */
	if (held_find(tx, domain) != NULL)
		return true;
	if (tx->held_count < TX_DOMAINS_MAX && (tx->held_count == 0 || tx->held[tx->held_count - 1].index < domain)) {
		held_add(tx, domain);
		return true;
	}
	for (unsigned i = 0; i < tx->wanted_count; i++) {
		if (tx->wanted[i] == domain)
			return false;
	}
	assert(tx->wanted_count < TX_DOMAINS_MAX);
	tx->wanted[tx->wanted_count++] = domain;
	return false;
}

/* --- the undo log ---------------------------------------------------------------------------------------------------------- */

void tx_touch(struct tx *tx, void *place, size_t bytes)
{
	struct world *w = tx->world;
	struct undo_log *log = world_undo(w, w->slot);
	uint64_t offset = (uint64_t)((uint8_t *)place - w->base);
	assert((uint8_t *)place >= w->base && offset + bytes <= w->size);

	uint64_t used = atomic_load_explicit(&log->used, memory_order_relaxed);
	uint64_t padded = (bytes + 7) / 8 * 8;
	uint64_t size = sizeof(struct undo_record) + padded + sizeof size;
	if (used + size > w->limits.undo_bytes)
		tx_die("transaction touches too much: the undo log has %u bytes", w->limits.undo_bytes);

	uint8_t *record = (uint8_t *)(log + 1) + used;
	*(struct undo_record *)record = (struct undo_record){.offset = offset, .length = bytes};
	memcpy(record + sizeof(struct undo_record), place, bytes);
	memcpy(record + sizeof(struct undo_record) + padded, &size, sizeof size);
	point("touching");
	/* The record counts from here on; only then may the caller write. A killed process loses no store it made, so
	 * the compiler's order is all that matters (traps.md, Shared memory). */
	atomic_store_explicit(&log->used, used + size, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
	point("touched");
}

uint64_t tx_room(const struct tx *tx)
{
	const struct world *w = tx->world;
	return w->limits.undo_bytes - atomic_load_explicit(&world_undo(w, w->slot)->used, memory_order_relaxed);
}

/* --- what is said ------------------------------------------------------------------------------------------------------------ */

static void ring_announce(struct ring *ring, uint64_t until)
{
	/* Under the domain's lock: nobody else stores it. A rolled back transaction may have announced more already. */
	if (until > atomic_load_explicit(&ring->announced, memory_order_relaxed))
		atomic_store_explicit(&ring->announced, until, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static uint64_t stage(struct tx *tx, struct tx_domain *held, const struct note *note, const void *bytes)
{
	struct world *w = tx->world;
	struct ring *ring = &w->domains[held->index].ring;
	uint64_t until = held->staged + ring_room(ring, held->staged, note->bytes);
	ring_announce(ring, until);
	point("announced");
	uint64_t at = held->staged;
	if (held->order == 0)
		held->order = (uint8_t)++tx->spoken_count;
	held->staged = ring_write(w, ring, held->staged, note, bytes);
	point("staged");
	return at;
}

/* What was said so far stays; from here on one note stands for all packets: resync everybody. */
static void overflow(struct tx *tx, struct tx_domain *held)
{
	held->overflowed = true;
	tx->urgent = true;
	count_add(tx->world, COUNT_ring_overflows, 1);
	stage(tx, held, &(struct note){.kind = NOTE_RESYNC_ALL}, "");
}

uint64_t tx_append(struct tx *tx, uint32_t domain, const struct note *note, const void *bytes, size_t length)
{
	struct tx_domain *held = held_find(tx, domain);
	assert(held != NULL && length <= RING_ENTRY_MAX - sizeof(struct note));

	struct ring *ring = &tx->world->domains[domain].ring;
	uint64_t said = held->staged - atomic_load_explicit(&ring->head, memory_order_relaxed);
	bool control = note->kind >= NOTE_CONTROL;
	uint64_t bound = control ? ring->size / 4 * 3 : ring->size / 2;
	if (said + ring_room(ring, held->staged, length) > bound) {
		if (control)
			tx_die("transaction stages too many control notes in domain %u", domain);
		if (!held->overflowed)
			overflow(tx, held);
		return held->staged;
	}
	if (held->overflowed && !control)
		return held->staged;
	tx->urgent |= (note->flags & NOTE_FLAG_ANSWER) != 0 || (control && note->kind != NOTE_VIEW);
	struct note whole = *note;
	whole.bytes = (uint16_t)length;
	return stage(tx, held, &whole, bytes);
}

uint64_t tx_staged(const struct tx *tx, uint32_t domain)
{
	const struct tx_domain *held = held_find(tx, domain);
	assert(held != NULL);
	return held->staged;
}

/* --- running ------------------------------------------------------------------------------------------------------------------- */

static void run_begin(struct tx *tx, const uint32_t *domains, unsigned count)
{
	struct undo_log *log = world_undo(tx->world, tx->world->slot);
	assert(atomic_load(&log->state) == UNDO_IDLE);
	/* Records are valid only while ACTIVE, so `used` goes to zero before the state says so. */
	atomic_store_explicit(&log->used, 0, memory_order_relaxed);
	log->publishes = 0;
	tx->spoken_count = 0;
	tx->urgent = false;
	atomic_store_explicit(&log->state, UNDO_ACTIVE, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
	point("active");
	for (unsigned i = 0; i < count; i++)
		held_add(tx, domains[i]);
}

static void run_undo(struct tx *tx)
{
	/* Our own log, settled like a dead process's: one way to roll back. */
	world_settle_own(tx->world);
	point("rolled back");
}

/* Heads in the order in which entries were first staged: a reader that sees a later one sees the earlier ones too
 * (a player who crosses over leaves his old map before he enters the new one). */
static uint64_t run_commit(struct tx *tx)
{
	struct world *w = tx->world;
	struct undo_log *log = world_undo(w, w->slot);
	for (unsigned i = 0; i < tx->held_count; i++) {
		const struct tx_domain *held = &tx->held[i];
		if (held->order != 0)
			log->publish[held->order - 1] = (struct undo_publish){.head = held->staged, .domain = held->index};
	}
	log->publishes = tx->spoken_count;
	point("before commit");
	atomic_store_explicit(&log->state, UNDO_COMMITTED, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
	point("committed");
	for (uint32_t i = 0; i < log->publishes; i++) {
		atomic_store_explicit(&w->domains[log->publish[i].domain].ring.head, log->publish[i].head,
							  memory_order_release);
		point("published");
	}
	/* Heads before followers and sleepers: who begins to follow or to sleep looks at the heads after saying so. */
	atomic_thread_fence(memory_order_seq_cst);
	uint64_t followers = 0;
	for (uint32_t i = 0; i < log->publishes; i++)
		followers |= atomic_load(&w->domains[log->publish[i].domain].ring.followers);
	atomic_store_explicit(&log->state, UNDO_IDLE, memory_order_release);
	point("idle");
	return followers;
}

static unsigned domains_sort(uint32_t *list, unsigned count)
{
	unsigned unique = 0;
	for (unsigned i = 0; i < count; i++) {
		uint32_t value = list[i];
		unsigned at = unique;
		if (value == 0)
			continue;
		bool known = false;
		for (unsigned k = 0; k < unique; k++)
			known = known || list[k] == value;
		if (known)
			continue;
		while (at > 0 && list[at - 1] > value) {
			list[at] = list[at - 1];
			at--;
		}
		list[at] = value;
		unique++;
	}
	return unique;
}

void tx_log(struct tx *tx, int level, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(tx->log_text, sizeof tx->log_text, format, args);
	va_end(args);
	tx->log_level = level;
}

static enum tx_verdict run_once(struct tx *tx, tx_fn *fn, void *context)
{
	tx->wanted_count = 0;
	tx->log_text[0] = '\0';
	/* With its life, or a newborn would throw the dice of its predecessor once more. */
	uint64_t life = tx->world->life * UINT64_C(0x9e3779b97f4a7c15); /* odd: no two lives are the same */
	rng_seed(&tx->rng, tx->world->header->seed ^ life ^ (tx->runs << 8 | tx->world->slot));
	enum tx_verdict verdict = fn(tx, context);
	return verdict == TX_COMMIT && tx->wanted_count > 0 ? TX_AGAIN : verdict;
}

/* The first run of a transaction under paranoia: its traces must vanish when it is undone. */
static void paranoid_rehearsal(struct tx *tx, const uint32_t *domains, unsigned count, tx_fn *fn, void *context)
{
	run_begin(tx, domains, count);
	paranoid_remember(tx);
	run_once(tx, fn, context);
	run_undo(tx);
	paranoid_compare(tx);
	all_unlock(tx);
}

/* Nothing is held any more. Returns how long it took, waiting included; 0 = it held nothing, so nobody could wait for it. */
static uint64_t run_count(struct tx *tx)
{
	uint64_t took_ns = 0;
	if (tx->began_ns != 0) {
		took_ns = clock_since_ns(tx->began_ns);
		traffic_held(tx->world, tx->row, took_ns > tx->apart_ns ? took_ns - tx->apart_ns : 0);
	}
	if (tx->row >= TRAFFIC_PACKETS)
		traffic_ran(tx->world, tx->row);
	return took_ns;
}

/* What need not be done with locks, nor before those who follow are woken. */
static void run_end(struct tx *tx, uint64_t took_ns)
{
	slow_check(tx, took_ns);
	tx->row = TRAFFIC_OTHER;
}

enum tx_verdict tx_run(struct tx *tx, const uint32_t *domains, unsigned count, tx_fn *fn, void *context)
{
	uint32_t list[TX_DOMAINS_MAX * 3];
	const unsigned demanded = count;
	assert(count <= TX_DOMAINS_MAX && tx->held_count == 0);
	if (demanded > 0) /* domains may be NULL then */
		memcpy(list, domains, demanded * sizeof *list);
	count = domains_sort(list, demanded);
	tx->runs++;
	tx->began_ns = 0;
	tx->waited_ns = 0;
	tx->apart_ns = 0;

	for (;;) {
		if (tx->paranoia != PARANOIA_OFF)
			paranoid_rehearsal(tx, list, count, fn, context);
		run_begin(tx, list, count);
		enum tx_verdict verdict = run_once(tx, fn, context);
		if (verdict == TX_COMMIT) {
			uint64_t followers = run_commit(tx);
			all_unlock(tx);
			uint64_t took_ns = run_count(tx);
			count_add(tx->world, COUNT_transactions, 1);
			if (followers != 0)
				world_wake(tx->world, followers);
			if (tx->log_text[0] != '\0')
				log_line((enum log_level)tx->log_level, "%s", tx->log_text);
			run_end(tx, took_ns);
			return TX_COMMIT;
		}
		if (atomic_load_explicit(&world_undo(tx->world, tx->world->slot)->used, memory_order_relaxed) > 0)
			count_add(tx->world, COUNT_rollbacks, 1);
		run_undo(tx);
		/* What it held stays wanted: a domain taken in order by tx_need is needed in the next run as well. */
		unsigned known = count;
		for (unsigned i = 0; i < tx->held_count; i++)
			list[known++] = tx->held[i].index;
		all_unlock(tx);
		if (verdict == TX_CANCEL) {
			run_end(tx, run_count(tx));
			return TX_CANCEL;
		}
		assert(tx->wanted_count > 0);
		memcpy(list + known, tx->wanted, tx->wanted_count * sizeof *list);
		count = domains_sort(list, known + tx->wanted_count);
		if (count > TX_DOMAINS_MAX) {
			/* It changed its mind about what it needs; what it asked for now is what counts, and what its caller
			 * promised it always. */
			if (demanded > 0)
				memcpy(list, domains, demanded * sizeof *list);
			memcpy(list + demanded, tx->wanted, tx->wanted_count * sizeof *list);
			count = domains_sort(list, demanded + tx->wanted_count);
			if (count > TX_DOMAINS_MAX)
				tx_die("transaction needs %u domains at once, at most %d are possible", count, TX_DOMAINS_MAX);
		}
		count_add(tx->world, COUNT_reruns, 1);
	}
}
