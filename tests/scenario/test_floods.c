/* Floods of each packet, before the login and in the world: who floods is refused what is too much and stays; who plays beside
 * him notices nothing. And what comes behind valid packets, and clients that are not there any more. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/packet_values.h"
#include "tests/harness/scenario.h"

enum { FLOODERS = 3 };

static struct game_server *server_start(const char *first, const char *second)
{
	const char *const settings[] = {scenario_start(scenario_clearing(6, 6, true)),
									"flood.limit=true",
									"intervals.walk_ms=240",
									"intervals.speedcheck_ms=5800",
									"intervals.position_request_ms=1800",
									first,
									second,
									NULL};
	return game_server_start(&(struct game_server_options){.settings = settings});
}

static bool bot_was_told(const struct bot *bot, enum text_id id)
{
	for (unsigned i = 0; i < bot->line_count && i < BOT_LINES; i++) {
		if (strcmp(bot->lines[i].text, text_latin1(id)) == 0)
			return true;
	}
	return false;
}

/* --- somebody who plays --------------------------------------------------------------------------------------------------- */

/* At the pace of a real client: a step each 300 ms, a ping now and then, a line each second. */
struct honest {
	struct bot *bot;
	uint64_t step_ms, ping_ms, line_ms;
	unsigned steps, round_trips;
};

static void honest_play(struct honest *h)
{
	uint64_t now = clock_mono_ms();
	EXPECT(!h->bot->closed, "who plays was disconnected: %s", h->bot->error);
	if (now - h->step_ms >= 300) {
		h->step_ms = now;
		bot_step(h->bot, h->steps++ % 2 == 0 ? HEADING_EAST : HEADING_WEST);
	}
	if (now - h->line_ms >= 1000) {
		h->line_ms = now;
		bot_talk(h->bot, "aqu\xed no pasa nada");
	}
	if (now - h->ping_ms >= 100 && h->bot->pongs == h->bot->pings) {
		h->round_trips += h->bot->pings > 0;
		h->ping_ms = now;
		BOT_SEND(h->bot, PING);
	}
}

static void honest_expect_unharmed(struct honest *h)
{
	bot_until(h->bot, h->bot->pongs == h->bot->pings);
	/* A step may be taken back: flooders walk too, and may stand in his way. A refused one would have been told. */
	EXPECT(!bot_was_told(h->bot, TEXT_TOO_FAST) && !bot_was_told(h->bot, TEXT_TALK_TOO_FAST), "who plays was refused");
}

/* --- floods in the world ----------------------------------------------------------------------------------------------------- */

struct bytes {
	uint8_t at[200000];
	size_t length;
};

static void packet_add(struct bytes *b, enum packet_table table, unsigned id, const void *fields)
{
	struct packet_writer writer;
	packet_writer_start(&writer, b->at + b->length, sizeof b->at - b->length, DIALECT_GODOT);
	EXPECT(packet_put(&writer, table, id, fields), "packet %u cannot be written", id);
	b->length += writer.length;
}

static bool is_of_the_world(unsigned id)
{
	return id > C2S_LOGIN_NEW_CHAR && id != C2S_QUIT;
}

/* The packet as a client would send it; of game masters' commands the one that players send without knowing. */
static void valid_packet_add(struct bytes *b, unsigned id)
{
	union packet_values fields;
	bool gm = id == C2S_GM_COMMANDS;
	const struct packet_layout *layout = gm ? packet_layout(TABLE_GM, 10) : packet_layout(TABLE_C2S, id);
	packet_values_fill(layout, SENSIBLE, &fields);
	packet_add(b, gm ? TABLE_GM : TABLE_C2S, gm ? 10 : id, &fields);
}

static void flood_make(struct bytes *b, unsigned id)
{
	unsigned times = id == C2S_WALK || id == C2S_CHANGE_HEADING ? 2000 : 300;
	b->length = 0;
	for (unsigned i = 0; i < times; i++)
		valid_packet_add(b, id);
}

