/* bench_army.c - how many players, how fast: the real server with an army of clients, and beside it the smallest program that
 * could do its fan-out (reference.h), under the same load in the same run.
 *
 *     bench_army          some five minutes: 45 observers a step, crowds of 200 and 500, evenings of 1,000 to 5,000
 *     bench_army full     the curves: 1, 2 and 4 workers, 100 to 10,000 players, crowds from 50 to 2,000
 *
 * $TEST_FILTER: only rounds with these words in "name, players on workers"; $ARGENTUM_BENCH_MOST: at most so many players.
 *
 * A machine's speed changes from minute to minute: judge shares, not figures. No time is ever a failure; a protocol error,
 * a desync or a lost connection is. Figures go to bench.json in the build folder ($ARGENTUM_BUILD). */
#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "tests/bench/army_report.h"
#include "tests/bench/house.h"
#include "tests/bench/reference.h"
#include "tests/harness/scenario.h"

enum {
	GROUP = 46, /* a step is seen by 45 */
	SEED = 1,
	FLUSH_MS = 20,
	REFERENCE_PLAYERS = 2000, /* for more there are no references: five times as many descriptors */
	FAN_OUT_PLAYERS = 200,    /* for fewer there is no goal of fan-out: hardly anything is to be done */
	SLOW_STORE_MS = 500,
	RESTLESS_MS = 400,
	LEAVE_S = 15,
	SLOTS = 10000,
};

static const double warm_s = 2, slice_s = 1;

enum load { LOAD_GROUPS, LOAD_CROWD, LOAD_EVENING };

/* What the keeper does meanwhile. */
enum keeping { KEEP_USUAL, KEEP_NOTHING, KEEP_SLOW_REDIS };

struct plan {
	const char *name;
	enum load load;
	unsigned players, workers;
	unsigned step_ms; /* between two steps of a player; 267 is as fast as the client walks */
	enum keeping keeping;
};

struct bench {
	struct house house[2]; /* with the embedded store; with a Redis, opened when it is needed */
	const struct catalog *catalog;
	unsigned players[2]; /* most that play there */
	struct post *posts;
	bool *pacers;
	struct report report;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: cannot %s\n", what);
	exit(1);
}

/* --- measuring --- */

static void processes_look(const struct house *house, struct round *round)
{
	cJSON *status = game_server_ask(house->server, "status");
	const cJSON *process;
	round->process_count = 1;
	round->process[0] = (struct served_process){.name = "master", .pid = house->server->pid};
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

/* What was counted since the server's start is added, `sign` times. */
static void counts_add(const struct house *house, struct round *round, int sign)
{
	for (unsigned i = 0; i < SERVED_COUNTS; i++)
		round->counts[i] += sign * (double)game_server_total(house->server, served_count_names[i]);
}

/* --- the game --- */

/* A slice adds to what was measured before. */
static void game_slice(const struct house *house, struct round *round, struct army *army, unsigned slice)
{
	const struct latency step = army->figures.step, ping = army->figures.ping;
	double before[REPORT_PROCESSES_MAX] = {0};
	counts_add(house, round, -1);
	for (unsigned i = 0; i < round->process_count; i++)
		before[i] = process_cpu_s(round->process[i].pid);
	army_measure(army, slice_s);
	for (unsigned i = 0; i < round->process_count; i++) {
		struct served_process *p = &round->process[i];
		double used_s = process_cpu_s(p->pid) - before[i];
		p->cpu_s += used_s;
		*(serves_clients(p) ? &round->game.cpu_s : &round->game.other_cpu_s) += used_s;
	}
	counts_add(house, round, 1);
	const struct latency this_step = latency_since(&army->figures.step, &step);
	const struct latency this_ping = latency_since(&army->figures.ping, &ping);
	round->step_99_ms[slice] = latency_ms(&this_step, 0.99);
	round->ping_99_ms[slice] = latency_ms(&this_ping, 0.99);
}

/* The server has them in this order already; ticks and the rest are no packets. */
static void heaviest_look(const struct house *house, struct round *round)
{
	cJSON *reply = game_server_ask(house->server, "traffic");
	const cJSON *row;
	unsigned count = 0;
	cJSON_ArrayForEach(row, cJSON_GetObjectItem(reply, "received"))
	{
		if (cJSON_GetObjectItem(row, "id") == NULL || count == HEAVIEST)
			continue;
		struct heavy_packet *packet = &round->heaviest[count++];
		*packet = (struct heavy_packet){
			.count = cJSON_GetNumberValue(cJSON_GetObjectItem(row, "count")),
			.held_ms = cJSON_GetNumberValue(cJSON_GetObjectItem(row, "held_ns")) / 1e6,
			.mean_us = cJSON_GetNumberValue(cJSON_GetObjectItem(row, "mean_ns")) / 1e3,
			.within_99_us = cJSON_GetNumberValue(cJSON_GetObjectItem(row, "within_99_ns")) / 1e3,
			.longest_us = cJSON_GetNumberValue(cJSON_GetObjectItem(row, "longest_ns")) / 1e3,
		};
		snprintf(packet->name, sizeof packet->name, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(row, "name")));
	}
	cJSON_Delete(reply);
}

