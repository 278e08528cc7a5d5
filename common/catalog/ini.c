#include "common/catalog/ini.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalog/fold.h"

struct ini {
	struct file_bytes file;
	struct ini_section *sections; /* in file order */
	uint32_t *section_order;      /* their numbers, sorted by hash and name */
	uint32_t section_count, section_capacity;
	struct ini_entry *entries; /* sorted by section, hash, key, line once parsed */
	uint32_t entry_count, entry_capacity;
	struct tally odd; /* lines that are neither remark nor blank nor of use */
};

/* The next letter of a section's or key's name as names are compared, taken off: in upper case, and an enye as the N that some
 * files write for it (rules-life-combat-magic.md 13.1), be it one byte of Latin-1 or two of UTF-8. */
static unsigned char letter_take(const char **name)
{
	enum { ENYE = 0xD1, UTF8_FIRST = 0xC3, UTF8_ENYE = 0x91, UTF8_SMALL_ENYE = 0xB1 };
	unsigned char letter = (unsigned char)*(*name)++, next = (unsigned char)**name;
	if (letter == UTF8_FIRST && (next == UTF8_ENYE || next == UTF8_SMALL_ENYE)) {
		(*name)++;
		return 'N';
	}
	letter = fold_upper(letter);
	return letter == ENYE ? 'N' : letter;
}

static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	while (*name != '\0')
		hash = (hash ^ letter_take(&name)) * 16777619u;
	return hash;
}

static int name_compare(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		int x = letter_take(&a), y = letter_take(&b);
		if (x != y)
			return x - y;
	}
	return (*a != '\0') - (*b != '\0');
}

static bool name_equal(const char *a, const char *b)
{
	return name_compare(a, b) == 0;
}

static bool array_grow(void **rows, uint32_t count, uint32_t *capacity, size_t stride)
{
	if (count < *capacity)
		return true;
	uint32_t more = *capacity == 0 ? 64 : *capacity * 2; /* bounded by INI_LINES_MAX */
	void *grown = realloc(*rows, (size_t)more * stride);
	if (grown == NULL)
		return false;
	*rows = grown;
	*capacity = more;
	return true;
}

