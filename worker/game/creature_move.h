/* creature_move.h - how creatures walk: a step, towards somebody, along a way that is looked for
 * (rules-life-combat-magic.md 8.1, 16.4, 16.12). Everything wants the lock of the creature's map. */
#ifndef ARGENTUM_GAME_CREATURE_MOVE_H
#define ARGENTUM_GAME_CREATURE_MOVE_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

/* May it step there (LegalPosNPC)? A ghost or an invisible member of the staff in the way does not count: they change places, but
 * not from the water to the land or back. */
bool creature_may_step(const struct tx *tx, uint32_t body, int x, int y);

/* One step; false: it cannot. */
bool creature_step(struct tx *tx, uint32_t body, int heading);
bool creature_step_anywhere(struct tx *tx, uint32_t body);

/* One step towards a tile, without looking farther than the next (FindDirection): false when it is there, or the way is not
 * free. */
bool creature_step_to(struct tx *tx, uint32_t body, int x, int y);

/* The headings that bring it nearer to a tile: one when it is straight ahead, else the two by lot. Returns how many; 0 = it is
 * there. */
unsigned headings_towards(struct tx *tx, const struct body *from, int x, int y, int headings[2]);

/* One step along the shortest way to beside a tile: the way is kept, and looked for anew when it leads elsewhere, or after a beat
 * in which somebody stood in it. false: there is no way of at most PATH_STEPS steps, or it is there. */
bool creature_follow_path(struct tx *tx, uint32_t body, int x, int y);

/* The shortest way over legal tiles to beside the goal, by breadth, within PATH_REACH tiles of the start: headings into `path`.
 * Returns how many steps; 0 = there is none of at most PATH_STEPS, or it begins beside the goal. Looks at no more than
 * (2 * PATH_REACH + 1)^2 tiles. */
enum { PATH_REACH = 10 };
unsigned creature_path(const struct tx *tx, uint32_t body, int x, int y, uint8_t path[PATH_STEPS]);

/* Turns to look in a direction; who sees it is told. */
void creature_face(struct tx *tx, uint32_t body, int heading);

/* In which heading a neighbour lies (straight); 0 = it is no neighbour. */
int heading_to_neighbour(const struct body *from, int x, int y);

#endif
