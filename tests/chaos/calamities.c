#include "tests/chaos/calamities.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/chaos/chaos.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum { EVERY_CHILD = -1, LEARN_MS = 700, STORE_AWAY_MOST_MS = 2500, WORKERS_MOST = 8, MAX_CONNECTIONS = 600 };

static int roll(struct chaos *chaos, int low, int high)
{
	return rng_range(&chaos->rng, low, high);
}

static void later(struct chaos *chaos, int wait_ms, void (*fn)(struct chaos *chaos, int argument), int argument)
{
	struct calamities *c = &chaos->calamities;
	EXPECT(c->ending_count < ENDINGS_MAX, "more than %d endings", ENDINGS_MAX);
	c->endings[c->ending_count++] =
		(struct ending){.due_ms = clock_mono_ms() + (uint64_t)wait_ms, .fn = fn, .argument = argument};
}

/* --- processes ---------------------------------------------------------------------------------------------------- */

/* Their number changes while the server runs. */
static unsigned workers_now(const struct chaos *chaos)
{
	return (unsigned)game_server_number(chaos->server, "workers");
}

static unsigned some_worker(struct chaos *chaos)
{
	return (unsigned)roll(chaos, 0, (int)workers_now(chaos) - 1);
}

static void death_count(struct chaos *chaos, bool keeper)
{
	if (keeper)
		chaos->report.keeper_deaths++;
	else
		chaos->report.worker_deaths++;
}

/* Whoever lives in that slot right now; nobody, when it is just being born. */
static void child_signal(struct chaos *chaos, unsigned slot, int number)
{
	pid_t pid = game_server_process(chaos->server, slot);
	if (!game_server_has(chaos->server, pid) || kill(pid, number) != 0)
		return;
	if (number == SIGSTOP)
		chaos->report.stops++;
	else
		death_count(chaos, slot == game_server_keeper());
}

static void child_kill(struct chaos *chaos, int slot)
{
	child_signal(chaos, (unsigned)slot, SIGKILL);
}

/* Somebody may have stopped it for good meanwhile. */
static void process_continue(struct chaos *chaos, int pid)
{
	const struct calamities *c = &chaos->calamities;
	bool doomed = false;
	for (unsigned i = 0; i < c->doomed_count; i++)
		doomed |= c->doomed[i] == pid;
	if (!doomed && game_server_has(chaos->server, pid))
		kill(pid, SIGCONT);
}

/* The watchdog will find it. */
static void doomed_add(struct chaos *chaos, pid_t pid)
{
	struct calamities *c = &chaos->calamities;
	EXPECT(c->doomed_count < DOOMED_MAX, "more than %d processes hang", DOOMED_MAX);
	c->doomed[c->doomed_count++] = pid;
}

/* For so long, or (0) until the watchdog kills it. */
static void child_stop(struct chaos *chaos, unsigned slot, int stop_ms)
{
	pid_t pid = game_server_process(chaos->server, slot);
	if (!game_server_has(chaos->server, pid) || kill(pid, SIGSTOP) != 0)
		return;
	chaos->report.stops++;
	if (stop_ms > 0) {
		later(chaos, stop_ms, process_continue, pid);
		return;
	}
	chaos->calamities.blamable = true;
	doomed_add(chaos, pid);
	death_count(chaos, slot == game_server_keeper());
}

static void kill_worker(struct chaos *chaos)
{
	child_signal(chaos, some_worker(chaos), SIGKILL);
}

static void kill_two_workers(struct chaos *chaos)
{
	unsigned slot = some_worker(chaos);
	child_signal(chaos, slot, SIGKILL);
	child_signal(chaos, (slot + 1) % workers_now(chaos), SIGKILL);
}

static void kill_all_workers(struct chaos *chaos)
{
	for (unsigned slot = 0, count = workers_now(chaos); slot < count; slot++)
		child_signal(chaos, slot, SIGKILL);
}

static void kill_all_children(struct chaos *chaos)
{
	kill_all_workers(chaos);
	child_signal(chaos, game_server_keeper(), SIGKILL);
}

