#include "tests/bench/house.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "tests/bench/army.h"
#include "tests/bench/processes.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/relay.h"
#include "tests/harness/scenario.h"

enum {
	CREATED_AT_ONCE = 250, /* they all appear in one place */
	NAMES_AT_ONCE = 500,
	STORE_MS = 10000,
	SEED = 1,
};

static void must(bool good, const char *what, const struct problem *why)
{
	if (good)
		return;
	fprintf(stderr, "bench: cannot %s%s%s\n", what, why != NULL ? ": " : "", why != NULL ? why->text : "");
	exit(1);
}

/* --- characters --- */

static void characters_create(struct house *house, const struct catalog *catalog, unsigned players)
{
	while (house->players < players) {
		unsigned left = players - house->players, count = left < CREATED_AT_ONCE ? left : CREATED_AT_ONCE;
		struct army *army = army_create(&(struct army_options){.catalog = catalog,
															   .port = house->server->port,
															   .bots = count,
															   .first = house->players,
															   .create = true,
															   .seed = SEED});
		if (!army_enter(army, HOUSE_ENTER_S)) {
			fprintf(stderr, "bench: %u of %u characters could not be created: %s\n", count - army->playing, count,
					army->faults.first_text);
			exit(1);
		}
		army_leave(army, HOUSE_ENTER_S);
		army_destroy(&army);
		game_server_await_players(house->server, 0);
		house->players += count;
	}
}

static void ids_read(struct store *store, unsigned first, unsigned count, int64_t *ids)
{
	struct store_reply *reply = NULL;
	struct problem why;
	struct store_query *queries = calloc(count, sizeof *queries);
	must(queries != NULL, "have memory", NULL);
	for (unsigned i = 0; i < count; i++) {
		char name[ARMY_NAME_BYTES];
		army_name(first + i, name);
		store_query(&queries[i], STORE_GET_STRING, KEY_ACCOUNT_ID, name);
	}
	must(store_read_wait(store, queries, count, STORE_MS, &reply, &why) == STORE_DONE, "read the store", &why);
	for (unsigned i = 0; i < count; i++)
		must(store_reply_number(reply, i, &ids[first + i]), "find a character in the store", NULL);
	store_reply_destroy(&reply);
	free(queries);
}

static struct store *store_of(const struct house *house)
{
	struct store_options options = store_options_default();
	struct problem why;
	options.path = house->server->data;
	if (house->redis != NULL) {
		options.backend = STORE_REDIS;
		options.link.socket = house->redis->socket;
	}
	struct store *store = store_create(&options, STORE_WRITER, NULL, NULL, &why);
	must(store != NULL, "open the store", &why);
	return store;
}

/* While no server runs. */
static void characters_place(const struct house *house, const struct post *posts, unsigned count)
{
	struct store_fence mine = {.boot = "army's own boot"}, fence;
	struct problem why;
	struct store *store = store_of(house);
	struct store_batch *batch = store_batch_create(&why);
	int64_t *ids = calloc(count, sizeof *ids);
	must(batch != NULL && ids != NULL, "have memory", NULL);
	for (unsigned first = 0; first < count; first += NAMES_AT_ONCE)
		ids_read(store, first, count - first < NAMES_AT_ONCE ? count - first : NAMES_AT_ONCE, ids);
	for (unsigned i = 0; i < count; i++) {
		struct store_key key;
		const struct place *at = &posts[i].at;
		store_key(&key, KEY_PLAYER_POSITION, (unsigned)ids[i]);
		store_batch_hash_set_number(batch, key.text, "map", at->map);
		store_batch_hash_set_number(batch, key.text, "x", at->x);
		store_batch_hash_set_number(batch, key.text, "y", at->y);
	}
	must(store_claim_wait(store, &mine, STORE_MS, &fence, &why) == STORE_DONE, "claim the store", &why);
	fence.cut++;
	must(store_commit_wait(store, batch, &fence, STORE_MS, &why) == STORE_DONE, "place the characters", &why);
	store_batch_destroy(&batch);
	store_destroy(&store);
	free(ids);
}

/* --- the server --- */

void house_open(struct house *house, const struct catalog *catalog, bool redis, unsigned players)
{
	struct problem why;
	const char *settings[] = {scenario_text("world.max_players=%u", players + 100),
							  scenario_text("limits.max_connections=%u", players + 200),
							  "store.audit_interval_s=600",
							  "store.redis_command_timeout_ms=5000",
							  "intervals.walk_ms=240",
							  "intervals.idle_minutes=0",
							  "flood.limit=true",
							  NULL,
							  NULL};
	*house = (struct house){0};
	if (redis) {
		house->redis = redis_server_start(NULL, &why);
		must(house->redis != NULL, "start a Redis", &why);
		house->relay = relay_start(house->redis->socket);
		settings[7] = scenario_text("store.redis_socket=%s", house->relay->socket);
	}
	house->server =
		game_server_start(&(struct game_server_options){.settings = settings, .workers = 2, .redis = house->redis});
	characters_create(house, catalog, players);
}

void house_close(struct house *house)
{
	if (house->server != NULL)
		game_server_destroy(&house->server);
	if (house->relay != NULL)
		relay_stop(&house->relay);
	if (house->redis != NULL)
		redis_server_stop(&house->redis);
}

void house_begin(struct house *house, unsigned workers, unsigned cut_ms, const struct post *posts, unsigned count)
{
	house_store_delay(house, 0);
	game_server_stop(house->server);
	characters_place(house, posts, count);
	house->server->workers = workers;
	game_server_set(house->server, scenario_text("store.cut_interval_ms=%u", cut_ms));
	uint64_t started_ns = clock_mono_ns();
	game_server_restart(house->server, NULL);
	house->start_ms = (double)(clock_mono_ns() - started_ns) / 1e6;
	house->heap_kib = house_heap_kib(house);
}

void house_store_delay(const struct house *house, unsigned ms)
{
	if (house->relay != NULL)
		atomic_store(&house->relay->orders->delay_ms, ms / 2); /* each way */
}

static double memory_sum(const struct house *house, bool heap)
{
	double sum = 0;
	cJSON *reply = game_server_ask(house->server, "memory");
	const cJSON *process;
	cJSON_ArrayForEach(process, cJSON_GetObjectItem(reply, "processes"))
	{
		struct process_memory memory = process_memory((pid_t)cJSON_GetNumberValue(cJSON_GetObjectItem(process, "pid")));
		sum += (double)(heap ? memory.anonymous_kib : memory.pss_kib);
	}
	cJSON_Delete(reply);
	return sum;
}

double house_heap_kib(const struct house *house)
{
	return memory_sum(house, true);
}

double house_memory_kib(const struct house *house)
{
	return memory_sum(house, false);
}
