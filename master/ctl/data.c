/* Commands about a world's files; they need no server. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/catalog/catalog.h"
#include "master/ctl/commands.h"
#include "master/ctl/world_compile.h"

int world_compile_command(const struct ctl *ctl, int argc, char **argv)
{
	(void)ctl;
	return world_compile_main(argc, argv);
}

struct facts {
	unsigned maps, exits, creatures_placed, objects_placed, items, creatures, spells;
};

static void map_count(struct facts *facts, const struct catalog *catalog, const struct map_def *map)
{
	unsigned count;
	facts->maps++;
	map_creatures(catalog, map, &count);
	facts->creatures_placed += count;
	map_objects(catalog, map, &count);
	facts->objects_placed += count;
	map_exits(catalog, map, &count);
	facts->exits += count;
}

static struct facts facts_count(const struct catalog *catalog)
{
	struct facts facts = {0};
	for (unsigned i = 1; i <= catalog_map_max(catalog); i++) {
		if (catalog_map(catalog, i) != NULL)
			map_count(&facts, catalog, catalog_map(catalog, i));
	}
	for (unsigned i = 1; i <= catalog_item_max(catalog); i++)
		facts.items += catalog_item(catalog, i) != NULL;
	for (unsigned i = 1; i <= catalog_creature_max(catalog); i++)
		facts.creatures += catalog_creature(catalog, i) != NULL;
	for (unsigned i = 1; i <= catalog_spell_max(catalog); i++)
		facts.spells += catalog_spell(catalog, i) != NULL;
	return facts;
}

static void facts_show(const struct catalog *catalog, const struct catalog_warnings *warnings, uint64_t took_ms)
{
	struct facts facts = facts_count(catalog);
	printf("maps       %8u, with %u exits, %u creatures and %u objects placed\n", facts.maps, facts.exits,
		   facts.creatures_placed, facts.objects_placed);
	printf("items      %8u\n", facts.items);
	printf("creatures  %8u kinds\n", facts.creatures);
	printf("spells     %8u\n", facts.spells);
	printf("warnings   %8u%s\n", warnings->total,
		   warnings->total > warnings->kept ? " (the first ones are above)" : "");
	printf("catalog    %8zu KiB, content %016llx, loaded in %llu ms\n", catalog_size_bytes(catalog) / 1024,
		   (unsigned long long)catalog_content_hash(catalog), (unsigned long long)took_ms);
}

int check_world_command(const struct ctl *ctl, int argc, char **argv)
{
	struct problem why;
	(void)ctl;
	if (argc != 2)
		return command_usage(argv[0], "one folder must follow: the one with Dat and Maps in it");
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	if (warnings == NULL)
		return CTL_PROBLEM;
	uint64_t began_ms = clock_mono_ms();
	int fd = catalog_build(argv[1], warnings, &why);
	uint64_t took_ms = clock_mono_ms() - began_ms;
	for (unsigned i = 0; i < warnings->kept; i++)
		printf("warning: %s\n", warnings->text[i]);
	const struct catalog *catalog = fd >= 0 ? catalog_attach(fd, &why) : NULL;
	int code = catalog != NULL ? CTL_DONE : command_problem(argv[0], &why);
	if (catalog != NULL)
		facts_show(catalog, warnings, took_ms);
	catalog_detach(&catalog);
	if (fd >= 0)
		close(fd);
	free(warnings);
	return code;
}
