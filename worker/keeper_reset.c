/* keeper_reset.c - the keeper makes a map anew (map_reset.h): sees to it that a cut with the map as it is was acknowledged,
 * reads the map's ground and doors back from the store, and puts all in order under the map's lock. Comes a rule in between, it
 * begins again. Blocks for a read of the store at most, while no cut is under way. */
#include <stdlib.h>

#include "common/base/clock.h"
#include "worker/keeper.h"
#include "worker/map_reset.h"

enum {
	RESET_PATIENCE_MS = 30000,
	READ_TIMEOUT_MS = 2000,
};

void keeper_reset_map(struct keeper *k, uint32_t map)
{
	if (map == 0 || map > k->world->limits.maps || k->world->maps[map].present == 0) {
		log_error("map %u cannot be made anew: there is none", map);
		return;
	}
	if (k->reset_map != 0 && k->reset_map != map)
		log_warning("map %u is not made anew, map %u comes first", k->reset_map, map);
	k->reset_map = map;
	k->reset_until_ms = clock_mono_ms() + RESET_PATIENCE_MS;
}

static void reset_tell(const struct map_reset *r, uint32_t map)
{
	log_notice("map %u was made anew from the last cut: %u players stay (%u of them on another tile), %u creatures are "
			   "back at their places; wrong were: %u tiles, %u stacks on the ground, %u bodies%s",
			   map, r->players, r->players_moved, r->creatures, r->tiles_wrong, r->ground_wrong, r->bodies_cleared,
			   r->list_wrong ? ", the list of players" : "");
}

static void reset_end(struct keeper *k, const struct map_reset *r)
{
	static const char *const why[] = {
		[MAP_RESET_TOO_MUCH] = "it is more than one transaction can change",
		[MAP_RESET_RING] = "its ring is damaged",
	};
	if (r->result == MAP_RESET_DONE)
		reset_tell(r, k->reset_map);
	else
		log_error("map %u cannot be made anew: %s", k->reset_map, why[r->result]);
	k->reset_map = 0;
}

static void reset_try(struct keeper *k, struct ground_plan *plan, struct map_reset *r)
{
	struct problem why;
	uint64_t version = k->saved.ground_version[k->reset_map];
	if (!keeper_plan_map(k, k->reset_map, plan, READ_TIMEOUT_MS, &why)) {
		log_warning("map %u is to be made anew, but the store cannot be read: %s; trying on", k->reset_map, why.text);
	} else if (plan->left_count > 0) {
		log_error("map %u cannot be made anew: the store has %u things for its ground that cannot lie there",
				  k->reset_map, plan->left_count);
		k->reset_map = 0;
	} else {
		*r = (struct map_reset){.plan = plan, .ground_version = version};
		k->tx.now_ms = clock_mono_ms();
		tx_run(&k->tx, &plan->map, 1, map_reset, r);
		if (r->result != MAP_RESET_CHANGED)
			reset_end(k, r);
	}
	ground_plan_end(plan);
}

void keeper_reset_go_on(struct keeper *k)
{
	if (k->reset_map == 0 || k->writing || k->fenced)
		return;
	if (clock_mono_ms() >= k->reset_until_ms) {
		log_error("map %u could not be made anew within %d s: no cut of it as it is was acknowledged", k->reset_map,
				  RESET_PATIENCE_MS / 1000);
		k->reset_map = 0;
		return;
	}
	if (k->claim_wanted || saved_lacks_ground(&k->saved, k->world, k->reset_map)) {
		keeper_cut(k);
		return;
	}
	struct ground_plan *plan = malloc(sizeof *plan);
	struct map_reset *r = malloc(sizeof *r);
	if (plan != NULL && r != NULL)
		reset_try(k, plan, r);
	free(plan);
	free(r);
}
