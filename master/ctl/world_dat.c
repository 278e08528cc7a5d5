/* The definition files: every section and key checked against the tables of world_schema.c and written in the classic
 * form, which is ISO-8859-1 with CR LF (formats.md 1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master/ctl/world_model.h"

#define NAMES_FILE    "Dat/NombresInvalidos.txt"
#define CLIENT_SPELLS 46 /* the client's own list has as many */
#define NOT_THERE     "is not defined in"

/* --- values ---------------------------------------------------------------------------------------------------------- */

static bool text_compile(const struct source *source, const struct key_rule *rule, const struct source_entry *entry,
						 struct output_file *file, struct problem *why)
{
	size_t length = strlen(entry->value);
	if (length == 0 || length > (size_t)rule->high)
		return source_problem(source, entry->line, why, "%s has %zu characters; 1 to %d are allowed",
							  source_show(entry->key).text, length, (int)rule->high);
	if (entry->value[0] == '"')
		return source_problem(source, entry->line, why, "%s begins with a quotation mark; texts stand without",
							  source_show(entry->key).text);
	output_bytes(file, entry->value, length);
	return true;
}

static bool integer_compile(const struct source *source, const struct key_rule *rule, const struct source_entry *entry,
							struct output_file *file, struct problem *why)
{
	int64_t value = 0;
	const char *end = NULL;
	if (!source_number(entry->value, &value, &end) || !source_nothing_left(end) || value < rule->low ||
		value > rule->high)
		return source_problem(source, entry->line, why, "%s = '%s'; a whole number from %d to %d is allowed",
							  source_show(entry->key).text, source_show(entry->value).text, (int)rule->low,
							  (int)rule->high);
	output_text(file, "%d", (int)value);
	return true;
}

static bool decimal_compile(const struct source *source, const struct key_rule *rule, const struct source_entry *entry,
							struct output_file *file, struct problem *why)
{
	const char *c = entry->value;
	size_t digits = strspn(c, "0123456789");
	size_t length = digits;
	if (digits > 0 && c[digits] == '.') {
		size_t fraction = strspn(c + digits + 1, "0123456789");
		length = fraction == 0 ? 0 : digits + 1 + fraction;
	}
	char copy[16];
	if (length > 0 && length < sizeof copy && source_nothing_left(c + length)) {
		memcpy(copy, c, length);
		copy[length] = '\0';
		double value = 0, scale = 1;
		for (const char *digit = copy; *digit != '\0'; digit++) {
			if (*digit == '.')
				continue;
			value = value * 10 + (*digit - '0');
			scale *= digit > copy + digits ? 10 : 1;
		}
		if (value / scale > rule->low && value / scale <= rule->high) {
			output_text(file, "%s", copy);
			return true;
		}
	}
	return source_problem(
		source, entry->line, why, "%s = '%s'; a number such as 0.85, above %d and at most %d, is allowed",
		source_show(entry->key).text, source_show(entry->value).text, (int)rule->low, (int)rule->high);
}

static bool word_compile(const struct source *source, const struct key_rule *rule, const struct source_entry *entry,
						 struct output_file *file, struct problem *why)
{
	char word[32];
	size_t length = strcspn(entry->value, " \t;");
	if (length < sizeof word && source_nothing_left(entry->value + length)) {
		memcpy(word, entry->value, length);
		word[length] = '\0';
		const char *canonical = NULL;
		if (schema_word(rule->words, word, &canonical, &length)) {
			output_bytes(file, canonical, length);
			return true;
		}
	}
	return source_problem(source, entry->line, why, "%s = '%s'; one of these is allowed: %s",
						  source_show(entry->key).text, source_show(entry->value).text, rule->words);
}

static bool is_defined(const struct world *world, enum value_kind kind, int64_t number, const char **what,
					   const char **where)
{
	*what = kind == VALUE_CREATURE ? "creature" : kind == VALUE_SPELL ? "spell" : "item";
	*where = world_file_rules[kind == VALUE_CREATURE ? FILE_CREATURES
							  : kind == VALUE_SPELL  ? FILE_SPELLS
													 : FILE_ITEMS]
				 .name;
	if (kind == VALUE_CREATURE)
		return world_creature(world, number) != NULL;
	if (kind == VALUE_SPELL)
		return world_spell(world, number) != NULL;
	return world_item(world, number) != NULL;
}

