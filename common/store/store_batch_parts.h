/* store_batch_parts.h - the inside of a batch, for the two backends that apply it. Nobody else includes this.
 *
 * All bytes lie in one buffer; everything else refers to them by offset, since the buffer moves when it grows. */
#ifndef ARGENTUM_STORE_BATCH_PARTS_H
#define ARGENTUM_STORE_BATCH_PARTS_H

#include "common/store/store_batch.h"
#include "common/store/store_value.h"

enum batch_verb {
	BATCH_SET,         /* one argument: the value; .seconds of life, 0 = for ever */
	BATCH_HASH_SET,    /* pairs: field, value */
	BATCH_HASH_DELETE, /* fields */
	BATCH_SET_ADD,     /* members */
	BATCH_SET_REMOVE,  /* members */
	BATCH_DELETE,
	BATCH_EXPIRE, /* .seconds of life */
};

struct batch_slice {
	size_t offset, length;
};

struct batch_key {
	struct batch_slice name;
	bool typed; /* some change wants a hash or a set here, so that the type of what is there matters */
};

struct batch_op {
	enum batch_verb verb;
	uint32_t key; /* index into keys */
	uint32_t first_argument, arguments;
	int64_t seconds;
};

struct store_batch {
	struct store_buffer bytes;
	struct batch_key *keys; /* each key once */
	size_t key_count, key_capacity;
	struct batch_op *ops;
	size_t op_count, op_capacity;
	struct batch_slice *arguments;
	size_t argument_count, argument_capacity;
	uint32_t *index;   /* open addressing: hash of the name -> index into keys, plus 1; 0 = free */
	size_t index_size; /* a power of two, at least twice key_count */
	size_t operations;
	struct problem trouble; /* "" = none */
};

static inline struct store_bytes batch_bytes(const struct store_batch *batch, struct batch_slice slice)
{
	return (struct store_bytes){batch->bytes.bytes + slice.offset, slice.length};
}

static inline struct store_bytes batch_argument(const struct store_batch *batch, const struct batch_op *op, uint32_t i)
{
	return batch_bytes(batch, batch->arguments[op->first_argument + i]);
}

/* The type that a change wants to find: STORE_MISSING = any. */
static inline enum store_type batch_wants(enum batch_verb verb)
{
	return verb == BATCH_HASH_SET || verb == BATCH_HASH_DELETE ? STORE_HASH
		   : verb == BATCH_SET_ADD || verb == BATCH_SET_REMOVE ? STORE_SET
															   : STORE_MISSING;
}

#endif
