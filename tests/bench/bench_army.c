/* bench_army.c - how many players, how fast: the real server with an army of clients, and beside it the smallest program that
 * could do its fan-out (reference.h), under the same load in the same run.
 *
 *     bench_army          about three minutes: 45 observers a step, crowds of 200 and 500, an evening of 1,000
 *     bench_army full     the curves: 1, 2 and 4 workers, 100 and more players, crowds from 50 to 1,000
 *
 * A machine's speed changes from minute to minute: judge shares, not figures. No time is ever a failure; a protocol error,
 * a desync or a lost connection is. Figures go to bench.json in the build folder ($ARGENTUM_BUILD). */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/text/texts.h"
#include "tests/bench/army_report.h"
#include "tests/bench/posts.h"
#include "tests/bench/reference.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum {
	CREATED_AT_ONCE = 250, /* they all appear in one place */
	ENTER_S = 120,
	GROUP = 46, /* a step is seen by 45 */
	SEED = 1,
	FLUSH_MS = 20,
	SLICES = 5,
	REFERENCE_PLAYERS = 2000, /* for more there are no references: five times as many descriptors */
	NAMES_AT_ONCE = 500,
	STORE_MS = 10000,
};

static const double warm_s = 2, slice_s = 1;

enum load { LOAD_GROUPS, LOAD_CROWD, LOAD_EVENING };

struct plan {
	const char *name;
	enum load load;
	unsigned players, workers;
	unsigned step_ms; /* between two steps of a player; 267 is as fast as the client walks */
};

struct bench {
	struct game_server *server;
	const struct catalog *catalog;
	unsigned players; /* characters that exist */
	struct post *posts;
	bool *pacers;
	struct report report;
};

static void must(bool good, const char *what, const struct problem *why)
{
	if (good)
		return;
	fprintf(stderr, "bench: cannot %s%s%s\n", what, why != NULL ? ": " : "", why != NULL ? why->text : "");
	exit(1);
}

/* --- characters --- */

