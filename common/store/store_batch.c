#include "common/store/store_batch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/keys.h"
#include "common/store/store_batch_parts.h"

static const int64_t seconds_max = 3000000000;

struct store_batch *store_batch_create(struct problem *why)
{
	struct store_batch *batch = calloc(1, sizeof *batch);
	if (batch == NULL)
		problem_set(why, "store: out of memory for a batch");
	return batch;
}

void store_batch_destroy(struct store_batch **handle)
{
	struct store_batch *batch = *handle;
	if (batch == NULL)
		return;
	*handle = NULL;
	store_buffer_free(&batch->bytes);
	free(batch->keys);
	free(batch->ops);
	free(batch->arguments);
	free(batch->index);
	free(batch);
}

void store_batch_clear(struct store_batch *batch)
{
	batch->bytes.length = 0;
	batch->key_count = batch->op_count = batch->argument_count = batch->operations = 0;
	if (batch->index != NULL)
		memset(batch->index, 0, batch->index_size * sizeof *batch->index);
	batch->trouble.text[0] = '\0';
}

size_t store_batch_operations(const struct store_batch *batch)
{
	return batch->operations;
}

size_t store_batch_bytes(const struct store_batch *batch)
{
	return batch->bytes.length;
}

const struct problem *store_batch_trouble(const struct store_batch *batch)
{
	return batch->trouble.text[0] == '\0' ? NULL : &batch->trouble;
}

const char *store_key(struct store_key *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	// cppcheck-suppress ctuuninitvar ; it is filled here
	int length = vsnprintf(key->text, sizeof key->text, format, args);
	va_end(args);
	if (length < 0)
		key->text[0] = '\0'; /* an empty key is refused, too */
	return key->text;
}

/* --- refusing: the first trouble stays --- */

static bool refuse_memory(struct store_batch *batch)
{
	if (batch->trouble.text[0] == '\0')
		problem_set(&batch->trouble, "store: out of memory while building a batch of %zu operations",
					batch->operations);
	return false;
}

static bool value_check(struct store_batch *batch, struct store_bytes key, size_t length)
{
	if (length <= STORE_VALUE_MAX)
		return true;
	if (batch->trouble.text[0] == '\0')
		problem_set(&batch->trouble, "store: the value for key \"%.*s\" has %zu bytes; at most %d are allowed",
					(int)key.length, key.data, length, STORE_VALUE_MAX);
	return false;
}

static bool seconds_check(struct store_batch *batch, const char *key, int64_t seconds)
{
	if (seconds >= 1 && seconds <= seconds_max)
		return true;
	if (batch->trouble.text[0] == '\0')
		problem_set(&batch->trouble,
					"store: key \"%.64s\" shall expire after %" PRId64 " s; 1 to %" PRId64 " is allowed", key, seconds,
					seconds_max);
	return false;
}

/* --- memory --- */

static bool room_for(void **array, size_t *capacity, size_t count, size_t element_bytes)
{
	if (count < *capacity)
		return true;
	size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
	if (wanted > UINT32_MAX / 2)
		return false;
	void *bigger = realloc(*array, wanted * element_bytes);
	if (bigger == NULL)
		return false;
	*array = bigger;
	*capacity = wanted;
	return true;
}

static bool slice_add(struct store_batch *batch, struct store_bytes bytes, struct batch_slice *slice)
{
	if (batch->bytes.length + bytes.length > STORE_BATCH_MAX) {
		if (batch->trouble.text[0] == '\0')
			problem_set(&batch->trouble, "store: the batch grows over %d bytes", STORE_BATCH_MAX);
		return false;
	}
	*slice = (struct batch_slice){batch->bytes.length, bytes.length};
	return store_buffer_append(&batch->bytes, bytes.data, bytes.length) || refuse_memory(batch);
}

/* --- the index of keys --- */

static uint64_t name_hash(struct store_bytes name)
{
	/* FNV-1a: keys are short, and they come from this program, not from players who could choose collisions at will. */
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < name.length; i++)
		hash = (hash ^ (unsigned char)name.data[i]) * 1099511628211u;
	return hash ^ hash >> 32;
}

static uint32_t *index_find(struct store_batch *batch, struct store_bytes name)
{
	size_t mask = batch->index_size - 1;
	size_t i = name_hash(name) & mask;
	while (batch->index[i] != 0 &&
		   store_bytes_compare(batch_bytes(batch, batch->keys[batch->index[i] - 1].name), name) != 0)
		i = (i + 1) & mask;
	return &batch->index[i];
}

