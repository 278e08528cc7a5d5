/* Clients that no honest client is: the server lives, says why it closed them, and other players notice nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

/* A server with two players on two workers who stand beside each other and mind their own business. */
struct peace {
	struct game_server *server;
	struct bot *ana, *berta;
};

static struct peace peace_make(const char *setting)
{
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), "log.level=debug", setting, NULL};
	struct peace p = {.server = game_server_start(&(struct game_server_options){.settings = settings})};
	p.ana = bot_create(p.server, "Ana", 0);
	p.berta = bot_create(p.server, "Berta", 1);
	bot_sync(p.ana);
	bot_record(p.ana);
	bot_record(p.berta);
	return p;
}

/* They were told nothing, and can still talk. */
static void expect_peace(struct peace *p)
{
	bot_sync(p->ana);
	bot_sync(p->berta);
	bot_expect_record(p->ana, NULL);
	bot_expect_record(p->berta, NULL);
	bot_talk(p->ana, "Qu\xe9 tranquilidad");
	bot_until(p->berta, bot_has_said(p->berta, p->ana->self, "Qu\xe9 tranquilidad"));
	bot_sync(p->ana);
	bot_record(p->ana);
	bot_record(p->berta);
}

static void peace_end(struct peace *p)
{
	expect_peace(p);
	EXPECT_EQUAL("workers that died", game_server_total(p->server, "settled_back"), 0);
	for (unsigned w = 0; w < p->server->workers; w++)
		EXPECT(!game_server_log_has(
				   p->server, scenario_text("worker %u (pid %d) killed", w, (int)game_server_process(p->server, w))),
			   "a worker died");
	game_server_audit(p->server);
	bots_expect_good();
	game_server_stop(p->server);
}

/* --- bytes that are no packets ------------------------------------------------------------------------------------------------ */

struct bytes {
	uint8_t at[70000];
	size_t length;
};

static void packet_add(struct bytes *b, enum packet_table table, unsigned id, const void *fields)
{
	struct packet_writer writer;
	packet_writer_start(&writer, b->at + b->length, sizeof b->at - b->length, DIALECT_GODOT);
	EXPECT(packet_put(&writer, table, id, fields), "packet %u cannot be written", id);
	b->length += writer.length;
}
#define PACKET_ADD(b, NAME, ...) packet_add((b), TABLE_C2S, C2S_##NAME, &(const struct c2s_##NAME){__VA_ARGS__})

