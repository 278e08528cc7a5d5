#include "common/text/texts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/protocol/charset.h"

enum { TEXT_BYTES = 256 };

static const struct {
	const char *name;
	const char *utf8;
} originals[] = {
#define TEXT_ENTRY(name, text) {#name, text},
#include "common/text/texts.def"
#undef TEXT_ENTRY
};

/* Filled once by text_catalog_load, read by all threads. */
static char latin1[TEXT_ID_COUNT][TEXT_BYTES];

/* The conversions of a format, without their text: "%s%d". NULL when it holds one that we do not use. */
static bool conversions(const char *format, char *list, size_t capacity)
{
	size_t n = 0;
	for (const char *c = format; *c != '\0'; c++) {
		if (*c != '%')
			continue;
		c++;
		if (*c == '%')
			continue;
		if ((*c != 's' && *c != 'd') || n + 1 >= capacity)
			return false;
		list[n++] = *c;
	}
	list[n] = '\0';
	return true;
}

static bool text_convert(const char *utf8, char *to)
{
	size_t length;
	if (!charset_latin1_from_utf8(utf8, strlen(utf8), to, TEXT_BYTES - 1, &length))
		return false;
	to[length] = '\0';
	return true;
}

static bool translate(char table[][TEXT_BYTES], const char *name, const char *text, struct problem *why)
{
	for (unsigned i = 0; i < TEXT_ID_COUNT; i++) {
		char wanted[16], found[16];
		if (strcmp(originals[i].name, name) != 0)
			continue;
		if (!conversions(originals[i].utf8, wanted, sizeof wanted) || !conversions(text, found, sizeof found) ||
			strcmp(wanted, found) != 0)
			return problem_set(why, "%s must have the conversions of \"%s\", in their order", name, originals[i].utf8);
		if (!text_convert(text, table[i]))
			return problem_set(why, "%s must be UTF-8 of at most %d Latin-1 characters", name, TEXT_BYTES - 1);
		return true;
	}
	return problem_set(why, "no text is called \"%s\"", name);
}

static char *trimmed(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		text[--n] = '\0';
	return text;
}

static bool translation_read(char table[][TEXT_BYTES], const char *path, struct problem *why)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return problem_set(why, "%s: %s", path, strerror(errno));
	char line[1024];
	bool good = true;
	for (unsigned number = 1; good && fgets(line, sizeof line, file) != NULL; number++) {
		char *name = trimmed(line);
		char *equals = strchr(name, '=');
		if (*name == '\0' || *name == '#')
			continue;
		if (equals == NULL) {
			good = problem_set(why, "%s line %u: NAME = text is needed", path, number);
			break;
		}
		*equals = '\0';
		if (!translate(table, trimmed(name), trimmed(equals + 1), why))
			good = problem_prefix(why, "%s line %u", path, number);
	}
	fclose(file);
	return good;
}

bool text_catalog_load(const char *translation, struct problem *why)
{
	char(*table)[TEXT_BYTES] = calloc(TEXT_ID_COUNT, TEXT_BYTES);
	if (table == NULL)
		return problem_set(why, "texts: out of memory");
	bool good = true;
	for (unsigned i = 0; good && i < TEXT_ID_COUNT; i++) {
		if (!text_convert(originals[i].utf8, table[i]))
			good = problem_set(why, "text %s is not Latin-1 or too long", originals[i].name);
	}
	if (good && translation != NULL && *translation != '\0')
		good = translation_read(table, translation, why);
	if (good)
		memcpy(latin1, table, sizeof latin1);
	free(table);
	return good;
}

const char *text_latin1(enum text_id id)
{
	return latin1[id];
}

struct text text_format_list(char *buffer, size_t capacity, enum text_id id, va_list args)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	int n = vsnprintf(buffer, capacity, latin1[id], args);
#pragma GCC diagnostic pop
	size_t length = n < 0 ? 0 : (size_t)n < capacity ? (size_t)n : capacity - 1;
	return text_bytes(buffer, length);
}

struct text text_format(char *buffer, size_t capacity, enum text_id id, ...)
{
	va_list args;
	va_start(args, id);
	struct text text = text_format_list(buffer, capacity, id, args);
	va_end(args);
	return text;
}
