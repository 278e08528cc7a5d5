/* warnings.h - what a reader of world files tolerated, in words.
 *
 * The caller owns it (about 64 KB: keep it on the heap or static), sets it to zero, and logs the texts afterwards.
 * At most CATALOG_WARNINGS_KEPT texts are kept, so that a damaged file cannot fill the memory; `total` counts all. */
#ifndef ARGENTUM_CATALOG_WARNINGS_H
#define ARGENTUM_CATALOG_WARNINGS_H

enum { CATALOG_WARNINGS_KEPT = 256, CATALOG_WARNING_BYTES = 256 };

struct catalog_warnings {
	unsigned total; /* how many were found */
	unsigned kept;  /* how many texts are there: the first ones */
	char text[CATALOG_WARNINGS_KEPT][CATALOG_WARNING_BYTES];
};

/* `warnings` may be NULL: then nothing is kept. */
void warnings_add(struct catalog_warnings *warnings, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same oddity at many places is told once, with its first place and the count. Start with a zeroed one. */
struct tally {
	unsigned count;
	char first[160]; /* the first place, e.g. "Maps/Mapa3.inf tile (9,7)" */
};

void tally_add(struct tally *tally, const char *place, ...) __attribute__((format(printf, 2, 3)));

/* Adds "PLACE: WHAT" and, when there were more, " (N such; this is the first)". Nothing when there was none. */
void tally_warn(const struct tally *tally, struct catalog_warnings *warnings, const char *what);

#endif
