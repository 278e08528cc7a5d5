/* A worker is killed wherever it can be: at every named point that it passes while it serves a fixed little play, and while
 * it takes over from one that was killed. Nobody is disconnected, every byte arrives once in both directions, all see the
 * same, the audit finds nothing.
 *
 * Of each point some of its occurrences are tried, spread over the play; with TEST_THOROUGH=1 in the environment all. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/scenario.h"

enum {
	WORKERS = 2,
	VICTIM = 0,
	POINTS_MAX = 160,
	PORTS = 6, /* from which one comes to the victim, used in turn */
	SEGMENT = 1400,
	UNREAD = 10000,     /* as many as that wait at the client's end, and the rest still at the server's */
	UNHEARD = 300000,   /* bytes for who does not listen: they do not fit into the sockets on the way */
	SHOUTS = 70,        /* descriptions, each so long that together they nearly fill a connection's input */
	SUCCESSORS_DIE = 3, /* one after the other, at the same point of their births */
};
#define VICTIM_NAME "argentumd:w0"

/* --- who plays ---------------------------------------------------------------------------------------------------------------- */

/* Has heard so many numbers, in order. */
struct listener {
	struct bot *bot;
	unsigned heard_actor, heard_stammerer;
	unsigned lines; /* of bot->lines, looked at */
	unsigned shouts_answered;
};

static struct play {
	struct game_server *server;
	struct crossing crossing;
	unsigned port[PORTS], ports_used;
	/* On the other worker: an onlooker. On the victim: one whose packets come in pieces, one who does not listen. */
	struct listener onlooker, stammerer, deaf;
	struct bot *actor; /* a new one for each play */
	char actor_name[40];
	unsigned said, stammered; /* numbers, since the beginning */
	unsigned shouted;
	unsigned questions, help_lines; /* of who does not listen; lines of each answer */
	bool victim_is_shot;            /* in the middle of the play: to see its successors die */
} play;

static unsigned died; /* plays in which somebody died */

static void listener_hear(struct listener *l)
{
	struct bot *bot = l->bot;
	EXPECT(bot->line_count - l->lines <= BOT_LINES, "%s was told more than he keeps", bot->name);
	for (; l->lines < bot->line_count; l->lines++) {
		const struct bot_line *line = &bot->lines[l->lines % BOT_LINES];
		unsigned number;
		if (line->font < 0 && sscanf(line->text, "acto %u", &number) == 1)
			EXPECT_EQUAL(scenario_text("number that %s heard of the actor", bot->name), number, ++l->heard_actor);
		else if (line->font < 0 && sscanf(line->text, "pieza %u", &number) == 1)
			EXPECT_EQUAL(scenario_text("number that %s heard of the stammerer", bot->name), number,
						 ++l->heard_stammerer);
		else if (line->font >= 0 && strcmp(line->text, text_latin1(TEXT_DESCRIPTION_SET)) == 0)
			l->shouts_answered++;
	}
}

static void all_hear(void)
{
	listener_hear(&play.onlooker);
	listener_hear(&play.stammerer);
}

