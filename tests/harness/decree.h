/* decree.h - property by decree, for tests: the world has it from now on, and the ledger knows (as something that came from
 * elsewhere). For memory that nobody else uses meanwhile; no transaction, no lock. */
#ifndef ARGENTUM_TESTS_DECREE_H
#define ARGENTUM_TESTS_DECREE_H

#include "common/world/world.h"

/* Item 0 empties. */
void decree_stack(struct world *world, struct stack *place, unsigned item, unsigned amount);

/* A purse or an account in the bank. */
void decree_gold(struct world *world, int32_t *purse, int32_t gold);

#endif
