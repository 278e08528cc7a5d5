/* realm.h - names and player slots: who exists in the world now, and under which name nobody else may enter.
 *
 * Belongs to the realm's domain: every function that takes a tx wants the realm held. Names are compared as the
 * classic server does, without regard to case (Latin-1). A name is taken from the moment it is reserved until the cut
 * with its departure is durable; so two who ask for one name at the same instant cannot both get it, and who reads the
 * store after reserving sees the last state. */
#ifndef ARGENTUM_WORLD_REALM_H
#define ARGENTUM_WORLD_REALM_H

#include "common/protocol/text.h"
#include "common/world/tx.h"

/* Player index, 0 = nobody in the world has this name. */
uint32_t realm_find(const struct world *world, struct text name);

/* Of a name without case: player.name_hash. */
uint64_t realm_name_hash(struct text name);

/* Takes a free slot for the name: state RESERVED for this process and connection, everything else zero, body free.
 * 0 = the world is full. The name must not be there yet and be shorter than NAME_BYTES. */
uint32_t realm_reserve(struct tx *tx, struct text name, struct handle connection);

/* Gives the slot and the name back. The body must be off the map. */
void realm_release(struct tx *tx, uint32_t player);

/* A body for a creature that no map's files place: it stands nowhere yet, everything of it and of its struct creature zero but
 * the generation, which is new. 0 = none is free. What is done with it later, up to realm_creature_give, goes under the lock of its
 * map; giving it back wants both. The body must be off the map then, and no list of it. */
uint32_t realm_creature_take(struct tx *tx);
void realm_creature_give(struct tx *tx, uint32_t body);

/* The next account id (the store's accounts:counter + 1 ...); 0 = none is left: ids are below UINT32_MAX, and never
 * begin anew, since each has an owner. */
uint32_t realm_account_id(struct tx *tx);

struct handle player_handle(const struct world *world, uint32_t player);
struct text player_name(const struct player *player);

#endif
