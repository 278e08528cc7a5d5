/* Clients that lie: every packet with every value, noise, halves of packets, deaf ears, too much of everything. The server
 * says no or nothing, closes with a reason, and nobody else notices. */
#include <limits.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "common/world/layout.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"
#include "worker/close_reasons.h"

/* --- what stays as it was ------------------------------------------------------------------------------------------------------- */

struct processes {
	pid_t workers[GAME_SERVER_PROCESSES_MAX], keeper;
};

static struct processes processes_of(const struct game_server *server)
{
	struct processes p = {.keeper = game_server_process(server, game_server_keeper())};
	for (unsigned i = 0; i < server->workers; i++)
		p.workers[i] = game_server_process(server, i);
	return p;
}

static void expect_unharmed(const struct game_server *server, const struct processes *before)
{
	struct processes now = processes_of(server);
	EXPECT(memcmp(&now, before, sizeof now) == 0, "a process of the server died");
	game_server_audit(server);
}

/* --- the log -------------------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
} reasons[] = {
#define CLOSE(name, fault, text) {#name, text},
	CLOSE_REASONS(CLOSE)
#undef CLOSE
};

/* The caller frees it. */
static char *log_text(const struct game_server *server)
{
	FILE *file = fopen(server->log, "r");
	EXPECT(file != NULL && fseek(file, 0, SEEK_END) == 0, "the log cannot be read");
	long size = ftell(file);
	char *text = malloc((size_t)size + 1);
	EXPECT(text != NULL, "no memory for the log");
	rewind(file);
	text[fread(text, 1, (size_t)size, file)] = '\0';
	fclose(file);
	return text;
}

static unsigned log_count(const struct game_server *server, const char *what)
{
	char *log = log_text(server);
	unsigned count = 0;
	for (const char *at = log; (at = strstr(at, what)) != NULL; at += strlen(what))
		count++;
	free(log);
	return count;
}

/* Why the log says the server closed this connection: an index of reasons, 0 = it does not say. */
static enum close_reason reason_in_log(const struct game_server *server, const struct bot *bot)
{
	char *log = log_text(server);
	const char *here = scenario_text("127.0.0.1:%u", bot->port), *from = log, *next;
	while ((next = strstr(from, scenario_text("connection from %s\n", here))) != NULL)
		from = next + 1; /* ports come again */
	enum close_reason found = CLOSE_NONE;
	for (unsigned i = 1; i < CLOSE_REASON_COUNT && found == CLOSE_NONE; i++) {
		if (strstr(from, scenario_text("%s: %s\n", here, reasons[i].text)) != NULL ||
			strstr(from, scenario_text("%s): %s\n", here, reasons[i].text)) != NULL)
			found = (enum close_reason)i;
	}
	free(log);
	return found;
}

static void expect_closed_for(const struct game_server *server, struct bot *bot, enum close_reason reason)
{
	bot_expect_closed(bot);
	enum close_reason found = reason_in_log(server, bot);
	EXPECT(found == reason, "the connection of %s was closed for %s, and not for %s", bot->name, reasons[found].name,
		   reasons[reason].name);
}

/* --- packets with any values ---------------------------------------------------------------------------------------------------- */

enum values { ORDINARY, NOTHING, LOWEST, HIGHEST, VALUES };
static const char *const values_names[VALUES] = {"ordinary", "nothing", "lowest", "highest"};

struct filling {
	enum values values;
	size_t text_bytes; /* of each text */
};

static int64_t value_for(const struct packet_field *field, enum values values)
{
	const struct packet_range *range = &packet_ranges[DIALECT_GODOT][field->range];
	int64_t value = values == ORDINARY ? 3 : values == LOWEST ? INT64_MIN : values == HIGHEST ? INT64_MAX : 0;
	return value < range->low ? range->low : value > range->high ? range->high : value;
}

