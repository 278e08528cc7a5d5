/* ground_plan.c - reading what lies on a map: what the store says, made into what the map shall look like. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "common/store/keys.h"
#include "common/world/ledger.h"
#include "worker/ground_parts.h"
#include "worker/ground_record.h"

enum {
	SEARCH_RADIUS = 16,            /* as for what a player drops (rules-economy-social-admin.md 2.8) */
	UNDO_BYTES_PER_TILE = 96,      /* the tile and two rows of the ledger: a record of up to eight bytes takes 32 */
	UNDO_BYTES_FOR_BLOCKED = 2048, /* the map's blocked bits, touched as a whole */
	TILES_AT_ONCE_LEAST = 16,
};

static bool bit_is_set(const uint8_t *bits, unsigned tile)
{
	return (bits[tile / 8] >> (tile % 8) & 1) != 0;
}

static void bit_put(uint8_t *bits, unsigned tile, bool on)
{
	uint8_t bit = (uint8_t)(1u << (tile % 8));
	bits[tile / 8] = (uint8_t)(on ? bits[tile / 8] | bit : bits[tile / 8] & ~bit);
}

void ground_plan_begin(struct ground_plan *plan, const struct catalog *catalog, uint32_t map)
{
	memset(plan, 0, sizeof *plan);
	plan->catalog = catalog;
	plan->map = map;
	ground_original(catalog, map, plan->original);
	memcpy(plan->ground, plan->original, sizeof plan->ground);
	const struct map_def *def = catalog_map(catalog, map);
	for (unsigned tile = 0; tile < MAP_TILES && def != NULL; tile++)
		bit_put(plan->blocked, tile, (map_tile_flags(catalog, def, tile_x(tile), tile_y(tile)) & TILE_BLOCKED) != 0);
}

void ground_plan_end(struct ground_plan *plan)
{
	cJSON_Delete(plan->left);
	plan->left = NULL;
}

/* --- doors --------------------------------------------------------------------------------------------------------------------- */

/* A door stands there, and both its tiles are open or not (rules-economy-social-admin.md 2.10). */
static void door_put(struct ground_plan *plan, unsigned tile, unsigned item)
{
	bool open = door_is_open(catalog_item(plan->catalog, item));
	plan->ground[tile] = (struct stack){.item = (uint16_t)item, .amount = 1};
	if (plan->original[tile].item != 0)
		plan->ground[tile].amount = plan->original[tile].amount;
	bit_put(plan->blocked, tile, !open);
	if (tile_x(tile) > 1)
		bit_put(plan->blocked, tile - 1, !open);
}

bool ground_plan_door(struct ground_plan *plan, unsigned x, unsigned y, const char *value)
{
	unsigned item, state, tile = tile_index(x, y);
	int end = 0;
	if (!ground_item_is_door(plan->catalog, plan->original[tile].item) ||
		sscanf(value, "%6u:%1u%n", &item, &state, &end) != 2 || value[end] != '\0' || state > 1 ||
		!ground_item_is_door(plan->catalog, item))
		return false;
	const struct item_def *door = catalog_item(plan->catalog, item);
	if (door_is_open(door) != (state == 1)) { /* another server keeps the item and turns the state */
		unsigned counterpart = state == 1 ? door->opened : door->closed;
		if (ground_item_is_door(plan->catalog, counterpart))
			item = counterpart;
	}
	door_put(plan, tile, item);
	return true;
}

/* --- what is left over --------------------------------------------------------------------------------------------------------- */

static bool left_add(struct ground_plan *plan, const char *name, cJSON *entry)
{
	if (plan->left == NULL)
		plan->left = cJSON_CreateObject();
	cJSON *list = cJSON_GetObjectItemCaseSensitive(plan->left, name);
	if (list == NULL)
		list = cJSON_AddArrayToObject(plan->left, name);
	if (entry == NULL || list == NULL) {
		cJSON_Delete(entry);
		return false;
	}
	cJSON_AddItemToArray(list, entry);
	plan->left_count++;
	return true;
}

