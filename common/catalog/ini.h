/* ini.h - the "section / key = value" dialect of the classic files (formats.md 1.3), read from memory.
 *
 * One loader for all files: sections are found by `[...]` at the line's start and the rest of that line is ignored; case
 * does not matter, and an enye is an N in the names of sections and keys, whatever its bytes; keys are trimmed, values are
 * kept raw; lines without `=`, lines that start with ; ' or #, and keys before the first section are ignored; the first
 * section and the first key win, repetitions are warned about.
 * Refused, with file and line: NUL bytes, lines over INI_LINE_BYTES_MAX, more than INI_LINES_MAX lines.
 *
 * Owns the file's bytes; what it returns lives as long as it does. Not for several threads: looking up marks as read. */
#ifndef ARGENTUM_CATALOG_INI_H
#define ARGENTUM_CATALOG_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/files.h"
#include "common/catalog/warnings.h"

enum { INI_LINE_BYTES_MAX = 4096, INI_LINES_MAX = 1000000 };

struct ini;

struct ini_entry {
	const char *key;
	const char *value; /* raw: leading and trailing blanks are there, remarks too */
	unsigned line;     /* 1 = the first line of the file */
	uint32_t hash;     /* of the folded key */
	uint32_t section;  /* number of its section; then entries are sorted */
	bool read;         /* somebody asked for it */
	bool repeated;     /* an earlier one has the same key */
};

struct ini_section {
	const char *name; /* trimmed, in the file's own case */
	unsigned line;
	uint32_t hash;
	uint32_t first, count; /* entries */
	bool asked;            /* somebody looked this section up */
	bool repeated;         /* an earlier one has the same name; never found */
};

/* Takes file->bytes over, whatever the result. NULL with `why` when the file is refused. */
struct ini *ini_parse(struct file_bytes *file, struct catalog_warnings *warnings, struct problem *why);
void ini_free(struct ini **ini);

const char *ini_label(const struct ini *ini); /* "Dat/obj.dat" */

/* NULL: not there. */
struct ini_section *ini_section(struct ini *ini, const char *name);
const struct ini_entry *ini_entry(struct ini *ini, const struct ini_section *section, const char *key);

/* Every section in the order of the file, repeated ones included. */
unsigned ini_section_count(const struct ini *ini);
const struct ini_section *ini_section_at(const struct ini *ini, unsigned index);

/* What nobody asked for: keys of looked-up sections, and sections. Added to the tallies with their places. */
void ini_tally_unread(const struct ini *ini, struct tally *keys, struct tally *sections);

/* The longest numeric beginning of a text (formats.md 1.4): blanks, sign, digits, a fraction after a point, an
 * exponent; independent of the locale. *end, if wanted, is set behind it. false and 0 when there are no digits. */
bool ini_number(const char *text, double *number, const char **end);

/* Field `index` (0, 1, ...) of numbers joined by '-' (formats.md 1.5). false and 0 when there is no such field. */
bool ini_list_number(const char *text, unsigned index, double *number);

#endif
