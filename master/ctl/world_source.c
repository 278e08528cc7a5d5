#include "master/ctl/world_source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool source_problem(const struct source *source, int line, struct problem *why, const char *format, ...)
{
	char text[sizeof why->text];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return problem_set(why, "%s line %d: %s", source->path, line, text);
}

/* --- text ------------------------------------------------------------------------------------------------------------ */

static unsigned char fold_latin1(unsigned char c)
{
	if (c >= 'a' && c <= 'z')
		return (unsigned char)(c - 32);
	if (c >= 0xE0 && c != 0xF7 && c != 0xFF)
		return (unsigned char)(c - 32);
	return c;
}

bool source_same_name(const char *a, const char *b)
{
	while (*a != '\0' && fold_latin1((unsigned char)*a) == fold_latin1((unsigned char)*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

struct source_shown source_show(const char *latin1)
{
	struct source_shown shown;
	size_t at = 0;
	for (; *latin1 != '\0'; latin1++) {
		unsigned char c = (unsigned char)*latin1;
		if (at + 6 > sizeof shown.text) {
			memcpy(shown.text + at, "...", 3);
			at += 3;
			break;
		}
		if (c < 0x80) {
			shown.text[at++] = (char)c;
		} else {
			shown.text[at++] = (char)(0xC0 | (c >> 6));
			shown.text[at++] = (char)(0x80 | (c & 0x3F));
		}
	}
	shown.text[at] = '\0';
	return shown;
}

bool source_number(const char *text, int64_t *number, const char **end)
{
	const char *c = text;
	bool negative = *c == '-';
	if (*c == '-' || *c == '+')
		c++;
	if (*c < '0' || *c > '9')
		return false;
	int64_t value = 0;
	for (; *c >= '0' && *c <= '9'; c++) {
		value = value * 10 + (*c - '0');
		if (value > INT32_MAX)
			return false;
	}
	*number = negative ? -value : value;
	*end = c;
	return true;
}

bool source_nothing_left(const char *rest)
{
	while (*rest == ' ' || *rest == '\t')
		rest++;
	return *rest == '\0' || *rest == ';';
}

static char *trim(char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	size_t length = strlen(text);
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	text[length] = '\0';
	return text;
}

/* One UTF-8 character that the client's alphabet has. Returns its length in bytes, 0 when it is not one. */
static size_t decode(const unsigned char *c, size_t left, unsigned char *latin1)
{
	if (c[0] < 0x80) {
		*latin1 = c[0];
		return c[0] >= 0x20 || c[0] == '\t' ? 1 : 0;
	}
	if (left < 2 || (c[0] != 0xC2 && c[0] != 0xC3) || (c[1] & 0xC0) != 0x80)
		return 0;
	*latin1 = (unsigned char)((c[0] & 0x03) << 6 | (c[1] & 0x3F));
	return *latin1 >= 0xA0 ? 2 : 0;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static bool read_bytes(struct source *source, size_t *size, bool *missing, struct problem *why)
{
	FILE *file = fopen(source->path, "rb");
	if (file == NULL) {
		if (missing != NULL && errno == ENOENT) {
			*missing = true;
			return true;
		}
		return problem_set(why, "%s: cannot open: %s", source->path, strerror(errno));
	}
	source->text = malloc(SOURCE_FILE_BYTES + 1);
	if (source->text == NULL) {
		fclose(file);
		return problem_set(why, "%s: out of memory", source->path);
	}
	*size = fread(source->text, 1, SOURCE_FILE_BYTES + 1, file);
	bool failed = ferror(file) != 0;
	fclose(file);
	if (failed)
		return problem_set(why, "%s: cannot read it; is it a file?", source->path);
	if (*size > SOURCE_FILE_BYTES)
		return problem_set(why, "%s: larger than %zu bytes", source->path, SOURCE_FILE_BYTES);
	source->text[*size] = '\0';
	return true;
}

/* Room for one more element in arrays that double. */
static bool grow(void **array, size_t count, size_t element_bytes)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return true;
	size_t room = count == 0 ? 1 : count * 2;
	void *larger = realloc(*array, room * element_bytes);
	if (larger == NULL)
		return false;
	*array = larger;
	return true;
}

static bool add_section(struct source *source, char *line_text, int line, struct problem *why)
{
	char *close = strchr(line_text, ']');
	if (close == NULL)
		return source_problem(source, line, why, "a section needs its ']': [name]");
	if (!source_nothing_left(close + 1))
		return source_problem(source, line, why, "'%s' after the section; only a remark, ;..., may follow",
							  source_show(close + 1).text);
	*close = '\0';
	const char *name = trim(line_text + 1);
	const struct source_section *twin = source_section(source, name);
	if (twin != NULL)
		return source_problem(source, line, why, "[%s] is already in line %d; each section once",
							  source_show(name).text, twin->line);
	if (!grow((void **)&source->sections, source->section_count, sizeof *source->sections))
		return problem_set(why, "%s: out of memory", source->path);
	source->sections[source->section_count++] =
		(struct source_section){.name = name, .line = line, .first = source->entry_count};
	return true;
}

/* Keys are the same in upper and lower case, the signs of a map's legend are not. */
static const struct source_entry *find_twin(const struct source *source, const struct source_section *section,
											const char *key)
{
	if (!source_same_name(section->name, "legend"))
		return source_entry(source, section, key);
	for (size_t i = 0; i < section->count; i++) {
		if (strcmp(source->entries[section->first + i].key, key) == 0)
			return &source->entries[section->first + i];
	}
	return NULL;
}

static bool add_entry(struct source *source, const char *key, const char *value, int line, struct problem *why)
{
	if (source->section_count == 0)
		return source_problem(source, line, why, "'%s' stands before the first [section]", source_show(key).text);
	struct source_section *section = &source->sections[source->section_count - 1];
	const struct source_entry *twin = *key == '\0' ? NULL : find_twin(source, section, key);
	if (twin != NULL)
		return source_problem(source, line, why, "'%s' is already in line %d; each key once in a section",
							  source_show(key).text, twin->line);
	if (!grow((void **)&source->entries, source->entry_count, sizeof *source->entries))
		return problem_set(why, "%s: out of memory", source->path);
	source->entries[source->entry_count++] = (struct source_entry){.key = key, .value = value, .line = line};
	section->count++;
	return true;
}

static bool in_raw_section(const struct source *source)
{
	if (source->section_count == 0)
		return false;
	const char *name = source->sections[source->section_count - 1].name;
	return source_same_name(name, "drawing") || source_same_name(name, "words");
}

static bool take_line(struct source *source, char *text, int line, struct problem *why)
{
	char *begin = trim(text);
	if (*begin == '\0' || *begin == ';')
		return true;
	if (*begin == '[')
		return add_section(source, begin, line, why);
	if (in_raw_section(source))
		return add_entry(source, "", begin, line, why);
	char *equals = strchr(begin + 1, '='); /* a legend may explain '=' itself */
	if (equals == NULL)
		return source_problem(source, line, why,
							  "'%s' is neither a [section], nor key = value, nor a remark that begins with ';'",
							  source_show(begin).text);
	*equals = '\0';
	char *key = trim(begin);
	return add_entry(source, key, trim(equals + 1), line, why);
}

/* Turns the line at `from` (UTF-8, `bytes` long) into ISO-8859-1 in place. */
static bool take_latin1(struct source *source, char *from, size_t bytes, int line, struct problem *why)
{
	size_t at = 0, length = 0;
	if (bytes > SOURCE_LINE_BYTES)
		return source_problem(source, line, why, "%zu bytes long; at most %d are allowed", bytes, SOURCE_LINE_BYTES);
	while (at < bytes) {
		unsigned char c = 0;
		size_t step = decode((const unsigned char *)from + at, bytes - at, &c);
		if (step == 0)
			return source_problem(source, line, why,
								  "byte 0x%02X at column %zu begins no character that the client can show; "
								  "UTF-8 text from the alphabet of ISO-8859-1 is allowed",
								  (unsigned char)from[at], at + 1);
		from[length++] = (char)c;
		at += step;
	}
	from[length] = '\0';
	return take_line(source, from, line, why);
}

static bool take_lines(struct source *source, size_t size, struct problem *why)
{
	size_t at = size >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* a byte-order mark is harmless */
	for (int line = 1; at < size; line++) {
		char *begin = source->text + at;
		char *end = memchr(begin, '\n', size - at);
		size_t bytes = end == NULL ? size - at : (size_t)(end - begin);
		at += bytes + 1;
		if (bytes > 0 && begin[bytes - 1] == '\r')
			bytes--;
		if (!take_latin1(source, begin, bytes, line, why))
			return false;
	}
	return true;
}

bool source_read(struct source *source, const char *folder, const char *name, bool *missing, struct problem *why)
{
	*source = (struct source){0};
	size_t size = 0;
	int n = snprintf(source->path, sizeof source->path, "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof source->path)
		return problem_set(why, "the path of %s in the source folder is too long", name);
	if (missing != NULL)
		*missing = false;
	if (read_bytes(source, &size, missing, why) && take_lines(source, size, why))
		return true;
	source_free(source);
	return false;
}

void source_free(struct source *source)
{
	free(source->text);
	free(source->sections);
	free(source->entries);
	source->text = NULL;
	source->sections = NULL;
	source->entries = NULL;
	source->section_count = 0;
	source->entry_count = 0;
}

const struct source_section *source_section(const struct source *source, const char *name)
{
	for (size_t i = 0; i < source->section_count; i++) {
		if (source_same_name(source->sections[i].name, name))
			return &source->sections[i];
	}
	return NULL;
}

const struct source_entry *source_entry(const struct source *source, const struct source_section *section,
										const char *key)
{
	for (size_t i = 0; section != NULL && i < section->count; i++) {
		if (source_same_name(source->entries[section->first + i].key, key))
			return &source->entries[section->first + i];
	}
	return NULL;
}
