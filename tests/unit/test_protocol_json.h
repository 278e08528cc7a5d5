/* test_protocol_json.h - field values of packets: filled in by name from JSON, and compared field by field.
 *
 * Both walk along the packet tables (packet_layout.h) and know no packet by name. For the tests only; included after
 * cmocka.h by one source file. */
#ifndef ARGENTUM_TEST_PROTOCOL_JSON_H
#define ARGENTUM_TEST_PROTOCOL_JSON_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "common/protocol/packets.h"

/* --- values from JSON --------------------------------------------------------------------------------------------------
 * Texts and lists made from JSON live in an arena that each vector starts anew. */

static char arena[1 << 16];
static size_t arena_used;

static void *arena_take(size_t size)
{
	size = (size + 15) & ~(size_t)15;
	assert_true(size <= sizeof arena - arena_used);
	void *place = arena + arena_used;
	arena_used += size;
	return memset(place, 0, size);
}

static struct text text_from_json(const cJSON *value)
{
	assert_true(cJSON_IsString(value));
	size_t size = strlen(value->valuestring);
	size_t length;
	char *bytes = arena_take(size);
	assert_true(charset_latin1_from_utf8(value->valuestring, size, bytes, size, &length));
	return text_bytes(bytes, length);
}

static struct text list_from_json(const cJSON *array)
{
	const cJSON *element;
	struct text_list list;
	text_list_start(&list, arena_take(4096), 4096);
	for (element = array->child; element; element = element->next)
		assert_true(text_list_add(&list, text_from_json(element)));
	return text_list_text(&list);
}

static void address_from_json(const cJSON *value, bool by_ip, struct packet_address *address)
{
	address->text = text_from_json(value);
	if (by_ip) {
		assert_int_equal(sscanf(value->valuestring, "%hhu.%hhu.%hhu.%hhu", &address->ip[0], &address->ip[1],
								&address->ip[2], &address->ip[3]),
						 4);
		address->text = (struct text){NULL, 0};
	}
}

static const cJSON *member_of(const cJSON *object, const char *name, const char *suffix)
{
	char full[64];
	snprintf(full, sizeof full, "%s%s", name, suffix);
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, full);
	if (!value)
		fail_msg("the example has no value for %s", full);
	return value;
}

static void fields_from_json(const struct packet_layout *layout, const cJSON *object, void *values);

static void element_from_json(const struct packet_field *field, const cJSON *value, void *member, unsigned i)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
	case FIELD_I16:
		((int32_t *)member)[i] = (int32_t)value->valuedouble;
		break;
	case FIELD_BOOL:
		((bool *)member)[i] = value->valuedouble != 0;
		break;
	case FIELD_I32:
		((int64_t *)member)[i] = (int64_t)value->valuedouble;
		break;
	case FIELD_F32:
		((float *)member)[i] = (float)value->valuedouble;
		break;
	case FIELD_STR:
		((struct text *)member)[i] = text_from_json(value);
		break;
	case FIELD_LIST:
		((struct text *)member)[i] = list_from_json(value);
		break;
	case FIELD_RECORD_ARRAY: {
		const struct packet_layout *record = record_layout((enum record_id)field->record);
		fields_from_json(record, value, (uint8_t *)member + (size_t)i * record->struct_size);
		break;
	}
	case FIELD_RECORDS:
	case FIELD_IP_OR_STR:
	case FIELD_BY:
		fail();
	}
}

static void records_from_json(const struct packet_field *field, const cJSON *array, struct packet_records *records)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	const cJSON *element;
	uint8_t *list = arena_take((size_t)cJSON_GetArraySize(array) * layout->struct_size);
	records->list = list;
	for (element = array->child; element; element = element->next) {
		fields_from_json(layout, element, list);
		list += layout->struct_size;
	}
}

