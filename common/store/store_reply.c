#include "common/store/store_reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"

struct store_reply {
	unsigned count;
	struct answer {
		bool exists;
		struct store_value value; /* owned */
	} answers[];
};

void store_query(struct store_query *query, enum store_question question, const char *format, ...)
{
	query->question = question;
	va_list args;
	va_start(args, format);
	if (vsnprintf(query->key.text, sizeof query->key.text, format, args) < 0)
		query->key.text[0] = '\0';
	va_end(args);
}

enum store_type store_question_wants(enum store_question question)
{
	switch (question) {
	case STORE_GET_STRING:
		return STORE_STRING;
	case STORE_GET_HASH:
		return STORE_HASH;
	case STORE_GET_SET:
		return STORE_SET;
	case STORE_GET_EXISTS:
		break;
	}
	return STORE_MISSING;
}

bool store_wrong_type(struct problem *why, struct store_bytes key, enum store_type wanted)
{
	return problem_set(why, "key \"%.*s\" does not hold %s (WRONGTYPE)", (int)key.length, key.data,
					   store_type_name(wanted));
}

struct store_reply *store_reply_create(unsigned count)
{
	struct store_reply *reply = calloc(1, sizeof *reply + count * sizeof(struct answer));
	if (reply != NULL)
		reply->count = count;
	return reply;
}

void store_reply_destroy(struct store_reply **reply)
{
	if (*reply == NULL)
		return;
	for (unsigned i = 0; i < (*reply)->count; i++)
		store_value_clear(&(*reply)->answers[i].value);
	free(*reply);
	*reply = NULL;
}

bool store_reply_put(struct store_reply *reply, unsigned i, const struct store_value *value)
{
	struct answer *answer = &reply->answers[i];
	answer->exists = value->type != STORE_MISSING;
	return store_value_copy(&answer->value, value);
}

void store_reply_put_exists(struct store_reply *reply, unsigned i, bool exists)
{
	reply->answers[i].exists = exists;
}

/* --- reading --- */

static const struct store_value *answer_of(const struct store_reply *reply, unsigned i)
{
	static const struct store_value missing;
	return i < reply->count ? &reply->answers[i].value : &missing;
}

static const char *bytes_give(const struct store_bytes *bytes, size_t *length)
{
	if (length != NULL)
		*length = bytes == NULL ? 0 : bytes->length;
	return bytes == NULL ? NULL : bytes->data;
}

/* A number may not hide a NUL: the text must be as long as the slice. */
static bool number_read(const char *text, size_t length, int64_t *number)
{
	return text != NULL && strlen(text) == length && number_parse(text, INT64_MIN, INT64_MAX, number);
}

bool store_reply_exists(const struct store_reply *reply, unsigned i)
{
	return i < reply->count && reply->answers[i].exists;
}

const char *store_reply_string(const struct store_reply *reply, unsigned i, size_t *length)
{
	const struct store_value *value = answer_of(reply, i);
	return bytes_give(value->type == STORE_STRING ? &value->string : NULL, length);
}

bool store_reply_number(const struct store_reply *reply, unsigned i, int64_t *number)
{
	size_t length;
	const char *text = store_reply_string(reply, i, &length);
	return number_read(text, length, number);
}

const char *store_reply_hash_get(const struct store_reply *reply, unsigned i, const char *field, size_t *length)
{
	const struct store_value *value = answer_of(reply, i);
	const struct store_entry *entry = value->type == STORE_HASH ? store_value_find(value, store_bytes_of(field)) : NULL;
	return bytes_give(entry == NULL ? NULL : &entry->value, length);
}

bool store_reply_hash_number(const struct store_reply *reply, unsigned i, const char *field, int64_t *number)
{
	size_t length;
	const char *text = store_reply_hash_get(reply, i, field, &length);
	return number_read(text, length, number);
}

size_t store_reply_size(const struct store_reply *reply, unsigned i)
{
	return answer_of(reply, i)->count;
}

const struct store_entry *store_reply_entry(const struct store_reply *reply, unsigned i, size_t n)
{
	const struct store_value *value = answer_of(reply, i);
	return n < value->count ? &value->entries[n] : NULL;
}

bool store_reply_has_member(const struct store_reply *reply, unsigned i, const void *member, size_t length)
{
	const struct store_value *value = answer_of(reply, i);
	return value->type == STORE_SET && store_value_find(value, (struct store_bytes){member, length}) != NULL;
}
