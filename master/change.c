#include "master/change.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "master/master.h"
#include "master/notify.h"

static const char *const kind_names[] = {
	[CHANGE_NONE] = "none", [CHANGE_RELOAD] = "reload", [CHANGE_WORKERS] = "workers", [CHANGE_UPGRADE] = "upgrade"};

void change_init(struct master *master)
{
	struct change *change = &master->change;
	rollout_init(&change->rollout, &master->children, master->loop);
	resize_init(&change->resize, &master->children, &master->listeners, master->loop);
}

void change_destroy(struct master *master)
{
	struct change *change = &master->change;
	change_give_up(master);
	settings_destroy(&change->former);
	settings_destroy(&change->next);
	cJSON_Delete(change->details);
	change->details = NULL;
}

bool change_may_begin(const struct master *master, struct problem *why)
{
	if (master->phase != MASTER_SERVING)
		return problem_set(why, "the server is %s; nothing can be changed now", master_phase_name(master->phase));
	if (generation_changes(&master->generation))
		return problem_set(why, "the world is just being made anew (%s); ask again when it is over",
						   generation_step_name(master->generation.step));
	if (master->change.running)
		return problem_set(why, "change %u (%s) is under way; ask again when it is over", master->change.id,
						   kind_names[master->change.kind]);
	return true;
}

void change_begin(struct master *master, enum change_kind kind)
{
	struct change *change = &master->change;
	change->id++;
	change->kind = kind;
	change->running = true;
	change->good = change->dry_run = false;
	change->text[0] = '\0';
	change->workers_after = 0;
	change->generation = false;
	cJSON_Delete(change->details);
	change->details = NULL;
	if (kind != CHANGE_WORKERS)
		notify_send("RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)(clock_mono_ns() / 1000));
}

/* Whose turn it is now. */
static void turn_next(struct master *master)
{
	struct change *change = &master->change;
	if (change->running || master->phase != MASTER_SERVING)
		return;
	if (change->upgrade_waits) {
		change->upgrade_waits = false;
		change_upgrade_wanted(master);
	} else if (change->reload_waits) {
		change->reload_waits = false;
		change_reload_wanted(master);
	} else if (change->workers_wait != 0) {
		int more = change->workers_wait;
		change->workers_wait = 0;
		change_workers_wanted(master, more);
	}
}

void change_end(struct master *master, bool good, const char *format, ...)
{
	struct change *change = &master->change;
	va_list args;
	va_start(args, format);
	vsnprintf(change->text, sizeof change->text, format, args);
	va_end(args);
	change->running = false;
	change->good = good;
	log_line(good ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, "%s: %s", kind_names[change->kind], change->text);
	if (change->kind != CHANGE_WORKERS)
		notify_send("READY=1");
	turn_next(master);
}

struct rollout_options change_rollout_options(struct master *master)
{
	const struct config *config = &master->settings->config;
	return (struct rollout_options){.leave_ms = (uint64_t)config->workers.stop_timeout_ms,
									.ready_ms = (uint64_t)config->workers.ready_timeout_ms,
									.probation_ms = (uint64_t)config->workers.probation_ms,
									.context = master};
}

void change_child(struct master *master, const struct child *child, enum child_event event)
{
	rollout_child(&master->change.rollout, child, event);
	resize_child(&master->change.resize, child, event);
}

void change_give_up(struct master *master)
{
	struct change *change = &master->change;
	rollout_cancel(&change->rollout);
	resize_cancel(&change->resize);
	scout_stop(&change->scout);
	upgrade_stop(master);
	if (change->running) {
		change->running = change->good = false;
		snprintf(change->text, sizeof change->text, "given up: the server stops");
	}
}

void change_interrupt(struct master *master)
{
	if (!master->change.running || master->change.generation)
		return;
	rollout_cancel(&master->change.rollout);
	resize_cancel(&master->change.resize);
	scout_stop(&master->change.scout);
	upgrade_stop(master);
	change_end(master, false, "interrupted: the world is made anew; what was put in force stays in force");
}

void change_add(cJSON *reply, const struct change *change)
{
	cJSON_AddNumberToObject(reply, "id", change->id);
	cJSON_AddStringToObject(reply, "kind", kind_names[change->kind]);
	cJSON_AddStringToObject(reply, "state", change->running ? "running" : change->good ? "done" : "failed");
	cJSON_AddStringToObject(reply, "text", change->text);
	if (change->details != NULL && !change->running)
		cJSON_AddItemToObject(reply, "details", cJSON_Duplicate(change->details, true));
}
