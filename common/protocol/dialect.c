#include "common/protocol/dialect.h"

#include <strings.h>

static const char *const dialect_names[DIALECT_COUNT] = {[DIALECT_GODOT] = "godot", [DIALECT_CLASSIC] = "classic"};

bool dialect_parse(const char *word, enum dialect *dialect)
{
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if (strcasecmp(word, dialect_names[i]) == 0) {
			*dialect = (enum dialect)i;
			return true;
		}
	}
	return false;
}

const char *dialect_name(enum dialect dialect)
{
	return dialect_names[dialect];
}