/* What is sent as the first thing, and what the log says. */
static const struct {
	const char *what;
	const char *bytes;
	size_t length;
	const char *log;
} first_words[] = {
	{"an id that no client has", "\x82", 1, "a packet id that no client has"},
	{"the highest id there is", "\xff\xff\xff\xff", 4, "a packet id that no client has"},
	{"a text of negative length", "\x00\xff\xff\x00\x00\x00\x0d\x00", 8, "a packet that no client sends"},
	{"the lowest length there is", "\x00\x00\x80\x00\x00\x00\x0d\x00", 8, "a packet that no client sends"},
	{"a text longer than any packet", "\x00\xff\x7f\x00\x00\x00\x0d\x00", 8, "a packet longer than the input buffer"},
	{"a walk before the login", "\x06\x01", 2, "a packet that is not allowed in this phase"},
	{"a line before the login", "\x03\x02\x00hi", 5, "a packet that is not allowed in this phase"},
	{"a game master's command before the login", "\x7a\x0a", 2, "a packet that is not allowed in this phase"},
	{"a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, "a TLS greeting on a port without TLS"},
	{"a question of the web", "GET / HTTP/1.1\r\nHost: juego\r\n\r\n", 31,
	 "a packet that is not allowed in this phase"},
};

static void each_wrong_beginning_closes_the_connection_and_is_named_in_the_log(void **state)
{
	(void)state;
	struct peace p = peace_make(NULL);
	for (unsigned i = 0; i < sizeof first_words / sizeof *first_words; i++) {
		struct bot *bad = bot_connect(p.server);
		snprintf(bad->name, sizeof bad->name, "%s", first_words[i].what);
		bot_send(bad, first_words[i].bytes, first_words[i].length);
		bot_expect_closed(bad);
		EXPECT(bad->packets == 0, "%s was answered", first_words[i].what);
		game_server_expect_log(p.server, first_words[i].log);
		bot_close(&bad);
	}
	peace_end(&p);
}

/* The same from inside the world: the character stays or leaves as after a lost line. */
static void each_wrong_packet_in_the_world_closes_the_connection(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
		const char *log;
	} words[] = {
		{"\xc8", 1, "a packet id that no client has"},
		{"\x7a\xfa", 2, "a packet id that no client has"},              /* a command of game masters that is none */
		{"\x03\xfe\xff", 3, "a packet that no client sends"},           /* Talk of -2 bytes */
		{"\x03\x88\x13xx", 5, "a packet longer than the input buffer"}, /* Talk of 5000 */
		{"\x01", 1, "a packet that is not allowed in this phase"},      /* dice */
		{"\x00\x02\x00xy\x02\x00zz\x00\x0d\x00", 12, "a packet that is not allowed in this phase"},
	};
	struct peace p = peace_make("intervals.logout_s=0");
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
		struct bot *bad = i == 0 ? bot_create(p.server, "Malo", ANY_WORKER) : bot_login(p.server, "Malo", ANY_WORKER);
		bot_until(p.ana, bot_find(p.ana, bad->self) != NULL);
		bot_send(bad, words[i].bytes, words[i].length);
		bot_expect_closed(bad);
		game_server_expect_log(p.server, words[i].log);
		bot_until(p.ana, bot_find(p.ana, bad->self) == NULL);
		bot_close(&bad);
	}
	bot_sync(p.berta);
	bot_record(p.ana);
	bot_record(p.berta);
	peace_end(&p);
}

/* The bytes have been looked at: the connection is closed, or what is left waits for the rest of a packet. A moment without
 * an answer is all that can be seen of that. */
static void bot_expect_closed_or_quiet(struct bot *bad)
{
	unsigned before;
	do {
		before = bad->packets;
		bots_receive(20);
	} while (!bad->closed && bad->packets != before);
}

static void random_bytes_hurt_nobody(void **state)
{
	(void)state;
	enum { CLIENTS = 300, MOST = 3000 };
	struct peace p = peace_make(NULL);
	struct rng rng;
	rng_seed(&rng, 99);
	for (int i = 0; i < CLIENTS; i++) {
		static uint8_t bytes[MOST];
		struct bot *bad = bot_connect(p.server);
		int length = rng_range(&rng, 1, MOST);
		for (int b = 0; b < length; b++)
			bytes[b] = (uint8_t)rng_next(&rng);
		if (i % 3 != 0)
			bytes[0] = (uint8_t)(i % 3 - 1) * 2; /* so that the beginning makes sense: a login, a creation */
		bot_send(bad, bytes, (size_t)length);
		if (i % 7 == 0)
			bot_expect_closed_or_quiet(bad);
		bot_close(&bad);
	}
	peace_end(&p);
}

/* And random bytes behind a proper login. */
static void random_bytes_of_somebody_in_the_world_hurt_nobody_else(void **state)
{
	(void)state;
	enum { TIMES = 60, MOST = 2000 };
	struct peace p = peace_make("intervals.logout_s=0");
	struct rng rng;
	rng_seed(&rng, 100);
	struct bot *bad = bot_create(p.server, "Loco", ANY_WORKER);
	for (int i = 0; i < TIMES; i++) {
		static uint8_t bytes[MOST];
		int length = rng_range(&rng, 1, MOST);
		for (int b = 0; b < length; b++)
			bytes[b] = (uint8_t)rng_next(&rng);
		bytes[0] = (uint8_t)rng_range(&rng, 3, 129);
		bot_send(bad, bytes, (size_t)length);
		bot_expect_closed_or_quiet(bad);
		bot_close(&bad);
		bad = bot_login(p.server, "Loco", ANY_WORKER);
	}
	bot_quit(bad);
	bot_sync(p.ana); /* what he did may still be on its way, his coming back included */
	bot_sync(p.berta);
	bot_until(p.ana, bot_find_name(p.ana, "Loco") == NULL);
	bot_until(p.berta, bot_find_name(p.berta, "Loco") == NULL);
	bot_record(p.ana);
	bot_record(p.berta);
	peace_end(&p);
}

