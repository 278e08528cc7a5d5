/* world_output.h - the files of a compiled world: gathered in memory first, written as a whole or not at all.
 *
 * Belongs to one compilation. Nothing touches the disk before world_output_write, which builds a folder beside the
 * target and swaps the two: whoever dies in between leaves the old world or the new one, never a mixture. */
#ifndef ARGENTUM_CTL_WORLD_OUTPUT_H
#define ARGENTUM_CTL_WORLD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

struct output_file {
	char name[64]; /* relative to the world's root: "Dat/obj.dat" */
	unsigned char *bytes;
	size_t size, room;
	bool failed; /* memory ran out; told when the world is written */
};

#define WORLD_OUTPUT_FILES 1000

struct world_output {
	struct output_file files[WORLD_OUTPUT_FILES];
	size_t count;
};

/* A new empty file of the world. Lives until world_output_free. */
struct output_file *world_output_file(struct world_output *output, const char *name);

void output_bytes(struct output_file *file, const void *bytes, size_t size);
void output_byte(struct output_file *file, unsigned byte);
void output_int16(struct output_file *file, int value); /* little-endian */

/* Formatted text; "\r\n" is the caller's. At most 1023 bytes at once. */
void output_text(struct output_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts the world into the folder `target`, which may exist when all it holds is an older compiled world. On a problem
 * the target is as it was. */
bool world_output_write(const struct world_output *output, const char *target, struct problem *why);

void world_output_free(struct world_output *output);

#endif