/* A ping of somebody whose pings may be refused. */
static void expect_alive(struct bot *bot, struct honest *beside)
{
	unsigned before = bot->pongs;
	for (uint64_t until = bots_deadline(); bot->pongs == before;) {
		EXPECT(!bot->closed, "a flooder was disconnected");
		BOT_SEND(bot, PING);
		bots_receive(100);
		honest_play(beside);
		bots_turn(bot, until, __FILE__, __LINE__, "a flooder's ping is answered again");
	}
}

static void every_packet_may_be_flooded_and_who_plays_notices_nothing(void **state)
{
	(void)state;
	static struct bytes flood;
	struct game_server *server = server_start("intervals.logout_s=0", NULL);
	struct honest honest = {.bot = bot_create(server, "Paciente", ANY_WORKER)};
	struct bot *flooders[FLOODERS];
	for (int i = 0; i < FLOODERS; i++)
		flooders[i] = bot_create(server, NULL, i);
	for (unsigned id = 0; id < packet_table_size(TABLE_C2S); id++) {
		if (!is_of_the_world(id))
			continue;
		flood_make(&flood, id);
		for (int i = 0; i < FLOODERS; i++)
			bot_send(flooders[i], flood.at, flood.length);
		unsigned before = honest.round_trips;
		for (uint64_t until = bots_deadline(); honest.round_trips == before;) {
			honest_play(&honest);
			bots_turn(honest.bot, until, __FILE__, __LINE__, packet_layout(TABLE_C2S, id)->name);
		}
		for (int i = 0; i < FLOODERS; i++)
			EXPECT(!flooders[i]->closed, "flooding %s disconnects", packet_layout(TABLE_C2S, id)->name);
	}
	for (int i = 0; i < FLOODERS; i++)
		expect_alive(flooders[i], &honest);
	honest_expect_unharmed(&honest);
	static const char *const counters[] = {"refused_move",   "refused_talk",    "refused_act",   "refused_use",
										   "refused_goods",  "refused_click",   "refused_trade", "refused_ask",
										   "refused_social", "refused_command", "refused_ping"};
	int64_t sum = 0;
	for (unsigned i = 0; i < sizeof counters / sizeof *counters; i++) {
		int64_t refused = game_server_total(server, counters[i]);
		EXPECT(refused > 0, "%s: nothing was refused", counters[i]);
		sum += refused;
	}
	EXPECT(game_server_total(server, "packets_refused") >= sum, "the refused packets of all classes are more than all");
	EXPECT(bot_was_told(flooders[0], TEXT_TOO_FAST), "a flooder was not told");
	print_message("          %u round trips beside %lld refused packets\n", honest.round_trips, (long long)sum);
	game_server_audit(server);
	game_server_stop(server);
}

/* --- floods before the login ---------------------------------------------------------------------------------------------------- */

static void dice_and_creations_may_be_flooded_and_the_others_get_in(void **state)
{
	(void)state;
	enum { THROWS = 1000, TRIES = 200 };
	static struct bytes throws, tries;
	struct game_server *server = server_start(NULL, NULL);
	struct bot *throwers[FLOODERS], *creators[FLOODERS];
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("12345"); /* no name */
	throws.length = tries.length = 0;
	for (int i = 0; i < THROWS; i++)
		valid_packet_add(&throws, C2S_THROW_DICES);
	for (int i = 0; i < TRIES; i++)
		packet_add(&tries, TABLE_C2S, C2S_LOGIN_NEW_CHAR, &wish);
	for (int i = 0; i < FLOODERS; i++) {
		throwers[i] = bot_connect(server);
		throwers[i]->screen = BOT_CREATION_SCREEN;
		bot_send(throwers[i], throws.at, throws.length);
		creators[i] = bot_connect(server);
		creators[i]->screen =
			BOT_WORLD_SCREEN; /* no client floods, so none has to bear all the refusals in one piece */
		bot_send(creators[i], tries.at, tries.length);
	}
	struct bot *honest = bot_create(server, NULL, ANY_WORKER);
	bot_sync(honest);
	EVENTUALLY(game_server_total(server, "packets_in") >= (int64_t)FLOODERS * (THROWS + TRIES));
	int64_t refused = game_server_total(server, "refused_before");
	EXPECT(refused > (int64_t)FLOODERS * TRIES, "%lld dice and creations were refused", (long long)refused);
	bots_receive(0);
	for (int i = 0; i < FLOODERS; i++) { /* they are heard again when they have calmed down */
		throwers[i]->rolled = false;
		for (uint64_t until = bots_deadline(); !throwers[i]->rolled;) {
			EXPECT(!throwers[i]->closed && !creators[i]->closed, "a flooder was disconnected");
			BOT_SEND(throwers[i], THROW_DICES);
			bots_turn(throwers[i], until, __FILE__, __LINE__, "a flooder's dice are thrown again");
		}
	}
	game_server_stop(server);
}

