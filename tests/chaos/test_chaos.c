/* The chaos in small, for every day: a minute on each store. And that it would find something, if there were something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/redis_server.h"

enum { ARGUMENTS_MAX = 32 };

static const char *setting(const char *name, const char *usual)
{
	const char *value = getenv(name);
	return value != NULL && *value != '\0' ? value : usual;
}

/* In the child: with these arguments, and the seed; what it says goes to `output`, or (NULL) where ours goes. */
static void chaos_exec(const char *const *arguments, const char *output)
{
	char program[512];
	const char *words[ARGUMENTS_MAX] = {program, "--seed", setting("CHAOS_SEED", "1")};
	unsigned count = 3;
	snprintf(program, sizeof program, "%s/tests/chaos/chaos", setting("ARGENTUM_BUILD", "build"));
	while (*arguments != NULL && count < ARGUMENTS_MAX - 1)
		words[count++] = *arguments++;
	words[count] = NULL;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (output != NULL && (freopen(output, "w", stdout) == NULL || dup2(STDOUT_FILENO, STDERR_FILENO) < 0))
		_exit(127);
	execv(program, (char *const *)words);
	perror(program);
	_exit(127);
}

/* Its exit status. */
static int chaos_run(const char *const *arguments, const char *output)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		chaos_exec(arguments, output);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_minute_of_it(const char *store)
{
	const char *const arguments[] = {"--store",   store, "--seconds", setting("CHAOS_SECONDS", "45"),
									 "--players", "60",  NULL};
	assert_int_equal(chaos_run(arguments, NULL), 0);
}

static void players_notice_nothing_of_a_minute_of_chaos_on_the_embedded_store(void **state)
{
	(void)state;
	a_minute_of_it("lmdb");
}

static void players_notice_nothing_of_a_minute_of_chaos_on_redis(void **state)
{
	(void)state;
	if (!redis_server_available()) {
		print_message("there is no redis-server\n");
		skip();
	}
	a_minute_of_it("redis");
}

static bool file_has(const char *path, const char *text)
{
	static char bytes[1 << 20];
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	size_t length = fread(bytes, 1, sizeof bytes - 1, file);
	fclose(file);
	bytes[length] = '\0';
	return strstr(bytes, text) != NULL;
}

/* The same players, the same deaths in the middle of what they do; but nobody undoes or finishes what the dead had begun. */
static void without_settlement_the_same_chaos_fails_the_audit(void **state)
{
	(void)state;
	char output[] = "/tmp/argentum-chaos-XXXXXX";
	const char *const arguments[] = {"--store",      "lmdb", "--seconds",        "60", "--players", "40",
									 "--between-ms", "200",  "--settlement-off", NULL};
	int fd = mkstemp(output);
	assert_true(fd >= 0);
	close(fd);
	int status = chaos_run(arguments, output);
	bool found = file_has(output, "what the audit of world and store found");
	if (status != 1 || !found)
		print_error("exit status %d, and the audit found %s; see %s\n", status, found ? "it" : "nothing", output);
	assert_int_equal(status, 1);
	assert_true(found);
	unlink(output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(players_notice_nothing_of_a_minute_of_chaos_on_the_embedded_store),
		cmocka_unit_test(players_notice_nothing_of_a_minute_of_chaos_on_redis),
		cmocka_unit_test(without_settlement_the_same_chaos_fails_the_audit),
	};
	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
