#include "worker/game/creature_ai.h"

#include "worker/game/creature.h"
#include "worker/game/creature_move.h"
#include "worker/game/creature_sense.h"
#include "worker/game/legality.h"
#include "worker/game/magic.h"
#include "worker/game/praetorians.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum {
	WANDER_OF = 12,  /* one beat of so many, somebody who wanders takes a step */
	NOBODY_OF = 11,  /* the same of who hunts and sees nobody */
	FOLLOW_NEAR = 3, /* a pet this close to its master stays where it is */
	ENEMY_REACH = 6, /* a creature looks for its enemy so far, on each axis */
};

/* --- who may be an enemy ---------------------------------------------------------------------------------------------- */

static bool is_paralysed(const struct mind *m)
{
	return (m->body->flags & BODY_PARALYSED) != 0;
}

static bool is_immobilised(const struct mind *m)
{
	return (m->body->flags & BODY_IMMOBILISED) != 0;
}

/* Straight ahead in the direction it looks (an immobilised creature turns to nobody). */
static bool is_ahead(const struct mind *m, const struct body *other)
{
	int dx = other->x - m->body->x, dy = other->y - m->body->y;
	switch (m->body->heading) {
	case HEADING_NORTH:
		return dx == 0 && dy < 0;
	case HEADING_EAST:
		return dy == 0 && dx > 0;
	case HEADING_SOUTH:
		return dx == 0 && dy > 0;
	default:
		return dy == 0 && dx < 0;
	}
}

/* The player with this account on the creature's map; 0 = he is not here. */
static uint32_t player_of_account(const struct tx *tx, const struct mind *m, uint32_t account)
{
	for (uint32_t i = account != 0 ? tx->world->maps[m->body->map].first_player : 0; i != 0;
		 i = tx->world->bodies[i].next_on_map) {
		if (tx->world->players[i].id == account)
			return i;
	}
	return 0;
}

static uint32_t owner_of(const struct tx *tx, const struct mind *m)
{
	return handle_player(tx->world, m->creature->owner) != NULL ? m->creature->owner.index : 0;
}

static uint32_t master_of(const struct tx *tx, const struct mind *m)
{
	return creature_master(tx, m->index);
}

/* --- blows and spells --------------------------------------------------------------------------------------------------- */

/* One of its spells, whichever. false: it has none, may not cast yet, or nothing came of it. */
static bool casts(struct tx *tx, const struct mind *m, uint32_t target)
{
	unsigned count;
	const uint16_t *spells = creature_spells(tx->catalog, m->def, &count);
	if (count == 0 || !may_strike(tx, m))
		return false;
	return creature_casts(tx, m->index, spells[rng_range(&tx->rng, 0, (int32_t)count - 1)], target);
}

static bool has_spells(const struct mind *m)
{
	return m->def->spell_count > 0;
}

/* Who stands on the tile in this direction; 0 = nobody. */
static uint32_t neighbour(const struct tx *tx, const struct mind *m, int heading)
{
	int x = m->body->x, y = m->body->y;
	tile_neighbour(heading, &x, &y);
	return tile_is_on_map(x, y) ? tile_occupant(tx->world, m->body->map, x, y) : 0;
}

/* A blow at a neighbour: it turns to him first. */
static bool strikes(struct tx *tx, const struct mind *m, uint32_t player, int heading)
{
	if (!may_strike(tx, m))
		return false;
	creature_face(tx, m->index, heading);
	return creature_strikes_player(tx, m->index, player);
}

/* --- the attack part: neighbours (16.4) --------------------------------------------------------------------------------- */

/* Guards strike those they are set on, and who attacked them. */
static bool guard_wants(const struct tx *tx, const struct mind *m, uint32_t player)
{
	const struct player *p = &tx->world->players[player];
	bool criminal = player_is_criminal(p);
	if (m->def->kind == CREATURE_ROYAL_GUARD ? criminal : !criminal)
		return true;
	return p->id == m->creature->attacker_id && m->creature->movement != MOVEMENT_FOLLOWS;
}

