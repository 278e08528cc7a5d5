/* praetorians.c - what each of the nine does in its beat. rules-life-combat-magic.md 17. */
#include "worker/game/praetorians.h"

#include <math.h>

#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_move.h"
#include "worker/game/creature_sense.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/fight.h"
#include "worker/game/hoard.h"
#include "worker/game/inventory.h"
#include "worker/game/magic.h"
#include "worker/game/move.h"
#include "worker/game/praetorian_clan.h"
#include "worker/game/presence.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

/* Figures of the document's section 17. */
enum {
	REACH = 14,               /* tiles around the centre, on each axis, where they fight hand to hand */
	ARCHER_REACH = 4,         /* an archer does not go farther from it */
	KING_PATIENCE = 2000,     /* beats of healing after which the king calls back one of his dead */
	FREE_PERCENT = 20,        /* the king frees an ally */
	UNVEIL_PERCENT = 35,      /* a mage who sees somebody veiled unveils him */
	THROW_PERCENT = 15,       /* a thief throws away his victim's weapon */
	STEAL_PERCENT = 15,       /* or takes something */
	FAR_PARALYSE_PERCENT = 9, /* a thief who shoots from afar paralyses too */
	FAR_DISARM_PERCENT = 21,  /* or disarms */
	THIEF_NEAR = 2,
	VEIL_PERCENT = 24,
	UNVEIL_SELF_PERCENT = 12,
	SACRIFICE_HP = 750, /* a mage with no more life than this breaks his wand */
	COUNTDOWN = 6,
	DOUBLE = 2,
};

/* --- his clan ------------------------------------------------------------------------------------------------------------- */

typedef bool ally_fn(const struct tx *tx, const struct mind *m, uint32_t ally);

/* The first of his clan on the map, himself left out, of whom it is true; 0 = none. */
static uint32_t ally_find(const struct tx *tx, const struct mind *m, ally_fn *is)
{
	for (uint32_t i = tx->world->maps[m->body->map].first_creature; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (i != m->index && same_clan(tx, m->index, i) && is(tx, m, i))
			return i;
	}
	return 0;
}

static bool is_any(const struct tx *tx, const struct mind *m, uint32_t ally)
{
	(void)tx;
	(void)m;
	(void)ally;
	return true;
}

static bool is_held(const struct tx *tx, uint32_t body)
{
	return (tx->world->bodies[body].flags & (BODY_PARALYSED | BODY_IMMOBILISED)) != 0;
}

static bool is_held_in_view(const struct tx *tx, const struct mind *m, uint32_t ally)
{
	return is_held(tx, ally) && in_sight(tx, m, ally);
}

/* Within twice the window. */
static bool is_held_not_far(const struct tx *tx, const struct mind *m, uint32_t ally)
{
	const struct body *body = &tx->world->bodies[ally];
	return is_held(tx, ally) && abs(body->x - m->body->x) <= 8 * DOUBLE && abs(body->y - m->body->y) <= 6 * DOUBLE;
}

static bool is_poisoned_in_view(const struct tx *tx, const struct mind *m, uint32_t ally)
{
	return creature_of(tx->world, ally)->poisoned != 0 && in_sight(tx, m, ally);
}

static bool is_hurt_in_view(const struct tx *tx, const struct mind *m, uint32_t ally)
{
	return tx->world->bodies[ally].hp < tx->world->bodies[ally].hp_max && in_sight(tx, m, ally);
}

/* --- what they can do ----------------------------------------------------------------------------------------------------- */

typedef bool spell_fn(const struct spell_def *spell);

static bool spell_any(const struct spell_def *spell)
{
	(void)spell;
	return true;
}

static bool spell_frees(const struct spell_def *spell)
{
	return (spell->flags & SPELL_FREES) != 0;
}

static bool spell_cures(const struct spell_def *spell)
{
	return (spell->flags & SPELL_CURES_POISON) != 0;
}

static bool spell_heals(const struct spell_def *spell)
{
	return spell->change[SPELL_HP].direction == SPELL_RAISES;
}

static bool spell_hurts(const struct spell_def *spell)
{
	return spell->change[SPELL_HP].direction == SPELL_LOWERS;
}

static bool spell_holds(const struct spell_def *spell)
{
	return (spell->flags & (SPELL_PARALYSES | SPELL_IMMOBILISES)) != 0;
}

