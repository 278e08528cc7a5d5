/* options.h - the daemon's command line. */
#ifndef ARGENTUM_MASTER_OPTIONS_H
#define ARGENTUM_MASTER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "common/config/config.h"

/* Exit statuses of argentumd: EXIT(name, value, sentence) */
#define DAEMON_EXITS(EXIT)                                                                                             \
	EXIT(OK, 0, "stopped in order, or what was asked for was done")                                                    \
	EXIT(CANNOT_START, 1, "could not start; the log says why")                                                         \
	EXIT(USAGE, 2, "the command line is wrong")                                                                        \
	EXIT(NOT_IN_ORDER, 3, "stopped, but not all processes ended in order; the log says which")

enum daemon_exit {
#define EXIT(name, value, sentence) DAEMON_EXIT_##name = (value),
	DAEMON_EXITS(EXIT)
#undef EXIT
};

enum options_action {
	OPTIONS_RUN,
	OPTIONS_CHECK, /* --check: read everything, say what is wrong, start nothing */
	OPTIONS_HELP,
	OPTIONS_VERSION,
};

enum { OPTIONS_SETTINGS_MAX = 64 };

/* Texts point into argv. */
struct options {
	enum options_action action;
	const char *config; /* path of the configuration file; the installed one when not given */
	bool config_given;
	const char *pidfile; /* NULL = none */
	bool daemon;
	struct {
		const char *flag; /* as written: "--port" */
		char name[64];    /* of the setting */
		const char *value;
	} settings[OPTIONS_SETTINGS_MAX];
	unsigned settings_count;
};

/* false with one line: which option, what is allowed. */
bool options_parse(struct options *options, int argc, char **argv, struct problem *why);

/* Adds the settings of the command line to the layer of flags. */
bool options_apply(const struct options *options, struct config_values *values, struct problem *why);

void options_help(FILE *out);

#endif
