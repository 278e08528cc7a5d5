/* setting.h - one setting: a row of settings.def with all that is known about it.
 *
 * The table is constant and belongs to the program. Values are texts until config_finish makes struct config of them:
 * the same text whether it came from the file, the environment, Redis or a flag ("true", "7666", "0660", "lmdb"). */
#ifndef ARGENTUM_CONFIG_SETTING_H
#define ARGENTUM_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"
#include "common/config/config.h"

/* SETTING_listen_port, ... in the order of settings.def. */
enum setting_id {
#define NUMBER(group, name, ...)  SETTING_##group##_##name,
#define POWER(group, name, ...)   SETTING_##group##_##name,
#define SWITCH(group, name, ...)  SETTING_##group##_##name,
#define STRING(group, name, ...)  SETTING_##group##_##name,
#define FILLED(group, name, ...)  SETTING_##group##_##name,
#define TILE(group, name, ...)    SETTING_##group##_##name,
#define VERSION(group, name, ...) SETTING_##group##_##name,
#define SECRET(group, name, ...)  SETTING_##group##_##name,
#define MODE(group, name, ...)    SETTING_##group##_##name,
#define CHOICE(group, name, ...)  SETTING_##group##_##name,
#include "common/config/settings.def"
	SETTING_COUNT
};

enum setting_kind {
	SETTING_NUMBER,
	SETTING_POWER,
	SETTING_SWITCH,
	SETTING_STRING,
	SETTING_FILLED,
	SETTING_TILE,
	SETTING_VERSION,
	SETTING_MODE,
	SETTING_CHOICE,
};

struct setting {
	const char *name; /* "listen.port" */
	enum setting_id id;
	enum setting_kind kind;
	size_t offset;     /* of its member in struct config */
	const char *usual; /* the default, as text; not for choices */
	const char *words; /* choices: "one|two" */
	int usual_choice;  /* choices: the index of the default */
	int low, high;     /* numbers; strings: high = most bytes */
	enum setting_when when;
	bool secret;      /* never shown */
	const char *unit; /* "ms", "" */
	const char *about;
};

/* Longest text of any value, with its end. */
enum { SETTING_TEXT_BYTES = 300 };

const struct setting *setting_at(enum setting_id id);

/* NULL when there is none. setting_of_variable wants what follows ARGENTUMD_ ("LISTEN_PORT"). */
const struct setting *setting_find(const char *name);
const struct setting *setting_of_variable(const char *name, size_t length);

/* Names of groups: number i, NULL behind the last. */
const char *setting_group_at(unsigned i);
bool setting_group_is_known(const char *name);

/* Fills `why` with "<where>: there is no setting "listen.prot"; did you mean "listen.port"?" - or, when nothing is near,
 * with what there is. Returns false. */
bool setting_unknown(const char *where, const char *name, struct problem *why);

/* Whether text is a value of the setting; its canonical form goes into the caller's buffer of SETTING_TEXT_BYTES. */
bool setting_parse(const struct setting *setting, const char *text, char *canonical);

/* What is allowed, in words: "0 to 65535", "a text of at most 64 bytes", "\"lmdb\" or \"redis\"". */
void setting_allowed(const struct setting *setting, char *text, size_t capacity);

/* The default, as text, into a buffer of SETTING_TEXT_BYTES. */
void setting_usual(const struct setting *setting, char *text);

/* Between the (canonical) text and the member of struct config. Secrets are shown as "****", empty ones as "". */
void setting_store(const struct setting *setting, const char *text, struct config *config);
void setting_show(const struct setting *setting, const struct config *config, char *text, size_t capacity);
void setting_copy(const struct setting *setting, const struct config *from, struct config *to);
bool setting_same(const struct setting *setting, const struct config *a, const struct config *b);

#endif
