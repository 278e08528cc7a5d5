#include "common/config/config.h"

#include <ctype.h>
#include <libconfig.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "common/store/keys.h"

enum kind { KIND_NUMBER, KIND_SWITCH, KIND_STRING, KIND_CHOICE };
enum { RESTART, LIVE };

/* One row of settings.def. */
struct setting {
	const char *name; /* "group.name" */
	enum kind kind;
	bool secret;
	bool live;
	size_t offset;     /* in struct config */
	int low, high;     /* numbers; strings: high = most bytes */
	const char *usual; /* the default, as text */
	const char *words; /* choices */
	int usual_choice;
	const char *unit, *about;
};

#define TEXT_OF(x)  #x
#define AS_TEXT(x)  TEXT_OF(x)
#define PLACE(g, n) offsetof(struct config, g.n)

static const struct setting settings[] = {
#define GROUP(g, text)
#define END_GROUP(g)
#define NUMBER(g, n, value, lowest, highest, units, when, text)                                                        \
	{.name = #g "." #n,                                                                                                \
	 .kind = KIND_NUMBER,                                                                                              \
	 .live = (when),                                                                                                   \
	 .offset = PLACE(g, n),                                                                                            \
	 .low = (lowest),                                                                                                  \
	 .high = (highest),                                                                                                \
	 .usual = AS_TEXT(value),                                                                                          \
	 .unit = (units),                                                                                                  \
	 .about = (text)},
#define SWITCH(g, n, value, when, text)                                                                                \
	{.name = #g "." #n,                                                                                                \
	 .kind = KIND_SWITCH,                                                                                              \
	 .live = (when),                                                                                                   \
	 .offset = PLACE(g, n),                                                                                            \
	 .usual = AS_TEXT(value),                                                                                          \
	 .unit = "",                                                                                                       \
	 .about = (text)},
#define STRING(g, n, value, most, when, text)                                                                          \
	{.name = #g "." #n,                                                                                                \
	 .kind = KIND_STRING,                                                                                              \
	 .live = (when),                                                                                                   \
	 .offset = PLACE(g, n),                                                                                            \
	 .high = (most),                                                                                                   \
	 .usual = (value),                                                                                                 \
	 .unit = "",                                                                                                       \
	 .about = (text)},
#define SECRET(g, n, value, most, when, text)                                                                          \
	{.name = #g "." #n,                                                                                                \
	 .kind = KIND_STRING,                                                                                              \
	 .secret = true,                                                                                                   \
	 .live = (when),                                                                                                   \
	 .offset = PLACE(g, n),                                                                                            \
	 .high = (most),                                                                                                   \
	 .usual = (value),                                                                                                 \
	 .unit = "",                                                                                                       \
	 .about = (text)},
#define CHOICE(g, n, value, list, when, text)                                                                          \
	{.name = #g "." #n,                                                                                                \
	 .kind = KIND_CHOICE,                                                                                              \
	 .live = (when),                                                                                                   \
	 .offset = PLACE(g, n),                                                                                            \
	 .usual_choice = (value),                                                                                          \
	 .words = (list),                                                                                                  \
	 .unit = "",                                                                                                       \
	 .about = (text)},
#include "common/config/settings.def"
#include "common/config/settings_end.def"
};

enum { SETTINGS = sizeof settings / sizeof *settings, GROUPS_MAX = 32 };

static const char *const group_names[] = {
#define GROUP(g, text) #g,
#define END_GROUP(g)
#define NUMBER(...)
#define SWITCH(...)
#define STRING(...)
#define SECRET(...)
#define CHOICE(...)
#include "common/config/settings.def"
#include "common/config/settings_end.def"
};

