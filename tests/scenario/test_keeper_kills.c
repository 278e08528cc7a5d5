/* The keeper is killed at every step of a cut, on both stores, while people drop, pick up, leave and come back: nothing is lost,
 * nothing is doubled. And a keeper that stood still at any step while another server took its store overwrites nothing. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"
#include "tests/harness/town.h"

#define KEEPER "argentumd:keep"

enum { LEAVER = 4, STEPS_MAX = 64 };

/* A point of the keeper: how often it is passed in one eventful stretch of play. */
struct step {
	char name[POINTS_NAME];
	unsigned times;
	bool claims; /* only of a keeper that was born into a world that lives */
};

struct steps {
	struct step step[STEPS_MAX];
	unsigned count;
};

static struct town_story *story_new(void)
{
	struct town_story *story = malloc(sizeof *story);
	EXPECT(story != NULL, "out of memory");
	story->count = 0;
	return story;
}

/* He who comes and goes does so; the others do something. */
static void town_stirs(struct town *t, struct town_story *story, unsigned turn)
{
	if (turn % 6 == 5 && t->people[LEAVER] != NULL)
		town_leave(t, LEAVER);
	else if (turn % 6 == 5)
		town_return(t, LEAVER);
	else
		town_act(t, (int)(turn % (TOWN_PEOPLE - 1)));
	if (story != NULL)
		town_story_add(t, story);
}

/* --- which steps there are ------------------------------------------------------------------------------------------------------- */

static bool is_of_the_store(const char *name)
{
	static const char *const parts[] = {"keeper:", "lmdb:", "redis:"};
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strncmp(name, parts[i], strlen(parts[i])) == 0)
			return true;
	}
	return false;
}

static void step_note(struct steps *steps, const char *name)
{
	for (unsigned i = 0; i < steps->count; i++) {
		if (strcmp(steps->step[i].name, name) == 0) {
			steps->step[i].times++;
			return;
		}
	}
	EXPECT(steps->count < STEPS_MAX, "more than %d kinds of steps", STEPS_MAX);
	struct step *step = &steps->step[steps->count++];
	*step = (struct step){.times = 1, .claims = strstr(name, "claim") != NULL};
	memcpy(step->name, name, POINTS_NAME);
}

static pid_t keeper_of(const struct town *t)
{
	return game_server_process(t->server, game_server_keeper());
}

static void keeper_kill(const struct town *t)
{
	pid_t keeper = keeper_of(t);
	EXPECT(keeper > 0 && kill(keeper, SIGKILL) == 0, "the keeper cannot be killed");
	game_server_await_successor(t->server, game_server_keeper(), keeper);
}

/* One life of a keeper, from its birth on: somebody acts, leaves and is gone, comes back. */
static struct steps steps_find(struct town *t)
{
	struct steps steps = {.count = 0};
	points_record(t->server->points, KEEPER);
	keeper_kill(t);
	town_live(t, 10);
	town_leave(t, LEAVER);
	game_server_await_players(t->server, TOWN_PEOPLE - 1);
	town_await_durable(t);
	town_return(t, LEAVER);
	town_await_durable(t);
	points_disarm(t->server->points);
	unsigned recorded = atomic_load(&t->server->points->records);
	for (unsigned i = 0; i < recorded && i < POINTS_RECORDS; i++) {
		if (is_of_the_store(t->server->points->record[i]))
			step_note(&steps, t->server->points->record[i]);
	}
	return steps;
}

static void steps_expect(const struct steps *steps, const char *const *names)
{
	for (; *names != NULL; names++) {
		bool found = false;
		for (unsigned i = 0; i < steps->count; i++)
			found |= strcmp(steps->step[i].name, *names) == 0;
		EXPECT(found, "the keeper does not pass \"%s\"", *names);
	}
}

static const char *const steps_of_all[] = {"keeper: cut taken",
										   "keeper: slots told",
										   "keeper: batch built",
										   "keeper: commit asked",
										   "keeper: commit answered",
										   "keeper: player to settle",
										   "keeper: gone to release",
										   "keeper: cut over",
										   "keeper: claim answered",
										   "keeper: claim to be noted",
										   NULL};
static const char *const steps_of_lmdb[] = {"lmdb: before put", "lmdb: after put", "lmdb: before commit",
											"lmdb: after commit", NULL};
