/* single_step.h - a forked child that is stopped after any machine instruction: for tests that must hit each instant
 * of a function, not only those somebody thought of.
 *
 * The child is traced with ptrace. Parent and child share one CPU while stepping, which makes a step several times
 * cheaper (still some 20 microseconds: step through hundreds of instructions, not through millions). */
#ifndef ARGENTUM_TESTS_SINGLE_STEP_H
#define ARGENTUM_TESTS_SINGLE_STEP_H

#include <stdbool.h>
#include <sys/types.h>

/* Forks a child that will run fn(context) and exit with its result; it is stopped just before. Returns its pid, or -1
 * where tracing is not allowed. */
pid_t single_step_fork(int (*fn)(void *context), void *context);

/* Lets the child execute so many instructions. false: it ended meanwhile; *status is as of waitpid. */
bool single_step_go(pid_t child, unsigned instructions, int *status);

/* Lets the child run to its end; returns the status as of waitpid. */
int single_step_finish(pid_t child);

/* How many instructions fn(context) takes, counted by running it in a child; 0 where tracing is not allowed. */
unsigned single_step_count(int (*fn)(void *context), void *context);

#endif