static bool left_add_stack(struct ground_plan *plan, unsigned tile, int item, int64_t amount)
{
	char name[16];
	snprintf(name, sizeof name, "%u,%u", tile_x(tile), tile_y(tile));
	cJSON *entry = cJSON_CreateObject();
	if (entry == NULL || cJSON_AddNumberToObject(entry, "item_id", item) == NULL ||
		cJSON_AddNumberToObject(entry, "quantity", (double)amount) == NULL) {
		cJSON_Delete(entry);
		return false;
	}
	return left_add(plan, name, entry);
}

bool ground_plan_left_write(const struct ground_plan *plan, struct store_batch *batch)
{
	struct store_key key;
	store_key(&key, KEY_GROUND_LEFT, plan->map);
	if (plan->left == NULL)
		return store_batch_delete(batch, key.text);
	char *text = cJSON_PrintUnformatted(plan->left);
	if (text == NULL)
		return false;
	/* More than a value can hold is no ground: the key stays as it was, rather than that no cut is taken any more. */
	bool good = strlen(text) > STORE_VALUE_MAX || store_batch_set(batch, key.text, text, strlen(text));
	cJSON_free(text);
	return good;
}

/* --- stacks -------------------------------------------------------------------------------------------------------------------- */

static bool tile_parse(const char *name, unsigned *tile)
{
	unsigned x, y;
	int end = 0;
	if (name == NULL || sscanf(name, "%3u,%3u%n", &x, &y, &end) != 2 || name[end] != '\0' ||
		!tile_is_on_map((int)x, (int)y))
		return false;
	*tile = tile_index(x, y);
	return true;
}

static int64_t number_of(const cJSON *entry, const char *name)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(entry, name);
	return cJSON_IsNumber(number) ? vb_round(number->valuedouble) : 0;
}

/* An item of this world, and one or more of it. */
static bool entry_parse(const struct ground_plan *plan, const cJSON *entry, unsigned *item, int64_t *amount)
{
	int64_t number = number_of(entry, "item_id");
	*amount = number_of(entry, "quantity");
	if (number < 1 || number > UINT16_MAX || *amount < 1 || *amount > INT32_MAX ||
		catalog_item(plan->catalog, (unsigned)number) == NULL)
		return false;
	*item = (unsigned)number;
	return true;
}

static bool tile_takes(const struct ground_plan *plan, int x, int y, bool water)
{
	const struct map_def *def = catalog_map(plan->catalog, plan->map);
	if (!tile_is_in_frame(x, y))
		return false;
	unsigned tile = tile_index((unsigned)x, (unsigned)y), flags = map_tile_flags(plan->catalog, def, x, y);
	return plan->ground[tile].item == 0 && !bit_is_set(plan->blocked, tile) && (flags & TILE_EXIT) == 0 &&
		   ((flags & TILE_WATER) != 0) == water;
}

/* The nearest free tile: squares around it, each row by row. MAP_TILES = none. */
static unsigned tile_near(const struct ground_plan *plan, unsigned tile)
{
	int x = tile_x(tile), y = tile_y(tile);
	bool water = (map_tile_flags(plan->catalog, catalog_map(plan->catalog, plan->map), x, y) & TILE_WATER) != 0;
	for (int radius = 0; radius <= SEARCH_RADIUS; radius++) {
		for (int dy = -radius; dy <= radius; dy++) {
			int step = dy == -radius || dy == radius || radius == 0 ? 1 : 2 * radius;
			for (int dx = -radius; dx <= radius; dx += step) {
				if (tile_takes(plan, x + dx, y + dy, water))
					return tile_index((unsigned)(x + dx), (unsigned)(y + dy));
			}
		}
	}
	return MAP_TILES;
}

