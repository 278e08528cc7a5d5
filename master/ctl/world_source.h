/* world_source.h - one readable text file of a world's source: sections, entries, and the line each came from.
 *
 * The text is UTF-8 on disk and ISO-8859-1 in memory, the alphabet of the client. Lines that begin with ';' are
 * remarks; "[Section]" opens a section; "key = value" is an entry; the lines of the sections [drawing] and [words] are
 * kept as they are. Anything else is a mistake and is told with file and line. The file belongs to whoever read it, lives in
 * ordinary memory, and is given back with source_free. Single-threaded: the compiler is an operator's command. */
#ifndef ARGENTUM_CTL_WORLD_SOURCE_H
#define ARGENTUM_CTL_WORLD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

#define SOURCE_LINE_BYTES 1023 /* the longest line a classic reader takes (formats.md 1.2) */
#define SOURCE_FILE_BYTES ((size_t)4 << 20)

struct source_entry {
	const char *key;   /* "" in a raw section */
	const char *value; /* without blanks around it; the whole line in a raw section */
	int line;          /* 1 = the first line of the file */
};

struct source_section {
	const char *name;
	int line;
	size_t first, count; /* its entries: entries[first] ... */
};

struct source {
	char path[512]; /* as told to the operator */
	char *text;     /* what all names and values point into */
	struct source_section *sections;
	size_t section_count;
	struct source_entry *entries;
	size_t entry_count;
};

/* Reads folder/name. A missing file is a problem unless `missing` is given: then *missing tells, and the answer is
 * true with an empty source. On a problem nothing needs to be freed. */
bool source_read(struct source *source, const char *folder, const char *name, bool *missing, struct problem *why);
void source_free(struct source *source);

/* Says "PATH line LINE: ..." and returns false. */
bool source_problem(const struct source *source, int line, struct problem *why, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* NULL when absent. Names are compared without regard to case. */
const struct source_section *source_section(const struct source *source, const char *name);
const struct source_entry *source_entry(const struct source *source, const struct source_section *section,
										const char *key);

/* Equal without regard to case; the letters of ISO-8859-1 fold too (formats.md 1.3). */
bool source_same_name(const char *a, const char *b);

/* ISO-8859-1 back to UTF-8, for messages; long texts are cut. */
struct source_shown {
	char text[160];
};
struct source_shown source_show(const char *latin1);

/* The number at the beginning of `text`: *end is put behind it. False when there is no digit or it leaves int32. */
bool source_number(const char *text, int64_t *number, const char **end);

/* Only blanks follow, or blanks and a remark that begins with ';'. */
bool source_nothing_left(const char *rest);

#endif
