#include "tests/harness/killing.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/point.h"
#include "common/world/paranoid.h"

enum { HANGS_AFTER_S = 20, LOG_BYTES = 16384 };

const char *const settler_names[SETTLER_COUNT] = {"a newborn", "who meets its lock"};

/* --- dying -------------------------------------------------------------------------------------------------------------------- */

struct killing_shared *killing_shared(void)
{
	static struct killing_shared *shared; /* one per program, inherited by all it forks */
	if (shared == NULL) {
		// cppcheck-suppress invalidFunctionArg ; -1 is right for anonymous memory
		void *place = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(place, MAP_FAILED);
		shared = place;
	}
	return shared;
}

static void count_and_die(const char *name)
{
	struct killing_shared *s = killing_shared();
	uint32_t number = atomic_fetch_add(&s->points, 1), commits = atomic_load(&s->commits);
	snprintf(s->last, sizeof s->last, "%s", name);
	if (strcmp(name, "committed") == 0)
		atomic_store(&s->commits, ++commits);
	else if (strcmp(name, "before commit") == 0 && commits < KILLING_COMMITS)
		s->commit_at[commits + 1] = number;
	if (strcmp(name, "idle") == 0 && commits <= KILLING_COMMITS)
		s->idle_at[commits] = number;
	if (number == s->kill_at)
		kill(getpid(), SIGKILL);
}

bool killing_run(killing_act *act, const void *context, uint32_t point)
{
	struct killing_shared *s = killing_shared();
	*s = (struct killing_shared){.kill_at = point};
	fflush(NULL); /* or the child's copy of what is buffered is written twice */
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(HANGS_AFTER_S);
		point_hook = count_and_die;
		act(context);
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		fail_msg("the process that was to die at point %u ended with wait status %#x, behind the point \"%s\"", point,
				 (unsigned)status, s->last);
	return status != 0;
}

/* --- moments ------------------------------------------------------------------------------------------------------------------ */

struct span {
	uint64_t offset, size;
	bool compared; /* what rules change; the rest is machinery, and only put back */
};

enum { SPANS = WORLD_REGION_COUNT + 3 }; /* some of them empty */

static void spans_find(const struct world *w, struct span spans[SPANS])
{
	unsigned n = 0;
	memset(spans, 0, SPANS * sizeof *spans);
	for (unsigned id = 0; id < WORLD_REGION_COUNT; id++) {
		const struct region *r = &w->header->regions[id];
		bool compared = paranoid_watches((enum region_id)id);
		if (compared || id == WORLD_REGION_PROCESSES || id == WORLD_REGION_DOMAINS)
			spans[n++] = (struct span){.offset = r->offset, .size = r->stride * r->count, .compared = compared};
	}
	/* Of the undo logs those of the three processes of these tests, and as much as their transactions need. */
	static const unsigned slots[] = {0, 1, SLOT_SPARE};
	for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++) {
		uint64_t size = w->header->regions[WORLD_REGION_UNDO].stride;
		spans[n++] = (struct span){.offset = (uint64_t)((uint8_t *)world_undo(w, slots[i]) - w->base),
								   .size = size < LOG_BYTES ? size : LOG_BYTES};
	}
}

struct moment moment_take(const struct world *world)
{
	struct span spans[SPANS];
	struct moment moment = {0};
	spans_find(world, spans);
	for (unsigned i = 0; i < SPANS; i++)
		moment.size += spans[i].size;
	moment.bytes = malloc(moment.size);
	assert_non_null(moment.bytes);
	uint8_t *to = moment.bytes;
	for (unsigned i = 0; i < SPANS; to += spans[i++].size)
		memcpy(to, world->base + spans[i].offset, spans[i].size);
	return moment;
}

void moment_restore(const struct world *world, const struct moment *moment)
{
	struct span spans[SPANS];
	const uint8_t *from = moment->bytes;
	spans_find(world, spans);
	for (unsigned i = 0; i < SPANS; from += spans[i++].size)
		memcpy(world->base + spans[i].offset, from, spans[i].size);
}

void moment_free(struct moment *moment)
{
	free(moment->bytes);
	*moment = (struct moment){0};
}

