#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* One log per process; set up before threads exist and read by all of them. */
static struct {
	enum log_target target;
	enum log_level level;
	int file;
	char path[256];
	char process[32];
} state = {.target = LOG_TO_STDERR, .level = LOG_LEVEL_INFO, .file = -1, .process = "argentumd"};

static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};
static const int level_syslog[] = {LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
static const char *const target_names[] = {"stderr", "syslog", "file"};

static bool word_find(const char *word, const char *const *names, unsigned count, unsigned *found)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(word, names[i]) == 0) {
			*found = i;
			return true;
		}
	}
	return false;
}

bool log_level_parse(const char *word, enum log_level *level)
{
	unsigned found;
	if (!word_find(word, level_names, sizeof level_names / sizeof *level_names, &found))
		return false;
	*level = (enum log_level)found;
	return true;
}

bool log_target_parse(const char *word, enum log_target *target)
{
	unsigned found;
	if (!word_find(word, target_names, sizeof target_names / sizeof *target_names, &found))
		return false;
	*target = (enum log_target)found;
	return true;
}

static int file_open(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

bool log_open(enum log_target target, enum log_level level, const char *path, struct problem *why)
{
	int file = -1;
	if (target == LOG_TO_FILE) {
		if (path == NULL || *path == '\0' || strlen(path) >= sizeof state.path)
			return problem_set(why, "log.file: a path of 1 to %zu bytes is needed when log.target is \"file\"",
							   sizeof state.path - 1);
		file = file_open(path);
		if (file < 0)
			return problem_set(why, "log.file: cannot open \"%s\" for appending: %s", path, strerror(errno));
		snprintf(state.path, sizeof state.path, "%s", path);
	}
	if (target == LOG_TO_SYSLOG)
		openlog("argentumd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	if (state.file >= 0)
		close(state.file);
	state.file = file;
	state.target = target;
	state.level = level;
	return true;
}

bool log_reopen(struct problem *why)
{
	if (state.target != LOG_TO_FILE)
		return true;
	int file = file_open(state.path);
	if (file < 0)
		return problem_set(why, "cannot open \"%s\" again: %s; the old file stays in use", state.path, strerror(errno));
	close(state.file);
	state.file = file;
	return true;
}

void log_set_process(const char *name)
{
	snprintf(state.process, sizeof state.process, "%s", name);
}

int log_descriptor(void)
{
	return state.target == LOG_TO_FILE ? state.file : STDERR_FILENO;
}

bool log_is_on_stderr(void)
{
	return state.target == LOG_TO_STDERR;
}

enum log_level log_current_level(void)
{
	return state.level;
}

void log_set_level(enum log_level level)
{
	state.level = level;
}

/* Control bytes would let a player's text forge lines; they become '?'. */
static void line_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 32 || *text == 127)
			*text = '?';
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	if (level > state.level)
		return;

	char text[1200];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	line_clean(text);

	if (state.target == LOG_TO_SYSLOG) {
		syslog(level_syslog[level], "%s: %s", state.process, text);
		return;
	}

	struct timespec now;
	struct tm tm;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);

	char line[1400];
	int n = snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %-7s %s: %s\n", tm.tm_year + 1900,
					 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000,
					 level_names[level], state.process, text);
	if (n <= 0)
		return;
	size_t length = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
	/* One write per line: lines of several processes on one descriptor do not mix. A full disk loses the line only. */
	ssize_t written = write(state.target == LOG_TO_FILE ? state.file : STDERR_FILENO, line, length);
	(void)written;
}

bool log_repeat_due(struct log_repeat *repeat, uint64_t now_ms, uint64_t every_ms, uint64_t *suppressed)
{
	if (now_ms < repeat->next_ms) {
		repeat->suppressed++;
		return false;
	}
	*suppressed = repeat->suppressed;
	repeat->suppressed = 0;
	repeat->next_ms = now_ms + every_ms;
	return true;
}
