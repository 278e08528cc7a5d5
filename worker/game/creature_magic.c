/* creature_magic.c - spells that creatures cast, on players and on each other. rules-life-combat-magic.md 15.14. */
#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/fight.h"
#include "worker/game/magic.h"
#include "worker/game/magic_parts.h"
#include "worker/game/vitals.h"

enum { NEXT_TICK_MS = 40 };

static void shown(struct tx *tx, const struct spell_def *spell, uint32_t creature, uint32_t target)
{
	spell_words(tx, spell, creature);
	spell_show_on(tx, spell, target);
}

/* As it stands in the catalog: the caster's level adds nothing. */
static int life_roll(struct tx *tx, const struct spell_def *spell)
{
	return rng_range(&tx->rng, spell->change[SPELL_HP].min, spell->change[SPELL_HP].max);
}

/* --- on players --------------------------------------------------------------------------------------------------------- */

static void player_killed(struct tx *tx, uint32_t creature, uint32_t victim)
{
	const struct creature_def *def = creature_def_of(tx, creature);
	uint32_t master = creature_master(tx, creature);
	if (def != NULL && def->kind == CREATURE_ROYAL_GUARD)
		guard_mercy(tx, victim);
	if (master != 0 && master != victim)
		fight_killed(tx, master, victim); /* unlike the blows of pets (13.8) */
	else
		player_die(tx, victim);
}

static void player_life_changed(struct tx *tx, const struct spell_def *spell, uint32_t creature, uint32_t target)
{
	const struct player *player = &tx->world->players[target];
	bool given = spell->change[SPELL_HP].direction == SPELL_RAISES;
	if (!given && player_is_staff(player))
		return; /* they lose no life to creatures (20 no. 29) */
	int amount = life_roll(tx, spell);
	if (!given)
		amount = spell_hurts(amount, magic_defence_roll(tx, player));
	vital_add(tx, target, VITAL_HP, given ? amount : -amount);
	stats_tell(tx, target);
	tell_text(tx, target, FONT_FIGHT, given ? TEXT_SPELL_GIVEN : TEXT_SPELL_TAKEN, body_name(tx, creature), amount,
			  text_latin1(TEXT_SPELL_POINTS_HP));
	if (player->hp == 0)
		player_killed(tx, creature, target);
}

/* What makes it harder to go on. */
static void player_states_changed(struct tx *tx, uint32_t states, uint32_t creature, uint32_t target)
{
	const struct config *config = tx->config;
	bool immobilises = (states & SPELL_IMMOBILISES) != 0;
	if ((states & (SPELL_PARALYSES | SPELL_IMMOBILISES)) != 0 &&
		!ring_stops(tx, target, immobilises ? ITEM_STOPS_IMMOBILITY : ITEM_STOPS_PARALYSIS, 0))
		effect_paralyse(tx, target, body_handle(tx->world, creature), immobilises,
						(uint64_t)config->intervals.paralysis_ms);
	if ((states & SPELL_STUPEFIES) != 0 && !ring_stops(tx, target, ITEM_STOPS_STUPIDITY, 0))
		effect_stupefy(tx, target, (uint64_t)config->intervals.stupidity_ms);
	/* a creature's blindness lasts as long as stupidity does */
	if ((states & SPELL_BLINDS) != 0 && !ring_stops(tx, target, ITEM_STOPS_BLINDNESS, 0))
		effect_blind(tx, target, (uint64_t)config->intervals.stupidity_ms);
	if ((states & SPELL_POISONS) != 0)
		effect_poison(tx, target);
	if ((states & SPELL_CURES_POISON) != 0)
		effect_cure(tx, target);
}

/* Who hides is found; the spell's invisibility ends with the next tick. */
static void player_found(struct tx *tx, uint32_t target)
{
	if ((tx->world->bodies[target].flags & BODY_INVISIBLE) != 0)
		effect_schedule(tx, target, EFFECT_INVISIBILITY, tx->now_ms + NEXT_TICK_MS);
	effect_reveal(tx, target);
}

