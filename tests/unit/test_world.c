/* The world segment: its layout is pinned, strangers are refused, slots and lives are counted, only sleepers are woken. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/world/world.h"
#include "tests/harness/memory_segment.h"

/* --- the layout ---------------------------------------------------------------------------------------------------------- */

static const uint64_t pinned_fingerprint = 0x8c39643c37b18e45;

static void the_layout_is_the_pinned_one(void **state)
{
	(void)state;
	if (world_fingerprint() != pinned_fingerprint)
		fail_msg(
			"the layout of the world segment changed: its fingerprint is 0x%016llx, the pinned one 0x%016llx.\n"
			"If that was not intended, undo it: a running server could not be upgraded in place any more.\n"
			"If it was: say in layout.h what changed; raise WORLD_LAYOUT_VERSION if a version with the old layout was "
			"ever released;\nthen put the new number into pinned_fingerprint in %s.",
			(unsigned long long)world_fingerprint(), (unsigned long long)pinned_fingerprint, __FILE__);
}

static void the_list_of_fields_covers_each_structure_in_order_and_without_holes(void **state)
{
	(void)state;
	unsigned count;
	const struct layout_field *fields = layout_fields(&count);
	assert_true(count > 0);
	uint64_t expected = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct layout_field *f = &fields[i];
		bool first = i == 0 || strcmp(fields[i - 1].structure, f->structure) != 0;
		bool last = i + 1 == count || strcmp(fields[i + 1].structure, f->structure) != 0;
		if (first)
			expected = 0;
		if (f->offset != expected)
			fail_msg(
				"%s.%s is at byte %u; the field listed before it ends at %llu: a hole, or a field that is not listed",
				f->structure, f->field, f->offset, (unsigned long long)expected);
		expected = (uint64_t)f->offset + f->size;
		if (last && expected != f->structure_size)
			fail_msg("%s has %u bytes; its last listed field, %s, ends at %llu", f->structure, f->structure_size,
					 f->field, (unsigned long long)expected);
	}
}

static void no_structure_is_listed_in_two_places(void **state)
{
	(void)state;
	unsigned count;
	const struct layout_field *fields = layout_fields(&count);
	for (unsigned i = 1; i < count; i++) {
		if (strcmp(fields[i - 1].structure, fields[i].structure) == 0)
			continue;
		for (unsigned before = 0; before + 1 < i; before++)
			if (strcmp(fields[before].structure, fields[i].structure) == 0)
				fail_msg("%s is listed twice", fields[i].structure);
	}
}

/* Bytes that the field list gives to a structure, 0 if it is not listed. */
static uint32_t listed_size(const char *structure)
{
	unsigned count;
	const struct layout_field *fields = layout_fields(&count);
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(fields[i].structure, structure) == 0)
			return fields[i].structure_size;
	}
	return 0;
}

static void every_region_holds_a_listed_structure(void **state)
{
	(void)state;
	static const struct {
		enum region_id id;
		const char *structure;
	} regions[] = {
		{WORLD_REGION_PROCESSES, "process_slot"}, {WORLD_REGION_DOMAINS, "domain"},
		{WORLD_REGION_MAPS, "map_state"},         {WORLD_REGION_BODIES, "body"},
		{WORLD_REGION_PLAYERS, "player"},         {WORLD_REGION_REALM, "realm"},
		{WORLD_REGION_CONNECTIONS, "connection"}, {WORLD_REGION_CHUNKS, "chunk"},
		{WORLD_REGION_ADDRESSES, "address"},      {WORLD_REGION_PEERS, "peer"},
		{WORLD_REGION_AUDIT, "audit_report"},
	};
	struct memory_segment segment;
	memory_segment_open(&segment);
	for (unsigned i = 0; i < sizeof regions / sizeof *regions; i++)
		assert_int_equal(listed_size(regions[i].structure), segment.world.header->regions[regions[i].id].stride);
	assert_int_equal(listed_size("world_header"), sizeof(struct world_header));
	assert_int_equal(listed_size("undo_log"), sizeof(struct undo_log));
	memory_segment_close(&segment);
}

