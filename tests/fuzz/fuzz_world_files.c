/* Any bytes as a file of a world; the first byte chooses: a .map, an .inf, an ini file. Refused with a text, or read. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalog/files.h"
#include "common/catalog/ini.h"
#include "common/catalog/map_file.h"
#include "common/catalog/warnings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_map(const uint8_t *data, size_t size, bool inf)
{
	struct problem why = {""};
	struct map_file *map = calloc(1, sizeof *map);
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	bool good = inf ? map_file_read_inf(map, "fuzz.inf", data, size, &why)
					: map_file_read_map(map, "fuzz.map", data, size, warnings, &why);
	assert(good || why.text[0] != '\0');
	free(warnings);
	free(map);
}

static void as_ini(const uint8_t *data, size_t size)
{
	struct problem why = {""};
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	struct file_bytes file = {.bytes = malloc(size + 1), .size = size};
	memcpy(file.bytes, data, size);
	file.bytes[size] = '\0';
	snprintf(file.label, sizeof file.label, "fuzz.ini");
	struct ini *ini = ini_parse(&file, warnings, &why);
	assert(ini != NULL || why.text[0] != '\0');
	if (ini != NULL)
		ini_section(ini, "INIT");
	ini_free(&ini);
	free(warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] % 3 == 2)
		as_ini(data + 1, size - 1);
	else
		as_map(data + 1, size - 1, data[0] % 3 == 1);
	return 0;
}
