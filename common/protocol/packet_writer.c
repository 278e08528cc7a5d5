#include "common/protocol/packet_writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/protocol/packet_reader.h"

/* What writing needs to know beside the place where it stands. That place is handed from step to step: each takes `at`
 * and returns where the next one writes, or NULL when it refuses. Room for everything that does not vary in size is
 * checked once, before the first byte; `spare` is what is left beyond that, and only texts and lists take from it. */
struct pen {
	size_t spare;
	const struct packet_range *ranges; /* of the dialect */
	enum dialect dialect;
	enum charset charset;
	/* the refusal, when a step returned NULL */
	enum put_failure failure;
	const struct packet_field *field;
	int64_t value;
};

static uint8_t *refuse(struct pen *pen, enum put_failure failure, const struct packet_field *field, int64_t value)
{
	pen->failure = failure;
	pen->field = field;
	pen->value = value;
	return NULL;
}

static bool pen_take(struct pen *pen, size_t size)
{
	if (size > pen->spare) {
		refuse(pen, PUT_NO_ROOM, NULL, (int64_t)(size - pen->spare));
		return false;
	}
	pen->spare -= size;
	return true;
}

static inline uint8_t *write_u16(uint8_t *at, uint64_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
	return at + 2;
}

static inline uint8_t *write_u32(uint8_t *at, uint64_t value)
{
	return write_u16(write_u16(at, value), value >> 16);
}

static inline uint8_t *write_number(struct pen *pen, uint8_t *at, const struct packet_field *field, int64_t value)
{
	if (!packet_range_allows(&pen->ranges[field->range], value))
		return refuse(pen, PUT_OUT_OF_RANGE, field, value);
	if (field->type == FIELD_I32)
		return write_u32(at, (uint64_t)value);
	if (field->type == FIELD_I16)
		return write_u16(at, (uint64_t)value);
	*at = (uint8_t)value;
	return at + 1;
}

static uint8_t *write_f32(struct pen *pen, uint8_t *at, const struct packet_field *field, float value)
{
	uint32_t bits;
	if (!isfinite(value))
		return refuse(pen, PUT_OUT_OF_RANGE, field, 0);
	memcpy(&bits, &value, sizeof bits);
	return write_u32(at, bits);
}

/* A str16 whose two length bytes are already paid for. */
static uint8_t *write_text(struct pen *pen, uint8_t *at, const struct packet_field *field, struct text text)
{
	size_t length = text.length;
	if (length > TEXT_WIRE_MAX)
		return refuse(pen, PUT_TEXT_TOO_LONG, field, text.length);
	enum charset charset = field->type == FIELD_LIST ? CHARSET_LATIN1 : pen->charset;
	if (charset != CHARSET_LATIN1) {
		length = charset_length(charset, text);
		if (length > TEXT_WIRE_MAX)
			length = TEXT_WIRE_MAX;
	}
	if (!pen_take(pen, length))
		return NULL;
	/* The encoder stops before a character that would not fit as a whole, so the count comes from what it wrote. */
	length = charset_encode(charset, text, (char *)at + 2, length);
	return write_u16(at, length) + length;
}

/* Classic clients take the lines of a codex as one str16 with NUL between them. */
static uint8_t *write_joined(struct pen *pen, uint8_t *at, const struct packet_field *field, const struct text *texts)
{
	size_t length = field->count - 1U;
	for (unsigned i = 0; i < field->count; i++)
		length += texts[i].length;
	if (length > TEXT_WIRE_MAX)
		return refuse(pen, PUT_TEXT_TOO_LONG, field, (int64_t)length);
	if (!pen_take(pen, length))
		return NULL;
	at = write_u16(at, length);
	for (unsigned i = 0; i < field->count; i++) {
		if (i > 0)
			*at++ = '\0';
		at += charset_encode(CHARSET_LATIN1, texts[i], (char *)at, texts[i].length);
	}
	return at;
}

static uint8_t *write_address(struct pen *pen, uint8_t *at, const struct packet_field *field,
							  const struct packet_address *address, bool by_ip)
{
	if (!by_ip)
		return write_text(pen, at, field, address->text);
	if (!pen_take(pen, 2)) /* an empty text's two bytes are paid for */
		return NULL;
	memcpy(at, address->ip, 4);
	return at + 4;
}

