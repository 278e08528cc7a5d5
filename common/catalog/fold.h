/* fold.h - upper case of Latin-1, as sections, keys and names of the classic files are compared (formats.md 1.3). */
#ifndef ARGENTUM_CATALOG_FOLD_H
#define ARGENTUM_CATALOG_FOLD_H

#include <stdbool.h>

/* a-z and 0xE0-0xFE except the division sign 0xF7; every other byte stays as it is. */
static inline unsigned char fold_upper(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7))
		return (unsigned char)(c - 0x20);
	return c;
}

/* Order of two texts without regard to case: below 0, 0, above 0. */
static inline int fold_compare(const char *a, const char *b)
{
	while (*a != '\0' && fold_upper((unsigned char)*a) == fold_upper((unsigned char)*b)) {
		a++;
		b++;
	}
	return (int)fold_upper((unsigned char)*a) - (int)fold_upper((unsigned char)*b);
}

static inline bool fold_equal(const char *a, const char *b)
{
	return fold_compare(a, b) == 0;
}

static inline bool fold_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

#endif
