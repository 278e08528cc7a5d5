#include "common/base/problem.h"

#include <stdarg.h>
#include <stdio.h>

bool problem_set(struct problem *why, const char *format, ...)
{
	if (why == NULL)
		return false;
	va_list args;
	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	return false;
}

bool problem_prefix(struct problem *why, const char *format, ...)
{
	if (why == NULL)
		return false;
	struct problem before = *why;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	if (n < 0)
		return false;
	size_t at = (size_t)n < sizeof why->text ? (size_t)n : sizeof why->text - 1;
	for (const char *c = ": "; *c != '\0' && at < sizeof why->text - 1; c++)
		why->text[at++] = *c;
	for (const char *c = before.text; *c != '\0' && at < sizeof why->text - 1; c++)
		why->text[at++] = *c;
	why->text[at] = '\0';
	return false;
}