/* Cuts blanks at both ends, in place. */
static char *trim(char *text)
{
	while (fold_is_blank(*text))
		text++;
	size_t length = strlen(text);
	while (length > 0 && fold_is_blank(text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool section_add(struct ini *ini, char *name, unsigned line)
{
	void *rows = ini->sections;
	if (!array_grow(&rows, ini->section_count, &ini->section_capacity, sizeof *ini->sections))
		return false;
	ini->sections = rows;
	name = trim(name);
	ini->sections[ini->section_count++] = (struct ini_section){.name = name, .line = line, .hash = name_hash(name)};
	return true;
}

static bool entry_add(struct ini *ini, char *key, const char *value, unsigned line)
{
	void *rows = ini->entries;
	if (!array_grow(&rows, ini->entry_count, &ini->entry_capacity, sizeof *ini->entries))
		return false;
	ini->entries = rows;
	ini->entries[ini->entry_count++] = (struct ini_entry){
		.key = key, .value = value, .line = line, .hash = name_hash(key), .section = ini->section_count - 1};
	return true;
}

/* `text` is one line without its end. Sections are tested for before `=`: four remarks behind a section name hold one. */
static bool line_take(struct ini *ini, char *text, unsigned line)
{
	char *start = text;
	while (fold_is_blank(*start))
		start++;
	if (*start == '\0' || *start == ';' || *start == '\'' || *start == '#')
		return true;
	if (*start == '[') {
		char *end = strchr(start, ']');
		if (end != NULL) {
			*end = '\0';
			return section_add(ini, start + 1, line);
		}
		tally_add(&ini->odd, "%s line %u", ini->file.label, line);
		return true;
	}
	char *equals = strchr(start + 1, '=');
	if (equals == NULL || ini->section_count == 0) {
		tally_add(&ini->odd, "%s line %u", ini->file.label, line);
		return true;
	}
	*equals = '\0';
	return entry_add(ini, trim(start), equals + 1, line);
}

static bool lines_take(struct ini *ini, struct problem *why)
{
	char *at = ini->file.bytes, *end = at + ini->file.size;
	if (ini->file.size >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
		at += 3; /* a byte-order mark, left by an editor */
	for (unsigned line = 1; at < end; line++) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		char *next = stop != NULL ? stop + 1 : end;
		if (stop == NULL)
			stop = end;
		if (stop > at && stop[-1] == '\r')
			stop--;
		size_t length = (size_t)(stop - at);
		if (line > INI_LINES_MAX)
			return problem_set(why, "%s: more than %d lines", ini->file.label, INI_LINES_MAX);
		if (memchr(at, '\0', length) != NULL)
			return problem_set(why, "%s line %u: a zero byte; this is not a text file", ini->file.label, line);
		if (length > INI_LINE_BYTES_MAX)
			return problem_set(why, "%s line %u: %zu bytes long; at most %d are allowed", ini->file.label, line, length,
							   INI_LINE_BYTES_MAX);
		*stop = '\0';
		if (!line_take(ini, at, line))
			return problem_set(why, "%s line %u: out of memory", ini->file.label, line);
		at = next;
	}
	return true;
}

static int entry_compare(const void *a, const void *b)
{
	const struct ini_entry *x = a, *y = b;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	int order = name_compare(x->key, y->key);
	if (order != 0)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* The comparison needs the rows behind the numbers, hence qsort_r. */
static int section_compare(const void *a, const void *b, void *context)
{
	const struct ini_section *sections = context;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	if (sections[i].hash != sections[j].hash)
		return sections[i].hash < sections[j].hash ? -1 : 1;
	int order = name_compare(sections[i].name, sections[j].name);
	if (order != 0)
		return order;
	return i < j ? -1 : i > j;
}

static bool sections_sort(struct ini *ini, struct catalog_warnings *warnings)
{
	if (ini->section_count == 0)
		return true;
	ini->section_order = malloc(ini->section_count * sizeof *ini->section_order);
	if (ini->section_order == NULL)
		return false;
	for (uint32_t i = 0; i < ini->section_count; i++)
		ini->section_order[i] = i;
	qsort_r(ini->section_order, ini->section_count, sizeof *ini->section_order, section_compare, ini->sections);
	const struct ini_section *first = NULL;
	for (uint32_t i = 0; i < ini->section_count; i++) {
		struct ini_section *section = &ini->sections[ini->section_order[i]];
		section->repeated = first != NULL && section->hash == first->hash && name_equal(section->name, first->name);
		if (section->repeated)
			warnings_add(warnings, "%s line %u: section [%s] again; the one of line %u counts", ini->file.label,
						 section->line, section->name, first->line);
		else
			first = section;
	}
	return true;
}

static void entries_sort(struct ini *ini, struct catalog_warnings *warnings)
{
	if (ini->entry_count == 0)
		return;
	qsort(ini->entries, ini->entry_count, sizeof *ini->entries, entry_compare);
	const struct ini_entry *first = NULL;
	for (uint32_t i = 0; i < ini->entry_count; i++) {
		struct ini_entry *entry = &ini->entries[i];
		struct ini_section *section = &ini->sections[entry->section];
		if (section->count++ == 0)
			section->first = i;
		entry->repeated = first != NULL && entry->section == first->section && entry->hash == first->hash &&
						  name_equal(entry->key, first->key);
		if (!entry->repeated)
			first = entry;
		else if (!section->repeated)
			warnings_add(warnings, "%s line %u: key %s of [%s] again; the one of line %u counts", ini->file.label,
						 entry->line, entry->key, section->name, first->line);
	}
}

struct ini *ini_parse(struct file_bytes *file, struct catalog_warnings *warnings, struct problem *why)
{
	struct ini *ini = calloc(1, sizeof *ini);
	if (ini == NULL) {
		free(file->bytes);
		file->bytes = NULL;
		problem_set(why, "%s: out of memory", file->label);
		return NULL;
	}
	ini->file = *file;
	file->bytes = NULL;
	if (!lines_take(ini, why)) {
		ini_free(&ini);
		return NULL;
	}
	if (!sections_sort(ini, warnings)) {
		problem_set(why, "%s: out of memory", ini->file.label);
		ini_free(&ini);
		return NULL;
	}
	entries_sort(ini, warnings);
	tally_warn(&ini->odd, warnings, "a line that is no section, no key of a section and no remark; ignored");
	return ini;
}

void ini_free(struct ini **ini)
{
	if (*ini == NULL)
		return;
	free((*ini)->file.bytes);
	free((*ini)->sections);
	free((*ini)->section_order);
	free((*ini)->entries);
	free(*ini);
	*ini = NULL;
}

const char *ini_label(const struct ini *ini)
{
	return ini->file.label;
}

struct ini_section *ini_section(struct ini *ini, const char *name)
{
	uint32_t hash = name_hash(name), low = 0, high = ini->section_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ini->sections[ini->section_order[middle]].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ini->section_count; low++) {
		struct ini_section *section = &ini->sections[ini->section_order[low]];
		if (section->hash != hash)
			break;
		if (!section->repeated && name_equal(section->name, name)) {
			section->asked = true;
			return section;
		}
	}
	return NULL;
}

const struct ini_entry *ini_entry(struct ini *ini, const struct ini_section *section, const char *key)
{
	if (section == NULL)
		return NULL;
	uint32_t hash = name_hash(key), low = section->first, high = section->first + section->count, end = high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ini->entries[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && ini->entries[low].hash == hash; low++) {
		if (!ini->entries[low].repeated && name_equal(ini->entries[low].key, key)) {
			ini->entries[low].read = true;
			return &ini->entries[low];
		}
	}
	return NULL;
}

unsigned ini_section_count(const struct ini *ini)
{
	return ini->section_count;
}

const struct ini_section *ini_section_at(const struct ini *ini, unsigned index)
{
	return index < ini->section_count ? &ini->sections[index] : NULL;
}

/* Adds `count` oddities of which the first is at this line. */
static void tally_add_many(struct tally *tally, const struct ini *ini, unsigned line, const char *name, unsigned count)
{
	if (count == 0)
		return;
	tally_add(tally, "%s line %u (%.60s)", ini->file.label, line, name);
	tally->count += count - 1;
}

void ini_tally_unread(const struct ini *ini, struct tally *keys, struct tally *sections)
{
	const struct ini_entry *key = NULL;
	const struct ini_section *section = NULL;
	unsigned key_count = 0, section_count = 0;
	for (uint32_t i = 0; i < ini->entry_count; i++) {
		const struct ini_entry *entry = &ini->entries[i];
		if (entry->read || entry->repeated || !ini->sections[entry->section].asked)
			continue;
		key_count++;
		if (key == NULL || entry->line < key->line)
			key = entry;
	}
	for (uint32_t i = 0; i < ini->section_count; i++) {
		if (ini->sections[i].asked || ini->sections[i].repeated)
			continue;
		if (section_count++ == 0)
			section = &ini->sections[i];
	}
	tally_add_many(keys, ini, key != NULL ? key->line : 0, key != NULL ? key->key : "", key_count);
	tally_add_many(sections, ini, section != NULL ? section->line : 0, section != NULL ? section->name : "",
				   section_count);
}

/* --- numbers --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The exponent behind a mantissa; nothing is taken unless digits follow the letter. */
static int exponent_take(const char **text)
{
	const char *at = *text;
	if (*at != 'e' && *at != 'E')
		return 0;
	at++;
	bool negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (!is_digit(*at))
		return 0;
	int exponent = 0;
	for (; is_digit(*at); at++)
		exponent = exponent < 10000 ? exponent * 10 + (*at - '0') : exponent;
	*text = at;
	return negative ? -exponent : exponent;
}

bool ini_number(const char *text, double *number, const char **end)
{
	*number = 0;
	if (end != NULL)
		*end = text;
	while (fold_is_blank(*text))
		text++;
	bool negative = *text == '-';
	if (*text == '-' || *text == '+')
		text++;
	/* Up to 18 digits are exact in 64 bits, and one division of two exact numbers rounds correctly. */
	uint64_t mantissa = 0;
	int digits = 0, scale = 0;
	bool point = false;
	for (;; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*text))
			break;
		digits++;
		if (mantissa < 100000000000000000u) {
			mantissa = mantissa * 10 + (uint64_t)(*text - '0');
			scale -= point ? 1 : 0;
		} else {
			scale += point ? 0 : 1;
		}
	}
	if (digits == 0)
		return false;
	scale += exponent_take(&text);
	double value = (double)mantissa;
	if (mantissa != 0 && scale != 0)
		value = scale < 0 ? value / pow(10, -scale) : value * pow(10, scale);
	*number = negative ? -value : value;
	if (end != NULL)
		*end = text;
	return true;
}

bool ini_list_number(const char *text, unsigned index, double *number)
{
	*number = 0;
	for (; index > 0; index--) {
		text = strchr(text, '-');
		if (text == NULL)
			return false;
		text++;
	}
	char field[64]; /* a '-' belongs to the joint, never to a number or its exponent */
	size_t length = strcspn(text, "-");
	if (length >= sizeof field)
		length = sizeof field - 1;
	memcpy(field, text, length);
	field[length] = '\0';
	return ini_number(field, number, NULL);
}