static void kill_again_and_again(struct chaos *chaos)
{
	unsigned slot = some_worker(chaos);
	for (int i = 0; i < 5; i++)
		later(chaos, i * roll(chaos, 5, 60), child_kill, (int)slot);
}

static void crash_worker(struct chaos *chaos)
{
	chaos->calamities.blamable = true;
	child_signal(chaos, some_worker(chaos), SIGSEGV);
}

static void stop_worker_shortly(struct chaos *chaos)
{
	child_stop(chaos, some_worker(chaos), roll(chaos, 1, 600));
}

static void stop_all_workers_shortly(struct chaos *chaos)
{
	for (unsigned slot = 0, count = workers_now(chaos); slot < count; slot++)
		child_stop(chaos, slot, roll(chaos, 1, 600));
}

static void stop_worker_for_good(struct chaos *chaos)
{
	child_stop(chaos, some_worker(chaos), 0);
}

static void kill_keeper(struct chaos *chaos)
{
	child_signal(chaos, game_server_keeper(), SIGKILL);
}

static void stop_keeper_shortly(struct chaos *chaos)
{
	child_stop(chaos, game_server_keeper(), roll(chaos, 1, 600));
}

static void stop_keeper_for_good(struct chaos *chaos)
{
	child_stop(chaos, game_server_keeper(), 0);
}

/* --- the store ---------------------------------------------------------------------------------------------------- */

static void store_starts(struct chaos *chaos, int argument)
{
	struct problem why;
	(void)argument;
	EXPECT(redis_server_restart_begin(chaos->redis, &why), "Redis does not start again: %s", why.text);
	chaos->calamities.store_waits = true;
}

static void store_continues(struct chaos *chaos, int argument)
{
	(void)argument;
	redis_server_resume(chaos->redis);
}

static bool store_is_untouched(const struct chaos *chaos)
{
	const struct calamities *c = &chaos->calamities;
	for (unsigned i = 0; i < c->ending_count; i++) {
		if (c->endings[i].fn == store_starts || c->endings[i].fn == store_continues)
			return false;
	}
	return !c->store_waits;
}

static void kill_store(struct chaos *chaos)
{
	if (!store_is_untouched(chaos))
		return;
	redis_server_kill(chaos->redis);
	chaos->report.store_deaths++;
	later(chaos, roll(chaos, 1, STORE_AWAY_MOST_MS), store_starts, 0);
}

static void stop_store(struct chaos *chaos)
{
	if (!store_is_untouched(chaos))
		return;
	redis_server_pause(chaos->redis);
	chaos->report.stops++;
	later(chaos, roll(chaos, 1, STORE_AWAY_MOST_MS), store_continues, 0);
}

/* --- everything --------------------------------------------------------------------------------------------------- */

static void ends_come_now(struct chaos *chaos)
{
	struct calamities *c = &chaos->calamities;
	points_disarm(chaos->server->points);
	c->armed = false;
	for (unsigned i = 0; i < c->ending_count; i++)
		c->endings[i].due_ms = 0;
	CHAOS_UNTIL(chaos, c->ending_count == 0 && !c->store_waits);
}

static void server_begins_again(struct chaos *chaos)
{
	chaos->report.master_deaths++;
	chaos->calamities.doomed_count = 0;
	population_abandoned(chaos);
	strangers_leave(chaos);
	stream_abandoned(chaos);
	installation_put(&chaos->installation, CHAOS_PROGRAM);
	game_server_restart(chaos->server, NULL);
	game_server_audit(chaos->server); /* what the store says, before anybody comes */
	chaos->report.audits++;
}

static void kill_everything(struct chaos *chaos)
{
	ends_come_now(chaos);
	game_server_kill_all(chaos->server);
	server_begins_again(chaos);
}

