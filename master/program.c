#include "master/program.h"

#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/config/version.h"
#include "master/daemon.h"
#include "master/master.h"
#include "master/options.h"
#include "master/pidfile.h"
#include "master/segments.h"
#include "master/settings.h"

extern char **environ;

static int fail(const char *what, const struct problem *why)
{
	fprintf(stderr, "argentumd: %s%s\n", what, why->text);
	return DAEMON_EXIT_CANNOT_START;
}

/* --check: everything is read, nothing is started, made or written. */
static int check(struct settings *settings)
{
	struct segments segments;
	struct problem why;
	if (!settings_load_redis(settings, false, &why))
		return fail("configuration: ", &why);
	if (!segments_check(&segments, &settings->config, &why))
		return fail("", &why);
	printf("argentumd: configuration and world are good: %u maps, %u items, %u creatures, %u spells, %u warnings\n",
		   segments.maps, segments.items, segments.creatures, segments.spells, segments.warnings);
	return DAEMON_EXIT_OK;
}

static bool log_start(const struct settings *settings, struct problem *why)
{
	const struct config *config = &settings->config;
	log_set_process("master");
	if (!log_open((enum log_target)config->log.target, (enum log_level)config->log.level, config->log.file, why))
		return false;
	if (!settings->options->config_given && settings->options->action == OPTIONS_RUN) {
		FILE *file = fopen(settings->options->config, "re");
		if (file == NULL)
			log_notice("config: no file \"%s\"; the built-in defaults are used", settings->options->config);
		else
			fclose(file);
	}
	return true;
}

/* In the background and with its pid file: as the process that stays. */
static int serve(struct settings *settings)
{
	const struct options *options = settings->options;
	struct daemon daemon = {.report = -1};
	struct pidfile pidfile = {.fd = -1};
	struct problem why;
	if (options->daemon && settings->config.log.target == LOG_TO_STDERR)
		return fail("--daemon: ",
					&(struct problem){.text =
										  "log.target = \"stderr\" leads nowhere in the background; choose \"syslog\" "
										  "or \"file\""});
	if (options->daemon && !daemon_start(&daemon, &why))
		return fail("", &why);
	bool good = (options->pidfile == NULL || pidfile_take(&pidfile, options->pidfile, &why)) &&
				settings_load_redis(settings, true, &why);
	if (!good) {
		log_error("cannot start: %s", why.text);
		daemon_report(&daemon, DAEMON_EXIT_CANNOT_START, why.text);
		pidfile_give_back(&pidfile);
		return DAEMON_EXIT_CANNOT_START;
	}
	int status = master_run(settings, &daemon, worker_main, keeper_main);
	pidfile_give_back(&pidfile);
	return status;
}

int program_main(int argc, char **argv)
{
	struct options options;
	struct settings settings;
	struct problem why = {.text = ""};
	if (!options_parse(&options, argc, argv, &why)) {
		fprintf(stderr, "argentumd: %s\n", why.text);
		return DAEMON_EXIT_USAGE;
	}
	if (options.action == OPTIONS_HELP) {
		options_help(stdout);
		return DAEMON_EXIT_OK;
	}
	if (options.action == OPTIONS_VERSION) {
		printf("argentumd %s\n", ARGENTUM_VERSION);
		return DAEMON_EXIT_OK;
	}
	if (!settings_load(&settings, &options, environ, &why))
		return fail("configuration: ", &why);
	int status = DAEMON_EXIT_CANNOT_START;
	if (!log_start(&settings, &why))
		fail("", &why);
	else
		status = options.action == OPTIONS_CHECK ? check(&settings) : serve(&settings);
	settings_destroy(&settings);
	return status;
}