static bool index_grow(struct store_batch *batch)
{
	if (batch->index_size >= 2 * (batch->key_count + 1))
		return true;
	size_t size = batch->index_size == 0 ? 128 : batch->index_size * 2;
	uint32_t *index = calloc(size, sizeof *index);
	if (index == NULL)
		return false;
	free(batch->index);
	batch->index = index;
	batch->index_size = size;
	for (size_t k = 0; k < batch->key_count; k++)
		*index_find(batch, batch_bytes(batch, batch->keys[k].name)) = (uint32_t)k + 1;
	return true;
}

static bool key_add(struct store_batch *batch, struct store_bytes name, uint32_t *key)
{
	if (name.length == 0 || name.length > STORE_KEY_MAX) {
		if (batch->trouble.text[0] == '\0')
			problem_set(&batch->trouble, "store: key \"%.64s%s\" has %zu bytes; 1 to %d are allowed", name.data,
						name.length > 64 ? "..." : "", name.length, STORE_KEY_MAX);
		return false;
	}
	if (store_bytes_compare(name, store_bytes_of(KEY_FENCE)) == 0) {
		if (batch->trouble.text[0] == '\0')
			problem_set(&batch->trouble, "store: key " KEY_FENCE " belongs to the store itself");
		return false;
	}
	if (!index_grow(batch) ||
		!room_for((void **)&batch->keys, &batch->key_capacity, batch->key_count, sizeof *batch->keys))
		return refuse_memory(batch);
	uint32_t *place = index_find(batch, name);
	if (*place == 0) {
		struct batch_key added = {0};
		if (!slice_add(batch, name, &added.name))
			return false;
		batch->keys[batch->key_count] = added;
		*place = (uint32_t)++batch->key_count;
	}
	*key = *place - 1;
	return true;
}

/* --- changes --- */

/* The change that takes further arguments: the last one when it does the same to the same key, else a new one. */
static struct batch_op *op_for(struct store_batch *batch, struct store_bytes name, enum batch_verb verb)
{
	uint32_t key;
	if (!key_add(batch, name, &key))
		return NULL;
	if (batch_wants(verb) != STORE_MISSING) {
		batch->keys[key].typed = true;
		struct batch_op *last = batch->op_count > 0 ? &batch->ops[batch->op_count - 1] : NULL;
		if (last != NULL && last->key == key && last->verb == verb)
			return last;
	}
	if (!room_for((void **)&batch->ops, &batch->op_capacity, batch->op_count, sizeof *batch->ops)) {
		refuse_memory(batch);
		return NULL;
	}
	assert(batch->ops != NULL);
	struct batch_op *op = &batch->ops[batch->op_count++];
	*op = (struct batch_op){.verb = verb, .key = key, .first_argument = (uint32_t)batch->argument_count};
	return op;
}

static bool argument_add(struct store_batch *batch, struct batch_op *op, struct store_bytes bytes)
{
	if (!room_for((void **)&batch->arguments, &batch->argument_capacity, batch->argument_count,
				  sizeof *batch->arguments))
		return refuse_memory(batch);
	if (!slice_add(batch, bytes, &batch->arguments[batch->argument_count]))
		return false;
	batch->argument_count++;
	op->arguments++;
	return true;
}

static bool change(struct store_batch *batch, struct store_bytes key, enum batch_verb verb, int64_t seconds,
				   const struct store_bytes *first, const struct store_bytes *second)
{
	if (batch->trouble.text[0] != '\0' || (first != NULL && !value_check(batch, key, first->length)) ||
		(second != NULL && !value_check(batch, key, second->length)))
		return false;
	struct batch_op *op = op_for(batch, key, verb);
	if (op == NULL || (first != NULL && !argument_add(batch, op, *first)) ||
		(second != NULL && !argument_add(batch, op, *second)))
		return false;
	op->seconds = seconds;
	batch->operations++;
	return true;
}

bool store_batch_set(struct store_batch *batch, const char *key, const void *value, size_t length)
{
	return change(batch, store_bytes_of(key), BATCH_SET, 0, &(struct store_bytes){value, length}, NULL);
}