static bool reference_compile(const struct world *world, const struct source *source, const struct key_rule *rule,
							  const struct source_entry *entry, struct output_file *file, struct problem *why)
{
	int64_t number = 0;
	const char *end = NULL, *what = NULL, *where = NULL;
	bool found = is_defined(world, rule->kind, 0, &what, &where);
	if (!source_number(entry->value, &number, &end) || !source_nothing_left(end))
		return source_problem(source, entry->line, why, "%s = '%s'; the number of one %s is allowed",
							  source_show(entry->key).text, source_show(entry->value).text, what);
	found = is_defined(world, rule->kind, number, &what, &where);
	if (!found)
		return source_problem(source, entry->line, why, "%s = %d; %s %d " NOT_THERE " %s", entry->key, (int)number,
							  what, (int)number, where);
	output_text(file, "%d", (int)number);
	return true;
}

static bool stock_compile(const struct world *world, const struct source *source, const struct key_rule *rule,
						  const struct source_entry *entry, struct output_file *file, struct problem *why)
{
	int64_t item = 0, amount = 0;
	const char *end = NULL;
	if (!source_number(entry->value, &item, &end) || *end != '-' || !source_number(end + 1, &amount, &end) ||
		!source_nothing_left(end) || amount < rule->low || amount > rule->high)
		return source_problem(
			source, entry->line, why, "%s = '%s'; item-amount is allowed, with an amount from %d to %d",
			source_show(entry->key).text, source_show(entry->value).text, (int)rule->low, (int)rule->high);
	if (world_item(world, item) == NULL)
		return source_problem(source, entry->line, why, "%s: item %d " NOT_THERE " %s", entry->key, (int)item,
							  world_file_rules[FILE_ITEMS].name);
	output_text(file, "%d-%d", (int)item, (int)amount);
	return true;
}

static bool place_compile(const struct world *world, const struct source *source, const struct source_entry *entry,
						  struct output_file *file, struct problem *why)
{
	int64_t map = 0, x = 0, y = 0;
	const char *end = NULL;
	if (!source_number(entry->value, &map, &end) || *end != '-' || !source_number(end + 1, &x, &end) || *end != '-' ||
		!source_number(end + 1, &y, &end) || !source_nothing_left(end))
		return source_problem(source, entry->line, why, "%s = '%s'; map-x-y is allowed, for instance 1-58-45",
							  source_show(entry->key).text, source_show(entry->value).text);
	if (map < 1 || map > WORLD_MAPS || world->maps[map] == NULL)
		return source_problem(source, entry->line, why, "%s: map %d is not in Maps/", entry->key, (int)map);
	if (!world_may_stand((int)x, (int)y) || world_tile(world->maps[map], (int)x, (int)y)->blocked)
		return source_problem(source, entry->line, why, "%s: nobody can stand on tile (%d,%d) of map %d", entry->key,
							  (int)x, (int)y, (int)map);
	output_text(file, "%d-%d-%d", (int)map, (int)x, (int)y);
	return true;
}

static bool value_write(struct world *world, const struct source *source, const struct key_rule *rule,
						const struct source_entry *entry, struct output_file *file, struct problem *why)
{
	switch (rule->kind) {
	case VALUE_TEXT:
		return text_compile(source, rule, entry, file, why);
	case VALUE_INTEGER:
		return integer_compile(source, rule, entry, file, why);
	case VALUE_DECIMAL:
		return decimal_compile(source, rule, entry, file, why);
	case VALUE_WORD:
		return word_compile(source, rule, entry, file, why);
	case VALUE_ITEM:
	case VALUE_CREATURE:
	case VALUE_SPELL:
		return reference_compile(world, source, rule, entry, file, why);
	case VALUE_STOCK:
		return stock_compile(world, source, rule, entry, file, why);
	case VALUE_PLACE:
		return place_compile(world, source, entry, file, why);
	case VALUE_COUNTED:
		break;
	}
	return source_problem(source, entry->line, why, "%s is counted by the compiler; leave it out", entry->key);
}

bool world_value_compile(struct world *world, const struct source *source, const struct key_rule *rule, int number,
						 const struct source_entry *entry, struct output_file *file, struct problem *why)
{
	size_t stem = strcspn(rule->name, "#");
	output_bytes(file, rule->name, stem);
	if (rule->name[stem] == '#')
		output_text(file, "%d", number);
	output_text(file, "=");
	if (!value_write(world, source, rule, entry, file, why))
		return false;
	output_text(file, "\r\n");
	return true;
}

/* --- sections -------------------------------------------------------------------------------------------------------- */

static bool unknown_key(const struct source *source, const struct source_section *section,
						const struct section_rule *rule, const struct source_entry *entry, struct problem *why)
{
	const char *near = schema_nearest_key(rule, entry->key);
	struct source_shown hint = source_show(near == NULL ? "" : near);
	return source_problem(source, entry->line, why, "'%s' is not a key of [%s]; %s%s%setc/world/README.md lists them",
						  source_show(entry->key).text, source_show(section->name).text,
						  near == NULL ? "" : "did you mean '", hint.text, near == NULL ? "" : "'? ");
}

