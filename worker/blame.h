/* blame.h - accounts whose packets kill workers: disconnected each time, and from the second time on kept out for a while that
 * doubles (workers.kept_out_s, up to an hour). Ten quiet minutes and all is forgotten.
 *
 * A small table in the realm, written under its lock. When it is full the account that was blamed longest ago goes. A fresh
 * generation begins with what the former one knew: those whose packets kill would else only have to kill often enough. */
#ifndef ARGENTUM_WORKER_BLAME_H
#define ARGENTUM_WORKER_BLAME_H

#include "common/world/world.h"

struct worker;

/* Notes it, in a transaction of its own, and logs when he is kept out from now on. account 0: a character that was never
 * saved has none to be kept out by. `name` is for the log. */
void blame_account(struct worker *w, uint32_t account, const char *name);

/* Milliseconds for which this account is still kept out; 0 = it may enter. No lock needed for a look; under the realm's lock
 * it is the truth. */
uint64_t blame_keeps_out_ms(const struct world *world, uint32_t account, uint64_t now_ms);

/* Into a world that nobody serves yet, from a former one, which may be damaged and in use: what makes no sense is left out.
 * Takes no lock. */
void blame_carry_over(struct realm *realm, const struct realm *former, uint64_t now_ms);

/* How long the n-th blame in a row keeps out; pure. */
uint64_t blame_pause_ms(uint32_t blames, uint64_t first_ms);

#endif
