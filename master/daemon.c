#include "master/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/log.h"

struct daemon_message {
	int status;
	char text[512];
};

static _Noreturn void wait_for_report(int from)
{
	struct daemon_message message;
	ssize_t n;
	do
		n = read(from, &message, sizeof message);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof message) {
		fprintf(stderr, "argentumd: the server died before it was ready; its log says why\n");
		exit(EXIT_FAILURE);
	}
	message.text[sizeof message.text - 1] = '\0';
	if (message.text[0] != '\0')
		fprintf(message.status == 0 ? stdout : stderr, "argentumd: %s\n", message.text);
	exit(message.status);
}

static bool standard_to_null(struct problem *why)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return problem_set(why, "--daemon: /dev/null: %s", strerror(errno));
	bool good = dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0;
	if (null > STDERR_FILENO)
		close(null);
	return good || problem_set(why, "--daemon: dup2: %s", strerror(errno));
}

bool daemon_start(struct daemon *daemon, struct problem *why)
{
	int report[2];
	if (pipe2(report, O_CLOEXEC) != 0)
		return problem_set(why, "--daemon: pipe: %s", strerror(errno));
	fflush(NULL);
	pid_t child = fork();
	if (child < 0)
		return problem_set(why, "--daemon: fork: %s", strerror(errno));
	if (child > 0) {
		close(report[1]);
		waitpid(child, NULL, 0);
		wait_for_report(report[0]);
	}
	close(report[0]);
	daemon->report = report[1];
	/* A session of its own, then a child of its leader: it can never get a terminal again. */
	if (setsid() < 0 || (child = fork()) < 0) {
		problem_set(why, "--daemon: %s", strerror(errno));
		daemon_report(daemon, EXIT_FAILURE, why->text);
		_exit(EXIT_FAILURE);
	}
	if (child > 0)
		_exit(EXIT_SUCCESS);
	umask(027);
	return standard_to_null(why);
}

void daemon_report(struct daemon *daemon, int status, const char *text)
{
	struct daemon_message message = {.status = status};
	if (daemon->report < 0) {
		if (status != EXIT_SUCCESS && !log_is_on_stderr())
			fprintf(stderr, "argentumd: %s\n", text);
		return;
	}
	snprintf(message.text, sizeof message.text, "%s", text);
	ssize_t n = write(daemon->report, &message, sizeof message); /* shorter than PIPE_BUF: whole or not at all */
	(void)n;
	close(daemon->report);
	daemon->report = -1;
}
