#include "master/options.h"

#include <getopt.h>
#include <string.h>

#include "common/config/nearest.h"
#include "common/config/version.h"

enum option_id { CONFIG, HOST, PORT, WORKERS, SET, DEBUG, CHECK, DAEMON, PIDFILE, VERSION, HELP, OPTIONS };

/* One row per option. Those with a setting are short for --set. */
static const struct {
	const char *flag;
	char letter;          /* 0 = has no short form */
	const char *argument; /* NULL = takes none */
	const char *setting;  /* the setting it is short for */
	const char *value;    /* of that setting, when the option takes no argument */
	const char *about;
} rows[OPTIONS] = {
	[CONFIG] = {"--config", 0, "FILE", NULL, NULL,
				"configuration file (default " ARGENTUM_SYSCONFDIR "/argentumd.conf)"},
	[HOST] = {"--host", 0, "ADDRESS", "listen.host", NULL, "address to listen on"},
	[PORT] = {"--port", 0, "N", "listen.port", NULL, "TCP port; 0 lets the system choose one"},
	[WORKERS] = {"--workers", 0, "N", "workers.count", NULL, "worker processes; 0 is one per processor core"},
	[SET] = {"--set", 0, "NAME=VALUE", NULL, NULL,
			 "any setting, e.g. --set store.backend=redis; may be repeated, the last one counts"},
	[DEBUG] = {"--debug", 0, NULL, "log.level", "debug", "log everything"},
	[CHECK] = {"--check", 0, NULL, NULL, NULL, "read configuration and world data, say what is wrong, start nothing"},
	[DAEMON] = {"--daemon", 0, NULL, NULL, NULL, "go into the background once the server is ready"},
	[PIDFILE] = {"--pidfile", 0, "FILE", NULL, NULL, "write the process id there and lock it"},
	[VERSION] = {"--version", 0, NULL, NULL, NULL, "print the version"},
	[HELP] = {"--help", 'h', NULL, NULL, NULL, "print this list"},
};

/* getopt's numbers for the rows, apart from those of letters. */
enum { ROW_BASE = 256 };

void options_help(FILE *out)
{
	fprintf(out, "argentumd %s - a game server for Argentum Online\n\nusage: argentumd [option ...]\n\n",
			ARGENTUM_VERSION);
	for (unsigned i = 0; i < OPTIONS; i++) {
		char option[40], letter[8] = "";
		if (rows[i].letter != 0)
			snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
		snprintf(option, sizeof option, "%s%s%s%s", letter, rows[i].flag, rows[i].argument != NULL ? " " : "",
				 rows[i].argument != NULL ? rows[i].argument : "");
		fprintf(out, "  %-20s %s\n", option, rows[i].about);
	}
	fprintf(out,
			"\nA flag beats the environment (ARGENTUMD_<GROUP>_<NAME>), that beats Redis, that beats the file.\n"
			"Signals: TERM, INT stop in order, QUIT at once; HUP reloads, USR2 upgrades, TTIN and TTOU add and take a\n"
			"worker, nobody is disconnected; USR1 reopens the log.\n");
}

static bool setting_add(struct options *options, const char *flag, const char *name, size_t length, const char *value,
						struct problem *why)
{
	if (options->settings_count == OPTIONS_SETTINGS_MAX)
		return problem_set(why, "too many settings on the command line; %d are allowed", OPTIONS_SETTINGS_MAX);
	if (length == 0 || length >= sizeof options->settings[0].name)
		return problem_set(why, "%s %.*s: NAME=VALUE is needed, e.g. %s world.path=/srv/ao", flag,
						   (int)(length < 80 ? length + 1 : 80), name, flag);
	unsigned i = options->settings_count++;
	options->settings[i].flag = flag;
	memcpy(options->settings[i].name, name, length);
	options->settings[i].name[length] = '\0';
	options->settings[i].value = value;
	return true;
}

static bool path_take(const char **path, const char *flag, const char *argument, struct problem *why)
{
	if (*argument == '\0')
		return problem_set(why, "option %s needs a path, not an empty text (argentumd --help)", flag);
	*path = argument;
	return true;
}

