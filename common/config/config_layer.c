#include "common/config/config_layer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config_layer *config_layer_create(void)
{
	return calloc(1, sizeof(struct config_layer));
}

static void value_drop(const struct setting *setting, char *value)
{
	if (value != NULL && setting->secret)
		explicit_bzero(value, strlen(value));
	free(value);
}

void config_layer_destroy(struct config_layer **layer)
{
	if (*layer == NULL)
		return;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		value_drop(setting_at(i), (*layer)->at[i].value);
		free((*layer)->at[i].source);
	}
	free(*layer);
	*layer = NULL;
}

/* Control bytes would tear the line that tells of them. */
static void shown_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (iscntrl((unsigned char)*text))
			*text = '?';
	}
}

static bool has_control_bytes(const char *text)
{
	while (*text != '\0' && !iscntrl((unsigned char)*text))
		text++;
	return *text != '\0';
}

bool config_layer_refuse(const struct setting *setting, const char *shown, const char *allowed, const char *where,
						 struct problem *why)
{
	char clean[104];
	snprintf(clean, sizeof clean, "%s", setting->secret ? "****" : shown);
	shown_clean(clean);
	return problem_set(why, "%s: %s = %s; allowed is %s", where, setting->name, clean, allowed);
}

bool config_layer_set(struct config_layer *layer, const struct setting *setting, const char *text, const char *shown,
					  const char *where, struct problem *why)
{
	char canonical[SETTING_TEXT_BYTES], quoted[104], allowed[240];
	if (!setting_parse(setting, text, canonical)) {
		snprintf(quoted, sizeof quoted, "\"%.90s%s\"", text, strlen(text) > 90 ? "..." : "");
		setting_allowed(setting, allowed, 200);
		if (has_control_bytes(text))
			snprintf(allowed + strlen(allowed), 40, " without control characters");
		return config_layer_refuse(setting, shown != NULL ? shown : quoted, allowed, where, why);
	}
	char *value = strdup(canonical), *source = strdup(where);
	if (value == NULL || source == NULL) {
		value_drop(setting, value);
		free(source);
		return problem_set(why, "%s: out of memory", where);
	}
	value_drop(setting, layer->at[setting->id].value);
	free(layer->at[setting->id].source);
	layer->at[setting->id].value = value;
	layer->at[setting->id].source = source;
	return true;
}

enum config_source config_values_source(const struct config_values *values, enum setting_id id, enum config_source most)
{
	enum config_source source = most;
	while (source > CONFIG_FROM_DEFAULT && values->layer[source]->at[id].value == NULL)
		source--;
	return source;
}

const char *config_values_text(const struct config_values *values, enum setting_id id)
{
	return values->layer[config_values_source(values, id, CONFIG_FROM_FLAG)]->at[id].value;
}

const char *config_values_place(const struct config_values *values, enum setting_id id)
{
	return values->layer[config_values_source(values, id, CONFIG_FROM_FLAG)]->at[id].source;
}
