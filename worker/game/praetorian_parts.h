/* praetorian_parts.h - what the praetorians have in common, and the beats that have files of their own: for the files behind
 * praetorians.h alone. Everything wants the lock of the clan's map. */
#ifndef ARGENTUM_GAME_PRAETORIAN_PARTS_H
#define ARGENTUM_GAME_PRAETORIAN_PARTS_H

#include "worker/game/creature_sense.h"

/* --- their spells --------------------------------------------------------------------------------------------------------- */

typedef bool praetorian_spell_fn(const struct spell_def *spell);

static inline bool spell_that_hurts(const struct spell_def *spell)
{
	return spell->change[SPELL_HP].direction == SPELL_LOWERS;
}

static inline bool spell_that_holds(const struct spell_def *spell)
{
	return (spell->flags & (SPELL_PARALYSES | SPELL_IMMOBILISES)) != 0;
}

static inline bool spell_that_unveils(const struct spell_def *spell)
{
	return (spell->flags & SPELL_CLEARS_INVISIBILITY) != 0;
}

/* The first of its spells that does so; 0 = it has none. */
unsigned praetorian_spell_find(const struct tx *tx, const struct mind *m, praetorian_spell_fn *does);

/* Casts it. false: it has none, or nothing came of it. */
bool praetorian_casts(struct tx *tx, const struct mind *m, praetorian_spell_fn *does, uint32_t target);

/* It did something that is no blow and no spell. */
void praetorian_strike_spent(struct tx *tx, const struct mind *m);

/* --- whom they see, and where they go ------------------------------------------------------------------------------------ */

struct wish {
	bool see_veiled;  /* the hidden and invisible are seen too */
	bool reachable;   /* only around the centre */
	bool in_view;     /* only in the window */
	uint16_t classes; /* bit (class - 1): these before all others; 0 = the nearest of all */
	bool not_blind;
};

static inline uint16_t class_bit(unsigned class_id)
{
	return (uint16_t)(1u << (class_id - 1));
}

/* The nearest of those it wishes for; those of the classes it prefers come first. 0 = nobody. */
uint32_t praetorian_enemy_find(const struct tx *tx, const struct mind *m, const struct wish *wish);

/* Somebody in sight who is paralysed, or is not: the first or the last of them on the map's list, by lot. */
uint32_t praetorian_held_enemy_find(struct tx *tx, const struct mind *m, bool held, bool see_veiled);

/* An enemy stands beside it. */
bool praetorian_is_pressed(const struct tx *tx, const struct mind *m);

/* One greedy step: a heading that brings it nearer, in an order chosen by lot, else any other that is free. */
void praetorian_walk_to(struct tx *tx, const struct mind *m, int x, int y);
void praetorian_walk_home(struct tx *tx, const struct mind *m);

/* --- their beats ---------------------------------------------------------------------------------------------------------- */

void praetorian_mage_beat(struct tx *tx, const struct mind *m);
void praetorian_thief_beat(struct tx *tx, const struct mind *m);

#endif
