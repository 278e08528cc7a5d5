#include "common/protocol/packet_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SHOWN_MAX 80

/* A terminated buffer being filled; what does not fit is left out. */
struct paper {
	char *buffer;
	size_t length, capacity;
};

static struct paper paper_start(char *buffer, size_t capacity)
{
	buffer[0] = '\0';
	return (struct paper){.buffer = buffer, .capacity = capacity};
}

__attribute__((format(printf, 2, 3))) static void paper_print(struct paper *paper, const char *format, ...)
{
	va_list args;
	size_t room = paper->capacity - paper->length;
	va_start(args, format);
	int length = vsnprintf(paper->buffer + paper->length, room, format, args);
	va_end(args);
	if (length > 0)
		paper->length += (size_t)length < room ? (size_t)length : room - 1;
}

static void print_text(struct paper *paper, struct text text)
{
	struct text shown = text_cut(text, TEXT_SHOWN_MAX);
	paper_print(paper, "\"");
	for (unsigned i = 0; i < shown.length; i++) {
		unsigned char byte = (unsigned char)shown.bytes[i];
		if (byte == '"' || byte == '\\')
			paper_print(paper, "\\%c", byte);
		else if (byte < 0x20 || (byte >= 0x7F && byte < 0xA0))
			paper_print(paper, "\\x%02X", byte);
		else if (byte < 0x80)
			paper_print(paper, "%c", byte);
		else if (paper->capacity - paper->length > 2) /* a whole character or none */
			paper_print(paper, "%c%c", 0xC0 | byte >> 6, 0x80 | (byte & 0x3F));
	}
	paper_print(paper, "\"%s", shown.length < text.length ? "..." : "");
}

static void print_list(struct paper *paper, struct text list)
{
	struct text element;
	unsigned shown = 0;
	paper_print(paper, "[");
	while (text_list_next(&list, &element)) {
		if (shown++ > 0)
			paper_print(paper, ", ");
		print_text(paper, element);
	}
	paper_print(paper, "]");
}

static void print_fields(struct paper *paper, const struct packet_layout *layout, const void *values);

static void print_record(struct paper *paper, const struct packet_layout *layout, const void *values)
{
	paper_print(paper, "{");
	print_fields(paper, layout, values);
	paper_print(paper, " }");
}

static void print_records(struct paper *paper, const struct packet_field *field, const struct packet_records *records,
						  int32_t count)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	struct packet_records rest = *records;
	union any_record record;
	for (int32_t i = 0; i < count; i++) {
		const void *values = &record;
		if (records->list)
			values = (const uint8_t *)records->list + (size_t)i * layout->struct_size;
		else if (!packet_record_next((enum record_id)field->record, &rest.wire, &rest.wire_size, &record))
			break;
		print_record(paper, layout, values);
	}
}

static void print_address(struct paper *paper, const struct packet_address *address, bool by_ip)
{
	if (by_ip)
		paper_print(paper, "%u.%u.%u.%u", address->ip[0], address->ip[1], address->ip[2], address->ip[3]);
	else
		print_text(paper, address->text);
}

static void print_element(struct paper *paper, const struct packet_field *field, const void *member, unsigned i)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
	case FIELD_I16:
		paper_print(paper, "%" PRId32, ((const int32_t *)member)[i]);
		break;
	case FIELD_BOOL:
		paper_print(paper, "%d", ((const bool *)member)[i]);
		break;
	case FIELD_I32:
		paper_print(paper, "%" PRId64, ((const int64_t *)member)[i]);
		break;
	case FIELD_F32:
		paper_print(paper, "%g", (double)((const float *)member)[i]);
		break;
	case FIELD_STR:
		print_text(paper, ((const struct text *)member)[i]);
		break;
	case FIELD_LIST:
		print_list(paper, ((const struct text *)member)[i]);
		break;
	case FIELD_RECORD_ARRAY: {
		const struct packet_layout *layout = record_layout((enum record_id)field->record);
		print_record(paper, layout, (const uint8_t *)member + (size_t)i * layout->struct_size);
		break;
	}
	case FIELD_RECORDS:
	case FIELD_IP_OR_STR:
	case FIELD_BY:
		break;
	}
}

