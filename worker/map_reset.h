/* map_reset.h - a map is made anew from the last cut, while everybody stays: the rung of the ladder (master/ladder.h) between
 * "this player's packet kills" and "the whole world is damaged".
 *
 * What is made anew is the map's runtime state: who stands where (occupancy, list and number of players), the ground and the
 * doors, which tiles are blocked, creatures, ticks. What players are and have is not of the map and is not touched.
 *
 * Why nothing is doubled and nothing lost:
 *   - The ground is taken from the store, and put into the world only while the map's ground_version is the one that an
 *     acknowledged cut wrote there: then every stack that was ever laid down or picked up by a rule is in that text, and every
 *     player's bag in the same cut or a later one. Is the version another by the time the map's lock is held, a rule came in
 *     between, nothing is done, and the keeper begins again with the next cut (keeper_reset.c). What differs from the text in
 *     spite of the same version was not changed by a rule: that is the damage.
 *   - A body says itself where it stands (struct body); the tiles and the list only repeat it. They are made from the bodies of
 *     those who play or linger and say this map, each once. Two on one tile, one on a blocked tile or off the map: the first
 *     stays, the other goes to the nearest legal tile, with everything he has.
 *   - All of it is one transaction. Who dies in it has done nothing. It is refused when it does not fit the undo log (some
 *     2,000 characters on one map): the next rung is for that.
 * Creatures are placed as at the start (common/world/populate.h); they own nothing, and what thieves took lies on the ground, as the
 * store has it. Pets, summoned creatures and a trainer's are no
 * more, their bodies are the realm's again; tamed ones wait outside (pets.h). Everybody there is resynced. */
#ifndef ARGENTUM_WORKER_MAP_RESET_H
#define ARGENTUM_WORKER_MAP_RESET_H

#include "worker/ground_record.h"

enum map_reset_result {
	MAP_RESET_DONE,
	MAP_RESET_CHANGED,  /* the ground is not what the store has any more: try again with the next cut */
	MAP_RESET_TOO_MUCH, /* more than one transaction can change */
	MAP_RESET_RING,     /* the map's ring is damaged: nobody there could be told */
};

struct map_reset {
	const struct ground_plan *plan; /* of the map, from the store */
	uint64_t ground_version;        /* for which the plan was made */

	/* what was done */
	enum map_reset_result result;
	uint32_t players, players_moved, bodies_cleared, creatures;
	uint32_t tiles_wrong, ground_wrong; /* occupants and stacks that were not as they must be */
	bool list_wrong;

	/* private room of the transaction */
	uint64_t undo_left;
	uint16_t occupant[MAP_TILES];
};

/* A transaction that holds the map, and asks for the realm when bodies go back to it: `context` is a struct map_reset. TX_CANCEL
 * with .result when nothing was done. */
enum tx_verdict map_reset(struct tx *tx, void *context);

#endif
