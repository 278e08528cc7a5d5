/* point.h - named places in the code where a test may step in: to count, to kill the process, to let it hang.
 *
 * A point costs one look at a pointer that is NULL in every program that is shipped: nothing here reads an environment, a
 * file or a packet. Unit tests set the hook; the daemon of the crash tests is a program of its own (tests/armed) that sets
 * it and runs the same code. A forked child inherits it.
 *
 * Put one before and after each step that a death must not fall between. Names are words, unique within the program. */
#ifndef ARGENTUM_BASE_POINT_H
#define ARGENTUM_BASE_POINT_H

#include <stddef.h>

extern void (*point_hook)(const char *name);

static inline void point(const char *name)
{
	if (__builtin_expect(point_hook != NULL, 0))
		point_hook(name);
}

#endif
