/* clock.h - the two clocks. Rules never call these: time comes to them with the transaction. */
#ifndef ARGENTUM_BASE_CLOCK_H
#define ARGENTUM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds and nanoseconds of CLOCK_MONOTONIC; the same in all processes of one boot. */
uint64_t clock_mono_ms(void);
uint64_t clock_mono_ns(void);

/* Nanoseconds from then until now; 0 when a test set the clock back meanwhile. */
static inline uint64_t clock_since_ns(uint64_t began_ns)
{
	uint64_t now_ns = clock_mono_ns();
	return now_ns > began_ns ? now_ns - began_ns : 0;
}

/* Hook for tests: added to both, in this process and in those it forks, so that a world can begin just before a power of two
 * of milliseconds. No program that is shipped sets it. */
extern uint64_t clock_test_offset_ms;

/* Seconds and milliseconds since 1970 (UTC). */
int64_t clock_unix_s(void);
int64_t clock_unix_ms(void);

#endif
