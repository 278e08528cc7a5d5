#include "tests/bench/army_report.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"

/* NOISE_MS: what two runs of the same differ. */
static const double SHARE_GOAL = 0.8, TURN_GOAL = 3, STEP_GOAL_MS = 50, PING_GOAL_MS = 10, CUT_GOAL_MS = 2,
					START_GOAL_MS = 1000, KILLED_GOAL_MS = 100, PLAYER_GOAL_KIB = 32, NOISE_MS = 3, CORES = 2;

enum { MANY = 10000 };

const char *const served_count_names[SERVED_COUNTS] = {
	[SERVED_TURNS] = "turns", [SERVED_TRANSACTIONS] = "transactions", [SERVED_RING_ENTRIES] = "ring_entries",
	[SERVED_SENDS] = "sends", [SERVED_BYTES_OUT] = "bytes_out",       [SERVED_WAKEUPS] = "wakeups",
};

double run_deliveries_per_cpu_s(const struct run *run)
{
	return run->cpu_s > 0 ? (double)run->figures.deliveries / run->cpu_s : 0;
}

double run_observers(const struct run *run)
{
	return run->figures.steps > 0 ? (double)run->figures.deliveries / (double)run->figures.steps : 0;
}

static double per_s(const struct run *run, uint64_t count)
{
	return run->figures.seconds > 0 ? (double)count / run->figures.seconds : 0;
}

/* --- JSON --- */

static void latency_json(cJSON *object, const char *name, const struct latency *latency)
{
	cJSON *json = cJSON_AddObjectToObject(object, name);
	cJSON_AddNumberToObject(json, "count", (double)latency->count);
	cJSON_AddNumberToObject(json, "p50_ms", latency_ms(latency, 0.5));
	cJSON_AddNumberToObject(json, "p95_ms", latency_ms(latency, 0.95));
	cJSON_AddNumberToObject(json, "p99_ms", latency_ms(latency, 0.99));
	cJSON_AddNumberToObject(json, "max_ms", latency_max_ms(latency));
}

static cJSON *run_json(const struct run *run)
{
	cJSON *json = cJSON_CreateObject();
	const struct army_figures *figures = &run->figures;
	cJSON_AddStringToObject(json, "name", run->name);
	cJSON_AddNumberToObject(json, "processes", run->processes);
	cJSON_AddNumberToObject(json, "seconds", figures->seconds);
	cJSON_AddNumberToObject(json, "actions_per_s", per_s(run, figures->actions));
	cJSON_AddNumberToObject(json, "steps_per_s", per_s(run, figures->steps));
	cJSON_AddNumberToObject(json, "deliveries_per_s", per_s(run, figures->deliveries));
	cJSON_AddNumberToObject(json, "observers_per_step", run_observers(run));
	cJSON_AddNumberToObject(json, "packets_per_s", per_s(run, figures->packets));
	cJSON_AddNumberToObject(json, "bytes_per_s", per_s(run, figures->bytes));
	cJSON_AddNumberToObject(json, "reads_per_s", per_s(run, figures->reads));
	cJSON_AddNumberToObject(json, "corrections", (double)figures->corrections);
	cJSON_AddNumberToObject(json, "cpu_s", run->cpu_s);
	cJSON_AddNumberToObject(json, "other_cpu_s", run->other_cpu_s);
	cJSON_AddNumberToObject(json, "army_cpu_s", figures->own_cpu_s);
	cJSON_AddNumberToObject(json, "deliveries_per_cpu_s", run_deliveries_per_cpu_s(run));
	latency_json(json, "step", &figures->step);
	latency_json(json, "ping", &figures->ping);
	latency_json(json, "army_turn", &figures->turn);
	return json;
}

