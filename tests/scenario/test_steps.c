/* A client takes its steps before the server has heard of them. However late a worker hears, and whatever it says meanwhile of
 * where somebody is: in the end he is where his own client shows him, and where the others see him. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/scenario.h"

enum {
	NOWHERE = 9,    /* a heading that is none: such a step is refused, and answered with the place */
	SLOT_BLACK = 6, /* of the start kit of the other server: who drinks it dies */
};

/* Ana walks, Berta looks on. */
static struct walk {
	struct game_server *server;
	struct bot *ana, *berta;
	pid_t worker; /* Ana's */
} walk;

static void walk_begin(struct place at, const struct game_server_options *options, const char *const *more)
{
	const char *settings[8] = {scenario_start(at), "workers.heartbeat_timeout_ms=600000"};
	struct game_server_options wanted = *options;
	for (unsigned i = 0; more != NULL && more[i] != NULL; i++)
		settings[2 + i] = more[i];
	wanted.settings = settings;
	walk.server = game_server_start(&wanted);
	walk.ana = bot_create(walk.server, "Ana", 0);
	walk.berta = bot_create(walk.server, "Berta", (int)options->workers - 1);
	bot_sync(walk.ana);
	walk.worker = game_server_process(walk.server, 0);
}

static void worker_stands_still(void)
{
	kill(walk.worker, SIGSTOP);
	EVENTUALLY(game_server_process_state(walk.worker) == 'T');
}

/* Whichever way is free, but for one. */
static void steps_aside(struct bot *bot, int not_there)
{
	int heading = HEADING_NORTH;
	while (heading <= HEADING_WEST && (heading == not_there || !bot_can_step(bot, heading)))
		heading++;
	EXPECT(heading <= HEADING_WEST && bot_step(bot, heading), "%s cannot step", bot->name);
}

static void ana_is_where_she_is_seen(void)
{
	bot_sync(walk.ana);
	bot_sync(walk.berta);
	struct place is = bot_place(walk.ana);
	const struct bot_character *seen = bot_find_name(walk.berta, "Ana");
	EXPECT(seen != NULL, "Berta does not see Ana");
	EXPECT(seen->x == is.x && seen->y == is.y, "Ana is on (%d,%d), Berta sees her on (%d,%d)", is.x, is.y, seen->x,
		   seen->y);
	bots_expect_good();
}

static void walk_end(void)
{
	ana_is_where_she_is_seen();
	game_server_stop(walk.server);
}

static void a_step_under_way_while_another_is_refused_is_answered_with_the_place(void **state)
{
	(void)state;
	walk_begin(scenario_clearing(4, 4, true), &(struct game_server_options){.workers = 1}, NULL);
	worker_stands_still();
	BOT_SEND(walk.ana, WALK, .heading = NOWHERE);
	steps_aside(walk.ana, 0);
	kill(walk.worker, SIGCONT);
	walk_end();
}

/* What is said of her place on the new map before she sees it is older than what she sees then. */
static void steps_under_way_while_the_map_changes_are_where_the_new_map_shows_them(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	walk_begin(crossing.here, &(struct game_server_options){.workers = 1}, NULL);
	bot_step(walk.berta, crossing.out);
	bot_until(walk.berta, walk.berta->map == crossing.there.map);
	bot_sync(walk.ana);
	worker_stands_still();
	bot_step(walk.ana, crossing.out);
	BOT_SEND(walk.ana, WALK, .heading = NOWHERE);
	steps_aside(walk.ana, crossing.back);
	kill(walk.worker, SIGCONT);
	bot_until(walk.ana, walk.ana->map == crossing.there.map);
	walk_end();
}

/* As the living may do: the client goes at once. */
static void steps_onto(struct bot *bot, int x, int y)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	struct bot_character *self = bot_find(bot, bot->self);
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		if (self->x + dx[heading] != x || self->y + dy[heading] != y)
			continue;
		self->x = x;
		self->y = y;
		BOT_SEND(bot, WALK, .heading = heading);
		return;
	}
	EXPECT(false, "%s does not stand beside (%d,%d)", bot->name, x, y);
}

/* A ghost is pushed on its new map before its worker has shown it that map: it sees itself where it was pushed to, and is not
 * told to go there once more. */
