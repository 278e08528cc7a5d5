/* A program for the upgrade tests: it passes every check and takes over, but its keeper never says that it is ready. */
#include <unistd.h>

#include "master/program.h"

static int keeper_that_waits(const struct process_start *start)
{
	(void)start;
	while (getppid() != 1)
		pause();
	return PROCESS_EXIT_DONE;
}

int main(int argc, char **argv)
{
	program_keeper_main = keeper_that_waits;
	return program_main(argc, argv);
}
