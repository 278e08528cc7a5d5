#include "master/orders.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/number.h"
#include "common/loop/loop.h"
#include "master/audit_report.h"
#include "master/master.h"
#include "master/memory_report.h"
#include "master/status.h"
#include "master/traffic_report.h"

static void refuse(cJSON *reply, const char *format, const char *word)
{
	char text[256];
	/* the formats are the literals below */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof text, format, word);
#pragma GCC diagnostic pop
	cJSON_AddStringToObject(reply, "error", text);
}

static void ping(struct master *master, const struct control_request *request, cJSON *reply)
{
	(void)request;
	cJSON_AddNumberToObject(reply, "pid", getpid());
	cJSON_AddStringToObject(reply, "state", master_phase_name(master->phase));
}

static void status(struct master *master, const struct control_request *request, cJSON *reply)
{
	const struct status_source source = {.children = &master->children,
										 .segments = &master->segments,
										 .listeners = &master->listeners,
										 .vault = &master->vault,
										 .values = master->settings->values,
										 .config = &master->settings->config,
										 .phase = master_phase_name(master->phase),
										 .workers = master->workers,
										 .generation = master->generation.number,
										 .generation_step = generation_step_name(master->generation.step),
										 .started_ms = master->started_ms,
										 .now_ms = loop_now_ms(master->loop)};
	(void)request;
	status_add(reply, &source);
}

static void memory(struct master *master, const struct control_request *request, cJSON *reply)
{
	(void)request;
	memory_report_add(reply, &master->segments.world, &master->children, master->workers);
}

static void traffic(struct master *master, const struct control_request *request, cJSON *reply)
{
	(void)request;
	traffic_report_add(reply, &master->segments.world);
}

static void config(struct master *master, const struct control_request *request, cJSON *reply)
{
	(void)request;
	settings_add(reply, master->settings->values, &master->settings->config);
}

static void stop(struct master *master, const struct control_request *request, cJSON *reply)
{
	bool at_once = strcmp(request->argument, "now") == 0;
	if (*request->argument != '\0' && !at_once) {
		refuse(reply, "stop %s: only \"now\" may follow", request->argument);
		return;
	}
	log_notice("control: user %u (pid %d) asks to stop%s", request->user, (int)request->process,
			   at_once ? " at once" : "");
	cJSON_AddNumberToObject(reply, "pid", getpid());
	master_stop(master, at_once);
}

static void log_level(struct master *master, const struct control_request *request, cJSON *reply)
{
	enum log_level level;
	if (!log_level_parse(request->argument, &level)) {
		refuse(reply, "log-level \"%s\": allowed is error, warning, notice, info, debug", request->argument);
		return;
	}
	unsigned keep = master_set_log_level(master, level);
	log_notice("control: user %u (pid %d) sets the log level to %s", request->user, (int)request->process,
			   log_level_name(level));
	cJSON_AddStringToObject(reply, "level", log_level_name(level));
	cJSON_AddNumberToObject(reply, "processes_unchanged", keep);
}

/* The keeper does it, who may walk the world; its report tells when it is done (audit report), and what was found. */
static void audit(struct master *master, const struct control_request *request, cJSON *reply)
{
	static const char *const reaches[] = {[AUDIT_WORLD] = "world", [AUDIT_STORE] = "", [AUDIT_ACCEPT] = "accept"};
	const struct world *world = &master->segments.world;
	if (strcmp(request->argument, "report") == 0) {
		audit_report_add(reply, world, REPORT_ASKED);
		return;
	}
	enum audit_reach reach = AUDIT_ACCEPT;
	while (reach > AUDIT_NOTHING && strcmp(reaches[reach], request->argument) != 0)
		reach--;
	if (reach == AUDIT_NOTHING) {
		refuse(reply, "audit %s: world, accept or report may follow", request->argument);
		return;
	}
	uint32_t answered = audit_report_answered(world); /* by an earlier program perhaps, which counted too */
	master->audit_request = (answered > master->audit_request ? answered : master->audit_request) + 1;
	cJSON_AddNumberToObject(reply, "request", master->audit_request);
	if (reach == AUDIT_ACCEPT)
		log_notice("control: user %u (pid %d) accepts what is in the store", request->user, (int)request->process);
	if (!children_ask_audit(&master->children, reach, master->audit_request))
		refuse(reply, "the keeper is not there just now%s; ask again", "");
}

static void renew(struct master *master, const struct control_request *request, cJSON *reply)
{
	struct problem why = {""};
	log_notice("control: user %u (pid %d) asks for a fresh generation of the world", request->user,
			   (int)request->process);
	cJSON_AddNumberToObject(reply, "generation_before", master->generation.number);
	if (!master_renew(master, &why))
		refuse(reply, "not now: %s", why.text);
}

/* Has begun: argentumctl asks for "change" until it is over. */
static void begun(struct master *master, const struct control_request *request, cJSON *reply, bool good,
				  const struct problem *why)
{
	if (!good) {
		cJSON_AddStringToObject(reply, "error", why->text);
		return;
	}
	log_notice("control: user %u (pid %d) asks for \"%s%s%s\"", request->user, (int)request->process, request->verb,
			   *request->argument != '\0' ? " " : "", request->argument);
	cJSON_AddNumberToObject(reply, "change", master->change.id);
}

static void reload(struct master *master, const struct control_request *request, cJSON *reply)
{
	struct problem why;
	bool dry_run = strcmp(request->argument, "dry-run") == 0;
	if (*request->argument != '\0' && !dry_run)
		refuse(reply, "reload %s: only \"dry-run\" may follow", request->argument);
	else
		begun(master, request, reply, change_reload(master, dry_run, &why), &why);
}

static void workers(struct master *master, const struct control_request *request, cJSON *reply)
{
	struct problem why;
	int64_t count;
	if (!number_parse(request->argument, 1, WORKERS_MAX, &count))
		refuse(reply, "workers \"%s\": a number of workers must follow", request->argument);
	else
		begun(master, request, reply, change_workers(master, (unsigned)count, &why), &why);
}

static void upgrade(struct master *master, const struct control_request *request, cJSON *reply)
{
	struct problem why;
	begun(master, request, reply, change_upgrade(master, &why), &why);
}

static void change(struct master *master, const struct control_request *request, cJSON *reply)
{
	(void)request;
	change_add(reply, &master->change);
}

/* A new order is a row and a function. */
static const struct {
	const char *verb;
	bool takes_argument;
	void (*answer)(struct master *master, const struct control_request *request, cJSON *reply);
} orders[] = {
	{"ping", false, ping},          {"status", false, status},   {"config", false, config}, {"stop", true, stop},
	{"log-level", true, log_level}, {"audit", true, audit},      {"renew", false, renew},   {"reload", true, reload},
	{"workers", true, workers},     {"upgrade", false, upgrade}, {"change", false, change}, {"memory", false, memory},
	{"traffic", false, traffic},
};

void orders_answer(void *context, const struct control_request *request, cJSON *reply)
{
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		if (strcmp(orders[i].verb, request->verb) != 0)
			continue;
		if (!orders[i].takes_argument && *request->argument != '\0')
			refuse(reply, "%s takes no argument", request->verb);
		else
			orders[i].answer(context, request, reply);
		return;
	}
	refuse(
		reply,
		"unknown request \"%.100s\"; there are ping, status, config, stop, log-level, audit, renew, reload, workers, "
		"upgrade, change, memory, traffic",
		request->verb);
}
