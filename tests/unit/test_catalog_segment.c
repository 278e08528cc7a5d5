/* The sealed segment: who may attach, who is refused, and what happens to a stray write. */
#include "tests/unit/test_catalog_world.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common/catalog/segment.h"

/* The layout of version 1. Whoever changes a record changes this number knowingly, together with
 * CATALOG_LAYOUT_VERSION: running processes of the old program cannot read the new segment. */
#define FINGERPRINT_OF_VERSION_1 UINT64_C(0x5537559a1c06da32)

static void the_layout_is_pinned(void **state)
{
	(void)state;
	assert_int_equal(CATALOG_LAYOUT_VERSION, 1);
	if (catalog_fingerprint() != FINGERPRINT_OF_VERSION_1)
		fail_msg("the layout changed: its fingerprint is now 0x%016llx", (unsigned long long)catalog_fingerprint());
}

static void two_builds_of_one_world_have_the_same_hash_and_another_world_another(void **state)
{
	struct world *world = *state;
	uint64_t first = catalog_content_hash(world_open(world));
	assert_int_equal(catalog_content_hash(world_open(world)), first);
	world_replace(world, "Dat/obj.dat", "Valor=3", "Valor=4");
	assert_int_not_equal(catalog_content_hash(world_open(world)), first);
}

static void equal_texts_are_kept_once(void **state)
{
	const struct catalog *cat = world_open(*state);
	unsigned count;
	assert_int_equal(catalog_creature(cat, 1)->name, catalog_invocations(cat, &count)[0].name); /* both "Lobo" */
}

static void texts_outside_the_pool_are_empty(void **state)
{
	const struct catalog *cat = world_open(*state);
	static const uint32_t offsets[] = {0, 1, 3, UINT32_MAX};
	for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
		assert_string_equal(catalog_text(cat, offsets[i]), "");
		assert_int_equal(catalog_text_bytes(cat, offsets[i]), 0);
	}
	assert_string_equal(catalog_text(cat, cat->region[REGION_TEXTS].count), "");
}

static void a_sealed_segment_cannot_be_written_shrunk_or_grown(void **state)
{
	struct world *world = *state;
	int fd = world_build(world);
	assert_true(fd >= 0);
	char byte = 1;
	assert_int_equal(pwrite(fd, &byte, 1, 0), -1);
	assert_int_equal(ftruncate(fd, 10), -1);
	assert_int_equal(ftruncate(fd, 100 << 20), -1);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}

static void a_write_into_the_catalog_kills_the_guilty_process_only(void **state)
{
	const struct catalog *cat = world_open(*state);
	volatile uint16_t *body = (volatile uint16_t *)&catalog_creature(cat, 1)->body;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL); /* a sanitizer's own handler would exit instead */
		/* Not even by asking for it: the seal forbids it. */
		if (mprotect((void *)cat, catalog_size_bytes(cat), PROT_READ | PROT_WRITE) == 0)
			_exit(1);
		*body = 99;
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_int_equal(*body, 10);
}

static void the_catalog_outlives_its_descriptor_and_detaching_twice_is_harmless(void **state)
{
	struct world *world = *state;
	const struct catalog *cat = world_open(world); /* closes the descriptor */
	assert_int_equal(catalog_item(cat, 1)->hunger, 10);
	catalog_detach(&world->catalog);
	assert_null(world->catalog);
	catalog_detach(&world->catalog);
}

/* --- foreign and damaged segments --- */

/* A sealed copy of the world's segment after `damage`; `size` bytes of it. */
static int damaged(struct world *world, void (*damage)(struct catalog *, char *), long size_change, bool sealed)
{
	const struct catalog *cat = world_open(world);
	size_t size = catalog_size_bytes(cat), wanted = (size_t)((long)size + size_change);
	char *bytes = calloc(1, size + 4096);
	assert_non_null(bytes);
	memcpy(bytes, cat, size);
	damage((struct catalog *)(void *)bytes, bytes);
	int fd = memfd_create("damaged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, wanted), wanted);
	free(bytes);
	if (sealed)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL), 0);
	return fd;
}

static void expect_not_attached(struct world *world, int fd, const char *part)
{
	const struct catalog *cat = catalog_attach(fd, &world->why);
	close(fd);
	assert_null(cat);
	if (strstr(world->why.text, part) == NULL)
		fail_msg("refused with \"%s\" instead of \"%s\"", world->why.text, part);
}