static bool spell_stupefies(const struct spell_def *spell)
{
	return (spell->flags & SPELL_STUPEFIES) != 0;
}

static bool spell_blinds(const struct spell_def *spell)
{
	return (spell->flags & SPELL_BLINDS) != 0;
}

static bool spell_unveils(const struct spell_def *spell)
{
	return (spell->flags & SPELL_CLEARS_INVISIBILITY) != 0;
}

/* What it just did is not all that it does at once. */
static void strike_again(struct tx *tx, const struct mind *m)
{
	SET(tx, m->creature->strike_due_ms, tx->now_ms);
}

/* It did something that is no blow and no spell. */
static void strike_spent(struct tx *tx, const struct mind *m)
{
	SET(tx, m->creature->strike_due_ms, tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms);
}

/* The first of its spells that does so; 0 = it has none. */
static unsigned spell_find(const struct tx *tx, const struct mind *m, spell_fn *does)
{
	unsigned count;
	const uint16_t *spells = creature_spells(tx->catalog, m->def, &count);
	for (unsigned i = 0; i < count; i++) {
		const struct spell_def *spell = catalog_spell(tx->catalog, spells[i]);
		if (spell != NULL && does(spell))
			return spells[i];
	}
	return 0;
}

/* Casts it. false: it has none, or nothing came of it. */
static bool casts(struct tx *tx, const struct mind *m, spell_fn *does, uint32_t target)
{
	unsigned spell = spell_find(tx, m, does);
	return spell != 0 && creature_casts(tx, m->index, spell, target);
}

/* --- whom they see, and where they go ------------------------------------------------------------------------------------ */

/* Around the clan's centre, where they go to fight. */
static bool is_reachable(const struct mind *m, const struct body *body)
{
	return abs(body->x - m->creature->center_x) < REACH && abs(body->y - m->creature->center_y) < REACH;
}

struct wish {
	bool see_veiled;  /* the hidden and invisible are seen too */
	bool reachable;   /* only around the centre */
	bool in_view;     /* only in the window */
	uint16_t classes; /* bit (class - 1): these before all others; 0 = the nearest of all */
	bool not_blind;
};

static bool wish_is_met(const struct tx *tx, const struct mind *m, const struct wish *wish, uint32_t player)
{
	const struct body *body = &tx->world->bodies[player];
	return creature_may_want(tx, player) && (wish->see_veiled || body_is_seen(tx, player)) &&
		   (!wish->reachable || is_reachable(m, body)) &&
		   (!wish->in_view || tile_in_sight(m->body, body->x, body->y)) &&
		   (!wish->not_blind || !tx->world->players[player].blind);
}

/* The nearest of those it wishes for; those of the classes it prefers come first. 0 = nobody. */
static uint32_t enemy_find(const struct tx *tx, const struct mind *m, const struct wish *wish)
{
	uint32_t best = 0;
	int best_rank = 0;
	for (uint32_t i = tx->world->maps[m->body->map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (!wish_is_met(tx, m, wish, i))
			continue;
		bool preferred = (wish->classes >> (tx->world->players[i].class_id - 1) & 1) != 0;
		int rank = body_distance(m->body, &tx->world->bodies[i]) + (preferred ? 0 : 1000);
		if (best == 0 || rank < best_rank) {
			best = i;
			best_rank = rank;
		}
	}
	return best;
}

/* One greedy step: a heading that brings it nearer, in an order chosen by lot, else any other that is free. */
static void walk_to(struct tx *tx, const struct mind *m, int x, int y)
{
	int useful[2];
	unsigned count = (m->body->flags & BODY_IMMOBILISED) == 0 ? headings_towards(tx, m->body, x, y, useful) : 0;
	if (count == 0)
		return;
	for (unsigned i = 0; i < count; i++) {
		if (creature_step(tx, m->index, useful[i]))
			return;
	}
	int first = rng_range(&tx->rng, 0, 3);
	for (int i = 0; i < 4; i++) {
		if (creature_step(tx, m->index, HEADING_NORTH + (first + i) % 4))
			return;
	}
}

static void walk_home(struct tx *tx, const struct mind *m)
{
	walk_to(tx, m, m->creature->center_x, m->creature->center_y);
}

static bool is_home(const struct mind *m)
{
	return m->body->x == m->creature->center_x && m->body->y == m->creature->center_y;
}

static uint32_t player_beside(const struct tx *tx, const struct mind *m, int heading)
{
	int x = m->body->x, y = m->body->y;
	tile_neighbour(heading, &x, &y);
	uint32_t other = tile_is_on_map(x, y) ? tile_occupant(tx->world, m->body->map, x, y) : 0;
	return other != 0 && body_is_player(tx->world, other) && creature_may_want(tx, other) ? other : 0;
}

/* A blow at the first who stands beside it; the king has one for each. */
static void strike_neighbours(struct tx *tx, const struct mind *m, bool all)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		uint32_t victim = player_beside(tx, m, heading);
		if (victim == 0)
			continue;
		if (all)
			strike_again(tx, m);
		creature_face(tx, m->index, heading);
		creature_strikes_player(tx, m->index, victim);
		if (!all)
			return;
	}
}

