/* The layer of the file: libconfig's tree becomes texts of settings. */
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "common/config/config_layer.h"
#include "common/config/config_text.h"
#include "common/config/nearest.h"

/* A value as it stands in the file (shown) and as the text that the command line would have (text). false: a group, list
 * or array. */
static bool value_text(const config_setting_t *at, char *text, size_t capacity, char *shown, size_t shown_capacity)
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_INT:
		snprintf(text, capacity, "%d", config_setting_get_int(at));
		break;
	case CONFIG_TYPE_INT64:
		snprintf(text, capacity, "%lld", config_setting_get_int64(at));
		break;
	case CONFIG_TYPE_BOOL:
		snprintf(text, capacity, "%s", config_setting_get_bool(at) ? "true" : "false");
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(text, capacity, "%.15g", config_setting_get_float(at));
		break;
	case CONFIG_TYPE_STRING:
		snprintf(text, capacity, "%s", config_setting_get_string(at));
		snprintf(shown, shown_capacity, "\"%.90s%s\"", text, strlen(text) > 90 ? "..." : "");
		return true;
	default:
		return false;
	}
	snprintf(shown, shown_capacity, "%.90s", text);
	return true;
}

/* In the file a number is written bare and a text in quotes; nothing is guessed. NULL: it fits. */
static const char *type_hint(const struct setting *s, const config_setting_t *at)
{
	int type = config_setting_type(at);
	switch (s->kind) {
	case SETTING_NUMBER:
	case SETTING_POWER:
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64 ? NULL : ", without quotes or fraction";
	case SETTING_SWITCH:
		return type == CONFIG_TYPE_BOOL ? NULL : ", without quotes";
	default:
		return type == CONFIG_TYPE_STRING ? NULL : ", in double quotes";
	}
}

static bool setting_take(struct config_layer *layer, const char *path, const char *group, const config_setting_t *at,
						 struct problem *why)
{
	char where[300], name[CONFIG_TEXT_NAME_BYTES], text[1024], shown[104], allowed[240];
	snprintf(where, sizeof where, "%.270s line %u", path, config_setting_source_line(at));
	snprintf(name, sizeof name, "%s.%s", group, config_setting_name(at));
	const struct setting *s = setting_find(name);
	if (s == NULL)
		return setting_unknown(where, name, why);
	if (!value_text(at, text, sizeof text, shown, sizeof shown))
		snprintf(shown, sizeof shown, "a %s", config_setting_is_group(at) ? "group" : "list");
	const char *hint = type_hint(s, at);
	if (hint == NULL)
		return config_layer_set(layer, s, text, shown, where, why);
	setting_allowed(s, allowed, 200);
	snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), "%s", hint);
	return config_layer_refuse(s, shown, allowed, where, why);
}

static bool group_refuse(const char *path, const config_setting_t *at, struct problem *why)
{
	const char *name = config_setting_name(at);
	unsigned line = config_setting_source_line(at);
	char list[200] = "";
	size_t n = 0;
	if (setting_group_is_known(name))
		return problem_set(why, "%s line %u: %s is a group of settings: %s = { ... }; is needed", path, line, name,
						   name);
	if (!config_setting_is_group(at)) {
		char where[300];
		snprintf(where, sizeof where, "%.270s line %u", path, line);
		return setting_unknown(where, name, why);
	}
	struct nearest nearest = nearest_start(name);
	for (unsigned i = 0; setting_group_at(i) != NULL; i++) {
		nearest_offer(&nearest, setting_group_at(i));
		if (n + 20 < sizeof list)
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "", setting_group_at(i));
	}
	if (nearest.word != NULL)
		return problem_set(why, "%s line %u: there is no group \"%.60s\"; did you mean \"%s\"?", path, line, name,
						   nearest.word);
	return problem_set(why, "%s line %u: there is no group \"%.60s\"; every setting is in one of the groups %s", path,
					   line, name, list);
}

static bool tree_take(struct config_layer *layer, const char *path, const config_setting_t *root, struct problem *why)
{
	for (int g = 0; g < config_setting_length(root); g++) {
		const config_setting_t *group = config_setting_get_elem(root, (unsigned)g);
		if (!config_setting_is_group(group) || !setting_group_is_known(config_setting_name(group)))
			return group_refuse(path, group, why);
		for (int i = 0; i < config_setting_length(group); i++) {
			if (!setting_take(layer, path, config_setting_name(group), config_setting_get_elem(group, (unsigned)i),
							  why))
				return false;
		}
	}
	return true;
}

static bool syntax_refuse(const char *path, const config_t *file, const struct config_text *text, struct problem *why)
{
	unsigned line = (unsigned)config_error_line(file);
	const struct config_text_name *last = config_text_before(text, line);
	if (last == NULL)
		return problem_set(why, "%s line %u: %s; a group looks like: listen = { port = 7666; };", path, line,
						   config_error_text(file));
	return problem_set(why, "%s line %u: %s in or after %s (line %u); a setting looks like: port = 7666;", path, line,
					   config_error_text(file), last->name, last->line);
}

static bool text_take(struct config_layer *layer, const char *path, const struct config_text *text, struct problem *why)
{
	config_t file;
	config_init(&file);
	bool good = config_read_string(&file, text->text) == CONFIG_TRUE
					? tree_take(layer, path, config_root_setting(&file), why)
					: syntax_refuse(path, &file, text, why);
	config_destroy(&file);
	return good;
}

bool config_load_file(struct config_values *values, const char *path, struct problem *why)
{
	struct config_text text;
	if (!config_text_read(&text, path, why))
		return false;
	struct config_layer *layer = config_layer_create();
	bool good = layer != NULL ? text_take(layer, path, &text, why) : problem_set(why, "%s: out of memory", path);
	if (good) {
		struct config_layer *before = values->layer[CONFIG_FROM_FILE];
		values->layer[CONFIG_FROM_FILE] = layer;
		layer = before;
	}
	config_layer_destroy(&layer);
	config_text_destroy(&text);
	return good;
}