/* --- making one ---------------------------------------------------------------------------------------------------------- */

static void expect_refused(const char *what, struct world_limits limits)
{
	struct problem why = {""};
	int fd = world_segment_create(&limits, 1, &why);
	if (fd >= 0)
		fail_msg("a segment was made with %s", what);
	if (strncmp(why.text, "world: ", 7) != 0)
		fail_msg("%s was refused without a reason: \"%s\"", what, why.text);
}

#define REFUSED_WITH(field, value)                                                                                     \
	do {                                                                                                               \
		struct world_limits limits = memory_segment_limits();                                                          \
		limits.field = (value);                                                                                        \
		expect_refused(#field " = " #value, limits);                                                                   \
	} while (0)

static void impossible_limits_are_refused_with_a_reason(void **state)
{
	(void)state;
	REFUSED_WITH(maps, 0);
	REFUSED_WITH(maps, 10001);
	REFUSED_WITH(maps, UINT32_MAX);
	REFUSED_WITH(players, 0);
	REFUSED_WITH(players, 30001);
	REFUSED_WITH(players, UINT32_MAX);
	REFUSED_WITH(creatures, 30001);
	REFUSED_WITH(creatures, UINT32_MAX - 10);
	REFUSED_WITH(connections, 0);
	REFUSED_WITH(connections, 60001);
	REFUSED_WITH(workers, 0);
	REFUSED_WITH(workers, WORKERS_MAX + 1);
	REFUSED_WITH(chunks, 15);
	REFUSED_WITH(undo_bytes, 0);
	REFUSED_WITH(undo_bytes, 4095);
	REFUSED_WITH(undo_bytes, 65536 + 8);
	REFUSED_WITH(map_ring_bytes, 0);
	REFUSED_WITH(map_ring_bytes, 2048);
	REFUSED_WITH(map_ring_bytes, 16384 + 8);
	REFUSED_WITH(realm_ring_bytes, 0);
	REFUSED_WITH(realm_ring_bytes, 12288);

	struct world_limits crowd = memory_segment_limits();
	crowd.players = 16384;
	crowd.creatures = 16384; /* char_index is an int16 on the wire */
	expect_refused("32768 bodies", crowd);
}

static void the_size_of_a_segment_cannot_be_changed_by_anybody(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	off_t size = (off_t)segment.world.size;
	struct world_limits limits = memory_segment_limits();
	assert_int_equal(size, world_segment_size(&limits));
	assert_int_equal(-1, ftruncate(segment.fd, size - 4096));
	assert_int_equal(EPERM, errno);
	assert_int_equal(-1, ftruncate(segment.fd, size + 4096));
	assert_int_equal(EPERM, errno);
	assert_int_equal(-1, fcntl(segment.fd, F_ADD_SEALS, F_SEAL_WRITE));
	assert_int_equal(FD_CLOEXEC, fcntl(segment.fd, F_GETFD));
	memory_segment_close(&segment);
}

static void a_new_segment_is_being_built_until_it_is_published(void **state)
{
	(void)state;
	struct world_limits limits = memory_segment_limits();
	struct problem why = {""};
	struct world w;
	int fd = world_segment_create(&limits, 7, &why);
	assert_true(fd >= 0);
	assert_true(world_attach(&w, fd, &why));
	assert_int_equal(WORLD_BUILDING, atomic_load(&w.header->state));
	assert_int_equal(7, w.header->seed);
	world_publish(&w);
	assert_int_equal(WORLD_READY, atomic_load(&w.header->state));
	world_detach(&w);
	assert_null(w.base);
	close(fd);
}

static void a_new_segment_is_empty_and_its_free_lists_are_full(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	assert_int_equal(MEMORY_SEGMENT_MAPS + 1, w->realm_domain);
	assert_int_equal(MEMORY_SEGMENT_PLAYERS, w->realm->free_count);
	for (uint32_t i = 0; i < w->limits.players; i++)
		assert_int_equal(i + 1, w->free_players[i]);
	assert_true(w->realm->names_mask + 1 >= 2 * w->limits.players);
	assert_int_equal(w->realm->names_mask + 1, w->header->regions[WORLD_REGION_NAMES].count);
	for (uint32_t p = 1; p <= w->limits.players; p++)
		assert_int_equal(PLAYER_FREE, w->players[p].state);
	for (uint32_t d = 1; d <= w->realm_domain; d++) {
		assert_int_equal(0, atomic_load(&w->domains[d].ring.head));
		assert_int_equal(MEMORY_SEGMENT_RING_BYTES, w->domains[d].ring.size);
	}
	memory_segment_close(&segment);
}

static void regions_and_rings_do_not_overlap_and_end_inside_the_segment(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	const struct world *w = &segment.world;
	uint64_t end = sizeof(struct world_header);
	for (unsigned i = 0; i < WORLD_REGION_COUNT; i++) {
		const struct region *r = &w->header->regions[i];
		assert_true(r->offset >= end);
		assert_int_equal(0, r->offset % 4096);
		end = r->offset + r->stride * r->count;
	}
	assert_true(end <= w->size);
	uint64_t ring_end = w->header->regions[WORLD_REGION_RINGS].offset;
	for (uint32_t d = 1; d <= w->realm_domain; d++) {
		assert_int_equal(ring_end, w->domains[d].ring.data);
		ring_end += w->domains[d].ring.size;
	}
	assert_int_equal(end, ring_end);
	memory_segment_close(&segment);
}

/* --- attaching one ------------------------------------------------------------------------------------------------------- */

static int foreign_memfd(size_t size, const void *begins_with, size_t length)
{
	int fd = memfd_create("foreign", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(0, ftruncate(fd, (off_t)size));
	if (length > 0)
		assert_int_equal(length, pwrite(fd, begins_with, length, 0));
	return fd;
}

static void expect_not_attached(int fd, const char *because)
{
	struct problem why = {""};
	struct world w;
	assert_false(world_attach(&w, fd, &why));
	assert_null(w.base);
	if (strstr(why.text, because) == NULL)
		fail_msg("refused with \"%s\", expected something about \"%s\"", why.text, because);
	close(fd);
}

static void a_foreign_memfd_is_refused(void **state)
{
	(void)state;
	expect_not_attached(foreign_memfd(0, NULL, 0), "does not hold a world segment");
	expect_not_attached(foreign_memfd(100, NULL, 0), "does not hold a world segment");
	expect_not_attached(foreign_memfd(1 << 20, NULL, 0), "does not hold a world segment");
	expect_not_attached(foreign_memfd(1 << 20, "ARGWORL?", 8), "does not hold a world segment");
	expect_not_attached(foreign_memfd(1 << 20, "ARGWORLD", 8), "layout version 0");
	int pipes[2];
	assert_int_equal(0, pipe(pipes));
	close(pipes[1]);
	expect_not_attached(pipes[0], "does not hold a world segment");
	struct problem why = {""};
	struct world w;
	assert_false(world_attach(&w, -1, &why));
}

/* A copy of a good segment with other bytes at an offset, of another size if size_change is not 0. */
static int damaged_copy(const struct memory_segment *segment, size_t at, const void *bytes, size_t length,
						ssize_t size_change)
{
	size_t size = segment->world.size;
	size_t copied = size_change < 0 ? size - (size_t)-size_change : size;
	int fd = foreign_memfd((size_t)((ssize_t)size + size_change), segment->world.base, copied);
	if (length > 0)
		assert_int_equal(length, pwrite(fd, bytes, length, (off_t)at));
	return fd;
}

static void a_truncated_or_a_grown_segment_is_refused(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	expect_not_attached(damaged_copy(&segment, 0, NULL, 0, -4096), "contradicts");
	expect_not_attached(damaged_copy(&segment, 0, NULL, 0, -(ssize_t)(segment.world.size - 4096)), "contradicts");
	expect_not_attached(damaged_copy(&segment, 0, NULL, 0, 4096), "contradicts");
	memory_segment_close(&segment);
}

static void another_version_or_fingerprint_is_refused_and_both_are_named(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	uint32_t version = WORLD_LAYOUT_VERSION + 1;
	char text[64];
	snprintf(text, sizeof text, "layout version %u", version);
	expect_not_attached(
		damaged_copy(&segment, offsetof(struct world_header, layout_version), &version, sizeof version, 0), text);
	uint64_t fingerprint = world_fingerprint() ^ 1;
	snprintf(text, sizeof text, "%016llx", (unsigned long long)fingerprint);
	expect_not_attached(
		damaged_copy(&segment, offsetof(struct world_header, fingerprint), &fingerprint, sizeof fingerprint, 0), text);
	memory_segment_close(&segment);
}

static void a_directory_that_contradicts_the_limits_is_refused(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	for (unsigned i = 0; i < WORLD_REGION_COUNT; i++) {
		struct region region = segment.world.header->regions[i];
		size_t at = offsetof(struct world_header, regions) + i * sizeof region;
		region.offset += 4096;
		expect_not_attached(damaged_copy(&segment, at, &region, sizeof region, 0), "contradicts");
	}
	struct world_limits limits = memory_segment_limits();
	limits.players++;
	size_t at = offsetof(struct world_header, limits);
	expect_not_attached(damaged_copy(&segment, at, &limits, sizeof limits, 0), "contradicts");
	limits.players = UINT32_MAX;
	expect_not_attached(damaged_copy(&segment, at, &limits, sizeof limits, 0), "impossible limits");
	memory_segment_close(&segment);
}

static void an_undamaged_copy_would_be_accepted(void **state)
{
	(void)state; /* or else the refusals above prove nothing */
	struct memory_segment segment;
	memory_segment_open(&segment);
	int fd = damaged_copy(&segment, 0, NULL, 0, 0);
	struct problem why = {""};
	struct world w;
	if (!world_attach(&w, fd, &why))
		fail_msg("refused: %s", why.text);
	world_detach(&w);
	close(fd);
	memory_segment_close(&segment);
}

/* --- slots, lives, counters ---------------------------------------------------------------------------------------------- */

static void each_birth_in_a_slot_is_another_life(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	for (uint32_t life = 1; life <= 3; life++) {
		struct world w;
		memory_segment_join(&segment, &w, 1);
		assert_int_equal(1, w.slot);
		assert_int_equal(life, w.life);
		assert_int_equal(life, atomic_load(&w.processes[1].life));
		assert_int_equal(life, world_undo(&w, 1)->life);
		world_detach(&w);
	}
	assert_int_equal(0, atomic_load(&segment.world.processes[0].life));
	memory_segment_close(&segment);
}

static void who_enters_a_slot_is_awake_starting_and_has_an_empty_black_box(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world w;
	struct problem why = {""};
	struct process_slot *process = &segment.world.processes[1];
	process->black_box.packet = 11;
	process->black_box.player = 3;
	atomic_store(&process->asleep, 1);
	atomic_store(&process->state, PROCESS_READY);
	assert_true(world_attach(&w, segment.fd, &why));
	world_enter_slot(&w, 1, 4711, 123456);
	assert_int_equal(4711, atomic_load(&process->pid));
	assert_int_equal(PROCESS_STARTING, atomic_load(&process->state));
	assert_int_equal(0, atomic_load(&process->asleep));
	assert_int_equal(123456, atomic_load(&process->heartbeat_ms));
	assert_int_equal(123456, atomic_load(&process->born_ms));
	assert_int_equal(0, process->black_box.packet);
	assert_int_equal(0, process->black_box.player);
	world_detach(&w);
	memory_segment_close(&segment);
}

static void counters_are_kept_by_slot_outlive_their_process_and_are_summed(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world a, b;
	memory_segment_join(&segment, &a, 0);
	memory_segment_join(&segment, &b, 1);
	count_add(&a, COUNT_packets_in, 5);
	count_add(&a, COUNT_packets_in, 2);
	count_add(&b, COUNT_packets_in, 30);
	count_add(&segment.world, COUNT_packets_in, 100);
	assert_int_equal(137, count_sum(&segment.world, COUNT_packets_in));
	assert_int_equal(0, count_sum(&segment.world, COUNT_packets_bad));
	count_set(&b, COUNT_packets_in, 3);
	assert_int_equal(110, count_sum(&segment.world, COUNT_packets_in));
	world_detach(&a);
	memory_segment_join(&segment, &a, 0);
	assert_int_equal(110, count_sum(&a, COUNT_packets_in));
	world_detach(&a);
	world_detach(&b);
	memory_segment_close(&segment);
}

static void each_counter_has_a_name_of_its_own_and_says_what_it_counts(void **state)
{
	(void)state;
	for (int i = 0; i < COUNTER_COUNT; i++) {
		assert_true(strlen(count_name((enum counter_id)i)) > 0);
		assert_true(strlen(count_what((enum counter_id)i)) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(count_name((enum counter_id)i), count_name((enum counter_id)k));
	}
	assert_string_equal("packets_in", count_name(COUNT_packets_in));
}

static void a_handle_finds_its_object_until_the_slot_is_given_out_again(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	w->players[3].generation = w->bodies[3].generation = w->connections[3].generation = 9;
	struct handle h = {.index = 3, .generation = 9};
	assert_ptr_equal(&w->players[3], handle_player(w, h));
	assert_ptr_equal(&w->bodies[3], handle_body(w, h));
	assert_ptr_equal(&w->connections[3], handle_connection(w, h));
	w->players[3].generation = w->bodies[3].generation = w->connections[3].generation = 10;
	assert_null(handle_player(w, h));
	assert_null(handle_body(w, h));
	assert_null(handle_connection(w, h));
	struct handle nobody = {0}, beyond = {.index = 1000};
	assert_null(handle_player(w, nobody));
	assert_null(handle_body(w, nobody));
	assert_null(handle_connection(w, nobody));
	assert_null(handle_player(w, beyond));
	assert_null(handle_body(w, beyond));
	assert_null(handle_connection(w, beyond));
	memory_segment_close(&segment);
}

/* --- waking -------------------------------------------------------------------------------------------------------------- */

static uint64_t woken(int fd)
{
	uint64_t times = 0;
	ssize_t got = read(fd, &times, sizeof times);
	return got == (ssize_t)sizeof times ? times : 0;
}

static void wake_fds_open(struct world *w)
{
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		w->wake_fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static void wake_fds_close(struct world *w)
{
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		close(w->wake_fd[i]);
}

static void only_sleepers_are_woken_and_only_once(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	wake_fds_open(w);
	atomic_store(&w->processes[0].asleep, 1);
	atomic_store(&w->processes[2].asleep, 1);

	world_wake(w, 1u << 0 | 1u << 1); /* 1 is awake, 2 is not asked for */
	world_wake(w, 1u << 0 | 1u << 1);
	assert_int_equal(1, woken(w->wake_fd[0]));
	assert_int_equal(0, woken(w->wake_fd[1]));
	assert_int_equal(0, woken(w->wake_fd[2]));
	assert_int_equal(0, atomic_load(&w->processes[0].asleep));
	assert_int_equal(1, atomic_load(&w->processes[2].asleep));
	assert_int_equal(1, count_sum(w, COUNT_wakeups_sent));

	atomic_store(&w->processes[0].asleep, 1); /* asleep again: woken again */
	world_wake(w, 1u << 0);
	assert_int_equal(1, woken(w->wake_fd[0]));
	wake_fds_close(w);
	memory_segment_close(&segment);
}

static void who_only_dozes_is_not_woken(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	wake_fds_open(w);
	atomic_store(&w->processes[0].asleep, DOZING);
	world_wake(w, 1u << 0);
	assert_int_equal(0, woken(w->wake_fd[0]));
	assert_int_equal(DOZING, atomic_load(&w->processes[0].asleep));
	wake_fds_close(w);
	memory_segment_close(&segment);
}

static void nobody_wakes_himself_or_who_has_no_eventfd(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world *w = &segment.world;
	wake_fds_open(w);
	int missing = w->wake_fd[4];
	w->wake_fd[4] = -1;
	atomic_store(&w->processes[SLOT_SPARE].asleep, 1);
	atomic_store(&w->processes[4].asleep, 1);
	world_wake(w, UINT64_MAX); /* bits beyond the slots are nobody's */
	assert_int_equal(0, woken(w->wake_fd[SLOT_SPARE]));
	assert_int_equal(1, atomic_load(&w->processes[SLOT_SPARE].asleep));
	assert_int_equal(0, count_sum(w, COUNT_wakeups_sent));
	w->wake_fd[4] = missing;
	wake_fds_close(w);
	memory_segment_close(&segment);
}

static void a_newborn_wakes_everybody_since_its_predecessor_may_have_died_before_it_did(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	struct world newborn;
	struct problem why = {""};
	assert_true(world_attach(&newborn, segment.fd, &why));
	wake_fds_open(&newborn);
	atomic_store(&newborn.processes[0].asleep, 1); /* published, died, nobody woke it */
	atomic_store(&newborn.processes[3].asleep, 0); /* died between taking the mark and writing to the eventfd */
	world_enter_slot(&newborn, 1, getpid(), 1);
	assert_int_equal(1, woken(newborn.wake_fd[0]));
	assert_int_equal(1, woken(newborn.wake_fd[3]));
	assert_int_equal(0, woken(newborn.wake_fd[1]));
	assert_int_equal(0, atomic_load(&newborn.processes[0].asleep));
	wake_fds_close(&newborn);
	world_detach(&newborn);
	memory_segment_close(&segment);
}

/* --- damage -------------------------------------------------------------------------------------------------------------- */

struct damage {
	uint64_t used, offset, length, size;
};

/* Enters a slot whose log has one record, which cannot be; tells how the newborn ended. */
static int end_of_newborn(const struct memory_segment *segment, struct damage damage)
{
	struct undo_log *log = world_undo(&segment->world, 1);
	struct undo_record *record = (struct undo_record *)(log + 1);
	*record = (struct undo_record){.offset = damage.offset, .length = damage.length};
	memcpy((uint8_t *)(record + 1) + 8, &damage.size, sizeof damage.size);
	atomic_store(&log->used, damage.used);
	atomic_store(&log->state, UNDO_ACTIVE);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct world newborn;
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(2);
		alarm(5);
		memory_segment_join(segment, &newborn, 1);
		_exit(0);
	}
	int status;
	assert_int_equal(child, waitpid(child, &status, 0));
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_scribbled_undo_log_ends_its_settler_and_is_neither_applied_nor_walked_for_ever(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	uint64_t at = (uint64_t)((uint8_t *)segment.world.maps - segment.world.base);
	uint64_t size = sizeof(struct undo_record) + 8 + 8, end = segment.world.size;
	const struct damage good = {size, at, 8, size};
	const struct damage bad[] = {
		{size, at, 8, 0},                                   /* walks for ever */
		{size, at, 8, size + 8},                            /* begins before the log */
		{size, at, 8, size - 8},                            /* smaller than a record */
		{size, at, 8, size - 1},                            /* not aligned */
		{size, at, 9, size},                                /* more bytes than it has */
		{size, at, ~UINT64_C(0), size},                     /* as above */
		{size, end - 4, 8, size},                           /* beyond the segment */
		{size, ~UINT64_C(3), 8, size},                      /* as above */
		{8, at, 8, size},                                   /* the log is shorter than any record */
		{segment.world.limits.undo_bytes + 8, at, 8, size}, /* and longer than it can be */
	};
	assert_int_equal(0, end_of_newborn(&segment, good)); /* or else the others prove nothing */
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		int signal = end_of_newborn(&segment, bad[i]);
		if (signal != SIGABRT)
			fail_msg("damage %u: ended with signal %d, SIGABRT was expected", i, signal);
	}
	memory_segment_close(&segment);
}

static void a_repair_lock_beyond_repair_ends_the_newborn(void **state)
{
	(void)state;
	struct memory_segment segment;
	memory_segment_open(&segment);
	pthread_mutex_t *lock = &segment.world.processes[1].repair;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pthread_mutex_lock(lock);
		_exit(0);
	}
	assert_int_equal(child, waitpid(child, NULL, 0));
	assert_int_equal(EOWNERDEAD, pthread_mutex_lock(lock));
	assert_int_equal(0, pthread_mutex_unlock(lock)); /* not made consistent: useless from now on */
	const struct damage none = {0};
	assert_int_equal(SIGABRT, end_of_newborn(&segment, none));
	memory_segment_close(&segment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_layout_is_the_pinned_one),
		cmocka_unit_test(the_list_of_fields_covers_each_structure_in_order_and_without_holes),
		cmocka_unit_test(no_structure_is_listed_in_two_places),
		cmocka_unit_test(every_region_holds_a_listed_structure),
		cmocka_unit_test(impossible_limits_are_refused_with_a_reason),
		cmocka_unit_test(the_size_of_a_segment_cannot_be_changed_by_anybody),
		cmocka_unit_test(a_new_segment_is_being_built_until_it_is_published),
		cmocka_unit_test(a_new_segment_is_empty_and_its_free_lists_are_full),
		cmocka_unit_test(regions_and_rings_do_not_overlap_and_end_inside_the_segment),
		cmocka_unit_test(a_foreign_memfd_is_refused),
		cmocka_unit_test(a_truncated_or_a_grown_segment_is_refused),
		cmocka_unit_test(another_version_or_fingerprint_is_refused_and_both_are_named),
		cmocka_unit_test(a_directory_that_contradicts_the_limits_is_refused),
		cmocka_unit_test(an_undamaged_copy_would_be_accepted),
		cmocka_unit_test(each_birth_in_a_slot_is_another_life),
		cmocka_unit_test(who_enters_a_slot_is_awake_starting_and_has_an_empty_black_box),
		cmocka_unit_test(counters_are_kept_by_slot_outlive_their_process_and_are_summed),
		cmocka_unit_test(each_counter_has_a_name_of_its_own_and_says_what_it_counts),
		cmocka_unit_test(a_handle_finds_its_object_until_the_slot_is_given_out_again),
		cmocka_unit_test(only_sleepers_are_woken_and_only_once),
		cmocka_unit_test(who_only_dozes_is_not_woken),
		cmocka_unit_test(nobody_wakes_himself_or_who_has_no_eventfd),
		cmocka_unit_test(a_newborn_wakes_everybody_since_its_predecessor_may_have_died_before_it_did),
		cmocka_unit_test(a_repair_lock_beyond_repair_ends_the_newborn),
		cmocka_unit_test(a_scribbled_undo_log_ends_its_settler_and_is_neither_applied_nor_walked_for_ever),
	};
	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