/* Which settings an operator of pyao-server keeps in Redis. */
static const struct {
	const char *key, *setting;
} redis_keys[] = {
	{KEY_CONFIG_HOST, "listen.host"},
	{KEY_CONFIG_PORT, "listen.port"},
	{KEY_CONFIG_MAX_CONNECTIONS, "limits.max_connections"},
	{KEY_DICE_MIN, "game.dice_min"},
	{KEY_DICE_MAX, "game.dice_max"},
};

struct layer {
	char *value; /* NULL: this layer says nothing */
	char source[160];
};

struct config_values {
	struct layer layer[SETTINGS][CONFIG_SOURCES];
};

/* --- finding ------------------------------------------------------------------------------------------------------------------ */

static const struct setting *setting_find(const char *name)
{
	for (unsigned i = 0; i < SETTINGS; i++) {
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	}
	return NULL;
}

/* Edit distance, capped; small words only. */
static unsigned distance(const char *a, const char *b)
{
	enum { LONGEST = 48 };
	unsigned row[LONGEST + 1];
	size_t n = strlen(a), m = strlen(b);
	if (n > LONGEST || m > LONGEST)
		return 99;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned above = row[j];
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[m];
}

static bool unknown(const char *where, const char *name, struct problem *why)
{
	const char *nearest = NULL;
	unsigned best = 4;
	for (unsigned i = 0; i < SETTINGS; i++) {
		unsigned d = distance(name, settings[i].name);
		if (d < best) {
			best = d;
			nearest = settings[i].name;
		}
	}
	if (nearest != NULL)
		return problem_set(why, "%s: there is no setting \"%s\"; did you mean \"%s\"?", where, name, nearest);
	return problem_set(why, "%s: there is no setting \"%s\" (argentumctl config and etc/argentumd.conf list them all)",
					   where, name);
}

/* --- what is allowed ------------------------------------------------------------------------------------------------------------- */

static int word_index(const char *words, const char *word)
{
	size_t n = strlen(word);
	int index = 0;
	for (const char *w = words; n > 0 && *w != '\0'; index++) {
		size_t length = strcspn(w, "|");
		if (length == n && strncmp(w, word, n) == 0)
			return index;
		w += length;
		w += *w == '|';
	}
	return -1;
}

static void word_at(const char *words, int index, char *word, size_t capacity)
{
	const char *w = words;
	while (index-- > 0) {
		w += strcspn(w, "|");
		w += *w == '|';
	}
	snprintf(word, capacity, "%.*s", (int)strcspn(w, "|"), w);
}

static void allowed_text(const struct setting *s, char *text, size_t capacity)
{
	switch (s->kind) {
	case KIND_NUMBER:
		snprintf(text, capacity, "%d to %d%s%s", s->low, s->high, *s->unit != '\0' ? " " : "", s->unit);
		break;
	case KIND_SWITCH:
		snprintf(text, capacity, "true or false");
		break;
	case KIND_STRING:
		snprintf(text, capacity, "a text of at most %d bytes", s->high);
		break;
	case KIND_CHOICE: {
		size_t n = 0;
		for (const char *w = s->words; *w != '\0' && n + 40 < capacity;) {
			size_t length = strcspn(w, "|");
			n += (size_t)snprintf(text + n, capacity - n, "%s\"%.*s\"", n > 0 ? ", " : "", (int)length, w);
			w += length;
			w += *w == '|';
		}
		break;
	}
	}
}

