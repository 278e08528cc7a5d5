/* A program for the upgrade tests: it passes every check and takes over the world as it is, but its keeper never says that it
 * is ready. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "master/program.h"
#include "tests/armed/layout_salt.h"

/* Hears that the master is dead, and nothing else. */
static int keeper_that_waits(const struct process_start *start)
{
	char words[256];
	struct pollfd master = {.fd = start->master, .events = POLLIN};
	for (;;) {
		poll(&master, 1, -1);
		ssize_t n = recv(master.fd, words, sizeof words, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return PROCESS_EXIT_MASTER_GONE;
	}
}

int main(int argc, char **argv)
{
	program_keeper_main = keeper_that_waits;
	layout_salt_as_before();
	return program_main(argc, argv);
}
