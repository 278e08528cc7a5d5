/* vault_link.h - the worker's line to the master's vault: a duplicate of each client's socket is deposited at accept and
 * dropped at close, so that the socket outlives this process. Never blocks: what the line does not take waits its turn, and
 * the client whose deposit waits is not read from (client->undeposited): whoever was answered outlives his worker. */
#ifndef ARGENTUM_WORKER_VAULT_LINK_H
#define ARGENTUM_WORKER_VAULT_LINK_H

#include "worker/worker.h"

bool vault_link_create(struct worker *w, struct problem *why);
void vault_link_destroy(struct worker *w);

void vault_link_deposit(struct worker *w, struct client *client);
void vault_link_drop(struct worker *w, const struct client *client);

/* A socket of the vault that is no connection of this world. */
void vault_link_forget(struct worker *w, struct handle connection);

/* One message to the master, with a descriptor (-1 = none), without blocking. false with errno. */
bool vault_link_send(int master, const struct master_message *message, int fd);

/* Sends what waits; once per turn. */
void vault_link_turn(struct worker *w);

#endif
