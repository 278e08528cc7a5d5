/* spell_states.c - spells that change a player's state: invisibility, poison, paralysis and the like, and the spell that
 * revives. rules-life-combat-magic.md 15.9, 15.10. */
#include "worker/game/alignment.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/legality.h"
#include "worker/game/magic_parts.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	/* Not without the victim's being attacked, and not on oneself. */
	STATES_HARM = SPELL_PARALYSES | SPELL_IMMOBILISES | SPELL_POISONS | SPELL_CURSES | SPELL_BLINDS | SPELL_STUPEFIES,
	/* Helping a criminal so is a crime; helping him so costs honour (15.8). */
	STATES_HELP_GRAVELY = SPELL_INVISIBILITY | SPELL_FREES,
	STATES_HELP = SPELL_CURES_POISON | SPELL_CLEARS_STUPIDITY,
	STATES_OF_PLAYERS =
		STATES_HARM | STATES_HELP_GRAVELY | STATES_HELP | SPELL_MIMICS | SPELL_CLEARS_CURSE | SPELL_BLESSES,
};

enum { NOBLE_FOR_REVIVAL = 500 }; /* 15.10 */

/* --- what may be said against it ---------------------------------------------------------------------------------------- */

/* What the spell would really change: who is paralysed already is not paralysed again, and who can move is not freed. */
static uint32_t states_that_change(const struct spell_def *spell, const struct player *target, const struct body *body)
{
	uint32_t states = spell->flags & (uint32_t)STATES_OF_PLAYERS;
	if ((body->flags & BODY_PARALYSED) != 0)
		states &= ~(uint32_t)(SPELL_PARALYSES | SPELL_IMMOBILISES);
	else
		states &= ~(uint32_t)SPELL_FREES;
	if (!target->stupid)
		states &= ~(uint32_t)SPELL_CLEARS_STUPIDITY;
	return states;
}

static bool may_become_invisible(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	const struct player *target = &tx->world->players[cast->target];
	const struct map_def *map = catalog_map(tx->catalog, cast->me->body->map);
	if (target->logout_due_ms != 0)
		return cast_refuse(cast, cast->target == cast->me->index ? TEXT_SPELL_LEAVING : TEXT_SPELL_TARGET_LEAVING);
	if (map == NULL || (map->flags & MAP_NO_INVISIBILITY) != 0)
		return cast_refuse(cast, TEXT_SPELL_NO_INVISIBILITY);
	if (player_is_staff(target) && !player_is_staff(cast->me->player))
		return cast_refuse(cast, TEXT_SPELL_NOT_ON_STAFF);
	return true;
}

static bool may_mimic(const struct cast *cast)
{
	const struct body *body = &cast->tx->world->bodies[cast->target];
	if (((body->flags | cast->me->body->flags) & BODY_SAILING) != 0)
		return cast_refuse(cast, TEXT_SPELL_MIMIC_AT_SEA);
	if (player_is_staff(&cast->tx->world->players[cast->target]) && !player_is_staff(cast->me->player))
		return cast_refuse(cast, TEXT_SPELL_NOT_ON_STAFF);
	if (cast->me->player->mimicking)
		return cast_refuse(cast, TEXT_SPELL_MIMICKING);
	return (cast->me->body->flags & BODY_ADMIN_INVISIBLE) == 0;
}

static bool may_change_states(const struct cast *cast, uint32_t states)
{
	uint32_t me = cast->me->index;
	if ((states & SPELL_INVISIBILITY) != 0 && !may_become_invisible(cast))
		return false;
	if ((states & SPELL_MIMICS) != 0 && !may_mimic(cast))
		return false;
	if ((states & STATES_HARM) != 0)
		return may_attack_player(cast->tx, me, cast->target);
	if ((states & (STATES_HELP | STATES_HELP_GRAVELY)) == 0)
		return true;
	return may_support_player(cast->tx, me, cast->target, (states & STATES_HELP_GRAVELY) != 0);
}

/* --- doing it ------------------------------------------------------------------------------------------------------------ */

bool ring_stops(struct tx *tx, uint32_t victim, uint32_t flag, uint32_t caster)
{
	const struct item_def *ring = player_worn_item(tx, &tx->world->players[victim], EQUIP_RING);
	if (ring == NULL || (ring->flags & flag) == 0)
		return false;
	tell_text(tx, victim, FONT_FIGHT, TEXT_SPELL_RING_STOPS);
	if (caster != 0)
		tell_text(tx, caster, FONT_FIGHT, TEXT_SPELL_RING_STOPPED, body_name(tx, victim));
	return true;
}