/* As bot_until, but everybody's lines are looked at meanwhile. */
#define PLAY_UNTIL(bot, condition)                                                                                     \
	do {                                                                                                               \
		uint64_t deadline_ = bots_deadline();                                                                          \
		while (!(condition)) {                                                                                         \
			bots_turn((bot), deadline_, __FILE__, __LINE__, #condition);                                               \
			all_hear();                                                                                                \
		}                                                                                                              \
	} while (0)

static void play_sync(struct bot *bot)
{
	BOT_SEND(bot, PING);
	PLAY_UNTIL(bot, bot->pongs >= bot->pings);
	EXPECT_EQUAL(scenario_text("answers to the pings of %s", bot->name), bot->pongs, bot->pings);
}

/* --- coming ------------------------------------------------------------------------------------------------------------------ */

static unsigned next_port(void)
{
	return play.port[play.ports_used++ % PORTS];
}

static struct bot *connect_to_victim(void)
{
	return bot_connect_from(play.server, next_port(), 0);
}

/* From accept() until the master has the socket's duplicate a connection is only the worker's. Who has said nothing and was
 * told nothing yet may be lost then, and nobody else ever. */
static bool may_be_lost(void)
{
	/* The others are of the transaction in which its address counts it. */
	static const char *const points[] = {"accepted",
										 "slot taken",
										 "newcomer noted",
										 "newcomer begins",
										 "telling the vault",
										 "connection admitted",
										 "connection counted",
										 "active",
										 "lock taken",
										 "locked",
										 "touching",
										 "touched",
										 "before commit",
										 "committed",
										 "idle",
										 "holder cleared",
										 "unlocked"};
	for (unsigned i = 0; i < sizeof points / sizeof *points; i++) {
		if (points_struck(play.server->points) != 0 && strcmp(play.server->points->struck_at, points[i]) == 0)
			return true;
	}
	return false;
}

/* Throws the dice: the first thing that is heard of the server. */
static struct bot *actor_connect(void)
{
	for (unsigned lost = 0;; lost++) {
		struct bot *bot = connect_to_victim();
		uint64_t until = bots_deadline();
		bot->screen = BOT_CREATION_SCREEN;
		BOT_SEND(bot, THROW_DICES);
		while (!bot->rolled && !bot->closed) {
			EXPECT(clock_mono_ms() < until, "the dice do not fall");
			bots_receive(100);
			all_hear();
		}
		if (!bot->closed)
			return bot;
		EXPECT(lost == 0 && may_be_lost(), "a connection was lost before its dice fell");
		bot_break(&bot);
	}
}

static bool told_to_try_again(const struct bot *bot)
{
	return bot->errors > 0 &&
		   (strcmp(bot->error, text_latin1(TEXT_BUSY)) == 0 || strcmp(bot->error, text_latin1(TEXT_BEING_LOADED)) == 0);
}

static bool somebody_died(void)
{
	return points_struck(play.server->points) != 0 || play.victim_is_shot;
}

/* In the world, or told to try again, which may happen when the worker died that checked him. */
static bool actor_is_in(struct bot *bot)
{
	uint64_t until = bots_deadline();
	while (!bot_in_world(bot) && !told_to_try_again(bot)) {
		EXPECT(!bot->closed, "%s was disconnected before he was in the world (last error \"%s\")", bot->name,
			   bot->error);
		EXPECT(clock_mono_ms() < until, "%s does not come into the world (last error \"%s\")", bot->name, bot->error);
		bots_receive(100);
		all_hear();
	}
	if (bot_in_world(bot))
		return true;
	EXPECT(somebody_died(), "%s was told to try again although nobody died", bot->name);
	return false;
}

static void actor_create(void)
{
	enum { TRIES = 10 };
	snprintf(play.actor_name, sizeof play.actor_name, "%s", bot_new_name());
	for (unsigned try = 0; try < TRIES; try++) {
		struct bot *bot = actor_connect();
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(play.actor_name);
		bot_ask_creation(bot, &wish);
		if (actor_is_in(bot)) {
			play.actor = bot;
			return;
		}
		bot_break(&bot);
	}
	scenario_fail(__FILE__, __LINE__, "%s was told %d times to try again", play.actor_name, TRIES);
}

static void actor_login(void)
{
	enum { TRIES = 10 };
	unsigned lost = 0;
	for (unsigned try = 0; try < TRIES; try++) {
		struct bot *bot = connect_to_victim();
		uint64_t until = bots_deadline();
		bot_ask_login(bot, play.actor_name, BOT_PASSWORD);
		while (bot->packets == 0 && !bot->closed && clock_mono_ms() < until)
			bots_receive(100);
		if (bot->closed && bot->packets == 0 && may_be_lost() && lost++ == 0) {
			bot_break(&bot);
			continue;
		}
		if (actor_is_in(bot)) {
			play.actor = bot;
			return;
		}
		bot_break(&bot);
	}
	scenario_fail(__FILE__, __LINE__, "%s was told %d times to try again", play.actor_name, TRIES);
}

static void actor_quit(void)
{
	BOT_SEND(play.actor, QUIT);
	bot_expect_line(play.actor, TEXT_LEAVING_NOW);
	bot_expect_closed(play.actor);
	EXPECT(!play.actor->broken, "%s left, and his connection was reset", play.actor_name);
	bot_close(&play.actor);
}

/* --- acting ------------------------------------------------------------------------------------------------------------------ */

static void actor_say(void)
{
	bot_talk(play.actor, scenario_text("acto %u", ++play.said));
}

/* A packet in three pieces: `part` from 0. */
static void stammer(unsigned part)
{
	uint8_t bytes[64];
	struct packet_writer writer;
	const char *text = scenario_text("pieza %u", play.stammered + 1);
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	packet_put(&writer, TABLE_C2S, C2S_TALK, &(const struct c2s_TALK){.text = text_of(text)});
	size_t third = writer.length / 3;
	bot_send(play.stammerer.bot, bytes + third * part, part < 2 ? third : writer.length - 2 * third);
	play.stammered += part == 2;
}

/* Many long packets at once, and the first piece of one more behind them: it stands at the end of the input then. */
static void shout_and_stammer(void)
{
	static uint8_t bytes[8192];
	char text[101];
	struct packet_writer writer;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	for (unsigned i = 0; i < SHOUTS; i++)
		packet_put(&writer, TABLE_C2S, C2S_CHANGE_DESCRIPTION,
				   &(const struct c2s_CHANGE_DESCRIPTION){.text = text_of(text)});
	play.shouted += SHOUTS;
	const char *number = scenario_text("pieza %u", play.stammered + 1);
	size_t whole = writer.length;
	packet_put(&writer, TABLE_C2S, C2S_TALK, &(const struct c2s_TALK){.text = text_of(number)});
	bot_send(play.stammerer.bot, bytes, whole + (writer.length - whole) / 3);
}

/* Asks and does not listen to the answers. */
static void deaf_ask(void)
{
	static uint8_t bytes[8192];
	EXPECT(play.questions <= sizeof bytes, "%u questions are too many", play.questions);
	memset(bytes, C2S_HELP, play.questions);
	bot_record(play.deaf.bot);
	play.deaf.bot->deaf = true;
	bot_send(play.deaf.bot, bytes, play.questions);
}

static bool deaf_has_enough(void)
{
	int unread = 0;
	return ioctl(play.deaf.bot->fd, FIONREAD, &unread) != 0 || unread > UNREAD;
}

static void deaf_listen(void)
{
	struct bot *bot = play.deaf.bot;
	unsigned lines = 0, number;
	bot->deaf = false;
	play_sync(bot);
	for (unsigned i = 0; i < bot->record_count; i++) {
		const char *packet = bot->record[i];
		lines += strncmp(packet, "ConsoleMsg ", 11) == 0;
		if (sscanf(packet, "ChatOverHead text=\"acto %u", &number) == 1)
			EXPECT_EQUAL("number of the actor that the deaf read", number, ++play.deaf.heard_actor);
		if (sscanf(packet, "ChatOverHead text=\"pieza %u", &number) == 1)
			EXPECT_EQUAL("number of the stammerer that the deaf read", number, ++play.deaf.heard_stammerer);
	}
	EXPECT_EQUAL("lines that wait for who did not listen", lines, play.questions * play.help_lines);
}

/* How much there is to one answer. */
static void deaf_learn(void)
{
	struct bot *bot = play.deaf.bot;
	size_t bytes = 1;
	unsigned before = bot->line_count;
	BOT_SEND(bot, HELP);
	bot_sync(bot);
	play.help_lines = bot->line_count - before;
	for (unsigned i = before; i < bot->line_count; i++)
		bytes += bot->lines[i % BOT_LINES].length + 4u;
	EXPECT(play.help_lines > 0 && play.help_lines < BOT_LINES, "the help has %u lines", play.help_lines);
	play.questions = (unsigned)(UNHEARD / bytes);
}

static void step(int heading, bool crosses)
{
	unsigned entered = play.actor->maps_entered;
	PLAY_UNTIL(play.actor, bot_can_step(play.actor, heading));
	bot_step(play.actor, heading);
	if (crosses)
		PLAY_UNTIL(play.actor, play.actor->maps_entered > entered);
}

static struct bot_slot bag[WIRE_INVENTORY_SLOTS + 1];
static int purse;

static void expect_bag(void)
{
	for (unsigned slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		const struct bot_slot *now = &play.actor->inventory[slot];
		EXPECT(now->item == bag[slot].item && now->amount == bag[slot].amount,
			   "slot %u of %s holds %d x item %d, and held %d x item %d", slot, play.actor_name, now->amount, now->item,
			   bag[slot].amount, bag[slot].item);
	}
	EXPECT_EQUAL("gold", play.actor->gold, purse);
}

static unsigned droppable_slot(void)
{
	for (unsigned slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		const struct item_def *item = catalog_item(scenario_catalog(), (unsigned)play.actor->inventory[slot].item);
		if (item != NULL && (item->flags & (ITEM_IS_NEWBIE | ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) == 0 &&
			play.actor->inventory[slot].amount > 1)
			return slot;
	}
	scenario_fail(__FILE__, __LINE__, "%s has nothing that can be dropped", play.actor_name);
}

static void drop_and_pick_up(void)
{
	memcpy(bag, play.actor->inventory, sizeof bag);
	unsigned slot = droppable_slot();
	int had = bag[slot].amount, gold = play.actor->gold;
	BOT_SEND(play.actor, DROP, .slot = (uint8_t)slot, .amount = 1);
	PLAY_UNTIL(play.actor, play.actor->inventory[slot].amount == had - 1);
	BOT_SEND(play.actor, PICK_UP);
	PLAY_UNTIL(play.actor, play.actor->inventory[slot].amount == had);
	BOT_SEND(play.actor, DROP, .slot = SLOT_GOLD, .amount = 1); /* it falls beside him, and stays there */
	PLAY_UNTIL(play.actor, play.actor->gold == gold - 1);
	play_sync(play.actor);
	purse = gold - 1;
	expect_bag();
}

static void victim_shoot(void)
{
	if (!play.victim_is_shot)
		return;
	pid_t pid = game_server_process(play.server, VICTIM);
	EXPECT(pid > 0 && kill(pid, SIGKILL) == 0, "worker %d cannot be killed: %s", VICTIM, strerror(errno));
}

/* The play: everything that a worker does for its players, once. */
static void play_once(void)
{
	deaf_ask();
	stammer(0);
	EVENTUALLY(deaf_has_enough());
	actor_create();
	actor_say();
	stammer(1);
	play_sync(play.actor);
	step(play.crossing.out, true);
	struct place there = bot_place(play.actor);
	EXPECT(there.map == play.crossing.there.map, "%s came to map %u", play.actor_name, there.map);
	stammer(2);
	/* Dealt with: what the shouts overwrite in the input, and what waits behind them, is nothing alike. */
	PLAY_UNTIL(play.stammerer.bot, play.stammerer.heard_stammerer == play.stammered);
	shout_and_stammer();
	step(play.crossing.back, true);
	actor_say();
	PLAY_UNTIL(play.stammerer.bot, play.stammerer.shouts_answered == play.shouted);
	BOT_SEND(play.actor, PING);
	stammer(1);
	victim_shoot();
	stammer(2);
	play_sync(play.actor);
	drop_and_pick_up();
	actor_say();
	actor_quit();
	actor_login();
	expect_bag();
	actor_say();
	play_sync(play.actor);
	BOT_SEND(play.actor, REQUEST_POSITION_UPDATE);
	play_sync(play.actor);
	PLAY_UNTIL(play.stammerer.bot, play.stammerer.heard_stammerer == play.stammered);
	deaf_listen();
}

static void expect_same_place(const struct bot *seer, const struct bot *other)
{
	const struct bot_character *seen = bot_find(seer, other->self), *self = bot_self(other);
	EXPECT(seen != NULL && seen->x == self->x && seen->y == self->y, "%s does not see %s where he stands", seer->name,
		   other->name);
}

/* Everything said was heard once, everybody is where the others see him, nothing of the world is damaged. */
static void expect_good(void)
{
	struct listener *all[] = {&play.onlooker, &play.stammerer, &play.deaf};
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		struct listener *l = all[i];
		play_sync(l->bot);
		if (l != &play.deaf)
			listener_hear(l);
		EXPECT(!l->bot->closed, "%s was disconnected", l->bot->name);
		EXPECT_EQUAL(scenario_text("numbers of the actor that %s heard", l->bot->name), l->heard_actor, play.said);
		EXPECT_EQUAL(scenario_text("numbers of the stammerer that %s heard", l->bot->name), l->heard_stammerer,
					 play.stammered);
		expect_same_place(l->bot, play.actor);
		expect_same_place(play.actor, l->bot);
	}
	play.deaf.bot->cut_packets = 0; /* TCP itself may cut what is sent whole when the window is nearly full */
	bots_expect_good();
	actor_quit();
	bot_quit(play.deaf.bot);
	bot_close(&play.deaf.bot);
	EVENTUALLY(game_server_number(play.server, "connections") == 2);
	EXPECT_EQUAL("connections that were accepted and not closed",
				 game_server_total(play.server, "connections_accepted") -
					 game_server_total(play.server, "connections_closed"),
				 2);
	game_server_await_players(play.server, 2);
	game_server_audit(play.server);
}

/* --- the theatre -------------------------------------------------------------------------------------------------------------- */

static void listener_take(struct listener *l, struct bot *bot)
{
	*l = (struct listener){.bot = bot, .lines = bot->line_count};
}

/* The actor's first tile is the start of the world: the others go aside. */
static struct bot *aside(struct bot *bot)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		if (heading == play.crossing.out || !bot_can_step(bot, heading))
			continue;
		bot_step(bot, heading);
		bot_sync(bot);
		return bot;
	}
	scenario_fail(__FILE__, __LINE__, "%s cannot go aside", bot->name);
}