/* --- odd pieces ---------------------------------------------------------------------------------------------------------------- */

static void a_whole_life_sent_byte_by_byte_is_understood(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_connect(server);
	struct bytes b = {.length = 0};
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Gota Gota");
	PACKET_ADD(&b, THROW_DICES);
	bot->screen = BOT_CREATION_SCREEN;
	bot_send(bot, b.at, b.length);
	bot_until(bot, bot->rolled);
	b.length = 0;
	packet_add(&b, TABLE_C2S, C2S_LOGIN_NEW_CHAR, &wish);
	for (size_t i = 0; i < b.length; i++)
		bot_send(bot, b.at + i, 1);
	bot_until(bot, bot_in_world(bot));
	b.length = 0;
	PACKET_ADD(&b, TALK, .text = TEXT("poco a poco"));
	PACKET_ADD(&b, CHANGE_HEADING, .heading = HEADING_WEST);
	PACKET_ADD(&b, MODIFY_SKILLS, .points = {0});
	PACKET_ADD(&b, PING);
	for (size_t i = 0; i < b.length; i++)
		bot_send(bot, b.at + i, 1);
	bot_until(bot, bot->pongs == 1);
	EXPECT(bot_has_said(bot, bot->self, "poco a poco"), "the line got lost");
	EXPECT_EQUAL("heading", bot_self(bot)->heading, HEADING_WEST);
	bots_expect_good();
	game_server_stop(server);
}

static void many_packets_in_one_piece_are_all_understood(void **state)
{
	(void)state;
	enum { LINES = 200 };
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_create(server, "Apurada", ANY_WORKER);
	static struct bytes b;
	b.length = 0;
	for (int i = 0; i < LINES; i++) {
		PACKET_ADD(&b, TALK, .text = text_of(scenario_text("%d", i)));
		PACKET_ADD(&b, CHANGE_HEADING, .heading = i % 4 + 1);
		PACKET_ADD(&b, PING);
	}
	bot_record(bot);
	bot_send(bot, b.at, b.length);
	bot_until(bot, bot->pongs == LINES + 1);
	unsigned said = 0;
	for (unsigned i = 0; i < bot->record_count; i++)
		said += strncmp(bot->record[i], "ChatOverHead", 12) == 0;
	EXPECT_EQUAL("lines heard", said, LINES);

	/* dice and creation in one piece too */
	struct bot *hasty = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Mas Apurada");
	b.length = 0;
	PACKET_ADD(&b, THROW_DICES);
	packet_add(&b, TABLE_C2S, C2S_LOGIN_NEW_CHAR, &wish);
	PACKET_ADD(&b, PING);
	hasty->screen = BOT_CREATION_SCREEN;
	bot_send(hasty, b.at, b.length);
	bot_until(hasty, bot_in_world(hasty) && hasty->pongs == 1);
	bots_expect_good();
	game_server_stop(server);
}

static void the_longest_line_is_cut_and_not_refused(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	static char line[4001];
	memset(line, 'a', sizeof line - 1);
	bot_talk(bot, line);
	bot_sync(bot);
	EXPECT(bot->line_count > 0 && bot->lines[(bot->line_count - 1) % BOT_LINES].length == 255,
		   "a line of 4000 letters is shown with %u",
		   bot->line_count > 0 ? bot->lines[(bot->line_count - 1) % BOT_LINES].length : 0);
	bots_expect_good();
	game_server_stop(server);
}

