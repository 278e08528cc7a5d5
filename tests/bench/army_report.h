/* army_report.h - what the bench of the army found: a table for people, bench.json for programs, goals with what was measured. */
#ifndef ARGENTUM_BENCH_ARMY_REPORT_H
#define ARGENTUM_BENCH_ARMY_REPORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/bench/army.h"
#include "tests/bench/processes.h"

struct cJSON;

enum { REPORT_PROCESSES_MAX = 40, ROUND_REFERENCES = 4, SLICES = 5, HEAVIEST = 5 };

/* One program under one load, measured. */
struct run {
	char name[48]; /* "game", "every turn, 1 process", ... */
	unsigned processes;
	unsigned flush_ms;  /* references: 0 = every turn */
	double cpu_s;       /* of the processes that serve clients */
	double other_cpu_s; /* game: master and keeper */
	struct army_figures figures;
};

struct served_process {
	char name[24];
	pid_t pid;
	double cpu_s;
	struct process_memory memory;
};

/* What the server counts (layout.h, COUNTERS), by the names of its counters. */
enum served_count {
	SERVED_TURNS,
	SERVED_TRANSACTIONS,
	SERVED_RING_ENTRIES,
	SERVED_SENDS,
	SERVED_BYTES_OUT,
	SERVED_WAKEUPS,
	SERVED_COUNTS,
};
extern const char *const served_count_names[SERVED_COUNTS];

/* A packet of clients, and how long it held locks since the server's start (common/world/traffic.h). */
struct heavy_packet {
	char name[32]; /* "" = there is none */
	double count, held_ms, mean_us, within_99_us, longest_us;
};

/* One load: the game, and the references beside it. */
struct round {
	char name[48];
	unsigned players, workers;
	bool fan_out; /* of pacers: goals for its share of the reference */
	bool evening;
	bool restless;     /* ... of players who all walk without a pause: what more of them would take is extrapolated */
	bool calm;         /* without cuts: what comes next is compared with it */
	bool against_calm; /* is compared with the last one without cuts, of as many players on as many workers */
	struct run game;
	struct run reference[ROUND_REFERENCES];
	unsigned reference_count;
	double step_99_ms[SLICES], ping_99_ms[SLICES]; /* of each slice */
	struct latency login;
	struct army_faults faults;
	struct served_process process[REPORT_PROCESSES_MAX];
	unsigned process_count;
	double counts[SERVED_COUNTS];           /* while the army was measured */
	struct heavy_packet heaviest[HEAVIEST]; /* those that held locks longest in sum */
	double start_ms;                        /* the server's start, until it served */
	double cut_held_us;                     /* longest time that a cut held all locks */
	double player_kib;                      /* memory of the processes above the segments, for one player */
	double killed_ms;                       /* longest ping when a worker was killed; 0 = nobody was */
};

double run_deliveries_per_cpu_s(const struct run *run);
double run_observers(const struct run *run); /* of a step, on average */

struct report {
	struct cJSON *json;
	struct cJSON *rounds, *goals;
	unsigned goals_missed, faults;
	struct round *calm; /* the last round without cuts */
	struct evening {
		unsigned players;
		double cores;
	} evening[2]; /* the two largest on two workers that met the goals for latency, the larger one first */
};

void report_open(struct report *report, const char *world);
void report_round(struct report *report, const struct round *round);

/* A start with room for so many players: what is reserved, and what the processes then use. */
void report_slots(struct report *report, unsigned slots, double reserved_mib, double used_mib);

/* Prints the goals, writes the file. Returns whether nothing was wrong; a goal that was missed is nothing wrong. */
bool report_close(struct report *report, const char *path);

#endif