static void game_finish(const struct house *house, struct round *round, const struct army *army)
{
	cJSON *status = game_server_ask(house->server, "status");
	const cJSON *store = cJSON_GetObjectItem(status, "store");
	round->cut_held_us = cJSON_GetNumberValue(cJSON_GetObjectItem(store, "cut_held_us_max"));
	cJSON_Delete(status);
	for (unsigned i = 0; i < round->process_count; i++)
		round->process[i].memory = process_memory(round->process[i].pid);
	heaviest_look(house, round);
	round->start_ms = house->start_ms;
	round->player_kib = (house_heap_kib(house) - house->heap_kib) / round->players;
	round->game.figures = army->figures;
	round->login = army->login;
}

/* One worker is killed: how long does a ping wait at most? */
static void game_lose_a_worker(const struct house *house, struct round *round, struct army *army)
{
	house->server->errors_expected = true;
	army_figures_forget(army);
	army->options.pace.ping_ms = 250;
	army_play(army, 0.5);
	for (unsigned i = 0; i < round->process_count; i++) {
		if (!serves_clients(&round->process[i]))
			continue;
		kill(round->process[i].pid, SIGKILL);
		break;
	}
	army_measure(army, slice_s);
	round->killed_ms = latency_max_ms(&army->figures.ping);
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
	must(army_enter(opponent->army, HOUSE_ENTER_S), "reach the reference");
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
	must(opponent->army->faults.first_text[0] == '\0', "trust the reference: it lost somebody");
	army_destroy(&opponent->army);
	reference_stop(&opponent->reference);
}

