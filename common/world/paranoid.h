/* paranoid.h - the comparison behind paranoid mode (tx.h): what a handler wrote must vanish when it is undone. */
#ifndef ARGENTUM_WORLD_PARANOID_H
#define ARGENTUM_WORLD_PARANOID_H

#include <stdbool.h>

#include "common/world/layout.h"

struct tx;

/* Do rules change this region, so that it is watched? Processes, logs, domains, rings, readers and chunks belong to the machinery. */
bool paranoid_watches(enum region_id id);

/* Copies what the transaction could change now. Its locks are held. */
void paranoid_remember(struct tx *tx);

/* Compares with the copy; a difference is counted in tx->paranoid_failures and described in tx->paranoid_where. */
void paranoid_compare(struct tx *tx);

#endif