static cJSON *faults_json(const struct army_faults *faults)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddNumberToObject(json, "protocol_errors", (double)faults->protocol_errors);
	cJSON_AddNumberToObject(json, "cut_packets", (double)faults->cut_packets);
	cJSON_AddNumberToObject(json, "desyncs", (double)faults->desyncs);
	cJSON_AddNumberToObject(json, "logins_put_off", (double)faults->refusals);
	cJSON *lost = cJSON_AddObjectToObject(json, "disconnects");
	for (unsigned i = 0; i < LOSS_COUNT; i++)
		cJSON_AddNumberToObject(lost, army_loss_words((enum army_loss)i), (double)faults->lost[i]);
	cJSON_AddStringToObject(json, "first", faults->first_text);
	return json;
}

static void counts_json(cJSON *object, const struct round *round)
{
	cJSON *json = cJSON_AddObjectToObject(object, "server_counts");
	for (unsigned i = 0; i < SERVED_COUNTS; i++)
		cJSON_AddNumberToObject(json, served_count_names[i], round->counts[i]);
}

static void round_json(cJSON *rounds, const struct round *round)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddItemToArray(rounds, json);
	cJSON_AddStringToObject(json, "name", round->name);
	cJSON_AddNumberToObject(json, "players", round->players);
	cJSON_AddNumberToObject(json, "workers", round->workers);
	cJSON_AddNumberToObject(json, "start_ms", round->start_ms);
	cJSON_AddNumberToObject(json, "cut_held_us", round->cut_held_us);
	cJSON_AddNumberToObject(json, "player_kib", round->player_kib);
	cJSON_AddNumberToObject(json, "worker_killed_ping_ms", round->killed_ms);
	cJSON_AddItemToObject(json, "game", run_json(&round->game));
	counts_json(json, round);
	cJSON *references = cJSON_AddArrayToObject(json, "references");
	for (unsigned i = 0; i < round->reference_count; i++) {
		cJSON *reference = run_json(&round->reference[i]);
		double theirs = run_deliveries_per_cpu_s(&round->reference[i]);
		cJSON_AddNumberToObject(reference, "flush_ms", round->reference[i].flush_ms);
		cJSON_AddNumberToObject(reference, "our_share",
								theirs > 0 ? run_deliveries_per_cpu_s(&round->game) / theirs : 0);
		cJSON_AddItemToArray(references, reference);
	}
	latency_json(json, "login", &round->login);
	cJSON_AddItemToObject(json, "faults", faults_json(&round->faults));
	cJSON *heaviest = cJSON_AddArrayToObject(json, "held_locks_longest");
	for (unsigned i = 0; i < HEAVIEST && round->heaviest[i].name[0] != '\0'; i++) {
		const struct heavy_packet *packet = &round->heaviest[i];
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "name", packet->name);
		cJSON_AddNumberToObject(object, "count", packet->count);
		cJSON_AddNumberToObject(object, "held_ms", packet->held_ms);
		cJSON_AddNumberToObject(object, "mean_us", packet->mean_us);
		cJSON_AddNumberToObject(object, "within_99_us", packet->within_99_us);
		cJSON_AddNumberToObject(object, "longest_us", packet->longest_us);
		cJSON_AddItemToArray(heaviest, object);
	}
	cJSON *processes = cJSON_AddArrayToObject(json, "processes");
	for (unsigned i = 0; i < round->process_count; i++) {
		const struct served_process *process = &round->process[i];
		cJSON *object = cJSON_CreateObject();
		cJSON_AddStringToObject(object, "name", process->name);
		cJSON_AddNumberToObject(object, "cpu_s", process->cpu_s);
		cJSON_AddNumberToObject(object, "rss_kib", (double)process->memory.rss_kib);
		cJSON_AddNumberToObject(object, "pss_kib", (double)process->memory.pss_kib);
		cJSON_AddNumberToObject(object, "private_kib", (double)process->memory.private_kib);
		cJSON_AddItemToArray(processes, object);
	}
}

/* --- the table --- */

