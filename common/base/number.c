#include "common/base/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

int64_t vb_round(double x)
{
	if (isnan(x))
		return 0;
	if (x >= 0x1p63)
		return INT64_MAX;
	if (x <= -0x1p63)
		return INT64_MIN;
	double whole = floor(x);
	double fraction = x - whole;
	int64_t n = (int64_t)whole;
	if (fraction > 0.5 || (fraction == 0.5 && (n & 1) != 0))
		n++;
	return n;
}

int64_t vb_percent(int64_t total, int64_t percent)
{
	return vb_round((double)total * (double)percent / 100.0);
}

bool number_parse(const char *text, int64_t low, int64_t high, int64_t *value)
{
	if (text == NULL || (!isdigit((unsigned char)text[0]) && text[0] != '-' && text[0] != '+'))
		return false;
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < low || n > high)
		return false;
	*value = n;
	return true;
}
