/* Short orders to a running server. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "master/ctl/commands.h"
#include "master/ctl/remote.h"

int ping_command(const struct ctl *ctl, int argc, char **argv)
{
	struct problem why;
	if (argc > 1)
		return command_usage(argv[0], "nothing may follow");
	uint64_t asked_ns = clock_mono_ns();
	cJSON *reply = remote_ask(ctl->socket, "ping", &why);
	if (reply == NULL)
		return command_problem(argv[0], &why);
	printf("pid %.0f is %s and answered after %llu us\n", remote_number(reply, "pid"), remote_text(reply, "state"),
		   (unsigned long long)((clock_mono_ns() - asked_ns) / 1000));
	cJSON_Delete(reply);
	return CTL_DONE;
}

/* Until the process is gone, not by its number, which may be somebody else's the next moment. */
static int end_await(int process, int64_t within_s)
{
	struct pollfd wait = {.fd = process, .events = POLLIN};
	int n;
	do
		n = poll(&wait, 1, (int)(within_s * 1000));
	while (n < 0 && errno == EINTR);
	if (n > 0)
		puts("stopped");
	else
		fprintf(stderr, "argentumctl: stop: the server still runs after %lld s\n", (long long)within_s);
	return n > 0 ? CTL_DONE : CTL_PROBLEM;
}

static bool stop_options(int argc, char **argv, bool *now, int64_t *wait_s)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "now") == 0)
			*now = true;
		else if (strcmp(argv[i], "--wait") != 0 || i + 1 == argc || !number_parse(argv[++i], 1, 86400, wait_s))
			return false;
	}
	return true;
}

int stop_command(const struct ctl *ctl, int argc, char **argv)
{
	struct problem why;
	bool now = false;
	int64_t wait_s = 0;
	if (!stop_options(argc, argv, &now, &wait_s))
		return command_usage(argv[0], "\"now\" and --wait SECONDS (1 to 86400) may follow");
	cJSON *reply = remote_ask(ctl->socket, "ping", &why);
	if (reply == NULL)
		return command_problem(argv[0], &why);
	int pid = (int)remote_number(reply, "pid");
	cJSON_Delete(reply);
	int process = wait_s > 0 && pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	reply = remote_ask(ctl->socket, now ? "stop now" : "stop", &why);
	int code = reply == NULL ? command_problem(argv[0], &why) : CTL_DONE;
	cJSON_Delete(reply);
	if (code == CTL_DONE)
		printf("pid %d is stopping%s\n", pid, now ? " without countdown" : "");
	if (code == CTL_DONE && wait_s > 0 && process < 0) {
		problem_set(&why, "cannot wait for pid %d: %s", pid, strerror(errno));
		code = command_problem(argv[0], &why);
	} else if (code == CTL_DONE && wait_s > 0) {
		fflush(stdout);
		code = end_await(process, wait_s);
	}
	if (process >= 0)
		close(process);
	return code;
}

int log_level_command(const struct ctl *ctl, int argc, char **argv)
{
	struct problem why;
	char line[64];
	if (argc != 2)
		return command_usage(argv[0], "a level must follow: error, warning, notice, info or debug");
	snprintf(line, sizeof line, "log-level %.32s", argv[1]);
	cJSON *reply = remote_ask(ctl->socket, line, &why);
	if (reply == NULL)
		return command_problem(argv[0], &why);
	double unchanged = remote_number(reply, "processes_unchanged");
	printf("the log level is %s until the next start", remote_text(reply, "level"));
	if (unchanged > 0)
		printf("; %.0f processes keep theirs until they are restarted", unchanged);
	putchar('\n');
	cJSON_Delete(reply);
	return CTL_DONE;
}
