/* clock.h - the two clocks. Rules never call these: time comes to them with the transaction. */
#ifndef ARGENTUM_BASE_CLOCK_H
#define ARGENTUM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds and nanoseconds of CLOCK_MONOTONIC; the same in all processes of one boot. */
uint64_t clock_mono_ms(void);
uint64_t clock_mono_ns(void);

/* Seconds and milliseconds since 1970 (UTC). */
int64_t clock_unix_s(void);
int64_t clock_unix_ms(void);

#endif
