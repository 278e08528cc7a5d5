/* bot_walk.c - how a bot moves: as the client does, by its own map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/scenario.h"

static void neighbour(int heading, int *x, int *y)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	*x += dx[heading];
	*y += dy[heading];
}

/* The client's own check, but for who stands there: blocked bit, water (protocol.md 5.2). */
static bool ground_is_open(const struct bot *bot, const struct map_def *def, int x, int y)
{
	if (!tile_is_on_map(x, y) || !tile_is_in_frame(x, y))
		return false;
	int8_t block = bot->block[tile_index((unsigned)x, (unsigned)y)];
	unsigned flags = map_tile_flags(scenario_catalog(), def, x, y);
	bool blocked = block != 0 ? block > 0 : (flags & TILE_BLOCKED) != 0;
	return !blocked && ((flags & TILE_WATER) != 0) == bot->sailing;
}

static bool tile_is_open(const struct bot *bot, int x, int y)
{
	if (!ground_is_open(bot, catalog_map(scenario_catalog(), (unsigned)bot->map), x, y))
		return false;
	for (unsigned i = 0; i < bot->character_count; i++) {
		if (bot->characters[i].x == x && bot->characters[i].y == y)
			return false;
	}
	return true;
}

bool bot_can_step(const struct bot *bot, int heading)
{
	int x = bot_self(bot)->x, y = bot_self(bot)->y;
	neighbour(heading, &x, &y);
	return tile_is_open(bot, x, y);
}

bool bot_step(struct bot *bot, int heading)
{
	struct bot_character *self = bot_find(bot, bot->self);
	EXPECT(self != NULL, "%s has no character to walk with", bot->name);
	if (!bot_can_step(bot, heading)) {
		if (self->heading != heading)
			BOT_SEND(bot, CHANGE_HEADING, .heading = heading);
		return false;
	}
	neighbour(heading, &self->x, &self->y);
	self->heading = heading;
	BOT_SEND(bot, WALK, .heading = heading);
	return true;
}

/* A tile that cannot be walked on, or only as the destination. */
enum { WAY_CLOSED = 0xff };

/* Who stands in the way, as the client sees it. */
static void way_close_taken(const struct bot *bot, uint8_t way[MAP_TILES])
{
	for (unsigned i = 0; i < bot->character_count; i++) {
		const struct bot_character *c = &bot->characters[i];
		if (tile_is_on_map(c->x, c->y))
			way[tile_index((unsigned)c->x, (unsigned)c->y)] = WAY_CLOSED;
	}
}

/* Headings of the shortest way, from the destination backwards: way[tile] is the heading with which one comes to it. */
static bool way_search(const struct bot *bot, int to_x, int to_y, uint8_t way[MAP_TILES])
{
	static unsigned queue[MAP_TILES]; /* used at once, by the one thread of a test */
	unsigned first = 0, last = 0, map = (unsigned)bot->map;
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	const struct bot_character *self = bot_self(bot);
	memset(way, 0, MAP_TILES);
	way_close_taken(bot, way);
	queue[last++] = tile_index((unsigned)self->x, (unsigned)self->y);
	while (first < last) {
		unsigned tile = queue[first++];
		if (tile_x(tile) == to_x && tile_y(tile) == to_y)
			return true;
		for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
			int x = tile_x(tile), y = tile_y(tile);
			neighbour(heading, &x, &y);
			if (!ground_is_open(bot, def, x, y) || way[tile_index((unsigned)x, (unsigned)y)] != 0 ||
				((x != to_x || y != to_y) && scenario_tile_is_exit(map, x, y)))
				continue;
			way[tile_index((unsigned)x, (unsigned)y)] = (uint8_t)heading;
			queue[last++] = tile_index((unsigned)x, (unsigned)y);
		}
	}
	return false;
}

unsigned bot_find_way(const struct bot *bot, int to_x, int to_y, uint8_t *headings, unsigned most)
{
	static const int opposite[] = {0, HEADING_SOUTH, HEADING_WEST, HEADING_NORTH, HEADING_EAST};
	uint8_t way[MAP_TILES];
	unsigned count = 0;
	int x = to_x, y = to_y;
	const struct bot_character *self = bot_self(bot);
	if ((x == self->x && y == self->y) || !way_search(bot, to_x, to_y, way))
		return 0;
	for (; x != self->x || y != self->y; count++) {
		int heading = way[tile_index((unsigned)x, (unsigned)y)];
		if (count == most)
			return 0;
		headings[count] = (uint8_t)heading;
		neighbour(opposite[heading], &x, &y);
	}
	for (unsigned i = 0; i < count / 2; i++) {
		uint8_t heading = headings[i];
		headings[i] = headings[count - 1 - i];
		headings[count - 1 - i] = heading;
	}
	return count;
}

void bot_walk_to(struct bot *bot, int to_x, int to_y)
{
	uint8_t steps[MAP_TILES];
	unsigned map = (unsigned)bot->map;
	bot_sync(bot); /* who stood in the way may have gone */
	unsigned count = bot_find_way(bot, to_x, to_y, steps, MAP_TILES);
	EXPECT(count > 0 || (bot_self(bot)->x == to_x && bot_self(bot)->y == to_y), "%s finds no way to (%d,%d)", bot->name,
		   to_x, to_y);
	for (unsigned i = 0; i < count; i++)
		EXPECT(bot_step(bot, steps[i]), "%s is stopped on its way", bot->name);
	bot_sync(bot);
	if (!scenario_tile_is_exit(map, to_x, to_y))
		EXPECT(bot_self(bot)->x == to_x && bot_self(bot)->y == to_y, "%s walked to (%d,%d) and is on (%d,%d)",
			   bot->name, to_x, to_y, bot_self(bot)->x, bot_self(bot)->y);
}
