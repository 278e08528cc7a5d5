#include "common/catalog/record.h"

#include <stdio.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/fold.h"

struct record record_open(struct ini *ini, struct catalog_warnings *warnings, const char *name)
{
	return (struct record){.ini = ini, .section = ini_section(ini, name), .warnings = warnings};
}

struct record record_open_numbered(struct ini *ini, struct catalog_warnings *warnings, const char *prefix,
								   unsigned number)
{
	char name[64];
	snprintf(name, sizeof name, "%s%u", prefix, number);
	return record_open(ini, warnings, name);
}

bool record_has(const struct record *record, const char *key)
{
	return ini_entry(record->ini, record->section, key) != NULL;
}

unsigned record_line(const struct record *record, const char *key)
{
	const struct ini_entry *entry = ini_entry(record->ini, record->section, key);
	if (entry != NULL)
		return entry->line;
	return record->section != NULL ? record->section->line : 0;
}

const char *record_place(const struct record *record, const char *key, char place[FILE_LABEL_BYTES + 24])
{
	snprintf(place, FILE_LABEL_BYTES + 24, "%s line %u", ini_label(record->ini), record_line(record, key));
	return place;
}

int32_t record_int(const struct record *record, const char *key, int32_t low, int32_t high)
{
	const struct ini_entry *entry = ini_entry(record->ini, record->section, key);
	double number = 0;
	if (entry != NULL)
		ini_number(entry->value, &number, NULL);
	int64_t value = vb_round(number), allowed = clamp_i64(value, low, high);
	if (allowed != value && entry != NULL)
		warnings_add(record->warnings, "%s line %u: %s=%.40s is outside %d..%d; taken as %d", ini_label(record->ini),
					 entry->line, entry->key, entry->value, low, high, (int)allowed);
	return (int32_t)allowed;
}

bool record_flag(const struct record *record, const char *key)
{
	return record_int(record, key, 0, UINT8_MAX) != 0;
}

int64_t record_list(const struct record *record, const char *key, unsigned index)
{
	const struct ini_entry *entry = ini_entry(record->ini, record->section, key);
	double number = 0;
	if (entry != NULL)
		ini_list_number(entry->value, index, &number);
	return vb_round(number);
}

bool record_tile(const struct record *record, const char *key, struct place *place)
{
	*place = (struct place){0};
	int64_t map = record_list(record, key, 0), x = record_list(record, key, 1), y = record_list(record, key, 2);
	if (map == 0)
		return false;
	if (map < 0 || map > RECORD_COUNT_MAX || x < 1 || x > MAP_SIDE || y < 1 || y > MAP_SIDE) {
		warnings_add(record->warnings, "%s line %u: %s is no place; map-x-y with x and y in 1..%d is needed; ignored",
					 ini_label(record->ini), record_line(record, key), key, MAP_SIDE);
		return false;
	}
	*place = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	return true;
}

struct record_text record_text(const struct record *record, const char *key, enum record_trim trim)
{
	const struct ini_entry *entry = ini_entry(record->ini, record->section, key);
	if (entry == NULL)
		return (struct record_text){"", 0};
	const char *text = entry->value;
	if (trim == RECORD_TRIM) {
		while (fold_is_blank(*text))
			text++;
	}
	size_t size = strlen(text);
	while (trim != RECORD_RAW && size > 0 && fold_is_blank(text[size - 1]))
		size--;
	if (trim == RECORD_TRIM && size >= 2 && (*text == '"' || *text == '\'') && text[size - 1] == *text) {
		text++;
		size -= 2;
	}
	return (struct record_text){text, size};
}

static bool count_read(struct ini *ini, const char *section, const char *key, bool optional, unsigned *count,
					   struct problem *why)
{
	*count = 0;
	struct record record = record_open(ini, NULL, section);
	const struct ini_entry *entry = ini_entry(ini, record.section, key);
	if (entry == NULL)
		return optional || problem_set(why, "%s: %s is absent from [%s]; a number from 1 to %d is needed",
									   ini_label(ini), key, section, RECORD_COUNT_MAX);
	double number;
	ini_number(entry->value, &number, NULL);
	int64_t value = vb_round(number);
	if (value < (optional ? 0 : 1) || value > RECORD_COUNT_MAX)
		return problem_set(why, "%s line %u: %s=%.40s; a number from %d to %d is needed", ini_label(ini), entry->line,
						   entry->key, entry->value, optional ? 0 : 1, RECORD_COUNT_MAX);
	*count = (unsigned)value;
	return true;
}

bool record_count(struct ini *ini, const char *section, const char *key, unsigned *count, struct problem *why)
{
	return count_read(ini, section, key, false, count, why);
}

bool record_count_optional(struct ini *ini, const char *section, const char *key, unsigned *count, struct problem *why)
{
	return count_read(ini, section, key, true, count, why);
}