/* Where a place of the segment was copied to. */
static const uint8_t *copy_of(const struct world *world, const struct moment *moment, const void *place)
{
	struct span spans[SPANS];
	const uint8_t *from = moment->bytes;
	uint64_t offset = (uint64_t)((const uint8_t *)place - world->base);
	spans_find(world, spans);
	for (unsigned i = 0; i < SPANS; from += spans[i++].size) {
		if (offset >= spans[i].offset && offset < spans[i].offset + spans[i].size)
			return from + (offset - spans[i].offset);
	}
	fail_msg("byte %llu of the segment is in no moment", (unsigned long long)offset);
	return NULL;
}

uint64_t moment_head(const struct world *world, const struct moment *moment, uint32_t domain)
{
	uint64_t head;
	memcpy(&head, copy_of(world, moment, &world->domains[domain].ring.head), sizeof head);
	return head;
}

bool moment_is(const struct world *world, const struct moment *moment, char *where, size_t size)
{
	struct span spans[SPANS];
	const uint8_t *copy = moment->bytes;
	spans_find(world, spans);
	for (unsigned i = 0; i < SPANS; copy += spans[i++].size) {
		const uint8_t *now = world->base + spans[i].offset;
		if (!spans[i].compared || memcmp(now, copy, spans[i].size) == 0)
			continue;
		uint64_t byte = 0;
		while (now[byte] == copy[byte])
			byte++;
		snprintf(where, size, "byte %llu of span %u is %u and not %u", (unsigned long long)byte, i, now[byte],
				 copy[byte]);
		return false;
	}
	for (uint32_t d = 1; d <= world->realm_domain; d++) {
		uint64_t head = ring_head(&world->domains[d].ring), wanted = moment_head(world, moment, d);
		if (head == wanted)
			continue;
		snprintf(where, size, "the head of ring %u is %llu and not %llu", d, (unsigned long long)head,
				 (unsigned long long)wanted);
		return false;
	}
	return true;
}

/* --- who comes after ------------------------------------------------------------------------------------------------------------ */

static enum tx_verdict write_and_cancel(struct tx *tx, void *context)
{
	uint32_t domain = *(const uint32_t *)context;
	if (domain != tx->world->realm_domain)
		SET(tx, tx->world->maps[domain].tick_last_ms, 1);
	else
		SET(tx, tx->world->realm->players_most, 1);
	return TX_CANCEL;
}

/* A lock with which the process of slot 0 died; the one that it took last, or first. 0 = none. */
static uint32_t lock_left_behind(const struct world *w)
{
	for (uint32_t d = w->realm_domain; d >= 1; d--) {
		if ((atomic_load(&w->domains[d].holder) & 0xff) == 1)
			return d;
	}
	return 0;
}

void settler_come(const struct world *world, enum settler who)
{
	struct world mine = *world;
	uint32_t domain = who == SETTLER_LOCKER ? lock_left_behind(world) : 0;
	world_enter_slot(&mine, domain != 0 ? 1 : 0, getpid(), 1);
	if (domain == 0)
		return;
	static struct tx tx; /* large */
	tx_init(&tx, &mine, NULL, NULL);
	tx_run(&tx, &domain, 1, write_and_cancel, &domain);
}

void settlers_finish(const struct world *world)
{
	for (unsigned slot = 0; slot < 2; slot++) {
		struct world mine = *world;
		world_enter_slot(&mine, slot, getpid(), 1);
	}
}

struct coming {
	const struct world *world;
	enum settler who;
};

static void come(const void *context)
{
	const struct coming *coming = context;
	settler_come(coming->world, coming->who);
}

bool settler_dies_at(const struct world *world, enum settler who, uint32_t point)
{
	struct coming coming = {.world = world, .who = who};
	return killing_run(come, &coming, point);
}

bool settled_wholly(const struct world *world, char *where, size_t size)
{
	struct world mine = *world;
	static struct tx tx; /* large */
	mine.slot = SLOT_SPARE;
	world_enter_slot(&mine, SLOT_SPARE, getpid(), 1);
	tx_init(&tx, &mine, NULL, NULL);
	tx_lock_everything(&tx);
	tx_unlock_everything(&tx);
	for (unsigned slot = 0; slot < 2; slot++) {
		if (atomic_load(&world_undo(world, slot)->state) == UNDO_IDLE)
			continue;
		snprintf(where, size, "the log of slot %u is not settled", slot);
		return false;
	}
	return true;
}
