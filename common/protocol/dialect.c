#include "common/protocol/dialect.h"

static const char *const dialect_names[DIALECT_COUNT] = {[DIALECT_GODOT] = "godot", [DIALECT_CLASSIC] = "classic"};

const char *dialect_name(enum dialect dialect)
{
	return dialect_names[dialect];
}
