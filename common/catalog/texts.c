/* The small texts of formats.md 15: message of the day, help, forbidden names. Each may be absent. */
#include "common/catalog/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Motd.ini of the classic release mocks people by name and is never shown. It is known by this hash of its bytes
 * without carriage returns (FNV-1a), so that a copy with other line ends is known too. */
#define MOTD_OF_THE_RELEASE UINT64_C(0x203a4feffa9302b2)

static uint64_t file_hash(const struct file_bytes *file)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < file->size; i++) {
		if (file->bytes[i] != '\r')
			hash = (hash ^ (unsigned char)file->bytes[i]) * UINT64_C(1099511628211);
	}
	return hash;
}

/* [INIT] NumLines and [section] LineN. Empty lines are kept: they are shown as such. */
static bool lines_read(struct catalog_source *source, struct ini *ini, const char *section, enum catalog_region_id id,
					   struct problem *why)
{
	unsigned count;
	if (!record_count_optional(ini, "INIT", "NumLines", &count, why))
		return false;
	struct record record = record_open(ini, source->warnings, section);
	for (unsigned i = 1; i <= count; i++) {
		char key[16];
		snprintf(key, sizeof key, "Line%u", i);
		if (!record_has(&record, key))
			continue;
		uint32_t text = source_record_text(source, &record, key, RECORD_TRIM);
		source_append(source, id, &text);
	}
	return true;
}

static bool help_load(struct catalog_source *source, struct problem *why)
{
	struct ini *ini;
	if (!source_ini(source, "Help.dat", false, &ini, why))
		return false;
	if (ini == NULL)
		return true;
	bool good = lines_read(source, ini, "Help", REGION_HELP, why);
	source_ini_done(source, &ini);
	return good;
}

static bool motd_load(struct catalog_source *source, struct problem *why)
{
	struct file_bytes file;
	enum file_result result = folder_read(source->dat, "Motd.ini", &file, why);
	if (result != FILE_READ)
		return result == FILE_ABSENT; /* no message is an ordinary choice */
	if (file_hash(&file) == MOTD_OF_THE_RELEASE) {
		warnings_add(source->warnings,
					 "%s: the message of the classic release mocks people and is not shown; write your own",
					 file.label);
		free(file.bytes);
		return true;
	}
	struct ini *ini = ini_parse(&file, source->warnings, why);
	if (ini == NULL)
		return false;
	bool good = lines_read(source, ini, "Motd", REGION_MOTD, why);
	source_ini_done(source, &ini);
	return good;
}

/* One forbidden part of a name per line, compared as stored. Not an ini file: one entry may be "[otto]". */
static bool names_load(struct catalog_source *source, struct problem *why)
{
	struct file_bytes file;
	enum file_result result = folder_read(source->dat, "NombresInvalidos.txt", &file, why);
	if (result != FILE_READ)
		return result == FILE_ABSENT;
	bool good = true;
	unsigned line = 0;
	for (char *at = file.bytes, *end = at + file.size; good && at < end;) {
		char *stop = memchr(at, '\n', (size_t)(end - at)), *next = stop != NULL ? stop + 1 : end;
		if (stop == NULL)
			stop = end;
		if (stop > at && stop[-1] == '\r')
			stop--;
		size_t size = (size_t)(stop - at);
		line++;
		if (memchr(at, '\0', size) != NULL)
			good = problem_set(why, "%s line %u: a zero byte; this is not a text file", file.label, line);
		else if (size > INI_LINE_BYTES_MAX)
			good = problem_set(why, "%s line %u: %zu bytes long; at most %d are allowed", file.label, line, size,
							   INI_LINE_BYTES_MAX);
		else if (line > RECORD_COUNT_MAX)
			good = problem_set(why, "%s: more than %d lines", file.label, RECORD_COUNT_MAX);
		/* A line of blanks would forbid every name of two words. */
		uint32_t text = good && strspn(at, " \t") < size ? source_text(source, at, size) : 0;
		if (text != 0)
			source_append(source, REGION_FORBIDDEN_NAMES, &text);
		at = next;
	}
	free(file.bytes);
	return good;
}

bool texts_load(struct catalog_source *source, struct problem *why)
{
	return motd_load(source, why) && help_load(source, why) && names_load(source, why);
}