static void run_print(const struct run *run, const struct run *game)
{
	const struct army_figures *f = &run->figures;
	double theirs = run_deliveries_per_cpu_s(run);
	char share[16] = "";
	if (run != game && theirs > 0)
		snprintf(share, sizeof share, "%.0f %%", 100 * run_deliveries_per_cpu_s(game) / theirs);
	printf("  %-24s %8.0f %9.0f %6.1f %7.2f %9.0f %7s %6.1f %6.1f %6.1f %6.0f %6.1f %6.1f %6.0f %7.1f %7.1f %9.1f\n",
		   run->name, per_s(run, f->steps), per_s(run, f->deliveries), run_observers(run), run->cpu_s, theirs, share,
		   latency_ms(&f->step, 0.5), latency_ms(&f->step, 0.95), latency_ms(&f->step, 0.99), latency_max_ms(&f->step),
		   latency_ms(&f->ping, 0.5), latency_ms(&f->ping, 0.99), latency_max_ms(&f->ping),
		   per_s(run, f->bytes) / (1 << 20), f->reads > 0 ? (double)f->deliveries / (double)f->reads : 0,
		   latency_ms(&f->turn, 0.99));
}

static void faults_print(const struct army_faults *faults)
{
	printf("  protocol errors %llu, cut packets %llu, desyncs %llu, logins put off %llu; connections lost:",
		   (unsigned long long)faults->protocol_errors, (unsigned long long)faults->cut_packets,
		   (unsigned long long)faults->desyncs, (unsigned long long)faults->refusals);
	bool any = false;
	for (unsigned i = 0; i < LOSS_COUNT; i++) {
		if (faults->lost[i] > 0)
			printf(" %llu %s", (unsigned long long)faults->lost[i], army_loss_words((enum army_loss)i));
		any |= faults->lost[i] > 0;
	}
	printf("%s\n", any ? "" : " none");
	if (faults->first_text[0] != '\0')
		printf("  the first: %s\n", faults->first_text);
}

static void counts_print(const struct round *round)
{
	const double *counts = round->counts, seconds = round->game.figures.seconds;
	if (seconds <= 0 || counts[SERVED_TURNS] <= 0 || counts[SERVED_SENDS] <= 0)
		return;
	printf("  the server: turns/s %.0f, transactions/s %.0f, ring entries read/s %.0f, sends/s %.0f (%.0f bytes each, "
		   "%.1f "
		   "us of the workers' CPU), wake-ups/s %.0f\n",
		   counts[SERVED_TURNS] / seconds, counts[SERVED_TRANSACTIONS] / seconds, counts[SERVED_RING_ENTRIES] / seconds,
		   counts[SERVED_SENDS] / seconds, counts[SERVED_BYTES_OUT] / counts[SERVED_SENDS],
		   round->game.cpu_s * 1e6 / counts[SERVED_SENDS], counts[SERVED_WAKEUPS] / seconds);
}

static void heaviest_print(const struct round *round)
{
	if (!round->evening || round->heaviest[0].name[0] == '\0')
		return;
	printf("  %-24s %10s %10s %10s %12s %10s\n", "held locks longest", "count", "sum ms", "mean us", "99 % within",
		   "longest");
	for (unsigned i = 0; i < HEAVIEST && round->heaviest[i].name[0] != '\0'; i++) {
		const struct heavy_packet *packet = &round->heaviest[i];
		printf("  %-24s %10.0f %10.1f %10.2f %12.1f %10.0f\n", packet->name, packet->count, packet->held_ms,
			   packet->mean_us, packet->within_99_us, packet->longest_us);
	}
}

