/* A program for the upgrade tests: it passes every check, takes over the world as it is, and its workers die a second after their birth: of
 * their own fault, but between two packets, so that no player is to blame for it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/point.h"
#include "master/program.h"
#include "tests/armed/layout_salt.h"

static volatile sig_atomic_t due;

static void second_is_over(int number)
{
	(void)number;
	due = 1;
}

static void die_between_packets(const char *name)
{
	if (due != 0 && strcmp(name, "receiving") == 0)
		abort();
}

static int worker_that_dies(const struct process_start *start)
{
	signal(SIGALRM, second_is_over);
	point_hook = die_between_packets;
	alarm(1);
	return worker_main(start);
}

int main(int argc, char **argv)
{
	program_worker_main = worker_that_dies;
	layout_salt_as_before();
	return program_main(argc, argv);
}
