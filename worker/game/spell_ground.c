/* spell_ground.c - spells cast at a tile: summoning, calling pets, and the eye that sees what is unseen.
 * rules-life-combat-magic.md 15.12, 15.13. */
#include "worker/game/legality.h"
#include "worker/game/magic_parts.h"
#include "worker/game/pets.h"
#include "worker/game/tile.h"

enum { EYE_TILES = 8 }; /* to each side of the tile (15.12) */

/* --- summoning ------------------------------------------------------------------------------------------------------------ */

static bool may_summon_here(const struct cast *cast)
{
	const struct tx *tx = cast->tx;
	const struct map_def *map = catalog_map(tx->catalog, cast->me->body->map);
	return map != NULL && (map->flags & (MAP_SAFE | MAP_NO_SUMMONING)) == 0 && !in_shelter(tx, cast->me->index);
}

/* Whatever could come is paid for: a place for one of two is no reason to have it for nothing. */
static bool creatures_summoned(const struct cast *cast)
{
	const struct spell_def *spell = cast->spell;
	int summoned = 0;
	if (catalog_creature(cast->tx->catalog, spell->summon) == NULL)
		return false;
	if (pets_count(cast->me->player) >= PETS_MOST)
		return cast_refuse(cast, TEXT_SPELL_SUMMON_ENOUGH);
	while (summoned < spell->summon_count && pets_count(cast->me->player) < PETS_MOST &&
		   pet_summon(cast->tx, cast->me->index, spell->summon, cast->at) != 0)
		summoned++;
	if (summoned == 0)
		return cast_refuse(cast, TEXT_SPELL_SUMMON_NO_ROOM);
	cast_show(cast);
	return true;
}

/* What was summoned is no pet in this sense, and one that waits outside does not hear. */
static bool pet_called(const struct cast *cast)
{
	if (!pet_call(cast->tx, cast->me->index, cast->at))
		return cast_refuse(cast, TEXT_SPELL_PET_NONE);
	cast_show(cast);
	return true;
}

/* --- the eye ------------------------------------------------------------------------------------------------------------- */

/* A light on somebody whom a spell makes invisible, for those who see the caster's surroundings and know of him. */
static void unseen_lit(const struct cast *cast, uint32_t index)
{
	const struct body *me = cast->me->body, *body = &cast->tx->world->bodies[index];
	if ((body->flags & BODY_INVISIBLE) == 0 || (body->flags & BODY_ADMIN_INVISIBLE) != 0)
		return;
	PUT(say_begin(cast->tx), CREATE_FX, .char_index = (int16_t)index, .fx = cast->spell->effect,
		.loops = cast->spell->effect_loops);
	say_area_split(cast->tx, me->map, me->x, me->y, body->x, body->y, SECOND_TOO, 0, NOTE_FLAG_ANSWER);
}

static bool unseen_shown(const struct cast *cast)
{
	cast_show(cast);
	for (int y = cast->at.y - EYE_TILES; y <= cast->at.y + EYE_TILES; y++) {
		for (int x = cast->at.x - EYE_TILES; x <= cast->at.x + EYE_TILES; x++) {
			uint32_t index = tile_occupant(cast->tx->world, cast->at.map, x, y);
			if (index != 0 && body_is_player(cast->tx->world, index))
				unseen_lit(cast, index);
		}
	}
	return true;
}

bool cast_on_ground(const struct cast *cast)
{
	if (cast->spell->kind == SPELL_CHANGES_STATES && (cast->spell->flags & SPELL_CLEARS_INVISIBILITY) != 0)
		return unseen_shown(cast);
	if (cast->spell->kind != SPELL_SUMMONS)
		return false;
	if (!may_summon_here(cast))
		return cast_refuse(cast, TEXT_SPELL_SUMMON_NOT_HERE);
	return (cast->spell->flags & SPELL_CALLS_PETS) != 0 ? pet_called(cast) : creatures_summoned(cast);
}
