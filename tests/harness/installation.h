/* installation.h - a test object: the place where an operator has the daemon installed, so that an upgrade finds another
 * program there than the one that runs.
 *
 * A folder of its own with one file, the program. It belongs to the test that makes it, and dies with installation_remove.
 * Whatever cannot be done fails the test. */
#ifndef ARGENTUM_HARNESS_INSTALLATION_H
#define ARGENTUM_HARNESS_INSTALLATION_H

#include <stdbool.h>

#include "tests/harness/game_server.h"

struct installation {
	char folder[64];
	char program[80]; /* path, for game_server_options.program */
};

void installation_make(struct installation *installation);
void installation_remove(struct installation *installation);

/* A program: of the build ("argentumd", "tests/armed/argentumd_broken"), or any with its whole path ("/bin/true"). As a
 * package does it: written beside, then renamed; who runs the one before keeps it. */
void installation_put(const struct installation *installation, const char *name);

/* The server runs what was installed last. */
bool installation_is_run_by(const struct installation *installation, const struct game_server *server);

#endif
