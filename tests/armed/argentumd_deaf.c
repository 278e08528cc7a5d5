/* A program for the upgrade tests: it passes every check and takes over the world as it is, but its keeper never says that it is ready. */
#include <unistd.h>

#include "master/program.h"
#include "tests/armed/layout_salt.h"

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
	layout_salt_as_before();
	return program_main(argc, argv);
}
