/* privileges.h - giving up root, when the server was started by it: control.user.
 *
 * What needs root comes before (the pid file, ports below 1024, the limit of open files); store, control socket and whatever a
 * later reload opens come after, so their directories must belong to that account. */
#ifndef ARGENTUM_MASTER_PRIVILEGES_H
#define ARGENTUM_MASTER_PRIVILEGES_H

#include <stdbool.h>

#include "common/base/problem.h"
#include "common/config/config.h"

/* Becomes that account with its groups, for good; the log file becomes its own. Does nothing when the setting is empty.
 * false: there is no such account, or this process is neither root nor it. */
bool privileges_drop(const struct config *config, struct problem *why);

#endif
