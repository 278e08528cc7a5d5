#include "master/ctl/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"
#include "common/protocol/charset.h"

static const struct {
	const char *name;
	explain_fn *run;
	const char *terms;
} subjects[] = {
	{"hit", explain_hit,
	 "class level skill strength agility blow-min blow-max weapon ammunition gloves boat stabbing wrestling;\n"
	 "          against creature, or victim-class victim-level victim-evasion victim-agility victim-shields\n"
	 "          victim-shield victim-armour victim-helmet victim-boat victim-meditates"},
	{"cast", explain_cast,
	 "spell class level weapon ring; against creature, or victim-helmet victim-ring\n"
	 "          victim-level"},
	{"drop", explain_drop, "creature"},
	{"exp", explain_exp, "creature damage hp; or level, and skill"},
	{"gain", explain_gain, "class level constitution intelligence"},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* --- terms -------------------------------------------------------------------------------------------------------------- */

static const char *term_value(struct explain *explain, const char *name)
{
	for (unsigned i = 0; i < explain->count; i++) {
		if (strlen(name) == explain->term[i].name_length &&
			memcmp(name, explain->term[i].name, explain->term[i].name_length) == 0) {
			explain->term[i].used = true;
			return explain->term[i].value;
		}
	}
	return NULL;
}

/* The first problem counts. */
#define TROUBLE(explain, ...)                                                                                          \
	do {                                                                                                               \
		if ((explain)->why.text[0] == '\0')                                                                            \
			problem_set(&(explain)->why, __VA_ARGS__);                                                                 \
	} while (0)

int explain_number(struct explain *explain, const char *name, int usual, int low, int high)
{
	const char *value = term_value(explain, name);
	int64_t number = usual;
	if (value != NULL && !number_parse(value, low, high, &number))
		TROUBLE(explain, "%s=%s: a number from %d to %d is allowed", name, value, low, high);
	return (int)number;
}

unsigned explain_class(struct explain *explain, const char *name, unsigned usual)
{
	const char *value = term_value(explain, name);
	int64_t number = usual;
	if (value == NULL || number_parse(value, 1, CLASS_COUNT, &number))
		return (unsigned)number;
	char latin1[64];
	size_t length = 0;
	if (charset_latin1_from_utf8(value, strlen(value), latin1, sizeof latin1, &length))
		number = table_class_number(latin1, length);
	if (number == 0 || length == 0) {
		TROUBLE(explain, "%s=%s: there is no such class", name, value);
		return usual;
	}
	return (unsigned)number;
}

/* 0 = not given, or a problem. */
static unsigned thing_number(struct explain *explain, const char *name, unsigned most)
{
	return (unsigned)explain_number(explain, name, 0, 1, (int)most);
}

/* What the catalog has under a number that was given. */
#define THING(explain, name, kind, number)                                                                             \
	unsigned given_ = thing_number((explain), (name), catalog_##kind##_max((explain)->catalog));                       \
	const struct kind##_def *thing_ = catalog_##kind((explain)->catalog, given_);                                      \
	if (given_ != 0 && thing_ == NULL)                                                                                 \
		TROUBLE((explain), "%s=%u: there is no " #kind " of this number", (name), given_);                             \
	if ((number) != NULL)                                                                                              \
		*(number) = given_;                                                                                            \
	return thing_

const struct item_def *explain_item(struct explain *explain, const char *name, unsigned *number)
{
	THING(explain, name, item, number);
}

const struct creature_def *explain_creature(struct explain *explain, const char *name, unsigned *number)
{
	THING(explain, name, creature, number);
}

const struct spell_def *explain_spell(struct explain *explain, const char *name, unsigned *number)
{
	THING(explain, name, spell, number);
}

bool explain_ready(struct explain *explain)
{
	for (unsigned i = 0; i < explain->count; i++) {
		if (!explain->term[i].used)
			TROUBLE(explain, "%.*s is no term of this (argentumctl explain lists them)",
					(int)explain->term[i].name_length, explain->term[i].name);
	}
	return explain->why.text[0] == '\0';
}

const char *explain_latin1(const char *latin1)
{
	static char buffers[8][512];
	static unsigned next;
	char *buffer = buffers[next++ % 8];
	charset_encode_z(CHARSET_UTF8, text_of(latin1), buffer, sizeof buffers[0]);
	return buffer;
}

const char *explain_text(const struct explain *explain, uint32_t text)
{
	return explain_latin1(catalog_text(explain->catalog, text));
}

/* --- the command ---------------------------------------------------------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: argentumctl explain [--world FOLDER] SUBJECT [TERM=VALUE ...]\n\n"
					"The formulas of the rules with their terms, from a world's files. Subjects and their terms:\n");
	for (unsigned i = 0; i < SUBJECTS; i++)
		fprintf(stderr, "  %-7s %s\n", subjects[i].name, subjects[i].terms);
	fprintf(stderr, "Items, creatures and spells are given by number, classes by name or number.\n");
	return CTL_USAGE;
}

static bool terms_read(struct explain *explain, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		if (equals == NULL || explain->count == EXPLAIN_TERMS)
			return problem_set(&explain->why, "'%s': TERM=VALUE is expected, %d of them at most", argv[i],
							   EXPLAIN_TERMS);
		explain->term[explain->count].name = argv[i];
		explain->term[explain->count].name_length = (unsigned)(equals - argv[i]);
		explain->term[explain->count].value = equals + 1;
		explain->count++;
	}
	return true;
}

static int explain_world(struct explain *explain, const char *world, explain_fn *run, const char *name)
{
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	int fd = warnings != NULL ? catalog_build(world, warnings, &explain->why) : -1;
	explain->catalog = fd >= 0 ? catalog_attach(fd, &explain->why) : NULL;
	if (explain->catalog != NULL) {
		explain->why.text[0] = '\0';
		run(explain);
	}
	catalog_detach(&explain->catalog);
	if (fd >= 0)
		close(fd);
	free(warnings);
	return explain->why.text[0] == '\0' ? CTL_DONE : command_problem(name, &explain->why);
}

int explain_command(const struct ctl *ctl, int argc, char **argv)
{
	static struct config config;
	struct explain explain = {.config = &config};
	const char *world = NULL, *name = argv[0];
	(void)ctl;
	if (argc > 2 && strcmp(argv[1], "--world") == 0) {
		world = argv[2];
		argc -= 2;
		argv += 2;
	}
	explain_fn *run = NULL;
	for (unsigned i = 0; argc > 1 && i < SUBJECTS; i++) {
		if (strcmp(subjects[i].name, argv[1]) == 0)
			run = subjects[i].run;
	}
	if (run == NULL)
		return usage();
	if (!ctl_config(&config, &explain.why) || !terms_read(&explain, argc - 2, argv + 2))
		return command_problem(name, &explain.why);
	return explain_world(&explain, world != NULL ? world : config.world.path, run, name);
}
