/* area.h - who sees what: the 9x9 cells of the classic server (rules-life-combat-magic.md 8.2).
 *
 * A tile belongs to the cell (x \ 9, y \ 9), 0..11 on each axis. A player sees his own cell and its eight neighbours: a
 * window of 27x27 tiles. */
#ifndef ARGENTUM_GAME_AREA_H
#define ARGENTUM_GAME_AREA_H

#include <stdbool.h>
#include <stdint.h>

enum { AREA_CELL = 9 };

static inline uint8_t area_cell(unsigned coordinate)
{
	return (uint8_t)(coordinate / AREA_CELL);
}

static inline bool area_cells_touch(int ax, int ay, int bx, int by)
{
	int dx = ax - bx, dy = ay - by;
	return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1;
}

/* A rectangle of tiles, both ends included, within 1..100. Empty when from > to. */
struct area {
	int x_from, x_to, y_from, y_to;
};

static inline int area_clamp(int coordinate)
{
	return coordinate < 1 ? 1 : coordinate > 100 ? 100 : coordinate;
}

/* All tiles that who stands in this cell sees. */
static inline struct area area_window(int cell_x, int cell_y)
{
	return (struct area){.x_from = area_clamp((cell_x - 1) * AREA_CELL),
						 .x_to = area_clamp((cell_x - 1) * AREA_CELL + 26),
						 .y_from = area_clamp((cell_y - 1) * AREA_CELL),
						 .y_to = area_clamp((cell_y - 1) * AREA_CELL + 26)};
}

static inline bool area_tile_seen(int cell_x, int cell_y, unsigned x, unsigned y)
{
	return area_cells_touch(cell_x, cell_y, area_cell(x), area_cell(y));
}

#endif
