/* home.h - how long a ghost's way home is (rules-life-combat-magic.md 14.6); pure, for rules and tests. What happens on the way
 * is in death.h. */
#ifndef ARGENTUM_GAME_HOME_H
#define ARGENTUM_GAME_HOME_H

#include "common/catalog/catalog.h"

/* Maps from here to the city, along the borders; from the last map under the sky and five more when no way leads from
 * here. -1: from there neither. */
int home_distance(const struct catalog *catalog, unsigned city, unsigned map, unsigned surface_map);

/* Seconds for that many maps and one more, within `least` and `most`. */
int home_seconds(int distance, int per_map, int least, int most);

#endif