static bool switch_parse(const char *value, bool *on)
{
	*on = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
	return *on || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

static bool value_is_good(const struct setting *s, const char *value)
{
	int64_t number;
	bool on;
	switch (s->kind) {
	case KIND_NUMBER:
		return number_parse(value, s->low, s->high, &number);
	case KIND_SWITCH:
		return switch_parse(value, &on);
	case KIND_STRING:
		return strlen(value) <= (size_t)s->high;
	case KIND_CHOICE:
		return word_index(s->words, value) >= 0;
	}
	return false;
}

static bool layer_set(struct config_values *values, const struct setting *s, enum config_source source,
					  const char *value, const char *where, struct problem *why)
{
	if (!value_is_good(s, value)) {
		char allowed[200];
		allowed_text(s, allowed, sizeof allowed);
		return problem_set(why, "%s: %s = \"%.100s\"; allowed is %s", where, s->name, s->secret ? "****" : value,
						   allowed);
	}
	struct layer *layer = &values->layer[s - settings][source];
	char *copy = strdup(value);
	if (copy == NULL)
		return problem_set(why, "%s: out of memory", where);
	if (layer->value != NULL && s->secret)
		explicit_bzero(layer->value, strlen(layer->value));
	free(layer->value);
	layer->value = copy;
	snprintf(layer->source, sizeof layer->source, "%s", where);
	return true;
}

/* --- layers ------------------------------------------------------------------------------------------------------------------------ */

static char *usual_text(const struct setting *s)
{
	char word[64];
	if (s->kind != KIND_CHOICE)
		return strdup(s->usual);
	word_at(s->words, s->usual_choice, word, sizeof word);
	return strdup(word);
}

struct config_values *config_values_create(void)
{
	struct config_values *values = calloc(1, sizeof *values);
	for (unsigned i = 0; values != NULL && i < SETTINGS; i++) {
		struct layer *layer = &values->layer[i][CONFIG_FROM_DEFAULT];
		layer->value = usual_text(&settings[i]);
		snprintf(layer->source, sizeof layer->source, "default");
		if (layer->value == NULL)
			config_values_destroy(&values);
	}
	return values;
}

void config_values_destroy(struct config_values **values)
{
	if (*values == NULL)
		return;
	for (unsigned i = 0; i < SETTINGS; i++) {
		for (unsigned k = 0; k < CONFIG_SOURCES; k++) {
			char *value = (*values)->layer[i][k].value;
			if (value != NULL && settings[i].secret)
				explicit_bzero(value, strlen(value));
			free(value);
		}
	}
	free(*values);
	*values = NULL;
}

/* A libconfig value as the text it would have on the command line. false: of a type that no setting has. */
static bool value_text(const config_setting_t *at, char *text, size_t capacity)
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_INT:
		snprintf(text, capacity, "%d", config_setting_get_int(at));
		return true;
	case CONFIG_TYPE_INT64:
		snprintf(text, capacity, "%lld", config_setting_get_int64(at));
		return true;
	case CONFIG_TYPE_BOOL:
		snprintf(text, capacity, "%s", config_setting_get_bool(at) ? "true" : "false");
		return true;
	case CONFIG_TYPE_FLOAT:
		snprintf(text, capacity, "%g", config_setting_get_float(at));
		return true;
	case CONFIG_TYPE_STRING:
		snprintf(text, capacity, "%s", config_setting_get_string(at));
		return true;
	default:
		return false;
	}
}

/* In the file a number is written bare and a text in quotes; nothing is guessed. */
static bool type_fits(const struct setting *s, const config_setting_t *at)
{
	int type = config_setting_type(at);
	switch (s->kind) {
	case KIND_NUMBER:
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	case KIND_SWITCH:
		return type == CONFIG_TYPE_BOOL;
	default:
		return type == CONFIG_TYPE_STRING;
	}
}

static bool file_setting(struct config_values *values, const char *path, const config_setting_t *at, const char *group,
						 struct problem *why)
{
	char where[300], name[128], text[1024], allowed[200];
	snprintf(where, sizeof where, "%s line %u", path, config_setting_source_line(at));
	snprintf(name, sizeof name, "%s.%s", group, config_setting_name(at));
	const struct setting *s = setting_find(name);
	if (s == NULL)
		return unknown(where, name, why);
	allowed_text(s, allowed, sizeof allowed);
	if (!value_text(at, text, sizeof text))
		return problem_set(why, "%s: %s is a group or list; allowed is %s", where, name, allowed);
	if (!type_fits(s, at))
		return problem_set(why, "%s: %s = %s; allowed is %s%s", where, name, s->secret ? "****" : text, allowed,
						   s->kind == KIND_STRING || s->kind == KIND_CHOICE ? ", in double quotes"
																			: ", without quotes");
	return layer_set(values, s, CONFIG_FROM_FILE, text, where, why);
}

