#include "worker/ground_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/keys.h"
#include "worker/ground_parts.h"

/* A map full of changed tiles must fit into one value: then the fields that only pyao-server looks at are left out. */
enum { ENTRY_BYTES_MAX = 128, CHANGES_IN_FULL = STORE_VALUE_MAX / 2 / ENTRY_BYTES_MAX };

bool door_is_open(const struct item_def *item)
{
	return (item->flags & ITEM_IS_CLOSED) == 0;
}

void ground_original(const struct catalog *catalog, uint32_t map, struct stack *ground)
{
	memset(ground, 0, MAP_TILES * sizeof *ground);
	const struct map_def *def = catalog_map(catalog, map);
	unsigned count = 0;
	const struct map_object *objects = def != NULL ? map_objects(catalog, def, &count) : NULL;
	for (unsigned i = 0; i < count; i++)
		ground[tile_index(objects[i].x, objects[i].y)] =
			(struct stack){.item = objects[i].item, .amount = objects[i].amount};
}

bool ground_item_is_door(const struct catalog *catalog, unsigned item)
{
	const struct item_def *def = catalog_item(catalog, item);
	return def != NULL && def->kind == ITEM_DOOR;
}

bool ground_item_is_furniture(const struct catalog *catalog, unsigned item)
{
	const struct item_def *def = catalog_item(catalog, item);
	return def != NULL && (def->kind == ITEM_DOOR || (def->flags & ITEM_IS_FIXED) != 0);
}

/* --- writing ------------------------------------------------------------------------------------------------------------------- */

struct ground_text {
	struct store_buffer buffer;
	const struct catalog *catalog;
	bool in_full;
	int64_t now_unix_s;
};

static bool entry_write(struct ground_text *text, struct stack stack, unsigned instead)
{
	char bytes[ENTRY_BYTES_MAX];
	const struct item_def *item = catalog_item(text->catalog, stack.item);
	int n = snprintf(bytes, sizeof bytes, "{\"item_id\":%u,\"quantity\":%u,\"grh_index\":%d", stack.item, stack.amount,
					 item != NULL ? item->graphic : 0);
	if (text->in_full)
		n += snprintf(bytes + n, sizeof bytes - (size_t)n, ",\"owner_id\":null,\"spawn_time\":%" PRId64,
					  text->now_unix_s);
	if (instead != 0)
		n += snprintf(bytes + n, sizeof bytes - (size_t)n, ",\"instead\":%u", instead);
	n += snprintf(bytes + n, sizeof bytes - (size_t)n, "}");
	return store_buffer_append(&text->buffer, bytes, (size_t)n);
}

/* What thieves hold, behind what lies on the tile (`first`: nothing does). */
static bool hoard_write(struct ground_text *text, const struct hoard *hoard, bool first)
{
	bool good = true;
	for (unsigned i = 0; i < HOARD_SLOTS && good; i++) {
		if (hoard->stacks[i].item == 0)
			continue;
		good = (first || store_buffer_append(&text->buffer, ",", 1)) && entry_write(text, hoard->stacks[i], 0);
		first = false;
	}
	return good;
}

/* `itself`: what lies there is said too; else only what thieves hold, and the tile's own stays. `hoard`: NULL = it is written with
 * another tile. */
static bool tile_write(struct ground_text *text, unsigned tile, struct stack now, struct stack original, bool itself,
					   const struct hoard *hoard)
{
	char name[24];
	unsigned instead = ground_item_is_furniture(text->catalog, original.item) ? original.item : 0;
	bool says = itself && (now.item != 0 || instead != 0);
	int n =
		snprintf(name, sizeof name, "%c\"%u,%u\":[", text->buffer.length == 0 ? '{' : ',', tile_x(tile), tile_y(tile));
	return store_buffer_append(&text->buffer, name, (size_t)n) && (!says || entry_write(text, now, instead)) &&
		   (hoard == NULL || hoard_write(text, hoard, !says)) && store_buffer_append(&text->buffer, "]", 1);
}