/* Lays the amount on this tile and the nearest ones. What finds no place is left over. */
static bool amount_put(struct ground_plan *plan, unsigned tile, unsigned item, int64_t amount)
{
	while (amount > 0) {
		unsigned to = tile_near(plan, tile);
		if (to == MAP_TILES)
			return left_add_stack(plan, tile, (int)item, amount);
		uint16_t part = (uint16_t)(amount < STACK_MAX ? amount : STACK_MAX);
		plan->ground[to] = (struct stack){.item = (uint16_t)item, .amount = part};
		plan->moved += to != tile;
		amount -= part;
	}
	return true;
}

/* --- the lists of tiles, in two rounds: first what each tile keeps, then what has to look for a place ------------------------------ */

/* Our own word that something else is where the files put a piece of furniture. */
static const cJSON *entry_instead(const struct ground_plan *plan, unsigned tile, const cJSON *list)
{
	const cJSON *entry;
	cJSON_ArrayForEach(entry, list)
	{
		if (number_of(entry, "instead") == plan->original[tile].item)
			return entry;
	}
	return NULL;
}

/* The entry that a tile keeps; NULL = none of the list. The tile has it afterwards. */
static const cJSON *tile_keep(struct ground_plan *plan, unsigned tile, const cJSON *list)
{
	unsigned item;
	int64_t amount;
	const cJSON *kept = NULL, *entry;
	if (bit_is_set(plan->listed, tile))
		return NULL; /* named twice */
	bit_put(plan->listed, tile, true);
	if (ground_item_is_furniture(plan->catalog, plan->original[tile].item)) {
		kept = entry_instead(plan, tile, list);
		if (kept == NULL)
			return NULL;
		plan->ground[tile] = (struct stack){0};
		if (number_of(kept, "item_id") == 0)
			return kept;
		if (!entry_parse(plan, kept, &item, &amount) || amount > STACK_MAX)
			return NULL;
	} else {
		plan->ground[tile] = (struct stack){0};
		cJSON_ArrayForEach(entry, list)
		{
			if (kept == NULL && entry_parse(plan, entry, &item, &amount) && amount <= STACK_MAX)
				kept = entry;
		}
		if (kept == NULL)
			return NULL;
	}
	entry_parse(plan, kept, &item, &amount);
	if (ground_item_is_door(plan->catalog, item))
		door_put(plan, tile, item);
	else
		plan->ground[tile] = (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
	return kept;
}

/* Others of a list: more of what lies there is added to it, the rest looks for a place. */
static bool entry_settle(struct ground_plan *plan, const char *name, unsigned tile, const cJSON *entry)
{
	unsigned item;
	int64_t amount;
	if (!entry_parse(plan, entry, &item, &amount))
		return left_add(plan, name, cJSON_Duplicate(entry, true));
	struct stack *there = &plan->ground[tile];
	if (there->item == item && !ground_item_is_furniture(plan->catalog, item)) {
		int64_t room = STACK_MAX - there->amount;
		int64_t part = amount < room ? amount : room;
		there->amount = (uint16_t)(there->amount + part);
		amount -= part;
	}
	return amount_put(plan, tile, item, amount);
}

static bool lists_settle(struct ground_plan *plan, const cJSON *object, const cJSON *const *kept)
{
	unsigned i = 0, tile;
	for (const cJSON *list = object->child; list != NULL; list = list->next, i++) {
		bool good = true;
		if (!cJSON_IsArray(list) || !tile_parse(list->string, &tile)) {
			if (!left_add(plan, list->string != NULL ? list->string : "?", cJSON_Duplicate(list, true)))
				return false;
			continue;
		}
		const cJSON *entry;
		cJSON_ArrayForEach(entry, list) good =
			good && ((kept != NULL && entry == kept[i]) || entry_settle(plan, list->string, tile, entry));
		if (!good)
			return false;
	}
	return true;
}

static bool items_read(struct ground_plan *plan, const cJSON *object)
{
	size_t count = (size_t)cJSON_GetArraySize(object), i = 0;
	const cJSON **kept = calloc(count + 1, sizeof *kept);
	if (kept == NULL)
		return false;
	for (const cJSON *list = object->child; list != NULL && i < count; list = list->next, i++) {
		unsigned tile;
		if (cJSON_IsArray(list) && tile_parse(list->string, &tile))
			kept[i] = tile_keep(plan, tile, list);
	}
	bool good = lists_settle(plan, object, kept);
	free(kept);
	return good;
}

/* What was left over by an earlier start: entries look for a place again; what is no list of a tile stays as it is. */
static bool left_read(struct ground_plan *plan, const cJSON *object)
{
	for (const cJSON *list = object->child; list != NULL; list = list->next) {
		unsigned tile;
		bool is_tile = tile_parse(list->string, &tile);
		const cJSON *entry;
		if (!cJSON_IsArray(list) && !left_add(plan, list->string, cJSON_Duplicate(list, true)))
			return false;
		cJSON_ArrayForEach(entry, list)
		{
			if (is_tile ? !entry_settle(plan, list->string, tile, entry)
						: !left_add(plan, list->string, cJSON_Duplicate(entry, true)))
				return false;
		}
	}
	return true;
}

/* A text that is no JSON object is kept as it is: a person may make sense of it. */
static bool text_read(struct ground_plan *plan, const char *text,
					  bool (*read)(struct ground_plan *plan, const cJSON *object))
{
	cJSON *object = text != NULL ? cJSON_Parse(text) : NULL;
	bool good = true;
	if (object != NULL && cJSON_IsObject(object))
		good = read(plan, object);
	else if (text != NULL)
		good = left_add(plan, "?", cJSON_CreateString(text));
	cJSON_Delete(object);
	return good;
}

bool ground_plan_items(struct ground_plan *plan, const char *items, const char *left)
{
	return text_read(plan, items, items_read) && text_read(plan, left, left_read);
}

/* --- sums ---------------------------------------------------------------------------------------------------------------------- */

void ground_plan_sum(const struct ground_plan *plan, int64_t *sums, unsigned items, uint32_t *unknown)
{
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (plan->ground[tile].item != 0 && plan->ground[tile].item <= items)
			sums[plan->ground[tile].item] += plan->ground[tile].amount;
	}
	const cJSON *list, *entry;
	cJSON_ArrayForEach(list, plan->left)
	{
		cJSON_ArrayForEach(entry, list)
		{
			unsigned item;
			int64_t amount;
			if (entry_parse(plan, entry, &item, &amount) && item <= items)
				sums[item] += amount;
			else
				++*unknown;
		}
	}
}

