#include "common/world/populate.h"

#include "common/catalog/catalog.h"
#include "common/world/ledger.h"

void populate_terrain(uint8_t *blocked, const struct catalog *catalog, const struct map_def *def)
{
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if ((map_tile_flags(catalog, def, tile_x(tile), tile_y(tile)) & TILE_BLOCKED) != 0)
			blocked[tile / 8] |= (uint8_t)(1u << (tile % 8));
	}
}

static void ground_fill(struct world *world, struct map_state *state, const struct catalog *catalog,
						const struct map_def *def)
{
	unsigned count;
	const struct map_object *objects = map_objects(catalog, def, &count);
	for (unsigned i = 0; i < count; i++)
		state->ground[tile_index(objects[i].x, objects[i].y)] =
			(struct stack){.item = objects[i].item, .amount = objects[i].amount};
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (state->ground[tile].item != 0)
			ledger_begin(world, state->ground[tile].item, state->ground[tile].amount);
	}
}

void populate_creature(struct body *body, struct creature *creature, uint32_t map, const struct map_creature *at,
					   const struct creature_def *def)
{
	*creature = (struct creature){.placed = 1,
								  .respawns = (def->flags & CREATURE_IS_GONE_FOR_GOOD) == 0,
								  .movement = def->movement,
								  .hostile = (def->flags & CREATURE_HOSTILE) != 0,
								  .experience = def->experience};
	*body = (struct body){.generation = body->generation,
						  .map = (uint16_t)map,
						  .x = at->x,
						  .y = at->y,
						  .heading = def->heading >= 1 && def->heading <= 4 ? def->heading : 3,
						  .kind = BODY_CREATURE,
						  .creature = at->creature,
						  .look = (int16_t)def->body,
						  .head = (int16_t)def->head,
						  .weapon = 2,
						  .shield = 2,
						  .helmet = 2,
						  .hp = def->hp,
						  .hp_max = def->hp_max,
						  .origin_map = (uint16_t)map,
						  .origin_x = at->x,
						  .origin_y = at->y};
}

uint32_t populate_first_creature(const struct world *world, const struct catalog *catalog, uint32_t map)
{
	uint32_t first = world->limits.players + 1;
	for (uint32_t before = 1; before < map; before++) {
		const struct map_def *def = catalog_map(catalog, before);
		unsigned count = 0;
		if (def != NULL)
			map_creatures(catalog, def, &count);
		first += count;
	}
	return first;
}

static void creature_place(struct world *world, uint32_t index, uint32_t map, const struct map_creature *at,
						   const struct creature_def *def)
{
	struct body *body = &world->bodies[index];
	struct map_state *state = &world->maps[map];
	body->generation = 1;
	populate_creature(body, creature_of(world, index), map, at, def);
	state->occupant[tile_index(at->x, at->y)] = (uint16_t)index;
	body->next_on_map = state->first_creature;
	if (state->first_creature != 0)
		world->bodies[state->first_creature].previous_on_map = index;
	state->first_creature = index;
	state->creatures++;
}

/* Those that no map places are free for pets and for who is called. */
static void free_list_begin(struct world *world, uint32_t placed)
{
	world->realm->free_creature_first = 0;
	world->realm->free_creature_count = world->limits.creatures - placed;
	for (uint32_t i = 0; i < world->realm->free_creature_count; i++)
		world->free_creatures[i] = world->limits.players + placed + i + 1;
}

bool world_populate(struct world *world, const struct catalog *catalog, struct problem *why)
{
	if (catalog_map_max(catalog) > world->limits.maps)
		return problem_set(why, "world: the catalog has maps up to %u, the segment was made for %u",
						   catalog_map_max(catalog), world->limits.maps);
	if (catalog_item_max(catalog) > world->limits.items)
		return problem_set(why, "world: the catalog has items up to %u, the segment was made for %u",
						   catalog_item_max(catalog), world->limits.items);
	uint32_t next = world->limits.players + 1;
	uint32_t last = world->limits.players + world->limits.creatures;
	for (uint32_t map = 1; map <= catalog_map_max(catalog); map++) {
		const struct map_def *def = catalog_map(catalog, map);
		if (def == NULL)
			continue;
		struct map_state *state = &world->maps[map];
		state->present = 1;
		populate_terrain(state->blocked, catalog, def);
		ground_fill(world, state, catalog, def);
		unsigned count;
		const struct map_creature *creatures = map_creatures(catalog, def, &count);
		for (unsigned i = 0; i < count; i++) {
			if (next > last)
				return problem_set(why, "world.max_creatures = %u is too small: the maps alone place more (at map %u)",
								   world->limits.creatures, map);
			creature_place(world, next++, map, &creatures[i], catalog_creature(catalog, creatures[i].creature));
		}
	}
	free_list_begin(world, next - world->limits.players - 1);
	world->header->catalog_hash = catalog_content_hash(catalog);
	return true;
}
