/* A program for the upgrade tests: another layout of the world, and no worker of it is ever ready. */
#include "common/world/layout.h"
#include "master/program.h"

static int worker_that_ends(const struct process_start *start)
{
	(void)start;
	return PROCESS_EXIT_CANNOT_START;
}

int main(int argc, char **argv)
{
	world_fingerprint_salt = 2;
	program_worker_main = worker_that_ends;
	return program_main(argc, argv);
}