/* A new one for each play: a connection that was once drained keeps far more on the way. */
static void deaf_come(void)
{
	struct bot *bot = bot_connect_from(play.server, next_port(), SEGMENT);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	listener_take(&play.deaf, aside(bot));
	play.deaf.heard_actor = play.said;
	play.deaf.heard_stammerer = play.stammered;
}

static void theatre_open(void)
{
	memset(&play, 0, sizeof play);
	play.crossing = scenario_crossing();
	const char *const settings[] = {
		scenario_start(play.crossing.here), "workers.respawn_pause_max_ms=0",
		"workers.max=2",            /* WORKERS: bot_port_to_worker */
		"intervals.idle_minutes=0", /* the onlooker of a thorough test does nothing for an hour */
		/* The answers to who does not listen stand in the ring too. */
		"world.ring_kb=1024", "limits.output_kb=1024", "intervals.logout_s=0", "game.start_kit=pyao",
		"game.start_gold=5000", NULL};
	play.server =
		game_server_start(&(struct game_server_options){.settings = settings, .workers = WORKERS, .armed = true});
	play.server->errors_expected = true; /* each death is logged as one */
	for (unsigned i = 0; i < PORTS; i++)
		play.port[i] = bot_port_to_worker(play.server, VICTIM);
	EVENTUALLY(game_server_number(play.server, "connections") == 0);
	listener_take(&play.onlooker, aside(bot_create(play.server, NULL, 1 - VICTIM)));
	listener_take(&play.stammerer, aside(bot_create(play.server, NULL, VICTIM)));
	deaf_come();
	deaf_learn();
	/* The first time anything is done once for the life of a process; and what a play is without deaths is the measure. */
	play_once();
	expect_good();
}