static bool guard_attacks(struct tx *tx, const struct mind *m, uint32_t other, int heading)
{
	if (!body_is_player(tx->world, other) || !creature_may_want(tx, other) || !guard_wants(tx, m, other))
		return false;
	strikes(tx, m, other, heading);
	return true;
}

static bool evil_attacks_player(struct tx *tx, const struct mind *m, uint32_t player, int heading)
{
	if (m->creature->movement == MOVEMENT_OBJECT && rng_range(&tx->rng, 1, 3) == 3)
		return false; /* it lets him pass this time */
	if (has_spells(m)) {
		bool blows_only = (m->def->flags & CREATURE_STRIKES_TWICE) != 0 && rng_range(&tx->rng, 0, 1) == 1;
		if (!blows_only && may_strike(tx, m)) {
			creature_face(tx, m->index, heading);
			casts(tx, m, player);
		}
	}
	if (!tx->world->players[player].dead) /* the spell may have killed him */
		strikes(tx, m, player, heading);
	return true;
}

static bool evil_attacks(struct tx *tx, const struct mind *m, uint32_t other, int heading)
{
	if (body_is_player(tx->world, other))
		return creature_may_want(tx, other) && evil_attacks_player(tx, m, other, heading);
	if (creature_master(tx, other) == 0 || (tx->world->bodies[other].flags & BODY_PARALYSED) != 0)
		return false;
	if (may_strike(tx, m)) {
		creature_face(tx, m->index, heading);
		creature_strikes_creature(tx, m->index, other, false);
	}
	return true;
}

/* A good creature defends itself against who attacked it, and against nobody else. */
static bool good_attacks(struct tx *tx, const struct mind *m, uint32_t other, int heading)
{
	if (!body_is_player(tx->world, other) || !creature_may_want(tx, other) ||
		tx->world->players[other].id != m->creature->attacker_id)
		return false;
	casts(tx, m, other);
	if (!tx->world->players[other].dead)
		strikes(tx, m, other, heading);
	return true;
}

typedef bool attack_fn(struct tx *tx, const struct mind *m, uint32_t other, int heading);

static bool neighbours_attacked(struct tx *tx, const struct mind *m, attack_fn *attacks)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		if (is_immobilised(m) && heading != m->body->heading)
			continue;
		uint32_t other = neighbour(tx, m, heading);
		if (other != 0 && attacks(tx, m, other, heading))
			return true;
	}
	return false;
}

/* Whoever it was after is gone: it is again what its kind is. */
static void forget(struct tx *tx, const struct mind *m)
{
	const struct creature *c = m->creature;
	if (c->master.index == 0 && (c->attacker_id != 0 || c->movement != m->def->movement ||
								 c->hostile != ((m->def->flags & CREATURE_HOSTILE) != 0)))
		creature_calm(tx, m->index);
}

static void attack_part(struct tx *tx, const struct mind *m)
{
	attack_fn *attacks = NULL;
	if (m->def->kind == CREATURE_ROYAL_GUARD || m->def->kind == CREATURE_CHAOS_GUARD)
		attacks = guard_attacks;
	else if (m->creature->hostile)
		attacks = m->def->alignment == ALIGNMENT_GOOD ? good_attacks : evil_attacks;
	if (attacks == NULL)
		return;
	if (!neighbours_attacked(tx, m, attacks))
		forget(tx, m);
}

/* --- the movement part (16.4) ------------------------------------------------------------------------------------------------ */

/* true: it took its step of this beat. */
static bool wander(struct tx *tx, const struct mind *m)
{
	return !is_immobilised(m) && rng_range(&tx->rng, 1, WANDER_OF) == 3 && creature_step_anywhere(tx, m->index);
}

typedef bool want_fn(const struct tx *tx, const struct mind *m, uint32_t player);

static bool wants_anybody(const struct tx *tx, const struct mind *m, uint32_t player)
{
	(void)m;
	return creature_may_want(tx, player);
}