static void fields_from_json(const struct packet_layout *layout, const cJSON *object, void *values)
{
	uint8_t *base = values;
	for (unsigned i = 0; i < layout->field_count; i++) {
		const struct packet_field *field = &layout->fields[i];
		void *member = base + field->offset;
		if (field->type == FIELD_BY)
			continue;
		if (field->marks & FIELD_JOINED) {
			for (unsigned k = 0; k < field->count; k++)
				element_from_json(field, member_of(object, field->name, (char[]){(char)('0' + k), '\0'}), member, k);
			continue;
		}
		const cJSON *value = member_of(object, field->name, "");
		if (field->type == FIELD_RECORDS)
			records_from_json(field, value, member);
		else if (field->type == FIELD_IP_OR_STR)
			address_from_json(value, *(const bool *)(base + field->governor), member);
		else if (field->count > 1)
			for (int k = 0; k < field->count; k++)
				element_from_json(field, cJSON_GetArrayItem(value, k), member, (unsigned)k);
		else
			element_from_json(field, value, member, 0);
	}
}

/* --- comparing two structs of one row ---------------------------------------------------------------------------------- */

static void expect_same_text(const char *field, struct text found, struct text wanted)
{
	if (!text_equal(found, wanted))
		fail_msg("%s is \"%.*s\", not \"%.*s\"", field, found.length, found.bytes, wanted.length, wanted.bytes);
}

static void expect_same_fields(const struct packet_layout *layout, const void *found, const void *wanted);

static void expect_same_element(const struct packet_field *field, const void *found, const void *wanted, unsigned i)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
	case FIELD_I16:
		assert_int_equal(((const int32_t *)found)[i], ((const int32_t *)wanted)[i]);
		break;
	case FIELD_BOOL:
		assert_int_equal(((const bool *)found)[i], ((const bool *)wanted)[i]);
		break;
	case FIELD_I32:
		assert_int_equal(((const int64_t *)found)[i], ((const int64_t *)wanted)[i]);
		break;
	case FIELD_F32:
		assert_memory_equal((const float *)found + i, (const float *)wanted + i, sizeof(float));
		break;
	case FIELD_STR:
	case FIELD_LIST:
		expect_same_text(field->name, ((const struct text *)found)[i], ((const struct text *)wanted)[i]);
		break;
	case FIELD_RECORD_ARRAY: {
		const struct packet_layout *record = record_layout((enum record_id)field->record);
		size_t offset = (size_t)i * record->struct_size;
		expect_same_fields(record, (const uint8_t *)found + offset, (const uint8_t *)wanted + offset);
		break;
	}
	case FIELD_RECORDS:
	case FIELD_IP_OR_STR:
	case FIELD_BY:
		break;
	}
}

/* `found` was read and has its records on the wire, `wanted` has them in a list. */
static void expect_same_records(const struct packet_field *field, const struct packet_records *found,
								const struct packet_records *wanted, int32_t count)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	struct packet_records rest = *found;
	union any_record record;
	for (int32_t i = 0; i < count; i++) {
		assert_true(packet_record_next((enum record_id)field->record, &rest.wire, &rest.wire_size, &record));
		expect_same_fields(layout, &record, (const uint8_t *)wanted->list + (size_t)i * layout->struct_size);
	}
	assert_int_equal(rest.wire_size, 0);
}

static void expect_same_fields(const struct packet_layout *layout, const void *found, const void *wanted)
{
	for (unsigned i = 0; i < layout->field_count; i++) {
		const struct packet_field *field = &layout->fields[i];
		const uint8_t *one = (const uint8_t *)found + field->offset;
		const uint8_t *other = (const uint8_t *)wanted + field->offset;
		const uint8_t *governor = (const uint8_t *)wanted + field->governor;
		if (field->type == FIELD_RECORDS) {
			expect_same_records(field, (const void *)one, (const void *)other,
								*(const int32_t *)(const void *)governor);
		} else if (field->type == FIELD_IP_OR_STR) {
			const struct packet_address *a = (const void *)one;
			const struct packet_address *b = (const void *)other;
			assert_memory_equal(a->ip, b->ip, 4);
			expect_same_text(field->name, a->text, b->text);
		} else {
			for (unsigned k = 0; k < field->count; k++)
				expect_same_element(field, one, other, k);
		}
	}
}

#endif