static bool somebody_beside(const struct tx *tx, const struct mind *m)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		if (player_beside(tx, m, heading) != 0)
			return true;
	}
	return false;
}

/* --- the king ------------------------------------------------------------------------------------------------------------- */

static void king_waits(struct tx *tx, const struct mind *m)
{
	if (!is_home(m)) {
		walk_home(tx, m);
	} else if (m->creature->counter > KING_PATIENCE) {
		if (tx_need(tx, tx->world->realm_domain)) {
			SET(tx, m->creature->counter, 0);
			ally_call_back(tx, m->index);
		}
		return;
	}
	if (m->creature->counter <= KING_PATIENCE)
		SET(tx, m->creature->counter, (uint16_t)(m->creature->counter + 1));
	if (m->body->hp < m->body->hp_max && may_strike(tx, m))
		casts(tx, m, spell_heals, m->index);
}

/* Of who stands where the king does not go. He is told, besides what his client shows him. */
static void senses_taken(struct tx *tx, const struct mind *m, uint32_t enemy)
{
	const struct player *player = &tx->world->players[enemy];
	bool was_stupid = player->stupid != 0;
	if (casts(tx, m, spell_stupefies, enemy) && player->stupid && !was_stupid)
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_STUPEFIES);
	if (casts(tx, m, spell_blinds, enemy) && player->blind)
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_BLINDS);
}

static void king_alone(struct tx *tx, const struct mind *m)
{
	const struct wish near = {.in_view = true, .not_blind = true};
	uint32_t enemy = enemy_find(tx, m, &near);
	if (enemy == 0) {
		king_waits(tx, m);
		return;
	}
	const struct body *body = &tx->world->bodies[enemy];
	bool strikes = may_strike(tx, m);
	if (is_reachable(m, body)) {
		if (body_distance(m->body, body) > 1)
			walk_to(tx, m, body->x, body->y);
	} else if (strikes) {
		senses_taken(tx, m, enemy);
	}
	if (strikes) /* on top of the spells: both and the blows are one turn */
		strike_neighbours(tx, m, true);
}

static void king_beat(struct tx *tx, const struct mind *m)
{
	if (ally_find(tx, m, is_any) == 0) {
		king_alone(tx, m);
		return;
	}
	if (!may_strike(tx, m))
		return;
	uint32_t held = ally_find(tx, m, is_held_in_view), poisoned = ally_find(tx, m, is_poisoned_in_view);
	uint32_t hurt = ally_find(tx, m, is_hurt_in_view);
	bool acted = (held != 0 && rng_chance(&tx->rng, FREE_PERCENT) && casts(tx, m, spell_frees, held)) ||
				 (poisoned != 0 && casts(tx, m, spell_cures, poisoned)) ||
				 (hurt != 0 && casts(tx, m, spell_heals, hurt));
	if (!acted)
		king_waits(tx, m);
}

/* --- the others ----------------------------------------------------------------------------------------------------------- */

/* An enemy's pet in sight that may be paralysed; 0 = none. */
static uint32_t pet_find(const struct tx *tx, const struct mind *m)
{
	for (uint32_t i = tx->world->maps[m->body->map].first_creature; i != 0; i = tx->world->bodies[i].next_on_map) {
		uint32_t master = creature_master(tx, i);
		const struct creature_def *def = creature_def_of(tx, i);
		if (master != 0 && !is_held(tx, i) && in_sight(tx, m, i) && creature_may_want(tx, master) && def != NULL &&
			(def->flags & CREATURE_IS_NOT_PARALYSED) == 0)
			return i;
	}
	return 0;
}

