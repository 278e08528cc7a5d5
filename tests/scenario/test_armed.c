/* The crash on purpose that the crash tests rely on: it strikes where it was told to, once, and the tests would notice if
 * nobody cleaned up after it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/scenario.h"

enum { FIELD = 5 };

static struct game_server *armed_start(bool settlement_off)
{
	const struct place field = scenario_clearing(FIELD, FIELD, true);
	const char *const settings[] = {scenario_start((struct place){field.map, field.x + 2, field.y + 2}),
									"workers.respawn_pause_max_ms=100", NULL};
	struct game_server *server = game_server_start(
		&(struct game_server_options){.settings = settings, .armed = true, .settlement_off = settlement_off});
	server->errors_expected = true;
	return server;
}

/* One step there and back, in which this worker dies at a point; its successor goes on with it. */
static void step_and_die(const struct game_server *server, struct bot *bot, const char *name, unsigned skip, bool there)
{
	pid_t before = game_server_process(server, 0);
	points_arm(server->points, "argentumd:w0", name, skip, SIGKILL);
	BOT_SEND(bot, WALK, .heading = there ? HEADING_EAST : HEADING_WEST);
	assert_int_equal(game_server_await_strike(server), before);
	game_server_await_successor(server, 0, before);
}

static void a_worker_dies_at_the_point_it_was_told_and_the_player_does_not_notice(void **state)
{
	(void)state;
	struct game_server *server = armed_start(false);
	struct bot *bot = bot_create(server, NULL, 0);
	bot_sync(bot);
	int x = bot_self(bot)->x;
	step_and_die(server, bot, "before commit", 0, true);
	assert_string_equal(server->points->struck_at, "before commit");
	bot_sync(bot);
	assert_false(bot->closed);
	BOT_SEND(bot, REQUEST_POSITION_UPDATE);
	bot_until(bot, bot_self(bot)->x == x + 1);
	game_server_audit(server);
}

static void points_that_are_passed_are_written_down_by_name(void **state)
{
	(void)state;
	struct game_server *server = armed_start(false);
	struct bot *bot = bot_create(server, NULL, 0);
	bot_sync(bot);
	points_record(server->points, "argentumd:w0");
	bot_step(bot, HEADING_EAST);
	bot_sync(bot);
	points_disarm(server->points);
	assert_true(points_recorded(server->points, "committed") > 0);
	assert_true(points_recorded(server->points, "") > points_recorded(server->points, "touched"));
	assert_int_equal(points_recorded(server->points, "no such point"), 0);
	assert_int_equal(points_struck(server->points), 0);
}

static void without_settlement_the_audit_finds_the_damage(void **state)
{
	(void)state;
	struct game_server *server = armed_start(true);
	struct bot *bot = bot_create(server, NULL, 0);
	bot_sync(bot);
	bot_step(bot, HEADING_EAST);
	bot_sync(bot);
	points_record(server->points, "argentumd:w0");
	bot_step(bot, HEADING_WEST);
	bot_sync(bot);
	points_disarm(server->points);
	unsigned touches = points_recorded(server->points, "touched");
	assert_true(touches > 3);
	int64_t before = game_server_total(server, "audit_findings");
	/* The pong wrote a little after the last touch of the step, which is the tile that he comes to. */
	points_record(server->points, "argentumd:w0");
	bot_sync(bot);
	points_disarm(server->points);
	unsigned of_the_pong = points_recorded(server->points, "touched");
	assert_true(touches > of_the_pong);
	step_and_die(server, bot, "touched", touches - of_the_pong - 1, true);
	int64_t audits = game_server_total(server, "audits");
	cJSON_Delete(game_server_ask(server, "audit"));
	EVENTUALLY(game_server_total(server, "audits") > audits);
	EXPECT(game_server_total(server, "audit_findings") > before, "half done steps stayed, and the audit found nothing");
}

