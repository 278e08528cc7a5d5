#include "master/child_start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

#include "common/base/crash_note.h"

static bool signals_reset(struct problem *why)
{
	/* Ctrl-C goes to the whole group; the master says what is done. A file that may not grow is an error of the write. */
	static const int ignored[] = {SIGINT, SIGHUP, SIGPIPE, SIGUSR2, SIGXFSZ};
	struct sigaction action = {.sa_handler = SIG_DFL};
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL); /* KILL, STOP and the C library's own refuse: they need nothing */
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &action, NULL);

	/* Blocked from the beginning, so that one that comes before the signalfd is there waits instead of killing. */
	sigset_t mask;
	process_signals(&mask);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) != 0)
		return problem_set(why, "cannot set the signal mask: %s", strerror(errno));
	return true;
}

static bool master_follow(pid_t master, bool *master_gone, struct problem *why)
{
	if (getppid() != master) {
		*master_gone = true;
		return problem_set(why, "the master (pid %d) died meanwhile", (int)master);
	}
	return true;
}

static int compare(const void *left, const void *right)
{
	int a = *(const int *)left, b = *(const int *)right;
	return a < b ? -1 : a > b;
}

/* Everything the child keeps, in ascending order. Returns how many; the caller frees the list. */
static size_t keep_list(const struct process_start *process, int **list)
{
	size_t room = 5 + PROCESS_SLOTS + 2 * (size_t)WORKERS_MAX + process->vault_size;
	int *keep = malloc(room * sizeof *keep);
	size_t n = 0;
	*list = keep;
	if (keep == NULL)
		return 0;
	keep[n++] = STDERR_FILENO; /* the list begins behind it */
	keep[n++] = process->world_fd;
	keep[n++] = process->catalog_fd;
	keep[n++] = process->master;
	for (unsigned i = 0; i < PROCESS_SLOTS; i++)
		keep[n++] = process->wake_fd[i];
	keep[n++] = process->former_world_fd;
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		keep[n++] = process->passports[i];
	for (unsigned i = 0; i < process->listeners && i < WORKERS_MAX; i++)
		keep[n++] = process->listener[i];
	for (uint32_t i = 1; i < process->vault_size; i++) {
		if (process->vault[i].fd >= 0)
			keep[n++] = process->vault[i].fd;
	}
	qsort(keep, n, sizeof *keep, compare);
	return n;
}

static bool range_close(unsigned from, unsigned to, struct problem *why)
{
	if (from > to || close_range(from, to, 0) == 0)
		return true;
	return problem_set(why, "close_range(%u, %u): %s", from, to, strerror(errno));
}

static bool others_close(const struct process_start *process, struct problem *why)
{
	int *keep;
	size_t count = keep_list(process, &keep);
	unsigned from = STDERR_FILENO + 1;
	if (keep == NULL)
		return problem_set(why, "out of memory");
	bool good = true;
	for (size_t i = 0; i < count && good; i++) {
		if (keep[i] < (int)from)
			continue; /* -1, the standard ones, or named twice */
		good = range_close(from, (unsigned)keep[i] - 1, why);
		from = (unsigned)keep[i] + 1;
	}
	free(keep);
	return good && range_close(from, ~0U, why);
}

static void name_set(const struct child_start *start, unsigned slot)
{
	char name[16];
	if (slot == SLOT_KEEPER)
		snprintf(name, sizeof name, "argentumd:keep");
	else if (slot >= PROCESS_SLOTS)
		snprintf(name, sizeof name, "argentumd:read");
	else
		snprintf(name, sizeof name, "argentumd:w%u", slot);
	prctl(PR_SET_NAME, name);
	log_set_process(start->name);
	crash_note_prepare(start->name);
}

bool child_start(const struct child_start *start, const struct process_start *process, bool *master_gone,
				 struct problem *why)
{
	*master_gone = false;
	if (!signals_reset(why) || !master_follow(start->master, master_gone, why))
		return false;
	/* The log's own descriptor is among those that get closed: given back first, so that nobody closes its number
	 * again when it belongs to something else. */
	enum log_level level = log_current_level();
	log_open(LOG_TO_STDERR, level, NULL, NULL);
	closelog();
	if (!others_close(process, why))
		return false;
	name_set(start, process->slot);
	return log_open(start->log_target, level, start->log_path, why);
}
