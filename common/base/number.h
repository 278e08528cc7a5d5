/* number.h - the arithmetic of the classic rules, and text to numbers without locale or surprises. */
#ifndef ARGENTUM_BASE_NUMBER_H
#define ARGENTUM_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Round half to even, the classic rule whenever a fraction is stored in an integer
 * (rules-life-combat-magic.md 0.2, `rnd`). Values beyond int64 saturate; NaN gives 0. */
int64_t vb_round(double x);

/* pct(t, p) = rnd(t * p / 100). */
int64_t vb_percent(int64_t total, int64_t percent);

static inline int64_t clamp_i64(int64_t x, int64_t low, int64_t high)
{
	return x < low ? low : x > high ? high : x;
}

/* The whole text must be one decimal integer within [low, high] (blanks around it are refused). */
bool number_parse(const char *text, int64_t low, int64_t high, int64_t *value);

#endif
