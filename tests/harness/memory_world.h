/* memory_world.h - the starter world in memory, for tests of the game's rules: no process, no socket, no store.
 *
 * The test owns it. Rules run as the server runs them: the real dispatch (rules.def, needs included), the real transaction
 * machinery, in paranoid mode over the whole world, so that every run proves that each write was touched and that the rule
 * may be run again. After each run the world is audited; what is wrong fails the test. Time passes only when the test lets
 * it (now_ms), and the seed is always the same.
 *
 * The world is read from $ARGENTUM_BUILD/world (without that variable build/world, which `make world` makes). Its process
 * is SLOT_SPARE. Trouble fails the test that opens it. */
#ifndef ARGENTUM_TESTS_MEMORY_WORLD_H
#define ARGENTUM_TESTS_MEMORY_WORLD_H

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/protocol/packets.h"
#include "common/text/texts.h"
#include "common/world/audit.h"
#include "common/world/tx.h"

enum {
	MEMORY_WORLD_PLAYERS = 40,
	MEMORY_WORLD_CONNECTIONS = 40,
	MEMORY_WORLD_CREATURES = 400,
	MEMORY_WORLD_MAPS = 512, /* domains it can listen to */
};

struct memory_world {
	int catalog_fd, world_fd;
	struct world world;
	const struct catalog *catalog;
	struct config config; /* the defaults; a test may change what rules read */
	struct tx tx;
	bool audit_at_the_end; /* not after each run, but when the test asks: for many runs */
	struct audit_room room;
	uint64_t now_ms;                         /* what the next run takes for the time */
	uint64_t listen_from[MEMORY_WORLD_MAPS]; /* per domain: what is said from here on is heard */
	struct s2c_packet heard;
	uint8_t bytes[RING_ENTRY_MAX];
	struct note note;
	uint8_t *remembered; /* memory_world_remember; NULL = nothing yet */
	uint64_t remembered_ms, remembered_runs;
};

/* NULL-safe close; open fails the test with the reason. */
struct memory_world *memory_world_open(void);

/* Another world, with room for so many creatures. A big one is better compared only where something happens
 * (tx.paranoia = PARANOIA_DOMAINS) and audited at the end. */
struct memory_world *memory_world_open_at(const char *path, uint32_t creatures);
void memory_world_close(struct memory_world **world);

/* A new human warrior (a man, the classic kit, level 1) with a connection of his own enters the game on this tile, which
 * must be free. Returns his index. */
uint32_t memory_world_player(struct memory_world *world, const char *name, struct place at);

/* The same with class, race and gender (enum class_id ...). */
uint32_t memory_world_character(struct memory_world *world, const char *name, struct place at, int class_id, int race,
								int gender);

/* Runs the packet's rule for him, once; what is heard afterwards begins here. Fails the test when a write was not touched
 * or when the audit finds something. */
enum tx_verdict memory_world_do(struct memory_world *world, uint32_t player, struct c2s_packet packet);

/* DO(world, player, WALK, .heading = 1); DO(world, player, PICK_UP) */
#define DO(world_, player_, NAME_, ...)                                                                                \
	memory_world_do((world_), (player_), (struct c2s_packet){.id = C2S_##NAME_, .NAME_ = {__VA_ARGS__}})

/* Any other transaction, proven and audited in the same way. `domains` are held from its beginning; 0 = none. */
enum tx_verdict memory_world_run(struct memory_world *world, const uint32_t domains[2], tx_fn *fn, void *context);

/* A connection of this process for who comes by entering.h; and its end, when nobody is played by it any more. */
struct handle memory_world_connect(struct memory_world *world);
void memory_world_disconnect(struct memory_world *world, struct handle connection);

/* Keeps the world as it is now; the second brings it back, the time and the dice too, in some microseconds. */
void memory_world_remember(struct memory_world *world);
void memory_world_rewind(struct memory_world *world);

/* The first packet with this id that the last run said to him (also to his area or map); NULL: none. Valid until the next
 * call. A player is taken to see from where he stands now. `nth`: 0 = the first. */
const struct s2c_packet *memory_world_heard_nth(struct memory_world *world, uint32_t player, unsigned id, unsigned nth);
const struct s2c_packet *memory_world_heard(struct memory_world *world, uint32_t player, unsigned id);
unsigned memory_world_heard_count(struct memory_world *world, uint32_t player, unsigned id);
unsigned memory_world_heard_all(struct memory_world *world, uint32_t player); /* packets of any id */

/* Was this line of the catalog among his console lines? The text must have no conversion. */
bool memory_world_told(struct memory_world *world, uint32_t player, enum text_id id);

/* Does a console line of his contain these Latin-1 bytes? */
bool memory_world_told_part(struct memory_world *world, uint32_t player, const char *part);

/* Goes through everything that the last run said in this domain, to whomever: valid during the call. Fails the test when what
 * was said is not whole packets of the dialect. */
typedef void memory_world_note_fn(void *context, const struct note *note);
void memory_world_notes(struct memory_world *world, uint32_t domain, memory_world_note_fn *each, void *context);

/* The reason for which the last run closed his connection (enum close_reason); CLOSE_NONE: it did not. */
unsigned memory_world_closed(struct memory_world *world, uint32_t player);

/* Everything there is now; findings fail the test. */
struct audit memory_world_audit(struct memory_world *world);

/* Puts things where the test wants them, outside the rules. Slots from 1; item 0 empties. */
void memory_world_lay(struct memory_world *world, struct place at, unsigned item, unsigned amount);
void memory_world_give(struct memory_world *world, uint32_t player, unsigned slot, unsigned item, unsigned amount);
void memory_world_pay(struct memory_world *world, uint32_t player, int32_t gold); /* what is in his purse from now on */
void memory_world_strip(struct memory_world *world, uint32_t player);             /* nothing carried, nothing worn */

/* He dies, or lives again, without what else belongs to it. */
void memory_world_kill(struct memory_world *world, uint32_t player);

#endif