static void theatre_close(void)
{
	game_server_stop(play.server);
}

/* --- which points --------------------------------------------------------------------------------------------------------------- */

struct passed {
	char name[POINTS_NAME];
	unsigned times;
};

static struct passed passed[POINTS_MAX];
static unsigned passed_count;

static void passed_read(const struct points *points)
{
	unsigned all = atomic_load(&points->records);
	EXPECT(all <= POINTS_RECORDS, "a play passes %u points, more than can be written down", all);
	passed_count = 0;
	for (unsigned i = 0; i < all; i++) {
		unsigned k = 0;
		while (k < passed_count && strcmp(passed[k].name, points->record[i]) != 0)
			k++;
		if (k == passed_count) {
			EXPECT(passed_count < POINTS_MAX, "more than %d names of points", POINTS_MAX);
			memcpy(passed[passed_count++].name, points->record[i], POINTS_NAME);
			passed[k].times = 0;
		}
		passed[k].times++;
	}
}

static bool was_passed(const char *name)
{
	for (unsigned i = 0; i < passed_count; i++) {
		if (strcmp(passed[i].name, name) == 0)
			return true;
	}
	return false;
}

static void expect_passed(const char *const *names)
{
	for (; *names != NULL; names++)
		EXPECT(was_passed(*names), "the play does not come past the point \"%s\"", *names);
}

