#include "master/status.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/config/version.h"
#include "common/world/keeper_note.h"
#include "master/audit_report.h"
#include "master/json_number.h"

static const char *const process_state_names[] = {"absent", "starting", "ready", "stopping"};

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = {"error", "warning", "notice", "info", "debug"};
	return (unsigned)level < sizeof names / sizeof *names ? names[level] : "?";
}

/* Numbers of 64 bits that are names rather than amounts: JSON readers may round them. */
static void hex_add(cJSON *object, const char *name, uint64_t value)
{
	char text[17];
	snprintf(text, sizeof text, "%016llx", (unsigned long long)value);
	cJSON_AddStringToObject(object, name, text);
}

static uint64_t age_ms(uint64_t now_ms, uint64_t since_ms)
{
	return now_ms > since_ms ? now_ms - since_ms : 0;
}

uint32_t status_players(const struct world *world)
{
	return __atomic_load_n(&world->realm->players_in_world, __ATOMIC_RELAXED);
}

uint64_t status_connections(const struct world *world)
{
	return __atomic_load_n(&world->realm->connections, __ATOMIC_RELAXED);
}

/* --- processes ---------------------------------------------------------------------------------------------------- */

static void process_counters_add(cJSON *process, const struct process_slot *slot)
{
	cJSON *counters = cJSON_AddObjectToObject(process, "counters");
	for (unsigned id = 0; id < COUNTER_COUNT; id++)
		number_add(counters, count_name((enum counter_id)id),
				   atomic_load_explicit(&slot->counters[id], memory_order_relaxed));
}

static void process_add(cJSON *processes, const struct status_source *source, unsigned slot)
{
	const struct process_slot *process = &source->segments->world.processes[slot];
	const struct child *child = &source->children->child[slot];
	char name[16];
	cJSON *object = cJSON_CreateObject();
	uint32_t state = atomic_load(&process->state);
	cJSON_AddStringToObject(object, "name", child_name(slot, name));
	number_add(object, "slot", slot);
	number_add(object, "pid", child->pid > 0 ? (uint64_t)child->pid : 0);
	number_add(object, "life", atomic_load(&process->life));
	cJSON_AddStringToObject(object, "state", process_state_names[state <= PROCESS_STOPPING ? state : PROCESS_ABSENT]);
	number_add(object, "age_ms", child->pid > 0 ? age_ms(source->now_ms, child->born_ms) : 0);
	number_add(object, "heartbeat_age_ms",
			   child->pid > 0 ? age_ms(source->now_ms, atomic_load(&process->heartbeat_ms)) : 0);
	number_add(object, "restarts", child->restarts);
	process_counters_add(object, process);
	cJSON_AddItemToArray(processes, object);
}

static void processes_add(cJSON *reply, const struct status_source *source)
{
	cJSON *processes = cJSON_AddArrayToObject(reply, "processes");
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++) {
		if (slot < source->workers || source->children->child[slot].pid != 0)
			process_add(processes, source, slot);
	}
	process_add(processes, source, SLOT_KEEPER);
}

