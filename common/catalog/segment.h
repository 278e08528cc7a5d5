/* segment.h - what the builder and the reader of the catalog's segment must agree upon beyond layout.h. */
#ifndef ARGENTUM_CATALOG_SEGMENT_H
#define ARGENTUM_CATALOG_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/layout.h"

struct catalog_source;

enum {
	SEGMENT_ALIGN = 64,     /* of every region: a cache line */
	SEGMENT_TEXT_FIRST = 4, /* the lowest offset of a text; below it is the empty one */
};
#define SEGMENT_BYTES_MAX (UINT64_C(1) << 30)

/* Size of a row, and how many rows a region has at least, by enum catalog_region_id. */
uint32_t segment_stride(unsigned region);
uint32_t segment_rows_min(unsigned region);

/* Fast, for telling contents apart and for finding damage; not for secrets. */
uint64_t segment_hash(const void *bytes, size_t size);

/* Copies the source's tables into a new memfd and seals it. -1 with `why`. */
int segment_create(const struct catalog_source *source, struct problem *why);

#endif
