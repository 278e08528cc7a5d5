/* program.h - argentumd from its command line to its end: options, settings, log, then the master.
 *
 * A function and not main itself, so that the daemon of the crash tests (tests/armed) is this very program, with a hook set
 * before it begins. Call it once, first thing, with the arguments of main. Returns the exit status (enum daemon_exit). */
#ifndef ARGENTUM_MASTER_PROGRAM_H
#define ARGENTUM_MASTER_PROGRAM_H

#include "master/children.h"

int program_main(int argc, char **argv);

/* What the children do. Only test programs set something else. */
extern child_main_fn *program_worker_main, *program_keeper_main;

#endif
