#include "common/config/setting_key.h"

#include <string.h>

#include "common/store/keys.h"

static const struct setting_key keys[] = {
#define REDIS(group, name, redis) {.key = (redis), .setting = SETTING_##group##_##name},
#include "common/config/settings.def"
};

const struct setting_key *setting_key_at(unsigned i)
{
	return i < sizeof keys / sizeof *keys ? &keys[i] : NULL;
}

const struct setting_key *setting_key_find(const char *key)
{
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i].key, key) == 0)
			return &keys[i];
	}
	return NULL;
}