static void counters_add(cJSON *reply, const struct world *world)
{
	cJSON *counters = cJSON_AddArrayToObject(reply, "counters");
	for (unsigned id = 0; id < COUNTER_COUNT; id++) {
		cJSON *counter = cJSON_CreateObject();
		cJSON_AddStringToObject(counter, "name", count_name((enum counter_id)id));
		cJSON_AddStringToObject(counter, "what", count_what((enum counter_id)id));
		number_add(counter, "total", count_sum(world, (enum counter_id)id));
		cJSON_AddItemToArray(counters, counter);
	}
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

static void world_add(cJSON *reply, const struct status_source *source)
{
	const struct world *world = &source->segments->world;
	char boot[33];
	for (unsigned i = 0; i < 16; i++)
		snprintf(boot + (size_t)2 * i, 3, "%02x", world->header->boot_id[i]);
	cJSON *object = cJSON_AddObjectToObject(reply, "world");
	cJSON_AddStringToObject(object, "path", source->config->world.path);
	number_add(object, "maps", source->segments->maps);
	number_add(object, "players_max", world->limits.players);
	number_add(object, "creatures_max", world->limits.creatures);
	number_add(object, "connections_max", (uint64_t)source->config->limits.max_connections);
	number_add(object, "bytes", world->size);
	number_add(object, "file_warnings", source->segments->warnings);
	number_add(object, "layout_version", world->header->layout_version);
	hex_add(object, "layout_fingerprint", world->header->fingerprint);
	hex_add(object, "catalog_hash", source->segments->catalog_hash);
	cJSON_AddStringToObject(object, "boot_id", boot);
	number_add(object, "started_unix_s", (uint64_t)world->header->started_unix_s);
}

static void store_add(cJSON *reply, const struct status_source *source)
{
	const struct world *world = &source->segments->world;
	cJSON *object = cJSON_AddObjectToObject(reply, "store");
	cJSON_AddStringToObject(object, "backend",
							source->config->store.backend == CONFIG_BACKEND_REDIS ? "redis" : "lmdb");
	number_add(object, "cuts", count_sum(world, COUNT_cuts));
	number_add(object, "cuts_failed", count_sum(world, COUNT_cuts_failed));
	number_add(object, "cut_held_us_last", count_sum(world, COUNT_cut_held_us_last));
	number_add(object, "cut_held_us_max", count_sum(world, COUNT_cut_held_us_max));
	struct keeper_news news;
	keeper_note_read(world, clock_mono_ms(), &news); /* not the turn's: an age must not be told too small */
	number_add(object, "lag_ms", news.lag_ms);
	number_add(object, "durable_age_ms", news.durable_ms);
	cJSON_AddStringToObject(object, "state", store_state_name(news.state));
	number_add(object, "state_ms", news.state_ms);
	cJSON_AddStringToObject(object, "reason", news.reason);
}

void status_add(cJSON *reply, const struct status_source *source)
{
	const struct world *world = &source->segments->world;
	cJSON_AddStringToObject(reply, "version", ARGENTUM_VERSION);
	number_add(reply, "pid", (uint64_t)getpid());
	cJSON_AddStringToObject(reply, "state", source->phase);
	number_add(reply, "uptime_ms", age_ms(source->now_ms, source->started_ms));
	cJSON_AddStringToObject(reply, "listen", source->listeners->address);
	cJSON_AddStringToObject(reply, "log_level", log_level_name(log_current_level()));
	number_add(reply, "workers", source->workers);
	number_add(reply, "players", status_players(world));
	number_add(reply, "players_most", __atomic_load_n(&world->realm->players_most, __ATOMIC_RELAXED));
	number_add(reply, "connections", status_connections(world));
	number_add(reply, "attempts", __atomic_load_n(&world->realm->attempts, __ATOMIC_RELAXED));
	number_add(reply, "sockets_in_vault", source->vault->held);
	number_add(reply, "generation", source->generation);
	cJSON_AddStringToObject(reply, "generation_step", source->generation_step);
	world_add(reply, source);
	store_add(reply, source);
	audit_report_add(cJSON_AddObjectToObject(reply, "audit"), world, REPORT_LAST);
	processes_add(reply, source);
	counters_add(reply, world);
}

void settings_add(cJSON *reply, const struct config_values *values, const struct config *config)
{
	struct config_item item;
	char in_force[300];
	cJSON *settings = cJSON_AddArrayToObject(reply, "settings");
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "name", item.name);
		cJSON_AddStringToObject(object, "value", item.value);
		cJSON_AddStringToObject(object, "unit", item.unit);
		cJSON_AddStringToObject(object, "source", item.source);
		cJSON_AddStringToObject(object, "about", item.about);
		cJSON_AddStringToObject(object, "allowed", item.allowed);
		cJSON_AddStringToObject(object, "change", setting_when_word(item.when));
		config_in_force(config, i, in_force, sizeof in_force);
		if (strcmp(in_force, item.value) != 0)
			cJSON_AddStringToObject(object, "in_force", in_force); /* until the next start */
		cJSON_AddItemToArray(settings, object);
	}
}