static uint8_t *write_fields(struct pen *pen, uint8_t *at, const struct packet_layout *layout, const void *values);

static uint8_t *write_records(struct pen *pen, uint8_t *at, const struct packet_field *field,
							  const struct packet_records *records, int32_t count)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	union any_record record;
	const uint8_t *list = records->list;
	struct packet_records rest = *records;

	for (int32_t i = 0; i < count && at; i++) {
		const void *values = &record;
		if (list)
			values = list + (size_t)i * layout->struct_size;
		else if (!packet_record_next((enum record_id)field->record, &rest.wire, &rest.wire_size, &record))
			return refuse(pen, PUT_OUT_OF_RANGE, field, i);
		if (!pen_take(pen, layout->min_size[pen->dialect]))
			return NULL;
		at = write_fields(pen, at, layout, values);
	}
	return at;
}

/* Element `i` of a field; plain fields have one. */
static inline uint8_t *write_element(struct pen *pen, uint8_t *at, const struct packet_field *field, const void *member,
									 unsigned i)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
	case FIELD_I16:
		return write_number(pen, at, field, ((const int32_t *)member)[i]);
	case FIELD_BOOL:
		return write_number(pen, at, field, ((const bool *)member)[i]);
	case FIELD_I32:
		return write_number(pen, at, field, ((const int64_t *)member)[i]);
	case FIELD_F32:
		return write_f32(pen, at, field, ((const float *)member)[i]);
	case FIELD_STR:
	case FIELD_LIST:
		return write_text(pen, at, field, ((const struct text *)member)[i]);
	case FIELD_RECORD_ARRAY: {
		const struct packet_layout *layout = record_layout((enum record_id)field->record);
		return write_fields(pen, at, layout, (const uint8_t *)member + (size_t)i * layout->struct_size);
	}
	case FIELD_RECORDS:
	case FIELD_IP_OR_STR:
	case FIELD_BY:
		break;
	}
	return refuse(pen, PUT_NO_SUCH_ID, field, 0);
}

static uint8_t *write_special(struct pen *pen, uint8_t *at, const struct packet_field *field, const uint8_t *values)
{
	const void *member = values + field->offset;
	const void *governor = values + field->governor;
	if (field->type == FIELD_RECORDS)
		return write_records(pen, at, field, member, *(const int32_t *)governor);
	if (field->type == FIELD_IP_OR_STR)
		return write_address(pen, at, field, member, *(const bool *)governor);
	if (pen->dialect == DIALECT_CLASSIC && (field->marks & FIELD_JOINED))
		return write_joined(pen, at, field, member);
	if (pen->dialect == DIALECT_CLASSIC && (field->marks & FIELD_GODOT_ONLY))
		return at;
	for (unsigned i = 0; i < field->count && at; i++)
		at = write_element(pen, at, field, member, i);
	return at;
}

static uint8_t *write_fields(struct pen *pen, uint8_t *at, const struct packet_layout *layout, const void *values)
{
	const uint8_t *base = values;
	const struct packet_field *end = layout->fields + layout->field_count;
	for (const struct packet_field *field = layout->fields; field < end && at; field++) {
		if (field->plain)
			at = write_element(pen, at, field, base + field->offset, 0);
		else
			at = write_special(pen, at, field, base);
	}
	return at;
}

static bool writer_fail(struct packet_writer *writer, enum put_failure failure, const struct packet_layout *layout,
						const struct packet_field *field, int64_t value)
{
	if (!writer->failed) {
		writer->failed = true;
		writer->failure = failure;
		writer->failed_packet = layout;
		writer->failed_field = field;
		writer->failed_value = value;
	}
	return false;
}

static bool put_in(enum charset charset, struct packet_writer *writer, enum packet_table table, unsigned id,
				   const void *fields)
{
	const struct packet_layout *layout = packet_layout(table, id);
	if (!layout)
		return writer_fail(writer, PUT_NO_SUCH_ID, NULL, NULL, id);
	bool to_client = table == TABLE_S2C || table == TABLE_MULTI;
	if (to_client && writer->dialect == DIALECT_GODOT && !layout->godot)
		return writer_fail(writer, PUT_NOT_READ, layout, NULL, id);

	struct pen pen = {.spare = writer->capacity - writer->length,
					  .ranges = packet_ranges[writer->dialect],
					  .dialect = writer->dialect,
					  .charset = charset};
	uint8_t *at = writer->data + writer->length;
	if (!pen_take(&pen, packet_head_size(table) + layout->min_size[writer->dialect]))
		return writer_fail(writer, pen.failure, layout, NULL, pen.value);
	if (table == TABLE_GM)
		*at++ = C2S_GM_COMMANDS;
	else if (table == TABLE_MULTI)
		*at++ = S2C_MULTI_MESSAGE;
	*at++ = (uint8_t)id;
	at = write_fields(&pen, at, layout, fields);
	if (!at)
		return writer_fail(writer, pen.failure, layout, pen.field, pen.value);
	writer->length = (size_t)(at - writer->data);
	return true;
}

