#include "common/store/store_result.h"

const char *store_result_name(enum store_result result)
{
	static const char *const names[] = {"done", "away", "refused", "fenced", "lost"};
	return names[result];
}
