/* slow.h - the line in the log about a transaction that took long: whoever wants its map, or waits for its worker, waited
 * too. The figures of all of them are in traffic.h. */
#ifndef ARGENTUM_WORLD_SLOW_H
#define ARGENTUM_WORLD_SLOW_H

#include "common/world/tx.h"

/* After a transaction that took so long, waiting for locks included; called when nothing is held. Over log.slow_ms (0 = off) it
 * warns, once in 10 s, of what it was (tx->row), for whom and where, as far as the process's black box or its locks tell.
 * Silent without a configuration, and under paranoia, where everything is slow. */
void slow_check(struct tx *tx, uint64_t took_ns);

#endif
