/* resume.h - going on in the world of a master that died, from what the service manager kept (fdstore.h).
 *
 * The former master's children may still live: they are waited for, and killed when they take too long; nobody may be born
 * into a slot whose process lives. The segments are then looked at: the same program's layout, complete, the catalog that
 * the world was made from. The master reads who owns which connection, without a lock, since nobody else is there; it changes
 * nothing. Workers and keeper then do what they do after any death: settle, adopt, claim the store.
 *
 * A leftover that does not fit is dropped, with a line that says why: the server starts from the store. */
#ifndef ARGENTUM_MASTER_RESUME_H
#define ARGENTUM_MASTER_RESUME_H

#include <stdbool.h>

struct master;
struct leftover;

/* Takes the leftover listening sockets, when they are what the settings want. Blocks while it resolves a name. */
bool resume_listeners(struct master *master, struct leftover *leftover);

/* Takes the leftover world. false: it does not fit, or there is none. May block for RESUME_WAIT_MS. */
bool resume_world(struct master *master, struct leftover *leftover);

/* Into the vault with the clients' sockets, and out with those that nobody knows. The children must be prepared. */
void resume_clients(struct master *master, struct leftover *leftover);

enum { RESUME_WAIT_MS = 20000 };

#endif
