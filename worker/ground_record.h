/* ground_record.h - what lies on a map, and its doors, between the world and the store.
 *
 * `ground_items:{map}`: JSON, "x,y" -> list of {item_id, quantity, grh_index}: the tiles that differ from what the map's
 * files put there; an emptied tile has an empty list. Kept without expiry: a restart neither loses nor doubles anything.
 * `door:{map}:{x}:{y}`: "item:0" closed, "item:1" open, for doors that differ from the files. */
#ifndef ARGENTUM_WORKER_GROUND_RECORD_H
#define ARGENTUM_WORKER_GROUND_RECORD_H

#include "common/catalog/catalog.h"
#include "common/store/store.h"
#include "common/world/tx.h"

/* Puts a map's ground and doors into the batch. `ground`: a copy, MAP_TILES stacks. */
void ground_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, const struct stack *ground);

/* What the files put on a map, MAP_TILES stacks. */
void ground_original(const struct catalog *catalog, uint32_t map, struct stack *ground);

/* Reads the JSON into the world; a transaction of the caller that holds the map. What cannot be used is counted and left
 * out. false: it is no JSON object (nothing was changed). */
bool ground_restore(struct tx *tx, uint32_t map, const char *json, unsigned *left_out);

/* One door's value: sets the item on its tile and the blocked bits of both its tiles. false: it is no door of this map. */
bool door_restore(struct tx *tx, uint32_t map, unsigned x, unsigned y, const char *value);

/* Is the door item that lies there open? */
bool door_is_open(const struct item_def *item);

#endif