static void rehash(struct catalog *header, const char *bytes)
{
	header->content_hash = segment_hash(bytes + sizeof *header, header->size_bytes - sizeof *header);
}

static void damage_nothing(struct catalog *header, char *bytes)
{
	(void)header;
	(void)bytes;
}

static void damage_magic(struct catalog *header, char *bytes)
{
	(void)bytes;
	header->magic++;
}

static void damage_version(struct catalog *header, char *bytes)
{
	(void)bytes;
	header->layout_version++;
}

static void damage_fingerprint(struct catalog *header, char *bytes)
{
	(void)bytes;
	header->fingerprint ^= 1;
}

static void damage_state(struct catalog *header, char *bytes)
{
	(void)bytes;
	header->state = CATALOG_BUILDING;
}

static void damage_size(struct catalog *header, char *bytes)
{
	(void)bytes;
	header->size_bytes += 64;
}

static void damage_content(struct catalog *header, char *bytes)
{
	bytes[header->region[REGION_ITEMS].offset_bytes + 200] ^= 4;
}

static void damage_count(struct catalog *header, char *bytes)
{
	header->region[REGION_TILES].count = UINT32_MAX;
	rehash(header, bytes);
}

static void damage_stride(struct catalog *header, char *bytes)
{
	header->region[REGION_ITEMS].stride_bytes = 4;
	rehash(header, bytes);
}

static void damage_offset(struct catalog *header, char *bytes)
{
	header->region[REGION_ITEMS].offset_bytes = 0xffffffc0u;
	rehash(header, bytes);
}

static void damage_needed_rows(struct catalog *header, char *bytes)
{
	header->region[REGION_CLASSES].count = 3;
	rehash(header, bytes);
}

static void a_copy_without_damage_is_attached(void **state)
{
	struct world *world = *state;
	int fd = damaged(world, damage_nothing, 0, true);
	const struct catalog *cat = catalog_attach(fd, &world->why);
	close(fd);
	assert_non_null(cat);
	catalog_detach(&cat);
}

static void a_segment_that_could_still_change_is_refused(void **state)
{
	struct world *world = *state;
	expect_not_attached(world, damaged(world, damage_nothing, 0, false), "is no sealed memory");
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	expect_not_attached(world, fds[0], "is no sealed memory");
	assert_null(catalog_attach(-1, &world->why));
}

static void foreign_and_damaged_segments_are_refused(void **state)
{
	static const struct {
		void (*damage)(struct catalog *, char *);
		long size_change;
		const char *part;
	} cases[] = {
		{damage_magic, 0, "does not begin like one"},
		{damage_version, 0, "its layout (version 2,"},
		{damage_fingerprint, 0, "is not this program's"},
		{damage_state, 0, "never finished"},
		{damage_size, 0, "its header says"},
		{damage_nothing, -64, "its header says"},
		{damage_nothing, 64, "its header says"},
		{damage_content, 0, "damaged"},
		{damage_count, 0, "is not inside it"},
		{damage_stride, 0, "is not inside it"},
		{damage_offset, 0, "is not inside it"},
		{damage_needed_rows, 0, "is not inside it"},
	};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_not_attached(world, damaged(world, cases[i].damage, cases[i].size_change, true), cases[i].part);
	int fd = memfd_create("empty", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
	expect_not_attached(world, fd, "a size of 0 bytes is none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_layout_is_pinned),
		WORLD_TEST(two_builds_of_one_world_have_the_same_hash_and_another_world_another),
		WORLD_TEST(equal_texts_are_kept_once),
		WORLD_TEST(texts_outside_the_pool_are_empty),
		WORLD_TEST(a_sealed_segment_cannot_be_written_shrunk_or_grown),
		WORLD_TEST(a_write_into_the_catalog_kills_the_guilty_process_only),
		WORLD_TEST(the_catalog_outlives_its_descriptor_and_detaching_twice_is_harmless),
		WORLD_TEST(a_copy_without_damage_is_attached),
		WORLD_TEST(a_segment_that_could_still_change_is_refused),
		WORLD_TEST(foreign_and_damaged_segments_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
