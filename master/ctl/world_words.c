#include "master/ctl/world_words.h"

#include <string.h>

#include "master/ctl/world_model.h"
#include "master/ctl/world_source.h"

const char *words_blanks(const char *c)
{
	while (*c == ' ' || *c == '\t')
		c++;
	return c;
}

bool words_take(const char **c, const char *word)
{
	size_t length = strlen(word);
	const char *begin = words_blanks(*c);
	if (strncmp(begin, word, length) != 0 || (begin[length] != '\0' && strchr(" \t;", begin[length]) == NULL))
		return false;
	*c = begin + length;
	return true;
}

bool words_number(const char **c, int64_t *number)
{
	return source_number(words_blanks(*c), number, c);
}

bool words_range(const char **c, int64_t *low, int64_t *high)
{
	if (!words_number(c, low))
		return false;
	*high = *low;
	if (**c != '-')
		return true;
	*c += 1;
	return source_number(*c, high, c) && *high >= *low;
}

bool words_area(const char **c, struct words_area *area)
{
	if (!words_range(c, &area->x_low, &area->x_high) || **c != ',')
		return false;
	*c += 1;
	return words_range(c, &area->y_low, &area->y_high) && area->x_low >= 1 && area->x_high <= WORLD_SIDE &&
		   area->y_low >= 1 && area->y_high <= WORLD_SIDE;
}
