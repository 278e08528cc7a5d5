#include "tests/harness/bot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot_view.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum { BOTS_MAX = 1024, PLACE_TRIES = 200, SEND_PATIENCE_S = 20 };

/* All that are open: who waits lets all receive, and the teardown of a test that failed finds them. */
static struct bot *bots;
static int keep_bytes;

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static struct bot *bot_new(void)
{
	struct bot *bot = calloc(1, sizeof *bot);
	if (bot == NULL)
		abort();
	bot->lines = calloc(BOT_LINES, sizeof *bot->lines);
	bot->history = calloc(BOT_HISTORY, sizeof *bot->history);
	if (bot->lines == NULL || bot->history == NULL)
		abort();
	bot->fd = -1;
	bot->worker = UINT_MAX;
	bot->safe_mode = -1;
	snprintf(bot->name, sizeof bot->name, "(a bot without name)");
	bot->next = bots;
	bots = bot;
	return bot;
}

static void record_free(struct bot *bot)
{
	for (unsigned i = 0; i < bot->record_count; i++)
		free(bot->record[i]);
	free(bot->record);
	bot->record = NULL;
	bot->record_count = 0;
}

void bot_close(struct bot **bot)
{
	struct bot *gone = *bot;
	*bot = NULL;
	if (gone == NULL)
		return;
	for (struct bot **link = &bots; *link != NULL; link = &(*link)->next) {
		if (*link == gone) {
			*link = gone->next;
			break;
		}
	}
	if (gone->fd >= 0)
		close(gone->fd);
	record_free(gone);
	free(gone->characters);
	free(gone->lines);
	free(gone->history);
	free(gone->input);
	free(gone);
}

static enum dialect spoken = DIALECT_GODOT;

void bots_speak(enum dialect dialect)
{
	spoken = dialect;
}

enum dialect bots_dialect(void)
{
	return spoken;
}

void bots_close_all(void)
{
	spoken = DIALECT_GODOT;
	while (bots != NULL) {
		struct bot *first = bots;
		bot_close(&first);
	}
	keep_bytes = 0;
}

void bots_keep(int bytes)
{
	keep_bytes = bytes;
}

static void bot_show(const struct bot *bot)
{
	unsigned from = bot->history_count > BOT_HISTORY ? bot->history_count - BOT_HISTORY : 0;
	fprintf(stderr, "--- %s: map %d, character %d, %u packets, %u cut, %u out of step%s; its last packets:\n",
			bot->name, bot->map, bot->self, bot->packets, bot->cut_packets, bot->desyncs,
			bot->closed ? ", closed" : "");
	for (unsigned i = from; i < bot->history_count; i++)
		fprintf(stderr, "    %s\n", bot->history[i % BOT_HISTORY]);
}

void bots_show(const char *about)
{
	enum { FEW = 4 };
	unsigned shown = 0;
	for (const struct bot *bot = bots; bot != NULL; bot = bot->next) {
		if (strstr(about, bot->name) != NULL || bot->desyncs > 0 || bot->cut_packets > 0) {
			bot_show(bot);
			shown++;
		}
	}
	for (const struct bot *bot = bots; bot != NULL && shown < FEW; bot = bot->next, shown++)
		bot_show(bot);
}

struct bot *bot_connect(const struct game_server *server)
{
	return bot_connect_from(server, 0, 0);
}

