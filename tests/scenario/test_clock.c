/* The whole server while its clock passes a number of milliseconds that 32 bits cannot hold: people walk, talk, leave and come
 * back, maps tick, cuts are taken, and a worker that is killed is replaced. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum { FIELD = 7, LEAD_MS = 5000, LEAD_MAX_MS = 200000, ROUNDS_BEHIND = 3, AGE_MAX_MS = 600000 };

struct evening {
	struct game_server *server;
	struct bot *walker, *guest;
	bool east;
	unsigned rounds;
};

static uint64_t its_now_ms(const struct game_server *server)
{
	return clock_mono_ms() + server->clock_ahead_ms;
}

/* A server in whose world two play already when the number comes; on a slow machine it must begin earlier. */
static struct evening begin_before(uint64_t wrap_ms)
{
	/* Where players may fight, so that leaving takes its time. */
	const struct place field = scenario_clearing(FIELD, FIELD, false);
	const char *const settings[] = {scenario_start((struct place){field.map, field.x + 3, field.y + 3}), NULL};
	for (uint64_t lead_ms = LEAD_MS; lead_ms <= LEAD_MAX_MS; lead_ms *= 2) {
		struct evening evening = {0};
		evening.server = game_server_start(
			&(struct game_server_options){.settings = settings, .armed = true, .clock_ms = wrap_ms - lead_ms});
		evening.walker = bot_create(evening.server, NULL, ANY_WORKER);
		evening.guest = bot_create(evening.server, NULL, ANY_WORKER);
		bot_sync(evening.walker);
		if (its_now_ms(evening.server) + LEAD_MS / 2 < wrap_ms)
			return evening;
		print_message("started too late; once more, earlier\n");
		bots_close_all();
		game_server_destroy(&evening.server);
	}
	scenario_fail(__FILE__, __LINE__, "this machine is too slow to start the server in %d s", LEAD_MAX_MS / 1000);
}

/* One walks and talks, the other leaves and comes back. */
static void round_play(struct evening *evening)
{
	char name[sizeof evening->guest->name];
	struct bot *walker = evening->walker;
	struct place before = bot_place(walker);
	memcpy(name, evening->guest->name, sizeof name);
	BOT_SEND(evening->guest, QUIT); /* the countdown begins */
	evening->east = !evening->east;
	EXPECT(bot_step(walker, evening->east ? HEADING_EAST : HEADING_WEST), "the walker cannot step");
	bot_sync(walker);
	EXPECT(bot_place(walker).x == before.x + (evening->east ? 1 : -1), "the step was taken back");
	const char *line = scenario_text("ronda %u", ++evening->rounds);
	bot_talk(walker, line);
	bot_until(walker, bot_has_said(walker, walker->self, line));
	bot_expect_closed(evening->guest);
	bot_close(&evening->guest);
	evening->guest = bot_login(evening->server, name, ANY_WORKER);
	bot_until(walker, bot_find_name(walker, name) != NULL);
}

static void the_times_told_are_sane(const struct game_server *server)
{
	for (unsigned slot = 0; slot < server->workers; slot++)
		EXPECT(game_server_process(server, slot) > 0, "worker %u is not there", slot);
	EXPECT(game_server_store_number(server, "lag_ms") < AGE_MAX_MS, "the store lags by %lld ms",
		   (long long)game_server_store_number(server, "lag_ms"));
	EXPECT(game_server_number(server, "uptime_ms") < AGE_MAX_MS, "it is up for %lld ms",
		   (long long)game_server_number(server, "uptime_ms"));
	EXPECT_EQUAL("deaths of children", game_server_log_has(server, "no sign of life"), false);
}

static void play_across(uint64_t wrap_ms)
{
	struct evening evening = begin_before(wrap_ms);
	struct game_server *server = evening.server;
	while (its_now_ms(server) <= wrap_ms)
		round_play(&evening);
	print_message("%u rounds before\n", evening.rounds);
	int64_t ticks = game_server_total(server, "map_ticks"), cuts = game_server_total(server, "cuts");
	for (unsigned i = 0; i < ROUNDS_BEHIND; i++)
		round_play(&evening);
	EVENTUALLY(game_server_total(server, "map_ticks") > ticks + 1);
	EVENTUALLY(game_server_total(server, "cuts") > cuts + 1);
	the_times_told_are_sane(server);
	game_server_audit(server);

	pid_t before = game_server_process(server, 0);
	kill(before, SIGKILL);
	game_server_await_successor(server, 0, before);
	round_play(&evening);
	bot_await_durable(evening.walker, server);
	bots_expect_good();
	server->errors_expected = true; /* the death of the worker */
	bots_close_all();
	game_server_stop(server);
}

static void nobody_notices_when_milliseconds_pass_32_bits(void **state)
{
	(void)state;
	play_across(UINT64_C(1) << 32);
}

static void nobody_notices_when_milliseconds_pass_31_bits(void **state)
{
	(void)state;
	play_across(UINT64_C(1) << 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(nobody_notices_when_milliseconds_pass_32_bits),
		SCENARIO(nobody_notices_when_milliseconds_pass_31_bits),
	};
	return SCENARIOS_RUN(tests);
}
