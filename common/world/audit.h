/* audit.h - is the world as it must be? A look at everything at one moment: one body per tile and one tile per body, lists,
 * creatures (each on a map, waiting or free, none in a wall, every pet its master's), names, free slots, stacks, doors, rings, logs, and of each item as much as the ledger says (ledger.h).
 *
 * Reads only. The caller holds every lock (tx_lock_everything), so nothing is allocated or logged here: findings are kept
 * as texts, and what is needed to find them is made before (struct audit_room). What rules and workers keep in order
 * besides (what is worn, connections, what clients were told) is looked at by worker/game_audit.h.
 *
 * Measured with 10,000 players and 290 maps: 5 to 7 ms of a CPU with all locks held, of which the grounds take half; by the
 * clock more, when other processes want the same cores (up to 17 ms seen).
 *
 * What is written without a lock (positions of readers, logs that begin) may be just changing: it is a suspicion first, and
 * counts when several looks in a row see it (audit_suspect_again). In a world where nothing moves one look is enough. */
#ifndef ARGENTUM_WORLD_AUDIT_H
#define ARGENTUM_WORLD_AUDIT_H

#include "common/world/world.h"

struct catalog;

/* Something that may just be changing. */
struct audit_suspicion {
	uint64_t key; /* what about whom */
	char text[AUDIT_TEXT_BYTES];
};

struct audit {
	uint32_t findings; /* also beyond the texts kept */
	char text[AUDIT_TEXTS][AUDIT_TEXT_BYTES];
	uint32_t suspicions; /* not more than are kept: others are found next time */
	struct audit_suspicion suspicion[AUDIT_TEXTS];

	/* what there is; players who are not in the world are in the store only */
	uint32_t players, creatures;
	uint64_t gold;  /* purses, banks and the ground */
	uint64_t items; /* units in bags, banks and on the ground, gold piles left out */
};

/* Connections of an address, and those of them with a login or creation under way. */
struct audit_address {
	uint32_t connections, attempts;
};

/* Private memory for looking at worlds with these limits and this catalog; the caller's. */
struct audit_room {
	int64_t *found;   /* [items + 1]: what there is of each item */
	int64_t *net;     /* [items + 1]: what the ledger says */
	uint8_t *terrain; /* [maps + 1] times as much as map_state.blocked */
	uint8_t *seen;    /* [most of players, creatures, chunks + 1] */
	size_t seen_bytes;
	struct audit_address *addresses; /* by record, from 1 */
};

/* false: out of memory. What was made is given back in either case by audit_room_destroy. */
bool audit_room_create(struct audit_room *room, const struct world *world, const struct catalog *catalog);
void audit_room_destroy(struct audit_room *room);

/* Forgets what `audit` held and looks at everything but what workers keep. */
void audit_world(const struct world *world, const struct catalog *catalog, struct audit_room *room,
				 struct audit *audit);

/* What was suspicious in both looks stays suspicious in `now`. */
void audit_suspect_again(struct audit *now, const struct audit *before);

/* What is suspicious is found to be wrong. */
void audit_conclude(struct audit *audit);

/* --- for who looks --- */

void audit_find(struct audit *audit, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum audit_suspect {
	SUSPECT_LOG = 1,
	SUSPECT_READER,
	SUSPECT_PLAYED,
	SUSPECT_VIEW,
	SUSPECT_TOGGLES,
	SUSPECT_INPUT,
	SUSPECT_OUTPUT
};
void audit_suspect(struct audit *audit, enum audit_suspect what, uint64_t who, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
