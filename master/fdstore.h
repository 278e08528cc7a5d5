/* fdstore.h - what the service manager keeps for the server that comes after a dead one (systemd: FileDescriptorStoreMax=).
 *
 * With control.fd_store on, the manager is given ($NOTIFY_SOCKET, FDSTORE=1) the world, the catalog, the listening
 * sockets, and a duplicate of every client's socket. When the master dies, by whatever hand, its workers end between two
 * transactions and leave their players' connections open, the keeper writes a last cut, and the manager starts the server
 * again, which gets all of it back ($LISTEN_FDS, $LISTEN_FDNAMES): workers and keeper are born into the world that was,
 * adopt the connections, and the players see a pause. Whatever is left over that cannot be understood (another layout, a world
 * whose processes still live, sockets that nobody knows) leads to a cold start from the store, never to a refusal.
 *
 * Names: "argentumd-world", "argentumd-catalog", "argentumd-listener-N", "argentumd-client-N" (N is the connection's index;
 * which client a socket belongs to is told by its peer's address, so that an old one is never taken for a new one). One
 * entry for each client, since the manager takes an entry away by its name only. FileDescriptorStoreMax= must exceed
 * limits.max_connections by WORKERS_MAX and 64; what does not fit is not kept, and logged by the manager.
 *
 * The manager's socket may be full: what could not be said is said again at fdstore_turn. Nothing here blocks. After an orderly
 * stop everything is taken back. Private to the master. */
#ifndef ARGENTUM_MASTER_FDSTORE_H
#define ARGENTUM_MASTER_FDSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "master/listeners.h"
#include "master/segments.h"

struct vault;

enum { FDSTORE_ABSENT, FDSTORE_KEPT, FDSTORE_TO_KEEP, FDSTORE_TO_REPLACE, FDSTORE_TO_FORGET };

struct fdstore {
	bool on;
	uint8_t *client; /* [size]: FDSTORE_... by connection index */
	uint32_t size;
	uint32_t waiting;   /* clients whose state is not the manager's yet */
	uint32_t next;      /* where fdstore_turn goes on */
	unsigned base_said; /* steps of saying world, catalog and listeners that are done, two for each */
};

/* What a predecessor left with the manager. Descriptors are the caller's; -1 = none. */
struct leftover {
	int world_fd, catalog_fd;
	int listener[WORKERS_MAX];
	unsigned listeners; /* 0..N-1 are all there */
	int *client;        /* [clients]: by connection index, -1 = none */
	uint32_t clients;
	unsigned count; /* all that was passed */
};

/* Takes what the manager passes, and the variables from the environment. false: nothing was passed to this process. */
bool leftover_take(struct leftover *leftover);

/* Closes what is still there; clients among it are told so. */
void leftover_drop(struct leftover *leftover);

/* `on`: control.fd_store. For connections 1..connections. */
bool fdstore_create(struct fdstore *store, bool on, uint32_t connections, struct problem *why);
void fdstore_destroy(struct fdstore *store);

/* World, catalog and listening sockets are others now: they are said anew. */
void fdstore_base_is_new(struct fdstore *store);

/* The manager has world, catalog and so many listening sockets. */
void fdstore_base_is_kept(struct fdstore *store, unsigned listeners);

/* A client's socket came, or (-1) is gone. Said at once when nothing waits. */
void fdstore_client(struct fdstore *store, uint32_t connection, int fd);

/* The manager has it already: it was taken over from a leftover. */
void fdstore_client_is_kept(struct fdstore *store, uint32_t connection);

/* Says what waits. Now and then, and after each change. */
void fdstore_turn(struct fdstore *store, const struct vault *vault, const struct segments *segments,
				  const struct listeners *listeners);

/* The server ended in order: the manager shall keep nothing. Waits for it, a second at most. */
void fdstore_forget_all(const struct fdstore *store, unsigned listeners);

/* The server starts cold: nor what was left over. */
void leftover_forget(const struct leftover *leftover);

#endif
