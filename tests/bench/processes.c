#include "tests/bench/processes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double process_cpu_s(pid_t pid)
{
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0; /* it is gone */
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

struct process_memory process_memory(pid_t pid)
{
	struct process_memory memory = {0};
	char path[64], line[256];
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		const char *colon = strchr(line, ':');
		uint64_t kib = colon != NULL ? strtoull(colon + 1, NULL, 10) : 0;
		if (strncmp(line, "Rss:", 4) == 0)
			memory.rss_kib = kib;
		else if (strncmp(line, "Pss:", 4) == 0)
			memory.pss_kib = kib;
		else if (strncmp(line, "Anonymous:", 10) == 0)
			memory.anonymous_kib = kib;
		else if (strncmp(line, "Private_", 8) == 0 && strncmp(line, "Private_Hugetlb", 15) != 0)
			memory.private_kib += kib;
	}
	if (file != NULL)
		fclose(file);
	return memory;
}