static bool thorough(void)
{
	return getenv("TEST_THOROUGH") != NULL;
}

/* Up to `most` occurrences of a point, spread over the play, other ones for each point. */
static unsigned occurrence(const struct passed *point, unsigned number, unsigned most)
{
	if (thorough() || point->times <= most)
		return number;
	unsigned stretch = point->times / most, seed = 0;
	for (const char *c = point->name; *c != '\0'; c++)
		seed = seed * 31 + (unsigned char)*c;
	return number * stretch + (seed + number * 7) % stretch;
}

static unsigned occurrences(const struct passed *point, unsigned most)
{
	return thorough() || point->times < most ? point->times : most;
}

/* --- the tests -------------------------------------------------------------------------------------------------------------------- */

static void die_at(const char *name, unsigned skip, unsigned times)
{
	struct points *points = play.server->points;
	pid_t before = game_server_process(play.server, VICTIM);
	if (getenv("TEST_VERBOSE") != NULL)
		fprintf(stderr, "%s, number %u, %u times\n", name, skip, times);
	deaf_come();
	points_arm_times(points, VICTIM_NAME, name, skip, SIGKILL, times);
	play_once();
	points_disarm(points);
	if (somebody_died()) {
		game_server_await_successor(play.server, VICTIM, before);
		died++;
	}
	expect_good();
}

