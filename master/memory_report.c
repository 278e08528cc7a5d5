#include "master/memory_report.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/json_number.h"

static const char *const region_names[WORLD_REGION_COUNT] = {
	[WORLD_REGION_PROCESSES] = "process slots",
	[WORLD_REGION_UNDO] = "undo logs",
	[WORLD_REGION_DOMAINS] = "domains and their locks",
	[WORLD_REGION_MAPS] = "maps",
	[WORLD_REGION_TICKS] = "when ticks are due",
	[WORLD_REGION_BODIES] = "bodies",
	[WORLD_REGION_PLAYERS] = "players",
	[WORLD_REGION_REALM] = "realm",
	[WORLD_REGION_KEEPER_NOTE] = "keeper's note",
	[WORLD_REGION_CREATURES] = "creatures",
	[WORLD_REGION_FREE_PLAYERS] = "free players",
	[WORLD_REGION_FREE_CREATURES] = "free creatures",
	[WORLD_REGION_NAMES] = "names",
	[WORLD_REGION_CONNECTIONS] = "connections",
	[WORLD_REGION_PEERS] = "peers",
	[WORLD_REGION_ADDRESSES] = "addresses",
	[WORLD_REGION_READERS] = "readers' positions",
	[WORLD_REGION_CHUNKS] = "output chunks",
	[WORLD_REGION_LEDGER] = "ledgers",
	[WORLD_REGION_BALANCES] = "balances",
	[WORLD_REGION_AUDIT] = "audit report",
	[WORLD_REGION_TRAFFIC] = "traffic statistics",
	[WORLD_REGION_RINGS] = "rings",
};

static const struct region *region_of(const struct world *world, enum region_id id)
{
	return &world->header->regions[id];
}

static void segment_add(cJSON *object, const struct world *world)
{
	cJSON *segment = cJSON_AddObjectToObject(object, "segment");
	number_add(segment, "bytes", world->size);
	cJSON *regions = cJSON_AddArrayToObject(segment, "regions");
	for (unsigned i = 0; i < WORLD_REGION_COUNT; i++) {
		const struct region *region = region_of(world, (enum region_id)i);
		cJSON *row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "name", region_names[i] != NULL ? region_names[i] : "?");
		number_add(row, "count", region->count);
		number_add(row, "each_bytes", region->stride);
		number_add(row, "bytes", region->stride * region->count);
		cJSON_AddItemToArray(regions, row);
	}
}

/* Of everything whose number goes with the number of them. The parts of workers.count go with none of them. */
static void each_add(cJSON *object, const struct world *world)
{
	const struct world_limits *limits = &world->limits;
	cJSON *each = cJSON_AddObjectToObject(object, "each");
	uint64_t body = region_of(world, WORLD_REGION_BODIES)->stride;
	uint64_t names = region_of(world, WORLD_REGION_NAMES)->count * region_of(world, WORLD_REGION_NAMES)->stride;
	uint64_t addresses =
		region_of(world, WORLD_REGION_ADDRESSES)->count * region_of(world, WORLD_REGION_ADDRESSES)->stride;
	uint64_t chunks = region_of(world, WORLD_REGION_CHUNKS)->count * region_of(world, WORLD_REGION_CHUNKS)->stride;
	number_add(each, "player_bytes",
			   region_of(world, WORLD_REGION_PLAYERS)->stride + body +
				   region_of(world, WORLD_REGION_FREE_PLAYERS)->stride + names / limits->players);
	number_add(each, "connection_bytes",
			   region_of(world, WORLD_REGION_CONNECTIONS)->stride + region_of(world, WORLD_REGION_PEERS)->stride +
				   addresses / limits->connections + chunks / limits->connections);
	number_add(each, "creature_bytes",
			   body + region_of(world, WORLD_REGION_CREATURES)->stride +
				   region_of(world, WORLD_REGION_FREE_CREATURES)->stride);
	number_add(each, "map_bytes",
			   region_of(world, WORLD_REGION_MAPS)->stride + region_of(world, WORLD_REGION_DOMAINS)->stride +
				   limits->map_ring_bytes + (uint64_t)limits->workers * region_of(world, WORLD_REGION_READERS)->stride);
}

/* --- processes --- */

static void process_add(cJSON *processes, const char *name, pid_t pid)
{
	char path[64], line[256];
	uint64_t private_kib = 0;
	if (pid <= 0)
		return;
	cJSON *object = cJSON_CreateObject();
	cJSON_AddItemToArray(processes, object);
	cJSON_AddStringToObject(object, "name", name);
	number_add(object, "pid", (uint64_t)pid);
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		const char *colon = strchr(line, ':');
		uint64_t kib = colon != NULL ? strtoull(colon + 1, NULL, 10) : 0;
		if (strncmp(line, "Rss:", 4) == 0)
			number_add(object, "resident_kib", kib);
		else if (strncmp(line, "Pss:", 4) == 0)
			number_add(object, "share_kib", kib);
		else if (strncmp(line, "Private_Clean:", 14) == 0 || strncmp(line, "Private_Dirty:", 14) == 0)
			private_kib += kib;
	}
	number_add(object, "private_kib", private_kib);
	fclose(file);
}

void memory_report_add(cJSON *object, const struct world *world, const struct children *children, unsigned workers)
{
	char name[16];
	segment_add(object, world);
	each_add(object, world);
	cJSON *processes = cJSON_AddArrayToObject(object, "processes");
	process_add(processes, "master", getpid());
	for (unsigned slot = 0; slot < workers; slot++)
		process_add(processes, child_name(slot, name), children->child[slot].pid);
	process_add(processes, child_name(SLOT_KEEPER, name), children->child[SLOT_KEEPER].pid);
}