static const char *const steps_of_redis[] = {"redis: fence judged", "redis: sending a part", "redis: executed", NULL};

/* --- killing at each ---------------------------------------------------------------------------------------------------------------- */

struct killing {
	struct town t;
	struct town_wealth wealth;
	struct town_story *story;
	unsigned kills, turn;
};

/* Plays until the keeper was struck there. */
static void keeper_dies_at(struct killing *k, const struct step *step, unsigned skip)
{
	struct points *points = k->t.server->points;
	pid_t keeper = keeper_of(&k->t);
	points_arm(points, KEEPER, step->name, skip, SIGKILL);
	if (step->claims)
		kill(keeper, SIGKILL);
	uint64_t until = scenario_deadline();
	while (points_struck(points) == 0) {
		if (k->story->count < TOWN_MOMENTS / 2)
			town_stirs(&k->t, k->story, k->turn++);
		else
			town_stirs(&k->t, NULL, k->turn++); /* a slow machine: the story is begun anew below */
		scenario_look_again(until, __FILE__, __LINE__, step->name);
	}
	k->kills++;
}

/* All are there, and so is everything; who left and came back has his name. */
static void all_is_well(struct killing *k)
{
	if (k->t.people[LEAVER] == NULL)
		town_return(&k->t, LEAVER);
	town_story_begin(&k->t, k->story);
	town_expect_wealth(k->t.server, &k->wealth);
	bots_expect_good();
}

/* Each occurrence would take hours: the first, the last and one in between. */
static unsigned occurrences(const struct step *step, unsigned skips[3])
{
	unsigned n = 0, last = step->times - 1;
	skips[n++] = 0;
	if (last > 1 && !step->claims)
		skips[n++] = last / 7 + 1;
	if (last > 3 && !step->claims)
		skips[n++] = last / 3 + 1;
	return n;
}

static void whole_server_dies_too(struct killing *k)
{
	if (k->story->count >= TOWN_MOMENTS / 2)
		all_is_well(k); /* what was done since is not told by the story */
	town_crash(&k->t, k->story, &k->wealth, NULL, NULL);
	town_story_begin(&k->t, k->story);
}

static void keeper_is_killed_at_every_step(const struct redis_server *redis, uint64_t seed)
{
	enum { CRASH_EVERY = 7 };
	const char *const settings[] = {"workers.respawn_pause_max_ms=20", NULL};
	struct killing k = {.story = story_new()};
	k.t = town_make(&(struct game_server_options){.redis = redis, .armed = true, .settings = settings}, seed);
	k.t.server->errors_expected = true; /* each death is logged as one */
	town_live(&k.t, 20);
	struct steps steps = steps_find(&k.t);
	steps_expect(&steps, steps_of_all);
	steps_expect(&steps, redis != NULL ? steps_of_redis : steps_of_lmdb);
	k.wealth = town_wealth_of(k.t.server);
	all_is_well(&k);
	for (unsigned i = 0; i < steps.count; i++) {
		unsigned skips[3], n = occurrences(&steps.step[i], skips);
		for (unsigned o = 0; o < n; o++) {
			keeper_dies_at(&k, &steps.step[i], skips[o]);
			if (k.kills % CRASH_EVERY == 0)
				whole_server_dies_too(&k);
			else if (o + 1 == n)
				all_is_well(&k);
		}
	}
	all_is_well(&k);
	town_crash(&k.t, k.story, &k.wealth, NULL, NULL);
	print_message("          killed %u times at %u kinds of steps\n", k.kills, steps.count);
	game_server_stop(k.t.server);
	free(k.story);
}

static void whatever_step_the_keeper_dies_at_nothing_is_lost_or_doubled_in_lmdb(void **state)
{
	(void)state;
	keeper_is_killed_at_every_step(NULL, 21);
}

static void whatever_step_the_keeper_dies_at_nothing_is_lost_or_doubled_in_redis(void **state)
{
	(void)state;
	keeper_is_killed_at_every_step(scenario_redis(), 22);
}

/* --- restoring -------------------------------------------------------------------------------------------------------------------------- */

