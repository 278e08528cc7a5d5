/* travel.h - a player goes to another place that is not the next tile: through an exit, by a teleport, home, to jail
 * (rules-life-combat-magic.md 8.8). One way for all of it, so that pets, ownership, protection and what a map forbids are
 * never forgotten. */
#ifndef ARGENTUM_GAME_TRAVEL_H
#define ARGENTUM_GAME_TRAVEL_H

#include "common/catalog/place.h"
#include "common/world/tx.h"

enum travel_how {
	TRAVEL_WALKS, /* through an exit */
	TRAVEL_WARPS, /* with sound and light; ends a ghost's way home */
};

/* To this tile, which must be free, on this map or another; both are held (tx_need before). When pets go along the realm is
 * asked for, and the transaction runs again. */
void travel_to(struct tx *tx, uint32_t player, struct place to, enum travel_how how);

/* Somebody who came to a map: protected from creatures for a moment, targets forgotten, to be saved. */
void travel_arrived(struct tx *tx, uint32_t player);

#endif