/* --- into the world ------------------------------------------------------------------------------------------------------------ */

unsigned ground_plan_apply(const struct ground_plan *plan, struct tx *tx, unsigned from_tile)
{
	struct map_state *state = &tx->world->maps[plan->map];
	uint32_t undo = tx->world->limits.undo_bytes;
	unsigned left = undo > UNDO_BYTES_FOR_BLOCKED + TILES_AT_ONCE_LEAST * UNDO_BYTES_PER_TILE
						? (undo - UNDO_BYTES_FOR_BLOCKED) / UNDO_BYTES_PER_TILE
						: TILES_AT_ONCE_LEAST;
	if (memcmp(state->blocked, plan->blocked, sizeof state->blocked) != 0) {
		TOUCH(tx, state->blocked);
		memcpy(state->blocked, plan->blocked, sizeof state->blocked);
	}
	unsigned tile = from_tile;
	for (; tile < MAP_TILES && left > 0; tile++) {
		if (state->ground[tile].item == plan->ground[tile].item &&
			state->ground[tile].amount == plan->ground[tile].amount)
			continue;
		if (state->ground[tile].item != 0)
			ledger_add(tx, LEDGER_RESTORED, state->ground[tile].item, -(int64_t)state->ground[tile].amount);
		if (plan->ground[tile].item != 0)
			ledger_add(tx, LEDGER_RESTORED, plan->ground[tile].item, plan->ground[tile].amount);
		SET(tx, state->ground[tile], plan->ground[tile]);
		left--;
	}
	return tile;
}
