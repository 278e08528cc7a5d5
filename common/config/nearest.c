#include "common/config/nearest.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST = 64 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edit distance in which two neighbours that changed places count once (optimal string alignment). */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	size_t n = strlen(a), m = strlen(b);
	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	memset(rows, 0, sizeof rows);
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *oldest = before;
		before = last;
		last = row;
		row = oldest;
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[m];
}

struct nearest nearest_start(const char *wanted)
{
	size_t third = strlen(wanted) / 3;
	return (struct nearest){.wanted = wanted, .distance = (third < 1 ? 1 : third > 3 ? 3 : (unsigned)third) + 1};
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	unsigned d = distance(nearest->wanted, word);
	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->word = word;
	}
}