/* What a worker does between two packets of its clients must have been passed, or the test proves less than it says. */
static const char *const everyday[] = {"accepted",
									   "slot taken",
									   "deposited",
									   "receiving",
									   "received",
									   "input noted",
									   "input copied",
									   "input moved",
									   "packet noted",
									   "packet run",
									   "cursor half written",
									   "cursor valid",
									   "chunk chained",
									   "chunk sent",
									   "piece noted",
									   "sent",
									   "sending noted",
									   "window full",
									   "entry read",
									   "entry told",
									   "told aside",
									   "following",
									   "unfollowed",
									   "map left",
									   "session begun",
									   "reserved",
									   "password checked",
									   "entered",
									   "playing",
									   "closing",
									   "player forgotten",
									   "all said",
									   "vault told",
									   "connection left",
									   "slot given back",
									   "before commit",
									   "committed",
									   "published",
									   "rolled back",
									   "falling asleep",
									   NULL};

static void killed_wherever_it_is_a_worker_is_not_missed(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	enum { MOST = 1 }; /* a birth takes twenty times as long */
#else
	enum { MOST = 3 };
#endif
	theatre_open();
	deaf_come();
	points_record(play.server->points, VICTIM_NAME);
	play_once();
	points_disarm(play.server->points);
	expect_good();
	passed_read(play.server->points);
	if (getenv("TEST_VERBOSE") != NULL) {
		for (unsigned i = 0; i < passed_count; i++)
			fprintf(stderr, "%5u %s\n", passed[i].times, passed[i].name);
	}
	expect_passed(everyday);
	unsigned plays = 0;
	died = 0;
	for (unsigned i = 0; i < passed_count; i++) {
		for (unsigned n = 0; n < occurrences(&passed[i], MOST); n++, plays++)
			die_at(passed[i].name, occurrence(&passed[i], n, MOST), 1);
	}
	print_message("%u names of points, %u plays, %u deaths\n", passed_count, plays, died);
	EXPECT(died >= plays * 9 / 10, "in %u plays only %u died", plays, died);
	theatre_close();
}

static const char *const births[] = {"life in the log",
									 "born",
									 "leftovers released",
									 "adopting",
									 "socket adopted",
									 "input repaired",
									 "output repaired",
									 "connection adopted",
									 "all adopted",
									 "adopted",
									 "almost ready",
									 "ready said",
									 NULL};

/* Those who come after it die too, at the same point of their births, several times in a row. */
static void killed_while_it_takes_over_a_successor_is_not_missed(void **state)
{
	(void)state;
	enum { MOST = 1 };
	theatre_open();
	play.victim_is_shot = true;
	/* What a successor passes until it is ready. */
	pid_t before = game_server_process(play.server, VICTIM);
	EXPECT(kill(before, SIGKILL) == 0, "worker %d cannot be killed: %s", VICTIM, strerror(errno));
	points_record(play.server->points, VICTIM_NAME);
	EVENTUALLY(points_recorded(play.server->points, "ready said") > 0);
	points_disarm(play.server->points);
	game_server_await_successor(play.server, VICTIM, before);
	passed_read(play.server->points);
	expect_passed(births);
	unsigned plays = 0;
	died = 0;
	for (unsigned i = 0; i < passed_count; i++) {
		for (unsigned n = 0; n < occurrences(&passed[i], MOST); n++, plays++)
			die_at(passed[i].name, occurrence(&passed[i], n, MOST), SUCCESSORS_DIE);
	}
	print_message("%u names of points, %u plays, each with up to %d deaths in a row\n", passed_count, plays,
				  SUCCESSORS_DIE + 1);
	theatre_close();
}