/* How many of the numbered keys there are, and the highest number. */
static int numbered_keys(const struct source *source, const struct source_section *section, const char *pattern,
						 int most, int *highest)
{
	int count = 0, number = 0;
	*highest = 0;
	for (size_t i = 0; i < section->count; i++) {
		if (!schema_matches(pattern, most, source->entries[section->first + i].key, &number))
			continue;
		count++;
		*highest = number > *highest ? number : *highest;
	}
	return count;
}

static int most_of(const struct section_rule *rule, const char *pattern)
{
	for (size_t i = 0; i < rule->key_count; i++) {
		if (strcmp(rule->keys[i].name, pattern) == 0)
			return rule->keys[i].most;
	}
	return 0;
}

/* Needed keys are there, numbered ones begin with 1 and leave no gap; counts are written. */
static bool section_complete(const struct source *source, const struct source_section *section,
							 const struct section_rule *rule, struct output_file *file, struct problem *why)
{
	for (size_t i = 0; i < rule->key_count; i++) {
		const struct key_rule *key = &rule->keys[i];
		int highest = 0;
		if ((key->flags & KEY_NEEDED) != 0 && source_entry(source, section, key->name) == NULL)
			return source_problem(source, section->line, why, "[%s] needs the key %s", source_show(section->name).text,
								  key->name);
		if (key->kind == VALUE_COUNTED) {
			int count = numbered_keys(source, section, key->words, most_of(rule, key->words), &highest);
			if (count > 0)
				output_text(file, "%s=%d\r\n", key->name, count);
		} else if (key->most > 0 && (key->flags & KEY_GAPS) == 0 &&
				   numbered_keys(source, section, key->name, key->most, &highest) != highest) {
			return source_problem(source, section->line, why, "[%s]: the keys %s are numbered 1, 2, 3 ... without gaps",
								  source_show(section->name).text, key->name);
		}
	}
	return true;
}

bool world_section_compile(struct world *world, const struct source *source, const struct source_section *section,
						   const struct section_rule *rule, const char *heading, const char *skip,
						   struct output_file *file, struct problem *why)
{
	output_text(file, "[%s]\r\n", heading);
	for (size_t i = 0; i < section->count; i++) {
		const struct source_entry *entry = &source->entries[section->first + i];
		int number = 0;
		const struct key_rule *key = schema_key(rule, entry->key, &number);
		if (key == NULL)
			return unknown_key(source, section, rule, entry, why);
		size_t before = file->size;
		if (!world_value_compile(world, source, key, number, entry, file, why))
			return false;
		if (skip != NULL && strcmp(key->name, skip) == 0)
			file->size = before;
	}
	if (!section_complete(source, section, rule, file, why))
		return false;
	output_text(file, "\r\n");
	return true;
}

/* --- files ----------------------------------------------------------------------------------------------------------- */

static int highest_section(const struct source *source, const struct section_rule *rule, int *count)
{
	int highest = 0, number = 0;
	*count = 0;
	for (size_t i = 0; i < source->section_count; i++) {
		if (!schema_matches(rule->name, rule->most, source->sections[i].name, &number))
			continue;
		*count += 1;
		highest = number > highest ? number : highest;
	}
	return highest;
}

static int counted_number(const struct file_rule *rule, const struct source *source)
{
	int number = 0;
	if (strcmp(rule->counted, rule->sections[0].name) == 0)
		return highest_section(source, &rule->sections[0], &number);
	const struct source_section *section = source_section(source, rule->sections[0].name);
	return section == NULL
			   ? 0
			   : numbered_keys(source, section, rule->counted, most_of(&rule->sections[0], rule->counted), &number);
}

static bool sections_complete(const struct source *source, const struct file_rule *rule, struct problem *why)
{
	for (size_t i = 0; i < rule->section_count; i++) {
		const struct section_rule *section = &rule->sections[i];
		int count = 0;
		if ((section->flags & SECTION_NEEDED) != 0 && source_section(source, section->name) == NULL)
			return problem_set(why, "%s: the section [%s] is needed", source->path, source_show(section->name).text);
		if ((section->flags & (SECTION_CONTIGUOUS | SECTION_ALL)) == 0)
			continue;
		int highest = highest_section(source, section, &count);
		if (count != highest)
			return problem_set(why,
							   "%s: the sections [%s] are numbered 1, 2, 3 ... without gaps; %d are there, up to %d",
							   source->path, section->name, count, highest);
		if ((section->flags & SECTION_ALL) != 0 && count != section->most)
			return problem_set(why, "%s: all %d sections [%s] are needed; %d are there", source->path, section->most,
							   section->name, count);
	}
	return true;
}

