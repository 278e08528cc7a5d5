/* chaos.c - the program: one run on each store. `chaos --help` says how it is called. */
#include "tests/chaos/chaos.h"

#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum {
	TURN_MS = 2,
	DEADLINE_MS = 90000,
	ROUND_LOW_MS = 3000, /* from rest to rest */
	ROUND_HIGH_MS = 9000,
	PROGRESS_MS = 10000,
};

static struct chaos chaos;             /* the run that is on; too large for the stack */
static volatile sig_atomic_t unwanted; /* Ctrl-C: the run ends in order, before its time */

static void interrupted(int number)
{
	(void)number;
	unwanted = 1;
}

void chaos_turn(struct chaos *c)
{
	calamities_follow(c);
	population_turn(c);
	strangers_turn(c);
	stream_turn(c);
	bots_receive(TURN_MS);
}

uint64_t chaos_deadline(void)
{
	return clock_mono_ms() + DEADLINE_MS;
}

/* --- a run -------------------------------------------------------------------------------------------------------- */

/* The limits on what one player may do are those of the shipped configuration. What the harness sets besides is in
 * game_server.c, usual_settings: cheap passwords, no limits per address, since all come from one; a second to leave an unsafe
 * place; ten cuts a second. The ladder is off: crashes come from outside here, and would be taken for those of a map or world
 * that has to be made anew. */
static void server_start(struct chaos *c)
{
	const char *const settings[] = {
		scenario_start(region_yard_middle(&c->region)),
		"game.start_kit=pyao",
		"game.start_gold=5000",
		"rules.strike_stamina=0", /* they lose their clothes all the time, and who is naked gets tired */
		"rules.experience_percent=2000",
		"workers.respawn_pause_max_ms=200",  /* who is killed all the time comes back all the same */
		"workers.heartbeat_timeout_ms=3000", /* not to take a busy machine for one that hangs */
		"workers.ladder_map_deaths=0",
		"workers.ladder_world_deaths=0",
		"workers.kept_out_s=0",
		"world.ring_kb=256", /* nobody is lapped while a worker stands still */
		"limits.jobs_queue=400",
		"workers.max=8",
		"workers.probation_ms=2000", /* a program that dies after a second is found */
		"workers.ready_timeout_ms=4000",
		"workers.generation_timeout_s=10",
		NULL};
	installation_make(&c->installation);
	installation_put(&c->installation, CHAOS_PROGRAM);
	c->server = game_server_start(&(struct game_server_options){.settings = settings,
																.redis = c->redis,
																.workers = c->options->workers,
																.workers_by_file = true,
																.config = calamities_settings(c),
																.program = c->installation.program,
																.armed = true,
																.settlement_off = c->options->settlement_off});
	c->server->errors_expected = true; /* each death is logged as one */
}

static void progress_tell(struct chaos *c, uint64_t *next_ms)
{
	if (clock_mono_ms() < *next_ms)
		return;
	*next_ms = clock_mono_ms() + PROGRESS_MS;
	population_count_bytes(c);
	report_progress(&c->report, population_playing(&c->population));
}

static void round_run(struct chaos *c, uint64_t until_ms, uint64_t *progress_ms)
{
	while (clock_mono_ms() < until_ms && !unwanted) {
		chaos_turn(c);
		calamities_turn(c);
		progress_tell(c, progress_ms);
	}
	if (c->options->settlement_off)
		game_server_audit(c->server);
	else
		chaos_rest(c);
}

