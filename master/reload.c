/* reload.c - settings and world data read again, as a change (change.h). A mistake leaves everything as it is. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/text/texts.h"
#include "master/limits.h"
#include "master/master.h"

enum { WORLD_LINES_MOST = 5000 }; /* of differences of the world's data, that are shown */

/* How the new differs from what is in force, and what follows. */
struct difference {
	unsigned count[WHEN_NOW + 1];
	unsigned world_lines; /* of the world's data */
	bool data_differs;
	cJSON *settings, *world; /* arrays; owned by the change's details */
	bool quiet;              /* not in the log: somebody only asks */
};

static void setting_differs(void *context, const char *name, const char *before, const char *after,
							enum setting_when when)
{
	struct difference *d = context;
	d->count[when]++;
	cJSON *setting = cJSON_CreateObject();
	cJSON_AddStringToObject(setting, "name", name);
	cJSON_AddStringToObject(setting, "before", before);
	cJSON_AddStringToObject(setting, "after", after);
	cJSON_AddStringToObject(setting, "change", setting_when_word(when));
	cJSON_AddItemToArray(d->settings, setting);
	if (!d->quiet)
		log_line(when == WHEN_RESTART ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "config: %s: \"%s\" is now \"%s\"%s",
				 name, before, after, when == WHEN_RESTART ? ": not applied, needs a restart" : "");
}

static void world_differences_read(struct difference *d, int fd)
{
	char *line = NULL;
	size_t capacity = 0;
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewind(file);
	for (ssize_t n; (n = getline(&line, &capacity, file)) > 0; d->world_lines++) {
		line[n - 1] = line[n - 1] == '\n' ? '\0' : line[n - 1];
		if (d->world_lines < WORLD_LINES_MOST)
			cJSON_AddItemToArray(d->world, cJSON_CreateString(line));
	}
	free(line);
	fclose(file);
}

/* --- applying ----------------------------------------------------------------------------------------------------- */

/* What concerns the master itself, and what the next processes inherit. */
static void settings_in_force(struct master *master, const struct config *before)
{
	const struct config *config = &master->settings->config;
	struct problem why;
	master_take_settings(master);
	if (config->log.level != before->log.level)
		master_set_log_level(master, (enum log_level)config->log.level);
	if ((config->log.target != before->log.target || strcmp(config->log.file, before->log.file) != 0) &&
		!log_open((enum log_target)config->log.target, (enum log_level)config->log.level, config->log.file, &why))
		log_error("log: %s; the master goes on with the old one", why.text);
	if (config->listen.backlog != before->listen.backlog)
		listeners_set_backlog(&master->listeners, config->listen.backlog);
	if (config->control.mode != before->control.mode &&
		chmod(config->control.socket, (mode_t)config->control.mode) != 0)
		log_error("control.mode: the permissions of \"%s\" cannot be changed", config->control.socket);
	if (strcmp(config->game.texts, before->game.texts) != 0 && !text_catalog_load(config->game.texts, &why))
		log_error("game.texts: %s", why.text);
}

/* The new processes do not serve with them. */
static bool settings_put_back(void *context, const char *why)
{
	struct master *master = context;
	struct settings refused = *master->settings;
	*master->settings = master->change.former;
	master->change.former = (struct settings){.values = NULL};
	settings_in_force(master, &refused.config);
	settings_destroy(&refused);
	snprintf(master->change.text, sizeof master->change.text, "%s", why);
	log_error("reload: %s with the new settings: the old ones are in force again", why);
	return true;
}

static void replaced(void *context, bool good)
{
	struct master *master = context;
	char why[CHANGE_TEXT_BYTES];
	settings_destroy(&master->change.former);
	if (!good) {
		memcpy(why, master->change.text, sizeof why);
		change_end(master, false, "%.500s with the new settings; everything is as it was before", why);
	} else if (master->change.workers_after != 0 && master->change.workers_after != master->workers) {
		workers_begin(master, master->change.workers_after);
	} else {
		change_end(master, true, "everything that could be changed is; all processes are new");
	}
}

/* --- with another world ---------------------------------------------------------------------------------------------- */

static void generation_over(void *context, enum generation_outcome outcome, const struct problem *why)
{
	struct master *master = context;
	struct change *change = &master->change;
	struct problem trouble;
	if (outcome == GENERATION_WENT_BACK) {
		if (!text_catalog_load(master->settings->config.game.texts, &trouble))
			log_error("game.texts: %s", trouble.text);
		settings_destroy(&change->next);
		change_end(master, false, "the new world does not serve: %.400s; everything is as it was before", why->text);
		return;
	}
	change->former = *master->settings;
	*master->settings = change->next;
	change->next = (struct settings){.values = NULL};
	master->children.start.config = &master->settings->config;
	settings_in_force(master, &change->former.config);
	settings_destroy(&change->former);
	change_end(master, true, "everything that could be changed is; generation %u of the world serves",
			   master->generation.number);
}

