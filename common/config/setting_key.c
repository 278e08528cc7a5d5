#include "common/config/setting_key.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "common/base/number.h"
#include "common/store/keys.h"

enum { AS_IT_IS, SECONDS };

static const struct setting_key keys[] = {
#define REDIS(group, name, redis, form) {.key = (redis), .setting = SETTING_##group##_##name, .seconds = (form)},
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

/* "180" or "60.0" seconds as whole milliseconds, as text. */
static bool seconds_to_ms(const char *text, char *ms, size_t capacity)
{
	char *end;
	size_t n = strlen(text);
	if (n == 0 || n > 40 || strspn(text, "0123456789.") != n)
		return false;
	double seconds = strtod(text, &end);
	if (*end != '\0')
		return false;
	snprintf(ms, capacity, "%lld", (long long)vb_round(seconds * 1000));
	return true;
}

bool setting_key_parse(const struct setting_key *key, const char *found, char *canonical)
{
	char ms[32];
	if (!key->seconds)
		return setting_parse(setting_at(key->setting), found, canonical);
	return seconds_to_ms(found, ms, sizeof ms) && setting_parse(setting_at(key->setting), ms, canonical);
}

void setting_key_text(const struct setting_key *key, const char *canonical, char *text, size_t capacity)
{
	int64_t ms;
	if (key->seconds && number_parse(canonical, INT64_MIN, INT64_MAX, &ms))
		snprintf(text, capacity, "%.10g", (double)ms / 1000);
	else if (setting_at(key->setting)->kind == SETTING_SWITCH)
		snprintf(text, capacity, "%d", strcmp(canonical, "true") == 0);
	else
		snprintf(text, capacity, "%s", canonical);
}

void setting_key_allowed(const struct setting_key *key, char *text, size_t capacity)
{
	const struct setting *s = setting_at(key->setting);
	if (key->seconds)
		snprintf(text, capacity, "%.10g to %.10g s, fractions too", s->low / 1000.0, s->high / 1000.0);
	else if (s->kind == SETTING_SWITCH)
		snprintf(text, capacity, "1 or 0");
	else
		setting_allowed(s, text, capacity);
}
