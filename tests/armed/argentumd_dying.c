/* A program for the upgrade tests: it passes every check, takes over, and its workers die a second after their birth. */
#include <unistd.h>

#include "master/program.h"

static int worker_that_dies(const struct process_start *start)
{
	alarm(1);
	return worker_main(start);
}

int main(int argc, char **argv)
{
	program_worker_main = worker_that_dies;
	return program_main(argc, argv);
}
