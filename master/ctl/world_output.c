#include "master/ctl/world_output.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024

static const char *const folders[] = {"", "Dat", "Maps"};

/* --- gathering ------------------------------------------------------------------------------------------------------- */

struct output_file *world_output_file(struct world_output *output, const char *name)
{
	assert(output->count < WORLD_OUTPUT_FILES);
	struct output_file *file = &output->files[output->count++];
	*file = (struct output_file){0};
	snprintf(file->name, sizeof file->name, "%s", name);
	return file;
}

void output_bytes(struct output_file *file, const void *bytes, size_t size)
{
	if (size > file->room - file->size) {
		size_t room = (file->room + size) * 2;
		unsigned char *larger = realloc(file->bytes, room);
		if (larger == NULL) {
			file->failed = true;
			return;
		}
		file->bytes = larger;
		file->room = room;
	}
	memcpy(file->bytes + file->size, bytes, size);
	file->size += size;
}

void output_byte(struct output_file *file, unsigned byte)
{
	unsigned char one = (unsigned char)byte;
	output_bytes(file, &one, 1);
}

void output_int16(struct output_file *file, int value)
{
	assert(value >= INT16_MIN && value <= INT16_MAX);
	output_byte(file, (unsigned)value & 0xFF);
	output_byte(file, (unsigned)value >> 8 & 0xFF);
}

void output_text(struct output_file *file, const char *format, ...)
{
	char text[1200];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < sizeof text);
	output_bytes(file, text, (size_t)n);
}

void world_output_free(struct world_output *output)
{
	for (size_t i = 0; i < output->count; i++)
		free(output->files[i].bytes);
	output->count = 0;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static bool join(char path[PATH_BYTES], const char *folder, const char *name, struct problem *why)
{
	int n = snprintf(path, PATH_BYTES, "%s/%s", folder, name);
	return (n > 0 && n < PATH_BYTES) || problem_set(why, "%s: the path is too long", folder);
}

static bool write_all(int fd, const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

static bool write_file(const char *folder, const struct output_file *file, struct problem *why)
{
	char path[PATH_BYTES];
	if (file->failed)
		return problem_set(why, "%s: out of memory", file->name);
	if (!join(path, folder, file->name, why))
		return false;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return problem_set(why, "%s: cannot create: %s", path, strerror(errno));
	bool written = write_all(fd, file->bytes, file->size) && fsync(fd) == 0;
	int error = errno;
	if (close(fd) != 0 && written) {
		written = false;
		error = errno;
	}
	return written || problem_set(why, "%s: cannot write: %s", path, strerror(error));
}

/* A folder's names are durable only when the folder itself is. Some file systems refuse; then the files' own fsync
 * must do. */
static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static bool fill(const struct world_output *output, const char *folder, struct problem *why)
{
	char path[PATH_BYTES];
	if (chmod(folder, 0755) != 0)
		return problem_set(why, "%s: cannot set its mode: %s", folder, strerror(errno));
	for (size_t i = 1; i < sizeof folders / sizeof folders[0]; i++) {
		if (!join(path, folder, folders[i], why))
			return false;
		if (mkdir(path, 0755) != 0)
			return problem_set(why, "%s: cannot create: %s", path, strerror(errno));
	}
	for (size_t i = 0; i < output->count; i++) {
		if (!write_file(folder, &output->files[i], why))
			return false;
	}
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		if (!join(path, folder, folders[i], why))
			return false;
		sync_folder(path);
	}
	return true;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool belongs_to_a_world(const char *name)
{
	static const char *const known[] = {".", "..", ".compiled", "Server.ini", "Dat", "Maps"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i], name) == 0)
			return true;
	}
	return false;
}

/* An existing target is replaced only when it is a compiled world or empty: a wrong word on the command line must not
 * cost somebody his home. */
static bool may_replace(const char *target, bool *exists, struct problem *why)
{
	struct dirent **names = NULL;
	int count = scandir(target, &names, NULL, alphasort);
	*exists = count >= 0;
	if (count < 0)
		return errno == ENOENT || problem_set(why, "%s: cannot be the target: %s", target, strerror(errno));
	bool fine = true;
	for (int i = 0; i < count; i++) {
		if (fine && !belongs_to_a_world(names[i]->d_name))
			fine =
				problem_set(why, "%s holds '%s', which no compiled world has; name another folder, or empty this one",
							target, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return fine;
}

/* Where the file system cannot exchange two folders in one step, the old one steps aside first. */
static bool swap_in_two_steps(const char *fresh, const char *target, struct problem *why)
{
	char aside[PATH_BYTES];
	int n = snprintf(aside, sizeof aside, "%s.old", fresh);
	if (n < 0 || (size_t)n >= sizeof aside)
		return problem_set(why, "%s: the path is too long", fresh);
	if (rename(target, aside) != 0)
		return problem_set(why, "%s: cannot move the old world aside: %s", target, strerror(errno));
	if (rename(fresh, target) != 0) {
		int error = errno;
		bool back = rename(aside, target) == 0;
		return problem_set(why, "%s: cannot move the new world in: %s; the old one is %s %s", target, strerror(error),
						   back ? "still in" : "now in", back ? target : aside);
	}
	remove_tree(aside);
	return true;
}

static bool swap_in(const char *fresh, const char *target, bool exists, struct problem *why)
{
	if (!exists)
		return rename(fresh, target) == 0 ||
			   problem_set(why, "%s: cannot put the world there: %s", target, strerror(errno));
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, target, RENAME_EXCHANGE) == 0) {
		remove_tree(fresh);
		return true;
	}
	if (errno != EINVAL && errno != ENOSYS)
		return problem_set(why, "%s: cannot replace the old world: %s", target, strerror(errno));
	return swap_in_two_steps(fresh, target, why);
}

static void sync_parent(const char *path)
{
	char parent[PATH_BYTES];
	snprintf(parent, sizeof parent, "%s", path);
	char *slash = strrchr(parent, '/');
	if (slash == NULL)
		snprintf(parent, sizeof parent, ".");
	else
		slash[slash == parent ? 1 : 0] = '\0';
	sync_folder(parent);
}

bool world_output_write(const struct world_output *output, const char *target, struct problem *why)
{
	char fresh[PATH_BYTES], place[PATH_BYTES];
	bool exists = false;
	int n = snprintf(place, sizeof place, "%s", target);
	if (n <= 0 || (size_t)n >= sizeof place)
		return problem_set(why, "the target needs a name of at most %d bytes", PATH_BYTES - 1);
	while (n > 1 && place[n - 1] == '/')
		place[--n] = '\0';
	if (!may_replace(place, &exists, why))
		return false;
	n = snprintf(fresh, sizeof fresh, "%s.new-XXXXXX", place);
	if (n < 0 || (size_t)n >= sizeof fresh)
		return problem_set(why, "%s: the path is too long", place);
	if (mkdtemp(fresh) == NULL)
		return problem_set(why, "%s: cannot create a folder beside it: %s", place, strerror(errno));
	if (!fill(output, fresh, why) || !swap_in(fresh, place, exists, why)) {
		remove_tree(fresh);
		return false;
	}
	sync_parent(place);
	return true;
}
