/* little_world.h - rules tested in memory: a world segment with the little land of little_catalog.h in it, players who do
 * something, and what each of them is told. No sockets, no store, no event loop, no real clock.
 *
 *     uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
 *     give(world, ana, 1, THING_BREAD, 5);
 *     DO(world, ana, DROP, .slot = 1, .amount = 2);
 *     EXPECT_SLOT(world, ana, 1, THING_BREAD, 3, NOT_WORN);
 *     EXPECT(world, beto, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
 *     EXPECT_NOTHING_ELSE(world);
 *
 * DO encodes the packet, decodes it as the server does and runs it through ruling_run, as worker/dispatch.c does: needs and
 * refusals included. Every transaction runs in paranoid mode (PARANOIA_WORLD): it is rehearsed, undone, compared with the
 * world before byte for byte, and run again; a difference fails the test. What is told is read from the rings with the
 * audience of worker/reader.c, and kept per player until a test takes it: in any order, nothing may be left over.
 *
 * The test owns the world. Everything here ends the test with file and line when it cannot do what it was asked. */
#ifndef ARGENTUM_TESTS_LITTLE_WORLD_H
#define ARGENTUM_TESTS_LITTLE_WORLD_H

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/protocol/packets.h"
#include "common/text/texts.h"
#include "common/world/audit.h"
#include "common/world/tx.h"
#include "tests/harness/little_catalog.h"

enum {
	LITTLE_WORLD_PLAYERS = 10,
	LITTLE_WORLD_CREATURES = 40,
	LITTLE_WORLD_STEP_MS = 1000, /* DO lets so much time pass first */
};

struct little_world {
	struct world world; /* this process: slot 0 */
	const struct catalog *catalog;
	struct config config;               /* the defaults; a test may change them */
	struct tx tx;                       /* tx.now_ms and tx.dialect may be changed */
	struct listener *listeners;         /* [LITTLE_WORLD_PLAYERS + 1] */
	uint64_t positions[LAND_COUNT + 2]; /* how far each ring was read */
	int fd;
	unsigned resyncs; /* notes that asked for surroundings anew */
};

/* A fresh world in this dialect. */
struct little_world *little_world_open(enum dialect dialect);
void little_world_close(struct little_world *world);

/* For cmocka: a fresh world per test, in the Godot client's dialect or the classic one. */
int little_world_setup(void **state);
int little_world_setup_classic(void **state);
int little_world_teardown(void **state);
#define WORLD_TEST(name)   cmocka_unit_test_setup_teardown(name, little_world_setup, little_world_teardown)
#define CLASSIC_TEST(name) cmocka_unit_test_setup_teardown(name, little_world_setup_classic, little_world_teardown)

/* --- players -------------------------------------------------------------------------------------------------------- */

/* Who comes; 0 = the usual: a man, a human warrior of level 20, all skills 0, in the middle of the meadow. */
struct newcomer {
	const char *name;
	uint8_t class_id, race, gender, level, privileges;
	uint16_t map;
	uint8_t x, y;
	bool dead, criminal;
};
uint32_t little_world_enter(struct little_world *world, const struct newcomer *who);
#define ENTER(world, ...) little_world_enter((world), &(const struct newcomer){.name = __VA_ARGS__})

struct player *player_of(struct little_world *world, uint32_t player);
struct body *body_of(struct little_world *world, uint32_t player);
uint32_t beast_of(struct little_world *world, enum beast beast); /* index of the first body of that creature */

/* Property by decree; the player is told nothing. */
void give(struct little_world *world, uint32_t player, unsigned slot, enum thing thing, unsigned amount);
void give_gold(struct little_world *world, uint32_t player, int32_t gold);
void lay(struct little_world *world, unsigned map, unsigned x, unsigned y, enum thing thing, unsigned amount);

/* Puts on what lies in the slot, which the rules must allow; what is told about it is forgotten. */
void wear(struct little_world *world, uint32_t player, unsigned slot);

