/* fights.h - creatures in the chaos: who meets one fights it, who died goes to a priest as a ghost and lives again.
 *
 * Dying changes what a player of the chaos may expect: what he carried lies on the ground then, and the living do not hear
 * what a ghost says. So what he left with is compared only with how he comes back when he is as alive as he was, and a talker
 * begins a new thousand of numbers when he died (hearing.c). Gold and things come into the world with what creatures leave, and
 * leave it when they are used up: the rest counts by what the server says of that, and the audit by the ledger (rest.c). */
#ifndef ARGENTUM_CHAOS_FIGHTS_H
#define ARGENTUM_CHAOS_FIGHTS_H

#include "tests/chaos/population.h"

bool player_is_dead(const struct player *player);

/* What he makes of a creature that he sees: drinks, casts, strikes, goes nearer. false: there is none, or he does not care. */
bool player_fights(struct chaos *chaos, struct player *player);

/* On his way to where some creature lives. */
void player_hunts(struct chaos *chaos, struct player *player);

/* A ghost on its way to a priest. false: it plays on as before. */
bool player_mourns(struct chaos *chaos, struct player *player);

/* Each turn: whether he died, or lives again. */
void player_watch_life(struct chaos *chaos, struct player *player);

/* In which thousand a number of a talker is. */
enum { TALK_LIFE = 1000 };

#endif
