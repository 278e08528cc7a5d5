/* creature_sense.h - whom creatures take notice of (rules-life-combat-magic.md 16.4): small questions that their minds
 * (creature_ai.c, praetorians.c) ask alike. Everything wants the lock of the creature's map. */
#ifndef ARGENTUM_GAME_CREATURE_SENSE_H
#define ARGENTUM_GAME_CREATURE_SENSE_H

#include "worker/game/creature.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

/* A creature that has its beat. */
struct mind {
	uint32_t index;
	struct body *body;
	struct creature *creature;
	const struct creature_def *def; /* NULL: it is none any more */
};

static inline struct mind mind_of(const struct tx *tx, uint32_t index)
{
	return (struct mind){.index = index,
						 .body = &tx->world->bodies[index],
						 .creature = creature_of(tx->world, index),
						 .def = creature_def_of(tx, index)};
}

/* It may strike or cast now. */
static inline bool may_strike(const struct tx *tx, const struct mind *m)
{
	return m->creature->strike_due_ms <= tx->now_ms;
}

/* On its map, in the window that a player would look at. */
static inline bool in_sight(const struct tx *tx, const struct mind *m, uint32_t other)
{
	const struct body *body = &tx->world->bodies[other];
	return body->map == m->body->map && tile_in_sight(m->body, body->x, body->y);
}

/* Somebody whom creatures attack at all: alive, no staff, not taken for one of theirs, not just arrived. */
static inline bool creature_may_want(const struct tx *tx, uint32_t player)
{
	const struct player *p = &tx->world->players[player];
	return !p->dead && !player_is_staff(p) && !p->ignored && p->protected_until_ms <= tx->now_ms;
}

/* Neither hidden nor invisible. */
static inline bool body_is_seen(const struct tx *tx, uint32_t body)
{
	return (tx->world->bodies[body].flags & (BODY_HIDDEN | BODY_INVISIBLE | BODY_ADMIN_INVISIBLE)) == 0;
}

#endif