static struct text text_for(const struct filling *how)
{
	static char longest[PACKET_MAX_BYTES];
	switch (how->values) {
	case ORDINARY:
		return TEXT("Don Nadie");
	case LOWEST:
		return TEXT("\0\x01\n~[b]\xff");
	case HIGHEST:
		memset(longest, 'W', sizeof longest);
		return text_bytes(longest, how->text_bytes);
	default:
		return text_of(NULL);
	}
}

static void field_fill(uint8_t *fields, const struct packet_field *field, const struct filling *how)
{
	uint8_t *at = fields + field->offset;
	int64_t value = value_for(field, how->values);
	for (unsigned i = 0; i < field->count; i++) {
		switch (field->type) {
		case FIELD_U8:
		case FIELD_I16:
			((int32_t *)(void *)at)[i] = (int32_t)value;
			break;
		case FIELD_BOOL:
			((bool *)(void *)at)[i] = value > 0;
			break;
		case FIELD_I32:
			((int64_t *)(void *)at)[i] = value;
			break;
		case FIELD_STR:
		case FIELD_LIST:
			((struct text *)(void *)at)[i] = text_for(how);
			break;
		case FIELD_IP_OR_STR:
			*(struct packet_address *)(void *)at = (struct packet_address){.ip = {127, 0, 0, 1}, .text = text_for(how)};
			break;
		default:
			break;
		}
	}
}

static void liar_send(struct bot *bot, enum packet_table table, unsigned id, enum values values)
{
	static uint64_t
		fields[512]; /* room for the struct of any packet, aligned; used at once, by the one thread of a test */
	const struct packet_layout *layout = packet_layout(table, id);
	EXPECT(layout != NULL && layout->struct_size <= sizeof fields, "no packet %u", id);
	struct filling how = {.values = values};
	unsigned texts = 0;
	for (unsigned i = 0; i < layout->field_count; i++) {
		uint8_t type = layout->fields[i].type;
		texts += type == FIELD_STR || type == FIELD_LIST || type == FIELD_IP_OR_STR ? layout->fields[i].count : 0;
	}
	size_t fixed = packet_head_size(table) + layout->min_size[DIALECT_GODOT] + 4; /* 4: an address may be a text */
	how.text_bytes = texts > 0 ? (PACKET_MAX_BYTES - fixed) / texts : 0;
	memset(fields, 0, sizeof fields);
	for (unsigned i = 0; i < layout->field_count; i++)
		field_fill((uint8_t *)fields, &layout->fields[i], &how);
	bot_send_packet(bot, table, id, fields);
}

static bool has_no_rule(unsigned id)
{
	static const char *const rules[] = {
#define RULE(PACKET, function, needs) [C2S_##PACKET] = #function,
#include "worker/rules.def"
#undef RULE
	};
	return id < sizeof rules / sizeof *rules && rules[id] != NULL && strcmp(rules[id], "not_yet") == 0;
}

static unsigned lines_since(const struct bot *bot, unsigned from, enum text_id id)
{
	struct text text = text_of(text_latin1(id));
	unsigned count = 0;
	EXPECT(bot->line_count - from < BOT_LINES, "one packet brought %u lines", bot->line_count - from);
	for (unsigned i = from; i < bot->line_count; i++) {
		const struct bot_line *line = &bot->lines[i % BOT_LINES];
		count += line->font >= 0 && text_equal(text_bytes(line->text, line->length), text);
	}
	return count;
}

/* Says it, and is still there. Returns whether it has no rule. */
static bool lie_and_live(struct bot *bot, enum packet_table table, unsigned id, enum values values)
{
	unsigned from = bot->line_count;
	bool unruled = table == TABLE_C2S && has_no_rule(id);
	liar_send(bot, table, id, values);
	bot_sync(bot);
	unsigned told = lines_since(bot, from, TEXT_NOT_YET);
	/* A rule may say so too, of the part it lacks: what some items do. */
	bool partly = table == TABLE_C2S && id == C2S_USE_ITEM && told == 1;
	EXPECT(told == unruled || partly, "%s with %s values was answered %u times with \"not yet\"",
		   table == TABLE_C2S ? c2s_name(id) : gm_name(id), values_names[values], told);
	EXPECT(bot->errors == 0, "%s with %s values: error \"%s\"", table == TABLE_C2S ? c2s_name(id) : gm_name(id),
		   values_names[values], bot->error);
	return unruled;
}

