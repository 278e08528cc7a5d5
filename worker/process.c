#include "worker/process.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/base/log.h"

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

int process_signal_read(int fd)
{
	struct signalfd_siginfo info;
	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
		int number = (int)info.ssi_signo;
		if (number == SIGUSR1 || (pid_t)info.ssi_pid == getppid())
			return number;
		log_notice("signal %s from pid %u is left to the master, pid %d", number == SIGTERM ? "TERM" : "QUIT",
				   info.ssi_pid, (int)getppid());
	}
	return 0;
}
