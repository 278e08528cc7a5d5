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

enum { RENEW_POLLS = 3000, RENEW_POLL_MS = 20 };

/* 1 = another generation serves, -1 = the former one goes on, 0 = under way or no answer just now. */
static int renew_outcome(const struct ctl *ctl, double before)
{
	struct problem why;
	cJSON *reply = remote_ask(ctl->socket, "status", &why);
	int outcome = 0;
	if (reply != NULL && remote_number(reply, "generation") > before)
		outcome = 1;
	else if (reply != NULL && strcmp(remote_text(reply, "generation_step"), "settled") == 0)
		outcome = -1;
	cJSON_Delete(reply);
	return outcome;
}

int renew_command(const struct ctl *ctl, int argc, char **argv)
{
	struct problem why;
	if (argc > 1)
		return command_usage(argv[0], "nothing may follow");
	cJSON *reply = remote_ask(ctl->socket, "renew", &why);
	if (reply == NULL)
		return command_problem(argv[0], &why);
	double before = remote_number(reply, "generation_before");
	cJSON_Delete(reply);
	for (int i = 0; i < RENEW_POLLS; i++) {
		int outcome = renew_outcome(ctl, before);
		if (outcome > 0) {
			printf("generation %.0f of the world serves\n", before + 1);
			return CTL_DONE;
		}
		if (outcome < 0) {
			fprintf(stderr, "argentumctl: renew: it was not made, the former one goes on; the server's log says why\n");
			return CTL_PROBLEM;
		}
		poll(NULL, 0, RENEW_POLL_MS);
	}
	fprintf(stderr, "argentumctl: renew: still under way; the server's log says how it goes\n");
	return CTL_PROBLEM;
}
