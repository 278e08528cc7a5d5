/* world_words.h - reads the words of one line of a map's source, from left to right.
 *
 * Each function looks at *c, and moves it behind what it took; when it answers false *c is somewhere in between and the
 * line is refused. No state. */
#ifndef ARGENTUM_CTL_WORLD_WORDS_H
#define ARGENTUM_CTL_WORLD_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Tiles, both ends included, 1..100. */
struct words_area {
	int64_t x_low, x_high, y_low, y_high;
};

/* The first character that is no blank. */
const char *words_blanks(const char *c);

/* Exactly this word; on false *c has not moved. */
bool words_take(const char **c, const char *word);

bool words_number(const char **c, int64_t *number);

/* "12" or "12-34". */
bool words_range(const char **c, int64_t *low, int64_t *high);

/* "x,y", each a number or a range, inside a map. */
bool words_area(const char **c, struct words_area *area);

#endif
