/* files.h - the folders of a world, looked up without regard to ASCII case, and whole files read from them.
 *
 * A folder's list of names is read once, so that looking up 871 map files costs 871 searches and not 871 listings.
 * Owned by the caller. Names are relative to the world's root ("Dat/obj.dat"); messages show them as they are on disk. */
#ifndef ARGENTUM_CATALOG_FILES_H
#define ARGENTUM_CATALOG_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"

enum {
	FILE_BYTES_MAX = 16 << 20,   /* larger ones are refused (formats.md 22) */
	FILE_NAME_BYTES = 256,       /* of one folder or file */
	FILE_LABEL_BYTES = 320,      /* of a name relative to the root */
	FOLDER_ENTRIES_MAX = 200000, /* names in one folder */
};

struct folder;

/* Lists `path` (any folder of the file system). NULL with `why` when it cannot be read. */
struct folder *folder_open(const char *path, struct problem *why);

/* A folder inside `parent`, by a name of one or more parts joined by '/' or '\'; ".." is refused. NULL with `why`. */
struct folder *folder_open_inside(const struct folder *parent, const char *name, struct problem *why);
void folder_close(struct folder **folder); /* NULL inside is harmless */

/* The name as it is on disk; an exact match wins over one in another case. NULL: not there. */
const char *folder_find(const struct folder *folder, const char *name);

/* "Dat/obj.dat" for messages: where the folder is, relative to the root it was opened from, and a name. */
void folder_label(const struct folder *folder, const char *name, char label[FILE_LABEL_BYTES]);

/* A whole file. One zero byte stands behind the `size` bytes. The caller gives `bytes` to free(). */
struct file_bytes {
	char label[FILE_LABEL_BYTES];
	char *bytes;
	size_t size;
	bool other_case; /* found under another case than asked for */
};

enum file_result { FILE_READ, FILE_ABSENT, FILE_REFUSED };

/* Reads a regular file of at most FILE_BYTES_MAX. ABSENT tells nothing in `why`; REFUSED does. */
enum file_result folder_read(const struct folder *folder, const char *name, struct file_bytes *file,
							 struct problem *why);

/* Size in bytes; -1 when there is no such file or it is not a regular one. */
long long folder_file_size(const struct folder *folder, const char *name);

#endif
