/* army.h - thousands of clients of the game in one process: one epoll, a few hundred bytes and a table of the characters in
 * view for each.
 *
 * Made from the packet tables, as the strict test client (tests/harness/bot.h) is, but light: it keeps only what it needs to
 * walk legally and to see that the server is right. Whoever steps has moved at once, as in the Godot client. Counted are
 *   protocol errors  bytes that are no packet of this client; a packet that is cut between two reads
 *   desyncs          a step of somebody unknown, of more than one tile, or of oneself; the own character removed
 *   corrections      PosUpdate to another tile: two stepped onto one tile at once, so no error
 *
 * Latencies contain what the army itself is late: it stamps what it receives when it reads it. A step is recognised on an
 * observer's screen by who stepped and where to: it is the first of his last STEPS_KEPT steps to there that this observer has
 * not seen yet. Observers of the reference keep no account of what they saw, and take the last one.
 *
 * Towards the reference (reference.h) the bots are plain: they walk and ping, and follow nobody.
 *
 * One thread. The caller owns it. Trouble that makes measuring pointless (no memory, no descriptors) ends the program. */
#ifndef ARGENTUM_BENCH_ARMY_H
#define ARGENTUM_BENCH_ARMY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rng.h"
#include "common/catalog/catalog.h"
#include "common/protocol/packets.h"
#include "tests/bench/latency.h"

#define ARMY_PASSWORD "una clave"

enum {
	ARMY_MOST = 20000,
	ARMY_NAME_BYTES = 16,
	STEPS_KEPT = 8,
	CHARACTER_IDS = 1 << 16,
};

/* Mean pauses of one bot, ms; 0 = never. Real pauses are within a tenth of a step, a half of the rest. */
struct army_pace {
	unsigned step_ms, talk_ms, item_ms, other_ms, ping_ms;
};

struct army_options {
	const struct catalog *catalog; /* NULL: plain bots, towards the reference */
	unsigned port;                 /* on 127.0.0.1 */
	unsigned bots;
	unsigned first;     /* number of the first bot's name */
	const bool *pacers; /* by bot: goes to and fro between two tiles; NULL = all do */
	bool create;        /* the characters are not there yet */
	struct army_pace pace;
	uint64_t seed;
};

/* Ways to lose a connection. WHY(NAME, words) */
#define ARMY_LOSSES(WHY)                                                                                               \
	WHY(TOLD, "closed with a message")                                                                                 \
	WHY(CLOSED, "closed without a word")                                                                               \
	WHY(RESET, "reset")                                                                                                \
	WHY(FULL, "does not take what the client sends")                                                                   \
	WHY(ERROR, "given up after a protocol error")
enum army_loss {
#define WHY(NAME, words) LOSS_##NAME,
	ARMY_LOSSES(WHY)
#undef WHY
		LOSS_COUNT
};
const char *army_loss_words(enum army_loss loss);

/* Of all that was measured since army_figures_forget. */
struct army_figures {
	double seconds, own_cpu_s;
	uint64_t steps, actions; /* sent; steps are actions too */
	uint64_t deliveries;     /* steps of bots that arrived on others' screens */
	uint64_t packets, bytes, reads;
	uint64_t corrections;
	struct latency step, ping;
	struct latency turn; /* of the army's own loop: what it is late itself, and what the machine gives to others */
};

/* Since the army was made. */
struct army_faults {
	uint64_t protocol_errors, cut_packets, desyncs;
	uint64_t lost[LOSS_COUNT];
	uint64_t refusals;    /* logins that were told to try again */
	char first_text[400]; /* of the first fault, in words */
};

struct seen {
	uint16_t index; /* of the character; 0 = free place */
	uint8_t x, y;
	uint32_t step; /* which of its steps was seen last, from 1 on; 0 = none */
};

enum army_phase { PHASE_OUT, PHASE_DICE, PHASE_ENTERING, PHASE_PLAYING, PHASE_LOST };

struct army_bot {
	int fd;
	uint8_t phase; /* enum army_phase */
	bool pacer, east, sailing, greeted, dropped;
	uint8_t heading, x, y, wait; /* wait: steps it stands after a correction */
	uint16_t map, self;
	struct seen *seen; /* open addressing, a power of two; linear probing */
	unsigned seen_size, seen_count;
	uint8_t *rest; /* of a packet that was cut; nearly always NULL */
	size_t rest_length;
	uint64_t asked_ns, step_due, talk_due, item_due, other_due, ping_due, pinged_ns;
	struct step {
		uint64_t ns;
		uint8_t x, y;
	} step[STEPS_KEPT];
	uint32_t steps;                          /* number of the last one */
	uint32_t strayed;                        /* up to this one nobody may have seen them: he was put somewhere else */
	uint16_t item[WIRE_INVENTORY_SLOTS + 1]; /* amounts, of what is not worn */
};

struct army {
	struct army_options options;
	int epoll;
	struct army_bot *bot;
	unsigned playing, entering; /* how many */
	bool acting;
	uint64_t turn_ns; /* the loop came round */
	uint64_t look_ns; /* the bots' own doings were looked at */
	struct rng rng;
	uint16_t owner[CHARACTER_IDS]; /* bot + 1 by the index of his character */
	int8_t *block[1024];           /* by map: doors, as any bot was last told */
	struct army_figures figures;
	struct army_faults faults;
	struct latency login; /* from the login's last byte to the world's first picture */
};

struct army *army_create(const struct army_options *options);
void army_destroy(struct army **army);

/* "Bot Abcd": the name of bot n. */
void army_name(unsigned n, char name[ARMY_NAME_BYTES]);

/* All come in, some at a time. false: not all are in after within_s. */
bool army_enter(struct army *army, unsigned within_s);

/* The bots play for some seconds; who stood still begins at a moment by chance. */
void army_play(struct army *army, double seconds);

void army_figures_forget(struct army *army);

/* They play for some seconds, which adds to the figures; then they stand still, so that another army may be measured before
 * this one goes on. What they did last has arrived everywhere. */
void army_measure(struct army *army, double seconds);

/* Everybody leaves as the game has it. */
void army_leave(struct army *army, unsigned within_s);

/* --- between the parts of the army --- */

void army_bot_receive(struct army *army, struct army_bot *bot);
void army_bot_connect(struct army *army, struct army_bot *bot);
void army_bot_lose(struct army *army, struct army_bot *bot, enum army_loss loss, const char *text);
bool army_bot_sees_somebody_on(const struct army_bot *bot, int x, int y);
void army_bot_act(struct army *army, struct army_bot *bot, uint64_t now_ns);
void army_bot_act_soon(struct army *army, struct army_bot *bot, uint64_t now_ns);
void army_send(struct army *army, struct army_bot *bot, enum packet_table table, unsigned id, const void *fields);
#define ARMY_SEND(army, bot, NAME, ...)                                                                                \
	army_send((army), (bot), TABLE_C2S, C2S_##NAME, &(const struct c2s_##NAME){__VA_ARGS__})

#endif
