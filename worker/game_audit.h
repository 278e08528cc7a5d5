/* game_audit.h - audit.h's look at the world, and what rules and workers keep in order besides: what is worn, who plays whom,
 * what each client was told, unparsed input, chains of unsent output.
 *
 * Reads only; every lock is held. Connections belong to their workers, who go on writing them meanwhile: what looks wrong
 * there is a suspicion first (audit.h). A client is compared with the world only when its worker has read the ring of its map
 * to the head; before that the ring still has to tell. Connections of a worker that is not READY are left out: it is just
 * putting them in order. */
#ifndef ARGENTUM_WORKER_GAME_AUDIT_H
#define ARGENTUM_WORKER_GAME_AUDIT_H

#include "common/world/audit.h"

/* Everything: audit_world, and the above. */
void game_audit(const struct world *world, const struct catalog *catalog, struct audit_room *room, struct audit *audit);

#endif