void packet_writer_start(struct packet_writer *writer, void *buffer, size_t capacity, enum dialect dialect)
{
	*writer = (struct packet_writer){.data = buffer, .capacity = capacity, .dialect = dialect};
}

void packet_writer_forgive(struct packet_writer *writer)
{
	writer->failed = false;
	writer->failure = PUT_OK;
}

bool packet_put(struct packet_writer *writer, enum packet_table table, unsigned id, const void *fields)
{
	return put_in(CHARSET_LATIN1, writer, table, id, fields);
}

static bool recode_all(enum charset charset, const uint8_t *packets, size_t length, struct packet_writer *out)
{
	struct s2c_packet packet;
	size_t used;
	for (size_t at = 0; at < length; at += used) {
		if (s2c_read(out->dialect, packets + at, length - at, SIZE_MAX, &used, &packet) != PACKET_OK)
			return writer_fail(out, PUT_MALFORMED, NULL, NULL, (int64_t)at);
		bool multi = packet.id == S2C_MULTI_MESSAGE;
		if (!put_in(charset, out, multi ? TABLE_MULTI : TABLE_S2C, multi ? packet.sub : packet.id, &packet.first))
			return false;
	}
	return true;
}

bool packet_recode(enum charset charset, const uint8_t *packets, size_t length, struct packet_writer *out)
{
	size_t before = out->length;
	bool fine = recode_all(charset, packets, length, out);
	if (!fine)
		out->length = before;
	return fine;
}

static void explain_range(const struct packet_writer *writer, const char *packet, struct problem *why)
{
	const struct packet_field *field = writer->failed_field;
	const struct packet_range *range = &packet_ranges[writer->dialect][field->range];
	const char *dialect = dialect_name(writer->dialect);

	if (field->type == FIELD_F32)
		problem_set(why, "%s: %s is not a finite number (%s)", packet, field->name, dialect);
	else if (field->type == FIELD_RECORDS)
		problem_set(why, "%s: %s has fewer records than told (%s)", packet, field->name, dialect);
	else if (range->only)
		problem_set(why, "%s: %s = %" PRId64 " is none of the values the client knows (%s)", packet, field->name,
					writer->failed_value, dialect);
	else
		problem_set(why, "%s: %s = %" PRId64 ", %" PRId64 "..%" PRId64 " is allowed (%s)", packet, field->name,
					writer->failed_value, range->low, range->high, dialect);
}

void packet_writer_explain(const struct packet_writer *writer, struct problem *why)
{
	const char *packet = writer->failed_packet ? writer->failed_packet->name : "?";
	switch (writer->failure) {
	case PUT_OK:
		problem_set(why, "nothing was refused");
		break;
	case PUT_NO_ROOM:
		problem_set(why, "%s: %" PRId64 " bytes more than fit into the %zu of the buffer", packet, writer->failed_value,
					writer->capacity);
		break;
	case PUT_NOT_READ:
		problem_set(why, "%s: not read by this client (%s)", packet, dialect_name(writer->dialect));
		break;
	case PUT_OUT_OF_RANGE:
		explain_range(writer, packet, why);
		break;
	case PUT_TEXT_TOO_LONG:
		problem_set(why, "%s: %s has %" PRId64 " bytes, %d are allowed", packet, writer->failed_field->name,
					writer->failed_value, TEXT_WIRE_MAX);
		break;
	case PUT_NO_SUCH_ID:
		problem_set(why, "%s: no packet to be put with the id %" PRId64, packet, writer->failed_value);
		break;
	case PUT_MALFORMED:
		problem_set(why, "no whole packet of this client at byte %" PRId64 " (%s)", writer->failed_value,
					dialect_name(writer->dialect));
		break;
	}
}
