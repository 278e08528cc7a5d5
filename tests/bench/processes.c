#include "tests/bench/processes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double process_cpu_s(pid_t pid)
{
	enum { WORDS_BEFORE_UTIME = 11 }; /* behind the name: state is the first */
	char path[64], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	char *at = strrchr(text, ')');
	for (unsigned i = 0; at != NULL && i <= WORDS_BEFORE_UTIME; i++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return 0;
	uint64_t user = strtoull(at, &at, 10), system = strtoull(at, NULL, 10);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
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
		else if (strncmp(line, "Private_", 8) == 0 && strncmp(line, "Private_Hugetlb", 15) != 0)
			memory.private_kib += kib;
	}
	if (file != NULL)
		fclose(file);
	return memory;
}