static bool group_is_known(const char *name)
{
	for (unsigned i = 0; i < sizeof group_names / sizeof *group_names; i++) {
		if (strcmp(group_names[i], name) == 0)
			return true;
	}
	return false;
}

static bool file_walk(struct config_values *values, const char *path, const config_setting_t *root, struct problem *why)
{
	for (int g = 0; g < config_setting_length(root); g++) {
		const config_setting_t *group = config_setting_get_elem(root, (unsigned)g);
		const char *name = config_setting_name(group);
		if (!group_is_known(name) || config_setting_type(group) != CONFIG_TYPE_GROUP) {
			char list[300] = "";
			for (unsigned i = 0, n = 0; i < sizeof group_names / sizeof *group_names; i++)
				n += (unsigned)snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "", group_names[i]);
			return problem_set(why, "%s line %u: \"%s\" is no group of settings; groups are %s", path,
							   config_setting_source_line(group), name, list);
		}
		for (int i = 0; i < config_setting_length(group); i++) {
			if (!file_setting(values, path, config_setting_get_elem(group, (unsigned)i), name, why))
				return false;
		}
	}
	return true;
}

bool config_load_file(struct config_values *values, const char *path, struct problem *why)
{
	config_t file;
	config_init(&file);
	bool good;
	if (config_read_file(&file, path) == CONFIG_TRUE)
		good = file_walk(values, path, config_root_setting(&file), why);
	else if (config_error_type(&file) == CONFIG_ERR_FILE_IO)
		good = problem_set(why, "%s: the configuration file cannot be read", path);
	else
		good = problem_set(why, "%s line %d: %s", path, config_error_line(&file), config_error_text(&file));
	config_destroy(&file);
	return good;
}

static const struct setting *setting_of_variable(const char *name, size_t length)
{
	for (unsigned i = 0; i < SETTINGS; i++) {
		const char *s = settings[i].name;
		size_t k = 0;
		while (k < length && s[k] != '\0' && (s[k] == '.' ? '_' : toupper((unsigned char)s[k])) == name[k])
			k++;
		if (k == length && s[k] == '\0')
			return &settings[i];
	}
	return NULL;
}

bool config_load_environment(struct config_values *values, char **environment, struct problem *why)
{
	static const char prefix[] = "ARGENTUMD_";
	for (; *environment != NULL; environment++) {
		const char *entry = *environment;
		const char *equals = strchr(entry, '=');
		if (strncmp(entry, prefix, sizeof prefix - 1) != 0 || equals == NULL)
			continue;
		char where[160];
		snprintf(where, sizeof where, "environment %.*s", (int)(equals - entry), entry);
		const char *name = entry + sizeof prefix - 1;
		const struct setting *s = setting_of_variable(name, (size_t)(equals - name));
		if (s == NULL)
			return problem_set(why, "%s: no setting has this variable; they are called ARGENTUMD_<GROUP>_<NAME>",
							   where);
		if (!layer_set(values, s, CONFIG_FROM_ENVIRONMENT, equals + 1, where, why))
			return false;
	}
	return true;
}

bool config_set_flag(struct config_values *values, const char *flag, const char *name, const char *value,
					 struct problem *why)
{
	char where[160];
	snprintf(where, sizeof where, "flag %s", flag);
	const struct setting *s = setting_find(name);
	return s != NULL ? layer_set(values, s, CONFIG_FROM_FLAG, value, where, why) : unknown(where, name, why);
}