static void run(const struct chaos_options *options, const char *store, struct redis_server *redis)
{
	struct chaos *c = &chaos;
	memset(c, 0, sizeof *c);
	c->options = options;
	c->redis = redis;
	c->report.store = store;
	c->report.began_ms = clock_mono_ms();
	rng_seed(&c->rng, options->seed);
	region_find(&c->region);
	EXPECT(calamities_make(c, options->calamities), "no calamity is left to choose from");
	server_start(c);
	chaos_measure_without(c);
	population_make(c);
	strangers_make(c);
	stream_make(c);
	chaos_rest(c);
	calamities_learn_points(c);
	chaos_rest(c);

	uint64_t now = clock_mono_ms(), end = now + (uint64_t)options->seconds * 1000, progress = now;
	while ((now = clock_mono_ms()) < end && !unwanted) {
		uint64_t until = now + (uint64_t)rng_range(&c->rng, ROUND_LOW_MS, ROUND_HIGH_MS);
		round_run(c, until < end ? until : end, &progress);
	}
	c->report.finished = true;
	game_server_stop(c->server);
}

static void chaos_on_the_embedded_store(void **state)
{
	run(*state, "LMDB", NULL);
}

static void chaos_on_redis(void **state)
{
	run(*state, "Redis", scenario_redis());
}

/* After the run, however it ended: what the audit says, if anybody is left to ask. Then all is taken away. */
static int run_setup(void **state)
{
	return scenario_setup(state);
}

static void log_keep(const struct chaos *c)
{
	const char *path = scenario_text("%s/chaos-%s.log", c->options->log, c->redis != NULL ? "redis" : "lmdb");
	char bytes[65536];
	FILE *from = fopen(c->server->log, "re"), *to = fopen(path, "we");
	if (from == NULL || to == NULL)
		fprintf(stderr, "chaos: cannot keep the log as %s\n", path);
	for (size_t n; from != NULL && to != NULL && (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
		fwrite(bytes, 1, n, to);
	if (from != NULL)
		fclose(from);
	if (to != NULL)
		fclose(to);
}

static int run_teardown(void **state)
{
	if (chaos.server != NULL) {
		if (chaos.options->log != NULL)
			log_keep(&chaos);
		chaos.report.ended_ms = clock_mono_ms();
		population_count_bytes(&chaos);
		calamities_count_changes(&chaos);
		report_table(&chaos.report);
		if (!chaos.report.finished)
			printf("the last calamity was: %s; the same again, nearly: --seed %llu\n",
				   chaos.report.rows[report_last_row(&chaos.report)].name, (unsigned long long)chaos.options->seed);
	}
	chaos.server = NULL;
	int status = scenario_teardown(state);
	installation_remove(&chaos.installation);
	return status;
}

/* --- the command line --------------------------------------------------------------------------------------------- */

static void usage(FILE *to)
{
	fprintf(to, "chaos [options]: players on a server whose processes die all the time\n"
				"  --seconds N         how long, on each store (60)\n"
				"  --seed N            of everything that is random (the time)\n"
				"  --store NAME        lmdb, redis, or both (both)\n"
				"  --players N         at the beginning; a quarter more come (60)\n"
				"  --workers N         (4)\n"
				"  --between-ms N      mean time between two calamities (700)\n"
				"  --calamities A,B    names or sets, see --list (all)\n"
				"  --hunters           all of them go where creatures live and fight them, but for ten who talk\n"
				"  --log FOLDER        keeps the server's log there\n"
				"  --settlement-off    what the dead leave half done stays so: the audit has to find it\n"
				"  --list              the calamities: set, name, weight\n"
				"exit status: 0 nothing was found, 1 something was, 2 wrong call\n");
}

static bool number_take(const char *text, unsigned lowest, unsigned highest, unsigned *number)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text || value < lowest || value > highest) {
		fprintf(stderr, "chaos: \"%s\": a number from %u to %u is needed\n", text, lowest, highest);
		return false;
	}
	*number = (unsigned)value;
	return true;
}

static bool store_take(const char *text, struct chaos_options *options)
{
	options->lmdb = strcmp(text, "redis") != 0;
	options->redis = strcmp(text, "lmdb") != 0;
	if (strcmp(text, "redis") == 0 || strcmp(text, "lmdb") == 0 || strcmp(text, "both") == 0)
		return true;
	fprintf(stderr, "chaos: there is no store \"%s\"\n", text);
	return false;
}