static bool file_compile(struct world *world, enum world_file which, struct problem *why)
{
	const struct file_rule *rule = &world_file_rules[which];
	const struct source *source = &world->files[which];
	struct output_file *file = world_output_file(&world->output, rule->name);
	if (!sections_complete(source, rule, why))
		return false;
	if (rule->count_key != NULL) {
		int count = counted_number(rule, source);
		if (which == FILE_SPELLS && count < CLIENT_SPELLS)
			count = CLIENT_SPELLS;
		output_text(file, "[INIT]\r\n%s=%d\r\n\r\n", rule->count_key, count);
	}
	for (size_t i = 0; i < source->section_count; i++) {
		const struct source_section *section = &source->sections[i];
		int number = 0;
		const struct section_rule *section_rule = schema_section(rule, section->name, &number);
		if (section_rule == NULL)
			return source_problem(source, section->line, why, "[%s] is no section of this file; [%s]%s",
								  source_show(section->name).text, source_show(rule->sections[0].name).text,
								  rule->section_count > 1 ? " and those of etc/world/README.md are allowed"
														  : " is allowed");
		if (!world_section_compile(world, source, section, section_rule, section->name, NULL, file, why))
			return false;
	}
	return true;
}

/* Numbers without a spell of their own are filled, since spells are counted without gaps (formats.md 9): nobody can
 * cast them. */
static void fill_spells(struct world *world, struct output_file *file)
{
	int count = 0;
	int highest = highest_section(&world->files[FILE_SPELLS], &world_file_rules[FILE_SPELLS].sections[0], &count);
	for (int n = 1; n <= highest || n <= CLIENT_SPELLS; n++) {
		if (world_spell(world, n) == NULL)
			output_text(file,
						"[HECHIZO%d]\r\nNombre=Hechizo olvidado\r\nDesc=Nadie recuerda sus palabras.\r\nTipo=0\r\n"
						"Target=0\r\nMinSkill=101\r\nManaRequerido=1\r\nStaRequerido=1\r\n\r\n",
						n);
	}
}

/* One forbidden part of a name per line: formats.md 15. */
static bool names_compile(struct world *world, struct problem *why)
{
	struct source source;
	bool missing = false;
	if (!source_read(&source, world->folder, NAMES_FILE, &missing, why))
		return false;
	bool fine = true;
	if (!missing) {
		const struct source_section *words = source_section(&source, "words");
		if (words == NULL || source.section_count != 1)
			fine = problem_set(why, "%s: one section [words] is allowed, with a forbidden part of a name in each line",
							   source.path);
		struct output_file *file = world_output_file(&world->output, NAMES_FILE);
		for (size_t i = 0; fine && i < source.entry_count; i++)
			output_text(file, "%s\r\n", source.entries[i].value);
	}
	source_free(&source);
	return fine;
}

static void index_sections(const struct world *world, enum world_file which, int *index, int *count)
{
	const struct source *source = &world->files[which];
	for (size_t i = 0; i < source->section_count; i++) {
		int number = 0;
		const struct section_rule *rule = schema_section(&world_file_rules[which], source->sections[i].name, &number);
		if (rule == NULL)
			continue; /* told when the file is compiled */
		index[number] = (int)i + 1;
		*count += 1;
	}
}

bool world_definitions_read(struct world *world, struct problem *why)
{
	for (int i = 0; i < FILE_COUNT; i++) {
		bool missing = false;
		bool *may_miss = world_file_rules[i].needed ? NULL : &missing;
		if (!source_read(&world->files[i], world->folder, world_file_rules[i].name, may_miss, why))
			return false;
		world->there[i] = !missing;
	}
	index_sections(world, FILE_ITEMS, world->item_section, &world->summary.items);
	index_sections(world, FILE_CREATURES, world->creature_section, &world->summary.creatures);
	index_sections(world, FILE_SPELLS, world->spell_section, &world->summary.spells);
	return true;
}

bool world_definitions_compile(struct world *world, struct problem *why)
{
	for (int i = 0; i < FILE_COUNT; i++) {
		if (world->there[i] && !file_compile(world, (enum world_file)i, why))
			return false;
		if (i == FILE_SPELLS)
			fill_spells(world, &world->output.files[world->output.count - 1]);
	}
	return names_compile(world, why);
}