/* Somebody in sight who is paralysed, or is not: the first or the last of them on the map's list, by lot. */
static uint32_t held_enemy_find(struct tx *tx, const struct mind *m, bool held, bool see_veiled)
{
	const struct wish wish = {.in_view = true, .see_veiled = see_veiled};
	bool first = rng_range(&tx->rng, 0, 1) == 0;
	uint32_t found = 0;
	for (uint32_t i = tx->world->maps[m->body->map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (!wish_is_met(tx, m, &wish, i) || is_held(tx, i) != held)
			continue;
		found = i;
		if (first)
			break;
	}
	return found;
}

static bool healer_acts(struct tx *tx, const struct mind *m)
{
	uint32_t who;
	if ((who = ally_find(tx, m, is_held_in_view)) != 0)
		return casts(tx, m, spell_frees, who);
	if ((who = pet_find(tx, m)) != 0 && casts(tx, m, spell_holds, who))
		return true;
	if ((who = held_enemy_find(tx, m, false, false)) != 0 && casts(tx, m, spell_holds, who))
		return true;
	if ((who = held_enemy_find(tx, m, true, true)) != 0 && casts(tx, m, spell_hurts, who))
		return true;
	if ((who = ally_find(tx, m, is_hurt_in_view)) != 0)
		return casts(tx, m, spell_heals, who);
	return false;
}

static void healer_beat(struct tx *tx, const struct mind *m)
{
	if (may_strike(tx, m) && healer_acts(tx, m))
		return;
	uint32_t held = ally_find(tx, m, is_held_not_far);
	if (held != 0) {
		walk_to(tx, m, tx->world->bodies[held].x, tx->world->bodies[held].y);
		return;
	}
	bool pressed = somebody_beside(tx, m);
	walk_home(tx, m);
	if (pressed)
		walk_home(tx, m); /* twice as fast */
}

int praetorian_blast(int distance)
{
	return (int)floor(880.0 / pow(distance < 1 ? 1 : distance, 3.0 / 7.0));
}

/* The wand breaks: all on the map lose life, and the mage dies. Of a crowd not all die at once: a transaction has its bounds, and
 * the map's next ticks see to the others; of very many pets some are spared. */
static void sacrifice(struct tx *tx, const struct mind *m)
{
	const struct body at = *m->body;
	struct map_state *state = &tx->world->maps[at.map];
	for (uint32_t i = state->first_player, next; i != 0 && tx->wanted_count == 0; i = next) {
		next = tx->world->bodies[i].next_on_map;
		if (!creature_may_want(tx, i))
			continue;
		int damage = praetorian_blast(body_distance(&at, &tx->world->bodies[i]));
		tell_text(tx, i, FONT_FIGHT, TEXT_PRAETORIAN_BLAST, damage);
		vital_add(tx, i, VITAL_HP, -damage);
		vital_tell(tx, i, VITAL_HP);
	}
	for (uint32_t i = state->first_player, next; i != 0 && tx->wanted_count == 0 && tick_has_room(tx); i = next) {
		next = tx->world->bodies[i].next_on_map; /* a map may expel its dead */
		if (tx->world->players[i].hp <= 0)
			player_die(tx, i);
	}
	for (uint32_t i = state->first_creature, next; i != 0 && tx->wanted_count == 0 && tick_has_room(tx); i = next) {
		next = tx->world->bodies[i].next_on_map;
		if (creature_master(tx, i) != 0 &&
			!creature_hurt(tx, i, praetorian_blast(body_distance(&at, &tx->world->bodies[i]))))
			creature_die(tx, i, 0);
	}
	creature_die(tx, m->index, 0);
}

/* Everybody sees it, who comes later too. */
static void aura_show(struct tx *tx, const struct mind *m, int fx, int loops)
{
	SET(tx, m->body->fx, (int16_t)fx);
	SET(tx, m->body->fx_loops, (int16_t)loops);
	presence_effect(tx, m->index, fx, loops);
}

/* A mage with little life left counts down. true: this beat was for it. */
static bool sacrifice_approaches(struct tx *tx, const struct mind *m)
{
	enum { NOT_BEGUN = 0 };
	if (m->body->hp > SACRIFICE_HP) {
		if (m->creature->stage != NOT_BEGUN) {
			SET(tx, m->creature->stage, NOT_BEGUN);
			aura_show(tx, m, FX_NONE, 0);
		}
		return false;
	}
	if (!may_strike(tx, m))
		return true;
	strike_spent(tx, m);
	if (m->creature->stage == NOT_BEGUN) {
		SET(tx, m->creature->stage, COUNTDOWN + 1);
		aura_show(tx, m, FX_MEDITATION_5, FX_FOREVER);
	}
	SET(tx, m->creature->stage, (uint8_t)(m->creature->stage - 1));
	char words[64];
	show_sound(tx, m->body->map, m->body->x, m->body->y, SOUND_DRAGON);
	creature_says(tx, m->index, text_format(words, sizeof words, TEXT_PRAETORIAN_COUNTDOWN, (int)m->creature->stage));
	if (m->creature->stage == NOT_BEGUN)
		sacrifice(tx, m);
	return true;
}

static bool mage_acts(struct tx *tx, const struct mind *m)
{
	const struct wish all = {.in_view = true, .see_veiled = true}, seen = {.in_view = true};
	uint32_t who = enemy_find(tx, m, &all);
	if (who == 0)
		return false;
	if (!body_is_seen(tx, who) && rng_chance(&tx->rng, UNVEIL_PERCENT) && casts(tx, m, spell_unveils, who))
		return true;
	uint32_t held = held_enemy_find(tx, m, true, false);
	who = held != 0 ? held : enemy_find(tx, m, &seen);
	return who != 0 && casts(tx, m, spell_hurts, who);
}

static void mage_beat(struct tx *tx, const struct mind *m)
{
	if (sacrifice_approaches(tx, m))
		return;
	bool acted = may_strike(tx, m) && mage_acts(tx, m);
	if (!acted || somebody_beside(tx, m))
		walk_home(tx, m);
}

static void sword_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.reachable = true};
	uint32_t enemy = enemy_find(tx, m, &wish);
	if (enemy == 0 || !is_reachable(m, m->body))
		walk_home(tx, m);
	else if (body_distance(m->body, &tx->world->bodies[enemy]) > 1)
		walk_to(tx, m, tx->world->bodies[enemy].x, tx->world->bodies[enemy].y);
	strike_neighbours(tx, m, false);
}

