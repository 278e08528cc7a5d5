#include "master/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/loop/loop.h"

struct signals {
	const struct signal_row *rows;
	unsigned count;
	void *context;
	int fd;
	struct loop_fd *watch;
};

static void signal_take(struct signals *signals, const struct signalfd_siginfo *info)
{
	for (unsigned i = 0; i < signals->count; i++) {
		const struct signal_row *row = &signals->rows[i];
		if (row->number != (int)info->ssi_signo)
			continue;
		if (row->said)
			log_notice("signal %s (from pid %u, user %u): %s", row->name, info->ssi_pid, info->ssi_uid, row->what);
		row->act(signals->context);
	}
}

static void signals_read(void *context, unsigned events)
{
	struct signals *signals = context;
	struct signalfd_siginfo info;
	(void)events;
	while (read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info)
		signal_take(signals, &info);
}

struct signals *signals_open(struct loop *loop, const struct signal_row *rows, unsigned count, void *context,
							 struct problem *why)
{
	struct signals *signals = calloc(1, sizeof *signals);
	if (signals == NULL) {
		problem_set(why, "signals: out of memory");
		return NULL;
	}
	*signals = (struct signals){.rows = rows, .count = count, .context = context, .fd = -1};
	sigset_t set;
	sigemptyset(&set);
	for (unsigned i = 0; i < count; i++)
		sigaddset(&set, rows[i].number);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd >= 0)
		signals->watch = loop_fd_add(loop, signals->fd, LOOP_READ, signals_read, signals, "signals");
	if (signals->watch == NULL) {
		problem_set(why, "signals cannot be read: %s", strerror(errno));
		signals_close(&signals);
	}
	return signals;
}

void signals_close(struct signals **signals)
{
	struct signals *s = *signals;
	if (s == NULL)
		return;
	*signals = NULL;
	loop_fd_remove(&s->watch);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
