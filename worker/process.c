#include "worker/process.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>

void process_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGUSR1);
}

int process_signals_open(struct problem *why)
{
	sigset_t set;
	process_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		problem_set(why, "signalfd: %s", strerror(errno));
	return fd;
}