/* Beside the game, as many steps to as many observers as it had while it warmed up. */
static void opponents_begin(struct round *round, struct opponent *opponents, const struct army *army,
							struct army_pace pace)
{
	const struct run warm = {.figures = army->figures};
	unsigned observers = (unsigned)(run_observers(&warm) + 0.5);
	double steps_s = (double)warm.figures.steps / warm_s; /* they stood still for the rest of warm.figures.seconds */
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
static void round_measure(const struct house *house, struct round *round, const struct plan *plan, struct army *army)
{
	struct opponent opponents[ROUND_REFERENCES] = {0};
	army_measure(army, warm_s);
	if (round->players <= REFERENCE_PLAYERS && plan->keeping == KEEP_USUAL)
		opponents_begin(round, opponents, army, pace_of(plan));
	army_figures_forget(army);
	processes_look(house, round);
	for (unsigned slice = 0; slice < SLICES; slice++) {
		game_slice(house, round, army, slice);
		for (unsigned i = 0; i < round->reference_count; i++)
			opponent_slice(&opponents[i], &round->reference[i]);
	}
	game_finish(house, round, army);
	for (unsigned i = 0; i < round->reference_count; i++)
		opponent_end(&opponents[i], &round->reference[i]);
	if (plan->load == LOAD_EVENING)
		game_lose_a_worker(house, round, army);
	round->faults = army->faults;
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

static struct house *house_of(struct bench *bench, const struct plan *plan)
{
	unsigned which = plan->keeping == KEEP_SLOW_REDIS ? 1 : 0;
	struct house *house = &bench->house[which];
	if (house->server == NULL)
		house_open(house, bench->catalog, which == 1, bench->players[which]);
	return house;
}

static void round_run(struct bench *bench, const struct plan *plan)
{
	static struct round round; /* used at once; its histograms are large */
	memset(&round, 0, sizeof round);
	round.players = posts_find(bench, plan);
	round.workers = plan->workers;
	round.fan_out = plan->load != LOAD_EVENING && plan->players >= FAN_OUT_PLAYERS;
	round.evening = plan->load == LOAD_EVENING;
	round.restless = plan->step_ms <= RESTLESS_MS;
	round.calm = plan->keeping == KEEP_NOTHING;
	round.against_calm = plan->keeping == KEEP_SLOW_REDIS || (plan->keeping == KEEP_USUAL && round.evening);
	snprintf(round.name, sizeof round.name, "%s", plan->name);
	snprintf(round.game.name, sizeof round.game.name, "argentumd");
	round.game.processes = plan->workers;
	if (round.players < 2 || (plan->load == LOAD_CROWD && round.players < plan->players)) {
		printf("\n%s: this world has no room for %u players so\n", plan->name, plan->players);
		return;
	}
	for (unsigned i = 0; i < round.players; i++)
		bench->pacers[i] = bench->posts[i].pacer;
	struct house *house = house_of(bench, plan);
	house_begin(house, plan->workers, plan->keeping == KEEP_NOTHING ? HOUSE_NO_CUT_MS : HOUSE_CUT_MS, bench->posts,
				round.players);
	struct army *army = army_create(&(struct army_options){.catalog = bench->catalog,
														   .port = house->server->port,
														   .bots = round.players,
														   .pacers = bench->pacers,
														   .pace = pace_of(plan),
														   .seed = SEED});
	if (!army_enter(army, HOUSE_ENTER_S))
		printf("\n%s: only %u of %u came in within %d s: %s\n", plan->name, army->playing, round.players, HOUSE_ENTER_S,
			   army->faults.first_text);
	if (plan->keeping == KEEP_SLOW_REDIS)
		house_store_delay(house, SLOW_STORE_MS);
	round_measure(house, &round, plan, army);
	house_store_delay(house, 0);
	army_leave(army, LEAVE_S); /* some may be in no state to leave: the server is stopped anyway */
	army_destroy(&army);
	report_round(&bench->report, &round);
}

/* --- all of it --- */

/* Those with another keeping come before the usual one of the same load: it is compared with them. */
static const struct plan short_plans[] = {
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 2, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 200, 2, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 500, 2, 500, KEEP_USUAL},
	{"evening without cuts", LOAD_EVENING, 1000, 2, 400, KEEP_NOTHING},
	{"evening", LOAD_EVENING, 1000, 2, 400, KEEP_USUAL},
	{"evening, slow Redis", LOAD_EVENING, 1000, 2, 400, KEEP_SLOW_REDIS},
	{"evening", LOAD_EVENING, 3000, 2, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 5000, 2, 400, KEEP_USUAL},
};

static const struct plan full_plans[] = {
	{"45 observers", LOAD_GROUPS, 2 * GROUP, 2, 267, KEEP_USUAL},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 1, 267, KEEP_USUAL},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 2, 267, KEEP_USUAL},
	{"45 observers", LOAD_GROUPS, 22 * GROUP, 4, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 50, 2, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 100, 2, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 200, 2, 267, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 500, 1, 500, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 500, 2, 500, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 500, 4, 500, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 1000, 2, 1000, KEEP_USUAL},
	{"crowd", LOAD_CROWD, 2000, 2, 2000, KEEP_USUAL},
	{"evening", LOAD_EVENING, 100, 2, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 300, 2, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 1000, 1, 400, KEEP_USUAL},
	{"evening without cuts", LOAD_EVENING, 1000, 2, 400, KEEP_NOTHING},
	{"evening", LOAD_EVENING, 1000, 2, 400, KEEP_USUAL},
	{"evening, slow Redis", LOAD_EVENING, 1000, 2, 400, KEEP_SLOW_REDIS},
	{"evening", LOAD_EVENING, 1000, 4, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 3000, 2, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 5000, 2, 400, KEEP_USUAL},
	{"evening", LOAD_EVENING, 10000, 2, 400, KEEP_USUAL},
	{"unhurried evening", LOAD_EVENING, 10000, 2, 1000, KEEP_USUAL},
};

