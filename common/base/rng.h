/* rng.h - seeded random numbers for the rules (xoshiro256**). The same seed gives the same game; not for secrets. */
#ifndef ARGENTUM_BASE_RNG_H
#define ARGENTUM_BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* Any seed is good, 0 too. */
void rng_seed(struct rng *rng, uint64_t seed);

uint64_t rng_next(struct rng *rng);

/* Uniform integer from low to high, both included. high < low gives low (the guard that rules-life-combat-magic.md
 * 0.2 asks for). */
int32_t rng_range(struct rng *rng, int32_t low, int32_t high);

/* True so many times of a hundred: R(1,100) is not above it. */
static inline bool rng_chance(struct rng *rng, int percent)
{
	return rng_range(rng, 1, 100) <= percent;
}

#endif
