/* texts.h - the one catalog of what players read: texts.def, converted to Latin-1 once at start.
 *
 * Process-wide and immutable after text_catalog_load, which must be called before any other function here. A translation is a
 * file of lines `NAME = text` (UTF-8) that replaces texts; its conversions must be those of the original, in order. */
#ifndef ARGENTUM_TEXT_TEXTS_H
#define ARGENTUM_TEXT_TEXTS_H

#include <stdarg.h>
#include <stddef.h>

#include "common/base/problem.h"
#include "common/protocol/text.h"

enum text_id {
#define TEXT_ENTRY(name, text) TEXT_##name,
#include "common/text/texts.def"
#undef TEXT_ENTRY
	TEXT_ID_COUNT
};

/* `translation`: path of a file, or "" or NULL for none. On failure (file, line, what is wrong) nothing changes. */
bool text_catalog_load(const char *translation, struct problem *why);

/* The text or format, Latin-1, terminated. */
const char *text_latin1(enum text_id id);

/* Formats into the buffer (cut when too small); %s takes Latin-1. */
struct text text_format(char *buffer, size_t capacity, enum text_id id, ...);
struct text text_format_list(char *buffer, size_t capacity, enum text_id id, va_list args);

#endif
