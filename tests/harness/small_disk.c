#include "tests/harness/small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/scenario.h"

static char folder[64]; /* "" = none */

static bool map_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return good;
}

/* A mount namespace of our own: as root, else as root of a user namespace. */
static bool namespace_enter(void)
{
	static bool entered;
	uid_t user = getuid();
	gid_t group = getgid();
	if (entered)
		return true;
	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || !map_write("/proc/self/setgroups", "deny") ||
			!map_write("/proc/self/uid_map", scenario_text("0 %u 1", (unsigned)user)) ||
			!map_write("/proc/self/gid_map", scenario_text("0 %u 1", (unsigned)group)))
			return false;
	}
	entered = mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return entered;
}

const char *small_disk_mount(unsigned size_mb)
{
	EXPECT(folder[0] == '\0', "one small disk at a time");
	snprintf(folder, sizeof folder, "/tmp/argentum-disk-XXXXXX");
	EXPECT(mkdtemp(folder) != NULL, "mkdtemp: %s", strerror(errno));
	if (namespace_enter() && mount("none", folder, "tmpfs", 0, scenario_text("size=%um,mode=700", size_mb)) == 0)
		return folder;
	int error = errno;
	rmdir(folder);
	folder[0] = '\0';
	print_message("a file system of the test's own is not allowed here (%s)\n", strerror(error));
	skip();
	return NULL;
}

void small_disk_unmount(void)
{
	if (folder[0] == '\0')
		return;
	umount2(folder, MNT_DETACH);
	rmdir(folder);
	folder[0] = '\0';
}

void small_disk_fill(const char *disk)
{
	static const char zeros[4096];
	int fd = open(scenario_text("%s/ballast", disk), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	EXPECT(fd >= 0, "no ballast: %s", strerror(errno));
	while (write(fd, zeros, sizeof zeros) > 0)
		continue;
	EXPECT(errno == ENOSPC, "the disk does not fill: %s", strerror(errno));
	close(fd);
}

void small_disk_empty(const char *disk)
{
	unlink(scenario_text("%s/ballast", disk));
}