static bool row_apply(struct options *options, enum option_id id, const char *argument, struct problem *why)
{
	if (rows[id].setting != NULL)
		return setting_add(options, rows[id].flag, rows[id].setting, strlen(rows[id].setting),
						   argument != NULL ? argument : rows[id].value, why);
	switch (id) {
	case CONFIG:
		options->config_given = true;
		return path_take(&options->config, rows[id].flag, argument, why);
	case PIDFILE:
		return path_take(&options->pidfile, rows[id].flag, argument, why);
	case SET: {
		size_t length = strcspn(argument, "=");
		if (argument[length] == '\0')
			return problem_set(why, "--set %.80s: NAME=VALUE is needed, e.g. --set world.path=/srv/ao", argument);
		return setting_add(options, rows[id].flag, argument, length, argument + length + 1, why);
	}
	case DAEMON:
		options->daemon = true;
		return true;
	case CHECK:
		options->action = OPTIONS_CHECK;
		return true;
	case VERSION:
		options->action = OPTIONS_VERSION;
		return true;
	default:
		options->action = OPTIONS_HELP;
		return true;
	}
}

/* Flags of pyao-server that its operators may still have in their scripts (pyao-compatibility.md 1). */
static bool is_tls_flag(const char *word)
{
	return strcmp(word, "--ssl") == 0 || strcmp(word, "--ssl-cert") == 0 || strcmp(word, "--ssl-key") == 0;
}

/* What getopt answered '?' to: `word` as the operator wrote it, `known` the row it belongs to or OPTIONS. */
static bool option_refuse(const char *word, enum option_id known, struct problem *why)
{
	char flag[64];
	snprintf(flag, sizeof flag, "%.*s", (int)strcspn(word, "="), word); /* what follows may be a secret */
	if (known < OPTIONS)
		return problem_set(why, "option %s takes no value (argentumd --help)", rows[known].flag);
	if (is_tls_flag(flag))
		return problem_set(why, "option %s: TLS for players is not available; put a TLS proxy in front", flag);
	struct nearest nearest = nearest_start(flag);
	for (unsigned i = 0; i < OPTIONS; i++)
		nearest_offer(&nearest, rows[i].flag);
	if (nearest.word != NULL)
		return problem_set(why, "unknown option %s; did you mean %s? (argentumd --help lists them)", flag,
						   nearest.word);
	return problem_set(why, "unknown or ambiguous option %s (argentumd --help lists them)", flag);
}

/* Asks getopt for the next option. true: *row is one, OPTIONS at the end. */
static bool option_next(int argc, char **argv, enum option_id *row, struct problem *why)
{
	struct option table[OPTIONS + 1] = {{0}};
	char letters[2 * OPTIONS + 3] = "+:"; /* stop at the first word that is no option; tell a missing value apart */
	size_t n = 2;
	for (unsigned i = 0; i < OPTIONS; i++) {
		table[i] = (struct option){.name = rows[i].flag + 2,
								   .has_arg = rows[i].argument != NULL ? required_argument : no_argument,
								   .val = ROW_BASE + (int)i};
		if (rows[i].letter != 0)
			letters[n++] = rows[i].letter;
	}
	const char *word = argv[optind == 0 ? 1 : optind];
	int got = getopt_long(argc, argv, letters, table, NULL);
	if (got == ':')
		return problem_set(why, "option %s needs a value (argentumd --help)", word);
	if (got == '?')
		return option_refuse(word, optopt >= ROW_BASE ? (enum option_id)(optopt - ROW_BASE) : OPTIONS, why);
	*row = got >= ROW_BASE ? (enum option_id)(got - ROW_BASE) : OPTIONS;
	for (unsigned i = 0; got != -1 && got < ROW_BASE && i < OPTIONS; i++) {
		if (rows[i].letter == got)
			*row = i;
	}
	return true;
}

bool options_parse(struct options *options, int argc, char **argv, struct problem *why)
{
	*options = (struct options){.config = ARGENTUM_SYSCONFDIR "/argentumd.conf"};
	optind = 0; /* start anew: this may be called more than once */
	opterr = 0;
	enum option_id row;
	do {
		if (!option_next(argc, argv, &row, why) || (row != OPTIONS && !row_apply(options, row, optarg, why)))
			return false;
	} while (row != OPTIONS);
	if (optind < argc)
		return problem_set(why, "\"%.80s\": only options are allowed (argentumd --help lists them)", argv[optind]);
	return true;
}

bool options_apply(const struct options *options, struct config_values *values, struct problem *why)
{
	for (unsigned i = 0; i < options->settings_count; i++) {
		if (!config_set_flag(values, options->settings[i].flag, options->settings[i].name, options->settings[i].value,
							 why))
			return false;
	}
	return true;
}