static void servers_end(void)
{
	game_server_destroy_all();
}

/* What a start takes with room for 10,000, against what status --memory says is reserved. */
static void slots_measure(struct report *report)
{
	const char *const settings[] = {scenario_text("world.max_players=%d", SLOTS),
									scenario_text("limits.max_connections=%d", SLOTS + 64), NULL};
	struct house house = {.server =
							  game_server_start(&(struct game_server_options){.settings = settings, .workers = 2})};
	cJSON *reply = game_server_ask(house.server, "memory");
	double budget = cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetObjectItem(reply, "segment"), "bytes"));
	report_slots(report, SLOTS, budget / (1 << 20), house_memory_kib(&house) / 1024);
	cJSON_Delete(reply);
	house_close(&house);
}

static bool is_wanted(const struct plan *plan)
{
	const char *most = getenv("ARGENTUM_BENCH_MOST"), *only = getenv("TEST_FILTER");
	char label[80];
	snprintf(label, sizeof label, "%s, %u on %u", plan->name, plan->players, plan->workers);
	return plan->players <= (most != NULL ? strtoul(most, NULL, 10) : ARMY_MOST) &&
		   (only == NULL || strstr(label, only) != NULL);
}

int main(int argc, char **argv)
{
	bool full = argc > 1 && strcmp(argv[1], "full") == 0;
	const struct plan *plans = full ? full_plans : short_plans;
	unsigned count = full ? sizeof full_plans / sizeof *full_plans : sizeof short_plans / sizeof *short_plans;
	static struct bench bench;
	const char *build = getenv("ARGENTUM_BUILD");
	char path[256];
	unsigned most = 0;
	log_set_level(LOG_LEVEL_WARNING);
	scenario_setup(NULL);
	atexit(servers_end);
	for (unsigned i = 0; i < count; i++) {
		unsigned *players = &bench.players[plans[i].keeping == KEEP_SLOW_REDIS ? 1 : 0];
		if (is_wanted(&plans[i]) && plans[i].players > *players)
			*players = plans[i].players;
		most = *players > most ? *players : most;
	}
	bench.catalog = scenario_catalog();
	bench.posts = calloc(most + 1, sizeof *bench.posts);
	bench.pacers = calloc(most + 1, sizeof *bench.pacers);
	must(bench.posts != NULL && bench.pacers != NULL, "have memory");
	report_open(&bench.report, scenario_world());
	for (unsigned i = 0; i < count; i++) {
		if (is_wanted(&plans[i]))
			round_run(&bench, &plans[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		house_close(&bench.house[i]);
	slots_measure(&bench.report);
	snprintf(path, sizeof path, "%s/bench.json", build != NULL ? build : "build");
	bool good = report_close(&bench.report, path);
	free(bench.posts);
	free(bench.pacers);
	return good ? 0 : 1;
}
