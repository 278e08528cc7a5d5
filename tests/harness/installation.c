#include "tests/harness/installation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/scenario.h"

void installation_make(struct installation *installation)
{
	snprintf(installation->folder, sizeof installation->folder, "/tmp/argentum-installed-XXXXXX");
	EXPECT(mkdtemp(installation->folder) != NULL, "mkdtemp: %s", strerror(errno));
	snprintf(installation->program, sizeof installation->program, "%s/argentumd", installation->folder);
}

static const char *beside(const struct installation *installation)
{
	return scenario_text("%s.new", installation->program);
}

void installation_remove(struct installation *installation)
{
	if (installation->folder[0] == '\0')
		return;
	unlink(installation->program);
	unlink(beside(installation));
	rmdir(installation->folder);
	*installation = (struct installation){.folder = ""};
}

void installation_put(const struct installation *installation, const char *name)
{
	const char *build = getenv("ARGENTUM_BUILD");
	const char *program = name[0] == '/' ? name : scenario_text("%s/%s", build != NULL ? build : "build", name);
	struct stat status;
	int from = open(program, O_RDONLY | O_CLOEXEC);
	int to = open(beside(installation), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	EXPECT(from >= 0 && to >= 0 && fstat(from, &status) == 0, "%s: %s", program, strerror(errno));
	for (off_t left = status.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);
		EXPECT(n > 0, "%s: %s", beside(installation), strerror(errno));
		left -= n;
	}
	close(from);
	close(to);
	EXPECT(rename(beside(installation), installation->program) == 0, "%s: %s", installation->program, strerror(errno));
}

bool installation_is_run_by(const struct installation *installation, const struct game_server *server)
{
	struct stat running, file;
	return stat(scenario_text("/proc/%d/exe", (int)server->pid), &running) == 0 &&
		   stat(installation->program, &file) == 0 && running.st_ino == file.st_ino && running.st_dev == file.st_dev;
}
