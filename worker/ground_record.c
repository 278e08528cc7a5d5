#include "worker/ground_record.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/keys.h"

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

static bool is_door(const struct catalog *catalog, unsigned item)
{
	const struct item_def *def = catalog_item(catalog, item);
	return def != NULL && def->kind == ITEM_DOOR;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------- */

static void tile_add(cJSON *object, const struct catalog *catalog, unsigned tile, struct stack stack)
{
	char name[16];
	snprintf(name, sizeof name, "%u,%u", tile_x(tile), tile_y(tile));
	cJSON *list = cJSON_AddArrayToObject(object, name);
	if (stack.item == 0 || list == NULL)
		return;
	const struct item_def *item = catalog_item(catalog, stack.item);
	cJSON *entry = cJSON_CreateObject();
	cJSON_AddNumberToObject(entry, "item_id", stack.item);
	cJSON_AddNumberToObject(entry, "quantity", stack.amount);
	cJSON_AddNumberToObject(entry, "grh_index", item != NULL ? item->graphic : 0);
	cJSON_AddItemToArray(list, entry);
}

static void door_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, unsigned tile,
					   struct stack now, struct stack original)
{
	struct store_key key;
	store_key(&key, KEY_DOOR, map, (unsigned)tile_x(tile), (unsigned)tile_y(tile));
	if (now.item == original.item)
		store_batch_delete(batch, key.text);
	else
		store_batch_setf(batch, key.text, "%u:%d", now.item, door_is_open(catalog_item(catalog, now.item)));
}

void ground_write(struct store_batch *batch, const struct catalog *catalog, uint32_t map, const struct stack *ground)
{
	struct stack *original = malloc(MAP_TILES * sizeof *original);
	cJSON *object = cJSON_CreateObject();
	if (original == NULL || object == NULL)
		abort(); /* a cut that leaves something out would be no cut; the keeper's successor tries again */
	ground_original(catalog, map, original);
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (is_door(catalog, original[tile].item) && is_door(catalog, ground[tile].item))
			door_write(batch, catalog, map, tile, ground[tile], original[tile]);
		else if (original[tile].item != ground[tile].item || original[tile].amount != ground[tile].amount)
			tile_add(object, catalog, tile, ground[tile]);
	}
	struct store_key key;
	store_key(&key, KEY_GROUND_ITEMS, map);
	char *text = cJSON_GetArraySize(object) > 0 ? cJSON_PrintUnformatted(object) : NULL;
	if (text != NULL)
		store_batch_set(batch, key.text, text, strlen(text));
	else
		store_batch_delete(batch, key.text);
	cJSON_free(text);
	cJSON_Delete(object);
	free(original);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------- */

static bool tile_parse(const char *name, unsigned *x, unsigned *y)
{
	int end = 0;
	return sscanf(name, "%3u,%3u%n", x, y, &end) == 2 && name[end] == '\0' && tile_is_on_map((int)*x, (int)*y);
}

static int number_of(const cJSON *entry, const char *name)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(entry, name);
	return cJSON_IsNumber(number) ? number->valueint : 0;
}

static bool stack_parse(const struct tx *tx, const cJSON *entry, struct stack *stack)
{
	int item = number_of(entry, "item_id"), amount = number_of(entry, "quantity");
	if (item < 1 || item > UINT16_MAX || catalog_item(tx->catalog, (unsigned)item) == NULL || amount < 1 ||
		amount > STACK_MAX)
		return false;
	*stack = (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
	return true;
}

/* The nearest free tile for what another server stacked on one tile: rows around it, nearest first. */
static bool put_nearby(struct tx *tx, uint32_t map, int x, int y, struct stack stack)
{
	const struct map_def *def = catalog_map(tx->catalog, map);
	struct map_state *state = &tx->world->maps[map];
	for (int radius = 0; radius <= 16; radius++) {
		for (int dy = -radius; dy <= radius; dy++) {
			for (int dx = -radius; dx <= radius; dx++) {
				if (abs(dx) != radius && abs(dy) != radius)
					continue;
				unsigned flags = map_tile_flags(tx->catalog, def, x + dx, y + dy);
				if ((flags & (TILE_BLOCKED | TILE_EXIT)) != 0)
					continue;
				struct stack *there = &state->ground[tile_index((unsigned)(x + dx), (unsigned)(y + dy))];
				if (there->item != 0)
					continue;
				SET(tx, *there, stack);
				return true;
			}
		}
	}
	return false;
}

static void tile_restore(struct tx *tx, uint32_t map, unsigned x, unsigned y, const cJSON *list, unsigned *left_out)
{
	struct stack *there = &tx->world->maps[map].ground[tile_index(x, y)];
	if (is_door(tx->catalog, there->item))
		return; /* doors have keys of their own */
	SET(tx, *there, ((struct stack){0}));
	bool first = true;
	const cJSON *entry;
	cJSON_ArrayForEach(entry, list)
	{
		struct stack stack;
		if (!stack_parse(tx, entry, &stack)) {
			(*left_out)++;
			continue;
		}
		if (first)
			SET(tx, *there, stack);
		else if (!put_nearby(tx, map, (int)x, (int)y, stack))
			(*left_out)++;
		first = false;
	}
}

bool ground_restore(struct tx *tx, uint32_t map, const char *json, unsigned *left_out)
{
	*left_out = 0;
	cJSON *object = cJSON_Parse(json);
	bool good = cJSON_IsObject(object);
	const cJSON *list = good ? object->child : NULL;
	for (; list != NULL; list = list->next) {
		unsigned x, y;
		if (cJSON_IsArray(list) && list->string != NULL && tile_parse(list->string, &x, &y))
			tile_restore(tx, map, x, y, list, left_out);
		else
			(*left_out)++;
	}
	cJSON_Delete(object);
	return good;
}

static void blocked_set(struct tx *tx, uint32_t map, unsigned x, unsigned y, bool blocked)
{
	unsigned tile = tile_index(x, y);
	uint8_t *byte = &tx->world->maps[map].blocked[tile / 8];
	uint8_t bit = (uint8_t)(1u << (tile % 8));
	SET(tx, *byte, blocked ? *byte | bit : *byte & (uint8_t)~bit);
}

bool door_restore(struct tx *tx, uint32_t map, unsigned x, unsigned y, const char *value)
{
	unsigned item;
	struct stack *there = &tx->world->maps[map].ground[tile_index(x, y)];
	if (!is_door(tx->catalog, there->item) || sscanf(value, "%7u:", &item) != 1 || !is_door(tx->catalog, item))
		return false;
	bool open = door_is_open(catalog_item(tx->catalog, item));
	SET(tx, there->item, (uint16_t)item);
	blocked_set(tx, map, x, y, !open);
	if (x > 1)
		blocked_set(tx, map, x - 1, y, !open);
	return true;
}
