/* ground_record.h - what lies on a map, and its doors, between the world and the store.
 *
 * Only what differs from the map's files is kept, without expiry: a restart neither loses nor doubles anything.
 *   ground_items:{map}  JSON object "x,y" -> list of {item_id, quantity, grh_index, owner_id, spawn_time}; pyao-server
 *       may have several stacks on a tile, we one; an emptied tile has an empty list. Where the files put a door, or
 *       something that can not be picked up, an entry has "instead": that item's number, for without it the tile's own
 *       item stays and the entry lies beside it (pyao-server keeps its ground apart from the map's furniture);
 *       item_id 0 then says that nothing is there now. What the map's thieves hold is more of that kind, on the tile where
 *       something was taken last: whoever reads it finds it lying there
 *   door:{map}:{x}:{y}  "item:0" closed, "item:1" open, for doors of the files that stand differently
 *   argentumd:ground_left:{map}  JSON as the first: entries that cannot lie here (an item that this world does not have,
 *       no room, no sense). They are tried again at each start, and leave that key when they find a place.
 *
 * Reading makes a plan: what the map shall look like, from its files and the store alone. So it comes out the same when a
 * keeper that died half-way through is followed by another. Plans are private memory; grounds in the world belong to their
 * map's lock. */
#ifndef ARGENTUM_WORKER_GROUND_RECORD_H
#define ARGENTUM_WORKER_GROUND_RECORD_H

#include "common/catalog/catalog.h"
#include "common/store/store.h"
#include "common/world/tx.h"

struct cJSON;

/* --- writing --- */

/* Puts a map's ground and doors into the batch. `ground`: a copy, MAP_TILES stacks; `hoard`: a copy too, NULL = nothing. false: out
 * of memory; the batch must not be committed then. */
bool ground_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, const struct stack *ground,
				  const struct hoard *hoard, int64_t now_unix_s);

/* What the files put on a map, MAP_TILES stacks. */
void ground_original(const struct catalog *catalog, uint32_t map, struct stack *ground);

/* Is the door item that lies there open? */
bool door_is_open(const struct item_def *item);

/* --- reading --- */

struct ground_plan {
	const struct catalog *catalog;
	uint32_t map;
	struct stack original[MAP_TILES];
	struct stack ground[MAP_TILES];
	uint8_t blocked[MAP_TILES / 8 + 6]; /* as map_state.blocked */
	struct cJSON *left;                 /* what is left for argentumd:ground_left; NULL = nothing */
	unsigned left_count;                /* entries in it */
	unsigned moved;                     /* stacks that found a place on another tile */
	uint8_t listed[MAP_TILES / 8 + 6];  /* tiles that the store said something about */
};

/* The map as its files have it. */
void ground_plan_begin(struct ground_plan *plan, const struct catalog *catalog, uint32_t map);
void ground_plan_end(struct ground_plan *plan);

/* The value of a door's key. false: no sense; the door stands as in the files. */
bool ground_plan_door(struct ground_plan *plan, unsigned x, unsigned y, const char *value);

/* The texts of ground_items and argentumd:ground_left, either may be NULL; after the doors. false: out of memory. */
bool ground_plan_items(struct ground_plan *plan, const char *items, const char *left);

/* Puts everything that the plan says of the ground into the batch. false: out of memory. */
bool ground_plan_write(const struct ground_plan *plan, struct store_batch *batch, int64_t now_unix_s);

/* Adds what the map would hold by this plan, item by item (up to number `items`), what is left over and known included:
 * whether it lies on the ground or waits for room is all the same here. *unknown grows by what no sum can count. */
void ground_plan_sum(const struct ground_plan *plan, int64_t *sums, unsigned items, uint32_t *unknown);

/* Makes the world look like the plan, a stretch of tiles at a time: from this tile on, as much as one undo log holds.
 * Returns where the next stretch begins, MAP_TILES at the end. For transactions that hold the map; says nothing to
 * anybody. */
unsigned ground_plan_apply(const struct ground_plan *plan, struct tx *tx, unsigned from_tile);

#endif
