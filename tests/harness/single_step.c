#include "tests/harness/single_step.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static cpu_set_t cpus_before; /* where this process ran before it shared one CPU with the child it steps through */

static void one_cpu(void)
{
	cpu_set_t here;
	sched_getaffinity(0, sizeof cpus_before, &cpus_before);
	CPU_ZERO(&here);
	int cpu = sched_getcpu();
	CPU_SET(cpu < 0 ? 0 : (unsigned)cpu, &here);
	sched_setaffinity(0, sizeof here, &here);
}

static void cpus_as_before(void)
{
	sched_setaffinity(0, sizeof cpus_before, &cpus_before);
}

pid_t single_step_fork(int (*fn)(void *context), void *context)
{
	one_cpu(); /* inherited */
	pid_t child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(127);
		raise(SIGSTOP);
		_exit(fn(context));
	}
	int status = 0;
	bool stopped = child > 0 && waitpid(child, &status, 0) == child && WIFSTOPPED(status);
	if (!stopped)
		cpus_as_before();
	return stopped ? child : -1;
}

bool single_step_go(pid_t child, unsigned instructions, int *status)
{
	for (unsigned i = 0; i < instructions; i++) {
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || waitpid(child, status, 0) != child)
			return false;
		if (!WIFSTOPPED(*status))
			return false;
		if (WSTOPSIG(*status) != SIGTRAP) {
			/* A signal of its own (an abort, a fault): let it have it. */
			ptrace(PTRACE_DETACH, child, NULL, WSTOPSIG(*status));
			waitpid(child, status, 0);
			return false;
		}
	}
	return true;
}

int single_step_finish(pid_t child)
{
	int status = 0;
	ptrace(PTRACE_DETACH, child, NULL, NULL);
	waitpid(child, &status, 0);
	cpus_as_before();
	return status;
}

unsigned single_step_count(int (*fn)(void *context), void *context)
{
	pid_t child = single_step_fork(fn, context);
	if (child < 0)
		return 0;
	unsigned count = 0;
	int status = 0;
	while (single_step_go(child, 1, &status))
		count++;
	cpus_as_before();
	return count;
}
