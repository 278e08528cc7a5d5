#include "common/catalog/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/catalog/catalog.h"
#include "common/catalog/source.h"

static const struct {
	uint32_t stride, rows_min;
} regions[CATALOG_REGIONS] = {
	[REGION_TEXTS] = {1, SEGMENT_TEXT_FIRST},
	[REGION_BALANCE] = {sizeof(struct balance_def), 1},
	[REGION_MAPS] = {sizeof(struct map_def), 1},
	[REGION_TILES] = {sizeof(struct tile), 0},
	[REGION_EXITS] = {sizeof(struct map_exit), 0},
	[REGION_MAP_CREATURES] = {sizeof(struct map_creature), 0},
	[REGION_MAP_OBJECTS] = {sizeof(struct map_object), 0},
	[REGION_MAP_SOUNDS] = {sizeof(struct map_sound), 0},
	[REGION_ITEMS] = {sizeof(struct item_def), 1},
	[REGION_CREATURES] = {sizeof(struct creature_def), 1},
	[REGION_STOCK] = {sizeof(struct item_stack), 0},
	[REGION_CREATURE_SPELLS] = {sizeof(uint16_t), 0},
	[REGION_TRAINED] = {sizeof(struct named_creature), 0},
	[REGION_PHRASES] = {sizeof(uint32_t), 0},
	[REGION_SPELLS] = {sizeof(struct spell_def), 1},
	[REGION_CLASSES] = {sizeof(struct class_def), CLASS_COUNT + 1},
	[REGION_RACES] = {sizeof(struct race_def), RACE_COUNT + 1},
	[REGION_CITIES] = {sizeof(struct city_def), CITY_COUNT + 1},
	[REGION_SMITH_WEAPONS] = {sizeof(uint16_t), 0},
	[REGION_SMITH_ARMOURS] = {sizeof(uint16_t), 0},
	[REGION_CARPENTRY] = {sizeof(uint16_t), 0},
	[REGION_PRAETORIANS] = {sizeof(struct praetorian_def), 0},
	[REGION_INVOCATIONS] = {sizeof(struct named_creature), 0},
	[REGION_MOTD] = {sizeof(uint32_t), 0},
	[REGION_HELP] = {sizeof(uint32_t), 0},
	[REGION_FORBIDDEN_NAMES] = {sizeof(uint32_t), 0},
};

uint32_t segment_stride(unsigned region)
{
	return regions[region].stride;
}

uint32_t segment_rows_min(unsigned region)
{
	return regions[region].rows_min;
}

uint64_t segment_hash(const void *bytes, size_t size)
{
	const char *at = bytes;
	uint64_t hash = size ^ UINT64_C(0x9e3779b97f4a7c15);
	for (; size >= sizeof hash; at += sizeof hash, size -= sizeof hash) {
		uint64_t word;
		memcpy(&word, at, sizeof word);
		hash = (hash ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
		hash ^= hash >> 29;
	}
	for (; size > 0; at++, size--)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

static uint64_t align(uint64_t offset)
{
	return (offset + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
}

/* Lays the regions out one behind the other. false when they do not fit into the segment. */
static bool directory_fill(const struct catalog_source *source, struct catalog *header)
{
	uint64_t at = align(sizeof *header);
	for (unsigned i = 0; i < CATALOG_REGIONS; i++) {
		uint64_t bytes = (uint64_t)source->table[i].count * regions[i].stride;
		if (at + bytes > SEGMENT_BYTES_MAX)
			return false;
		header->region[i] = (struct catalog_region){
			.offset_bytes = (uint32_t)at, .stride_bytes = regions[i].stride, .count = source->table[i].count};
		at = align(at + bytes);
	}
	header->size_bytes = at;
	return true;
}

static bool segment_fill(int fd, const struct catalog_source *source, struct catalog *header, struct problem *why)
{
	size_t size = header->size_bytes;
	/* Running out of memory must be an error now and not a SIGBUS at night. */
	int error = posix_fallocate(fd, 0, (off_t)size);
	if (error != 0)
		return problem_set(why, "catalog: no %zu bytes of memory: %s", size, strerror(error));
	char *segment = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (segment == MAP_FAILED)
		return problem_set(why, "catalog: cannot map %zu bytes: %s", size, strerror(errno));
	for (unsigned i = 0; i < CATALOG_REGIONS; i++) {
		size_t bytes = (size_t)source->table[i].count * regions[i].stride;
		if (bytes > 0)
			memcpy(segment + header->region[i].offset_bytes, source->table[i].rows, bytes);
	}
	header->content_hash = segment_hash(segment + sizeof *header, size - sizeof *header);
	memcpy(segment, header, sizeof *header);
	__atomic_store_n(&((struct catalog *)(void *)segment)->state, CATALOG_PUBLISHED, __ATOMIC_RELEASE);
	/* F_SEAL_WRITE is refused while a writable mapping exists. */
	munmap(segment, size);
	return true;
}

int segment_create(const struct catalog_source *source, struct problem *why)
{
	struct catalog header = {.magic = CATALOG_MAGIC,
							 .layout_version = CATALOG_LAYOUT_VERSION,
							 .state = CATALOG_BUILDING,
							 .fingerprint = catalog_fingerprint(),
							 .header_bytes = sizeof header,
							 .regions = CATALOG_REGIONS};
	if (!directory_fill(source, &header)) {
		problem_set(why, "catalog: the world needs more than %llu bytes", (unsigned long long)SEGMENT_BYTES_MAX);
		return -1;
	}
	int fd = memfd_create("argentumd-catalog", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		problem_set(why, "catalog: memfd_create: %s", strerror(errno));
		return -1;
	}
	if (!segment_fill(fd, source, &header, why)) {
		close(fd);
		return -1;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
		problem_set(why, "catalog: cannot seal it: %s", strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}
