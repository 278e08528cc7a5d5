/* argentumd for tests: the program as it is shipped, but it dies where the test says (tests/harness/points.h), and its
 * monotonic clock is ahead of the real one by $ARGENTUM_CLOCK_OFFSET_MS. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "master/program.h"
#include "tests/armed/layout_salt.h"
#include "tests/harness/points.h"

int main(int argc, char **argv)
{
	if (!points_obey()) {
		perror("ARGENTUM_POINTS");
		return 1;
	}
	const char *ahead_ms = getenv("ARGENTUM_CLOCK_OFFSET_MS");
	if (ahead_ms != NULL)
		clock_test_offset_ms = strtoull(ahead_ms, NULL, 10);
	layout_salt_set("0");
	return program_main(argc, argv);
}
