/* world_compile.h - the compiler of worlds: a folder of readable text becomes a folder of classic files.
 *
 * The server has one loader, for the classic formats (formats.md 1-17). A world of one's own is written as text - see
 * etc/world/README.md - and compiled into those formats, so that there is no second loader to keep in step. The source
 * is checked strictly: a mistake is told with file, line, what was found and what is allowed, and then nothing is
 * written. An operator's command; no threads, no shared memory. */
#ifndef ARGENTUM_CTL_WORLD_COMPILE_H
#define ARGENTUM_CTL_WORLD_COMPILE_H

#include <stdbool.h>

#include "common/base/problem.h"

struct world_summary {
	int maps, items, creatures, spells; /* defined by the source */
	int warnings;
};

/* Hears each warning, one line without line end. */
struct world_hearer {
	void (*warning)(void *context, const char *text);
	void *context;
};

/* Compiles the folder `source` into the folder `target`, which is replaced as a whole. `hearer` may be NULL. On a
 * problem the target is as it was and *summary is not filled. */
bool world_compile(const char *source, const char *target, const struct world_hearer *hearer,
				   struct world_summary *summary, struct problem *why);

/* The command "world-compile SOURCE_DIR TARGET_DIR"; argv[0] is the command's own name. Warnings and problems go to
 * stderr, the summary to stdout. Returns the exit code: 0 done, 1 a problem, 2 wrong use. */
int world_compile_main(int argc, char **argv);

#endif
