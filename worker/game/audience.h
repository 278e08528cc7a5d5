/* audience.h - whom an entry of a map's ring is for. One place for it, used by the workers (reader.c) and by the tests'
 * listeners alike. */
#ifndef ARGENTUM_GAME_AUDIENCE_H
#define ARGENTUM_GAME_AUDIENCE_H

#include "common/world/ring.h"
#include "worker/game/area.h"

/* Does a player who looks at the map from this cell get the entry? For kinds that many may hear (NOTE_AREA, NOTE_DEAD_AREA,
 * NOTE_MAP); false for all others. Of NOTE_DEAD_AREA the caller must leave out who is neither dead nor of the staff, and
 * of all whom audience_of_rank leaves out. */
static inline bool audience_has(const struct note *note, uint32_t player, int cell_x, int cell_y)
{
	if (note->but != 0 && player == note->but)
		return false;
	switch (note->kind) {
	case NOTE_MAP:
		return true;
	case NOTE_DEAD_AREA:
	case NOTE_AREA:
		if (!area_tile_seen(cell_x, cell_y, note->x, note->y))
			return false;
		return note->second == SECOND_NONE ||
			   area_tile_seen(cell_x, cell_y, note->second_x, note->second_y) == (note->second == SECOND_TOO);
	default:
		return false;
	}
}

/* Is it for the staff, or for the others, as this player is? */
static inline bool audience_of_rank(const struct note *note, bool staff)
{
	return (note->flags & (staff ? NOTE_FLAG_NOT_STAFF : NOTE_FLAG_STAFF)) == 0;
}

#endif
