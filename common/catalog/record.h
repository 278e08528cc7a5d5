/* record.h - typed reading of one section of an ini file: numbers are brought into the range of their type, with a
 * warning that names file and line (formats.md 1.4 and 22). An absent key is 0 or the empty text.
 *
 * A record borrows everything it points to; it lives on the stack of a loader. */
#ifndef ARGENTUM_CATALOG_RECORD_H
#define ARGENTUM_CATALOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/catalog/ini.h"
#include "common/catalog/place.h"

struct record {
	struct ini *ini;
	const struct ini_section *section; /* NULL: every key is absent */
	struct catalog_warnings *warnings;
};

/* The section of that name; record.section is NULL when there is none. */
struct record record_open(struct ini *ini, struct catalog_warnings *warnings, const char *name);

/* The same for [PREFIXnumber]. */
struct record record_open_numbered(struct ini *ini, struct catalog_warnings *warnings, const char *prefix,
								   unsigned number);

bool record_has(const struct record *record, const char *key);

/* Line of the key, or of the section when the key is absent; 0 when both are. */
unsigned record_line(const struct record *record, const char *key);

/* "Dat/obj.dat line 812" for messages, as record_line. Returns `place`. */
const char *record_place(const struct record *record, const char *key, char place[FILE_LABEL_BYTES + 24]);

/* Rounded half to even and clamped to [low, high]. */
int32_t record_int(const struct record *record, const char *key, int32_t low, int32_t high);

/* A byte of which only "not 0" matters. */
bool record_flag(const struct record *record, const char *key);

/* Field `index` of a list; 0 when absent. Not clamped with a warning: the callers say what they do instead. */
int64_t record_list(const struct record *record, const char *key, unsigned index);

/* map-x-y. false when the key is absent or the map is 0; a place outside the tiles is false with a warning. */
bool record_tile(const struct record *record, const char *key, struct place *place);

enum record_trim {
	RECORD_RAW,      /* as it stands in the file */
	RECORD_TRIM_END, /* names: leading blanks belong to them */
	RECORD_TRIM,     /* both ends, and one pair of enclosing quotes (reader B of formats.md 1.3) */
};

/* Never NULL; not terminated by zero: `size` counts. */
struct record_text {
	const char *text;
	size_t size;
};
struct record_text record_text(const struct record *record, const char *key, enum record_trim trim);

/* The number of rows a file declares, [section] key. Refused unless 1..RECORD_COUNT_MAX: nothing is sized straight
 * from a file (formats.md 22). */
enum { RECORD_COUNT_MAX = 10000 };
bool record_count(struct ini *ini, const char *section, const char *key, unsigned *count, struct problem *why);

/* The same where an absent or zero count means "no rows". */
bool record_count_optional(struct ini *ini, const char *section, const char *key, unsigned *count, struct problem *why);

#endif
