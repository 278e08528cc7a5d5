/* processes.h - what processes use: processor seconds and memory. A process that is gone has used nothing. */
#ifndef ARGENTUM_BENCH_PROCESSES_H
#define ARGENTUM_BENCH_PROCESSES_H

#include <stdint.h>
#include <sys/types.h>

/* Of all its threads, in the program and in the kernel. */
double process_cpu_s(pid_t pid);

/* From /proc/PID/smaps_rollup. `rss` counts shared pages in every process, `pss` divides them among their users; `anonymous`
 * is what belongs to no file and no segment: heap and stack. */
struct process_memory {
	uint64_t rss_kib, pss_kib, private_kib, anonymous_kib;
};
struct process_memory process_memory(pid_t pid);

#endif
