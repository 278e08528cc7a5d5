#include "master/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16 };

/* Makes each missing directory above the file. */
static bool parents_make(const char *path, struct problem *why)
{
	char part[sizeof((struct sockaddr_un *)0)->sun_path];
	snprintf(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return problem_set(why, "control.socket: directory \"%s\" cannot be made: %s", part, strerror(errno));
		*slash = '/';
	}
	return true;
}

/* What is at the path may be removed when it is a socket that nobody listens on. */
static bool stale_remove(const struct sockaddr_un *at, struct problem *why)
{
	struct stat status;
	if (lstat(at->sun_path, &status) != 0)
		return errno == ENOENT || problem_set(why, "control.socket: \"%s\": %s", at->sun_path, strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return problem_set(why, "control.socket: \"%s\" is there already and is no socket", at->sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return problem_set(why, "control.socket: %s", strerror(errno));
	/* EAGAIN: somebody listens and his queue is full */
	bool answers = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN;
	int error = errno;
	close(fd);
	if (answers)
		return problem_set(why,
						   "control.socket: a server answers at \"%s\" already; a second one needs a control.socket of "
						   "its own",
						   at->sun_path);
	if (error != ECONNREFUSED && error != ENOENT)
		return problem_set(why, "control.socket: \"%s\": %s", at->sun_path, strerror(error));
	if (unlink(at->sun_path) != 0 && errno != ENOENT)
		return problem_set(why, "control.socket: the one left at \"%s\" cannot be removed: %s", at->sun_path,
						   strerror(errno));
	return true;
}

int control_socket_make(const char *path, mode_t mode, struct problem *why)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (*path == '\0' || strlen(path) >= sizeof at.sun_path) {
		problem_set(why, "control.socket: a path of 1 to %zu bytes is needed, \"%.120s\" has %zu",
					sizeof at.sun_path - 1, path, strlen(path));
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (!parents_make(path, why) || !stale_remove(&at, why))
		return -1;

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0777 & ~mode); /* it never has wider permissions, not even for a moment */
	bool good = fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
	int error = errno;
	umask(before);
	if (good && listen(fd, BACKLOG) == 0)
		return fd;
	if (good)
		error = errno;
	problem_set(why, "control.socket: \"%s\" cannot be made: %s", path, strerror(error));
	if (fd >= 0)
		close(fd);
	return -1;
}