static void every_packet_with_any_value_is_answered_or_harmless(void **state)
{
	(void)state;
	const char *const settings[] = {scenario_start(scenario_clearing(6, 6, true)), "world.paranoid=true", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct processes before = processes_of(server);
	struct bot *witness = bot_create(server, NULL, ANY_WORKER);
	struct bot *bot = bot_create(server, "Embustero", ANY_WORKER);
	unsigned unruled = 0;
	EXPECT_EQUAL("packets in the table", packet_table_size(TABLE_C2S), 130);
	for (enum values values = ORDINARY; values < VALUES; values++) {
		for (unsigned id = C2S_TALK; id < packet_table_size(TABLE_C2S); id++) {
			if (id != C2S_QUIT && id != C2S_GM_COMMANDS)
				unruled += lie_and_live(bot, TABLE_C2S, id, values);
		}
		for (unsigned id = 1; id < packet_table_size(TABLE_GM); id++) {
			if (packet_layout(TABLE_GM, id) != NULL)
				lie_and_live(bot, TABLE_GM, id, values);
		}
		bot_sync(witness);
	}
	EXPECT_EQUAL("packets without a rule that were counted", game_server_total(server, "packets_unruled"), unruled);
	EXPECT_EQUAL("packets that were taken for bad", game_server_total(server, "packets_bad"), 0);
	bot_quit(bot);
	bot_close(&bot);
	for (unsigned id = C2S_LOGIN_EXISTING_CHAR; id <= C2S_LOGIN_NEW_CHAR; id++) {
		bot = bot_login(server, "Embustero", ANY_WORKER);
		liar_send(bot, TABLE_C2S, id, ORDINARY);
		expect_closed_for(server, bot, CLOSE_OUT_OF_TURN);
		bot_close(&bot);
		game_server_await_players(server, 1);
	}
	bot = bot_login(server, "Embustero", ANY_WORKER);
	bot_sync(witness);
	bot_close(&bot);
	expect_unharmed(server, &before);
	bots_expect_good();
	game_server_stop(server);
}

static void ids_that_no_client_has_and_packets_longer_than_any_close_the_connection(void **state)
{
	(void)state;
	static const uint8_t too_long[3] = {C2S_TALK, 0xff, 0x7f}, negative[3] = {C2S_TALK, 0xff, 0xff};
	struct game_server *server = game_server_start(NULL);
	struct processes before = processes_of(server);
	struct bot *bot;
	for (unsigned id = packet_table_size(TABLE_C2S); id <= 255; id += 25) {
		uint8_t byte = (uint8_t)id;
		bot = bot_create(server, NULL, ANY_WORKER);
		bot_send(bot, &byte, 1);
		expect_closed_for(server, bot, CLOSE_UNKNOWN_PACKET);
		bot_close(&bot);
	}
	bot = bot_create(server, NULL, ANY_WORKER);
	bot_send(bot, too_long, sizeof too_long);
	expect_closed_for(server, bot, CLOSE_TOO_LONG);
	bot_close(&bot);
	bot = bot_create(server, NULL, ANY_WORKER);
	bot_send(bot, negative, sizeof negative);
	expect_closed_for(server, bot, CLOSE_MALFORMED);
	bot_close(&bot);
	expect_unharmed(server, &before);
	game_server_stop(server);
}

static void packets_of_the_world_before_login_close_the_connection(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct processes before = processes_of(server);
	struct bot *witness = bot_create(server, NULL, ANY_WORKER);
	for (unsigned id = C2S_TALK; id < packet_table_size(TABLE_C2S); id++) {
		struct bot *bot = bot_connect(server);
		if (id % 2 == 1)
			bot_roll(bot);
		if (id == C2S_GM_COMMANDS)
			liar_send(bot, TABLE_GM, GM_KICK, ORDINARY);
		else
			liar_send(bot, TABLE_C2S, id, id % 3 == 0 ? HIGHEST : ORDINARY);
		expect_closed_for(server, bot, CLOSE_OUT_OF_TURN);
		EXPECT(!bot->broken, "%s: the connection broke instead of being closed", c2s_name(id));
		bot_close(&bot);
	}
	bot_sync(witness);
	expect_unharmed(server, &before);
	bots_expect_good();
	game_server_stop(server);
}

/* --- noise ------------------------------------------------------------------------------------------------------------------------ */

enum { NOISY = 200, NOISY_INSIDE = 20, NOISE_BYTES = 600 };

static void noise_send(struct bot *bot, struct rng *rng)
{
	uint8_t bytes[NOISE_BYTES];
	size_t length = (size_t)rng_range(rng, 1, NOISE_BYTES);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)rng_range(rng, 0, 255);
	bot_send(bot, bytes, length);
}