static void kill_everything_and_store(struct chaos *chaos)
{
	struct problem why;
	ends_come_now(chaos);
	redis_server_kill(chaos->redis);
	chaos->report.store_deaths++;
	game_server_kill_all(chaos->server);
	EXPECT(redis_server_restart(chaos->redis, &why), "Redis does not start again: %s", why.text);
	server_begins_again(chaos);
}

static void kill_master(struct chaos *chaos)
{
	ends_come_now(chaos);
	CHAOS_UNTIL(chaos, calamities_are_noticed(chaos)); /* nobody would find it later */
	game_server_kill_master(chaos->server);
	server_begins_again(chaos);
}

/* --- deaths at a point in the code -------------------------------------------------------------------------------- */

static void arm(struct chaos *chaos, const char *process, const char *point, int skip, int number)
{
	if (chaos->calamities.armed)
		return;
	chaos->calamities.armed = true;
	points_arm(chaos->server->points, process, point, (unsigned)skip, number);
}

static const char *some_point(struct chaos *chaos)
{
	return chaos->calamities.points[roll(chaos, 0, (int)chaos->calamities.point_count - 1)];
}

static const char *worker_process(struct chaos *chaos)
{
	return scenario_text("argentumd:w%u", some_worker(chaos));
}

static void worker_dies_at_a_point(struct chaos *chaos)
{
	arm(chaos, worker_process(chaos), some_point(chaos), roll(chaos, 0, 30), SIGKILL);
}

/* Some of what it is about to change is changed, and the rest is not. */
static void worker_dies_in_a_transaction(struct chaos *chaos)
{
	arm(chaos, worker_process(chaos), "touched", roll(chaos, 0, 40), SIGKILL);
}

static void anybody_dies_anywhere(struct chaos *chaos)
{
	arm(chaos, "", "", roll(chaos, 0, 3000), SIGKILL);
}

static void keeper_dies_at_a_point(struct chaos *chaos)
{
	arm(chaos, "argentumd:keep", "", roll(chaos, 0, 600), SIGKILL);
}

static void worker_crashes_at_a_point(struct chaos *chaos)
{
	chaos->calamities.blamable = true;
	arm(chaos, worker_process(chaos), some_point(chaos), roll(chaos, 0, 30), SIGSEGV);
}

static void worker_hangs_at_a_point(struct chaos *chaos)
{
	chaos->calamities.blamable = true;
	arm(chaos, worker_process(chaos), some_point(chaos), roll(chaos, 0, 30), POINTS_HANG);
}

/* Who cleans up after a dead worker, the next in its slot or whoever meets its locks, dies at that. */
static void who_cleans_up_dies(struct chaos *chaos)
{
	static const char *const points[] = {"repair locked", "settling",        "record undone", "log idle",
										 "life taken",    "life in the log", "settled",       "repair unlocked"};
	if (chaos->calamities.armed)
		return;
	arm(chaos, "", points[roll(chaos, 0, sizeof points / sizeof *points - 1)], 0, SIGKILL);
	for (int i = 0; i < 3; i++)
		later(chaos, i * 40, child_kill, (int)some_worker(chaos));
}

static void strike_look(struct chaos *chaos)
{
	const struct points *points = chaos->server->points;
	if (!chaos->calamities.armed || points_struck(points) == 0)
		return;
	chaos->calamities.armed = false;
	bool keeper = strcmp(points->process, "argentumd:keep") == 0;
	death_count(chaos, keeper);
	chaos->report.point_deaths += !keeper;
	if (points->signal == POINTS_HANG)
		doomed_add(chaos, points_struck(points));
	if (chaos->options->settlement_off)
		game_server_audit(chaos->server);
}

static void point_learn(struct calamities *c, const char name[POINTS_NAME])
{
	for (unsigned i = 0; i < c->point_count; i++) {
		if (strncmp(c->points[i], name, POINTS_NAME) == 0)
			return;
	}
	if (c->point_count < POINTS_KNOWN)
		memcpy(c->points[c->point_count++], name, POINTS_NAME);
}

