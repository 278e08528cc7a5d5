#include "common/protocol/text.h"

#include <string.h>

#include "common/protocol/charset.h"

struct text text_bytes(const char *bytes, size_t length)
{
	return (struct text){.bytes = bytes, .length = (uint16_t)(length > UINT16_MAX ? UINT16_MAX : length)};
}

struct text text_of(const char *z)
{
	return text_bytes(z, z ? strnlen(z, UINT16_MAX) : 0);
}

bool text_equal(struct text a, struct text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool text_equal_fold(struct text a, struct text b)
{
	if (a.length != b.length)
		return false;
	for (unsigned i = 0; i < a.length; i++) {
		if (latin1_lower((unsigned char)a.bytes[i]) != latin1_lower((unsigned char)b.bytes[i]))
			return false;
	}
	return true;
}

struct text text_cut(struct text text, size_t length)
{
	return text_bytes(text.bytes, length < text.length ? length : text.length);
}

struct text text_trim(struct text text)
{
	while (text.length > 0 && text.bytes[0] == ' ') {
		text.bytes++;
		text.length--;
	}
	while (text.length > 0 && text.bytes[text.length - 1] == ' ')
		text.length--;
	return text;
}

/* Copies all but NUL bytes, up to `capacity` of them. */
static size_t copy_without_nul(char *to, size_t capacity, struct text from)
{
	size_t length = 0;
	for (unsigned i = 0; i < from.length && length < capacity; i++) {
		if (from.bytes[i] != '\0')
			to[length++] = from.bytes[i];
	}
	return length;
}

size_t text_to_z(struct text text, char *buffer, size_t capacity)
{
	size_t length = copy_without_nul(buffer, capacity - 1, text);
	buffer[length] = '\0';
	return length;
}

void text_list_start(struct text_list *list, char *buffer, size_t capacity)
{
	*list = (struct text_list){.bytes = buffer, .capacity = capacity < TEXT_WIRE_MAX ? capacity : TEXT_WIRE_MAX};
}

bool text_list_add(struct text_list *list, struct text element)
{
	size_t separator = list->count > 0 ? 1 : 0;
	if ((size_t)element.length + separator > list->capacity - list->length)
		return false;
	if (separator)
		list->bytes[list->length++] = '\0';
	list->length += copy_without_nul(list->bytes + list->length, element.length, element);
	list->count++;
	return true;
}

struct text text_list_text(const struct text_list *list)
{
	return text_bytes(list->bytes, list->length);
}

bool text_list_next(struct text *rest, struct text *element)
{
	if (rest->length == 0)
		return false;
	const char *end = memchr(rest->bytes, '\0', rest->length);
	size_t length = end ? (size_t)(end - rest->bytes) : rest->length;
	*element = text_bytes(rest->bytes, length);
	if (end)
		length++;
	*rest = text_bytes(rest->bytes + length, rest->length - length);
	return true;
}
