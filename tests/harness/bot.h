/* bot.h - a test object: one client of the game over a real TCP connection, which knows of the world what the Godot client
 * would know.
 *
 * It is made from the packet tables. What it receives it parses as that client does: each time all bytes that have arrived
 * are one buffer of whole packets (protocol.md 1.5). A packet that is cut by the end of a buffer is counted (cut_packets)
 * and finished with the next buffer; an id that the client does not read, or a value that it cannot take, ends the test
 * with the bytes. It moves itself at once when it walks, and takes PosUpdate for the truth (protocol.md 5.2). What the
 * client would get wrong for good is counted as a desync: a step of somebody it does not know, or of more than one tile,
 * or of itself.
 *
 * Waiting is for a condition, with a deadline: bot_until. While any bot waits all bots receive, but those that are deaf.
 * Bots belong to their test; scenario_teardown closes those that are left. */
#ifndef ARGENTUM_HARNESS_BOT_H
#define ARGENTUM_HARNESS_BOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/catalog/place.h"
#include "common/protocol/packets.h"
#include "common/text/texts.h"

struct game_server;

enum {
	BOT_PATIENCE_MS = 30000,
	BOT_LINES = 256,    /* console lines and overhead texts that are kept */
	BOT_HISTORY = 60,   /* packets that are shown when a test fails, but for pings */
	BOT_TEXT_MAX = 400, /* bytes of a packet in words, of a line */
	BOT_INPUT = 1 << 20,
};
#define BOT_PASSWORD "una clave"

/* What a chunk that arrives is taken for. */
enum bot_screen { BOT_LOGIN_SCREEN, BOT_CREATION_SCREEN, BOT_WORLD_SCREEN };

struct bot_character {
	int index, x, y, heading, body, head, nick_color, privileges;
	bool invisible;
	char name[64];
};

struct bot_slot {
	int item, amount, kind;
	bool equipped;
	char name[64];
};

struct bot_line {
	char text[BOT_TEXT_MAX];
	uint16_t length;
	int font;      /* of the console; -1 = over a head */
	int character; /* whose head */
};

struct bot {
	char name[40], password[40];
	int fd;
	bool closed;     /* the server closed, or the connection broke */
	bool broken;     /* it did not close in order: reset */
	bool deaf;       /* does not receive */
	unsigned worker; /* by bot_connect_to_worker; else UINT_MAX */
	enum bot_screen screen;
	uint8_t *input; /* the beginning of a packet that was cut */
	size_t input_length;

	/* how well the server behaved */
	unsigned packets, chunks, cut_packets, desyncs;
	unsigned longest_chunk;
	uint64_t bytes;       /* received, each of them read as part of a packet */
	uint64_t received_ms; /* when the last chunk came, monotonic */

	/* what the client knows */
	int dice[5];
	bool rolled, greeted;
	int map, self; /* 0 = not told yet */
	struct bot_character *characters;
	unsigned character_count, character_capacity;
	int16_t ground[MAP_TILES]; /* grh by tile, 0 = nothing */
	int8_t block[MAP_TILES];   /* by BlockPosition: 1 blocked, -1 not, 0 as in the map */
	struct bot_slot inventory[WIRE_INVENTORY_SLOTS_MAX + 1];
	int spells[WIRE_SPELL_SLOTS + 1];
	bool sailing, paused, resting, meditating, paralysed, raining; /* flags that are flipped */
	int hp, hp_max, mana, mana_max, stamina, stamina_max, level, gold, experience, experience_next;
	int water, food, strength, dexterity, skill_points, class_id;
	int safe_mode; /* -1 = not told */
	unsigned pings, pongs, errors, maps_entered, corrections;
	char error[BOT_TEXT_MAX]; /* of the last ErrorMsg */

	/* lines: number n is lines[n % BOT_LINES] */
	struct bot_line *lines;
	unsigned line_count, line_mark;

	char (*history)[BOT_TEXT_MAX]; /* both directions */
	unsigned history_count;
	char **record; /* packets in words since bot_record; NULL = off */
	unsigned record_count;
	struct bot *next; /* in the list of all */
};

/* --- being there --- */

struct bot *bot_connect(const struct game_server *server);

/* How many bytes the system keeps for who connects from now on and does not receive; 0 = as many as it wants. Said before
 * the connection is made, since a window that was offered cannot be taken back. */
void bots_keep(int bytes);

/* Connects until that worker has the connection. Nobody else may connect meanwhile. */
struct bot *bot_connect_to_worker(const struct game_server *server, unsigned worker);

/* A port of this machine from which every connection comes to that worker: the kernel chooses by both ends' addresses when
 * the server has as many workers as it may ever have (workers.max). For tests in which the counters of who accepted what
 * cannot be trusted, since somebody dies meanwhile. A port may be used again when the server closed first, or after
 * bot_break. */
unsigned bot_port_to_worker(const struct game_server *server, unsigned worker);

/* From that port (0 = any). segment_bytes (0 = as it is): as on a slow line, the segments are no longer than that and few are
 * on the way, so that soon the server must wait. */
struct bot *bot_connect_from(const struct game_server *server, unsigned port, int segment_bytes);

/* Breaks the connection without a goodbye (RST): its port can be used again at once. */
void bot_break(struct bot **bot);