static void play_on(struct bot *speaker, struct bot *listener, unsigned round)
{
	const char *words = scenario_text("ronda %u", round);
	bot_talk(speaker, words);
	bot_until(listener, bot_has_said(listener, speaker->self, words));
	bot_step(speaker, round % 2 == 0 ? HEADING_EAST : HEADING_WEST);
	bot_sync(speaker);
}

static void noise_is_closed_with_a_reason_and_the_others_play_on(void **state)
{
	(void)state;
	static struct bot *noisy[NOISY];
	const char *const settings[] = {scenario_start(scenario_clearing(8, 8, true)), "intervals.login_silence_s=3",
									"intervals.creation_silence_s=3", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct processes before = processes_of(server);
	struct bot *speaker = bot_create(server, NULL, ANY_WORKER), *listener = bot_create(server, NULL, ANY_WORKER);
	struct rng rng;
	rng_seed(&rng, 4711);
	for (unsigned i = 0; i < NOISY; i++) {
		noisy[i] = bot_connect(server);
		noisy[i]->screen = BOT_CREATION_SCREEN;
		noise_send(noisy[i], &rng);
		if (i % 20 == 0)
			play_on(speaker, listener, i / 20);
	}
	for (unsigned i = 0; i < NOISY; i++) {
		bot_expect_closed(noisy[i]);
		EXPECT(reason_in_log(server, noisy[i]) != CLOSE_NONE, "noise %u was closed without a reason in the log", i);
		bot_close(&noisy[i]);
	}
	for (unsigned i = 0; i < NOISY_INSIDE; i++) {
		struct bot *bot = bot_create(server, NULL, ANY_WORKER);
		for (uint64_t until = bots_deadline(); !bot->closed && clock_mono_ms() < until;) {
			noise_send(bot, &rng);
			bots_receive(1);
		}
		EXPECT(bot->closed, "a player may send noise for ever");
		EXPECT(reason_in_log(server, bot) != CLOSE_NONE, "noisy player %u was closed without a reason in the log", i);
		bot_close(&bot);
		play_on(speaker, listener, 100 + i);
	}
	expect_unharmed(server, &before);
	bots_expect_good();
	game_server_stop(server);
}

/* --- pieces ----------------------------------------------------------------------------------------------------------------------- */

/* What came of `packets_write` is understood: a line said with that number, and a pong. */
static size_t packets_write(uint8_t *bytes, size_t capacity, unsigned number)
{
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, capacity, DIALECT_GODOT);
	bool done = PUT_C2S(&writer, TALK, .text = text_of(scenario_text("n%u", number)));
	done = done && PUT_C2S(&writer, LEFT_CLICK, .x = 50, .y = 50) && PUT_C2S(&writer, REQUEST_POSITION_UPDATE);
	done = done && PUT_C2S(&writer, MODIFY_SKILLS) && PUT_C2S(&writer, PING);
	EXPECT(done, "packets do not fit");
	return writer.length;
}

