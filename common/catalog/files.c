#include "common/catalog/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/catalog/fold.h"

struct folder {
	int fd;
	char label[FILE_LABEL_BYTES]; /* relative to the root, "" for the root itself */
	char **names;                 /* sorted without regard to case, equal ones byte by byte */
	size_t count, capacity;
};

static int name_compare(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int order = fold_compare(x, y);
	return order != 0 ? order : strcmp(x, y);
}

void folder_close(struct folder **handle)
{
	struct folder *folder = *handle;
	if (folder == NULL)
		return;
	*handle = NULL;
	for (size_t i = 0; i < folder->count; i++)
		free(folder->names[i]);
	free(folder->names);
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder);
}

static bool folder_keep_name(struct folder *folder, const char *name)
{
	if (folder->count == folder->capacity) {
		size_t capacity = folder->capacity == 0 ? 64 : folder->capacity * 2;
		char **names = realloc(folder->names, capacity * sizeof *names);
		if (names == NULL)
			return false;
		folder->names = names;
		folder->capacity = capacity;
	}
	char *copy = strdup(name);
	if (copy == NULL)
		return false;
	folder->names[folder->count++] = copy;
	return true;
}

static bool folder_list(struct folder *folder, struct problem *why)
{
	int fd = dup(folder->fd); /* closedir closes what it was given */
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		problem_set(why, "%s/: cannot list it: %s", folder->label, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	bool good = true;
	/* Safe with threads: each call has a stream of its own. */
	// cppcheck-suppress readdirCalled
	for (struct dirent *entry; good && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (folder->count >= FOLDER_ENTRIES_MAX)
			good = problem_set(why, "%s/: more than %d names in it", folder->label, FOLDER_ENTRIES_MAX);
		else if (!folder_keep_name(folder, entry->d_name))
			good = problem_set(why, "%s/: out of memory", folder->label);
	}
	closedir(dir);
	if (good && folder->count > 0)
		qsort(folder->names, folder->count, sizeof *folder->names, name_compare);
	return good;
}

static struct folder *folder_open_at(int at, const char *path, const char *label, struct problem *why)
{
	struct folder *folder = calloc(1, sizeof *folder);
	if (folder == NULL) {
		problem_set(why, "%s: out of memory", path);
		return NULL;
	}
	snprintf(folder->label, sizeof folder->label, "%s", label);
	folder->fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0) {
		problem_set(why, "%s: cannot open this folder: %s", *label != '\0' ? label : path, strerror(errno));
		folder_close(&folder);
	} else if (!folder_list(folder, why)) {
		folder_close(&folder);
	}
	return folder;
}

struct folder *folder_open(const char *path, struct problem *why)
{
	return folder_open_at(AT_FDCWD, path, "", why);
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* One part of a path: "Maps". */
static struct folder *folder_open_part(const struct folder *parent, const char *part, struct problem *why)
{
	char label[FILE_LABEL_BYTES];
	const char *name = strcmp(part, "..") != 0 ? folder_find(parent, part) : NULL;
	if (name == NULL) {
		folder_label(parent, part, label);
		problem_set(why, "%s: there is no such folder", label);
		return NULL;
	}
	folder_label(parent, name, label);
	return folder_open_at(parent->fd, name, label, why);
}

struct folder *folder_open_inside(const struct folder *parent, const char *name, struct problem *why)
{
	struct folder *folder = NULL;
	while (*name != '\0') {
		char part[FILE_NAME_BYTES];
		size_t length = 0;
		while (is_slash(*name))
			name++;
		while (name[length] != '\0' && !is_slash(name[length]))
			length++;
		if (length == 0 || (length == 1 && *name == '.')) {
			name += length;
			continue;
		}
		if (length >= sizeof part) {
			problem_set(why, "a folder name of %zu bytes; %zu are allowed", length, sizeof part - 1);
			folder_close(&folder);
			return NULL;
		}
		memcpy(part, name, length);
		part[length] = '\0';
		struct folder *inner = folder_open_part(folder != NULL ? folder : parent, part, why);
		folder_close(&folder);
		if (inner == NULL)
			return NULL;
		folder = inner;
		name += length;
	}
	if (folder == NULL) /* "" or "\": the folder itself */
		folder = folder_open_at(parent->fd, ".", parent->label, why);
	return folder;
}

const char *folder_find(const struct folder *folder, const char *name)
{
	size_t low = 0, high = folder->count;
	while (low < high) { /* the first one that is not below `name` */
		size_t middle = low + (high - low) / 2;
		if (fold_compare(folder->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	const char *found = NULL;
	for (; low < folder->count && fold_equal(folder->names[low], name); low++) {
		if (strcmp(folder->names[low], name) == 0)
			return folder->names[low];
		if (found == NULL)
			found = folder->names[low];
	}
	return found;
}

void folder_label(const struct folder *folder, const char *name, char label[FILE_LABEL_BYTES])
{
	int n = snprintf(label, FILE_LABEL_BYTES, "%s%s%s", folder->label, *folder->label != '\0' ? "/" : "", name);
	if (n < 0)
		label[0] = '\0';
}

/* O_NONBLOCK: a named pipe in the place of a file must not stop the start; it is refused below. */
static int file_open(const struct folder *folder, const char *name, struct stat *status, const char **trouble)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, status) != 0)
		*trouble = strerror(errno);
	else if (!S_ISREG(status->st_mode))
		*trouble = "it is not a regular file";
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool file_fill(int fd, struct file_bytes *file, struct problem *why)
{
	size_t capacity = file->size;
	file->bytes = malloc(capacity + 1);
	if (file->bytes == NULL)
		return problem_set(why, "%s: out of memory for %zu bytes", file->label, capacity);
	size_t got = 0;
	while (got < capacity) {
		ssize_t n = read(fd, file->bytes + got, capacity - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return problem_set(why, "%s: cannot read it: %s", file->label, strerror(errno));
		if (n == 0)
			break; /* it became shorter meanwhile */
		got += (size_t)n;
	}
	file->size = got;
	file->bytes[got] = '\0';
	return true;
}

enum file_result folder_read(const struct folder *folder, const char *name, struct file_bytes *file,
							 struct problem *why)
{
	*file = (struct file_bytes){0};
	const char *found = folder_find(folder, name);
	folder_label(folder, found != NULL ? found : name, file->label);
	if (found == NULL)
		return FILE_ABSENT;
	file->other_case = strcmp(found, name) != 0;

	struct stat status;
	const char *trouble = "";
	int fd = file_open(folder, found, &status, &trouble);
	if (fd < 0) {
		problem_set(why, "%s: cannot open it: %s", file->label, trouble);
		return FILE_REFUSED;
	}
	bool good;
	if (status.st_size > FILE_BYTES_MAX) {
		good = problem_set(why, "%s: %lld bytes; a file of a world has at most %d", file->label,
						   (long long)status.st_size, FILE_BYTES_MAX);
	} else {
		file->size = (size_t)status.st_size;
		good = file_fill(fd, file, why);
	}
	close(fd);
	if (good)
		return FILE_READ;
	free(file->bytes);
	file->bytes = NULL;
	return FILE_REFUSED;
}

long long folder_file_size(const struct folder *folder, const char *name)
{
	struct stat status;
	const char *found = folder_find(folder, name);
	if (found == NULL || fstatat(folder->fd, found, &status, 0) != 0 || !S_ISREG(status.st_mode))
		return -1;
	return (long long)status.st_size;
}