/* Closes the socket, as the client's window does. */
void bot_close(struct bot **bot);
void bots_close_all(void);

/* Which client they are from now on, until bots_close_all: the Godot client, or a classic one, of which only what the packet
 * tables say is known. */
void bots_speak(enum dialect dialect);
enum dialect bots_dialect(void);
void bots_show(const char *about); /* what those saw last that the text names, or some; on stderr */

/* A new name on each call, made of letters. */
const char *bot_new_name(void);

/* Throws the dice and waits for them. */
void bot_roll(struct bot *bot);

/* Asks for a human warrior of that name; the answer is not waited for. */
struct c2s_LOGIN_NEW_CHAR bot_wish(const char *name);
void bot_ask_creation(struct bot *bot, const struct c2s_LOGIN_NEW_CHAR *wish);
void bot_ask_login(struct bot *bot, const char *name, const char *password);

/* The whole way into the world, on that worker or (ANY_WORKER) on any. name NULL = a new one. A login that is told to try
 * again in a moment does so. */
enum { ANY_WORKER = -1 };
struct bot *bot_create(const struct game_server *server, const char *name, int worker);
struct bot *bot_login(const struct game_server *server, const char *name, int worker);
bool bot_in_world(const struct bot *bot);

/* --- saying --- */

void bot_send(struct bot *bot, const void *bytes, size_t length);
void bot_send_packet(struct bot *bot, enum packet_table table, unsigned id, const void *fields);
#define BOT_SEND(bot, NAME, ...) bot_send_packet((bot), TABLE_C2S, C2S_##NAME, &(const struct c2s_##NAME){__VA_ARGS__})

void bot_talk(struct bot *bot, const char *latin1);

/* A step as the client takes it: when its own map allows, it moves at once and says Walk; else it turns. Returns whether
 * it moved. */
bool bot_step(struct bot *bot, int heading);
bool bot_can_step(const struct bot *bot, int heading);

/* The shortest way to a tile of this map, around what is in the way, without waiting between the steps; exits are avoided
 * unless one is the destination. Then waits until the server agrees. */
void bot_walk_to(struct bot *bot, int x, int y);

/* The same way as headings, without going: how many steps; 0 = there is none, it is longer than `most`, or he is there. */
unsigned bot_find_way(const struct bot *bot, int x, int y, uint8_t *headings, unsigned most);

/* Pings and waits for the answer: everything that happened on this map before the call has been seen then. */
void bot_sync(struct bot *bot);

/* Says that it leaves and waits until the server closes. */
void bot_quit(struct bot *bot);

/* Waits for its answers, then for the keeper: everything it did before the call is durable then. */
void bot_await_durable(struct bot *bot, const struct game_server *server);

/* --- looking --- */

struct bot_character *bot_find(const struct bot *bot, int index); /* NULL = not in view */
struct bot_character *bot_find_name(const struct bot *bot, const char *name);
const struct bot_character *bot_self(const struct bot *bot); /* fails the test when there is none */
struct place bot_place(const struct bot *bot);
unsigned bot_people(const struct bot *bot); /* players in view, himself too: creatures have no name */

/* Does the client of this bot show the tile? Within the nine cells around its own. */
bool bot_sees_tile(const struct bot *bot, int x, int y);

/* --- waiting --- */

#define bot_until(bot, condition)                                                                                      \
	do {                                                                                                               \
		uint64_t until_ = bots_deadline();                                                                             \
		while (!(condition))                                                                                           \
			bots_turn((bot), until_, __FILE__, __LINE__, #condition);                                                  \
	} while (0)
uint64_t bots_deadline(void);

/* All bots receive what comes within some time; past the deadline the test fails, telling the condition. */
void bots_turn(const struct bot *who, uint64_t until_ms, const char *file, int line, const char *condition);
void bots_receive(int timeout_ms);

/* What has come for this one by now: as a client reads before it acts, in each frame. */
void bot_hear(struct bot *bot);

/* Waits for a line in the console, behind the last one that was found. */
#define bot_expect_line(bot, ...) bot_expect_line_at(__FILE__, __LINE__, (bot), __VA_ARGS__)
void bot_expect_line_at(const char *file, int line, struct bot *bot, enum text_id id, ...);
bool bot_has_said(const struct bot *bot, int character, const char *latin1); /* over that head, among the lines kept */

/* Waits for an ErrorMsg with this text, one more than there were. */
#define bot_expect_error(bot, ...) bot_expect_error_at(__FILE__, __LINE__, (bot), __VA_ARGS__)
void bot_expect_error_at(const char *file, int line, struct bot *bot, enum text_id id, ...);
void bot_expect_closed(struct bot *bot);

/* --- exact lists --- */

/* From now on every packet is kept in words, but for the answers to bot_sync. */
void bot_record(struct bot *bot);

/* Packets kept so far must be these and no others, in this order; then keeps anew. The list ends with NULL. */
#define bot_expect_record(bot, ...)                                                                                    \
	bot_expect_record_at(__FILE__, __LINE__, (bot), (const char *const[]){__VA_ARGS__, NULL})
void bot_expect_record_at(const char *file, int line, struct bot *bot, const char *const *expected);

/* No packet was cut, nothing was out of step: for the end of a test, for all bots that are still there. */
void bots_expect_good(void);

#endif