void calamities_learn_points(struct chaos *chaos)
{
	struct points *points = chaos->server->points;
	points_record(points, "argentumd:w0");
	for (uint64_t until = clock_mono_ms() + LEARN_MS; clock_mono_ms() < until;)
		chaos_turn(chaos);
	points_disarm(points);
	unsigned count = points_recorded(points, "");
	for (unsigned i = 0; i < count && i < POINTS_RECORDS; i++)
		point_learn(&chaos->calamities, points->record[i]);
	EXPECT(chaos->calamities.point_count > 5, "only %u points of the code are passed", chaos->calamities.point_count);
}

/* --- what an operator does ---------------------------------------------------------------------------------------- */

/* All by signal: what comes while another change is under way waits or is refused, and that is part of it. */
static void operator_signal(struct chaos *chaos, int number)
{
	kill(chaos->server->pid, number);
	chaos->report.changes++;
}

const char *calamities_settings(const struct chaos *chaos)
{
	const struct calamities *c = &chaos->calamities;
	return scenario_text("workers: { count = %u; }; limits: { max_connections = %u; packets_per_turn = %u; };",
						 c->workers, c->max_connections, c->packets_per_turn);
}

static void reload(struct chaos *chaos)
{
	game_server_configure(chaos->server, calamities_settings(chaos));
	operator_signal(chaos, SIGHUP);
}

/* New processes take a setting over. */
static void reload_settings(struct chaos *chaos)
{
	chaos->calamities.packets_per_turn = (unsigned)roll(chaos, 20, 60);
	reload(chaos);
}

static void reload_workers(struct chaos *chaos)
{
	chaos->calamities.workers = (unsigned)roll(chaos, 1, WORKERS_MOST);
	reload(chaos);
}

/* A setting that the world is made with: a new generation of the world. */
static void reload_world(struct chaos *chaos)
{
	chaos->calamities.max_connections = (unsigned)roll(chaos, 500, 900);
	reload(chaos);
}

/* The program is replaced by one of tests/armed, and the server told to become it. */
static void upgrade_to(struct chaos *chaos, const char *program)
{
	installation_put(&chaos->installation, program);
	operator_signal(chaos, SIGUSR2);
}

static void upgrade(struct chaos *chaos)
{
	upgrade_to(chaos, CHAOS_PROGRAM);
}

static void upgrade_to_another_layout(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_other_layout");
}

static void upgrade_to_one_that_is_broken(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_broken");
}

static void upgrade_to_one_that_is_helpless(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_helpless");
}

static void upgrade_to_one_that_dies(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_dying");
}

static void upgrade_to_one_without_keeper(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_deaf");
}

static void upgrade_to_another_layout_without_workers(struct chaos *chaos)
{
	upgrade_to(chaos, "tests/armed/argentumd_other_dying");
}

static void one_worker_more(struct chaos *chaos)
{
	operator_signal(chaos, SIGTTIN);
}

