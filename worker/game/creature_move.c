#include "worker/game/creature_move.h"

#include <string.h>

#include "worker/game/creature.h"
#include "worker/game/effects.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"

enum { PATH_SIDE = 2 * PATH_REACH + 1 };

/* --- a step ------------------------------------------------------------------------------------------------------------- */

bool creature_may_step(const struct tx *tx, uint32_t index, int x, int y)
{
	const struct body *body = &tx->world->bodies[index];
	if (!tile_is_legal(tx, body->map, x, y, creature_terrain(tx, index) | WANT_PUSHABLE))
		return false;
	return tile_occupant(tx->world, body->map, x, y) == 0 ||
		   tile_is_water(tx->catalog, body->map, body->x, body->y) == tile_is_water(tx->catalog, body->map, x, y);
}

bool creature_step(struct tx *tx, uint32_t index, int heading)
{
	const struct body *body = &tx->world->bodies[index];
	int x = body->x, y = body->y;
	tile_neighbour(heading, &x, &y);
	if (!creature_may_step(tx, index, x, y))
		return false;
	uint32_t ghost = tile_occupant(tx->world, body->map, x, y);
	if (ghost != 0) {
		presence_swap(tx, index, ghost, heading);
		effects_ground_changed(tx, ghost);
	} else {
		presence_step(tx, index, heading);
	}
	return true;
}

bool creature_step_anywhere(struct tx *tx, uint32_t index)
{
	return creature_step(tx, index, rng_range(&tx->rng, HEADING_NORTH, HEADING_WEST));
}

unsigned headings_towards(struct tx *tx, const struct body *from, int x, int y, int headings[2])
{
	int dx = x - from->x, dy = y - from->y;
	int across = dx > 0 ? HEADING_EAST : HEADING_WEST, along = dy > 0 ? HEADING_SOUTH : HEADING_NORTH;
	if (dx == 0 && dy == 0)
		return 0;
	if (dx == 0 || dy == 0) {
		headings[0] = dx == 0 ? along : across;
		return 1;
	}
	bool across_first = rng_range(&tx->rng, 0, 1) == 0;
	headings[0] = across_first ? across : along;
	headings[1] = across_first ? along : across;
	return 2;
}

bool creature_step_to(struct tx *tx, uint32_t index, int x, int y)
{
	int headings[2];
	return headings_towards(tx, &tx->world->bodies[index], x, y, headings) > 0 && creature_step(tx, index, headings[0]);
}

void creature_face(struct tx *tx, uint32_t index, int heading)
{
	struct body *body = &tx->world->bodies[index];
	if (heading == 0 || body->heading == heading)
		return;
	SET(tx, body->heading, (uint8_t)heading);
	presence_changed(tx, index);
}

int heading_to_neighbour(const struct body *from, int x, int y)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		int at_x = from->x, at_y = from->y;
		tile_neighbour(heading, &at_x, &at_y);
		if (at_x == x && at_y == y)
			return heading;
	}
	return 0;
}

/* --- a way -------------------------------------------------------------------------------------------------------------- */

/* What a search knows of the square around its start. */
struct search {
	uint8_t came_by[PATH_SIDE][PATH_SIDE]; /* heading of the step that reached it; 0 = not reached */
	uint8_t steps[PATH_SIDE][PATH_SIDE];
	struct {
		uint8_t x, y; /* in the square */
	} queue[PATH_SIDE * PATH_SIDE];
	unsigned first, last;
};

static bool is_beside(int x, int y, int goal_x, int goal_y)
{
	int dx = x - goal_x, dy = y - goal_y;
	return (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy) == 1;
}

static void reach(struct search *s, int x, int y, int heading, unsigned steps)
{
	s->came_by[y][x] = (uint8_t)heading;
	s->steps[y][x] = (uint8_t)steps;
	s->queue[s->last].x = (uint8_t)x;
	s->queue[s->last++].y = (uint8_t)y;
}

/* Back from where it ends. */
static unsigned path_write(const struct search *s, int x, int y, uint8_t path[PATH_STEPS])
{
	static const uint8_t opposite[] = {0, HEADING_SOUTH, HEADING_WEST, HEADING_NORTH, HEADING_EAST};
	unsigned steps = s->steps[y][x];
	for (unsigned i = steps; i > 0; i--) {
		uint8_t heading = s->came_by[y][x];
		path[i - 1] = heading;
		tile_neighbour(opposite[heading], &x, &y);
	}
	return steps;
}

unsigned creature_path(const struct tx *tx, uint32_t index, int goal_x, int goal_y, uint8_t path[PATH_STEPS])
{
	const struct body *body = &tx->world->bodies[index];
	const int west = body->x - PATH_REACH, north = body->y - PATH_REACH;
	struct search s = {.first = 0};
	if (is_beside(body->x, body->y, goal_x, goal_y))
		return 0;
	reach(&s, PATH_REACH, PATH_REACH, HEADING_NORTH, 0);
	while (s.first < s.last) {
		int from_x = s.queue[s.first].x, from_y = s.queue[s.first].y;
		s.first++;
		unsigned steps = s.steps[from_y][from_x] + 1u;
		for (int heading = HEADING_NORTH; heading <= HEADING_WEST && steps <= PATH_STEPS; heading++) {
			int x = from_x, y = from_y;
			tile_neighbour(heading, &x, &y);
			if (x < 0 || x >= PATH_SIDE || y < 0 || y >= PATH_SIDE || s.came_by[y][x] != 0 ||
				!creature_may_step(tx, index, west + x, north + y))
				continue;
			reach(&s, x, y, heading, steps);
			if (is_beside(west + x, north + y, goal_x, goal_y))
				return path_write(&s, x, y, path);
		}
	}
	return 0;
}

/* The way that it has still leads there, or to who has taken no more than a step since. */
static bool path_is_good(const struct creature *creature, int x, int y)
{
	bool there = creature->path_x == x && creature->path_y == y;
	return creature->path_next < creature->path_length &&
		   (there || is_beside(creature->path_x, creature->path_y, x, y));
}

bool creature_follow_path(struct tx *tx, uint32_t index, int x, int y)
{
	struct creature *creature = creature_of(tx->world, index);
	if (!path_is_good(creature, x, y)) {
		uint8_t path[PATH_STEPS] = {0};
		unsigned steps = creature_path(tx, index, x, y, path);
		if (steps == 0 && creature->path_length == 0)
			return false;
		TOUCH(tx, *creature);
		creature->path_length = (uint8_t)steps;
		creature->path_next = 0;
		creature->path_x = (uint8_t)x;
		creature->path_y = (uint8_t)y;
		memcpy(creature->path, path, sizeof path);
		if (steps == 0)
			return false;
	}
	if (creature_step(tx, index, creature->path[creature->path_next])) {
		SET(tx, creature->path_next, (uint8_t)(creature->path_next + 1));
		return true;
	}
	SET(tx, creature->path_length, 0); /* blocked: another way next time */
	return true;
}