static uint16_t class_bit(unsigned class_id)
{
	return (uint16_t)(1u << (class_id - 1));
}

static void archer_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.in_view = true,
							  .classes = (uint16_t)(class_bit(CLASS_MAGE) | class_bit(CLASS_CLERIC) |
													class_bit(CLASS_DRUID) | class_bit(CLASS_BARD))};
	uint32_t enemy = enemy_find(tx, m, &wish);
	if (enemy == 0) {
		walk_home(tx, m);
		return;
	}
	if (may_strike(tx, m))
		casts(tx, m, spell_any, enemy);
	/* Half way between centre and target, but not far from the centre. */
	const struct body *body = &tx->world->bodies[enemy];
	int dx = (int)clamp_i64((body->x - m->creature->center_x) / 2, -ARCHER_REACH, ARCHER_REACH);
	int dy = (int)clamp_i64((body->y - m->creature->center_y) / 2, -ARCHER_REACH, ARCHER_REACH);
	walk_to(tx, m, m->creature->center_x + dx, m->creature->center_y + dy);
}

/* --- the thief ------------------------------------------------------------------------------------------------------------ */

/* To the ground at the victim's feet, as near as there is room. */
static bool throws_down(struct tx *tx, uint32_t victim, unsigned slot)
{
	struct stack stack = end_stack(tx, in_slot(victim, slot));
	struct place at =
		stack.item != 0 ? tile_for_item(tx, body_place(&tx->world->bodies[victim]), stack) : (struct place){0};
	return at.map != 0 && item_move(tx, in_slot(victim, slot), on_tile(at), stack.amount) == MOVE_DONE;
}

static bool disarms(struct tx *tx, uint32_t victim)
{
	const struct player *player = &tx->world->players[victim];
	unsigned slot =
		player->equipment[EQUIP_WEAPON] != 0 ? player->equipment[EQUIP_WEAPON] : player->equipment[EQUIP_AMMUNITION];
	const struct item_def *item = inventory_item(tx, player, slot);
	return item != NULL && item_drops(item) && (item->flags & ITEM_IS_NEWBIE) == 0 && throws_down(tx, victim, slot);
}

