/* json_number.h - numbers in what the control socket answers: each report adds its own. */
#ifndef ARGENTUM_MASTER_JSON_NUMBER_H
#define ARGENTUM_MASTER_JSON_NUMBER_H

#include <cjson/cJSON.h>
#include <stdint.h>

/* Exact up to 2^53. */
static inline void number_add(cJSON *object, const char *name, uint64_t value)
{
	cJSON_AddNumberToObject(object, name, (double)value);
}

#endif
