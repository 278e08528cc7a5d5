/* population.h - the players of the chaos: each a character with a name of his own, and a client that plays him or does not
 * right now.
 *
 * Nobody waits: a turn does for each what can be done at once. A player acts again only when his last ping was answered,
 * as the client's pace has it; so every ping is answered exactly once, or it is a finding. Who was thrown out without having
 * asked for it is a finding too, unless the server says that it blames him for a crash. */
#ifndef ARGENTUM_CHAOS_POPULATION_H
#define ARGENTUM_CHAOS_POPULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"

struct chaos;

enum {
	POPULATION_MAX = 400,
	TALKERS = 10,
	WAY_MAX = 400,
};

enum role {
	ROLE_TALKER,    /* stays in the yard and says numbered lines */
	ROLE_BORDERER,  /* goes to and fro between the two maps of the crossing, in a crowd */
	ROLE_TRAVELLER, /* goes from map to map, alone */
	ROLE_PORTER,    /* opens and shuts a door */
	ROLE_HUNTER,    /* goes where creatures live */
};

/* What he had when he left, and has to find again when he comes. */
struct belongings {
	bool known;
	bool dead; /* what he had may lie on the ground when he is not as alive as he was */
	int gold;
	struct bot_slot slots[WIRE_INVENTORY_SLOTS + 1];
	struct place at; /* map 0 = anywhere: somebody may have taken the tile */
};

struct player {
	unsigned number;
	enum role role;
	char name[40];
	bool created;    /* the server said so once */
	bool asked;      /* for the creation of this character: it may be there although nobody said so */
	unsigned rests;  /* since the creation: after some it is durable, before it is gone if everything is killed */
	unsigned blamed; /* how often the log of the server says so */

	struct bot *bot;                          /* in the world; NULL = not */
	struct bot *comer;                        /* on its way in; with .bot: to take him over */
	struct bot *former;                       /* was taken over: the server has to close it */
	uint64_t comer_ms, former_ms, leaving_ms; /* since when; leaving_ms 0 = not leaving */
	uint64_t due_ms;                          /* does or tries nothing before */
	uint64_t pinged_ms;
	unsigned answered; /* pongs that were counted */

	bool ghost;        /* he died (fights.c) */
	struct place lair; /* where he hunts; map 0 = nowhere yet */

	struct belongings left;
	bool left_to_check; /* at the first answer: all was told then */

	uint8_t way[WAY_MAX]; /* headings of his errand */
	unsigned way_length, way_done, way_corrections;
	int way_map;

	/* numbered lines (hearing.c) */
	bool in_yard; /* for sure, on both sides of the line */
	unsigned said, lines_read;
	unsigned heard[TALKERS]; /* the last number of each, 0 = none since he is there */
};

struct population {
	struct player player[POPULATION_MAX];
	unsigned count, most; /* `most`: it grows up to that */
	unsigned porters;
	uint64_t bytes_before, packets_before; /* got by connections that were closed */
	uint64_t growth_ms;                    /* when the next one comes */
	struct rng rng;
};

void population_make(struct chaos *chaos);

/* Everything that is not a deed: coming, growing, being answered, being thrown out. Then the deeds. */
void population_turn(struct chaos *chaos);

/* Nobody is on his way in or out, all are in the world and answered. */
bool population_is_settled(const struct chaos *chaos);
unsigned population_playing(const struct population *population);

/* A ping to everybody. */
void population_ping(struct chaos *chaos);

void population_rested(struct chaos *chaos);
void population_count_bytes(struct chaos *chaos); /* into the report */

/* The server is dead: all connections are, and what was under way is not known. */
void population_abandoned(struct chaos *chaos);

/* --- for deeds.c --- */

void player_ping(struct player *player);
void player_quit(struct chaos *chaos, struct player *player);      /* in order */
void player_cut(struct chaos *chaos, struct player *player);       /* pulls the plug; all he did was answered */
void player_elsewhere(struct chaos *chaos, struct player *player); /* logs in again while he plays */
void player_forget_left(struct player *player);                    /* he does something more before he goes */

/* One thing that he does (deeds.c). */
void player_act(struct chaos *chaos, struct player *player);

/* One step on his way to a place, on whatever map of the region. */
void player_goes(struct chaos *chaos, struct player *player, struct place to);

/* Reads what he heard since (hearing.c). Numbers must come in order, without gap. */
void player_listen(struct chaos *chaos, struct player *player);
void player_speak(struct chaos *chaos, struct player *player);
void player_forget_heard(struct player *player);
void population_expect_heard(const struct chaos *chaos); /* all of it, at rest */

#endif