void bot_break(struct bot **bot)
{
	const struct linger abrupt = {.l_onoff = 1};
	if ((*bot)->fd >= 0)
		setsockopt((*bot)->fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
	bot_close(bot);
}

struct bot *bot_connect_from(const struct game_server *server, unsigned port, int segment_bytes)
{
	const struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = SEND_PATIENCE_S};
	int on = 1;
	struct bot *bot = bot_new();
	bot->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (port != 0) {
		setsockopt(bot->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		EXPECT(bind(bot->fd, (const struct sockaddr *)&from, sizeof from) == 0, "bind to port %u: %s", port,
			   strerror(errno));
	}
	if (segment_bytes != 0) {
		int window = segment_bytes * 16;
		setsockopt(bot->fd, IPPROTO_TCP, TCP_MAXSEG, &segment_bytes, sizeof segment_bytes);
		setsockopt(bot->fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
	}
	if (keep_bytes != 0)
		setsockopt(bot->fd, SOL_SOCKET, SO_RCVBUF, &keep_bytes, sizeof keep_bytes);
	EXPECT(bot->fd >= 0 && connect(bot->fd, (const struct sockaddr *)&at, sizeof at) == 0, "connect to port %u: %s",
		   server->port, strerror(errno));
	setsockopt(bot->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(bot->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	return bot;
}

/* --- which worker ------------------------------------------------------------------------------------------------------------- */

struct accepted {
	int64_t by[GAME_SERVER_PROCESSES_MAX], sum;
};

static struct accepted accepted_now(const struct game_server *server)
{
	struct accepted accepted = {.sum = 0};
	cJSON *status = game_server_ask(server, "status");
	const cJSON *process;
	unsigned i = 0;
	cJSON_ArrayForEach(process, cJSON_GetObjectItem(status, "processes"))
	{
		if (i == server->workers)
			break;
		const cJSON *counters = cJSON_GetObjectItem(process, "counters");
		accepted.by[i] = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(counters, "connections_accepted"));
		accepted.sum += accepted.by[i++];
	}
	cJSON_Delete(status);
	return accepted;
}

/* From that port; whether it came to that worker. */
static bool came_to_worker(const struct game_server *server, unsigned port, unsigned worker, struct bot **bot)
{
	struct accepted before = accepted_now(server), after;
	*bot = bot_connect_from(server, port, 0);
	EVENTUALLY((after = accepted_now(server)).sum > before.sum);
	EXPECT_EQUAL("connections that were accepted while one was made", after.sum - before.sum, 1);
	(*bot)->worker = worker;
	return after.by[worker] > before.by[worker];
}

static bool leads_to_worker(const struct game_server *server, unsigned port, unsigned worker)
{
	struct bot *bot;
	bool came = came_to_worker(server, port, worker, &bot);
	bot_break(&bot);
	return came;
}

struct bot *bot_connect_to_worker(const struct game_server *server, unsigned worker)
{
	for (unsigned try = 0; try < PLACE_TRIES; try++) {
		struct bot *bot;
		if (came_to_worker(server, 0, worker, &bot))
			return bot;
		bot_close(&bot);
	}
	scenario_fail(__FILE__, __LINE__, "%d connections, and none came to worker %u", PLACE_TRIES, worker);
}

unsigned bot_port_to_worker(const struct game_server *server, unsigned worker)
{
	/* Below those that the system gives out by itself; other programs' tests begin elsewhere. */
	enum { PORT_FIRST = 12000, PORT_COUNT = 20000, PORT_PRIME = 7919, AGAIN = 3 };
	static unsigned used;
	for (unsigned try = 0; try < PLACE_TRIES; try++) {
		unsigned port = PORT_FIRST + ((unsigned)getpid() * PORT_PRIME + used++) % PORT_COUNT;
		if (!leads_to_worker(server, port, worker))
			continue;
		for (unsigned again = 0; again < AGAIN; again++)
			EXPECT(leads_to_worker(server, port, worker), "port %u leads to worker %u, but not always", port, worker);
		return port;
	}
	scenario_fail(__FILE__, __LINE__, "%d ports, and none leads to worker %u", PLACE_TRIES, worker);
}

/* --- saying ------------------------------------------------------------------------------------------------------------------- */

void bot_send(struct bot *bot, const void *bytes, size_t length)
{
	size_t sent = 0;
	while (sent < length && bot->fd >= 0) {
		ssize_t n = send(bot->fd, (const uint8_t *)bytes + sent, length - sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return; /* that the server closed is seen when receiving */
		EXPECT(n > 0, "%s cannot send: %s", bot->name, strerror(errno));
		sent += (size_t)n;
	}
}

void bot_send_packet(struct bot *bot, enum packet_table table, unsigned id, const void *fields)
{
	uint8_t bytes[70000];
	char text[BOT_TEXT_MAX];
	struct packet_writer writer;
	struct problem why;
	packet_writer_start(&writer, bytes, sizeof bytes, spoken);
	if (!packet_put(&writer, table, id, fields)) {
		packet_writer_explain(&writer, &why);
		scenario_fail(__FILE__, __LINE__, "%s wants to send what no client sends: %s", bot->name, why.text);
	}
	bot->pings += table == TABLE_C2S && id == C2S_PING;
	packet_to_text(table, id, fields, text, sizeof text);
	bot_view_note(bot, "->", text, false);
	bot_send(bot, bytes, writer.length);
}

void bot_talk(struct bot *bot, const char *latin1)
{
	BOT_SEND(bot, TALK, .text = text_of(latin1));
}

/* --- receiving ---------------------------------------------------------------------------------------------------------------- */

/* What the Godot client does each frame: all bytes that are there, as one buffer. */
static void bot_receive(struct bot *bot)
{
	static uint8_t bytes[BOT_INPUT]; /* used at once, by the one thread of a test */
	int there = 0;
	if (ioctl(bot->fd, FIONREAD, &there) != 0 || there <= 0)
		there = 1; /* the end, or an error: recv tells */
	ssize_t n = recv(bot->fd, bytes, (size_t)there < sizeof bytes ? (size_t)there : sizeof bytes, MSG_DONTWAIT);
	if (n > 0) {
		bot->received_ms = clock_mono_ms();
		bot->bytes += (uint64_t)n;
		bot_view_chunk(bot, bytes, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		bot->closed = true;
		bot->broken = n < 0;
		bot_view_note(bot, "!!", n == 0 ? "the server closed" : strerror(errno), false);
		close(bot->fd); /* the client closes its side too */
		bot->fd = -1;
	}
}

void bot_hear(struct bot *bot)
{
	struct pollfd fd = {.fd = bot->fd, .events = POLLIN};
	while (!bot->closed && bot->fd >= 0 && poll(&fd, 1, 0) > 0)
		bot_receive(bot);
}

void bots_receive(int timeout_ms)
{
	struct pollfd fds[BOTS_MAX];
	struct bot *who[BOTS_MAX];
	nfds_t count = 0;
	for (struct bot *bot = bots; bot != NULL && count < BOTS_MAX; bot = bot->next) {
		if (bot->closed || bot->deaf || bot->fd < 0)
			continue;
		who[count] = bot;
		fds[count++] = (struct pollfd){.fd = bot->fd, .events = POLLIN};
	}
	if (poll(fds, count, timeout_ms) <= 0)
		return;
	for (nfds_t i = 0; i < count; i++) {
		if (fds[i].revents != 0)
			bot_receive(who[i]);
	}
}

uint64_t bots_deadline(void)
{
	return clock_mono_ms() + BOT_PATIENCE_MS;
}

void bots_turn(const struct bot *who, uint64_t until_ms, const char *file, int line, const char *condition)
{
	uint64_t now = clock_mono_ms();
	if (now >= until_ms)
		scenario_fail(file, line, "%s waited %d s, and still not: %s", who->name, BOT_PATIENCE_MS / 1000, condition);
	if (who->closed)
		scenario_fail(file, line, "the server closed the connection of %s (last error \"%s\"), and not: %s", who->name,
					  who->error, condition);
	bots_receive(until_ms - now < 100 ? (int)(until_ms - now) : 100);
}

/* --- coming and going --------------------------------------------------------------------------------------------------------- */

const char *bot_new_name(void)
{
	static unsigned number;                               /* names of one program are never the same */
	static const char letters[] = "bcdfghjklmnpqrstvwxz"; /* no vowels: a world forbids some words as names */
	enum { LETTERS = sizeof letters - 1 };
	unsigned n = number++;
	return scenario_text("Vecino %c%c%c", letters[n / LETTERS / LETTERS % LETTERS], letters[n / LETTERS % LETTERS],
						 letters[n % LETTERS]);
}

void bot_roll(struct bot *bot)
{
	bot->screen = BOT_CREATION_SCREEN;
	bot->rolled = false;
	BOT_SEND(bot, THROW_DICES);
	bot_until(bot, bot->rolled);
}

struct c2s_LOGIN_NEW_CHAR bot_wish(const char *name)
{
	return (struct c2s_LOGIN_NEW_CHAR){.username = text_of(name),
									   .password = text_of(BOT_PASSWORD),
									   .ver_major = 0,
									   .ver_minor = 13,
									   .ver_patch = 0,
									   .race = RACE_HUMAN,
									   .gender = GENDER_MAN,
									   .class = CLASS_WARRIOR,
									   .head = 1,
									   .email = text_of("vecino@example.org"),
									   .home = CITY_ULLATHORPE};
}

void bot_ask_creation(struct bot *bot, const struct c2s_LOGIN_NEW_CHAR *wish)
{
	bot->screen = BOT_CREATION_SCREEN;
	text_to_z(wish->username, bot->name, sizeof bot->name);
	text_to_z(wish->password, bot->password, sizeof bot->password);
	bot_send_packet(bot, TABLE_C2S, C2S_LOGIN_NEW_CHAR, wish);
}

void bot_ask_login(struct bot *bot, const char *name, const char *password)
{
	bot->screen = BOT_LOGIN_SCREEN;
	snprintf(bot->name, sizeof bot->name, "%s", name);
	snprintf(bot->password, sizeof bot->password, "%s", password);
	BOT_SEND(bot, LOGIN_EXISTING_CHAR, .username = text_of(name), .password = text_of(password), .ver_major = 0,
			 .ver_minor = 13, .ver_patch = 0);
}

bool bot_in_world(const struct bot *bot)
{
	return bot->greeted && bot->map != 0 && bot->self != 0 && bot_find(bot, bot->self) != NULL && bot->hp_max > 0 &&
		   bot->safe_mode >= 0;
}

static struct bot *connect_anywhere_or(const struct game_server *server, int worker)
{
	return worker == ANY_WORKER ? bot_connect(server) : bot_connect_to_worker(server, (unsigned)worker);
}

struct bot *bot_create(const struct game_server *server, const char *name, int worker)
{
	struct bot *bot = connect_anywhere_or(server, worker);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name != NULL ? name : bot_new_name());
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	bot_sync(bot);
	return bot;
}

/* A character that is just leaving, or whose record is just being read: "try again in a moment". */
static bool told_to_try_again(const struct bot *bot)
{
	return bot->errors > 0 &&
		   (strcmp(bot->error, text_latin1(TEXT_BUSY)) == 0 || strcmp(bot->error, text_latin1(TEXT_BEING_LOADED)) == 0);
}

struct bot *bot_login(const struct game_server *server, const char *name, int worker)
{
	enum { TRIES = 20 };
	for (int try = 0;; try++) {
		struct bot *bot = connect_anywhere_or(server, worker);
		bot_ask_login(bot, name, BOT_PASSWORD);
		bot_until(bot, bot_in_world(bot) || told_to_try_again(bot));
		if (bot_in_world(bot)) {
			bot_sync(bot);
			return bot;
		}
		EXPECT(try < TRIES, "%s was told %d times to try again", name, TRIES);
		bot_close(&bot);
	}
}

void bot_sync(struct bot *bot)
{
	BOT_SEND(bot, PING);
	bot_until(bot, bot->pongs == bot->pings);
}

void bot_expect_closed(struct bot *bot)
{
	uint64_t until = bots_deadline();
	while (!bot->closed) {
		if (clock_mono_ms() >= until)
			scenario_fail(__FILE__, __LINE__, "the server does not close the connection of %s", bot->name);
		bots_receive(100);
	}
}

void bot_quit(struct bot *bot)
{
	BOT_SEND(bot, QUIT);
	bot_expect_line(bot, TEXT_LEAVING_NOW);
	bot_expect_closed(bot);
}

void bot_await_durable(struct bot *bot, const struct game_server *server)
{
	bot_sync(bot);
	game_server_await_durable(server);
}

/* --- looking ------------------------------------------------------------------------------------------------------------------ */

struct bot_character *bot_find(const struct bot *bot, int index)
{
	for (unsigned i = 0; i < bot->character_count; i++) {
		if (bot->characters[i].index == index)
			return &bot->characters[i];
	}
	return NULL;
}

struct bot_character *bot_find_name(const struct bot *bot, const char *name)
{
	for (unsigned i = 0; i < bot->character_count; i++) {
		if (strcmp(bot->characters[i].name, name) == 0)
			return &bot->characters[i];
	}
	return NULL;
}

const struct bot_character *bot_self(const struct bot *bot)
{
	const struct bot_character *self = bot_find(bot, bot->self);
	EXPECT(self != NULL, "%s has no character", bot->name);
	return self;
}

struct place bot_place(const struct bot *bot)
{
	const struct bot_character *self = bot_self(bot);
	return (struct place){.map = (uint16_t)bot->map, .x = (uint8_t)self->x, .y = (uint8_t)self->y};
}

unsigned bot_people(const struct bot *bot)
{
	unsigned count = 0;
	for (unsigned i = 0; i < bot->character_count; i++)
		count += bot->characters[i].name[0] != '\0';
	return count;
}

bool bot_sees_tile(const struct bot *bot, int x, int y)
{
	enum { CELL = 9 };
	const struct bot_character *self = bot_self(bot);
	return abs(x / CELL - self->x / CELL) <= 1 && abs(y / CELL - self->y / CELL) <= 1;
}

static unsigned lines_kept_from(const struct bot *bot)
{
	return bot->line_count > BOT_LINES ? bot->line_count - BOT_LINES : 0;
}

bool bot_has_said(const struct bot *bot, int character, const char *latin1)
{
	for (unsigned i = lines_kept_from(bot); i < bot->line_count; i++) {
		const struct bot_line *line = &bot->lines[i % BOT_LINES];
		if (line->font < 0 && line->character == character && strcmp(line->text, latin1) == 0)
			return true;
	}
	return false;
}

static bool line_find(struct bot *bot, struct text text)
{
	unsigned from = lines_kept_from(bot);
	for (unsigned i = bot->line_mark > from ? bot->line_mark : from; i < bot->line_count; i++) {
		const struct bot_line *line = &bot->lines[i % BOT_LINES];
		if (line->font < 0 || !text_equal(text_bytes(line->text, line->length), text))
			continue;
		bot->line_mark = i + 1;
		return true;
	}
	return false;
}

void bot_expect_line_at(const char *file, int line, struct bot *bot, enum text_id id, ...)
{
	char buffer[512];
	va_list args;
	va_start(args, id);
	struct text text = text_format_list(buffer, sizeof buffer, id, args);
	va_end(args);
	uint64_t until = bots_deadline();
	while (!line_find(bot, text)) {
		bool over = bot->closed || clock_mono_ms() >= until;
		if (over)
			scenario_fail(file, line, "%s did not get the line \"%.*s\"", bot->name, text.length, text.bytes);
		bots_receive(100);
	}
}

void bot_expect_error_at(const char *file, int line, struct bot *bot, enum text_id id, ...)
{
	char buffer[512];
	va_list args;
	va_start(args, id);
	struct text text = text_format_list(buffer, sizeof buffer, id, args);
	va_end(args);
	uint64_t until = bots_deadline();
	while (bot->errors == 0 && !bot->closed && clock_mono_ms() < until)
		bots_receive(100);
	if (bot->errors != 1 || !text_equal(text, text_of(bot->error)))
		scenario_fail(file, line, "%s got %u errors, the last \"%s\"; one \"%.*s\" was expected", bot->name,
					  bot->errors, bot->error, text.length, text.bytes);
	bot->errors = 0;
}

/* --- exact lists -------------------------------------------------------------------------------------------------------------- */

void bot_record(struct bot *bot)
{
	record_free(bot);
	bot->record = calloc(1, sizeof *bot->record);
	if (bot->record == NULL)
		abort();
}

void bot_expect_record_at(const char *file, int line, struct bot *bot, const char *const *expected)
{
	unsigned count = 0, same = 0;
	while (expected[count] != NULL)
		count++;
	while (same < count && same < bot->record_count && strcmp(expected[same], bot->record[same]) == 0)
		same++;
	if (same < count || same < bot->record_count) {
		for (unsigned i = 0; i < count || i < bot->record_count; i++)
			fprintf(stderr, "%s %-70s | %s\n", i < same ? "  " : "* ", i < count ? expected[i] : "",
					i < bot->record_count ? bot->record[i] : "");
		scenario_fail(file, line, "%s got (right) other packets than were expected (left), from number %u on",
					  bot->name, same + 1);
	}
	bot_record(bot);
}

void bots_expect_good(void)
{
	for (const struct bot *bot = bots; bot != NULL; bot = bot->next) {
		EXPECT(bot->cut_packets == 0, "%s got %u packets that were cut", bot->name, bot->cut_packets);
		EXPECT(bot->desyncs == 0, "%s was out of step %u times", bot->name, bot->desyncs);
	}
}