static void expect_understood(struct bot *bot, unsigned number, unsigned pongs)
{
	bot_until(bot, bot->pongs >= pongs);
	EXPECT_EQUAL("pongs", bot->pongs, pongs);
	EXPECT(bot_has_said(bot, bot->self, scenario_text("n%u", number)), "text number %u was not said", number);
}

/* Sends, and waits until the server has read it. */
static void send_alone(const struct game_server *server, struct bot *bot, const uint8_t *bytes, size_t length)
{
	int64_t before = game_server_total(server, "bytes_in");
	bot_send(bot, bytes, length);
	EVENTUALLY(game_server_total(server, "bytes_in") >= before + (int64_t)length);
}

static void packets_in_pieces_and_in_heaps_are_understood(void **state)
{
	(void)state;
	uint8_t bytes[8000];
	const char *const settings[] = {scenario_start(scenario_clearing(4, 4, true)), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, "Cortado", ANY_WORKER);
	size_t length = packets_write(bytes, sizeof bytes, 1000);
	unsigned number = 1000;
	for (size_t cut = 1; cut < length; cut++) {
		unsigned pongs = bot->pongs;
		packets_write(bytes, sizeof bytes, ++number);
		send_alone(server, bot, bytes, cut);
		bot_send(bot, bytes + cut, length - cut);
		expect_understood(bot, number, pongs + 1);
	}
	unsigned pongs = bot->pongs;
	packets_write(bytes, sizeof bytes, ++number);
	for (size_t i = 0; i < length; i++)
		send_alone(server, bot, bytes + i, 1);
	expect_understood(bot, number, pongs + 1);
	for (unsigned heap = 0; heap < 10; heap++) {
		pongs = bot->pongs;
		size_t used = 0;
		for (unsigned i = 0; i < 50; i++)
			used += packets_write(bytes + used, sizeof bytes - used, ++number);
		bot_send(bot, bytes, used);
		bot_until(bot, bot->pongs >= pongs + 50);
		for (unsigned i = 0; i < 50; i++)
			expect_understood(bot, number - i, pongs + 50);
	}
	bots_expect_good();
	bot_quit(bot);
	bot_close(&bot);

	bot = bot_connect(server);
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	PUT_C2S(&writer, LOGIN_EXISTING_CHAR, .username = TEXT("Cortado"), .password = TEXT(BOT_PASSWORD), .ver_minor = 13);
	for (size_t i = 0; i < writer.length; i++)
		send_alone(server, bot, bytes + i, 1);
	bot_until(bot, bot_in_world(bot));
	EXPECT_EQUAL("packets that were taken for bad", game_server_total(server, "packets_bad"), 0);
	game_server_stop(server);
}

/* --- silence ---------------------------------------------------------------------------------------------------------------------- */