static void a_ghost_that_is_pushed_while_the_map_changes_is_pushed_once(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	walk_begin(crossing.here, &(struct game_server_options){.workers = 2, .armed = true},
			   (const char *const[]){"game.start_kit=pyao", "intervals.use_ms=0", NULL});
	BOT_SEND(walk.ana, USE_ITEM, .slot = SLOT_BLACK);
	bot_until(walk.ana, walk.ana->hp == 0);
	bot_step(walk.berta, crossing.out);
	bot_until(walk.berta, walk.berta->map == crossing.there.map);
	bot_sync(walk.ana);

	points_arm(walk.server->points, "argentumd:w0", "packet run", 0, SIGSTOP);
	bot_step(walk.ana, crossing.out);
	EXPECT(game_server_await_strike(walk.server) == walk.worker, "somebody else struck");
	bot_until(walk.berta, bot_find_name(walk.berta, "Ana") != NULL);
	const struct bot_character *ghost = bot_find_name(walk.berta, "Ana");
	const int x = ghost->x, y = ghost->y;
	steps_onto(walk.berta, x, y);
	bot_sync(walk.berta);
	EXPECT(ghost->x != x || ghost->y != y, "Berta did not push the ghost");
	kill(walk.worker, SIGCONT);
	bot_until(walk.ana, walk.ana->map == crossing.there.map);
	walk_end();
}

/* Her surroundings are ready to be sent when her worker stands still, and she takes a step. */
static void surroundings_are_late(void)
{
	enum { LINES = 100 };
	walk_begin(scenario_clearing(4, 4, true), &(struct game_server_options){.workers = 2, .armed = true},
			   (const char *const[]){"world.ring_kb=16", NULL});
	worker_stands_still();
	for (int i = 0; i < LINES; i++) {
		bot_talk(walk.berta, scenario_text("%0200d", i));
		bot_sync(walk.berta);
	}
	points_arm(walk.server->points, "argentumd:w0", "appended", 0, SIGSTOP);
	kill(walk.worker, SIGCONT);
	EXPECT(game_server_await_strike(walk.server) == walk.worker, "somebody else struck");
	EVENTUALLY(game_server_process_state(walk.worker) == 'T');
	steps_aside(walk.ana, 0);
}

static void all_receive_for(uint64_t ms)
{
	for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;)
		bots_receive(10);
}

static void ana_was_told_where_she_is(void)
{
	unsigned corrections = walk.ana->corrections; /* with the surroundings she comes to her place anew: that is none */
	ana_is_where_she_is_seen();
	EXPECT_EQUAL("players who were sent their surroundings anew", game_server_total(walk.server, "resyncs"), 1);
	EXPECT(walk.ana->corrections > corrections, "Ana was not told where she is");
	walk_end();
}

/* It is read when the client has acknowledged them, but it was there when they were sent. */
static void a_step_taken_before_the_surroundings_came_is_answered_with_the_place(void **state)
{
	(void)state;
	surroundings_are_late();
	struct place ahead = bot_place(walk.ana), shown = ahead;
	points_arm(walk.server->points, "argentumd:w0", "sending noted", 0, SIGSTOP);
	kill(walk.worker, SIGCONT);
	EXPECT(game_server_await_strike(walk.server) == walk.worker, "somebody else struck");
	while (shown.x == ahead.x && shown.y == ahead.y) {
		bots_turn(walk.ana, scenario_deadline(), __FILE__, __LINE__, "Ana sees where she was");
		shown = bot_place(walk.ana);
	}
	all_receive_for(50); /* the kernel delays acknowledgments for 40 */
	kill(walk.worker, SIGCONT);
	ana_was_told_where_she_is();
}

/* So late that whatever she did on her old screen should have come by then. */
static void a_step_taken_before_the_surroundings_came_is_answered_however_late_they_are(void **state)
{
	(void)state;
	surroundings_are_late();
	all_receive_for(2500);
	kill(walk.worker, SIGCONT);
	ana_was_told_where_she_is();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_step_under_way_while_another_is_refused_is_answered_with_the_place),
		SCENARIO(steps_under_way_while_the_map_changes_are_where_the_new_map_shows_them),
		SCENARIO(a_ghost_that_is_pushed_while_the_map_changes_is_pushed_once),
		SCENARIO(a_step_taken_before_the_surroundings_came_is_answered_with_the_place),
		SCENARIO(a_step_taken_before_the_surroundings_came_is_answered_however_late_they_are),
	};
	return SCENARIOS_RUN(tests);
}
