#include "master/ctl/world_compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master/ctl/world_model.h"

void world_warn(struct world *world, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	world->summary.warnings++;
	if (world->hearer != NULL)
		world->hearer->warning(world->hearer->context, text);
}

/* --- asking the model ------------------------------------------------------------------------------------------------ */

static const struct source_section *section_at(const struct world *world, enum world_file file, const int *index,
											   int64_t number, int64_t most)
{
	if (number < 1 || number > most || index[number] == 0)
		return NULL;
	return &world->files[file].sections[index[number] - 1];
}

const struct source_section *world_item(const struct world *world, int64_t number)
{
	return section_at(world, FILE_ITEMS, world->item_section, number, WORLD_ITEMS);
}

const struct source_section *world_creature(const struct world *world, int64_t number)
{
	return section_at(world, FILE_CREATURES, world->creature_section, number, WORLD_CREATURES);
}

const struct source_section *world_spell(const struct world *world, int64_t number)
{
	return section_at(world, FILE_SPELLS, world->spell_section, number, WORLD_SPELLS);
}

const char *world_text(const struct world *world, enum world_file file, const struct source_section *section,
					   const char *key)
{
	const struct source_entry *entry = source_entry(&world->files[file], section, key);
	return entry == NULL ? "" : entry->value;
}

int64_t world_number(const struct world *world, enum world_file file, const struct source_section *section,
					 const char *key)
{
	int64_t number = 0;
	const char *end = NULL;
	return source_number(world_text(world, file, section, key), &number, &end) ? number : 0;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static bool compile(struct world *world, const char *target, struct problem *why)
{
	return world_definitions_read(world, why) && world_maps_read(world, why) && world_definitions_compile(world, why) &&
		   world_definitions_check(world, why) && world_maps_compile(world, why) &&
		   world_output_write(&world->output, target, why);
}

bool world_compile(const char *source, const char *target, const struct world_hearer *hearer,
				   struct world_summary *summary, struct problem *why)
{
	struct world *world = calloc(1, sizeof *world);
	if (world == NULL)
		return problem_set(why, "out of memory");
	world->folder = source;
	world->hearer = hearer;
	bool done = compile(world, target, why);
	if (done)
		*summary = world->summary;
	for (int i = 0; i < FILE_COUNT; i++)
		source_free(&world->files[i]);
	world_maps_free(world);
	world_output_free(&world->output);
	free(world);
	return done;
}

static void print_warning(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "warning: %s\n", text);
}

int world_compile_main(int argc, char **argv)
{
	struct world_hearer hearer = {.warning = print_warning};
	struct world_summary summary = {0};
	struct problem why = {""};
	if (argc != 3 || argv[1][0] == '-') {
		bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
		fprintf(asked ? stdout : stderr,
				"usage: world-compile SOURCE_DIR TARGET_DIR\n"
				"Compiles a world written as text (see etc/world/README.md) into the classic files that the server "
				"loads.\nTARGET_DIR is replaced as a whole; on a mistake in the source nothing is written.\n");
		return asked ? 0 : 2;
	}
	if (!world_compile(argv[1], argv[2], &hearer, &summary, &why)) {
		fprintf(stderr, "world-compile: %s\nworld-compile: nothing was written\n", why.text);
		return 1;
	}
	printf("world compiled into %s: %d maps, %d items, %d creatures, %d spells, %d warnings\n", argv[2], summary.maps,
		   summary.items, summary.creatures, summary.spells, summary.warnings);
	return 0;
}