enum {
	OPTION_SECONDS = 1,
	OPTION_SEED,
	OPTION_STORE,
	OPTION_PLAYERS,
	OPTION_WORKERS,
	OPTION_BETWEEN,
	OPTION_CALAMITIES,
	OPTION_HUNTERS,
	OPTION_LOG,
	OPTION_SETTLEMENT_OFF,
	OPTION_LIST,
	OPTION_HELP
};

static bool option_take(int option, const char *text, struct chaos_options *o)
{
	unsigned seed;
	switch (option) {
	case OPTION_SECONDS:
		return number_take(text, 1, 1000000, &o->seconds);
	case OPTION_SEED:
		if (!number_take(text, 0, UINT32_MAX, &seed))
			return false;
		o->seed = seed;
		return true;
	case OPTION_STORE:
		return store_take(text, o);
	case OPTION_PLAYERS:
		return number_take(text, 2, POPULATION_MAX * 4 / 5, &o->players);
	case OPTION_WORKERS:
		return number_take(text, 1, 32, &o->workers);
	case OPTION_BETWEEN:
		return number_take(text, 1, 1000000, &o->between_ms);
	case OPTION_CALAMITIES:
		o->calamities = text;
		return true;
	case OPTION_HUNTERS:
		o->hunters = true;
		return true;
	case OPTION_LOG:
		o->log = text;
		return true;
	case OPTION_SETTLEMENT_OFF:
		o->settlement_off = true;
		return true;
	default:
		return false;
	}
}

/* Returns -1, or the status with which the program is to end. */
static int options_take(int argc, char **argv, struct chaos_options *options)
{
	static const struct option longs[] = {{"seconds", 1, NULL, OPTION_SECONDS},
										  {"seed", 1, NULL, OPTION_SEED},
										  {"store", 1, NULL, OPTION_STORE},
										  {"players", 1, NULL, OPTION_PLAYERS},
										  {"workers", 1, NULL, OPTION_WORKERS},
										  {"between-ms", 1, NULL, OPTION_BETWEEN},
										  {"calamities", 1, NULL, OPTION_CALAMITIES},
										  {"hunters", 0, NULL, OPTION_HUNTERS},
										  {"log", 1, NULL, OPTION_LOG},
										  {"settlement-off", 0, NULL, OPTION_SETTLEMENT_OFF},
										  {"list", 0, NULL, OPTION_LIST},
										  {"help", 0, NULL, OPTION_HELP},
										  {NULL, 0, NULL, 0}};
	for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
		if (option == OPTION_HELP) {
			usage(stdout);
			return 0;
		}
		if (option == OPTION_LIST) {
			calamities_list();
			return 0;
		}
		if (!option_take(option, optarg, options)) {
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 2;
	}
	if (options->settlement_off && options->calamities == NULL)
		options->calamities = "a worker dies in the middle of a deed";
	return -1;
}

int main(int argc, char **argv)
{
	struct chaos_options options = {.seconds = 60,
									.seed = (uint64_t)time(NULL) % 1000000,
									.players = 60,
									.workers = 4,
									.between_ms = 700,
									.lmdb = true,
									.redis = true};
	int status = options_take(argc, argv, &options);
	if (status >= 0)
		return status;
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	const struct CMUnitTest runs[] = {
		cmocka_unit_test_prestate_setup_teardown(chaos_on_the_embedded_store, run_setup, run_teardown, &options),
		cmocka_unit_test_prestate_setup_teardown(chaos_on_redis, run_setup, run_teardown, &options),
	};
	printf("chaos: seed %llu, %u players, %u workers, %u s on each store\n", (unsigned long long)options.seed,
		   options.players, options.workers, options.seconds);
	fflush(stdout);
	int found = 0;
	if (options.lmdb)
		found += _cmocka_run_group_tests("chaos", &runs[0], 1, NULL, NULL);
	if (options.redis && !unwanted)
		found += _cmocka_run_group_tests("chaos", &runs[1], 1, NULL, NULL);
	return found == 0 ? 0 : 1;
}