static void harm(const struct cast *cast, uint32_t states)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index, victim = cast->target;
	bool immobilises = (states & SPELL_IMMOBILISES) != 0;
	if ((states & SPELL_POISONS) != 0)
		effect_poison(tx, victim);
	if ((states & (SPELL_PARALYSES | SPELL_IMMOBILISES)) != 0 &&
		!ring_stops(tx, victim, immobilises ? ITEM_STOPS_IMMOBILITY : ITEM_STOPS_PARALYSIS, me))
		effect_paralyse(tx, victim, body_handle(tx->world, me), immobilises,
						(uint64_t)tx->config->intervals.paralysis_ms);
	if ((states & SPELL_BLINDS) != 0 && !ring_stops(tx, victim, ITEM_STOPS_BLINDNESS, me))
		effect_blind(tx, victim, (uint64_t)tx->config->intervals.blindness_ms);
	if ((states & SPELL_STUPEFIES) != 0 && !ring_stops(tx, victim, ITEM_STOPS_STUPIDITY, me))
		effect_stupefy(tx, victim, (uint64_t)tx->config->intervals.stupidity_ms);
}

static void help(const struct cast *cast, uint32_t states)
{
	struct tx *tx = cast->tx;
	if ((states & SPELL_INVISIBILITY) != 0)
		effect_invisible(tx, cast->target);
	if ((states & SPELL_CURES_POISON) != 0)
		effect_cure(tx, cast->target);
	if ((states & SPELL_FREES) != 0)
		effect_free(tx, cast->target);
	if ((states & SPELL_CLEARS_STUPIDITY) != 0)
		effect_senses_clear(tx, cast->target, false, true);
}

static void mimic_player(const struct cast *cast)
{
	const struct body *body = &cast->tx->world->bodies[cast->target];
	struct looks looks = {
		.look = body->look, .head = body->head, .weapon = body->weapon, .shield = body->shield, .helmet = body->helmet};
	effect_mimic(cast->tx, cast->me->index, &looks, false);
}

bool cast_states_on_player(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	const struct player *target = &tx->world->players[cast->target];
	uint32_t states = states_that_change(cast->spell, target, &tx->world->bodies[cast->target]);
	if (target->dead)
		return cast_refuse(cast, TEXT_SPELL_NOT_ON_DEAD);
	if (states == 0 || !may_change_states(cast, states))
		return false;
	if ((states & STATES_HARM) != 0)
		player_attacked(tx, cast->me->index, cast->target);
	cast_show(cast);
	harm(cast, states);
	help(cast, states);
	if ((states & SPELL_MIMICS) != 0)
		mimic_player(cast);
	return true; /* a curse or a blessing is only seen (15.9) */
}

/* --- reviving -------------------------------------------------------------------------------------------------------------- */

/* In the order of 15.10; TEXT_ID_COUNT = he may. */
static enum text_id revival_refusal(const struct cast *cast)
{
	const struct player *player = cast->me->player;
	const struct map_def *map = catalog_map(cast->tx->catalog, cast->me->body->map);
	if (cast->tx->world->players[cast->target].resuscitation_safe)
		return TEXT_SPELL_SPIRIT_UNWILLING;
	if (map == NULL || (map->flags & MAP_NO_RESURRECTION) != 0)
		return TEXT_SPELL_NO_RESURRECTION;
	if (player->stamina < player->stamina_max)
		return TEXT_SPELL_STAMINA_FULL;
	if (!revival_instrument_fits(&cast->caster))
		return cast->caster.class_id == CLASS_BARD ? TEXT_SPELL_LUTE : TEXT_SPELL_FLUTE;
	return TEXT_ID_COUNT;
}

/* He comes back hungry, thirsty, tired and without mana. */
static void spirit_weaken(struct tx *tx, uint32_t target)
{
	static const enum vital emptied[] = {VITAL_HUNGER, VITAL_THIRST, VITAL_MANA, VITAL_STAMINA};
	for (unsigned i = 0; i < sizeof emptied / sizeof *emptied; i++)
		vital_set(tx, target, emptied[i], 0);
	vital_tell(tx, target, VITAL_HUNGER);
}

/* It takes life from who does it, but not in an arena. false: it killed him. */
static bool revival_endured(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index;
	if (in_arena(tx, me) && in_arena(tx, cast->target))
		return true;
	vital_set(tx, me, VITAL_HP, revival_hp_left(cast->me->player->hp, tx->world->players[cast->target].level));
	vital_tell(tx, me, VITAL_HP);
	if (cast->me->player->hp > 0) {
		tell_text(tx, me, FONT_INFO, TEXT_SPELL_REVIVING_HURTS);
		return true;
	}
	tell_text(tx, me, FONT_INFO, TEXT_SPELL_REVIVING_KILLS);
	player_die(tx, me);
	return false;
}

bool cast_revival(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index, target = cast->target;
	if (!tx->world->players[target].dead)
		return false;
	enum text_id why = revival_refusal(cast);
	if (why != TEXT_ID_COUNT)
		return cast_refuse(cast, why);
	if (!may_support_player(tx, me, target, true))
		return false;
	cast_show(cast);
	if (!player_is_criminal(&tx->world->players[target]))
		reputation_add(tx, me, REPUTATION_NOBLE, NOBLE_FOR_REVIVAL);
	spirit_weaken(tx, target);
	player_revive(tx, target);
	return revival_endured(cast); /* who dies of it pays no mana */
}
