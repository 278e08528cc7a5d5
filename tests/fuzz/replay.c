/* replay.c - runs a fuzz target on its committed corpus, and on seeded damage of each file, without a fuzzing engine: the
 * part of fuzzing that belongs into every run of the tests. `make fuzz` searches on with libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 17, DAMAGES = 400 };

/* A target that takes its time says here how many damages of each file are enough. */
extern const unsigned fuzz_damages __attribute__((weak));

static size_t damage(struct rng *rng, uint8_t *bytes, size_t size)
{
	for (int n = rng_range(rng, 1, 6); n > 0 && size > 0; n--) {
		size_t at = (size_t)rng_range(rng, 0, (int32_t)size - 1);
		switch (rng_range(rng, 0, 4)) {
		case 0:
			bytes[at] = (uint8_t)rng_next(rng);
			break;
		case 1:
			bytes[at] ^= (uint8_t)(1u << rng_range(rng, 0, 7));
			break;
		case 2: /* cut */
			size = at;
			break;
		case 3: /* remove one */
			memmove(bytes + at, bytes + at + 1, size - at - 1);
			size--;
			break;
		default: /* double a piece */
			if (size * 2 - at < INPUT_MAX) {
				memmove(bytes + size, bytes + at, size - at);
				size += size - at;
			}
			break;
		}
	}
	return size;
}

static unsigned file_run(const char *path)
{
	static uint8_t bytes[INPUT_MAX], copy[INPUT_MAX];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	size_t size = fread(bytes, 1, sizeof bytes / 2, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	struct rng rng;
	rng_seed(&rng, size);
	unsigned damages = &fuzz_damages != NULL ? fuzz_damages : DAMAGES;
	for (unsigned i = 0; i < damages; i++) {
		memcpy(copy, bytes, size);
		LLVMFuzzerTestOneInput(copy, damage(&rng, copy, size));
	}
	return 1 + damages;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	char folder[300], path[600];
	(void)argc;
	/* "test_fuzz_packets" reads tests/fuzz/corpus/packets */
	snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", strncmp(name, "test_fuzz_", 10) == 0 ? name + 10 : name);
	DIR *dir = opendir(folder);
	if (dir == NULL) {
		fprintf(stderr, "%s: no such corpus\n", folder);
		return 1;
	}
	unsigned inputs = 0, files = 0;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		inputs += file_run(path);
		files++;
	}
	closedir(dir);
	printf("[       OK ] %s: %u files, %u inputs\n", name, files, inputs);
	return files == 0;
}
