#include "common/store/store_value.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 16, LAYOUT_VERSION = 1 };

static const char type_letters[] = {[STORE_STRING] = 's', [STORE_HASH] = 'h', [STORE_SET] = 'e'};

const char *store_type_name(enum store_type type)
{
	static const char *const names[] = {"nothing", "a string", "a hash", "a set"};
	return names[type];
}

struct store_bytes store_bytes_of(const char *text)
{
	return (struct store_bytes){text, strlen(text)};
}

int store_bytes_compare(struct store_bytes a, struct store_bytes b)
{
	size_t common = a.length < b.length ? a.length : b.length;
	int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

/* --- buffer --- */

/* false: out of memory, nothing changed */
static bool store_buffer_reserve(struct store_buffer *buffer, size_t more)
{
	if (more > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4)
		return false;
	size_t needed = buffer->length + more;
	if (needed <= buffer->capacity)
		return true;
	size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity;
	while (capacity < needed)
		capacity *= 2;
	char *bytes = realloc(buffer->bytes, capacity);
	if (bytes == NULL)
		return false;
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return true;
}

bool store_buffer_append(struct store_buffer *buffer, const void *bytes, size_t length)
{
	if (!store_buffer_reserve(buffer, length))
		return false;
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	return true;
}

void store_buffer_free(struct store_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct store_buffer){0};
}

/* --- entries --- */

void store_value_clear(struct store_value *value)
{
	free(value->entries);
	free(value->memory);
	*value = (struct store_value){0};
}