static void round_print(const struct round *round)
{
	printf("\n%s: %u players, %u workers\n", round->name, round->players, round->workers);
	printf("  %-24s %8s %9s %6s %7s %9s %7s %27s %20s %7s %7s %9s\n", "", "steps/s", "deliv/s", "obs", "CPU s",
		   "d/CPU s", "share", "step ms: 50/95/99 % max", "ping ms: 50/99 % max", "MiB/s", "d/read", "army ms");
	run_print(&round->game, &round->game);
	for (unsigned i = 0; i < round->reference_count; i++)
		run_print(&round->reference[i], &round->game);
	printf("  actions/s %.0f, corrections %llu, packets/s %.0f; army's own CPU %.2f s of %.1f s; logins ms 50/95/99 %% "
		   "max: "
		   "%.1f %.1f %.1f %.0f\n",
		   per_s(&round->game, round->game.figures.actions), (unsigned long long)round->game.figures.corrections,
		   per_s(&round->game, round->game.figures.packets), round->game.figures.own_cpu_s, round->game.figures.seconds,
		   latency_ms(&round->login, 0.5), latency_ms(&round->login, 0.95), latency_ms(&round->login, 0.99),
		   latency_max_ms(&round->login));
	for (unsigned i = 0; i < round->process_count; i++) {
		const struct served_process *process = &round->process[i];
		printf("  %-10s CPU %6.2f s, memory %6.1f MiB resident, %6.1f its share, %6.1f private\n", process->name,
			   process->cpu_s, (double)process->memory.rss_kib / 1024, (double)process->memory.pss_kib / 1024,
			   (double)process->memory.private_kib / 1024);
	}
	counts_print(round);
	heaviest_print(round);
	faults_print(&round->faults);
	fflush(stdout);
}

/* --- goals --- */

struct goal {
	const char *what, *unit;
	double limit;
	bool at_least;
	double measured;
};

static void goal_add(struct report *report, const char *where, const struct goal *goal)
{
	cJSON *json = cJSON_CreateObject();
	bool met = goal->at_least ? goal->measured >= goal->limit : goal->measured <= goal->limit;
	cJSON_AddItemToArray(report->goals, json);
	cJSON_AddStringToObject(json, "round", where);
	cJSON_AddStringToObject(json, "what", goal->what);
	cJSON_AddStringToObject(json, "unit", goal->unit);
	cJSON_AddBoolToObject(json, "at_least", goal->at_least);
	cJSON_AddNumberToObject(json, "goal", goal->limit);
	cJSON_AddNumberToObject(json, "measured", goal->measured);
	cJSON_AddBoolToObject(json, "met", met);
	report->goals_missed += !met;
}

#define AT_MOST(report, where, text, most, of, found)                                                                  \
	goal_add((report), (where), &(struct goal){.what = (text), .limit = (most), .unit = (of), .measured = (found)})
#define AT_LEAST(report, where, text, least, of, found)                                                                \
	goal_add((report), (where),                                                                                        \
			 &(struct goal){.what = (text), .limit = (least), .unit = (of), .measured = (found), .at_least = true})

static void share_goals(struct report *report, const char *where, const struct round *round)
{
	for (unsigned i = 0; i < round->reference_count; i++) {
		const struct run *reference = &round->reference[i];
		char what[96];
		double theirs = run_deliveries_per_cpu_s(reference);
		if (theirs <= 0 || (reference->flush_ms == 0 && reference->processes > 1))
			continue;
		snprintf(what, sizeof what, "deliveries per CPU s, of %s", reference->name);
		AT_LEAST(report, where, what, 100 * (reference->flush_ms == 0 ? TURN_GOAL : SHARE_GOAL), "%",
				 100 * run_deliveries_per_cpu_s(&round->game) / theirs);
	}
}

static int double_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* One slice that something else disturbed does not count. */
static double slices_median(const double slices[SLICES])
{
	double sorted[SLICES];
	memcpy(sorted, slices, sizeof sorted);
	qsort(sorted, SLICES, sizeof *sorted, double_compare);
	return sorted[SLICES / 2];
}