/* A start that dies on the way is no start; the next one comes to the same. */
static void restoring_is_killed_at_every_step(const struct redis_server *redis, uint64_t seed)
{
	static const char *const steps[] = {"restore: claimed",
										"restore: ground planned",
										"restore: ground in the world",
										"restore: before the store is told",
										"restore: store told",
										"restore: realm in the world"};
	struct killing k = {.story = story_new()};
	k.t = town_make(&(struct game_server_options){.redis = redis, .armed = true}, seed);
	k.t.server->errors_expected = true;
	town_live(&k.t, 60);
	BOT_SEND(k.t.people[1], DROP, .slot = k.t.carried, .amount = 1); /* so that there is a ground to restore */
	bot_sync(k.t.people[1]);
	k.wealth = town_wealth_of(k.t.server);
	town_story_begin(&k.t, k.story);
	game_server_kill_all(k.t.server);
	town_forget(&k.t);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		points_arm(k.t.server->points, KEEPER, steps[i], 0, SIGKILL);
		game_server_begin(k.t.server);
		int status = game_server_await_end(k.t.server);
		EXPECT(status == 1, "a start whose keeper died at \"%s\" ended with %d instead of 1", steps[i], status);
		EXPECT(points_struck(k.t.server->points) != 0, "nobody came to \"%s\"", steps[i]);
	}
	game_server_restart(k.t.server, NULL);
	town_enter(&k.t);
	struct moment now = town_look(&k.t);
	town_moment_find(k.story->moments, k.story->count, &now);
	town_expect_wealth(k.t.server, &k.wealth);
	game_server_stop(k.t.server);
	free(k.story);
}

static void starts_that_die_while_they_restore_change_nothing_in_lmdb(void **state)
{
	(void)state;
	restoring_is_killed_at_every_step(NULL, 23);
}

static void starts_that_die_while_they_restore_change_nothing_in_redis(void **state)
{
	(void)state;
	restoring_is_killed_at_every_step(scenario_redis(), 24);
}

/* --- two servers, one store ------------------------------------------------------------------------------------------------------------ */

enum { EXIT_NOT_IN_ORDER = 3, EXIT_CANNOT_START = 1 };

/* Another server on the store of the first one; it is not started yet. */
static struct game_server *rival_make(const struct game_server *first)
{
	const char *const settings[] = {scenario_text("store.path=%s", first->data), "store.cut_interval_ms=50",
									"intervals.logout_s=0", NULL};
	struct game_server *rival =
		game_server_make(&(struct game_server_options){.settings = settings, .redis = first->redis, .armed = true});
	rival->errors_expected = true;
	return rival;
}

/* The rival is there, its people play, and what they did is durable. */
static void rival_plays(struct town *rival, struct town_story *story)
{
	town_enter(rival);
	town_live(rival, 20);
	town_story_begin(rival, story);
}

/* The fenced one goes on, or its keeper dies: it must end by itself, and touch nothing. */
static void first_must_end(struct town *first, pid_t keeper, int signal)
{
	kill(keeper, signal);
	kill(keeper, SIGCONT);
	int status = game_server_await_end(first->server);
	EXPECT(status == EXIT_NOT_IN_ORDER, "the server whose store was taken ended with %d instead of %d", status,
		   EXIT_NOT_IN_ORDER);
	EXPECT(game_server_log_has(first->server, "another server has taken it over"), "the log does not say why it ended");
	town_forget(first);
}

/* At this step the keeper of the first stands still; the rival takes the store; then the first one goes on. */
static void store_is_taken_at(struct town *first, struct town *rival, struct town_story *story, const char *step,
							  unsigned skip, int signal)
{
	struct points *points = first->server->points;
	pid_t keeper = keeper_of(first);
	unsigned turn = 0;
	uint64_t until = scenario_deadline();
	town_await_durable(first);
	points_arm(points, KEEPER, step, skip, SIGSTOP);
	while (points_struck(points) == 0) {
		town_act(first, (int)(turn++ % TOWN_PEOPLE));
		scenario_look_again(until, __FILE__, __LINE__, step);
	}
	town_live(first, 10);
	unsigned fenced = game_server_log_count(rival->server, "must not write any more");
	game_server_restart(rival->server, NULL);
	rival_plays(rival, story);
	first_must_end(first, keeper, signal);
	struct town_wealth wealth = town_wealth_of(rival->server);
	town_crash(rival, story, &wealth, NULL, NULL);
	EXPECT_EQUAL("times the newer server was fenced",
				 game_server_log_count(rival->server, "must not write any more") - fenced, 0);
}