/* One of the slots that may be stolen, into the hoard; to the ground when that is full. */
static bool steals(struct tx *tx, uint32_t victim)
{
	const struct player *player = &tx->world->players[victim];
	unsigned slots = inventory_slots(tx, player), fit = 0;
	for (unsigned slot = 1; slot <= slots; slot++)
		fit += slot_is_stealable(tx, player, slot);
	int pick = rng_range(&tx->rng, 1, (int32_t)fit);
	for (unsigned slot = 1; slot <= slots; slot++) {
		if (slot_is_stealable(tx, player, slot) && --pick == 0)
			return hoard_steal(tx, victim, slot) || throws_down(tx, victim, slot);
	}
	return false;
}

static void thief_hand(struct tx *tx, uint32_t enemy)
{
	if (rng_chance(&tx->rng, THROW_PERCENT)) {
		if (disarms(tx, enemy))
			tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_DISARMS);
	} else if (rng_chance(&tx->rng, STEAL_PERCENT) && steals(tx, enemy)) {
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_STEALS);
	}
}

static void thief_veils(struct tx *tx, const struct mind *m)
{
	bool veiled = (m->body->flags & BODY_INVISIBLE) != 0;
	if (!rng_chance(&tx->rng, veiled ? UNVEIL_SELF_PERCENT : VEIL_PERCENT))
		return;
	SET(tx, m->body->flags, m->body->flags ^ BODY_INVISIBLE);
	PUT(say_begin(tx), SET_INVISIBLE, .char_index = (int16_t)m->index, .invisible = !veiled);
	say_area(tx, m->body->map, m->body->x, m->body->y, 0, NOTE_FLAG_VIEW | NOTE_FLAG_NOT_STAFF);
}

/* An arrow from afar, and what it does besides: also that of who has none, for the spell that the classic files name is not among
 * theirs. */
static void shoots(struct tx *tx, const struct mind *m, uint32_t enemy)
{
	if (spell_find(tx, m, spell_hurts) == 0)
		strike_spent(tx, m);
	else if (!casts(tx, m, spell_hurts, enemy) || tx->world->players[enemy].dead)
		return;
	if (rng_chance(&tx->rng, FAR_PARALYSE_PERCENT)) {
		if (!casts(tx, m, spell_holds, enemy))
			creature_holds_player(tx, m->index, enemy);
	} else if (rng_chance(&tx->rng, FAR_DISARM_PERCENT)) {
		equipment_take_off(tx, enemy, EQUIP_WEAPON);
	}
}

static void thief_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.reachable = true, .see_veiled = true, .classes = class_bit(CLASS_HUNTER)};
	uint32_t enemy = enemy_find(tx, m, &wish);
	thief_veils(tx, m);
	if (enemy == 0) {
		walk_home(tx, m);
		return;
	}
	const struct body *body = &tx->world->bodies[enemy];
	if (may_strike(tx, m) && body_distance(m->body, body) <= THIEF_NEAR) {
		strike_spent(tx, m);
		thief_hand(tx, enemy);
	} else if (may_strike(tx, m) && in_sight(tx, m, enemy)) {
		shoots(tx, m, enemy);
	}
	if (body->map == m->body->map && body_distance(m->body, body) > 1)
		walk_to(tx, m, body->x, body->y);
}

/* --- the beat ------------------------------------------------------------------------------------------------------------- */

void praetorian_beat(struct tx *tx, uint32_t index)
{
	const struct mind m = mind_of(tx, index);
	if (m.creature->center_x == 0) { /* called by the staff, or placed by the files: its clan is where it stands */
		SET(tx, m.creature->center_x, m.body->x);
		SET(tx, m.creature->center_y, m.body->y);
	}
	switch (praetorian_role_of(tx, index)) {
	case PRAETORIAN_KING:
		king_beat(tx, &m);
		break;
	case PRAETORIAN_HEALER:
		healer_beat(tx, &m);
		break;
	case PRAETORIAN_SPELLCASTER:
		mage_beat(tx, &m);
		break;
	case PRAETORIAN_SWORDSWINGER:
		sword_beat(tx, &m);
		break;
	case PRAETORIAN_LONGRANGE:
		archer_beat(tx, &m);
		break;
	case PRAETORIAN_THIEF:
		thief_beat(tx, &m);
		break;
	case PRAETORIAN_ROLES:
		break;
	}
}
