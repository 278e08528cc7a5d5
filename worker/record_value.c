#include "worker/record_value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/number.h"

bool record_number(const char *text, size_t length, int64_t *number)
{
	char copy[48], *end;
	if (text == NULL || length == 0 || length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (strcasecmp(copy, "true") == 0 || strcasecmp(copy, "false") == 0) {
		*number = copy[0] == 't' || copy[0] == 'T';
		return true;
	}
	if (strspn(copy, "0123456789+-.eE") != length)
		return false; /* strtod knows more: hex, inf, nan */
	errno = 0;
	long long whole = strtoll(copy, &end, 10);
	if (*end == '\0' && errno == 0) {
		*number = whole;
		return true;
	}
	double value = strtod(copy, &end);
	if (*end != '\0' || isnan(value))
		return false;
	*number = vb_round(trunc(value)); /* saturates */
	return true;
}

struct record_stack record_stack_parse(const char *text, size_t length, const struct catalog *catalog)
{
	struct record_stack read = {.kind = RECORD_STACK_NONE};
	if (text == NULL || length == 0)
		return read;
	const char *colon = memchr(text, ':', length);
	if (colon == NULL || !record_number(text, (size_t)(colon - text), &read.item) ||
		!record_number(colon + 1, length - (size_t)(colon - text) - 1, &read.amount)) {
		read.kind = RECORD_STACK_NONSENSE;
		return read;
	}
	if (read.item < 1 || read.item > UINT16_MAX || catalog_item(catalog, (unsigned)read.item) == NULL) {
		read.kind = RECORD_STACK_UNKNOWN;
		return read;
	}
	if (read.amount < 1)
		return read;
	read.kind = RECORD_STACK_GOOD;
	read.stack.item = (uint16_t)read.item;
	read.stack.amount = (uint16_t)clamp_i64(read.amount, 1, STACK_MAX);
	return read;
}

int32_t record_gold_parse(const char *text, size_t length)
{
	int64_t gold;
	return record_number(text, length, &gold) ? (int32_t)clamp_i64(gold, 0, GOLD_MAX) : 0;
}
