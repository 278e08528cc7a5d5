#include "master/scout.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/fd_passing.h"
#include "common/catalog/catalog.h"
#include "common/catalog/difference.h"
#include "common/loop/loop.h"
#include "master/child_start.h"
#include "master/segments.h"

struct scout {
	struct loop *loop;
	struct scout_options options;
	pid_t pid;
	int line; /* our end */
	struct loop_fd *watch;
	struct loop_timer *patience;
};

/* --- in the scout --------------------------------------------------------------------------------------------------- */

static bool redis_ask(struct settings *again, const struct settings *before, struct scout_report *report)
{
	if (settings_load_redis(again, false, &report->why)) {
		report->redis = again->redis;
		return true;
	}
	if (again->redis.count > 0)
		return false; /* it answered, and what it says is wrong */
	report->redis_silent = true;
	report->redis = before->redis;
	return settings_apply_redis(again, &before->redis, &report->why);
}

/* A text with the differences; -1 when there is no memory for it: then they are just not shown. */
static int differences_write(int before_fd, int after_fd)
{
	struct problem why;
	const struct catalog *before = catalog_attach(before_fd, &why), *after = catalog_attach(after_fd, &why);
	int fd = memfd_create("world differences", MFD_CLOEXEC);
	FILE *out = fd >= 0 ? fdopen(dup(fd), "w") : NULL;
	if (before != NULL && after != NULL && out != NULL)
		catalog_difference(before, after, out);
	if (out != NULL)
		fclose(out);
	return fd;
}

static void report_make(const struct scout_options *options, struct scout_report *report, int fds[2])
{
	struct settings again;
	struct segments segments;
	const struct settings none = {
		.redis = {.count = 0}, .options = options->settings->options, .environment = options->settings->environment};
	if (!settings_load_again(&again, &none, &report->why) || !redis_ask(&again, options->settings, report) ||
		!segments_read(&segments, &again.config, &report->why))
		return;
	report->warnings = segments.warnings;
	report->catalog_hash = segments.catalog_hash;
	fds[0] = segments.catalog_fd;
	fds[1] = differences_write(options->catalog_fd, segments.catalog_fd);
	report->good = true;
}

static void report_send(int line, const struct scout_report *report, const int fds[2])
{
	struct scout_report copy = *report; /* an iovec is never const */
	struct iovec iov = {.iov_base = &copy, .iov_len = sizeof copy};
	union fd_room room;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	fd_passing_put(&msg, &room, fds, fds[0] < 0 ? 0 : fds[1] < 0 ? 1 : 2);
	ssize_t n = sendmsg(line, &msg, MSG_NOSIGNAL);
	(void)n; /* the master notices that nothing came */
}

static _Noreturn void scout_run(const struct scout_options *options, int line, pid_t master)
{
	static struct scout_report report;
	int fds[2] = {-1, -1};
	bool master_gone;
	struct process_start process = {.config = &options->settings->config,
									.world_fd = -1,
									.catalog_fd = options->catalog_fd,
									.slot = PROCESS_SLOTS,
									.master = line};
	memset(process.wake_fd, 0xff, sizeof process.wake_fd);
	const struct child_start start = {
		.name = "reload", .master = master, .log_target = options->log_target, .log_path = options->log_path};
	if (!child_start(&start, &process, &master_gone, &report.why))
		_exit(PROCESS_EXIT_CANNOT_START);
	report_make(options, &report, fds);
	report_send(line, &report, fds);
	_exit(PROCESS_EXIT_DONE);
}

/* --- in the master -------------------------------------------------------------------------------------------------- */

void scout_stop(struct scout **scout)
{
	struct scout *s = *scout;
	*scout = NULL;
	if (s == NULL)
		return;
	loop_timer_remove(&s->patience);
	loop_fd_remove(&s->watch);
	if (s->line >= 0)
		close(s->line);
	if (s->pid > 0) {
		kill(s->pid, SIGKILL); /* it has reported, or it is not worth waiting for */
		waitpid(s->pid, NULL, 0);
	}
	free(s);
}

static void report_pass(struct scout *s, const struct scout_report *report, int catalog_fd, int differences_fd)
{
	scout_fn *fn = s->options.report;
	void *context = s->options.context;
	scout_stop(&s);
	fn(context, report, catalog_fd, differences_fd);
}

static void patience_over(void *context)
{
	struct scout *s = context;
	struct scout_report report = {.good = false};
	s->patience = NULL;
	problem_set(&report.why, "reading configuration and world took longer than %d s", SCOUT_PATIENCE_MS / 1000);
	report_pass(s, &report, -1, -1);
}

static void report_read(void *context, unsigned events)
{
	struct scout *s = context;
	static struct scout_report report;
	int fds[2] = {-1, -1};
	struct iovec iov = {.iov_base = &report, .iov_len = sizeof report};
	union fd_room room;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	(void)events;
	fd_passing_expect(&msg, &room);
	ssize_t n = recvmsg(s->line, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		fd_passing_take(&msg, fds, 2);
	if (n != (ssize_t)sizeof report) {
		report = (struct scout_report){.good = false};
		problem_set(&report.why, "the process that read configuration and world ended without a word");
	}
	report_pass(s, &report, fds[0], fds[1]);
}

struct scout *scout_start(struct loop *loop, const struct scout_options *options, struct problem *why)
{
	int pair[2];
	struct scout *s = calloc(1, sizeof *s);
	if (s == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		free(s);
		problem_set(why, "reload: %s", strerror(errno));
		return NULL;
	}
	*s = (struct scout){.loop = loop, .options = *options, .line = pair[0]};
	pid_t master = getpid();
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	s->pid = fork();
	if (s->pid == 0)
		scout_run(options, pair[1], master);
	int error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	s->watch = s->pid > 0 ? loop_fd_add(loop, s->line, LOOP_READ, report_read, s, "reload") : NULL;
	s->patience = loop_timer_once(loop, SCOUT_PATIENCE_MS, patience_over, s, "reload's patience");
	if (s->watch == NULL || s->patience == NULL) {
		problem_set(why, "reload: cannot start a process that reads: %s", strerror(error));
		scout_stop(&s);
	}
	return s;
}
