/* log.h - one line an event, for the operator: what happened, to whom, what was done, what he may do.
 *
 * Levels: ERROR a human should look today; WARNING will become one; NOTICE a change of state; INFO once per
 * connection; DEBUG off unless asked for. Lines go to stderr, syslog/journald or a file. Each line carries the
 * process's name ("master", "worker 2", "keeper"). Never pass a password, a token or a whole packet.
 *
 * Process-wide state (the target), set before threads start; log_line itself may be called from any thread.
 * Never called while a world lock is held (design: nothing slow under a lock). */
#ifndef ARGENTUM_BASE_LOG_H
#define ARGENTUM_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_FILE };

/* Names as written in the configuration: "error" ... "debug"; "stderr", "syslog", "file". Return false if unknown. */
bool log_level_parse(const char *word, enum log_level *level);
bool log_target_parse(const char *word, enum log_target *target);

/* Chooses where lines go. `path` is used for LOG_TO_FILE only (opened for appending, mode 0640). Without a call:
 * stderr, level INFO. On failure nothing changes. */
bool log_open(enum log_target target, enum log_level level, const char *path, struct problem *why);

/* Opens the file of LOG_TO_FILE again (after rotation). Harmless for the other targets. */
bool log_reopen(struct problem *why);

/* Name shown in each line of this process, e.g. "worker 2". Copied, at most 31 bytes. */
void log_set_process(const char *name);

/* Where lines go, for a signal handler, which cannot call log_line; stderr when that is syslog. */
int log_descriptor(void);

/* false: whoever started the process by hand does not read its lines. */
bool log_is_on_stderr(void);

enum log_level log_current_level(void);
void log_set_level(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)                                                                                                 \
	do {                                                                                                               \
		if (log_current_level() >= LOG_LEVEL_DEBUG)                                                                    \
			log_line(LOG_LEVEL_DEBUG, __VA_ARGS__);                                                                    \
	} while (0)

/* The same trouble again and again is logged once, then counted: keep one of these beside the place that logs, and
 * ask log_repeat_due before logging. It answers true at most once per `every_ms`, and puts into *suppressed how many
 * were swallowed since. `now_ms` is any monotonic clock. */
struct log_repeat {
	uint64_t next_ms;
	uint64_t suppressed;
};
bool log_repeat_due(struct log_repeat *repeat, uint64_t now_ms, uint64_t every_ms, uint64_t *suppressed);

#endif
