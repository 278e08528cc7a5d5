/* snapshot.h - everything a player sees now, encoded at one instant: for who arrives on a map, and for who was lapped.
 *
 * Taken under the map's lock (a transaction that changes nothing), into the worker's burst buffer; bounded by the size
 * of a window, not by what happened. It begins with ChangeMap, which makes the client forget what it knew; for a
 * connection that was not greeted yet it begins with all that the newcomer's screen needs (protocol.md 2.3). One that was
 * greeted in a former generation of the world is sent the same but for Logged and the message of the day: its screen is
 * there, and what it shows is put right. */
#ifndef ARGENTUM_WORKER_SNAPSHOT_H
#define ARGENTUM_WORKER_SNAPSHOT_H

#include "common/protocol/packets.h"
#include "worker/worker.h"

struct snapshot {
	bool taken;           /* false: the player is not on that map (any more) */
	uint64_t position;    /* the ring's head at that instant */
	size_t length;        /* bytes in worker.burst */
	uint32_t place_tells; /* of the player then */
	uint8_t cell_x, cell_y;
	uint8_t toggles; /* what the client believes after it */
};

/* Of the client's player on this map. */
void snapshot_take(struct worker *w, struct client *client, uint32_t map, struct snapshot *shot);

/* Wherever the player stands. false: it is not in the world, or somebody else plays it. */
bool snapshot_take_anywhere(struct worker *w, struct client *client, uint32_t *map, struct snapshot *shot);

/* What the client of this body should believe. */
uint8_t toggles_of(const struct world *world, const struct body *body);

/* The packet that flips a toggle. Returns its length. */
size_t toggle_packet(enum client_toggle toggle, enum dialect dialect, uint8_t *bytes, size_t capacity);

#endif
