#include "common/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/config_layer.h"
#include "common/config/nearest.h"
#include "common/config/setting_key.h"

static bool defaults_load(struct config_layer *layer)
{
	char usual[SETTING_TEXT_BYTES];
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		setting_usual(setting_at(i), usual);
		if (!config_layer_set(layer, setting_at(i), usual, NULL, "default", NULL))
			return false;
	}
	return true;
}

struct config_values *config_values_create(void)
{
	struct config_values *values = calloc(1, sizeof *values);
	if (values == NULL)
		return NULL;
	bool good = true;
	for (unsigned k = 0; k < CONFIG_SOURCES; k++)
		good &= (values->layer[k] = config_layer_create()) != NULL;
	if (!good || !defaults_load(values->layer[CONFIG_FROM_DEFAULT]))
		config_values_destroy(&values);
	return values;
}

void config_values_destroy(struct config_values **values)
{
	if (*values == NULL)
		return;
	for (unsigned k = 0; k < CONFIG_SOURCES; k++)
		config_layer_destroy(&(*values)->layer[k]);
	free(*values);
	*values = NULL;
}

/* --- environment ------------------------------------------------------------------------------------------------ */

static bool variable_unknown(const char *where, const char *variable, struct problem *why)
{
	char names[SETTING_COUNT][64];
	struct nearest nearest = nearest_start(variable);
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const char *name = setting_at(i)->name;
		size_t n = 0;
		for (; name[n] != '\0' && n + 1 < sizeof names[i]; n++)
			names[i][n] =
				name[n] == '.' ? '_' : (char)(name[n] >= 'a' && name[n] <= 'z' ? name[n] - 'a' + 'A' : name[n]);
		names[i][n] = '\0';
		nearest_offer(&nearest, names[i]);
	}
	if (nearest.word != NULL)
		return problem_set(why, "%s: no setting has this variable; did you mean ARGENTUMD_%s?", where, nearest.word);
	return problem_set(why, "%s: no setting has this variable; they are called ARGENTUMD_<GROUP>_<NAME>", where);
}

static bool variable_take(struct config_layer *layer, const char *entry, struct problem *why)
{
	static const char prefix[] = "ARGENTUMD_";
	const char *equals = strchr(entry, '=');
	if (strncmp(entry, prefix, sizeof prefix - 1) != 0 || equals == NULL)
		return true;
	char variable[100], where[120];
	snprintf(variable, sizeof variable, "%.*s", (int)(equals - entry), entry);
	snprintf(where, sizeof where, "environment %s", variable);
	const char *name = entry + sizeof prefix - 1;
	const struct setting *s = setting_of_variable(name, (size_t)(equals - name));
	return s != NULL ? config_layer_set(layer, s, equals + 1, NULL, where, why)
					 : variable_unknown(where, variable + sizeof prefix - 1, why);
}

bool config_load_environment(struct config_values *values, char **environment, struct problem *why)
{
	struct config_layer *layer = config_layer_create();
	bool good = layer != NULL || problem_set(why, "environment: out of memory");
	for (; good && *environment != NULL; environment++)
		good = variable_take(layer, *environment, why);
	if (good) {
		struct config_layer *before = values->layer[CONFIG_FROM_ENVIRONMENT];
		values->layer[CONFIG_FROM_ENVIRONMENT] = layer;
		layer = before;
	}
	config_layer_destroy(&layer);
	return good;
}

/* --- command line and Redis ------------------------------------------------------------------------------------- */

bool config_set_flag(struct config_values *values, const char *flag, const char *name, const char *value,
					 struct problem *why)
{
	char where[120];
	snprintf(where, sizeof where, "flag %s", flag);
	const struct setting *s = setting_find(name);
	return s != NULL ? config_layer_set(values->layer[CONFIG_FROM_FLAG], s, value, NULL, where, why)
					 : setting_unknown(where, name, why);
}

bool config_set_redis(struct config_values *values, const char *name, const char *value, struct problem *why)
{
	char where[120];
	snprintf(where, sizeof where, "redis %s", name);
	const struct setting_key *key = setting_key_find(name);
	if (key == NULL)
		return problem_set(why, "%s: no setting has this key", where);
	return config_layer_set(values->layer[CONFIG_FROM_REDIS], setting_at(key->setting), value, NULL, where, why);
}

const char *config_redis_key(const struct config_values *values, unsigned i, char *seed, size_t capacity)
{
	const struct setting_key *key = setting_key_at(i);
	if (key == NULL)
		return NULL;
	enum config_source below = config_values_source(values, key->setting, CONFIG_FROM_FILE);
	snprintf(seed, capacity, "%s", values->layer[below]->at[key->setting].value);
	return key->key;
}

/* --- for showing ------------------------------------------------------------------------------------------------ */

bool config_item(const struct config_values *values, unsigned i, struct config_item *item)
{
	if (i >= SETTING_COUNT)
		return false;
	const struct setting *s = setting_at(i);
	const char *value = config_values_text(values, s->id);
	*item =
		(struct config_item){.name = s->name, .unit = s->unit, .about = s->about, .when = s->when, .secret = s->secret};
	for (unsigned k = 0; setting_key_at(k) != NULL; k++) {
		if (setting_key_at(k)->setting == s->id)
			item->redis = setting_key_at(k)->key;
	}
	snprintf(item->value, sizeof item->value, "%s", s->secret && *value != '\0' ? "****" : value);
	snprintf(item->source, sizeof item->source, "%s", config_values_place(values, s->id));
	setting_allowed(s, item->allowed, sizeof item->allowed);
	return true;
}

unsigned config_diff(const struct config *before, const struct config *after, config_diff_fn *fn, void *context)
{
	unsigned differ = 0;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = setting_at(i);
		char was[SETTING_TEXT_BYTES], is[SETTING_TEXT_BYTES];
		if (setting_same(s, before, after))
			continue;
		differ++;
		setting_show(s, before, was, sizeof was);
		setting_show(s, after, is, sizeof is);
		fn(context, s->name, was, is, s->when);
	}
	return differ;
}

void config_keep(const struct config *before, struct config *after, enum setting_when when)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (setting_at(i)->when == when)
			setting_copy(setting_at(i), before, after);
	}
}

void config_in_force(const struct config *config, unsigned i, char *text, size_t capacity)
{
	setting_show(setting_at(i), config, text, capacity);
}

bool config_set_in_force(struct config *config, const char *name, const char *text)
{
	char canonical[SETTING_TEXT_BYTES];
	const struct setting *s = setting_find(name);
	if (s == NULL || !setting_parse(s, text, canonical))
		return false;
	setting_store(s, canonical, config);
	return true;
}
