/* spell_creatures.c - spells that change a creature's state. rules-life-combat-magic.md 15.11. */
#include "common/catalog/tables.h"
#include "worker/game/creature.h"
#include "worker/game/effects.h"
#include "worker/game/legality.h"
#include "worker/game/magic_parts.h"

/* Poison (but for who cures it), curses, blessings and the like are only seen on creatures; the first two are an attack nevertheless. */
enum {
	STATES_STOP = SPELL_PARALYSES | SPELL_IMMOBILISES,
	STATES_HARM = SPELL_POISONS | SPELL_CURSES,
	STATES_SEEN = SPELL_CURES_POISON | SPELL_CLEARS_CURSE | SPELL_BLESSES | SPELL_INVISIBILITY,
};

static bool creature_stopped(const struct cast *cast, const struct creature_def *creature)
{
	if ((creature->flags & CREATURE_IS_NOT_PARALYSED) != 0)
		return cast_refuse(cast, TEXT_SPELL_CREATURE_IMMUNE);
	if (!may_attack_creature(cast->tx, cast->me->index, cast->target, ATTACK_PARALYSES))
		return false;
	creature_attacked(cast->tx, cast->target, cast->me->index);
	cast_show(cast);
	creature_paralyse(cast->tx, cast->target, (cast->spell->flags & SPELL_IMMOBILISES) != 0);
	return true;
}

/* Its master may, and who serves in the army of a guard. Of others' creatures nothing comes. */
static bool creature_freed(const struct cast *cast, const struct creature_def *creature)
{
	struct tx *tx = cast->tx;
	const struct player *player = cast->me->player;
	const struct creature *state = creature_at(tx, cast->target);
	if ((tx->world->bodies[cast->target].flags & (BODY_PARALYSED | BODY_IMMOBILISED)) == 0)
		return cast_refuse(cast, TEXT_SPELL_CREATURE_MOVES);
	bool royal = creature->kind == CREATURE_ROYAL_GUARD, chaos = creature->kind == CREATURE_CHAOS_GUARD;
	bool mine = state != NULL && state->master.index == cast->me->index &&
				handle_body(tx->world, state->master) == cast->me->body;
	if (!mine && !royal && !chaos)
		return false;
	if (!mine && !(royal ? player->royal_army : player->chaos_legion))
		return cast_refuse(cast, TEXT_SPELL_GUARD_NOT_YOURS);
	cast_show(cast);
	creature_free(tx, cast->target);
	return true;
}

static bool creature_mimicked(const struct cast *cast)
{
	const struct body *body = &cast->tx->world->bodies[cast->target];
	if (cast->me->player->mimicking)
		return cast_refuse(cast, TEXT_SPELL_MIMICKING);
	if ((cast->me->body->flags & BODY_SAILING) != 0)
		return cast_refuse(cast, TEXT_SPELL_MIMIC_AT_SEA);
	if ((cast->me->body->flags & BODY_ADMIN_INVISIBLE) != 0)
		return false;
	if (cast->caster.class_id != CLASS_DRUID)
		return cast_refuse(cast, TEXT_SPELL_MIMIC_DRUIDS);
	struct looks looks = {.look = body->look,
						  .head = body->head,
						  .weapon = ANIMATION_NOTHING,
						  .shield = ANIMATION_NOTHING,
						  .helmet = ANIMATION_NOTHING};
	cast_show(cast);
	effect_mimic(cast->tx, cast->me->index, &looks, cast->caster.ring == ELVEN_FLUTE_ITEM);
	return true;
}

bool cast_states_on_creature(const struct cast *cast)
{
	uint32_t states = cast->spell->flags;
	const struct creature_def *creature = creature_def_of(cast->tx, cast->target);
	if (creature == NULL)
		return false;
	if ((states & STATES_STOP) != 0)
		return creature_stopped(cast, creature);
	if ((states & SPELL_FREES) != 0)
		return creature_freed(cast, creature);
	if ((states & SPELL_MIMICS) != 0)
		return creature_mimicked(cast);
	if ((states & STATES_HARM) != 0) {
		if (!may_attack_creature(cast->tx, cast->me->index, cast->target, ATTACK_STRIKES))
			return false;
		creature_attacked(cast->tx, cast->target, cast->me->index);
	} else if ((states & STATES_SEEN) == 0) {
		return false;
	}
	if ((states & (SPELL_POISONS | SPELL_CURES_POISON)) != 0)
		creature_poison(cast->tx, cast->target, (states & SPELL_POISONS) != 0);
	cast_show(cast);
	return true;
}
