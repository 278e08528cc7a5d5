#include "common/base/crash_note.h"

#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"

enum { FRAMES_MOST = 48, STACK_BYTES = 1 << 16 };

static char process[32];
static char own_stack[STACK_BYTES] __attribute__((aligned(16))); /* the other one may be what overflowed */

/* In a handler: no printf, no allocation. */
static void say(int fd, const char *text)
{
	ssize_t n = write(fd, text, strlen(text));
	(void)n;
}

static void say_address(int fd, uintptr_t address)
{
	char text[2 * sizeof address + 3], *digit = text + sizeof text - 1;
	*digit = '\0';
	do
		*--digit = "0123456789abcdef"[address & 15];
	while ((address >>= 4) != 0);
	*--digit = 'x';
	*--digit = '0';
	say(fd, digit);
}

static void crashed(int number, siginfo_t *info, void *context)
{
	void *frames[FRAMES_MOST];
	int fd = log_descriptor();
	const char *name = sigabbrev_np(number);
	(void)context;
	say(fd, process);
	say(fd, ": SIG");
	say(fd, name != NULL ? name : "?");
	if (info->si_code > 0 && number != SIGABRT) {
		say(fd, " at address ");
		say_address(fd, (uintptr_t)info->si_addr);
	}
	say(fd, "; its stack, innermost first (addr2line -fipe PROGRAM ADDRESS):\n");
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MOST), fd);
	if (info->si_code <= 0)
		raise(number); /* nothing will fault again: somebody sent it */
}

void crash_note_prepare(const char *name)
{
#ifndef __SANITIZE_ADDRESS__
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
	const stack_t stack = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND};
	void *frame;
	snprintf(process, sizeof process, "%s", name);
	backtrace(&frame, 1); /* the first call loads a library, which no handler may */
	sigaltstack(&stack, NULL);
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
#else
	(void)name;
	(void)crashed;
	(void)own_stack;
	(void)process;
#endif
}