static void characters_create(struct bench *bench)
{
	for (unsigned first = 0; first < bench->players; first += CREATED_AT_ONCE) {
		unsigned count = bench->players - first < CREATED_AT_ONCE ? bench->players - first : CREATED_AT_ONCE;
		struct army *army = army_create(&(struct army_options){.catalog = bench->catalog,
															   .port = bench->server->port,
															   .bots = count,
															   .first = first,
															   .create = true,
															   .seed = SEED});
		if (!army_enter(army, ENTER_S)) {
			fprintf(stderr, "bench: %u of %u characters could not be created: %s\n", count - army->playing, count,
					army->faults.first_text);
			exit(1);
		}
		army_leave(army, ENTER_S);
		army_destroy(&army);
		game_server_await_players(bench->server, 0);
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

/* While no server runs: each of the first `players` characters is where its post is, from the next start on. */
static void characters_place(const struct bench *bench, unsigned players)
{
	struct store_options options = store_options_default();
	struct store_fence mine = {.boot = "army's own boot"}, fence;
	struct problem why;
	options.path = bench->server->data;
	struct store *store = store_create(&options, STORE_WRITER, NULL, NULL, &why);
	must(store != NULL, "open the store", &why);
	struct store_batch *batch = store_batch_create(&why);
	int64_t *ids = calloc(players, sizeof *ids);
	must(batch != NULL && ids != NULL, "have memory", NULL);
	for (unsigned first = 0; first < players; first += NAMES_AT_ONCE)
		ids_read(store, first, players - first < NAMES_AT_ONCE ? players - first : NAMES_AT_ONCE, ids);
	for (unsigned i = 0; i < players; i++) {
		struct store_key key;
		const struct place *at = &bench->posts[i].at;
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

/* --- measuring --- */

static void processes_look(const struct bench *bench, struct round *round)
{
	cJSON *status = game_server_ask(bench->server, "status");
	const cJSON *process;
	round->process_count = 1;
	round->process[0] = (struct served_process){.name = "master", .pid = bench->server->pid};
	cJSON_ArrayForEach(process, cJSON_GetObjectItem(status, "processes"))
	{
		pid_t pid = (pid_t)cJSON_GetNumberValue(cJSON_GetObjectItem(process, "pid"));
		if (pid <= 0 || round->process_count == REPORT_PROCESSES_MAX)
			continue;
		struct served_process *p = &round->process[round->process_count++];
		*p = (struct served_process){.pid = pid};
		snprintf(p->name, sizeof p->name, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(process, "name")));
	}
	cJSON_Delete(status);
}

static bool serves_clients(const struct served_process *process)
{
	return strncmp(process->name, "worker", 6) == 0;
}

static struct army_pace pace_of(const struct plan *plan)
{
	if (plan->load == LOAD_EVENING)
		return (struct army_pace){
			.step_ms = plan->step_ms, .talk_ms = 15000, .item_ms = 20000, .other_ms = 10000, .ping_ms = 2000};
	return (struct army_pace){.step_ms = plan->step_ms, .ping_ms = 1000};
}

/* --- the game --- */

/* A slice adds to what was measured before. */
static void game_slice(struct round *round, struct army *army)
{
	double before[REPORT_PROCESSES_MAX];
	for (unsigned i = 0; i < round->process_count; i++)
		before[i] = process_cpu_s(round->process[i].pid);
	army_measure(army, slice_s);
	for (unsigned i = 0; i < round->process_count; i++) {
		struct served_process *p = &round->process[i];
		double used_s = process_cpu_s(p->pid) - before[i];
		p->cpu_s += used_s;
		*(serves_clients(p) ? &round->game.cpu_s : &round->game.other_cpu_s) += used_s;
	}
}

static void game_finish(struct round *round, const struct army *army)
{
	for (unsigned i = 0; i < round->process_count; i++)
		round->process[i].memory = process_memory(round->process[i].pid);
	round->game.figures = army->figures;
	round->login = army->login;
	round->faults = army->faults;
}

/* --- the references --- */

/* One that runs, and those who play on it. */
struct opponent {
	struct reference reference;
	struct army *army;
};

static void opponent_begin(struct opponent *opponent, struct run *run, unsigned players, struct army_pace pace,
						   unsigned observers)
{
	snprintf(run->name, sizeof run->name, run->flush_ms == 0 ? "each turn, %u process%s" : "20 ms, %u process%s",
			 run->processes, run->processes == 1 ? "" : "es");
	reference_start(&opponent->reference, &(struct reference_options){.sockets = players,
																	  .observers = observers,
																	  .processes = run->processes,
																	  .flush_ms = run->flush_ms});
	opponent->army = army_create(
		&(struct army_options){.port = opponent->reference.port, .bots = players, .pace = pace, .seed = SEED});
	must(army_enter(opponent->army, ENTER_S), "reach the reference", NULL);
	army_measure(opponent->army, warm_s / 2);
	army_figures_forget(opponent->army);
}

static void opponent_slice(struct opponent *opponent, struct run *run)
{
	double before = reference_cpu_s(&opponent->reference);
	army_measure(opponent->army, slice_s);
	run->cpu_s += reference_cpu_s(&opponent->reference) - before;
}

static void opponent_end(struct opponent *opponent, struct run *run)
{
	run->figures = opponent->army->figures;
	must(opponent->army->faults.first_text[0] == '\0', "trust the reference: it lost somebody", NULL);
	army_destroy(&opponent->army);
	reference_stop(&opponent->reference);
}

/* Beside the game, as many steps to as many observers as it had while it warmed up. */
static void opponents_begin(struct round *round, struct opponent *opponents, const struct army *army,
							struct army_pace pace)
{
	const struct run warm = {.figures = army->figures};
	unsigned observers = (unsigned)(run_observers(&warm) + 0.5);
	double steps_s = (double)warm.figures.steps / warm.figures.seconds;
	observers = observers < 1 ? 1 : observers >= round->players ? round->players - 1 : observers;
	if (steps_s >= 1) /* who stands against a wall does not step */
		pace.step_ms = (unsigned)(round->players * 1000 / steps_s + 0.5);
	for (unsigned i = 0; i < ROUND_REFERENCES; i++) {
		unsigned processes = i % 2 == 0 ? 1 : round->workers;
		if (i % 2 == 1 && processes == 1)
			continue;
		struct run *run = &round->reference[round->reference_count];
		*run = (struct run){.processes = processes, .flush_ms = i < 2 ? 0 : FLUSH_MS};
		opponent_begin(&opponents[round->reference_count++], run, round->players, pace, observers);
	}
}

/* All are there and take turns, so that what else the machine does meets each of them alike. */
static void round_measure(const struct bench *bench, struct round *round, const struct plan *plan, struct army *army)
{
	struct opponent opponents[ROUND_REFERENCES] = {0};
	army_measure(army, warm_s);
	if (round->players <= REFERENCE_PLAYERS)
		opponents_begin(round, opponents, army, pace_of(plan));
	army_figures_forget(army);
	processes_look(bench, round);
	for (unsigned slice = 0; slice < SLICES; slice++) {
		game_slice(round, army);
		for (unsigned i = 0; i < round->reference_count; i++)
			opponent_slice(&opponents[i], &round->reference[i]);
	}
	game_finish(round, army);
	for (unsigned i = 0; i < round->reference_count; i++)
		opponent_end(&opponents[i], &round->reference[i]);
}

/* --- a round --- */

static unsigned posts_find(const struct bench *bench, const struct plan *plan)
{
	switch (plan->load) {
	case LOAD_GROUPS:
		return posts_groups(bench->catalog, GROUP, bench->posts, plan->players);
	case LOAD_CROWD:
		return posts_crowd(bench->catalog, bench->posts, plan->players);
	case LOAD_EVENING:
		break;
	}
	return posts_evening(bench->catalog, bench->posts, plan->players);
}

static void round_run(struct bench *bench, const struct plan *plan)
{
	static struct round round; /* used at once; its histograms are large */
	memset(&round, 0, sizeof round);
	round.players = posts_find(bench, plan);
	round.workers = plan->workers;
	round.fan_out = plan->load != LOAD_EVENING;
	snprintf(round.name, sizeof round.name, "%s", plan->name);
	snprintf(round.game.name, sizeof round.game.name, "argentumd");
	round.game.processes = plan->workers;
	if (round.players < 2) {
		printf("\n%s: this world has no room for %u players so\n", plan->name, plan->players);
		return;
	}
	for (unsigned i = 0; i < round.players; i++)
		bench->pacers[i] = bench->posts[i].pacer;
	game_server_stop(bench->server);
	characters_place(bench, round.players);
	bench->server->workers = plan->workers;
	game_server_restart(bench->server, NULL);
	struct army *army = army_create(&(struct army_options){.catalog = bench->catalog,
														   .port = bench->server->port,
														   .bots = round.players,
														   .pacers = bench->pacers,
														   .pace = pace_of(plan),
														   .seed = SEED});
	if (!army_enter(army, ENTER_S))
		printf("\n%s: only %u of %u came in within %d s: %s\n", plan->name, army->playing, round.players, ENTER_S,
			   army->faults.first_text);
	round_measure(bench, &round, plan, army);
	army_leave(army, ENTER_S);
	army_destroy(&army);
	report_round(&bench->report, &round);
}

/* --- all of it --- */

static const struct plan short_plans[] = {
	{"45 observers", LOAD_GROUPS, 4 * GROUP, 2, 267},
	{"crowd", LOAD_CROWD, 200, 2, 267},
	{"crowd", LOAD_CROWD, 500, 2, 500},
	{"evening", LOAD_EVENING, 1000, 2, 400},
};

static const struct plan full_plans[] = {
	{"45 observers", LOAD_GROUPS, 4 * GROUP, 1, 267},
	{"45 observers", LOAD_GROUPS, 4 * GROUP, 2, 267},
	{"45 observers", LOAD_GROUPS, 4 * GROUP, 4, 267},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 1, 267},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 2, 267},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 4, 267},
	{"crowd", LOAD_CROWD, 50, 2, 267},
	{"crowd", LOAD_CROWD, 100, 2, 267},
	{"crowd", LOAD_CROWD, 200, 2, 267},
	{"crowd", LOAD_CROWD, 500, 1, 500},
	{"crowd", LOAD_CROWD, 500, 2, 500},
	{"crowd", LOAD_CROWD, 500, 4, 500},
	{"crowd", LOAD_CROWD, 1000, 2, 500},
	{"evening", LOAD_EVENING, 100, 2, 400},
	{"evening", LOAD_EVENING, 1000, 1, 400},
	{"evening", LOAD_EVENING, 1000, 2, 400},
	{"evening", LOAD_EVENING, 1000, 4, 400},
	{"evening", LOAD_EVENING, 3000, 2, 400},
	{"evening", LOAD_EVENING, 5000, 2, 400},
	{"evening", LOAD_EVENING, 10000, 2, 400},
};