/* --- silence and deafness -------------------------------------------------------------------------------------------------------- */

static void who_connects_and_says_nothing_or_half_a_packet_is_disconnected_in_time(void **state)
{
	(void)state;
	struct peace p = peace_make("intervals.login_silence_s=1");
	struct bot *silent = bot_connect(p.server), *half = bot_connect(p.server);
	bot_send(half,
			 "\x00\x05\x00"
			 "Fu",
			 5);
	bot_expect_closed(silent);
	bot_expect_closed(half);
	game_server_expect_log(p.server, "connected but did not log in in time");
	game_server_expect_log(p.server, "connected but did not log in in time");
	EXPECT_EQUAL("packets to the silent", silent->packets + half->packets, 0);

	struct bot *done = bot_connect(p.server); /* says that it will say nothing */
	shutdown(done->fd, SHUT_WR);
	bot_expect_closed(done);
	peace_end(&p);
}

static void a_packet_that_trickles_in_does_not_buy_time(void **state)
{
	(void)state;
	struct peace p = peace_make("intervals.login_silence_s=1");
	struct bot *bot = bot_connect(p.server);
	bot_send(bot, (const uint8_t[]){C2S_LOGIN_EXISTING_CHAR, 0, 8}, 3); /* 2048 letters are to come */
	for (uint64_t until = bots_deadline(); !bot->closed && clock_mono_ms() < until;) {
		bot_send(bot, "W", 1);
		bots_receive(100);
	}
	EXPECT(bot->closed, "one letter now and then keeps a connection that never logs in");
	game_server_expect_log(p.server, "connected but did not log in in time");
	peace_end(&p);
}

