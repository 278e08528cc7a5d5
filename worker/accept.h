/* accept.h - newcomers. The listening sockets belong to the master for life: they are watched here, never closed. */
#ifndef ARGENTUM_WORKER_ACCEPT_H
#define ARGENTUM_WORKER_ACCEPT_H

#include "worker/worker.h"

bool accept_start(struct worker *w, struct problem *why);

/* Serves the listening sockets that are this worker's in its team (listener_is_of), and no others. */
void accept_update(struct worker *w);

/* Once per turn: whether newcomers, who waited until all had come along into this generation (realm.returning), may come. */
void accept_turn(struct worker *w);

/* No new clients from here on (the kernel keeps them waiting for our successor). */
void accept_stop(struct worker *w);

#endif
