/* duration.h - times for people: one number and a unit, for log lines and for argentumctl. */
#ifndef ARGENTUM_MASTER_DURATION_H
#define ARGENTUM_MASTER_DURATION_H

#include <stdint.h>
#include <stdio.h>

enum { DURATION_BYTES = 24 };

/* "831 ms", "12 s", "5 min", "3 h", "2 d": two digits say enough. Returns the text. */
static inline const char *duration_write(char text[DURATION_BYTES], uint64_t ms)
{
	static const struct {
		uint64_t below_ms, unit_ms;
		const char *unit;
	} rows[] = {
		{2000, 1, "ms"}, {120000, 1000, "s"}, {7200000, 60000, "min"}, {172800000, 3600000, "h"}, {0, 86400000, "d"},
	};
	unsigned i = 0;
	while (rows[i].below_ms != 0 && ms >= rows[i].below_ms)
		i++;
	snprintf(text, DURATION_BYTES, "%llu %s", (unsigned long long)(ms / rows[i].unit_ms), rows[i].unit);
	return text;
}

#endif