/* Into a new world, with all that is new. `again` goes over to the master. */
static void generation_apply(struct master *master, struct settings *again, const struct segments *made)
{
	struct change *change = &master->change;
	struct problem why = {.text = ""};
	change->next = *again;
	change->generation = true;
	const struct config *config = &change->next.config;
	const struct config *before = &master->settings->config;
	unsigned workers = config->workers.count != before->workers.count ? limits_workers(config) : master->workers;
	const struct generation_plan plan = {.reason = "a reload",
										 .orderly = true,
										 .config = config,
										 .workers = workers,
										 .catalog_of = made,
										 .done = generation_over,
										 .context = master};
	unsigned listeners = limits_workers_most(config, workers);
	bool good = (listeners <= master->listeners.count ||
				 listeners_grow(&master->listeners, listeners, config->listen.backlog, &why)) &&
				text_catalog_load(config->game.texts, &why) && generation_begin(master, &plan, &why);
	listeners_spread(&master->listeners, good ? workers : master->workers);
	if (good)
		return;
	settings_destroy(&change->next);
	change_end(master, false, "refused, everything stays as it is: %s", why.text);
}

/* `again` goes over to the master. */
static void settings_apply(struct master *master, struct settings *again, const struct difference *d)
{
	struct change *change = &master->change;
	bool count_differs = master->settings->config.workers.count != again->config.workers.count;
	change->former = *master->settings;
	*master->settings = *again;
	settings_in_force(master, &change->former.config);
	unsigned workers = limits_workers(&master->settings->config);
	change->workers_after = count_differs ? (workers < master->listeners.count ? workers : master->listeners.count) : 0;
	if (d->count[WHEN_LIVE] > 0) {
		struct rollout_options options = change_rollout_options(master);
		options.failed = settings_put_back;
		options.done = replaced;
		rollout_begin(&change->rollout, &options, master->workers);
		return;
	}
	settings_destroy(&change->former);
	if (change->workers_after != 0 && change->workers_after != master->workers)
		workers_begin(master, change->workers_after);
	else
		change_end(master, true, "%s%s",
				   d->count[WHEN_NOW] > 0 ? "everything that could be changed is"
										  : "nothing that can be changed differs",
				   d->count[WHEN_RESTART] > 0 ? "; some settings need a restart" : "");
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void differences_find(struct master *master, struct difference *d, const struct settings *again,
							 const struct scout_report *report, int differences_fd)
{
	master->change.details = cJSON_CreateObject();
	d->settings = cJSON_AddArrayToObject(master->change.details, "settings");
	d->world = cJSON_AddArrayToObject(master->change.details, "world");
	d->quiet = master->change.dry_run;
	config_diff(&master->settings->config, &again->config, setting_differs, d);
	d->data_differs = report->catalog_hash != master->segments.catalog_hash;
	world_differences_read(d, differences_fd);
	cJSON_AddNumberToObject(master->change.details, "world_lines", d->world_lines);
	cJSON_AddBoolToObject(master->change.details, "redis_silent", report->redis_silent);
}

static void scout_reported(void *context, const struct scout_report *report, int catalog_fd, int differences_fd)
{
	struct master *master = context;
	struct problem why = {.text = ""};
	struct settings again, source = *master->settings;
	struct difference d = {.world_lines = 0};
	bool good = report->good;
	master->change.scout = NULL;
	source.redis = report->redis;
	if (!good)
		why = report->why;
	else
		good = settings_load_again(&again, &source, &why);
	if (!good) {
		if (catalog_fd >= 0)
			close(catalog_fd);
		if (differences_fd >= 0)
			close(differences_fd);
		change_end(master, false, "refused, everything stays as it is: %s", why.text);
		return;
	}
	if (report->redis_silent)
		log_warning("config: Redis does not answer; what it said before counts");
	differences_find(master, &d, &again, report, differences_fd);
	config_keep(&master->settings->config, &again.config, WHEN_RESTART);
	bool new_world = d.count[WHEN_WORLD] > 0 || d.data_differs;
	if (master->change.dry_run) {
		settings_destroy(&again);
		change_end(master, true, "%s",
				   new_world ? "it could be applied, with a new generation of the world" : "it could be applied");
	} else if (new_world) {
		const struct segments made = {.catalog_fd = catalog_fd, .warnings = report->warnings};
		generation_apply(master, &again, &made);
	} else {
		settings_apply(master, &again, &d);
	}
	close(catalog_fd);
}

bool change_reload(struct master *master, bool dry_run, struct problem *why)
{
	if (!change_may_begin(master, why))
		return false;
	const struct config *config = &master->settings->config;
	const struct scout_options options = {.settings = master->settings,
										  .catalog_fd = master->segments.catalog_fd,
										  .log_target = (enum log_target)config->log.target,
										  .log_path = config->log.file,
										  .report = scout_reported,
										  .context = master};
	change_begin(master, CHANGE_RELOAD);
	master->change.dry_run = dry_run;
	master->change.scout = scout_start(master->loop, &options, why);
	if (master->change.scout == NULL)
		change_end(master, false, "%s", why->text);
	return true;
}

void change_reload_wanted(struct master *master)
{
	struct problem why;
	if (master->phase == MASTER_SERVING && master->change.running)
		master->change.reload_waits = true;
	else if (!change_reload(master, false, &why))
		log_error("reload: %s", why.text);
}
