/* problem.h - a trouble told in words: filled by the function that met it, logged once by the caller who knows what
 * it means. A text names the place (file, line, option), what was found and what is allowed. */
#ifndef ARGENTUM_BASE_PROBLEM_H
#define ARGENTUM_BASE_PROBLEM_H

#include <stdbool.h>

struct problem {
	char text[512]; /* always terminated; "" = no problem told */
};

/* Formats the text and returns false, so that a callee can write `return problem_set(why, ...)`. `why` may be NULL. */
bool problem_set(struct problem *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the text that is there. Returns false. */
bool problem_prefix(struct problem *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
