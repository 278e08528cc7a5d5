/* config.h - the configuration: settings.def is the table of all settings.
 *
 * Values come in layers: an explicit command-line flag beats the environment (ARGENTUMD_<GROUP>_<NAME>), that beats Redis
 * (the keys that pyao-server's operators know, when the store is Redis), that beats the file, that beats the built-in
 * default. Each value remembers where it came from. A mistake is answered with file, line, setting, what was found and
 * what is allowed; there is never a silent default. What is refused changes nothing.
 *
 * struct config_values (all layers) belongs to the master or a tool; one thread. No function here blocks on anything but
 * the files it is asked to read. Nothing of it is in shared memory, and struct config must not be put there either: it
 * holds the password of Redis. Children inherit it through fork.
 *
 * struct config is one immutable generation: made by config_finish, read by everybody, never changed. */
#ifndef ARGENTUM_CONFIG_CONFIG_H
#define ARGENTUM_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"

struct config {
/* NOLINTBEGIN(bugprone-macro-parentheses): a member's name cannot have any */
#define GROUP(name, text) struct {
#define END_GROUP(name)                                                                                                \
	}                                                                                                                  \
	name;
#define NUMBER(group, name, value, low, high, unit, when, text) int name;
#define POWER(group, name, value, low, high, unit, when, text)  int name;
#define SWITCH(group, name, value, when, text)                  bool name;
#define STRING(group, name, value, most, when, text)            char name[(most) + 1];
#define FILLED(group, name, value, most, when, text)            char name[(most) + 1];
#define TILE(group, name, value, most, when, text)              char name[(most) + 1];
#define VERSION(group, name, value, most, when, text)           char name[(most) + 1];
#define SECRET(group, name, value, most, when, text)            char name[(most) + 1];
#define MODE(group, name, value, when, text)                    int name;
#define CHOICE(group, name, value, words, when, text)           int name;
#include "common/config/settings.def"
	/* NOLINTEND(bugprone-macro-parentheses) */
};

/* The words of choices that code asks for; the order is that of settings.def. */
enum { CONFIG_BACKEND_LMDB, CONFIG_BACKEND_REDIS };
enum { CONFIG_DICE_CLASSIC, CONFIG_DICE_RANGE };
enum { CONFIG_KIT_CLASSIC, CONFIG_KIT_PYAO };
enum { CONFIG_DROPS_UNSAFE, CONFIG_DROPS_ALWAYS, CONFIG_DROPS_NEVER };

/* When a changed value takes effect: see settings.def. */
enum setting_when { WHEN_RESTART, WHEN_WORLD, WHEN_LIVE, WHEN_NOW };

/* In a word for operators: "restart", "new world", "live". */
const char *setting_when_word(enum setting_when when);

enum config_source {
	CONFIG_FROM_DEFAULT,
	CONFIG_FROM_FILE,
	CONFIG_FROM_REDIS,
	CONFIG_FROM_ENVIRONMENT,
	CONFIG_FROM_FLAG,
	CONFIG_SOURCES
};

/* All layers; owner of everything in them. */
struct config_values;
struct config_values *config_values_create(void); /* NULL: out of memory */
void config_values_destroy(struct config_values **values);

/* Each fills its layer anew; false with a text at the first mistake. A file may lack settings; an environment may have other
 * variables, but ARGENTUMD_... must be a setting. (Not config_read_file: libconfig exports a function of that name.) */
bool config_load_file(struct config_values *values, const char *path, struct problem *why);
bool config_load_environment(struct config_values *values, char **environment, struct problem *why);
/* flag: how the operator wrote it ("--port", "--set"); name: "listen.port". The last of several counts. */
bool config_set_flag(struct config_values *values, const char *flag, const char *name, const char *value,
					 struct problem *why);
/* key: one of config_redis_key; value: as pyao-server writes it. */
bool config_set_redis(struct config_values *values, const char *key, const char *value, struct problem *why);

/* Settings that have a key in Redis: number i, NULL behind the last. `seed`: the text to write when the key is missing
 * (the value of all layers below Redis); into the caller's buffer. */
const char *config_redis_key(const struct config_values *values, unsigned i, char *seed, size_t capacity);

/* Typed, and checked as a whole; reads store.redis_password_file. On false *config is as it was. */
bool config_finish(const struct config_values *values, struct config *config, struct problem *why);

/* --- for showing ------------------------------------------------------------------------------------------------------------ */

struct config_item {
	const char *name; /* "listen.port" */
	const char *unit; /* "ms", "" */
	const char *about;
	const char *redis; /* its key in Redis, NULL: it has none */
	enum setting_when when;
	bool secret;
	char value[300];  /* secrets as "****" */
	char source[320]; /* "default", "etc/argentumd.conf line 12", "flag --port", ... */
	char allowed[200];
};

/* Setting number i, in the order of settings.def; false behind the last. */
bool config_item(const struct config_values *values, unsigned i, struct config_item *item);

/* How two generations differ: fn is called for each setting whose value is not the same. Returns how many. */
typedef void config_diff_fn(void *context, const char *name, const char *before, const char *after,
							enum setting_when when);
unsigned config_diff(const struct config *before, const struct config *after, config_diff_fn *fn, void *context);

/* Settings that take effect so stay in `after` what they are in `before`. */
void config_keep(const struct config *before, struct config *after, enum setting_when when);

/* Sets one member, as text; false: there is no such setting, or it does not allow that. */
bool config_set_in_force(struct config *config, const char *name, const char *text);

/* The value in force of setting number i, as config_item shows values. */
void config_in_force(const struct config *config, unsigned i, char *text, size_t capacity);

#endif