static void print_fields(struct paper *paper, const struct packet_layout *layout, const void *values)
{
	const uint8_t *base = values;
	for (unsigned i = 0; i < layout->field_count; i++) {
		const struct packet_field *field = &layout->fields[i];
		const void *member = base + field->offset;
		const void *governor = base + field->governor;

		if (field->type == FIELD_BY)
			continue;
		paper_print(paper, " %s=", field->name);
		if (field->marks & FIELD_SECRET)
			paper_print(paper, "***");
		else if (field->type == FIELD_RECORDS)
			print_records(paper, field, member, *(const int32_t *)governor);
		else if (field->type == FIELD_IP_OR_STR)
			print_address(paper, member, *(const bool *)governor);
		else
			for (unsigned k = 0; k < field->count; k++) {
				if (k > 0)
					paper_print(paper, ",");
				print_element(paper, field, member, k);
			}
	}
}

size_t packet_to_text(enum packet_table table, unsigned id, const void *fields, char *buffer, size_t capacity)
{
	struct paper paper = paper_start(buffer, capacity);
	const struct packet_layout *layout = packet_layout(table, id);
	if (table == TABLE_GM)
		paper_print(&paper, "GMCommands/");
	else if (table == TABLE_MULTI)
		paper_print(&paper, "MultiMessage/");
	if (layout) {
		paper_print(&paper, "%s", layout->name);
		print_fields(&paper, layout, fields);
	} else {
		paper_print(&paper, "?(%u)", id);
	}
	return paper.length;
}

size_t c2s_to_text(const struct c2s_packet *packet, char *buffer, size_t capacity)
{
	bool gm = packet->id == C2S_GM_COMMANDS;
	return packet_to_text(gm ? TABLE_GM : TABLE_C2S, gm ? packet->sub : packet->id, &packet->first, buffer, capacity);
}

size_t s2c_to_text(const struct s2c_packet *packet, char *buffer, size_t capacity)
{
	bool multi = packet->id == S2C_MULTI_MESSAGE;
	return packet_to_text(multi ? TABLE_MULTI : TABLE_S2C, multi ? packet->sub : packet->id, &packet->first, buffer,
						  capacity);
}

static const char *type_name(const struct packet_field *field)
{
	static const char *const names[] = {
		[FIELD_U8] = "u8",   [FIELD_BOOL] = "bool", [FIELD_I16] = "i16",     [FIELD_I32] = "i32",
		[FIELD_F32] = "f32", [FIELD_STR] = "str16", [FIELD_LIST] = "strz16", [FIELD_IP_OR_STR] = "ip4_or_str16"};
	return names[field->type];
}

/* {name:str16,grh_index:i16} */
static void describe_record(struct paper *paper, const struct packet_field *field)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	for (unsigned i = 0; i < layout->field_count; i++)
		paper_print(paper, "%c%s:%s", i == 0 ? '{' : ',', layout->fields[i].name, type_name(&layout->fields[i]));
	paper_print(paper, "}");
}

static const char *governor_name(const struct packet_layout *layout, const struct packet_field *field)
{
	for (unsigned i = 0; i < layout->field_count; i++) {
		if (layout->fields[i].offset == field->governor)
			return layout->fields[i].name;
	}
	return "?";
}

static void describe_field(struct paper *paper, const struct packet_layout *layout, const struct packet_field *field)
{
	if (field->type == FIELD_BY) {
		paper_print(paper, "%s:by_%s", field->name, governor_name(layout, field));
	} else if (field->type == FIELD_RECORDS) {
		paper_print(paper, "%s:[%s]", field->name, governor_name(layout, field));
		describe_record(paper, field);
	} else if (field->type == FIELD_RECORD_ARRAY) {
		paper_print(paper, "%s:[%u]", field->name, field->count);
		describe_record(paper, field);
	} else if (field->marks & FIELD_JOINED) {
		for (unsigned i = 0; i < field->count; i++)
			paper_print(paper, "%s%s%u:%s", i > 0 ? " " : "", field->name, i, type_name(field));
	} else {
		paper_print(paper, "%s:%s", field->name, type_name(field));
		if (field->count > 1)
			paper_print(paper, "[%u]", field->count);
	}
}

size_t packet_describe(enum packet_table table, unsigned id, char *buffer, size_t capacity)
{
	struct paper paper = paper_start(buffer, capacity);
	const struct packet_layout *layout = packet_layout(table, id);
	for (unsigned i = 0; layout && i < layout->field_count; i++) {
		if (i > 0)
			paper_print(&paper, " ");
		describe_field(&paper, layout, &layout->fields[i]);
	}
	return paper.length;
}