static bool stands_as_door(const struct catalog *catalog, struct stack now, struct stack original)
{
	return ground_item_is_door(catalog, original.item) && ground_item_is_door(catalog, now.item);
}

static void door_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, unsigned tile,
					   struct stack now, struct stack original)
{
	struct store_key key;
	store_key(&key, KEY_DOOR, map, (unsigned)tile_x(tile), (unsigned)tile_y(tile));
	if (now.item == original.item || !ground_item_is_door(catalog, now.item))
		store_batch_delete(batch, key.text);
	else
		store_batch_setf(batch, key.text, "%u:%d", now.item, door_is_open(catalog_item(catalog, now.item)));
}

static bool stacks_are_equal(struct stack a, struct stack b)
{
	return a.item == b.item && a.amount == b.amount;
}

/* The tile with which the hoard is written; MAP_TILES = there is nothing in it. */
static unsigned hoard_tile(const struct hoard *hoard)
{
	for (unsigned i = 0; hoard != NULL && i < HOARD_SLOTS; i++) {
		if (hoard->stacks[i].item != 0)
			return tile_is_on_map(hoard->x, hoard->y) ? tile_index(hoard->x, hoard->y)
													  : tile_index(MAP_SIDE / 2, MAP_SIDE / 2);
	}
	return MAP_TILES;
}

/* Whether the tile is to be named for its own sake. Of furniture that did not change only its absence would be news. */
static bool tile_says_itself(const struct catalog *catalog, struct stack now, struct stack original, bool named)
{
	if (stands_as_door(catalog, now, original))
		return false;
	return !stacks_are_equal(now, original) || (named && !ground_item_is_furniture(catalog, original.item));
}

static bool ground_put(struct store_batch *batch, const struct catalog *catalog, uint32_t map,
					   const struct stack *ground, const struct stack *original, const struct hoard *hoard,
					   int64_t now_unix_s)
{
	const unsigned named = hoard_tile(hoard);
	struct store_key key;
	unsigned changes = 0;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		changes += !stacks_are_equal(ground[tile], original[tile]);
		if (ground_item_is_door(catalog, original[tile].item))
			door_write(batch, catalog, map, tile, ground[tile], original[tile]);
	}
	struct ground_text text = {.catalog = catalog, .in_full = changes <= CHANGES_IN_FULL, .now_unix_s = now_unix_s};
	bool good = true;
	for (unsigned tile = 0; tile < MAP_TILES && good; tile++) {
		bool itself = tile_says_itself(catalog, ground[tile], original[tile], tile == named);
		if (itself || tile == named)
			good = tile_write(&text, tile, ground[tile], original[tile], itself, tile == named ? hoard : NULL);
	}
	store_key(&key, KEY_GROUND_ITEMS, map);
	if (good && text.buffer.length == 0)
		good = store_batch_delete(batch, key.text);
	else if (good)
		good = store_buffer_append(&text.buffer, "}", 1) &&
			   store_batch_set(batch, key.text, text.buffer.bytes, text.buffer.length);
	store_buffer_free(&text.buffer);
	return good;
}

bool ground_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, const struct stack *ground,
				  const struct hoard *hoard, int64_t now_unix_s)
{
	struct stack *original = malloc(MAP_TILES * sizeof *original);
	if (original == NULL)
		return false;
	ground_original(catalog, map, original);
	bool good = ground_put(batch, catalog, map, ground, original, hoard, now_unix_s);
	free(original);
	return good;
}

bool ground_plan_write(const struct ground_plan *plan, struct store_batch *batch, int64_t now_unix_s)
{
	if (!ground_put(batch, plan->catalog, plan->map, plan->ground, plan->original, NULL, now_unix_s))
		return false;
	return ground_plan_left_write(plan, batch);
}
