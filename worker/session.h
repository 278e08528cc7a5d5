/* session.h - the way into the world: login, creation, taking a character over. What needs the store and the password
 * check, neither of which may be waited for; the connection is CHECKING meanwhile and its input waits.
 *
 *   1. reserve the name (realm): from here on nobody else can come in under it. Is the character in the world already
 *      (playing, lingering after a lost connection, or gone but not yet saved), it is taken over from there instead
 *   2. ask the store for the account, then for the character; a new one must not be there
 *   3. check the password (or hash the new one) on a job thread
 *   4. enter the world: one transaction
 *
 * When the world was made anew under the players (master/generation.h) those who played come back by 1, 2 and 4 alone; and
 * until all have their names (realm.returning), everybody else's 1 waits. What they do meanwhile waits until all are in.
 *
 * Across every wait only handles are kept: the connection may be closed, the character gone meanwhile. When the worker
 * dies, its reservations are released by its successor (session_release_leftovers). */
#ifndef ARGENTUM_WORKER_SESSION_H
#define ARGENTUM_WORKER_SESSION_H

#include "common/protocol/packets.h"
#include "worker/worker.h"

void session_login(struct worker *w, struct client *client, const struct c2s_LOGIN_EXISTING_CHAR *wish);
void session_create(struct worker *w, struct client *client, const struct c2s_LOGIN_NEW_CHAR *wish);

/* Who played this account's character in the former generation comes back to it: no password is asked for, the connection was
 * greeted already, and a store that is away is asked again for workers.return_timeout_s. Its name is reserved before this
 * returns, or it is refused. Also for one whose worker died meanwhile: then the slot is reserved for it already. */
void session_return(struct worker *w, struct client *client, struct text name, uint32_t account);

/* Who came along does and says nothing before all are back in the world: somebody who stood beside him would miss it. Nor is
 * he shown anything: what he did meanwhile comes before that.
 * `begin` once, when those of this worker are on their way; `goes_on` once per turn: true while it is so, for three seconds at
 * most, since a store may be away. When it ends, the input that waited is looked at. */
void session_hold_begin(struct worker *w);
bool session_hold_goes_on(struct worker *w);

/* The client is closed: what is under way ends as soon as its answer comes. Harmless without a session. */
void session_cancel(struct worker *w, struct client *client);

/* The slot that is reserved for one who comes back is given up: his connection cannot be gone on with. */
void session_release(struct worker *w, struct handle player);

/* Names that the former process in this slot had reserved are free again. */
void session_release_leftovers(struct worker *w);

#endif