/* Twice: refused before he is in, and thrown out by who takes his character over. */
static void who_is_closed_reads_why_although_the_worker_dies_before_it_has_said_it(void **state)
{
	(void)state;
	struct game_server *server = armed_start(false);
	struct bot *first = bot_create(server, "Mengana", 0);
	bot_sync(first);
	pid_t before = game_server_process(server, 0);
	struct bot *guesser = bot_connect_to_worker(server, 0);
	points_arm(server->points, "argentumd:w0", "player forgotten", 0, SIGKILL);
	bot_ask_login(guesser, "Mengana", "no es la clave");
	assert_int_equal(game_server_await_strike(server), before);
	game_server_await_successor(server, 0, before);
	bot_expect_error(guesser, TEXT_WRONG_PASSWORD);
	bot_expect_closed(guesser);

	before = game_server_process(server, 0);
	struct bot *second = bot_connect_to_worker(server, 1);
	points_arm(server->points, "argentumd:w0", "player forgotten", 0, SIGKILL);
	bot_ask_login(second, "Mengana", BOT_PASSWORD);
	assert_int_equal(game_server_await_strike(server), before);
	game_server_await_successor(server, 0, before);
	bot_expect_error(first, TEXT_TAKEN_OVER);
	bot_expect_closed(first);
	bot_until(second, bot_in_world(second));
	bots_expect_good();
	game_server_audit(server);
}

/* His socket is in the vault and nothing else was done for him yet. */
static void who_connects_to_a_worker_that_dies_at_that_is_let_in_by_the_next(void **state)
{
	(void)state;
	enum { TRIES = 100 };
	struct game_server *server = armed_start(false);
	struct bot *bots[TRIES];
	unsigned count = 0;
	pid_t before = game_server_process(server, 0);
	points_arm(server->points, "argentumd:w0", "deposited", 0, SIGKILL);
	while (points_struck(server->points) == 0 && count < TRIES) { /* newcomers are spread over the workers */
		bots[count] = bot_connect(server);
		bot_roll(bots[count++]);
	}
	assert_int_equal(points_struck(server->points), before);
	game_server_await_successor(server, 0, before);
	EVENTUALLY(game_server_number(server, "connections") == count);
	for (unsigned i = 0; i < count; i++)
		bot_close(&bots[i]);
	EVENTUALLY(game_server_number(server, "connections") == 0);
	game_server_audit(server);
}

/* Whoever reads the log later finds out who died where. */
static void a_crash_leaves_its_stack_in_the_log(void **state)
{
	(void)state;
	static const int signals[] = {SIGSEGV, SIGABRT};
#ifdef __SANITIZE_ADDRESS__
	skip(); /* AddressSanitizer has notes of its own */
#endif
	struct game_server *server = armed_start(false);
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct bot *bot = bot_create(server, NULL, 0);
		pid_t before = game_server_process(server, 0);
		points_arm(server->points, "argentumd:w0", "before commit", 0, signals[i]);
		BOT_SEND(bot, CHANGE_HEADING, .heading = HEADING_EAST);
		assert_int_equal(game_server_await_strike(server), before);
		game_server_await_successor(server, 0, before);
		bot_expect_closed(bot);
		bot_close(&bot);
		game_server_expect_log(server,
							   scenario_text("worker 0: SIG%s; its stack, innermost first", i == 0 ? "SEGV" : "ABRT"));
		game_server_expect_log(server, "argentumd(+0x");
		game_server_expect_log(server, scenario_text("killed by SIG%s", i == 0 ? "SEGV" : "ABRT"));
	}
}