static void who_does_not_log_in_is_closed_after_the_time_for_it(void **state)
{
	(void)state;
	static const uint8_t half[] = {C2S_LOGIN_EXISTING_CHAR, 200, 0, 'D', 'o', 'n'};
	const char *const settings[] = {"intervals.login_silence_s=1", "intervals.creation_silence_s=4", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct processes before = processes_of(server);
	struct bot *player = bot_create(server, NULL, ANY_WORKER);
	uint64_t began = clock_mono_ms();
	struct bot *creating = bot_connect(server), *silent = bot_connect(server), *halfway = bot_connect(server);
	bot_roll(creating);
	bot_send(halfway, half, sizeof half);
	expect_closed_for(server, silent, CLOSE_LOGIN_SILENCE);
	EXPECT(clock_mono_ms() - began >= 1000, "closed before its time was over");
	expect_closed_for(server, halfway, CLOSE_LOGIN_SILENCE);
	expect_closed_for(server, creating, CLOSE_LOGIN_SILENCE);
	EXPECT(clock_mono_ms() - began >= 4000, "who creates a character was closed before its time was over");
	bot_sync(player);
	expect_unharmed(server, &before);
	game_server_stop(server);
}

static void a_packet_that_trickles_in_does_not_buy_time(void **state)
{
	(void)state;
	const char *const settings[] = {"intervals.login_silence_s=2", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_connect(server);
	bot_send(bot, (const uint8_t[]){C2S_LOGIN_EXISTING_CHAR, 0, 8}, 3); /* 2048 letters are to come */
	for (uint64_t until = clock_mono_ms() + 10000; !bot->closed && clock_mono_ms() < until;) {
		bot_send(bot, "W", 1);
		bots_receive(100);
	}
	EXPECT(bot->closed, "one letter now and then keeps a connection that never logs in");
	expect_closed_for(server, bot, CLOSE_LOGIN_SILENCE);
	game_server_stop(server);
}

/* --- deaf ears -------------------------------------------------------------------------------------------------------------------- */

enum { TALKERS = 20, TALK_ROUNDS = 2000, SLOW_MS = 5000 };

static void who_stops_reading_is_closed_for_its_queue_and_the_others_are_not_slowed(void **state)
{
	(void)state;
	struct bot *talkers[TALKERS];
	char words[241];
	const char *const settings[] = {scenario_start(scenario_clearing(8, 8, true)), "limits.output_kb=32", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct processes before = processes_of(server);
	struct bot *deaf = bot_create(server, "Sordo", ANY_WORKER);
	int small = 4096;
	uint64_t slowest = 0;
	memset(words, 'b', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	for (unsigned i = 0; i < TALKERS; i++)
		talkers[i] = bot_create(server, NULL, ANY_WORKER);
	deaf->deaf = true;
	const char *end = reasons[CLOSE_SLOW_READER].text;
	for (unsigned round = 0; round < TALK_ROUNDS && log_count(server, end) == 0; round++) {
		uint64_t began = clock_mono_ms();
		for (unsigned i = 0; i < TALKERS; i++)
			bot_talk(talkers[i], words);
		bot_sync(talkers[round % TALKERS]);
		uint64_t took = clock_mono_ms() - began;
		slowest = took > slowest ? took : slowest;
	}
	EXPECT_EQUAL("lines that say that a client does not read", log_count(server, end), 1);
	EXPECT_EQUAL("why the deaf one was closed", reason_in_log(server, deaf), CLOSE_SLOW_READER);
	EXPECT(slowest < SLOW_MS, "a round of talk took %llu ms", (unsigned long long)slowest);
	bot_close(&deaf);
	for (unsigned i = 0; i < TALKERS; i++)
		bot_sync(talkers[i]);
	game_server_await_players(server, TALKERS);
	expect_unharmed(server, &before);
	bots_expect_good();
	game_server_stop(server);
}

/* --- limits of an address ----------------------------------------------------------------------------------------------------------- */

static void too_many_connections_of_one_address_are_told_so(void **state)
{
	(void)state;
	const char *const settings[] = {"limits.connections_per_address=3", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bots[3], *more;
	for (unsigned i = 0; i < 3; i++) {
		bots[i] = bot_connect(server);
		bot_roll(bots[i]);
	}
	for (unsigned i = 0; i < 5; i++) {
		more = bot_connect(server);
		bot_expect_error(more, TEXT_TOO_MANY_FROM_ADDRESS);
		bot_expect_closed(more);
		bot_close(&more);
	}
	game_server_expect_log(server, reasons[CLOSE_TOO_MANY_FROM_ADDRESS].text);
	bot_close(&bots[1]);
	EVENTUALLY(game_server_number(server, "connections") == 2);
	more = bot_connect(server);
	bot_roll(more);
	game_server_stop(server);
}

static void connections_of_one_address_that_come_too_fast_are_told_so(void **state)
{
	(void)state;
	const char *const settings[] = {"limits.connect_interval_ms=60000", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *first = bot_connect(server);
	bot_roll(first);
	for (unsigned i = 0; i < 5; i++) {
		struct bot *more = bot_connect(server);
		bot_expect_error(more, TEXT_TOO_FAST_FROM_ADDRESS);
		bot_expect_closed(more);
		bot_close(&more);
	}
	game_server_expect_log(server, reasons[CLOSE_TOO_FAST_FROM_ADDRESS].text);
	bot_roll(first);
	game_server_stop(server);
}

static void who_guesses_passwords_is_not_listened_to_any_more(void **state)
{
	(void)state;
	enum { GUESSES = 4 };
	const char *const settings[] = {"limits.wrong_passwords_per_address_per_minute=4", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *owner = bot_create(server, "Duende", ANY_WORKER);
	bot_quit(owner);
	bot_close(&owner);
	for (unsigned i = 0; i < GUESSES + 3; i++) {
		struct bot *bot = bot_connect(server);
		bot_ask_login(bot, "Duende", i < GUESSES ? "otra clave" : BOT_PASSWORD);
		bot_expect_error(bot, i < GUESSES ? TEXT_WRONG_PASSWORD : TEXT_TOO_MANY_GUESSES);
		bot_expect_closed(bot);
		bot_close(&bot);
	}
	game_server_stop(server);
}

static void characters_beyond_the_limit_are_not_created(void **state)
{
	(void)state;
	const char *const settings[] = {"limits.creations_per_address_per_hour=2", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	bot_create(server, NULL, 0);
	bot_create(server, "Segunda", 1);
	for (unsigned worker = 0; worker < GAME_SERVER_WORKERS; worker++) {
		struct bot *bot = bot_connect_to_worker(server, worker);
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Tercera");
		bot_roll(bot);
		bot_ask_creation(bot, &wish);
		bot_expect_error(bot, TEXT_CREATION_LIMIT);
		bot_roll(bot); /* it stays connected */
		bot_close(&bot);
	}
	EXPECT_EQUAL("characters created", game_server_total(server, "characters_created"), 2);
	game_server_stop(server);
}

/* --- one name, two clients ---------------------------------------------------------------------------------------------------------- */

static bool is_refused_the_name(const struct bot *bot)
{
	return bot->errors == 1 && (text_equal(text_of(bot->error), text_of(text_latin1(TEXT_NAME_TAKEN))) ||
								text_equal(text_of(bot->error), text_of(text_latin1(TEXT_BEING_LOADED))));
}

static void of_two_who_want_the_same_name_at_once_one_gets_it(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	for (unsigned round = 0; round < 20; round++) {
		struct bot *bots[2];
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
		for (unsigned i = 0; i < 2; i++) {
			bots[i] = bot_connect_to_worker(server, (round + i) % GAME_SERVER_WORKERS);
			bot_roll(bots[i]);
		}
		for (unsigned i = 0; i < 2; i++)
			bot_ask_creation(bots[i], &wish);
		for (unsigned i = 0; i < 2; i++)
			bot_until(bots[i], bot_in_world(bots[i]) || bots[i]->errors > 0);
		unsigned winner = bot_in_world(bots[0]) ? 0 : 1;
		EXPECT(bot_in_world(bots[winner]), "nobody got the name: \"%s\", \"%s\"", bots[0]->error, bots[1]->error);
		EXPECT(is_refused_the_name(bots[1 - winner]), "the other one was told \"%s\"", bots[1 - winner]->error);
		bots[1 - winner]->errors = 0;
		bot_roll(bots[1 - winner]);
		bot_ask_creation(bots[1 - winner], &wish);
		bot_expect_error(bots[1 - winner], TEXT_NAME_TAKEN);
		bot_sync(bots[winner]);
		bot_close(&bots[0]);
		bot_close(&bots[1]);
	}
	EXPECT_EQUAL("characters created", game_server_total(server, "characters_created"), 20);
	game_server_audit(server);
	game_server_stop(server);
}

/* --- one character, two clients -------------------------------------------------------------------------------------------------------- */

static void the_right_password_takes_a_character_over_and_a_wrong_one_is_not_noticed(void **state)
{
	(void)state;
	const char *const settings[] = {scenario_start(scenario_clearing(6, 6, true)), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *witness = bot_create(server, NULL, ANY_WORKER);
	struct bot *bot = bot_create(server, "Codiciado", 0);
	int index = bot->self;
	for (unsigned round = 1; round <= 6; round++) {
		struct bot *other = bot_connect_to_worker(server, round % GAME_SERVER_WORKERS);
		bot_sync(bot);
		bot_record(bot);
		bot_ask_login(other, "Codiciado", "otra clave");
		bot_expect_error(other, TEXT_WRONG_PASSWORD);
		expect_closed_for(server, other, CLOSE_LOGIN_REFUSED);
		bot_close(&other);
		bot_sync(bot);
		EXPECT(bot->record_count == 0 && bot->errors == 0, "a wrong password of another was noticed: \"%s\"",
			   bot->record_count > 0 ? bot->record[0] : bot->error);

		other = bot_login(server, "Codiciado", (int)(round % GAME_SERVER_WORKERS));
		bot_expect_error(bot, TEXT_TAKEN_OVER);
		expect_closed_for(server, bot, CLOSE_TAKEN_OVER);
		EXPECT_EQUAL("the character that was taken over", other->self, index);
		bot_close(&bot);
		bot = other;
		const char *words = scenario_text("soy %u", round);
		bot_talk(bot, words);
		bot_until(witness, bot_has_said(witness, index, words));
	}
	EXPECT_EQUAL("players", game_server_number(server, "players"), 2);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- charsets ---------------------------------------------------------------------------------------------------------------------------- */

static void texts_arrive_in_the_charset_that_was_chosen(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
	} charsets[] = {{"utf8", "\xc2\xa1Qu\xc3\xa9 \xc3\x91"
							 "and\xc3\xba, ping\xc3\xbcino!"},
					{"ascii", "Que Nandu, pinguino!"},
					{"latin1", "\xa1Qu\xe9 \xd1"
							   "and\xfa, ping\xfcino!"}};
	const char *const settings[] = {scenario_start(scenario_clearing(4, 4, true)), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *speaker = bot_create(server, NULL, 0), *plain = bot_create(server, NULL, 0);
	struct bot *bot = bot_create(server, "Lector", 1);
	for (unsigned i = 0; i < 3; i++) {
		bot_talk(bot, scenario_text("/CHARSET %s", charsets[i].name));
		bot_expect_line(bot, TEXT_CHARSET_SET, charsets[i].name);
		bot_talk(speaker, charsets[2].text);
		bot_until(bot, bot_has_said(bot, speaker->self, charsets[i].text));
		bot_until(plain, bot_has_said(plain, speaker->self, charsets[2].text));
	}
	bot_talk(bot, "/CHARSET ebcdic");
	bot_expect_line(bot, TEXT_CHARSET_HELP);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(every_packet_with_any_value_is_answered_or_harmless),
		SCENARIO(ids_that_no_client_has_and_packets_longer_than_any_close_the_connection),
		SCENARIO(packets_of_the_world_before_login_close_the_connection),
		SCENARIO(noise_is_closed_with_a_reason_and_the_others_play_on),
		SCENARIO(packets_in_pieces_and_in_heaps_are_understood),
		SCENARIO(who_does_not_log_in_is_closed_after_the_time_for_it),
		SCENARIO(a_packet_that_trickles_in_does_not_buy_time),
		SCENARIO(who_stops_reading_is_closed_for_its_queue_and_the_others_are_not_slowed),
		SCENARIO(too_many_connections_of_one_address_are_told_so),
		SCENARIO(connections_of_one_address_that_come_too_fast_are_told_so),
		SCENARIO(who_guesses_passwords_is_not_listened_to_any_more),
		SCENARIO(characters_beyond_the_limit_are_not_created),
		SCENARIO(of_two_who_want_the_same_name_at_once_one_gets_it),
		SCENARIO(the_right_password_takes_a_character_over_and_a_wrong_one_is_not_noticed),
		SCENARIO(texts_arrive_in_the_charset_that_was_chosen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
