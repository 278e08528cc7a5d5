/* argentumctl - the operator's tool. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/config/config.h"
#include "common/config/version.h"
#include "master/ctl/commands.h"

extern char **environ;

static const struct {
	const char *name, *arguments;
	bool talks; /* to a running server */
	command_fn *run;
	const char *about;
} commands[] = {
	{"status", "[--memory] [--json]", true, status_command,
	 "players, processes, store and counters of the running server; or its memory"},
	{"traffic", "[--json]", true, traffic_command,
	 "what clients send, how long each packet and tick holds locks, and what clients are told, by packet"},
	{"config", "[--json]", true, config_command,
	 "every setting in force: value, where it comes from, how it can be changed"},
	{"ping", "", true, ping_command, "whether the server answers"},
	{"stop", "[now] [--wait S]", true, stop_command,
	 "stop it in order; now: without countdown; --wait: until it is gone"},
	{"reload", "[--dry-run]", true, reload_command,
	 "read configuration and world again and apply them; --dry-run: only show what would change"},
	{"workers", "N", true, workers_command, "so many workers from now on"},
	{"upgrade", "", true, upgrade_command, "become the program that was installed in the place of the running one"},
	{"log-level", "LEVEL", true, log_level_command, "error, warning, notice, info or debug, until the next start"},
	{"audit", "[OPTIONS]", false, audit_command,
	 "whether world and store are as they must be, without stopping them (see below)"},
	{"renew", "", true, renew_command, "make the world anew under the players, who stay; exit 1 when it was not"},
	{"world-compile", "SOURCE TARGET", false, world_compile_command, "make a folder of readable text into a world"},
	{"check-world", "FOLDER", false, check_world_command,
	 "load a world's files as the server does, show warnings and figures"},
	{"explain", "SUBJECT [TERM=VALUE]", false, explain_command,
	 "hit, cast, drop, exp, gain: a rule's formula with its terms, from a world's figures; alone it lists the terms"},
	{"store-copy", "FROM TO", false, store_copy_command, "copy all data between stores (see below)"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

int command_usage(const char *name, const char *text)
{
	fprintf(stderr, "argentumctl: %s: %s (argentumctl --help)\n", name, text);
	return CTL_USAGE;
}

int command_problem(const char *name, const struct problem *why)
{
	fprintf(stderr, "argentumctl: %s: %s\n", name, why->text);
	return CTL_PROBLEM;
}

static void help(void)
{
	printf("argentumctl %s - the operator's tool of argentumd\n\n"
		   "usage: argentumctl [--socket FILE] COMMAND [ARGUMENT ...]\n\n",
		   ARGENTUM_VERSION);
	for (unsigned i = 0; i < COMMANDS; i++)
		printf("  %-13s %-17s %s\n", commands[i].name, commands[i].arguments, commands[i].about);
	printf("\n--socket FILE: the server's control.socket; otherwise ARGENTUMD_CONTROL_SOCKET, then what\n"
		   "%s/argentumd.conf says.\n\n"
		   "A store is lmdb:FOLDER, redis:HOST[:PORT][/DATABASE] or redis-socket:PATH[,DATABASE]. The password of a\n"
		   "Redis is taken from REDISCLI_AUTH. Stop a server before you copy to its store: it would stop by itself.\n\n"
		   "audit: --json; --accept: what the store holds is right, whatever its ledger says; --store STORE [--world\n"
		   "FOLDER]: of a stopped server's store. Exit status 1 when something is not as it must be.\n\n"
		   "Exit status: 0 done, 1 a problem, 2 wrong use.\n",
		   ARGENTUM_SYSCONFDIR);
}

bool ctl_config(struct config *config, struct problem *why)
{
	static const char path[] = ARGENTUM_SYSCONFDIR "/argentumd.conf";
	struct config_values *values = config_values_create();
	bool good = values != NULL && (access(path, R_OK) != 0 || config_load_file(values, path, why)) &&
				config_load_environment(values, environ, why) && config_finish(values, config, why);
	config_values_destroy(&values);
	return good;
}

static int run(unsigned command, const char *socket, int argc, char **argv)
{
	struct config config;
	struct problem why = {.text = "out of memory"};
	if (commands[command].talks && socket == NULL) {
		if (!ctl_config(&config, &why))
			return command_problem("where the server is", &why);
		socket = config.control.socket;
	}
	const struct ctl ctl = {.socket = socket};
	return commands[command].run(&ctl, argc, argv);
}

int main(int argc, char **argv)
{
	const char *socket = NULL;
	int at = 1;
	log_set_process("argentumctl");
	log_set_level(LOG_LEVEL_WARNING);
	if (at + 1 < argc && strcmp(argv[at], "--socket") == 0) {
		socket = argv[at + 1];
		at += 2;
	}
	if (at < argc && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "help") == 0)) {
		help();
		return CTL_DONE;
	}
	if (at < argc && strcmp(argv[at], "--version") == 0) {
		printf("argentumctl %s\n", ARGENTUM_VERSION);
		return CTL_DONE;
	}
	for (unsigned i = 0; at < argc && i < COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[at]) == 0)
			return run(i, socket, argc - at, argv + at);
	}
	if (at < argc)
		fprintf(stderr, "argentumctl: there is no command \"%s\" (argentumctl --help lists them)\n", argv[at]);
	else
		fprintf(stderr, "argentumctl: a command is needed (argentumctl --help lists them)\n");
	return CTL_USAGE;
}