static bool casts_on_player(struct tx *tx, const struct spell_def *spell, uint32_t creature, uint32_t target)
{
	const struct body *body = &tx->world->bodies[target];
	uint32_t states = spell->flags;
	bool finds = (states & SPELL_CLEARS_INVISIBILITY) != 0;
	bool changes_life = spell->change[SPELL_HP].direction != SPELL_LEAVES;
	const struct creature_def *def = creature_def_of(tx, creature);
	bool sees_veiled = finds || (def != NULL && def->kind == CREATURE_PRAETORIAN);
	if (tx->world->players[target].dead || (body->flags & BODY_ADMIN_INVISIBLE) != 0 ||
		(!sees_veiled && (body->flags & (BODY_INVISIBLE | BODY_HIDDEN)) != 0))
		return false;
	if ((body->flags & BODY_PARALYSED) != 0)
		states &= ~(uint32_t)(SPELL_PARALYSES | SPELL_IMMOBILISES);
	states &= SPELL_PARALYSES | SPELL_IMMOBILISES | SPELL_STUPEFIES | SPELL_BLINDS | SPELL_POISONS | SPELL_CURES_POISON;
	if (states == 0 && !finds && !changes_life && spell->kind != SPELL_SHOW)
		return true; /* nothing is seen of it, but it was its turn */
	shown(tx, spell, creature, target);
	if (finds)
		player_found(tx, target);
	player_states_changed(tx, states, creature, target);
	if (changes_life)
		player_life_changed(tx, spell, creature, target);
	return true;
}

/* --- on creatures --------------------------------------------------------------------------------------------------------- */

static void creature_life_changed(struct tx *tx, const struct spell_def *spell, uint32_t creature, uint32_t target)
{
	struct body *body = &tx->world->bodies[target];
	int amount = life_roll(tx, spell);
	if (spell->change[SPELL_HP].direction == SPELL_RAISES)
		SET(tx, body->hp, (int32_t)clamp_i64((int64_t)body->hp + amount, 0, body->hp_max));
	else if (!creature_hurt(tx, target, amount))
		creature_die(tx, target, creature_master(tx, creature));
}

static bool casts_on_creature(struct tx *tx, const struct spell_def *spell, uint32_t creature, uint32_t target)
{
	const struct creature_def *def = creature_def_of(tx, target);
	if (def == NULL)
		return false;
	shown(tx, spell, creature, target);
	if ((spell->flags & (SPELL_PARALYSES | SPELL_IMMOBILISES)) != 0 && (def->flags & CREATURE_IS_NOT_PARALYSED) == 0)
		creature_paralyse(tx, target, (spell->flags & SPELL_IMMOBILISES) != 0);
	if ((spell->flags & SPELL_FREES) != 0)
		creature_free(tx, target);
	if ((spell->flags & (SPELL_POISONS | SPELL_CURES_POISON)) != 0)
		creature_poison(tx, target, (spell->flags & SPELL_POISONS) != 0);
	if (spell->change[SPELL_HP].direction != SPELL_LEAVES)
		creature_life_changed(tx, spell, creature, target);
	return true;
}

void creature_holds_player(struct tx *tx, uint32_t creature, uint32_t player)
{
	player_states_changed(tx, SPELL_PARALYSES, creature, player);
}

bool creature_casts(struct tx *tx, uint32_t creature, unsigned number, uint32_t target)
{
	const struct world *w = tx->world;
	const struct spell_def *spell = catalog_spell(tx->catalog, number);
	const struct map_def *map = catalog_map(tx->catalog, w->bodies[creature].map);
	if (spell == NULL || map == NULL || (map->flags & MAP_NO_MAGIC) != 0 ||
		w->bodies[target].map != w->bodies[creature].map)
		return false;
	const struct handle caster = body_handle(w, creature);
	bool done = body_is_player(w, target) ? casts_on_player(tx, spell, creature, target)
										  : casts_on_creature(tx, spell, creature, target);
	if (done && handle_body(w, caster) != NULL) /* it may have gone with a master whom it killed */
		SET(tx, creature_of(w, creature)->strike_due_ms,
			tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms);
	return done;
}