static void one_worker_less(struct chaos *chaos)
{
	operator_signal(chaos, SIGTTOU);
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

enum { NEEDS_NOTHING, NEEDS_REDIS = 1 };

static const struct calamity {
	const char *name, *set;
	unsigned weight; /* how often it comes, compared with the others */
	unsigned needs;
	void (*strike)(struct chaos *chaos);
} table[] = {
	{"kill -9 of a worker", "kills", 30, NEEDS_NOTHING, kill_worker},
	{"kill -9 of two workers", "kills", 8, NEEDS_NOTHING, kill_two_workers},
	{"kill -9 of all workers", "kills", 8, NEEDS_NOTHING, kill_all_workers},
	{"kill -9 of all workers and the keeper", "kills", 4, NEEDS_NOTHING, kill_all_children},
	{"kill -9 of one worker, five times", "kills", 4, NEEDS_NOTHING, kill_again_and_again},
	{"a worker crashes", "crashes", 6, NEEDS_NOTHING, crash_worker},
	{"a worker stands still for a while", "stops", 10, NEEDS_NOTHING, stop_worker_shortly},
	{"all workers stand still for a while", "stops", 4, NEEDS_NOTHING, stop_all_workers_shortly},
	{"a worker stands still", "stops", 2, NEEDS_NOTHING, stop_worker_for_good},
	{"kill -9 of the keeper", "keeper", 10, NEEDS_NOTHING, kill_keeper},
	{"the keeper stands still for a while", "keeper", 6, NEEDS_NOTHING, stop_keeper_shortly},
	{"the keeper stands still", "keeper", 2, NEEDS_NOTHING, stop_keeper_for_good},
	{"Redis is killed and comes back", "store", 6, NEEDS_REDIS, kill_store},
	{"Redis stands still for a while", "store", 6, NEEDS_REDIS, stop_store},
	{"kill -9 of everything", "everything", 2, NEEDS_NOTHING, kill_everything},
	{"kill -9 of everything and Redis", "everything", 2, NEEDS_REDIS, kill_everything_and_store},
	{"kill -9 of the master", "everything", 1, NEEDS_NOTHING, kill_master},
	{"settings are reloaded", "changes", 4, NEEDS_NOTHING, reload_settings},
	{"the world is made anew by a reload", "changes", 2, NEEDS_NOTHING, reload_world},
	{"a reload changes the number of workers", "changes", 2, NEEDS_NOTHING, reload_workers},
	{"an upgrade: the same program", "changes", 4, NEEDS_NOTHING, upgrade},
	{"an upgrade: another layout", "changes", 2, NEEDS_NOTHING, upgrade_to_another_layout},
	{"an upgrade: fails its check", "changes", 1, NEEDS_NOTHING, upgrade_to_one_that_is_broken},
	{"an upgrade: cannot take over", "changes", 1, NEEDS_NOTHING, upgrade_to_one_that_is_helpless},
	{"an upgrade: dies after a second", "changes", 2, NEEDS_NOTHING, upgrade_to_one_that_dies},
	{"an upgrade: its keeper is never ready", "changes", 1, NEEDS_NOTHING, upgrade_to_one_without_keeper},
	{"an upgrade: another layout, does not serve", "changes", 1, NEEDS_NOTHING,
	 upgrade_to_another_layout_without_workers},
	{"one worker more", "changes", 3, NEEDS_NOTHING, one_worker_more},
	{"one worker less", "changes", 3, NEEDS_NOTHING, one_worker_less},
	{"a worker dies at a point of the code", "armed", 30, NEEDS_NOTHING, worker_dies_at_a_point},
	{"a worker dies in the middle of a deed", "armed", 15, NEEDS_NOTHING, worker_dies_in_a_transaction},
	{"anybody dies at any point of the code", "armed", 15, NEEDS_NOTHING, anybody_dies_anywhere},
	{"the keeper dies at a point of the code", "armed", 10, NEEDS_NOTHING, keeper_dies_at_a_point},
	{"who cleans up after a dead worker dies", "armed", 10, NEEDS_NOTHING, who_cleans_up_dies},
	{"a worker crashes at a point of the code", "armed crashes", 4, NEEDS_NOTHING, worker_crashes_at_a_point},
	{"a worker hangs at a point of the code", "armed stops", 2, NEEDS_NOTHING, worker_hangs_at_a_point},
};
enum { TABLE = sizeof table / sizeof *table };
_Static_assert((int)TABLE <= (int)CALAMITIES_MAX && (int)TABLE <= (int)REPORT_ROWS, "more room is needed");

void calamities_list(void)
{
	for (unsigned i = 0; i < TABLE; i++)
		printf("  %-16s %-44s %3u%s\n", table[i].set, table[i].name, table[i].weight,
			   table[i].needs == NEEDS_REDIS ? "  (Redis)" : "");
}

static bool calamities_choose(struct calamities *c, const char *name)
{
	bool known = false;
	for (unsigned i = 0; i < TABLE; i++) {
		if (strcmp(table[i].name, name) != 0 && strcmp(table[i].set, name) != 0)
			continue;
		c->chosen[i] = true;
		known = true;
	}
	if (!known)
		fprintf(stderr, "chaos: no calamity and no set of them is called \"%s\"\n", name);
	return known;
}

bool calamities_make(struct chaos *chaos, const char *names)
{
	struct calamities *c = &chaos->calamities;
	*c = (struct calamities){
		.workers = chaos->options->workers, .max_connections = MAX_CONNECTIONS, .packets_per_turn = 20};
	chaos->report.row_count = TABLE;
	char *copy = names != NULL ? strdup(names) : NULL, *rest = copy;
	for (char *name; rest != NULL && (name = strsep(&rest, ",")) != NULL;) {
		if (!calamities_choose(c, name)) {
			free(copy);
			return false;
		}
	}
	free(copy);
	unsigned left = 0;
	for (unsigned i = 0; i < TABLE; i++) {
		chaos->report.rows[i].name = table[i].name;
		c->chosen[i] = (c->chosen[i] || names == NULL) && (table[i].needs != NEEDS_REDIS || chaos->redis != NULL);
		left += c->chosen[i];
	}
	return left > 0;
}

static unsigned calamity_pick(struct chaos *chaos)
{
	const struct calamities *c = &chaos->calamities;
	unsigned sum = 0, row = 0;
	for (unsigned i = 0; i < TABLE; i++)
		sum += c->chosen[i] ? table[i].weight : 0;
	int left = roll(chaos, 0, (int)sum - 1);
	for (;; row++) {
		if (!c->chosen[row])
			continue;
		left -= (int)table[row].weight;
		if (left < 0)
			return row;
	}
}

void calamities_turn(struct chaos *chaos)
{
	struct calamities *c = &chaos->calamities;
	int mean = (int)chaos->options->between_ms;
	if (clock_mono_ms() < c->next_ms)
		return;
	unsigned row = calamity_pick(chaos);
	report_calamity(&chaos->report, row, clock_mono_ms());
	table[row].strike(chaos);
	c->next_ms =
		clock_mono_ms() + (uint64_t)(roll(chaos, 0, 3) > 0 ? roll(chaos, mean / 2, 2 * mean) : roll(chaos, 0, 50));
}

void calamities_follow(struct chaos *chaos)
{
	struct calamities *c = &chaos->calamities;
	uint64_t now = clock_mono_ms();
	if (c->store_waits && redis_server_answers(chaos->redis))
		c->store_waits = false;
	strike_look(chaos);
	for (unsigned i = 0; i < c->ending_count;) {
		struct ending ending = c->endings[i];
		if (now < ending.due_ms) {
			i++;
			continue;
		}
		c->endings[i] = c->endings[--c->ending_count];
		ending.fn(chaos, ending.argument);
	}
}

bool calamities_are_over(const struct chaos *chaos)
{
	return chaos->calamities.ending_count == 0 && !chaos->calamities.store_waits;
}

bool calamities_are_noticed(struct chaos *chaos)
{
	struct calamities *c = &chaos->calamities;
	while (c->doomed_count > 0 && !game_server_has(chaos->server, c->doomed[c->doomed_count - 1]))
		c->doomed_count--;
	return c->doomed_count == 0;
}

void calamities_forget(struct chaos *chaos)
{
	points_disarm(chaos->server->points);
	strike_look(chaos);
	chaos->calamities.armed = false;
}

static unsigned said(const struct chaos *chaos, const char *text)
{
	return game_server_log_count(chaos->server, text);
}

void calamities_count_changes(struct chaos *chaos)
{
	struct report *report = &chaos->report;
	report->upgrades =
		said(chaos, " serves; all processes are new") + said(chaos, " serves, in a new generation of the world");
	report->generations = said(chaos, " of the world serves, ");
	report->resizes = said(chaos, " workers serve now");
	report->put_back = said(chaos, "; the former program (version ") + said(chaos, "; everything is as it was before") +
					   said(chaos, "refused, the running program goes on") +
					   said(chaos, "refused, everything stays as it is");
}