bool config_set_redis(struct config_values *values, const char *key, const char *value, struct problem *why)
{
	char where[160];
	snprintf(where, sizeof where, "redis %s", key);
	for (unsigned i = 0; i < sizeof redis_keys / sizeof *redis_keys; i++) {
		if (strcmp(redis_keys[i].key, key) == 0)
			return layer_set(values, setting_find(redis_keys[i].setting), CONFIG_FROM_REDIS, value, where, why);
	}
	return problem_set(why, "%s: no setting has this key", where);
}

static const struct layer *layer_valid(const struct config_values *values, unsigned setting, enum config_source most)
{
	for (int k = (int)most; k > CONFIG_FROM_DEFAULT; k--) {
		if (values->layer[setting][k].value != NULL)
			return &values->layer[setting][k];
	}
	return &values->layer[setting][CONFIG_FROM_DEFAULT];
}

const char *config_redis_key(const struct config_values *values, unsigned i, char *seed, size_t capacity)
{
	if (i >= sizeof redis_keys / sizeof *redis_keys)
		return NULL;
	const struct setting *s = setting_find(redis_keys[i].setting);
	snprintf(seed, capacity, "%s", layer_valid(values, (unsigned)(s - settings), CONFIG_FROM_FILE)->value);
	return redis_keys[i].key;
}

/* --- the typed configuration ------------------------------------------------------------------------------------------------------- */

static void setting_store(const struct setting *s, const char *value, struct config *config)
{
	uint8_t *place = (uint8_t *)config + s->offset;
	int64_t number;
	switch (s->kind) {
	case KIND_NUMBER:
		number_parse(value, s->low, s->high, &number);
		*(int *)(void *)place = (int)number;
		break;
	case KIND_SWITCH:
		switch_parse(value, (bool *)(void *)place);
		break;
	case KIND_STRING:
		snprintf((char *)place, (size_t)s->high + 1, "%s", value);
		break;
	case KIND_CHOICE:
		*(int *)(void *)place = word_index(s->words, value);
		break;
	}
}

static bool power_of_two(int n)
{
	return n > 0 && (n & (n - 1)) == 0;
}

static const char *source_of(const struct config_values *values, const char *name)
{
	return layer_valid(values, (unsigned)(setting_find(name) - settings), CONFIG_FROM_FLAG)->source;
}

/* What no setting alone can tell. */
static bool whole_check(const struct config_values *v, const struct config *c, struct problem *why)
{
	if (!power_of_two(c->world.ring_kb) || !power_of_two(c->world.realm_ring_kb))
		return problem_set(why, "%s: world.ring_kb = %d, world.realm_ring_kb = %d; both must be powers of two",
						   source_of(v, "world.ring_kb"), c->world.ring_kb, c->world.realm_ring_kb);
	if (c->game.name_min > c->game.name_max)
		return problem_set(why, "%s: game.name_min = %d is more than game.name_max = %d", source_of(v, "game.name_min"),
						   c->game.name_min, c->game.name_max);
	if (c->game.password_min > c->game.password_max)
		return problem_set(why, "%s: game.password_min = %d is more than game.password_max = %d",
						   source_of(v, "game.password_min"), c->game.password_min, c->game.password_max);
	if (c->game.dice_min > c->game.dice_max)
		return problem_set(why, "%s: game.dice_min = %d is more than game.dice_max = %d", source_of(v, "game.dice_min"),
						   c->game.dice_min, c->game.dice_max);
	if (c->store.redis_socket[0] != '\0' && c->store.redis_tls)
		return problem_set(why, "%s: store.redis_socket and store.redis_tls exclude each other",
						   source_of(v, "store.redis_tls"));
	if (c->store.redis_password[0] != '\0' && c->store.redis_password_file[0] != '\0')
		return problem_set(why, "%s: store.redis_password and store.redis_password_file exclude each other",
						   source_of(v, "store.redis_password_file"));
	if ((c->store.redis_tls_cert[0] == '\0') != (c->store.redis_tls_key[0] == '\0'))
		return problem_set(why, "%s: store.redis_tls_cert and store.redis_tls_key go together",
						   source_of(v, "store.redis_tls_cert"));
	if (c->log.target == 2 && c->log.file[0] == '\0')
		return problem_set(why, "%s: log.target = \"file\" needs a path in log.file", source_of(v, "log.target"));
	return true;
}