static void a_server_whose_store_was_taken_overwrites_nothing_whatever_step_it_stood_at(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		unsigned skip;
		int signal;
	} steps[] = {{"keeper: batch built", 0, SIGCONT},     {"redis: fence judged", 0, SIGCONT},
				 {"redis: sending a part", 3, SIGCONT},   {"redis: sending a part", 12, SIGCONT},
				 {"keeper: commit answered", 0, SIGCONT}, {"redis: fence judged", 0, SIGKILL},
				 {"redis: executed", 0, SIGKILL}};
	struct town_story *story = story_new();
	struct town towns[2];
	towns[0] = town_make(&(struct game_server_options){.redis = scenario_redis(), .armed = true}, 25);
	towns[1] = towns[0];
	memset(towns[1].people, 0, sizeof towns[1].people);
	towns[0].server->errors_expected = true;
	towns[1].server = rival_make(towns[0].server);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
		store_is_taken_at(&towns[i % 2], &towns[1 - i % 2], story, steps[i].name, steps[i].skip, steps[i].signal);
	free(story);
}

static void an_embedded_store_stays_with_who_has_it_while_he_stands_still(void **state)
{
	(void)state;
	struct killing k = {.story = story_new()};
	k.t = town_make(&(struct game_server_options){.armed = true}, 26);
	k.t.server->errors_expected = true;
	struct game_server *rival = rival_make(k.t.server);
	pid_t keeper = keeper_of(&k.t);
	k.wealth = town_wealth_of(k.t.server);
	town_story_begin(&k.t, k.story);
	points_arm(k.t.server->points, KEEPER, "lmdb: before commit", 0, SIGSTOP);
	while (points_struck(k.t.server->points) == 0)
		town_stirs(&k.t, k.story, k.turn++);
	game_server_set(rival, "store.start_timeout_ms=200");
	game_server_begin(rival);
	EXPECT_EQUAL("exit status of the second server", game_server_await_end(rival), EXIT_CANNOT_START);
	EXPECT(game_server_log_has(rival, scenario_text("is in use by process %d", (int)keeper)),
		   "the second server does not say who has the store");
	kill(keeper, SIGCONT);
	all_is_well(&k);
	town_crash(&k.t, k.story, &k.wealth, NULL, NULL);
	game_server_stop(k.t.server);
	free(k.story);
}

static void an_embedded_store_that_was_taken_between_two_keepers_is_left_alone(void **state)
{
	(void)state;
	struct town_story *story = story_new();
	struct town first = town_make(&(struct game_server_options){.armed = true}, 27), rival = first;
	first.server->errors_expected = true;
	rival.server = rival_make(first.server);
	memset(rival.people, 0, sizeof rival.people);
	town_live(&first, 20);
	town_await_durable(&first);
	/* its keeper dies, and the successor is slow: the second server is quicker at the lock */
	points_arm(first.server->points, KEEPER, "life taken", 0, SIGSTOP);
	kill(keeper_of(&first), SIGKILL);
	pid_t newborn = game_server_await_strike(first.server);
	town_live(&first, 20);
	game_server_restart(rival.server, NULL);
	rival_plays(&rival, story);
	first_must_end(&first, newborn, SIGCONT);
	struct town_wealth wealth = town_wealth_of(rival.server);
	town_crash(&rival, story, &wealth, NULL, NULL);
	game_server_stop(rival.server);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(whatever_step_the_keeper_dies_at_nothing_is_lost_or_doubled_in_lmdb),
		SCENARIO(whatever_step_the_keeper_dies_at_nothing_is_lost_or_doubled_in_redis),
		SCENARIO(starts_that_die_while_they_restore_change_nothing_in_lmdb),
		SCENARIO(starts_that_die_while_they_restore_change_nothing_in_redis),
		SCENARIO(a_server_whose_store_was_taken_overwrites_nothing_whatever_step_it_stood_at),
		SCENARIO(an_embedded_store_stays_with_who_has_it_while_he_stands_still),
		SCENARIO(an_embedded_store_that_was_taken_between_two_keepers_is_left_alone),
	};
	return SCENARIOS_RUN(tests);
}