/* How far it is from the same evening without cuts. */
static void calm_goals(struct report *report, const char *where, const struct round *round)
{
	const struct round *calm = report->calm;
	if (!round->against_calm || calm == NULL || calm->players != round->players || calm->workers != round->workers)
		return;
	AT_MOST(report, where, "step 99 % (median slice), above that without cuts", NOISE_MS, "ms",
			slices_median(round->step_99_ms) - slices_median(calm->step_99_ms));
	AT_MOST(report, where, "ping 99 % (median slice), above that without cuts", NOISE_MS, "ms",
			slices_median(round->ping_99_ms) - slices_median(calm->ping_99_ms));
}

static void evening_goals(struct report *report, const char *where, const struct round *round)
{
	AT_MOST(report, where, "a cut holds the locks, at most", CUT_GOAL_MS, "ms", round->cut_held_us / 1000);
	AT_MOST(report, where, "memory of one player above the segments", PLAYER_GOAL_KIB, "KiB", round->player_kib);
	AT_MOST(report, where, "start until it serves", START_GOAL_MS, "ms", round->start_ms);
	AT_MOST(report, where, "longest ping while a worker is killed", KILLED_GOAL_MS, "ms", round->killed_ms);
}

/* Keeps the two largest evenings that the machine held, bots and all. */
static void evening_keep(struct report *report, const struct round *round)
{
	const struct run *game = &round->game;
	struct evening *largest = report->evening;
	const struct evening this = {.players = round->players,
								 .cores = (game->cpu_s + game->other_cpu_s) / game->figures.seconds};
	if (!round->restless || round->workers != CORES || latency_ms(&game->figures.step, 0.99) > STEP_GOAL_MS ||
		latency_ms(&game->figures.ping, 0.99) > PING_GOAL_MS)
		return;
	if (this.players > largest[0].players) {
		largest[1] = largest[0];
		largest[0] = this;
	} else if (this.players > largest[1].players && this.players < largest[0].players) {
		largest[1] = this;
	}
}

/* The machine holds no more, since the bots take their share of it. The more players on the same maps, the more observers
 * has a step, so processor time grows faster than their number: with a power of it, which two evenings tell. */
static void evenings_extrapolate(struct report *report)
{
	const struct evening *large = &report->evening[0], *small = &report->evening[1];
	char where[80];
	if (small->players == 0 || small->cores <= 0)
		return;
	double power = log(large->cores / small->cores) / log((double)large->players / small->players);
	double cores = large->cores * pow((double)MANY / large->players, power);
	double players = large->players * pow(CORES / large->cores, 1 / power);
	snprintf(where, sizeof where, "from evenings of %u and %u", small->players, large->players);
	printf("\nExtrapolated: %u players took %.2f cores, %u took %.2f, that is players to the power of %.2f; %d would "
		   "take %.1f\ncores, and %.0f cores without the bots would hold %.0f, while each steps 2.5 times a second.\n",
		   small->players, small->cores, large->players, large->cores, power, MANY, cores, CORES, players);
	AT_MOST(report, where, "cores for 10,000 in an evening (extrapolated)", CORES, "", cores);
	AT_LEAST(report, where, "players on two cores (extrapolated)", MANY, "", players);
}

static void round_goals(struct report *report, const struct round *round)
{
	const struct army_faults *faults = &round->faults;
	const struct army_figures *figures = &round->game.figures;
	char where[80];
	uint64_t lost = 0;
	snprintf(where, sizeof where, "%s, %u on %u", round->name, round->players, round->workers);
	for (unsigned i = 0; i < LOSS_COUNT; i++)
		lost += faults->lost[i];
	if (round->fan_out)
		share_goals(report, where, round);
	AT_MOST(report, where, "step to observer, 99 %", STEP_GOAL_MS, "ms", latency_ms(&figures->step, 0.99));
	AT_MOST(report, where, "ping, 99 %", PING_GOAL_MS, "ms", latency_ms(&figures->ping, 0.99));
	calm_goals(report, where, round);
	if (round->evening && !round->calm) {
		evening_goals(report, where, round);
		evening_keep(report, round);
	}
	AT_MOST(report, where, "protocol errors and desyncs", 0, "",
			(double)(faults->protocol_errors + faults->cut_packets + faults->desyncs));
	AT_MOST(report, where, "connections lost", 0, "", (double)lost);
	report->faults += faults->protocol_errors + faults->cut_packets + faults->desyncs + lost > 0;
}

