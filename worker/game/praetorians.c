/* praetorians.c - what the king, healers, swordmasters and archers do in their beats, and what all nine can do.
 * rules-life-combat-magic.md 17. */
#include "worker/game/praetorians.h"

#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_move.h"
#include "worker/game/magic.h"
#include "worker/game/praetorian_clan.h"
#include "worker/game/praetorian_parts.h"

/* Figures of the document's section 17. */
enum {
	REACH = 14,           /* tiles around the centre, on each axis, where they fight hand to hand */
	ARCHER_REACH = 4,     /* an archer does not go farther from it */
	KING_PATIENCE = 2000, /* beats of healing after which the king calls back one of his dead */
	FREE_PERCENT = 20,    /* the king frees an ally */
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

static bool spell_of_any_kind(const struct spell_def *spell)
{
	(void)spell;
	return true;
}

static bool spell_that_frees(const struct spell_def *spell)
{
	return (spell->flags & SPELL_FREES) != 0;
}

static bool spell_that_cures(const struct spell_def *spell)
{
	return (spell->flags & SPELL_CURES_POISON) != 0;
}

static bool spell_that_heals(const struct spell_def *spell)
{
	return spell->change[SPELL_HP].direction == SPELL_RAISES;
}

static bool spell_that_stupefies(const struct spell_def *spell)
{
	return (spell->flags & SPELL_STUPEFIES) != 0;
}

static bool spell_that_blinds(const struct spell_def *spell)
{
	return (spell->flags & SPELL_BLINDS) != 0;
}

/* What it just did is not all that it does at once. */
static void strike_again(struct tx *tx, const struct mind *m)
{
	SET(tx, m->creature->strike_due_ms, tx->now_ms);
}

void praetorian_strike_spent(struct tx *tx, const struct mind *m)
{
	SET(tx, m->creature->strike_due_ms, tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms);
}

unsigned praetorian_spell_find(const struct tx *tx, const struct mind *m, praetorian_spell_fn *does)
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

bool praetorian_casts(struct tx *tx, const struct mind *m, praetorian_spell_fn *does, uint32_t target)
{
	unsigned spell = praetorian_spell_find(tx, m, does);
	return spell != 0 && creature_casts(tx, m->index, spell, target);
}

/* --- whom they see, and where they go ------------------------------------------------------------------------------------ */

/* Around the clan's centre, where they go to fight. */
static bool is_reachable(const struct mind *m, const struct body *body)
{
	return abs(body->x - m->creature->center_x) < REACH && abs(body->y - m->creature->center_y) < REACH;
}

static bool wish_is_met(const struct tx *tx, const struct mind *m, const struct wish *wish, uint32_t player)
{
	const struct body *body = &tx->world->bodies[player];
	return creature_may_want(tx, player) && (wish->see_veiled || body_is_seen(tx, player)) &&
		   (!wish->reachable || is_reachable(m, body)) &&
		   (!wish->in_view || tile_in_sight(m->body, body->x, body->y)) &&
		   (!wish->not_blind || !tx->world->players[player].blind);
}

uint32_t praetorian_enemy_find(const struct tx *tx, const struct mind *m, const struct wish *wish)
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

void praetorian_walk_to(struct tx *tx, const struct mind *m, int x, int y)
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

void praetorian_walk_home(struct tx *tx, const struct mind *m)
{
	praetorian_walk_to(tx, m, m->creature->center_x, m->creature->center_y);
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

bool praetorian_is_pressed(const struct tx *tx, const struct mind *m)
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
		praetorian_walk_home(tx, m);
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
		praetorian_casts(tx, m, spell_that_heals, m->index);
}

/* Of who stands where the king does not go. He is told, besides what his client shows him. */
static void senses_taken(struct tx *tx, const struct mind *m, uint32_t enemy)
{
	const struct player *player = &tx->world->players[enemy];
	bool was_stupid = player->stupid != 0;
	if (praetorian_casts(tx, m, spell_that_stupefies, enemy) && player->stupid && !was_stupid)
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_STUPEFIES);
	if (praetorian_casts(tx, m, spell_that_blinds, enemy) && player->blind)
		tell_text(tx, enemy, FONT_FIGHT, TEXT_PRAETORIAN_BLINDS);
}

