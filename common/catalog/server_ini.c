#include "common/catalog/server_ini.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/catalog/files.h"
#include "common/catalog/fold.h"
#include "common/catalog/ini.h"
#include "common/catalog/record.h"

static_assert(SERVER_INI_NUMBER_COUNT <= 64, "one bit of `present` each");
static_assert(SERVER_INI_NAME_BYTES == 32, "a warning below says 31");

#define KEY_ROW(id, section_, key_, low_, high_, classic_, meaning_)                                                   \
	{(section_), (key_), (low_), (high_), (classic_), (meaning_)},
const struct server_ini_key server_ini_keys[SERVER_INI_NUMBER_COUNT] = {SERVER_INI_NUMBERS(KEY_ROW)};
#undef KEY_ROW

static void numbers_read(struct ini *file, struct server_ini *ini, struct catalog_warnings *warnings)
{
	for (unsigned i = 0; i < SERVER_INI_NUMBER_COUNT; i++) {
		const struct server_ini_key *key = &server_ini_keys[i];
		struct record record = record_open(file, warnings, key->section);
		if (!record_has(&record, key->key))
			continue;
		ini->number[i] = record_int(&record, key->key, key->low, key->high);
		ini->present |= UINT64_C(1) << i;
	}
}

/* Upper case, without a leading mark. false for an empty or overlong one. */
static bool name_take(struct record_text text, char name[SERVER_INI_NAME_BYTES])
{
	if (text.size > 0 && (*text.text == '*' || *text.text == '+')) {
		text.text++;
		text.size--;
	}
	if (text.size == 0 || text.size >= SERVER_INI_NAME_BYTES)
		return false;
	for (size_t i = 0; i < text.size; i++)
		name[i] = (char)fold_upper((unsigned char)text.text[i]);
	name[text.size] = '\0';
	return true;
}

/* The count stands in [INIT], the names in a section of their own; what is listed beyond the count does not count. */
static void list_read(struct ini *file, struct server_ini *ini, enum server_ini_list list,
					  struct catalog_warnings *warnings)
{
	static const struct {
		const char *section, *prefix;
	} lists[SERVER_INI_LIST_COUNT] = {{"Admines", "Admin"},        {"Dioses", "Dios"},
									  {"Especiales", "Especial"},  {"SemiDioses", "SemiDios"},
									  {"Consejeros", "Consejero"}, {"RolesMasters", "RM"}};
	struct record init = record_open(file, warnings, "INIT");
	struct record record = record_open(file, warnings, lists[list].section);
	if (!record_has(&init, lists[list].section))
		return;
	ini->lists_present |= 1u << list;
	int32_t count = record_int(&init, lists[list].section, 0, SERVER_INI_NAMES_MAX);
	struct tally skipped = {0};
	for (int32_t i = 1; i <= count; i++) {
		char key[32];
		snprintf(key, sizeof key, "%s%d", lists[list].prefix, i);
		if (name_take(record_text(&record, key, RECORD_TRIM), ini->name[list][ini->name_count[list]]))
			ini->name_count[list]++;
		else
			tally_add(&skipped, "%s line %u (%s of [%s])", ini_label(file), record_line(&record, key), key,
					  lists[list].section);
	}
	tally_warn(&skipped, warnings, "a name that is absent, empty, or longer than 31 bytes; skipped");
}

static void texts_read(struct ini *file, struct server_ini *ini, struct catalog_warnings *warnings)
{
	struct record init = record_open(file, warnings, "INIT");
	struct record_text version = record_text(&init, "Version", RECORD_TRIM);
	if (version.size < sizeof ini->version) {
		memcpy(ini->version, version.text, version.size);
		ini->version[version.size] = '\0';
	} else {
		warnings_add(warnings, "%s line %u: Version has %zu bytes; %zu are allowed; ignored", ini_label(file),
					 record_line(&init, "Version"), version.size, sizeof ini->version - 1);
	}
	ini->has_start = record_tile(&init, "StartPos", &ini->start);
}

bool server_ini_read(const char *root, struct server_ini *ini, struct catalog_warnings *warnings, struct problem *why)
{
	*ini = (struct server_ini){0};
	for (unsigned i = 0; i < SERVER_INI_NUMBER_COUNT; i++)
		ini->number[i] = server_ini_keys[i].classic;
	struct folder *folder = folder_open(root, why);
	if (folder == NULL)
		return false;
	struct file_bytes bytes;
	enum file_result result = folder_read(folder, "Server.ini", &bytes, why);
	folder_close(&folder);
	if (result != FILE_READ)
		return result == FILE_ABSENT;
	struct ini *file = ini_parse(&bytes, warnings, why);
	if (file == NULL)
		return false;
	ini->found = true;
	numbers_read(file, ini, warnings);
	texts_read(file, ini, warnings);
	for (unsigned list = 0; list < SERVER_INI_LIST_COUNT; list++)
		list_read(file, ini, (enum server_ini_list)list, warnings);
	struct tally keys = {0}, sections = {0};
	ini_tally_unread(file, &keys, &sections);
	tally_warn(&keys, warnings, "a key that this server does not use");
	tally_warn(&sections, warnings, "a section that this server does not use");
	ini_free(&file);
	return true;
}
