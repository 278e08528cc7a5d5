#include "common/base/point.h"

void (*point_hook)(const char *name);
