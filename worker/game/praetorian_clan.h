/* praetorian_clan.h - the clan as a whole: who belongs to it, and the calling back of the dead. Nothing
 * here has data of its own (praetorians.h); everything wants the lock of the clan's map. */
#ifndef ARGENTUM_GAME_PRAETORIAN_CLAN_H
#define ARGENTUM_GAME_PRAETORIAN_CLAN_H

#include "common/world/tx.h"

/* Both are praetorians around the same centre. */
bool same_clan(const struct tx *tx, uint32_t body, uint32_t other);

/* One of the king's dead stands at its post again. Wants the realm. */
void ally_call_back(struct tx *tx, uint32_t king);

#endif
