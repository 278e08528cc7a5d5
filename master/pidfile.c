#include "master/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The pid that the holder wrote, as digits; "?" when it has not yet. */
static void holder_read(int fd, char text[16])
{
	ssize_t n = pread(fd, text, 15, 0);
	size_t digits = 0;
	while (n > 0 && digits < (size_t)n && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (digits == 0)
		text[digits++] = '?';
	text[digits] = '\0';
}

/* The former holder deletes its file at the end: what we locked may not be the file of that name any more. */
static bool still_the_file(int fd, const char *path)
{
	struct stat ours, named;
	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
		   ours.st_ino == named.st_ino;
}

/* Opens and locks. -1 with a text. */
static int file_lock(const char *path, struct problem *why)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0) {
			problem_set(why, "pid file \"%s\": cannot open it for writing: %s", path, strerror(errno));
			return -1;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			char holder[16];
			int error = errno;
			holder_read(fd, holder);
			close(fd);
			if (error == EWOULDBLOCK)
				problem_set(why, "pid file \"%s\": a server is running already, with pid %s", path, holder);
			else
				problem_set(why, "pid file \"%s\": cannot lock it: %s", path, strerror(error));
			return -1;
		}
		if (still_the_file(fd, path))
			return fd;
		close(fd);
	}
	problem_set(why, "pid file \"%s\": somebody keeps replacing it", path);
	return -1;
}

bool pidfile_take(struct pidfile *pidfile, const char *path, struct problem *why)
{
	*pidfile = (struct pidfile){.fd = -1};
	if (*path == '\0' || strlen(path) >= sizeof pidfile->path)
		return problem_set(why, "pid file: a path of 1 to %zu bytes is needed", sizeof pidfile->path - 1);
	int fd = file_lock(path, why);
	if (fd < 0)
		return false;
	char text[16];
	int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length) {
		problem_set(why, "pid file \"%s\": cannot write it: %s", path, strerror(errno));
		close(fd);
		return false;
	}
	pidfile->fd = fd;
	snprintf(pidfile->path, sizeof pidfile->path, "%s", path);
	return true;
}

void pidfile_give_back(struct pidfile *pidfile)
{
	if (pidfile->fd < 0)
		return;
	unlink(pidfile->path);
	close(pidfile->fd);
	pidfile->fd = -1;
}
