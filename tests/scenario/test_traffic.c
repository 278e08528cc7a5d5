/* What goes through the server is counted by packet, exactly, whoever serves and dies; and what made others wait is told. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/scenario.h"

enum { PEOPLE = 5, STEPS = 6, LINES = 3, SLOW_MS = 200 };

/* A number of a row of "received" or "told"; 0 when there is no such row. name NULL: the sum of all. */
static int64_t number_of(const struct game_server *server, const char *table, const char *name, const char *number)
{
	cJSON *reply = game_server_ask(server, "traffic");
	const cJSON *row;
	double sum = 0;
	cJSON_ArrayForEach(row, cJSON_GetObjectItem(reply, table))
	{
		if (name == NULL || strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(row, "name")), name) == 0)
			sum += cJSON_GetNumberValue(cJSON_GetObjectItem(row, number));
	}
	cJSON_Delete(reply);
	return (int64_t)sum;
}

static int64_t received(const struct game_server *server, const char *name, const char *number)
{
	return number_of(server, "received", name, number);
}

static int64_t told(const struct game_server *server, const char *name, const char *number)
{
	return number_of(server, "told", name, number);
}

static int64_t bytes_heard(struct bot *const *bots)
{
	int64_t bytes = 0;
	for (unsigned i = 0; i < PEOPLE; i++)
		bytes += (int64_t)bots[i]->bytes;
	return bytes;
}

static void expect_all_told_was_heard(const struct game_server *server, struct bot *const *bots)
{
	for (unsigned i = 0; i < PEOPLE; i++)
		bot_sync(bots[i]);
	EVENTUALLY(told(server, NULL, "bytes") == bytes_heard(bots)); /* ticks go on */
}

static void everybody_steps_and_talks(struct bot *const *bots)
{
	for (unsigned i = 0; i < PEOPLE; i++) {
		for (unsigned n = 0; n < STEPS; n++)
			BOT_SEND(bots[i], WALK, .heading = n % 2 == 0 ? HEADING_EAST : HEADING_WEST);
		for (unsigned n = 0; n < LINES; n++)
			bot_talk(bots[i], "\xa1"
							  "Ma\xf1"
							  "ana, ma\xf1"
							  "ana!");
		bot_sync(bots[i]);
	}
}

