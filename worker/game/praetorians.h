/* praetorians.h - the praetorian clan: nine creatures around a centre, each with a part to play
 * (rules-life-combat-magic.md 17). They are creatures like all others (creature.h); what they are about is kept in struct
 * creature (stage, counter). Everything runs in the tick of their map, under its lock. */
#ifndef ARGENTUM_GAME_PRAETORIANS_H
#define ARGENTUM_GAME_PRAETORIANS_H

#include "common/world/tx.h"

/* One beat of one of them. */
void praetorian_beat(struct tx *tx, uint32_t body);

#endif