/* --- the vault ------------------------------------------------------------------------------------------------------------------- */

enum { NEWCOMERS = 450, NO_PROGRESS_MS = 300 };

static unsigned dice_thrown(struct bot *const *bots)
{
	unsigned count = 0;
	for (unsigned i = 0; i < NEWCOMERS; i++)
		count += bots[i]->rolled;
	return count;
}

/* More come than the line to a master that does not listen can hold: who is not in the vault yet must not be served yet. */
static void whoever_was_answered_outlives_the_worker_although_the_master_was_busy(void **state)
{
	(void)state;
	static struct bot *bots[NEWCOMERS];
	static bool answered[NEWCOMERS];
	struct game_server *server = game_server_start(&(struct game_server_options){.workers = 1});
	server->errors_expected = true;
	pid_t victim = game_server_process(server, 0);
	kill(server->pid, SIGSTOP);
	for (unsigned i = 0; i < NEWCOMERS; i++) {
		bots[i] = bot_connect(server);
		bots[i]->screen = BOT_CREATION_SCREEN;
		BOT_SEND(bots[i], THROW_DICES);
	}
	uint64_t since = clock_mono_ms();
	for (unsigned before = 0; dice_thrown(bots) < NEWCOMERS && clock_mono_ms() - since < NO_PROGRESS_MS;) {
		bots_receive(20);
		if (dice_thrown(bots) != before)
			since = clock_mono_ms();
		before = dice_thrown(bots);
	}
	unsigned served = dice_thrown(bots);
	for (unsigned i = 0; i < NEWCOMERS; i++)
		answered[i] = bots[i]->rolled;
	kill(victim, SIGKILL);
	kill(server->pid, SIGCONT);
	game_server_await_successor(server, 0, victim);
	for (unsigned i = 0; i < NEWCOMERS; i++) {
		if (answered[i])
			bot_roll(bots[i]); /* fails the test when the connection was closed */
	}
	print_message("%u of %d newcomers were served while the master did not listen\n", served, NEWCOMERS);
	EXPECT(served > 0, "nobody was served while the master did not listen");
	bots_close_all();
	EVENTUALLY(game_server_number(server, "connections") == 0);
	game_server_audit(server);
	game_server_stop(server);
}

static void goes_while_no_worker_is_there(bool says_so_first)
{
	static const uint8_t pings[10] = {[0 ... 9] = C2S_PING};
	const char *const settings[] = {"intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 1});
	server->errors_expected = true;
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	/* Behind the one packet that came last, and was dealt with, stand in the input others that were dealt with before. */
	bot_send(bot, pings, sizeof pings);
	bot->pings += sizeof pings;
	bot_until(bot, bot->pongs == bot->pings);
	bot_sync(bot);
	pid_t victim = game_server_process(server, 0);
	int64_t packets = game_server_counter(server, 0, "packets_in");
	kill(server->pid, SIGSTOP);
	kill(victim, SIGKILL);
	if (says_so_first)
		shutdown(bot->fd, SHUT_WR);
	bot_break(&bot);
	kill(server->pid, SIGCONT);
	game_server_await_successor(server, 0, victim);
	game_server_await_players(server, 0);
	EVENTUALLY(game_server_number(server, "connections") == 0);
	EXPECT(!game_server_log_has(server, "make no sense"), "a connection that was reset is taken for damage");
	EXPECT_EQUAL("packets that came", game_server_counter(server, 0, "packets_in"), packets);
	game_server_audit(server);
	game_server_stop(server);
}

static void who_resets_his_connection_while_no_worker_is_there_is_just_gone(void **state)
{
	(void)state;
	goes_while_no_worker_is_there(false);
	goes_while_no_worker_is_there(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(whoever_was_answered_outlives_the_worker_although_the_master_was_busy),
		SCENARIO(who_resets_his_connection_while_no_worker_is_there_is_just_gone),
		SCENARIO(killed_wherever_it_is_a_worker_is_not_missed),
		SCENARIO(killed_while_it_takes_over_a_successor_is_not_missed),
	};
	return SCENARIOS_RUN(tests);
}