static bool password_file_read(struct config *c, struct problem *why)
{
	if (c->store.redis_password_file[0] == '\0')
		return true;
	FILE *file = fopen(c->store.redis_password_file, "re");
	if (file == NULL)
		return problem_set(why, "store.redis_password_file: \"%s\" cannot be read", c->store.redis_password_file);
	if (fgets(c->store.redis_password, sizeof c->store.redis_password, file) == NULL)
		c->store.redis_password[0] = '\0';
	fclose(file);
	c->store.redis_password[strcspn(c->store.redis_password, "\r\n")] = '\0';
	return c->store.redis_password[0] != '\0' ||
		   problem_set(why, "store.redis_password_file: \"%s\" is empty", c->store.redis_password_file);
}

bool config_finish(const struct config_values *values, struct config *config, struct problem *why)
{
	memset(config, 0, sizeof *config);
	for (unsigned i = 0; i < SETTINGS; i++)
		setting_store(&settings[i], layer_valid(values, i, CONFIG_FROM_FLAG)->value, config);
	return whole_check(values, config, why) && password_file_read(config, why);
}

bool config_item(const struct config_values *values, unsigned i, struct config_item *item)
{
	if (i >= SETTINGS)
		return false;
	const struct setting *s = &settings[i];
	const struct layer *layer = layer_valid(values, i, CONFIG_FROM_FLAG);
	*item =
		(struct config_item){.name = s->name, .unit = s->unit, .about = s->about, .live = s->live, .secret = s->secret};
	bool hide = s->secret && layer->value[0] != '\0';
	snprintf(item->value, sizeof item->value, "%s", hide ? "****" : layer->value);
	snprintf(item->source, sizeof item->source, "%s", layer->source);
	allowed_text(s, item->allowed, sizeof item->allowed);
	return true;
}

static void setting_show(const struct setting *s, const struct config *config, char *text, size_t capacity)
{
	const uint8_t *place = (const uint8_t *)config + s->offset;
	switch (s->kind) {
	case KIND_NUMBER:
		snprintf(text, capacity, "%d", *(const int *)(const void *)place);
		break;
	case KIND_SWITCH:
		snprintf(text, capacity, "%s", *(const bool *)(const void *)place ? "true" : "false");
		break;
	case KIND_STRING:
		snprintf(text, capacity, "%s", s->secret ? "****" : (const char *)place);
		break;
	case KIND_CHOICE:
		word_at(s->words, *(const int *)(const void *)place, text, capacity);
		break;
	}
}

static bool setting_same(const struct setting *s, const struct config *a, const struct config *b)
{
	const uint8_t *x = (const uint8_t *)a + s->offset, *y = (const uint8_t *)b + s->offset;
	switch (s->kind) {
	case KIND_SWITCH:
		return *(const bool *)(const void *)x == *(const bool *)(const void *)y;
	case KIND_STRING:
		return strcmp((const char *)x, (const char *)y) == 0;
	default:
		return *(const int *)(const void *)x == *(const int *)(const void *)y;
	}
}

unsigned config_diff(const struct config *before, const struct config *after, config_diff_fn *fn, void *context)
{
	unsigned differ = 0;
	for (unsigned i = 0; i < SETTINGS; i++) {
		char was[300], is[300];
		if (setting_same(&settings[i], before, after))
			continue;
		differ++;
		setting_show(&settings[i], before, was, sizeof was);
		setting_show(&settings[i], after, is, sizeof is);
		fn(context, settings[i].name, was, is, settings[i].live);
	}
	return differ;
}