/* --- behind valid packets -------------------------------------------------------------------------------------------------------- */

static void garbage_behind_any_packet_closes_after_the_packet_was_understood(void **state)
{
	(void)state;
	struct game_server *server = server_start("intervals.logout_s=0", "flood.limit=false");
	struct bot *bad = bot_create(server, "Colador", ANY_WORKER), *witness = bot_create(server, NULL, ANY_WORKER);
	struct bytes *b = calloc(1, sizeof *b);
	assert_non_null(b);
	for (unsigned id = 0; id < packet_table_size(TABLE_C2S); id++) {
		if (!is_of_the_world(id))
			continue;
		b->length = 0;
		valid_packet_add(b, id);
		const char *line = scenario_text("detr\xe1s de %u", id);
		packet_add(b, TABLE_C2S, C2S_TALK, &(const struct c2s_TALK){.text = text_of(line)});
		memcpy(b->at + b->length, "\xf0garbage", 8);
		bot_send(bad, b->at, b->length + 8);
		bot_expect_closed(bad);
		bot_until(witness, bot_has_said(witness, bad->self, line));
		bot_close(&bad);
		bad = bot_login(server, "Colador", ANY_WORKER);
	}
	free(b);
	bot_quit(bad);
	bot_close(&bad);

	bad = bot_connect(server);
	bad->screen = BOT_CREATION_SCREEN;
	bot_send(bad, "\x01\xf0", 2);
	bot_expect_closed(bad);
	EXPECT(bad->rolled, "the dice before the garbage were not thrown");
	game_server_audit(server);
	game_server_stop(server);
}

/* --- who is not there any more, or does not listen ------------------------------------------------------------------------------------ */

/* Its machine lost power: no FIN, no RST. A socket in repair mode goes like that. */
static bool vanish(struct bot **bot)
{
	int on = 1;
	if (setsockopt((*bot)->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) != 0)
		return false;
	bot_close(bot);
	return true;
}

static void a_client_that_vanishes_without_a_word_is_noticed(void **state)
{
	(void)state;
	struct game_server *server = server_start("intervals.keepalive_s=1", "intervals.logout_s=0");
	struct bot *bot = bot_create(server, NULL, ANY_WORKER), *before_login = bot_connect(server);
	bot_sync(bot);
	if (!vanish(&bot)) {
		print_message("          TCP_REPAIR is not allowed here: %s\n", strerror(errno));
		skip();
	}
	vanish(&before_login);
	EVENTUALLY(game_server_number(server, "connections") == 0);
	game_server_await_players(server, 0);
	game_server_stop(server);
}

static void who_reads_nothing_is_disconnected_though_it_is_little(void **state)
{
	(void)state;
	enum { QUESTIONS = 20000 };
	struct game_server *server = server_start("intervals.unread_s=1", "limits.output_kb=65536");
	struct bot *deaf = bot_create(server, NULL, ANY_WORKER);
	static uint8_t questions[QUESTIONS];
	int small = 4096;
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	deaf->deaf = true;
	memset(questions, C2S_HELP, sizeof questions);
	bot_send(deaf, questions, sizeof questions);
	EVENTUALLY(game_server_number(server, "connections") == 0);
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(every_packet_may_be_flooded_and_who_plays_notices_nothing),
		SCENARIO(dice_and_creations_may_be_flooded_and_the_others_get_in),
		SCENARIO(garbage_behind_any_packet_closes_after_the_packet_was_understood),
		SCENARIO(a_client_that_vanishes_without_a_word_is_noticed),
		SCENARIO(who_reads_nothing_is_disconnected_though_it_is_little),
	};
	return SCENARIOS_RUN(tests);
}
