#include "common/catalog/map_file.h"

#include "common/catalog/kinds.h"

/* Reads 16-bit numbers in step; says so when the bytes end. */
struct cursor {
	const uint8_t *at, *end;
};

static bool byte_take(struct cursor *cursor, uint8_t *value)
{
	if (cursor->at >= cursor->end)
		return false;
	*value = *cursor->at++;
	return true;
}

static bool word_take(struct cursor *cursor, int16_t *value)
{
	if (cursor->end - cursor->at < 2)
		return false;
	*value = (int16_t)(uint16_t)(cursor->at[0] | cursor->at[1] << 8);
	cursor->at += 2;
	return true;
}

/* --- .map --- */

enum tile_result { TILE_GOOD, TILE_ENDS, TILE_ODD_FLAGS };

static enum tile_result tile_take(struct cursor *cursor, struct map_file *map, unsigned tile, int16_t *trigger)
{
	uint8_t flags;
	*trigger = 0;
	if (!byte_take(cursor, &flags))
		return TILE_ENDS;
	if ((flags & 0xE0) != 0)
		return TILE_ODD_FLAGS;
	map->flags[tile] = flags;
	for (unsigned layer = 0; layer < MAP_LAYERS; layer++) {
		map->layer[layer][tile] = 0;
		if ((layer == 0 || (flags >> layer & 1) != 0) && !word_take(cursor, &map->layer[layer][tile]))
			return TILE_ENDS;
	}
	if ((flags & MAP_FILE_TRIGGER) != 0 && !word_take(cursor, trigger))
		return TILE_ENDS;
	return TILE_GOOD;
}

/* A later branch writes graphics with 32 bits: then the same walk with doubled sizes ends exactly at the file's end. */
static bool graphics_have_32_bits(const uint8_t *bytes, size_t size)
{
	size_t at = MAP_FILE_HEADER_BYTES;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (at >= size || (bytes[at] & 0xE0) != 0)
			return false;
		uint8_t flags = bytes[at];
		at += 5;
		for (unsigned layer = 1; layer < MAP_LAYERS; layer++)
			at += (flags >> layer & 1) != 0 ? 4 : 0;
		at += (flags & MAP_FILE_TRIGGER) != 0 ? 2 : 0;
	}
	return at == size;
}

static bool map_refuse(const char *label, const uint8_t *bytes, size_t size, unsigned tile, enum tile_result result,
					   struct problem *why)
{
	if (graphics_have_32_bits(bytes, size))
		return problem_set(why, "%s: graphics of 32 bits, the layout of a later branch; 16 bits are needed", label);
	if (result == TILE_ODD_FLAGS)
		return problem_set(why, "%s tile (%u,%u): flags with bits 5-7 set; the lengths that follow cannot be trusted",
						   label, tile_x(tile), tile_y(tile));
	return problem_set(why, "%s tile (%u,%u): the file of %zu bytes ends inside this tile", label, tile_x(tile),
					   tile_y(tile), size);
}

bool map_file_read_map(struct map_file *map, const char *label, const void *bytes, size_t size,
					   struct catalog_warnings *warnings, struct problem *why)
{
	if (size < MAP_FILE_BYTES_MIN)
		return problem_set(why, "%s: %zu bytes; a map has at least %d", label, size, MAP_FILE_BYTES_MIN);
	struct cursor cursor = {.at = bytes, .end = (const uint8_t *)bytes + size};
	(void)word_take(&cursor, &map->version);
	cursor.at = (const uint8_t *)bytes + MAP_FILE_HEADER_BYTES; /* between them: an editor's banner, no meaning */
	struct tally odd = {0};
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		int16_t trigger;
		enum tile_result result = tile_take(&cursor, map, tile, &trigger);
		if (result != TILE_GOOD)
			return map_refuse(label, bytes, size, tile, result, why);
		bool known = trigger >= TRIGGER_NONE && trigger <= TRIGGER_LAST;
		if (!known)
			tally_add(&odd, "%s tile (%u,%u)", label, tile_x(tile), tile_y(tile));
		map->trigger[tile] = known ? (uint8_t)trigger : TRIGGER_NONE;
	}
	if (cursor.at != cursor.end) {
		if (graphics_have_32_bits(bytes, size))
			return map_refuse(label, bytes, size, 0, TILE_ENDS, why);
		return problem_set(why, "%s: %zu bytes left over behind tile (100,100)", label,
						   (size_t)(cursor.end - cursor.at));
	}
	tally_warn(&odd, warnings, "a trigger outside 0..6; taken as 0");
	return true;
}

/* --- .inf --- */

static enum tile_result inf_tile_take(struct cursor *cursor, struct map_file *map, unsigned tile)
{
	uint8_t flags, x = tile_x(tile), y = tile_y(tile);
	if (!byte_take(cursor, &flags))
		return TILE_ENDS;
	if ((flags & 0xF8) != 0)
		return TILE_ODD_FLAGS;
	if ((flags & 1) != 0) {
		struct map_file_exit *row = &map->exit[map->exit_count++];
		*row = (struct map_file_exit){.x = x, .y = y};
		if (!word_take(cursor, &row->map) || !word_take(cursor, &row->to_x) || !word_take(cursor, &row->to_y))
			return TILE_ENDS;
	}
	if ((flags & 2) != 0) {
		struct map_file_creature *row = &map->creature[map->creature_count++];
		*row = (struct map_file_creature){.x = x, .y = y};
		if (!word_take(cursor, &row->creature))
			return TILE_ENDS;
	}
	if ((flags & 4) != 0) {
		struct map_file_object *row = &map->object[map->object_count++];
		*row = (struct map_file_object){.x = x, .y = y};
		if (!word_take(cursor, &row->item) || !word_take(cursor, &row->amount))
			return TILE_ENDS;
	}
	return TILE_GOOD;
}

bool map_file_read_inf(struct map_file *map, const char *label, const void *bytes, size_t size, struct problem *why)
{
	map->exit_count = map->creature_count = map->object_count = 0;
	if (size < INF_FILE_HEADER_BYTES)
		return problem_set(why, "%s: %zu bytes; it ends inside its header of %d", label, size, INF_FILE_HEADER_BYTES);
	struct cursor cursor = {.at = (const uint8_t *)bytes + INF_FILE_HEADER_BYTES, .end = (const uint8_t *)bytes + size};
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		enum tile_result result = inf_tile_take(&cursor, map, tile);
		if (result == TILE_ODD_FLAGS)
			return problem_set(why,
							   "%s tile (%u,%u): flags with bits 3-7 set; the lengths that follow cannot be trusted",
							   label, tile_x(tile), tile_y(tile));
		if (result == TILE_ENDS)
			return problem_set(why, "%s tile (%u,%u): the file of %zu bytes ends inside this tile", label, tile_x(tile),
							   tile_y(tile), size);
	}
	if (cursor.at != cursor.end)
		return problem_set(why, "%s: %zu bytes left over behind tile (100,100)", label,
						   (size_t)(cursor.end - cursor.at));
	return true;
}

/* --- terrain --- */

static bool between(int16_t graphic, int16_t low, int16_t high)
{
	return graphic >= low && graphic <= high;
}

bool map_file_is_water(const struct map_file *map, unsigned tile)
{
	int16_t ground = map->layer[0][tile];
	return map->layer[1][tile] == 0 &&
		   (between(ground, 1505, 1520) || between(ground, 5665, 5680) || between(ground, 13547, 13562));
}

bool map_file_is_lava(const struct map_file *map, unsigned tile)
{
	return between(map->layer[0][tile], 5837, 5852);
}