static void king_alone(struct tx *tx, const struct mind *m)
{
	const struct wish near = {.in_view = true, .not_blind = true};
	uint32_t enemy = praetorian_enemy_find(tx, m, &near);
	if (enemy == 0) {
		king_waits(tx, m);
		return;
	}
	const struct body *body = &tx->world->bodies[enemy];
	bool strikes = may_strike(tx, m);
	if (is_reachable(m, body)) {
		if (body_distance(m->body, body) > 1)
			praetorian_walk_to(tx, m, body->x, body->y);
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
	bool acted = (held != 0 && rng_chance(&tx->rng, FREE_PERCENT) && praetorian_casts(tx, m, spell_that_frees, held)) ||
				 (poisoned != 0 && praetorian_casts(tx, m, spell_that_cures, poisoned)) ||
				 (hurt != 0 && praetorian_casts(tx, m, spell_that_heals, hurt));
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

uint32_t praetorian_held_enemy_find(struct tx *tx, const struct mind *m, bool held, bool see_veiled)
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
		return praetorian_casts(tx, m, spell_that_frees, who);
	if ((who = pet_find(tx, m)) != 0 && praetorian_casts(tx, m, spell_that_holds, who))
		return true;
	if ((who = praetorian_held_enemy_find(tx, m, false, false)) != 0 && praetorian_casts(tx, m, spell_that_holds, who))
		return true;
	if ((who = praetorian_held_enemy_find(tx, m, true, true)) != 0 && praetorian_casts(tx, m, spell_that_hurts, who))
		return true;
	if ((who = ally_find(tx, m, is_hurt_in_view)) != 0)
		return praetorian_casts(tx, m, spell_that_heals, who);
	return false;
}

static void healer_beat(struct tx *tx, const struct mind *m)
{
	if (may_strike(tx, m) && healer_acts(tx, m))
		return;
	uint32_t held = ally_find(tx, m, is_held_not_far);
	if (held != 0) {
		praetorian_walk_to(tx, m, tx->world->bodies[held].x, tx->world->bodies[held].y);
		return;
	}
	bool pressed = praetorian_is_pressed(tx, m);
	praetorian_walk_home(tx, m);
	if (pressed)
		praetorian_walk_home(tx, m); /* twice as fast */
}

static void sword_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.reachable = true};
	uint32_t enemy = praetorian_enemy_find(tx, m, &wish);
	if (enemy == 0 || !is_reachable(m, m->body))
		praetorian_walk_home(tx, m);
	else if (body_distance(m->body, &tx->world->bodies[enemy]) > 1)
		praetorian_walk_to(tx, m, tx->world->bodies[enemy].x, tx->world->bodies[enemy].y);
	strike_neighbours(tx, m, false);
}

static void archer_beat(struct tx *tx, const struct mind *m)
{
	const struct wish wish = {.in_view = true,
							  .classes = (uint16_t)(class_bit(CLASS_MAGE) | class_bit(CLASS_CLERIC) |
													class_bit(CLASS_DRUID) | class_bit(CLASS_BARD))};
	uint32_t enemy = praetorian_enemy_find(tx, m, &wish);
	if (enemy == 0) {
		praetorian_walk_home(tx, m);
		return;
	}
	if (may_strike(tx, m))
		praetorian_casts(tx, m, spell_of_any_kind, enemy);
	/* Half way between centre and target, but not far from the centre. */
	const struct body *body = &tx->world->bodies[enemy];
	int dx = (int)clamp_i64((body->x - m->creature->center_x) / 2, -ARCHER_REACH, ARCHER_REACH);
	int dy = (int)clamp_i64((body->y - m->creature->center_y) / 2, -ARCHER_REACH, ARCHER_REACH);
	praetorian_walk_to(tx, m, m->creature->center_x + dx, m->creature->center_y + dy);
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
		praetorian_mage_beat(tx, &m);
		break;
	case PRAETORIAN_SWORDSWINGER:
		sword_beat(tx, &m);
		break;
	case PRAETORIAN_LONGRANGE:
		archer_beat(tx, &m);
		break;
	case PRAETORIAN_THIEF:
		praetorian_thief_beat(tx, &m);
		break;
	case PRAETORIAN_ROLES:
		break;
	}
}
