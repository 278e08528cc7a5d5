#include "worker/game/travel.h"

#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/legality.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"

/* What a map forbids ends for who comes to it. */
static void forbidden_ends(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	const struct map_def *map = catalog_map(tx->catalog, body->map);
	if ((map->flags & MAP_NO_INVISIBILITY) != 0)
		effect_visible(tx, index);
	if ((map->flags & MAP_NO_HIDING) != 0)
		effect_reveal(tx, index);
}

/* A classic client takes away what was said over the head of who goes, and over all heads when its own player goes to another
 * map (8.8). The Godot client does so by itself. */
static void words_vanish(struct tx *tx, uint32_t index, uint32_t to_map)
{
	const struct body *body = &tx->world->bodies[index];
	if (tx->dialect != DIALECT_CLASSIC)
		return;
	if ((body->flags & BODY_ADMIN_INVISIBLE) == 0) {
		PUT(say_begin(tx), REMOVE_CHAR_DIALOG, .char_index = (int16_t)index);
		say_area(tx, body->map, body->x, body->y, 0, NOTE_FLAG_VIEW);
	}
	if (body->map == to_map)
		return;
	PUT(say_begin(tx), REMOVE_DIALOGS);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

void travel_arrived(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	const struct map_def *map = catalog_map(tx->catalog, tx->world->bodies[index].map);
	SET(tx, player->protected_until_ms, tx->now_ms + (uint64_t)tx->config->intervals.arrival_protection_ms);
	TOUCH(tx, player->target);
	player->target = (struct target){0};
	if (map->zone != ZONE_DUNGEON)
		SET(tx, player->surface_map, tx->world->bodies[index].map);
	player_changed(tx, player);
}

void travel_to(struct tx *tx, uint32_t index, struct place to, enum travel_how how)
{
	uint32_t from_map = tx->world->bodies[index].map;
	if (how == TRAVEL_WARPS)
		home_cancel(tx, index);
	ownership_lose(tx, index);
	creatures_forget(tx, index);
	pets_depart(tx, index, false); /* on the same map too: they are to be with him where he is */
	words_vanish(tx, index, to.map);
	presence_cross(tx, index, to);
	if (from_map != to.map)
		forbidden_ends(tx, index);
	pets_arrive(tx, index);
	effects_ground_changed(tx, index);
	travel_arrived(tx, index);
	if (how == TRAVEL_WARPS) {
		presence_sound(tx, index, SOUND_WARP);
		presence_effect(tx, index, FX_WARP, 0);
	}
}
