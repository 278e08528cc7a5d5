#include "master/segments.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/catalog/catalog.h"
#include "common/catalog/server_ini.h"
#include "common/text/texts.h"
#include "common/world/populate.h"
#include "master/limits.h"
#include "worker/blame.h"

static void segments_clear(struct segments *segments)
{
	*segments = (struct segments){.catalog_fd = -1, .world_fd = -1};
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		segments->wake_fd[i] = segments->world.wake_fd[i] = -1;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void segments_destroy(struct segments *segments)
{
	if (segments->world.base != NULL)
		world_detach(&segments->world);
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		fd_close(&segments->wake_fd[i]);
	fd_close(&segments->world_fd);
	fd_close(&segments->catalog_fd);
	segments_clear(segments);
}

/* --- the catalog -------------------------------------------------------------------------------------------------- */

static void warnings_log(const char *path, const struct catalog_warnings *warnings)
{
	for (unsigned i = 0; i < warnings->kept; i++)
		log_warning("world: %s", warnings->text[i]);
	if (warnings->total > 0)
		log_warning("world: %u oddities in \"%s\" were tolerated%s; argentumctl check-world shows them",
					warnings->total, path, warnings->total > warnings->kept ? ", the first of them are above" : "");
}

#define COUNT_DEFINED(catalog, kind, counter)                                                                          \
	do {                                                                                                               \
		for (unsigned number_ = 1; number_ <= catalog_##kind##_max(catalog); number_++)                                \
			(counter) += catalog_##kind(catalog, number_) != NULL;                                                     \
	} while (0)

static bool catalog_look(struct segments *segments, const struct catalog **catalog, struct problem *why)
{
	*catalog = catalog_attach(segments->catalog_fd, why);
	if (*catalog == NULL)
		return false;
	segments->catalog_hash = catalog_content_hash(*catalog);
	COUNT_DEFINED(*catalog, map, segments->maps);
	COUNT_DEFINED(*catalog, item, segments->items);
	COUNT_DEFINED(*catalog, creature, segments->creatures);
	COUNT_DEFINED(*catalog, spell, segments->spells);
	return true;
}

static bool catalog_make(struct segments *segments, const char *path, const struct catalog **catalog,
						 struct problem *why)
{
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	if (warnings == NULL)
		return problem_set(why, "out of memory for the world's warnings");
	segments->catalog_fd = catalog_build(path, warnings, why);
	segments->warnings = warnings->total;
	warnings_log(path, warnings);
	free(warnings);
	if (segments->catalog_fd < 0)
		return problem_prefix(why, "world.path");
	return catalog_look(segments, catalog, why);
}

/* Another one's: sealed, so it is what it was. */
static bool catalog_keep(struct segments *segments, const struct segments *former, const struct catalog **catalog,
						 struct problem *why)
{
	segments->catalog_fd = fcntl(former->catalog_fd, F_DUPFD_CLOEXEC, 0);
	segments->warnings = former->warnings;
	if (segments->catalog_fd < 0)
		return problem_set(why, "the catalog's descriptor: %s", strerror(errno));
	return catalog_look(segments, catalog, why);
}

/* --- where new characters appear ------------------------------------------------------------------------------------ */

static bool place_parse(const char *text, struct place *place)
{
	unsigned map, x, y;
	int end = 0;
	if (sscanf(text, "%5u-%3u-%3u%n", &map, &x, &y, &end) != 3 || text[end] != '\0' || map > UINT16_MAX ||
		!tile_is_on_map((int)x, (int)y))
		return false;
	*place = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	return true;
}

/* world.start, else StartPos of Server.ini if its map is there, else Ullathorpe (rules-life-combat-magic.md 3.6). */
static bool start_choose(const struct config *config, const struct catalog *catalog, struct place *start,
						 struct problem *why)
{
	if (config->world.start[0] != '\0') {
		if (!place_parse(config->world.start, start) || catalog_map(catalog, start->map) == NULL)
			return problem_set(why, "world.start = \"%s\"; map-x-y of a map of this world is needed, e.g. 1-58-45",
							   config->world.start);
		return true;
	}
	struct server_ini *ini = calloc(1, sizeof *ini);
	if (ini == NULL)
		return problem_set(why, "out of memory for Server.ini");
	bool good = server_ini_read(config->world.path, ini, NULL, why);
	bool there = ini->has_start && catalog_map(catalog, ini->start.map) != NULL;
	if (good && ini->has_start && !there)
		log_warning("world: StartPos of Server.ini is on map %u, which this world does not have; Ullathorpe is taken",
					ini->start.map);
	*start = good && there ? ini->start : catalog_city(catalog, CITY_ULLATHORPE)->place;
	free(ini);
	if (!good)
		return false;
	if (catalog_map(catalog, start->map) == NULL)
		return problem_set(why, "world.start: the usual start is on map %u, which this world does not have; set it",
						   start->map);
	return true;
}

bool segments_check(struct segments *segments, const struct config *config, struct problem *why)
{
	bool good = segments_read(segments, config, why);
	fd_close(&segments->catalog_fd);
	return good;
}

bool segments_read(struct segments *segments, const struct config *config, struct problem *why)
{
	const struct catalog *catalog = NULL;
	struct world_limits limits;
	struct place start;
	segments_clear(segments);
	bool good = text_catalog_load(config->game.texts, why) &&
				catalog_make(segments, config->world.path, &catalog, why) &&
				limits_world(&limits, config, limits_workers(config), catalog_map_max(catalog), why) &&
				start_choose(config, catalog, &start, why);
	catalog_detach(&catalog);
	if (!good)
		fd_close(&segments->catalog_fd);
	return good;
}

/* --- the world ---------------------------------------------------------------------------------------------------- */

static uint64_t seed_choose(const struct config *config)
{
	uint64_t seed = (uint64_t)config->world.seed;
	if (seed == 0 && getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		seed = (uint64_t)getpid();
	return seed;
}

/* No child inherits this mapping (they attach their own), and no core dump of ours holds the world. */
static void mapping_mark(const struct world *world)
{
	madvise(world->base, world->size, MADV_DONTFORK);
	madvise(world->base, world->size, MADV_DONTDUMP);
}

/* Of every worker slot: its clients are still to come. */
static uint32_t all_slots(unsigned workers)
{
	return workers >= 32 ? UINT32_MAX : (UINT32_C(1) << workers) - 1;
}

static bool world_make(struct segments *segments, const struct segments *former, const struct config *config,
					   unsigned workers, const struct catalog *catalog, struct problem *why)
{
	struct world_limits limits;
	struct place start;
	if (!limits_world(&limits, config, workers, catalog_map_max(catalog), why) ||
		!start_choose(config, catalog, &start, why))
		return false;
	if (former != NULL && limits.connections < former->world.limits.connections)
		limits.connections = former->world.limits.connections;
	limits.items = catalog_item_max(catalog);
	segments->world_fd = world_segment_create(&limits, seed_choose(config), why);
	if (segments->world_fd < 0) {
		problem_prefix(why, "world: %llu MiB of shared memory",
					   (unsigned long long)(world_segment_size(&limits) >> 20));
		return false;
	}
	if (!world_attach(&segments->world, segments->world_fd, why) || !world_populate(&segments->world, catalog, why))
		return false;
	segments->world.realm->start = start;
	if (former != NULL &&
		former->world.realm != NULL) /* of a program with another layout nothing but limits is known */
		blame_carry_over(segments->world.realm, former->world.realm, clock_mono_ms());
	segments->world.realm->returning = former != NULL ? all_slots(workers) : 0;
	world_publish(&segments->world);
	mapping_mark(&segments->world);
	return true;
}

static bool wakers_make(struct segments *segments, unsigned workers, struct problem *why)
{
	for (unsigned i = 0; i < PROCESS_SLOTS; i++) {
		if (i >= workers && i != SLOT_KEEPER)
			continue;
		segments->wake_fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (segments->wake_fd[i] < 0)
			return problem_set(why, "eventfd: %s", strerror(errno));
	}
	return true;
}

bool segments_create(struct segments *segments, const struct config *config, unsigned workers, struct problem *why)
{
	return segments_renew(segments, NULL, config, workers, NULL, why);
}

bool segments_renew(struct segments *segments, const struct segments *former, const struct config *config,
					unsigned workers, const struct segments *catalog_of, struct problem *why)
{
	const struct catalog *catalog = NULL;
	segments_clear(segments);
	bool good = catalog_of != NULL ? catalog_keep(segments, catalog_of, &catalog, why)
								   : text_catalog_load(config->game.texts, why) &&
										 catalog_make(segments, config->world.path, &catalog, why);
	good = good && world_make(segments, former, config, workers, catalog, why) &&
		   wakers_make(segments, segments->world.limits.workers, why);
	catalog_detach(&catalog);
	if (!good)
		segments_destroy(segments);
	return good;
}

bool segments_take_over(struct segments *segments, struct problem *why)
{
	if (!world_attach(&segments->world, segments->world_fd, why))
		return false;
	mapping_mark(&segments->world);
	return true;
}

bool segments_resume(struct segments *segments, const struct config *config, struct problem *why)
{
	const struct catalog *catalog = NULL;
	bool good = segments_take_over(segments, why) && catalog_look(segments, &catalog, why) &&
				text_catalog_load(config->game.texts, why);
	if (good && atomic_load(&segments->world.header->state) != WORLD_READY)
		good = problem_set(why, "it is closed: its server ended by itself");
	if (good && (segments->world.header->catalog_hash != segments->catalog_hash ||
				 segments->world.limits.maps != catalog_map_max(catalog)))
		good = problem_set(why, "it was not made from this catalog");
	catalog_detach(&catalog);
	return good && wakers_make(segments, segments->world.limits.workers, why);
}

void segments_close(struct segments *segments)
{
	if (segments->world.base != NULL)
		atomic_store(&segments->world.header->state, WORLD_EMPTY);
}