static void who_does_not_read_is_disconnected_and_the_others_hear_everything(void **state)
{
	(void)state;
	enum { BATCH = 60, MOST = 2000 }; /* a batch does not fill a ring */
	struct peace p = peace_make("limits.output_kb=64");
	struct bot *deaf = bot_create(p.server, "Sorda", 2);
	int small = 4096, index = deaf->self;
	char line[240];
	bot_until(p.berta, bot_find(p.berta, index) != NULL);
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	deaf->deaf = true;
	memset(line, 'n', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	unsigned said = 0, batches = 0;
	while (!game_server_log_has(p.server, "the client does not read; its output is full")) {
		EXPECT(batches++ < MOST, "%u lines later a client that reads nothing is still there", said);
		for (int i = 0; i < BATCH; i++)
			bot_talk(p.ana, line);
		said += BATCH;
		bot_sync(p.ana);
		bot_sync(p.berta);
	}
	print_message("          closed after %u lines\n", said);
	bot_until(p.ana, bot_find(p.ana, index) == NULL);
	bot_until(p.berta, bot_find(p.berta, index) == NULL);
	unsigned heard = 0;
	for (unsigned i = 0; i < p.berta->record_count; i++)
		heard += strncmp(p.berta->record[i], "ChatOverHead", 12) == 0;
	EXPECT_EQUAL("lines that the other heard", heard, said);
	bot_record(p.ana);
	bot_record(p.berta);
	peace_end(&p);
}

/* The plug is pulled with RST in each phase. */
static void connections_that_break_in_any_phase_leave_nothing_behind(void **state)
{
	(void)state;
	enum { TIMES = 40 };
	struct peace p = peace_make("intervals.logout_s=0");
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};
	for (int i = 0; i < TIMES; i++) {
		struct bot *bad = bot_connect(p.server);
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
		if (i % 4 >= 1)
			bot_roll(bad);
		if (i % 4 >= 2)
			bot_ask_creation(bad, &wish); /* the password is just being hashed */
		if (i % 4 == 3)
			bot_until(bad, bot_in_world(bad));
		setsockopt(bad->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		bot_close(&bad);
	}
	EVENTUALLY(game_server_number(p.server, "connections") == 2);
	game_server_await_players(p.server, 2);
	EVENTUALLY(game_server_number(p.server, "sockets_in_vault") == 2);
	bot_until(p.ana, bot_people(p.ana) == 2);
	bot_until(p.berta, bot_people(p.berta) == 2);
	bot_sync(p.ana);
	bot_sync(p.berta);
	bot_record(p.ana);
	bot_record(p.berta);
	peace_end(&p);
}

/* --- too many ---------------------------------------------------------------------------------------------------------------------- */

static void what_one_address_may_do_is_limited(void **state)
{
	(void)state;
	const char *const settings[] = {"limits.connections_per_address=4",
									"limits.wrong_passwords_per_address_per_minute=2",
									"limits.creations_per_address_per_hour=2", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *one = bot_create(server, "Prima", ANY_WORKER), *two = bot_create(server, "Segunda", ANY_WORKER);

	struct bot *third = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Tercera");
	bot_roll(third);
	bot_ask_creation(third, &wish);
	bot_expect_error(third, TEXT_CREATION_LIMIT);

	for (int i = 0; i < 3; i++) {
		EVENTUALLY(game_server_number(server, "connections") == 3);
		struct bot *guess = bot_connect(server);
		bot_ask_login(guess, "Prima", scenario_text("adivino %d", i));
		if (i < 2)
			bot_expect_error(guess, TEXT_WRONG_PASSWORD);
		else
			bot_expect_error(guess, TEXT_TOO_MANY_GUESSES);
		bot_expect_closed(guess);
		bot_close(&guess);
	}
	EVENTUALLY(game_server_number(server, "connections") == 3);
	struct bot *fourth = bot_connect(server);
	EVENTUALLY(game_server_number(server, "connections") == 4); /* workers look at each other's, without a lock */
	struct bot *fifth = bot_connect(server);
	bot_expect_error(fifth, TEXT_TOO_MANY_FROM_ADDRESS);
	bot_expect_closed(fifth);
	EXPECT(!fourth->closed, "the fourth connection is closed");
	bot_sync(one);
	bot_sync(two);
	bots_expect_good();
	game_server_stop(server);
}

static void a_full_server_says_so_and_serves_those_who_are_there(void **state)
{
	(void)state;
	enum { ROOM = 6 };
	const char *const settings[] = {"limits.max_connections=6", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *inside[ROOM];
	for (int i = 0; i < ROOM; i++)
		inside[i] = bot_create(server, NULL, ANY_WORKER);
	struct bot *outside = bot_connect(server);
	bot_expect_error(outside, TEXT_SERVER_FULL);
	bot_expect_closed(outside);
	for (int i = 0; i < ROOM; i++)
		bot_sync(inside[i]);
	bot_close(&inside[0]);
	EVENTUALLY(game_server_number(server, "connections") == ROOM - 1);
	struct bot *next = bot_create(server, NULL, ANY_WORKER);
	bot_sync(next);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_wrong_beginning_closes_the_connection_and_is_named_in_the_log),
		SCENARIO(each_wrong_packet_in_the_world_closes_the_connection),
		SCENARIO(random_bytes_hurt_nobody),
		SCENARIO(random_bytes_of_somebody_in_the_world_hurt_nobody_else),
		SCENARIO(a_whole_life_sent_byte_by_byte_is_understood),
		SCENARIO(many_packets_in_one_piece_are_all_understood),
		SCENARIO(the_longest_line_is_cut_and_not_refused),
		SCENARIO(who_connects_and_says_nothing_or_half_a_packet_is_disconnected_in_time),
		SCENARIO(a_packet_that_trickles_in_does_not_buy_time),
		SCENARIO(who_does_not_read_is_disconnected_and_the_others_hear_everything),
		SCENARIO(connections_that_break_in_any_phase_leave_nothing_behind),
		SCENARIO(what_one_address_may_do_is_limited),
		SCENARIO(a_full_server_says_so_and_serves_those_who_are_there),
	};
	return SCENARIOS_RUN(tests);
}
