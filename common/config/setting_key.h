/* setting_key.h - a key of Redis that stands for a setting: the REDIS rows of settings.def. Constant. */
#ifndef ARGENTUM_CONFIG_SETTING_KEY_H
#define ARGENTUM_CONFIG_SETTING_KEY_H

#include "common/config/setting.h"

struct setting_key {
	const char *key;
	enum setting_id setting;
	bool seconds; /* Redis has seconds, maybe with a fraction; the setting has ms */
};

/* Number i, in the order of settings.def; NULL behind the last. */
const struct setting_key *setting_key_at(unsigned i);
const struct setting_key *setting_key_find(const char *key);

/* From the text in Redis to that of the setting and back (switches are "0" and "1" there). false: no value of it. */
bool setting_key_parse(const struct setting_key *key, const char *found, char *canonical);
void setting_key_text(const struct setting_key *key, const char *canonical, char *text, size_t capacity);

/* What is allowed in Redis, in words. */
void setting_key_allowed(const struct setting_key *key, char *text, size_t capacity);

#endif
