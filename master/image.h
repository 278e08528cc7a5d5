/* image.h - the program that this process runs, as a file: to start it again, or what the operator has put in its place.
 *
 * The path is the one by which it was started, made absolute, without following links: where an installation or a package
 * puts the next version, and where a link is turned to it. The file itself is held open, since it may be replaced or
 * deleted at any time: to go back to it no path is needed. Belongs to the master; one a process. */
#ifndef ARGENTUM_MASTER_IMAGE_H
#define ARGENTUM_MASTER_IMAGE_H

#include <stdbool.h>

#include "common/base/problem.h"

enum { IMAGE_PATH_BYTES = 512 };

/* Which variable tells a program that it takes over from another one: "RECORD:IMAGE", two descriptors (handover.h). */
#define IMAGE_HANDOVER "ARGENTUM_HANDOVER"
/* And which tells a program that is only tried (upgrade.c) the descriptors "WORLD:CATALOG". */
#define IMAGE_TRIAL "ARGENTUM_TRIAL"

/* First thing in main; argv must live as long as the process. */
void image_remember(char **argv);

/* "" when it is not known. */
const char *image_path(void);
void image_set_path(const char *path);

/* The file, close-on-exec; -1 when /proc is not there. */
int image_fd(void);

/* Becomes another program, with the same arguments and environment, but for one variable ("NAME=value") that is added. Returns
 * only when that fails. */
void image_exec_fd(int fd, char *variable, struct problem *why);

/* The arguments, and one more; for a trial. In the child of a fork; returns only when that fails. */
void image_exec_trial(int fd, char *variable, char *argument);

#endif