/* An endless loop, in a packet and with the lock of its map: nobody else is disconnected, and who said it reads why he is. */
static void who_makes_a_worker_loop_for_ever_is_disconnected_alone(void **state)
{
	(void)state;
	const struct place field = scenario_clearing(FIELD, FIELD, true);
	const char *const settings[] = {scenario_start((struct place){field.map, field.x + 2, field.y + 2}),
									"workers.heartbeat_timeout_ms=500", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.armed = true, .settings = settings});
	server->errors_expected = true;
	struct bot *culprit = bot_create(server, "Bucle", 0), *beside = bot_create(server, NULL, 0),
			   *other = bot_create(server, NULL, 1);
	pid_t before = game_server_process(server, 0);
	points_arm(server->points, "argentumd:w0", "before commit", 0, POINTS_HANG);
	bot_talk(culprit, "y otra vez, y otra vez");
	EXPECT(game_server_await_strike(server) == before, "another one hangs");
	bot_talk(beside, "hola?");
	bot_talk(other, "hola!");
	game_server_await_successor(server, 0, before);
	bot_expect_error(culprit, TEXT_BLAMED);
	bot_expect_closed(culprit);
	bot_until(other, bot_has_said(other, beside->self, "hola?"));
	bot_until(beside, bot_has_said(beside, other->self, "hola!"));
	EXPECT(!bot_has_said(other, culprit->self, "y otra vez, y otra vez"), "what was never committed was heard");
	game_server_expect_log(server, "hung for");
	bot_close(&culprit);
	bots_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

/* Nothing that the crash tests use is in the program that is shipped. */
static void the_shipped_program_cannot_be_told_to_crash(void **state)
{
	(void)state;
	static const char word[] = "ARGENTUM_POINTS";
	static const char *const programs[] = {"argentumd", "tests/armed/argentumd"};
	const char *build = getenv("ARGENTUM_BUILD");
	for (unsigned i = 0; i < 2; i++) {
		FILE *file = fopen(scenario_text("%s/%s", build != NULL ? build : "build", programs[i]), "re");
		EXPECT(file != NULL && fseek(file, 0, SEEK_END) == 0, "%s: %s", programs[i], strerror(errno));
		size_t size = (size_t)ftell(file);
		char *bytes = malloc(size);
		rewind(file);
		EXPECT(bytes != NULL && fread(bytes, 1, size, file) == size, "%s cannot be read", programs[i]);
		fclose(file);
		EXPECT((memmem(bytes, size, word, sizeof word - 1) != NULL) == (i == 1), "%s %s", programs[i],
			   i == 1 ? "cannot be told to crash" : "can be told to crash");
		free(bytes);
	}
}

/* It stands still in the middle of a packet, for less than the watchdog waits. */
static void what_keeps_a_worker_from_everybody_else_is_written_down(void **state)
{
	(void)state;
	const char *const settings[] = {"log.slow_ms=50", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.armed = true, .settings = settings});
	struct bot *bot = bot_create(server, "Tortuga", 0);
	points_arm(server->points, "argentumd:w0", "packet noted", 0, SIGSTOP);
	bot_talk(bot, "hola");
	pid_t worker = game_server_await_strike(server);
	EVENTUALLY(game_server_process_state(worker) == 'T');
	for (uint64_t until = clock_mono_ms() + 100; clock_mono_ms() < until;)
		bots_receive(20);
	kill(worker, SIGCONT);
	bot_sync(bot);
	EVENTUALLY(
		game_server_log_has(server, "(log.slow_ms 50); the last thing before its end was packet Talk of Tortuga"));
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_worker_dies_at_the_point_it_was_told_and_the_player_does_not_notice),
		SCENARIO(points_that_are_passed_are_written_down_by_name),
		SCENARIO(who_connects_to_a_worker_that_dies_at_that_is_let_in_by_the_next),
		SCENARIO(who_is_closed_reads_why_although_the_worker_dies_before_it_has_said_it),
		SCENARIO(who_makes_a_worker_loop_for_ever_is_disconnected_alone),
		SCENARIO(the_shipped_program_cannot_be_told_to_crash),
		SCENARIO(a_crash_leaves_its_stack_in_the_log),
		SCENARIO(what_keeps_a_worker_from_everybody_else_is_written_down),
		SCENARIO(without_settlement_the_audit_finds_the_damage),
	};
	return SCENARIOS_RUN(tests);
}
