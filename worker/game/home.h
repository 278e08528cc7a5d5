/* home.h - how long a ghost's way home is (rules-life-combat-magic.md 14.6), and the way home of who has outgrown the newbies'
 * maps. What happens to ghosts on their way is in death.h. Wants the lock of the player's map. */
#ifndef ARGENTUM_GAME_HOME_H
#define ARGENTUM_GAME_HOME_H

#include "common/catalog/catalog.h"
#include "common/world/tx.h"

/* Who stands on a map for newbies and is none any more goes home when the map ticks (5.6); nothing happens to others. */
void home_outgrown(struct tx *tx, uint32_t player);

/* Pure: maps from here to the city, along the borders; from the last map under the sky and five more when no way leads from
 * here. -1: from there neither. */
int home_distance(const struct catalog *catalog, unsigned city, unsigned map, unsigned surface_map);

/* Pure: seconds for that many maps and one more, within `least` and `most`. */
int home_seconds(int distance, int per_map, int least, int most);

#endif
