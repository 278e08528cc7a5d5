/* argentumd for the crash tests: the program as it is shipped, but it dies where the test says (tests/harness/points.h). */
#include <stdio.h>

#include "master/program.h"
#include "tests/harness/points.h"

int main(int argc, char **argv)
{
	if (!points_obey()) {
		perror("ARGENTUM_POINTS");
		return 1;
	}
	return program_main(argc, argv);
}
