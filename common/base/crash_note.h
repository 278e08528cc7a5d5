/* crash_note.h - the last lines of a process that crashes: which signal, where, and its stack, for whoever reads the log and
 * has no core.
 *
 * They go where the log goes (to stderr when that is syslog), after everything else the process has said. Then it dies of
 * the signal as it would have: exit status and core are the same. Addresses are relative to the program, as addr2line and
 * gdb want them. Does nothing in programs with AddressSanitizer, which has such notes of its own. */
#ifndef ARGENTUM_BASE_CRASH_NOTE_H
#define ARGENTUM_BASE_CRASH_NOTE_H

/* For SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGSYS of this process and those it forks; again, with another name, in
 * those. The name, of at most 31 bytes, is copied. Before threads exist. */
void crash_note_prepare(const char *name);

#endif