void report_slots(struct report *report, unsigned slots, double reserved_mib, double used_mib)
{
	char where[64];
	snprintf(where, sizeof where, "a start with %u slots", slots);
	AT_MOST(report, where, "memory of all processes, of what is reserved", reserved_mib, "MiB", used_mib);
}

static void goals_print(const struct report *report)
{
	const cJSON *goal;
	printf("\n%-34s %-50s %11s %12s  %s\n", "round", "what", "goal", "measured", "pass");
	cJSON_ArrayForEach(goal, report->goals)
	{
		char limit[32], measured[32];
		const char *unit = cJSON_GetStringValue(cJSON_GetObjectItem(goal, "unit"));
		bool at_least = cJSON_IsTrue(cJSON_GetObjectItem(goal, "at_least"));
		snprintf(limit, sizeof limit, "%s %.0f %s",
				 at_least ? ">=" : "<=", cJSON_GetNumberValue(cJSON_GetObjectItem(goal, "goal")), unit);
		snprintf(measured, sizeof measured, "%.1f %s", cJSON_GetNumberValue(cJSON_GetObjectItem(goal, "measured")),
				 unit);
		printf("%-34s %-50s %11s %12s  %s\n", cJSON_GetStringValue(cJSON_GetObjectItem(goal, "round")),
			   cJSON_GetStringValue(cJSON_GetObjectItem(goal, "what")), limit, measured,
			   cJSON_IsTrue(cJSON_GetObjectItem(goal, "met")) ? "yes" : "NO");
	}
}

/* --- all of it --- */

void report_open(struct report *report, const char *world)
{
	*report = (struct report){.json = cJSON_CreateObject()};
	cJSON_AddNumberToObject(report->json, "unix_s", (double)clock_unix_s());
	cJSON_AddStringToObject(report->json, "world", world);
	report->rounds = cJSON_AddArrayToObject(report->json, "rounds");
	report->goals = cJSON_AddArrayToObject(report->json, "goals");
	puts("What the server does for many clients, and beside it the smallest program that forwards the same steps to as "
		 "many\n"
		 "sockets. obs: observers of a step; CPU s: of the processes that serve clients; d/CPU s: steps that arrived "
		 "on others'\n"
		 "screens, per CPU second; share: the game's part of the reference's. d/read: steps in one piece; a program "
		 "that the\n"
		 "machine keeps waiting sends larger pieces, and is cheaper for it. Latencies contain the army's own delay; "
		 "army ms is\n"
		 "99 % of its turns: where that is long, the machine had other work, and no latency means much.");
}

void report_round(struct report *report, const struct round *round)
{
	round_print(round);
	round_json(report->rounds, round);
	round_goals(report, round);
	if (!round->calm)
		return;
	if (report->calm == NULL)
		report->calm = malloc(sizeof *report->calm);
	if (report->calm == NULL)
		abort();
	*report->calm = *round;
}

bool report_close(struct report *report, const char *path)
{
	evenings_extrapolate(report);
	goals_print(report);
	char *text = cJSON_Print(report->json);
	FILE *file = fopen(path, "we");
	bool written = text != NULL && file != NULL && fputs(text, file) >= 0;
	if (file != NULL)
		written = fclose(file) == 0 && written;
	if (written)
		printf("\n%u goals missed; all figures are in %s\n", report->goals_missed, path);
	else
		fprintf(stderr, "bench: cannot write %s: %s\n", path, strerror(errno));
	free(text);
	free(report->calm);
	report->calm = NULL;
	cJSON_Delete(report->json);
	report->json = NULL;
	return written && report->faults == 0;
}
