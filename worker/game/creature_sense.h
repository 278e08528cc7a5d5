/* creature_sense.h - whom creatures take notice of (rules-life-combat-magic.md 16.4): small questions that their minds
 * (creature_ai.c, praetorians.c) ask alike. Everything wants the lock of the creature's map. */
#ifndef ARGENTUM_GAME_CREATURE_SENSE_H
#define ARGENTUM_GAME_CREATURE_SENSE_H

#include <stdlib.h>

#include "worker/game/rule.h"

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

static inline int body_distance(const struct body *a, const struct body *b)
{
	return abs(a->x - b->x) + abs(a->y - b->y);
}

#endif
