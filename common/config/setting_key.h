/* setting_key.h - a key of Redis that stands for a setting: the REDIS rows of settings.def. Constant. */
#ifndef ARGENTUM_CONFIG_SETTING_KEY_H
#define ARGENTUM_CONFIG_SETTING_KEY_H

#include "common/config/setting.h"

struct setting_key {
	const char *key;
	enum setting_id setting;
};

/* Number i, in the order of settings.def; NULL behind the last. */
const struct setting_key *setting_key_at(unsigned i);
const struct setting_key *setting_key_find(const char *key);

#endif
