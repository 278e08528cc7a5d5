#include "master/options.h"

#include <getopt.h>
#include <string.h>

#include "common/config/version.h"

/* One row per option: its letter is only for getopt. */
static const struct {
	const char *name;
	const char *argument; /* NULL = takes none */
	const char *setting;  /* the setting it is short for */
	const char *value;    /* of that setting, when the option takes no argument */
	const char *about;
} rows[] = {
	{"config", "FILE", NULL, NULL, "configuration file (default " ARGENTUM_SYSCONFDIR "/argentumd.conf)"},
	{"host", "ADDRESS", "listen.host", NULL, "address to listen on"},
	{"port", "N", "listen.port", NULL, "TCP port; 0 lets the system choose one"},
	{"workers", "N", "workers.count", NULL, "worker processes; 0 is one per processor core"},
	{"set", "NAME=VALUE", NULL, NULL, "any setting, e.g. --set store.backend=redis; may be repeated"},
	{"debug", NULL, "log.level", "debug", "log everything"},
	{"check", NULL, NULL, NULL, "read configuration and world data, say what is wrong, start nothing"},
	{"daemon", NULL, NULL, NULL, "go into the background once the server is ready"},
	{"pidfile", "FILE", NULL, NULL, "write the process id there and lock it"},
	{"version", NULL, NULL, NULL, "print the version"},
	{"help", NULL, NULL, NULL, "print this list"},
};

enum { ROWS = sizeof rows / sizeof *rows };

void options_help(FILE *out)
{
	fprintf(out, "argentumd %s - a game server for Argentum Online\n\nusage: argentumd [option ...]\n\n",
			ARGENTUM_VERSION);
	for (unsigned i = 0; i < ROWS; i++) {
		char option[40];
		snprintf(option, sizeof option, "--%s%s%s", rows[i].name, rows[i].argument != NULL ? " " : "",
				 rows[i].argument != NULL ? rows[i].argument : "");
		fprintf(out, "  %-20s %s\n", option, rows[i].about);
	}
	fprintf(out, "\nA flag beats the environment (ARGENTUMD_<GROUP>_<NAME>), that beats Redis, that beats the file.\n"
				 "Signals: TERM and INT stop in order, HUP reads the configuration again, USR1 reopens the log.\n");
}

static bool setting_add(struct options *options, const char *flag, const char *name, size_t length, const char *value,
						struct problem *why)
{
	if (options->settings_count == OPTIONS_SETTINGS_MAX)
		return problem_set(why, "too many settings on the command line; %d are allowed", OPTIONS_SETTINGS_MAX);
	if (length == 0 || length >= sizeof options->settings[0].name)
		return problem_set(why, "%s %.*s: NAME=VALUE is needed, e.g. world.path=/srv/ao", flag, (int)length, name);
	unsigned i = options->settings_count++;
	options->settings[i].flag = flag;
	memcpy(options->settings[i].name, name, length);
	options->settings[i].name[length] = '\0';
	options->settings[i].value = value;
	return true;
}

static bool row_apply(struct options *options, unsigned row, const char *argument, struct problem *why)
{
	const char *name = rows[row].name;
	static const char *const flags[] = {"--host", "--port", "--workers", "--debug"};
	if (rows[row].setting != NULL) {
		const char *flag = name;
		for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
			if (strcmp(flags[i] + 2, name) == 0)
				flag = flags[i];
		}
		return setting_add(options, flag, rows[row].setting, strlen(rows[row].setting),
						   argument != NULL ? argument : rows[row].value, why);
	}
	if (strcmp(name, "set") == 0) {
		const char *equals = strchr(argument, '=');
		if (equals == NULL)
			return problem_set(why, "--set %s: NAME=VALUE is needed, e.g. --set world.path=/srv/ao", argument);
		return setting_add(options, "--set", argument, (size_t)(equals - argument), equals + 1, why);
	}
	if (strcmp(name, "config") == 0) {
		options->config = argument;
		options->config_given = true;
	} else if (strcmp(name, "pidfile") == 0) {
		options->pidfile = argument;
	} else if (strcmp(name, "daemon") == 0) {
		options->daemon = true;
	} else if (strcmp(name, "check") == 0) {
		options->action = OPTIONS_CHECK;
	} else if (strcmp(name, "version") == 0) {
		options->action = OPTIONS_VERSION;
	} else {
		options->action = OPTIONS_HELP;
	}
	return true;
}

/* Flags of another server that its operators may still have in their scripts. */
static bool is_foreign(const char *word)
{
	return strncmp(word, "--ssl", 5) == 0;
}

bool options_parse(struct options *options, int argc, char **argv, struct problem *why)
{
	struct option table[ROWS + 1] = {{0}};
	for (unsigned i = 0; i < ROWS; i++)
		table[i] = (struct option){.name = rows[i].name,
								   .has_arg = rows[i].argument != NULL ? required_argument : no_argument,
								   .val = (int)i + 1};
	*options = (struct options){.config = ARGENTUM_SYSCONFDIR "/argentumd.conf"};
	optind = 0; /* start anew: this may be called more than once */
	opterr = 0;
	for (;;) {
		int at = optind == 0 ? 1 : optind;
		int got = getopt_long(argc, argv, ":", table, NULL);
		if (got == -1)
			break;
		if (got == ':')
			return problem_set(why, "option %s needs a value (argentumd --help)", argv[at]);
		if (got == '?' && is_foreign(argv[at]))
			return problem_set(why, "option %s: TLS for players is not available; put a TLS proxy in front", argv[at]);
		if (got < 1 || got > (int)ROWS)
			return problem_set(why, "unknown or ambiguous option %s (argentumd --help lists them)", argv[at]);
		if (!row_apply(options, (unsigned)got - 1, optarg, why))
			return false;
	}
	if (optind < argc)
		return problem_set(why, "\"%s\": only options are allowed (argentumd --help lists them)", argv[optind]);
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