static void every_packet_and_every_byte_is_counted_once(void **state)
{
	(void)state;
	struct place at = scenario_clearing(10, 10, true);
	const char *const settings[] = {scenario_start(at), "flood.limit=false", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bots[PEOPLE];
	for (unsigned i = 0; i < PEOPLE; i++)
		bots[i] = bot_create(server, NULL, (int)(i % GAME_SERVER_WORKERS));
	expect_all_told_was_heard(server, bots);
	EXPECT_EQUAL("creations", received(server, "LoginNewChar", "count"), PEOPLE);
	EXPECT_EQUAL("told that they are in", told(server, "Logged", "count"), PEOPLE);
	EXPECT(received(server, "everything else", "transactions") >= PEOPLE, "no login held a lock");

	/* two read in other charsets: what they are told has another length */
	bot_talk(bots[0], "/CHARSET utf8");
	bot_talk(bots[1], "/CHARSET ascii");
	bot_expect_line(bots[0], TEXT_CHARSET_SET, "utf8");
	bot_expect_line(bots[1], TEXT_CHARSET_SET, "ascii");
	int64_t talks = received(server, "Talk", "count"), heads = told(server, "ChatOverHead", "count"),
			head_bytes = told(server, "ChatOverHead", "bytes");
	everybody_steps_and_talks(bots);
	expect_all_told_was_heard(server, bots);
	EXPECT_EQUAL("steps received", received(server, "Walk", "count"), PEOPLE * STEPS);
	EXPECT_EQUAL("bytes of steps", received(server, "Walk", "bytes"), PEOPLE * STEPS * 2);
	EXPECT_EQUAL("steps run", received(server, "Walk", "transactions"), PEOPLE * STEPS);
	EXPECT_EQUAL("lines received", received(server, "Talk", "count") - talks, PEOPLE * LINES);
	EXPECT_EQUAL("lines told", told(server, "ChatOverHead", "count") - heads, PEOPLE * PEOPLE * LINES);
	/* id, length, 16 characters, whose head, colour; in UTF-8 three of them take two bytes, in ASCII one is left out */
	EXPECT_EQUAL("bytes of lines", told(server, "ChatOverHead", "bytes") - head_bytes,
				 PEOPLE * LINES * (PEOPLE * (1 + 2 + 16 + 2 + 3) + 3 - 1));
	EXPECT(received(server, "Walk", "held_ns") > 0, "steps held no lock");
	EXPECT_EQUAL("pings and their answers", told(server, "Pong", "count"), received(server, "Ping", "count"));

	/* ticks come by themselves, and each is one */
	int64_t ticks = received(server, "map tick", "count");
	EVENTUALLY(received(server, "map tick", "count") > ticks);
	EXPECT(received(server, "map tick", "count") >= game_server_total(server, "map_ticks"), "ticks are not counted");
	EXPECT(received(server, "map tick", "bytes") == 0, "a tick has no bytes");

	/* what a dead worker counted stays, and its successor counts on */
	game_server_kill_worker(server, 0);
	EXPECT_EQUAL("steps received before it died", received(server, "Walk", "count"), PEOPLE * STEPS);
	everybody_steps_and_talks(bots);
	expect_all_told_was_heard(server, bots);
	EXPECT_EQUAL("steps received", received(server, "Walk", "count"), 2 * PEOPLE * STEPS);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- argentumctl -------------------------------------------------------------------------------------------------------------- */

static const char *ctl(const struct game_server *server, const char *arguments)
{
	static char said[16384];
	const char *build = getenv("ARGENTUM_BUILD");
	FILE *pipe = popen(scenario_text("%s/argentumctl --socket %s %s 2>&1", build != NULL ? build : "build",
									 server->control, arguments),
					   "r");
	EXPECT(pipe != NULL, "argentumctl cannot be run");
	size_t n = fread(said, 1, sizeof said - 1, pipe);
	said[n] = '\0';
	EXPECT_EQUAL("exit status", pclose(pipe), 0);
	return said;
}

static void an_operator_sees_tables_of_what_there_was(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	BOT_SEND(bot, WALK, .heading = HEADING_EAST);
	bot_sync(bot);
	EVENTUALLY(received(server, "map tick", "count") > 0);
	const char *said = ctl(server, "traffic");
	static const char *const words[] = {"received", "Walk  ", "map tick", "everything else", "99 %",  " us",
										"told",     "Logged", "Pong",     "together",        "bucket"};
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		EXPECT(strstr(said, words[i]) != NULL, "no \"%s\" in:\n%s", words[i], said);
	EXPECT(strstr(said, "CastSpell") == NULL, "what never came is shown:\n%s", said);
	cJSON *json = cJSON_Parse(ctl(server, "traffic --json"));
	EXPECT(json != NULL && cJSON_GetArraySize(cJSON_GetObjectItem(json, "received")) > 3, "the JSON is none");
	cJSON_Delete(json);
	game_server_stop(server);
}

/* --- what made others wait ---------------------------------------------------------------------------------------------------- */

/* Lets a worker stand still with the lock of its map in the middle of this bot's step, which it is about to take. */
static pid_t worker_stop_in_step(struct game_server *server, unsigned worker, struct bot *bot)
{
	char process[16];
	snprintf(process, sizeof process, "argentumd:w%u", worker);
	points_arm(server->points, process, "packet noted", 0, SIGSTOP);
	BOT_SEND(bot, WALK, .heading = HEADING_EAST);
	pid_t pid = game_server_await_strike(server);
	points_arm(server->points, process, "touched", 0, SIGSTOP); /* the next thing that it does */
	kill(pid, SIGCONT);
	EXPECT_EQUAL("who stands still", game_server_await_strike(server), pid);
	return pid;
}

/* The map's ticks are another worker's, who waits for it. */
static void who_makes_others_wait_is_in_the_log_with_player_and_map(void **state)
{
	(void)state;
	struct place at = scenario_clearing(10, 10, true);
	const char *const settings[] = {scenario_start(at), "log.slow_ms=100", "workers.heartbeat_timeout_ms=60000",
									"intervals.weather_ms=3600000", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .armed = true});
	unsigned ticker = at.map % GAME_SERVER_WORKERS, mine = (ticker + 1) % GAME_SERVER_WORKERS;
	struct bot *bot = bot_create(server, NULL, (int)mine);
	bot_sync(bot);
	char step[128], tick[128];
	snprintf(step, sizeof step, "slow: Walk of %s on map %u took", bot->name, (unsigned)at.map);
	snprintf(tick, sizeof tick, "slow: map tick on map %u took", (unsigned)at.map);
	EXPECT(!game_server_log_has(server, step), "a step was slow before there was one");

	int64_t waits = game_server_counter(server, ticker, "lock_waits");
	pid_t stopped = worker_stop_in_step(server, mine, bot);
	EVENTUALLY(game_server_counter(server, ticker, "lock_waits") > waits);
	uint64_t waiting_ms = clock_mono_ms();
	EVENTUALLY(clock_mono_ms() > waiting_ms + SLOW_MS);
	kill(stopped, SIGCONT);
	bot_sync(bot);
	EVENTUALLY(game_server_log_has(server, step));
	EVENTUALLY(game_server_log_has(server, tick));
	EXPECT(received(server, "Walk", "longest_ns") >= SLOW_MS * INT64_C(1000000), "the step held its lock for less");
	EXPECT(received(server, "map tick", "longest_ns") < received(server, "Walk", "longest_ns"),
		   "the tick that waited counts as if it had held the lock");
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(every_packet_and_every_byte_is_counted_once),
		SCENARIO(an_operator_sees_tables_of_what_there_was),
		SCENARIO(who_makes_others_wait_is_in_the_log_with_player_and_map),
	};
	return SCENARIOS_RUN(tests);
}
