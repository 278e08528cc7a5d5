#include "common/catalog/warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>

void warnings_add(struct catalog_warnings *warnings, const char *format, ...)
{
	if (warnings == NULL)
		return;
	warnings->total++;
	if (warnings->kept >= CATALOG_WARNINGS_KEPT)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(warnings->text[warnings->kept], CATALOG_WARNING_BYTES, format, args);
	va_end(args);
	warnings->kept++;
}

void tally_add(struct tally *tally, const char *place, ...)
{
	if (tally->count++ != 0)
		return;
	va_list args;
	va_start(args, place);
	vsnprintf(tally->first, sizeof tally->first, place, args);
	va_end(args);
}

void tally_warn(const struct tally *tally, struct catalog_warnings *warnings, const char *what)
{
	if (tally->count == 1)
		warnings_add(warnings, "%s: %s", tally->first, what);
	else if (tally->count > 1)
		warnings_add(warnings, "%s: %s (%u such; this is the first)", tally->first, what, tally->count);
}