/* Moves the player there at once; what is told about it is forgotten. */
void stand(struct little_world *world, uint32_t player, unsigned x, unsigned y);

/* --- doing ------------------------------------------------------------------------------------------------------------ */

struct where {
	const char *file;
	int line;
};
#define HERE ((struct where){__FILE__, __LINE__})

/* The player's client sends this packet. */
#define DO(world, who, NAME, ...)                                                                                      \
	little_world_do((world), (who), C2S_##NAME, &(const struct c2s_##NAME){__VA_ARGS__}, HERE)
enum tx_verdict little_world_do(struct little_world *world, uint32_t player, unsigned id, const void *fields,
								struct where where);

/* Any transaction that holds the map (0 = none) and the realm; not a packet. */
enum tx_verdict little_world_run(struct little_world *world, uint32_t map, tx_fn *fn, void *context);

void pass_ms(struct little_world *world, uint64_t ms);

/* Time passes, and the map has its ticks when they are due. Returns how many. */
unsigned live_ms(struct little_world *world, uint32_t map, uint64_t ms);

/* --- what was told ---------------------------------------------------------------------------------------------------- */

/* Exactly this packet was told to the player, and is taken off what he was told. Fields not named are 0. */
#define EXPECT(world, who, NAME, ...)                                                                                  \
	expect_packet((world), (who), TABLE_S2C, S2C_##NAME, &(const struct s2c_##NAME){__VA_ARGS__}, HERE)
#define EXPECT_MULTI(world, who, NAME, ...)                                                                            \
	expect_packet((world), (who), TABLE_MULTI, MULTI_##NAME, &(const struct multi_##NAME){__VA_ARGS__}, HERE)
void expect_packet(struct little_world *world, uint32_t player, enum packet_table table, unsigned id,
				   const void *fields, struct where where);

/* The first packet of this kind, whatever is in it, taken off; valid until `forget` or the end of the world. */
#define HEARD(world, who, NAME)      (&heard((world), (who), S2C_##NAME, HERE)->NAME)
#define EXPECT_ANY(world, who, NAME) ((void)heard((world), (who), S2C_##NAME, HERE)) /* what is in it does not matter */
const struct s2c_packet *heard(struct little_world *world, uint32_t player, unsigned id, struct where where);

/* Whatever was told next, taken off; NULL = nothing more. For tests that follow all a client hears. */
const struct s2c_packet *next_told(struct little_world *world, uint32_t player);

/* How many packets of this kind wait; none is taken. */
#define HOW_MANY(world, who, NAME) how_many((world), (who), S2C_##NAME)
unsigned how_many(struct little_world *world, uint32_t player, unsigned id);

/* A console line of the text catalog, in any font; the arguments as text_format takes them. */
#define EXPECT_LINE(world, who, ...) expect_line((world), (who), HERE, __VA_ARGS__)
void expect_line(struct little_world *world, uint32_t player, struct where where, enum text_id id, ...);

/* ChangeInventorySlot says this. THING_NONE: the slot is empty. */
enum { NOT_WORN, WORN };
#define EXPECT_SLOT(world, who, slot, thing, amount, worn)                                                             \
	expect_slot((world), (who), (slot), (thing), (amount), (worn), HERE)
void expect_slot(struct little_world *world, uint32_t player, unsigned slot, enum thing thing, unsigned amount,
				 bool worn, struct where where);

/* He was told nothing more; nobody was. */
#define EXPECT_NOTHING(world, who) expect_nothing((world), (who), HERE)
#define EXPECT_NOTHING_ELSE(world) expect_nothing((world), 0, HERE)
void expect_nothing(struct little_world *world, uint32_t player, struct where where);

/* What was told so far does not matter. */
void forget(struct little_world *world);

/* The connection of the player was told to close for a reason (enum close_reason); 0 = not. */
unsigned closed_for(const struct little_world *world, uint32_t player);

/* The world is as it must be (audit.h); returns what there is in it. */
#define EXPECT_SOUND(world) expect_sound((world), HERE)
struct audit expect_sound(struct little_world *world, struct where where);

#endif