bool store_batch_set_expiring(struct store_batch *batch, const char *key, const void *value, size_t length,
							  int64_t seconds)
{
	return seconds_check(batch, key, seconds) &&
		   change(batch, store_bytes_of(key), BATCH_SET, seconds, &(struct store_bytes){value, length}, NULL);
}

bool store_batch_set_number(struct store_batch *batch, const char *key, int64_t number)
{
	return store_batch_setf(batch, key, "%" PRId64, number);
}

bool store_batch_hash_set(struct store_batch *batch, const char *key, const char *field, const void *value,
						  size_t length)
{
	struct store_bytes name = store_bytes_of(field);
	return change(batch, store_bytes_of(key), BATCH_HASH_SET, 0, &name, &(struct store_bytes){value, length});
}

bool store_batch_hash_set_number(struct store_batch *batch, const char *key, const char *field, int64_t number)
{
	return store_batch_hash_setf(batch, key, field, "%" PRId64, number);
}

/* Texts up to this length need no allocation; longer ones are formatted twice. */
enum { SHORT_TEXT = 256 };

static bool changef(struct store_batch *batch, const char *key, const char *field, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

static bool changef(struct store_batch *batch, const char *key, const char *field, const char *format, va_list args)
{
	char text[SHORT_TEXT];
	char *longer = NULL;
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(text, sizeof text, format, args);
	bool good = length >= 0;
	if (good && (size_t)length >= sizeof text) {
		longer = malloc((size_t)length + 1);
		good = longer != NULL && vsnprintf(longer, (size_t)length + 1, format, again) == length;
	}
	va_end(again);
	if (!good)
		refuse_memory(batch);
	else if (field == NULL)
		good = store_batch_set(batch, key, longer != NULL ? longer : text, (size_t)length);
	else
		good = store_batch_hash_set(batch, key, field, longer != NULL ? longer : text, (size_t)length);
	free(longer);
	return good;
}

bool store_batch_setf(struct store_batch *batch, const char *key, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool good = changef(batch, key, NULL, format, args);
	va_end(args);
	return good;
}

bool store_batch_hash_setf(struct store_batch *batch, const char *key, const char *field, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool good = changef(batch, key, field, format, args);
	va_end(args);
	return good;
}

bool store_batch_hash_delete_field(struct store_batch *batch, const char *key, const char *field)
{
	struct store_bytes name = store_bytes_of(field);
	return change(batch, store_bytes_of(key), BATCH_HASH_DELETE, 0, &name, NULL);
}

bool store_batch_set_add(struct store_batch *batch, const char *key, const void *member, size_t length)
{
	return change(batch, store_bytes_of(key), BATCH_SET_ADD, 0, &(struct store_bytes){member, length}, NULL);
}

bool store_batch_set_remove(struct store_batch *batch, const char *key, const void *member, size_t length)
{
	return change(batch, store_bytes_of(key), BATCH_SET_REMOVE, 0, &(struct store_bytes){member, length}, NULL);
}

bool store_batch_delete(struct store_batch *batch, const char *key)
{
	return change(batch, store_bytes_of(key), BATCH_DELETE, 0, NULL, NULL);
}

bool store_batch_expire(struct store_batch *batch, const char *key, int64_t seconds)
{
	return seconds_check(batch, key, seconds) && change(batch, store_bytes_of(key), BATCH_EXPIRE, seconds, NULL, NULL);
}

bool store_batch_put(struct store_batch *batch, const void *key, size_t key_length, const struct store_value *value,
					 int64_t now_s)
{
	struct store_bytes name = {key, key_length};
	/* The shortest life is a second: what is about to expire is still there. */
	int64_t seconds = value->expires_s == 0 ? 0 : value->expires_s > now_s ? value->expires_s - now_s : 1;
	if (seconds > seconds_max)
		seconds = seconds_max;
	if (value->type == STORE_STRING)
		return change(batch, name, BATCH_SET, seconds, &value->string, NULL);
	bool good = change(batch, name, BATCH_DELETE, 0, NULL, NULL);
	for (size_t i = 0; i < value->count && good; i++)
		good = value->type == STORE_HASH
				   ? change(batch, name, BATCH_HASH_SET, 0, &value->entries[i].name, &value->entries[i].value)
				   : change(batch, name, BATCH_SET_ADD, 0, &value->entries[i].name, NULL);
	return good && (seconds == 0 || value->count == 0 || change(batch, name, BATCH_EXPIRE, seconds, NULL, NULL));
}
