#include "master/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/base/crash_note.h"
#include "common/base/log.h"
#include "common/config/version.h"
#include "master/daemon.h"
#include "master/image.h"
#include "master/master.h"
#include "master/options.h"
#include "master/pidfile.h"
#include "master/segments.h"
#include "master/settings.h"

extern char **environ;

child_main_fn *program_worker_main = worker_main, *program_keeper_main = keeper_main;

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
	const char *trial = getenv(IMAGE_TRIAL);
	if (trial != NULL && !upgrade_trial(trial, &why))
		return fail("", &why);
	printf("argentumd: configuration and world are good: %u maps, %u items, %u creatures, %u spells, %u warnings\n",
		   segments.maps, segments.items, segments.creatures, segments.spells, segments.warnings);
	return DAEMON_EXIT_OK;
}

static bool log_start(const struct settings *settings, struct problem *why)
{
	const struct config *config = &settings->config;
	log_set_process("master");
	crash_note_prepare("master");
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
	struct pidfile pidfile = {.fd = -1};
	struct daemon daemon = {.report = -1, .pidfile = &pidfile};
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
	int status = master_run(settings, &daemon, program_worker_main, program_keeper_main);
	pidfile_give_back(&pidfile);
	return status;
}

/* Another program hands its server over: "RECORD:IMAGE", and behind another colon why it does not want it back. When it
 * cannot be taken over, the one that handed it over gets it back. Returns the exit status. */
static int take_over(const char *handed, int argc, char **argv)
{
	struct options options;
	struct settings settings;
	struct pidfile pidfile = {.fd = -1};
	struct daemon daemon = {.report = -1, .pidfile = &pidfile};
	struct problem why = {.text = ""};
	int record, image, end = 0, status = -1;
	if (sscanf(handed, "%d:%d%n", &record, &image, &end) != 2)
		return fail(IMAGE_HANDOVER ": ", &(struct problem){.text = "two descriptors are needed"});
	const char *reason = handed[end] == ':' ? handed + end + 1 : "";
	log_set_process("master");
	crash_note_prepare("master");
	prctl(PR_SET_NAME, "argentumd"); /* it was started by its descriptor, whose number is its name */
	if (options_parse(&options, argc, argv, &why) && settings_load(&settings, &options, environ, &why)) {
		if (log_start(&settings, &why))
			status =
				master_take_over(&settings, &daemon, program_worker_main, program_keeper_main, record, reason, &why);
		if (status >= 0)
			settings_destroy(&settings);
	}
	if (status < 0) {
		char variable[600];
		log_error("upgrade: this program (version %s) cannot take over: %s; going back", ARGENTUM_VERSION, why.text);
		snprintf(variable, sizeof variable, IMAGE_HANDOVER "=%d:%d:the new program could not take over: %.400s", record,
				 image, why.text);
		image_exec_fd(image, variable, &why);
		log_error("upgrade: %s", why.text);
		return DAEMON_EXIT_CANNOT_START;
	}
	pidfile_give_back(&pidfile);
	return status;
}

int program_main(int argc, char **argv)
{
	static char handed[600]; /* the environment is changed: a copy */
	image_remember(argv);
	if (getenv(IMAGE_HANDOVER) != NULL) {
		snprintf(handed, sizeof handed, "%s", getenv(IMAGE_HANDOVER));
		unsetenv(IMAGE_HANDOVER);
		return take_over(handed, argc, argv);
	}
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