static bool wants_by_alignment(const struct tx *tx, const struct mind *m, uint32_t player)
{
	bool criminal = player_is_criminal(&tx->world->players[player]);
	return creature_may_want(tx, player) && (m->def->kind == CREATURE_CHAOS_GUARD ? !criminal : criminal);
}

/* Its owner when he is in sight, else the first of the map's players whom it wants; 0 = nobody. */
static uint32_t prey_find(const struct tx *tx, const struct mind *m, want_fn *wants)
{
	uint32_t owner = owner_of(tx, m);
	if (owner != 0 && !is_immobilised(m) && in_sight(tx, m, owner) && body_is_seen(tx, owner) && wants(tx, m, owner))
		return owner;
	for (uint32_t i = tx->world->maps[m->body->map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (in_sight(tx, m, i) && body_is_seen(tx, i) && (!is_immobilised(m) || is_ahead(m, &tx->world->bodies[i])) &&
			wants(tx, m, i))
			return i;
	}
	return 0;
}

/* Chases whom it sees, casting; true: there was somebody. `stays`: it takes no step any more in this beat. */
static bool chase(struct tx *tx, const struct mind *m, want_fn *wants, bool stays)
{
	uint32_t prey = prey_find(tx, m, wants);
	if (prey == 0)
		return false;
	casts(tx, m, prey);
	const struct body *body = &tx->world->bodies[prey];
	if (!stays && !is_immobilised(m) && body->map == m->body->map && !tx->world->players[prey].dead)
		creature_step_to(tx, m->index, body->x, body->y);
	return true;
}

static void hunt(struct tx *tx, const struct mind *m)
{
	if (chase(tx, m, wants_anybody, false) || is_immobilised(m))
		return;
	if (rng_range(&tx->rng, 0, NOBODY_OF - 1) == 0)
		creature_step_anywhere(tx, m->index);
	forget(tx, m);
}

static void guard_chases(struct tx *tx, const struct mind *m, bool stays)
{
	if (!chase(tx, m, wants_by_alignment, stays))
		forget(tx, m);
}

/* Turrets shoot at everybody they see, in the list's order, two times of three. */
static void shoot_around(struct tx *tx, const struct mind *m)
{
	for (uint32_t i = tx->world->maps[m->body->map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (!in_sight(tx, m, i) || !body_is_seen(tx, i) || !creature_may_want(tx, i))
			continue;
		if (rng_range(&tx->rng, 1, 3) < 3) {
			casts(tx, m, i);
			return;
		}
	}
}

/* --- pets and those who were attacked ------------------------------------------------------------------------------------ */

/* The pet of a citizen does not fight citizens for a master who would not be allowed to. */
static bool master_forbids(struct tx *tx, const struct mind *m, uint32_t enemy)
{
	uint32_t master = master_of(tx, m);
	if (master == 0)
		return false;
	const struct player *owner = &tx->world->players[master];
	if (player_is_criminal(owner) || player_is_criminal(&tx->world->players[enemy]) ||
		(!owner->royal_army && !owner->safe_mode))
		return false;
	tell_text(tx, master, FONT_INFO, TEXT_PET_SPARES_CITIZENS);
	return true;
}

/* In a safe place pets fight nobody (16.8, 16.17). Nor do they fight players out of one in which their master stands, or over the
 * border of an arena: what he could not do they do not do for him (20 no. 19). */
static bool is_kept_peaceful(const struct tx *tx, const struct mind *m, uint32_t enemy)
{
	uint32_t master = master_of(tx, m);
	if (master == 0)
		return false;
	if (in_safety(tx, m->index) || in_safety(tx, enemy))
		return true;
	return body_is_player(tx->world, enemy) && (in_safety(tx, master) || in_arena(tx, m->index) != in_arena(tx, enemy));
}

static void pursue_attacker(struct tx *tx, const struct mind *m)
{
	uint32_t enemy = player_of_account(tx, m, m->creature->attacker_id);
	const struct body *body = &tx->world->bodies[enemy];
	if (enemy == 0 || !in_sight(tx, m, enemy) || (is_immobilised(m) && !is_ahead(m, body)) ||
		tx->world->players[enemy].dead || !body_is_seen(tx, enemy)) {
		if (enemy == 0 || tx->world->players[enemy].dead || !in_sight(tx, m, enemy))
			creature_calm(tx, m->index);
		return;
	}
	if (is_kept_peaceful(tx, m, enemy) || master_forbids(tx, m, enemy)) {
		creature_calm(tx, m->index);
		return;
	}
	if (has_spells(m))
		casts(tx, m, enemy);
	else if (body_distance(m->body, body) == 1 && m->body->creature != CREATURE_WATER_ELEMENTAL)
		strikes(tx, m, enemy, heading_to_neighbour(m->body, body->x, body->y));
	if (!is_immobilised(m) && body->map == m->body->map && !tx->world->players[enemy].dead)
		creature_step_to(tx, m->index, body->x, body->y);
}

static void follow_master(struct tx *tx, const struct mind *m)
{
	uint32_t master = master_of(tx, m);
	if (is_immobilised(m))
		return;
	if (master != 0 && !tx->world->players[master].dead && body_is_seen(tx, master) && in_sight(tx, m, master) &&
		body_distance(m->body, &tx->world->bodies[master]) > FOLLOW_NEAR &&
		creature_step_to(tx, m->index, tx->world->bodies[master].x, tx->world->bodies[master].y))
		return;
	wander(tx, m);
}

/* Creature against creature. A dragon answers a fire elemental at once, with a spell of its own. */
static bool dragon_answers(struct tx *tx, uint32_t dragon, uint32_t enemy)
{
	const struct mind m = mind_of(tx, dragon);
	if (m.def == NULL || m.def->kind != CREATURE_DRAGON || !has_spells(&m) || is_paralysed(&m))
		return false;
	SET(tx, m.creature->strike_due_ms, 0);
	return casts(tx, &m, enemy);
}

static void fight_creature(struct tx *tx, const struct mind *m)
{
	struct body *enemy = handle_body(tx->world, m->creature->target);
	uint32_t index = m->creature->target.index;
	if (enemy == NULL || enemy->kind != BODY_CREATURE || enemy->map != m->body->map ||
		abs(enemy->x - m->body->x) > ENEMY_REACH || abs(enemy->y - m->body->y) > ENEMY_REACH ||
		is_kept_peaceful(tx, m, index)) {
		creature_calm(tx, m->index);
		return;
	}
	uint32_t master = master_of(tx, m);
	if (master != 0 && king_is_guarded(tx, index)) {
		tell_text(tx, master, FONT_INFO, TEXT_ATTACK_KING);
		creature_calm(tx, m->index);
		return;
	}
	if (is_immobilised(m) && !is_ahead(m, enemy))
		return;
	if (m->body->creature == CREATURE_FIRE_ELEMENTAL) {
		struct handle self = body_handle(tx->world, m->index), dragon = m->creature->target;
		if (casts(tx, m, index) && handle_body(tx->world, dragon) != NULL && enemy->map != 0)
			dragon_answers(tx, index, m->index);
		if (handle_body(tx->world, self) == NULL || m->body->map == 0)
			return;
	} else if (body_distance(m->body, enemy) == 1 && may_strike(tx, m)) {
		creature_face(tx, m->index, heading_to_neighbour(m->body, enemy->x, enemy->y));
		creature_strikes_creature(tx, m->index, index, true);
	}
	enemy = handle_body(tx->world, m->creature->target); /* it may be dead, and have appeared somewhere else */
	if (enemy != NULL && enemy->map == m->body->map && !is_immobilised(m))
		creature_step_to(tx, m->index, enemy->x, enemy->y);
}

/* --- looking for a way ------------------------------------------------------------------------------------------------------ */

static uint32_t prey_within_reach(const struct tx *tx, const struct mind *m)
{
	for (uint32_t i = tx->world->maps[m->body->map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		const struct body *body = &tx->world->bodies[i];
		if (abs(body->x - m->body->x) <= PATH_REACH && abs(body->y - m->body->y) <= PATH_REACH && body_is_seen(tx, i) &&
			creature_may_want(tx, i))
			return i;
	}
	return 0;
}

static void go_along_path(struct tx *tx, const struct mind *m)
{
	if (is_immobilised(m))
		return;
	uint32_t prey = prey_within_reach(tx, m);
	if (prey == 0) {
		forget(tx, m);
		return;
	}
	const struct body *body = &tx->world->bodies[prey];
	if (body_distance(m->body, body) > 1 && !creature_follow_path(tx, m->index, body->x, body->y))
		creature_step_anywhere(tx, m->index);
}

static void movement_part(struct tx *tx, const struct mind *m)
{
	bool stepped;
	switch (m->creature->movement) {
	case MOVEMENT_WANDERS:
		stepped = wander(tx, m);
		if (m->def->kind == CREATURE_ROYAL_GUARD || m->def->kind == CREATURE_CHAOS_GUARD)
			guard_chases(tx, m, stepped);
		break;
	case MOVEMENT_HUNTS:
		hunt(tx, m);
		break;
	case MOVEMENT_DEFENDS:
		pursue_attacker(tx, m);
		break;
	case MOVEMENT_GUARDS:
		guard_chases(tx, m, false);
		break;
	case MOVEMENT_OBJECT:
		shoot_around(tx, m);
		break;
	case MOVEMENT_FOLLOWS:
		follow_master(tx, m);
		break;
	case MOVEMENT_FIGHTS_CREATURES:
		fight_creature(tx, m);
		break;
	case MOVEMENT_FINDS_PATHS:
		go_along_path(tx, m);
		break;
	default:
		break;
	}
}

/* --- the beat -------------------------------------------------------------------------------------------------------------------- */

uint64_t creature_first_beat_ms(const struct tx *tx, uint32_t index)
{
	enum { SPREAD = 7919 }; /* a prime: neighbours in number are not neighbours in time */
	uint64_t beat_ms = (uint64_t)tx->config->intervals.creature_beat_ms;
	return tx->now_ms + 1 + (uint64_t)index * SPREAD % beat_ms;
}

/* The next beat, one interval after this one. Who is late by more than that begins at a moment of its own, so that the creatures
 * of a map that wakes do not move all at once. */
static uint64_t next_beat_ms(const struct tx *tx, uint32_t index, uint64_t due_ms)
{
	uint64_t next_ms = due_ms + (uint64_t)tx->config->intervals.creature_beat_ms;
	return next_ms > tx->now_ms ? next_ms : creature_first_beat_ms(tx, index);
}

/* Its owner's time is over (12.7). */
static void ownership_ages(struct tx *tx, const struct mind *m)
{
	if (m->creature->owner.index == 0 || m->creature->owned_until_ms > tx->now_ms)
		return;
	uint32_t owner = owner_of(tx, m);
	if (owner != 0 && tx->world->bodies[owner].map == m->body->map && tx->world->players[owner].owned.index == m->index)
		ownership_lose(tx, owner);
	else
		SET(tx, m->creature->owner, ((struct handle){0}));
}

void creature_beat(struct tx *tx, uint32_t index)
{
	struct mind m = mind_of(tx, index);
	SET(tx, m.creature->act_due_ms, next_beat_ms(tx, index, m.creature->act_due_ms));
	if (m.def == NULL)
		return;
	ownership_ages(tx, &m);
	if (is_paralysed(&m))
		return;
	if (m.def->kind == CREATURE_PRAETORIAN) {
		praetorian_beat(tx, index);
		return;
	}
	/* Who stands still by nature attacks nobody, whatever its record says (16.3). */
	if (m.creature->movement == MOVEMENT_STANDS)
		return;
	const struct handle self = body_handle(tx->world, index);
	if (m.creature->master.index == 0)
		attack_part(tx, &m);
	if (handle_body(tx->world, self) != NULL && m.body->map != 0 && tx->wanted_count == 0)
		movement_part(tx, &m);
}
