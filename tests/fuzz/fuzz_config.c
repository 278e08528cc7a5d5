/* Any bytes as a configuration file: refused with a text, or a whole configuration. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("config", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct config_values *values = config_values_create();
	struct config config;
	struct problem why = {""};
	if (!config_load_file(values, path, &why) || !config_finish(values, &config, &why))
		assert(why.text[0] != '\0');
	config_values_destroy(&values);
	close(fd);
	return 0;
}
