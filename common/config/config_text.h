/* config_text.h - the text of a configuration file, looked through before libconfig reads it. Used by config*.c only.
 *
 * Why: libconfig is the parser, but it lets things pass that must not. It cuts numbers above 32 bits to other numbers
 * without a word, ends texts at "\x00", names neither the setting nor the first place of a duplicate, lets a forgotten
 * quote swallow the lines that follow, leaks a text that stands where none may be, and its scanner ends the whole
 * process when a read fails (so it is never given a file, only text). The look-through knows just enough of the grammar
 * for that: comments, texts, numbers, names, brackets. Whatever else is wrong is left to libconfig.
 *
 * The caller owns the struct and destroys it. */
#ifndef ARGENTUM_CONFIG_CONFIG_TEXT_H
#define ARGENTUM_CONFIG_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"

enum {
	CONFIG_TEXT_BYTES_MAX = 256 * 1024,
	CONFIG_TEXT_NAMES_MAX = 1000, /* settings and groups in a file */
	CONFIG_TEXT_NAME_BYTES = 96,
	CONFIG_TEXT_DEPTH_MAX = 8, /* groups and lists within each other */
};

/* Where a setting or group begins. */
struct config_text_name {
	char name[CONFIG_TEXT_NAME_BYTES]; /* "listen", "listen.port" */
	unsigned line;
};

struct config_text {
	char *text; /* for libconfig: the file, numbers above 32 bits marked as such */
	struct config_text_name *names;
	unsigned count;
};

/* Reads a file. false with "<path> line N: ..." and nothing to destroy. */
bool config_text_read(struct config_text *text, const char *path, struct problem *why);
void config_text_destroy(struct config_text *text);

/* The last name that begins in or before a line; NULL when there is none. */
const struct config_text_name *config_text_before(const struct config_text *text, unsigned line);

#endif
