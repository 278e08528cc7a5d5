/* praetorians.h - the praetorian clan: a king and his eight, around a centre, each with a part to play
 * (rules-life-combat-magic.md 17). On the map that rules.praetorian_map names, a clan stands in the west or the east; when all
 * of it is dead the next one stands on the other side.
 *
 * They are creatures like all others (creature.h), from the free list. What they are about is kept in struct creature: the
 * clan's centre, `stage` (a mage's countdown to his sacrifice; whether a thief is veiled), `counter` (beats that the king spent healing
 * or on his way back). The side of the clan is the map's (map_state.clan_side). Everything runs in the tick of their map, under
 * its lock, and asks for the realm when one of them is called. What a thief steals goes into
 * the map's hoard and falls when he dies (hoard.h). */
#ifndef ARGENTUM_GAME_PRAETORIANS_H
#define ARGENTUM_GAME_PRAETORIANS_H

#include "common/catalog/kinds.h"
#include "common/world/tx.h"

/* One beat of one of them. */
void praetorian_beat(struct tx *tx, uint32_t body);

/* The map's tick: the next clan comes when the last one is dead. Harmless on other maps. */
void praetorians_tick(struct tx *tx, uint32_t map);

/* Its part, from the catalog's list, else from how it moves. PRAETORIAN_ROLES = none of them. */
enum praetorian_role praetorian_role_of(const struct tx *tx, uint32_t body);

/* Life that a mage's sacrifice takes from who is so far away (Manhattan, at least 1): 880 / distance^(3/7), downwards. */
int praetorian_blast(int distance);

#endif
