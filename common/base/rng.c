#include "common/base/rng.h"

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
	/* splitmix64 fills the state, so that close seeds give unrelated streams and no state is all zero. */
	for (int i = 0; i < 4; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15u);
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		rng->s[i] = z ^ (z >> 31);
	}
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

int32_t rng_range(struct rng *rng, int32_t low, int32_t high)
{
	if (high <= low)
		return low;
	uint64_t span = (uint64_t)((int64_t)high - low) + 1;
	/* Multiply-shift with rejection: no modulo bias. */
	for (;;) {
		uint64_t x = rng_next(rng) >> 32;
		uint64_t m = x * span;
		if ((m & 0xffffffffu) >= (0x100000000u - span) % span)
			return (int32_t)((int64_t)low + (int64_t)(m >> 32));
	}
}