/* Where the name is, or where it belongs. */
static bool entry_search(const struct store_value *value, struct store_bytes name, size_t *position)
{
	size_t low = 0, high = value->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = store_bytes_compare(value->entries[middle].name, name);
		if (order == 0) {
			*position = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*position = low;
	return false;
}

static bool entries_reserve(struct store_value *value, size_t count)
{
	if (count <= value->capacity)
		return true;
	size_t capacity = value->capacity < 16 ? 16 : value->capacity;
	while (capacity < count) {
		if (capacity > SIZE_MAX / 4 / sizeof(struct store_entry))
			return false;
		capacity *= 2;
	}
	struct store_entry *entries = realloc(value->entries, capacity * sizeof *entries);
	if (entries == NULL)
		return false;
	value->entries = entries;
	value->capacity = capacity;
	return true;
}

static bool entry_put(struct store_value *value, struct store_entry entry)
{
	size_t position;
	if (entry_search(value, entry.name, &position)) {
		value->entries[position] = entry;
		return true;
	}
	if (!entries_reserve(value, value->count + 1))
		return false;
	memmove(&value->entries[position + 1], &value->entries[position],
			(value->count - position) * sizeof(struct store_entry));
	value->entries[position] = entry;
	value->count++;
	return true;
}

bool store_value_hash_set(struct store_value *value, struct store_bytes field, struct store_bytes content)
{
	assert(value->type == STORE_MISSING || value->type == STORE_HASH);
	if (!entry_put(value, (struct store_entry){field, content}))
		return false;
	value->type = STORE_HASH;
	return true;
}

bool store_value_set_add(struct store_value *value, struct store_bytes member)
{
	assert(value->type == STORE_MISSING || value->type == STORE_SET);
	if (!entry_put(value, (struct store_entry){.name = member}))
		return false;
	value->type = STORE_SET;
	return true;
}

void store_value_remove(struct store_value *value, struct store_bytes name)
{
	size_t position;
	if (!entry_search(value, name, &position))
		return;
	value->count--;
	memmove(&value->entries[position], &value->entries[position + 1],
			(value->count - position) * sizeof(struct store_entry));
	if (value->count == 0) {
		value->type = STORE_MISSING;
		value->expires_s = 0;
	}
}

const struct store_entry *store_value_find(const struct store_value *value, struct store_bytes name)
{
	size_t position;
	return entry_search(value, name, &position) ? &value->entries[position] : NULL;
}

bool store_value_expired(const struct store_value *value, int64_t now_s)
{
	return value->expires_s != 0 && value->expires_s <= now_s;
}

bool store_value_append(struct store_value *value, struct store_bytes name, struct store_bytes content)
{
	if (!entries_reserve(value, value->count + 1))
		return false;
	value->entries[value->count++] = (struct store_entry){name, content};
	return true;
}

static int entry_order(const void *a, const void *b)
{
	return store_bytes_compare(((const struct store_entry *)a)->name, ((const struct store_entry *)b)->name);
}

void store_value_sort(struct store_value *value)
{
	if (value->count > 1)
		qsort(value->entries, value->count, sizeof(struct store_entry), entry_order);
}

/* --- copying --- */

static struct store_bytes bytes_move(struct store_bytes from, char **to)
{
	struct store_bytes moved = {*to, from.length};
	if (from.length > 0)
		memcpy(*to, from.data, from.length);
	(*to)[from.length] = '\0';
	*to += from.length + 1;
	return moved;
}

bool store_value_copy(struct store_value *copy, const struct store_value *original)
{
	*copy = (struct store_value){.type = original->type, .expires_s = original->expires_s};
	if (original->type == STORE_MISSING)
		return true;

	size_t bytes = original->string.length + 1;
	for (size_t i = 0; i < original->count; i++)
		bytes += original->entries[i].name.length + original->entries[i].value.length + 2;
	copy->memory = malloc(bytes);
	if (copy->memory == NULL || !entries_reserve(copy, original->count)) {
		store_value_clear(copy);
		return false;
	}
	char *to = copy->memory;
	copy->string = bytes_move(original->string, &to);
	for (size_t i = 0; i < original->count; i++) {
		copy->entries[i].name = bytes_move(original->entries[i].name, &to);
		copy->entries[i].value = bytes_move(original->entries[i].value, &to);
	}
	copy->count = original->count;
	return true;
}

/* --- layout --- */

static bool bytes_encode(struct store_buffer *buffer, struct store_bytes bytes)
{
	if (bytes.length > UINT32_MAX)
		return false;
	uint32_t length = htole32((uint32_t)bytes.length);
	return store_buffer_append(buffer, &length, sizeof length) && store_buffer_append(buffer, bytes.data, bytes.length);
}

bool store_value_encode(const struct store_value *value, struct store_buffer *buffer)
{
	assert(value->type != STORE_MISSING);
	size_t count = value->type == STORE_STRING ? 1 : value->count;
	if (count > UINT32_MAX)
		return false;
	char header[HEADER_BYTES] = {type_letters[value->type], LAYOUT_VERSION};
	uint32_t count_le = htole32((uint32_t)count);
	uint64_t expires_le = htole64((uint64_t)value->expires_s);
	memcpy(header + 4, &count_le, sizeof count_le);
	memcpy(header + 8, &expires_le, sizeof expires_le);

	buffer->length = 0;
	if (!store_buffer_append(buffer, header, sizeof header))
		return false;
	if (value->type == STORE_STRING)
		return bytes_encode(buffer, value->string);
	for (size_t i = 0; i < value->count; i++) {
		if (!bytes_encode(buffer, value->entries[i].name) ||
			(value->type == STORE_HASH && !bytes_encode(buffer, value->entries[i].value)))
			return false;
	}
	return true;
}

bool store_value_peek(struct store_bytes bytes, enum store_type *type, int64_t *expires_s)
{
	if (bytes.length < HEADER_BYTES || bytes.data[1] != LAYOUT_VERSION || bytes.data[2] != 0 || bytes.data[3] != 0)
		return false;
	uint64_t expires_le;
	memcpy(&expires_le, bytes.data + 8, sizeof expires_le);
	*expires_s = (int64_t)le64toh(expires_le);
	for (enum store_type t = STORE_STRING; t <= STORE_SET; t++) {
		if (bytes.data[0] == type_letters[t]) {
			*type = t;
			return true;
		}
	}
	return false;
}

static bool bytes_decode(struct store_bytes *rest, struct store_bytes *found)
{
	uint32_t length;
	if (rest->length < sizeof length)
		return false;
	memcpy(&length, rest->data, sizeof length);
	length = le32toh(length);
	if (rest->length - sizeof length < length)
		return false;
	*found = (struct store_bytes){rest->data + sizeof length, length};
	rest->data += sizeof length + length;
	rest->length -= sizeof length + length;
	return true;
}

static bool entries_decode(struct store_value *value, struct store_bytes *rest, uint32_t count)
{
	/* Each entry takes at least four bytes: a lying count cannot make us allocate more than the value's own size. */
	if (count == 0 || count > rest->length / 4 || !entries_reserve(value, count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct store_entry entry = {0};
		if (!bytes_decode(rest, &entry.name) || (value->type == STORE_HASH && !bytes_decode(rest, &entry.value)))
			return false;
		if (i > 0 && store_bytes_compare(value->entries[i - 1].name, entry.name) >= 0)
			return false;
		value->entries[value->count++] = entry;
	}
	return true;
}

bool store_value_decode(struct store_value *value, struct store_bytes bytes, struct problem *why)
{
	*value = (struct store_value){0};
	if (!store_value_peek(bytes, &value->type, &value->expires_s)) {
		value->type = STORE_MISSING;
		return problem_set(why, "damaged value: %zu bytes without a valid header", bytes.length);
	}
	uint32_t count;
	memcpy(&count, bytes.data + 4, sizeof count);
	count = le32toh(count);
	struct store_bytes rest = {bytes.data + HEADER_BYTES, bytes.length - HEADER_BYTES};
	bool good = value->type == STORE_STRING ? count == 1 && bytes_decode(&rest, &value->string)
											: entries_decode(value, &rest, count);
	if (good && rest.length == 0)
		return true;
	const char *type = store_type_name(value->type);
	store_value_clear(value);
	return problem_set(why, "damaged value: %zu bytes that are not %s of %u entries", bytes.length, type, count);
}