static void servers_end(void)
{
	game_server_destroy_all();
}

static void server_open(struct bench *bench, unsigned workers)
{
	const char *const settings[] = {scenario_text("world.max_players=%u", bench->players + 100),
									scenario_text("limits.max_connections=%u", bench->players + 200),
									"store.cut_interval_ms=1000",
									"store.audit_interval_s=600",
									"intervals.walk_ms=240",
									"intervals.idle_minutes=0",
									"flood.limit=true",
									NULL};
	bench->server = game_server_start(&(struct game_server_options){.settings = settings, .workers = workers});
}

int main(int argc, char **argv)
{
	bool full = argc > 1 && strcmp(argv[1], "full") == 0;
	const struct plan *plans = full ? full_plans : short_plans;
	unsigned count = full ? sizeof full_plans / sizeof *full_plans : sizeof short_plans / sizeof *short_plans;
	static struct bench bench;
	const char *build = getenv("ARGENTUM_BUILD"), *most = getenv("ARGENTUM_BENCH_MOST"), *only = getenv("TEST_FILTER");
	unsigned limit = most != NULL ? (unsigned)strtoul(most, NULL, 10) : ARMY_MOST;
	char path[256];
	log_set_level(LOG_LEVEL_WARNING);
	scenario_setup(NULL);
	atexit(servers_end);
	for (unsigned i = 0; i < count; i++) {
		if (plans[i].players <= limit && plans[i].players > bench.players)
			bench.players = plans[i].players;
	}
	bench.catalog = scenario_catalog();
	bench.posts = calloc(bench.players + 1, sizeof *bench.posts);
	bench.pacers = calloc(bench.players + 1, sizeof *bench.pacers);
	must(bench.posts != NULL && bench.pacers != NULL, "have memory", NULL);
	report_open(&bench.report, scenario_world());
	server_open(&bench, plans[0].workers);
	characters_create(&bench);
	for (unsigned i = 0; i < count; i++) {
		char label[80];
		snprintf(label, sizeof label, "%s, %u on %u", plans[i].name, plans[i].players, plans[i].workers);
		if (plans[i].players <= limit && (only == NULL || strstr(label, only) != NULL))
			round_run(&bench, &plans[i]);
	}
	game_server_destroy(&bench.server);
	snprintf(path, sizeof path, "%s/bench.json", build != NULL ? build : "build");
	bool good = report_close(&bench.report, path);
	free(bench.posts);
	free(bench.pacers);
	return good ? 0 : 1;
}
