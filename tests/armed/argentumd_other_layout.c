/* A program for the upgrade tests: the shipped one, but its world looks as if it had another layout. It dies where the test
 * says, as tests/armed/argentumd does. */
#include <stdio.h>

#include "master/program.h"
#include "tests/armed/layout_salt.h"
#include "tests/harness/points.h"

int main(int argc, char **argv)
{
	if (!points_obey()) {
		perror("ARGENTUM_POINTS");
		return 1;
	}
	layout_salt_set("1");
	return program_main(argc, argv);
}
