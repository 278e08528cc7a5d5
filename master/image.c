#include "master/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MAX = 4096 }; /* of arguments and environment */

static struct {
	char **argv;
	char path[IMAGE_PATH_BYTES];
	int fd;
} image = {.fd = -1};

void image_remember(char **argv)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the kernel tells it */
	const char *started = (const char *)(uintptr_t)getauxval(AT_EXECFN);
	char here[IMAGE_PATH_BYTES] = "";
	image.argv = argv;
	image.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	image.path[0] = '\0';
	if (started == NULL)
		return;
	if (started[0] == '/') {
		snprintf(image.path, sizeof image.path, "%s", started);
	} else if (getcwd(here, sizeof here) != NULL &&
			   snprintf(image.path, sizeof image.path, "%s/%s", here, started) >= (int)sizeof image.path) {
		image.path[0] = '\0';
	}
}

const char *image_path(void)
{
	return image.path;
}

void image_set_path(const char *path)
{
	snprintf(image.path, sizeof image.path, "%s", path);
}

int image_fd(void)
{
	return image.fd;
}

/* The environment with one variable more; NULL: too long. The words are not copied. */
static char **environment_with(char *variable)
{
	static char *words[WORDS_MAX];
	unsigned n = 0;
	words[n++] = variable;
	for (char **word = environ; *word != NULL; word++) {
		if (n == WORDS_MAX - 1)
			return NULL;
		words[n++] = *word;
	}
	words[n] = NULL;
	return words;
}

void image_exec_fd(int fd, char *variable, struct problem *why)
{
	char **environment = environment_with(variable);
	if (environment != NULL)
		fexecve(fd, image.argv, environment);
	problem_set(why, "cannot become the other program: %s", strerror(environment != NULL ? errno : E2BIG));
}

void image_exec_trial(int fd, char *variable, char *argument)
{
	static char *words[WORDS_MAX];
	unsigned n = 0;
	for (; n < WORDS_MAX - 2 && image.argv[n] != NULL; n++)
		words[n] = image.argv[n];
	words[n++] = argument;
	words[n] = NULL;
	char **environment = environment_with(variable);
	if (environment != NULL)
		fexecve(fd, words, environment);
	dprintf(STDERR_FILENO, "it cannot be started: %s\n", strerror(errno));
}
